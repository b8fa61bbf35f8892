"""Notebook 05: a coin's chance of heads, exactly and by three approximations."""

from helpers.lessons import gathered

__getattr__ = gathered(__name__)
