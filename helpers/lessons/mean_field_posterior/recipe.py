"""Section 3, its second half: the same update by the tutorial's recipe, without a derivative."""

import numpy as np

from helpers.gaussians import log_normal
from helpers.lessons.mean_field_posterior.expectations import AXIS, STEP, log_joint
from helpers.lessons.mean_field_posterior.sliders import OBSERVATION, THETA, vectors
from helpers.quadrature import gauss_hermite
from helpers.widgets import Derivation, Line, Slider


def _average(function, m_2, s_2):
    """z₁ -> E_{q₂}[function(z₁, z₂)], by quadrature over z₂."""
    return np.vectorize(lambda z_1: gauss_hermite(lambda z_2: function(z_1, z_2), m_2, s_2))


def _log_joint(z_1, z_2, theta, x):
    return log_joint(np.stack([z_1 + 0 * z_2, z_2], axis=-1), theta, x)


def _normalised(exponent, z_1):
    """log c + exponent(z₁), with the c that makes the density integrate to 1, by a sum."""
    return exponent(z_1) - np.log(np.sum(np.exp(exponent(AXIS))) * STEP)


best_factor = Derivation(
    "The tutorial's recipe: log q₁*(z₁) at one point z₁",
    (
        Line(
            r"\log q_1^*(z_1) = \log c + \mathbb E_{q_2}[\log p(z_1,z_2,x)]",
            r"$q_1^* \propto \exp\mathbb E_{q_2}[\log p(\mathbf z,x)]$. The average over z₂ by"
            " quadrature; c by a sum over z₁, so that the density integrates to 1.",
            lambda theta, x, m_2, s_2, z_1: _normalised(
                _average(lambda one, z_2: _log_joint(one, z_2, theta, x), m_2, s_2), z_1
            ),
        ),
        Line(
            r"= \log c' - \tfrac12\bigl\{z_1^2 + \mathbb E_{q_2}[(x-\theta_1z_1-\theta_2z_2)^2]"
            r"\bigr\}",
            "The prior of z₂ and all 2π hold no z₁: into c′ with them.",
            lambda theta, x, m_2, s_2, z_1: _normalised(
                lambda at: (
                    -0.5
                    * (
                        at**2
                        + _average(
                            lambda one, z_2: (x - theta[0] * one - theta[1] * z_2) ** 2, m_2, s_2
                        )(at)
                    )
                ),
                z_1,
            ),
        ),
        Line(
            r"= \log c'' - \tfrac12(1+\theta_1^2)\,z_1^2 + \theta_1(x-\theta_2m_2)\,z_1",
            r"$\mathbb E_{q_2}[(x-\theta_1z_1-\theta_2z_2)^2] = (x-\theta_2m_2-\theta_1z_1)^2 +"
            r" \theta_2^2s_2^2$, multiplied out. s₂² goes into c″: q₁ never hears of it.",
            lambda theta, x, m_2, s_2, z_1: _normalised(
                lambda at: (
                    -0.5 * (1 + theta[0] ** 2) * at**2 + theta[0] * (x - theta[1] * m_2) * at
                ),
                z_1,
            ),
        ),
        Line(
            r"= \log c''' - \tfrac12(1+\theta_1^2)\Bigl(z_1 -"
            r" \theta_1\frac{x-\theta_2m_2}{1+\theta_1^2}\Bigr)^2",
            "The square completed.",
            lambda theta, x, m_2, s_2, z_1: _normalised(
                lambda at: (
                    -0.5
                    * (1 + theta[0] ** 2)
                    * (at - theta[0] * (x - theta[1] * m_2) / (1 + theta[0] ** 2)) ** 2
                ),
                z_1,
            ),
        ),
        Line(
            r"= \log\mathcal N\Bigl(z_1\Bigm|\theta_1\frac{x-\theta_2m_2}{1+\theta_1^2},"
            r"\ \frac1{1+\theta_1^2}\Bigr)",
            "Eq. 2.13 and 2.15 again. Nobody asked for a Gaussian: it came by itself.",
            lambda theta, x, m_2, s_2, z_1: log_normal(
                z_1,
                theta[0] * (x - theta[1] * m_2) / (1 + theta[0] ** 2),
                1 / (1 + theta[0] ** 2),
            ),
        ),
    ),
    (
        *THETA,
        OBSERVATION,
        Slider("m_2", "m₂", -2.0, 2.0, -0.1, 0.1),
        Slider("s_2", "s₂", 0.3, 2.0, 0.9, 0.05),
        Slider("z_1", "the point: z₁", -2.0, 2.0, 0.5, 0.1),
    ),
    at=vectors,
)
