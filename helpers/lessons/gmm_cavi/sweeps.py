"""Coordinate ascent on Old Faithful, sweep by sweep."""

from functools import cache, lru_cache

import numpy as np

from helpers.lessons.gmm_cavi import formulas
from helpers.lessons.gmm_cavi.data import eruptions
from helpers.lessons.gmm_cavi.drawing import (
    FALL,
    Components,
    Points,
    Symlog,
    draw_eruptions,
    draw_rise,
    in_order,
)
from helpers.mixture import MixtureModel
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    DATA,
    LOSS,
    SAMPLES,
    TARGET,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Slider, explorer
from helpers.words import below, count, fixed, listed

N_SWEEPS, MOST = 40, 6
TERMS = (
    ("E log p(μ)", TARGET, "--"),
    ("E log p(c)", DATA, ":"),
    ("E log p(x|c,μ)", APPROXIMATION, "-"),
    ("H(q(μ))", SAMPLES, "-."),
    ("H(q(c))", LOSS, (0, (3, 1))),
)
SIZE = Symlog(10)


@lru_cache(maxsize=512)
def run(n_components, sd_noise, seed, sd_prior=2.0):
    """All sweeps from one start: sliding along them then costs nothing."""
    model = MixtureModel(n_components, 0.0, sd_prior**2, sd_noise**2)
    return formulas.history(model, eruptions(), seed, N_SWEEPS, settled=1e-9)


@cache
def asked():
    """Twenty points, evenly spaced along the line from the short kind to the long one."""
    along = eruptions().sum(axis=1)
    places = np.linspace(along.min(), along.max(), 20)
    return np.abs(along[:, None] - places).argmin(axis=0)


@explorer(
    "Coordinate ascent, sweep by sweep",
    Slider("n_components", "K, components", 1, MOST, 2, 1),
    Slider("sd_noise", "λ, spread", 0.2, 1.2, 0.5, 0.05),
    Slider("seed", "start (seed)", 0, 20, 1, 1),
    Slider("place", "ringed point", 1, 20, 8, 1),
    Slider("sweep", "sweeps done", 0, N_SWEEPS, 1, 1, play=True),
    size=(9.6, 4.1),
)
def cavi(figure):
    """Points, means and both curves after so many sweeps; the ring marks the point asked about."""
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.25))
    plane = figure.add_subplot(grid[:, 0])
    rise, parts = (figure.add_subplot(grid[row, 1]) for row in range(2))
    x = eruptions()
    draw_eruptions(plane, "Rings: q(μₖ), 2 sd; empty marks: undecided")
    points = Points(plane, x, MOST, 0.055)
    components = Components(plane, MOST, 0.06, ring="black")
    chosen = draw_marker(plane, color="black", markersize=15, markerfacecolor="none")
    chosen.set(markeredgecolor="black", markeredgewidth=1.6)
    title = "ELBO, less its last value"
    draw_rise(rise, N_SWEEPS, title, -20_000, (-10_000, -100, -1, 0))
    curve = draw_curve(rise, [], [], color=ACCENT, animated=True)
    here = draw_marker(rise, color=ACCENT)
    limits = dict(xlabel="sweep", ylabel="nats", title="Its five terms")
    set_axes(parts, (-0.5, N_SWEEPS + 0.5), (0, 1), **limits)
    SIZE.set_axis(parts, -2e4, 1000, [-10_000, -1000, -100, 0, 100])
    lines = [
        draw_curve(parts, [], [], color=color, linestyle=style, label=name, animated=True)
        for name, color, style in TERMS
    ]
    figure.legend(handles=lines, loc="outside lower center", ncols=5)
    sweeps = np.arange(N_SWEEPS + 1)

    def update(n_components, sd_noise, seed, place, sweep):
        found = run(n_components, sd_noise, seed)
        phi, means, variances = found.states[sweep]
        sure, *_ = points.move(phi)
        components.move(means, variances)
        point = asked()[place - 1]
        chosen.set_data(*x[point, :, None])
        below_last = found.elbo - found.elbo[-1]
        curve.set_data(sweeps, FALL(below_last))
        here.set_data([sweep], [FALL(below_last[sweep])])
        for line, term in zip(lines, found.terms.T, strict=True):
            line.set_data(sweeps, SIZE(term))
        return (
            f"After {count(sweep, 'sweep')}: ELBO {fixed(found.elbo[sweep])} nats, "
            f"{below(-below_last[sweep])} below that of sweep {N_SWEEPS}; its data term "
            f"{fixed(found.terms[sweep, 2], 1)}. Nₖ = "
            f"{in_order(phi.sum(axis=0))}; {count(272 - sure, 'point')} not sure. The ringed "
            f"point: φ = {listed([fixed(p) for p in phi[point]])}."
        )

    return update
