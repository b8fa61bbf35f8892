"""Section 1: multiply, add, divide. Bayes' rule for a test that came back positive or negative."""

import numpy as np
from matplotlib.patches import Rectangle

from helpers.plots import DATA, LOSS, Note, set_axes, tint
from helpers.widgets import Choice, Derivation, Line, Slider, explorer
from helpers.words import fixed

# The prior's π, and the two likelihoods of a positive result.
TEST = (
    Slider("prior", "π = P(ill)", 0.01, 0.99, 0.01, 0.01),
    Slider("found", "s = P(+ | ill)", 0.01, 0.99, 0.9, 0.01),
    Slider("alarm", "f = P(+ | well)", 0.01, 0.99, 0.09, 0.01),
)
KINDS = ((LOSS, "///"), (DATA, "..."))  # the ill and the well


def likelihoods(result, found, alarm):
    """P(D | ill) and P(D | well) of what the test said."""
    return (found, alarm) if result == "positive" else (1 - found, 1 - alarm)


def _draw_square(ax, title, **style):
    """Two rectangles that will move in a unit square, and its title."""
    set_axes(ax, (0, 1), (0, 1), title=title)
    ax.set_xticks(())
    styles = [dict(facecolor=tint(color), edgecolor=color, hatch=hatch) for color, hatch in KINDS]
    return [ax.add_patch(Rectangle((0, 0), 1, 1, **kind, **style)) for kind in styles]


@explorer(
    "Multiply, add, divide",
    *TEST,
    Choice("result", "D, the test is", ("positive", "negative"), "positive"),
    size=(9.6, 3.7),
)
def areas(figure):
    """Left, widths times heights are areas; right, the same two areas, scaled to fill the square.

    Both pictures move, and the sums between them.
    """
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 0.62, 1))
    moving = dict(animated=True)
    shaded = _draw_square(left, "Width × height", **moving)
    left.set(xlabel="P(ill) and P(well)", ylabel="P(D | ill) and P(D | well)")
    edge = left.plot([0, 0], [0, 1], color="black", linewidth=1, **moving)[0]
    filled = _draw_square(right, "The same areas, scaled to 1", **moving)
    right.set(yticks=(), xlabel="P(ill | D) and P(well | D)")
    middle.set_axis_off()
    middle.legend(filled, ("ill", "well"), loc="lower center", ncols=2)
    names = Note(middle, 0.06, 0.84)
    names.set_text("The areas\n\nill\nwell\nsum = P(D)\n\nill / sum")
    names.set_animated(False)
    sums = Note(middle, 0.94, 0.84, align="right")

    def update(prior, found, alarm, result):
        high = likelihoods(result, found, alarm)
        area = prior * high[0], (1 - prior) * high[1]
        evidence = sum(area)
        posterior = area[0] / evidence
        edge.set_xdata([prior, prior])
        for pair, split, heights in ((shaded, prior, high), (filled, posterior, (1, 1))):
            pair[0].set(width=split, height=heights[0])
            pair[1].set(x=split, width=1 - split, height=heights[1])
        shown = (*area, evidence, posterior)
        sums.set_text("\n\n{}\n{}\n{}\n\n{}".format(*(fixed(value, 4) for value in shown)))
        return (
            f"P(ill) = {fixed(prior, 2)}; the test is {result}: P(D) = {fixed(area[0], 4)} + "
            f"{fixed(area[1], 4)} = {fixed(evidence, 4)}, so P(ill | D) = {fixed(posterior, 4)}."
        )

    return update


def _of_four(prior, found, alarm):
    """The joint of state and result as a table: rows ill and well, columns + and −."""
    joint = np.array(
        [[prior * found, prior * (1 - found)], [(1 - prior) * alarm, (1 - prior) * (1 - alarm)]]
    )
    return joint[0, 0] / joint[:, 0].sum()


def _product_rule(prior, found, alarm):
    evidence = np.array([prior, 1 - prior]) @ np.array([found, alarm])
    return found * prior / evidence


derived = Derivation(
    "Bayes' rule, for a positive test",
    (
        Line(
            r"P(\mathrm{ill}\mid +) = \frac{P(\mathrm{ill},+)}{P(+)}",
            "What “given” means: of all who test positive, the share who are ill. Both come"
            " from the four cases: ill or well, + or −.",
            _of_four,
        ),
        Line(
            r"= \frac{P(+\mid\mathrm{ill})\,P(\mathrm{ill})}{P(+)}",
            "The product rule: likelihood times prior. This is Bayes' rule. $P(+)$, the evidence,"
            " is the likelihood averaged over the prior.",
            _product_rule,
        ),
        Line(
            r"= \frac{s\,\pi}{s\,\pi + f\,(1-\pi)}",
            "That average written out: a sum over all hypotheses, here two of them.",
            lambda prior, found, alarm: found * prior / (found * prior + alarm * (1 - prior)),
        ),
        Line(
            r"= \frac{1}{1 + \dfrac{1-\pi}{\pi}\,\dfrac{f}{s}}",
            "Divided by $s\\pi$ above and below: of the two likelihoods only the ratio counts.",
            lambda prior, found, alarm: 1 / (1 + (1 - prior) / prior * alarm / found),
        ),
        Line(
            r"\frac{P(\mathrm{ill}\mid +)}{P(\mathrm{well}\mid +)}"
            r" = \frac{\pi}{1-\pi}\cdot\frac{s}{f}",
            "Aside: the odds of ill, beside those of line 1. The evidence has cancelled: whoever"
            " needs ratios only, needs no evidence.",
            lambda prior, found, alarm: prior / (1 - prior) * found / alarm,
            aside=lambda prior, found, alarm: (
                _of_four(prior, found, alarm) / _of_four(1 - prior, alarm, found)
            ),
        ),
    ),
    TEST,
)
