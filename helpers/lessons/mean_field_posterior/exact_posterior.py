"""Section 1: the exact posterior, a tilted Gaussian, as θ and x shape it."""

import numpy as np

from helpers.gaussians import rings
from helpers.lessons.mean_field_posterior.plane import Stripe, draw_plane, draw_prior
from helpers.lessons.mean_field_posterior.sliders import X
from helpers.mean_field import LinearGaussian
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    TARGET,
    Note,
    Rings,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.widgets import Slider, explorer
from helpers.words import fixed, short

WORKED = LinearGaussian([1.2, -0.7], X)


@explorer("One observation, two unknowns", size=(9.6, 4.2))
def problem(figure):
    """Prior, stripe, posterior and a product q, not the best, of the worked example."""
    ax = figure.subplots()
    set_axes(ax, (-3.5, 6.5), (-2.6, 2.6), xlabel="z₁", ylabel="z₂")
    ax.set_aspect("equal")
    draw_prior(ax)
    Stripe(ax).move(WORKED.theta, WORKED.x)
    mean, cov = WORKED.posterior_mean, WORKED.posterior_cov
    Rings(ax, color=TARGET, label="posterior p(z | x)").move(rings(mean, cov), mean)
    product = Rings(ax, color=APPROXIMATION, label="a product q(z₁) q(z₂)")
    product.move(rings([0.4, -0.1], np.diag([0.5, 0.8])), (0.4, -0.1))
    ax.legend(loc="upper right")

    def update():
        return (
            "θ = (1.2, −0.7), x = 1.5: one number x speaks for a stripe of z, so the posterior is "
            f"tilted, with correlation {fixed(WORKED.correlation, 4)}; q has upright ellipses only."
        )

    return update


@explorer(
    "The exact posterior",
    Slider("theta_1", "θ₁", -3.0, 3.0, 1.2, 0.1),
    Slider("theta_2", "θ₂", -3.0, 3.0, -0.7, 0.1),
    Slider("x", "x", -3.0, 3.0, X, 0.1),
    size=(9.6, 4.6),
)
def posterior(figure):
    """The prior stays; stripe and posterior follow θ and x. Right: the correlation over θ₁."""
    left, right = figure.subplots(1, 2)
    draw_plane(left, title="Prior × stripe = posterior; rings at 1 and 2 sd")
    draw_prior(left)
    stripe = Stripe(left, animated=True)
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
        stripe.move(model.theta, x)
        outlines.move(rings(mean, cov), mean)
        curve.set_ydata(-slope * theta_2 / np.hypot(1, theta_2))
        here.set_data([theta_1], [correlation])
        factorises = "factorises" if theta_1 * theta_2 == 0 else "does not factorise"
        note.set_text(f"θ₁θ₂ = {fixed(theta_1 * theta_2, 2)}: {factorises}")
        return (
            f"θ = ({short(theta_1)}, {short(theta_2)}), x = {short(x)}: posterior mean "
            f"({fixed(mean[0], 4)}, {fixed(mean[1], 4)}), variances {fixed(cov[0, 0], 4)} and "
            f"{fixed(cov[1, 1], 4)}, correlation {fixed(correlation, 4)}: it {factorises}."
        )

    return update
