"""Coordinate ascent as the notebook shows it: the formulas of tutorial 8 and nothing else.

Readable, and good for the few hundred points of a picture. `helpers.mixture` does the same
faster and where this fails; a test holds the two equal.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import entr

from helpers import mixture
from helpers.mixture import ElboTerms, State


def update_assignments(x, means, variances, noise_var):
    n_dims = x.shape[1]
    size = np.sum(means**2, axis=1) + n_dims * variances
    log_weights = x @ means.T / noise_var - size / (2 * noise_var)
    log_weights -= log_weights.max(axis=1, keepdims=True)
    weights = np.exp(log_weights)
    return weights / weights.sum(axis=1, keepdims=True)


def update_components(x, responsibilities, prior_mean, prior_var, noise_var):
    counts = responsibilities.sum(axis=0)
    variances = 1 / (1 / prior_var + counts / noise_var)
    pull = prior_mean / prior_var + responsibilities.T @ x / noise_var
    return variances[:, None] * pull, variances


def elbo_terms(model, x, state):
    """The five terms, in nats."""
    phi, m, s2 = state
    (n_points, dim), n_components = x.shape, len(m)
    away = np.sum((m - model.prior_mean) ** 2, axis=1) + dim * s2
    square = np.sum(x**2, axis=1)[:, None] - 2 * x @ m.T + np.sum(m**2, axis=1)
    scale = n_points * dim * np.log(2 * np.pi * model.noise_var)
    return ElboTerms(
        -0.5
        * (n_components * dim * np.log(2 * np.pi * model.prior_var) + away.sum() / model.prior_var),
        -n_points * np.log(n_components),
        -0.5 * (scale + np.sum(phi * (square + dim * s2)) / model.noise_var),
        0.5 * dim * np.sum(1 + np.log(2 * np.pi * s2)),
        np.sum(entr(phi)),
    )


def sweep(model, x, state):
    """Every factor once: the assignments, then the components."""
    phi = update_assignments(x, state.means, state.variances, model.noise_var)
    m, s2 = update_components(x, phi, model.prior_mean, model.prior_var, model.noise_var)
    return State(phi, m, s2)


class History(NamedTuple):
    """The states before and after each sweep, and their five terms (n_sweeps + 1, 5)."""

    states: list
    terms: np.ndarray

    @property
    def elbo(self):
        return self.terms.sum(axis=1)


def history(model, x, start, n_sweeps, settled=0.0):
    """`n_sweeps` sweeps from `start`, a State or the seed of a random one.

    Once no mean moves by more than `settled`, the last state is repeated: sweeping on would not
    change it.
    """
    state = start
    if not isinstance(start, State):
        state = mixture.initialise(model, x, np.random.default_rng(start))
    states, terms = [state], [elbo_terms(model, x, state)]
    while len(states) <= n_sweeps:
        states.append(sweep(model, x, states[-1]))
        terms.append(elbo_terms(model, x, states[-1]))
        if np.abs(states[-1].means - states[-2].means).max() <= settled:
            break
    missing = n_sweeps + 1 - len(states)
    return History(states + missing * states[-1:], np.array(terms + missing * terms[-1:]))
