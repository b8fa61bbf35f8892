"""All five terms together, and what they bound: tutorial 8."""

import numpy as np
from scipy.special import logsumexp

from helpers.lessons.gmm_cavi import exact, terms
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.six_points import (
    HOT,
    NOISE,
    PRIOR,
    SPREAD,
    at,
    elbo,
    expect,
    log_density,
    log_q_kinds,
    log_q_means,
    model,
)
from helpers.widgets import Derivation, Line

TERMS = (
    terms.prior_means,
    terms.prior_assignments,
    terms.likelihood,
    terms.entropy_means,
    terms.entropy_assignments,
)


def _log_posterior(mu, hot, lam, sig):
    """log p(c, μ | x) = log p(c | x) + log p(μ | c, x), by enumeration: no ELBO term in it."""
    assert len(hot) == len(HOT), "q must rule out no assignment"
    log_kinds = exact.log_joint(model(lam, sig), TINY)
    means, variances, _ = exact.given_assignments(model(lam, sig), TINY)
    log_means = log_density(mu[:, None], means, variances[..., None]).sum(axis=2)
    return log_kinds - logsumexp(log_kinds) + log_means


total = Derivation(
    "All five together, and what they bound",
    (
        Line(
            r"\mathrm{ELBO}(q) = \mathbb{E}_q[\log p(x,c,\mu)] - \mathbb{E}_q[\log q(c,\mu)]",
            "The definition, by enumeration and quadrature.",
            lambda q, lam, sig: elbo(q, lam, sig),
        ),
        Line(
            r"= \text{term 1} + \text{term 2} + \text{term 3} + \text{term 4} + \text{term 5}",
            "The last lines of the five ledgers above, no constant dropped.",
            lambda q, lam, sig: float(
                np.sum([term.lines[-1].value(q, lam, sig) for term in TERMS])
            ),
        ),
        Line(
            r"= \log p(x) - \mathrm{KL}\bigl(q(c,\mu)\,\|\,p(c,\mu\mid x)\bigr)",
            "The tutorial's identity. log p(x) sums over all assignments, each with its means "
            "integrated out; the KL is an expectation under q, by enumeration and quadrature.",
            lambda q, lam, sig: (
                exact.log_evidence(model(lam, sig), TINY)
                - expect(
                    lambda mu, hot: (
                        log_q_means(mu, q) + log_q_kinds(hot, q) - _log_posterior(mu, hot, lam, sig)
                    ),
                    q,
                )
            ),
        ),
    ),
    (NOISE, PRIOR, SPREAD),
    at,
)
