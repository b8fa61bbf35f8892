"""The objective KL(p‖N(μ, 1)) in pictures, and the way down on it: worksheet problem 2."""

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.mean_matching.targets import LINE, facts
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    GAIN,
    TARGET,
    Area,
    Note,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Choice, Slider, explorer
from helpers.words import below, count, fixed, short

X = np.linspace(-6, 6, 241)
PRICED = np.linspace(-4.2, 4.2, 85)
DENSITIES = {name: p.pdf(X) for name, p in LINE.items()}


def choose_p(start):
    return Choice("shape", "p", tuple(LINE), start)


@explorer("Which bell is closest to p?", size=(9.6, 3.2))
def problem(figure):
    """p with its two bumps, and three bells of width 1 to choose from; nothing moves."""
    ax = figure.subplots()
    set_axes(ax, (-6, 6), (0, 0.55), xlabel="x", ylabel="density")
    draw_curve(ax, X, DENSITIES["two bumps"], color=TARGET, label="p: where x comes from")
    for name, mean, style in (("A", -2.0, ":"), ("B", 0.8, (0, (5, 2))), ("C", 2.0, "-.")):
        bell = np.exp(log_normal(X, mean, 1))
        draw_curve(ax, X, bell, color=APPROXIMATION, linestyle=style, label=f"q: bell {name}")
        ax.text(mean, 0.41, name, color=APPROXIMATION, ha="center", fontsize=12)
    ax.legend(loc="upper left")

    def update():
        return "p has bumps at −2 and 2; the bells A, B, C = N(μ, 1) stand at μ = −2, 0.8 and 2."

    return update


def draw_objective(ax):
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


@explorer("p and the price of μ", choose_p("skewed"), Slider("mu", "μ", -4.0, 4.0, -1.0, 0.1))
def any_target(figure):
    """Left p, its mean and the bell q; right KL(p‖q) for every μ. p and q move."""
    left, right = figure.subplots(1, 2)
    set_axes(left, (-6, 6), (0, 0.65), xlabel="x", ylabel="density", title="p, and q = N(μ, 1)")
    move_objective = draw_objective(right)
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
        curve_q.set_ydata(np.exp(log_normal(X, mu, 1)))
        mean.set_data([p.mean], [0])
        move_objective(p)
        value = p.kl(mu)
        here.set_data([mu], [value])
        note.set_text(f"{fixed(p.floor, 4)}\n+ {fixed(value - p.floor, 4)}\n= {value:.4f} nats")
        return (
            f"p: {shape}, mean {fixed(p.mean, 4)}. At μ = {short(mu)}, KL(p‖q) = {value:.4f} "
            f"nats: {p.floor:.4f} that no μ can change, and ½(μ − mean)² = "
            f"{fixed(value - p.floor, 4)}."
        )

    return update


STEPS = 20
LEAST = 1e-8  # the lower edge of the panel of distances


@explorer(
    "Walking downhill",
    Slider("step", "step k", 0, STEPS, 4, 1, play=True),
    Slider("rate", "step size η", 0.1, 2.2, 0.4, 0.1),
    Slider("start", "start", -4.0, 4.0, -3.0, 0.5),
    choose_p("two bumps"),
)
def gradient_steps(figure):
    """Left the steps on the parabola, right their distances to E[x]; both grow with k."""
    left, right = figure.subplots(1, 2)
    move_objective = draw_objective(left)
    path = draw_curve(
        left, [], [], color=ACCENT, linestyle="-", linewidth=1, marker="o", ms=5, animated=True
    )
    here = draw_marker(left, color=ACCENT)
    left.legend(loc="upper center")
    title = "Distance to E[x] after k steps"
    set_axes(right, (-0.5, 20.5), (LEAST, 1e5), xlabel="k", ylabel="|μ − E[x]|", title=title)
    right.set(yscale="log", xticks=range(0, STEPS + 1, 5))
    k = np.arange(STEPS + 1)
    style = dict(color="0.5", linestyle="--", linewidth=1.4, animated=True)
    predicted = draw_curve(right, k, 1.0 + k, label="first distance × |1 − η| to the k", **style)
    distance = draw_curve(
        right, [], [], color=ACCENT, label="measured", linewidth=0, marker="o", ms=5, animated=True
    )
    right.legend(loc="upper right")
    note = Note(right, 0.065, 0.1)

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
        # On the left only |μ| ≤ 4.2 is drawn: who flies off, or is there, is announced.
        lost = np.abs(visited[-1]) > 4.2 or gaps[-1] < LEAST
        note.set_text("below the panel" if gaps[-1] < LEAST else "")
        where = ", beyond the panel" if lost else ""
        return (
            f"p: {shape}. From μ = {short(start)}, after {count(step, 'step')} of size η = {rate:g}"
            f": μ = {fixed(visited[-1], 4)}; E[x] = {fixed(p.mean, 4)}. The distance is now "
            f"{below(gaps[-1], 4)}{where}. Each step multiplies it by {abs(1 - rate):.4g}."
        )

    return update
