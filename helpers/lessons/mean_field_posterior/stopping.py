"""Section 6: a stopping rule that takes slowness for arrival."""

from functools import cache

import numpy as np

from helpers.gaussians import ellipse
from helpers.lessons.mean_field_posterior.ascent import distance
from helpers.lessons.mean_field_posterior.plane import PRIOR, draw_plane
from helpers.mean_field import LinearGaussian, coordinate_ascent
from helpers.plots import ACCENT, LOSS, TARGET, Rings, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import count, short

N_SWEEPS = 400
SHOWN = np.unique(np.geomspace(1, N_SWEEPS, 60).astype(int))  # sweeps, even on a log axis
START = dict(m=(1.0, -1.0), s2=(1.0, 1.0))
FLOOR = 1e-16  # for a log axis: what has reached 0 lies below the panel


@cache
def run(log_theta):
    """(model, trace) of 400 sweeps with θ₁ = θ₂ = 10^log_theta and x = 1."""
    theta = 10.0**log_theta
    model = LinearGaussian([theta, theta], 1.0)
    return model, coordinate_ascent(model, **START, n_sweeps=N_SWEEPS)


def _draw_climb(ax):
    """The curves of gain, left and tolerance, and the marks where the rule stops."""
    title = "One sweep's gain, and what is left to gain"
    set_axes(ax, (1, N_SWEEPS), (1e-13, 1e8), xlabel="sweep", ylabel="nats", title=title)
    ax.set(xscale="log", yscale="log")

    def curve(x, **style):
        return draw_curve(ax, x, 1.0 * x, animated=True, **style)

    curves = [
        curve(SHOWN, color=ACCENT, label="gain"),
        curve(SHOWN, color=LOSS, linestyle="--", label="left to gain"),
        curve(np.array([1, N_SWEEPS]), color=PRIOR, linestyle=":", label="tolerance"),
    ]
    stops = [
        draw_marker(ax, color=ACCENT, clip_on=False),
        draw_marker(ax, color=LOSS, marker="s", clip_on=False),
    ]
    ax.legend(loc="upper right", ncols=3)
    return curves, stops


@explorer(
    "Where the rule stops",
    # Far from the question above it: the picture at rest does not answer.
    Slider("log_theta", "log₁₀ θ₁ = log₁₀ θ₂", 0.0, 3.0, 1.0, 0.25),
    Slider("log_tolerance", "log₁₀ tolerance", -10, -2, -5, 1),
    size=(9.6, 4.2),
)
def stalled(figure):
    """The ridge and both curves follow θ; the way of m and the marks end where the rule stops."""
    plane, climb = figure.subplots(1, 2, width_ratios=(1, 1.25))
    draw_plane(plane, (-1.4, 1.4), "The ridge, and the way of m until the stop")
    plane.set(xlabel="m₁", ylabel="m₂")
    ridge = Rings(plane, color=TARGET, label="1 sd of p(z | x)", animated=True)
    way = dict(color=ACCENT, linestyle="-", linewidth=1.4, label="m", animated=True)
    path = draw_curve(plane, [], [], **way)
    end = draw_marker(plane, color=ACCENT)
    plane.legend(loc="lower left")
    (*curves, line), stops = _draw_climb(climb)

    def update(log_theta, log_tolerance):
        model, trace = run(log_theta)
        gains = np.diff(trace.elbo[::2])
        lefts = 0.5 * distance(model, trace.m[2::2]) ** 2
        small = np.flatnonzero(gains < 10.0**log_tolerance)
        stop = int(small[0]) + 1 if small.size else N_SWEEPS
        mean, last = model.posterior_mean, trace.m[2 * stop]
        ridge.move([ellipse(mean, model.posterior_cov, 1)], mean)
        path.set_data(*trace.m[: 2 * stop + 1].T)
        end.set_data(last[:1], last[1:])
        line.set_ydata(10.0 ** np.array([log_tolerance, log_tolerance]))
        for curve, mark, values in zip(curves, stops, (gains, lefts), strict=True):
            curve.set_ydata(np.maximum(values[SHOWN - 1], FLOOR))
            mark.set_data([stop], [values[stop - 1]])
        rule = f"stops after {count(stop, 'sweep')}" if small.size else "runs all 400 sweeps"
        return (
            f"θ₁ = θ₂ = {short(10.0**log_theta, 4)}, tolerance {short(10.0**log_tolerance)}: the "
            f"rule {rule}. The ELBO has {short(lefts[stop - 1], 4)} nats left to gain, and m is "
            f"{short(np.hypot(*(last - mean)), 4)} away from the true mean."
        )

    return update
