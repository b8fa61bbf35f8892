"""Section 6, the published solution: every line as printed, evaluated symbol for symbol."""

import numpy as np

from helpers.gaussians import log_normal_full
from helpers.lessons.gaussian_kl.dimensions import MEAN_P, MEAN_Q, expect_p
from helpers.widgets import Derivation, Line, Slider


def diagonals(v1, v2, w1, w2):
    """The solution's letters: p is 1, q is 2."""
    return dict(s1=np.diag([v1, v2]), s2=np.diag([w1, w2]))


def log_p(s1, s2):
    return expect_p(lambda z: log_normal_full(z, MEAN_P, s1), s1)


def log_q(s1, s2):
    return expect_p(lambda z: log_normal_full(z, MEAN_Q, s2), s1)


def form(a, matrix, b):
    """aᵀ matrix⁻¹ b, for vectors or for rows of them."""
    return np.sum(a @ np.linalg.inv(matrix) * b, axis=-1)


def printed_log(matrix):
    """log((2π)^{d/2} det Σ), as eq. 1.2 to 1.7 print it."""
    return np.log((2 * np.pi) ** (len(matrix) / 2) * np.linalg.det(matrix))


as_printed = Derivation(
    "The published solution, as printed; here μ₁ = (0.3, −1) and μ₂ = (1, 0)",
    (
        Line(
            r"KL(p\|q) = E_p[\log p(\mathbf{z})] - E_p[\log q(\mathbf{z})]",
            "The definition.",
            lambda s1, s2: (
                expect_p(lambda z: log_normal_full(z, MEAN_P, s1), s1)
                - expect_p(lambda z: log_normal_full(z, MEAN_Q, s2), s1)
            ),
            quoted="solution, eq. 1.1",
        ),
        Line(
            r"\begin{aligned}E_p[\log p] ={}& -\log((2\pi)^{\frac d2}\det\Sigma_1)"
            r" - \tfrac12(E_p[\mathbf z^\top\Sigma_1^{-1}\mathbf z]"
            r" + E_p[\mu_1^\top\Sigma_1^{-1}\mu_1])\\"
            r" &+ E_p[\mu_1^\top\Sigma_1^{-1}\mathbf z]\end{aligned}",
            "The log of p's density, its square multiplied out.",
            lambda s1, s2: (
                -printed_log(s1)
                - 0.5
                * (
                    expect_p(lambda z: form(z, s1, z), s1)
                    + expect_p(lambda z: form(MEAN_P, s1, MEAN_P) + 0 * z[:, 0], s1)
                )
                + expect_p(lambda z: form(MEAN_P, s1, z), s1)
            ),
            log_p,
            misprint="solution, eq. 1.2",
        ),
        Line(
            r"\begin{aligned}E_p[\log p] ={}& -\log((2\pi)^{\frac d2}\det\Sigma_1)"
            r" - \tfrac12(d + \mu_1^\top\Sigma_1^{-1}\mu_1 + \mu_1^\top\Sigma_1^{-1}\mu_1)\\"
            r" &+ \mu_1^\top\Sigma_1^{-1}\mu_1\end{aligned}",
            r"$E_p[\mathbf z^\top\Sigma_1^{-1}\mathbf z] = d + \mu_1^\top\Sigma_1^{-1}\mu_1$.",
            lambda s1, s2: (
                -printed_log(s1)
                - 0.5 * (len(s1) + form(MEAN_P, s1, MEAN_P) + form(MEAN_P, s1, MEAN_P))
                + form(MEAN_P, s1, MEAN_P)
            ),
            log_p,
            misprint="solution, eq. 1.3",
        ),
        Line(
            r"E_p[\log p] = -\log((2\pi)^{\frac d2}\det\Sigma_1) - \tfrac d2",
            "What holds μ₁ cancels.",
            lambda s1, s2: -printed_log(s1) - len(s1) / 2,
            log_p,
            misprint="solution, eq. 1.4",
        ),
        Line(
            r"\begin{aligned}E_p[\log q] ={}& -\log((2\pi)^{\frac d2}\det\Sigma_2)"
            r" - \tfrac12(E_p[\mathbf z^\top\Sigma_2^{-1}\mathbf z]"
            r" + E_p[\mu_2^\top\Sigma_2^{-1}\mu_2])\\"
            r" &+ E_p[\mu_2^\top\Sigma_2^{-1}\mathbf z]\end{aligned}",
            "The log of q's density, its square multiplied out; the mean is taken under p.",
            lambda s1, s2: (
                -printed_log(s2)
                - 0.5
                * (
                    expect_p(lambda z: form(z, s2, z), s1)
                    + expect_p(lambda z: form(MEAN_Q, s2, MEAN_Q) + 0 * z[:, 0], s1)
                )
                + expect_p(lambda z: form(MEAN_Q, s2, z), s1)
            ),
            log_q,
            misprint="solution, eq. 1.5",
        ),
        Line(
            r"\begin{aligned}E_p[\log q] ={}& -\log((2\pi)^{\frac d2}\det\Sigma_2)\\"
            r" &- \tfrac12(\mathrm{trace}(\Sigma_1\Sigma_2^{-1})"
            r" + \mu_1^\top\Sigma_2^{-1}\mu_1 + \mu_2^\top\Sigma_2^{-1}\mu_2)"
            r" + \mu_2^\top\Sigma_2^{-1}\mu_1\end{aligned}",
            r"$E_p[\mathbf z^\top A\mathbf z] = \mathrm{trace}(\Sigma_1 A) + \mu_1^\top A\mu_1$.",
            lambda s1, s2: (
                -printed_log(s2)
                - 0.5
                * (
                    np.trace(s1 @ np.linalg.inv(s2))
                    + form(MEAN_P, s2, MEAN_P)
                    + form(MEAN_Q, s2, MEAN_Q)
                )
                + form(MEAN_Q, s2, MEAN_P)
            ),
            log_q,
            misprint="solution, eq. 1.6",
        ),
        Line(
            r"E_p[\log q] = -\log((2\pi)^{\frac d2}\det\Sigma_2) -"
            r" \tfrac12\mathrm{trace}(\Sigma_1\Sigma_2^{-1})"
            r" - \tfrac12(\mu_1-\mu_2)^\top\Sigma_2^{-1}(\mu_1-\mu_2)",
            "The square completed.",
            lambda s1, s2: (
                -printed_log(s2)
                - 0.5 * np.trace(s1 @ np.linalg.inv(s2))
                - 0.5 * form(MEAN_P - MEAN_Q, s2, MEAN_P - MEAN_Q)
            ),
            log_q,
            misprint="solution, eq. 1.7",
        ),
        Line(
            r"KL(p\|q) = \log\frac{\det\Sigma_2}{\det\Sigma_1} - \tfrac12(d -"
            r" \mathrm{trace}(\Sigma_1\Sigma_2^{-1}) -"
            r" (\mu_1-\mu_2)^\top\Sigma_2^{-1}(\mu_1-\mu_2))",
            "“Putting the two terms together”: eq. 1.4 minus eq. 1.7.",
            lambda s1, s2: (
                np.log(np.linalg.det(s2) / np.linalg.det(s1))
                - 0.5
                * (
                    len(s1)
                    - np.trace(s1 @ np.linalg.inv(s2))
                    - form(MEAN_P - MEAN_Q, s2, MEAN_P - MEAN_Q)
                )
            ),
            misprint="solution, eq. 1.8",
        ),
        Line(
            r"KL(p\|q) = \tfrac12\log\frac{\det\Sigma_2}{\det\Sigma_1} - \tfrac12(d -"
            r" \mathrm{trace}(\Sigma_1\Sigma_2^{-1}) -"
            r" (\mu_1-\mu_2)^\top\Sigma_2^{-1}(\mu_1-\mu_2))",
            "Repaired: one ½ more.",
            lambda s1, s2: (
                0.5 * np.log(np.linalg.det(s2) / np.linalg.det(s1))
                - 0.5
                * (
                    len(s1)
                    - np.trace(s1 @ np.linalg.inv(s2))
                    - form(MEAN_P - MEAN_Q, s2, MEAN_P - MEAN_Q)
                )
            ),
        ),
    ),
    (
        Slider("v1", "p: variance of z₁", 0.2, 3.0, 1.0, 0.1),
        Slider("v2", "p: variance of z₂", 0.2, 3.0, 2.0, 0.1),
        Slider("w1", "q: variance of z₁", 0.2, 3.0, 1.5, 0.1),
        Slider("w2", "q: variance of z₂", 0.2, 3.0, 0.7, 0.1),
    ),
    diagonals,
)
