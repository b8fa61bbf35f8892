"""The rule q_j* ∝ exp E₋ⱼ[log p], which tutorial 8 leaves for the board."""

import numpy as np
import scipy
from scipy.special import entr, expit, logsumexp

from helpers import mixture
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.six_points import (
    NOISE,
    PHI,
    PRIOR,
    elbo,
    expect,
    log_joint,
    log_q_means,
    model,
    state,
    with_row,
)
from helpers.widgets import Derivation, Line, Slider


def given_kind(row, lam, sig, s1=0.2):
    """E₋[log p(x, c, μ)] with the kind of one point held at 1 and at 2: two numbers."""

    def held(first):
        q = state(s1, phi=with_row(row, first))
        return expect(lambda mu, hot: log_joint(mu, hot, lam, sig), q)

    return np.array([held(1.0), held(0.0)])


def _other_entropies():
    """Σ_{i≠j} H(q_i): the entropies of the means and of the other points' kinds."""
    q = state()
    return expect(lambda mu, hot: -log_q_means(mu, q), q) + float(entr(PHI[1:]).sum())


def _as_divergence(row, lam, sig):
    given = given_kind(0, lam, sig)
    log_z = np.log(np.sum(np.exp(given - given.max()))) + given.max()
    return -row @ (np.log(row) - given + log_z) + log_z + _other_entropies()


def _highest(row, lam, sig):
    """The top of the ELBO over q(c₁), by a search in the logit.

    At small λ the best probability is too close to 0 or 1 for a search in the probability.
    """

    def height(logit):
        return -elbo(state(phi=with_row(0, expit(logit))), lam, sig)

    return -scipy.optimize.minimize_scalar(height, bounds=(-36, 36)).fun


coordinate = Derivation(
    "The best factor q_j while the others stay: shown on the first point's kind",
    (
        Line(
            r"\mathrm{ELBO}(q) = \mathbb{E}_q[\log p(x,z)] - \mathbb{E}_q[\log q(z)]",
            "The definition, by summing over all 2⁶ assignments and integrating over the means.",
            lambda row, lam, sig: elbo(state(phi=with_row(0, row[0])), lam, sig),
        ),
        Line(
            r"= \mathbb{E}_{q_j}\bigl[\mathbb{E}_{-j}[\log p(x,z)]\bigr] + H(q_j)"
            r" + \sum_{i\neq j} H(q_i)",
            "Average over the others first. The log of a product q is a sum, so entropies add.",
            lambda row, lam, sig: (
                row @ given_kind(0, lam, sig) + entr(row).sum() + _other_entropies()
            ),
        ),
        Line(
            r"= -\mathrm{KL}(q_j\|\tilde q_j) + \log Z_j + \sum_{i\neq j} H(q_i),"
            r"\quad \tilde q_j = \frac{1}{Z_j}\exp\mathbb{E}_{-j}[\log p(x,z)]",
            r"Name the exponential of the inner average $\tilde q_j$, and normalise it by $Z_j$.",
            _as_divergence,
        ),
        Line(
            r"\max_{q_j}\mathrm{ELBO} = \log Z_j + \sum_{i\neq j} H(q_i)",
            r"Only the KL holds $q_j$; it is 0 at $q_j=\tilde q_j$ and positive elsewhere. Aside: "
            "against a numerical search over q(c₁).",
            lambda row, lam, sig: logsumexp(given_kind(0, lam, sig)) + _other_entropies(),
            aside=_highest,
        ),
        Line(
            r"q_j^*(z_j) \propto \exp\mathbb{E}_{-j}[\log p(x,z)]"
            r" \propto \exp\mathbb{E}_{-j}[\log p(z_j\mid z_{-j},x)]",
            r"The tutorial's line. $p(x,z)=p(z_j\mid z_{-j},x)\,p(z_{-j},x)$, and the last factor "
            r"does not hold $z_j$. Aside: q*(c₁), against <code>mixture.update_assignments</code>.",
            lambda row, lam, sig: np.exp(
                given_kind(0, lam, sig) - logsumexp(given_kind(0, lam, sig))
            ),
            aside=lambda row, lam, sig: mixture.update_assignments(
                model(lam, sig), TINY, state()
            ).responsibilities[0],
        ),
    ),
    (Slider("first", "q(c₁ = 1)", 0.05, 0.95, 0.4, 0.05), NOISE, PRIOR),
    lambda first, lam, sig: dict(row=np.array([first, 1 - first]), lam=lam, sig=sig),
)
