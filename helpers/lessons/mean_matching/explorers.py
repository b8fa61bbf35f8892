"""Every explorer of notebook 02, in its order."""

from helpers.lessons.mean_matching.bells import any_target, gradient_steps, in_the_plane, problem
from helpers.lessons.mean_matching.factorised import product_of_marginals, table_projection
from helpers.lessons.mean_matching.failures import wandering_mean
from helpers.lessons.mean_matching.projections import directions, free_variance

__all__ = [
    "any_target",
    "directions",
    "free_variance",
    "gradient_steps",
    "in_the_plane",
    "problem",
    "product_of_marginals",
    "table_projection",
    "wandering_mean",
]
