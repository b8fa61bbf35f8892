"""Problem 4 as the published solution has it, eq. 2.4–2.15, misprints included."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from helpers.lessons.mean_field_posterior.numbers import (
    LOG_2PI,
    OBSERVATION,
    THETA,
    Q,
    expect,
    log_joint,
    log_q,
    precision,
)
from helpers.mean_field import LinearGaussian, elbo_terms
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line


def _at(function):
    """`function(theta, x, m, s)` as the value of a line."""
    return lambda theta_1, theta_2, x, m_1, m_2, s_1, s_2: function(
        np.array([theta_1, theta_2]), x, np.array([m_1, m_2]), np.array([s_1, s_2])
    )


def printed_entropy_term(s):
    """Solution, eq. 2.8, its middle as printed, the bracket closed at the end; E[(z − m)²] = s²."""
    return -0.5 * (LOG_2PI - np.log(s) - 0.5)


def printed_elbo(theta, x, m, s):
    """Solution, eq. 2.10–2.11, as printed."""
    squares = (m**2 + s**2) @ (1 + theta**2) + LOG_2PI + x**2
    return -0.5 * squares - theta[0] * theta[1] * m[0] * m[1] + x * (theta @ m) + np.log(s).sum()


def _negative_entropy(j):
    return _at(lambda theta, x, m, s: -0.5 - 0.5 * LOG_2PI - np.log(s[j]))


def _expected_log_factor(j):
    return _at(
        lambda theta, x, m, s: gauss_hermite(lambda z: norm.logpdf(z, m[j], s[j]), m[j], s[j])
    )


def _expected(log_density):
    """E_q[log_density(z, theta, x, m, s)] by quadrature."""
    return _at(lambda theta, x, m, s: expect(lambda z: log_density(z, theta, x, m, s), m, s))


published = Derivation(
    "The ELBO term by term, as printed",
    (
        Line(
            r"L(q) = E_q[\log(p(\mathbf z,x)) - \log(q(\mathbf z))]",
            "Solution, eq. 2.4, by quadrature.",
            _expected(lambda z, theta, x, m, s: log_joint(z, theta, x) - log_q(z, m, s)),
        ),
        Line(
            r"= E_q[\log p(\mathbf z)] + E_q[\log p(x\mid\mathbf z)] - E_q[\log q_1(z_1)]"
            r" - E_q[\log q_2(z_2)]",
            "Eq. 2.5: four parts, each by its own quadrature.",
            lambda **at: (
                _expected(lambda z, theta, x, m, s: norm.logpdf(z).sum(axis=-1))(**at)
                + _expected(lambda z, theta, x, m, s: norm.logpdf(x, z @ theta, 1))(**at)
                - _expected_log_factor(0)(**at)
                - _expected_log_factor(1)(**at)
            ),
        ),
        Line(
            r"E_q[\log p(\mathbf z)] = -\log(2\pi) - \tfrac12(m_1^2+s_1^2+m_2^2+s_2^2)",
            r"Eq. 2.6: $E[z^2] = m^2+s^2$, twice. Match the prior.",
            _at(lambda theta, x, m, s: -LOG_2PI - 0.5 * np.sum(m**2 + s**2)),
            aside=_expected(lambda z, theta, x, m, s: norm.logpdf(z).sum(axis=-1)),
        ),
        Line(
            r"E_q[\log p(x\mid\mathbf z)] = -\tfrac12\bigl(\log(2\pi) + (x-\theta^\top\mathbf m)^2"
            r" + \theta_1^2s_1^2 + \theta_2^2s_2^2\bigr)",
            r"Eq. 2.7: $x-\theta^\top\mathbf z$ has mean $x-\theta^\top\mathbf m$ and variance"
            r" $\theta_1^2s_1^2+\theta_2^2s_2^2$. Match the data.",
            _at(
                lambda theta, x, m, s: (
                    -0.5 * (LOG_2PI + (x - theta @ m) ** 2 + np.sum(theta**2 * s**2))
                )
            ),
            aside=_expected(lambda z, theta, x, m, s: norm.logpdf(x, z @ theta, 1)),
        ),
        Line(
            r"E_q[\log q_1(z_1)] = -\tfrac12\bigl(\log(2\pi) - \log(s_1) - \tfrac{1}{2s_1^2}\cdot"
            r" E_q[z_1^2-2m_1z_1+m_1^2]",
            "One bracket is opened and never closed; here it is closed at the end.",
            _at(lambda theta, x, m, s: printed_entropy_term(s[0])),
            aside=_expected_log_factor(0),
            misprint="solution, eq. 2.8",
        ),
        Line(
            r"E_q[\log q_1(z_1)] = -\tfrac12\log(2\pi) - \log(s_1) - \tfrac{1}{2s_1^2}"
            r"E_q[(z_1-m_1)^2]",
            "Repaired: the ½ belongs to log(2π) alone.",
            _at(
                lambda theta, x, m, s: (
                    -0.5 * LOG_2PI
                    - np.log(s[0])
                    - gauss_hermite(lambda z: (z - m[0]) ** 2, m[0], s[0]) / (2 * s[0] ** 2)
                )
            ),
            aside=_expected_log_factor(0),
        ),
        Line(
            r"E_q[\log q_1(z_1)] = -\tfrac12 - \tfrac12\log(2\pi) - \log(s_1)",
            "The right end of eq. 2.8 is right again. Minus this is the entropy: keep spread.",
            _negative_entropy(0),
            aside=_expected_log_factor(0),
        ),
        Line(
            r"E_q[\log q_2(z_2)] = -\tfrac12 - \tfrac12\log(2\pi) - \log(s_2)",
            "Eq. 2.9.",
            _negative_entropy(1),
            aside=_expected_log_factor(1),
        ),
        Line(
            r"\begin{aligned}L(q) = {}&-\tfrac12\bigl[(m_1^2+s_1^2)(1+\theta_1^2)"
            r" + (m_2^2+s_2^2)(1+\theta_2^2) + \log(2\pi) + x^2\bigr]\\"
            r"&-\theta_1\theta_2m_1m_2 + x\theta_1m_1 + x\theta_2m_2 + \log(s_1)+\log(s_2)"
            r"\end{aligned}",
            "Add up the four parts yourself, constants first. What is missing?",
            _at(printed_elbo),
            misprint="solution, eq. 2.10–2.11",
        ),
        Line(
            r"\begin{aligned}L(q) = {}&1-\tfrac12\bigl[(m_1^2+s_1^2)(1+\theta_1^2)"
            r" + (m_2^2+s_2^2)(1+\theta_2^2) + \log(2\pi) + x^2\bigr]\\"
            r"&-\theta_1\theta_2m_1m_2 + x\theta_1m_1 + x\theta_2m_2 + \log(s_1)+\log(s_2)"
            r"\end{aligned}",
            "Repaired: each entropy brings its ½, together 1. This is <code>elbo_terms</code>.",
            _at(lambda theta, x, m, s: elbo_terms(LinearGaussian(theta, x), m, s**2).total),
        ),
    ),
    (*THETA, OBSERVATION, *Q),
)


def _slope(score):
    """∂L/∂(a parameter of q) = E_q[(log p(z, x) − log q(z)) · ∂log q(z)/∂parameter]."""

    def value(theta, x, m, s):
        price = lambda z: log_joint(z, theta, x) - log_q(z, m, s)  # noqa: E731
        return expect(lambda z: price(z) * score(z[:, 0], m[0], s[0]), m, s)

    return value


_slope_m = _slope(lambda z, m, s: (z - m) / s**2)
_slope_s = _slope(lambda z, m, s: (z - m) ** 2 / s**3 - 1 / s)


def _flat_m(theta, x, m, s):
    """The m₁ of slope 0: the slope is a straight line in m₁, and two points give its root."""
    here, there = _slope_m(theta, x, m, s), _slope_m(theta, x, m + np.array([1, 0]), s)
    return m[0] - here / (there - here)


def _flat_s2(theta, x, m, s):
    """The s₁² of slope 0, by bracketing."""
    return brentq(lambda s_1: _slope_s(theta, x, m, np.array([s_1, s[1]])), 0.1, 3, xtol=1e-15) ** 2


def _best_m(theta, x, m, s):
    return theta[0] * (x - theta[1] * m[1]) / (1 + theta[0] ** 2)


def _expected_joint_rise(theta, x, m, s):
    """E_{q₂}[log p(z, x)] at z₁ = 1 less the same at z₁ = 0."""

    def at(z_1):
        return gauss_hermite(
            lambda z_2: log_joint(np.stack([z_1 + 0 * z_2, z_2], axis=-1), theta, x), m[1], s[1]
        )

    return at(1) - at(0)


def _best_factor_rise(theta, x, m, s):
    best = _best_m(theta, x, m, s), 1 / np.sqrt(1 + theta[0] ** 2)
    return norm.logpdf(1, *best) - norm.logpdf(0, *best)


def _conditional_variance(theta, x, m, s):
    cov = np.linalg.inv(precision(theta))
    return cov[0, 0] - cov[0, 1] ** 2 / cov[1, 1]


updates = Derivation(
    "The derivatives, and the updates",
    (
        Line(
            r"\frac{\partial L}{\partial m_1} = E_q\!\left[(\log p(\mathbf z,x)-\log q(\mathbf z))"
            r"\,\frac{\partial\log q(\mathbf z)}{\partial m_1}\right]",
            "True for any ELBO; by quadrature. It will judge the next lines.",
            _at(_slope_m),
        ),
        Line(
            r"= -m_1(1+\theta_1^2) - \theta_1\theta_2m_2 + x\theta_1",
            "Solution, eq. 2.12: from eq. 2.10, term by term. The missing 1 has no derivative.",
            _at(
                lambda theta, x, m, s: (
                    -m[0] * (1 + theta[0] ** 2) - theta[0] * theta[1] * m[1] + x * theta[0]
                )
            ),
        ),
        Line(
            r"m_1^* = \theta_1\,\frac{x-\theta_2m_2}{1+\theta_1^2}",
            "Eq. 2.13: the slope set to zero, beside the root of the slope by quadrature.",
            _at(_best_m),
            aside=_at(_flat_m),
        ),
        Line(
            r"\frac{\partial L}{\partial s_1} = -s_1(1+\theta_1^2) + \frac1{s_1}",
            "Eq. 2.14. Neither x nor any m: the variances do not look at the data.",
            _at(lambda theta, x, m, s: -s[0] * (1 + theta[0] ** 2) + 1 / s[0]),
            aside=_at(_slope_s),
        ),
        Line(
            r"s_1^{2*} = \frac1{1+\theta_1^2} = \frac1{\Lambda_{11}}",
            "Eq. 2.15, beside a root finder. Nothing of q₂ in it: one update, and it is final.",
            _at(lambda theta, x, m, s: 1 / (1 + theta[0] ** 2)),
            aside=_at(_flat_s2),
        ),
        Line(
            r"s_1^{2*} = \mathrm{Var}[z_1\mid z_2,x]",
            "The variance of z₁ <em>when z₂ is known</em>, not of z₁ alone. Remember this line.",
            _at(lambda theta, x, m, s: 1 / (1 + theta[0] ** 2)),
            aside=_at(_conditional_variance),
        ),
        Line(
            r"\log\frac{q_1^*(1)}{q_1^*(0)} = \mathbb E_{q_2}[\log p(1,z_2,x)] -"
            r" \mathbb E_{q_2}[\log p(0,z_2,x)]",
            r"The tutorial's recipe, $q_1^* \propto \exp\mathbb E_{q_2}[\log p(\mathbf z,x)]$, with"
            r" no derivative at all, gives the same Gaussian.",
            _at(_best_factor_rise),
            aside=_at(_expected_joint_rise),
        ),
    ),
    (*THETA, OBSERVATION, *Q),
)
