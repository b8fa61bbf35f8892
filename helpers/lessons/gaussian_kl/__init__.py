"""Notebook 01: the KL divergence between Gaussians."""

from helpers.lessons import gathered

__getattr__ = gathered(__name__)
