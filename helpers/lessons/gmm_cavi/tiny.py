"""Expectations under a q of the tiny data set, without any of the algebra they check.

All 2⁶ assignments are enumerated, and the means integrated by Gauss–Hermite quadrature with
three nodes a coordinate, exact for the quadratic polynomials that occur here.
"""

import numpy as np

from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.enumeration import assignments
from helpers.mixture import MixtureModel, State
from helpers.widgets import Slider

N, K, D = 6, 2, 2
PRIOR_MEAN = np.array([0.3, -0.2])
MEANS = np.array([[-1.2, -0.9], [0.8, 1.0]])
PHI = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.45, 0.55], [0.2, 0.8], [0.1, 0.9]])
HOT = assignments(N, K)

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(3)
_GRID = np.array(np.meshgrid(*[_NODES] * (K * D), indexing="ij")).reshape(K * D, -1)
STANDARD = _GRID.T.reshape(-1, K, D)
_MASS = np.prod(np.array(np.meshgrid(*[_WEIGHTS / _WEIGHTS.sum()] * (K * D))), axis=0).ravel()

NOISE = Slider("lam", "λ", 0.4, 1.6, 0.7, 0.1)
PRIOR = Slider("sig", "σ", 0.8, 3.0, 1.5, 0.1)
SPREAD = Slider("s1", "s₁² (s₂² = 0.3)", 0.05, 1.0, 0.2, 0.05)
SHIFT = Slider("shift", "move m₁ by", -1.0, 1.0, 0.0, 0.1)


def model(lam, sig):
    return MixtureModel(K, PRIOR_MEAN, sig**2, lam**2)


def state(s1=0.2, shift=0.0, phi=PHI):
    return State(phi, MEANS + np.array([[shift], [0.0]]), np.array([s1, 0.3]))


def with_row(row, first):
    """PHI with its row `row` (from 0) set to (first, 1 − first)."""
    phi = PHI.copy()
    phi[row] = first, 1 - first
    return phi


def log_normal(x, mean, var):
    """log N(x | mean, var I) over the last axis."""
    dim = np.shape(x)[-1]
    return -0.5 * (dim * np.log(2 * np.pi * var) + np.sum((x - mean) ** 2, axis=-1) / var)


def expect(function, q):
    """E_q[function(μ, c)]: μ (81, K, D) and c (64, N, K) in, (81, 64) or what spreads to it out."""
    means = q.means + np.sqrt(q.variances)[:, None] * STANDARD
    chances = np.prod(np.sum(HOT * q.responsibilities, axis=2), axis=1)
    values = np.broadcast_to(function(means, HOT), (len(_MASS), len(chances)))
    return float(_MASS @ values @ chances)


def prior_means(mu, sig):
    return log_normal(mu, PRIOR_MEAN, sig**2).sum(axis=1)[:, None]


def prior_assignments(hot):
    return np.sum(hot * np.log(1 / K), axis=(1, 2))[None]


def likelihood(mu, hot, lam):
    each = log_normal(TINY[:, None], mu[:, None], lam**2)  # (81, N, K)
    return np.einsum("gnk,cnk->gc", each, hot)


def log_joint(mu, hot, lam, sig):
    return prior_means(mu, sig) + prior_assignments(hot) + likelihood(mu, hot, lam)


def log_q_means(mu, q):
    each = [log_normal(mu[:, k], q.means[k], q.variances[k]) for k in range(K)]
    return np.sum(each, axis=0)[:, None]


def log_q_assignments(hot, q):
    return np.log(np.sum(hot * q.responsibilities, axis=2)).sum(axis=1)[None]


def elbo(q, lam, sig):
    """E_q[log p(x, c, μ) − log q(c, μ)], the definition."""
    return expect(
        lambda mu, hot: (
            log_joint(mu, hot, lam, sig) - log_q_means(mu, q) - log_q_assignments(hot, q)
        ),
        q,
    )
