"""The linear-Gaussian model against linear algebra, quadrature, Monte Carlo and 60 digits."""

import mpmath
import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from helpers.gaussians import kl_full
from helpers.mean_field import (
    LinearGaussian,
    coordinate_ascent,
    coverage,
    elbo_terms,
    update_factor,
)

WORKED = LinearGaussian([1.2, -0.7], 1.5)


def random_case(rng, largest=1e3):
    """A model with |θ| from 1e-3 to `largest` in any direction, and a factorised q."""
    angle, size = rng.uniform(0, 2 * np.pi), 10 ** rng.uniform(-3, np.log10(largest))
    model = LinearGaussian(size * np.array([np.cos(angle), np.sin(angle)]), rng.normal(scale=3))
    return model, rng.normal(scale=2, size=2), 10 ** rng.uniform(-4, 2, size=2)


def exact(model, m, s2):
    """ELBO, log evidence, KL(q‖posterior) and the final gap at 60 digits, from the matrices."""
    with mpmath.workdps(60):
        theta, x = mpmath.matrix(model.theta.tolist()), mpmath.mpf(model.x)
        var = 1 + (theta.T * theta)[0]
        mean, precision = theta * x / var, mpmath.eye(2) + theta * theta.T
        log_evidence = -(mpmath.log(2 * mpmath.pi * var) + x**2 / var) / 2
        delta, cov = mpmath.matrix(m.tolist()) - mean, mpmath.diag(s2.tolist())
        log_det = mpmath.log(mpmath.det(precision * cov))
        trace = sum((precision * cov)[k, k] for k in range(2))
        kl = (trace - 2 - log_det + (delta.T * precision * delta)[0]) / 2
        gap = -mpmath.log(1 - (precision[0, 1] ** 2) / (precision[0, 0] * precision[1, 1])) / 2
        return tuple(float(value) for value in (log_evidence - kl, log_evidence, kl, gap))


def test_worked_point():
    np.testing.assert_allclose(WORKED.posterior_mean, [0.614334, -0.358362], atol=5e-7)
    cov = [[0.508532, 0.286689], [0.286689, 0.832765]]
    np.testing.assert_allclose(WORKED.posterior_cov, cov, atol=5e-7)
    assert WORKED.log_evidence == pytest.approx(-1.840399, abs=5e-7)
    assert WORKED.final_gap == pytest.approx(0.107886, abs=5e-7)
    assert WORKED.convergence_rate == pytest.approx(0.194081, abs=5e-7)
    elbo = elbo_terms(WORKED, [0.4, -0.1], [0.5, 0.8]).total
    assert elbo == pytest.approx(-2.119334, abs=5e-7)


def test_posterior_against_linear_algebra():
    rng = np.random.default_rng(1)
    for _ in range(200):
        model, _, _ = random_case(rng, largest=30)
        cov = np.linalg.inv(np.eye(2) + np.outer(model.theta, model.theta))
        np.testing.assert_allclose(model.posterior_cov, cov, rtol=1e-11, atol=1e-14)
        mean = cov @ model.theta * model.x
        np.testing.assert_allclose(model.posterior_mean, mean, rtol=1e-11, atol=1e-14)
        rho = cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])
        assert model.correlation == pytest.approx(rho, rel=1e-10, abs=1e-14)
        assert model.log_evidence == pytest.approx(
            norm.logpdf(model.x, 0, np.sqrt(1 + model.theta @ model.theta)), rel=1e-12
        )


@pytest.mark.parametrize("theta", [[1.2, -0.7], [0.5, 2.0], [-1.5, -1.0], [0.0, 1.0]])
def test_posterior_against_quadrature(theta):
    model = LinearGaussian(theta, 1.5)
    # The trapezoid rule on a grid that ends where the prior is 1e-22: exact to rounding.
    grid = np.linspace(-10, 10, 401)
    z = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1)
    log_joint = norm.logpdf(z).sum(axis=-1) + norm.logpdf(model.x, z @ model.theta, 1)
    weights = np.exp(log_joint) * (grid[1] - grid[0]) ** 2
    assert model.log_evidence == pytest.approx(np.log(weights.sum()), rel=1e-12)
    weights = weights[..., None] / weights.sum()
    mean = (weights * z).sum(axis=(0, 1))
    np.testing.assert_allclose(model.posterior_mean, mean, atol=1e-12)
    centred = z - mean
    cov = np.einsum("ija,ijb->ab", weights * centred, centred)
    np.testing.assert_allclose(model.posterior_cov, cov, atol=1e-12)


def test_posterior_factorises_only_without_one_theta():
    for theta, factorises in [([0, 3], True), ([2, 0], True), ([0, 0], True), ([1e-3, 1], False)]:
        model = LinearGaussian(theta, 1)
        zeros = model.correlation, model.final_gap, model.posterior_cov[0, 1]
        assert all((zero == 0) == factorises for zero in zeros)
        assert not factorises or not np.signbit(zeros).any()
    assert not np.signbit(LinearGaussian([3, 0], -1).posterior_mean[1])


def test_elbo_never_falls_and_stays_below_the_evidence():
    rng = np.random.default_rng(2)
    for _ in range(1000):
        model, m, s2 = random_case(rng)
        elbo = coordinate_ascent(model, m, s2, 5).elbo
        # No ELBO is near 0: the log evidence is at most −½ log 2π.
        assert (np.diff(elbo) >= -1e-12 * abs(elbo[1:])).all(), model
        assert (elbo <= model.log_evidence * (1 - 1e-12)).all(), model
        assert elbo[1] > elbo[0], model


def test_elbo_is_evidence_less_divergence_to_60_digits():
    rng = np.random.default_rng(3)
    for _ in range(500):
        model, m, s2 = random_case(rng)
        elbo, log_evidence, _, gap = exact(model, m, s2)
        # Relative to the ELBO itself, which is at most −½ log 2π, so never near 0.
        assert elbo_terms(model, m, s2).total == pytest.approx(elbo, rel=1e-12, abs=0), model
        assert model.log_evidence == pytest.approx(log_evidence, rel=1e-14, abs=0), model
        assert model.final_gap == pytest.approx(gap, rel=1e-13, abs=0), model
        best = exact(model, model.posterior_mean, model.optimal_s2)
        assert best[2] == pytest.approx(gap, rel=1e-9, abs=0), model


def test_elbo_is_evidence_less_kl_full():
    rng = np.random.default_rng(4)
    for _ in range(300):
        model, m, s2 = random_case(rng, largest=10)
        kl = kl_full(m, np.diag(s2), model.posterior_mean, model.posterior_cov)
        elbo = elbo_terms(model, m, s2).total
        assert elbo == pytest.approx(model.log_evidence - kl, rel=1e-12, abs=0), model


def test_each_elbo_term_against_monte_carlo():
    rng = np.random.default_rng(5)
    for _ in range(20):
        model, m, s2 = random_case(rng, largest=5)
        z = m + np.sqrt(s2) * rng.standard_normal((40_000, 2))
        samples = (
            norm.logpdf(z).sum(axis=-1),
            norm.logpdf(model.x, z @ model.theta, 1),
            -norm.logpdf(z, m, np.sqrt(s2)).sum(axis=-1),
        )
        terms = elbo_terms(model, m, s2)
        for term, sample in zip((*terms, terms.total), (*samples, sum(samples)), strict=True):
            assert abs(term - sample.mean()) < 4 * sample.std() / np.sqrt(sample.size), model


def test_elbo_terms_broadcast():
    m = np.random.default_rng(6).normal(size=(4, 3, 2))
    terms = elbo_terms(WORKED, m, [0.5, 0.8])
    assert terms.total.shape == terms.prior.shape == terms.entropy.shape == (4, 3)
    one = elbo_terms(WORKED, m[2, 1], [0.5, 0.8])
    assert [term[2, 1] for term in terms] == pytest.approx(list(one), rel=1e-15)


def test_update_maximises_one_factor():
    rng = np.random.default_rng(7)
    for _ in range(100):
        model, m, s2 = random_case(rng, largest=20)
        for j in (0, 1):
            before = m.copy(), s2.copy()
            new_m, new_s2 = update_factor(model, m, s2, j)
            assert (m == before[0]).all()
            assert (s2 == before[1]).all()
            assert (new_m[1 - j], new_s2[1 - j]) == (m[1 - j], s2[1 - j])
            step = np.sqrt(new_s2[j]) * np.eye(2)[j]
            around = new_m + np.array([[-0.01], [0.0], [0.01]]) * step
            low, best, high = elbo_terms(model, around, new_s2).total
            # Slope 0 and curvature −1 in units of s_j; then the same for log s_j: 0 and −2.
            assert high - low == pytest.approx(0, abs=1e-11 * abs(best))
            assert low + high - 2 * best == pytest.approx(-1e-4, abs=1e-11 * abs(best))
            around = new_s2 * np.exp(np.array([[-0.02], [0.0], [0.02]]) * np.eye(2)[j])
            low, best, high = elbo_terms(model, new_m, around).total
            assert high - low == pytest.approx(0, abs=2e-6 + 1e-11 * abs(best))
            assert low + high - 2 * best == pytest.approx(-2e-4, abs=1e-7 + 1e-11 * abs(best))


def test_trace_has_one_row_for_each_update():
    m, s2 = [3.0, -2.0], [2.0, 5.0]
    trace = coordinate_ascent(WORKED, m, s2, 3)
    assert trace.m.shape == trace.s2.shape == (7, 2)
    assert trace.elbo.shape == (7,)
    for row in range(6):
        new_m, new_s2 = update_factor(WORKED, trace.m[row], trace.s2[row], row % 2)
        np.testing.assert_array_equal(trace.m[row + 1], new_m)
        np.testing.assert_array_equal(trace.s2[row + 1], new_s2)
    np.testing.assert_array_equal(trace.m[0], m)
    np.testing.assert_array_equal(trace.s2[0], s2)
    assert trace.elbo[4] == elbo_terms(WORKED, trace.m[4], trace.s2[4]).total
    assert len(coordinate_ascent(WORKED, m, s2, 0).elbo) == 1


def test_variances_converge_in_one_update_each():
    rng = np.random.default_rng(8)
    for _ in range(100):
        model, m, s2 = random_case(rng)
        trace = coordinate_ascent(model, m, s2, 2)
        precision = np.eye(2) + np.outer(model.theta, model.theta)
        np.testing.assert_allclose(trace.s2[1], [1 / precision[0, 0], s2[1]], rtol=1e-15)
        np.testing.assert_allclose(trace.s2[2:], [1 / np.diag(precision)] * 3, rtol=1e-15)
        np.testing.assert_array_equal(trace.s2[2], model.optimal_s2)
        if model.convergence_rate < 0.99:
            narrowed = (1 - model.convergence_rate) * np.diag(model.posterior_cov)
            np.testing.assert_allclose(model.optimal_s2, narrowed, rtol=1e-13)


def test_error_shrinks_by_the_rate_each_sweep():
    rng = np.random.default_rng(9)
    for _ in range(100):
        model, m, s2 = random_case(rng, largest=10)
        trace = coordinate_ascent(model, m, s2, 6)
        error = trace.m - model.posterior_mean
        # From the first update on: before it the first factor is anywhere.
        for j, rows in ((0, slice(1, None, 2)), (1, slice(2, None, 2))):
            shrunk = error[rows, j][:-1] * model.convergence_rate
            np.testing.assert_allclose(error[rows, j][1:], shrunk, rtol=1e-12, atol=1e-15)


def test_limit_is_the_true_mean_and_the_final_gap():
    rng = np.random.default_rng(10)
    for _ in range(100):
        model, m, s2 = random_case(rng, largest=2)
        trace = coordinate_ascent(model, m, s2, 200)
        np.testing.assert_allclose(trace.m[-1], model.posterior_mean, atol=1e-13)
        gap = model.log_evidence - trace.elbo[-1]
        assert gap == pytest.approx(model.final_gap, rel=1e-12, abs=1e-14)
        assert gap == pytest.approx(-0.5 * np.log1p(-model.convergence_rate), rel=1e-10, abs=1e-14)


def test_a_small_change_of_the_elbo_is_not_convergence():
    model = LinearGaussian([1000.0, 1000.0], 1.0)
    trace = coordinate_ascent(model, [1.0, -1.0], [1.0, 1.0], 400)
    assert np.diff(trace.elbo)[-1] < 1e-5
    assert abs(trace.m[-1] - model.posterior_mean).min() > 0.9
    # As far off as the rate says: ρ^(2·400), ρ² = (1e6/(1e6 + 1))².
    left = (trace.m[-1] - model.posterior_mean) / (trace.m[1] - model.posterior_mean)
    assert left[0] == pytest.approx((1e6 / (1e6 + 1)) ** (2 * 399), rel=1e-9)


@pytest.mark.parametrize("size", [1e-150, 1e-8, 1e8, 1e75, 1e150])
def test_extreme_theta(size):
    model = LinearGaussian([size, -size / 2], 1.5)
    with mpmath.workdps(400):
        first, second = (mpmath.mpf(t) for t in model.theta.tolist())
        var = 1 + first**2 + second**2
        mean = [float(t * 1.5 / var) for t in (first, second)]
        cov = [[1 + second**2, -first * second], [-first * second, 1 + first**2]]
        cov = [[float(c / var) for c in row] for row in cov]
        rho = float(-first * second / mpmath.sqrt((1 + first**2) * (1 + second**2)))
        gap = float(mpmath.log1p((first * second) ** 2 / var) / 2)
        log_evidence = float(-(mpmath.log(2 * mpmath.pi * var) + 1.5**2 / var) / 2)
    np.testing.assert_allclose(model.posterior_mean, mean, rtol=1e-14)
    np.testing.assert_allclose(model.posterior_cov, cov, rtol=1e-14)
    assert model.correlation == pytest.approx(rho, rel=1e-14, abs=0)
    assert model.final_gap == pytest.approx(gap, rel=1e-14, abs=0)
    assert model.log_evidence == pytest.approx(log_evidence, rel=1e-14, abs=0)
    trace = coordinate_ascent(model, [0.0, 0.0], [1e-3, 1e-3], 2)
    assert np.isfinite(trace.m).all()
    assert (trace.s2 > 0).all()
    assert (np.diff(trace.elbo) >= -1e-12 * abs(trace.elbo[1:])).all()


@pytest.mark.parametrize(
    ("theta", "level"), [([1.2, -0.7], 0.95), ([5.0, 5.0], 0.95), ([0.3, 2.0], 0.5)]
)
def test_coverage_against_monte_carlo(theta, level):
    model = LinearGaussian(theta, 1.5)
    rng = np.random.default_rng(11)
    n = 200_000
    z = multivariate_normal(model.posterior_mean, model.posterior_cov).rvs(n, random_state=rng)
    for s2 in (model.optimal_s2, np.diag(model.posterior_cov), np.array([0.3, 2.0])):
        distance = ((z - model.posterior_mean) ** 2 / s2).sum(axis=-1)
        inside = coverage(model, s2, level)
        hits = (distance <= -2 * np.log(1 - level)).mean()
        assert abs(hits - inside) < 4 * np.sqrt(inside * (1 - inside) / n)


def test_coverage_limits():
    independent = LinearGaussian([0.0, 3.0], 1.0)
    assert coverage(independent, independent.optimal_s2) == pytest.approx(0.95, rel=1e-12)
    # A ridge: q's ellipse is narrower than it is long by √(1 − ρ²), so 10 × θ is 10 × less.
    ridges = [LinearGaussian([t, t], 1.0) for t in (1e8, 1e9)]
    wide, narrow = (coverage(model, model.optimal_s2) for model in ridges)
    assert wide / narrow == pytest.approx(10, rel=1e-9)


def test_the_least_variance_is_a_variance():
    terms = elbo_terms(WORKED, [0.0, 0.0], [5e-324, 1.0])
    assert terms.entropy == pytest.approx(1 + np.log(2 * np.pi) + 0.5 * np.log(5e-324), rel=1e-14)
    trace = coordinate_ascent(WORKED, [0.0, 0.0], [5e-324, 5e-324], 2)
    assert np.all(np.diff(trace.elbo) > 0)
    np.testing.assert_array_equal(trace.s2[-1], WORKED.optimal_s2)


def test_model_is_frozen_and_keeps_a_copy():
    theta = np.array([1.0, 2.0])
    model = LinearGaussian(theta, 1)
    theta[0] = 5.0
    assert model.theta[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        model.theta[0] = 3.0
    with pytest.raises(AttributeError):
        model.x = 2.0


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("theta", lambda: LinearGaussian([1.0], 1.0)),
        ("theta", lambda: LinearGaussian([1.0, np.nan], 1.0)),
        ("theta", lambda: LinearGaussian([[1.0, 2.0]], 1.0)),
        ("theta", lambda: LinearGaussian([1.0, 1e151], 1.0)),
        ("x", lambda: LinearGaussian([1.0, 2.0], np.inf)),
        ("x", lambda: LinearGaussian([1.0, 2.0], [1.0, 2.0])),
        ("x", lambda: LinearGaussian([1.0, 2.0], -1e200)),
        ("m", lambda: elbo_terms(WORKED, [1.0, np.nan], [1.0, 1.0])),
        ("m", lambda: elbo_terms(WORKED, [1.0], [1.0, 1.0])),
        ("m", lambda: elbo_terms(WORKED, 1.0, [1.0, 1.0])),
        ("s2", lambda: elbo_terms(WORKED, [1.0, 1.0], [1.0, 0.0])),
        ("s2", lambda: elbo_terms(WORKED, [1.0, 1.0], [1.0, 1.0, 1.0])),
        ("fit", lambda: elbo_terms(WORKED, np.ones((3, 2)), np.ones((4, 2)))),
        ("m or s2", lambda: elbo_terms(WORKED, [1e200, 1.0], [1.0, 1.0])),
        ("m or s2", lambda: elbo_terms(LinearGaussian([1e150, 1], 1), [1e200, 1], [1, 1])),
        ("m", lambda: update_factor(LinearGaussian([1e-9, 1e150], 1), [1, 1e300], [1, 1], 0)),
        ("m", lambda: update_factor(WORKED, [[1.0, 1.0]], [1.0, 1.0], 0)),
        ("s2", lambda: update_factor(WORKED, [1.0, 1.0], [1.0, -1.0], 0)),
        ("j", lambda: update_factor(WORKED, [1.0, 1.0], [1.0, 1.0], 2)),
        ("j", lambda: update_factor(WORKED, [1.0, 1.0], [1.0, 1.0], -1)),
        ("n_sweeps", lambda: coordinate_ascent(WORKED, [1.0, 1.0], [1.0, 1.0], -1)),
        ("n_sweeps", lambda: coordinate_ascent(WORKED, [1.0, 1.0], [1.0, 1.0], 1.5)),
        ("s2", lambda: coordinate_ascent(WORKED, [1.0, 1.0], [0.0, 1.0], 1)),
        ("s2", lambda: coverage(WORKED, [1.0, 0.0])),
        ("s2", lambda: coverage(WORKED, [5e-324, 1.0])),
        ("s2", lambda: coverage(WORKED, [1e-200, 1e-200])),
        ("level", lambda: coverage(WORKED, [1.0, 1.0], 1.0)),
        ("level", lambda: coverage(WORKED, [1.0, 1.0], 0.0)),
    ],
)
def test_bad_input_is_named(name, call):
    with pytest.raises(ValueError, match=rf"(^| ){name}\b"):
        call()
