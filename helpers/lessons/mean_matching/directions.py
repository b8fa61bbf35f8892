"""The two directions of KL side by side: the moment projection and the information projection."""

from functools import cache, lru_cache

import numpy as np

from helpers.divergences import moment_projection
from helpers.gaussians import log_normal
from helpers.lessons.mean_matching.landscape import Landscape, downhill, minima
from helpers.lessons.mean_matching.targets import entropy, two_bumps
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    LOSS,
    TARGET,
    Contours,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed, listed, short

X = np.linspace(-6, 6, 161)
MEANS = np.linspace(-4.8, 4.8, 81)
OTHERS = dict(color="white", markeredgecolor=LOSS, mew=2)  # minima that were not reached
REVERSE = "-."  # the line style of KL(q‖p), beside its colour
WEIGHT = Slider("weight", "weight, left bump", 0.05, 0.95, 0.35, 0.05)


def distance(start):
    return Slider("separation", "bump distance", 0.0, 6.0, start, 0.25)


def mean_of_q(start):
    return Slider("start", "start: mean of q", -4.0, 4.0, start, 0.25)


@cache
def of_unit_variance():
    return Landscape(MEANS, [1.0])


@cache
def of_any_variance():
    return Landscape(MEANS, np.geomspace(0.35, 4, 29))


@lru_cache(maxsize=512)  # all settings, 19 kB each: only the first visit costs
def reverse_map(separation, weight):
    """KL(q‖p) over all means and sds, and its local minima."""
    values = of_any_variance()(two_bumps(separation, weight))
    return values, of_any_variance().minima(values)


def draw_densities(ax, title):
    """The axes with p, its moment projection and a minimum of KL(q‖p), and their mover."""
    set_axes(ax, (-6, 6), (0, 0.8), xlabel="x", ylabel="density", title=title)
    style = dict(animated=True)
    curves = [
        draw_curve(ax, X, 0 * X, color=TARGET, label="p", **style),
        draw_curve(ax, X, 0 * X, color=APPROXIMATION, label="best for KL(p‖q)", **style),
        draw_curve(
            ax, X, 0 * X, color=LOSS, linestyle=REVERSE, label="reached on KL(q‖p)", **style
        ),
    ]
    ax.legend(loc="upper left")

    def move(p, forward, reverse):
        curves[0].set_ydata(p.pdf(X))
        for curve, (mean, sd) in zip(curves[1:], (forward, reverse), strict=True):
            curve.set_ydata(np.exp(log_normal(X, mean, sd**2)))

    return move


# Bumps so close that the picture does not answer the question above it.
@explorer("Two directions", distance(2.0), WEIGHT, mean_of_q(-1.0), size=(9.6, 4.2))
def fixed_width(figure):
    """Left p and a bell of width 1 from each direction; right the two objectives. All move."""
    left, right = figure.subplots(1, 2)
    move_densities = draw_densities(left, "p, and N(μ, 1) by each direction")
    title = "Two objectives for one μ"
    set_axes(right, (-4.8, 4.8), (0, 14), xlabel="μ", ylabel="nats", title=title)
    style = dict(animated=True)
    curve_m = draw_curve(right, MEANS, 0 * MEANS, color=APPROXIMATION, label="KL(p‖q)", **style)
    curve_i = draw_curve(
        right, MEANS, 0 * MEANS, color=LOSS, linestyle=REVERSE, label="KL(q‖p)", **style
    )
    walked = draw_curve(right, [], [], color=LOSS, linestyle="-", linewidth=3.4, **style)
    lowest = draw_marker(right, color=APPROXIMATION, marker="s", label="E[x]")
    others = draw_marker(right, label="a minimum", **OTHERS)
    found = draw_marker(right, color=LOSS, label="reached")
    begin = draw_marker(right, color=ACCENT, marker="v", label="start")
    right.legend(loc="upper center", handlelength=2)

    def update(separation, weight, start):
        p = two_bumps(separation, weight)
        mean, var = moment_projection(p)
        forward = 0.5 * np.log(2 * np.pi) + 0.5 * (var + (MEANS - mean) ** 2) - entropy(p)
        places, reverse = minima(MEANS, of_unit_variance()(p)[:, 0])
        end = downhill(places, reverse, start)
        curve_m.set_ydata(forward)
        curve_i.set_ydata(reverse(MEANS))
        way = np.linspace(start, end, 30)
        walked.set_data(way, reverse(way))
        lowest.set_data([mean], [forward.min() - 0.5 * np.min((MEANS - mean) ** 2)])
        others.set_data(places, reverse(places))
        found.set_data([end], [reverse(end)])
        begin.set_data([start], [reverse(start)])
        move_densities(p, (mean, 1), (end, 1))
        found_at = listed([fixed(place) for place in places])
        if end == start and start not in places:
            way_down = f"at {short(start)} the slope is 0: no way is down."
        else:
            way_down = (
                f"from {short(start)} the way down ends at {fixed(end)}, at "
                f"{fixed(reverse(end))} nats."
            )
        return (
            f"E[x] = {fixed(mean)} minimises KL(p‖q). KL(q‖p) has "
            f"{count(len(places), 'minimum', 'minima')}, at {found_at}: {way_down}"
        )

    return update


RISES = np.array([0.05, 0.2, 0.5, 0.75, 1, 2, 4])  # contours, in nats above the lowest value


def draw_map(ax, color, title):
    set_axes(ax, (-4.8, 4.8), (0.35, 4), xlabel="mean of q", title=title)
    ax.set_yscale("log")
    ax.set_yticks([0.5, 1, 2, 4], ["0.5", "1", "2", "4"])
    ax.minorticks_off()
    return Contours(ax, color=color, linewidth=1.3, linestyle="-", animated=True)


@explorer(
    "Mean and variance free",
    distance(5.0),
    WEIGHT,
    mean_of_q(-2.0),
    Slider("start_sd", "start: sd of q", 0.4, 3.0, 1.0, 0.1),
)
def free_variance(figure):
    """Left p and a Gaussian from each direction; then both objectives as maps. All move."""
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.2, 1, 1))
    move_densities = draw_densities(left, "p, and N(m, s²) by each direction")
    contours_m = draw_map(middle, APPROXIMATION, "KL(p‖q): one minimum")
    contours_i = draw_map(right, LOSS, "KL(q‖p): ▼ leads to ●")
    middle.set_ylabel("sd of q")
    lowest = draw_marker(middle, color=APPROXIMATION, marker="s")
    others = draw_marker(right, **OTHERS)
    path = draw_curve(right, [], [], color=ACCENT, linestyle="-", linewidth=1.4, animated=True)
    found = draw_marker(right, color=LOSS)
    begin = draw_marker(right, color=ACCENT, marker="v")
    landscape = of_any_variance()
    means, sds = landscape.means, landscape.sds

    def update(separation, weight, start, start_sd):
        p = two_bumps(separation, weight)
        mean, var = moment_projection(p)
        gap = var + (means[:, None] - mean) ** 2
        forward = 0.5 * np.log(2 * np.pi * sds**2) + 0.5 * gap / sds**2 - entropy(p)
        best = 0.5 * np.log(2 * np.pi * np.e * var) - entropy(p)
        contours_m.move(means[::2], sds, forward[::2].T, best + RISES)
        reverse, minima_i = reverse_map(separation, weight)
        contours_i.move(means, sds, reverse.T, reverse.min() + RISES)
        way = landscape.walk(reverse, start, start_sd)
        distance = np.abs(minima_i[0] - way[0, -1]) + np.abs(np.log(minima_i[1] / way[1, -1]))
        end, end_sd = minima_i[:, np.argmin(distance)]
        sd = np.sqrt(var)
        lowest.set_data([mean], [sd])
        others.set_data(minima_i)
        path.set_data(*np.column_stack([way, (end, end_sd)]))
        found.set_data([end], [end_sd])
        begin.set_data([start], [start_sd])
        move_densities(p, (mean, sd), (end, end_sd))
        n = count(minima_i.shape[1], "local minimum", "local minima")
        return (
            f"KL(p‖q) is least at mean {fixed(mean, 2)}, sd {sd:.2f}, the moments of p. KL(q‖p) "
            f"has {n}. From mean {short(start)}, sd {short(start_sd)} the way down ends at mean "
            f"{fixed(end, 2)}, sd {end_sd:.2f}."
        )

    return update
