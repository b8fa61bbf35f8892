"""Time a CAVI sweep against scikit-learn and the floor: python tests/benchmarks/mixture.py

One BLAS thread; everything in one run, in turns, the least of the rounds taken. A sweep's time,
ELBO included, is the difference between a long and a short fit of the same data, so that neither
side pays for its start. The floor is what nothing written in numpy goes below: two matrix products
and one exp over N·K numbers; a sweep is to take at most twice that where the calls themselves, some
30 µs, do not count. The ratios wanted are those of a CPU with AVX-512: where numpy's exp is not
vectorised (some 5 ns a number) the floor itself may miss them. Memory is the peak of a fit beyond
data and responsibilities; wanted are 4 bytes an N·K, blocks of a fixed size aside.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import time
import tracemalloc
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture

from helpers import mixture

# N, K, D, the ratio to reach, sweeps to time, rounds
CASES = (
    (1_000, 3, 2, 6, 100, 30),
    (100_000, 10, 2, 12, 10, 10),
    (100_000, 20, 16, 6, 10, 5),
    (1_000_000, 10, 2, 15, 4, 3),
)
SHORT = 2  # sweeps in the short fit
BLOCK = 4096  # points at a time in the floor, so that it, too, stays in the cache


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)  # neither side is meant to converge here
    print("times in ms; ratios are scikit-learn's time over the sweep's, and over the floor's")
    print("      N   K   D |    sweep   sklearn     floor | ratio  wanted  at floor | bytes/NK")
    for n, k, d, wanted, sweeps, rounds in CASES:
        x, model, start = problem(n, k, d, np.random.default_rng(0))
        ours, theirs, least = times(x, model, start, sweeps, rounds)
        print(
            f"{n:7d} {k:3d} {d:3d} | {ours:8.3f} {theirs:9.3f} {least:9.3f} |"
            f" {theirs / ours:5.1f} {wanted:7d} {theirs / least:9.1f} |"
            f" {extra_memory(model, x, start) / (n * k):8.2f}",
            flush=True,
        )


def problem(n, k, d, rng):
    """A draw from the model, σ = 5 and λ = 1, and a random start."""
    means = rng.normal(0, 5, (k, d))
    x = means[rng.integers(k, size=n)] + rng.standard_normal((n, d))
    model = mixture.MixtureModel(k, 0.0, 25.0, 1.0)
    return x, model, mixture.initialise(model, x, rng)


def times(x, model, start, sweeps, rounds):
    """Milliseconds a sweep, ours and scikit-learn's, and the floor's."""

    def ours(n):
        return len(mixture.fit(model, x, start=start, max_sweeps=n, tol=0).elbo)

    def theirs(n):
        rival = BayesianGaussianMixture(
            n_components=model.n_components,
            covariance_type="spherical",
            init_params="random_from_data",
            max_iter=n,
            tol=0,
            random_state=0,
        )
        return rival.fit(x).n_iter_

    lengths = SHORT, SHORT + sweeps
    run_floor = floor(len(x), model.n_components, x.shape[1])
    least = np.full((2, 2), np.inf)
    least_floor = np.inf
    for _ in range(rounds):
        for side, run in enumerate((ours, theirs)):
            for i, n in enumerate(lengths):
                least[side, i] = min(least[side, i], seconds(run, n))
        least_floor = min(least_floor, seconds(run_floor))
    done = [[run(n) for n in lengths] for run in (ours, theirs)]
    return (*(1e3 * np.diff(least)[:, 0] / np.diff(done)[:, 0]), 1e3 * least_floor)


def seconds(run, *arguments):
    begin = time.process_time()
    run(*arguments)
    return time.process_time() - begin


def floor(n, k, d):
    """What to run for the floor."""
    features = np.zeros((d + 2, min(n, BLOCK)))
    weights, block = np.zeros((k, d + 2)), np.empty((k, min(n, BLOCK)))

    def run():
        for first in range(0, n, BLOCK):
            size = min(BLOCK, n - first)
            np.matmul(weights, features[:, :size], out=block[:, :size])
            np.exp(block[:, :size], out=block[:, :size])
            block[:, :size] @ features[:, :size].T

    return run


def extra_memory(model, x, start):
    """Peak bytes of a fit, less those of the responsibilities it returns."""
    tracemalloc.start()
    mixture.fit(model, x, start=start, max_sweeps=2, tol=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - 8 * len(x) * model.n_components


if __name__ == "__main__":
    main()
