"""Our points: 24 made by the truth sin 2x and noise, none of them in the gap; and the network."""

import numpy as np

from helpers.controls import Choice, Slider
from helpers.models import Network

X = np.concatenate([
    [-2.19, -1.88, -1.81, -1.78, -1.78, -1.54, -1.32, -1.11, -1.08, -1.05, -0.98, -0.94],
    [0.86, 1.02, 1.10, 1.16, 1.42, 1.51, 1.57, 1.66, 1.67, 1.91, 2.18, 2.19],
])  # fmt: skip
Y = np.concatenate([
    [0.99, 0.52, -0.29, 0.24, 0.39, -0.03, -0.94, -0.94, -1.12, -1.11, -0.61, -1.19],
    [0.98, 1.16, 0.63, 0.70, 0.33, 0.14, -0.37, -0.15, 0.21, -1.09, -0.68, -0.91],
])  # fmt: skip
NOISE_SD = 0.3  # σ, known
EDGE, GAP = 2.2, 0.8  # inputs lie where GAP ≤ |x| ≤ EDGE

HIDDEN, SCALES = (1, 2, 4, 8, 16), (0.5, 1.0, 1.5, 2.0)
SETTING = (
    Choice("hidden", "hidden units", tuple(map(str, HIDDEN)), "4"),
    Slider("scale", "s, prior scale", 0.5, 2.0, 1.0, 0.5),
)


def truth(x):
    return np.sin(2 * x)


def model(hidden, scale):
    """The network on our points; `hidden` is a number of units, as text too."""
    return Network(X, Y, int(hidden), NOISE_SD, scale)


def held_out(n=200):
    """Inputs and outputs that no method has seen, n where the points are and n in the gap."""
    rng = np.random.default_rng(70)
    outside = rng.choice([-1, 1], n) * rng.uniform(GAP, EDGE, n)
    x = np.concatenate([outside, rng.uniform(-GAP, GAP, n)])
    return x, truth(x) + NOISE_SD * rng.standard_normal(2 * n)
