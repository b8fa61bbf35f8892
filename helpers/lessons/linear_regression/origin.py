"""Section 5: the mean field, and where x is counted from."""

import numpy as np

from helpers.gaussians import log_normal, log_normal_full, rings
from helpers.lessons.linear_regression.bands import INPUTS, Band
from helpers.lessons.linear_regression.data import PRIOR_SD, X, Y
from helpers.lessons.linear_regression.formulas import (
    best_product,
    correlation,
    elbo_gap,
    line_band,
    posterior,
)
from helpers.lessons.linear_regression.sliders import NOISE, ORIGIN, PRIOR
from helpers.plots import (
    ACCENT,
    APPROXIMATION,
    DATA,
    TARGET,
    Outlines,
    draw_curve,
    draw_marker,
    set_axes,
)
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line, explorer
from helpers.words import fixed


@explorer("Where x is counted from", ORIGIN, NOISE, size=(9.6, 4.2))
def moved(figure):
    """Left, the exact band and q's, with the origin; right, the two in the plane of lines."""
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    set_axes(left, (-2, 8), (-4, 8), xlabel="x", ylabel="y", title="The line ± 2 sd")
    title = "Posterior and q, less their mean: 1 and 2 sd"
    labels = dict(xlabel="slope", ylabel="height at the origin", title=title)
    set_axes(right, (-1, 1), (-3.5, 3.5), **labels)
    right.set_xticks([-1, -0.5, 0, 0.5, 1])
    exact = Band(left, TARGET, "exact")
    product = Band(left, APPROXIMATION, "q: slope and height independent")
    draw_marker(left, color=DATA, markersize=8, animated=False).set_data(X, Y)
    place = draw_curve(left, [0, 0], [-4, 8], color=ACCENT, linewidth=1.2, animated=True)
    place.set_label("the origin of x")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    true = Outlines(right, color=TARGET, animated=True)
    q = Outlines(right, color=APPROXIMATION, animated=True)

    def update(origin, noise_sd):
        mean, cov = posterior(X - origin, Y, noise_sd, PRIOR_SD)
        of_q = best_product(cov)
        for band, of_band in ((exact, cov), (product, of_q)):
            band.move(*line_band(INPUTS - origin, mean, of_band))
        place.set_xdata([origin, origin])
        true.move(rings((0, 0), cov))
        q.move(rings((0, 0), of_q))
        share = np.sqrt(of_q[0, 0] / cov[0, 0])
        wide = 2 * np.sqrt(np.diag(cov)) > (1, 3.5)
        lost = " A ring goes beyond the panel." if wide.any() else ""
        return (
            f"Origin {fixed(origin, 1)}: correlation ρ {fixed(correlation(cov))}; q's sds are "
            f"√(1 − ρ²) = {fixed(share)} of the exact ones, and the ELBO lies "
            f"{fixed(elbo_gap(cov))} nats below log p(y).{lost}"
        )

    return update


def _at(origin, noise_sd, prior_sd):
    """x from the origin, Λ and μ of the exact posterior, and q's two variances."""
    x = X - origin
    squares = np.array([[np.sum(x**2), np.sum(x)], [np.sum(x), x.size]])
    lam = squares / noise_sd**2 + np.eye(2) / prior_sd**2
    mean = np.linalg.solve(lam, np.array([np.sum(x * Y), np.sum(Y)]) / noise_sd**2)
    return dict(x=x, noise_sd=noise_sd, prior_sd=prior_sd, lam=lam, mean=mean, var=1 / np.diag(lam))


def _expect(function, mean, var):
    """E_q[function(w)], w ~ N(mean, diag(var)): Gauss–Hermite, exact for the polynomials here."""
    return gauss_hermite(function, mean, np.diag(np.sqrt(var)))


def _log_q(w, mean, var):
    return np.sum(log_normal(w, mean, var), axis=-1)


def _log_joint(w, x, noise_sd, prior_sd):
    heights = w[..., :1] * x + w[..., 1:]
    value = np.sum(log_normal(Y, heights, noise_sd**2), axis=-1)
    return value + np.sum(log_normal(w, 0, prior_sd**2), axis=-1)


def _log_evidence(x, noise_sd, prior_sd):
    """log N(y | 0, σ²I + τ²XXᵀ): y is a sum of independent Gaussians."""
    rows = np.stack([x, np.ones_like(x)], axis=-1)
    cov = noise_sd**2 * np.eye(x.size) + prior_sd**2 * rows @ rows.T
    return log_normal_full(Y, np.zeros(x.size), cov)


gap = Derivation(
    "What independence costs: log p(y) − ELBO",
    (
        Line(
            r"\log p(\mathbf y) - \mathbb E_q[\log p(\mathbf y,\mathbf w) - \log q(\mathbf w)],"
            r"\quad q = \mathcal N(w_1\mid\mu_1,\Lambda_{11}^{-1})\,\mathcal N(w_2\mid\mu_2,"
            r"\Lambda_{22}^{-1})",
            "The best product, of notebook 03: the exact mean, the inverses of Λ's diagonal."
            r" $\log p(\mathbf y) = \log\mathcal N(\mathbf y\mid 0,\sigma^2I+\tau^2XX^\top)$."
            " X has the rows $(x_i, 1)$, with x counted from c. Expectations by Gauss–Hermite.",
            lambda x, noise_sd, prior_sd, lam, mean, var: (
                _log_evidence(x, noise_sd, prior_sd)
                - _expect(
                    lambda w: _log_joint(w, x, noise_sd, prior_sd) - _log_q(w, mean, var), mean, var
                )
            ),
        ),
        Line(
            r"= \mathbb E_q[\log q(\mathbf w) - \log p(\mathbf w\mid\mathbf y)]",
            r"$\log p(\mathbf y) = \log p(\mathbf y,\mathbf w) - \log p(\mathbf w\mid\mathbf y)$ at"
            " every w: the gap is KL(q‖p).",
            lambda x, noise_sd, prior_sd, lam, mean, var: _expect(
                lambda w: _log_q(w, mean, var) - log_normal_full(w, mean, np.linalg.inv(lam)),
                mean,
                var,
            ),
        ),
        Line(
            r"= \tfrac12\bigl[\Lambda_{11}\cdot\Lambda_{11}^{-1} +"
            r" \Lambda_{22}\cdot\Lambda_{22}^{-1} - 2 + \log\Lambda_{11}\Lambda_{22} -"
            r" \log\det\Lambda\bigr]",
            r"KL between Gaussians of equal mean (notebook 01),"
            r" $\tfrac12[\mathrm{tr}(\Lambda\Sigma_q) - 2 - \log\det(\Lambda\Sigma_q)]$. The trace"
            " is 2.",
            lambda x, noise_sd, prior_sd, lam, mean, var: (
                0.5
                * (
                    lam[0, 0] / lam[0, 0]
                    + lam[1, 1] / lam[1, 1]
                    - 2
                    + np.log(lam[0, 0] * lam[1, 1])
                    - np.log(np.linalg.det(lam))
                )
            ),
        ),
        Line(
            r"= -\tfrac12\log\Bigl(1 - \frac{\Lambda_{12}^2}{\Lambda_{11}\Lambda_{22}}\Bigr)"
            r" = -\tfrac12\log(1-\rho^2)",
            r"$\det\Lambda = \Lambda_{11}\Lambda_{22}-\Lambda_{12}^2$, and the posterior's"
            r" correlation is $\rho = -\Lambda_{12}/\sqrt{\Lambda_{11}\Lambda_{22}}$.",
            lambda x, noise_sd, prior_sd, lam, mean, var: (
                -0.5 * np.log(1 - lam[0, 1] ** 2 / (lam[0, 0] * lam[1, 1]))
            ),
        ),
        Line(
            r"\rho = \frac{-\sum_i x_i}"
            r"{\sqrt{(\sum_i x_i^2+\sigma^2/\tau^2)\,(n+\sigma^2/\tau^2)}}",
            r"Aside: Λ's entries, put in. Its other side is $\Sigma_{12}/\sqrt{\Sigma_{11}"
            r"\Sigma_{22}}$ of the inverse. It is 0 if and only if the x add up to 0, and no y"
            " occurs.",
            lambda x, noise_sd, prior_sd, lam, mean, var: (
                -np.sum(x)
                / np.sqrt(
                    (np.sum(x**2) + noise_sd**2 / prior_sd**2)
                    * (x.size + noise_sd**2 / prior_sd**2)
                )
            ),
            aside=lambda x, noise_sd, prior_sd, lam, mean, var: correlation(np.linalg.inv(lam)),
        ),
    ),
    (ORIGIN, NOISE, PRIOR),
    at=_at,
)
