"""The data of notebook 04: Old Faithful, and small made-up sets."""

from functools import cache
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[3] / "notebooks" / "data"


@cache
def old_faithful():
    """Duration and waiting time in minutes, (272, 2); the source stands beside the file."""
    minutes = np.loadtxt(DATA / "old_faithful.csv", delimiter=",", skiprows=1)
    minutes.flags.writeable = False
    return minutes


def standardise(x):
    """Columns with mean 0 and population standard deviation 1."""
    return (x - x.mean(axis=0)) / x.std(axis=0)


@cache
def eruptions():
    """Old Faithful without units: what most pictures here show."""
    x = standardise(old_faithful())
    x.flags.writeable = False
    return x


def blobs(centres, n_each, sd, seed):
    """`n_each` points around each of `centres`, (len(centres) · n_each, D)."""
    rng = np.random.default_rng(seed)
    centres = np.repeat(np.asarray(centres, float), n_each, axis=0)
    return centres + sd * rng.standard_normal(centres.shape)


FIVE = blobs([(-2.6, -1.6), (-2.4, 1.7), (0, 0.2), (2.5, 1.6), (2.4, -1.7)], 30, 0.5, seed=1)
THREE = blobs([(-2, -1), (2, -1), (0, 2)], 25, 0.5, seed=2)

# Six points for the derivations: two kinds, and one point between them.
TINY = np.array([[-1.4, -0.9], [-1.0, -1.3], [-1.7, -0.4], [0.1, 0.2], [1.2, 0.8], [0.9, 1.5]])
