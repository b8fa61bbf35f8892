"""The exercise on the moments of weighted points."""

import numpy as np

from helpers.exercise import Exercise, Scale


def moment_match(x, weights):
    share = weights / np.sum(weights)
    mean = np.sum(share * x)
    return mean, np.sum(share * (x - mean) ** 2)


def _weighted(rng):
    """n points and weights; some round, some far from 0, some weights 0."""
    n = int(rng.integers(3, 12))
    x, weights = rng.gamma(2, 1, n) + rng.normal(), rng.gamma(1, 1, n) + 0.05
    match rng.integers(4):
        case 0:
            return np.round(2 * x), np.ceil(2 * weights)
        case 1:
            weights[0] = 0
            return x + 20, 10 * weights
    return x, weights


def _moment_symbols(x, weights):
    share = weights / np.sum(weights)
    mean = np.sum(share * x)
    return {
        "n": len(x),
        "Σw": np.sum(weights),
        "mean": mean,
        "var": np.sum(share * (x - mean) ** 2),
        "plain mean of x": np.mean(x),
        "E|x − mean|": np.sum(share * np.abs(x - mean)),
    }


def _moments(mean=None, var=None):
    """A moment match with another mean, or another variance (given x, weights and the mean)."""

    def wrong(x, weights):
        found = mean(x, weights) if mean else moment_match(x, weights)[0]
        share = weights / np.sum(weights)
        spread = var(x, weights, found) if var else np.sum(share * (x - found) ** 2)
        return found, spread

    return wrong


def _spread(x, weights, mean):
    return moment_match(x, weights)[1]


moment_match_exercise = Exercise(
    moment_match,
    _weighted,
    {
        "the weights are not used at all": lambda x, weights: (np.mean(x), np.var(x)),
        "the weights are not divided by their sum": lambda x, weights: (
            np.sum(weights * x),
            np.sum(weights * (x - np.sum(weights * x)) ** 2),
        ),
        "the weights are divided by n: divide by their sum": lambda x, weights: (
            np.mean(weights * x),
            np.mean(weights * (x - np.mean(weights * x)) ** 2),
        ),
        "the spread is taken around 0: E[x²] without − E[x]²": _moments(
            var=lambda x, w, mean: np.sum(w * x**2) / np.sum(w)
        ),
        "the variance does not use the weights": _moments(
            var=lambda x, w, mean: np.mean((x - mean) ** 2)
        ),
        "the mean does not use the weights": _moments(mean=lambda x, w: np.mean(x)),
        "the mean does not use the weights, and the variance is that of the right mean": _moments(
            mean=lambda x, w: np.mean(x), var=_spread
        ),
        "the standard deviation stands where the variance should": _moments(
            var=lambda x, w, mean: np.sqrt(_spread(x, w, mean))
        ),
        "the weights are squared in the variance": _moments(
            var=lambda x, w, mean: np.sum((w / np.sum(w)) ** 2 * (x - mean) ** 2)
        ),
        "the variance is the sample's, n − 1 in its denominator: these weights are p itself": (
            _moments(var=lambda x, w, mean: _spread(x, w, mean) * len(x) / (len(x) - 1))
        ),
        "the variance is fixed at 1: it is free here": _moments(var=lambda x, w, mean: 1.0),
        "the heaviest point is taken for the mean: that is the mode": _moments(
            mean=lambda x, w: x[np.argmax(w)]
        ),
    },
    (
        "You are at moment matching: the best Gaussian has p's mean and p's variance. p is points"
        " with weights, so first make the weights a distribution: they must sum to 1.",
        "The mean is $\\sum_i w_i x_i$ with those weights: no division by n any more.",
        "The variance is the average, with the same weights, of the squared distance from that"
        " mean. It is neither around 0, nor divided by n − 1, nor a standard deviation.",
    ),
    (
        Scale(
            lambda x, weights: (
                {"E[x]": np.sum(weights * x) / np.sum(weights)},
                {
                    "E[x²]": np.sum(weights * x**2) / np.sum(weights),
                    "E[x]²": (np.sum(weights * x) / np.sum(weights)) ** 2,
                },
            )
        ),
    ),
    {
        "doubling all weights changes neither mean nor variance": lambda f, x, weights: (
            f(x, 2 * weights),
            "=",
            f(x, weights),
        ),
        "a point of weight 0 changes neither mean nor variance": lambda f, x, weights: (
            f(np.append(x, 9.0), np.append(weights, 0.0)),
            "=",
            f(x, weights),
        ),
        "moving all points by 1 does not change the variance": lambda f, x, weights: (
            f(x + 1, weights)[1],
            "=",
            f(x, weights)[1],
        ),
        "the mean of points that are all 1 is 1, for the weights in use sum to 1": (
            lambda f, x, weights: (f(np.ones(len(x)), weights)[0], "=", 1)
        ),
        "the variance is at least 0": lambda f, x, weights: (f(x, weights)[1], "≥", 0),
    },
    parts=("mean", "variance"),
    examples=tuple(
        (np.array(x, dtype=float), np.array(weights, dtype=float))
        for x, weights in (((0, 1), (1, 1)), ((0, 4), (3, 1)), ((0, 1, 2), (2, 1, 1)))
    ),
    symbols=_moment_symbols,
    specials={
        "the weights are all 1": lambda x, weights: (x, np.ones(len(x))),
        "the weights sum to 1": lambda x, weights: (x, weights / np.sum(weights)),
        "the mean is 0": lambda x, weights: (x - np.sum(weights * x) / np.sum(weights), weights),
    },
    explanation="The derivative of KL(p‖N(μ, σ²)) in μ vanishes at p's mean, that in σ² at p's "
    "variance. Under weighted points both are weighted averages, with weights that sum to 1. "
    "Notebook 02, “Moment matching”: the line μ* = E_p[x], σ²* = Var_p[x].",
)
