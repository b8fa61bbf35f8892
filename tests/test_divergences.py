"""Divergences and projections against closed forms, 60-digit arithmetic and brute force."""

from itertools import pairwise
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
from scipy import stats
from scipy.integrate import simpson
from scipy.optimize import minimize, root
from scipy.special import digamma, gamma, gammaln

from helpers import divergences
from helpers.densities import GaussianMixture
from helpers.divergences import (
    Gaussian,
    factorised_moment_projection,
    information_projection,
    kl_monte_carlo,
    kl_quadrature,
    moment_projection,
)
from helpers.gaussians import kl_full, kl_univariate

STANDARD = stats.norm(0, 1)
LOG_2PI = np.log(2 * np.pi)


def two_bumps(separation=6.0, weight=0.5, var=1.0):
    return GaussianMixture([weight, 1 - weight], [-separation / 2, separation / 2], [var, var])


def only(density, *methods):
    """The density with nothing but the methods named."""
    return SimpleNamespace(**{name: getattr(density, name) for name in methods})


# KL by quadrature


@pytest.mark.parametrize(
    ("mean_p", "sd_p", "mean_q", "sd_q"),
    [
        (0, 1, 1, 2),
        (1000, 1e-3, 0, 1),  # blind quadrature over the line answers 0
        (0, 1, 1000, 1e-3),
        (-1e6, 1e-2, -1e6, 3e-2),
        (0, 1e6, 0, 1),
        (0, 1, 0, 1e6),
        (1e-50, 1e-50, 0, 3e-50),
        (1e50, 1e50, 0, 3e50),
        (0, 1, 1e-2, 1.001),
    ],
)
def test_kl_quadrature_of_gaussians(mean_p, sd_p, mean_q, sd_q):
    exact = kl_univariate(mean_p, sd_p**2, mean_q, sd_q**2)
    value = kl_quadrature(stats.norm(mean_p, sd_p), stats.norm(mean_q, sd_q))
    assert isinstance(value, float)
    assert value == pytest.approx(exact, rel=1e-9, abs=0)


def gamma_kl(a, scale_a, b, scale_b):
    return (
        (a - b) * digamma(a)
        - gammaln(a)
        + gammaln(b)
        + b * np.log(scale_b / scale_a)
        + a * (scale_a - scale_b) / scale_b
    )


@pytest.mark.parametrize("shapes", [(2, 1, 3, 2), (0.5, 1, 2, 1), (1, 3, 5, 0.1), (30, 1, 0.3, 4)])
@pytest.mark.parametrize("loc", [0, 5])
def test_kl_quadrature_of_gammas(shapes, loc):
    a, scale_a, b, scale_b = shapes
    p, q = stats.gamma(a, loc, scale_a), stats.gamma(b, loc, scale_b)
    # Beside a singular end other than 0, x itself is rounded.
    tolerance = 1e-7 if a < 1 and loc else 1e-9
    assert kl_quadrature(p, q) == pytest.approx(gamma_kl(*shapes), rel=tolerance, abs=0)


@pytest.mark.parametrize(
    ("p", "q", "exact"),
    [
        (stats.uniform(0, 1), STANDARD, LOG_2PI / 2 + 1 / 6),
        (stats.uniform(1000, 1e-3), stats.norm(1000, 1), np.log(1e3) + LOG_2PI / 2 + 1e-6 / 6),
        (stats.uniform(0.25, 0.5), stats.uniform(0, 1), np.log(2)),
        (stats.uniform(1, 1), stats.gamma(2, loc=1), 1.5),
        (stats.expon(), STANDARD, LOG_2PI / 2),
        (stats.expon(scale=2), stats.expon(scale=5), np.log(2.5) - 0.6),
        (stats.laplace(0, 1), stats.laplace(0, 0.5), 1 - np.log(2)),
        (stats.laplace(0, 1), stats.laplace(1, 2), (np.exp(-1) + 1) / 2 + np.log(2) - 1),
        (stats.cauchy(0, 1), stats.cauchy(3, 2), np.log(18 / 8)),
        (stats.cauchy(0, 1), stats.cauchy(1e-2, 1), np.log1p(1e-4 / 4)),
        (stats.gamma(0.03), stats.gamma(0.05), gamma_kl(0.03, 1, 0.05, 1)),
        (stats.beta(2, 1), stats.uniform(0, 1), np.log(2) - 0.5),
    ],
)
def test_kl_quadrature_of_other_pairs(p, q, exact):
    assert kl_quadrature(p, q) == pytest.approx(exact, rel=1e-9, abs=0)


@pytest.mark.parametrize("dof", [2.03, 2.1, 2.5, 3, 10])
def test_kl_quadrature_of_heavy_tails(dof):
    with mpmath.workdps(60):
        n = mpmath.mpf(dof)
        half = (n + 1) / 2
        entropy = half * (mpmath.digamma(half) - mpmath.digamma(n / 2))
        entropy += mpmath.log(mpmath.sqrt(n) * mpmath.beta(n / 2, mpmath.mpf(1) / 2))
        exact = float(-entropy + mpmath.log(2 * mpmath.pi) / 2 + n / (n - 2) / 2)
    assert kl_quadrature(stats.t(dof), STANDARD) == pytest.approx(exact, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("weights", "means", "sds"),
    [
        ([0.5, 0.5], [0, 1000], [1, 1e-3]),
        ([0.3, 0.7], [-1e4, 1e4], [1e-2, 1]),
        ([1e-9, 1 - 1e-9], [-50, 50], [1, 1e-2]),
        ([0.5, 1e-6, 0.5 - 1e-6], [-1000, 3, 1000], [1, 1e-3, 1]),  # q's quantiles find it
        ([0.45, 5e-3, 0.545], [-1000, 300, 1000], [1, 1e-3, 1]),  # a finer choice of p's does
    ],
)
def test_kl_quadrature_of_bumps_far_apart(weights, means, sds):
    weights, means, sds = (np.array(values, dtype=float) for values in (weights, means, sds))
    p = GaussianMixture(weights, means, sds**2)
    # Where no bump reaches another, E_p is a weighted sum over them.
    terms = np.log(weights / sds) - 0.5 + 0.5 * (sds**2 + means**2)
    exact = np.sum(weights * terms)
    assert kl_quadrature(p, STANDARD) == pytest.approx(exact, rel=1e-9, abs=0)
    bump = stats.norm(means[0], sds[0])
    assert kl_quadrature(bump, p) == pytest.approx(-np.log(weights[0]), rel=1e-9, abs=0)


def test_kl_quadrature_where_a_library_gives_nan():
    # scipy's Fréchet log density is inf − inf next to 0. Its entropy and moments are closed forms.
    shape = 10.5
    p, entropy = stats.invweibull(shape), 1 + np.euler_gamma * (1 + 1 / shape) - np.log(shape)
    mean, square = gamma(1 - 1 / shape), gamma(1 - 2 / shape)
    exact = -entropy + 0.5 * (LOG_2PI + square - 2 * mean + 1)
    assert kl_quadrature(p, stats.norm(1, 1)) == pytest.approx(exact, rel=1e-9, abs=0)


def test_kl_quadrature_of_overlapping_bumps_against_60_digits():
    weights, means, variances = [0.3, 0.7], [-1.0, 1.5], [0.5, 2.0]
    with mpmath.workdps(60):

        def density(x):
            parts = zip(weights, means, variances, strict=True)
            return sum(w * mpmath.npdf(x, m, mpmath.sqrt(v)) for w, m, v in parts)

        def integrand(x):
            return density(x) * (mpmath.log(density(x)) - mpmath.log(mpmath.npdf(x, 0.2, 1.5)))

    with mpmath.workdps(25):
        exact = float(mpmath.quad(integrand, [-20, -4, -1, 1.5, 5, 25]))
    p, q = GaussianMixture(weights, means, variances), stats.norm(0.2, 1.5)
    assert kl_quadrature(p, q) == pytest.approx(exact, rel=1e-11, abs=0)


@pytest.mark.parametrize("scale", [0.3, 0.9])
def test_kl_quadrature_where_q_falls_as_exp_of_exp(scale):
    # E_p e^x = 1/(1 − scale²), of which the last parts count at x near 300.
    value = kl_quadrature(stats.laplace(0, scale), stats.gumbel_l())
    assert value == pytest.approx(1 / (1 - scale**2) - 1 - np.log(2 * scale), rel=1e-9)


def without_quantiles(density):
    """As norminvgauss is in some versions of scipy, whose own search for a quantile fails."""

    def ppf(levels):
        raise ValueError("The function value at x=nan is NaN; solver cannot continue.")

    return SimpleNamespace(logpdf=density.logpdf, support=density.support, ppf=ppf)


def test_kl_quadrature_needs_no_quantiles_of_q():
    guide = without_quantiles(stats.norminvgauss(2, 1))
    value = kl_quadrature(stats.norm(1, 2), guide)
    assert value == pytest.approx(kl_quadrature(stats.norm(1, 2), only(guide, "logpdf")), rel=1e-9)


def test_kl_quadrature_ignores_a_single_point_where_q_is_zero():
    # dweibull(2) is |x| exp(−x²); E log|x| = −(γ + log 2)/2 under N(0, 1).
    exact = -0.5 * (1 + LOG_2PI) + 0.5 * (np.euler_gamma + np.log(2)) + 1
    value = kl_quadrature(STANDARD, stats.dweibull(2))
    assert value == pytest.approx(exact, rel=1e-9)


class Halves:
    """Uniform on [0, 0.4] and [0.6, 1]: a hole within the support."""

    def logpdf(self, x):
        with np.errstate(divide="ignore"):
            return np.log(1.25 * ((x >= 0) & (x <= 1) & (abs(x - 0.5) >= 0.1)))

    def support(self):
        return 0.0, 1.0


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (STANDARD, stats.expon()),
        (STANDARD, stats.uniform(-50, 100)),
        (stats.uniform(0, 1.1), stats.uniform(0, 1)),
        (stats.uniform(0, 1), Halves()),
        (stats.cauchy(), STANDARD),
        (stats.cauchy(1e3, 1e-3), STANDARD),
        (stats.t(2), STANDARD),
        (stats.cauchy(), stats.laplace()),
        (stats.pareto(1), stats.expon()),
        (stats.uniform(0, 1), stats.invgamma(1)),  # log q falls as −1/x at the end
        (stats.uniform(1, 1), stats.invgamma(1, loc=1)),
        (stats.t(3), stats.gennorm(8)),  # overflows at 1e38
        (stats.fisk(3), stats.weibull_min(3)),
        (stats.wald(), stats.gumbel_l()),
        (stats.laplace(), stats.gumbel_l()),
    ],
)
def test_kl_quadrature_is_infinite(p, q):
    assert kl_quadrature(p, q) == np.inf


@pytest.mark.parametrize(
    "p", [STANDARD, stats.norm(1e6, 1), stats.gamma(0.3), stats.cauchy(), two_bumps()]
)
def test_kl_quadrature_of_equal_densities_is_zero(p):
    assert kl_quadrature(p, p) == 0


def test_kl_quadrature_asks_little_of_its_arguments():
    triangle, normal = stats.triang(0.3), stats.norm(0.5, 1)
    whole = kl_quadrature(triangle, normal)
    for p in (only(triangle, "logpdf", "support"), only(triangle, "logpdf", "ppf")):
        for q in (normal, only(normal, "logpdf")):
            assert kl_quadrature(p, q) == pytest.approx(whole, rel=1e-9, abs=0)
    # ∫ p log p of a triangle is log 2 − ½; the second moment about ½ is var + (mean − ½)².
    moment = triangle.var() + (triangle.mean() - 0.5) ** 2
    assert whole == pytest.approx(np.log(2) - 0.5 + LOG_2PI / 2 + moment / 2, rel=1e-9)


def scaled(density, factor):
    changed = only(density, "logpdf", "ppf", "support")
    changed.logpdf = lambda x: density.logpdf(x) + np.log(factor)
    return changed


# A bump that falls between the nodes: nothing but the missing mass tells.
UNSEEN = SimpleNamespace(logpdf=stats.norm(0.31415, 1e-9).logpdf, support=lambda: (0.0, 1.0))


@pytest.mark.parametrize(
    ("name", "p", "q"),
    [
        ("p", "normal", STANDARD),
        ("p", stats.poisson(3), STANDARD),
        ("q", STANDARD, 3.0),
        ("p", only(STANDARD, "ppf"), STANDARD),
        ("q", STANDARD, only(STANDARD, "ppf")),
        ("p needs the method ppf", only(STANDARD, "logpdf"), STANDARD),
        ("p needs the method ppf", only(STANDARD, "logpdf", "support"), STANDARD),
        ("p", stats.multivariate_normal([0, 0]), STANDARD),
        ("q", STANDARD, stats.multivariate_normal([0, 0])),
        ("p", scaled(STANDARD, 2.0), STANDARD),
        ("p", scaled(STANDARD, 1 - 1e-6), STANDARD),
        ("p", scaled(stats.cauchy(), 2.0), STANDARD),
        ("p", stats.norm(np.nan, 1), STANDARD),
        ("q", STANDARD, stats.norm(np.nan, 1)),
        ("p is too narrow", stats.norm(1e8, 1e-9), STANDARD),
        ("p cannot be integrated", stats.norm(1e6, 1e-8), STANDARD),
        (
            "p cannot",
            GaussianMixture([0.45, 1e-6, 0.55 - 1e-6], [-1e3, 300, 1e3], [1, 1e-6, 1]),
            STANDARD,
        ),
        ("p", UNSEEN, STANDARD),
        ("p.ppf fails", without_quantiles(stats.norm(1, 2)), STANDARD),
        # Known only where float64 reaches: finite or not cannot be told, or how much is missing.
        ("q.logpdf", stats.lognorm(2), stats.laplace()),
        ("q.logpdf", stats.t(1.0005), stats.laplace()),
        ("q.logpdf", stats.norm(1000, 1), stats.laplace()),
        ("q.logpdf", stats.laplace(0, 0.999), stats.gumbel_l()),
        ("q.logpdf", stats.norm(0, 30), stats.gumbel_l()),
        ("q.logpdf", stats.gennorm(0.5), stats.laplace()),
    ],
)
def test_kl_quadrature_names_what_is_wrong(name, p, q):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        kl_quadrature(p, q)


# KL by Monte Carlo


def test_kl_monte_carlo_against_closed_forms():
    rng = np.random.default_rng(1)
    for _ in range(20):
        mean_p, mean_q = rng.normal(size=2)
        var_p, var_q = np.exp(rng.normal(size=2))
        p, q = stats.norm(mean_p, var_p**0.5), stats.norm(mean_q, var_q**0.5)
        value, error = kl_monte_carlo(p, q, 20_000, rng)
        assert abs(value - kl_univariate(mean_p, var_p, mean_q, var_q)) < 4 * error
    mean_p, mean_q = rng.normal(size=(2, 3))
    cov_p, cov_q = (a @ a.T + np.eye(3) for a in rng.normal(size=(2, 3, 3)))
    p, q = stats.multivariate_normal(mean_p, cov_p), stats.multivariate_normal(mean_q, cov_q)
    value, error = kl_monte_carlo(p, q, 50_000, rng)
    assert abs(value - kl_full(mean_p, cov_p, mean_q, cov_q)) < 4 * error
    value, error = kl_monte_carlo(two_bumps(), STANDARD, 50_000, rng)
    assert abs(value - kl_quadrature(two_bumps(), STANDARD)) < 4 * error


def test_kl_monte_carlo_standard_error():
    # log p − log q = ½ − x for p = N(0, 1), q = N(1, 1): its standard deviation is 1.
    estimate = kl_monte_carlo(STANDARD, stats.norm(1, 1), 40_000, np.random.default_rng(2))
    assert estimate.standard_error == pytest.approx(1 / 200, rel=0.02)
    x = STANDARD.rvs(size=2, random_state=np.random.default_rng(3))
    value, error = kl_monte_carlo(STANDARD, stats.norm(1, 1), 2, np.random.default_rng(3))
    assert value == pytest.approx(0.5 - x.mean(), rel=1e-14)
    assert error == pytest.approx(abs(x[0] - x[1]) / 2, rel=1e-14)


def test_kl_monte_carlo_where_q_is_zero():
    rng = np.random.default_rng(4)
    assert kl_monte_carlo(STANDARD, stats.expon(), 100, rng) == (np.inf, np.inf)
    assert kl_monte_carlo(stats.expon(), STANDARD, 100, rng).value < np.inf


@pytest.mark.parametrize(
    ("name", "p", "q", "n_samples", "rng"),
    [
        ("p", only(STANDARD, "logpdf"), STANDARD, 10, np.random.default_rng()),
        ("p", only(STANDARD, "rvs"), STANDARD, 10, np.random.default_rng()),
        ("q", STANDARD, None, 10, np.random.default_rng()),
        ("q", STANDARD, stats.norm(np.nan, 1), 10, np.random.default_rng()),
        ("p", scaled(STANDARD, np.nan), STANDARD, 10, np.random.default_rng()),
        ("q", STANDARD, stats.multivariate_normal([0, 0]), 10, np.random.default_rng()),
        ("q", stats.multivariate_normal([0, 0]), STANDARD, 10, np.random.default_rng()),
        ("n_samples", STANDARD, STANDARD, 1, np.random.default_rng()),
        ("n_samples", STANDARD, STANDARD, 10.0, np.random.default_rng()),
        ("rng", STANDARD, STANDARD, 10, 0),
        ("rng", STANDARD, STANDARD, 10, None),
    ],
)
def test_kl_monte_carlo_names_what_is_wrong(name, p, q, n_samples, rng):
    if isinstance(p, SimpleNamespace) and hasattr(p, "support"):
        p.rvs = STANDARD.rvs
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        kl_monte_carlo(p, q, n_samples, rng)


# Projections


@pytest.mark.parametrize(
    ("p", "mean", "var"),
    [
        (stats.gamma(3, scale=2), 6, 12),
        (stats.uniform(1, 6), 4, 3),
        (two_bumps(weight=0.25), 1.5, 1 + 9 * 0.75),
        (stats.t(5), 0, 5 / 3),
    ],
)
def test_moment_projection_minimises(p, mean, var):
    best = moment_projection(p)
    assert best == pytest.approx((mean, var), rel=1e-12, abs=1e-12)
    lowest = kl_quadrature(p, stats.norm(best.mean, best.var**0.5))
    for shift, factor in ((0.1, 1), (-0.1, 1), (0, 1.1), (0, 0.9)):
        q = stats.norm(best.mean + shift, (best.var * factor) ** 0.5)
        # Both excesses in closed form: ½ shift²/var, ½ (1/factor − 1 + log factor).
        excess = 0.5 * shift**2 / var + 0.5 * (1 / factor - 1 + np.log(factor))
        assert kl_quadrature(p, q) - lowest == pytest.approx(excess, rel=1e-8)


@pytest.mark.parametrize("p", [stats.cauchy(), stats.t(1.5), stats.levy(), stats.t(2)])
def test_moment_projection_needs_moments(p):
    with pytest.raises(ValueError, match="of p is not finite"):
        moment_projection(p)


def test_moment_projection_needs_methods():
    with pytest.raises(ValueError, match=r"^p has no method mean"):
        moment_projection(only(STANDARD, "logpdf"))


@pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 4)])
def test_factorised_moment_projection_minimises(shape):
    rng = np.random.default_rng(5)
    table = rng.dirichlet(np.full(np.prod(shape), 0.5)).reshape(shape)
    marginals = factorised_moment_projection(table)
    assert [marginal.shape for marginal in marginals] == [(n,) for n in shape]
    assert [marginal.sum() for marginal in marginals] == pytest.approx([1.0] * len(shape))

    def divergence(logits):
        parts = np.split(logits, np.cumsum(shape)[:-1])
        log_q = sum(
            (part - np.logaddexp.reduce(part)).reshape(
                [-1 if k == j else 1 for k in range(j + 1)] + [1] * (len(shape) - j - 1)
            )
            for j, part in enumerate(parts)
        )
        return np.sum(table * (np.log(table) - log_q))

    found = minimize(divergence, np.zeros(sum(shape)), options={"gtol": 1e-9})
    for part, marginal in zip(np.split(found.x, np.cumsum(shape)[:-1]), marginals, strict=True):
        np.testing.assert_allclose(np.exp(part) / np.exp(part).sum(), marginal, atol=1e-5)
    assert divergence(np.log(np.concatenate(marginals))) <= found.fun + 1e-12


def test_factorised_moment_projection_keeps_zeros():
    first, second = factorised_moment_projection([[0.5, 0.0], [0.0, 0.5], [0.0, 0.0]])
    np.testing.assert_array_equal(first, [0.5, 0.5, 0.0])
    np.testing.assert_array_equal(second, [0.5, 0.5])


@pytest.mark.parametrize(
    "table",
    [[0.5, 0.6], [1.5, -0.5], [[1, 1], [1, 1]], 1.0, [], [np.nan, 1.0], [[0.5], [0.2, 0.3]]],
)
def test_factorised_moment_projection_needs_probabilities(table):
    with pytest.raises(ValueError, match=r"^table"):
        factorised_moment_projection(table)


def lowest_nearby(p, start):
    """The minimum of KL(q‖p) next to `start` by sums on a grid and simplex search."""
    z = np.linspace(-9, 9, 4001)
    weights = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()

    def objective(parameters):
        mean, log_sd = parameters
        return -log_sd - weights @ p.logpdf(mean + np.exp(log_sd) * z)

    sd = start.var**0.5
    simplex = [
        [start.mean + 0.01 * sd * i, np.log(sd) + 0.01 * j] for i, j in ((0, 0), (1, 0), (0, 1))
    ]
    options = {"initial_simplex": simplex, "xatol": 1e-9 * sd, "fatol": 1e-15}
    found = minimize(objective, simplex[0], method="Nelder-Mead", options=options).x
    return found[0], np.exp(2 * found[1])


@pytest.mark.parametrize(
    ("p", "start"),
    [
        (two_bumps(), (-3, 1)),
        (two_bumps(weight=0.2), (3, 1)),
        (two_bumps(), (0, 9)),
        (two_bumps(separation=2), (5, 1)),
        (two_bumps(separation=8, weight=0.4, var=0.5), (-2, 0.5)),
        (stats.t(3), (2, 1)),
        (stats.cauchy(), (-1000, 10)),
        (stats.gumbel_r(1, 2), (0, 1)),
        (stats.skewnorm(4), (0, 1)),
    ],
)
def test_information_projection_is_a_local_minimum(p, start):
    found = information_projection(p, start)
    mean, var = lowest_nearby(p, found)
    assert found.mean == pytest.approx(mean, abs=1e-6 * var**0.5)
    assert found.var == pytest.approx(var, rel=1e-6)
    q = stats.norm(found.mean, found.var**0.5)
    lowest = kl_quadrature(q, only(p, "logpdf"))
    for shift, factor in ((0.05, 1), (-0.05, 1), (0, 1.05), (0, 0.95)):
        other = stats.norm(found.mean + shift * found.var**0.5, factor * found.var**0.5)
        assert kl_quadrature(other, only(p, "logpdf")) > lowest + 1e-4


def test_information_projection_follows_the_start():
    p = two_bumps(separation=6)
    found = [information_projection(p, (mean, var)) for mean, var in ((-3, 1), (0, 9), (3, 1))]
    means = [q.mean for q in found]
    assert means == pytest.approx([-2.9843, 0, 2.9843], abs=1e-3)
    # Mode seeking: either bump's width, where matching moments gives 10.
    assert [q.var for q in found] == pytest.approx([1.047, 7.528, 1.047], abs=1e-3)
    assert moment_projection(p).var == pytest.approx(10)
    assert found[0].mean == pytest.approx(-found[2].mean, abs=1e-12)
    assert information_projection(p, found[2]) == pytest.approx(found[2], rel=1e-9)


@pytest.mark.parametrize("start", [(0, 1), (-50, 1), (3, 1e-6), (3, 1e6), (1e4, 1)])
def test_information_projection_of_a_gaussian_is_itself(start):
    found = information_projection(stats.norm(3, 2), Gaussian(*start))
    assert found == pytest.approx((3, 4), rel=1e-10)


def test_information_projection_of_narrow_bumps():
    p = GaussianMixture([0.4, 0.6], [-10, 1000], [1e-4, 1e-6])
    assert information_projection(p, (-9, 1)) == pytest.approx((-10, 1e-4), rel=1e-9)
    assert information_projection(p, (999, 1)) == pytest.approx((1000, 1e-6), rel=1e-9)


@pytest.mark.parametrize("at", [0.0, 0.37])
def test_information_projection_where_log_p_has_a_corner(at):
    # KL(N(at, s²)‖Laplace) = −log s + s√(2/π) + constant: s² = π/2.
    found = information_projection(stats.laplace(at), (2, 1))
    assert found == pytest.approx((at, np.pi / 2), rel=1e-9, abs=1e-9)
    # On the way from here a trial step leads to where scipy's log(pdf) underflows to −inf.
    found = information_projection(stats.laplace(at), (100, 1))
    assert found == pytest.approx((at, np.pi / 2), rel=1e-9, abs=1e-9)
    # −log s + √s E√|z| + constant: √s = 2/E√|z|.
    var = (2 / (2**0.25 * gamma(0.75) / np.sqrt(np.pi))) ** 4
    found = information_projection(stats.gennorm(0.5, at), (1, 1))
    assert found == pytest.approx((at, var), rel=1e-9, abs=1e-8)


def test_information_projection_without_quantiles_halves_its_panels():
    found = information_projection(only(stats.laplace(0.37), "logpdf"), (2, 1))
    assert found == pytest.approx((0.37, np.pi / 2), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("at", [0.0, 0.3])
@pytest.mark.parametrize("sd", [3e-2, 3e-3, 1e-3, 1e-5])
def test_information_projection_sees_a_narrow_part_of_p(sd, at):
    # At the minimum A₁ = 0 and A₂ = −1, here by Simpson's rule on a grid that resolves the part.
    p = GaussianMixture([0.01, 0.99], [at, 0], [sd**2, 1])
    found = information_projection(p, (0, 1))
    scale = found.var**0.5
    pieces = np.array([-9, at - 0.3, at - 40 * sd, at, at + 40 * sd, at + 0.3, 9])
    pieces = np.unique(pieces)
    first = second = 0.0
    for low, high in pairwise(pieces):
        x = np.linspace(low, high, 20_001)
        z = (x - found.mean) / scale
        log_p = p.logpdf(x) * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) / scale
        first += simpson(z * log_p, x=x)
        second += simpson((z**2 - 1) * log_p, x=x)
    assert first == pytest.approx(0, abs=1e-9)
    assert second == pytest.approx(-1, abs=1e-9)


@pytest.mark.parametrize("var", [5e-324, 1e-300, 1e-30, 1e8])
def test_information_projection_from_extreme_starts(var):
    found = information_projection(stats.norm(1, 2), (0, var))
    assert found == pytest.approx((1, 4), rel=1e-9)


def test_information_projection_adds_nodes_where_log_p_bends_sharply():
    # For narrow bumps at ±10, log p = −(|x| − 10)²/2v: s² − 10 s √(2/π) = v at m = 0.
    v, half = 1e-4, 5 * np.sqrt(2 / np.pi)
    p = GaussianMixture([0.5, 0.5], [-10, 10], [v, v])
    var = (half + np.sqrt(half**2 + v)) ** 2
    assert information_projection(p, (0, 100)) == pytest.approx((0, var), rel=1e-5, abs=1e-4)


def test_information_projection_is_never_a_saddle():
    p = two_bumps()
    kl = divergences._kl_to(p, 0.0, 1.0, 800)
    u, v = root(lambda x: kl(*x)[1], [1.4, 0.2], tol=1e-12).x
    assert np.linalg.eigvalsh(kl(u, v)[2])[0] < -0.1
    with pytest.raises(ValueError, match="start is a saddle point"):
        information_projection(p, (u, np.exp(2 * v)))
    # Beside it, descent goes to one side and to the other.
    found = [information_projection(p, (u + shift, np.exp(2 * v))) for shift in (-0.1, 0.1)]
    assert [q.var for q in found] == pytest.approx([7.528, 1.047], abs=1e-3)


@pytest.mark.parametrize(
    ("name", "p", "start"),
    [
        ("p", only(STANDARD, "ppf"), (0, 1)),
        ("p", stats.uniform(0, 1), (0, 1)),
        ("p must be positive on the whole line", stats.gamma(200), (200, 1)),
        ("p", stats.laplace(), (0, 1e7)),  # log(pdf) underflows
        ("p", STANDARD, (0, 1e200)),
        ("p", GaussianMixture([0.4, 0.6], [-10, 10], [1e-4, 1e-4]), (0, 100)),  # bends too sharply
        ("p", stats.norm(np.nan, 1), (0, 1)),
        ("p has parts too narrow", GaussianMixture([1e-4, 0.9999], [0.3, 0], [1e-16, 1]), (0, 1)),
        ("p", STANDARD, (0, 1e300)),
        ("start", STANDARD, (0, np.nan)),
        ("start", STANDARD, 1.0),
        ("start", STANDARD, (0, 1, 2)),
        ("the variance of start", STANDARD, (0, 0)),
    ],
)
def test_information_projection_names_what_is_wrong(name, p, start):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        information_projection(p, start)
