"""What the student writes in notebook 04; one file an exercise, with every known slip."""

from helpers.lessons.gmm_cavi.assignments_exercise import update_assignments_exercise
from helpers.lessons.gmm_cavi.components_exercise import update_components_exercise
from helpers.lessons.gmm_cavi.elbo_exercise import elbo_exercise
from helpers.lessons.gmm_cavi.puzzle import name_the_bugs_exercise

__all__ = [
    "elbo_exercise",
    "name_the_bugs_exercise",
    "update_assignments_exercise",
    "update_components_exercise",
]
