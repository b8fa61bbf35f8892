"""Section 3, its second half: the best q₁ while q₂ stays, by setting slopes to zero."""

import numpy as np
import scipy

from helpers.lessons.mean_field_posterior.expectations import (
    expect,
    integral_near,
    log_joint,
    log_q,
    precision,
)
from helpers.lessons.mean_field_posterior.sliders import OBSERVATION, THETA, Q, vectors
from helpers.widgets import Derivation, Line

ALONG = np.array([1.0, 0.0])  # a step in the first coordinate


def _price(theta, x, m, s):
    """z -> log p(z, x) − log q(z), whose mean under q is the ELBO."""
    return lambda z: log_joint(z, theta, x) - log_q(z, m, s)


def _elbo(theta, x, m, s):
    return expect(_price(theta, x, m, s), m, s)


def _score_m(z, m, s):
    """∂ log q(z)/∂m₁."""
    return (z[..., 0] - m[0]) / s[0] ** 2


def _score_s(z, m, s):
    """∂ log q(z)/∂s₁."""
    return (z[..., 0] - m[0]) ** 2 / s[0] ** 3 - 1 / s[0]


def _slope_m(theta, x, m, s):
    price = _price(theta, x, m, s)
    return expect(lambda z: price(z) * _score_m(z, m, s), m, s)


def _slope_s(theta, x, m, s):
    price = _price(theta, x, m, s)
    return expect(lambda z: price(z) * _score_s(z, m, s), m, s)


def _flat_m(theta, x, m, s):
    """The m₁ of slope 0: the slope is a straight line in m₁, and two points give its root."""
    here, there = _slope_m(theta, x, m, s), _slope_m(theta, x, m + ALONG, s)
    return m[0] - here / (there - here)


def _flat_s2(theta, x, m, s):
    """The s₁² of slope 0, by bracketing."""

    def slope(s_1):
        return _slope_s(theta, x, m, np.array([s_1, s[1]]))

    return scipy.optimize.brentq(slope, 0.1, 3, xtol=1e-15) ** 2


def _product_rule(theta, x, m, s):
    """∫ ∂q (log p − log q) dz − ∫ q ∂log q dz, by the grid; ∂q = q ∂log q."""
    price = _price(theta, x, m, s)
    slope_q = lambda z: np.exp(log_q(z, m, s)) * _score_m(z, m, s)  # noqa: E731
    return integral_near(lambda z: slope_q(z) * price(z), m, s) - integral_near(slope_q, m, s)


slopes = Derivation(
    "Maximise over q₁: the slopes, set to zero",
    (
        Line(
            r"\frac{\partial L}{\partial m_1} = \frac{\partial}{\partial m_1}\int q(\mathbf z)\,"
            r"(\log p(\mathbf z,x)-\log q(\mathbf z))\,d\mathbf z",
            "The definition of the slope. L is quadratic in m₁, where a central difference is"
            " exact, whatever its step: (L(m₁ + 1) − L(m₁ − 1))/2, by quadrature.",
            lambda theta, x, m, s: (
                (_elbo(theta, x, m + ALONG, s) - _elbo(theta, x, m - ALONG, s)) / 2
            ),
        ),
        Line(
            r"= \int\frac{\partial q}{\partial m_1}\,(\log p(\mathbf z,x)-\log q)\,d\mathbf z"
            r" - \int q\,\frac{\partial\log q}{\partial m_1}\,d\mathbf z",
            "The product rule: q stands in two places. Both integrals by a grid.",
            lambda theta, x, m, s: _product_rule(theta, x, m, s),
        ),
        Line(
            r"= \mathbb E_q\!\left[(\log p(\mathbf z,x)-\log q(\mathbf z))"
            r"\,\frac{\partial\log q(\mathbf z)}{\partial m_1}\right]",
            r"The score identity, true for any model. $\partial q = q\,\partial\log q$; so the last"
            r" integral is $\partial\int q\,d\mathbf z = \partial 1 = 0$. Here"
            r" $\partial\log q/\partial m_1 = (z_1-m_1)/s_1^2$.",
            lambda theta, x, m, s: _slope_m(theta, x, m, s),
        ),
        Line(
            r"\frac{\partial L}{\partial m_1} = -m_1(1+\theta_1^2) - \theta_1\theta_2m_2"
            r" + x\theta_1",
            "From eq. 2.10, term by term. The missing 1 has no derivative.",
            lambda theta, x, m, s: (
                -m[0] * (1 + theta[0] ** 2) - theta[0] * theta[1] * m[1] + x * theta[0]
            ),
            quoted="solution, eq. 2.12, but for its “= 0”",
        ),
        Line(
            r"m_1^* = \theta_1\,\frac{x-\theta_2m_2}{1+\theta_1^2}",
            "The slope set to zero; it falls as m₁ grows, so this is a maximum. Aside: beside the"
            " root of line 3.",
            lambda theta, x, m, s: theta[0] * (x - theta[1] * m[1]) / (1 + theta[0] ** 2),
            aside=_flat_m,
            quoted="solution, eq. 2.13",
        ),
        Line(
            r"\frac{\partial L}{\partial s_1} = -s_1(1+\theta_1^2) + \frac1{s_1}",
            "Neither x nor any m: the variances do not look at the data. Aside: beside line 3's"
            " identity, for s₁.",
            lambda theta, x, m, s: -s[0] * (1 + theta[0] ** 2) + 1 / s[0],
            aside=_slope_s,
            quoted="solution, eq. 2.14, but for its “= 0”",
        ),
        Line(
            r"s_1^{2*} = \frac1{1+\theta_1^2} = \frac1{\Lambda_{11}}",
            "A maximum again: line 6 falls as s₁ grows. Nothing of q₂ in it: one update, and it is"
            " final. Aside: beside a root finder.",
            lambda theta, x, m, s: 1 / (1 + theta[0] ** 2),
            aside=_flat_s2,
            quoted="solution, eq. 2.15, but for Λ",
        ),
        Line(
            r"s_1^{2*} = \mathrm{Var}[z_1\mid z_2,x] = \Sigma_{11}-\Sigma_{12}^2/\Sigma_{22},"
            r"\quad \Sigma = \Lambda^{-1}",
            "The variance of z₁ <em>when z₂ is known</em>, not of z₁ alone. Remember this line.",
            lambda theta, x, m, s: _conditional_variance(np.linalg.inv(precision(theta))),
            aside=lambda theta, x, m, s: 1 / precision(theta)[0, 0],
        ),
    ),
    (*THETA, OBSERVATION, *Q),
    at=vectors,
)


def _conditional_variance(cov):
    return cov[0, 0] - cov[0, 1] ** 2 / cov[1, 1]
