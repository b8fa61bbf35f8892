"""Say which mistake a student's function makes: small steps, the most specific statement first.

Each step asks one question and returns findings, which `sentences` tells. A part of the answer
that has an exact finding is done; the steps after it look at the other wrong parts alone.
"""

import warnings
from dataclasses import replace

from helpers.diagnosis.calling import Trouble
from helpers.diagnosis.case import N_PROBES, Case
from helpers.diagnosis.changes import single_change
from helpers.diagnosis.claims import judged
from helpers.diagnosis.counterexample import counterexample
from helpers.diagnosis.dependence import by_argument
from helpers.diagnosis.identities import identities
from helpers.diagnosis.kinds import a
from helpers.diagnosis.matching import (
    exchanged_parts,
    other_arguments,
    slips_changed,
    slips_known,
    slips_of_another_shape,
)
from helpers.diagnosis.one_term import one_term
from helpers.diagnosis.sentences import sentence
from helpers.diagnosis.special import special_cases
from helpers.diagnosis.stub import is_stub
from helpers.diagnosis.terms import coefficients, one_foreign_term
from helpers.diagnosis.unsettled import nearly, not_finite, unsteady
from helpers.diagnosis.where import where

__all__ = ["N_PROBES", "STEPS", "diagnose"]

STEPS = (
    slips_known,
    not_finite,
    unsteady,
    exchanged_parts,
    where,
    single_change,
    slips_changed,
    coefficients,
    one_term,
    other_arguments,
    one_foreign_term,
    nearly,
    by_argument,
    special_cases,
    identities,
)
MOST = 3  # sentences before the counterexample


def diagnose(exercise, function, steps=STEPS):
    """(outcome, message) of `function` as an answer to `exercise`.

    The outcome is passed, slip, wrong, error or unattempted. Exceptions of the function are
    told, not raised; who calls it in a process of its own is safe from what else it does.
    """
    name = exercise.name
    if not callable(function):
        return "error", f"check.{name} takes your function, not {a(function)}: pass {name} itself."
    if is_stub(function):
        return "unattempted", "Replace the ... with your formula, then run the cell again."
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case = Case(exercise, function)
        if exercise.reply:
            return judged(case)
        try:
            case.read()
        except Trouble as trouble:
            slips = slips_of_another_shape(case)
            return ("slip", f"Known slip: {slips[0]}.") if slips else ("error", str(trouble))
        if not case.wrong:
            return "passed", "Equal to the reference on every probe."
        for words, solution in (exercise.readings or {}).items():
            if not Case(replace(exercise, solution=solution), function).read().wrong:
                return "passed", f"Equal to the reference on every probe, {words}."
        return _verdict(case, _findings(case, steps))


def _findings(case, steps):
    """What the steps find, until every wrong part has an exact finding."""
    found = []
    for step in steps:
        found += step(case)
        if any(finding.kind == "slip" for finding in found):
            break
        done = {finding.part for finding in found if finding.exact}
        case.wrong = [part for part in case.wrong if part not in done]
        if not case.wrong:
            break
    return found


def _verdict(case, found):
    exact = [finding for finding in found if finding.exact]
    if [finding.kind for finding in exact] == ["slip"]:
        return "slip", sentence(exact[0], case)
    if [finding.kind for finding in exact] == ["not finite"]:
        return "error", sentence(exact[0], case)
    done = {finding.part for finding in exact}
    useful = [f for f in found if f.exact or f.part not in done or f.kind == "right parts"]
    said = [text for finding in useful if (text := sentence(finding, case))]
    return "wrong", " ".join([*said[:MOST], counterexample(case)]).strip()
