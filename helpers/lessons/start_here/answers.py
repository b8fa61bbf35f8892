"""Section 3: four answers on one posterior."""

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.start_here.measured_square import (
    N_STEPS,
    N_WALKERS,
    THETA,
    exact,
    laplace,
    variational,
    walkers,
)
from helpers.plots import APPROXIMATION, LOSS, SAMPLES, TARGET, Note, draw_curve, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import fixed, signed

NAMES = ("Exact: a sum", "Laplace: peak and bend", "MCMC: a walk", "VI: the closest bell")
EDGES = np.linspace(-4, 4, 33)
TOP = 1.5


@explorer(
    "Four answers on one posterior",
    Slider("y", "y, measured θ²", -1.0, 4.0, 2.0, 0.25),
    Slider("noise", "σ, its noise", 0.75, 2.0, 1.0, 0.25),
    Slider("n", "steps of the walk", 0, N_STEPS, N_STEPS, 1),
    size=(9.6, 3.3),
)
def four(figure):
    """The same solid posterior in four panels, each with one answer drawn over it."""
    panels = figure.subplots(1, 4, sharey=True)
    moving = dict(animated=True)
    for ax, name in zip(panels, NAMES, strict=True):
        set_axes(ax, (-4, 4), (0, TOP), xlabel="θ", title=name)
        ax.set_yticks(())
        words = Note(ax, 0.04, 0.98)
        words.set_text("P(θ < 0)\nlog P(D)")
        words.set_animated(False)
    # Left of the bump that may rise beyond the panel.
    numbers = [Note(ax, 0.62, 0.98, align="right") for ax in panels]
    bars = draw_curve(
        panels[2], [], [], color=SAMPLES, drawstyle="steps-post", linewidth=1.6, **moving
    )
    posteriors = [draw_curve(ax, THETA, THETA, color=TARGET, **moving) for ax in panels]
    bells = [
        draw_curve(ax, THETA, THETA, color=color, linestyle=style, **moving)
        for ax, color, style in (
            (panels[1], LOSS, (0, (1, 1))),
            (panels[3], APPROXIMATION, (0, (5, 2))),
        )
    ]

    def update(y, noise, n):
        density, left, log_evidence = exact(y, noise)
        for line in posteriors:
            line.set_ydata(density)
        answers = laplace(y, noise), variational(y, noise)
        for line, bell in zip(bells, answers, strict=True):
            line.set_ydata(np.exp(log_normal(THETA, bell.mean, bell.sd**2)))
        states = walkers(y, noise)[n]
        heights = np.histogram(states, EDGES)[0] / N_WALKERS / (EDGES[1] - EDGES[0])
        bars.set_data(EDGES, np.append(heights, heights[-1]))
        share = np.mean(states < 0)
        shown = (
            (fixed(left, 2), signed(log_evidence, 2)),
            (fixed(answers[0].left, 2), signed(answers[0].log_evidence, 2)),
            (fixed(share, 2), "—"),
            (fixed(answers[1].left, 2), signed(answers[1].log_evidence, 2)),
        )
        for note, pair in zip(numbers, shown, strict=True):
            note.set_text("\n".join(pair))
        tall = max(density.max(), heights.max(), *(line.get_ydata().max() for line in bells))
        return (
            f"The chance that θ is negative: exact {shown[0][0]}, Laplace {shown[1][0]}, MCMC "
            f"{shown[2][0]}, VI {shown[3][0]}. log P(D) is {shown[0][1]}; VI's bound on it "
            f"{shown[3][1]}.{' A curve goes beyond the panel.' if tall > TOP else ''}"
        )

    return update
