"""Section 2, where q says “never”: supports, and a KL that is infinite."""

import numpy as np
from scipy.special import ndtr

from helpers.gaussians import log_normal
from helpers.plots import APPROXIMATION, TARGET, Note, draw_curve, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import short

# The share of p that is mixed into the cut q, by the words of its choice.
SHARES = {"nothing": 0.0, "10⁻¹²": 1e-12, "10⁻⁶": 1e-6, "10⁻³": 1e-3, "0.1": 0.1}


def both_ways(cut, share):
    """(KL(p‖q), KL(q‖p)) for p = N(0, 1) and q = (1 − share) p|[−cut, cut] + share p, in nats.

    With m = P(|x| ≤ cut), q/p is a = (1 − share)/m + share inside and `share` outside, so
    KL(p‖q) = −m log a − (1 − m) log share and KL(q‖p) = m a log a + (1 − m) share log share.
    """
    outside = 2 * ndtr(-cut)
    inside = 1 - outside
    log_a = np.log(((1 - share) / inside) + share)
    if share == 0:
        return np.inf, float(log_a)
    forward = -inside * log_a - outside * np.log(share)
    reverse = inside * np.exp(log_a) * log_a + outside * share * np.log(share)
    return float(forward), float(reverse)


@explorer(
    "A q that says “never”",
    Slider("cut", "q ends at ±", 0.5, 4.0, 2.0, 0.1),
    Choice("share", "q keeps of p", tuple(SHARES), "10⁻¹²"),
    size=(9.6, 3.4),
)
def never(figure):
    """p and its cut copy q, and log p − log q on a line of its own. q and the price move."""
    x = np.linspace(-5, 5, 251)
    left, right = figure.subplots(1, 2)
    set_axes(left, (-5, 5), (0, 1.15), xlabel="x", ylabel="density", title="p, and q cut off")
    title = "What a draw at x costs: log p − log q"
    set_axes(right, (-5, 5), (-5, 30), xlabel="x", ylabel="nats", title=title)
    log_p = log_normal(x, 0, 1)
    draw_curve(left, x, np.exp(log_p), color=TARGET, label="p = N(0, 1)")
    curve = draw_curve(left, x, 0 * x, color=APPROXIMATION, label="q", animated=True)
    left.legend(loc="upper right")
    right.axhline(0, color="black", linewidth=0.8)
    price = draw_curve(right, x, 0 * x, color="black", linewidth=1.8, animated=True)
    note, beyond = Note(left, 0.02, 0.98), Note(right, 0.5, 0.09, align="center")

    def update(cut, share):
        share = SHARES[share]
        inside = np.abs(x) <= cut
        within = 1 - 2 * ndtr(-cut)
        log_ratio = np.full(x.shape, np.log(share) if share else -np.inf)
        log_ratio[inside] = np.log((1 - share) / within + share)
        curve.set_ydata(np.exp(log_p + log_ratio))
        price.set_ydata(np.where(np.isfinite(log_ratio), -log_ratio, 100.0))
        forward, reverse = (short(kl, 4) if kl < np.inf else "∞" for kl in both_ways(cut, share))
        note.set_text(f"KL(p‖q) = {forward}\nKL(q‖p) = {reverse}")
        beyond.set_text("" if share else "▲ infinite beyond the cut ▲")
        return (
            f"p lands beyond ±{short(cut)} with probability {short(1 - within, 2)}: "
            f"KL(p‖q) = {forward} nats, KL(q‖p) = {reverse} nats."
        )

    return update
