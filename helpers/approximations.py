"""Four answers to one posterior: Laplace, Metropolis, Hamiltonian Monte Carlo, mean-field VI.

Each asks for nothing but the log joint, log p(x, z) in nats as a function of z (its gradient too
where the name says so); a constant may be missing. Points are (D,), or (..., D) for many at once.
"""

from typing import NamedTuple

import numpy as np

from helpers.arguments import count, positive_array, positive_scalar, real_array, vector
from helpers.divergences import Estimate
from helpers.modes import mode


class Gaussian(NamedTuple):
    """N(mean, cov): mean (D,), cov (D, D)."""

    mean: np.ndarray
    cov: np.ndarray


class Chain(NamedTuple):
    """The samples (n, D), and the share of proposals accepted; for C chains (C, n, D) and (C,)."""

    samples: np.ndarray
    acceptance: float | np.ndarray


class VariationalFit(NamedTuple):
    """q(z) = Π_j N(z_j | mean_j, sd_j²), both (D,), and an estimate of the ELBO for each step."""

    mean: np.ndarray
    sd: np.ndarray
    elbo: np.ndarray


def laplace(log_joint, start):
    """The Gaussian with the log joint's mode and curvature.

    μ = argmax log p(x, z),  Σ = (−H)⁻¹,  H = ∇∇ log p(x, z) at μ  (slides, "Laplace Approximation":
    their "negative inverse Hessian", −(H⁻¹), is the same matrix)

    Parameters: `log_joint` takes (D,), returns a number, −inf outside its support; `start` (D,).
    Returns: Gaussian; on a Gaussian log joint, that Gaussian.
    Raises: ValueError where start leads to no mode, or the Hessian there is not negative definite.
    """
    start = vector("start", start)
    _first_value("log_joint", log_joint(start), start)
    mean, root = mode(log_joint, start)
    return Gaussian(mean, root @ root.T)


def metropolis(log_joint, start, n_samples, step, rng, *, progress=None):
    """Random-walk Metropolis: propose z' ~ N(z, step² I), accept with min(1, p(x, z')/p(x, z)).

    A rejected proposal repeats the state.  (slides, "MCMC")

    Parameters: `log_joint` takes points of start's shape; `start` (D,), or (C, D) for C chains
    that advance together; `n_samples` ≥ 1; `step` > 0, a number or (D,); `rng` a numpy Generator
    or a seed; `progress(done, n_samples)` is called now and then.
    Returns: Chain. Interrupted (KeyboardInterrupt), it returns the samples it has.
    Raises: ValueError naming the argument.
    """
    start, rng = _points("start", start), np.random.default_rng(rng)
    step = _steps("step", step, start)
    value = _first_value("log_joint", log_joint(start), start)

    def move(state):
        z, value = state
        proposal = z + step * rng.standard_normal(z.shape)
        proposed = np.asarray(log_joint(proposal))
        accepted = -rng.standard_exponential(value.shape) < proposed - value  # log u, u uniform
        return _choose(accepted, (proposal, proposed), state), accepted

    return _run(move, (start, value), n_samples, progress)


def hamiltonian(log_joint_and_gradient, start, n_samples, step, n_leapfrog, rng, *, progress=None):
    """Hamiltonian Monte Carlo: a random push, a path of near-constant energy, a Metropolis test.

    H(z, r) = −log p(x, z) + ½ rᵀr,  r ~ N(0, I);  accept with min(1, exp(H − H'))

    Parameters: `log_joint_and_gradient` returns both for points of start's shape; `step` > 0, a
    number or (D,), as for masses 1/step²; `n_leapfrog` ≥ 1 steps make a path; the rest as for
    `metropolis`. Returns: Chain. Interrupted, it returns the samples it has.
    Raises: ValueError naming the argument.
    """
    start, rng = _points("start", start), np.random.default_rng(rng)
    step = _steps("step", step, start)
    count("n_leapfrog", n_leapfrog)
    value, gradient = log_joint_and_gradient(start)
    value = _first_value("log_joint_and_gradient", value, start)
    _same_shape("log_joint_and_gradient", gradient, start)

    def move(state):
        z, value, gradient = state
        push = rng.standard_normal(z.shape)
        new_z, momentum, *rest = _path(log_joint_and_gradient, z, push, gradient, step, n_leapfrog)
        gain = rest[0] - value - 0.5 * ((momentum - push) * (momentum + push)).sum(axis=-1)
        accepted = -rng.standard_exponential(value.shape) < gain
        return _choose(accepted, (new_z, *rest), state), accepted

    return _run(move, (start, value, np.asarray(gradient)), n_samples, progress)


def leapfrog(log_joint_and_gradient, z, momentum, step, n_leapfrog):
    """`n_leapfrog` steps along a path of H: half a push, a move, half a push.

    r ← r + ½ε ∇log p(x, z),  z ← z + ε r,  r ← r + ½ε ∇log p(x, z)

    Reversible, keeps volume; its energy error falls as step². Parameters: `z`, `momentum` of one
    shape, (..., D). Returns: z and momentum at the path's end. Raises: ValueError.
    """
    z, momentum = _points("z", z), real_array("momentum", momentum)
    _same_shape("momentum", momentum, z)
    step = _steps("step", step, z)
    _, gradient = log_joint_and_gradient(z)
    count("n_leapfrog", n_leapfrog)
    return _path(log_joint_and_gradient, z, momentum, gradient, step, n_leapfrog)[:2]


def _path(log_joint_and_gradient, z, momentum, gradient, step, n_leapfrog):
    """The leapfrog's end: z, momentum, log joint, gradient. Halves that meet are made one push."""
    momentum = momentum + 0.5 * step * gradient
    for i in range(n_leapfrog):
        z = z + step * momentum
        value, gradient = log_joint_and_gradient(z)
        momentum = momentum + (step if i < n_leapfrog - 1 else 0.5 * step) * gradient
    return z, momentum, np.asarray(value), gradient


def gaussian_vi(
    log_joint_and_gradient,
    start,
    rng,
    *,
    sd=1.0,
    n_steps=2000,
    n_draws=16,
    learning_rate=0.1,
    progress=None,
):
    """Mean-field Gaussian VI: climb the ELBO by reparameterised gradients, z = m + sε, ε ~ N(0, I).

    ELBO = E[log p(x, z)] + Σ_j log s_j + ½D(1 + log 2π)
    ∂ELBO/∂m = E[∇log p(x, z)],  ∂ELBO/∂log s = E[∇log p(x, z) ε s] + 1   (elementwise)

    Adam takes the steps, in units of s for m, at a rate that falls to 0; m and log s are averaged
    over the last quarter. It travels some dozens of standard deviations, so start near the mode.

    Parameters: `log_joint_and_gradient` takes (n_draws, D); `start` (D,), `sd` > 0, a number or
    (D,): where q starts; `n_draws` ≥ 2, even: ε comes in pairs ±ε; `rng` a numpy Generator or a
    seed; `progress(done, n_steps)` is called now and then.
    Returns: VariationalFit; interrupted, what it has reached. Raises: ValueError.
    """
    mean = vector("start", start)
    log_sd = np.zeros(mean.size) + np.log(_steps("sd", sd, mean))
    n_steps, half = count("n_steps", n_steps), count("n_draws", n_draws, least=2) // 2
    if n_draws % 2:
        raise ValueError(f"n_draws must be even, not {n_draws}")
    rate, rng = positive_scalar("learning_rate", learning_rate), np.random.default_rng(rng)
    function = _at_once(log_joint_and_gradient, mean)
    path, elbo, done = np.empty((n_steps, 2, mean.size)), np.empty(n_steps), 0
    first, second = np.zeros((2, 2, mean.size))  # Adam's running means of gradient and square
    learned = np.zeros((mean.size, mean.size))
    try:
        for t in range(n_steps):
            pushes = rng.standard_normal((half, mean.size))
            pushes = np.concatenate([pushes, -pushes])
            sd = np.exp(log_sd)
            value, gradient = function(mean + sd * pushes)
            elbo[t] = value.mean() + _entropy(log_sd)
            # sE[∇ log p εᵀ] is learned as it goes: what it explains is taken at its exact mean.
            left = sd * gradient - pushes @ learned.T
            ascent = left.mean(axis=0), 1 + np.diag(learned) + (left * pushes).mean(axis=0)
            learned += 0.2 / (1 + mean.size / half) * (left.T @ pushes) / len(pushes)
            ascent = np.clip(ascent, -5, 5)  # else Adam remembers a wild start too long
            first = 0.9 * first + 0.1 * np.array(ascent)
            second = 0.99 * second + 0.01 * np.square(ascent)
            scaled = first / (1 - 0.9 ** (t + 1)) / (np.sqrt(second / (1 - 0.99 ** (t + 1))) + 1e-8)
            moved = rate * (1 - t / n_steps) * scaled
            mean, log_sd = mean + sd * moved[0], log_sd + moved[1]
            path[t] = mean, log_sd
            done = t + 1
            _report(progress, done, n_steps)
    except KeyboardInterrupt:
        pass  # what is done is returned
    if done:
        mean, log_sd = path[done - max(1, done // 4) : done].mean(axis=0)
    return VariationalFit(mean, np.exp(log_sd), elbo[:done])


def elbo_estimate(log_joint, mean, sd, n_draws, rng):
    """The ELBO of q = N(mean, diag(sd²)) by Monte Carlo: E_q[log p(x, z)] + H(q), the latter exact.

    Parameters: `log_joint` takes (n_draws, D); `mean`, `sd` > 0, (D,); `n_draws` ≥ 2; `rng` a numpy
    Generator or a seed. Returns: Estimate(value, standard_error), in nats. Raises: ValueError.
    """
    mean = vector("mean", mean)
    sd = positive_array("sd", vector("sd", sd, mean.size))
    z = mean + sd * np.random.default_rng(rng).standard_normal(
        (count("n_draws", n_draws, least=2), mean.size)
    )
    value = real_array("log_joint's value", log_joint(z))
    _same_shape("log_joint's value", value, z[:, 0])
    error = value.std(ddof=1) / np.sqrt(n_draws)
    return Estimate(float(value.mean() + _entropy(np.log(sd))), float(error))


def _entropy(log_sd):
    """H(q) = Σ_j log s_j + ½D(1 + log 2π)."""
    return log_sd.sum() + 0.5 * log_sd.size * (1 + np.log(2 * np.pi))


def _run(move, state, n_samples, progress):
    """Collect what `move(state) -> state, accepted` visits; state[0] is the position."""
    samples = np.empty((count("n_samples", n_samples), *state[0].shape))
    accepted = np.zeros(samples.shape[:-1], dtype=bool)
    done = 0
    try:
        # A proposal far out may leave float64's range; its density is then 0, and it is rejected.
        with np.errstate(all="ignore"):
            for i in range(n_samples):
                state, accepted[i] = move(state)
                samples[i] = state[0]
                done = i + 1
                _report(progress, done, n_samples)
    except KeyboardInterrupt:
        pass  # what is done is returned
    acceptance = accepted[:done].mean(axis=0) if done else np.zeros(accepted.shape[1:])
    return Chain(np.moveaxis(samples[:done], 0, -2).copy(), acceptance[()])


def _choose(accepted, new, old):
    """Chain by chain the new state's arrays where accepted, else the old one's."""
    return [
        np.where(accepted[..., None] if a.ndim > accepted.ndim else accepted, a, b)
        for a, b in zip(new, old, strict=True)
    ]


def _report(progress, done, total):
    """Call progress about a hundred times in all."""
    if progress is not None and (done == total or done % max(1, total // 100) == 0):
        progress(done, total)


def _points(name, value):
    array = real_array(name, value)
    if array.ndim not in (1, 2):
        raise ValueError(f"{name} must have shape (D,), or (C, D) for C chains, not {array.shape}")
    return array


def _steps(name, value, start):
    value = positive_array(name, value)
    if value.shape not in ((), start.shape[-1:]):
        raise ValueError(f"{name} must be one number or of shape {start.shape[-1:]}")
    return value


def _first_value(name, value, start):
    """The log joint at the start: one finite number for each point there."""
    value = np.asarray(value, dtype=np.float64)
    _same_shape(name, value, start[..., 0])
    if not np.isfinite(value).all():
        raise ValueError(f"start: {name} must be finite there, not {value}")
    return value


def _same_shape(name, array, like):
    if np.shape(array) != like.shape:
        raise ValueError(f"{name} has shape {np.shape(array)} where {like.shape} is needed")


def _at_once(function, point):
    """`function` on points (n, D) together, row by row where it was written for one point only."""

    def row_by_row(z):
        values, gradients = zip(*map(function, z), strict=True)
        return np.array(values, dtype=np.float64), np.array(gradients, dtype=np.float64)

    trial = np.tile(point, (point.size + 1, 1))
    try:
        value, gradient = function(trial)
        one_point_only = np.shape(value) != trial.shape[:1] or np.shape(gradient) != trial.shape
    except Exception:  # raised again below, if one point fails, too
        one_point_only = True
    chosen = row_by_row if one_point_only else function

    def checked(z):
        value, gradient = chosen(z)
        good = np.isfinite(value) & np.isfinite(gradient).all(axis=-1)
        if not good.all():
            raise ValueError(f"log_joint_and_gradient is not finite at {z[np.argmin(good)]}")
        return value, gradient

    value, gradient = checked(trial)
    _same_shape("log_joint_and_gradient's value", value, trial[:, 0])
    _same_shape("log_joint_and_gradient's gradient", gradient, trial)
    return checked
