"""Five implementations of the ELBO with one classic bug each; do not peek before you tried.

`a` to `e` take (model, x, state) and return one number, like the right ELBO.
"""

import numpy as np

from helpers.lessons.gmm_cavi.formulas import elbo_terms


def a(model, x, state):
    """One of the five."""
    return elbo_terms(model, x, state).total + len(x) * np.log(model.n_components)


def b(model, x, state):
    """One of the five."""
    phi, _, s2 = state
    return elbo_terms(model, x, state).total + 0.5 * (x.shape[1] - 1) * np.sum(
        phi.sum(axis=0) * s2 / model.noise_var
    )


def c(model, x, state):
    """One of the five."""
    terms = elbo_terms(model, x, state)
    return terms.total - 2 * terms.entropy_assignments


def d(model, x, state):
    """One of the five."""
    swapped = type(model)(
        model.n_components, model.prior_mean, model.prior_var, np.sqrt(model.noise_var)
    )
    return elbo_terms(swapped, x, state).total


def e(model, x, state):
    """One of the five."""
    away = state.means - model.prior_mean
    return elbo_terms(model, x, state).total + 0.5 * np.sum(away**2 - away) / model.prior_var


BROKEN = {"a": a, "b": b, "c": c, "d": d, "e": e}
