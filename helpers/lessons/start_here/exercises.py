"""What the student writes in notebook 00, and every known way to get it wrong."""

import numpy as np

from helpers.exercise import Exercise, Scale


def bayes_rule(prior, likelihood):
    joint = prior * likelihood
    evidence = np.sum(joint)
    return evidence, joint / evidence


def _probe(rng):
    """Two to five hypotheses; the prior sums to 1, the likelihoods need not."""
    prior = rng.uniform(0.1, 1, int(rng.integers(2, 6)))
    return prior / prior.sum(), rng.uniform(0.05, 0.95, prior.size)


def _then(posterior):
    """The right evidence, and another posterior made of the prior, the likelihood and it."""

    def wrong(prior, likelihood):
        evidence = bayes_rule(prior, likelihood)[0]
        return evidence, posterior(prior, likelihood, evidence)

    return wrong


def _by(evidence):
    """Another evidence, and the joint divided by it."""

    def wrong(prior, likelihood):
        found = evidence(prior, likelihood)
        return found, prior * likelihood / found

    return wrong


bayes_rule_exercise = Exercise(
    bayes_rule,
    _probe,
    {
        "this is the joint: divide it by the evidence": _then(lambda p, lik, z: p * lik),
        "the prior is forgotten: these are the likelihoods, scaled to sum 1": _then(
            lambda p, lik, z: lik / lik.sum()
        ),
        "the prior is forgotten: the likelihood is divided by the evidence": _then(
            lambda p, lik, z: lik / z
        ),
        "this is the prior: the data are forgotten": _then(lambda p, lik, z: p),
        "the joint is multiplied by the evidence: divide": _then(lambda p, lik, z: p * lik * z),
        "prior and likelihood are added: multiply them": lambda p, lik: (
            np.sum(p + lik),
            (p + lik) / np.sum(p + lik),
        ),
        "prior and likelihood are averaged: multiply them": _then(
            lambda p, lik, z: (p + lik / lik.sum()) / 2
        ),
        "the evidence is the sum of the likelihoods: each counts with its prior": _by(
            lambda p, lik: lik.sum()
        ),
        "the evidence is the mean of the likelihoods: each counts with its prior": _by(
            lambda p, lik: lik.mean()
        ),
        "the evidence is the mean of the joint: sum it": _by(lambda p, lik: (p * lik).mean()),
        "the joint is divided by its largest entry: divide by its sum": _by(
            lambda p, lik: (p * lik).max()
        ),
        "the joint is multiplied up over the hypotheses: sum it": _by(
            lambda p, lik: (p * lik).prod()
        ),
        "the evidence is right up to a log: return it itself": lambda p, lik: (
            np.log(bayes_rule(p, lik)[0]),
            bayes_rule(p, lik)[1],
        ),
    },
    (
        "Multiply each prior by its likelihood: one area for each hypothesis.",
        "The evidence is the sum of these areas, one number.",
        "Divide each area by that sum: line 3 of the ledger, for any number of hypotheses.",
    ),
    (
        Scale(
            lambda p, lik: (
                {"prior · likelihood, summed": np.sum(p * lik)},
                {"log prior": np.log(p), "log likelihood": np.log(lik), "log P(D)": _log(p, lik)},
            ),
            lambda answer, p, lik: (answer[0], np.log(answer[1])),
            "in the logs",
        ),
    ),
    {
        "the posterior sums to 1": lambda f, p, lik: (np.sum(f(p, lik)[1]), "=", 1),
        "where all likelihoods are equal, the posterior is the prior": lambda f, p, lik: (
            f(p, 0 * lik + 0.5)[1],
            "=",
            p,
        ),
        "doubled likelihoods leave the posterior as it is": lambda f, p, lik: (
            f(p, 2 * lik)[1],
            "=",
            f(p, lik)[1],
        ),
        "doubled likelihoods double the evidence": lambda f, p, lik: (
            f(p, 2 * lik)[0],
            "=",
            2 * f(p, lik)[0],
        ),
    },
    parts=("evidence", "posterior"),
    examples=tuple(
        (np.array(prior), np.array(likelihood))
        for prior, likelihood in (
            ([0.5, 0.5], [0.8, 0.2]),
            ([0.2, 0.8], [0.9, 0.1]),
            ([0.5, 0.3, 0.2], [0.2, 0.4, 0.9]),
        )
    ),
    symbols=lambda p, lik: {"P(D)": np.sum(p * lik), "K": p.size},
    specials={
        "all likelihoods are equal": lambda p, lik: (p, 0 * lik + lik[0]),
        "the prior is uniform": lambda p, lik: (0 * p + 1 / p.size, lik),
    },
    explanation="Prior times likelihood is the joint. Its sum over all hypotheses is the evidence,"
    " and divided by it the joint sums to 1. Ledger “Bayes' rule”, line 3, for any number of"
    " hypotheses; for a θ with a continuum of values the sum becomes an integral.",
)


def _log(prior, likelihood):
    return np.log(np.sum(prior * likelihood)) + 0 * prior


__all__ = ["bayes_rule_exercise"]
