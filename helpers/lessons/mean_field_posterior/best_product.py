"""Section 5: what the best product gets right, and what it gets wrong."""

from functools import cache

import numpy as np
import scipy

from helpers.gaussians import ellipse, log_normal
from helpers.lessons.mean_field_posterior.plane import LIMITS, PRIOR, draw_plane
from helpers.lessons.mean_field_posterior.sliders import X
from helpers.mean_field import LinearGaussian, coverage
from helpers.plots import (
    APPROXIMATION,
    LOSS,
    TARGET,
    Rings,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Slider, explorer
from helpers.words import fixed

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
    return scipy.interpolate.CubicSpline(angle, values)


def _draw_coverages(ax):
    """A curve and a mark for each, and their mover; it draws no further than |ρ|."""
    title = "How much of p lies in the other two ellipses"
    set_axes(ax, (0, 1), (0, 1.03), xlabel="|ρ|", ylabel="coverage", title=title)
    styles = dict(color=APPROXIMATION), WIDE
    curves = [draw_curve(ax, [], [], animated=True, **style) for style in styles]
    ax.axhline(LEVEL, color=PRIOR, linewidth=1, linestyle=":")
    marks = [
        draw_marker(ax, color=APPROXIMATION, clip_on=False),
        draw_marker(ax, color=LOSS, marker="s", clip_on=False),
    ]

    def move(size):
        angle = coverages().x
        angle = np.append(angle[np.sin(angle) < size], np.arcsin(size))
        values = coverages()(angle)
        for curve, mark, inside in zip(curves, marks, values.T, strict=True):
            curve.set_data(np.sin(angle), inside)
            mark.set_data([size], inside[-1:])
        return values[-1]

    return move


@explorer(
    "Can q match the posterior?",
    Slider("theta_1", "θ₁", -5.0, 5.0, 2.0, 0.1),
    Slider("theta_2", "θ₂", -5.0, 5.0, 1.5, 0.1),
    size=(9.6, 4.8),
)
def can_q_match(figure):
    """Three 95 % ellipses and the curves of z₁ follow θ; the coverage is drawn as far as |ρ|."""
    panels = figure.subplot_mosaic([["z", "marginal"], ["z", "cover"]], width_ratios=(1.15, 1))
    plane, marginal = panels["z"], panels["marginal"]
    draw_plane(plane, (-3.4, 3.4), "The ellipses that hold 95 % of each")
    ellipses = [
        Rings(plane, color=TARGET, label="p(z | x)", animated=True),
        Rings(plane, color=APPROXIMATION, label="mean field q", animated=True),
        Rings(plane, label="M-projection", animated=True, **WIDE),
    ]
    z = np.linspace(*LIMITS, 121)
    title = "z₁ alone: the M-projection has the true curve"
    set_axes(marginal, LIMITS, (0, 2.2), xlabel="z₁", ylabel="density", title=title)
    true = draw_curve(marginal, z, 0 * z, color=TARGET, animated=True)
    narrow = draw_curve(marginal, z, 0 * z, color=APPROXIMATION, animated=True)
    move_coverages = _draw_coverages(panels["cover"])
    figure.legend(*plane.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    def update(theta_1, theta_2):
        model = LinearGaussian([theta_1, theta_2], X)
        mean, cov, correlation = model.posterior_mean, model.posterior_cov, model.correlation
        matrices = cov, np.diag(model.optimal_s2), np.diag(np.diag(cov))
        for outline, matrix in zip(ellipses, matrices, strict=True):
            outline.move([ellipse(mean, matrix, RADIUS)], mean)
        true.set_ydata(np.exp(log_normal(z, mean[0], cov[0, 0])))
        narrow.set_ydata(np.exp(log_normal(z, mean[0], model.optimal_s2[0])))
        inside = move_coverages(abs(correlation))
        return (
            f"ρ = {fixed(correlation, 4)}: q's variances are {fixed(1 - correlation**2, 4)} of the "
            f"true ones, the gap is {fixed(model.final_gap, 4)} nats. Of the posterior, "
            f"{fixed(100 * inside[0], 1)} % is in q's 95 % ellipse, {fixed(100 * inside[1], 1)} % "
            "in the M-projection's."
        )

    return update
