"""Notebook 01: the KL divergence between Gaussians."""

from types import SimpleNamespace

from helpers.lessons.gaussian_kl import (
    derivations,
    exercises,
    explorers,
    failures,
    predictions,
    solution,
)

check = SimpleNamespace(
    kl_univariate=exercises.univariate,
    kl_diagonal=exercises.diagonal,
    kl_monte_carlo=exercises.monte_carlo,
)

__all__ = ["check", "derivations", "exercises", "explorers", "failures", "predictions", "solution"]
