"""Section 6: many tosses, and only heads."""

from functools import lru_cache

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.coin_toss.answers import worst_end
from helpers.lessons.coin_toss.curvature import IN_LOGIT, IN_THETA
from helpers.lessons.coin_toss.formulas import (
    best_gaussian,
    density_on_theta,
    exact,
    laplace_logit,
    laplace_theta,
    log_beta_density,
    on_theta,
)
from helpers.plots import APPROXIMATION, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import below, count

POWERS = np.arange(1, 7)
X = np.linspace(-4, 4, 241)
LEAST = 1e-7
STYLES = (IN_THETA, IN_LOGIT, dict(color=APPROXIMATION))
NAMES = ("Laplace in θ", "Laplace in logit θ", "VI")
MARKERS = ("^", "s", "o")


def gaussians(first, second):
    """The three Gaussian answers of one posterior; None where there is none."""
    return (
        laplace_theta(first, second),
        on_theta(*laplace_logit(first, second)),
        on_theta(*best_gaussian(first, second)),
    )


@lru_cache
def errors(share):
    """(method, power of ten): the worse end of the 95 % interval, in posterior sd; 0 for none."""
    found = np.zeros((3, len(POWERS)))
    for k, power in enumerate(POWERS):
        heads = round(share * 10**power)
        pair = 1.0 + heads, 1.0 + 10.0**power - heads
        true = exact(*pair)
        found[:, k] = [worst_end(one, true) / true.sd if one else 0 for one in gaussians(*pair)]
    return found


@explorer(
    "More tosses, and only heads",
    Slider("power", "log₁₀ of the tosses", 1, 6, 1, 1),
    Slider("share", "share of heads", 0.5, 1.0, 0.8, 0.1),
    size=(9.6, 3.9),
)
def more_tosses(figure):
    """Left, the shapes in units of the posterior's sd; right, each method's error at each n."""
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    label = "(θ − mean)/sd, both of the posterior"
    set_axes(left, (-4, 4), (0, 1.2), xlabel=label, ylabel="density", title="The shape")
    true = draw_curve(left, X, X, color=TARGET, label="exact", animated=True)
    shapes = [draw_curve(left, X, X, animated=True, **style) for style in STYLES]
    left.legend(loc="upper left")
    set_axes(right, (8, 1.3e6), (LEAST, 20), xlabel="tosses", title="Error of the worse end, in sd")
    right.set(xscale="log", yscale="log")
    tosses = 10.0**POWERS
    curves = [
        draw_curve(right, tosses, tosses, label=name, marker=".", animated=True, **style)
        for name, style in zip(NAMES, STYLES, strict=True)
    ]
    marks = [
        draw_marker(right, color=style["color"], marker=marker)
        for style, marker in zip(STYLES, MARKERS, strict=True)
    ]
    right.legend(loc="lower left")

    def update(power, share):
        n = 10**power
        first = 1.0 + round(share * n)
        second = 2.0 + n - first
        answer = exact(first, second)
        theta = answer.mean + answer.sd * X
        inside = (theta > 0) & (theta < 1)
        heights = np.zeros((4, X.size))
        heights[0, inside] = np.exp(log_beta_density(theta[inside], first, second))
        flat = laplace_theta(first, second)
        if flat:
            heights[1] = np.exp(log_normal(theta, flat.mean, flat.sd**2))
        for row, pair in ((2, laplace_logit(first, second)), (3, best_gaussian(first, second))):
            heights[row, inside] = density_on_theta(theta[inside], *pair)
        for line, height in zip((true, *shapes), heights * answer.sd, strict=True):
            line.set_ydata(height)
        found, words = errors(share), []
        for k, name in enumerate(NAMES):
            there = found[k, 0] > 0
            for mark in (curves[k], marks[k], shapes[k]):
                mark.set_visible(bool(there))
            curves[k].set_ydata(np.maximum(found[k], LEAST))
            marks[k].set_data([n], found[k, power - 1 : power])
            size = f"off by {below(found[k, power - 1])}" if there else "without an answer"
            words.append(f"{name} is {size}")
        return (
            f"{count(n, 'toss', 'tosses')}, {count(round(share * n), 'head')}: in units of the "
            f"posterior's sd, {words[0]}, {words[1]}, {words[2]}."
        )

    return update
