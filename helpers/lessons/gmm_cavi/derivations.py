"""The rule q_j* ∝ exp E₋ⱼ[log p], which tutorial 8 leaves for the board, and the bound."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import entr, expit, logsumexp

from helpers import mixture
from helpers.lessons.gmm_cavi import tiny
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.enumeration import log_evidence, log_joint
from helpers.lessons.gmm_cavi.tiny import NOISE, PHI, PRIOR, SPREAD
from helpers.widgets import Derivation, Line, Slider


def given_kind(row, lam, sig, s1=0.2):
    """E₋[log p(x, c, μ)] with the kind of one point held at 1 and at 2: two numbers."""

    def held(first):
        q = tiny.state(s1, phi=tiny.with_row(row, first))
        return tiny.expect(lambda mu, hot: tiny.log_joint(mu, hot, lam, sig), q)

    return np.array([held(1.0), held(0.0)])


def _rest():
    """The entropy of every factor but that of the first point's kind."""
    q = tiny.state()
    means = tiny.expect(lambda mu, hot: -tiny.log_q_means(mu, q), q)
    return means + float(entr(PHI[1:]).sum())


def _elbo(first, lam, sig):
    return tiny.elbo(tiny.state(phi=tiny.with_row(0, first)), lam, sig)


def _split(first, lam, sig):
    row = np.array([first, 1 - first])
    return row @ given_kind(0, lam, sig) + entr(row).sum() + _rest()


def _as_divergence(first, lam, sig):
    row, given = np.array([first, 1 - first]), given_kind(0, lam, sig)
    log_best = given - logsumexp(given)
    return -row @ (np.log(row) - log_best) + logsumexp(given) + _rest()


def _highest(first, lam, sig):
    # In the logit: at small λ the best probability is too close to 0 or 1 for a search in p.
    found = minimize_scalar(lambda t: -_elbo(expit(t), lam, sig), bounds=(-36, 36))
    return -found.fun


def _first_row(first, lam, sig):
    best = mixture.update_assignments(tiny.model(lam, sig), TINY, tiny.state())
    return best.responsibilities[0]


FIRST = Slider("first", "q(c₁ = 1)", 0.05, 0.95, 0.4, 0.05)

coordinate = Derivation(
    "The best factor q_j while the others stay: shown on the first point's kind",
    (
        Line(
            r"\mathrm{ELBO}(q) = \mathbb{E}_q[\log p(x,z)] - \mathbb{E}_q[\log q(z)]",
            "The definition, by summing over all 2⁶ assignments and integrating over the means.",
            _elbo,
        ),
        Line(
            r"= \mathbb{E}_{q_j}\bigl[\mathbb{E}_{-j}[\log p(x,z)]\bigr] + H(q_j)"
            r" + \sum_{i\neq j} H(q_i)",
            "Average over the others first. The log of a product q is a sum, so entropies add.",
            _split,
        ),
        Line(
            r"= -\mathrm{KL}(q_j\|\tilde q_j) + \log Z_j + \sum_{i\neq j} H(q_i),"
            r"\quad \tilde q_j = \frac{1}{Z_j}\exp\mathbb{E}_{-j}[\log p(x,z)]",
            r"Name the exponential of the inner average $\tilde q_j$, and normalise it.",
            _as_divergence,
        ),
        Line(
            r"\max_{q_j}\mathrm{ELBO} = \log Z_j + \sum_{i\neq j} H(q_i)",
            r"Only the KL holds $q_j$; it is 0 at $q_j=\tilde q_j$ and positive elsewhere. The "
            "other side is a numerical search over q(c₁).",
            lambda first, lam, sig: logsumexp(given_kind(0, lam, sig)) + _rest(),
            aside=_highest,
        ),
        Line(
            r"q_j^*(z_j) \propto \exp\mathbb{E}_{-j}[\log p(x,z)]"
            r" \propto \exp\mathbb{E}_{-j}[\log p(z_j\mid z_{-j},x)]",
            "The tutorial's line. Dividing by p(x, z₋ⱼ) changes a factor without zⱼ only. Here: "
            "the two probabilities of q*(c₁), against <code>update_assignments</code>.",
            lambda first, lam, sig: np.exp(
                given_kind(0, lam, sig) - logsumexp(given_kind(0, lam, sig))
            ),
            aside=_first_row,
        ),
    ),
    (FIRST, NOISE, PRIOR),
)


def _log_posterior(mu, model):
    """log p(c, μ | x) from p(c | x), by enumeration, and p(μ | c, x): no ELBO term in it."""
    log_kinds = log_joint(model, TINY)
    counts = tiny.HOT.sum(axis=1)
    variances = 1 / (1 / model.prior_var + counts / model.noise_var)
    pull = model.prior_mean / model.prior_var
    means = variances[..., None] * (pull + tiny.HOT.transpose(0, 2, 1) @ TINY / model.noise_var)
    gap = np.sum((mu[:, None] - means) ** 2, axis=-1)  # (81, 64, K)
    log_means = -np.log(2 * np.pi * variances) - gap / (2 * variances)
    return log_kinds - logsumexp(log_kinds) + log_means.sum(axis=2)


def _below_evidence(lam, sig, s1):
    q, model = tiny.state(s1), tiny.model(lam, sig)
    divergence = tiny.expect(
        lambda mu, hot: (
            tiny.log_q_means(mu, q) + tiny.log_q_assignments(hot, q) - _log_posterior(mu, model)
        ),
        q,
    )
    return log_evidence(model, TINY) - divergence


total = Derivation(
    "All five together, and what they bound",
    (
        Line(
            r"\mathrm{ELBO}(q) = \mathbb{E}_q[\log p(x,c,\mu)] - \mathbb{E}_q[\log q(c,\mu)]",
            "The definition, by enumeration and quadrature.",
            lambda lam, sig, s1: tiny.elbo(tiny.state(s1), lam, sig),
        ),
        Line(
            r"= \text{term 1} + \text{term 2} + \text{term 3} + \text{term 4} + \text{term 5}",
            "Each in its closed form, no constant dropped: <code>elbo_terms(…).total</code>.",
            lambda lam, sig, s1: (
                mixture.elbo_terms(tiny.model(lam, sig), TINY, tiny.state(s1)).total
            ),
        ),
        Line(
            r"= \log p(x) - \mathrm{KL}\bigl(q(c,\mu)\,\|\,p(c,\mu\mid x)\bigr)",
            "The tutorial's identity. log p(x) sums over all assignments, each with its means "
            "integrated out.",
            _below_evidence,
        ),
    ),
    (NOISE, PRIOR, SPREAD),
)
