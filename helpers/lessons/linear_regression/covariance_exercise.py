"""The exercise on the exact posterior: the covariance of slope and intercept."""

import numpy as np

from helpers.exercise import Exercise, Scale


def line_covariance(x, noise_sd, prior_sd):
    rows = np.column_stack([x, np.ones(len(x))])
    precision = rows.T @ rows / noise_sd**2 + np.eye(2) / prior_sd**2
    return np.linalg.inv(precision)


def _probe(rng):
    """Points whose mean is not 0, σ and τ unlike each other and 1; some in round numbers."""
    x = rng.normal(rng.choice([-1.5, 1.0, 2.0]), 1.2, int(rng.integers(3, 8)))
    noise_sd, prior_sd = rng.uniform(0.3, 0.8), rng.uniform(1.3, 3.0)
    if rng.integers(2):
        noise_sd, prior_sd = prior_sd, noise_sd
    if rng.integers(3) == 0:
        x = np.arange(len(x)) + float(rng.choice([-1, 0, 1, 2]))
        noise_sd, prior_sd = np.round(2 * noise_sd) / 2, np.round(2 * prior_sd) / 2
    return x, float(max(noise_sd, 0.3)), float(max(prior_sd, 0.3))


def _squares(x):
    return np.array([[x @ x, x.sum()], [x.sum(), len(x)]])


def _from(precision):
    """The answer that follows from another precision, a function of the arguments."""
    return lambda x, noise_sd, prior_sd: np.linalg.inv(precision(x, noise_sd, prior_sd))


def _precision(x, noise_sd, prior_sd):
    return _squares(x) / noise_sd**2 + np.eye(2) / prior_sd**2


def _with_plus(x, noise_sd, prior_sd):
    lam = _precision(x, noise_sd, prior_sd)
    plus = lam[0, 0] * lam[1, 1] + lam[0, 1] ** 2
    return np.linalg.inv(lam) * np.linalg.det(lam) / plus


line_covariance_exercise = Exercise(
    line_covariance,
    _probe,
    {
        "this is the precision: the covariance is its inverse": _precision,
        "each entry of the precision is inverted by itself: invert the matrix": lambda *at: (
            1 / _precision(*at)
        ),
        "only the diagonal of Λ is inverted: these are the mean field's variances": lambda *at: (
            np.diag(1 / np.diag(_precision(*at)))
        ),
        "XᵀX is divided by σ, not by σ²": _from(lambda x, s, t: _squares(x) / s + np.eye(2) / t**2),
        "XᵀX is multiplied by σ²: noise makes a point weigh less": _from(
            lambda x, s, t: _squares(x) * s**2 + np.eye(2) / t**2
        ),
        "XᵀX is not divided by σ²: the noise is missing": _from(
            lambda x, s, t: _squares(x) + np.eye(2) / t**2
        ),
        "the prior is forgotten: add its precision I/τ²": _from(
            lambda x, s, t: _squares(x) / s**2 + 0 * np.eye(2)
        ),
        "the prior's I is divided by τ, not by τ²": _from(
            lambda x, s, t: _squares(x) / s**2 + np.eye(2) / t
        ),
        "the prior's covariance τ²I is added: add its precision I/τ²": _from(
            lambda x, s, t: _squares(x) / s**2 + t**2 * np.eye(2)
        ),
        "the prior's I is not divided by τ²": _from(lambda x, s, t: _squares(x) / s**2 + np.eye(2)),
        "the prior's 1/τ² is added to every entry: only the diagonal has it": _from(
            lambda x, s, t: _squares(x) / s**2 + np.ones((2, 2)) / t**2
        ),
        "two covariances are added, of the points and of the prior: precisions add": (
            lambda x, s, t: s**2 * np.linalg.inv(_squares(x)) + t**2 * np.eye(2)
        ),
        "the determinant has a plus: of [[a, b], [b, d]] it is ad − b²": _with_plus,
        "the covariance has lost its sign: where the x add up to more than 0 it is negative": (
            lambda *at: np.abs(line_covariance(*at))
        ),
        "σ and τ are exchanged": lambda x, s, t: line_covariance(x, t, s),
        "slope and intercept are exchanged: the slope comes first": lambda *at: line_covariance(
            *at
        )[::-1, ::-1],
        "the x are centred first: the intercept is then the height at their mean": lambda x, s, t: (
            line_covariance(x - x.mean(), s, t)
        ),
        "Σx² is written as (Σx)²: square first, then sum": _from(
            lambda x, s, t: (
                (_squares(x) + np.diag([x.sum() ** 2 - x @ x, 0])) / s**2 + np.eye(2) / t**2
            )
        ),
        "the count n is missing in the last entry: the ones add up to n": _from(
            lambda x, s, t: (_squares(x) - np.diag([0, len(x) - 1])) / s**2 + np.eye(2) / t**2
        ),
        "the whole is not multiplied by σ²: (XᵀX + (σ²/τ²) I)⁻¹ lacks the noise": lambda x, s, t: (
            line_covariance(x, s, t) / s**2
        ),
    },
    (
        "Λ is in line 3 of the ledger that completes the square. X has the rows (x_i, 1):"
        " <code>np.column_stack([x, np.ones(len(x))])</code>.",
        "Two precisions add: XᵀX/σ² from the points, I/τ² from the prior.",
        "The covariance is the inverse of the whole matrix: <code>np.linalg.inv</code>. No y occurs"
        " in it.",
    ),
    (
        Scale(
            lambda x, s, t: {"XᵀX/σ²": _squares(x) / s**2, "I/τ²": np.eye(2) / t**2},
            lambda answer, *at: np.linalg.inv(answer),
            "in the precision (the inverse)",
        ),
    ),
    {
        "every point seen twice is half the noise variance": lambda f, x, s, t: (
            f(np.concatenate([x, x]), s, t),
            "=",
            f(x, s / np.sqrt(2), t),
        ),
        "no variance exceeds the prior's τ²": lambda f, x, s, t: (
            np.diag(f(x, s, t)),
            "≤",
            np.full(2, t**2),
        ),
        "mirrored x turn the sign of the covariance": lambda f, x, s, t: (
            f(-x, s, t),
            "=",
            f(x, s, t) * np.array([[1, -1], [-1, 1]]),
        ),
    },
    examples=tuple(
        (np.array(x), s, t)
        for x, s, t in (
            ([-1.0, 1.0], 1.0, 1.0),
            ([0.0, 1.0], 1.0, 1.0),
            ([0.0, 1.0, 2.0], 1.0, 2.0),
            ([1.0, 2.0, 4.0], 0.5, 1.0),
            ([1.0, 2.0, 4.0], 0.5, 2.0),
        )
    ),
    symbols=lambda x, s, t: {
        "XᵀX": _squares(x),
        "σ²": s**2,
        "τ²": t**2,
        "σ": s,
        "τ": t,
        "n": len(x),
        "Σx": x.sum(),
        "Σx²": x @ x,
        "a matrix of ones": np.ones((2, 2)),
    },
    specials={
        "the x add up to 0": lambda x, s, t: (x - x.mean(), s, t),
        "σ = 1": lambda x, s, t: (x, 1.0, t),
        "τ = 1": lambda x, s, t: (x, s, 1.0),
    },
    explanation="Prior and points add their precisions, I/τ² and XᵀX/σ², and the covariance is the"
    " inverse of the sum. Ledger “The posterior by completing the square”, line 3, reads them off;"
    " the y are not in it, so the band's width is known before any y is measured.",
)
