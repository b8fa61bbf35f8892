"""Makes `line_states.csv` and `line_runs.csv`, the stored runs of notebook 06's section 6.

`python notebooks/data/make_line_runs.py`, from the root of the collection; about ten seconds.
Long runs of random numbers end differently on different processors, so they are stored.
"""

import csv
import itertools
import time
from pathlib import Path

import numpy as np

from helpers.approximations import gaussian_vi, hamiltonian, laplace
from helpers.diagnostics import complaints, r_hat
from helpers.lessons.linear_regression.data import NOISES, ORIGINS, QUANTITIES, SIZES, faithful
from helpers.lessons.linear_regression.formulas import LEVELS, Answer, gaussian_answer

HERE = Path(__file__).parent
N_CHAINS, N_KEPT, N_DROPPED, N_STORED = 4, 1000, 100, 400
STEP, N_LEAPFROG = 0.3, 6  # the step in sds of the posterior, as Laplace sees them
N_VI_STEPS = 1000


class Counted:
    """A log joint that counts the points at which it is asked."""

    def __init__(self, function):
        self.function, self.n = function, 0

    def __call__(self, z):
        self.n += np.size(z) // np.shape(z)[-1]
        return self.function(z)


def timed(way, function):
    counted, start = Counted(function), time.process_time()
    return way(counted), time.process_time() - start, counted.n


def runs(n, origin, noise):
    """{method: (seconds, evaluations, R-hats (D,), answers (D, 4))}, and some states of HMC,
    (N_STORED, D); the R-hats are HMC's alone."""
    model = faithful(n, origin, noise)
    start = np.zeros(2 if noise == NOISES[0] else 3)
    start[1] = model.y.mean()
    bell, *cost = timed(lambda f: laplace(f, start), model.log_joint)
    sds = np.sqrt(np.diag(bell.cov))
    none = np.full(len(sds), np.nan)
    found = {"Laplace": (*cost, none, list(map(gaussian_answer, bell.mean, sds)))}

    def sample(f):
        starts = bell.mean + sds * np.random.default_rng(0).uniform(-2, 2, (N_CHAINS, len(sds)))
        return hamiltonian(f, starts, N_DROPPED + N_KEPT, STEP * sds, N_LEAPFROG, rng=1)

    chain, *cost = timed(sample, model.log_joint_and_gradient)
    kept = chain.samples[:, N_DROPPED:]
    for words in complaints(kept, chain.acceptance):
        print(n, origin, noise, words)
    states = kept.reshape(-1, len(sds))
    ends = np.quantile(states, LEVELS, axis=0)
    found["HMC"] = (
        *cost,
        r_hat(kept),
        np.array([states.mean(axis=0), states.std(axis=0), *ends]).T,
    )
    way = dict(sd=sds, n_steps=N_VI_STEPS, n_draws=16)
    fit, *cost = timed(lambda f: gaussian_vi(f, bell.mean, 1, **way), model.log_joint_and_gradient)
    found["VI"] = (*cost, none, list(map(gaussian_answer, fit.mean, fit.sd)))
    return found, states[:: len(states) // N_STORED]


def table(name, head):
    """A csv.writer of that file, its head written."""
    file = open(HERE / name, "w", encoding="utf-8", newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(head)
    return writer


if __name__ == "__main__":
    key = ["n", "origin", "noise"]
    states_table = table("line_states.csv", [*key, *QUANTITIES])
    head = [*key, "method", "quantity", "seconds", "evaluations", "r_hat", *Answer._fields]
    runs_table = table("line_runs.csv", head)
    for setting in itertools.product(SIZES, ORIGINS, NOISES):
        found, states = runs(*setting)
        for row in states:
            texts = [f"{value:.5g}" for value in row]
            states_table.writerow([*setting, *texts, *[""] * (3 - len(texts))])
        for method, (seconds, evaluations, r_hats, answers) in found.items():
            for quantity, one, answer in zip(QUANTITIES, r_hats, answers, strict=False):
                numbers = [
                    f"{seconds:.2g}",
                    evaluations,
                    f"{one:.4g}",
                    *(f"{v:.8g}" for v in answer),
                ]
                runs_table.writerow([*setting, method, quantity, *numbers])
