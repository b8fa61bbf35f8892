"""What the student writes in notebook 06; one file an exercise."""

from helpers.lessons.linear_regression.covariance_exercise import line_covariance_exercise
from helpers.lessons.linear_regression.leapfrog_exercise import leapfrog_step_exercise

__all__ = ["leapfrog_step_exercise", "line_covariance_exercise"]
