"""The exact posterior, and the ELBO of a q that is moved by hand: worksheet problem 3."""

import numpy as np

from helpers.gaussians import ellipse
from helpers.mean_field import LinearGaussian, elbo_terms
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    DATA,
    GAIN,
    LOSS,
    TARGET,
    Note,
    Rings,
    Waterfall,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Explorer, Slider

WORKED = LinearGaussian([1.2, -0.7], 1.5)
PLANE = (-3.2, 3.2)
PRIOR = "#8A8A8A"


def rings(mean, cov, levels=(1, 2)):
    """Outlines at `levels` standard deviations."""
    centre = np.asarray(mean)[:, None]
    one = ellipse(mean, cov, 1) - centre
    return [centre + level * one for level in levels]


def draw_plane(ax, limits=PLANE, title=""):
    """The axes of z₁ and z₂, to scale."""
    set_axes(ax, limits, limits, xlabel="z₁", ylabel="z₂", title=title)
    ax.set_aspect("equal")


def _draw_prior(ax):
    style = dict(color=PRIOR, linestyle=":", linewidth=1.6)
    outlines = Rings(ax, label="prior p(z)", **style)
    outlines.move(rings([0, 0], np.eye(2)), [0, 0])


def _draw_stripe(ax, **style):
    """Where θᵀz is x, and x ± 1: the z that the observation speaks for."""
    style = dict(color=DATA) | style
    return [
        draw_curve(ax, [], [], linestyle="-.", linewidth=1.6, label="θᵀz = x, ± 1", **style),
        draw_curve(ax, [], [], linestyle="-.", linewidth=0.8, **style),
        draw_curve(ax, [], [], linestyle="-.", linewidth=0.8, **style),
    ]


def _move_stripe(lines, model):
    size = np.hypot(*model.theta)
    for line, offset in zip(lines, (0, -1, 1), strict=True):
        if size == 0:  # x says nothing about z: no stripe
            line.set_data([], [])
            continue
        normal = model.theta / size
        along = np.outer([-10, 10], [-normal[1], normal[0]])
        line.set_data(*(normal * (model.x + offset) / size + along).T)


def _draw_problem(figure):
    ax = figure.subplots()
    set_axes(ax, (-3.5, 6.5), (-2.6, 2.6), xlabel="z₁", ylabel="z₂")
    ax.set_aspect("equal")
    _draw_prior(ax)
    _move_stripe(_draw_stripe(ax), WORKED)
    outlines = Rings(ax, color=TARGET, label="posterior p(z | x)")
    mean, cov = WORKED.posterior_mean, WORKED.posterior_cov
    outlines.move(rings(mean, cov), mean)
    outlines = Rings(ax, color=APPROXIMATION, label="q(z₁) q(z₂)")
    outlines.move(rings(mean, np.diag(WORKED.optimal_s2)), mean)
    ax.legend(loc="upper right")

    def update():
        return (
            "θ = (1.2, −0.7), x = 1.5: one number x speaks for a stripe of z, so the posterior is "
            f"tilted, with correlation {WORKED.correlation:.4f}; q has upright ellipses only."
        )

    return update


problem = Explorer("One observation, two unknowns", (), _draw_problem, (9.6, 4.2))


def _draw_posterior(figure):
    left, right = figure.subplots(1, 2)
    draw_plane(left, title="Prior × stripe = posterior; rings at 1 and 2 sd")
    _draw_prior(left)
    stripe = _draw_stripe(left, animated=True)
    outlines = Rings(left, color=TARGET, label="posterior", animated=True)
    title = "Correlation of z₁ and z₂, at this θ₂"
    set_axes(right, (-3, 3), (-1, 1.3), xlabel="θ₁", ylabel="correlation", title=title)
    right.axhline(0, color="black", linewidth=0.8)
    right.set_yticks([-1, -0.5, 0, 0.5, 1])
    axis = np.linspace(-3, 3, 121)
    slope = axis / np.hypot(1, axis)  # the correlation is a product of two such
    curve = draw_curve(right, axis, 0 * axis, color=TARGET, animated=True)
    here = draw_marker(right, color=ACCENT, clip_on=False)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    note = Note(right, 0.98, 0.97, align="right")

    def update(theta_1, theta_2, x):
        model = LinearGaussian([theta_1, theta_2], x)
        mean, cov, correlation = model.posterior_mean, model.posterior_cov, model.correlation
        _move_stripe(stripe, model)
        outlines.move(rings(mean, cov), mean)
        curve.set_ydata(-slope * theta_2 / np.hypot(1, theta_2))
        here.set_data([theta_1], [correlation])
        factorises = "factorises" if correlation == 0 else "does not factorise"
        note.set_text(f"θ₁θ₂ = {theta_1 * theta_2:.2f}: {factorises}")
        return (
            f"θ = ({theta_1:g}, {theta_2:g}), x = {x:g}: posterior mean ({mean[0]:.4f}, "
            f"{mean[1]:.4f}), variances {cov[0, 0]:.4f} and {cov[1, 1]:.4f}, correlation "
            f"{correlation:.4f}: it {factorises}."
        )

    return update


posterior = Explorer(
    "The exact posterior",
    (
        Slider("theta_1", "θ₁", -3.0, 3.0, 1.2, 0.1),
        Slider("theta_2", "θ₂", -3.0, 3.0, -0.7, 0.1),
        Slider("x", "x", -3.0, 3.0, 1.5, 0.1),
    ),
    _draw_posterior,
    (9.6, 4.6),
)


def _draw_free_elbo(figure):
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    draw_plane(left, title="Posterior, and q as you set it")
    mean, cov = WORKED.posterior_mean, WORKED.posterior_cov
    outlines = Rings(left, color=TARGET, label="p(z | x)")
    outlines.move(rings(mean, cov), mean)
    outlines = Rings(left, color=APPROXIMATION, label="q", animated=True)
    left.legend(loc="lower left", ncols=2)
    title = "Each bar starts where the last ended"
    bottom = -14
    set_axes(right, (-0.6, 4.6), (bottom, 1.5), ylabel="nats", title=title)
    names = ["match the\nprior", "match the\ndata", "keep\nspread", "ELBO", "KL(q‖p)"]
    colors, hatches = ["#56B4E9", GAIN, "#009E73", "0.75", LOSS], ["--", "//", "||", "", "\\\\"]
    bars = Waterfall(right, names, colors, hatches, animated=True)
    top = WORKED.log_evidence
    # From the sum of the three terms on: the first two bars are on their way there.
    draw_curve(right, [1.6, 4.6], [top, top], color=TARGET, linewidth=1.6)
    right.text(1.62, top, "log p(x)", color=TARGET, va="bottom")

    def update(m_1, m_2, v_1, v_2):
        m, s2 = np.array([m_1, m_2]), np.array([v_1, v_2])
        terms = elbo_terms(WORKED, m, s2)
        gap = top - terms.total
        outlines.move(rings(m, np.diag(s2)), m)
        # The ELBO stands on the floor of the panel: it rises to the ceiling, never through it.
        starts = [0, terms.prior, terms.prior + terms.likelihood, bottom, terms.total]
        values = [*terms, terms.total, gap]
        bars.move(starts, [*terms, terms.total - bottom, gap], values)
        return (
            f"Prior {terms.prior:+.4f}, data {terms.likelihood:+.4f}, spread {terms.entropy:+.4f}: "
            f"ELBO {terms.total:.4f}; log p(x) = {top:.4f}, so KL(q‖p) = {gap:.4f} nats."
        )

    return update


free_elbo = Explorer(
    "The ELBO in three terms, under the ceiling log p(x)",
    (
        Slider("m_1", "m₁", -1.0, 2.0, 0.4, 0.05),
        Slider("m_2", "m₂", -2.0, 1.0, -0.1, 0.05),
        Slider("v_1", "s₁²", 0.05, 2.0, 0.5, 0.05),
        Slider("v_2", "s₂²", 0.05, 2.0, 0.8, 0.05),
    ),
    _draw_free_elbo,
    (9.6, 4.2),
)
