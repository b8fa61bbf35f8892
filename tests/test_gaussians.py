"""KL between Gaussians against 60-digit arithmetic, over the grid where formulas break."""

import itertools

import mpmath
import numpy as np
import pytest

from helpers.gaussians import ellipse, kl_diagonal, kl_full, kl_univariate

DIGITS = 60


def exact_univariate(mean_p, var_p, mean_q, var_q):
    with mpmath.workdps(DIGITS):
        mean_p, var_p, mean_q, var_q = map(mpmath.mpf, (mean_p, var_p, mean_q, var_q))
        ratio = var_p / var_q
        return (ratio - 1 - mpmath.log(ratio) + (mean_p - mean_q) ** 2 / var_q) / 2


def exact_full(mean_p, cov_p, mean_q, cov_q):
    with mpmath.workdps(DIGITS):
        cov_p, cov_q = mpmath.matrix(cov_p.tolist()), mpmath.matrix(cov_q.tolist())
        gap = mpmath.matrix(mean_p.tolist()) - mpmath.matrix(mean_q.tolist())
        chol_p, chol_q = (mpmath.cholesky(c, tol=0) for c in (cov_p, cov_q))
        size = cov_p.rows
        total = mpmath.mpf(-size)
        for i in range(size):
            total -= 2 * mpmath.log(chol_p[i, i] / chol_q[i, i])
        columns = [chol_p[:, j] for j in range(size)] + [gap]
        for column in columns:  # forward substitution; tr(Σq⁻¹Σp) = ‖Lq⁻¹Lp‖²
            solved = []
            for i in range(size):
                known = mpmath.fdot((chol_q[i, k], solved[k]) for k in range(i))
                solved.append((column[i] - known) / chol_q[i, i])
            total += mpmath.fsum(value**2 for value in solved)
        return total / 2


def relative_error(value, exact):
    return float(abs(mpmath.mpf(float(value)) - exact) / abs(exact)) if exact else float(value != 0)


STEPS = [10.0**-k for k in range(3, 16)]


def hard_univariate():
    """(mean_p, var_p, mean_q, var_q): near-equal, far apart, and offset by 1e8."""
    for offset, sd in itertools.product([0.0, 1.0, -1e8], [1e-3, 1.0, 7.0]):
        for step in STEPS:
            yield offset * (1 + step) + step * sd, sd**2, offset, sd**2
            yield offset, sd**2 * (1 + step), offset, sd**2
            yield offset, sd**2, offset, sd**2 * (1 + step)
            yield offset + sd * step, (sd * (1 + step)) ** 2, offset, sd**2
    for power in (1, 2, 5, 20, 80, 150):
        for ratio in (10.0**power, 10.0**-power):
            yield 0.3, ratio**2, -0.2, 1.0
            yield 0.3, ratio, -0.2, 1 / ratio
    for ratio in np.concatenate([np.linspace(0.3, 3, 109), 1 + np.linspace(-1e-2, 1e-2, 41)]):
        yield 0.0, ratio, 0.0, 1.0
    yield 0.0, 1e-300, 0.0, 1e300
    yield 0.0, 3e-305, 0.0, 2e5


def test_univariate_to_1e_14_everywhere():
    cases = np.array(list(hard_univariate()))
    values = kl_univariate(*cases.T)
    errors = [relative_error(v, exact_univariate(*c)) for v, c in zip(values, cases, strict=True)]
    worst = int(np.argmax(errors))
    assert errors[worst] <= 1e-14, (cases[worst], errors[worst])
    assert (values >= 0).all()


def test_textbook_formula_fails_where_ours_holds():
    """The lesson of the notebook's last section: the comparison must stay a real one."""
    var_p = (1 + 1e-9) ** 2
    textbook = np.log(1 / np.sqrt(var_p)) + var_p / 2 - 0.5  # slides, last line
    exact = exact_univariate(0, var_p, 0, 1)
    assert relative_error(textbook, exact) > 0.5
    assert relative_error(kl_univariate(0, var_p, 0, 1), exact) < 1e-14


@pytest.mark.parametrize("size", [1, 3, 100])
def test_diagonal_is_accurate(size):
    rng = np.random.default_rng(size)
    cases = np.array(list(hard_univariate()))
    cases = cases[(cases[:, 1] < 1e100) & (cases[:, 3] > 1e-100)]
    for _ in range(40):
        mean_p, var_p, mean_q, var_q = cases[rng.integers(len(cases), size=size)].T
        with mpmath.workdps(DIGITS):
            rows = zip(mean_p, var_p, mean_q, var_q, strict=True)
            exact = mpmath.fsum(exact_univariate(*row) for row in rows)
        assert relative_error(kl_diagonal(mean_p, var_p, mean_q, var_q), exact) <= 1e-14


def covariance(rng, size, condition, scales=None):
    """A covariance whose correlation matrix has about the given condition number."""
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    cov = (basis * np.geomspace(1, 1 / condition, size)) @ basis.T
    sd = np.sqrt(np.diag(cov))
    cov = cov / sd[:, None] / sd
    if scales is not None:
        cov = cov * scales[:, None] * scales
    return (cov + cov.T) / 2


def correlation_condition(cov):
    sd = np.sqrt(np.diag(cov))
    return np.linalg.cond(cov / sd[:, None] / sd)


def hard_full(rng, size):
    """Pairs of (mean, cov): unrelated, and a step of 1e-3 … 1e-15 apart."""
    graded = 10.0 ** rng.uniform(-100, 100, size)
    for condition in (1.0, 1e3, 1e6, 1e10):
        for scales in (None, graded):
            cov_q = covariance(rng, size, condition, scales)
            unit = np.ones(size) if scales is None else scales
            mean_q = 1e8 * rng.normal(size=size) * unit
            yield rng.normal(size=size), covariance(rng, size, condition), mean_q, cov_q
            for step in (1e-1, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15):
                mean_p = mean_q + step * unit * rng.normal(size=size)
                yield mean_p, cov_q, mean_q, cov_q
                yield mean_q, cov_q * (1 + step), mean_q, cov_q
                tilt = np.diag(1 + step * rng.normal(size=size))
                cov_p = tilt @ cov_q @ tilt
                yield mean_p, (cov_p + cov_p.T) / 2, mean_q, cov_q


@pytest.mark.parametrize(("size", "stride"), [(1, 1), (2, 1), (3, 1), (10, 3), (30, 23)])
def test_full_to_1e_13_times_the_condition(size, stride):
    rng = np.random.default_rng(size)
    for case in itertools.islice(hard_full(rng, size), 0, None, stride):
        _, cov_p, _, cov_q = case
        exact = exact_full(*case)
        if exact > np.finfo(float).max:  # from the graded scales
            with pytest.raises(ValueError, match="largest float64"):
                kl_full(*case)
            continue
        value = kl_full(*case)
        kappa = max(correlation_condition(cov_p), correlation_condition(cov_q))
        error = relative_error(value, exact)
        assert value >= 0
        assert error <= 1e-13 * kappa, (error / kappa, kappa)


def test_full_in_a_hundred_dimensions():
    rng = np.random.default_rng(100)
    cov_q = covariance(rng, 100, 1e4)
    tilt = np.diag(1 + 1e-7 * rng.normal(size=100))
    cov_p = tilt @ cov_q @ tilt
    case = rng.normal(size=100) * 1e-8, (cov_p + cov_p.T) / 2, np.zeros(100), cov_q
    error = relative_error(kl_full(*case), exact_full(*case))
    assert error <= 1e-13 * correlation_condition(cov_q)


def test_equal_inputs_give_exactly_zero():
    rng = np.random.default_rng(0)
    for scale in (1e-150, 1e-8, 1.0, 3.3e7, 1e150):
        assert kl_univariate(1e8, scale**2, 1e8, scale**2) == 0
        for size in (1, 7, 100):
            mean = 1e8 * rng.normal(size=size)
            cov = covariance(rng, size, 1e10) * scale**2
            assert kl_diagonal(mean, np.diag(cov), mean, np.diag(cov)) == 0
            assert kl_full(mean, cov, mean, cov) == 0


def test_the_three_agree():
    rng = np.random.default_rng(1)
    mean_p, mean_q = rng.normal(size=(2, 6))
    var_p, var_q = rng.gamma(2, size=(2, 6))
    parts = kl_univariate(mean_p, var_p, mean_q, var_q)
    assert kl_diagonal(mean_p, var_p, mean_q, var_q) == pytest.approx(parts.sum(), rel=1e-14)
    full = kl_full(mean_p, np.diag(var_p), mean_q, np.diag(var_q))
    assert full == pytest.approx(parts.sum(), rel=1e-13)


def test_published_witness():
    """The pair of Gaussians that decides the solution's eq. 1.8 (mathematics: errata)."""
    value = kl_diagonal([0.3, -1], [0.5, 2], [1, 0], [1.5, 0.7])
    assert value == pytest.approx(1.497252, abs=5e-7)


def test_against_monte_carlo():
    rng = np.random.default_rng(7)
    cov_p, cov_q = covariance(rng, 3, 20.0), covariance(rng, 3, 5.0)
    mean_p, mean_q = rng.normal(size=(2, 3))

    def log_density(x, mean, cov):
        gap = x - mean
        quadratic = np.sum(gap @ np.linalg.inv(cov) * gap, axis=-1)
        return -0.5 * (quadratic + np.linalg.slogdet(2 * np.pi * cov)[1])

    x = rng.multivariate_normal(mean_p, cov_p, size=200_000)
    ratio = log_density(x, mean_p, cov_p) - log_density(x, mean_q, cov_q)
    error = ratio.std() / np.sqrt(ratio.size)
    assert abs(kl_full(mean_p, cov_p, mean_q, cov_q) - ratio.mean()) < 4 * error


def test_broadcasting_and_shapes():
    assert kl_univariate([0.0, 1.0], 1.0, [[0.0], [2.0]], 2.0).shape == (2, 2)
    assert np.ndim(kl_univariate(0, 1, 0, 2)) == 0
    assert kl_diagonal(np.zeros((4, 1, 3)), np.ones(3), np.zeros((5, 3)), np.ones(3)).shape == (
        4,
        5,
    )
    assert isinstance(kl_full([0], [[1]], [1], [[2]]), float)


def test_inputs_are_not_modified():
    mean, cov = np.array([1.0, 2.0]), np.array([[2.0, 0.5], [0.5, 1.0]])
    kept = mean.copy(), cov.copy()
    kl_full(mean, cov, mean + 1, cov * 2)
    assert (mean == kept[0]).all()
    assert (cov == kept[1]).all()


EYE = np.eye(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kl_univariate(0, 0, 0, 1), "var_p is not positive"),
        (lambda: kl_univariate(0, 1, 0, [1, -2]), "var_q is not positive at index 1: -2"),
        (lambda: kl_univariate([0, np.nan], 1, 0, 1), "mean_p is not finite at index 1"),
        (lambda: kl_univariate(0, 1, np.inf, 1), "mean_q is not finite"),
        (lambda: kl_univariate("0", 1, 0, 1), "mean_p must hold real numbers"),
        (lambda: kl_univariate(0, 1 + 1j, 0, 1), "var_p must hold real numbers"),
        (lambda: kl_univariate(None, 1, 0, 1), "mean_p must hold real numbers"),
        (lambda: kl_univariate([[0], [0, 1]], 1, 0, 1), "mean_p is ragged"),
        (lambda: kl_univariate([], 1, 0, 1), "mean_p is empty"),
        (lambda: kl_univariate([0, 1], 1, [0, 1, 2], 1), "shapes do not fit together"),
        (lambda: kl_univariate(0, 1e300, 0, 1e-300), "exceeds the largest float64"),
        (lambda: kl_univariate(1e308, 1, -1e308, 1), "exceeds the largest float64"),
        (lambda: kl_diagonal(0, 1, 0, 1), r"mean_p must have shape \(..., D\)"),
        (lambda: kl_diagonal([0, 1], [1], [0, 1], [1, 1]), "var_p differs from mean_p"),
        (lambda: kl_diagonal([0, 1], [1, 0], [0, 1], [1, 1]), "var_p is not positive at index 1"),
        (lambda: kl_full([0, 1], EYE, [0], EYE), r"mean_q must have shape \(2,\)"),
        (lambda: kl_full(0, EYE, 0, EYE), r"mean_p must have shape \(D,\)"),
        (lambda: kl_full([0, 1], np.eye(3), [0, 1], EYE), r"cov_p must have shape \(2, 2\)"),
        (
            lambda: kl_full([0, 1], EYE, [0, 1], [[1, 0.1], [0, 1]]),
            r"cov_q is asymmetric at \(0, 1\)",
        ),
        (lambda: kl_full([0, 1], [[1, 2], [2, 1]], [0, 1], EYE), "cov_p is not positive definite"),
        (lambda: kl_full([0, 1], [[1, 1], [1, 1]], [0, 1], EYE), "cov_p is"),
        (lambda: kl_full([0, 1], [[1, 0], [0, -1]], [0, 1], EYE), "diagonal of cov_p"),
        (
            lambda: kl_full([0, 1], EYE * np.nan, [0, 1], EYE),
            r"cov_p is not finite at index \(0, 0\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("scales", [[1.0, 1.0], [1e-9, 1e7]])
def test_ellipse_lies_at_its_distance_and_goes_round(scales):
    scales = np.array(scales)
    mean, cov = (
        np.array([3.0, -2.0]) * scales,
        [[1.3, -0.7], [-0.7, 0.6]] * np.outer(scales, scales),
    )
    outline = (ellipse(mean, cov, 2.5).T - mean) / scales
    precision = np.linalg.inv(cov / np.outer(scales, scales))
    distance = np.sum(outline @ precision * outline, axis=1)
    np.testing.assert_allclose(distance, 2.5**2, rtol=1e-6)  # the mean is subtracted: 1e-9 is lost
    np.testing.assert_allclose(outline[0], outline[-1], rtol=1e-6)
    turned = np.unwrap(np.arctan2(outline[:, 1], outline[:, 0]))
    assert turned[-1] - turned[0] == pytest.approx(2 * np.pi)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("mean", ([0, 0, 0], np.eye(2), 1)),
        ("cov", ([0, 0], [[1, 2], [2, 1]], 1)),
        ("cov", ([0, 0], np.eye(3), 1)),
        ("n_sd", ([0, 0], np.eye(2), 0)),
    ],
)
def test_ellipse_names_bad_input(name, arguments):
    with pytest.raises(ValueError, match=f"^{name}"):
        ellipse(*arguments)
