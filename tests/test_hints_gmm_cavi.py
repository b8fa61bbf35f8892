"""The hints of notebook 04 are true."""

import numpy as np
from claims import claim
from scipy.special import entr

from helpers.lessons.gmm_cavi import broken_elbos, data, hunt
from helpers.lessons.gmm_cavi.elbo_exercise import elbo
from helpers.lessons.gmm_cavi.formulas import update_assignments, update_components
from helpers.mixture import MixtureModel, State, elbo_terms


def drawn(rng):
    n, k, dim = 6, 3, 2
    x, means, s2 = rng.normal(size=(n, dim)), rng.normal(size=(k, dim)), rng.gamma(2, 0.2, k)
    return x, rng.dirichlet(np.ones(k), n), means, s2


INSTRUCTIONS = (
    "Read off precision and pull.",
    "You are at the ledger “All five together, and what they bound”.",
    "Write the five terms on five lines of code, then add: a mistake is easier to find in one.",
    "Move one slider at a time.",
)


@claim(
    "You are at the end of the ledger of φ's update: the log weights are known up to "
    "a number for each point.",
    r"Build their (N, K) table: x @ means.T holds every $x_i^\top m_k$.",
    r"From it goes half of $\|m_k\|^2 + D s_k^2$: D times, for each of the D "
    r"coordinates brings its own s².",
    "All of it is divided by λ², which is noise_var itself.",
    "Subtract each row's own largest log weight before np.exp: φ does not change, "
    "nothing overflows, and no row is all 0.",
    "Then each row is divided by its own sum.",
)
def test_log_weights_and_their_softmax():
    rng = np.random.default_rng(0)
    for noise_var in (0.1, 0.5, 2.0):
        x, _, means, s2 = drawn(rng)
        inner = x @ means.T
        assert inner.shape == (6, 3)
        assert np.isclose(inner[4, 2], x[4] @ means[2])
        squares = np.sum(means**2, axis=1) + 2 * s2
        draws = means[0] + np.sqrt(s2[0]) * rng.normal(size=(200_000, 2))
        assert abs(np.mean(np.sum(draws**2, axis=1)) - squares[0]) < 0.05
        logs = (inner - squares / 2) / noise_var
        right = update_assignments(x, means, s2, noise_var)
        for shift in (0, 5, rng.normal(size=(6, 1))):
            shifted = logs + shift
            weights = np.exp(shifted - shifted.max(axis=1, keepdims=True))
            assert np.allclose(weights / weights.sum(axis=1, keepdims=True), right)
        far = 1e6 * logs
        weights = np.exp(far - far.max(axis=1, keepdims=True))
        assert np.isfinite(weights).all()
        assert np.all(weights.max(axis=1) == 1)


@claim(
    r"You are at the end of the ledger of q(μ): a parabola in t, so $q^(\mu_k)$ is "
    r"Gaussian.",
    r"Soft counts first: $N_k=\sum_i\varphi_{ik}$, a sum over points.",
    r"Precisions add: $1/s_k^2 = 1/\sigma^2 + N_k/\lambda^2$.",
    r"Pulls add as well: α/σ² from the prior and $\sum_i\varphi_{ik}x_i/\lambda^2$ "
    r"from the data.",
    r"responsibilities.T @ x is $\sum_i\varphi_{ik}x_i$ for all k at once, (K, D).",
    "The mean is the variance times the pull: variances[:, None] scales each row.",
)
def test_precisions_and_pulls_add():
    rng = np.random.default_rng(0)
    for prior_mean, prior_var, noise_var in rng.uniform(0.2, 3, (30, 3)):
        x, phi, _, _ = drawn(rng)
        counts, sums = phi.sum(axis=0), phi.T @ x
        assert counts.shape == (3,)
        assert sums.shape == (3, 2)
        assert np.allclose(sums[1], sum(phi[i, 1] * x[i] for i in range(6)))
        means, variances = update_components(x, phi, prior_mean, prior_var, noise_var)
        assert np.allclose(1 / variances, 1 / prior_var + counts / noise_var)
        pull = prior_mean / prior_var + sums / noise_var
        assert np.allclose(variances[:, None] * pull, means)
        # The log joint in t is a parabola: its third differences vanish.
        t = np.linspace(-2, 2, 9)[:, None]
        log_joint = -((t - prior_mean) ** 2) / (2 * prior_var) - np.sum(
            phi[:, 0] * (x[:, 0] - t) ** 2, axis=1, keepdims=True
        ) / (2 * noise_var)
        assert np.allclose(np.diff(log_joint, 3, axis=0), 0, atol=1e-9)


@claim(
    r"The two squares, each with its spread: $\|m_k-\alpha\|^2 + D s_k^2$ over σ², and "
    r"$\|x_i-m_k\|^2 + D s_k^2$ over λ², weighted by φ; all pairs at once: "
    r"np.sum((x[:, None] - means) 2, axis=2), (N, K).",
    "The constants: K D log 2πσ² and, for every point, D log 2πλ², each with −½; −N "
    "log K for the kinds; and ½ D (1 + log 2πs²) for each component.",
    "Entropies enter with plus: entr(φ) is −φ log φ, and 0 at φ = 0.",
)
def test_five_terms_with_every_constant():
    rng = np.random.default_rng(0)
    assert entr(0.0) == 0
    assert np.isclose(entr(0.3), -0.3 * np.log(0.3))
    for alpha, prior_var, noise_var in rng.uniform(0.2, 3, (30, 3)):
        x, phi, means, s2 = drawn(rng)
        (n, dim), k = x.shape, len(means)
        squares = np.sum((x[:, None] - means) ** 2, axis=2)
        assert squares.shape == (n, k)
        away = np.sum(np.sum((means - alpha) ** 2, axis=1) + dim * s2) / prior_var
        misfit = np.sum(phi * (squares + dim * s2)) / noise_var
        by_hand = (
            -0.5 * (k * dim * np.log(2 * np.pi * prior_var) + away),
            -n * np.log(k),
            -0.5 * (n * dim * np.log(2 * np.pi * noise_var) + misfit),
            0.5 * dim * np.sum(1 + np.log(2 * np.pi * s2)),
            entr(phi).sum(),
        )
        library = elbo_terms(MixtureModel(k, alpha, prior_var, noise_var), x, State(phi, means, s2))
        assert np.allclose(by_hand, library)
        assert np.isclose(sum(by_hand), elbo(x, phi, means, s2, alpha, prior_var, noise_var))


def excess(noise_var=0.36, doubt=None, shift=0.0, spread=1.0):
    """By how much each suspect is off, at a changed state."""
    start, model = hunt.START, MixtureModel(2, 0.0, 1.5, noise_var)
    phi = start.responsibilities if doubt is None else doubt
    state = State(phi, start.means + shift, spread * start.variances)
    right = elbo_terms(model, data.TINY, state).total
    return np.array([f(model, data.TINY, state) - right for f in broken_elbos.BROKEN.values()])


@claim(
    "An excess that answers to a slider holds that quantity.",
    "One is wrong by the same amount everywhere: no slider moves it.",
    "Two are cured by a slider: one at doubt 0, one at λ = 1.",
    "Of the last two, one answers to the means, the other to s².",
)
def test_each_suspect_answers_to_its_slider():
    start, sure = excess(), np.eye(2)[[0, 0, 0, 1, 1, 1]]
    a, b, c, d, e = range(5)
    changed = {
        "doubt": excess(doubt=sure),
        "means": excess(shift=0.5),
        "spread": excess(spread=2.0),
        "noise": excess(noise_var=1.0),
    }
    answers = {k: set(np.flatnonzero(np.abs(v - start) > 1e-9)) for k, v in changed.items()}
    assert all(a not in moved for moved in answers.values())
    assert abs(start[a]) > 1
    assert set(np.flatnonzero(np.abs(changed["doubt"]) < 1e-9)) == {c}
    assert set(np.flatnonzero(np.abs(changed["noise"]) < 1e-9)) == {d}
    assert answers["means"] - {c, d} == {e}
    assert answers["spread"] - {c, d} == {b}
