"""Can q match the posterior? And a stopping rule that stops too early."""

from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.stats import norm

from helpers.gaussians import ellipse
from helpers.lessons.mean_field_posterior.ascent import distance
from helpers.lessons.mean_field_posterior.explorers import PLANE, PRIOR, draw_plane
from helpers.mean_field import LinearGaussian, coordinate_ascent, coverage
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    LOSS,
    TARGET,
    Rings,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Explorer, Slider

LEVEL = 0.95
RADIUS = np.sqrt(-2 * np.log(1 - LEVEL))  # standard deviations of the ellipse that holds LEVEL
WIDE = dict(color=LOSS, linestyle="-.")


@cache
def coverages():
    """Coverage of the mean field's 95 % ellipse and of the M-projection's, by arcsin |ρ|.

    Nothing else of θ matters: stretching an axis stretches posterior and q alike. Splines, since
    an update of the picture has no time for the integrals; in the angle, where both are smooth.
    """
    angle = np.linspace(0, np.arcsin(0.97), 49)
    values = []
    for size in np.sin(angle):
        theta = np.sqrt(size / (1 - size))  # θ₁ = θ₂: |ρ| = θ²/(1 + θ²)
        model = LinearGaussian([theta, theta], 0.0)
        pair = model.optimal_s2, np.diag(model.posterior_cov)
        values.append([coverage(model, s2, LEVEL) for s2 in pair])
    return CubicSpline(angle, values)


def _draw_can_q_match(figure):
    panels = figure.subplot_mosaic([["z", "marginal"], ["z", "cover"]], width_ratios=(1.15, 1))
    plane, marginal, cover = panels["z"], panels["marginal"], panels["cover"]
    draw_plane(plane, (-3.4, 3.4), "The ellipses that hold 95 % of each")
    ellipses = [
        Rings(plane, color=TARGET, label="p(z | x)", animated=True),
        Rings(plane, color=APPROXIMATION, label="mean field q", animated=True),
        Rings(plane, label="M-projection", animated=True, **WIDE),
    ]
    z = np.linspace(*PLANE, 121)
    title = "z₁ alone: the M-projection has the true curve"
    set_axes(marginal, PLANE, (0, 2.2), xlabel="z₁", ylabel="density", title=title)
    true = draw_curve(marginal, z, 0 * z, color=TARGET, animated=True)
    narrow = draw_curve(marginal, z, 0 * z, color=APPROXIMATION, animated=True)
    title = "How much of p lies in the other two ellipses"
    set_axes(cover, (0, 1), (0, 1.03), xlabel="|ρ|", ylabel="coverage", title=title)
    angle = coverages().x
    for values, style in zip(coverages()(angle).T, (dict(color=APPROXIMATION), WIDE), strict=True):
        draw_curve(cover, np.sin(angle), values, **style)
    cover.axhline(LEVEL, color=PRIOR, linewidth=1, linestyle=":")
    marks = [
        draw_marker(cover, color=APPROXIMATION, clip_on=False),
        draw_marker(cover, color=LOSS, marker="s", clip_on=False),
    ]
    figure.legend(*plane.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    def update(theta_1, theta_2):
        model = LinearGaussian([theta_1, theta_2], 1.5)
        mean, cov, correlation = model.posterior_mean, model.posterior_cov, model.correlation
        matrices = cov, np.diag(model.optimal_s2), np.diag(np.diag(cov))
        for artists, matrix in zip(ellipses, matrices, strict=True):
            artists.move([ellipse(mean, matrix, RADIUS)], mean)
        true.set_ydata(norm.pdf(z, mean[0], np.sqrt(cov[0, 0])))
        narrow.set_ydata(norm.pdf(z, mean[0], np.sqrt(model.optimal_s2[0])))
        inside = coverages()(np.arcsin(abs(correlation)))
        for mark, value in zip(marks, inside, strict=True):
            mark.set_data([abs(correlation)], [value])
        return (
            f"ρ = {correlation:.4f}: q's variances are {1 - correlation**2:.4f} of the true ones, "
            f"the gap is {model.final_gap:.4f} nats. Of the posterior, {100 * inside[0]:.1f} % is "
            f"in q's 95 % ellipse, {100 * inside[1]:.1f} % in the M-projection's."
        )

    return update


can_q_match = Explorer(
    "Can q match the posterior?",
    (
        Slider("theta_1", "θ₁", -5.0, 5.0, 2.0, 0.1),
        Slider("theta_2", "θ₂", -5.0, 5.0, 1.5, 0.1),
    ),
    _draw_can_q_match,
    (9.6, 5.0),
)

N_SWEEPS = 400
STALLED = dict(x=1.0, m=(1.0, -1.0), s2=(1.0, 1.0))


@cache
def run(log_theta):
    """(model, trace) of 400 sweeps with θ₁ = θ₂ = 10^log_theta."""
    theta = 10.0**log_theta
    model = LinearGaussian([theta, theta], STALLED["x"])
    return model, coordinate_ascent(model, STALLED["m"], STALLED["s2"], N_SWEEPS)


def _draw_stalled(figure):
    plane, climb = figure.subplots(1, 2, width_ratios=(1, 1.25))
    draw_plane(plane, (-1.4, 1.4), "The ridge, and the way of m until the stop")
    plane.set(xlabel="m₁", ylabel="m₂")
    ridge = Rings(plane, color=TARGET, label="1 sd of p(z | x)", animated=True)
    path = draw_curve(
        plane, [], [], color=ACCENT, linestyle="-", linewidth=1.4, label="m", animated=True
    )
    end = draw_marker(plane, color=ACCENT)
    plane.legend(loc="lower left")
    title = "One sweep's gain, and what is left to gain"
    set_axes(climb, (1, N_SWEEPS), (1e-13, 1e8), xlabel="sweep", ylabel="nats", title=title)
    climb.set(xscale="log", yscale="log")
    sweeps = np.unique(np.geomspace(1, N_SWEEPS, 60).astype(int))
    style = dict(animated=True)
    gain = draw_curve(climb, sweeps, 1.0 * sweeps, color=ACCENT, label="gain", **style)
    left = draw_curve(
        climb, sweeps, 1.0 * sweeps, color=LOSS, linestyle="--", label="left to gain", **style
    )
    line = draw_curve(
        climb, [1, N_SWEEPS], [1, 1], color=PRIOR, linestyle=":", label="tolerance", **style
    )
    stops = [
        draw_marker(climb, color=ACCENT, clip_on=False),
        draw_marker(climb, color=LOSS, marker="s", clip_on=False),
    ]
    climb.legend(loc="upper right", ncols=3)

    def update(log_theta, log_tolerance):
        model, trace = run(log_theta)
        gains = np.diff(trace.elbo[::2])
        lefts = 0.5 * distance(model, trace.m[2::2]) ** 2
        small = np.flatnonzero(gains < 10.0**log_tolerance)
        stop = small[0] + 1 if small.size else N_SWEEPS
        mean = model.posterior_mean
        ridge.move([ellipse(mean, model.posterior_cov, 1)], mean)
        places = np.unique(np.geomspace(1, 2 * stop + 1, 60).astype(int)) - 1
        path.set_data(*trace.m[places].T)
        last = trace.m[2 * stop]
        end.set_data(last[:1], last[1:])
        gain.set_ydata(np.maximum(gains[sweeps - 1], 1e-16))
        left.set_ydata(np.maximum(lefts[sweeps - 1], 1e-16))
        line.set_ydata(10.0 ** np.array([log_tolerance, log_tolerance]))
        for mark, values in zip(stops, (gains, lefts), strict=True):
            mark.set_data([stop], [max(values[stop - 1], 1e-16)])
        rule = f"stops after sweep {stop}" if small.size else "has not stopped after 400 sweeps"
        return (
            f"θ₁ = θ₂ = {10.0**log_theta:.4g}, tolerance 1e{log_tolerance:g}: the rule {rule}. The "
            f"ELBO has {lefts[stop - 1]:.4g} nats left to gain, and m is "
            f"{np.hypot(*(last - mean)):.4g} away from the true mean."
        )

    return update


stalled = Explorer(
    "A tiny change is not convergence",
    (
        Slider("log_theta", "log₁₀ θ₁ = log₁₀ θ₂", 0.0, 3.0, 3.0, 0.25),
        Slider("log_tolerance", "log₁₀ tolerance", -10, -2, -5, 1),
    ),
    _draw_stalled,
    (9.6, 4.2),
)
