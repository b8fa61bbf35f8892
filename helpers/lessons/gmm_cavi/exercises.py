"""What the student writes in notebook 04, and every known way to get it wrong."""

import numpy as np
from scipy.special import entr

from helpers.exercise import Exercise, Scale
from helpers.lessons.gmm_cavi import formulas
from helpers.lessons.gmm_cavi.formulas import update_assignments, update_components
from helpers.lessons.gmm_cavi.puzzle import name_the_bugs_exercise
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
    """N, K and D, no two alike: a wrong axis has the wrong shape."""
    n, k, dim = int(rng.integers(5, 9)), int(rng.integers(2, 5)), int(rng.integers(1, 4))
    return n, k, dim + (dim == k)


def _assignments_probe(rng):
    """Points near the means; far from 0 with one far out; or all far out: exp then needs care."""
    n, k, dim = _sizes(rng)
    x, means = rng.normal(size=(n, dim)), rng.normal(size=(k, dim))
    variances, noise_var = rng.uniform(0.1, 1, k), rng.uniform(0.4, 1.5)
    match rng.integers(5):
        case 0:
            x, means = np.round(2 * x), np.round(2 * means)
        case 1:
            x, means = x + 40, means + 40
            x[-1] += 60
        case 2:
            x += 60
    return x, means, variances, noise_var


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


def _log_odds_terms(x, means, variances, noise_var):
    one = np.ones((len(x), 1))
    return {
        "x·m/λ²": x @ means.T / noise_var,
        "‖m‖²/2λ²": one * np.sum(means**2, axis=1) / (2 * noise_var),
        "D s²/2λ²": one * x.shape[1] * variances / (2 * noise_var),
    }


def _assignment_symbols(x, means, variances, noise_var):
    one = np.ones((len(x), 1))
    return {
        "N": len(x),
        "K": len(means),
        "D": x.shape[1],
        "λ²": noise_var,
        "s²": one * variances,
        "‖m‖²": one * np.sum(means**2, axis=1),
        "x·m": x @ means.T,
        "‖x − m‖²": np.sum((x[:, None] - means) ** 2, axis=2),
    }


update_assignments_exercise = Exercise(
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
        "You are at the end of the ledger of φ's update: the log weights are known up to a"
        " number for"
        " each point. Build their (N, K) table: <code>x @ means.T</code> holds every $x_i^\\top"
        " m_k$.",
        "From it goes half of $\\|m_k\\|^2 + D s_k^2$: D times, for each of the D coordinates"
        " brings its"
        " own s². All of it is divided by λ², which is <code>noise_var</code> itself.",
        "Subtract each row's own largest log weight before <code>np.exp</code>: φ does not change,"
        " nothing overflows, and no row is all 0. Then each row is divided by its own sum.",
    ),
    (
        Scale(
            _log_odds_terms,
            lambda answer, *rest: np.log(answer),
            "in the log odds",
            centred=True,
        ),
    ),
    {
        "each row sums to 1": lambda f, x, m, s2, v: (
            np.sum(f(x, m, s2, v), axis=1),
            "=",
            np.ones(len(x)),
        ),
        "moving data and means together changes nothing": lambda f, x, m, s2, v: (
            f(x + 1, m + 1, s2, v),
            "=",
            f(x, m, s2, v),
        ),
        "numbering the components the other way round does the same to the columns": (
            lambda f, x, m, s2, v: (f(x, m[::-1], s2[::-1], v), "=", f(x, m, s2, v)[:, ::-1])
        ),
    },
    examples=tuple(
        (np.array(x, dtype=float), np.array(m, dtype=float), np.array(s2, dtype=float), v)
        for x, m, s2, v in (
            (((0,),), ((0,), (1,)), (1, 1), 1.0),
            (((0,),), ((0,), (0,)), (1, 2), 1.0),
            (((0,), (1,)), ((0,), (1,)), (1, 2), 2.0),
            (((0, 0), (1, 1)), ((0, 0), (1, 0)), (1, 1), 0.5),
            (((1, 0), (0, 1), (2, 1)), ((1, 0), (0, 2)), (1, 2), 0.5),
        )
    ),
    symbols=_assignment_symbols,
    specials={
        "D is 1": lambda x, m, s2, v: (x[:, :1], m[:, :1], s2, v),
        "all s² are equal": lambda x, m, s2, v: (x, m, np.full(len(s2), s2[0]), v),
        "all ‖m‖ are equal": lambda x, m, s2, v: (
            x,
            m / np.linalg.norm(m, axis=1, keepdims=True),
            s2,
            v,
        ),
    },
    explanation="The best q(c_i) is proportional to the exponential of E log p(x_i | c_i, μ)"
    " under the "
    "other factors; what is the same for every k cancels in the row. Subtracting the row's maximum "
    "changes neither. Ledger “The update of φ: log odds of kind 1 against kind 2 for one point”:"
    " the "
    "line where E‖x − μ‖² has become ‖x − m‖² + D s².",
)


def _components_probe(rng):
    """α is a number, as the text says; code that takes one a coordinate is right as well."""
    n, k, dim = _sizes(rng)
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
            lambda x, p, a, prior, noise: (x, _hard(p), a, prior, noise)
        ),
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
            "as pulls m/s² and precisions 1/s²",
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
        "φ is 0 or 1": lambda x, phi, *rest: (x, _hard(phi), *rest),
    },
    explanation="log q*(μ_k) is a parabola: the prior and every point, weighted by φ, add their "
    "precisions and their pulls. The mean is the pull over the precision, so a component without "
    "points keeps the prior. Ledger “The update of q(μ₁): the height of log q* at t, above its"
    " height "
    "at 0”: the line that is a parabola in t.",
)


def _elbo_probe(rng):
    """Ordinary, round and far out; always with a point without doubt, for 0 log 0 must be 0."""
    n, k, dim = _sizes(rng)
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
        "every φ is 0 or 1": lambda x, phi, *rest: (x, _hard(phi), *rest),
        "all means are α": lambda x, phi, m, s2, a, *rest: (x, phi, 0 * m + a, s2, a, *rest),
    },
    explanation="Each expectation of a square is the square of the means' distance plus D s²,"
    " and the "
    "two entropies keep spread and doubt. No constant may go, for the sum is a bound on log p(x). "
    "Ledger “All five together, and what they bound”: the line that adds the five terms.",
)

__all__ = [
    "elbo_exercise",
    "name_the_bugs_exercise",
    "update_assignments_exercise",
    "update_components_exercise",
]
