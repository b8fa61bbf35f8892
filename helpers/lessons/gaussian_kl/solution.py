"""The KL of two Gaussians with any covariances, and the published solution as printed."""

import numpy as np

from helpers.gaussians import kl_diagonal, kl_full
from helpers.lessons.gaussian_kl.derivations import (
    MEAN_P,
    MEAN_Q,
    VARIANCES,
    expect_2d,
    log_normal_2d,
    log_ratio_2d,
)
from helpers.lessons.gaussian_kl.explorers import covariance
from helpers.lessons.gaussian_kl.failures import printed_kl
from helpers.widgets import Derivation, Line, Slider


def _quadratic(mean, matrix):
    return mean @ np.linalg.solve(matrix, mean)


def _cross_entropy_term(cov_p, cov_q):
    gap = MEAN_P - MEAN_Q
    trace = np.trace(np.linalg.solve(cov_q, cov_p))
    return -0.5 * (np.linalg.slogdet(2 * np.pi * cov_q)[1] + trace + _quadratic(gap, cov_q))


def _correlated(function):
    """`function` of the two covariances, with p's correlation and q's as the parameters."""
    return lambda rho_p, rho_q: function(
        covariance(np.sqrt(0.5), np.sqrt(2), rho_p), covariance(np.sqrt(1.5), np.sqrt(0.7), rho_q)
    )


full = Derivation(
    "Any two covariances",
    (
        Line(
            r"\mathrm{KL}(p\|q) = \mathbb{E}_p[\log p(\mathbf{z})] -"
            r" \mathbb{E}_p[\log q(\mathbf{z})]",
            "Solution, eq. 1.1, by quadrature in the plane.",
            _correlated(log_ratio_2d),
        ),
        Line(
            r"\mathbb{E}_p[\log p] = -\tfrac12\log\det(2\pi\Sigma_p) - \tfrac d2",
            r"$\mathbb{E}_p[(\mathbf z-\mu_p)^\top\Sigma_p^{-1}(\mathbf z-\mu_p)]"
            r" = \mathrm{tr}(\Sigma_p^{-1}\Sigma_p) = d$.",
            _correlated(lambda cov_p, cov_q: -0.5 * np.linalg.slogdet(2 * np.pi * cov_p)[1] - 1),
            aside=_correlated(
                lambda cov_p, cov_q: expect_2d(
                    lambda x: log_normal_2d(x, MEAN_P, cov_p), MEAN_P, cov_p
                )
            ),
        ),
        Line(
            r"\mathbb{E}_p[\log q] = -\tfrac12\log\det(2\pi\Sigma_q)"
            r" - \tfrac12\mathrm{tr}(\Sigma_q^{-1}\Sigma_p) -"
            r" \tfrac12\Delta^\top\Sigma_q^{-1}\Delta,"
            r"\quad \Delta=\mu_p-\mu_q",
            r"Write $\mathbf z-\mu_q = (\mathbf z-\mu_p)+\Delta$: the cross term has mean zero.",
            _correlated(_cross_entropy_term),
            aside=_correlated(
                lambda cov_p, cov_q: expect_2d(
                    lambda x: log_normal_2d(x, MEAN_Q, cov_q), MEAN_P, cov_p
                )
            ),
        ),
        Line(
            r"\mathrm{KL}(p\|q) = \frac12\left[\log\frac{\det\Sigma_q}{\det\Sigma_p} - d"
            r" + \mathrm{tr}(\Sigma_q^{-1}\Sigma_p) + \Delta^\top\Sigma_q^{-1}\Delta\right]",
            r"The difference; $(2\pi)^d$ cancels. Note the ½ before the log: from"
            r" $\det(\cdot)^{1/2}$.",
            _correlated(
                lambda cov_p, cov_q: (
                    -0.5 * np.linalg.slogdet(2 * np.pi * cov_p)[1]
                    - 1
                    - _cross_entropy_term(cov_p, cov_q)
                )
            ),
        ),
        Line(
            r"= \tfrac12\sum_j\bigl[w_j - \log(1+w_j)\bigr] + \tfrac12\|L^{-1}\Delta\|^2",
            r"With $LL^\top=\Sigma_q$ and $w_j$ the eigenvalues of"
            r" $L^{-1}(\Sigma_p-\Sigma_q)L^{-\top}$: every term is ≥ 0. This is"
            r" <code>kl_full</code>.",
            _correlated(lambda cov_p, cov_q: kl_full(MEAN_P, cov_p, MEAN_Q, cov_q)),
        ),
    ),
    (
        Slider("rho_p", "correlation of p", -0.9, 0.9, 0.6, 0.05),
        Slider("rho_q", "correlation of q", -0.9, 0.9, -0.3, 0.05),
    ),
)


def _printed_log_norm(variances):
    """−log((2π)^{d/2} det Σ), as printed: det lacks its square root."""
    return -np.log(2 * np.pi * np.prod(variances))


def _entropy_line(equation, latex, reason):
    return Line(
        rf"\mathbb{{E}}_p[\log p] = {latex}",
        reason,
        lambda v1, v2, w1, w2: _printed_log_norm([v1, v2]) - 1,
        aside=lambda v1, v2, w1, w2: expect_2d(
            lambda x: log_normal_2d(x, MEAN_P, np.diag([v1, v2])), MEAN_P, np.diag([v1, v2])
        ),
        misprint=f"solution, eq. {equation}",
    )


def _printed_cross_entropy(v1, v2, w1, w2):
    gap = MEAN_P - MEAN_Q
    return _printed_log_norm([w1, w2]) - 0.5 * (v1 / w1 + v2 / w2 + gap @ (gap / [w1, w2]))


def _cross_line(equation, latex, reason):
    return Line(
        rf"\mathbb{{E}}_p[\log q] = {latex}",
        reason,
        _printed_cross_entropy,
        aside=lambda v1, v2, w1, w2: expect_2d(
            lambda x: log_normal_2d(x, MEAN_Q, np.diag([w1, w2])), MEAN_P, np.diag([v1, v2])
        ),
        misprint=f"solution, eq. {equation}",
    )


published = Derivation(
    "The published solution, as printed",
    (
        Line(
            r"KL(p\|q) = E_p[\log p(\mathbf{z})] - E_p[\log q(\mathbf{z})]",
            "Solution, eq. 1.1: right.",
            lambda v1, v2, w1, w2: log_ratio_2d(np.diag([v1, v2]), np.diag([w1, w2])),
        ),
        _entropy_line(
            "1.2",
            r"-\log((2\pi)^{\frac d2}\det\Sigma_1) - \tfrac12(E_p[\mathbf z^\top\Sigma_1^{-1}"
            r"\mathbf z] + E_p[\mu_1^\top\Sigma_1^{-1}\mu_1]) +"
            r" E_p[\mu_1^\top\Sigma_1^{-1}\mathbf z]",
            "Compare the first log with the density of a Gaussian. Then move a variance of p.",
        ),
        _entropy_line(
            "1.3",
            r"-\log((2\pi)^{\frac d2}\det\Sigma_1) - \tfrac12(d + 2\mu_1^\top\Sigma_1^{-1}\mu_1)"
            r" + \mu_1^\top\Sigma_1^{-1}\mu_1",
            "The step is right; the first log is carried along.",
        ),
        _entropy_line(
            "1.4",
            r"-\log((2\pi)^{\frac d2}\det\Sigma_1) - \tfrac d2",
            r"With $\det\Sigma_1^{1/2}$ it would be right.",
        ),
        _cross_line(
            "1.5",
            r"-\log((2\pi)^{\frac d2}\det\Sigma_2) - \tfrac12(E_p[\mathbf z^\top\Sigma_2^{-1}"
            r"\mathbf z] + E_p[\mu_2^\top\Sigma_2^{-1}\mu_2]) +"
            r" E_p[\mu_2^\top\Sigma_2^{-1}\mathbf z]",
            "The same slip for the other density.",
        ),
        _cross_line(
            "1.6",
            r"-\log((2\pi)^{\frac d2}\det\Sigma_2) - \tfrac12(\mathrm{trace}(\Sigma_1\Sigma_2^{-1})"
            r" + \mu_1^\top\Sigma_2^{-1}\mu_1 + \mu_2^\top\Sigma_2^{-1}\mu_2)"
            r" + \mu_2^\top\Sigma_2^{-1}\mu_1",
            r"$E_p[\mathbf z^\top A\mathbf z] = \mathrm{trace}(A\Sigma_1) + \mu_1^\top A\mu_1$.",
        ),
        _cross_line(
            "1.7",
            r"-\log((2\pi)^{\frac d2}\det\Sigma_2) - \tfrac12\mathrm{trace}(\Sigma_1\Sigma_2^{-1})"
            r" - \tfrac12(\mu_1-\mu_2)^\top\Sigma_2^{-1}(\mu_1-\mu_2)",
            "The square completed.",
        ),
        Line(
            r"KL(p\|q) = \log\frac{\det\Sigma_2}{\det\Sigma_1} - \tfrac12(d -"
            r" \mathrm{trace}(\Sigma_1\Sigma_2^{-1}) -"
            r" (\mu_1-\mu_2)^\top\Sigma_2^{-1}(\mu_1-\mu_2))",
            "The result inherits the slip: off by ½ log(det Σ₂/det Σ₁).",
            lambda v1, v2, w1, w2: printed_kl(MEAN_P, [v1, v2], MEAN_Q, [w1, w2]),
            misprint="solution, eq. 1.8",
        ),
        Line(
            r"KL(p\|q) = \tfrac12\log\frac{\det\Sigma_2}{\det\Sigma_1} - \tfrac12(d -"
            r" \mathrm{trace}(\Sigma_1\Sigma_2^{-1}) -"
            r" (\mu_1-\mu_2)^\top\Sigma_2^{-1}(\mu_1-\mu_2))",
            "Repaired: equal to the first line again.",
            lambda v1, v2, w1, w2: kl_diagonal(MEAN_P, [v1, v2], MEAN_Q, [w1, w2]),
        ),
    ),
    VARIANCES,
)
