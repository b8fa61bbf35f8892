"""The exercise on the components: a prior and a soft count."""

import numpy as np

from helpers.exercise import Exercise, Scale
from helpers.lessons.gmm_cavi.assignments_exercise import sizes
from helpers.lessons.gmm_cavi.formulas import update_components


def _components_probe(rng):
    """α is a number, as the text says; code that takes one a coordinate is right as well."""
    n, k, dim = sizes(rng)
    phi = rng.dirichlet(np.ones(k), size=n)
    x, prior = rng.normal(1, 1, (n, dim)), rng.uniform(0.3, 3, 2)
    match rng.integers(4):
        case 0:
            x, phi, prior = np.round(2 * x), np.round(phi, 1), np.ceil(prior)
        case 1:
            x += 30
        case 2:
            phi[:, 0] = 0  # a dead component is the prior
            phi[:, 1] += 0.1
            phi /= phi.sum(axis=1, keepdims=True)
    return x, phi, rng.normal(), *prior


def _assembled(prior=1.0, pull=1.0, data=1.0, hold=1.0, counts=None):
    """The update with its four ingredients scaled, from which most slips are made."""

    def wrong(x, phi, prior_mean, prior_var, noise_var):
        n = phi.sum(axis=0) if counts is None else counts(phi)
        variances = 1 / (hold / prior_var + n / noise_var)
        pulls = pull * prior * prior_mean / prior_var + data * phi.T @ x / noise_var
        return variances[:, None] * pulls, variances

    return wrong


def hard(phi):
    return np.eye(phi.shape[1])[phi.argmax(axis=1)]


def _plain_average(x, phi, prior_mean, prior_var, noise_var):
    _, variances = update_components(x, phi, prior_mean, prior_var, noise_var)
    return (phi.T @ x) / phi.sum(axis=0)[:, None], variances


def _unscaled(x, phi, prior_mean, prior_var, noise_var):
    _, variances = update_components(x, phi, prior_mean, prior_var, noise_var)
    return variances[:, None] * (prior_mean / prior_var + phi.T @ x), variances


def _variances_added(x, phi, prior_mean, prior_var, noise_var):
    variances = prior_var + noise_var / np.maximum(phi.sum(axis=0), 1e-300)
    pulls = prior_mean / prior_var + phi.T @ x / noise_var
    return variances[:, None] * pulls, variances


def _average_for_sum(x, phi, prior_mean, prior_var, noise_var):
    _, variances = update_components(x, phi, prior_mean, prior_var, noise_var)
    average = phi.T @ x / np.maximum(phi.sum(axis=0), 1e-300)[:, None]
    return variances[:, None] * (prior_mean / prior_var + average / noise_var), variances


def _changed(change):
    """The right update of changed arguments."""
    return lambda *arguments: update_components(*change(*arguments))


update_components_exercise = Exercise(
    update_components,
    _components_probe,
    {
        "the prior's pull α/σ² on the mean is forgotten": _assembled(pull=0),
        "the prior is counted twice": _assembled(prior=2, hold=2),
        "the prior precision 1/σ² is missing in s²": _assembled(hold=0),
        "N stands where N_k should: a component only has its share of the points": _assembled(
            counts=lambda phi: np.full(phi.shape[1], len(phi))
        ),
        "the mean is the plain weighted average: the prior's pull is missing": _plain_average,
        "Σφx is not divided by λ²": _unscaled,
        "σ² and λ² are exchanged": _changed(lambda x, p, a, prior, noise: (x, p, a, noise, prior)),
        "standard deviations are returned: s² is asked for": lambda *a: (
            update_components(*a)[0],
            np.sqrt(update_components(*a)[1]),
        ),
        "the variances are read as standard deviations and squared again": _changed(
            lambda x, p, a, prior, noise: (x, p, a, prior**2, noise**2)
        ),
        "points are counted wholly for their best component: φ is a soft count": _changed(
            lambda x, p, a, prior, noise: (x, hard(p), a, prior, noise)
        ),
        "variances are added, σ² and λ²/N_k: precisions add": _variances_added,
        "the average of the points stands where their sum Σφx should": _average_for_sum,
        "the precisions are returned: s² is their inverse": lambda *a: (
            update_components(*a)[0],
            1 / update_components(*a)[1],
        ),
    },
    (
        "You are at the end of the ledger of q(μ): a parabola in t, so $q^*(\\mu_k)$ is"
        " Gaussian. Read"
        " off precision and pull. Soft counts first: $N_k=\\sum_i\\varphi_{ik}$, a sum over"
        " points.",
        "Precisions add: $1/s_k^2 = 1/\\sigma^2 + N_k/\\lambda^2$. Pulls add as well: α/σ² from"
        " the prior"
        " and $\\sum_i\\varphi_{ik}x_i/\\lambda^2$ from the data.",
        "<code>responsibilities.T @ x</code> is $\\sum_i\\varphi_{ik}x_i$ for all k at once, (K,"
        " D). The"
        " mean is the variance times the pull: <code>variances[:, None]</code> scales each row.",
    ),
    (
        Scale(
            lambda x, phi, prior_mean, prior_var, noise_var: (
                {
                    "α/σ²": np.full((phi.shape[1], x.shape[1]), prior_mean / prior_var),
                    "Σφx/λ²": phi.T @ x / noise_var,
                },
                {
                    "1/σ²": np.full(phi.shape[1], 1 / prior_var),
                    "N_k/λ²": phi.sum(axis=0) / noise_var,
                },
            ),
            lambda answer, *rest: (answer[0] / answer[1][:, None], 1 / answer[1]),
            ("as pulls m/s²", "as precisions 1/s²"),
        ),
        Scale(
            lambda x, phi, prior_mean, prior_var, noise_var: (
                {
                    "α/σ²": np.full((phi.shape[1], x.shape[1]), prior_mean / prior_var),
                    "Σφx/λ²": phi.T @ x / noise_var,
                },
                None,
            ),
            lambda answer, x, phi, prior_mean, prior_var, noise_var: (
                answer[0] * (1 / prior_var + phi.sum(axis=0) / noise_var)[:, None],
                answer[1],
            ),
            "multiplied by the right precision",
        ),
    ),
    {
        "with no points of its own a component is the prior": lambda f, x, phi, *prior: (
            np.append(*(part[0] for part in f(x, phi * (np.arange(phi.shape[1]) > 0), *prior))),
            "=",
            np.append(np.full(x.shape[1], prior[0]), prior[1]),
        ),
        "moving data and α together moves the means by as much": lambda f, x, phi, a, *rest: (
            f(x + 1, phi, a + 1, *rest)[0],
            "=",
            f(x, phi, a, *rest)[0] + 1,
        ),
    },
    parts=("means", "variances"),
    follows={
        "means": lambda parts, x, phi, prior_mean, prior_var, noise_var: (
            parts[1][:, None] * (prior_mean / prior_var + phi.T @ x / noise_var)
        )
    },
    examples=tuple(
        (np.array(x, dtype=float), np.array(phi, dtype=float), a, prior, noise)
        for x, phi, a, prior, noise in (
            (((0,), (2,)), ((1, 0), (0, 1)), 0.0, 1.0, 1.0),
            (((0,), (2,)), ((1, 0), (0, 1)), 1.0, 2.0, 1.0),
            (((0,), (2,), (4,)), ((1, 0), (0.5, 0.5), (0, 1)), 1.0, 2.0, 4.0),
            (((0, 1), (2, 3), (4, 0)), ((1, 0), (0.5, 0.5), (0, 1)), 1.0, 2.0, 4.0),
        )
    ),
    symbols=lambda x, phi, prior_mean, prior_var, noise_var: {
        "N": len(x),
        "K": phi.shape[1],
        "D": x.shape[1],
        "N_k": phi.sum(axis=0),
        "Σφx": phi.T @ x,
        "N_k (in each row)": np.repeat(phi.sum(axis=0)[:, None], x.shape[1], axis=1),
        "Σx": np.tile(x.sum(axis=0), (phi.shape[1], 1)),
    },
    specials={
        "D is 1": lambda x, phi, *rest: (x[:, :1], phi, *rest),
        "φ is 0 or 1": lambda x, phi, *rest: (x, hard(phi), *rest),
    },
    explanation="log q*(μ_k) is a parabola: the prior and every point, weighted by φ, add their "
    "precisions and their pulls. The mean is the pull over the precision, so a component without "
    "points keeps the prior. Ledger “The update of q(μ₁): the height of log q* at t, above its"
    " height "
    "at 0”: the line that is a parabola in t.",
)
