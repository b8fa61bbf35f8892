"""The answers in closed form, and the best Gaussian in logit θ: everything that pictures draw.

`first` = a + h and `second` = b + t throughout: the posterior is Beta(first, second). They may be
arrays. The formulas stay in this lesson, for they hold for a coin alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import betaincinv, betaln, expit, log_expit

LEVELS = (0.025, 0.975)
Z = 1.959963984540054  # 97.5 % of N(0, 1) lie below
NODES, WEIGHTS = hermegauss(60)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
N_STEPS = 8  # Newton's, in `best_gaussian`


class Answer(NamedTuple):
    """What an answer says of θ: mean, sd and the ends of its 95 % interval."""

    mean: float
    sd: float
    low: float
    high: float


def expect(function, m, s):
    """E[function(η)] for η ~ N(m, s²), by Gauss–Hermite with 60 nodes; m and s may be arrays."""
    m, s = np.asarray(m)[..., None], np.asarray(s)[..., None]
    return function(m + s * NODES) @ WEIGHTS


def log_beta_density(theta, first, second):
    """log Beta(θ | first, second), for θ in (0, 1)."""
    return (first - 1) * np.log(theta) + (second - 1) * np.log1p(-theta) - betaln(first, second)


def log_posterior(eta, first, second):
    """log p(η | x), a density in η = logit θ."""
    return first * log_expit(eta) + second * log_expit(-eta) - betaln(first, second)


def exact(first, second):
    total = first + second
    mean = first / total
    sd = np.sqrt(mean * (1 - mean) / (total + 1))
    return Answer(mean, sd, *(betaincinv(first, second, level) for level in LEVELS))


def laplace_theta(first, second):
    """The peak of log p(x, θ) and (−second derivative)^−½ there; None where there is no peak."""
    if min(first, second) <= 1:
        return None
    peak = (first - 1) / (first + second - 2)
    sd = np.sqrt(peak * (1 - peak) / (first + second - 2))
    return Answer(peak, sd, peak - Z * sd, peak + Z * sd)


def laplace_logit(first, second):
    """m and s of the Gaussian in η: the peak log(first/second), the variance 1/first + 1/second."""
    return np.log(first / second), np.sqrt(1 / first + 1 / second)


def elbo_gap(m, s, first, second):
    """KL(N(m, s²) ‖ p(η | x)) = log p(x) − ELBO."""
    first, second = np.asarray(first)[..., None], np.asarray(second)[..., None]
    entropy = 0.5 * np.log(2 * np.pi * np.e * np.square(s))
    return -expect(lambda eta: log_posterior(eta, first, second), m, s) - entropy


def elbo(m, s, coin):
    """E_q[log p(x, η)] + H(q) for q = N(m, s²): the log joint is all that it needs."""
    entropy = 0.5 * np.log(2 * np.pi * np.e * s**2)
    return float(expect(lambda eta: coin.logit_log_joint(eta[..., None]), m, s) + entropy)


def best_gaussian(first, second):
    """m and s with the highest ELBO, E[f(m + sε)] + log s with f = log p(x, η): Newton's method.

    Its derivatives in m and s are E[f'], E[f'ε] + 1/s, and E[f''], E[f''ε], E[f''ε²] − 1/s².
    f'' < 0 makes the ELBO concave in (m, s) together, so there is one top to climb to.
    """
    first, second = np.asarray(first, float)[..., None], np.asarray(second, float)[..., None]
    m, s = laplace_logit(first, second)
    for _ in range(N_STEPS):
        theta = expit(m + s * NODES)
        slope = first - (first + second) * theta
        bend = -(first + second) * theta * (1 - theta) * WEIGHTS
        g_m, g_s = (slope @ WEIGHTS)[..., None], (slope @ (WEIGHTS * NODES))[..., None] + 1 / s
        h_mm, h_ms = bend.sum(-1, keepdims=True), (bend @ NODES)[..., None]
        h_ss = (bend @ NODES**2)[..., None] - 1 / s**2
        det = h_mm * h_ss - h_ms**2
        m = m - (h_ss * g_m - h_ms * g_s) / det
        s = np.maximum(s - (h_mm * g_s - h_ms * g_m) / det, s / 2)  # a step too far stays positive
    return m[..., 0][()], s[..., 0][()]


def on_theta(m, s):
    """What N(m, s²) in η says of θ: its moments by quadrature, its interval mapped end by end."""
    mean = expect(expit, m, s)
    sd = np.sqrt(expect(lambda eta: np.square(expit(eta) - np.asarray(mean)[..., None]), m, s))
    return Answer(mean, sd, expit(m - Z * s), expit(m + Z * s))


def density_on_theta(theta, m, s):
    """The density of θ where logit θ ~ N(m, s²): the Jacobian dη/dθ = 1/θ(1 − θ) is in it."""
    eta = np.log(theta / (1 - theta))
    scaled = (eta - m) / s
    return np.exp(-0.5 * scaled**2) / (np.sqrt(2 * np.pi) * s * theta * (1 - theta))
