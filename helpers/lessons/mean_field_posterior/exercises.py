"""What the student writes in notebook 03; one file an exercise, with every known slip."""

from helpers.lessons.mean_field_posterior.convergence_rate_exercise import convergence_rate_exercise
from helpers.lessons.mean_field_posterior.elbo_exercise import elbo_exercise
from helpers.lessons.mean_field_posterior.posterior_cov_exercise import posterior_cov_exercise
from helpers.lessons.mean_field_posterior.update_factor_exercise import update_factor_exercise

__all__ = [
    "convergence_rate_exercise",
    "elbo_exercise",
    "posterior_cov_exercise",
    "update_factor_exercise",
]
