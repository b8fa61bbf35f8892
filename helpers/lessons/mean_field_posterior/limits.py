"""Where coordinate ascent goes, how fast, and what is left: beyond the worksheet."""

import numpy as np
from scipy.stats import multivariate_normal

from helpers.gaussians import kl_full
from helpers.lessons.mean_field_posterior.numbers import (
    OBSERVATION,
    THETA,
    expect,
    log_q,
    precision,
)
from helpers.mean_field import LinearGaussian, update_factor
from helpers.widgets import Derivation, Line, Slider


def _errors(theta, x, m_2):
    """m − μ after q₁'s update and after q₂'s, by running them; q₁'s own start does not matter."""
    model = LinearGaussian(theta, x)
    mean = np.linalg.solve(precision(theta), x * theta)
    m, s2 = update_factor(model, np.array([0.0, m_2]), np.ones(2), 0)
    after_first = m - mean
    m, _ = update_factor(model, m, s2, 1)
    return after_first, m - mean


def _run(function):
    """`function(theta, errors)` as the value of a line."""

    def value(theta_1, theta_2, x, m_2):
        theta = np.array([theta_1, theta_2])
        return function(theta, *_errors(theta, x, m_2))

    return value


def _rho_squared(theta):
    """ρ² from the inverse of Λ."""
    cov = np.linalg.inv(precision(theta))
    return cov[0, 1] ** 2 / (cov[0, 0] * cov[1, 1])


def _both(theta):
    return np.prod(theta**2) / np.prod(1 + theta**2)


rate = Derivation(
    "One sweep, seen by the error e = m − μ",
    (
        Line(
            r"e_2' = m_2' - \mu_2 \quad\text{after } q_1, \text{ then } q_2",
            "The two updates are run; μ comes from a linear solver.",
            _run(lambda theta, first, second: second[1]),
        ),
        Line(
            r"e_1' = -\frac{\theta_1\theta_2}{1+\theta_1^2}\,e_2",
            "Half-way, after q₁: put m₂ = μ₂ + e₂ into eq. 2.13. What μ contributes is μ₁.",
            _run(lambda theta, first, second: -theta.prod() / (1 + theta[0] ** 2) * first[1]),
            aside=_run(lambda theta, first, second: first[0]),
        ),
        Line(
            r"e_2' = -\frac{\theta_1\theta_2}{1+\theta_2^2}\,e_1'",
            "The same for q₂, with the indices swapped.",
            _run(lambda theta, first, second: -theta.prod() / (1 + theta[1] ** 2) * first[0]),
        ),
        Line(
            r"= \frac{\theta_1^2\theta_2^2}{(1+\theta_1^2)(1+\theta_2^2)}\,e_2",
            "One into the other. The two signs cancel: ρ may be negative.",
            _run(lambda theta, first, second: _both(theta) * first[1]),
        ),
        Line(
            r"= \rho^2\,e_2",
            "The square of the posterior correlation: each sweep, the same factor.",
            _run(lambda theta, first, second: _rho_squared(theta) * first[1]),
        ),
    ),
    (*THETA, OBSERVATION, Slider("m_2", "m₂ before the sweep", -3.0, 3.0, 2.0, 0.1)),
)


def _theta(function):
    return lambda theta_1, theta_2: function(np.array([theta_1, theta_2]))


def _best_kl_by_quadrature(theta):
    cov = np.linalg.inv(precision(theta))
    p, s = multivariate_normal([0, 0], cov), 1 / np.sqrt(1 + theta**2)
    zero = np.zeros(2)
    return expect(lambda z: log_q(z, zero, s) - p.logpdf(z), zero, s)


def _scaled(theta):
    """ΛS, S the variances of q on a diagonal."""
    return precision(theta) @ np.diag(1 / (1 + theta**2))


def _marginals_kl(theta):
    cov = np.linalg.inv(precision(theta))
    return kl_full([0, 0], cov, [0, 0], np.diag(np.diag(cov)))


gap = Derivation(
    "What is left at the end",
    (
        Line(
            r"\log p(x) - \mathrm{ELBO}(q^*) = \mathrm{KL}(q^*\,\|\,p(\mathbf z\mid x))",
            "By quadrature. The means agree, so both may be put at 0.",
            _theta(_best_kl_by_quadrature),
        ),
        Line(
            r"= \tfrac12\bigl[\mathrm{tr}(\Lambda S) - 2 - \log\det(\Lambda S)\bigr],"
            r"\quad S = \mathrm{diag}(s_1^2,s_2^2)",
            "Notebook 01's formula for two Gaussians of equal mean.",
            _theta(
                lambda theta: (
                    0.5 * (np.trace(_scaled(theta)) - 2)
                    - 0.5 * np.linalg.slogdet(_scaled(theta))[1]
                )
            ),
        ),
        Line(
            r"= -\tfrac12\log\frac{\det\Lambda}{\Lambda_{11}\Lambda_{22}}",
            r"$s_j^2 = 1/\Lambda_{jj}$ puts ones on the diagonal of ΛS: its trace is 2.",
            _theta(
                lambda theta: -0.5 * np.log(np.linalg.det(precision(theta)) / np.prod(1 + theta**2))
            ),
        ),
        Line(
            r"= -\tfrac12\log(1-\rho^2)",
            r"$\det\Lambda = \Lambda_{11}\Lambda_{22} - \Lambda_{12}^2$, and"
            r" $\rho^2 = \Lambda_{12}^2/\Lambda_{11}\Lambda_{22}$.",
            _theta(lambda theta: -0.5 * np.log1p(-_rho_squared(theta))),
        ),
        Line(
            r"= \tfrac12\log\Bigl(1 + \frac{\theta_1^2\theta_2^2}{1+\theta^\top\theta}\Bigr)",
            "The same without a difference that cancels as ρ² → 1: this is <code>final_gap</code>.",
            _theta(lambda theta: LinearGaussian(theta, 0.0).final_gap),
        ),
        Line(
            r"= \mathrm{KL}(p(\mathbf z\mid x)\,\|\,p(z_1\mid x)\,p(z_2\mid x))",
            "The mutual information of z₁ and z₂: the other projection, the product of marginals,"
            " misses by just as much, measured its own way.",
            _theta(_marginals_kl),
        ),
        Line(
            r"s_j^2 = (1-\rho^2)\,\mathrm{Var}[z_j\mid x]",
            "And the two variances of q, beside the posterior's.",
            _theta(lambda theta: 1 / (1 + theta**2)),
            aside=_theta(
                lambda theta: (1 - _rho_squared(theta)) * np.diag(np.linalg.inv(precision(theta)))
            ),
        ),
    ),
    THETA,
)
