"""Exercise of section 2: the gradient with respect to the first layer."""

import numpy as np

from helpers.exercise import Exercise, Scale


def layer_gradient(x, error, w, c, v):
    t = np.tanh(np.outer(x, w) + c)
    inner = error[:, None] * (1 - t**2) * v
    return (inner * x[:, None]).sum(axis=0), inner.sum(axis=0)


def _probe(rng):
    """More points than units, or fewer; of unlike numbers."""
    n, h = rng.choice([(5, 2), (2, 3), (4, 1), (3, 4)])
    x, error = rng.uniform(-2, 2, n), rng.uniform(-3, 3, n)
    return x, error, rng.uniform(-1, 1, h), rng.uniform(-1, 1, h), rng.uniform(0.4, 2, h)


def _t(x, w, c):
    return np.tanh(np.outer(x, w) + c)


def _with(inner):
    """The answer made of another derivative in each unit, a table (N, H)."""

    def wrong(x, error, w, c, v):
        return _of_table(x, inner(x, error[:, None], _t(x, w, c), v))

    return wrong


def _of_table(x, table):
    return (table * x[:, None]).sum(axis=0), table.sum(axis=0)


def _terms(x, error, w, c, v):
    t = _t(x, w, c)
    in_w = {"v Σ e x": v * (error @ x), "v Σ e x t²": v * ((error * x) @ t**2)}
    in_c = {"v Σ e": v * error.sum(), "v Σ e t²": v * (error @ t**2)}
    return in_w, in_c


layer_gradient_exercise = Exercise(
    layer_gradient,
    _probe,
    {
        "tanh's derivative 1 − t² is missing": _with(lambda x, e, t, v: e * v * np.ones_like(t)),
        "t itself stands where its derivative 1 − t² belongs": _with(lambda x, e, t, v: e * v * t),
        "the square is missing: tanh' is 1 − t²": _with(lambda x, e, t, v: e * v * (1 - t)),
        "the sign: tanh' is 1 − t², not 1 + t²": _with(lambda x, e, t, v: e * v * (1 + t**2)),
        "t is the sum w x + c here: it wants a tanh around it": lambda x, error, w, c, v: _of_table(
            x, error[:, None] * v * (1 - (np.outer(x, w) + c) ** 2)
        ),
        "this is the logistic function's derivative: our units are tanh": (
            lambda x, error, w, c, v: _of_table(
                x, error[:, None] * v / (4 * np.cosh((np.outer(x, w) + c) / 2) ** 2)
            )
        ),
        "t(1 − t) is the logistic function's: tanh' is 1 − t²": _with(
            lambda x, e, t, v: e * v * t * (1 - t)
        ),
        "v is missing: what leaves a unit is multiplied by it": _with(
            lambda x, e, t, v: e * (1 - t**2)
        ),
        "the sum over the points became a mean": _with(
            lambda x, e, t, v: e * v * (1 - t**2) / len(x)
        ),
        "this goes downhill: the gradient of the log joint has the errors' own sign": _with(
            lambda x, e, t, v: -e * v * (1 - t**2)
        ),
        "the derivative is squared: (1 − t²)² belongs to the curvature": _with(
            lambda x, e, t, v: e * v * (1 - t**2) ** 2
        ),
        "x is missing in w's part: the last link of w x + c is x": lambda *at: (
            layer_gradient(*at)[1],
            layer_gradient(*at)[1],
        ),
        "x is in c's part, too: the last link of w x + c is 1 there": lambda *at: (
            layer_gradient(*at)[0],
            layer_gradient(*at)[0],
        ),
        "the two parts are exchanged: w's comes first": lambda *at: layer_gradient(*at)[::-1],
        "c is left out inside of tanh": lambda x, error, w, c, v: layer_gradient(
            x, error, w, 0 * c, v
        ),
        "w is multiplied once more: that is the derivative in x, not in w": (
            lambda x, error, w, c, v: (
                w * layer_gradient(x, error, w, c, v)[1],
                layer_gradient(x, error, w, c, v)[1],
            )
        ),
    },
    (
        "Begin with the table <code>t = np.tanh(np.outer(x, w) + c)</code>: a row for each point, a"
        " column for each unit.",
        "Each entry's share is e times 1 − t² times v. In w's part the last link of the chain is"
        " x, in c's part it is 1.",
        "Sum over the points, so over the rows: lines 5 and 6 of the ledger, without the prior's"
        " term.",
    ),
    (Scale(_terms),),
    {
        "twice the errors give twice the gradient": lambda f, x, e, w, c, v: (
            np.array(f(x, 2 * e, w, c, v)),
            "=",
            2 * np.array(f(x, e, w, c, v)),
        ),
        "twice v gives twice the gradient": lambda f, x, e, w, c, v: (
            np.array(f(x, e, w, c, 2 * v)),
            "=",
            2 * np.array(f(x, e, w, c, v)),
        ),
        "turning the signs of w, c and v turns the gradient's": lambda f, x, e, w, c, v: (
            np.array(f(x, e, -w, -c, -v)),
            "=",
            -np.array(f(x, e, w, c, v)),
        ),
        "the points' order does not matter": lambda f, x, e, w, c, v: (
            np.array(f(x[::-1], e[::-1], w, c, v)),
            "=",
            np.array(f(x, e, w, c, v)),
        ),
    },
    parts=("w's part", "c's part"),
    examples=tuple(
        tuple(map(np.array, at))
        for at in (
            ([1.0, 2.0], [1.0, 1.0], [0.0], [0.0], [1.0]),
            ([1.0, 2.0], [1.0, 1.0], [1.0], [0.0], [1.0]),
            ([1.0, 2.0], [1.0, -2.0], [1.0], [-1.0], [2.0]),
            ([1.0, 2.0, 3.0], [1.0, -2.0, 1.0], [1.0, 0.5], [-1.0, 0.5], [2.0, 3.0]),
        )
    ),
    symbols=lambda x, error, w, c, v: {"N": len(x), "H": len(w), "v": v, "w": w, "c": c},
    specials={
        "w = c = 0": lambda x, error, w, c, v: (x, error, 0 * w, 0 * c, v),
        "v = 1": lambda x, error, w, c, v: (x, error, w, c, np.ones_like(v)),
        "c = 0": lambda x, error, w, c, v: (x, error, w, 0 * c, v),
    },
    explanation="The chain rule from the error to the unit: e_i, then v_h, then 1 − t², then x_i"
    " for w or 1 for c; and a sum over the points. Ledger “The gradient, one weight”, lines 5 and"
    " 6, for all units at once and without the prior's term.",
)
