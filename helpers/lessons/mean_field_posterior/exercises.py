"""What the student writes in notebook 03, and every known way to get it wrong."""

import numpy as np

from helpers.exercise import Exercise
from helpers.lessons.mean_field_posterior.elbo_exercise import bound, elbo_probe


def posterior_cov(theta):
    precision = np.eye(2) + np.outer(theta, theta)
    return np.linalg.inv(precision)


def update_factor(theta, x, m, s2, j):
    m, s2, k = m.copy(), s2.copy(), 1 - j
    s2[j] = 1 / (1 + theta[j] ** 2)
    m[j] = s2[j] * theta[j] * (x - theta[k] * m[k])
    return m, s2


def convergence_rate(theta):
    return np.prod(theta**2 / (1 + theta**2))


def _theta_probe(rng):
    return (rng.normal(size=2) + rng.choice([-0.5, 0.5], size=2),)


def _shortened(theta, matrix, sign=-1, one=1):
    return np.eye(2) + sign * matrix / (one + theta @ theta)


covariance = Exercise(
    posterior_cov,
    _theta_probe,
    {
        "this is the precision I + θθᵀ: the covariance is its inverse": lambda theta: (
            np.eye(2) + np.outer(theta, theta)
        ),
        "each entry of the precision is inverted by itself: invert the matrix": lambda theta: (
            1 / (np.eye(2) + np.outer(theta, theta))
        ),
        "θθᵀ is not divided by 1 + θᵀθ": lambda theta: np.eye(2) - np.outer(theta, theta),
        "the observation adds to the variance: it should take away": lambda theta: _shortened(
            theta, np.outer(theta, theta), sign=1
        ),
        "the 1 in 1 + θᵀθ is missing: no direction has variance 0": lambda theta: _shortened(
            theta, np.outer(theta, theta), one=0
        ),
        "theta * theta (or theta @ theta.T) stands where the outer product should": lambda theta: (
            _shortened(theta, np.diag(theta**2))
        ),
        "the number θᵀθ stands where the matrix θθᵀ should": lambda theta: (
            np.eye(2) - theta @ theta / (1 + theta @ theta)
        ),
        "only the diagonal of Λ is inverted: these are the mean field's variances": lambda theta: (
            np.diag(1 / (1 + theta**2))
        ),
    },
    (
        "Read the precision Λ off eq. 2.3: what multiplies z₁², z₂² and 2z₁z₂?",
        "Λ = I + θθᵀ. <code>np.outer(theta, theta)</code> is θθᵀ, a 2 × 2 matrix.",
        "Either <code>np.linalg.inv</code> of it, or I − θθᵀ/(1 + θᵀθ).",
    ),
    identities={
        "θ = 0 gives back the prior, I": lambda f: (
            "" if np.allclose(f(np.zeros(2)), np.eye(2)) else "it does not"
        ),
        "the determinant is 1/(1 + θᵀθ)": lambda f: (
            ""
            if np.isclose(np.linalg.det(f(np.array([1.2, -0.7]))), 1 / 2.93)
            else f"for θ = (1.2, −0.7) it is {np.linalg.det(f(np.array([1.2, -0.7]))):.4g}"
        ),
    },
)


def _update_probe(rng):
    return *elbo_probe(rng), int(rng.integers(2))


def _one(mean, variance):
    """An update of factor j alone, by `mean(theta, x, m, j, k)` and `variance(theta, j, k)`."""

    def wrong(theta, x, m, s2, j):
        m, s2, k = m.copy(), s2.copy(), 1 - j
        s2[j] = variance(theta, j, k) if variance else s2[j]
        m[j] = mean(theta, x, m, j, k)
        return m, s2

    return wrong


def _mean(theta, x, m, j, k):
    return theta[j] * (x - theta[k] * m[k]) / (1 + theta[j] ** 2)


def _variance(theta, j, k):
    return 1 / (1 + theta[j] ** 2)


def _both_from_old(theta, x, m, s2, j):
    pair = [update_factor(theta, x, m, s2, i) for i in (0, 1)]
    return tuple(np.array([pair[0][row][0], pair[1][row][1]]) for row in (0, 1))


def _both_in_turn(theta, x, m, s2, j):
    return update_factor(theta, x, *update_factor(theta, x, m, s2, j), 1 - j)


one_factor = Exercise(
    update_factor,
    _update_probe,
    {
        "both factors are updated, each from the old values: repeated, this still converges, but by"
        " |ρ| a sweep and not ρ²": _both_from_old,
        "both factors are updated, one after the other: one call is one factor": _both_in_turn,
        "the other factor is updated, not q_j": lambda theta, x, m, s2, j: update_factor(
            theta, x, m, s2, 1 - j
        ),
        "the residual uses q_j's own mean: it should use the other's": _one(
            lambda theta, x, m, j, k: theta[j] * (x - theta[j] * m[j]) / (1 + theta[j] ** 2),
            _variance,
        ),
        "x + θ_k m_k stands where x − θ_k m_k should": _one(
            lambda theta, x, m, j, k: theta[j] * (x + theta[k] * m[k]) / (1 + theta[j] ** 2),
            _variance,
        ),
        "θ_j before the residual is missing": _one(
            lambda theta, x, m, j, k: (x - theta[k] * m[k]) / (1 + theta[j] ** 2), _variance
        ),
        "the mean is not divided by 1 + θ_j²": _one(
            lambda theta, x, m, j, k: theta[j] * (x - theta[k] * m[k]), _variance
        ),
        "the 1 of the prior is missing from 1 + θ_j²": _one(
            lambda theta, x, m, j, k: (x - theta[k] * m[k]) / theta[j],
            lambda theta, j, k: 1 / theta[j] ** 2,
        ),
        "1 + θᵀθ stands where 1 + θ_j² should: the other coordinate is held, not averaged": _one(
            lambda theta, x, m, j, k: theta[j] * (x - theta[k] * m[k]) / (1 + theta @ theta),
            lambda theta, j, k: 1 / (1 + theta @ theta),
        ),
        "the precision 1 + θ_j² stands where the variance should": _one(
            _mean, lambda theta, j, k: 1 + theta[j] ** 2
        ),
        "the standard deviation stands where the variance should": _one(
            _mean, lambda theta, j, k: 1 / np.sqrt(1 + theta[j] ** 2)
        ),
        "the variance is q_k's: it needs θ_j": _one(
            _mean, lambda theta, j, k: _variance(theta, k, j)
        ),
        "only the mean is updated, not the variance": _one(_mean, None),
        "only the variance is updated, not the mean": _one(
            lambda theta, x, m, j, k: m[j], _variance
        ),
    },
    (
        "Copy first (<code>m.copy()</code>), then change entry j of the copies only.",
        "s_j² is 1/(1 + θ_j²): neither x nor the other factor is in it.",
        "m_j = s_j² θ_j (x − θ_k m_k), with k = 1 − j the other index.",
    ),
)


rate = Exercise(
    convergence_rate,
    _theta_probe,
    {
        "this is |ρ|, the factor of a single update (or of a sweep with both at once)": lambda t: (
            np.sqrt(convergence_rate(t))
        ),
        "this is ρ itself": lambda t: -np.prod(t / np.sqrt(1 + t**2)),
        "this is ρ⁴: so much the ELBO's distance to its maximum shrinks": lambda t: (
            convergence_rate(t) ** 2
        ),
        "this is 1 − ρ², what is gone after a sweep, not what is left": lambda t: (
            1 - convergence_rate(t)
        ),
        "the denominators are 1 + θᵀθ: they should be (1 + θ₁²)(1 + θ₂²)": lambda t: (
            np.prod(t**2) / (1 + t @ t)
        ),
        "the numerator θ₁θ₂ is not squared": lambda t: np.prod(t) / np.prod(1 + t**2),
        "the numerators are missing": lambda t: 1 / np.prod(1 + t**2),
        "this is the final gap −½ log(1 − ρ²)": lambda t: -0.5 * np.log1p(-convergence_rate(t)),
    },
    (
        "Two single updates make a sweep. Each multiplies one error by −θ₁θ₂/(1 + θ_j²).",
        "The product of the two factors is positive, whatever the sign of θ₁θ₂.",
        "θ₁²θ₂²/((1 + θ₁²)(1 + θ₂²)), which is ρ².",
    ),
    identities={
        "the rate is 0 where θ₁θ₂ = 0": lambda f: (
            "" if f(np.array([0.0, 2.0])) == 0 else f"it is {f(np.array([0.0, 2.0])):.4g}"
        ),
        "the sign of θ₁ does not matter": lambda f: (
            "" if np.isclose(f(np.array([1.0, 2])), f(np.array([-1.0, 2]))) else "it does"
        ),
    },
)

__all__ = ["bound", "covariance", "one_factor", "rate"]
