"""What q says of the centres, and of the next point: six points on a line, against the exact."""

from functools import cache

import numpy as np

from helpers import mixture
from helpers.gaussians import log_normal
from helpers.lessons.gmm_cavi import exact
from helpers.lessons.gmm_cavi.labels import fit_on_a_line, points_on_a_line
from helpers.mixture import MixtureModel
from helpers.plots import APPROXIMATION, DATA, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import fixed

SPREAD = np.array([-0.5, 0.3, 0.1, -0.2, 0.6, 0.4])
GRID = np.linspace(-6, 6, 241)
PRIOR_VAR = 2.25


@cache
def answers(separation, sd_noise):
    """Of the six points: (x, m and s² of the first point's kind by q, its exact variance,
    its exact density, the exact predictive density, q's)."""
    x = points_on_a_line(2, separation, SPREAD)
    model = MixtureModel(2, 0.0, PRIOR_VAR, sd_noise**2)
    state = fit_on_a_line(model, x, separation).state
    own = state.responsibilities[0].argmax()
    _, variances = exact.moments_first_named(model, x)
    return (
        x[:, 0],
        (state.means[own, 0], state.variances[own]),
        variances[0, 0],
        exact.density_of_first_kind(model, x, GRID),
        exact.predictive_density(model, x, GRID),
        np.exp(mixture.log_predictive(model, state, GRID[:, None])),
    )


@explorer(
    "What q knows of a centre, and of the next point",
    Slider("separation", "separation", 0.0, 5.0, 2.0, 0.25),
    Slider("sd_noise", "λ, spread in a kind", 0.4, 1.5, 1.0, 0.1),
    size=(9.6, 4.1),
)
def centre_and_next(figure):
    """Left the mean of the first point's kind, right the next point: exact, and by q; all moves."""
    left, right = figure.subplots(1, 2)
    set_axes(left, (-6, 6), (-0.13, 1.9), xlabel="μ of the first point's kind", ylabel="density")
    left.set_title("One centre, given all six points")
    set_axes(right, (-6, 6), (-0.07, 0.95), xlabel="x*, the next point", ylabel="density")
    right.set_title("The next point")
    pairs = []
    for ax in (left, right):
        target = draw_curve(ax, GRID, 0 * GRID, color=TARGET, label="exact", animated=True)
        by_q = draw_curve(ax, GRID, 0 * GRID, color=APPROXIMATION, label="by q", animated=True)
        marks = draw_marker(ax, color=DATA, markersize=6, label="the six points")
        pairs.append((target, by_q, marks))
        ax.legend(loc="upper right")

    def update(separation, sd_noise):
        x, (m, s2), var, density, ahead, ahead_by_q = answers(separation, sd_noise)
        heights = ((density, np.exp(log_normal(GRID, m, s2))), (ahead, ahead_by_q))
        for (target, by_q, marks), (one, other), depth in zip(
            pairs, heights, (-0.065, -0.035), strict=True
        ):
            target.set_ydata(one)
            by_q.set_ydata(other)
            marks.set_data(x, np.full(len(x), depth))
        apart = 0.5 * np.sum(np.abs(ahead - ahead_by_q)) * (GRID[1] - GRID[0])
        return (
            f"Variance of this centre: {fixed(s2)} by q, {fixed(var)} in truth. Of the next "
            f"point's probability, {fixed(100 * apart, 1)} % lies elsewhere by q."
        )

    return update
