"""Section 6: Old Faithful, the noise fixed or inferred, and four answers beside the exact one."""

from functools import lru_cache

import numpy as np

from helpers.diagnostics import LARGEST_R_HAT
from helpers.gaussians import log_normal
from helpers.lessons.linear_regression import data
from helpers.lessons.linear_regression.formulas import LOG_SD, NoiseInferred, gaussian_answer
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    SAMPLES,
    TARGET,
    draw_curve,
    draw_marker,
    draw_table,
    set_axes,
)
from helpers.widgets import Choice, explorer
from helpers.words import fixed, listed, signed

NAMES = ("exact", "Laplace", "HMC", "VI")
STYLES = (
    dict(color=TARGET),
    dict(color=ACCENT, linestyle=":"),
    dict(color=SAMPLES, linewidth=1.4),
    dict(color=APPROXIMATION),
)
UNITS = np.linspace(-4, 4, 101)  # sds of the exact posterior from its mean
EDGES = np.linspace(-4, 4, 21)
PLACES = 3


@lru_cache
def answers(n, origin, noise, quantity):
    """An Answer for each of NAMES, and the density of each over UNITS; HMC's over EDGES."""
    j, found = data.QUANTITIES.index(quantity), data.exact(n, origin, noise)
    runs = [data.stored_runs()[n, origin, noise, name, quantity].answer for name in NAMES[1:]]
    if isinstance(found, NoiseInferred):
        true = found.noise() if j == 2 else found.answer(j)
        places = true.mean + true.sd * UNITS
        if j == 2:
            curve = np.interp(places, LOG_SD, found.weights) / (LOG_SD[1] - LOG_SD[0])
        else:
            curve = found.density(j, places)
    else:
        true = gaussian_answer(found[0][j], np.sqrt(found[1][j, j]))
        places = true.mean + true.sd * UNITS
        curve = np.exp(log_normal(places, true.mean, true.sd**2))
    bells = [np.exp(log_normal(places, one.mean, one.sd**2)) for one in (runs[0], runs[2])]
    states = data.stored_states()[n, origin, noise]
    heights = np.histogram((states[:, j] - true.mean) / true.sd, EDGES)[0]
    bars = heights / (len(states) * (EDGES[1] - EDGES[0]))
    curves = curve * true.sd, bells[0] * true.sd, bars, bells[1] * true.sd
    return (true, *runs), curves


def disagreement(n, origin, noise):
    """The largest R-hat of the HMC run, over its 4,000 states."""
    runs = data.stored_runs()
    there = data.QUANTITIES[: 2 if noise == "fixed" else 3]
    return max(runs[n, origin, noise, "HMC", quantity].r_hat for quantity in there)


def costs(n, origin, noise):
    """(seconds, evaluations) of Laplace, HMC and VI, as stored."""
    runs = data.stored_runs()
    return [runs[n, origin, noise, name, data.QUANTITIES[0]][:2] for name in NAMES[1:]]


TOP = 1.5  # of the density, in units of the exact answer's sd
ROWS = NAMES[0], *(f"error of {name}" for name in NAMES[1:])
HEADS = ("mean", "sd", "low end", "high end", "seconds", "evaluations")
ENDS = (0.34, 0.45, 0.57, 0.69, 0.81, 0.97)


def _columns(found, paid):
    """A text for each column of the table, below its head."""
    rows = [[*map(fixed, found[0]), "—", "—"]]
    for one, (seconds, evaluations) in zip(found[1:], paid, strict=True):
        errors = [signed(x - true, PLACES) for x, true in zip(one, found[0], strict=True)]
        rows.append([*errors, fixed(seconds), f"{evaluations:,}".replace(",", "\u202f")])
    return ["\n".join(("", *column)) for column in zip(*rows, strict=True)]


@explorer(
    "Old Faithful, four answers",
    Choice("n", "eruptions", tuple(map(str, data.SIZES)), "272"),
    Choice("origin", "durations from", data.ORIGINS, data.ORIGINS[0]),
    Choice("noise", "the noise", data.NOISES, data.NOISES[0]),
    Choice("quantity", "shown", data.QUANTITIES, data.QUANTITIES[0]),
    size=(9.6, 4.4),
)
def four(figure):
    """Densities, intervals and the table of errors follow the four choices."""
    panels = figure.subplot_mosaic(
        [["curves", "intervals"], ["table", "table"]], height_ratios=(2.2, 1)
    )
    ax, right = panels["curves"], panels["intervals"]
    label = "(value − mean)/sd, both of the exact answer"
    set_axes(ax, (-4, 4), (0, TOP), xlabel=label, title="Density of what is shown")
    lines = [draw_curve(ax, UNITS, 0 * UNITS, animated=True, **style) for style in STYLES]
    lines[2].set_drawstyle("steps-post")
    set_axes(right, (-4, 4), (3.6, -0.6), xlabel=label, title="Mean and 95 % interval")
    right.set_yticks(range(4), NAMES)
    # Bars at the ends: a dashed line may end before its last dash.
    ends = dict(marker="|", markersize=12, markeredgewidth=2)
    intervals = [
        draw_curve(right, [0] * 2, [k] * 2, animated=True, **style, **ends)
        for k, style in enumerate(STYLES)
    ]
    means = draw_marker(right, color="black", markersize=7)
    columns = draw_table(panels["table"], 0.03, ROWS, HEADS, ENDS)

    def update(n, origin, noise, quantity):
        n, there = int(n), noise == "inferred" or quantity != "log σ"
        for mark in (*lines, *intervals, means, *columns):
            mark.set_visible(there)
        if not there:
            return (
                "The noise is fixed, so log σ is no unknown: have it inferred, or choose another."
            )
        found, curves = answers(n, origin, noise, quantity)
        true = found[0]
        for k, (line, curve) in enumerate(zip(lines, curves, strict=True)):
            line.set_data(*((EDGES, np.append(curve, curve[-1])) if k == 2 else (UNITS, curve)))
        for line, one in zip(intervals, found, strict=True):
            line.set_xdata([(end - true.mean) / true.sd for end in (one.low, one.high)])
        means.set_data([(one.mean - true.mean) / true.sd for one in found], range(4))
        for note, text in zip(columns, _columns(found, costs(n, origin, noise)), strict=True):
            note.set_text(text)
        shares = [f"{name} {fixed(one.sd / true.sd, 2)}" for name, one in _others(found)]
        worst = disagreement(n, origin, noise)
        alarm = f" HMC's chains disagree: R-hat {fixed(worst, 2)}." if worst > LARGEST_R_HAT else ""
        lost = " A curve goes beyond the panel." if max(map(np.max, curves)) > TOP else ""
        return (
            f"{quantity.capitalize()}, exactly: {fixed(true.mean)} ± {fixed(true.sd)}. The sds of"
            f" the others, as parts of the exact one: {listed(shares)}.{alarm}{lost}"
        )

    return update


def _others(found):
    return zip(NAMES[1:], found[1:], strict=True)
