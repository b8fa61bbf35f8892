"""What the student writes in notebook 03, and every known way to get it wrong."""

import numpy as np

from helpers.exercise import Exercise, Scale
from helpers.lessons.mean_field_posterior.elbo_exercise import elbo_exercise, elbo_probe


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
    """Neither entry near 0, or the two are hard to tell apart; some round, some large."""
    theta = rng.normal(size=2) + rng.choice([-0.5, 0.5], size=2)
    theta = np.where(np.abs(theta) < 0.1, 0.3, theta)
    match rng.integers(4):
        case 0:
            return (np.where(np.round(2 * theta) == 0, 1.0, np.round(2 * theta)),)
        case 1:
            return (5 * theta,)
    return (theta,)


THETAS = tuple((np.array(t),) for t in ([1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [1.0, 2.0]))


def _shortened(theta, matrix, sign=-1, one=1):
    return np.eye(2) + sign * matrix / (one + theta @ theta)


posterior_cov_exercise = Exercise(
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
        "θθᵀ lacks its off-diagonal entries: theta * theta is no outer product": lambda theta: (
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
        "You are at the third line of the ledger that completes the square. Read the precision Λ"
        " off"
        " it: what multiplies z₁², z₂² and 2z₁z₂?",
        "Λ = I + θθᵀ. <code>np.outer(theta, theta)</code> is θθᵀ, a 2 × 2 matrix;"
        " <code>theta @ theta</code> is a number, <code>theta * theta</code> a vector.",
        "The covariance is the inverse of the whole matrix, not of its entries. By hand it is I"
        " minus"
        " θθᵀ over 1 + θᵀθ: check the two against each other.",
    ),
    (
        Scale(
            lambda theta: {"I": np.eye(2), "θθᵀ": np.outer(theta, theta)},
            lambda answer, theta: np.linalg.inv(answer),
            "in the precision (the inverse)",
        ),
        Scale(
            lambda theta: {
                "I": np.eye(2),
                "θθᵀ/(1 + θᵀθ)": np.outer(theta, theta) / (1 + theta @ theta),
            }
        ),
    ),
    {
        "θ = 0 gives back the prior, I": lambda f, theta: (f(np.zeros(2)), "=", np.eye(2)),
        "the determinant is 1/(1 + θᵀθ)": lambda f, theta: (
            np.linalg.det(f(theta)),
            "=",
            1 / (1 + theta @ theta),
        ),
    },
    examples=THETAS,
    symbols=lambda theta: {
        "θθᵀ": np.outer(theta, theta),
        "θᵀθ": theta @ theta,
        "1 + θᵀθ": 1 + theta @ theta,
        "diag(θ²)": np.diag(theta**2),
        "θ in every row": np.tile(theta, (2, 1)),
        "θ in every column": np.tile(theta[:, None], (1, 2)),
        "θ² in every row": np.tile(theta**2, (2, 1)),
        "a matrix of ones": np.ones((2, 2)),
    },
    explanation="Prior and likelihood add their precisions, I and θθᵀ; the covariance is the "
    "inverse of the sum. That inverse is I − θθᵀ/(1 + θᵀθ). Ledger “The posterior by completing "
    "the square”: the line that collects z₁², z₂² and 2z₁z₂.",
)


def _update_probe(rng):
    return *elbo_probe(rng), int(rng.integers(2))


def _pull_and_precision(theta, x, m, s2, j):
    both = np.ones(2)
    pull = {"θ_j x": theta[j] * x * both, "θ_j θ_k m_k": theta[j] * theta[1 - j] * m[1 - j] * both}
    return pull, {"1": both, "θ_j²": theta[j] ** 2 * both}


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


update_factor_exercise = Exercise(
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
        "You are at the two updates, found by setting the ELBO's derivatives to 0. Copy first"
        " (<code>m.copy()</code>), then change entry j of the copies only.",
        "The variance first: s_j² is 1/(1 + θ_j²), 1 from the prior and θ_j² from x. Neither x nor"
        " the other factor is in it.",
        "Then the mean: what the other coordinate leaves unexplained of x, θ_k m_k taken away with"
        " k = 1 − j, times θ_j, times the new variance.",
    ),
    (
        Scale(
            _pull_and_precision,
            lambda answer, theta, x, m, s2, j: (
                answer[0] * (1 + theta[j] ** 2),
                1 / answer[1],
            ),
            "as m_j (1 + θ_j²) and as the precision 1/s_j²",
        ),
    ),
    {
        "the other factor stays as it was": lambda f, theta, x, m, s2, j: (
            (f(theta, x, m, s2, j)[0][1 - j], f(theta, x, m, s2, j)[1][1 - j]),
            "=",
            (m[1 - j], s2[1 - j]),
        ),
        "the same update twice changes nothing more": lambda f, theta, x, m, s2, j: (
            np.concatenate(f(theta, x, *f(theta, x, m, s2, j), j)),
            "=",
            np.concatenate(f(theta, x, m, s2, j)),
        ),
    },
    parts=("means", "variances"),
    examples=tuple(
        (np.array(theta), x, np.array(m), np.array(s2), j)
        for theta, x, m, s2, j in (
            ([1.0, 1.0], 1.0, [0.0, 0.0], [1.0, 1.0], 0),
            ([1.0, 1.0], 3.0, [0.0, 1.0], [1.0, 1.0], 0),
            ([1.0, 2.0], 3.0, [1.0, 1.0], [1.0, 4.0], 1),
            ([2.0, 1.0], 3.0, [2.0, 4.0], [3.0, 1.0], 0),
        )
    ),
    symbols=lambda theta, x, m, s2, j: {
        "θ_j": theta[j],
        "θ_k": theta[1 - j],
        "m_j": m[j],
        "m_k": m[1 - j],
        "old s_j²": s2[j],
        "old s_k²": s2[1 - j],
        "1 + θ_j²": 1 + theta[j] ** 2,
        "1 + θ_k²": 1 + theta[1 - j] ** 2,
        "θᵀm": theta @ m,
    },
    specials={
        "j is 0": lambda theta, x, m, s2, j: (theta, x, m, s2, 0),
        "j is 1": lambda theta, x, m, s2, j: (theta, x, m, s2, 1),
        "the other mean m_k is 0": lambda theta, x, m, s2, j: (
            theta,
            x,
            m * (np.arange(2) == j),
            s2,
            j,
        ),
    },
    explanation="Setting the ELBO's derivatives in m_j and s_j² to 0 gives both at once, with the "
    "other factor held. Only entry j moves: one call is one step uphill in one factor. Solution, "
    "problem 4: the lines for m₁ and s₁², and the same with the indices exchanged.",
)


def _log_terms(theta):
    return {
        "log θ₁²": np.log(theta[0] ** 2),
        "log θ₂²": np.log(theta[1] ** 2),
        "log(1 + θ₁²)": np.log1p(theta[0] ** 2),
        "log(1 + θ₂²)": np.log1p(theta[1] ** 2),
    }


convergence_rate_exercise = Exercise(
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
        "You are after the two updates: put one into the other. A single update multiplies the"
        " error"
        " of the mean by −θ₁θ₂/(1 + θ_j²).",
        "First both factors, for j = 1 and for j = 2. Their numerators are the same, their"
        " denominators are not.",
        "A sweep is both, one after the other, so the factors multiply: the two minus signs cancel"
        " and θ₁θ₂ appears twice. The denominator is a product of two sums.",
    ),
    (
        Scale(
            _log_terms,
            lambda answer, theta: np.log(np.abs(answer)),
            "in the log of its size",
        ),
        Scale(
            lambda theta: {
                "1": 1.0,
                "θ₁²": theta[0] ** 2,
                "θ₂²": theta[1] ** 2,
                "θ₁²θ₂²": np.prod(theta**2),
            },
            lambda answer, theta: np.prod(theta**2) / answer,
            "in the denominator below θ₁²θ₂²",
        ),
    ),
    {
        "the rate is 0 where θ₁θ₂ = 0": lambda f, theta: (f(np.array([0.0, theta[1]])), "=", 0),
        "the sign of θ₁ does not matter": lambda f, theta: (
            f(theta * np.array([-1, 1])),
            "=",
            f(theta),
        ),
        "exchanging θ₁ and θ₂ changes nothing": lambda f, theta: (f(theta[::-1]), "=", f(theta)),
        "the rate is below 1": lambda f, theta: (f(theta), "≤", 1),
        "the rate is not negative": lambda f, theta: (f(theta), "≥", 0),
    },
    examples=THETAS[1:],
    symbols=lambda theta: {
        "θ₁": theta[0],
        "θ₂": theta[1],
        "1 + θ₁²": 1 + theta[0] ** 2,
        "1 + θ₂²": 1 + theta[1] ** 2,
        "1 + θᵀθ": 1 + theta @ theta,
    },
    specials={"θ₁ and θ₂ are equal": lambda theta: (np.full(2, theta[0]),)},
    explanation="Put the update of m₁ into that of m₂: the error is multiplied by θ₁²θ₂² over "
    "(1 + θ₁²)(1 + θ₂²), once a sweep. That is ρ², the squared correlation of the posterior. "
    "Notebook 03, “What you should have seen” of the zigzag: each half multiplies the error by "
    "−θ₁θ₂/(1 + θ_j²).",
)

__all__ = [
    "convergence_rate_exercise",
    "elbo_exercise",
    "posterior_cov_exercise",
    "update_factor_exercise",
]
