"""Where mean matching breaks: a density whose mean does not exist."""

from functools import lru_cache

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.stats import t

from helpers.plots import LOSS, SAMPLES, TARGET, draw_curve, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import fixed, listed, short

TAILS = {
    "Cauchy (t, ν = 1)": 1.0,
    "t, ν = 1.5": 1.5,
    "t, ν = 3": 3.0,
    "t, ν = 30": 30.0,
}
N_DRAWS = 20_000
PLACES = np.unique(np.geomspace(1, N_DRAWS, 120).astype(int))
RADII = np.geomspace(1e-2, 1e4, 2401)
SHOWN = slice(1200, None, 40)  # from 10 on, ten a decade


@lru_cache(maxsize=512)
def running_means(degrees, seed):
    """Means of the first n draws of a t density with `degrees` of freedom, at n in PLACES."""
    draws = np.random.default_rng(seed).standard_t(degrees, N_DRAWS)
    means = np.cumsum(draws)[PLACES - 1] / PLACES
    means.flags.writeable = False  # it is shared by all who ask
    return means


@lru_cache(maxsize=8)
def divergence_within(degrees):
    """∫ p log(p/N(0, 1)) dx and ∫ p dx over |x| < R, at R in RADII (SHOWN ones)."""
    log_p = t.logpdf(RADII, degrees)
    p = np.exp(log_p)
    price = p * (log_p + 0.5 * np.log(2 * np.pi) + 0.5 * RADII**2)
    start = 2 * RADII[0] * np.array([price[0], p[0]])[:, None]
    both = start + 2 * cumulative_trapezoid(np.stack([price, p]), RADII, initial=0)
    return both[:, SHOWN]


@explorer(
    "Does the mean settle?",
    Choice("tail", "p", tuple(TAILS), "t, ν = 30"),
    Slider("mu", "μ", -4.0, 4.0, 0.0, 0.5),
    Slider("seed", "seed", 0, 30, 1, 1),
)
def wandering_mean(figure):
    """Left four running means, right the divergence within R; both move with p."""
    left, right = figure.subplots(1, 2)
    title = "Mean of the first n draws, four samples"
    set_axes(left, (1, N_DRAWS), (-8, 8), xlabel="n", ylabel="sample mean", title=title)
    left.set_xscale("log")
    left.axhline(0, color="0.5", linewidth=0.8)
    styles = ("-", "--", "-.", ":")
    paths = [
        draw_curve(
            left, PLACES, 0 * PLACES, color=SAMPLES, linewidth=1.7, linestyle=style, animated=True
        )
        for style in styles
    ]
    title = "The part of KL(p‖N(μ, 1)) that lies in |x| < R"
    set_axes(right, (10, 1e4), (1e-3, 1e5), xlabel="R", ylabel="nats", title=title)
    right.set(xscale="log", yscale="log")
    for degrees in TAILS.values():
        within, _ = divergence_within(degrees)
        right.text(9e3, 1.3 * within[-1], f"ν = {degrees:g}, μ = 0", ha="right", color="0.35")
        draw_curve(right, RADII[SHOWN], within, color="0.55", linewidth=1, linestyle="-")
    label = "this p, at your μ"
    curve = draw_curve(right, [], [], color=TARGET, label=label, animated=True)
    style = dict(color=LOSS, linestyle=":", linewidth=1.4)
    draw_curve(right, RADII[SHOWN], RADII[SHOWN] / np.pi, label="R/π", **style)
    right.legend(loc="upper left")

    def update(tail, mu, seed):
        degrees = TAILS[tail]
        ends = []
        for k, path in enumerate(paths):
            means = running_means(degrees, len(paths) * seed + k)  # all new at the next seed
            path.set_ydata(means)
            ends.append(means[-1])
        within, mass = divergence_within(degrees)
        # By symmetry ∫ x p dx = 0 over |x| < R: another μ adds ½μ² of the mass there.
        value = within + 0.5 * mu**2 * mass
        curve.set_data(RADII[SHOWN], value)
        lost = any(abs(end) > 8 for end in ends)
        return (
            f"{tail}: means of 20,000 draws {listed([fixed(end) for end in ends])}"
            f"{' (beyond the panel)' if lost else ''}. Within R = 1,000 and 10,000, "
            f"KL(p‖N({short(mu)}, 1)) has come to {value[20]:.4g} and {value[30]:.4g} nats."
        )

    return update
