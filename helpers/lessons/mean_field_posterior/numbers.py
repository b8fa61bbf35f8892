"""The numbers that stand beside this lesson's derivations, and the sliders they share.

They use none of the algebra that they check: integrals over z are sums over a grid, expectations
under q are Gauss–Hermite quadrature, which is exact for the polynomials here.
"""

import numpy as np
from scipy.stats import norm

from helpers.quadrature import gauss_hermite
from helpers.widgets import Slider

# The trapezoid rule, to rounding: at ± 9 the prior is 1e-18, and no posterior here has an axis
# under 1/3. Rows are points z.
AXIS = np.linspace(-9, 9, 91)
CELL = (AXIS[1] - AXIS[0]) ** 2
GRID = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)
LOG_2PI = np.log(2 * np.pi)

THETA = (
    Slider("theta_1", "θ₁", -2.0, 2.0, 1.2, 0.1),
    Slider("theta_2", "θ₂", -2.0, 2.0, -0.7, 0.1),
)
Q = (
    Slider("m_1", "m₁", -2.0, 2.0, 0.4, 0.1),
    Slider("m_2", "m₂", -2.0, 2.0, -0.1, 0.1),
    Slider("s_1", "s₁", 0.3, 2.0, 0.7, 0.05),
    Slider("s_2", "s₂", 0.3, 2.0, 0.9, 0.05),
)
OBSERVATION = Slider("x", "x", -3.0, 3.0, 1.5, 0.1)


def log_joint(z, theta, x):
    """log p(z, x) at the points z, (n, 2) -> (n,)."""
    return norm.logpdf(z).sum(axis=-1) + norm.logpdf(x, z @ theta, 1)


def log_evidence(theta, x):
    """log p(x) = log ∫ p(x | z) p(z) dz, by the grid."""
    return np.log(np.sum(np.exp(log_joint(GRID, theta, x))) * CELL)


def expect(function, m, s):
    """E_q[function(z)], z ~ N(m₁, s₁²) N(m₂, s₂²)."""
    return gauss_hermite(function, np.asarray(m), np.diag(s))


def log_q(z, m, s):
    return norm.logpdf(z, m, s).sum(axis=-1)


def precision(theta):
    """Λ = I + θθᵀ."""
    return np.eye(2) + np.outer(theta, theta)
