"""The best factor for a joint table p, by a Lagrange multiplier: exercise sheet 1c."""

import numpy as np
from scipy.optimize import root

from helpers.lessons.mean_matching.objective import slope
from helpers.lessons.mean_matching.products import joint, tilted
from helpers.widgets import Derivation, Line, Slider


def _at(dependence, power_1, power_2, lam):
    """The table p(a, b), and the factors q₁(a), q₂(b) at the sliders' values."""
    p = joint(dependence)
    # q₁ leans away from the marginal also in shape, not only in sharpness.
    lean = np.array([1.2, 1.0, 0.8])
    q_1 = tilted(p.sum(axis=1) ** power_1 * lean, 1.0)
    return dict(p=p, q_1=q_1, q_2=tilted(p.sum(axis=0), power_2), lam=lam)


def constant(p, q_2):
    """All that q₁ cannot change: Σ p ln p − Σ p ln q₂."""
    return np.sum(p * np.log(p)) - np.sum(p * np.log(q_2))


def lagrangian(p, q_1, q_2, lam):
    return -np.sum(p.sum(axis=1) * np.log(q_1)) + lam * (np.sum(q_1) - 1) + constant(p, q_2)


def _slopes(p, q_1, q_2, lam):
    return slope(lambda q: lagrangian(p, q, q_2, lam), q_1)


def solve(p, q_1, q_2):
    """(q₁(0), q₁(1), q₁(2), λ) where the measured slopes are 0 and q₁ sums to 1."""

    def equations(unknown):
        q, lam = unknown[:3], unknown[3]
        return [*_slopes(p, q, q_2, lam), q.sum() - 1]

    return root(equations, [*q_1, 0.7], tol=1e-14).x


def relative(p, q):
    """Σ p ln(p/q)"""
    return np.sum(p * np.log(p / q))


def _split(p, q_1, q_2, lam):
    p_1, p_2 = p.sum(axis=1), p.sum(axis=0)
    best, q = np.outer(p_1, p_2), np.outer(q_1, q_2)
    return np.sum(p * np.log(p / best)) + np.sum(p * np.log(best / q))


def _three_parts(p, q_1, q_2, lam):
    p_1, p_2 = p.sum(axis=1), p.sum(axis=0)
    return relative(p, np.outer(p_1, p_2)) + relative(p_1, q_1) + relative(p_2, q_2)


derivation = Derivation(
    "The best q₁ for a table p(a, b), with q₂ held fixed",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \sum_{a,b} p(a,b)\,\ln\frac{p(a,b)}{q_1(a)\,q_2(b)}",
            "The definition, over the twelve cells of a 3 × 4 table. q₂(b) ∝ p₂(b) to the power"
            " “sharpness”; q₁(a) likewise, times 1.2, 1 and 0.8 in the three rows.",
            lambda p, q_1, q_2, lam: relative(p, np.outer(q_1, q_2)),
        ),
        Line(
            r"= \sum_{a,b} p\,\ln p - \sum_{a,b} p\,\ln\bigl(q_1(a)\,q_2(b)\bigr)",
            "The log of a ratio.",
            lambda p, q_1, q_2, lam: np.sum(p * np.log(p)) - np.sum(p * np.log(np.outer(q_1, q_2))),
        ),
        Line(
            r"= -\sum_{a,b} p(a,b)\,\ln q_1(a) + C,\quad"
            r" C = \sum_{a,b} p\,\ln p - \sum_{a,b} p\,\ln q_2(b)",
            "The log of a product; what does not hold q₁ is the sheet's “const.”, kept here.",
            lambda p, q_1, q_2, lam: -np.sum(p * np.log(q_1)[:, None]) + constant(p, q_2),
        ),
        Line(
            r"= -\sum_a \ln q_1(a) \sum_b p(a,b) + C",
            "ln q₁(a) does not see b: sum over b first. The marginal of p appears.",
            lambda p, q_1, q_2, lam: -np.log(q_1) @ p.sum(axis=1) + constant(p, q_2),
        ),
        Line(
            r"= -\sum_a \ln q_1(a)\,p_1(a) + \lambda\Bigl(\sum_a q_1(a) - 1\Bigr) + C ="
            r" \mathcal L(q_1,\lambda)",
            "The Lagrange function. As q₁ sums to 1, the new term is 0: move λ and see.",
            lambda p, q_1, q_2, lam: lagrangian(p, q_1, q_2, lam),
        ),
        Line(
            r"\frac{\partial\mathcal L}{\partial q_1(a)} = -\frac{p_1(a)}{q_1(a)} + \lambda",
            "Aside: three slopes, one for each a, against those measured on the line above.",
            lambda p, q_1, q_2, lam: -p.sum(axis=1) / q_1 + lam,
            aside=lambda p, q_1, q_2, lam: _slopes(p, q_1, q_2, lam),
        ),
        Line(
            r"\lambda \sum_a q_1(a) = \sum_a p_1(a) \;\Rightarrow\; \lambda = 1",
            "Aside: set the slopes to 0, multiply by q₁(a), sum over a; both sums are 1. Against"
            " the λ of the four equations (three slopes 0, the sum 1), solved by a root finder.",
            lambda p, q_1, q_2, lam: np.sum(p.sum(axis=1)) / np.sum(q_1),
            aside=lambda p, q_1, q_2, lam: solve(p, q_1, q_2)[3],
        ),
        Line(
            r"q_1^*(a) = p_1(a) = \sum_b p(a,b)",
            "Aside: with λ = 1 the factor is the marginal. Against the root finder's q₁.",
            lambda p, q_1, q_2, lam: p.sum(axis=1),
            aside=lambda p, q_1, q_2, lam: solve(p, q_1, q_2)[:3],
        ),
        Line(
            r"\mathrm{KL}(p\|q) = \sum_{a,b} p\,\ln\frac{p}{p_1p_2} +"
            r" \sum_{a,b} p\,\ln\frac{p_1p_2}{q_1q_2}",
            "Back to line 1, with the product of the marginals put between p and q.",
            _split,
        ),
        Line(
            r"= \mathrm{KL}(p\|p_1p_2) + \mathrm{KL}(p_1\|q_1) + \mathrm{KL}(p_2\|q_2)",
            r"The log of the second sum is $\ln\frac{p_1}{q_1} + \ln\frac{p_2}{q_2}$, and each part"
            " sees one variable: sum the other out. No product can remove the first term.",
            _three_parts,
        ),
    ),
    (
        Slider("dependence", "dependence in p", 0.0, 3.0, 1.5, 0.1),
        Slider("power_1", "q₁: sharpness", 0.0, 2.0, 0.5, 0.1),
        Slider("power_2", "q₂: sharpness", 0.0, 2.0, 2.0, 0.1),
        Slider("lam", "λ", -1.0, 3.0, 0.4, 0.1),
    ),
    at=_at,
)
