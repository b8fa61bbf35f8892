"""The best factor q₁ for a joint table p, by a Lagrange multiplier: exercise sheet 1c."""

import numpy as np
from scipy.optimize import root
from scipy.stats import norm

from helpers.divergences import factorised_moment_projection
from helpers.gaussians import kl_univariate
from helpers.lessons.mean_matching.factorised import joint, kl_tables, tilted
from helpers.lessons.mean_matching.objective import slope
from helpers.widgets import Derivation, Line, Slider


def factors(dependence, power_1, power_2):
    """The table p(a, b), and the factors q₁(a), q₂(b) at the sliders' values."""
    p = joint(dependence)
    p_1, p_2 = factorised_moment_projection(p)
    # q₁ leans away from the marginal also in shape, not only in sharpness.
    lean = np.array([1.2, 1.0, 0.8])
    return p, tilted(p_1**power_1 * lean, 1.0), tilted(p_2, power_2)


def _on_table(function):
    """`function(p, q_1, q_2)` of the sliders' values; λ is passed on where it is asked for."""
    return lambda lam, **at: function(*factors(**at), lam)


def _minus_log_q1(p, q_1):
    """−Σ_ab p(a, b) log q₁(a), cell by cell; q₁ may be complex (see `slope`)."""
    return -sum(p[a, b] * np.log(q_1[a]) for a in range(3) for b in range(4))


def constant(p, q_2):
    """All that q₁ cannot change: Σ p log p − Σ p log q₂."""
    return np.sum(p * np.log(p)) - np.sum(p * np.log(q_2))


def lagrangian(p, q_1, q_2, lam):
    return _minus_log_q1(p, q_1) + lam * (np.sum(q_1) - 1) + constant(p, q_2)


def _slopes(p, q_1, q_2, lam):
    return slope(lambda *q: lagrangian(p, np.array(q), q_2, lam), q_1)


def solve(p, q_1, q_2):
    """(q₁(0), q₁(1), q₁(2), λ) where the measured slopes are 0 and q₁ sums to 1."""

    def equations(unknown):
        q, lam = unknown[:3], unknown[3]
        return [*_slopes(p, q, q_2, lam), q.sum() - 1]

    return root(equations, [*q_1, 0.7], tol=1e-14).x


factor = Derivation(
    "The best q₁ for a table p(a, b), with q₂ held fixed",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \sum_{a,b} p(a,b)\,\ln\frac{p(a,b)}{q_1(a)\,q_2(b)}",
            "The definition, over the twelve cells of a 3 × 4 table.",
            _on_table(lambda p, q_1, q_2, lam: kl_tables(p, np.outer(q_1, q_2))),
        ),
        Line(
            r"= \sum_{a,b} p\,\ln p - \sum_{a,b} p\,\ln\bigl(q_1(a)\,q_2(b)\bigr)",
            "The log of a ratio.",
            _on_table(
                lambda p, q_1, q_2, lam: (
                    np.sum(p * np.log(p)) - np.sum(p * np.log(np.outer(q_1, q_2)))
                )
            ),
        ),
        Line(
            r"= -\sum_{a,b} p(a,b)\,\ln q_1(a) + C,\quad"
            r" C = \sum_{a,b} p\,\ln p - \sum_{a,b} p\,\ln q_2(b)",
            "The log of a product; what does not hold q₁ is the sheet's “const.”, kept here.",
            _on_table(lambda p, q_1, q_2, lam: _minus_log_q1(p, q_1) + constant(p, q_2)),
        ),
        Line(
            r"= -\sum_a \ln q_1(a) \sum_b p(a,b) + C",
            "ln q₁(a) does not see b: sum over b first. The marginal of p appears.",
            _on_table(lambda p, q_1, q_2, lam: constant(p, q_2) - np.log(q_1) @ p.sum(axis=1)),
        ),
        Line(
            r"= -\sum_a \ln q_1(a)\,p_1(a) + \lambda\Bigl(\sum_a q_1(a) - 1\Bigr) + C ="
            r" \mathcal L(q_1,\lambda)",
            "The Lagrange function. As q₁ sums to 1, the new term is 0: move λ and see.",
            _on_table(lagrangian),
        ),
        Line(
            r"\frac{\partial\mathcal L}{\partial q_1(a)} = -\frac{p_1(a)}{q_1(a)} + \lambda",
            "Aside: three slopes, one for each a, against those measured on the line above.",
            _on_table(lambda p, q_1, q_2, lam: lam - p.sum(axis=1) / q_1),
            aside=_on_table(_slopes),
        ),
        Line(
            r"\lambda \sum_a q_1(a) = \sum_a p_1(a) \;\Rightarrow\; \lambda = 1",
            "Aside: set the slopes to 0, multiply by q₁(a), sum over a. Against the λ of the four"
            " equations (three slopes 0, the sum 1), solved by a root finder.",
            lambda **at: 1.0,
            aside=_on_table(lambda p, q_1, q_2, lam: solve(p, q_1, q_2)[3]),
        ),
        Line(
            r"q_1^*(a) = p_1(a) = \sum_b p(a,b)",
            "Aside: with λ = 1 the factor is the marginal. Against the root finder's q₁.",
            _on_table(lambda p, q_1, q_2, lam: factorised_moment_projection(p)[0]),
            aside=_on_table(lambda p, q_1, q_2, lam: solve(p, q_1, q_2)[:3]),
        ),
        Line(
            r"\mathrm{KL}(p\|q) = \mathrm{KL}(p\|p_1p_2) + \mathrm{KL}(p_1\|q_1) +"
            r" \mathrm{KL}(p_2\|q_2)",
            "The divergence splits: q₂ does not matter for the best q₁, nor q₁ for q₂, and each"
            " has one minimum. What no product can remove is the first term.",
            _on_table(
                lambda p, q_1, q_2, lam: (
                    kl_tables(p, np.outer(p.sum(axis=1), p.sum(axis=0)))
                    + kl_tables(p.sum(axis=1), q_1)
                    + kl_tables(p.sum(axis=0), q_2)
                )
            ),
        ),
    ),
    (
        Slider("dependence", "dependence in p", 0.0, 3.0, 1.5, 0.1),
        Slider("power_1", "q₁: sharpness", 0.0, 2.0, 0.5, 0.1),
        Slider("power_2", "q₂: sharpness", 0.0, 2.0, 2.0, 0.1),
        Slider("lam", "λ", -1.0, 3.0, 0.4, 0.1),
    ),
)

SIDE = np.linspace(-8, 8, 81)
Z_1, Z_2 = np.meshgrid(SIDE, SIDE, indexing="ij")
STEP = SIDE[1] - SIDE[0]
Q_2 = norm(0.5, 1.2)


def _tilted_gaussian(rho):
    """log p(z₁, z₂): both marginals N(0, 1), correlation ρ."""
    return norm.logpdf(Z_1) + norm.logpdf(Z_2, rho * Z_1, np.sqrt(1 - rho**2))


def _rest(log_p):
    """∬ p log p − ∬ p log q₂: what q₁ cannot change."""
    return STEP**2 * np.sum(np.exp(log_p) * (log_p - Q_2.logpdf(Z_2)))


def _kl_density(rho, mean, sd):
    log_p = _tilted_gaussian(rho)
    return STEP**2 * np.sum(np.exp(log_p) * (log_p - norm.logpdf(Z_1, mean, sd) - Q_2.logpdf(Z_2)))


def _inner_first(rho, mean, sd):
    log_p = _tilted_gaussian(rho)
    marginal = STEP * np.exp(log_p).sum(axis=1)
    return _rest(log_p) - STEP * np.sum(norm.logpdf(SIDE, mean, sd) * marginal)


def _known_marginal(rho, mean, sd):
    cross_entropy = -STEP * np.sum(norm.pdf(SIDE) * norm.logpdf(SIDE, mean, sd))
    return _rest(_tilted_gaussian(rho)) + cross_entropy


density = Derivation(
    "The same for a density: p a Gaussian with correlation ρ",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \iint p(z_1,z_2)\,\ln\frac{p(z_1,z_2)}{q_1(z_1)\,q_2(z_2)}"
            r"\,dz_1dz_2",
            "Sums became integrals; here by a grid. The sliders set q₁, a Gaussian.",
            _kl_density,
        ),
        Line(
            r"= -\int \ln q_1(z_1)\Bigl(\int p(z_1,z_2)\,dz_2\Bigr)dz_1 + C",
            "The sheet's last line: the inner integral first.",
            _inner_first,
        ),
        Line(
            r"= -\int p(z_1)\,\ln q_1(z_1)\,dz_1 + C",
            "The inner integral is the marginal, here N(0, 1). What is left is a cross-entropy,"
            r" and it is least at $q_1(z_1) = p(z_1)$.",
            _known_marginal,
        ),
        Line(
            r"= -\tfrac12\log(1-\rho^2) + \mathrm{KL}(p_1\|q_1) + \mathrm{KL}(p_2\|q_2)",
            "Again three parts. The first is the mutual information of a correlated pair: no"
            " product can be closer than that.",
            lambda rho, mean, sd: (
                -0.5 * np.log1p(-(rho**2))
                + kl_univariate(0, 1, mean, sd**2)
                + kl_univariate(0, 1, Q_2.mean(), Q_2.var())
            ),
        ),
    ),
    (
        Slider("rho", "ρ", -0.9, 0.9, 0.6, 0.05),
        Slider("mean", "mean of q₁", -2.0, 2.0, 0.8, 0.1),
        Slider("sd", "sd of q₁", 0.5, 2.0, 0.7, 0.05),
    ),
)
