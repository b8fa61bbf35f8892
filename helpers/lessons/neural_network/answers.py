"""Section 7: four answers, as bands and as a table."""

import numpy as np

from helpers.diagnostics import LARGEST_R_HAT
from helpers.lessons.neural_network.points import SETTING
from helpers.lessons.neural_network.prior import draw_points
from helpers.lessons.neural_network.stored import GRID, N_LONG, stored
from helpers.plots import ACCENT, APPROXIMATION, LOSS, SAMPLES, TARGET, Note, draw_curve
from helpers.widgets import explorer
from helpers.words import fixed, listed

PANELS = ("mode", "Laplace", "Laplace, linear", "VI")
COLORS = (SAMPLES, LOSS, ACCENT, APPROXIMATION)
MIDDLE = GRID.size // 2  # x = 0
# Along a band's lower end and, turning beyond the panel, back by its upper.
TURNED = np.concatenate([GRID, GRID[::-1]])


@explorer("Four answers, and a long chain", *SETTING, size=(9.6, 5.0))
def bands(figure):
    """Four 95 % bands of f follow the controls; in each panel the long chain's, dotted."""
    panels = figure.subplots(2, 2, sharex=True, sharey=True).ravel()
    areas, lines, exact = [], [], []
    for ax, name, color in zip(panels, PANELS, COLORS, strict=True):
        draw_points(ax, title=name)
        # Not opaque: the points lie in the still layer, under it.
        style = dict(facecolor=color, alpha=0.4, linewidth=0, animated=True)
        areas += ax.fill(TURNED, 0 * TURNED, **style)
        lines.append(draw_curve(ax, GRID, 0 * GRID, color=color, linestyle="-", animated=True))
        style = dict(linestyle=":", linewidth=1.5, animated=True)
        exact.append(draw_curve(ax, TURNED, 0 * TURNED, color=TARGET, **style))
    for ax in panels[:2]:
        ax.set_xlabel("")
    exact[0].set_label("long HMC")
    panels[0].legend(loc="lower left")

    def update(hidden, scale):
        found = stored("bands", hidden, scale)
        outlines = np.concatenate([found[:, 0], found[:, 1, ::-1]], axis=1)
        for k in range(4):
            areas[k].set_xy(np.stack([TURNED, outlines[k]], axis=1))
            lines[k].set_ydata(found[k, 2])
            exact[k].set_ydata(outlines[-1])
        widths = found[:, 1, MIDDLE] - found[:, 0, MIDDLE]
        names = (
            "mode",
            "Laplace",
            "Laplace (linear)",
            "VI",
        )  # a comma within would confuse the list
        words = [f"{n} {fixed(width, 2)}" for n, width in zip(names, widths, strict=False)]
        return (
            f"Precomputed. Width of the 95 % band of f in the middle of the gap: {listed(words)}; "
            f"long HMC {fixed(widths[-1], 2)}."
        )

    return update


ROWS = ("mode", "Laplace", "Laplace, linear", "VI", "HMC, 4 × 200", "long HMC, 8 × 1000")
HEADS = (
    "CPU s",
    "log density\nat points",
    "\nin gap",
    "coverage %\nat points",
    "\nin gap",
    "band off by\nat points",
    "\nin gap",
)
ENDS = (0.31, 0.44, 0.54, 0.68, 0.77, 0.91, 1.0)


def columns(hidden, scale):
    """A text for each of HEADS, its lines the ROWS."""
    seconds = stored("seconds", hidden, scale)
    # Laplace, VI and HMC start from the climbs, so these are paid by all.
    paid = [fixed(seconds[0] + (seconds[k] if k else 0), 1) for k in range(5)]
    table = stored("table", hidden, scale)
    made = [[*paid, "—"]]
    made += [[fixed(x, 2) for x in table[:, k]] for k in (0, 1)]
    made += [[fixed(100 * x, 0) for x in table[:, k]] for k in (2, 3)]
    made += [[*(fixed(x, 2) for x in table[:-1, k]), "—"] for k in (4, 5)]
    return ["\n".join(column) for column in made]


@explorer("An honest table", *SETTING, size=(9.6, 1.75))
def table(figure):
    """Heads and names stay; the numbers follow the controls."""
    ax = figure.subplots()
    ax.set_axis_off()
    still = Note(ax, 0, 1), *(Note(ax, x, 1, align="right") for x in ENDS)
    for note, text in zip(still, ("\n\n" + "\n".join(ROWS), *HEADS), strict=True):
        note.set_text(text)
        note.set_animated(False)
    notes = [Note(ax, x, 1, align="right") for x in ENDS]

    def update(hidden, scale):
        for note, text in zip(notes, columns(hidden, scale), strict=True):
            note.set_text("\n\n" + text)
        ratio, size, in_weights, _ = stored("trust", hidden, scale)
        word = "doubt it" if ratio > LARGEST_R_HAT else "no complaint"
        return (
            f"The long HMC run, {N_LONG[0]} chains of {N_LONG[1]} draws: of f, the worst R̂ is "
            f"{fixed(ratio, 3)} and the least effective size {fixed(size, 0)}: {word}. "
            f"Of the weights, the worst R̂ is {fixed(in_weights, 2)}."
        )

    return update
