"""The objective KL(p‖N(μ, I)) in pictures: worksheet problem 2."""

import numpy as np
from scipy.stats import norm

from helpers.lessons.mean_matching.targets import (
    GRID,
    INNER,
    LEVELS,
    LINE,
    PLANE,
    facts,
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
    Area,
    Contours,
    Note,
    Rings,
    Waterfall,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Choice, Explorer, Slider

X = np.linspace(-6, 6, 241)
PRICED = np.linspace(-4.2, 4.2, 85)
DENSITIES = {name: p.pdf(X) for name, p in LINE.items()}
CHOOSE_P = Choice("shape", "p", tuple(LINE), "two bumps")


def _draw_problem(figure):
    ax = figure.subplots()
    set_axes(ax, (-6, 6), (0, 0.55), xlabel="x", ylabel="density")
    draw_curve(ax, X, DENSITIES["two bumps"], color=TARGET, label="p: where x comes from")
    for name, mean, style in (("A", -2.0, ":"), ("B", 0.8, (0, (5, 2))), ("C", 2.0, "-.")):
        bell = norm.pdf(X, mean, 1)
        draw_curve(ax, X, bell, color=APPROXIMATION, linestyle=style, label=f"q: bell {name}")
        ax.text(mean, 0.41, name, color=APPROXIMATION, ha="center", fontsize=12)
    ax.legend(loc="upper left")

    def update():
        return "p has bumps at −2 and 2; the bells A, B, C = N(μ, 1) stand at μ = −2, 0.8 and 2."

    return update


problem = Explorer("Which bell is closest to p?", (), _draw_problem, (9.6, 3.2))


def _draw_objective(ax):
    """The axes of KL(p‖N(μ, 1)) against μ, and what moves there: the floor and the curve."""
    title = "KL(p‖N(μ, 1)) as a function of μ"
    set_axes(ax, (-4.2, 4.2), (0, 15), xlabel="μ", ylabel="nats", title=title)
    label = "the part without μ"
    floor = Area(ax, PRICED, color=GAIN, hatch="//", label=label, animated=True)
    curve = draw_curve(ax, PRICED, 0 * PRICED, color="black", label="KL(p‖q)", animated=True)
    style = dict(color=TARGET, linestyle=":", linewidth=1.6)
    line = draw_curve(ax, [], [], label="μ = E[x] under p", animated=True, **style)

    def move(p):
        floor.move(PRICED, p.floor + 0 * PRICED)
        curve.set_ydata(p.kl(PRICED))
        line.set_data([p.mean, p.mean], [0, 10.5])

    return move


def _draw_any_target(figure):
    left, right = figure.subplots(1, 2)
    set_axes(left, (-6, 6), (0, 0.65), xlabel="x", ylabel="density", title="p, and q = N(μ, 1)")
    move_objective = _draw_objective(right)
    curve_p = draw_curve(left, X, 0 * X, color=TARGET, label="p", animated=True)
    curve_q = draw_curve(left, X, 0 * X, color=APPROXIMATION, label="q", animated=True)
    mean = draw_marker(left, color=TARGET, marker="^", label="E[x] under p", clip_on=False)
    here = draw_marker(right, color=ACCENT)
    left.legend(loc="upper left")
    right.legend(loc="upper center")
    note = Note(left, 0.98, 0.97, align="right")

    def update(shape, mu):
        p = facts(shape)
        curve_p.set_ydata(DENSITIES[shape])
        curve_q.set_ydata(norm.pdf(X, mu, 1))
        mean.set_data([p.mean], [0])
        move_objective(p)
        value = p.kl(mu)
        here.set_data([mu], [value])
        note.set_text(f"{p.floor:.4f}\n+ {value - p.floor:.4f}\n= {value:.4f} nats")
        return (
            f"p: {shape}, mean {p.mean:.4f}. At μ = {mu:g}, KL(p‖q) = {value:.4f} nats: "
            f"{p.floor:.4f} that no μ can change, and ½(μ − mean)² = {value - p.floor:.4f}."
        )

    return update


any_target = Explorer(
    "One curve for every p",
    (CHOOSE_P, Slider("mu", "μ", -4.0, 4.0, -1.0, 0.1)),
    _draw_any_target,
)

STEPS = 20


def _draw_gradient_steps(figure):
    left, right = figure.subplots(1, 2)
    move_objective = _draw_objective(left)
    path = draw_curve(
        left, [], [], color=ACCENT, linestyle="-", linewidth=1, marker="o", ms=5, animated=True
    )
    here = draw_marker(left, color=ACCENT)
    left.legend(loc="upper center")
    title = "Distance to E[x] after k steps"
    set_axes(right, (-0.5, 20.5), (1e-8, 1e5), xlabel="k", ylabel="|μ − E[x]|", title=title)
    right.set(yscale="log", xticks=range(0, STEPS + 1, 5))
    k = np.arange(STEPS + 1)
    style = dict(color="0.5", linestyle="--", linewidth=1.4, animated=True)
    predicted = draw_curve(right, k, 1.0 + k, label="first distance × |1 − η| to the k", **style)
    distance = draw_curve(
        right, [], [], color=ACCENT, label="measured", linewidth=0, marker="o", ms=5, animated=True
    )
    right.legend(loc="upper right")
    note = Note(right, 0.03, 0.1)

    def update(shape, start, rate, step):
        p = facts(shape)
        visited = [start]
        for _ in range(step):
            visited.append(visited[-1] - rate * (visited[-1] - p.mean))
        visited = np.array(visited)
        gaps = np.abs(visited - p.mean)
        move_objective(p)
        path.set_data(visited, p.kl(visited))
        here.set_data(visited[-1:], p.kl(visited[-1:]))
        predicted.set_ydata(np.maximum(gaps[0] * abs(1 - rate) ** k, 1e-12))
        distance.set_data(k[: step + 1], np.maximum(gaps, 1e-12))
        note.set_text("below the panel" if gaps[-1] < 1e-8 else "")
        return (
            f"p: {shape}. From μ = {start:g}, {step} steps of size η = {rate:g} lead to "
            f"{visited[-1]:.4f}; E[x] = {p.mean:.4f}. Each step multiplies the distance by "
            f"{abs(1 - rate):.4g}."
        )

    return update


gradient_steps = Explorer(
    "Walking downhill",
    (
        Slider("step", "step k", 0, STEPS, 4, 1, play=True),
        Slider("rate", "step size η", 0.1, 2.2, 0.4, 0.1),
        Slider("start", "start", -4.0, 4.0, -3.0, 0.5),
        CHOOSE_P,
    ),
    _draw_gradient_steps,
)

MU = np.linspace(-4.5, 4.5, 46)
CIRCLE = np.array([np.cos(np.linspace(0, 2 * np.pi, 61)), np.sin(np.linspace(0, 2 * np.pi, 61))])


def _draw_in_the_plane(figure):
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    title = "p; q at 1 and 2 sd; circles of equal KL"
    set_axes(left, (-4.5, 4.5), (-4.5, 4.5), xlabel="x₁, μ₁", ylabel="x₂, μ₂", title=title)
    left.set_aspect("equal")
    contours = Contours(left, color=TARGET, label="p", animated=True)
    style = dict(color="0.45", linestyle=":", linewidth=1.2, animated=True)
    circles = Contours(left, label="equal KL(p‖q)", **style)
    rings = Rings(left, color=APPROXIMATION, label="q", animated=True)
    pull = draw_curve(left, [], [], color=ACCENT, linestyle="-", linewidth=1.2, animated=True)
    mean = draw_marker(left, color=TARGET, marker="^", label="E[x] under p")
    title = "KL(p‖N(μ, I)): each bar starts where the last ended"
    set_axes(right, (-0.6, 3.6), (-2, 14), ylabel="nats", title=title)
    names = ["−H(p)\n+ log 2π", "½ tr Cov", "½‖μ − E[x]‖²", "sum"]
    colors, hatches = [LOSS, GAIN, "#56B4E9", "0.75"], ["\\\\", "//", "--", ""]
    bars = Waterfall(right, names, colors, hatches, animated=True)
    handles, labels = left.get_legend_handles_labels()
    right.legend(handles, labels, loc="upper left", bbox_to_anchor=(0, 0.92))
    heights = {shape: log_height(plane(shape, 1.0)) for shape in PLANE}

    def update(shape, mu_1, mu_2):
        p, mu = plane_facts(shape), np.array([mu_1, mu_2])
        contours.move(GRID[INNER], GRID[INNER], heights[shape], LEVELS)
        gap = 0.5 * ((MU - p.mean[0]) ** 2 + (MU[:, None] - p.mean[1]) ** 2)
        circles.move(MU, MU, gap, np.arange(1, 6))
        mean.set_data(p.mean[:1], p.mean[1:])
        rings.move([mu[:, None] + k * CIRCLE for k in (1, 2)], mu)
        pull.set_data(*np.transpose([mu, p.mean]))
        terms = [np.log(2 * np.pi) - p.entropy, 0.5 * p.trace, 0.5 * np.sum((mu - p.mean) ** 2)]
        bars.move([0, *np.cumsum(terms)[:2], 0], [*terms, sum(terms)])
        return (
            f"p: {shape}, mean ({p.mean[0]:.3f}, {p.mean[1]:.3f}). At μ = ({mu_1:g}, {mu_2:g}): "
            f"{terms[0]:+.3f} {terms[1]:+.3f} {terms[2]:+.3f} = {sum(terms):.3f} nats."
        )

    return update


in_the_plane = Explorer(
    "The same in the plane",
    (
        Choice("shape", "p", PLANE, "curved"),
        Slider("mu_1", "μ₁", -3.0, 3.0, 1.5, 0.1),
        Slider("mu_2", "μ₂", -3.0, 3.0, 1.0, 0.1),
    ),
    _draw_in_the_plane,
    (9.6, 4.4),
)
