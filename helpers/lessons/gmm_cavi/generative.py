"""The problem, and the model as a story that draws data: tutorial 8."""

import numpy as np
import scipy

from helpers.gaussians import ellipse
from helpers.lessons.gmm_cavi.data import eruptions
from helpers.lessons.gmm_cavi.drawing import COLORS, Cloud, Components, Points, draw_eruptions
from helpers.plots import DATA, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import count, fixed, listed


@explorer("Old Faithful", size=(9.6, 5.0))
def problem(figure):
    """The eruptions as they come, and as an answer to them would colour them; nothing moves."""
    left, right = figure.subplots(1, 2)
    x = eruptions()
    draw_eruptions(left, "What we have: 272 eruptions")
    draw_eruptions(right, "What we want: kinds, centres, and doubt")
    draw_marker(left, color=DATA, markersize=5, animated=False).set_data(*x.T)
    # The picture of an answer; the notebook finds it below.
    means = np.array([[-1.25, -1.19], [0.71, 0.68]])
    weights = np.exp(-2 * np.sum((x[:, None] - means) ** 2, axis=2))
    points = Points(right, x, 2, 0.05, animated=False)
    points.move(weights / weights.sum(axis=1, keepdims=True))
    Components(right, 2, 0.11, animated=False).move(means, np.array([0.0025, 0.0015]))

    def update():
        return (
            "272 eruptions of a geyser, by duration and waiting time; at right, two kinds: circles "
            "and squares, with empty marks for the undecided between them."
        )

    return update


N_DRAWN, SPAN = 150, 9.0


def told(n_components, sd_prior, sd_noise, seed):
    """One telling: centres (K, 2), kinds (150,) and points (150, 2).

    Standard normals come first, so sliding σ or λ moves the same draws.
    """
    rng = np.random.default_rng(seed)
    means = sd_prior * rng.standard_normal((6, 2))[:n_components]
    kinds = (rng.random(N_DRAWN) * n_components).astype(int)
    return means, kinds, means[kinds] + sd_noise * rng.standard_normal((N_DRAWN, 2))


def _in_words(means, kinds, x, sd_noise):
    """How the points fall, and how far apart the drawn centres lie."""
    lost = int(np.sum(np.abs(x).max(axis=1) > SPAN))
    hidden = f"; {lost} of them beyond the panel" if lost else ""
    if len(means) == 1:
        return f"{N_DRAWN} points, all of one kind{hidden}."
    sizes = listed([str(n) for n in np.bincount(kinds, minlength=len(means))])
    apart = scipy.spatial.distance.pdist(means) / sd_noise
    nearest = fixed(apart.min(), 1)
    if len(apart) == 1:
        return f"{N_DRAWN} points in kinds of {sizes}{hidden}. The centres lie {nearest} λ apart."
    return (
        f"{N_DRAWN} points in {count(len(means), 'kind')}, of {sizes}{hidden}. The nearest two "
        f"centres lie {nearest} λ apart, the farthest two {fixed(apart.max(), 1)} λ."
    )


@explorer(
    "The generative story: draw centres, then kinds, then points",
    Slider("n_components", "K, kinds", 1, 6, 3, 1),
    Slider("sd_prior", "σ, spread of centres", 0.5, 4.0, 3.0, 0.25),
    Slider("sd_noise", "λ, spread in a kind", 0.1, 2.0, 0.6, 0.1),
    Slider("seed", "seed", 0, 30, 3, 1),
    size=(9.6, 4.3),
)
def draws(figure):
    """What the story tells, and beside it what is seen of it; all but the axes moves."""
    left, right = figure.subplots(1, 2)
    for ax in (left, right):
        set_axes(ax, (-SPAN, SPAN), (-SPAN, SPAN))
        ax.set_aspect("equal")
    left.set_title("Told: centre μ, kind c (the shape), point x")
    right.set_title("Seen: only x")
    style = dict(color=DATA, linestyle=":", linewidth=1.6, animated=True)
    prior = [draw_curve(left, [], [], **style) for _ in range(2)]
    clouds = [Cloud(left, k, 0.15) for k in range(6)]
    components = Components(left, 6, 0.35)
    seen = Cloud(right, 0, 0.1, linewidth=0)  # in a tight kind white edges would hide it all

    def update(n_components, sd_prior, sd_noise, seed):
        means, kinds, x = told(n_components, sd_prior, sd_noise, seed)
        for n_sd, line in enumerate(prior, start=1):
            line.set_data(*ellipse([0, 0], sd_prior**2 * np.eye(2), n_sd))
        components.move(means, np.full(n_components, sd_noise**2))
        for k, cloud in enumerate(clouds):
            cloud.move(x[kinds == k], COLORS[k])
        seen.move(x, DATA)
        return _in_words(means, kinds, x, sd_noise)

    return update
