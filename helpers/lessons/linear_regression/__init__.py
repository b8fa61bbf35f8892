"""Notebook 06: a line through points, exactly and by three approximations."""

from helpers.lessons import gathered

__getattr__ = gathered(__name__)
