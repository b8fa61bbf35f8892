"""Label switching: q keeps one naming of the kinds, the posterior keeps all K!."""

from functools import cache
from math import factorial, log

import numpy as np

from helpers import mixture
from helpers.gaussians import log_normal
from helpers.lessons.gmm_cavi.exact import density_of_first_mean, log_evidence
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, APPROXIMATION, DATA, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import fixed, short

SPREAD = np.array([-0.4, -0.1, 0.3, 0.2, 0.0, -0.3, 0.4, -0.2])  # eight points, nearly even
SEPARATIONS = np.arange(0, 8.01, 0.5)
GRID = np.linspace(-10, 10, 401)


def points_on_a_line(n_components, separation, spread=SPREAD):
    """Points (N, 1) in K groups whose centres are `separation` apart."""
    groups = np.arange(len(spread)) % n_components
    return ((groups - (n_components - 1) / 2) * separation + spread)[:, None]


def fit_on_a_line(model, x, separation):
    """The fit that starts with a mean at each group; tested: other starts end there, too."""
    places = np.arange(model.n_components) - (model.n_components - 1) / 2
    means = max(separation, 0.1) * places[:, None]
    return mixture.fit(model, x, start=State(None, means, np.full(model.n_components, 0.05)))


@cache
def solve(n_components, separation):
    """(CAVI's state, its gap to log p(x), exact p(μ₁|x), q(μ₁)) at one separation, λ = 0.5."""
    model = MixtureModel(n_components, 0.0, 25.0, 0.25)
    x = points_on_a_line(n_components, separation)
    found = fit_on_a_line(model, x, separation)
    q = np.exp(log_normal(GRID, found.state.means[0, 0], found.state.variances[0]))
    gap = log_evidence(model, x) - found.elbo[-1]
    return found.state, gap, density_of_first_mean(model, x, GRID), q


@explorer(
    "Label switching, by enumeration of all Kᴺ assignments",
    Choice("n_components", "K, components", ("2", "3"), "3"),
    Slider("separation", "separation", 0.0, 8.0, 4.0, 0.5),
    size=(9.6, 4.1),
)
def switching(figure):
    """The exact p(μ₁|x) and q(μ₁) move with the groups; at right a marker on the gap's curve."""
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
        style = dict(color=ACCENT, linestyle=style, label=f"K = {n_components}")
        draw_curve(right, SEPARATIONS, gaps, **style)
        limit = log(factorial(n_components))
        right.axhline(limit, color="0.4", linewidth=1, linestyle=":")
        right.annotate(f"log {n_components}!", (8.1, limit + 0.04), ha="right", va="bottom")
    right.legend(loc="upper center")
    here = draw_marker(right, color=ACCENT)

    def update(n_components, separation):
        n_components = int(n_components)
        state, gap, density, approximation = solve(n_components, separation)
        exact.set_ydata(density)
        q.set_ydata(approximation)
        marks.set_data(points_on_a_line(n_components, separation)[:, 0], np.full(8, -0.07))
        here.set_data([separation], [gap])
        return (
            f"K = {n_components}, groups {short(separation)} apart: log p(x) − ELBO = "
            f"{fixed(gap, 4)} nats; log {n_components}! = "
            f"{fixed(log(factorial(n_components)), 4)}. q(μ₁) sits at "
            f"{fixed(state.means[0, 0])}."
        )

    return update
