"""Section 1, what KL measures: the price of a belief as a signed area (exercise sheet, 1a)."""

import numpy as np

from helpers.gaussians import kl_univariate, log_normal
from helpers.plots import APPROXIMATION, GAIN, LOSS, TARGET, Area, Note, draw_curve, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import fixed, short


@explorer("The price of a wrong belief", size=(9.6, 3.2))
def problem(figure):
    """Two densities, and p log(p/q) between its curve and the axis. Nothing moves."""
    x = np.linspace(-5, 5, 201)
    ax = figure.subplots()
    log_p, log_q = log_normal(x, 0, 1), log_normal(x, 1, 4)
    set_axes(ax, (-5, 5), (-0.15, 0.45), xlabel="x", ylabel="density, nats per unit of x")
    draw_curve(ax, x, np.exp(log_p), color=TARGET, label="p = N(0, 1²): where x comes from")
    draw_curve(ax, x, np.exp(log_q), color=APPROXIMATION, label="q = N(1, 2²): what we believe")
    area = Area(ax, x, color=GAIN, hatch="//", label="p log(p/q): what the belief costs")
    area.move(x, np.exp(log_p) * (log_p - log_q))
    ax.axhline(0, color="black", linewidth=0.8)
    ax.legend(loc="upper left")
    price = fixed(kl_univariate(0, 1, 1, 4), 4)
    return lambda: f"p = N(0, 1²) believed to be q = N(1, 2²) costs {price} nats per draw."


@explorer(
    "Two Gaussians, and the divergence between them",
    Slider("mean_p", "mean of p", -2.0, 2.0, -0.5, 0.1),
    Slider("sd_p", "sd of p", 0.5, 2.0, 0.7, 0.05),
    Slider("mean_q", "mean of q", -2.0, 2.0, 0.8, 0.1),
    Slider("sd_q", "sd of q", 0.5, 2.0, 1.2, 0.05),
)
def two_gaussians(figure):
    """Two densities, and the integrand of KL(p‖q), hatched by its sign. All of it moves."""
    x = np.linspace(-8, 8, 201)
    left, right = figure.subplots(1, 2)
    set_axes(left, (-8, 8), (0, 0.95), xlabel="x", ylabel="density", title="Two Gaussians")
    title = r"The integrand $p\,\log(p/q)$: its signed area is KL(p‖q)"
    set_axes(right, (-8, 8), (-0.55, 1.6), xlabel="x", ylabel="nats per unit of x", title=title)
    curve_p = draw_curve(left, x, 0 * x, color=TARGET, label="p", animated=True)
    curve_q = draw_curve(left, x, 0 * x, color=APPROXIMATION, label="q", animated=True)
    left.legend(loc="upper right")
    gain = Area(right, x, color=GAIN, hatch="//", label="p above q: adds", animated=True)
    loss = Area(right, x, color=LOSS, hatch="\\\\", label="p below q: takes", animated=True)
    outline = draw_curve(right, x, 0 * x, color="black", linewidth=1.2, animated=True)
    right.axhline(0, color="black", linewidth=0.8)
    right.legend(loc="lower center", ncols=2, borderaxespad=0.1)
    note = Note(left, 0.02, 0.98)
    beyond = Note(right, 0.02, 0.98), Note(right, 0.98, 0.98, align="right")

    def update(mean_p, sd_p, mean_q, sd_q):
        log_p, log_q = log_normal(x, mean_p, sd_p**2), log_normal(x, mean_q, sd_q**2)
        integrand = np.exp(log_p) * (log_p - log_q)
        curve_p.set_ydata(np.exp(log_p))
        curve_q.set_ydata(np.exp(log_q))
        outline.set_ydata(integrand)
        gain.move(x, np.maximum(integrand, 0))
        loss.move(x, np.minimum(integrand, 0))
        forward = fixed(kl_univariate(mean_p, sd_p**2, mean_q, sd_q**2), 4)
        reverse = fixed(kl_univariate(mean_q, sd_q**2, mean_p, sd_p**2), 4)
        note.set_text(f"KL(p‖q) = {forward}\nKL(q‖p) = {reverse}")
        peak = integrand.max()
        # The cost is highest on the side of p that q is not on: the note stands on the other.
        for here, one in zip((mean_q < mean_p, mean_q >= mean_p), beyond, strict=True):
            one.set_text(f"▲ up to {fixed(peak, 1)}" if here and peak > 1.6 else "")
        return (
            f"p = N({short(mean_p)}, {short(sd_p)}²) and q = N({short(mean_q)}, {short(sd_q)}²): "
            f"KL(p‖q) = {forward} nats, KL(q‖p) = {reverse} nats."
        )

    return update
