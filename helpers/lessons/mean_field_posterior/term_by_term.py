"""Section 3, its first half: the ELBO as the published solution computes it, eq. 2.4–2.11."""

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.mean_field_posterior.expectations import (
    LOG_2PI,
    expect,
    log_joint,
    log_likelihood,
    log_prior,
    log_q,
)
from helpers.lessons.mean_field_posterior.sliders import OBSERVATION, THETA, Q, vectors
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line


def printed_entropy_term(s):
    """Solution, eq. 2.8, its middle as printed, the bracket closed at the end; E[(z − m)²] = s²."""
    return -0.5 * (LOG_2PI - np.log(s) - 1 / (2 * s**2) * s**2)


def printed_elbo(theta, x, m, s):
    """Solution, eq. 2.10–2.11, as printed."""
    squares = (m**2 + s**2) @ (1 + theta**2) + LOG_2PI + x**2
    return -0.5 * squares - theta[0] * theta[1] * m[0] * m[1] + x * (theta @ m) + np.log(s).sum()


def _expected_log_factor(m, s):
    """E[log q_j(z_j)] by quadrature."""
    return gauss_hermite(lambda z: log_normal(z, m, s**2), m, s)


four_parts = Derivation(
    "The ELBO's four parts, as printed",
    (
        Line(
            r"L(q) = E_q[\log(p(\mathbf z,x)) - \log(q(\mathbf z))]",
            "Expectations by quadrature, here and in all that lines are compared with.",
            lambda theta, x, m, s: expect(lambda z: log_joint(z, theta, x) - log_q(z, m, s), m, s),
            quoted="solution, eq. 2.4",
        ),
        Line(
            r"= E_q[\log p(\mathbf z)] + E_q[\log p(x\mid\mathbf z)] - E_q[\log q_1(z_1)]"
            r" - E_q[\log q_2(z_2)]",
            "The logarithm of a product, twice. Now one part at a time.",
            lambda theta, x, m, s: (
                expect(log_prior, m, s)
                + expect(lambda z: log_likelihood(z, theta, x), m, s)
                - _expected_log_factor(m[0], s[0])
                - _expected_log_factor(m[1], s[1])
            ),
            quoted="solution, eq. 2.5",
        ),
        Line(
            r"\begin{aligned}E_q[\log p(\mathbf z)] &= -E_q[\log(2\pi)]"
            r" - \tfrac12E_q[z_1^2+z_2^2]\\"
            r" &= -\log(2\pi) - \tfrac12(m_1^2+s_1^2+m_2^2+s_2^2)\end{aligned}",
            r"$E[z_j^2] = m_j^2+s_j^2$, twice. Match the prior.",
            lambda theta, x, m, s: -LOG_2PI - 0.5 * np.sum(m**2 + s**2),
            aside=lambda theta, x, m, s: expect(log_prior, m, s),
            quoted="solution, eq. 2.6",
        ),
        Line(
            r"\begin{aligned}E_q[\log p(x\mid\mathbf z)] &= -\tfrac12\bigl(\log(2\pi)"
            r" + E_q[(x-\theta^\top\mathbf z)^2]\bigr)\\ &= -\tfrac12\bigl(\log(2\pi)"
            r" + (x-\theta^\top\mathbf m)^2 + \theta_1^2s_1^2 + \theta_2^2s_2^2\bigr)"
            r"\end{aligned}",
            r"$x-\theta^\top\mathbf z$ has mean $x-\theta^\top\mathbf m$ and, as q's factors are"
            r" independent, variance $\theta_1^2s_1^2+\theta_2^2s_2^2$; its mean square is the"
            " mean's square plus the variance. Match the data.",
            lambda theta, x, m, s: (
                -0.5 * (LOG_2PI + (x - theta @ m) ** 2 + np.sum(theta**2 * s**2))
            ),
            aside=lambda theta, x, m, s: expect(lambda z: log_likelihood(z, theta, x), m, s),
            quoted="solution, eq. 2.7",
        ),
        Line(
            r"E_q[\log q_1(z_1)] = -\tfrac12\bigl(\log(2\pi) - \log(s_1) - \tfrac{1}{2s_1^2}\cdot"
            r" E_q[z_1^2-2m_1z_1+m_1^2]",
            "One bracket is opened and never closed; here it is closed at the end.",
            lambda theta, x, m, s: printed_entropy_term(s[0]),
            aside=lambda theta, x, m, s: _expected_log_factor(m[0], s[0]),
            misprint="solution, eq. 2.8, middle",
        ),
        Line(
            r"E_q[\log q_1(z_1)] = -\tfrac12\log(2\pi) - \log(s_1) - \tfrac{1}{2s_1^2}"
            r"E_q[(z_1-m_1)^2]",
            "The same, with the ½ before log(2π) alone.",
            lambda theta, x, m, s: (
                -0.5 * LOG_2PI
                - np.log(s[0])
                - gauss_hermite(lambda z: (z - m[0]) ** 2, m[0], s[0]) / (2 * s[0] ** 2)
            ),
            aside=lambda theta, x, m, s: _expected_log_factor(m[0], s[0]),
        ),
        Line(
            r"E_q[\log q_1(z_1)] = -\tfrac12 - \tfrac12\log(2\pi) - \log(s_1)",
            r"$E_q[(z_1-m_1)^2] = s_1^2$. Minus this is the entropy: keep spread.",
            lambda theta, x, m, s: -0.5 - 0.5 * LOG_2PI - np.log(s[0]),
            aside=lambda theta, x, m, s: _expected_log_factor(m[0], s[0]),
            quoted="solution, eq. 2.8, right end",
        ),
        Line(
            r"E_q[\log q_2(z_2)] = -\tfrac12 - \tfrac12\log(2\pi) - \log(s_2)",
            "And the same for q₂.",
            lambda theta, x, m, s: -0.5 - 0.5 * LOG_2PI - np.log(s[1]),
            aside=lambda theta, x, m, s: _expected_log_factor(m[1], s[1]),
            quoted="solution, eq. 2.9",
        ),
    ),
    (*THETA, OBSERVATION, *Q),
    at=vectors,
)


collected = Derivation(
    "The four parts added up",
    (
        Line(
            r"\begin{aligned}L(q) = {}&-\log 2\pi - \tfrac12(m_1^2+s_1^2+m_2^2+s_2^2)"
            r" - \tfrac12\bigl(\log 2\pi + (x-\theta^\top\mathbf m)^2 + \theta_1^2s_1^2"
            r" + \theta_2^2s_2^2\bigr)\\ &+ \tfrac12 + \tfrac12\log 2\pi + \log s_1"
            r" + \tfrac12 + \tfrac12\log 2\pi + \log s_2\end{aligned}",
            "Eq. 2.6, 2.7, and the right ends of 2.8 and 2.9 put into eq. 2.5.",
            lambda theta, x, m, s: (
                -LOG_2PI
                - 0.5 * np.sum(m**2 + s**2)
                - 0.5 * (LOG_2PI + (x - theta @ m) ** 2 + np.sum(theta**2 * s**2))
                + (0.5 + 0.5 * LOG_2PI + np.log(s[0]))
                + (0.5 + 0.5 * LOG_2PI + np.log(s[1]))
            ),
        ),
        Line(
            r"(x-\theta^\top\mathbf m)^2 = x^2 - 2x\theta_1m_1 - 2x\theta_2m_2 + \theta_1^2m_1^2"
            r" + 2\theta_1\theta_2m_1m_2 + \theta_2^2m_2^2",
            "The square multiplied out. Its last product is the only place where q₁ meets q₂.",
            lambda theta, x, m, s: (
                x**2
                - 2 * x * theta[0] * m[0]
                - 2 * x * theta[1] * m[1]
                + theta[0] ** 2 * m[0] ** 2
                + 2 * theta[0] * theta[1] * m[0] * m[1]
                + theta[1] ** 2 * m[1] ** 2
            ),
            aside=lambda theta, x, m, s: (x - theta @ m) ** 2,
        ),
        Line(
            r"\begin{aligned}L(q) = {}&-\tfrac12\bigl[(m_1^2+s_1^2)(1+\theta_1^2)"
            r" + (m_2^2+s_2^2)(1+\theta_2^2) + \log(2\pi) + x^2\bigr]\\"
            r"&-\theta_1\theta_2m_1m_2 + x\theta_1m_1 + x\theta_2m_2 + \log(s_1)+\log(s_2)"
            r"\end{aligned}",
            "Line 2 put into line 1, and sorted. Now add up line 1's constants.",
            lambda theta, x, m, s: printed_elbo(theta, x, m, s),
            misprint="solution, eq. 2.10–2.11",
        ),
        Line(
            r"\begin{aligned}L(q) = {}&1-\tfrac12\bigl[(m_1^2+s_1^2)(1+\theta_1^2)"
            r" + (m_2^2+s_2^2)(1+\theta_2^2) + \log(2\pi) + x^2\bigr]\\"
            r"&-\theta_1\theta_2m_1m_2 + x\theta_1m_1 + x\theta_2m_2 + \log(s_1)+\log(s_2)"
            r"\end{aligned}",
            r"$-\log 2\pi-\tfrac12\log 2\pi+\log 2\pi = -\tfrac12\log 2\pi$, and"
            r" $\tfrac12+\tfrac12 = 1$: each entropy brings its ½.",
            lambda theta, x, m, s: (
                1
                - 0.5 * ((m**2 + s**2) @ (1 + theta**2) + LOG_2PI + x**2)
                - theta[0] * theta[1] * m[0] * m[1]
                + x * theta[0] * m[0]
                + x * theta[1] * m[1]
                + np.log(s[0])
                + np.log(s[1])
            ),
        ),
    ),
    (*THETA, OBSERVATION, *Q),
    at=vectors,
)
