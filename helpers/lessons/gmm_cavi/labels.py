"""Label switching: q keeps one naming of the kinds, the posterior keeps all K!."""

from functools import cache
from math import factorial, log

import numpy as np

from helpers import mixture
from helpers.lessons.gmm_cavi.enumeration import density_of_first_mean, log_evidence
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, APPROXIMATION, DATA, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Choice, Explorer, Slider

SPREAD = np.array([-0.4, -0.1, 0.3, 0.2, 0.0, -0.3, 0.4, -0.2])  # eight points, nearly even
SEPARATIONS = np.arange(0, 8.01, 0.5)
GRID = np.linspace(-10, 10, 401)


def points_on_a_line(n_components, separation):
    """Eight points in K groups whose centres are `separation` apart."""
    centres = (np.arange(8) % n_components - (n_components - 1) / 2) * separation
    return (centres + SPREAD)[:, None]


@cache
def solve(n_components, separation):
    """(best state, its gap to log p(x), exact p(μ₁|x), q(μ₁)) at one separation, λ = 0.5."""
    model = MixtureModel(n_components, 0.0, 25.0, 0.25)
    x = points_on_a_line(n_components, separation)
    middle = np.arange(n_components) - (n_components - 1) / 2
    fits = [
        mixture.fit(model, x, start=State(None, width * middle[:, None], np.full(n_components, s2)))
        for width in (0.5, max(separation, 0.1))
        for s2 in (0.05, 1.0)
    ]
    best = max(fits, key=lambda fit: fit.elbo[-1])
    m, s2 = best.state.means[0, 0], best.state.variances[0]
    q = np.exp(-((GRID - m) ** 2) / (2 * s2)) / np.sqrt(2 * np.pi * s2)
    gap = log_evidence(model, x) - best.elbo[-1]
    return best.state, gap, density_of_first_mean(model, x, GRID), q


def _draw_labels(figure):
    line, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    set_axes(line, (-10, 10), (-0.14, 1.7), xlabel="μ₁", ylabel="density")
    line.set_title("Where is the mean of kind 1?")
    exact = draw_curve(line, GRID, 0 * GRID, color=TARGET, label="p(μ₁ | x), exact", animated=True)
    q = draw_curve(line, GRID, 0 * GRID, color=APPROXIMATION, label="q(μ₁)", animated=True)
    marks = draw_marker(line, color=DATA, markersize=7, label="the eight points")
    line.legend(loc="upper right")
    set_axes(right, (-0.2, 8.2), (0, 3), xlabel="separation of the groups", ylabel="nats")
    right.set_title("log p(x) − ELBO, the gap")
    for n_components, style in ((2, "-"), (3, "--")):
        gaps = [solve(n_components, float(separation))[1] for separation in SEPARATIONS]
        draw_curve(
            right, SEPARATIONS, gaps, color=ACCENT, linestyle=style, label=f"K = {n_components}"
        )
        limit = log(factorial(n_components))
        right.axhline(limit, color="0.4", linewidth=1, linestyle=":")
        right.annotate(f"log {n_components}!", (8.1, limit + 0.04), ha="right", va="bottom")
    right.legend(loc="upper center")
    here = draw_marker(right, color=ACCENT)

    def update(n_components, separation):
        state, gap, density, approximation = solve(int(n_components), separation)
        exact.set_ydata(density)
        q.set_ydata(approximation)
        x = points_on_a_line(int(n_components), separation)[:, 0]
        marks.set_data(x, np.full(8, -0.07))
        here.set_data([separation], [gap])
        limit = log(factorial(int(n_components)))
        return (
            f"K = {n_components}, groups {separation:g} apart: log p(x) − ELBO = {gap:.4f} nats; "
            f"log {n_components}! = {limit:.4f}. q(μ₁) sits at {state.means[0, 0]:.3f}."
        )

    return update


switching = Explorer(
    "Label switching, by enumeration of all Kᴺ assignments",
    (
        Choice("n_components", "K, components", ("2", "3"), "3"),
        Slider("separation", "separation", 0.0, 8.0, 4.0, 0.5),
    ),
    _draw_labels,
    (9.6, 4.2),
)
