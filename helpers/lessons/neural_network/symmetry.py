"""Section 3: one function, many weights."""

import itertools

import numpy as np

from helpers.lessons.neural_network.points import model
from helpers.lessons.neural_network.prior import WIDE, draw_points
from helpers.lessons.neural_network.stored import stored
from helpers.plots import ACCENT, SAMPLES, TARGET, draw_curve, draw_marker, set_axes
from helpers.widgets import Choice, Slider, explorer
from helpers.words import fixed

HIDDEN, SCALE = 2, 1.0
WAYS = {  # the units' order, and their signs
    "exchange the units": ((1, 0), (1, 1)),
    "turn a unit's signs": ((0, 1), (-1, 1)),
    "both": ((1, 0), (-1, 1)),
}
SHARES = np.linspace(0, 1, 101)


def copy(z, order, signs):
    """The weights z (D,) with the units in another order, and with some units' signs turned."""
    blocks = z[:-1].reshape(3, -1)[:, list(order)] * signs
    return np.append(blocks, z[-1])


def all_copies(z):
    """Every order and every choice of signs: (H! 2^H, D), z itself first."""
    units = range(len(z) // 3)
    signs = list(itertools.product((1, -1), repeat=len(units)))
    return np.array([copy(z, o, turned) for o in itertools.permutations(units) for turned in signs])


def straight(way):
    """Weights on the straight line from the mode to its copy, one for each of SHARES: (101, D)."""
    mode = stored("mode", HIDDEN, SCALE)
    return mode + SHARES[:, None] * (copy(mode, *WAYS[way]) - mode)


@explorer(
    "From a mode to its copy",
    Choice("way", "the copy", tuple(WAYS), next(iter(WAYS))),
    Slider("share", "share of the way", 0.0, 1.0, 0.0, 0.05),
    size=(9.6, 3.9),
)
def walk(figure):
    """Left, the function at the weights so far; right, the log joint on the straight way."""
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1))
    draw_points(left, ylabel="y", title="The function")
    network = model(HIDDEN, SCALE)
    mode = stored("mode", HIDDEN, SCALE)
    draw_curve(left, WIDE, network.predict(mode, WIDE), color=TARGET, label="at the mode")
    f = draw_curve(left, WIDE, 0 * WIDE, color=SAMPLES, linestyle="-.", animated=True)
    f.set_label("on the way")
    left.legend(loc="upper left")
    title = "log p(y, z), in nats"
    set_axes(right, (0, 1), (-850, 20), xlabel="share of the way", title=title)
    valley = draw_curve(right, SHARES, 0 * SHARES, color=SAMPLES, animated=True)
    here = draw_marker(right, color=ACCENT, clip_on=False)

    def update(way, share):
        path = straight(way)
        heights = network.log_joint(path)
        k = round(share * 100)
        f.set_ydata(network.predict(path[k], WIDE))
        valley.set_ydata(heights)
        here.set_data([share], [heights[k]])
        apart = np.abs(network.predict(path[k], WIDE) - network.predict(mode, WIDE)).max()
        return (
            f"After a share of {fixed(share, 2)} the log joint is {fixed(heights[k], 1)}, at the "
            f"mode {fixed(heights[0], 1)}; the function differs by up to {fixed(apart, 2)}."
        )

    return update
