"""Effective samples a second, network posterior: python tests/benchmarks/approximations.py

Hamiltonian Monte Carlo on 20 hidden units and 100 points, four chains. Everything in one run, with
the same step, path length and start; in turns, the least of the rounds taken. The rivals: the same
chain with a Python loop over the points, as one would first write it; and blackjax's, compiled by
jax at double precision, where both are installed (they are in no list of requirements). Its time
to compile is apart. All draw from one posterior by one method, so the effective samples a draw are
the same but for chance: they are shown, and what is compared is the time a draw, which is less
noisy, and with it the effective samples a second at the mean of both.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import time

import numpy as np

from helpers.approximations import hamiltonian
from helpers.diagnostics import effective_sample_size
from helpers.models import Network

N_HIDDEN, N_POINTS, N_CHAINS = 20, 100, 4
STEP, N_LEAPFROG = 0.008, 30
N_SAMPLES, SHORT, ROUNDS = 2000, 100, 15


def main():
    model, start = problem(np.random.default_rng(0))
    rivals = {"numpy, vectorised": ours(model, start), "loop over points": loop(model, start)}
    lengths = {"loop over points": 1}
    try:
        rivals["blackjax"], compile_time = blackjax(model, start)
        print(f"blackjax compiled in {compile_time:.1f} s")
    except ImportError:
        print("blackjax is not installed")
    least, sizes = dict.fromkeys(rivals, np.inf), {}
    for name, run in rivals.items():
        if name not in lengths:
            samples, acceptance = run(N_SAMPLES)
            sizes[name] = np.median(effective_sample_size(samples)), acceptance
            run(SHORT)  # jax compiles for each length
    for _ in range(ROUNDS):
        for name, run in rivals.items():
            length, begin = lengths.get(name, SHORT), time.perf_counter()
            run(length)
            least[name] = min(least[name], (time.perf_counter() - begin) / length)
    common = np.mean([size for size, _ in sizes.values()]) / N_SAMPLES
    print("                    ms a draw   effective/s   ours is ×   accepted   effective of 8000")
    for name, seconds in least.items():
        size, acceptance = sizes.get(name, (np.nan, np.nan))
        print(
            f"{name:18s} {1e3 * seconds:10.3f} {common / seconds:13.0f}"
            f" {seconds / least['numpy, vectorised']:11.2f} {acceptance:10.2f} {size:12.0f}"
        )
    print("wanted: 5 × the loop, 0.5 × blackjax")


def problem(rng):
    """A wave with a gap, and starts near one mode found by a short run."""
    x = np.concatenate([rng.uniform(-2, -0.5, N_POINTS // 2), rng.uniform(0.5, 2, N_POINTS // 2)])
    y = np.sin(2 * x) + 0.2 * rng.standard_normal(N_POINTS)
    model = Network(x, y, N_HIDDEN, 0.2)
    start = 0.1 * rng.standard_normal((N_CHAINS, model.size))
    warm = hamiltonian(model.log_joint_and_gradient, start, 1500, STEP / 2, N_LEAPFROG, rng)
    return model, warm.samples[:, -1]


def ours(model, start):
    def run(n_samples):
        chain = hamiltonian(model.log_joint_and_gradient, start, n_samples, STEP, N_LEAPFROG, 1)
        return chain.samples, chain.acceptance.mean()

    return run


def loop(model, start):
    """One chain and one point at a time."""
    size = model.n_hidden

    def one(z):
        w, c, v, b = z[:size], z[size : 2 * size], z[2 * size : 3 * size], z[-1]
        value, gradient = -0.5 * np.sum(z**2), -z
        for x, y in zip(model.x, model.y, strict=True):
            hidden = np.tanh(w * x + c)
            error = (y - v @ hidden - b) / model.noise_sd**2
            value -= 0.5 * (error * model.noise_sd) ** 2
            inner = error * v * (1 - hidden**2)
            gradient = gradient + np.concatenate([inner * x, inner, error * hidden, [error]])
        return value, gradient

    value, gradient = one(start[0])
    both = model.log_joint_and_gradient(start[:2])
    np.testing.assert_allclose(gradient, both[1][0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(value - one(start[1])[0], both[0][0] - both[0][1], rtol=1e-9)

    def run(n_samples):
        chains = [hamiltonian(one, z, n_samples, STEP, N_LEAPFROG, 1) for z in start]
        return np.stack([c.samples for c in chains]), np.mean([c.acceptance for c in chains])

    return run


def blackjax(model, start):
    """The same sampler by blackjax, and the seconds it took to compile."""
    import blackjax as rival
    import jax

    jax.config.update("jax_enable_x64", True)
    numpy, size = jax.numpy, model.n_hidden
    x, y = numpy.asarray(model.x), numpy.asarray(model.y)

    def log_joint(z):
        w, c, v = z[:-1].reshape(3, size)
        residual = y - v @ numpy.tanh(w[:, None] * x + c[:, None]) - z[-1]
        return -0.5 * (numpy.sum((residual / model.noise_sd) ** 2) + numpy.sum(z**2))

    sampler = rival.hmc(
        log_joint,
        step_size=STEP,
        inverse_mass_matrix=numpy.ones(model.size),
        num_integration_steps=N_LEAPFROG,
    )

    def move(states, key):
        states, info = jax.vmap(sampler.step)(jax.random.split(key, len(start)), states)
        return states, (states.position, info.is_accepted)

    @jax.jit
    def sample(keys, states):
        return jax.lax.scan(move, states, keys)[1]

    states = jax.vmap(sampler.init)(numpy.asarray(start))

    def run(n_samples):
        keys = jax.random.split(jax.random.key(1), n_samples)
        positions, accepted = jax.block_until_ready(sample(keys, states))
        return np.moveaxis(np.asarray(positions), 0, 1), float(accepted.mean())

    begin = time.perf_counter()
    run(N_SAMPLES)
    whole = time.perf_counter() - begin
    begin = time.perf_counter()
    run(N_SAMPLES)
    return run, whole - (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
