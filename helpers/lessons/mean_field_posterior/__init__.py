"""Notebook 03: a posterior in the plane, approximated by a product of two Gaussians."""

from types import SimpleNamespace

from helpers.lessons.mean_field_posterior import (
    ascent,
    derivations,
    elbo_exercise,
    exercises,
    explorers,
    limits,
    predictions,
    projections,
    solution,
)

check = SimpleNamespace(
    posterior_cov=exercises.covariance,
    elbo=elbo_exercise.bound,
    update_factor=exercises.one_factor,
    convergence_rate=exercises.rate,
)

__all__ = [
    "ascent",
    "check",
    "derivations",
    "exercises",
    "explorers",
    "limits",
    "predictions",
    "projections",
    "solution",
]
