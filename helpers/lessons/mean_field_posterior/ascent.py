"""Section 4: coordinate ascent one factor at a time, and both factors at once."""

import numpy as np

from helpers.gaussians import rings
from helpers.lessons.mean_field_posterior.plane import PRIOR, draw_plane
from helpers.lessons.mean_field_posterior.sliders import X
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
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed, short

START_S2 = np.ones(2)  # q starts as wide as the prior
N_SWEEPS = 12
NEAR, FAR = (1, 2), (4, 8, 16)  # standard deviations; the ELBO falls by half their squares
PLANE = (-3.6, 3.6)
LEAST = 1e-6  # the lower end of the distance's axis

WAY = (
    Slider("theta_1", "θ₁", -3.0, 3.0, 2.0, 0.1),
    Slider("theta_2", "θ₂", -3.0, 3.0, 1.5, 0.1),
    Slider("m_1", "start m₁", -3.0, 3.0, -2.5, 0.1),
    Slider("m_2", "start m₂", -3.0, 3.0, 2.5, 0.1),
)


def distance(model, m):
    """√((m − μ)ᵀ Λ (m − μ)), Λ = I + θθᵀ: how far m is from the true mean, in posterior standard
    deviations. The ELBO is half its square below its maximum over m. (..., 2) -> (...)

    It stays here: the two pictures below and the stopping rule are all that measure so.
    """
    error = m - model.posterior_mean
    return np.sqrt(np.sum(error**2, axis=-1) + (error @ model.theta) ** 2)


def together(model, m, n_sweeps):
    """The path of m when both factors are updated from the old values, (1 + n_sweeps, 2).

    It stays here, as a slip to look at: nothing but this lesson should ever use it.
    """
    path = [np.asarray(m, dtype=float)]
    for _ in range(n_sweeps):
        pair = [update_factor(model, path[-1], START_S2, j)[0][j] for j in (0, 1)]
        path.append(np.array(pair))
    return np.stack(path)


def _draw_path(ax, *, color, marker="o", linestyle="-", label=None):
    style = dict(linewidth=1.4, ms=4.5, animated=True)
    return draw_curve(
        ax, [], [], color=color, marker=marker, linestyle=linestyle, label=label, **style
    )


def _draw_distance(ax, n, xlabel):
    ylabel = "distance of m from μ, posterior sd"
    set_axes(ax, (-0.5, n + 0.5), (LEAST, 1e3), xlabel=xlabel, ylabel=ylabel)
    ax.set_yscale("log")
    ax.set_yticks([1e-6, 1e-4, 1e-2, 1, 100])


def _seen(distances):
    """The dots that lie on the panel: (number of the update or sweep, distance)."""
    places = np.flatnonzero(distances >= LEAST)
    return places, distances[places]


def _line(first, rate, n):
    """first · rateᵏ for k = 0 … n − 1; what has reached 0 lies below the panel of a log axis."""
    return np.maximum(first * rate ** np.arange(n), 1e-12)


def _in_words(value):
    return short(value, 4) if value >= LEAST else "under 10⁻⁶ (beyond the panel)"


def _draw_climb(ax):
    """The predicted line and the measured dots of coordinate ascent in turn."""
    n = 2 * N_SWEEPS
    _draw_distance(ax, n, "single-factor updates (two make a sweep)")
    ax.set_xticks(range(0, n + 1, 2))
    steps = np.arange(1.0, n + 1)
    style = dict(color=PRIOR, linestyle="--", linewidth=1.4, animated=True)
    predicted = draw_curve(ax, steps, steps, label="predicted", **style)
    measured = _draw_path(ax, color=ACCENT, linestyle="none", label="measured")
    ax.legend(loc="upper right", ncols=2)
    return predicted, measured


@explorer(
    "Coordinate ascent, one factor at a time",
    *WAY,
    Slider("step", "updates done", 0, 2 * N_SWEEPS, 5, 1, play=True),
    size=(9.6, 4.1),
)
def in_turn(figure):
    """Posterior and hill follow θ; q, the way of m and its distance follow the updates."""
    plane, climb = figure.subplots(1, 2, width_ratios=(1, 1.1))
    draw_plane(plane, PLANE, "q, update by update, and the way of m uphill")
    hill = Rings(plane, color=PRIOR, linestyle=":", linewidth=1.4, animated=True)
    posterior = Rings(plane, color=TARGET, label="p(z | x)", animated=True)
    q = Rings(plane, color=APPROXIMATION, label="q", animated=True)
    path = _draw_path(plane, color=ACCENT, label="m")
    here = draw_marker(plane, color=APPROXIMATION, marker="s")
    figure.legend(*plane.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    predicted, measured = _draw_climb(climb)

    def update(theta_1, theta_2, m_1, m_2, step):
        model = LinearGaussian([theta_1, theta_2], X)
        # One sweep at least: the predicted line starts after the first update.
        trace = coordinate_ascent(model, [m_1, m_2], START_S2, max(1, (step + 1) // 2))
        mean, cov, rho = model.posterior_mean, model.posterior_cov, model.correlation
        m, s2 = trace.m[step], trace.s2[step]
        hill.move(rings(mean, cov, FAR), mean)
        posterior.move(rings(mean, cov, NEAR), mean)
        q.move(rings(m, np.diag(s2)), m)
        path.set_data(*trace.m[: step + 1].T)
        here.set_data(m[:1], m[1:])
        gaps = distance(model, trace.m)
        # The first update may start anywhere; from then on the error follows the rate.
        predicted.set_ydata(_line(gaps[1], abs(rho), 2 * N_SWEEPS))
        measured.set_data(*_seen(gaps[: step + 1]))
        last = f", q{'₂₁'[step % 2]} last" if step else ""
        lost = " (beyond the panel)" if np.abs(m).max() > PLANE[1] else ""
        below = model.log_evidence - trace.elbo[step]
        return (
            f"ρ = {fixed(rho, 4)}, ρ² = {fixed(rho**2, 4)}. After {count(step, 'update')}{last}: "
            f"m = ({fixed(m[0], 4)}, {fixed(m[1], 4)}){lost}, s² = ({fixed(s2[0], 4)}, "
            f"{fixed(s2[1], 4)}); m is {_in_words(gaps[step])} posterior sd from μ, the ELBO "
            f"{fixed(below, 4)} nats below log p(x)."
        )

    return update


def _draw_both_climbs(ax):
    """A predicted line and measured dots for each of the two ways."""
    _draw_distance(ax, N_SWEEPS, "sweeps")
    style = dict(linewidth=1.2, animated=True)
    lines = [
        draw_curve(ax, [], [], color=ACCENT, label="predicted, in turn", **style),
        draw_curve(ax, [], [], color=LOSS, linestyle="--", label="predicted, at once", **style),
    ]
    dots = [
        _draw_path(ax, color=ACCENT, linestyle="none", label="in turn"),
        _draw_path(ax, color=LOSS, marker="s", linestyle="none", label="both at once"),
    ]
    return lines, dots


@explorer(
    "In turn, or both at once from the old values",
    *WAY,
    Slider("sweep", "sweeps done", 0, N_SWEEPS, 0, 1, play=True),
    size=(9.6, 4.1),
)
def both_at_once(figure):
    """The hill follows θ; two ways of m, and their distances, follow the sweeps. The predicted
    lines come with the first sweep."""
    plane, climb = figure.subplots(1, 2, width_ratios=(1, 1.1))
    draw_plane(plane, PLANE, "The ELBO's hill over (m₁, m₂), and two ways up")
    plane.set(xlabel="m₁", ylabel="m₂")
    hill = Rings(plane, color=PRIOR, linestyle=":", linewidth=1.4, animated=True)
    ways = [
        _draw_path(plane, color=ACCENT),
        _draw_path(plane, color=LOSS, marker="s", linestyle="--"),
    ]
    lines, dots = _draw_both_climbs(climb)
    figure.legend(*climb.get_legend_handles_labels(), loc="outside lower center", ncols=4)

    def update(theta_1, theta_2, m_1, m_2, sweep):
        model = LinearGaussian([theta_1, theta_2], X)
        mean, cov, rho = model.posterior_mean, model.posterior_cov, model.correlation
        turns = coordinate_ascent(model, [m_1, m_2], START_S2, max(1, sweep)).m
        jumps = together(model, [m_1, m_2], sweep)
        hill.move(rings(mean, cov, NEAR + FAR), mean)
        ways[0].set_data(*turns[: 2 * sweep + 1].T)
        ways[1].set_data(*jumps.T)
        after_one, turns = distance(model, turns[1]), distance(model, turns[: 2 * sweep + 1 : 2])
        jumps = distance(model, jumps)
        # In turn, the rate holds from the first single update on: |ρ| after it, a sweep is done.
        done = np.arange(N_SWEEPS + 1) if sweep else np.arange(0)  # at rest, no answer is drawn
        lines[0].set_data(done[1:], _line(after_one * abs(rho), rho**2, len(done[1:])))
        lines[1].set_data(done, _line(jumps[0], abs(rho), len(done)))
        dots[0].set_data(*_seen(turns))
        dots[1].set_data(*_seen(jumps))
        return (
            f"|ρ| = {fixed(abs(rho), 4)}, ρ² = {fixed(rho**2, 4)}. After {count(sweep, 'sweep')} "
            f"in turn m is {_in_words(turns[-1])} posterior sd from μ; after as many with both at "
            f"once, {_in_words(jumps[-1])}."
        )

    return update
