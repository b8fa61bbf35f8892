"""The best product q₁(z₁) q₂(z₂) for a joint p, in pictures: exercise sheet 1c."""

import numpy as np
from scipy.special import rel_entr

from helpers.divergences import factorised_moment_projection
from helpers.lessons.mean_matching.targets import (
    CELL,
    GRID,
    INNER,
    LEVELS,
    PLANE,
    log_height,
    plane,
)
from helpers.plots import (
    APPROXIMATION,
    GAIN,
    LOSS,
    TARGET,
    Contours,
    Note,
    Table,
    Waterfall,
    draw_curve,
    set_axes,
)
from helpers.widgets import Choice, Slider, explorer

ROWS = np.array([-1.0, 0.2, 0.8])
COLUMNS = np.array([-1.2, -0.1, 0.5, 0.8])


def joint(dependence):
    """A 3 × 4 table p(a, b); its two variables are independent at dependence 0."""
    table = np.exp(dependence * np.outer(ROWS, COLUMNS) + 0.3 * ROWS[:, None] + 0.2 * COLUMNS)
    return table / table.sum()


def tilted(marginal, power):
    """A factor ∝ marginal^power: flat at 0, the marginal at 1, sharper beyond."""
    factor = marginal**power
    return factor / factor.sum()


def kl_tables(p, q):
    """Σ p log(p/q) over all cells, in nats; the rounding below 0 is taken off."""
    return max(float(np.sum(rel_entr(p, q))), 0.0)


@explorer(
    "A table, and a product of two factors",
    Slider("dependence", "dependence in p", 0.0, 3.0, 1.5, 0.1),
    Slider("power_1", "q₁ ∝ p₁ to the power", 0.0, 3.0, 0.0, 0.1),
    Slider("power_2", "q₂ ∝ p₂ to the power", 0.0, 3.0, 2.0, 0.1),
    size=(9.6, 3.8),
)
def table_projection(figure):
    """The tables of p and of q₁q₂, and the three parts of KL(p‖q₁q₂) as bars. All move."""
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.5))
    cells_p = Table(left, (3, 4), color=TARGET, animated=True)
    cells_q = Table(middle, (3, 4), color=APPROXIMATION, animated=True)
    left.set(xlabel="b", ylabel="a", title="p(a, b), in per cent")
    middle.set(xlabel="b", ylabel="a", title="q₁(a) q₂(b), in per cent")
    title = "KL(p‖q₁q₂): what each choice costs"
    set_axes(right, (-0.6, 3.6), (0, 1.6), ylabel="nats", title=title)
    names = ["lost\ndependence", "KL(p₁‖q₁)", "KL(p₂‖q₂)", "KL(p‖q₁q₂)"]
    colors, hatches = [LOSS, GAIN, "#56B4E9", "0.75"], ["\\\\", "//", "--", ""]
    bars = Waterfall(right, names, colors, hatches, animated=True)

    def update(dependence, power_1, power_2):
        p = joint(dependence)
        p_1, p_2 = factorised_moment_projection(p)
        q_1, q_2 = tilted(p_1, power_1), tilted(p_2, power_2)
        q = np.outer(q_1, q_2)
        cells_p.move(100 * p, 65)
        cells_q.move(100 * q, 65)
        terms = [kl_tables(p, np.outer(p_1, p_2)), kl_tables(p_1, q_1), kl_tables(p_2, q_2)]
        bars.move([0, *np.cumsum(terms)[:2], 0], [*terms, kl_tables(p, q)])
        return (
            f"KL(p‖q₁q₂) = {kl_tables(p, q):.4f} nats: {terms[0]:.4f} for the lost dependence, "
            f"{terms[1]:.4f} for q₁, {terms[2]:.4f} for q₂."
        )

    return update


def draw_margins(ax, color):
    """The two marginals along the axes' lower and left edge, and their mover."""
    style = dict(color=color, linewidth=1.4, animated=True)
    lower, side = draw_curve(ax, [], [], **style), draw_curve(ax, [], [], **style)

    def move(p_1, p_2):
        lower.set_data(GRID[INNER], -5 + 1.5 * p_1[INNER])
        side.set_data(-5 + 1.5 * p_2[INNER], GRID[INNER])

    return move


@explorer(
    "The best product for a density in the plane",
    Choice("shape", "p", PLANE, "two bumps"),
    Slider("dependence", "dependence in p", 0.0, 1.0, 0.0, 0.05),
    size=(9.6, 4.6),
)
def product_of_marginals(figure):
    """Left p, right the product of its marginals, each with its marginals at the edges."""
    left, right = figure.subplots(1, 2)
    panels = (
        (left, "p(z₁, z₂), and its marginals at the edges", TARGET),
        (right, "q = p(z₁) p(z₂): the same marginals", APPROXIMATION),
    )
    movers, contours = [], []
    for ax, title, color in panels:
        set_axes(ax, (-5, 5), (-5, 5), xlabel="z₁", ylabel="z₂", title=title)
        ax.set_aspect("equal")
        contours.append(Contours(ax, color=color, animated=True))
        movers.append(draw_margins(ax, color))
    notes = Note(left, 0.98, 0.98, align="right"), Note(right, 0.98, 0.98, align="right")

    def update(shape, dependence):
        p = plane(shape, dependence) * CELL
        p_2, p_1 = factorised_moment_projection(p / p.sum())  # rows are z₂
        q = np.outer(p_2, p_1)
        information = kl_tables(p, q)
        empty = q[p < 0.01 * p.max()].sum()
        spacing = np.sqrt(CELL)
        for mover, lines, density in zip(movers, contours, (p, q), strict=True):
            mover(p_1 / spacing, p_2 / spacing)
            lines.move(GRID[INNER], GRID[INNER], log_height(density), LEVELS)
        notes[0].set_text(f"KL(p‖q) = {information:.4f}")
        notes[1].set_text(f"{100 * empty:.1f} % of q where p is nearly 0")
        return (
            f"p: {shape}, dependence {dependence:g}. The product of its marginals is the best "
            f"product, at KL(p‖q) = {information:.4f} nats; {100 * empty:.1f} % of it lies where "
            "p is below a hundredth of its peak."
        )

    return update
