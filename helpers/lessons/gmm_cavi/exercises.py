"""What the student writes in notebook 04, and every known way to get it wrong."""

import numpy as np
from scipy.special import entr

from helpers.exercise import Exercise
from helpers.lessons.gmm_cavi import formulas
from helpers.lessons.gmm_cavi.formulas import update_assignments, update_components
from helpers.lessons.gmm_cavi.puzzle import suspects
from helpers.mixture import MixtureModel, State


def elbo(x, responsibilities, means, variances, prior_mean, prior_var, noise_var):
    (n_points, dim), k = x.shape, len(means)
    away = np.sum((means - prior_mean) ** 2) + dim * np.sum(variances)
    square = np.sum((x[:, None] - means) ** 2, axis=2) + dim * variances
    each = dim * np.log(2 * np.pi * noise_var) + square / noise_var
    match_prior = -0.5 * (k * dim * np.log(2 * np.pi * prior_var) + away / prior_var)
    kinds = -n_points * np.log(k)
    match_data = -0.5 * np.sum(responsibilities * each)
    spread = 0.5 * dim * np.sum(1 + np.log(2 * np.pi * variances))
    doubt = np.sum(entr(responsibilities))
    return match_prior + kinds + match_data + spread + doubt


def _sizes(rng):
    return int(rng.integers(5, 9)), int(rng.integers(2, 5)), int(rng.integers(2, 4))


def _assignments_probe(rng):
    """Every other time the points are far from 0, and one is far out: exp then needs care."""
    n, k, dim = _sizes(rng)
    far = 40 * rng.integers(2)
    x = far + rng.normal(size=(n, dim))
    x[-1] += 1.5 * far
    return x, far + rng.normal(size=(k, dim)), rng.uniform(0.1, 1, k), rng.uniform(0.4, 1.5)


def _log_weights(x, means, variances, noise_var, norm=0.5, spread=None):
    spread = x.shape[1] / 2 if spread is None else spread
    size = norm * np.sum(means**2, axis=1) + spread * variances
    return (x @ means.T - size) / noise_var


def _softmax(weights, axis=1):
    weights = np.exp(weights - weights.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def _weighted(**change):
    return lambda *arguments: _softmax(_log_weights(*arguments, **change))


def _careless(x, means, variances, noise_var):
    with np.errstate(all="ignore"):
        weights = np.exp(_log_weights(x, means, variances, noise_var))
        return weights / weights.sum(axis=1, keepdims=True)


def _careless_distances(x, means, variances, noise_var):
    square = np.sum((x[:, None] - means) ** 2, axis=2) + x.shape[1] * variances
    with np.errstate(all="ignore"):
        weights = np.exp(-square / (2 * noise_var))
        return weights / weights.sum(axis=1, keepdims=True)


assignments = Exercise(
    update_assignments,
    _assignments_probe,
    {
        "no maximum is subtracted before exp, so it overflows: inf/inf = nan": _careless,
        "no maximum is subtracted before exp, so all weights of a point far out are 0: 0/0 = nan": (
            _careless_distances
        ),
        "the s² term is forgotten: an uncertain mean is a worse explanation": _weighted(spread=0),
        "the factor D on s² is missing: each coordinate brings its own s²": _weighted(spread=0.5),
        "the ½ before D s² is missing": lambda *a: _weighted(spread=a[0].shape[1])(*a),
        "‖m‖² is missing its ½": _weighted(norm=1.0),
        "normalised over the points (axis 0) in place of the components (axis 1)": lambda *a: (
            _softmax(_log_weights(*a), axis=0)
        ),
        "λ stands where λ² should: noise_var is a variance already": (
            lambda x, m, s2, noise: update_assignments(x, m, s2, np.sqrt(noise))
        ),
        "noise_var is squared: it is λ² already": lambda x, m, s2, noise: update_assignments(
            x, m, s2, noise**2
        ),
        "each point goes wholly to its best component: that is k-means, not φ": lambda *a: np.eye(
            len(a[1])
        )[update_assignments(*a).argmax(axis=1)],
    },
    (
        "Build the (N, K) table of log weights first: <code>x @ means.T</code> holds every "
        "$x_i^\\top m_k$.",
        "Subtract each row's largest log weight before <code>np.exp</code>: φ does not change, "
        "and nothing overflows.",
        "Divide each row by its sum: <code>axis=1, keepdims=True</code>.",
    ),
    identities={
        "each row sums to 1": lambda f: (
            "" if np.allclose(f(*_EXAMPLE).sum(axis=1), 1) else "it does not"
        ),
        "moving data and means together changes nothing": lambda f: (
            ""
            if np.allclose(f(_EXAMPLE[0] + 1, _EXAMPLE[1] + 1, *_EXAMPLE[2:]), f(*_EXAMPLE))
            else "φ changes"
        ),
    },
)

_EXAMPLE = (
    np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 0.2]]),
    np.array([[0.5, 0.5], [-0.5, 0.0]]),
    np.array([0.2, 0.6]),
    0.8,
)


def _components_probe(rng):
    n, k, dim = _sizes(rng)
    phi = rng.dirichlet(np.ones(k), size=n)
    return rng.normal(1, 1, (n, dim)), phi, rng.normal(size=dim), *rng.uniform(0.3, 3, 2)


def _assembled(prior=1.0, pull=1.0, data=1.0, hold=1.0, counts=None):
    """The update with its four ingredients scaled, from which most slips are made."""

    def wrong(x, phi, prior_mean, prior_var, noise_var):
        n = phi.sum(axis=0) if counts is None else counts(phi)
        variances = 1 / (hold / prior_var + n / noise_var)
        pulls = pull * prior * prior_mean / prior_var + data * phi.T @ x / noise_var
        return variances[:, None] * pulls, variances

    return wrong


def _hard(phi):
    return np.eye(phi.shape[1])[phi.argmax(axis=1)]


def _plain_average(x, phi, prior_mean, prior_var, noise_var):
    _, variances = update_components(x, phi, prior_mean, prior_var, noise_var)
    return (phi.T @ x) / phi.sum(axis=0)[:, None], variances


def _unscaled(x, phi, prior_mean, prior_var, noise_var):
    _, variances = update_components(x, phi, prior_mean, prior_var, noise_var)
    return variances[:, None] * (prior_mean / prior_var + phi.T @ x), variances


def _changed(change):
    """The right update of changed arguments."""
    return lambda *arguments: update_components(*change(*arguments))


components = Exercise(
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
            lambda x, p, a, prior, noise: (x, _hard(p), a, prior, noise)
        ),
        "the precisions are returned: s² is their inverse": lambda *a: (
            update_components(*a)[0],
            1 / update_components(*a)[1],
        ),
    },
    (
        "Soft counts first: $N_k=\\sum_i\\varphi_{ik}$ is a sum over the points, axis 0.",
        "Precisions add: $1/s_k^2 = 1/\\sigma^2 + N_k/\\lambda^2$.",
        "<code>responsibilities.T @ x</code> is $\\sum_i\\varphi_{ik}x_i$ for all k at once; "
        "<code>variances[:, None]</code> then scales each row.",
    ),
)


def _elbo_probe(rng):
    n, k, dim = _sizes(rng)
    phi = rng.dirichlet(np.ones(k), size=n)
    phi[0] = np.eye(k)[0]  # a point without doubt: 0 log 0 must be 0
    means, variances = rng.normal(size=(k, dim)), rng.uniform(0.1, 1, k)
    return rng.normal(size=(n, dim)), phi, means, variances, rng.normal(), *rng.uniform(0.3, 3, 2)


def _terms(x, phi, means, variances, prior_mean, prior_var, noise_var):
    model = MixtureModel(len(means), prior_mean, prior_var, noise_var)
    return formulas.elbo_terms(model, x, State(phi, means, variances))


def _plus(extra):
    """The right ELBO plus extra(x, phi, means, variances, prior_mean, prior_var, noise_var)."""
    return lambda *arguments: elbo(*arguments) + extra(*arguments)


def _naive_entropy(x, phi, *rest):
    with np.errstate(all="ignore"):
        return elbo(x, phi, *rest) - entr(phi).sum() - np.sum(phi * np.log(phi))


bound = Exercise(
    elbo,
    _elbo_probe,
    {
        "the sign of the entropy H(q(c)) is flipped": _plus(
            lambda *a: -2 * _terms(*a).entropy_assignments
        ),
        "the sign of the entropy H(q(μ)) is flipped": _plus(
            lambda *a: -2 * _terms(*a).entropy_means
        ),
        "0 log 0 gives nan where a point has no doubt: use scipy.special.entr": _naive_entropy,
        "the factor D is missing on s² in the likelihood": _plus(
            lambda x, phi, m, s2, a, prior, noise: 0.5 * (x.shape[1] - 1) * np.sum(phi * s2) / noise
        ),
        "the factor D is missing on s² in the prior's term": _plus(
            lambda x, phi, m, s2, a, prior, noise: 0.5 * (x.shape[1] - 1) * np.sum(s2) / prior
        ),
        "s² is forgotten in the likelihood": _plus(
            lambda x, phi, m, s2, a, prior, noise: 0.5 * x.shape[1] * np.sum(phi * s2) / noise
        ),
        "m − α is not squared in the prior's term": _plus(
            lambda x, phi, m, s2, a, prior, noise: 0.5 * np.sum((m - a) ** 2 - (m - a)) / prior
        ),
        "−N log K is dropped": _plus(lambda *a: -_terms(*a).prior_assignments),
        "λ stands where λ² should: noise_var is a variance already": (
            lambda *a: elbo(*a[:-1], np.sqrt(a[-1]))
        ),
        "the 1 in H(q(μ)) is dropped: it is ½ D (1 + log 2πs²)": _plus(lambda *a: -0.5 * a[2].size),
        "log 2πλ² is counted once a point: it comes once a coordinate": _plus(
            lambda *a: 0.5 * (a[0].size - len(a[0])) * np.log(2 * np.pi * a[-1])
        ),
    },
    (
        "Write the five terms on five lines, then add: a mistake is easier to find in one.",
        "$\\|x_i-m_k\\|^2$ for all pairs: "
        "<code>np.sum((x[:, None] - means) ** 2, axis=2)</code>, of shape (N, K).",
        "Entropies enter with plus. <code>entr(φ)</code> is −φ log φ, and 0 at φ = 0.",
    ),
    terms=lambda *a: dict(
        zip(
            ("E log p(μ)", "E log p(c)", "E log p(x|c,μ)", "H(q(μ))", "H(q(c))"),
            _terms(*a),
            strict=True,
        )
    ),
)

__all__ = ["assignments", "bound", "components", "suspects"]
