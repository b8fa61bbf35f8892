"""The exercise on the best product of a table."""

import numpy as np

from helpers.exercise import Exercise, Scale


def factorise(table):
    rows = np.sum(table, axis=1)
    columns = np.sum(table, axis=0)
    return np.outer(rows, columns)


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
