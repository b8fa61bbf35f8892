"""Is it something known: a listed slip, the formula of other arguments, or one change of these?"""

import itertools

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.changes import change, sizes_of
from helpers.diagnosis.kinds import parts_of
from helpers.diagnosis.numbers import is_plain, ratio
from helpers.diagnosis.substitutions import substitutions

UNLIKELY = ("positive part", "odds", "complement")  # after a slip
SAMPLE = 5  # a candidate that nothing turns into these first answers is dropped


def slips_known(case):
    """The listed slips that the whole answer equals."""
    names = [
        slip
        for slip, values in slip_values(case).items()
        if all(_equals(case, part, values) for part in range(len(case.right[0])))
    ]
    return [Finding("slip", case.wrong[0], {"slips": names}, exact=True)] if names else []


def slips_of_another_shape(case):
    """The listed slips that every answer equals, where these have not the right one's shape."""
    if len(case.returned) < len(case.probes):
        return []
    given = [_read(value) for value in case.returned]
    if any(parts is None for parts in given):
        return []
    return [slip for slip, values in slip_values(case).items() if _alike(given, values)]


def _read(value):
    try:
        return parts_of(value)
    except (ValueError, TypeError):
        return None


def _alike(answers, values):
    return all(
        len(a) == len(v)
        and all(
            x.shape == y.shape and np.allclose(x, y, 1e-9, 1e-12) for x, y in zip(a, v, strict=True)
        )
        for a, v in zip(answers, values, strict=True)
    )


def exchanged_parts(case):
    """The parts are right, in another order; or each is the right one turned round."""
    count = len(case.right[0])
    if count == 2 and len(case.wrong) == 2:
        turned = [parts[::-1] for parts in case.answers]
        if all(_alike([a], [r]) for a, r in zip(turned, case.right, strict=True)):
            return [Finding("parts exchanged", part, {}, exact=True) for part in case.wrong]
    found = []
    for part in case.wrong:
        for words, turn in TURNS.items():
            values = [
                [turn(p) if p.ndim else p for p in parts]  # a number beside a table stays
                for parts in case.right
                if parts[part].ndim
            ]
            if len(values) < len(case.right) or (value := view_of(case, part, values)) is None:
                continue
            view = case.view(part)
            if view.equal(view.answer, value) and not view.equal(value, view.right):
                found.append(Finding("turned", part, {"how": words}, exact=True))
                break
    return found


TURNS = {
    "transposed": np.transpose,
    "in reverse order": lambda a: a[::-1],
    "with its columns in reverse order": lambda a: a[..., ::-1],
    "moved round by one": lambda a: np.roll(a, 1, axis=0),
    "moved back by one": lambda a: np.roll(a, -1, axis=0),
    "sorted": lambda a: np.sort(a, axis=0),
}


def slip_values(case):
    """The answers of every listed slip on the probes."""
    if case.slip_values is None:
        solved = {
            slip: [case.try_solve(probe, wrong) for probe in case.probes]
            for slip, wrong in case.exercise.slips.items()
        }
        known = {s: v for s, v in solved.items() if all(p is not None for p in v)}
        case.slip_values = {s: _reread(case, v) for s, v in known.items()}
    return case.slip_values


def _reread(case, values):
    """A slip's answers under the reading of the text that the case is about."""
    if not case.reread:
        return values
    return [
        [v * f if v.shape == f.shape else v for v, f in zip(*pair, strict=True)]
        if len(pair[0]) == len(pair[1])
        else pair[0]
        for pair in zip(values, case.reread, strict=True)
    ]


def _equals(case, part, values):
    view = case.view(part)
    other = view_of(case, part, values)
    return other is not None and view.equal(view.answer, other)


def view_of(case, part, values):
    """Part `part` of a candidate's answers as a vector, or None where its shape is another."""
    for parts, right in zip(values, case.right, strict=True):
        if len(parts) != len(right) or parts[part].shape != right[part].shape:
            return None
    return case.view(part, values).answer


def slips_of_parts(case):
    """For each wrong part: the listed slips of which it is the same part."""
    found = []
    for part in case.wrong:
        view = case.view(part)
        equal = [s for s, v in _known(case, view).items() if view.equal(view.answer, v)]
        if equal:
            found.append(Finding("slip of part", part, {"slips": equal}, exact=True))
    return found


def _known(case, view):
    """The view's part of every slip that is wrong in it."""
    known = {s: view_of(case, view.part, v) for s, v in slip_values(case).items()}
    return {s: v for s, v in known.items() if v is not None and not view.equal(v, view.right)}


def slips_changed(case):
    """For each wrong part: one change of a slip by plain numbers, or two slips added up.

    A slip times a quantity may well be chance: other explanations are likelier.
    """
    found = []
    for part in case.wrong:
        view = case.view(part)
        known = _known(case, view)
        two = _two_together(view, known)
        if two:
            found.append(Finding("two slips", part, {"slips": two}, exact=True))
            continue
        # An identity matrix, say, whatever the arguments: no slip is at its bottom.
        if len(np.unique(view.answer)) <= 2 < len(np.unique(view.right)):
            continue
        sizes = sizes_of(case, view)
        for slip, value in known.items():
            how = change(view, value, sizes)
            # Nobody makes a slip and takes its positive part: such a match is chance.
            if not how or how[0] == "uneven" or how[1].get("function") in UNLIKELY:
                continue
            if is_plain(how[1].get("factor", how[1].get("offset", "1"))):
                facts = {"slip": slip, "kind": how[0], "facts": how[1]}
                found.append(Finding("slip changed", part, facts, exact=True))
                break
    return found


def _two_together(view, known):
    """Two slips whose differences from the right answer add up to this answer's."""
    finite = {s: v - view.right for s, v in known.items() if np.isfinite(v).all()}
    gap = view.answer - view.right
    for (one, a), (two, b) in itertools.combinations(finite.items(), 2):
        if view.equal(gap + view.right, a + b + view.right):
            return [one, two]
    return None


def other_arguments(case):
    """For each wrong part: the right formula of other arguments, and one change of that."""
    wanted = set(case.wrong)
    found, changed = {}, {}
    for kind, facts, other in substitutions(case):
        if not wanted - set(found):
            break
        few = _answers(case, other, SAMPLE)
        if few is None:
            continue
        hopeful = [
            part
            for part in wanted - set(found)
            if kind == "exchanged" or _fits(case, part, few, SAMPLE)
        ]
        if not hopeful:
            continue
        values = _answers(case, other, len(case.probes))
        for part in hopeful if values else ():
            value, view = view_of(case, part, values), case.view(part)
            if value is None or view.equal(value, view.right):
                continue
            if view.equal(view.answer, value):
                found[part] = Finding(kind, part, facts, exact=True)
            elif kind == "exchanged" and (blend := _blend(view, value)):
                found[part] = Finding("blend", part, blend | facts, exact=True)
            elif part not in changed:
                how = change(view, value, sizes_of(case, view))
                if how and how[0] != "uneven":
                    both = {"base": kind, "base_facts": facts, "kind": how[0], "facts": how[1]}
                    changed[part] = Finding("replaced and changed", part, both, exact=True)
    return list((changed | found).values())


def _blend(view, value):
    """The weights of the right answer and of this one in the answer, if they make it, or None."""
    design = np.column_stack([view.right, value])
    if not np.isfinite(design).all() or not np.isfinite(view.answer).all() or len(value) < 4:
        return None
    weights = np.linalg.lstsq(design, view.answer, rcond=None)[0]
    if np.any(np.abs(weights) < 1e-6) or not view.equal(view.answer, design @ weights):
        return None
    a, b = (ratio(w) for w in weights)
    return {"a": a, "b": b}


def _answers(case, other, n_probes):
    values = []
    for probe in case.probes[:n_probes]:
        try:
            value = case.try_solve(other(probe))
        except (ValueError, IndexError, ArithmeticError, OverflowError):
            return None
        if value is None:
            return None
        values.append(value)
    return values


def _fits(case, part, few, n_probes):
    """Whether the first answers leave hope: the candidate is equal to them, or proportional."""
    view = case.view(part)
    for parts, right in zip(few, case.right[:n_probes], strict=True):
        if parts[part].shape != right[part].shape:
            return False
    used = view.only(view.owner < n_probes)
    value = case.view(part, few + case.right[n_probes:]).only(view.owner < n_probes).answer
    if used.equal(used.answer, value):
        return True
    return change(used, value, sizes_of(case, used)) is not None
