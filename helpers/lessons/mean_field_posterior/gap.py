"""Section 5: how far, in nats, the best product stays below log p(x)."""

import numpy as np

from helpers.gaussians import log_normal, log_normal_full
from helpers.lessons.mean_field_posterior.expectations import (
    correlation,
    expect,
    log_evidence,
    log_joint,
    log_posterior,
    log_q,
    posterior_mean,
    precision,
)
from helpers.lessons.mean_field_posterior.sliders import OBSERVATION, THETA, vectors
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line


def _best(theta, x):
    """m = μ and s of the best product: the updates' fixed point."""
    return posterior_mean(theta, x), 1 / np.sqrt(1 + theta**2)


def _elbo_of_best(theta, x):
    m, s = _best(theta, x)
    return expect(lambda z: log_joint(z, theta, x) - log_q(z, m, s), m, s)


def _kl_of_best(theta, x):
    m, s = _best(theta, x)
    return expect(lambda z: log_q(z, m, s) - log_posterior(z, theta, x), m, s)


def _scaled(theta):
    """ΛS, S the variances of q on a diagonal."""
    return precision(theta) @ np.diag(1 / (1 + theta**2))


def _dependence(cov):
    """E_p[log p(z) − log p(z₁) − log p(z₂)] for p = N(0, cov), by quadrature."""

    def log_ratio(z):
        return log_normal_full(z, np.zeros(2), cov) - log_normal(z, 0, np.diag(cov)).sum(axis=-1)

    return gauss_hermite(log_ratio, np.zeros(2), np.linalg.cholesky(cov))


at_the_end = Derivation(
    "What is left at the end",
    (
        Line(
            r"\log p(x) - \mathrm{ELBO}(q^*)",
            r"$q^*$ has the means μ and the variances $1/\Lambda_{jj}$. The ELBO by quadrature,"
            " log p(x) by the grid.",
            lambda theta, x: log_evidence(theta, x) - _elbo_of_best(theta, x),
        ),
        Line(
            r"= \mathrm{KL}(q^*\,\|\,p(\mathbf z\mid x))",
            "Section 2's identity; by quadrature.",
            lambda theta, x: _kl_of_best(theta, x),
        ),
        Line(
            r"= \tfrac12\bigl[\mathrm{tr}(\Lambda S) - 2 - \log\det(\Lambda S)\bigr],"
            r"\quad S = \mathrm{diag}(s_1^2,s_2^2)",
            "Notebook 01's formula for two Gaussians. The means are equal: x is gone with them.",
            lambda theta, x: (
                0.5 * (np.trace(_scaled(theta)) - 2 - np.log(np.linalg.det(_scaled(theta))))
            ),
        ),
        Line(
            r"= -\tfrac12\log\frac{\det\Lambda}{\Lambda_{11}\Lambda_{22}}",
            r"$s_j^2 = 1/\Lambda_{jj}$ puts ones on the diagonal of ΛS: its trace is 2.",
            lambda theta, x: (
                -0.5 * np.log(np.linalg.det(precision(theta)) / np.prod(np.diag(precision(theta))))
            ),
        ),
        Line(
            r"= -\tfrac12\log(1-\rho^2),\quad \rho^2 = \Sigma_{12}^2/\Sigma_{11}\Sigma_{22},\quad"
            r" \Sigma = \Lambda^{-1}",
            r"$\det\Lambda = \Lambda_{11}\Lambda_{22} - \Lambda_{12}^2$; and an inverse of two"
            r" rows has the same $\rho^2 = \Lambda_{12}^2/\Lambda_{11}\Lambda_{22}$.",
            lambda theta, x: -0.5 * np.log(1 - correlation(np.linalg.inv(precision(theta))) ** 2),
        ),
        Line(
            r"= \tfrac12\log\Bigl(1 + \frac{\theta_1^2\theta_2^2}{1+\theta^\top\theta}\Bigr)",
            "The same without a difference that cancels as ρ² → 1.",
            lambda theta, x: 0.5 * np.log1p(np.prod(theta**2) / (1 + theta @ theta)),
        ),
        Line(
            r"= \mathrm{KL}(p(\mathbf z\mid x)\,\|\,p(z_1\mid x)\,p(z_2\mid x))",
            "The mutual information of z₁ and z₂, by quadrature: the other projection, the product"
            " of marginals, misses by just as much, measured its own way.",
            lambda theta, x: _dependence(np.linalg.inv(precision(theta))),
        ),
        Line(
            r"\bigl(s_1^2,\,s_2^2\bigr) = (1-\rho^2)\,\bigl(\mathrm{Var}[z_1\mid x],"
            r"\,\mathrm{Var}[z_2\mid x]\bigr)",
            "Aside: q's two variances, beside the posterior's.",
            lambda theta, x: (
                (1 - correlation(np.linalg.inv(precision(theta))) ** 2)
                * np.diag(np.linalg.inv(precision(theta)))
            ),
            aside=lambda theta, x: 1 / (1 + theta**2),
        ),
    ),
    (*THETA, OBSERVATION),
    at=vectors,
)
