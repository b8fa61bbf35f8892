"""What the student writes in notebook 02, and every known way to get it wrong."""

import numpy as np

from helpers.exercise import Exercise, Scale


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


def _table(rng):
    """A joint table p(a, b) with other numbers of rows and columns; some with many zeros."""
    rows, columns = (int(n) for n in rng.choice(np.arange(2, 6), 2, replace=False))
    table = rng.gamma(1, 1, size=(rows, columns))
    if not rng.integers(3):
        table = np.ceil(2 * table)
    return (table / table.sum(),)


def _logs_of_marginals(table):
    shape = np.ones(table.shape)
    return {
        "log q₁(a)": np.log(table.sum(axis=1, keepdims=True)) * shape,
        "log q₂(b)": np.log(table.sum(axis=0)) * shape,
    }


def _conditionals(table):
    """p(a|b) p(b|a)"""
    return table / table.sum(axis=0) * (table / table.sum(axis=1, keepdims=True))


def _normalised(q):
    return q / q.sum()


def _outer_of(function):
    return lambda table: np.outer(function(table, 1), function(table, 0))


def _mean_log(table, axis):
    return np.exp(np.mean(np.log(table), axis=axis))


factorise_exercise = Exercise(
    factorise,
    _table,
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
            table.sum(axis=1), np.full(table.shape[1], 1 / table.shape[1])
        ),
    },
    (
        "You are at the end of the ledger with the Lagrange multiplier: λ = 1, so the best"
        " factor is"
        " the marginal. It is the table summed over the other variable.",
        "First the two marginals: <code>table.sum(axis=1)</code> sums over b and leaves one number"
        " for each a, the row; axis 0 leaves one for each b, the column.",
        "Then every product of a row's number with a column's: entry (a, b) is"
        " $q_1(a)\\,q_2(b)$, of"
        " the table's own shape. Nothing needs dividing.",
    ),
    (
        Scale(_logs_of_marginals, lambda answer, table: np.log(answer), "in the logs"),
        Scale(
            lambda table: {"q₁(a) q₂(b)": np.outer(table.sum(axis=1), table.sum(axis=0))},
        ),
    ),
    {
        "the result sums to 1": lambda f, table: (np.sum(f(table)), "=", 1),
        "the row sums of the result are those of the table: the marginals of the result are those"
        " of the table": lambda f, table: (np.sum(f(table), axis=1), "=", np.sum(table, axis=1)),
        "the column sums of the result are those of the table": lambda f, table: (
            np.sum(f(table), axis=0),
            "=",
            np.sum(table, axis=0),
        ),
        "a table that is a product comes back unchanged": lambda f, table: (
            f(factorise(table)),
            "=",
            factorise(table),
        ),
    },
    examples=(
        (np.array([[0.4, 0.1], [0.2, 0.3]]),),
        (np.array([[0.1, 0.2, 0.1], [0.3, 0.1, 0.2]]),),
    ),
    symbols=lambda table: {
        "rows": len(table),
        "columns": table.shape[1],
        "table": table,
        "row sums": np.broadcast_to(table.sum(axis=1, keepdims=True), table.shape),
        "column sums": np.broadcast_to(table.sum(axis=0), table.shape),
    },
    explanation="Among all q₁(a) q₂(b), KL(p‖q) is least where each factor is the marginal of p."
    " The "
    "outer product of row sums and column sums is that table. Notebook 02, the best q₁ by a"
    " Lagrange "
    "multiplier (exercise sheet 1c): the line λ = 1, so q₁ is the marginal.",
)

TABLE = np.array([[0.4, 0.1], [0.2, 0.3]])
PRODUCT = np.outer([0.3, 0.7], [0.4, 0.6])
