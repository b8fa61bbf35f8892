"""Section 4: why each sweep of coordinate ascent shrinks the error of m by ρ²."""

import numpy as np

from helpers.lessons.mean_field_posterior.expectations import correlation, posterior_mean, precision
from helpers.lessons.mean_field_posterior.sliders import OBSERVATION, THETA, vectors
from helpers.widgets import Derivation, Line, Slider


def _first(theta, x, m_2):
    """m₁′, q₁'s update by eq. 2.13; its own old mean does not matter."""
    return theta[0] * (x - theta[1] * m_2) / (1 + theta[0] ** 2)


def _second(theta, x, m_1):
    """m₂′, q₂'s update from the m₁ just found."""
    return theta[1] * (x - theta[0] * m_1) / (1 + theta[1] ** 2)


one_sweep = Derivation(
    "One sweep, seen by the error e = m − μ",
    (
        Line(
            r"e_2' = \theta_2\,\frac{x-\theta_1m_1'}{1+\theta_2^2} - \mu_2,\quad"
            r" m_1' = \theta_1\,\frac{x-\theta_2m_2}{1+\theta_1^2}",
            "q₁ is updated, then q₂, from the new m₁′. μ comes from a linear solver.",
            lambda theta, x, m_2: (
                _second(theta, x, _first(theta, x, m_2)) - posterior_mean(theta, x)[1]
            ),
        ),
        Line(
            r"\mu_1 = \theta_1\,\frac{x-\theta_2\mu_2}{1+\theta_1^2}",
            r"The first row of $\Lambda\mu = x\theta$ is $(1+\theta_1^2)\mu_1 +"
            r" \theta_1\theta_2\mu_2 = x\theta_1$; solve for μ₁. So the true mean stays where it is"
            " under an update. Aside: beside the solver's μ₁.",
            lambda theta, x, m_2: (
                theta[0] * (x - theta[1] * posterior_mean(theta, x)[1]) / (1 + theta[0] ** 2)
            ),
            aside=lambda theta, x, m_2: posterior_mean(theta, x)[0],
        ),
        Line(
            r"e_1' = m_1' - \mu_1 = -\frac{\theta_1\theta_2}{1+\theta_1^2}\,e_2",
            "Half-way: m₁′ less line 2. x goes, and m₂ − μ₂ = e₂ is left.",
            lambda theta, x, m_2: (
                -theta[0] * theta[1] / (1 + theta[0] ** 2) * (m_2 - posterior_mean(theta, x)[1])
            ),
            aside=lambda theta, x, m_2: _first(theta, x, m_2) - posterior_mean(theta, x)[0],
        ),
        Line(
            r"e_2' = -\frac{\theta_1\theta_2}{1+\theta_2^2}\,e_1'",
            "The same for q₂, with the indices swapped.",
            lambda theta, x, m_2: (
                -theta[0]
                * theta[1]
                / (1 + theta[1] ** 2)
                * (_first(theta, x, m_2) - posterior_mean(theta, x)[0])
            ),
        ),
        Line(
            r"= \frac{\theta_1^2\theta_2^2}{(1+\theta_1^2)(1+\theta_2^2)}\,e_2",
            "Line 3 into line 4. The two minus signs cancel: ρ may be negative.",
            lambda theta, x, m_2: (
                np.prod(theta**2) / np.prod(1 + theta**2) * (m_2 - posterior_mean(theta, x)[1])
            ),
        ),
        Line(
            r"= \rho^2\,e_2,\quad \rho^2 = \Sigma_{12}^2/\Sigma_{11}\Sigma_{22},\quad"
            r" \Sigma = \Lambda^{-1}",
            "The square of the posterior correlation (section 1, closed form, line 5): each sweep,"
            " the same factor.",
            lambda theta, x, m_2: (
                correlation(np.linalg.inv(precision(theta))) ** 2
                * (m_2 - posterior_mean(theta, x)[1])
            ),
        ),
    ),
    (*THETA, OBSERVATION, Slider("m_2", "m₂ before the sweep", -3.0, 3.0, 2.0, 0.1)),
    at=vectors,
)
