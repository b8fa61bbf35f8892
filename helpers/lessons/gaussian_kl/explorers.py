"""What KL measures, in pictures: worksheet problem 1 and exercise sheet 1a, 1b."""

import numpy as np

from helpers.gaussians import ellipse, kl_full, kl_univariate
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    GAIN,
    LOSS,
    TARGET,
    Area,
    Note,
    Rings,
    Waterfall,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Explorer, Slider


def log_normal(x, mean, sd):
    """log N(x; mean, sd²)."""
    return -0.5 * np.log(2 * np.pi) - np.log(sd) - 0.5 * ((x - mean) / sd) ** 2


def covariance(sd_1, sd_2, correlation):
    off = correlation * sd_1 * sd_2
    return np.array([[sd_1**2, off], [off, sd_2**2]])


def _draw_two_gaussians(figure):
    x = np.linspace(-6, 6, 161)
    left, right = figure.subplots(1, 2)
    set_axes(left, (-6, 6), (0, 0.95), xlabel="x", ylabel="density", title="Two Gaussians")
    title = r"The integrand $p\,\log(p/q)$: its area is KL(p‖q)"
    set_axes(right, (-6, 6), (-0.55, 1.6), xlabel="x", ylabel="nats per unit of x", title=title)
    curve_p = draw_curve(left, x, 0 * x, color=TARGET, label="p", animated=True)
    curve_q = draw_curve(left, x, 0 * x, color=APPROXIMATION, label="q", animated=True)
    left.legend(loc="upper right")
    gain = Area(right, x, color=GAIN, hatch="//", label="p above q: adds", animated=True)
    loss = Area(right, x, color=LOSS, hatch="\\\\", label="p below q: takes", animated=True)
    outline = draw_curve(right, x, 0 * x, color="black", linewidth=1.2, animated=True)
    right.axhline(0, color="black", linewidth=0.8)
    right.legend(loc="upper right")
    note = Note(left, 0.02, 0.98)
    beyond = Note(right, 0.02, 0.98)

    def update(mean_p, sd_p, mean_q, sd_q):
        log_p, log_q = log_normal(x, mean_p, sd_p), log_normal(x, mean_q, sd_q)
        integrand = np.exp(log_p) * (log_p - log_q)
        curve_p.set_ydata(np.exp(log_p))
        curve_q.set_ydata(np.exp(log_q))
        outline.set_ydata(integrand)
        gain.move(x, np.maximum(integrand, 0))
        loss.move(x, np.minimum(integrand, 0))
        forward = kl_univariate(mean_p, sd_p**2, mean_q, sd_q**2)
        reverse = kl_univariate(mean_q, sd_q**2, mean_p, sd_p**2)
        note.set_text(f"KL(p‖q) = {forward:.4f}\nKL(q‖p) = {reverse:.4f}")
        peak = integrand.max()
        beyond.set_text(f"▲ up to {peak:.1f}" if peak > 1.6 else "")
        return (
            f"p = N({mean_p:g}, {sd_p:g}²) and q = N({mean_q:g}, {sd_q:g}²): "
            f"KL(p‖q) = {forward:.4f} nats, KL(q‖p) = {reverse:.4f} nats."
        )

    return update


two_gaussians = Explorer(
    "Two Gaussians, and the divergence between them",
    (
        Slider("mean_p", "mean of p", -2.0, 2.0, -0.5, 0.1),
        Slider("sd_p", "sd of p", 0.5, 2.0, 0.7, 0.05),
        Slider("mean_q", "mean of q", -2.0, 2.0, 0.8, 0.1),
        Slider("sd_q", "sd of q", 0.5, 2.0, 1.2, 0.05),
    ),
    _draw_two_gaussians,
)


def _draw_problem(figure):
    x = np.linspace(-5, 5, 201)
    ax = figure.subplots()
    log_p, log_q = log_normal(x, 0, 1), log_normal(x, 1, 2)
    set_axes(ax, (-5, 5), (-0.15, 0.45), xlabel="x", ylabel="density")
    draw_curve(ax, x, np.exp(log_p), color=TARGET, label="p = N(0, 1²): where x comes from")
    draw_curve(ax, x, np.exp(log_q), color=APPROXIMATION, label="q = N(1, 2²): what we believe")
    area = Area(ax, x, color=GAIN, hatch="//", label="p log(p/q): what the belief costs")
    area.move(x, np.exp(log_p) * (log_p - log_q))
    ax.legend(loc="upper left")
    value = kl_univariate(0, 1, 1, 4)

    def update():
        return f"p = N(0, 1²) believed to be q = N(1, 2²) costs {value:.4f} nats per draw."

    return update


problem = Explorer("The price of a wrong belief", (), _draw_problem, (9.6, 3.2))


def _draw_special_cases(figure):
    left, right = figure.subplots(1, 2)
    gap = np.linspace(-3, 3, 121)
    log_ratio = np.linspace(-2, 2, 161)
    title = r"Same variance: KL = $(\mu_p-\mu_q)^2/2\sigma^2$"
    set_axes(left, (-3, 3), (0, 6), xlabel="μp − μq", ylabel="nats", title=title)
    title = "Same mean: only σp/σq matters"
    set_axes(right, (-2, 2), (0, 6), xlabel="log₂(σp/σq)", ylabel="nats", title=title)
    parabola = draw_curve(left, gap, 0 * gap, color="black", animated=True)
    draw_curve(left, gap, gap**2 / 2, color="0.6", linewidth=1.2, linestyle=":", label="σ = 1")
    left.legend(loc="upper center")
    here = draw_marker(left, color=ACCENT)
    forward = kl_univariate(0, 4.0**log_ratio, 0, 1)
    reverse = kl_univariate(0, 1, 0, 4.0**log_ratio)
    draw_curve(right, log_ratio, forward, color=TARGET, label="KL(p‖q)")
    draw_curve(right, log_ratio, reverse, color=APPROXIMATION, label="KL(q‖p)")
    right.legend(loc="upper center")
    marks = [draw_marker(right, color=TARGET), draw_marker(right, color=APPROXIMATION, marker="s")]
    notes = [Note(left, 0.02, 0.98), Note(right, 0.5, 0.78, align="center")]

    def update(gap_now, sd, log_ratio_now):
        parabola.set_ydata(gap**2 / (2 * sd**2))
        value = kl_univariate(gap_now, sd**2, 0, sd**2)
        here.set_data([gap_now], [value])
        ratio = 2.0**log_ratio_now
        both = kl_univariate(0, ratio**2, 0, 1), kl_univariate(0, 1, 0, ratio**2)
        for mark, kl in zip(marks, both, strict=True):
            mark.set_data([log_ratio_now], [kl])
        notes[0].set_text(f"{value:.4f} nats" + ("  ▲ above the panel" if value > 6 else ""))
        notes[1].set_text(f"KL(p‖q) = {both[0]:.4f}\nKL(q‖p) = {both[1]:.4f}")
        return (
            f"Means {gap_now:g} apart, both sd {sd:g}: {value:.4f} nats. Same mean, "
            f"σp/σq = {ratio:.4g}: KL(p‖q) = {both[0]:.4f}, KL(q‖p) = {both[1]:.4f} nats."
        )

    return update


special_cases = Explorer(
    "Two special cases",
    (
        Slider("gap_now", "μp − μq", -3.0, 3.0, 1.5, 0.1),
        Slider("sd", "common σ", 0.5, 3.0, 1.5, 0.05),
        Slider("log_ratio_now", "log₂(σp/σq)", -2.0, 2.0, 1.0, 0.1),
    ),
    _draw_special_cases,
)


def _draw_two_dimensions(figure):
    left, right = figure.subplots(1, 2)
    set_axes(left, (-5.4, 5.4), (-4.5, 4.5), xlabel="x₁", ylabel="x₂", title="p and q: 1 and 2 sd")
    left.set_aspect("equal")
    title = "KL(p‖q): three terms, each starting where the last ended"
    set_axes(right, (-0.6, 3.6), (-2, 5), ylabel="nats", title=title)
    rings_p = Rings(left, color=TARGET, label="p", animated=True)
    rings_q = Rings(left, color=APPROXIMATION, label="q", animated=True)
    left.legend(loc="upper right")
    names = ["½ log det\nratio", "½ (trace\n− 2)", "½ mean\ngap", "sum"]
    bars = Waterfall(
        right, names, [LOSS, GAIN, "#56B4E9", "0.75"], ["\\\\", "//", "--", ""], animated=True
    )
    centre = np.zeros(2)

    def update(correlation_p, mean_1, mean_2, sd_1, sd_2, correlation_q):
        mean_q = np.array([mean_1, mean_2])
        cov_p, cov_q = covariance(1, 1, correlation_p), covariance(sd_1, sd_2, correlation_q)
        solved = np.linalg.solve(cov_q, np.column_stack([cov_p, mean_q]))
        log_det = 0.5 * (np.linalg.slogdet(cov_q)[1] - np.linalg.slogdet(cov_p)[1])
        terms = np.array(
            [log_det, 0.5 * (np.trace(solved[:, :2]) - 2), 0.5 * mean_q @ solved[:, 2]]
        )
        total = kl_full(centre, cov_p, mean_q, cov_q)
        rings_p.move([ellipse(centre, cov_p, k) for k in (1, 2)], centre)
        rings_q.move([ellipse(mean_q, cov_q, k) for k in (1, 2)], mean_q)
        bars.move([0, *np.cumsum(terms)[:2], 0], [*terms, total])
        return (
            f"log det {terms[0]:+.3f}, trace {terms[1]:+.3f}, mean {terms[2]:+.3f}: "
            f"KL(p‖q) = {total:.3f} nats."
        )

    return update


two_dimensions = Explorer(
    "Two Gaussians in the plane",
    (
        Slider("correlation_p", "correlation of p", -0.8, 0.8, 0.6, 0.05),
        Slider("correlation_q", "correlation of q", -0.8, 0.8, 0.0, 0.05),
        Slider("mean_1", "q: mean of x₁", -2.0, 2.0, 1.0, 0.1),
        Slider("mean_2", "q: mean of x₂", -2.0, 2.0, 0.5, 0.1),
        Slider("sd_1", "q: sd of x₁", 0.6, 2.0, 1.2, 0.05),
        Slider("sd_2", "q: sd of x₂", 0.6, 2.0, 0.8, 0.05),
    ),
    _draw_two_dimensions,
)
