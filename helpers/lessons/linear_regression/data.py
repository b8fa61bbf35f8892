"""The points of notebook 06: five of our own, and Old Faithful with stored runs."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.lessons.linear_regression.formulas import Answer, noise_inferred, posterior
from helpers.models import Regression

DATA = Path(__file__).parents[3] / "notebooks" / "data"

# Our five points.
X = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
Y = np.array([0.2, 1.1, 1.0, 2.3, 2.4])
NOISE_SD, PRIOR_SD = 0.5, 2.0

# Old Faithful, in minutes: waiting time = slope · (duration − origin) + intercept.
NOISE_MINUTES = 6.0
PRIOR_MINUTES = (20.0, 100.0)
SIZES = (5, 20, 272)
ORIGINS = ("0 minutes", "their mean")
NOISES = ("fixed", "inferred")
QUANTITIES = ("slope", "intercept", "log σ")


@cache
def old_faithful():
    """Duration and waiting time in minutes, (272, 2); the source stands beside the file."""
    minutes = np.loadtxt(DATA / "old_faithful.csv", delimiter=",", skiprows=1)
    minutes.flags.writeable = False
    return minutes


@cache
def faithful(n, origin, noise):
    """The Regression of the first n eruptions, durations counted from the origin."""
    x, y = old_faithful()[:n].T
    x = x - (0.0 if origin == ORIGINS[0] else x.mean())
    return Regression(x, y, NOISE_MINUTES if noise == NOISES[0] else None, PRIOR_MINUTES)


@cache
def exact(n, origin, noise):
    """The posterior in closed form: (mean, cov) with the noise fixed, else NoiseInferred."""
    model = faithful(n, origin, noise)
    if noise == NOISES[0]:
        return posterior(model.x, model.y, NOISE_MINUTES, model.prior_sd)
    return noise_inferred(model.x, model.y, model.prior_sd)


@cache
def stored_states():
    """{(n, origin, noise): states of four HMC chains, (400, D)}, made by make_line_runs.py."""
    with open(DATA / "line_states.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    found = {}
    for n, origin, noise, *values in rows:
        found.setdefault((int(n), origin, noise), []).append([float(v) for v in values if v])
    return {key: np.array(states) for key, states in found.items()}


class Run(NamedTuple):
    """One quantity by one method, and what the whole run cost; `r_hat` is nan but for HMC."""

    seconds: float
    evaluations: int
    r_hat: float
    answer: Answer


@cache
def stored_runs():
    """{(n, origin, noise, method, quantity): Run}, made with the states."""
    with open(DATA / "line_runs.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {
        (int(row[0]), *row[1:5]): Run(
            float(row[5]), int(row[6]), float(row[7]), Answer(*map(float, row[8:]))
        )
        for row in rows
    }
