"""Exercise of section 6: the ELBO's gradient from draws."""

import numpy as np

from helpers.exercise import Exercise, Scale


def elbo_gradient(sd, eps, gradient):
    in_mean = gradient.mean(axis=0)
    in_log_sd = (gradient * eps * sd).mean(axis=0) + 1
    return in_mean, in_log_sd


def _probe(rng):
    """More draws than weights, or fewer."""
    s, d = rng.choice([(5, 2), (2, 3), (6, 4), (3, 2)])
    return rng.uniform(0.2, 2, d), rng.normal(size=(s, d)), rng.normal(0, 3, (s, d))


def _then(in_log_sd):
    """Another second part beside the right first one."""
    return lambda sd, eps, gradient: (gradient.mean(axis=0), in_log_sd(sd, eps, gradient))


elbo_gradient_exercise = Exercise(
    elbo_gradient,
    _probe,
    {
        "ε is missing: w = m + sd · ε moves by ε where sd does": _then(
            lambda sd, eps, g: (g * sd).mean(axis=0) + 1
        ),
        "the entropy's 1 is missing": _then(lambda sd, eps, g: (g * eps * sd).mean(axis=0)),
        "this is the derivative in sd, not in log sd: multiply by sd": _then(
            lambda sd, eps, g: (g * eps).mean(axis=0) + 1 / sd
        ),
        "the factor sd is missing: dw/d log sd = sd · ε": _then(
            lambda sd, eps, g: (g * eps).mean(axis=0) + 1
        ),
        "the entropy's derivative is taken in sd, the rest in log sd": _then(
            lambda sd, eps, g: (g * eps * sd).mean(axis=0) + 1 / sd
        ),
        "log sd itself is added: the entropy's derivative in log sd is 1": _then(
            lambda sd, eps, g: (g * eps * sd).mean(axis=0) + np.log(sd)
        ),
        "the entropy is taken away: the ELBO adds it": _then(
            lambda sd, eps, g: (g * eps * sd).mean(axis=0) - 1
        ),
        "the entropy's derivative is 1, not ½": _then(
            lambda sd, eps, g: (g * eps * sd).mean(axis=0) + 0.5
        ),
        "the mean is over the weights (axis 1): average over the draws, axis 0": (
            lambda sd, eps, g: (g.mean(axis=1), (g * eps * sd).mean(axis=1) + 1)
        ),
        "the draws are summed, not averaged": lambda sd, eps, g: (
            g.sum(axis=0),
            (g * eps * sd).sum(axis=0) + 1,
        ),
        "the sign: this goes downhill": lambda sd, eps, g: (
            -g.mean(axis=0),
            -(g * eps * sd).mean(axis=0) - 1,
        ),
        "the mean's part has an ε: ∂w/∂m = 1": lambda sd, eps, g: (
            (g * eps).mean(axis=0),
            (g * eps * sd).mean(axis=0) + 1,
        ),
        "the two means are taken apart: average the product, not the factors": _then(
            lambda sd, eps, g: g.mean(axis=0) * eps.mean(axis=0) * sd + 1
        ),
        "the two parts are exchanged: the mean's comes first": (
            lambda *at: elbo_gradient(*at)[::-1]
        ),
    },
    (
        "A draw is w = m + sd · ε. Ask how it moves with m, and how with log sd: by 1, and by"
        " sd · ε.",
        "Multiply each draw's gradient by that, and average over the draws, axis 0.",
        "The entropy is log sd and a constant. It adds 1 to the second part and nothing to the"
        " first.",
    ),
    (
        Scale(
            lambda sd, eps, g: (
                {"mean of the gradients": g.mean(axis=0)},
                {
                    "mean of gradient · ε · sd": (g * eps * sd).mean(axis=0),
                    "1, the entropy's": np.ones_like(sd),
                },
            )
        ),
    ),
    {
        "the draws' order does not matter": lambda f, sd, eps, g: (
            np.array(f(sd, eps[::-1], g[::-1])),
            "=",
            np.array(f(sd, eps, g)),
        ),
        "where the gradient is 0, only the entropy pulls, by 1": lambda f, sd, eps, g: (
            f(sd, eps, 0 * g)[1],
            "=",
            1,
        ),
        "the mean's part does not know ε": lambda f, sd, eps, g: (
            f(sd, -eps, g)[0],
            "=",
            f(sd, eps, g)[0],
        ),
    },
    parts=("mean's part", "log sd's part"),
    examples=tuple(
        tuple(map(np.array, at))
        for at in (
            ([1.0], [[1.0], [-1.0]], [[0.0], [0.0]]),
            ([1.0], [[1.0], [-1.0]], [[1.0], [3.0]]),
            ([2.0], [[1.0], [0.5]], [[1.0], [3.0]]),
            (
                [2.0, 3.0],
                [[1.0, 0.5], [-2.0, 1.0], [1.0, 0.0]],
                [[1.0, 2.0], [3.0, -1.0], [2.0, 4.0]],
            ),
        )
    ),
    symbols=lambda sd, eps, g: {"sd": sd, "log sd": np.log(sd), "S": len(eps), "D": len(sd)},
    specials={
        "sd = 1": lambda sd, eps, g: (np.ones_like(sd), eps, g),
        "the gradients are 0": lambda sd, eps, g: (sd, eps, 0 * g),
    },
    explanation="w = m + sd · ε, so ∂w/∂m = 1 and ∂w/∂ log sd = sd · ε. The chain rule under the"
    " average gives both first terms; the entropy Σ log sd and a constant adds 1. Ledger “The"
    " reparameterised gradient”, lines 3 and 6, with an average over draws for the expectation.",
)
