"""Makes `neural_network.npz`, the stored runs of notebook 07.

`python notebooks/data/make_neural_network.py`, from the root of the collection.

Four answers to the network's posterior for every number of hidden units and every prior scale, a
climb, and some chains. Long chains differ between CPUs, so they are stored. It takes minutes, and
says how far it is; the seconds it stores are the process's own, on one core.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads would only wait

import time

import numpy as np
from scipy.special import logsumexp

from helpers.approximations import elbo_estimate, gaussian_vi, hamiltonian
from helpers.diagnostics import effective_sample_size, r_hat
from helpers.gaussians import log_normal
from helpers.lessons.neural_network.climbing import climb, hessian, jacobian, polished
from helpers.lessons.neural_network.points import (
    EDGE,
    GAP,
    HIDDEN,
    NOISE_SD,
    SCALES,
    held_out,
    model,
)
from helpers.lessons.neural_network.stored import GRID, N_LONG, N_SHORT, PATH

N_CLIMBS, N_DRAWS = 12, 2000  # draws of weights from Laplace's and VI's Gaussians
LEVELS = (0.025, 0.975)
PATH_LENGTHS = 30, 80  # of HMC, in steps: the least and the most
CLIMB, CHAINS = (4, 1.0), (2, 1.0)  # the settings of the climb and of the chains shown


def modes(network, rng):
    """The best of the climbs, polished; and the ends of all, best first, (N_CLIMBS, D)."""
    scale = min(1.0, network.prior_sd[0])
    starts = scale * rng.standard_normal((N_CLIMBS, network.size))
    ends = sorted((climb(network, z)[-1] for z in starts), key=lambda z: -network.log_joint(z))
    return polished(network, ends[0]), np.array(ends)


def spread(network, ends, n):
    """`n` starts for chains: ends within 6 nats of the best, in turn."""
    heights = network.log_joint(ends)
    good = ends[heights > heights.max() - 6]
    return good[np.arange(n) % len(good)]


def chains(network, starts, n, rng):
    """HMC from starts (C, D): a warm-up that finds the step, then n draws a chain."""
    both, z, step = network.log_joint_and_gradient, starts, 0.01
    for _ in range(12):
        short = hamiltonian(both, z, 20, step, 30, rng)
        z, step = short.samples[:, -1], step * np.exp(short.acceptance.mean() - 0.8)
    n_leapfrog = int(np.clip(1.5 * network.prior_sd[0] / step, *PATH_LENGTHS))
    return hamiltonian(both, z, n, step, n_leapfrog, rng)


def enlarged(smaller, scale):
    """(means, sds) of q with twice the units: those added have w and c at the prior, v near 0."""
    units = smaller[:, :-1].reshape(2, 3, -1)
    added = np.zeros_like(units)
    added[1] = np.array([[scale], [scale], [0.1]])
    return np.hstack([np.concatenate([units, added], axis=2).reshape(2, -1), smaller[:, -1:]])


def variational(network, ends, smaller, rng):
    """(ELBO, fit) of the best q of five: four from the best ends, one from a smaller network's q.

    From a mode, where no unit is off, the climb stops before it has switched off all it should.
    """
    starts = [(end, 0.1, rng) for end in ends[:4]]
    if smaller is not None:  # its own random numbers: the chains' stay what they were
        own = np.random.default_rng(network.size)
        starts.append((*enlarged(smaller, network.prior_sd[0]), own))
    fits = []
    for start, sd, draws in starts:
        fit = gaussian_vi(network.log_joint_and_gradient, start, draws, sd=sd, learning_rate=0.05)
        fits.append((elbo_estimate(network.log_joint, fit.mean, fit.sd, 4000, draws).value, fit))
    return max(fits, key=lambda pair: pair[0])


def judged(f, sd, y, rng):
    """Log predictive density and coverage, near the points and in the gap, at held-out y (M,).

    Of equally likely functions f (S, M), each with Gaussian noise of this sd, a number or (M,).
    """
    density = logsumexp(log_normal(y, f, np.square(sd)), axis=0) - np.log(len(f))
    noisy = f[rng.integers(len(f), size=8000)] + sd * rng.standard_normal((8000, y.size))
    low, high = np.quantile(noisy, LEVELS, axis=0)
    halves = [*density.reshape(2, -1), *((low < y) & (y < high)).reshape(2, -1)]
    return [half.mean() for half in halves]


def entry(hidden, scale, n_long=N_LONG[1], smaller=None):
    """Everything stored of one setting, by name; `smaller`: `vi` of half the units, if any."""
    network, rng = model(hidden, scale), np.random.default_rng([hidden, round(2 * scale)])
    seconds, begin = [], time.process_time()

    def done():
        nonlocal begin
        seconds.append(time.process_time() - begin)
        begin = time.process_time()

    mode, ends = modes(network, rng)
    done()
    root = np.linalg.inv(np.linalg.cholesky(-hessian(network, mode))).T
    laplace = mode + rng.standard_normal((N_DRAWS, mode.size)) @ root.T
    done()
    x, y = held_out()
    everywhere = np.concatenate([GRID, x])
    linear_sd = np.sqrt(((jacobian(network, mode, everywhere) @ root) ** 2).sum(axis=1))
    done()
    elbo, fit = variational(network, ends, smaller, rng)
    vi = fit.mean + fit.sd * rng.standard_normal((N_DRAWS, mode.size))
    done()
    run = chains(network, spread(network, ends, N_SHORT[0]), N_SHORT[1], rng)
    done()
    long = chains(network, spread(network, ends, N_LONG[0]), n_long, rng)

    weights = mode[None], laplace, mode[None], vi, run.samples, long.samples[:, ::2]
    bands, table = [], []
    for k, z in enumerate(weights):
        f, sd = network.predict(z.reshape(-1, mode.size), everywhere), NOISE_SD
        band = [*np.quantile(f[:, : GRID.size], LEVELS, axis=0), f[:, : GRID.size].mean(axis=0)]
        if k == 2:  # a line in the weights: Gaussian at every x, and noise adds to it
            band = [f[0, : GRID.size] + u * linear_sd[: GRID.size] for u in (-1.96, 1.96, 0)]
            sd = np.hypot(NOISE_SD, linear_sd[GRID.size :])
        bands.append(band)
        table.append(judged(f[:, GRID.size :], sd, y, rng))
    bands = np.array(bands)
    off = np.abs(bands[:, :2] - bands[-1, :2]).mean(axis=1)
    gap, near = np.abs(GRID) < GAP, (np.abs(GRID) >= GAP) & (np.abs(GRID) <= EDGE)
    off = np.stack([off[:, near].mean(axis=1), off[:, gap].mean(axis=1)], axis=1)
    f = network.predict(long.samples, GRID[near | gap][::3])
    sizes = effective_sample_size(f)
    trust = r_hat(f).max(), sizes.min(), r_hat(long.samples).max(), long.acceptance.mean()
    return dict(
        mode=mode,
        bands=bands,
        table=np.hstack([table, off]),
        seconds=np.array(seconds),
        trust=np.array(trust),
        vi=np.array([fit.mean, fit.sd]),
        elbo=np.array([elbo]),
    )


def shown():
    """The climb and the chains that are shown, by name."""
    rng = np.random.default_rng(11)
    network = model(*CLIMB)
    path = climb(network, rng.standard_normal(network.size))
    network = model(*CHAINS)
    starts = spread(network, modes(network, rng)[1], 4)
    return dict(path=path, chains=chains(network, starts, 1600, rng).samples[:, ::4])


def main():
    found = shown()
    for hidden in HIDDEN:
        for scale in SCALES:
            made = entry(hidden, scale, smaller=found.get(f"vi_{hidden // 2}_{scale}"))
            found |= {f"{name}_{hidden}_{scale}": value for name, value in made.items()}
            print(hidden, scale, made["trust"].round(3), f"{time.process_time():.0f} s", flush=True)
    np.savez_compressed(PATH, **{name: value.astype(np.float32) for name, value in found.items()})
    print(PATH.name, f"{PATH.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
