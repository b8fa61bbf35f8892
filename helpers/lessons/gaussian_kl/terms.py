"""Sections 4 and 5, what each term does: two special cases (exercise sheet, 1b), and the plane."""

import numpy as np

from helpers.gaussians import covariance, kl_full, kl_univariate, rings
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    DATA,
    GAIN,
    LOSS,
    TARGET,
    Note,
    Rings,
    Waterfall,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Slider, explorer
from helpers.words import fixed, short, signed


@explorer(
    "Two special cases",
    Slider("gap_now", "μp − μq", -3.0, 3.0, 1.5, 0.1),
    Slider("sd", "common σ", 0.9, 3.0, 1.5, 0.05),
    Slider("log_ratio_now", "log₂(σp/σq)", -2.0, 2.0, 1.0, 0.1),
)
def special_cases(figure):
    """KL against the gap, and against the ratio of the scales. The parabola and marks move."""
    left, right = figure.subplots(1, 2)
    gap, log_ratio = np.linspace(-3, 3, 121), np.linspace(-2, 2, 161)
    title = r"Same variance: KL = $(\mu_p-\mu_q)^2/2\sigma^2$"
    set_axes(left, (-3.1, 3.1), (-0.1, 6.5), xlabel="μp − μq", ylabel="nats", title=title)
    title = "Same mean: only σp/σq matters"
    set_axes(right, (-2.1, 2.1), (-0.1, 6.5), xlabel="log₂(σp/σq)", ylabel="nats", title=title)
    parabola = draw_curve(left, gap, 0 * gap, color="black", label="your σ", animated=True)
    style = dict(color=DATA, linewidth=1.2, linestyle=":", label="σ = 1")
    draw_curve(left, gap, gap**2 / 2, **style)
    here = draw_marker(left, color=ACCENT)
    forward = kl_univariate(0, 4.0**log_ratio, 0, 1)
    reverse = kl_univariate(0, 1, 0, 4.0**log_ratio)
    draw_curve(right, log_ratio, forward, color=TARGET, label="KL(p‖q)")
    draw_curve(right, log_ratio, reverse, color=APPROXIMATION, label="KL(q‖p)")
    marks = [draw_marker(right, color=TARGET), draw_marker(right, color=APPROXIMATION, marker="s")]
    for ax in (left, right):
        ax.legend(loc="upper center")
    notes = [Note(ax, 0.5, 0.78, align="center") for ax in (left, right)]

    def update(gap_now, sd, log_ratio_now):
        parabola.set_ydata(gap**2 / (2 * sd**2))
        value = kl_univariate(gap_now, sd**2, 0, sd**2)
        here.set_data([gap_now], [value])
        ratio = 2.0**log_ratio_now
        both = kl_univariate(0, ratio**2, 0, 1), kl_univariate(0, 1, 0, ratio**2)
        for mark, kl in zip(marks, both, strict=True):
            mark.set_data([log_ratio_now], [kl])
        forward, reverse = (f"{name} = {fixed(kl, 4)}" for name, kl in zip(WAYS, both, strict=True))
        notes[0].set_text(f"{fixed(value, 4)} nats")
        notes[1].set_text(f"{forward}\n{reverse}")
        return (
            f"Means {short(abs(gap_now))} apart, both sd {short(sd)}: {fixed(value, 4)} nats. "
            f"Same mean, σp/σq = {short(ratio, 4)}: {forward}, {reverse} nats."
        )

    return update


WAYS = "KL(p‖q)", "KL(q‖p)"


@explorer(
    "Two Gaussians in the plane",
    Slider("correlation_p", "correlation of p", -0.8, 0.8, 0.6, 0.05),
    Slider("correlation_q", "correlation of q", -0.8, 0.8, 0.0, 0.05),
    Slider("mean_1", "q: mean of x₁", -2.0, 2.0, 1.0, 0.1),
    Slider("mean_2", "q: mean of x₂", -2.0, 2.0, 0.5, 0.1),
    Slider("sd_1", "q: sd of x₁", 0.6, 2.0, 1.2, 0.05),
    Slider("sd_2", "q: sd of x₂", 0.6, 2.0, 0.8, 0.05),
)
def two_dimensions(figure):
    """Rings of p and q, and the three terms of KL(p‖q) as bars. Rings and bars move."""
    left, right = figure.subplots(1, 2)
    set_axes(left, (-7.2, 7.2), (-6, 6), xlabel="x₁", ylabel="x₂", title="p and q: 1 and 2 sd")
    left.set_aspect("equal")
    title = "KL(p‖q): three terms, each starting where the last ended"
    set_axes(right, (-0.6, 3.6), (-2, 5), ylabel="nats", title=title)
    rings_p = Rings(left, color=TARGET, label="p", animated=True)
    rings_q = Rings(left, color=APPROXIMATION, label="q", animated=True)
    # Beside the title: q reaches every corner of the panel.
    left.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2)
    names = ["½ log det\nratio", "½ (trace\n− 2)", "½ squared\ndistance", "sum"]
    colors, hatches = [LOSS, GAIN, "#56B4E9", "0.75"], ["\\\\", "//", "--", ""]
    bars = Waterfall(right, names, colors, hatches, animated=True)
    centre, top = np.zeros(2), 4.4  # above it stand the numbers

    def update(correlation_p, mean_1, mean_2, sd_1, sd_2, correlation_q):
        mean_q = np.array([mean_1, mean_2])
        cov_p, cov_q = covariance(1, 1, correlation_p), covariance(sd_1, sd_2, correlation_q)
        precision = np.linalg.inv(cov_q)
        log_det = 0.5 * np.log(np.linalg.det(cov_q) / np.linalg.det(cov_p))
        trace = 0.5 * (np.trace(precision @ cov_p) - 2)
        distance = 0.5 * mean_q @ precision @ mean_q
        total = kl_full(centre, cov_p, mean_q, cov_q)
        rings_p.move(rings(centre, cov_p), centre)
        rings_q.move(rings(mean_q, cov_q), mean_q)
        starts = np.minimum([0, log_det, log_det + trace, 0], top)
        ends = np.array([log_det, log_det + trace, total, total])
        bars.move(starts, np.minimum(ends, top) - starts, [log_det, trace, distance, total])
        cut = " Bars that end at the numbers go on beyond the panel." if ends.max() > top else ""
        return (
            f"log det {signed(log_det)}, trace {signed(trace)}, distance {signed(distance)}: "
            f"KL(p‖q) = {fixed(total)} nats.{cut}"
        )

    return update
