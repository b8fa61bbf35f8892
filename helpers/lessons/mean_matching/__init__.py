"""Notebook 02: mean matching, moment matching, and the best product."""

from types import SimpleNamespace

from helpers.lessons.mean_matching import derivations, exercises, explorers, predictions

check = SimpleNamespace(
    gradient=exercises.objective_gradient,
    moment_match=exercises.matching,
    factorise=exercises.factorising,
)

__all__ = ["check", "derivations", "exercises", "explorers", "predictions"]
