"""The objective KL(p‖N(μ, I)) in the plane: a round q, and a p that need not be."""

import numpy as np

from helpers.gaussians import rings
from helpers.lessons.mean_matching.targets import (
    GRID,
    INNER,
    LEVELS,
    PLANE,
    log_height,
    plane,
    plane_facts,
)
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    GAIN,
    LOSS,
    TARGET,
    Contours,
    Rings,
    Waterfall,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Choice, Slider, explorer
from helpers.words import fixed, short

MU = np.linspace(-4.5, 4.5, 46)
HEIGHTS = {shape: log_height(plane(shape, 1.0)) for shape in PLANE}


@explorer(
    "The same in the plane",
    Choice("shape", "p", PLANE, "curved"),
    Slider("mu_1", "μ₁", -3.0, 3.0, 1.5, 0.1),
    Slider("mu_2", "μ₂", -3.0, 3.0, 1.0, 0.1),
    Choice("lines", "lines of equal KL", ("hidden", "shown"), "hidden"),
    size=(9.6, 4.4),
)
def in_the_plane(figure):
    """Left p, the round q and lines of equal KL; right the three terms. p and q move."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    title = "p; q at 1 and 2 sd; lines of equal KL"
    set_axes(left, (-4.5, 4.5), (-4.5, 4.5), xlabel="x₁, μ₁", ylabel="x₂, μ₂", title=title)
    left.set_aspect("equal")
    contours = Contours(left, color=TARGET, label="p", animated=True)
    style = dict(color="0.45", linestyle=":", linewidth=1.2, animated=True)
    circles = Contours(left, label="equal KL(p‖q)", **style)
    rings_q = Rings(left, color=APPROXIMATION, label="q", animated=True)
    pull = draw_curve(left, [], [], color=ACCENT, linestyle="-", linewidth=1.2, animated=True)
    mean = draw_marker(left, color=TARGET, marker="^", label="E[x] under p")
    title = "KL(p‖N(μ, I)): each bar starts where the last ended"
    set_axes(right, (-0.6, 3.6), (-2, 18), ylabel="nats", title=title)
    names = ["−H(p)\n+ log 2π", "½ tr Cov", "½‖μ − E[x]‖²", "sum"]
    colors, hatches = [LOSS, GAIN, "#56B4E9", "0.75"], ["\\\\", "//", "--", ""]
    bars = Waterfall(right, names, colors, hatches, animated=True)
    handles, labels = left.get_legend_handles_labels()
    right.legend(handles, labels, loc="upper left", bbox_to_anchor=(0, 0.92))

    def update(shape, mu_1, mu_2, lines):
        p, mu = plane_facts(shape), np.array([mu_1, mu_2])
        contours.move(GRID[INNER], GRID[INNER], HEIGHTS[shape], LEVELS)
        gap = 0.5 * ((MU - p.mean[0]) ** 2 + (MU[:, None] - p.mean[1]) ** 2)
        circles.move(MU, MU, gap, np.arange(1, 6) if lines == "shown" else ())
        mean.set_data(p.mean[:1], p.mean[1:])
        rings_q.move(rings(mu, np.eye(2)), mu)
        pull.set_data(*np.transpose([mu, p.mean]))
        terms = [np.log(2 * np.pi) - p.entropy, 0.5 * p.trace, 0.5 * np.sum((mu - p.mean) ** 2)]
        bars.move([0, *np.cumsum(terms)[:2], 0], [*terms, sum(terms)])
        first, second, third = map(fixed, terms)  # only the first can be below 0
        return (
            f"p: {shape}, mean ({fixed(p.mean[0])}, {fixed(p.mean[1])}). At μ = ({short(mu_1)}, "
            f"{short(mu_2)}): {first} + {second} + {third} = {fixed(sum(terms))} nats."
        )

    return update
