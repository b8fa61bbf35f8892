"""What the student writes in notebook 02, and every known way to get it wrong."""

import numpy as np

from helpers.exercise import Exercise


def gradient(mu, x):
    return mu - np.mean(x, axis=0)


def moment_match(x, weights):
    share = weights / np.sum(weights)
    mean = np.sum(share * x)
    return mean, np.sum(share * (x - mean) ** 2)


def factorise(table):
    rows = np.sum(table, axis=1)
    columns = np.sum(table, axis=0)
    return np.outer(rows, columns)


def _draws(rng):
    """μ (d,), and n draws (n, d) that are neither centred nor symmetric."""
    n, d = int(rng.integers(5, 30)), int(rng.integers(2, 5))
    return rng.normal(size=d), rng.gamma(2, 1, size=(n, d)) + rng.normal(size=d)


def _unit_pulls(mu, x):
    away = mu - x
    return np.mean(away / np.linalg.norm(away, axis=1, keepdims=True), axis=0)


objective_gradient = Exercise(
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
        "Only $\\frac12\\|\\mu - \\mathbb{E}_p[\\mathbf x]\\|^2$ holds μ. Differentiate that.",
        "The expectation under p is not given. The draws are: average them.",
        "One mean per coordinate: <code>np.mean(x, axis=0)</code> has the shape of μ.",
    ),
    identities={
        "the gradient is 0 where μ is the mean of the draws": lambda f: (
            ""
            if np.allclose(f(np.array([1.0, 2.0]), np.array([[0.0, 1.0], [2.0, 3.0]])), 0)
            else "it is not"
        ),
        "moving μ and all draws together changes nothing": lambda f: (
            ""
            if np.allclose(f(np.ones(2), np.eye(2)), f(4 * np.ones(2), np.eye(2) + 3))
            else "it does"
        ),
    },
)


def _weighted(rng):
    n = int(rng.integers(5, 30))
    return rng.gamma(2, 1, n) + rng.normal(), rng.gamma(1, 1, n)


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


matching = Exercise(
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
        "First make the weights a distribution: they must sum to 1.",
        "The mean is $\\sum_i w_i x_i$ with those weights.",
        "The variance is $\\sum_i w_i (x_i - \\text{mean})^2$: the same weights, around that mean.",
    ),
    identities={
        "doubling all weights changes nothing": lambda f: (
            ""
            if np.allclose(f(np.arange(3.0), np.ones(3)), f(np.arange(3.0), 2 * np.ones(3)))
            else "it does"
        ),
        "a point of weight 0 changes nothing": lambda f: (
            ""
            if np.allclose(
                f(np.array([1.0, 2.0]), np.array([1.0, 3.0])),
                f(np.array([1.0, 2.0, 9.0]), np.array([1.0, 3.0, 0.0])),
            )
            else "it does"
        ),
        "the variance is at least 0": lambda f: (
            "" if f(np.array([1.0, 2.0]), np.array([1.0, 3.0]))[1] >= 0 else "it is negative"
        ),
    },
)


def _square_table(rng):
    """A joint table (K, K): square, so that a wrong axis still has the right shape."""
    size = int(rng.integers(2, 5))
    table = rng.gamma(1, 1, size=(size, size))
    return (table / table.sum(),)


def _conditionals(table):
    """p(a|b) p(b|a)"""
    return table / table.sum(axis=0) * (table / table.sum(axis=1, keepdims=True))


def _normalised(q):
    return q / q.sum()


def _outer_of(function):
    return lambda table: np.outer(function(table, 1), function(table, 0))


def _mean_log(table, axis):
    return np.exp(np.mean(np.log(table), axis=axis))


factorising = Exercise(
    factorise,
    _square_table,
    {
        "this is the product of the conditionals, p(a|b) p(b|a): marginals are sums, not ratios": (
            _conditionals
        ),
        "the conditionals' product, normalised afterwards: it still is not a product q₁(a) q₂(b)": (
            lambda table: _normalised(_conditionals(table))
        ),
        "the axes are swapped: summing over axis 1 leaves a, the row": lambda table: (
            factorise(table).T
        ),
        "the result is not normalised: means stand where sums should": _outer_of(
            lambda table, axis: np.mean(table, axis=axis)
        ),
        "both factors are the marginal of a": lambda table: np.outer(
            table.sum(axis=1), table.sum(axis=1)
        ),
        "both factors are the marginal of b": lambda table: np.outer(
            table.sum(axis=0), table.sum(axis=0)
        ),
        "the table itself is returned: it does not factorise": lambda table: table + 0,
        "the largest entries stand where the sums should": lambda table: _normalised(
            _outer_of(lambda t, axis: t.max(axis=axis))(table)
        ),
        "logs are averaged, as for KL(q‖p): here p itself is summed": lambda table: _normalised(
            _outer_of(_mean_log)(table)
        ),
        "the marginals are added, not multiplied": lambda table: _normalised(
            table.sum(axis=1, keepdims=True) + table.sum(axis=0)
        ),
        "the second factor is flat: b has a marginal too": lambda table: np.outer(
            table.sum(axis=1), np.full(len(table), 1 / len(table))
        ),
    },
    (
        "The best factor is a marginal: sum the table over the other variable.",
        "<code>table.sum(axis=1)</code> sums over b and leaves one number for each a.",
        "<code>np.outer(rows, columns)</code> puts $q_1(a)\\,q_2(b)$ into row a, column b.",
    ),
    identities={
        "the result sums to 1": lambda f: (
            "" if abs(np.sum(f(TABLE)) - 1) < 1e-9 else f"it sums to {np.sum(f(TABLE)):.6g}"
        ),
        "the marginals of the result are those of the table": lambda f: (
            ""
            if np.allclose(np.sum(f(TABLE), axis=1), TABLE.sum(axis=1))
            and np.allclose(np.sum(f(TABLE), axis=0), TABLE.sum(axis=0))
            else "they are not"
        ),
        "a table that is a product comes back unchanged": lambda f: (
            "" if np.allclose(f(PRODUCT), PRODUCT) else "it does not"
        ),
    },
)

TABLE = np.array([[0.4, 0.1], [0.2, 0.3]])
PRODUCT = np.outer([0.3, 0.7], [0.4, 0.6])
