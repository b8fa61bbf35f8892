"""Expectations under a q of six points and two kinds, without any of the algebra they check.

All 2⁶ assignments are enumerated, and the means integrated by Gauss–Hermite quadrature with
three nodes a coordinate, exact for the quadratic polynomials that occur here. It stays in this
lesson: no other model is small enough to be summed up like this.
"""

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.gmm_cavi.data import TINY
from helpers.lessons.gmm_cavi.exact import assignments
from helpers.mixture import MixtureModel, State
from helpers.quadrature import gauss_hermite
from helpers.widgets import Slider

N, K, D = 6, 2, 2
ALPHA = np.array([0.3, -0.2])
MEANS = np.array([[-1.2, -0.9], [0.8, 1.0]])
PHI = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.45, 0.55], [0.2, 0.8], [0.1, 0.9]])
HOT = assignments(N, K)

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(3)
_GRID = np.array(np.meshgrid(*[_NODES] * (K * D), indexing="ij")).reshape(K * D, -1)
_STANDARD = _GRID.T.reshape(-1, K, D)
_MASS = np.prod(np.array(np.meshgrid(*[_WEIGHTS / _WEIGHTS.sum()] * (K * D))), axis=0).ravel()

NOISE = Slider("lam", "λ", 0.4, 1.6, 0.7, 0.1)
PRIOR = Slider("sig", "σ", 0.8, 3.0, 1.5, 0.1)
SPREAD = Slider("s1", "s₁² (s₂² = 0.3)", 0.05, 1.0, 0.2, 0.05)
SHIFT = Slider("shift", "move m₁ by", -1.0, 1.0, 0.0, 0.1)
DOUBT = Slider("first", "φ₄₁, point 4's doubt", 0.05, 0.95, 0.45, 0.05)


def model(lam, sig):
    return MixtureModel(K, ALPHA, sig**2, lam**2)


def state(s1=0.2, shift=0.0, phi=PHI):
    return State(phi, MEANS + np.array([[shift], [0.0]]), np.array([s1, 0.3]))


def with_row(row, first):
    """PHI with its row `row` (from 0) set to (first, 1 − first)."""
    phi = PHI.copy()
    phi[row] = first, 1 - first
    return phi


def at(lam=0.7, sig=1.5, s1=0.2, shift=0.0, first=0.45):
    """The sliders' values as a ledger's parameters: the state q, λ and σ."""
    return dict(q=state(s1, shift, with_row(3, first)), lam=lam, sig=sig)


def expect(function, q):
    """E_q[function(μ, c)]: μ (81, K, D) and c (C, N, K) in, (81, C) or what spreads to it out.

    The c are the assignments that q does not rule out, at most 64.
    """
    means = q.means + np.sqrt(q.variances)[:, None] * _STANDARD
    chances = np.prod(np.sum(HOT * q.responsibilities, axis=2), axis=1)
    possible = chances > 0
    values = function(means, HOT[possible])
    return float(_MASS @ np.broadcast_to(values, (81, possible.sum())) @ chances[possible])


def expect_mean(function, q, k):
    """E_q[function(μ_k)] for one mean: `function` takes (n, D)."""
    return gauss_hermite(function, q.means[k], np.sqrt(q.variances[k]) * np.eye(D))


def log_density(x, mean, var):
    """log N(x | mean, var I), over the last axis."""
    return np.sum(log_normal(x, mean, var), axis=-1)


def log_p_means(mu, sig):
    return log_density(mu, ALPHA, sig**2).sum(axis=1)[:, None]


def log_p_kinds(hot):
    return np.sum(hot * np.log(1 / K), axis=(1, 2))[None]


def log_p_points(mu, hot, lam):
    each = log_density(TINY[:, None], mu[:, None], lam**2)  # (81, N, K)
    return np.tensordot(each, hot, axes=((1, 2), (1, 2)))


def log_joint(mu, hot, lam, sig):
    """log p(μ, c, x), the product of the model's three factors."""
    return log_p_means(mu, sig) + log_p_kinds(hot) + log_p_points(mu, hot, lam)


def log_q_means(mu, q):
    return np.sum([log_density(mu[:, k], q.means[k], q.variances[k]) for k in range(K)], 0)[:, None]


def log_q_kinds(hot, q):
    return np.log(np.sum(hot * q.responsibilities, axis=2)).sum(axis=1)[None]


def elbo(q, lam, sig):
    """E_q[log p(x, c, μ) − log q(c, μ)], the definition."""
    return expect(
        lambda mu, hot: log_joint(mu, hot, lam, sig) - log_q_means(mu, q) - log_q_kinds(hot, q), q
    )
