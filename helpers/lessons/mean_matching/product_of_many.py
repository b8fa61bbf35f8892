"""The best factors for any number of variables: exercise sheet 1c as printed, with sums."""

import numpy as np

from helpers.lessons.mean_matching.product_table import relative
from helpers.lessons.mean_matching.products import tilted
from helpers.widgets import Choice, Derivation, Line, Slider


def _at(j, dependence, power):
    """A 2 × 3 × 4 table with three-way dependence, its factors q (all but p's), and j."""
    a, b, c = np.ix_([-1.0, 0.6], [-0.8, 0.1, 0.9], [-1.2, -0.1, 0.5, 0.8])
    p = np.exp(dependence * (a * b + b * c + a * b * c) + 0.3 * a - 0.2 * c)
    p = p / p.sum()
    q = [tilted(marginal(p, i) + 0.1 * i, power) for i in range(3)]
    return dict(p=p, q=q, j=int(j) - 1)


def marginal(p, i):
    return p.sum(axis=tuple(k for k in range(p.ndim) if k != i))


def along(values, i):
    """The vector as an array that varies along axis i of a table with three."""
    return np.expand_dims(values, tuple(k for k in range(3) if k != i))


def log_factors(q, chosen):
    """Σ ln q_i(z_i) over the chosen i, for every cell."""
    return sum(along(np.log(q[i]), i) for i in chosen)


def _one_and_others(p, q, j):
    others = [i for i in range(3) if i != j]
    return (
        np.sum(p * np.log(p)) - np.sum(p * log_factors(q, [j])) - np.sum(p * log_factors(q, others))
    )


def _marginal_first(p, q, j):
    others = [i for i in range(3) if i != j]
    rest = np.sum(p * np.log(p)) - np.sum(p * log_factors(q, others))
    return -np.log(q[j]) @ marginal(p, j) + rest


def _all_parts(p, q, j):
    total = np.sum(p * np.log(p)) - np.sum(
        p * log_factors([marginal(p, i) for i in range(3)], range(3))
    )
    return total + sum(relative(marginal(p, i), q[i]) for i in range(3))


derivation = Derivation(
    "M factors, as on the sheet; here M = 3",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \sum_{\mathbf z} p(\mathbf z)\,\ln\frac{p(\mathbf z)}"
            r"{\prod_i q_i(z_i)}",
            "The definition, over the 24 cells of a 2 × 3 × 4 table."
            r" $q_i \propto (p_i + (i-1)/10)$ to the power “sharpness”.",
            lambda p, q, j: relative(p, along(q[0], 0) * along(q[1], 1) * along(q[2], 2)),
        ),
        Line(
            r"= \sum_{\mathbf z} p\,\ln p - \sum_{\mathbf z} p\sum_{i=1}^M \ln q_i(z_i)",
            "The log of the product is a sum.",
            lambda p, q, j: np.sum(p * np.log(p)) - np.sum(p * log_factors(q, range(3))),
        ),
        Line(
            r"= \sum_{\mathbf z} p\,\ln p - \sum_{\mathbf z} p\,\ln q_j(z_j) -"
            r" \sum_{\mathbf z} p\sum_{i\ne j} \ln q_i(z_i)",
            "One factor is taken out. Only the middle sum holds it.",
            _one_and_others,
        ),
        Line(
            r"= -\sum_{z_j} \ln q_j(z_j)\,p_j(z_j) + \text{const.}",
            "Sum over all other variables first. From here on it is the ledger above, with"
            " λ = 1 and $q_j^* = p_j$, for each j in turn.",
            _marginal_first,
        ),
        Line(
            r"= \mathrm{KL}\Bigl(p\,\Big\|\,\prod_i p_i\Bigr) + \sum_{i=1}^M \mathrm{KL}(p_i\|q_i)",
            "And the price splits as before: a term for each factor, and what no product holds.",
            _all_parts,
        ),
    ),
    (
        Choice("j", "the factor j", ("1", "2", "3"), "2"),
        Slider("dependence", "dependence in p", 0.0, 2.0, 1.0, 0.1),
        Slider("power", "q: sharpness", 0.0, 2.0, 0.5, 0.1),
    ),
    at=_at,
)
