"""The mixture density against its components, term by term."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from helpers.densities import GaussianMixture

WEIGHTS, MEANS, VARIANCES = np.array([0.3, 0.5, 0.2]), np.array([-4.0, 0.5, 7.0]), [0.25, 4.0, 1.0]
MIXTURE = GaussianMixture(WEIGHTS, MEANS, VARIANCES)
PARTS = stats.norm(MEANS, np.sqrt(VARIANCES))


def test_density_and_distribution_function():
    x = np.linspace(-12, 15, 55)[:, None]
    np.testing.assert_allclose(MIXTURE.pdf(x[:, 0]), PARTS.pdf(x) @ WEIGHTS, rtol=1e-13)
    np.testing.assert_allclose(MIXTURE.logpdf(x[:, 0]), np.log(PARTS.pdf(x) @ WEIGHTS), rtol=1e-12)
    np.testing.assert_allclose(MIXTURE.cdf(x[:, 0]), PARTS.cdf(x) @ WEIGHTS, rtol=1e-13)
    far = GaussianMixture([0.5, 0.5], [0.0, 1.0], [1.0, 1.0]).logpdf(1e3)
    assert far == pytest.approx(np.log(0.5) + stats.norm(1, 1).logpdf(1e3), rel=1e-14)


@pytest.mark.parametrize(
    "mixture", [MIXTURE, GaussianMixture([0.5, 0.5], [0, 1000], [1, 1e-6])], ids=["near", "far"]
)
def test_quantiles_invert_the_distribution_function(mixture):
    levels = np.array([1e-100, 1e-12, 1e-3, 0.2, 0.4, 0.6, 0.9])
    np.testing.assert_allclose(mixture.cdf(mixture.ppf(levels)), levels, rtol=1e-9)


def test_moments_and_support():
    mean = quad(lambda x: x * MIXTURE.pdf(x), -30, 30, points=MEANS, epsabs=1e-12)[0]
    var = quad(lambda x: (x - mean) ** 2 * MIXTURE.pdf(x), -30, 30, points=MEANS, epsabs=1e-12)[0]
    assert MIXTURE.mean() == pytest.approx(mean, rel=1e-10)
    assert MIXTURE.var() == pytest.approx(var, rel=1e-10)
    assert MIXTURE.support() == (-np.inf, np.inf)


def test_samples_follow_the_distribution_function():
    x = MIXTURE.rvs(size=5000, random_state=np.random.default_rng(1))
    assert stats.kstest(x, MIXTURE.cdf).pvalue > 1e-3
    # Independent draws, not one component after the other.
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 4 / np.sqrt(5000)
    again = MIXTURE.rvs(size=5000, random_state=np.random.default_rng(1))
    np.testing.assert_array_equal(x, again)
    assert MIXTURE.rvs(size=(3, 4), random_state=np.random.default_rng(2)).shape == (3, 4)


def test_weight_zero_is_allowed():
    one = GaussianMixture([0.0, 1.0], [-1e6, 2.0], [1.0, 9.0])
    assert one.logpdf(3.0) == pytest.approx(stats.norm(2, 3).logpdf(3.0), rel=1e-14)
    assert (one.mean(), one.var()) == pytest.approx((2.0, 9.0), rel=1e-14)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("weights", ([0.5, 0.6], [0, 1], [1, 1])),
        ("weights", ([1.5, -0.5], [0, 1], [1, 1])),
        ("weights", (1.0, [0], [1])),
        ("means", ([0.5, 0.5], [0, 1, 2], [1, 1])),
        ("means", ([0.5, 0.5], [0, np.inf], [1, 1])),
        ("variances", ([0.5, 0.5], [0, 1], [1, 0])),
        ("variances", ([0.5, 0.5], [0, 1], [1])),
    ],
)
def test_bad_input_is_named(name, arguments):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        GaussianMixture(*arguments)
