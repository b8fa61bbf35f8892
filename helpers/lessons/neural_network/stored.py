"""What was computed beforehand: `notebooks/data/make_neural_network.py` makes it, in minutes."""

from functools import cache
from pathlib import Path

import numpy as np

PATH = Path(__file__).parents[3] / "notebooks" / "data" / "neural_network.npz"
GRID = np.linspace(-3.2, 3.2, 81)
N_SHORT, N_LONG = (4, 200), (8, 1000)  # chains and draws a chain
METHODS = ("mode", "Laplace", "Laplace, linear", "VI", "HMC", "long HMC")


@cache
def _everything():
    with np.load(PATH) as data:
        return {name: array.astype(float) for name, array in data.items()}


def stored(name, hidden=None, scale=None):
    """An array by its name, and by the setting where it belongs to one; float32 on disk."""
    return _everything()[name if hidden is None else f"{name}_{int(hidden)}_{float(scale)}"]
