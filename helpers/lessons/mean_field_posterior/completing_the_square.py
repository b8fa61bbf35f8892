"""Problem 3, line by line: the square completed, and what is read off it."""

import numpy as np

from helpers.gaussians import log_normal, log_normal_full
from helpers.lessons.mean_field_posterior.expectations import (
    LOG_2PI,
    correlation,
    log_evidence,
    log_integral,
    log_joint,
    posterior_mean,
    precision,
)
from helpers.lessons.mean_field_posterior.sliders import OBSERVATION, THETA, vectors
from helpers.widgets import Derivation, Line, Slider


def _normalised(exponent, z):
    """log c + exponent(z), with the c that makes the density integrate to 1 (by the grid)."""
    return exponent(z) - log_integral(exponent)


def _expanded(z, theta, x):
    squares = (z**2) @ (1 + theta**2) - 2 * x * (z @ theta)
    return -0.5 * (squares + 2 * theta[0] * theta[1] * z[..., 0] * z[..., 1])


def _quadratic(z, matrix):
    return np.sum(z @ matrix * z, axis=-1)


exponent = Derivation(
    "The posterior by completing the square: log p(z | x) at one point z",
    (
        Line(
            r"\log p(\mathbf z\mid x) = \log\frac{p(x\mid\mathbf z)\,p(\mathbf z)}"
            r"{\int p(x\mid\mathbf z)\,p(\mathbf z)\,d\mathbf z}",
            "Bayes, solution eq. 2.1 and 2.2; the integral is a sum over a fine grid.",
            lambda theta, x, z: log_joint(z, theta, x) - log_evidence(theta, x),
        ),
        Line(
            r"= \log c - \tfrac12\bigl[(x-\theta^\top\mathbf z)^2 + \mathbf z^\top\mathbf z\bigr]",
            "Two Gaussians multiplied. c holds what does not depend on z; here and below the grid"
            " finds it, by making the integral 1.",
            lambda theta, x, z: _normalised(
                lambda at: -0.5 * ((x - at @ theta) ** 2 + np.sum(at**2, axis=-1)), z
            ),
        ),
        Line(
            r"= \log c' - \tfrac12\bigl[z_1^2(1+\theta_1^2) + z_2^2(1+\theta_2^2)"
            r" - 2x(\theta_1z_1+\theta_2z_2) + 2\theta_1\theta_2z_1z_2\bigr]",
            r"$(x-\theta^\top\mathbf z)^2 = x^2 - 2x(\theta_1z_1+\theta_2z_2) + \theta_1^2z_1^2 +"
            r" 2\theta_1\theta_2z_1z_2 + \theta_2^2z_2^2$; x² goes into c′. This is eq. 2.3. Its"
            " last product ties z₁ to z₂.",
            lambda theta, x, z: _normalised(lambda at: _expanded(at, theta, x), z),
        ),
        Line(
            r"= \log c' - \tfrac12\mathbf z^\top\Lambda\mathbf z + x\,\theta^\top\mathbf z,"
            r"\quad \Lambda = I + \theta\theta^\top",
            "The squares and the product are one quadratic form; Λ is the precision.",
            lambda theta, x, z: _normalised(
                lambda at: -0.5 * _quadratic(at, precision(theta)) + x * (at @ theta), z
            ),
        ),
        Line(
            r"= \log c'' - \tfrac12(\mathbf z-\mu)^\top\Lambda\,(\mathbf z-\mu),"
            r"\quad \Lambda\mu = x\,\theta",
            r"The square completed. Multiplied out, its linear part is $\mathbf z^\top\Lambda\mu$:"
            r" so μ must solve $\Lambda\mu = x\theta$.",
            lambda theta, x, z: _normalised(
                lambda at: -0.5 * _quadratic(at - posterior_mean(theta, x), precision(theta)),
                z,
            ),
        ),
        Line(
            r"= \tfrac12\log\det\Lambda - \log 2\pi -"
            r" \tfrac12(\mathbf z-\mu)^\top\Lambda\,(\mathbf z-\mu)",
            "A Gaussian, and a Gaussian's constant is known: no integral is left.",
            lambda theta, x, z: (
                0.5 * np.log(np.linalg.det(precision(theta)))
                - LOG_2PI
                - 0.5 * _quadratic(z - posterior_mean(theta, x), precision(theta))
            ),
        ),
        Line(
            r"= \log\mathcal N(\mathbf z\mid\mu,\Lambda^{-1})",
            "Problem 3 is solved, but for an inverse.",
            lambda theta, x, z: log_normal_full(
                z, posterior_mean(theta, x), np.linalg.inv(precision(theta))
            ),
        ),
    ),
    (
        *THETA,
        OBSERVATION,
        Slider("z_1", "the point: z₁", -2.0, 2.0, 0.5, 0.1),
        Slider("z_2", "the point: z₂", -2.0, 2.0, 0.5, 0.1),
    ),
    at=vectors,
)


closed_form = Derivation(
    "Covariance, mean and evidence without an inverse",
    (
        Line(
            r"(I+\theta\theta^\top)\Bigl(I - \frac{\theta\theta^\top}{1+\theta^\top\theta}\Bigr)",
            "Λ times Sherman and Morrison's guess. If the product is I, it is the inverse.",
            lambda theta, x: (
                precision(theta) @ (np.eye(2) - np.outer(theta, theta) / (1 + theta @ theta))
            ),
        ),
        Line(
            r"= I + \theta\theta^\top - \frac{\theta\theta^\top + \theta\,(\theta^\top\theta)\,"
            r"\theta^\top}{1+\theta^\top\theta}",
            "Multiplied out. In the last product the number θᵀθ stands in the middle.",
            lambda theta, x: (
                np.eye(2)
                + np.outer(theta, theta)
                - (np.outer(theta, theta) + np.outer(theta, (theta @ theta) * theta))
                / (1 + theta @ theta)
            ),
        ),
        Line(
            r"= I + \theta\theta^\top - \frac{(1+\theta^\top\theta)\,\theta\theta^\top}"
            r"{1+\theta^\top\theta} = I",
            r"So the covariance is $\Lambda^{-1} = I - \theta\theta^\top/(1+\theta^\top\theta)$.",
            lambda theta, x: np.eye(2),
        ),
        Line(
            r"\mu = x\,\Lambda^{-1}\theta = x\Bigl(\theta -"
            r" \frac{\theta\,(\theta^\top\theta)}{1+\theta^\top\theta}\Bigr)"
            r" = \frac{x\,\theta}{1+\theta^\top\theta}",
            "The mean. Aside: beside a numerical solver of Λμ = xθ.",
            lambda theta, x: x * theta / (1 + theta @ theta),
            aside=lambda theta, x: posterior_mean(theta, x),
        ),
        Line(
            r"\rho = \frac{-\theta_1\theta_2}{\sqrt{(1+\theta_1^2)(1+\theta_2^2)}}",
            r"$\Sigma_{12}/\sqrt{\Sigma_{11}\Sigma_{22}}$, the correlation: by line 3, times"
            r" $1+\theta^\top\theta$, $\Sigma_{12}$ is $-\theta_1\theta_2$, $\Sigma_{11}$ is"
            r" $1+\theta_2^2$, $\Sigma_{22}$ is $1+\theta_1^2$. It is 0 if and only if"
            " θ₁θ₂ = 0, and x does not occur. Aside: beside a numerical inverse of Λ.",
            lambda theta, x: -theta[0] * theta[1] / np.sqrt(np.prod(1 + theta**2)),
            aside=lambda theta, x: correlation(np.linalg.inv(precision(theta))),
        ),
        Line(
            r"\log p(x) = \log\mathcal N(x\mid 0,\,1+\theta^\top\theta)",
            "The evidence, for free: x = θᵀz + noise is a sum of independent Gaussians. Aside:"
            " beside the integral, by the grid.",
            lambda theta, x: log_normal(x, 0, 1 + theta @ theta),
            aside=lambda theta, x: log_evidence(theta, x),
        ),
    ),
    (*THETA, OBSERVATION),
    at=vectors,
)
