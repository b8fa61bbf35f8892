"""What coordinate ascent can end in: poor optima, saddles, dead components."""

from functools import cache

import numpy as np

from helpers import mixture
from helpers.gaussians import ellipse
from helpers.lessons.gmm_cavi import plain
from helpers.lessons.gmm_cavi.data import FIVE, THREE, eruptions
from helpers.lessons.gmm_cavi.points import COLORS, Components, Points, Stroke
from helpers.lessons.gmm_cavi.story import draw_eruptions
from helpers.lessons.gmm_cavi.sweeps import FALL, draw_rise
from helpers.mixture import MixtureModel, State
from helpers.plots import ACCENT, DATA, SAMPLES, draw_marker, set_axes
from helpers.widgets import Explorer, Slider

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
        for count, key in enumerate(keys, start=1):
            if key not in results:
                results[key] = work(key)
            if count % every == 0 or count == len(keys):
                print(f"{count:3d} of {len(keys)} done")
    except KeyboardInterrupt:
        print(f"stopped: {len(results)} of {len(keys)} are kept; run again to go on")
    return results


def _draw_restarts(figure):
    grid = figure.add_gridspec(2, 2, height_ratios=(1.5, 1))
    planes = [figure.add_subplot(grid[0, column]) for column in range(2)]
    strip = figure.add_subplot(grid[1, :])
    final = np.array([restart(seed).elbo[-1] for seed in range(N_RESTARTS)])
    order = np.argsort(-final, kind="stable")
    for ax in planes:
        set_axes(ax, (-4.6, 4.6), (-3.3, 3.3))
        ax.set_aspect("equal")
    planes[0].set_title("The best of 30")
    planes[1].set_title("The restart that you chose")
    still, moving = (
        (Points(ax, FIVE, 5, 0.09, animated=a), Components(ax, 5, 0.2, animated=a))
        for ax, a in zip(planes, (False, True), strict=True)
    )
    best = restart(int(order[0])).state
    still[0].move(best.responsibilities)
    still[1].move(best.means, best.variances)
    low = final.min() - 60
    title = "Final ELBO of every restart, the best first"
    set_axes(strip, (0, 31), (low, final.max() + 60), xlabel="rank", ylabel="nats", title=title)
    ranks = np.arange(1, N_RESTARTS + 1)
    dots = draw_marker(strip, color=SAMPLES, animated=False)
    dots.set_data(ranks, final[order])
    here = draw_marker(strip, color=ACCENT, marker="D", markersize=11)

    def update(rank):
        seed = int(order[rank - 1])
        state = restart(seed).state
        moving[0].move(state.responsibilities)
        moving[1].move(state.means, state.variances)
        here.set_data([rank], [final[seed]])
        counts = ", ".join(f"{n:.1f}" for n in state.responsibilities.sum(axis=0))
        reached = int(np.sum(final > final.max() - 0.1))
        return (
            f"Rank {rank} (seed {seed}): ELBO {final[seed]:.2f}, {final.max() - final[seed]:.2f} "
            f"nats below the best; Nₖ = {counts}. Of {N_RESTARTS} restarts, {reached} reach the "
            "best."
        )

    return update


restarts = Explorer(
    "Thirty restarts on five clusters",
    (Slider("rank", "rank of the restart", 1, N_RESTARTS, N_RESTARTS, 1),),
    _draw_restarts,
    (9.6, 6.2),
)

TWO_KINDS = MixtureModel(2, 0.0, 4.0, 0.25)
N_SADDLE = 30


@cache
def from_saddle(exponent):
    """Sweeps from two equal components, the second moved by 10^exponent; −16 stands for 0."""
    kick = 0.0 if exponent == -16 else 10.0**exponent
    means = np.array([[0.0, 0.0], [kick, 0.0]])
    x = eruptions()
    start = mixture.update_assignments(TWO_KINDS, x, State(None, means, np.full(2, 0.01)))
    return plain.history(TWO_KINDS, x, start, N_SADDLE)


def _draw_saddle(figure):
    plane, rise = figure.subplots(1, 2)
    draw_eruptions(plane, "Empty marks: undecided")
    points, components = Points(plane, eruptions(), 2, 0.05), Components(plane, 2, 0.12)
    best = from_saddle(-1).elbo[-1]
    draw_rise(rise, N_SADDLE, "ELBO, less the best value")
    curve = Stroke(rise, ACCENT, linewidth=2.2)
    here = draw_marker(rise, color=ACCENT)

    def update(exponent, sweep):
        found = from_saddle(exponent)
        phi, means, variances = found.states[sweep]
        points.move(phi)
        components.move(means, variances)
        heights = FALL(np.minimum(found.elbo - best, 0))
        curve.move(np.column_stack([np.arange(N_SADDLE + 1), heights]))
        here.set_data([sweep], [heights[sweep]])
        kick = "0" if exponent == -16 else f"10^{exponent}"
        apart = np.linalg.norm(means[1] - means[0])
        return (
            f"Second mean moved by {kick}. After {sweep} sweep{'' if sweep == 1 else 's'}: ELBO "
            f"{found.elbo[sweep]:.4f}, {max(best - found.elbo[sweep], 0):.4f} below the best; the "
            f"means are {apart:.3g} apart."
        )

    return update


saddle = Explorer(
    "A symmetric start",
    (
        Slider("exponent", "log₁₀ of the kick", -16, -1, -8, 1),
        Slider("sweep", "sweeps done", 0, N_SADDLE, 5, 1, play=True),
    ),
    _draw_saddle,
    (9.6, 4.8),
)

N_DEAD, WIDE = 12, 7.0


def _draw_dead(figure):
    plane, bars = figure.subplots(1, 2, width_ratios=(1.3, 1))
    set_axes(plane, (-WIDE, WIDE), (-WIDE, WIDE), title="Rings: q(μₖ), 2 sd; dotted: the prior")
    plane.set_aspect("equal")
    points, components = Points(plane, THREE, 4, 0.13), Components(plane, 4, 0.32)
    prior = Stroke(plane, DATA, ":")
    title = "Points that each component holds, Nₖ"
    set_axes(bars, (0.4, 4.6), (0, 80), xlabel="component k", title=title)
    bars.set_xticks(range(1, 5))
    heights = bars.bar(range(1, 5), 0, color=COLORS[:4], edgecolor="black", animated=True)
    for bar, hatch in zip(heights, ("", "//", "\\\\", "||"), strict=True):
        bar.set_hatch(hatch)

    def update(place, sd_prior, sweep):
        found = _with_fourth(place, sd_prior)
        phi, means, variances = found.states[sweep]
        points.move(phi)
        components.move(means, variances)
        prior.move(ellipse([0, 0], sd_prior**2 * np.eye(2), 2, 37).T)
        counts = phi.sum(axis=0)
        for bar, count in zip(heights, counts, strict=True):
            bar.set_height(count)
        return (
            f"After {sweep} sweep{'' if sweep == 1 else 's'} component 4 holds {counts[3]:.2g} of "
            f"75 points: mean ({means[3, 0]:.3f}, {means[3, 1]:.3f}), variance "
            f"{variances[3]:.4f} (the prior's is {sd_prior**2:.4f}). ELBO {found.elbo[sweep]:.2f}."
        )

    return update


@cache
def _with_fourth(place, sd_prior):
    model = MixtureModel(4, 0.0, sd_prior**2, 0.25)
    means = np.array([(-2, -1), (2, -1), (0, 2), (place, place)], float)
    start = State(None, means, np.full(4, 0.01))
    return plain.history(model, THREE, mixture.update_assignments(model, THREE, start), N_DEAD)


dead = Explorer(
    "A component that nobody needs",
    (
        Slider("place", "start of component 4", 0.0, 6.0, 5.0, 0.25),
        Slider("sd_prior", "σ, prior of the means", 0.5, 3.0, 2.0, 0.25),
        Slider("sweep", "sweeps done", 0, N_DEAD, 1, 1, play=True),
    ),
    _draw_dead,
    (9.6, 5.0),
)
