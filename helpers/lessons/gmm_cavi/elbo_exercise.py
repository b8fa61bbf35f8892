"""The exercise on the ELBO of the mixture: five terms, every constant."""

import numpy as np
from scipy.special import entr

from helpers.exercise import Exercise, Scale
from helpers.lessons.gmm_cavi import formulas
from helpers.lessons.gmm_cavi.assignments_exercise import sizes
from helpers.lessons.gmm_cavi.components_exercise import hard
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


def _elbo_probe(rng):
    """Ordinary, round and far out; always with a point without doubt, for 0 log 0 must be 0."""
    n, k, dim = sizes(rng)
    phi = rng.dirichlet(np.ones(k), size=n)
    phi[0] = np.eye(k)[0]
    x, means, variances = (
        rng.normal(size=(n, dim)),
        rng.normal(size=(k, dim)),
        rng.uniform(0.1, 1, k),
    )
    prior_mean, prior_var, noise_var = rng.normal(), *rng.uniform(0.3, 3, 2)
    match rng.integers(4):
        case 0:
            x, means, variances = np.round(2 * x), np.round(2 * means), np.ceil(4 * variances) / 4
        case 1:
            x, means, noise_var = 5 * x, 5 * means, 0.1 * noise_var
    return x, phi, means, variances, prior_mean, prior_var, noise_var


def _fine_terms(x, phi, means, variances, prior_mean, prior_var, noise_var):
    (n, dim), k = x.shape, len(means)
    return {
        "K D log 2πσ² of E log p(μ)": k * dim * np.log(2 * np.pi * prior_var),
        "Σ‖m − α‖²/σ² of E log p(μ)": np.sum((means - prior_mean) ** 2) / prior_var,
        "D Σ s²/σ² of E log p(μ)": dim * np.sum(variances) / prior_var,
        "N log K, which is −E log p(c),": n * np.log(k),
        "N D log 2πλ² of E log p(x|c,μ)": n * dim * np.log(2 * np.pi * noise_var),
        "Σ φ‖x − m‖²/λ² of E log p(x|c,μ)": np.sum(phi * np.sum((x[:, None] - means) ** 2, axis=2))
        / noise_var,
        "D Σ φ s²/λ² of E log p(x|c,μ)": dim * np.sum(phi * variances) / noise_var,
        "K D, the 1 of H(q(μ)),": k * dim,
        "D Σ log 2πs² of H(q(μ))": dim * np.sum(np.log(2 * np.pi * variances)),
        "H(q(c))": np.sum(entr(phi)),
    }


def _elbo_symbols(x, phi, means, variances, prior_mean, prior_var, noise_var):
    return {
        "N": len(x),
        "K": len(means),
        "D": x.shape[1],
        "Σ‖x − m‖² over all pairs": np.sum((x[:, None] - means) ** 2),
        "Σ‖m‖²": np.sum(means**2),
        "Σ φ s²": np.sum(phi * variances),
        "Σ(m − α)": np.sum(means - prior_mean),
        "Σ φ‖x − m‖": np.sum(phi * np.linalg.norm(x[:, None] - means, axis=2)),
        "Σ φ²": np.sum(phi**2),
        "D log 2π": x.shape[1] * np.log(2 * np.pi),
        "N K": len(x) * len(means),
        "K D": means.size,
    }


def _terms(x, phi, means, variances, prior_mean, prior_var, noise_var):
    model = MixtureModel(len(means), prior_mean, prior_var, noise_var)
    return formulas.elbo_terms(model, x, State(phi, means, variances))


def _plus(extra):
    """The right ELBO plus extra(x, phi, means, variances, prior_mean, prior_var, noise_var)."""
    return lambda *arguments: elbo(*arguments) + extra(*arguments)


def _naive_entropy(x, phi, *rest):
    with np.errstate(all="ignore"):
        return elbo(x, phi, *rest) - entr(phi).sum() - np.sum(phi * np.log(phi))


elbo_exercise = Exercise(
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
        "You are at the ledger “All five together, and what they bound”. Write the five terms on"
        " five"
        " lines of code, then add: a mistake is easier to find in one.",
        "The two squares, each with its spread: $\\|m_k-\\alpha\\|^2 + D s_k^2$ over σ², and"
        " $\\|x_i-m_k\\|^2 + D s_k^2$ over λ², weighted by φ; all pairs at once:"
        " <code>np.sum((x[:, None] - means) ** 2, axis=2)</code>, (N, K).",
        "The constants: K D log 2πσ² and, for every point, D log 2πλ², each with −½; −N log K"
        " for the"
        " kinds; and ½ D (1 + log 2πs²) for each component. Entropies enter with plus:"
        " <code>entr(φ)</code> is −φ log φ, and 0 at φ = 0.",
    ),
    (Scale(_fine_terms),),
    {
        "numbering the components the other way round changes nothing": (
            lambda f, x, phi, m, s2, *rest: (
                f(x, phi[:, ::-1], m[::-1], s2[::-1], *rest),
                "=",
                f(x, phi, m, s2, *rest),
            )
        ),
        "moving data, means and α together changes nothing": lambda f, x, phi, m, s2, a, *rest: (
            f(x + 1, phi, m + 1, s2, a + 1, *rest),
            "=",
            f(x, phi, m, s2, a, *rest),
        ),
    },
    examples=tuple(
        (np.array(x), np.array(phi), np.array(m), np.array(s2), a, prior, noise)
        for x, phi, m, s2, a, prior, noise in (
            ([[0.0]], [[1.0, 0.0]], [[0.0], [0.0]], [1.0, 1.0], 0.0, 1.0, 1.0),
            ([[1.0], [3.0]], [[1.0, 0.0], [0.5, 0.5]], [[0.0], [2.0]], [1.0, 2.0], 1.0, 2.0, 4.0),
            (
                [[1.0, 0.0], [3.0, 1.0]],
                [[1.0, 0.0], [0.5, 0.5]],
                [[0.0, 1.0], [2.0, 2.0]],
                [1.0, 2.0],
                1.0,
                2.0,
                4.0,
            ),
        )
    ),
    symbols=_elbo_symbols,
    specials={
        "D is 1": lambda x, phi, m, s2, *rest: (x[:, :1], phi, m[:, :1], s2, *rest),
        "every φ is 0 or 1": lambda x, phi, *rest: (x, hard(phi), *rest),
        "all means are α": lambda x, phi, m, s2, a, *rest: (x, phi, 0 * m + a, s2, a, *rest),
    },
    explanation="Each expectation of a square is the square of the means' distance plus D s²,"
    " and the "
    "two entropies keep spread and doubt. No constant may go, for the sum is a bound on log p(x). "
    "Ledger “All five together, and what they bound”: the line that adds the five terms.",
)
