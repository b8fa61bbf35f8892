"""The problem, and the model as a story that draws data: tutorial 8."""

import numpy as np

from helpers.gaussians import ellipse
from helpers.lessons.gmm_cavi.data import eruptions
from helpers.lessons.gmm_cavi.points import COLORS, Cloud, Components, Points, Stroke
from helpers.plots import DATA, draw_marker, set_axes
from helpers.widgets import Explorer, Slider

ZOOM = (-2.6, 2.6)


def draw_eruptions(ax, title=""):
    """Axes for the standardised eruptions, to scale."""
    labels = dict(xlabel="duration, in sd from the mean", ylabel="waiting, in sd from the mean")
    set_axes(ax, ZOOM, ZOOM, title=title, **labels)
    ax.set_aspect("equal")


def _draw_problem(figure):
    left, right = figure.subplots(1, 2)
    x = eruptions()
    for ax in (left, right):
        draw_eruptions(ax)
    left.set_title("What we have: 272 eruptions")
    right.set_title("What we want: kinds, centres, and doubt")
    draw_marker(left, color=DATA, markersize=5, animated=False).set_data(*x.T)
    # The picture of an answer; the notebook finds it below.
    means = np.array([[-1.25, -1.19], [0.71, 0.68]])
    distance = np.sum((x[:, None] - means) ** 2, axis=2)
    weights = np.exp(-2 * distance)
    points = Points(right, x, 2, 0.05, animated=False)
    points.move(weights / weights.sum(axis=1, keepdims=True))
    Components(right, 2, 0.11, animated=False).move(means, np.array([0.0025, 0.0015]))

    def update():
        return (
            "272 eruptions of a geyser, by duration and waiting time; at right, two kinds: circles "
            "and squares, with empty marks for the undecided between them."
        )

    return update


problem = Explorer("Old Faithful", (), _draw_problem, (9.6, 5.2))

N_DRAWN, SPAN = 150, 9.0


def _draw_story(figure):
    left, right = figure.subplots(1, 2)
    for ax in (left, right):
        set_axes(ax, (-SPAN, SPAN), (-SPAN, SPAN))
        ax.set_aspect("equal")
    left.set_title("Told: centre μ, kind c (the shape), point x")
    right.set_title("Seen: only x")
    prior = [Stroke(left, "#8A8A8A", ":") for _ in range(2)]
    told = [Cloud(left, k, 0.15) for k in range(6)]
    components = Components(left, 6, 0.35)
    seen = Cloud(right, 0, 0.12)

    def update(n_components, sd_prior, sd_noise, seed):
        rng = np.random.default_rng(seed)
        # Standard normals first: sliding σ or λ then moves the same draws.
        means = sd_prior * rng.standard_normal((6, 2))[:n_components]
        kinds = (rng.random(N_DRAWN) * n_components).astype(int)
        x = means[kinds] + sd_noise * rng.standard_normal((N_DRAWN, 2))
        for n_sd, line in enumerate(prior, start=1):
            line.move(ellipse([0, 0], sd_prior**2 * np.eye(2), n_sd).T)
        components.move(means, np.full(n_components, sd_noise**2))
        for k, cloud in enumerate(told):
            cloud.move(x[kinds == k], COLORS[k])
        seen.move(x, DATA)
        counts = ", ".join(map(str, np.bincount(kinds, minlength=n_components)))
        apart = np.sqrt(np.pi) * sd_prior / sd_noise  # E‖μ₁ − μ₂‖ in the plane is σ√π
        return (
            f"K = {n_components}, σ = {sd_prior:g}, λ = {sd_noise:g}, seed {seed}: {N_DRAWN} "
            f"points in kinds of {counts}. Centres lie about {apart:.1f} λ "
            "apart."
        )

    return update


story = Explorer(
    "The generative story: draw centres, then kinds, then points",
    (
        Slider("n_components", "K, kinds", 1, 6, 3, 1),
        Slider("sd_prior", "σ, spread of centres", 0.5, 4.0, 3.0, 0.25),
        Slider("sd_noise", "λ, spread in a kind", 0.1, 2.0, 0.6, 0.1),
        Slider("seed", "seed", 0, 30, 3, 1),
    ),
    _draw_story,
    (9.6, 5.0),
)
