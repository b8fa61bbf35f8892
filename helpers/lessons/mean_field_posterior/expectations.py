"""Expectations and integrals as sums: the numbers that judge this lesson's derivations.

They use none of the algebra that they check. Integrals over z are sums over a grid, to rounding;
expectations under q are Gauss–Hermite quadrature, which is exact for the polynomials here.
They stay in this lesson, for they are fitted to its sliders.
"""

import numpy as np

from helpers.gaussians import log_normal, log_normal_full
from helpers.quadrature import gauss_hermite

# The trapezoid rule: at ± 9 the prior is 1e-18, and no posterior here has an axis under 1/3.
AXIS = np.linspace(-9, 9, 91)
STEP = AXIS[1] - AXIS[0]
GRID = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)
LOG_2PI = np.log(2 * np.pi)


def log_prior(z):
    """log p(z) at the points z, (n, 2) -> (n,)."""
    return log_normal(z, 0, 1).sum(axis=-1)


def log_likelihood(z, theta, x):
    """log p(x | z) at the points z, (n, 2) -> (n,)."""
    return log_normal(x, z @ theta, 1)


def log_joint(z, theta, x):
    """log p(z, x) at the points z, (n, 2) -> (n,)."""
    return log_prior(z) + log_likelihood(z, theta, x)


def log_q(z, m, s):
    """log q(z) = log N(z₁ | m₁, s₁²) + log N(z₂ | m₂, s₂²), (n, 2) -> (n,)."""
    return log_normal(z, m, s**2).sum(axis=-1)


def log_integral(log_function):
    """log ∫ exp(log_function(z)) dz over the plane, by the grid."""
    return np.log(np.sum(np.exp(log_function(GRID))) * STEP**2)


def log_evidence(theta, x):
    """log p(x) = log ∫ p(x | z) p(z) dz, by the grid."""
    return log_integral(lambda z: log_joint(z, theta, x))


def integral_near(function, m, s):
    """∫ function(z) dz by a grid of step s/5, to 9 s around m."""
    return np.sum(function(m + s * GRID)) * STEP**2 * np.prod(s)


def expect(function, m, s):
    """E_q[function(z)], z ~ N(m₁, s₁²) N(m₂, s₂²)."""
    return gauss_hermite(function, m, np.diag(s))


def precision(theta):
    """Λ = I + θθᵀ."""
    return np.eye(2) + np.outer(theta, theta)


def posterior_mean(theta, x):
    """μ, by a linear solver: Λμ = xθ."""
    return np.linalg.solve(precision(theta), x * theta)


def log_posterior(z, theta, x):
    """log N(z | μ, Λ⁻¹), the Gaussian that section 1 found; Λ inverted numerically."""
    return log_normal_full(z, posterior_mean(theta, x), np.linalg.inv(precision(theta)))


def correlation(cov):
    """ρ = Σ₁₂/√(Σ₁₁Σ₂₂)."""
    return cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])
