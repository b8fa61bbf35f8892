"""Problem 3 by completing the square, and log p(x) = ELBO + KL (tutorial 8)."""

import numpy as np
from scipy.stats import multivariate_normal, norm

from helpers.gaussians import kl_full
from helpers.lessons.mean_field_posterior.numbers import (
    CELL,
    GRID,
    LOG_2PI,
    OBSERVATION,
    THETA,
    Q,
    expect,
    log_evidence,
    log_joint,
    log_q,
    precision,
)
from helpers.mean_field import LinearGaussian, elbo_terms
from helpers.widgets import Derivation, Line, Slider


def _normalised(exponent):
    """The line log c + exponent(z), with the c that makes the density integrate to 1."""

    def value(theta_1, theta_2, x, z_1, z_2):
        theta, z = np.array([theta_1, theta_2]), np.array([[z_1, z_2]])
        log_c = -np.log(np.sum(np.exp(exponent(GRID, theta, x))) * CELL)
        return (log_c + exponent(z, theta, x))[0]

    return value


def _expanded(z, theta, x):
    squares = (z**2) @ (1 + theta**2) - 2 * x * (z @ theta)
    return -0.5 * (squares + 2 * theta[0] * theta[1] * z[:, 0] * z[:, 1])


def _in_matrices(z, theta, x):
    return -0.5 * np.sum(z @ precision(theta) * z, axis=-1) + x * (z @ theta)


def _completed(z, theta, x):
    gap = z - np.linalg.solve(precision(theta), x * theta)
    return -0.5 * np.sum(gap @ precision(theta) * gap, axis=-1)


def _model(function):
    """`function(model)` as the value of a line."""
    return lambda theta_1, theta_2, x, z_1, z_2: function(LinearGaussian([theta_1, theta_2], x))


def _of_theta(function):
    """`function(theta, x)` as the value of a line."""
    return lambda theta_1, theta_2, x, z_1, z_2: function(np.array([theta_1, theta_2]), x)


def _inverse_correlation(theta, x):
    cov = np.linalg.inv(precision(theta))
    return cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])


posterior = Derivation(
    "The posterior by completing the square, at one point z",
    (
        Line(
            r"\log p(\mathbf z\mid x) = \log\frac{p(x\mid\mathbf z)\,p(\mathbf z)}"
            r"{\int p(x\mid\mathbf z)\,p(\mathbf z)\,d\mathbf z}",
            "Bayes, solution eq. 2.1 and 2.2; the integral is a sum over a fine grid.",
            lambda theta_1, theta_2, x, z_1, z_2: (
                log_joint(np.array([[z_1, z_2]]), np.array([theta_1, theta_2]), x)[0]
                - log_evidence(np.array([theta_1, theta_2]), x)
            ),
        ),
        Line(
            r"= \log c - \tfrac12\bigl[(x-\theta^\top\mathbf z)^2 + \mathbf z^\top\mathbf z\bigr]",
            "Two Gaussians multiplied. c holds what does not depend on z, here and below.",
            _normalised(lambda z, theta, x: -0.5 * ((x - z @ theta) ** 2 + np.sum(z**2, axis=-1))),
        ),
        Line(
            r"= \log c' - \tfrac12\bigl[z_1^2(1+\theta_1^2) + z_2^2(1+\theta_2^2)"
            r" - 2x(\theta_1z_1+\theta_2z_2) + 2\theta_1\theta_2z_1z_2\bigr]",
            "Multiplied out: solution, eq. 2.3. The last product is what ties z₁ to z₂.",
            _normalised(_expanded),
        ),
        Line(
            r"= \log c' - \tfrac12\mathbf z^\top\Lambda\mathbf z + x\,\theta^\top\mathbf z,"
            r"\quad \Lambda = I + \theta\theta^\top",
            "The squares and the product are one quadratic form.",
            _normalised(_in_matrices),
        ),
        Line(
            r"= \log c'' - \tfrac12(\mathbf z-\mu)^\top\Lambda\,(\mathbf z-\mu),"
            r"\quad \Lambda\mu = x\,\theta",
            "The square completed: μ is chosen so that the terms linear in z agree.",
            _normalised(_completed),
        ),
        Line(
            r"= \log\mathcal N(\mathbf z\mid\mu,\Lambda^{-1})",
            r"A Gaussian, so $c'' = \det(\Lambda)^{1/2}/2\pi$: no integral is left.",
            lambda theta_1, theta_2, x, z_1, z_2: (
                _completed(np.array([[z_1, z_2]]), np.array([theta_1, theta_2]), x)[0]
                + 0.5 * np.linalg.slogdet(precision([theta_1, theta_2]))[1]
                - LOG_2PI
            ),
        ),
        Line(
            r"\Lambda^{-1} = I - \frac{\theta\theta^\top}{1+\theta^\top\theta}",
            "The covariance (Sherman and Morrison), beside a numerical inverse.",
            _model(lambda model: model.posterior_cov),
            aside=_of_theta(lambda theta, x: np.linalg.inv(precision(theta))),
        ),
        Line(
            r"\mu = x\,\Lambda^{-1}\theta = \frac{x\,\theta}{1+\theta^\top\theta}",
            "The mean, beside a numerical solver.",
            _model(lambda model: model.posterior_mean),
            aside=_of_theta(lambda theta, x: np.linalg.solve(precision(theta), x * theta)),
        ),
        Line(
            r"\rho = \frac{-\theta_1\theta_2}{\sqrt{(1+\theta_1^2)(1+\theta_2^2)}}",
            "The correlation: it vanishes if and only if θ₁θ₂ = 0. x does not occur.",
            _model(lambda model: model.correlation),
            aside=_of_theta(_inverse_correlation),
        ),
        Line(
            r"\log p(x) = \log\mathcal N(x\mid 0,\,1+\theta^\top\theta)",
            "The normaliser, for free: x = θᵀz + noise is a sum of Gaussians.",
            _model(lambda model: model.log_evidence),
            aside=_of_theta(log_evidence),
        ),
    ),
    (
        *THETA,
        OBSERVATION,
        Slider("z_1", "the point: z₁", -2.0, 2.0, 0.5, 0.1),
        Slider("z_2", "the point: z₂", -2.0, 2.0, 0.5, 0.1),
    ),
)


def _at_q(function):
    """`function(theta, m, s)` as the value of a line, at x = 1.5."""
    return lambda theta_1, theta_2, m_1, m_2, s_1, s_2: function(
        np.array([theta_1, theta_2]), np.array([m_1, m_2]), np.array([s_1, s_2])
    )


X = 1.5


def _kl_by_quadrature(theta, m, s):
    cov = np.linalg.inv(precision(theta))
    p = multivariate_normal(cov @ theta * X, cov)
    return expect(lambda z: log_q(z, m, s) - p.logpdf(z), m, s)


def _elbo_by_quadrature(theta, m, s):
    return expect(lambda z: log_joint(z, theta, X) - log_q(z, m, s), m, s)


def _elbo(theta, m, s):
    return elbo_terms(LinearGaussian(theta, X), m, s**2).total


def _evidence_from_parts(theta, m, s):
    model = LinearGaussian(theta, X)
    kl = kl_full(m, np.diag(s**2), model.posterior_mean, model.posterior_cov)
    return _elbo(theta, m, s) + kl


identity = Derivation(
    "log p(x) = ELBO + KL, at x = 1.5",
    (
        Line(
            r"\mathrm{KL}(q\,\|\,p(\mathbf z\mid x)) = \mathbb E_q[\log q(\mathbf z)]"
            r" - \mathbb E_q[\log p(\mathbf z\mid x)]",
            "The definition (tutorial 8). Expectations under q by quadrature.",
            _at_q(_kl_by_quadrature),
        ),
        Line(
            r"= \mathbb E_q[\log q(\mathbf z)] - \mathbb E_q[\log p(\mathbf z,x)] + \log p(x)",
            "Bayes inside the logarithm. log p(x) does not depend on z: its mean is itself.",
            _at_q(
                lambda theta, m, s: (
                    expect(lambda z: log_q(z, m, s), m, s)
                    - expect(lambda z: log_joint(z, theta, X), m, s)
                    + log_evidence(theta, X)
                )
            ),
        ),
        Line(
            r"= \log p(x) - \mathrm{ELBO}(q),\quad \mathrm{ELBO}(q) ="
            r" \mathbb E_q[\log p(\mathbf z,x)] - \mathbb E_q[\log q(\mathbf z)]",
            "A name for what can be computed without the posterior.",
            _at_q(lambda theta, m, s: log_evidence(theta, X) - _elbo(theta, m, s)),
        ),
        Line(
            r"\mathrm{ELBO}(q) = \mathbb E_q[\log p(\mathbf z)] +"
            r" \mathbb E_q[\log p(x\mid\mathbf z)] + H(q_1) + H(q_2)",
            "Match the prior, match the data, keep spread: the joint split, −E[log q] named H.",
            _at_q(
                lambda theta, m, s: (
                    expect(lambda z: norm.logpdf(z).sum(axis=-1), m, s)
                    + expect(lambda z: norm.logpdf(X, z @ theta, 1), m, s)
                    + np.sum(norm.entropy(m, s))
                )
            ),
            aside=_at_q(_elbo_by_quadrature),
        ),
        Line(
            r"\log p(x) = \mathrm{ELBO}(q) + \mathrm{KL}(q\,\|\,p(\mathbf z\mid x))",
            "The left side knows no q. As KL ≥ 0, the ELBO is a lower bound; raising it is"
            " lowering KL.",
            _at_q(_evidence_from_parts),
            aside=_at_q(lambda theta, m, s: log_evidence(theta, X)),
        ),
    ),
    (*THETA, *Q),
)
