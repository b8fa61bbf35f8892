"""What coordinate ascent can end in, by where it starts: poor optima, saddles, dead components."""

from functools import cache

import numpy as np

from helpers import mixture
from helpers.gaussians import ellipse
from helpers.lessons.gmm_cavi import formulas
from helpers.lessons.gmm_cavi.data import FIVE, THREE
from helpers.lessons.gmm_cavi.drawing import FALL, Components, Points, draw_rise, in_order
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, DATA, SAMPLES, draw_curve, draw_marker, set_axes
from helpers.widgets import Slider, explorer
from helpers.words import below, count, fixed, short

N_RESTARTS = 30
FIVE_KINDS = MixtureModel(5, 0.0, 9.0, 0.25)


@cache
def restart(seed):
    """The fit of the five clusters from one start."""
    return mixture.fit(FIVE_KINDS, FIVE, rng=seed, max_sweeps=100)


def collect(results, keys, work, every=1):
    """results[key] = work(key) for each key that is missing, with a line now and then.

    Interrupt it when you like: what is done stays in `results`, and a second call goes on.
    """
    keys = list(keys)
    try:
        for done, key in enumerate(keys, start=1):
            if key not in results:
                results[key] = work(key)
            if done % every == 0 or done == len(keys):
                print(f"{done:3d} of {len(keys)} done")
    except KeyboardInterrupt:
        print(f"stopped: {len(results)} of {len(keys)} are kept; run again to go on")
    return results


@explorer(
    "Thirty restarts on five clusters",
    Slider("rank", "rank of the restart", 1, N_RESTARTS, N_RESTARTS, 1),
    size=(9.6, 4.4),
)
def restarts(figure):
    """The chosen restart, beside the best one and the ELBOs of all; the chosen one moves."""
    grid = figure.add_gridspec(2, 2, width_ratios=(1.35, 1), height_ratios=(1.2, 1))
    planes = figure.add_subplot(grid[:, 0]), figure.add_subplot(grid[0, 1])
    strip = figure.add_subplot(grid[1, 1])
    final = np.array([restart(seed).elbo[-1] for seed in range(N_RESTARTS)])
    # Equal optima differ in their last digits: rounded, their order is the seeds'.
    order = np.argsort(-np.round(final, 6), kind="stable")
    marks = []
    for ax, animated in zip(planes, (True, False), strict=True):
        set_axes(ax, (-4.6, 4.6), (-3.3, 3.3))
        ax.set_aspect("equal")
        points = Points(ax, FIVE, 5, 0.09, animated=animated)
        marks.append((points, Components(ax, 5, 0.2, animated=animated)))
    planes[0].set_title("The restart that you chose")
    planes[1].set_title("The best of 30")
    best = restart(int(order[0])).state
    marks[1][0].move(best.responsibilities)
    marks[1][1].move(best.means, best.variances)
    title = "Final ELBO of every restart, the best first"
    limits = (final.min() - 60, final.max() + 60)
    set_axes(strip, (0, 31), limits, xlabel="rank", ylabel="nats", title=title)
    ranks = np.arange(1, N_RESTARTS + 1)
    draw_marker(strip, color=SAMPLES, markersize=6, animated=False).set_data(ranks, final[order])
    here = draw_marker(strip, color=ACCENT, marker="D", markersize=10)
    reached = int(np.sum(final > final.max() - 0.1))

    def update(rank):
        seed = int(order[rank - 1])
        state = restart(seed).state
        marks[0][0].move(state.responsibilities)
        marks[0][1].move(state.means, state.variances)
        here.set_data([rank], [final[seed]])
        return (
            f"Rank {rank} (seed {seed}): ELBO {fixed(final[seed], 2)}, "
            f"{below(final.max() - final[seed], 2)} nats below the best; "
            f"Nₖ = {in_order(state.responsibilities.sum(axis=0))}. "
            f"Of {N_RESTARTS} restarts, {reached} reach the best."
        )

    return update


N_SPREAD, WIDE, SAME = 20, 7.0, -13.0
DIRECTIONS = np.array([(-1.0, -0.4), (0.9, -0.7), (0.1, 1.0), (0.5, 0.6)])


@cache
def from_spread(exponent, sd_prior):
    """Sweeps from four means on DIRECTIONS times 10^exponent; −13 stands for 0."""
    size = 0.0 if exponent == SAME else 10.0**exponent
    model = MixtureModel(4, 0.0, sd_prior**2, 0.25)
    start = State(None, size * DIRECTIONS, np.full(4, 0.01))
    start = mixture.update_assignments(model, THREE, start)
    return formulas.history(model, THREE, start, N_SPREAD)


@explorer(
    "How far apart the means start",
    Slider("exponent", "log₁₀ of the distance", SAME, 1.5, -8.0, 0.5),
    Slider("sd_prior", "σ, prior of the means", 0.5, 3.0, 2.0, 0.5),
    Slider("sweep", "sweeps done", 0, N_SPREAD, 6, 1, play=True),
    size=(9.6, 4.4),
)
def spread(figure):
    """Four components on three clusters after so many sweeps, and the ELBO of all sweeps."""
    plane, rise = figure.subplots(1, 2, width_ratios=(1.1, 1))
    set_axes(plane, (-WIDE, WIDE), (-WIDE, WIDE), title="Rings: q(μₖ), 2 sd; dotted: the prior")
    plane.set_aspect("equal")
    points, components = Points(plane, THREE, 4, 0.13), Components(plane, 4, 0.32)
    prior = draw_curve(plane, [], [], color=DATA, linestyle=":", linewidth=1.8, animated=True)
    title = "ELBO, less the best that the slider finds"
    draw_rise(rise, N_SPREAD, title, -200_000, (-100_000, -1000, -10, -0.1, 0))
    rise.set_xticks(range(0, N_SPREAD + 1, 5))
    curve = draw_curve(rise, [], [], color=ACCENT, animated=True)
    here = draw_marker(rise, color=ACCENT)
    sweeps = np.arange(N_SPREAD + 1)

    def update(exponent, sd_prior, sweep):
        found = from_spread(exponent, sd_prior)
        best = max(from_spread(0.0, sd_prior).elbo[-1], found.elbo[-1])
        phi, means, variances = found.states[sweep]
        points.move(phi)
        components.move(means, variances)
        prior.set_data(*ellipse([0, 0], sd_prior**2 * np.eye(2), 2))
        heights = FALL(np.minimum(found.elbo - best, 0))
        curve.set_data(sweeps, heights)
        here.set_data([sweep], [heights[sweep]])
        size = "0" if exponent == SAME else short(10.0**exponent, 3)
        lost = int(np.sum(np.abs(means).max(axis=1) > WIDE))
        beyond = f" {count(lost, 'mean')} beyond the panel." if lost else ""
        counts = " and ".join(", ".join(_held(n) for n in phi.sum(axis=0)).rsplit(", ", 1))
        return (
            f"Distance {size}, after {count(sweep, 'sweep')}: Nₖ = {counts} of 75 points, ELBO "
            f"{fixed(found.elbo[sweep], 2)}, {below(best - found.elbo[sweep], 2)} below the best."
            f"{beyond}"
        )

    return update


def _held(n):
    """A soft count; what is next to nothing keeps its size, so that one sees it grow."""
    return fixed(n, 2) if n >= 0.005 else "0" if n < 1e-250 else short(n, 1)
