"""Expectations against moments in closed form."""

import numpy as np
import pytest
from scipy import stats

from helpers.quadrature import expectation, gauss_hermite


@pytest.mark.parametrize(
    ("p", "power", "exact"),
    [
        (stats.norm(3, 2), 2, 13),
        (stats.gamma(2.5, scale=2), 3, 8 * 2.5 * 3.5 * 4.5),
        (stats.uniform(-1, 2), 4, 1 / 5),
        (stats.beta(0.5, 0.5), 2, 3 / 8),  # infinite at both ends
        (stats.t(3.1), 2, 3.1 / 1.1),
        (stats.pareto(2.2), 2, 2.2 / 0.2),
    ],
)
def test_moments(p, power, exact):
    assert expectation(p, lambda x, log_p: x**power) == pytest.approx(exact, rel=1e-8)


def test_entropy_uses_the_log_density_passed():
    entropy = expectation(stats.expon(scale=3), lambda x, log_p: -log_p)
    assert entropy == pytest.approx(1 + np.log(3), rel=1e-12)


def test_infinite_moments():
    assert expectation(stats.cauchy(), lambda x, log_p: abs(x)) == np.inf
    assert expectation(stats.uniform(0, 1), lambda x, log_p: 1 / x) == np.inf
    assert expectation(stats.uniform(0, 1), lambda x, log_p: x**-0.9) == pytest.approx(10, rel=1e-8)


def test_guides_find_what_p_does_not_show():
    narrow = stats.norm(0.3, 1e-7)
    value = expectation(stats.norm(0, 1), lambda x, log_p: narrow.pdf(x), guides=(narrow,))
    assert value == pytest.approx(stats.norm.pdf(0.3), rel=1e-9)


def test_what_does_not_converge_is_refused():
    with pytest.raises(ValueError, match="cannot be integrated"):
        expectation(stats.norm(0, 1), lambda x, log_p: np.sin(1e8 * x) ** 2)


def test_gauss_hermite_against_moments():
    assert gauss_hermite(lambda x: x**4, 1, 2) == pytest.approx(1 + 6 * 4 + 3 * 16, rel=1e-13)
    even = gauss_hermite(lambda x: x**14, 0, 1)
    assert even == pytest.approx(np.prod(np.arange(1, 14, 2)), rel=1e-13)
    mean, root = np.array([1.0, -2.0]), np.array([[1.3, 0.0], [-0.7, 0.4]])
    cov = root @ root.T
    mixed = gauss_hermite(lambda x: x[:, 0] ** 2 * x[:, 1], mean, root)
    exact = (1 + cov[0, 0]) * mean[1] + 2 * cov[0, 1] * mean[0]
    assert mixed == pytest.approx(exact, rel=1e-13)
