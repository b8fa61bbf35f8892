"""Every derivation of notebook 02, in its order."""

from helpers.lessons.mean_matching.lagrange import density, factor
from helpers.lessons.mean_matching.moments import moments
from helpers.lessons.mean_matching.objective import objective

__all__ = ["density", "factor", "moments", "objective"]
