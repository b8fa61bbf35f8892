"""Mean field for a Gaussian posterior with correlation: every quantity is exact.

z ~ N(0, I₂), x | z ~ N(θᵀz, 1), q(z) = N(z₁ | m₁, s₁²) N(z₂ | m₂, s₂²)  (worksheet, problems 3, 4)
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy

from helpers.arguments import (
    broadcast,
    count,
    positive_array,
    positive_scalar,
    real_array,
    scalar,
    vector,
)

_LARGEST = 1e150  # its square is still a float64
_LOG_2PI = np.log(2 * np.pi)


@dataclass(frozen=True, eq=False)
class LinearGaussian:
    """The model z ~ N(0, I₂), x | z ~ N(θᵀz, 1) and one observation x.

    Parameters: `theta` (2,), `x` a number, all at most 1e150 in size.
    Raises: ValueError for anything else.
    """

    theta: np.ndarray
    x: float

    def __post_init__(self):
        theta, x = vector("theta", self.theta, 2), scalar("x", self.x)
        for name, size in (("theta", abs(theta).max()), ("x", abs(x))):
            if size > _LARGEST:
                raise ValueError(f"{name} exceeds {_LARGEST}: its square is no float64")
        theta.setflags(write=False)
        object.__setattr__(self, "theta", theta)
        object.__setattr__(self, "x", x)

    @property
    def evidence_var(self):
        """The variance of x: 1 + θᵀθ."""
        return 1 + self.theta @ self.theta

    @property
    def posterior_mean(self):
        """E[z | x] = θx/(1 + θᵀθ), shape (2,)."""
        return self.theta / self.evidence_var * self.x + 0.0  # never −0.0

    @property
    def posterior_cov(self):
        """Cov[z | x] = I − θθᵀ/(1 + θᵀθ), shape (2, 2); written so that nothing cancels."""
        first, second = self.theta
        mixed = 0.0 - first * second  # never −0.0
        return np.array([[1 + second**2, mixed], [mixed, 1 + first**2]]) / self.evidence_var

    @property
    def correlation(self):
        """ρ of z₁ and z₂ given x: −θ₁θ₂/√((1 + θ₁²)(1 + θ₂²)); 0 iff θ₁θ₂ = 0."""
        return 0.0 - np.prod(self.theta / np.hypot(1, self.theta))

    @property
    def log_evidence(self):
        """log p(x) = log N(x | 0, 1 + θᵀθ), in nats."""
        sd = np.sqrt(self.evidence_var)
        return -0.5 * (_LOG_2PI + np.log1p(self.theta @ self.theta) + (self.x / sd) ** 2)

    @property
    def optimal_s2(self):
        """The variances of the best q, (2,): 1/(1 + θ_j²) = (1 − ρ²) · Var[z_j | x]."""
        return 1 / (1 + self.theta**2)

    @property
    def convergence_rate(self):
        """ρ²: the factor by which each sweep of coordinate ascent shrinks the error in m."""
        return self.correlation**2

    @property
    def final_gap(self):
        """log p(x) − ELBO of the best q: −½ log(1 − ρ²) = ½ log(1 + θ₁²θ₂²/(1 + θᵀθ)), in nats."""
        first, second = self.theta
        return 0.5 * np.log1p((first * (second / np.sqrt(self.evidence_var))) ** 2)


class ElboTerms(NamedTuple):
    """The ELBO's three terms, in nats: match the prior, match the data, keep spread."""

    prior: float
    likelihood: float
    entropy: float

    @property
    def total(self):
        """The ELBO."""
        return self.prior + self.likelihood + self.entropy


class Trace(NamedTuple):
    """The path of coordinate ascent: a row for the start, then one for each factor's update."""

    m: np.ndarray  # (1 + 2·n_sweeps, 2)
    s2: np.ndarray  # (1 + 2·n_sweeps, 2)
    elbo: np.ndarray  # (1 + 2·n_sweeps,)


def elbo_terms(model, m, s2):
    """E_q[log p(z)], E_q[log p(x | z)] and H(q₁) + H(q₂); their sum is the ELBO.

    −log 2π − ½(m₁² + s₁² + m₂² + s₂²),  −½ log 2π − ½[(x − θᵀm)² + θ₁²s₁² + θ₂²s₂²],
    1 + log 2π + log s₁ + log s₂  (worksheet solution, eq. 2.4–2.10, with the 1 missing in 2.10)

    Parameters: `m`, `s2` (..., 2), means and variances > 0; leading axes broadcast.
    Returns: ElboTerms of shape (...). Raises: ValueError for other shapes, non-finite values,
    s2 ≤ 0, and terms that exceed the largest float64.
    """
    m, s2 = broadcast(m=_pairs("m", m), s2=positive_array("s2", _pairs("s2", s2)))
    theta = model.theta
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is caught below
        square = (m**2 + s2).sum(axis=-1)
        misfit = (model.x - m @ theta) ** 2 + (theta**2 * s2).sum(axis=-1)
    terms = ElboTerms(
        prior=-_LOG_2PI - 0.5 * square,
        likelihood=-0.5 * (_LOG_2PI + misfit),
        entropy=1 + _LOG_2PI + 0.5 * np.log(s2).sum(axis=-1),
    )
    if not np.isfinite(terms.total).all():
        raise ValueError("m or s2 is so large that the ELBO exceeds the largest float64")
    return terms


def update_factor(model, m, s2, j):
    """The q_j that maximises the ELBO while the other factor stays; j is 0 or 1.

    m_j = θ_j(x − θ_k m_k)/(1 + θ_j²), s_j² = 1/(1 + θ_j²), k the other  (worksheet, problem 4)

    Parameters: `m`, `s2` (2,). Returns: new m, s2. Raises: ValueError for other shapes, values
    or j.
    """
    m, s2 = vector("m", m, 2), positive_array("s2", vector("s2", s2, 2))
    if count("j", j, least=0) > 1:
        raise ValueError(f"j must be 0 or 1, not {j}")
    with np.errstate(over="ignore"):
        residual = model.x - model.theta[1 - j] * m[1 - j]
    s2[j] = model.optimal_s2[j]
    m[j] = model.theta[j] * s2[j] * residual
    return real_array("the update of m", m), s2


def coordinate_ascent(model, m, s2, n_sweeps):
    """Update q₁, then q₂, `n_sweeps` times; the ELBO never falls.

    Parameters: start `m`, `s2` (2,); `n_sweeps` ≥ 0. Returns: Trace. Raises: as `update_factor`.
    """
    path = [(vector("m", m, 2), positive_array("s2", vector("s2", s2, 2)))]
    for step in range(2 * count("n_sweeps", n_sweeps, least=0)):
        path.append(update_factor(model, *path[-1], step % 2))
    m, s2 = (np.stack(rows) for rows in zip(*path, strict=True))
    return Trace(m, s2, elbo_terms(model, m, s2).total)


def coverage(model, s2, level=0.95):
    """The posterior probability of the ellipse that holds `level` of q's, where q has the
    posterior's mean, as both projections have, and the variances `s2`.

    P(Σ_j λ_j g_j² ≤ c), g_j ~ N(0, 1), c the quantile of χ²₂, λ_j the eigenvalues of the posterior
    covariance in units of s_j; by the angle a of g, the mean of 1 − exp(−½c/(λ₁cos²a + λ₂sin²a)).

    Parameters: `s2` (2,), > 0; 0 < `level` < 1. Returns: float. Raises: ValueError.
    """
    s2, level = positive_array("s2", vector("s2", s2, 2)), positive_scalar("level", level)
    if level >= 1:
        raise ValueError(f"level must be below 1, not {level}")
    with np.errstate(over="ignore", invalid="ignore"):  # caught below
        first, second = np.diag(model.posterior_cov) / s2
        mixed = model.posterior_cov[0, 1] / np.sqrt(s2[0]) / np.sqrt(s2[1])
        large = 0.5 * (first + second) + np.hypot(0.5 * (first - second), mixed)
        # From the determinant: no difference.
        small = 1 / model.evidence_var / s2[0] / s2[1] / large
    if not np.isfinite([large, small]).all():
        raise ValueError(f"s2 is too small: the posterior, in its units, leaves float64: {s2}")

    def radial(a):
        return -np.expm1(np.log1p(-level) / (small * np.cos(a) ** 2 + large * np.sin(a) ** 2))

    return float(scipy.integrate.tanhsinh(radial, 0, np.pi / 2).integral * 2 / np.pi)


def _pairs(name, value):
    array = real_array(name, value)
    if array.shape[-1:] != (2,):
        raise ValueError(f"{name} must have shape (..., 2), not {array.shape}")
    return array
