"""Section 4: the curvature of the log joint, and what Laplace makes of it."""

from functools import lru_cache

import numpy as np

from helpers.lessons.neural_network.climbing import gauss_newton, hessian
from helpers.lessons.neural_network.gradient import complex_step
from helpers.lessons.neural_network.points import NOISE_SD, X, Y, model
from helpers.lessons.neural_network.prior import WIDE, draw_points
from helpers.lessons.neural_network.stored import stored
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    DATA,
    LOSS,
    SAMPLES,
    TARGET,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Derivation, Line, Slider, explorer
from helpers.words import count, fixed, short

SETTING = 4, 1.0  # hidden units and prior scale of this section's pictures
N_STEPS = 90  # of the stored climb, as many as the slider goes

CIRCLE = np.exp(2j * np.pi * np.arange(64) / 64)
RADIUS = 0.3  # tanh(wx + c) has no pole so near: |x| < 2.2, and π/2 is far


def second(function, at):
    """function″(at) by Cauchy's integral over a circle."""
    return np.real(2 * np.mean([function(at + RADIUS * u) / u**2 for u in CIRCLE], axis=0)) / (
        RADIUS**2
    )


def _log_joint(w, c, v, scale):
    squares = ((Y - v * np.tanh(w * X + c)) ** 2).sum() / NOISE_SD**2
    return -0.5 * squares - 0.5 * (w**2 + c**2 + v**2) / scale**2


def _product_rule(w, c, v, scale):
    def f(u):
        return v * np.tanh(u * X + c)

    error = (Y - f(w)) / NOISE_SD**2
    slope = complex_step(f, w)
    return -(slope**2).sum() / NOISE_SD**2 + error @ second(f, w) - 1 / scale**2


def _by_hand(w, c, v, scale):
    t = np.tanh(w * X + c)
    error = (Y - v * t) / NOISE_SD**2
    slope = v * (1 - t**2) * X
    bend = -2 * v * t * (1 - t**2) * X**2
    return -(slope @ slope) / NOISE_SD**2 + (error * bend).sum() - 1 / scale**2


def _at_no_error(w, c, v, scale):
    """The same second derivative, had every y_i been f(x_i)."""
    hit = v * np.tanh(w * X + c)

    def log_joint(u):
        squares = ((hit - v * np.tanh(u * X + c)) ** 2).sum() / NOISE_SD**2
        return -0.5 * squares - 0.5 * u**2 / scale**2

    return second(log_joint, w)


two_parts = Derivation(
    "The curvature, one unit: ∂² log p(y, z)/∂w²",
    (
        Line(
            r"\frac{\partial^2}{\partial w^2}\log p(y,z)"
            r" = \frac{2!}{2\pi i}\oint\frac{\log p(y,u)}{(u-w)^3}\,du",
            "The witness: Cauchy's integral over a circle around w, from values alone.",
            lambda w, c, v, scale: second(lambda u: _log_joint(u, c, v, scale), w),
        ),
        Line(
            r"= -\frac1{\sigma^2}\sum_i\Bigl(\frac{\partial f(x_i)}{\partial w}\Bigr)^2"
            r" + \sum_i e_i\,\frac{\partial^2 f(x_i)}{\partial w^2} - \frac1{s^2}",
            "The product rule on $e_i\\,\\partial f(x_i)/\\partial w$: the error moves, and so does"
            " the slope.",
            _product_rule,
        ),
        Line(
            r"= -\frac1{\sigma^2}\sum_i\bigl(v(1-t_i^2)x_i\bigr)^2"
            r" - 2v\sum_i e_i\,t_i(1-t_i^2)\,x_i^2 - \frac1{s^2}",
            "$\\tanh'' = -2\\tanh\\,(1-\\tanh^2)$. The first sum and the last term are never"
            " positive; the sum with the errors has any sign.",
            _by_hand,
        ),
        Line(
            r"\frac{\partial^2}{\partial w^2}\log p(y,z)\Big|_{e=0}"
            r" = -\frac1{\sigma^2}\sum_i\bigl(v(1-t_i^2)x_i\bigr)^2 - \frac1{s^2}",
            "Aside: the Gauss–Newton curvature leaves the errors out. Its other side is Cauchy's"
            " integral, had every $y_i$ been $f(x_i)$.",
            lambda w, c, v, scale: (
                -((v * (1 - np.tanh(w * X + c) ** 2) * X) ** 2).sum() / NOISE_SD**2 - 1 / scale**2
            ),
            aside=_at_no_error,
        ),
    ),
    (
        Slider("w", "w", -3.0, 3.0, 0.5, 0.1),
        Slider("c", "c", -2.0, 2.0, 0.0, 0.1),
        Slider("v", "v", -2.0, 2.0, 1.0, 0.1),
        Slider("scale", "s, prior scale", 0.5, 2.0, 1.0, 0.5),
    ),
)


@lru_cache
def bends(step):
    """After so many steps of the stored climb: eigenvalues of −H and of Gauss–Newton's, rising."""
    network, z = model(*SETTING), stored("path")[step]
    return np.linalg.eigvalsh(-hessian(network, z)), np.linalg.eigvalsh(gauss_newton(network, z))


@explorer(
    "The curvature on the way up",
    Slider("step", "steps climbed", 0, N_STEPS, 0, 1, play=True),
    size=(9.6, 3.9),
)
def climbing_up(figure):
    """Left, the function climbs towards the points; right, the 13 eigenvalues of −H."""
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    draw_points(left, ylabel="y", title="The function")
    f = draw_curve(left, WIDE, 0 * WIDE, color=SAMPLES, animated=True)
    network, path = model(*SETTING), stored("path")
    n = network.size
    title = "Eigenvalues of −H: curvature in 13 directions"
    set_axes(right, (0, n + 1), (-2e3, 2e4), xlabel="from the smallest", title=title)
    right.set_yscale("symlog", linthresh=1, linscale=0.5)
    right.axhline(0, color="black", linewidth=0.8)
    right.axhline(1, color=DATA, linewidth=0.8, linestyle=":")
    damped = draw_marker(right, color=APPROXIMATION, marker="_", markersize=11, mew=2)
    damped.set(label="Gauss–Newton", markeredgecolor=APPROXIMATION)
    up = draw_marker(right, color=TARGET, label="of −H, above 0")
    down = draw_marker(right, color=LOSS, marker="v", label="of −H, below 0")
    right.legend(loc="upper left")

    def update(step):
        f.set_ydata(network.predict(path[step], WIDE))
        (found, safe), places = bends(step), np.arange(1, n + 1)
        damped.set_data(places, safe)
        good = found > 0
        up.set_data(places[good], found[good])
        down.set_data(places[~good], found[~good])
        return (
            f"After {count(step, 'step')} log p(y, z) is {fixed(network.log_joint(path[step]), 2)} "
            f"nats. {int((~good).sum())} of the 13 eigenvalues of −H lie below 0; the smallest is "
            f"{fixed(found[0], 2)}, Gauss–Newton's smallest {fixed(safe[0], 2)}."
        )

    return update


@lru_cache
def directions():
    """The mode, and for each eigenvector of −H a step of one of Laplace's sd: (D,), (D, D) rows."""
    mode = stored("mode", *SETTING)
    curvature, axes = np.linalg.eigh(-hessian(model(*SETTING), mode))
    axes = axes * np.where(np.abs(axes).max(axis=0) == axes.max(axis=0), 1, -1)
    return mode, (axes / np.sqrt(curvature)).T


@explorer(
    "Leaving the mode in one direction",
    Slider("k", "direction, flat first", 1, 13, 1, 1),
    Slider("t", "Laplace's sd walked", -3.0, 3.0, 1.0, 0.25),
    size=(9.6, 3.9),
)
def leaving(figure):
    """Left, the function there; right, the true log joint and Laplace's parabola on this way."""
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    draw_points(left, ylabel="y", title="The function")
    network = model(*SETTING)
    mode, steps = directions()
    draw_curve(left, WIDE, network.predict(mode, WIDE), color=TARGET, label="at the mode")
    f = draw_curve(left, WIDE, 0 * WIDE, color=SAMPLES, linestyle="-.", animated=True)
    f.set_label("here")
    left.legend(loc="upper right")
    ways = np.linspace(-3, 3, 61)
    title = "log p(y, z), less the mode's"
    label = "Laplace's standard deviations"
    set_axes(right, (-3, 3), (-60, 5), xlabel=label, title=title)
    draw_curve(right, ways, -(ways**2) / 2, color=APPROXIMATION, label="Laplace: −t²/2")
    true = draw_curve(right, ways, ways, color=TARGET, label="the true log joint", animated=True)
    here = draw_marker(right, color=ACCENT, clip_on=False)
    right.legend(loc="lower center")
    top = network.log_joint(mode)

    def update(k, t):
        heights = network.log_joint(mode + ways[:, None] * steps[k - 1]) - top
        true.set_ydata(heights)
        at = mode + t * steps[k - 1]
        drop = float(network.log_joint(at) - top)
        here.set_data([t], [max(drop, -60)])
        f.set_ydata(network.predict(at, WIDE))
        lost = " The mark stands at the edge, the curve beyond the panel." if drop < -60 else ""
        return (
            f"Direction {k}: one of Laplace's sd is {short(np.linalg.norm(steps[k - 1]), 2)} long. "
            f"{fixed(t, 2)} sd away the log joint is lower by {fixed(-drop, 1)} nats; Laplace says "
            f"{fixed(t * t / 2, 1)}.{lost}"
        )

    return update
