"""Section 7, where it breaks: a formula, an estimator and an integrator that fail silently."""

from decimal import Decimal, localcontext
from math import exp, log, pi, sqrt

import numpy as np
import scipy

from helpers.gaussians import kl_univariate, log_normal
from helpers.lessons.gaussian_kl.samples import RunningMean, running_mean
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    DATA,
    LOSS,
    SAMPLES,
    TARGET,
    Note,
    Outlines,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Slider, explorer
from helpers.words import fixed, short


def textbook_kl(mean_p, var_p, mean_q, var_q):
    """½ [log(σq²/σp²) − 1 + (μp − μq)²/σq² + σp²/σq²], as the slides' last line computes it."""
    return 0.5 * (np.log(var_q / var_p) - 1 + (mean_p - mean_q) ** 2 / var_q + var_p / var_q)


def exact_kl(var_q):
    """KL(N(0, 1) ‖ N(0, var_q)) from 60 digits: what both formulas should return."""
    with localcontext(prec=60):
        var_q = Decimal(float(var_q))
        return float((var_q.ln() - 1 + 1 / var_q) / 2)


@explorer(
    "A correct formula can compute nonsense",
    Slider("log_step", "log₁₀ ε", -15.0, 0.0, -2.0, 0.1),
    size=(9.6, 3.8),
)
def near_equal(figure):
    """The relative errors of two formulas for one KL. The marker moves."""
    ax = figure.subplots()
    title = "p = N(0, 1) and q = N(0, 1 + ε): how wrong two formulas are"
    set_axes(ax, (1e-15, 1.2), (1e-17, 1e5), xlabel="ε", ylabel="relative error", title=title)
    ax.set(xscale="log", yscale="log")
    ax.axhline(1, color=DATA, linewidth=1)
    ax.text(1e-15, 4, " from this line up no digit is right")
    variances = 1 + np.logspace(-15, 0, 301)  # what is rounded here is rounded for everyone
    true = np.array([exact_kl(var) for var in variances])
    steps = variances - 1
    formulas = {
        "textbook": (textbook_kl, LOSS, "-"),
        "kl_univariate": (kl_univariate, TARGET, "--"),
    }
    for name, (formula, color, dashes) in formulas.items():
        error = np.maximum(np.abs(formula(0, 1, 0, variances) / true - 1), 1e-17)
        draw_curve(ax, steps, error, color=color, linestyle=dashes, linewidth=1, label=name)
    ax.legend(loc="upper right")
    here = draw_marker(ax, color=ACCENT)

    def update(log_step):
        var = 1 + 10.0**log_step
        textbook, ours, true = textbook_kl(0, 1, 0, var), kl_univariate(0, 1, 0, var), exact_kl(var)
        error = np.clip(abs(textbook / true - 1), 1e-17, 1e3)
        here.set_data([var - 1], [error])
        return (
            f"ε = {short(var - 1, 3)}: textbook {short(textbook, 5)}, kl_univariate "
            f"{short(ours, 5)}, exact {short(true, 5)} nats."
        )

    return update


def variances_of_one_draw(sd_q):
    """Of −log r and of r − 1 − log r, with r = q(x)/p(x), x ~ p = N(0, 1), q = N(0, sd_q²).

    Var log r = ½(1 − 1/σ²)². Var r = 1/(σ√(2 − σ²)) − 1, infinite from σ² = 2 on. And
    Cov(r, log r) = E_q[log r] − E_p[log r] = KL(q‖p) + KL(p‖q) = ½(σ² + 1/σ² − 2).
    """
    var = sd_q**2
    plain = 0.5 * (1 - 1 / var) ** 2
    if var >= 2:
        return plain, np.inf
    return plain, plain + 1 / np.sqrt(var * (2 - var)) - 1 - (var + 1 / var - 2)


@explorer(
    "Monte Carlo, and a variance that is infinite",
    Slider("sd_q", "σq (σp is 1)", 1.05, 2.5, 1.1, 0.05),
    Slider("seed", "seed", 0, 30, 3, 1),
)
def monte_carlo(figure):
    """Two running means of one KL, with the error bars that they claim. Both move."""
    ax = figure.subplots()
    n = 20_000
    places = np.unique(np.geomspace(10, n, 120).astype(int))
    title = "Two unbiased estimators of one KL: x ~ p = N(0, 1), r = q(x)/p(x), q = N(0, σq²)"
    set_axes(ax, (10, n), (0, 2), xlabel="samples", ylabel="estimate / exact", title=title)
    ax.set_xscale("log")
    plain = RunningMean(ax, places, "−log r", SAMPLES, "-")
    positive = RunningMean(ax, places, "r − 1 − log r, never negative", APPROXIMATION, "--")
    draw_curve(ax, [10, n], [1, 1], color=TARGET, linewidth=1.4, label="exact")
    figure.legend(loc="outside lower center", ncols=3)

    def update(sd_q, seed):
        x = np.random.default_rng(seed).standard_normal(n)
        log_r = log_normal(x, 0, sd_q**2) - log_normal(x, 0, 1)
        true = kl_univariate(0, 1, 0, sd_q**2)
        said = []
        estimators = (plain, -log_r), (positive, np.expm1(log_r) - log_r)
        for (curve, values), variance in zip(estimators, variances_of_one_draw(sd_q), strict=True):
            mean, error = running_mean(values, places)
            curve.move(mean / true, error / true)
            honest = fixed(2 * np.sqrt(variance / n), 4) if variance < np.inf else "∞"
            said.append(f"{fixed(mean[-1], 4)} ± {fixed(2 * error[-1], 4)} (in truth ± {honest})")
        return (
            f"σq = {short(sd_q)}, exact {fixed(true, 4)}: −log r gives {said[0]}, "
            f"r − 1 − log r gives {said[1]}."
        )

    return update


@explorer(
    "The integrator that never saw the peak",
    Slider("mean", "mean of p", 0.0, 100.0, 60.0, 1.0),
    Slider("sd", "sd of p", 0.5, 3.0, 1.0, 0.1),
    size=(9.6, 3.6),
)
def missed_peak(figure):
    """p, and where quad looked for it. Both move."""
    ax = figure.subplots()
    x = np.linspace(-5, 105, 221)
    title = "p = N(μ, σ²), q = N(0, 20²); ticks: where quad looked"
    set_axes(ax, (-5, 105), (0, 1), xlabel="x", ylabel="density of p", title=title)
    density = draw_curve(ax, x, 0 * x, color=TARGET, animated=True)
    looks = Outlines(ax, color=ACCENT, linewidth=1, animated=True)
    note = Note(ax, 0.02, 0.98)

    quad = scipy.integrate.quad

    def update(mean, sd):
        places = []

        def integrand(x):  # by math, not numpy: quad asks for one number at a time
            places.append(x)
            z, u = (x - mean) / sd, x / 20
            p = exp(-0.5 * z * z) / (sqrt(2 * pi) * sd)
            return p * (log(20 / sd) + 0.5 * (u * u - z * z))

        # full_output: quad's own warning, where it has one, is shown in the sentence.
        blind, _, _, *trouble = quad(integrand, -np.inf, np.inf, full_output=True)
        looked = np.array(places)
        local, *_ = quad(integrand, mean - 12 * sd, mean + 12 * sd, full_output=True)
        true = kl_univariate(mean, sd**2, 0, 400)
        fine = np.concatenate([x, mean + sd * np.linspace(-4, 4, 61)])
        fine.sort()
        density.set_data(fine, np.exp(log_normal(fine, mean, sd**2)))
        seen = np.unique(np.round(looked[(looked > -5) & (looked < 105)], 1))
        looks.move([np.array([[place, place], [-0.006, 0.06]]) for place in seen])
        exact, everywhere, here = (fixed(value, 4) for value in (true, blind, local))
        note.set_text(f"exact {exact}, over (−∞, ∞) {everywhere}, over μ ± 12σ {here}")
        wrong = abs(blind - true) > 1e-3
        said = " quad warned." if trouble else " quad did not warn."
        return (
            f"μ = {short(mean)}, σ = {short(sd)}: exact KL {exact}; over (−∞, ∞) {everywhere};"
            f" over μ ± 12σ {here} nats.{said if wrong else ''}"
        )

    return update
