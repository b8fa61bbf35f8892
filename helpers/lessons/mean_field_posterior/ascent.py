"""Coordinate ascent as a story, and what becomes of it when both factors move at once."""

import numpy as np

from helpers.lessons.mean_field_posterior.explorers import PRIOR, draw_plane, rings
from helpers.mean_field import LinearGaussian, coordinate_ascent, update_factor
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

X = 1.5  # the observation, in every picture of this file
START_S2 = np.ones(2)  # q starts as wide as the prior
N_SWEEPS = 12
LEVELS = (1, 2, 4, 8, 16)  # standard deviations; the ELBO falls by half their squares


def distance(model, m):
    """√((m − μ)ᵀ Λ (m − μ)), Λ = I + θθᵀ: how far m is from the true mean, in posterior standard
    deviations. The ELBO is half its square below its maximum over m. (..., 2) -> (...)"""
    error = m - model.posterior_mean
    return np.sqrt(np.sum(error**2, axis=-1) + (error @ model.theta) ** 2)


def together(model, m, n_sweeps):
    """The path of m when both factors are updated from the old values, (1 + n_sweeps, 2)."""
    path = [np.asarray(m, dtype=float)]
    for _ in range(n_sweeps):
        pair = [update_factor(model, path[-1], START_S2, j)[0][j] for j in (0, 1)]
        path.append(np.array(pair))
    return np.stack(path)


def _draw_hill(ax):
    """The ELBO over (m₁, m₂): rings of equal height. They are ellipses of the posterior."""
    draw_plane(ax, (-3.6, 3.6), "The ELBO's hill over (m₁, m₂), and the way up")
    ax.set(xlabel="m₁", ylabel="m₂")
    style = dict(color=PRIOR, linestyle=":", linewidth=1.4, animated=True)
    return Rings(ax, **style)


def _move_hill(contours, model):
    mean = model.posterior_mean
    contours.move(rings(mean, model.posterior_cov, LEVELS), mean)


def _draw_path(ax, *, color, marker="o", linestyle="-", label=None, **style):
    style = dict(color=color, linestyle=linestyle, linewidth=1.4, ms=4.5, animated=True) | style
    return draw_curve(ax, [], [], marker=marker, label=label, **style)


def _draw_distance(ax, n, xlabel):
    ylabel = "distance of m from the\ntrue mean, posterior sd"
    set_axes(ax, (-0.5, n + 0.5), (1e-6, 1e3), xlabel=xlabel, ylabel=ylabel)
    ax.set_yscale("log")
    ax.set_yticks([1e-6, 1e-4, 1e-2, 1, 100])


def _seen(values):
    """For a log axis: what has reached 0 lies below the panel."""
    return np.maximum(values, 1e-12)


def _draw_story(figure):
    panels = figure.subplot_mosaic([["z", "m"], ["error", "error"]], height_ratios=(2.4, 1))
    plane, hill, error = panels["z"], panels["m"], panels["error"]
    draw_plane(plane, (-3.6, 3.6), "Posterior, and q after this update; 1 and 2 sd")
    posterior = Rings(plane, color=TARGET, label="p(z | x)", animated=True)
    approximation = Rings(plane, color=APPROXIMATION, label="q", animated=True)
    plane.legend(loc="lower left", ncols=2)
    contours = _draw_hill(hill)
    path = _draw_path(hill, color=ACCENT)
    here = draw_marker(hill, color=APPROXIMATION, marker="s")
    n = 2 * N_SWEEPS
    _draw_distance(error, n, "single-factor updates (two make a sweep)")
    error.set_xticks(range(0, n + 1, 2))
    steps = np.arange(1, n + 1)
    style = dict(color=PRIOR, linestyle="--", linewidth=1.4, animated=True)
    predicted = draw_curve(error, steps, 1.0 * steps, label="predicted: × ρ² a sweep", **style)
    measured = _draw_path(error, color=ACCENT, linestyle="none", label="measured")
    error.legend(loc="upper right", ncols=2)

    def update(theta_1, theta_2, m_1, m_2, step):
        model = LinearGaussian([theta_1, theta_2], X)
        # One sweep at least: the predicted line starts after the first update.
        trace = coordinate_ascent(model, [m_1, m_2], START_S2, max(1, (step + 1) // 2))
        mean, cov = model.posterior_mean, model.posterior_cov
        m, s2 = trace.m[step], trace.s2[step]
        posterior.move(rings(mean, cov), mean)
        approximation.move(rings(m, np.diag(s2)), m)
        _move_hill(contours, model)
        path.set_data(*trace.m[: step + 1].T)
        here.set_data(m[:1], m[1:])
        gaps = distance(model, trace.m)
        # The first update may start anywhere; from then on the error follows the rate.
        predicted.set_ydata(_seen(gaps[1] * abs(model.correlation) ** (steps - 1)))
        measured.set_data(np.arange(step + 1), _seen(gaps[: step + 1]))
        moved = f", q{'₂₁'[step % 2]} last" if step else ""
        return (
            f"ρ = {model.correlation:.4f}, ρ² = {model.convergence_rate:.4f}. After {step} "
            f"update{'' if step == 1 else 's'}{moved}: m = ({m[0]:.4f}, {m[1]:.4f}), s² = "
            f"({s2[0]:.4f}, {s2[1]:.4f}), ELBO {trace.elbo[step]:.4f}, which is "
            f"{model.log_evidence - trace.elbo[step]:.4f} nats below log p(x)."
        )

    return update


WAY = (
    Slider("theta_1", "θ₁", -3.0, 3.0, 2.0, 0.1),
    Slider("theta_2", "θ₂", -3.0, 3.0, 1.5, 0.1),
    Slider("m_1", "start m₁", -3.0, 3.0, -2.5, 0.1),
    Slider("m_2", "start m₂", -3.0, 3.0, 2.5, 0.1),
)

story = Explorer(
    "Coordinate ascent, one factor at a time",
    (*WAY, Slider("step", "updates done", 0, 2 * N_SWEEPS, 5, 1, play=True)),
    _draw_story,
    (9.6, 7.0),
)


def _draw_both_at_once(figure):
    hill, error = figure.subplots(1, 2)
    contours = _draw_hill(hill)
    paths = [
        _draw_path(hill, color=ACCENT, label="in turn"),
        _draw_path(hill, color=LOSS, marker="s", linestyle="--", label="both at once"),
    ]
    hill.legend(loc="lower left", ncols=2)
    sweeps = np.arange(N_SWEEPS + 1)
    _draw_distance(error, N_SWEEPS, "sweeps")
    style = dict(linewidth=1.2, animated=True)
    lines = [
        draw_curve(error, sweeps[1:], 1.0 * sweeps[1:], color=ACCENT, label="× ρ²", **style),
        draw_curve(error, sweeps, 1.0 + sweeps, color=LOSS, linestyle="--", label="× |ρ|", **style),
    ]
    dots = [
        _draw_path(error, color=ACCENT, linestyle="none", label="in turn"),
        _draw_path(error, color=LOSS, marker="s", linestyle="none", label="both at once"),
    ]
    error.legend(loc="upper right", ncols=2)

    def update(theta_1, theta_2, m_1, m_2, sweep):
        model = LinearGaussian([theta_1, theta_2], X)
        start = np.array([m_1, m_2])
        in_turn = coordinate_ascent(model, start, START_S2, max(1, sweep)).m
        at_once = together(model, start, sweep)
        _move_hill(contours, model)
        paths[0].set_data(*in_turn[: 2 * sweep + 1].T)
        paths[1].set_data(*at_once.T)
        gaps = distance(model, in_turn), distance(model, at_once)
        rate = abs(model.correlation)
        lines[0].set_ydata(_seen(gaps[0][1] * rate ** (2 * sweeps[1:] - 1)))
        lines[1].set_ydata(_seen(gaps[1][0] * rate**sweeps))
        dots[0].set_data(sweeps[: sweep + 1], _seen(gaps[0][: 2 * sweep + 1 : 2]))
        dots[1].set_data(sweeps[: sweep + 1], _seen(gaps[1]))
        left = gaps[0][2 * sweep], gaps[1][sweep]
        return (
            f"|ρ| = {rate:.4f}, ρ² = {rate**2:.4f}. After {sweep} sweep{'' if sweep == 1 else 's'} "
            f"in turn the distance is {left[0]:.4g}, both at once {left[1]:.4g} posterior sd."
        )

    return update


both_at_once = Explorer(
    "In turn, or both at once from the old values",
    (*WAY, Slider("sweep", "sweeps done", 0, N_SWEEPS, 4, 1, play=True)),
    _draw_both_at_once,
    (9.6, 4.6),
)
