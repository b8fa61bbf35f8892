"""What the student writes in notebook 07."""

from helpers.lessons.neural_network.elbo_gradient_exercise import elbo_gradient_exercise
from helpers.lessons.neural_network.layer_gradient_exercise import layer_gradient_exercise

__all__ = ["elbo_gradient_exercise", "layer_gradient_exercise"]
