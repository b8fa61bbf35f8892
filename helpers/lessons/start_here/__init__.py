"""Notebook 00: Bayes' rule, why its integral is hard, and four answers; the collection's map."""

from helpers.lessons import gathered

__getattr__ = gathered(__name__)
