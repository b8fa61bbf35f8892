"""Notebook 03: a posterior in the plane, approximated by a product of two Gaussians."""

from helpers.lessons import gathered

__getattr__ = gathered(__name__)
