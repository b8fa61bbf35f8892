"""Notebook 04: the Gaussian mixture by coordinate ascent."""

from helpers.lessons import gathered

__getattr__ = gathered(__name__)
