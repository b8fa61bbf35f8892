"""Is the claim that the answer makes true? For answers that are statements, not formulas."""

import numpy as np

from helpers.diagnosis.calling import Trouble, call


def judged(case):
    """(outcome, message) where the exercise has a `reply` to every claim."""
    exercise = case.exercise
    try:
        claim = call(case.function, case.probes[0], exercise)
    except Trouble as trouble:
        return "error", str(trouble)
    if claim is None:
        return "error", "It returned None: is a `return` missing at its end?"
    if _equal(claim, exercise.solution()):
        return "passed", "Equal to the reference."
    for slip, wrong in exercise.slips.items():
        if _equal(claim, wrong()):
            return "slip", f"Known slip: {slip}."
    return "wrong", exercise.reply(claim)


def _equal(one, other):
    try:
        return np.array_equal(np.asarray(one, dtype=float), np.asarray(other, dtype=float))
    except (ValueError, TypeError):
        return False
