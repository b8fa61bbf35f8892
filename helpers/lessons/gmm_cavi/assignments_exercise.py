"""The exercise on the assignments: a softmax of log odds."""

import numpy as np

from helpers.exercise import Exercise, Scale
from helpers.lessons.gmm_cavi.formulas import update_assignments


def sizes(rng):
    """N, K and D, no two alike: a wrong axis has the wrong shape."""
    n, k, dim = int(rng.integers(5, 9)), int(rng.integers(2, 5)), int(rng.integers(1, 4))
    return n, k, dim + (dim == k)


def _assignments_probe(rng):
    """Points near the means; far from 0 with one far out; or all far out: exp then needs care."""
    n, k, dim = sizes(rng)
    x, means = rng.normal(size=(n, dim)), rng.normal(size=(k, dim))
    variances, noise_var = rng.uniform(0.1, 1, k), rng.uniform(0.4, 1.5)
    match rng.integers(5):
        case 0:
            x, means = np.round(2 * x), np.round(2 * means)
        case 1:
            x, means = x + 40, means + 40
            x[-1] += 60
        case 2:
            x += 60
    return x, means, variances, noise_var


def _log_weights(x, means, variances, noise_var, norm=0.5, spread=None):
    spread = x.shape[1] / 2 if spread is None else spread
    size = norm * np.sum(means**2, axis=1) + spread * variances
    return (x @ means.T - size) / noise_var


def _softmax(weights, axis=1):
    weights = np.exp(weights - weights.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _weighted(**change):
    return lambda *arguments: _softmax(_log_weights(*arguments, **change))


def _careless(x, means, variances, noise_var):
    with np.errstate(all="ignore"):
        weights = np.exp(_log_weights(x, means, variances, noise_var))
        return weights / weights.sum(axis=1, keepdims=True)


def _careless_distances(x, means, variances, noise_var):
    square = np.sum((x[:, None] - means) ** 2, axis=2) + x.shape[1] * variances
    with np.errstate(all="ignore"):
        weights = np.exp(-square / (2 * noise_var))
        return weights / weights.sum(axis=1, keepdims=True)


def _predictive(x, means, variances, noise_var):
    square, both = np.sum((x[:, None] - means) ** 2, axis=2), noise_var + variances
    return _softmax(-square / (2 * both) - x.shape[1] * np.log(both) / 2)


def _log_odds_terms(x, means, variances, noise_var):
    one = np.ones((len(x), 1))
    return {
        "x·m/λ²": x @ means.T / noise_var,
        "‖m‖²/2λ²": one * np.sum(means**2, axis=1) / (2 * noise_var),
        "D s²/2λ²": one * x.shape[1] * variances / (2 * noise_var),
    }


def _assignment_symbols(x, means, variances, noise_var):
    one = np.ones((len(x), 1))
    return {
        "N": len(x),
        "K": len(means),
        "D": x.shape[1],
        "λ²": noise_var,
        "s²": one * variances,
        "‖m‖²": one * np.sum(means**2, axis=1),
        "x·m": x @ means.T,
        "‖x − m‖²": np.sum((x[:, None] - means) ** 2, axis=2),
    }


update_assignments_exercise = Exercise(
    update_assignments,
    _assignments_probe,
    {
        "no maximum is subtracted before exp, so it overflows: inf/inf = nan": _careless,
        "no maximum is subtracted before exp, so all weights of a point far out are 0: 0/0 = nan": (
            _careless_distances
        ),
        "the s² term is forgotten, or alike for all: an uncertain mean explains less": _weighted(
            spread=0
        ),
        "the factor D on s² is missing: each coordinate brings its own s²": _weighted(spread=0.5),
        "the ½ before D s² is missing": lambda *a: _weighted(spread=a[0].shape[1])(*a),
        "‖m‖² is missing its ½": _weighted(norm=1.0),
        "normalised over the points (axis 0) in place of the components (axis 1)": lambda *a: (
            _softmax(_log_weights(*a), axis=0)
        ),
        "λ stands where λ² should: noise_var is a variance already": (
            lambda x, m, s2, noise: update_assignments(x, m, s2, np.sqrt(noise))
        ),
        "s² is added to λ², as for a prediction: here log N is averaged, not N": _predictive,
        "the distance is not squared": lambda x, m, s2, noise: _softmax(
            -(np.linalg.norm(x[:, None] - m, axis=2) + x.shape[1] * s2) / (2 * noise)
        ),
        "noise_var is squared: it is λ² already": lambda x, m, s2, noise: update_assignments(
            x, m, s2, noise**2
        ),
        "each point goes wholly to its best component: that is k-means, not φ": lambda *a: np.eye(
            len(a[1])
        )[update_assignments(*a).argmax(axis=1)],
    },
    (
        "You are at the end of the ledger of φ's update: the log weights are known up to a"
        " number for"
        " each point. Build their (N, K) table: <code>x @ means.T</code> holds every $x_i^\\top"
        " m_k$.",
        "From it goes half of $\\|m_k\\|^2 + D s_k^2$: D times, for each of the D coordinates"
        " brings its"
        " own s². All of it is divided by λ², which is <code>noise_var</code> itself.",
        "Subtract each row's own largest log weight before <code>np.exp</code>: φ does not change,"
        " nothing overflows, and no row is all 0. Then each row is divided by its own sum.",
    ),
    (
        Scale(
            _log_odds_terms,
            lambda answer, *rest: np.log(answer),
            "in the log odds",
            centred=True,
        ),
    ),
    {
        "each row sums to 1": lambda f, x, m, s2, v: (
            np.sum(f(x, m, s2, v), axis=1),
            "=",
            np.ones(len(x)),
        ),
        "moving data and means together changes nothing": lambda f, x, m, s2, v: (
            f(x + 1, m + 1, s2, v),
            "=",
            f(x, m, s2, v),
        ),
        "numbering the components the other way round does the same to the columns": (
            lambda f, x, m, s2, v: (f(x, m[::-1], s2[::-1], v), "=", f(x, m, s2, v)[:, ::-1])
        ),
    },
    examples=tuple(
        (np.array(x, dtype=float), np.array(m, dtype=float), np.array(s2, dtype=float), v)
        for x, m, s2, v in (
            (((0,),), ((0,), (1,)), (1, 1), 1.0),
            (((0,),), ((0,), (0,)), (1, 2), 1.0),
            (((0,), (1,)), ((0,), (1,)), (1, 2), 2.0),
            (((0, 0), (1, 1)), ((0, 0), (1, 0)), (1, 1), 0.5),
            (((1, 0), (0, 1), (2, 1)), ((1, 0), (0, 2)), (1, 2), 0.5),
        )
    ),
    symbols=_assignment_symbols,
    specials={
        "D is 1": lambda x, m, s2, v: (x[:, :1], m[:, :1], s2, v),
        "all s² are equal": lambda x, m, s2, v: (x, m, np.full(len(s2), s2[0]), v),
        "all ‖m‖ are equal": lambda x, m, s2, v: (
            x,
            m / np.linalg.norm(m, axis=1, keepdims=True),
            s2,
            v,
        ),
    },
    explanation="The best q(c_i) is proportional to the exponential of E log p(x_i | c_i, μ)"
    " under the "
    "other factors; what is the same for every k cancels in the row. Subtracting the row's maximum "
    "changes neither. Ledger “The update of φ: log odds of kind 1 against kind 2 for one point”:"
    " the "
    "line where E‖x − μ‖² has become ‖x − m‖² + D s².",
)
