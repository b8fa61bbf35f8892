"""Section 2: what the lines predict, and one outlier."""

import numpy as np

from helpers.lessons.linear_regression.data import NOISE_SD, PRIOR_SD, X, Y
from helpers.lessons.linear_regression.formulas import (
    LOG_SD,
    line_band,
    noise_inferred,
    posterior,
)
from helpers.lessons.linear_regression.sliders import NOISE, PRIOR, SEEN
from helpers.plots import ACCENT, DATA, LOSS, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import count, fixed

INPUTS = np.linspace(-2, 8, 101)
NEXT = dict(color=LOSS, linestyle=":", linewidth=1.8)
SDS = np.linspace(0.05, 6, 200)


class Band:
    """A mean line, and two lines at ± 2 sd of it."""

    def __init__(self, ax, color, label, **style):
        style = dict(animated=True) | style
        self.lines = [draw_curve(ax, INPUTS, 0 * INPUTS, color=color, **style) for _ in range(2)]
        self.lines[0].set_label(label)

    def move(self, mean, sd):
        for line, sign in zip(self.lines, (-2, 2), strict=True):
            line.set_ydata(mean + sign * sd)


@explorer(
    "The line, and the next point",
    SEEN,
    NOISE,
    PRIOR,
    Slider("x", "x of the next point", -2.0, 8.0, 6.0, 0.5),
    size=(9.6, 4.2),
)
def predictive(figure):
    """Left, bands of ± 2 sd around the mean line; right, both sds over x, and at the chosen x."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    set_axes(
        left,
        (-2, 8),
        (-4, 9),
        xlabel="x",
        ylabel="y",
        title="The line ± 2 sd, and the next y ± 2 sd",
    )
    # A log axis: from five points to none the sds grow a hundredfold.
    right.set_yscale("log")
    right.set_yticks([0.1, 0.3, 1, 3, 10, 30], [0.1, 0.3, 1, 3, 10, 30])
    title = "Their sd at each x, on a log axis"
    set_axes(right, (-2, 8), (0.07, 40), xlabel="x", ylabel="sd", title=title)
    middle = draw_curve(left, INPUTS, INPUTS, color=TARGET, label="mean line", animated=True)
    outer = Band(left, label="the next y", **NEXT)
    inner = Band(left, TARGET, "the line", linewidth=1.3)
    seen = draw_marker(left, color=DATA, markersize=8)
    place = draw_curve(left, [0, 0], [-4, 9], color=ACCENT, linewidth=1.2, animated=True)
    place.set(label="the chosen x", clip_on=False)
    curves = [
        draw_curve(right, INPUTS, INPUTS, color=TARGET, linewidth=1.3, animated=True),
        draw_curve(right, INPUTS, INPUTS, animated=True, **NEXT),
    ]
    dots = draw_marker(right, color=ACCENT, clip_on=False)
    figure.legend(loc="outside lower center", ncols=4)

    def update(n, noise_sd, prior_sd, x):
        mean, cov = posterior(X[:n], Y[:n], noise_sd, prior_sd)
        height, sd = line_band(INPUTS, mean, cov)
        wide = np.sqrt(sd**2 + noise_sd**2)
        middle.set_ydata(height)
        inner.move(height, sd)
        outer.move(height, wide)
        seen.set_data(X[:n], Y[:n])
        place.set_xdata([x, x])
        for curve, values in zip(curves, (sd, wide), strict=True):
            curve.set_ydata(values)
        here = line_band(np.array([x]), mean, cov)[1][0]
        both = np.array([here, np.hypot(here, noise_sd)])
        dots.set_data([x, x], both)
        return (
            f"{count(n, 'point')} seen. At x = {fixed(x, 1)} the line's variance is "
            f"{fixed(here**2)}, the noise's {fixed(noise_sd**2)}; the next y has their sum, "
            f"{fixed(both[1] ** 2)}. The line is known best at x = "
            f"{fixed(-cov[0, 1] / cov[0, 0], 2)}."
        )

    return update


@explorer(
    "One outlier",
    Slider("y", "y of the last point", -8.0, 12.0, 2.4, 0.2),
    Slider("x", "x of the last point", 0.0, 8.0, 4.0, 0.5),
    Choice("noise", "the noise's σ", ("known", "inferred"), "known"),
    size=(9.6, 4.2),
)
def outlier(figure):
    """Left, the line and its band as the last point moves; right, what is believed of σ."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    set_axes(left, (-2, 8), (-8.5, 12.5), xlabel="x", ylabel="y", title="The line ± 2 sd")
    set_axes(right, (0, 6), (0, 3), xlabel="σ", ylabel="density", title="The noise")
    middle = draw_curve(left, INPUTS, INPUTS, color=TARGET, label="mean line", animated=True)
    band = Band(left, TARGET, "± 2 sd", linewidth=1.3)
    draw_marker(left, color=DATA, markersize=8, animated=False).set_data(X[:-1], Y[:-1])
    last = draw_marker(left, color=ACCENT, marker="D", label="the last point", clip_on=False)
    draw_curve(right, SDS, _prior(SDS), color=DATA, linestyle=":", label="prior, where inferred")
    belief = draw_curve(right, SDS, 0 * SDS, color=TARGET, label="p(σ | y)", animated=True)
    known = draw_curve(right, [NOISE_SD] * 2, [0, 3], color=LOSS, linestyle="-.", animated=True)
    known.set_label("known: σ = 0.5")
    figure.legend(loc="outside lower center", ncols=6, columnspacing=1.0)

    def update(y, x, noise):
        xs, ys = np.append(X[:-1], x), np.append(Y[:-1], y)
        if noise == "known":
            mean, cov = posterior(xs, ys, NOISE_SD, PRIOR_SD)
            words = "σ is known to be 0.5"
        else:
            found = noise_inferred(xs, ys, PRIOR_SD)
            mean, cov = found.moments()
            density = np.interp(np.log(SDS), LOG_SD, found.weights) / (LOG_SD[1] - LOG_SD[0])
            belief.set_ydata(density / SDS)
            words = f"σ is inferred, its mean {fixed(found.weights @ np.exp(LOG_SD), 2)}"
        belief.set_visible(noise == "inferred")
        known.set_visible(noise == "known")
        height, sd = line_band(INPUTS, mean, cov)
        middle.set_ydata(height)
        band.move(height, sd)
        last.set_data([x], [y])
        sds = np.sqrt(np.diag(cov))
        return (
            f"The last point is at ({fixed(x, 1)}, {fixed(y, 1)}); {words}. Slope "
            f"{fixed(mean[0])} ± {fixed(sds[0])}, intercept {fixed(mean[1])} ± {fixed(sds[1])}."
        )

    return update


def _prior(sd):
    """The density of σ where log σ ~ N(0, 1)."""
    return np.exp(-0.5 * np.log(sd) ** 2) / (sd * np.sqrt(2 * np.pi))
