"""The exercise on the exact posterior: the inverse of I + θθᵀ."""

import numpy as np

from helpers.exercise import Exercise, Scale


def posterior_cov(theta):
    precision = np.eye(2) + np.outer(theta, theta)
    return np.linalg.inv(precision)


def theta_probe(rng):
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
    theta_probe,
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
        "θθᵀ lacks its off-diagonal entries": lambda theta: _shortened(theta, np.diag(theta**2)),
        # The inverse of np.eye(2) + theta * theta, too.
        "theta * theta is a vector, added to every row: np.outer(theta, theta) is the matrix θθᵀ": (
            lambda theta: _shortened(theta, np.tile(theta**2, (2, 1)))
        ),
        "the number θᵀθ stands where the matrix θθᵀ should": lambda theta: (
            np.eye(2) - theta @ theta / (1 + theta @ theta)
        ),
        "the diagonal entries are not exchanged: the inverse of [[a, b], [b, d]] begins with d": (
            lambda theta: posterior_cov(theta[::-1])
        ),
        "the denominator is 1 + θᵀθ, not 1 − θᵀθ": lambda theta: (
            np.eye(2) - np.outer(theta, theta) / (1 - theta @ theta)
        ),
        "θᵀθ is ‖θ‖², not ‖θ‖": lambda theta: (
            np.eye(2) - np.outer(theta, theta) / (1 + np.linalg.norm(theta))
        ),
        "the number θᵀθ stands on the diagonal where the matrix θθᵀ should": lambda theta: (
            np.eye(2) / (1 + theta @ theta)
        ),
        "np.ones stands where np.eye should: the prior's precision has 0 off its diagonal": (
            lambda theta: np.linalg.pinv(np.ones((2, 2)) + np.outer(theta, theta))
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
    explanation="Prior and likelihood add their precisions, I and θθᵀ; the covariance is the"
    " inverse "
    "of the sum. That inverse is I − θθᵀ/(1 + θᵀθ). Ledger “The posterior by completing the"
    " square”: the line that collects z₁², z₂² and 2z₁z₂.",
)
