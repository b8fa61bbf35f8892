"""Notebook 02: mean matching, moment matching, and the best product."""

from helpers.lessons import gathered

__getattr__ = gathered(__name__)
