"""The Gaussian mixture by coordinate ascent variational inference (CAVI), ELBO in nats.

The model and its approximation (tutorial 8):
    μ_k ~ N(α, σ²I),  c_i ~ Cat(π),  x_i | c_i, μ ~ N(μ_{c_i}, λ²I)
    q(μ_k) = N(m_k, s_k²I),  q(c_i) = Cat(φ_i)
Here α, σ², λ², π are the model's prior_mean, prior_var, noise_var, weights (1/K in the tutorial,
and where none are given), and φ, m, s² the state's responsibilities, means, variances. A sweep
updates φ, then m and s². The work over the points is in `mixture_blocks`.

The weights are known, not inferred. To learn them, add a third block to a loop of one's own, the
π at which the ELBO is highest for this q: π_k = N_k/N, that is
`dataclasses.replace(model, weights=state.responsibilities.mean(axis=0))`.
"""

import math

import numpy as np
from scipy.special import logsumexp

from helpers import mixture_blocks
from helpers import mixture_model as check
from helpers.arguments import count, scalar
from helpers.mixture_blocks import Blocks
from helpers.mixture_model import ElboTerms, Fit, MixtureModel, State

__all__ = [
    "ElboTerms",
    "Fit",
    "MixtureModel",
    "State",
    "elbo_terms",
    "fit",
    "initialise",
    "log_predictive",
    "update_assignments",
    "update_components",
]


def initialise(model, x, rng):
    """A random start: each mean a random point plus noise, and the assignments they imply.

    Points are distinct while there are enough; the noise, N(0, λ²I), keeps apart components that
    start at equal points. Each s² is that of a component holding N/K points.

    Parameters: x (N, D); rng a numpy Generator, or a seed for one.
    Returns: State. Raises: ValueError naming x or prior_mean.
    """
    x = check.data(model, x)
    return update_assignments(model, x, State(None, *_random_components(model, x, rng)))


def update_assignments(model, x, state):
    """The best q(c) for this q(μ): φ_ik ∝ π_k exp{x_i·m_k/λ² − (‖m_k‖² + D s_k²)/(2λ²)}
    (tutorial 8, where every π_k is 1/K).

    Parameters: x (N, D); state, of which only means and variances are read.
    Returns: State with new responsibilities. Raises: ValueError naming the argument.
    """
    x = check.data(model, x)
    means, variances = check.components(model, x, state)
    phi = mixture_blocks.assignments(Blocks(x), model, means, variances)
    return State(phi, means, variances)


def update_components(model, x, state):
    """The best q(μ) for this q(c), with N_k = Σ_i φ_ik (tutorial 8):

    s_k² = 1/(1/σ² + N_k/λ²),  m_k = s_k² (α/σ² + Σ_i φ_ik x_i/λ²)

    Parameters: x (N, D); state, of which only responsibilities are read.
    Returns: State with new means and variances; a component without points is the prior.
    Raises: ValueError naming the argument.
    """
    x = check.data(model, x)
    phi = check.responsibilities(model, x, state)
    blocks = Blocks(x)
    sums = mixture_blocks.statistics(blocks, phi)
    return State(phi, *_best_components(model, blocks.centre, sums))


def elbo_terms(model, x, state):
    """The ELBO of any state, term by term, every constant kept (tutorial 8):

    E log p(μ) = −½[KD log 2πσ² + Σ_k (‖m_k − α‖² + D s_k²)/σ²],
    E log p(c) = Σ_ik φ_ik log π_k, which is −N log K where all π_k = 1/K,
    E log p(x|c,μ) = −½ Σ_ik φ_ik [D log 2πλ² + (‖x_i − m_k‖² + D s_k²)/λ²],
    H(q(μ)) = ½ Σ_k D(1 + log 2πs_k²),  H(q(c)) = −Σ_ik φ_ik log φ_ik

    Parameters: x (N, D); state. Returns: ElboTerms, in nats; `.total` is the ELBO.
    Raises: ValueError naming the argument.
    """
    x = check.data(model, x)
    means, variances = check.components(model, x, state)
    phi = check.responsibilities(model, x, state)
    fit_term, prior_assignments, entropy = mixture_blocks.fit_and_entropy(
        Blocks(x), model, means, variances, phi
    )
    prior_means, entropy_means = _component_terms(model, means, variances)
    likelihood = fit_term + _noise_term(model, x)
    return ElboTerms(prior_means, prior_assignments, likelihood, entropy_means, entropy)


def log_predictive(model, state, points):
    """The log density of a new point by this q, with every μ_k integrated out:

    log p(x*|x) ≈ log Σ_k π_k N(x* | m_k, (s_k² + λ²) I)

    Parameters: state, of which only means and variances are read; points (M, D).
    Returns: (M,), in nats. Raises: ValueError naming the argument.
    """
    points = check.data(model, points, "points")
    means, variances = check.components(model, points, state)
    var = variances + model.noise_var
    squares = np.stack([((points - mean) ** 2).sum(axis=1) for mean in means], axis=1)
    log_densities = -0.5 * (points.shape[1] * np.log(2 * np.pi * var) + squares / var)
    return logsumexp(log_densities, b=model.weights, axis=1)


def fit(model, x, *, rng=None, start=None, max_sweeps=500, tol=1e-10):
    """Sweep until a sweep raises the ELBO by no more than tol·|ELBO|, or max_sweeps times.

    A sweep is `update_assignments`, then `update_components`, in one pass over the data.

    Parameters: x (N, D); start, a State of which only means and variances are read, or else
    rng for a random start as in `initialise` (None: another one each time); max_sweeps ≥ 1;
    tol ≥ 0. Below a tol of 1e-13 rounding, and so the machine, sets the number of sweeps.
    Returns: Fit. To go on where it ended, pass its state as the next start.
    Raises: ValueError naming the argument.
    """
    max_sweeps, tol = count("max_sweeps", max_sweeps), scalar("tol", tol)
    if tol < 0:
        raise ValueError(f"tol must not be negative: {tol}")
    x = check.data(model, x)
    if start is None:
        new = _random_components(model, x, rng)
    else:
        new = check.components(model, x, start)
    blocks, noise = Blocks(x), _noise_term(model, x)
    elbo, converged = [], False
    while len(elbo) < max_sweeps and not converged:
        old = new
        sums, normaliser = mixture_blocks.assign_and_sum(blocks, model, *old)
        new = _best_components(model, blocks.centre, sums)
        data_terms = _data_terms(model, blocks, old, new, sums, normaliser)
        elbo.append(noise + sum(_component_terms(model, *new)) + data_terms)
        converged = len(elbo) > 1 and elbo[-1] - elbo[-2] <= tol * abs(elbo[-1])
    phi = mixture_blocks.assignments(blocks, model, *old)
    return Fit(State(phi, *new), np.array(elbo), bool(converged))


def _random_components(model, x, rng):
    """The means and variances that `initialise` starts from."""
    rng = np.random.default_rng(rng)
    points = x[rng.choice(len(x), model.n_components, replace=model.n_components > len(x))]
    means = points + np.sqrt(model.noise_var) * rng.standard_normal(points.shape)
    share = len(x) / model.n_components
    variance = model.prior_var / (1 + share * model.prior_var / model.noise_var)
    return means, np.full(model.n_components, variance)


def _best_components(model, centre, sums):
    """m and s² from Σ_i φ_ik (x_i − c) and N_k, arranged so that nothing cancels.

    With w_k = 1/(1 + N_k σ²/λ²), the prior's share: s² = w σ², and from any origin o
    m = o + w(α − o) + (s²/λ²) Σ_i φ_ik (x_i − o). The nearer of α and c is taken for o: without
    points m is then exactly α, and with many it is rounded once, at the scale of the data.
    """
    shifted, counts = sums[:, :-1], sums[:, -1:]
    share = 1 / (1 + counts * (model.prior_var / model.noise_var))
    variances = model.prior_var * share
    origin = np.where(share > 0.5, model.prior_mean, centre)
    data_part = variances / model.noise_var * (shifted + counts * (centre - origin))
    return origin + (share * (model.prior_mean - origin) + data_part), variances[:, 0]


def _data_terms(model, blocks, old, new, sums, normaliser):
    """E log p(x, c|μ) + H(q(c)), less a constant, of old's assignments with new's components.

    Straight after the assignments it is Σ_i log Σ_k exp l_ik, the normaliser; what the move of
    the components adds needs no further pass over the data, only N_k and Σ_i φ_ik (x_i − c).
    """
    (old_means, old_variances), (means, variances) = old, new
    shifted, counts = sums[:, :-1], sums[:, -1:]
    moved = means - old_means
    pull, hold = 2 * shifted, counts * ((means - blocks.centre) + (old_means - blocks.centre))
    gain = np.vdot(moved, pull - hold) - moved.shape[1] * np.vdot(counts, variances - old_variances)
    data_terms = normaliser + gain / (2 * model.noise_var)
    largest = _norm(moved) * (_norm(pull) + _norm(hold)) / (2 * model.noise_var)
    if largest > 1000 * abs(data_terms):  # what cancelled was too large: sum afresh
        phi = mixture_blocks.assignments(blocks, model, *old)
        data_terms = sum(mixture_blocks.fit_and_entropy(blocks, model, *new, phi))
    return data_terms


def _norm(array):
    return math.sqrt(np.vdot(array, array))


def _component_terms(model, means, variances):
    """E log p(μ) and H(q(μ))."""
    n_components, dim = means.shape
    away = means - model.prior_mean
    distance = np.vdot(away, away) + dim * variances.sum()
    log_scale = n_components * dim * math.log(2 * math.pi * model.prior_var)
    entropy = dim / 2 * (n_components * (1 + math.log(2 * math.pi)) + np.log(variances).sum())
    return float(-0.5 * (log_scale + distance / model.prior_var)), float(entropy)


def _noise_term(model, x):
    """The part of E log p(x|c,μ) that only the noise sets."""
    return -0.5 * x.size * math.log(2 * math.pi * model.noise_var)
