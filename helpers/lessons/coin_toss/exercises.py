"""What the student writes in notebook 05, and every known way to get it wrong."""

from math import lgamma

import numpy as np

from helpers.exercise import Exercise, Scale


def laplace_variance(a, b, heads, tails):
    up, down = a + heads - 1, b + tails - 1
    peak = up / (up + down)
    return 1 / (up / peak**2 + down / (1 - peak) ** 2)


def metropolis_accept(z, log_joint, log_proposal):
    gain = log_joint[1] - log_joint[0] + log_proposal[1] - log_proposal[0]
    probability = np.exp(min(0.0, gain))
    return probability, probability * z[1] + (1 - probability) * z[0]


def _coin_probe(rng):
    """Prior and counts unlike, and a peak inside (0, 1); some in whole numbers."""
    a, b = rng.uniform(1.2, 6, 2)
    if rng.integers(2):
        a, b = np.ceil(a), np.ceil(b) + 1
    heads = int(rng.integers(2, 15))
    return a, b, heads, heads + int(rng.choice([-1, 1, 2, 5, 9]))


def _curved(up, down, at):
    """The variance from the curvature at another point than the peak."""
    return 1 / (up / at**2 + down / (1 - at) ** 2)


def _peak(a, b, heads, tails):
    """θᵘᵖ (1 − θ)ᵈᵒʷⁿ at its peak, in logs: the joint but for the prior's constant."""
    up, down = a + heads - 1, b + tails - 1
    return up * np.log(up / (up + down)) + down * np.log(down / (up + down))


def _of_the_density(a, b, heads, tails):
    """−1/p″ at the peak, where it is −1/(log p)″ divided by p."""
    first, second = a + heads, b + tails
    # No scipy here: the process that checks starts in half the time without it.
    log_beta = lgamma(first) + lgamma(second) - lgamma(first + second)
    log_p = _peak(a, b, heads, tails) - log_beta
    return laplace_variance(a, b, heads, tails) / np.exp(log_p)


def _exact_variance(a, b, heads, tails):
    first, second = a + heads, b + tails
    return first * second / (first + second) ** 2 / (first + second + 1)


laplace_variance_exercise = Exercise(
    laplace_variance,
    _coin_probe,
    {
        "the sign is lost: at a peak the second derivative is negative, so negate it": (
            lambda *at: -laplace_variance(*at)
        ),
        "this is the curvature itself: the variance is its inverse": lambda *at: (
            1 / laplace_variance(*at)
        ),
        "this is the standard deviation: the variance has no root": lambda *at: np.sqrt(
            laplace_variance(*at)
        ),
        "the curvature is taken at the posterior mean: Laplace takes it at the peak": (
            lambda a, b, heads, tails: _curved(
                a + heads - 1, b + tails - 1, (a + heads) / (a + b + heads + tails)
            )
        ),
        "the curvature is taken at the share of heads, the likelihood's peak": (
            lambda a, b, heads, tails: _curved(
                a + heads - 1, b + tails - 1, heads / (heads + tails)
            )
        ),
        "this is the curvature of the posterior in place of its log": _of_the_density,
        "the prior is forgotten: this is the likelihood's own curvature": (
            lambda a, b, heads, tails: laplace_variance(1, 1, heads, tails)
        ),
        "the −1s are missing from both exponents": lambda a, b, heads, tails: laplace_variance(
            a + 1, b + 1, heads, tails
        ),
        "θ̂ and 1 − θ̂ are not squared: the second derivative has their squares": (
            lambda a, b, heads, tails: 1 / (2 * (a + b + heads + tails - 2))
        ),
        "one −1 is missing: a + b + h + t − 2 takes away both": lambda a, b, heads, tails: (
            (a + heads - 1) * (b + tails) / (a + b + heads + tails - 1) ** 3
        ),
        "this is the variance of logit θ: the task asks for θ": lambda a, b, heads, tails: (
            1 / (a + heads) + 1 / (b + tails)
        ),
        "this is the posterior's exact variance, not Laplace's": _exact_variance,
    },
    (
        "Write the log joint first: two exponents, a + h − 1 on θ and b + t − 1 on 1 − θ. The peak"
        " is their share, <code>up / (up + down)</code>.",
        "Differentiate twice: each log gives an exponent over a square, with a minus sign.",
        "Put in the peak, take the sign away, and invert: line 2 of the ledger on the variance.",
    ),
    (
        Scale(
            lambda a, b, heads, tails: {
                "(a + h − 1)/θ̂²": (a + b + heads + tails - 2) ** 2 / (a + heads - 1),
                "(b + t − 1)/(1 − θ̂)²": (a + b + heads + tails - 2) ** 2 / (b + tails - 1),
            },
            lambda answer, a, b, heads, tails: 1 / answer,
            "in the curvature (the inverse)",
        ),
    ),
    {
        "exchanging heads and tails changes nothing": lambda f, a, b, h, t: (
            f(b, a, t, h),
            "=",
            f(a, b, h, t),
        ),
        "a head counts as one more in a": lambda f, a, b, h, t: (
            f(a + 1, b, h, t),
            "=",
            f(a, b, h + 1, t),
        ),
        "a variance is not negative": lambda f, *at: (f(*at), "≥", 0),
    },
    # numpy's numbers, so that what divides by 0 in an answer is inf and no exception
    examples=tuple(
        (*np.array([a, b]), heads, tails)
        for a, b, heads, tails in ((1.0, 1.0, 3, 1), (2.0, 1.0, 1, 2), (1.0, 1.0, 8, 2))
    ),
    symbols=lambda a, b, heads, tails: {
        "a + h": a + heads,
        "b + t": b + tails,
        "a + h − 1": a + heads - 1,
        "b + t − 1": b + tails - 1,
        "a + b + h + t − 2": a + b + heads + tails - 2,
        "a + b + h + t": a + b + heads + tails,
        "θ̂": (a + heads - 1) / (a + b + heads + tails - 2),
        "1 − θ̂": (b + tails - 1) / (a + b + heads + tails - 2),
        "p(x, θ̂)": np.exp(_peak(a, b, heads, tails)),
        "n": heads + tails,
    },
    specials={
        "the prior is flat, a = b = 1": lambda a, b, heads, tails: (1.0, 1.0, heads, tails),
        "h = t": lambda a, b, heads, tails: (a, b, heads, heads),
    },
    explanation="The log joint is (a + h − 1) log θ + (b + t − 1) log(1 − θ) and a constant. Its"
    " second derivative, negated and taken at the peak, is the precision of Laplace's Gaussian; the"
    " variance is the inverse. Ledger “Laplace's variance in θ”, line 2; line 4 says it shorter.",
)


def _step_probe(rng):
    """Now and new of everything; the log ratio is negative more often, for there p shows it."""
    z, log_joint = rng.normal(0, 2, 2), rng.uniform(-4, -0.5, 2)
    log_proposal = rng.uniform(-1.5, 1.5, 2)
    if _gain(log_joint, log_proposal) > 0 and rng.integers(2):
        log_joint, log_proposal = log_joint[::-1], log_proposal[::-1]
    if rng.integers(3) == 0:
        z, log_joint, log_proposal = np.round((2 * z, 2 * log_joint, 2 * log_proposal)) / 2
        z[1] = z[0] + rng.choice([-1, 1])
    return z, log_joint, log_proposal


def _gain(log_joint, log_proposal):
    return log_joint[1] - log_joint[0] + log_proposal[1] - log_proposal[0]


def _with(probability):
    """The answer that follows from another probability, a function of the two arguments."""

    def wrong(z, log_joint, log_proposal):
        p = probability(log_joint, log_proposal)
        return p, p * z[1] + (1 - p) * z[0]

    return wrong


def _then(probability, mean):
    """Another probability, or another mean, made of the right probability."""

    def wrong(z, log_joint, log_proposal):
        right = np.exp(min(0.0, _gain(log_joint, log_proposal)))
        return probability(right), mean(z, right)

    return wrong


def _right_mean(z, p):
    return p * z[1] + (1 - p) * z[0]


def _log_where_below_1(p):
    return np.log(p) if 0 < p < 1 else np.nan


metropolis_accept_exercise = Exercise(
    metropolis_accept,
    _step_probe,
    {
        "the min is missing: a probability is at most 1": _with(lambda j, g: np.exp(_gain(j, g))),
        "log densities are divided: divide densities, or subtract their logs": _with(
            lambda j, g: min(1.0, j[1] / j[0] * np.exp(g[1] - g[0]))
        ),
        "rejected proposals are dropped: a rejection repeats the old state": _then(
            lambda p: p, lambda z, p: p * z[1]
        ),
        "rejected proposals are kept: a rejection repeats the old state": _then(
            lambda p: p, lambda z, p: z[1]
        ),
        "accepted and rejected are exchanged in the mean": _then(
            lambda p: p, lambda z, p: p * z[0] + (1 - p) * z[1]
        ),
        "the proposal's ratio is upside down: the way back belongs above": _with(
            lambda j, g: np.exp(min(0.0, j[1] - j[0] + g[0] - g[1]))
        ),
        "the proposal's ratio is missing: this holds for a symmetric proposal only": _with(
            lambda j, g: np.exp(min(0.0, j[1] - j[0]))
        ),
        "the joint's ratio is upside down: the new state belongs above": _with(
            lambda j, g: np.exp(min(0.0, j[0] - j[1] + g[1] - g[0]))
        ),
        "both ratios are upside down: the new state and the way back belong above": _with(
            lambda j, g: np.exp(min(0.0, -_gain(j, g)))
        ),
        "this is the log of the probability: take exp": _then(np.log, _right_mean),
        "this is the probability of a rejection": _then(lambda p: 1 - p, _right_mean),
    },
    (
        "Work with logs: the log of the ratio is a difference of log joints plus a difference of"
        " log proposals.",
        "Entry 0 is now, entry 1 is new. The new state stands above in the joint's ratio, the way"
        " back above in the proposal's.",
        "Cut the log ratio at 0 before you take exp. In the mean, z′ counts with the probability,"
        " and z with what is left: a rejection repeats it.",
    ),
    scales=(
        Scale(
            lambda z, log_joint, log_proposal: (
                {
                    "log joint new": log_joint[1],
                    "−log joint now": -log_joint[0],
                    "log proposal back": log_proposal[1],
                    "−log proposal there": -log_proposal[0],
                },
                None,
            ),
            lambda answer, *at: (_log_where_below_1(answer[0]), answer[1]),
            "in the log, where right and yours are below 1",
        ),
    ),
    identities={
        "a probability is at most 1": lambda f, *at: (f(*at)[0], "≤", 1),
        "a constant added to the log joint changes nothing": lambda f, z, j, g: (
            f(z, j + 3, g),
            "=",
            f(z, j, g),
        ),
        "of going and coming back, one has probability 1": lambda f, z, j, g: (
            max(f(z, j, g)[0], f(z[::-1], j[::-1], g[::-1])[0]),
            "=",
            1,
        ),
    },
    parts=("probability", "mean of the next state"),
    follows={"mean of the next state": lambda parts, z, j, g: _right_mean(z, parts[0])},
    examples=tuple(
        (np.array(z), np.array(j), np.array(g))
        for z, j, g in (
            ([1.0, 2.0], [-1.0, -2.0], [0.0, 0.0]),
            ([1.0, 2.0], [-2.0, -1.0], [0.0, 0.0]),
            ([1.0, 3.0], [-1.0, -2.0], [0.0, -1.0]),
            ([2.0, 3.0], [-1.0, -2.0], [0.0, 0.5]),
        )
    ),
    symbols=lambda z, log_joint, log_proposal: {
        "log joint now": log_joint[0],
        "log joint new": log_joint[1],
        "log proposal there": log_proposal[0],
        "log proposal back": log_proposal[1],
        "z": z[0],
        "z′": z[1],
    },
    specials={
        "the proposal is symmetric": lambda z, j, g: (z, j, g[[0, 0]]),
    },
    explanation="With min(1, p(x, z′) g(z | z′) / p(x, z) g(z′ | z)) as the probability, as many"
    " chains go from z to z′ as come back once they are spread as the posterior is. A rejection"
    " leaves the chain where it was, and that state counts again. p(x) cancels in the ratio.",
)

__all__ = ["laplace_variance_exercise", "metropolis_accept_exercise"]
