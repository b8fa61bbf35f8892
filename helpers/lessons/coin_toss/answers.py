"""Section 5: four answers on one axis, and a table that moves."""

from functools import lru_cache

import numpy as np
from scipy.special import betaln

from helpers.lessons.coin_toss.curvature import (
    IN_LOGIT,
    IN_THETA,
    INSIDE,
    SHOWN,
    THETA,
    TOP,
    beyond,
    draw_densities,
    move_densities,
)
from helpers.lessons.coin_toss.formulas import (
    best_gaussian,
    density_on_theta,
    elbo_gap,
    exact,
    laplace_logit,
    laplace_theta,
    log_beta_density,
    log_posterior,
    on_theta,
)
from helpers.lessons.coin_toss.sliders import COUNTS, PRIOR
from helpers.lessons.coin_toss.walks import EDGES, walkers
from helpers.plots import (
    APPROXIMATION,
    SAMPLES,
    TARGET,
    draw_curve,
    draw_marker,
    draw_table,
    set_axes,
)
from helpers.widgets import explorer
from helpers.words import fixed, listed, signed

NAMES = ("exact", "Laplace in θ", "Laplace in logit θ", "Metropolis", "VI")
STYLES = (
    dict(color=TARGET),
    IN_THETA,
    IN_LOGIT,
    dict(color=SAMPLES, linewidth=1.2),
    dict(color=APPROXIMATION),
)
PLACES = (3, 3, 3, 2, 3)  # digits; of random numbers no more than they are worth
best = lru_cache(best_gaussian)  # asked three times in an update


def four_answers(first, second):
    """An Answer for each of NAMES, or None: Laplace in θ, where there is no peak."""
    return (
        exact(first, second),
        laplace_theta(first, second),
        on_theta(*laplace_logit(first, second)),
        walkers(first, second)[0],
        on_theta(*best(first, second)),
    )


def worst_end(answer, true):
    """How far the worse end of the 95 % interval is off."""
    return max(abs(answer.low - true.low), abs(answer.high - true.high))


def log_evidences(first, second, a, b):
    """log p(x) by each of NAMES: an integral, two estimates, nothing, and a bound."""
    log_p = betaln(first, second) - betaln(a, b)
    m, s = laplace_logit(first, second)
    flat = laplace_theta(first, second)
    peaks = [
        log_beta_density(flat.mean, first, second) + np.log(flat.sd) if flat else None,
        log_posterior(m, first, second) + np.log(s),
    ]
    # The volume under a Gaussian as high as the peak: √(2π) sd times its height.
    estimates = [None if peak is None else log_p + 0.5 * np.log(2 * np.pi) + peak for peak in peaks]
    return log_p, *estimates, None, log_p - elbo_gap(*best(first, second), first, second)


def _columns(answers, evidences):
    """The exact row and the errors of the others, a text for each column below its head."""
    rows = [[fixed(value) for value in (*answers[0], evidences[0])]]
    for one, k, log_p in zip(answers[1:], PLACES[1:], evidences[1:], strict=True):
        errors = [signed(x - true, k) for x, true in zip(one or (), answers[0], strict=False)]
        rows.append(errors or ["—"] * 4)
        rows[-1].append("—" if log_p is None else signed(log_p - evidences[0]))
    return ["\n".join(("", *column)) for column in zip(*rows, strict=True)]


ROWS = NAMES[0], *(f"error of {name}" for name in NAMES[1:])
HEADS = ("mean", "sd", "low end", "high end", "log p(x)")
ENDS = (0.44, 0.56, 0.68, 0.80, 0.92)


def _draw_intervals(ax):
    """A line for each answer, its interval; and marks at the means, all in one."""
    set_axes(ax, SHOWN, (4.6, -0.6), xlabel="θ", title="Mean and 95 % interval")
    ax.set_yticks(range(5), NAMES)
    for edge in (0, 1):
        ax.axvline(edge, color="black", linewidth=0.6)
    lines = [draw_curve(ax, [0] * 2, [k] * 2, animated=True, **STYLES[k]) for k in range(5)]
    return lines, draw_marker(ax, color="black", markersize=7)


@explorer("Four answers on one axis", *COUNTS, *PRIOR, size=(9.6, 4.6))
def four(figure):
    """Densities, intervals and the table of errors follow the counts and the prior."""
    panels = figure.subplot_mosaic(
        [["curves", "intervals"], ["table", "table"]], height_ratios=(2.1, 1)
    )
    ax = panels["curves"]
    set_axes(ax, SHOWN, (0, TOP), xlabel="θ", ylabel="density")
    lines = draw_densities(ax)
    bars = draw_curve(
        ax, [], [], color=SAMPLES, drawstyle="steps-post", linewidth=1.2, animated=True
    )
    q = draw_curve(ax, THETA, 0 * THETA, color=APPROXIMATION, animated=True)
    intervals, means = _draw_intervals(panels["intervals"])
    columns = draw_table(panels["table"], 0.08, ROWS, HEADS, ENDS)

    def update(heads, tails, a, b):
        first, second = a + heads, b + tails
        move_densities(lines, first, second)
        heights = np.histogram(walkers(first, second)[1], EDGES)[0]
        heights = heights / heights.sum() * (len(EDGES) - 1)
        bars.set_data(EDGES, np.append(heights, heights[-1]))
        height = np.zeros(THETA.size)
        height[INSIDE] = density_on_theta(THETA[INSIDE], *best(first, second))
        q.set_ydata(height)
        answers = four_answers(first, second)
        for line, one in zip(intervals, answers, strict=True):
            line.set_visible(one is not None)
            line.set_xdata([one.low, one.high] if one else [0] * 2)
        rows = [k for k in range(5) if answers[k]]
        means.set_data([answers[k].mean for k in rows], rows)
        texts = _columns(answers, log_evidences(first, second, a, b))
        for note, text in zip(columns, texts, strict=True):
            note.set_text(text)
        others = zip(NAMES[1:], answers[1:], PLACES[1:], strict=True)
        errors = [f"{n} {fixed(worst_end(x, answers[0]), k)}" for n, x, k in others if x]
        wide = any(one and (one.low < SHOWN[0] or one.high > SHOWN[1]) for one in answers)
        cut = " An interval goes beyond the panel." if wide else ""
        return (
            f"Exact: mean {fixed(answers[0].mean)}, 95 % of θ from {fixed(answers[0].low)} to "
            f"{fixed(answers[0].high)}. The worse end is off by: {listed(errors)}."
            f"{beyond(*lines, bars, q)}{cut}"
        )

    return update
