"""Section 5: what to ask chains about, where weights have copies."""

from functools import lru_cache

import numpy as np

from helpers.diagnostics import LARGEST_R_HAT, effective_sample_size, r_hat
from helpers.lessons.neural_network.points import model
from helpers.lessons.neural_network.stored import stored
from helpers.plots import DATA, GAIN, LOSS, TARGET, draw_curve, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import fixed

SETTING = 2, 1.0  # hidden units and prior scale of the stored chains
WEIGHTS = {"w₁": 0, "v₁": 4, "b": 6}
PLACES = {"f(0), in the gap": 0.0, "f(1.5), at points": 1.5}
TOP = 6.0  # no draw of anything asked lies beyond
# Colour, dash and width. No four colours of ours differ in grey, so one chain is wider.
LOOK = ((LOSS, "-", 0.8), (DATA, "--", 1.2), (TARGET, "-.", 0.8), (GAIN, ":", 0.8))


def asked(quantity):
    """What the four stored chains say of it: (4, draws)."""
    z = stored("chains")
    if quantity in WEIGHTS:
        return z[..., WEIGHTS[quantity]]
    return model(*SETTING).predict(z, [PLACES[quantity]])[..., 0]


@lru_cache
def judged(quantity, n):
    """R̂ and the effective size of the first n draws."""
    values = asked(quantity)[:, :n, None]
    return r_hat(values)[0], effective_sample_size(values)[0]


@explorer(
    "Four chains, asked about this and that",
    Choice("quantity", "ask for", (*WEIGHTS, *PLACES), "w₁"),
    Slider("n", "draws so far", 20, 400, 400, 20, play=True),
    size=(9.6, 3.7),
)
def four_chains(figure):
    """Left, the four chains' draws one after the other; right, the share of draws by value."""
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1), sharey=True)
    set_axes(left, (0, 400), (-TOP, TOP), xlabel="draws", ylabel="value", title="The chains")
    label = "share of a chain's draws"
    set_axes(right, (0, 1), (-TOP, TOP), xlabel=label, title="Where each has been")
    traces, shares = [], []
    for number, (color, dash, width) in enumerate(LOOK, 1):
        style = dict(color=color, animated=True)
        traces.append(draw_curve(left, [], [], linewidth=width, linestyle="-", **style))
        shares.append(draw_curve(right, [], [], linewidth=1.4, linestyle=dash, **style))
        shares[-1].set_label(f"chain {number}")
    right.legend(loc="lower right")
    edges = np.linspace(-TOP, TOP, 49)
    middles = (edges[1:] + edges[:-1]) / 2

    def update(quantity, n):
        values = asked(quantity)[:, :n]
        for chain, trace, share in zip(values, traces, shares, strict=True):
            trace.set_data(np.arange(1, n + 1), chain)
            share.set_data(np.histogram(chain, edges)[0] / n, middles)
        ratio, size = judged(quantity, n)
        word = "above" if ratio > LARGEST_R_HAT else "not above"
        return (
            f"{quantity.split(',')[0]}, {n} draws from each of 4 chains: R̂ = {fixed(ratio, 3)}, "
            f"{word} {LARGEST_R_HAT}; worth {fixed(size, 0)} independent draws."
        )

    return update
