"""Section 6: the published solution as printed, and draws that decide about it."""

import numpy as np

from helpers.gaussians import kl_diagonal, log_normal_full
from helpers.lessons.gaussian_kl.dimensions import MEAN_P, MEAN_Q, expect_p
from helpers.lessons.gaussian_kl.running_mean import RunningMean, running_mean
from helpers.plots import LOSS, SAMPLES, TARGET, draw_curve, set_axes
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import count, fixed


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

# The pair that decides eq. 1.8: its two values differ by half of log(det Σ₂/det Σ₁) = log 1.05.
WITNESS = dict(mean_p=MEAN_P, var_p=(0.5, 2.0), mean_q=MEAN_Q, var_q=(1.5, 0.7))


def printed_kl(mean_p, var_p, mean_q, var_q):
    """Solution, eq. 1.8 as printed, for diagonal covariances: the log lacks its ½."""
    mean_p, var_p, mean_q, var_q = map(np.asarray, (mean_p, var_p, mean_q, var_q))
    log_det = np.log(np.prod(var_q) / np.prod(var_p))
    distance = np.sum((mean_p - mean_q) ** 2 / var_q)
    return log_det - 0.5 * (len(mean_p) - np.sum(var_p / var_q) - distance)


@explorer(
    "Who is right about eq. 1.8?",
    Slider("log_samples", "log₁₀ samples", 2.0, 6.0, 5.0, 0.05),
    size=(9.6, 3.6),
)
def samples_decide(figure):
    """Both formulas as lines, and the running mean of log p − log q, which grows."""
    ax = figure.subplots()
    printed, true = printed_kl(**WITNESS), kl_diagonal(**WITNESS)
    title = "Monte Carlo decides between two formulas"
    set_axes(ax, (1e2, 1e6), (1.38, 1.62), xlabel="samples", ylabel="nats", title=title)
    ax.set_xscale("log")
    draw_curve(ax, [1e2, 1e6], [printed] * 2, color=LOSS, linestyle=":", label="eq. 1.8 as printed")
    draw_curve(ax, [1e2, 1e6], [true] * 2, color=TARGET, label="with the missing ½")
    places = np.unique(np.geomspace(1e2, 1e6, 161).astype(int))
    curve = RunningMean(ax, places, "Monte Carlo ± 2 standard errors", SAMPLES, "-")
    ax.legend(loc="upper right")
    mean_p, var_p, mean_q, var_q = map(np.asarray, WITNESS.values())
    z = np.random.default_rng(0).standard_normal((1_000_000, 2))
    gap = mean_p + np.sqrt(var_p) * z - mean_q
    log_ratio = 0.5 * np.sum(np.log(var_q / var_p) - z**2 + gap**2 / var_q, axis=1)
    mean, error = running_mean(log_ratio, places)

    def update(log_samples):
        shown = np.searchsorted(places, 10**log_samples * (1 + 1e-9), side="right")
        curve.move(mean[:shown], error[:shown])
        value, bar = mean[shown - 1], error[shown - 1]
        away = [f"{fixed(abs(value - one) / bar, 1)}" for one in (printed, true)]
        return (
            f"{count(int(places[shown - 1]), 'sample')}: {fixed(value, 4)} ± {fixed(2 * bar, 4)}. "
            f"Printed {fixed(printed, 6)} is {away[0]} standard errors away, "
            f"{fixed(true, 6)} is {away[1]}."
        )

    return update
