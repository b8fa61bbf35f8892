"""What the student writes in notebook 02; one file an exercise, with every known slip."""

from helpers.lessons.mean_matching.factorise_exercise import PRODUCT, TABLE, factorise_exercise
from helpers.lessons.mean_matching.gradient_exercise import gradient_exercise
from helpers.lessons.mean_matching.moment_match_exercise import moment_match_exercise

__all__ = ["PRODUCT", "TABLE", "factorise_exercise", "gradient_exercise", "moment_match_exercise"]
