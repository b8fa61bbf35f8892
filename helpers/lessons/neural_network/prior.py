"""Section 1: what the network can be, before it sees a point."""

import numpy as np

from helpers.lessons.neural_network.points import EDGE, GAP, SETTING, X, Y, model, truth
from helpers.plots import DATA, SAMPLES, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed, short

TOP = 3.2
WIDE = np.linspace(-3.4, 3.4, 103)  # a little beyond the panel
N_DRAWS = 8


def draw_points(ax, *, title="", ylabel=""):
    """Axes over x with our points, and the gap between them."""
    set_axes(ax, (-3.1, 3.1), (-TOP, TOP), xlabel="x", ylabel=ylabel, title=title)
    ax.axvspan(-GAP, GAP, color="0.93", linewidth=0)
    points = draw_marker(ax, color=DATA, animated=False, markersize=5, zorder=4)
    points.set_data(X, Y)


def functions(hidden, scale, dozen):
    """Draws from the prior, as functions over WIDE: (N_DRAWS, 103)."""
    network = model(hidden, scale)
    unit = np.random.default_rng(dozen).standard_normal((N_DRAWS, network.size))
    return network.predict(scale * unit, WIDE)


def in_one_line(f):
    """All curves in one mark: to and fro, turning beyond the panel."""
    x = np.tile(WIDE, (len(f), 1))
    x[1::2], f[1::2] = x[1::2, ::-1], f[1::2, ::-1]
    return x.ravel(), f.ravel()


@explorer(
    "Networks before they see a point",
    *SETTING,
    Slider("handful", "which eight", 1, 20, 1, 1),
    size=(9.6, 4.0),
)
def functions_drawn(figure):
    """Points, gap and truth stay; eight functions drawn from the prior follow the controls."""
    ax = figure.subplots()
    draw_points(ax, ylabel="y")
    draw_curve(ax, WIDE, truth(WIDE), color=TARGET, linewidth=1.4, label="the truth, sin 2x")
    draws = draw_curve(
        ax, [], [], color=SAMPLES, linewidth=1.0, label="eight draws from the prior", animated=True
    )
    figure.legend(loc="outside lower center", ncols=2)

    def update(hidden, scale, handful):
        f = functions(hidden, scale, handful)
        at_edge = np.abs(f[:, np.abs(WIDE) <= EDGE]).max()
        steepest = np.abs(np.diff(f, axis=1)).max() / (WIDE[1] - WIDE[0])
        draws.set_data(*in_one_line(f))
        return (
            f"{count(int(hidden), 'hidden unit')}: {model(hidden, scale).size} weights, each from "
            f"N(0, {short(scale)}²). For |x| ≤ {EDGE} these eight reach |f| = "
            f"{fixed(at_edge, 1)}; the steepest climbs {fixed(steepest, 1)} for each unit of x."
        )

    return update
