"""The exercise on the gradient of KL(p‖N(μ, I))."""

import numpy as np

from helpers.exercise import Exercise, Scale


def gradient(mu, x):
    return mu - np.mean(x, axis=0)


def _draws(rng):
    """μ (d,), and n draws (n, d) that are neither centred nor symmetric; some round, some far."""
    n, d = int(rng.integers(2, 12)), int(rng.integers(1, 5))
    n += n == d
    mu, x = rng.normal(size=d), rng.gamma(2, 1, size=(n, d)) + rng.normal(size=d)
    match rng.integers(4):
        case 0:
            return np.round(2 * mu), np.round(2 * x)
        case 1:
            return mu, 30 * x - 10
    return mu, x


def _unit_pulls(mu, x):
    away = mu - x
    return np.mean(away / np.linalg.norm(away, axis=1, keepdims=True), axis=0)


gradient_exercise = Exercise(
    gradient,
    _draws,
    {
        "the sign is the other one: eq. 1.11 differentiates E[log q], which rises where KL falls": (
            lambda mu, x: np.mean(x, axis=0) - mu
        ),
        "the sum over the draws is taken in place of their mean": lambda mu, x: (
            len(x) * mu - np.sum(x, axis=0)
        ),
        "μ is subtracted from the sum of the draws: the mean is needed": lambda mu, x: (
            mu - np.sum(x, axis=0)
        ),
        "the ½ is lost: the derivative of ½‖μ − E[x]‖² has no 2": lambda mu, x: (
            2 * (mu - np.mean(x, axis=0))
        ),
        "μ is missing: the derivative of ½ μᵀμ": lambda mu, x: -np.mean(x, axis=0),
        "the data are missing: this is the derivative of ½ μᵀμ alone": lambda mu, x: mu + 0 * x[0],
        "one mean is taken over all coordinates together: use axis=0": lambda mu, x: (
            mu - np.mean(x)
        ),
        "the median is matched: KL asks for the mean": lambda mu, x: mu - np.median(x, axis=0),
        "the length is divided out: this is the derivative of ‖μ − x‖, not of its square": (
            _unit_pulls
        ),
        "the sum is divided by n − 1: that is for variances": lambda mu, x: (
            mu - np.sum(x, axis=0) / (len(x) - 1)
        ),
    },
    (
        "You are at the line where everything without μ has been left behind: only"
        " $\\frac12\\|\\mu - \\mathbb{E}_p[\\mathbf x]\\|^2$ holds μ. Its derivative has one"
        " part with μ and"
        " one with the mean; the 2 of the square takes away the ½.",
        "Compute first what stands for $\\mathbb{E}_p[\\mathbf x]$: the average of the n draws, one"
        " number for each coordinate, so an average along the rows (axis 0), of shape (d,).",
        "What is left is a difference of two vectors of shape (d,). Its sign: where μ is above the"
        " mean, KL grows with μ, so the gradient is positive there.",
    ),
    (
        Scale(
            lambda mu, x: {"μ": mu, "mean of x": np.mean(x, axis=0)},
        ),
    ),
    {
        "the gradient is 0 where μ is the mean of the draws": lambda f, mu, x: (
            f(np.mean(x, axis=0), x),
            "=",
            np.zeros(len(mu)),
        ),
        "moving μ and all draws together changes nothing": lambda f, mu, x: (
            f(mu + 3, x + 3),
            "=",
            f(mu, x),
        ),
    },
    examples=tuple(
        (np.array(mu, dtype=float), np.array(x, dtype=float))
        for mu, x in (
            ((1, 2), ((0, 0), (2, 0), (1, 3))),
            ((0, 1), ((1, 1), (2, 5), (6, 3))),
            ((2,), ((1,), (4,), (4,))),
        )
    ),
    symbols=lambda mu, x: {
        "n": len(x),
        "d": len(mu),
        "first draw": x[0],
        "last draw": x[-1],
        "var of x": np.var(x, axis=0),
        "median of x": np.median(x, axis=0),
        "mean over all entries of x": np.full(len(mu), np.mean(x)),
    },
    specials={
        "there is one draw": lambda mu, x: (mu, x[:1]),
        "there is one coordinate": lambda mu, x: (mu[:1], x[:, :1]),
    },
    explanation="KL(p‖N(μ, I)) holds μ only in ½‖μ − E_p[x]‖², whose gradient is μ − E_p[x]. The "
    "average of the draws estimates E_p[x]. Worksheet problem 2, and the lesson's section on the "
    "objective: the line where all other terms are constants.",
)
