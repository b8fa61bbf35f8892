"""Where a correct formula, an estimator, or an integrator gives a wrong number."""

from math import exp, log, pi, sqrt

import numpy as np
from scipy.integrate import quad

from helpers.gaussians import kl_diagonal, kl_univariate
from helpers.lessons.gaussian_kl.explorers import log_normal
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    LOSS,
    SAMPLES,
    TARGET,
    Note,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Explorer, Slider

# The pair that decides the solution's eq. 1.8 (see mathematics: errata).
WITNESS = dict(mean_p=(0.3, -1.0), var_p=(0.5, 2.0), mean_q=(1.0, 0.0), var_q=(1.5, 0.7))


def printed_kl(mean_p, var_p, mean_q, var_q):
    """Solution, eq. 1.8 as printed, for diagonal covariances: the log lacks its ½."""
    mean_p, var_p, mean_q, var_q = map(np.asarray, (mean_p, var_p, mean_q, var_q))
    log_det = np.log(np.prod(var_q) / np.prod(var_p))
    distance = np.sum((mean_p - mean_q) ** 2 / var_q)
    return log_det - 0.5 * (len(mean_p) - np.sum(var_p / var_q) - distance)


def textbook_kl(mean_p, sd_p, mean_q, sd_q):
    """log(σq/σp) + (σp² + (μp − μq)²)/2σq² − ½, as exercise sheet 1b prints it."""
    return np.log(sd_q / sd_p) + (sd_p**2 + (mean_p - mean_q) ** 2) / (2 * sd_q**2) - 0.5


def running_mean(values, places):
    """Mean and standard error of the first n values, for each n in `places`."""
    total, square = np.cumsum(values)[places - 1], np.cumsum(values**2)[places - 1]
    mean = total / places
    return mean, np.sqrt(np.maximum(square / places - mean**2, 0) / places)


def draw_running_mean(ax, places, label, color=SAMPLES, linestyle="-"):
    """The moving mean and its band of ± 2 standard errors, at first empty."""
    style = dict(color=color, linestyle=linestyle, animated=True)
    mean = draw_curve(ax, [], [], linewidth=2, label=label, **style)
    edges = [draw_curve(ax, [], [], linewidth=0.8, **style) for _ in range(2)]
    return mean, *edges


def move_running_mean(artists, places, mean, error):
    for artist, sign in zip(artists, (0, -2, 2), strict=True):
        artist.set_data(places, mean + sign * error)


def _draw_witness(figure):
    ax = figure.subplots()
    printed, true = printed_kl(**WITNESS), kl_diagonal(**WITNESS)
    title = "Monte Carlo decides between two formulas"
    set_axes(ax, (1e2, 1e6), (1.38, 1.62), xlabel="samples", ylabel="nats", title=title)
    ax.set_xscale("log")
    draw_curve(ax, [1e2, 1e6], [printed] * 2, color=LOSS, linestyle=":", label="eq. 1.8 as printed")
    draw_curve(ax, [1e2, 1e6], [true] * 2, color=TARGET, label="with the missing ½")
    places = np.unique(np.geomspace(1e2, 1e6, 161).astype(int))
    artists = draw_running_mean(ax, places, "Monte Carlo ± 2 standard errors")
    ax.legend(loc="upper right")
    mean_p, var_p, mean_q, var_q = (np.array(value) for value in WITNESS.values())
    z = np.random.default_rng(0).standard_normal((1_000_000, 2))
    gap = mean_p + np.sqrt(var_p) * z - mean_q
    log_ratio = 0.5 * np.sum(np.log(var_q / var_p) - z**2 + gap**2 / var_q, axis=1)
    mean, error = running_mean(log_ratio, places)

    def update(log_samples):
        shown = np.searchsorted(places, 10**log_samples * (1 + 1e-9), side="right")
        move_running_mean(artists, places[:shown], mean[:shown], error[:shown])
        value, bar = mean[shown - 1], error[shown - 1]
        return (
            f"{places[shown - 1]:,} samples: {value:.4f} ± {2 * bar:.4f}. Printed {printed:.6f} is "
            f"{abs(value - printed) / bar:.1f} standard errors away, {true:.6f} is "
            f"{abs(value - true) / bar:.1f}."
        )

    return update


witness = Explorer(
    "Who is right about eq. 1.8?",
    (Slider("log_samples", "log₁₀ samples", 2.0, 6.0, 5.0, 0.05),),
    _draw_witness,
    (9.6, 3.6),
)


def _draw_near_equal(figure):
    ax = figure.subplots()
    steps = np.logspace(-15, 0, 301)
    ours = kl_univariate(0, 1, 0, (1 + steps) ** 2)
    error = np.abs(textbook_kl(0, 1, 0, 1 + steps) / ours - 1)
    title = "p = N(0, 1²), q = N(0, (1 + ε)²): how wrong the textbook formula is"
    set_axes(ax, (1e-15, 1), (1e-17, 1e3), xlabel="ε", ylabel="relative error", title=title)
    ax.set(xscale="log", yscale="log")
    ax.axhline(1, color="0.5", linewidth=1)
    ax.text(1e-15, 2, " above this line no digit is right")
    draw_curve(ax, steps, np.maximum(error, 1e-17), color=LOSS, linewidth=1, label="textbook")
    label = "kl_univariate: at most this, by its tests"
    draw_curve(ax, steps, 1e-14 + 0 * steps, color=TARGET, linestyle="--", label=label)
    ax.legend(loc="upper right")
    here = draw_marker(ax, color=ACCENT)

    def update(log_step):
        sd = 1 + 10.0**log_step
        textbook, ours = textbook_kl(0, 1, 0, sd), kl_univariate(0, 1, 0, sd**2)
        here.set_data([10.0**log_step], [max(abs(textbook / ours - 1), 1e-17)])
        return f"ε = 1e{log_step:g}: textbook {textbook:.6e}, kl_univariate {ours:.6e} nats."

    return update


near_equal = Explorer(
    "A correct formula can compute nonsense",
    (Slider("log_step", "log₁₀ ε", -15.0, 0.0, -9.0, 0.1),),
    _draw_near_equal,
    (9.6, 3.8),
)


def _draw_monte_carlo(figure):
    ax = figure.subplots()
    places = np.unique(np.geomspace(10, 20_000, 120).astype(int))
    title = "Two unbiased estimators of one KL: x ~ p = N(0, 1), r = q(x)/p(x), q = N(0, σq²)"
    set_axes(ax, (10, 2e4), (0, 2), xlabel="samples", ylabel="estimate / exact", title=title)
    ax.set_xscale("log")
    plain = draw_running_mean(ax, places, "−log r", SAMPLES)
    shy = draw_running_mean(ax, places, "r − 1 − log r, never negative", APPROXIMATION, "--")
    draw_curve(ax, [10, 2e4], [1, 1], color=TARGET, linewidth=1.4, label="exact")
    ax.legend(loc="upper right")
    note = Note(ax, 0.02, 0.97)

    def update(sd_q, seed):
        x = np.random.default_rng(seed).standard_normal(20_000)
        log_r = log_normal(x, 0, sd_q) - log_normal(x, 0, 1)
        true = kl_univariate(0, 1, 0, sd_q**2)
        sentences = []
        for artists, values in ((plain, -log_r), (shy, np.expm1(log_r) - log_r)):
            mean, error = running_mean(values, places)
            move_running_mean(artists, places, mean / true, error / true)
            sentences.append(f"{mean[-1]:.4f} ± {2 * error[-1]:.4f}")
        heavy = sd_q**2 >= 2
        note.set_text("σq² ≥ 2σp²: r has infinite variance" if heavy else "")
        return (
            f"σq = {sd_q:g}, exact {true:.4f}: −log r gives {sentences[0]}, r − 1 − log r gives "
            f"{sentences[1]}{', and its error bar means nothing' if heavy else ''}."
        )

    return update


monte_carlo = Explorer(
    "Monte Carlo, and a variance that is infinite",
    (
        Slider("sd_q", "σq (σp is 1)", 1.05, 2.5, 1.1, 0.05),
        Slider("seed", "seed", 0, 30, 3, 1),
    ),
    _draw_monte_carlo,
)


def _draw_missed_peak(figure):
    ax = figure.subplots()
    x = np.linspace(-5, 105, 221)
    title = "p = N(μ, σ²), q = N(0, 20²); the ticks are where quad looked in (−∞, ∞)"
    set_axes(ax, (-5, 105), (0, 0.45), xlabel="x", ylabel="density of p", title=title)
    density = draw_curve(ax, x, 0 * x, color=TARGET, animated=True)
    looks = ax.plot([], [], "|", color=ACCENT, markersize=14, animated=True)[0]
    note = Note(ax, 0.02, 0.97)

    def update(mean, sd):
        places = []

        def integrand(x):
            places.append(x)
            z, u = (x - mean) / sd, x / 20
            p = exp(-0.5 * z * z) / (sqrt(2 * pi) * sd)
            return p * (log(20 / sd) + 0.5 * (u * u - z * z))

        # full_output: quad's own warning, where it has one, is shown in the sentence.
        blind, _, _, *trouble = quad(integrand, -np.inf, np.inf, full_output=True)
        looked = places.copy()
        local, *_ = quad(integrand, mean - 12 * sd, mean + 12 * sd, full_output=True)
        blind = round(blind, 4) + 0.0  # no "-0.0000"
        true = kl_univariate(mean, sd**2, 0, 400)
        fine = np.concatenate([x, mean + sd * np.linspace(-4, 4, 61)])
        fine.sort()
        density.set_data(fine, np.exp(log_normal(fine, mean, sd)))
        seen = np.unique(np.round(looked, 1))
        looks.set_data(seen, 0.012 + 0 * seen)
        lines = f"exact {true:.4f}", f"over (−∞, ∞): {blind:.4f}", f"over μ ± 12σ: {local:.4f}"
        note.set_text("\n".join(lines))
        said = " quad warned." if trouble else " quad did not warn."
        return (
            f"μ = {mean:g}, σ = {sd:g}: exact KL {true:.4f}; over (−∞, ∞) {blind:.4f};"
            f" over μ ± 12σ {local:.4f} nats.{said if abs(blind - true) > 1e-3 else ''}"
        )

    return update


missed_peak = Explorer(
    "The integrator that never saw the peak",
    (
        Slider("mean", "mean of p", 0.0, 100.0, 60.0, 1.0),
        Slider("sd", "sd of p", 0.2, 3.0, 1.0, 0.1),
    ),
    _draw_missed_peak,
    (9.6, 3.6),
)
