"""Say which mistake a student's function makes: small steps, the most specific statement first.

Each step asks one question and returns findings, which `sentences` tells. A part of the answer
that has an exact finding is done; the steps after it look at the other wrong parts alone.
"""

import warnings

from helpers.diagnosis.calling import Trouble
from helpers.diagnosis.case import N_PROBES, Case
from helpers.diagnosis.changes import single_change
from helpers.diagnosis.claims import judged
from helpers.diagnosis.consequences import following, off_the_bound
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
    slips_of_parts,
)
from helpers.diagnosis.one_term import one_term
from helpers.diagnosis.sentences import sentence
from helpers.diagnosis.sometimes import sometimes
from helpers.diagnosis.special import special_cases
from helpers.diagnosis.stub import is_stub
from helpers.diagnosis.terms import coefficients, one_coefficient, one_foreign_term
from helpers.diagnosis.unsettled import nearly, not_finite, unsteady
from helpers.diagnosis.where import where, where_on_scale

__all__ = ["N_PROBES", "STEPS", "diagnose"]

STEPS = (
    slips_known,
    not_finite,
    unsteady,
    exchanged_parts,
    following,
    where,
    single_change,
    off_the_bound,
    slips_of_parts,
    one_coefficient,
    one_term,
    slips_changed,
    coefficients,
    where_on_scale,
    other_arguments,
    one_foreign_term,
    nearly,
    sometimes,
    by_argument,
    special_cases,
    identities,
)
OF_SEVERAL = ("replaced", "exchanged", "instead", "cut", "slip of part", "special")
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
            return _right(case, "")
        cases = [case]
        for words, solution in (exercise.readings or {}).items():
            try:
                cases.append(case.under(solution))
            except Trouble:  # it did not raise the first time: it draws, or remembers
                continue
            if not cases[-1].wrong:
                return _right(cases[-1], f", {words}")
        told = [(one, _findings(one, steps)) for one in cases]
        return _verdict(*min(told, key=_length))


def _right(case, words):
    if case.found:  # it raised on some probes
        return "error", f"{sentence(case.found[0], case)} Everywhere else it is right."
    return "passed", f"Equal to the reference on every probe{words}."


def _length(told):
    """How much is left to say under one reading of the text: the shortest explanation is told."""
    case, found = told
    exact = [finding.kind for finding in found if finding.exact]
    twice = sum(kind in ("slip changed", "two slips", "replaced and changed") for kind in exact)
    return "slip" not in exact, len(case.wrong), len(exact) + 2 * twice


def _findings(case, steps):
    """What the steps find, until every wrong part has an exact finding."""
    found = list(case.found)
    for step in steps:
        found += step(case)
        if any(finding.kind == "slip" for finding in found):
            break
        done = {finding.part for finding in found if finding.exact}
        case.wrong = [part for part in case.wrong if part not in done]
        if not case.wrong:
            break
    return found


def _merged(found, case):
    """The findings, with what is the same of several whole parts said once."""
    new = []
    for finding in found:
        for one in new if finding.kind in OF_SEVERAL and not case.entries else ():
            same = {**one.facts, "parts": None} == {**finding.facts, "parts": None}
            if one.kind == finding.kind and same and one.part != finding.part:
                one.facts.setdefault("parts", [one.part]).append(finding.part)
                break
        else:
            new.append(finding)
    return new


def _verdict(case, found):
    raised = [finding for finding in found if finding.kind == "raised"]
    if raised and not any(finding.exact for finding in found):
        return "error", sentence(raised[0], case)
    exact = [finding for finding in found if finding.exact]
    if [finding.kind for finding in exact] == ["slip"]:
        return "slip", sentence(exact[0], case)
    if [finding.kind for finding in exact] == ["not finite"]:
        return "error", sentence(exact[0], case)
    done = {finding.part for finding in exact}
    useful = [
        f for f in found if f.exact or f.part not in done or f.kind in ("right parts", "raised")
    ]
    useful = _merged(useful, case)
    useful.sort(key=lambda finding: finding.kind == "follows")  # no mistake: told last
    said = list(dict.fromkeys(text for f in useful if (text := sentence(f, case))))
    return "wrong", " ".join([*said[:MOST], counterexample(case)]).strip()
