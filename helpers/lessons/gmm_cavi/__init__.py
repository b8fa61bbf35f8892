"""Notebook 04: the Gaussian mixture by coordinate ascent."""

from types import SimpleNamespace

from helpers.lessons.gmm_cavi import exercises, puzzle

check = SimpleNamespace(
    update_assignments=exercises.assignments,
    update_components=exercises.components,
    elbo=exercises.bound,
    name_the_bugs=puzzle.suspects,
)

__all__ = ["check", "exercises", "puzzle"]
