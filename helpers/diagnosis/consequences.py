"""Is a wrong part right for the other wrong parts that it is made of? Then it is no mistake."""

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.changes import change, sizes_of
from helpers.diagnosis.numbers import ratio

FEWEST = 3  # entries at the bound, and entries off it


def following(case):
    """The wrong parts that follow from the other wrong parts as they should."""
    found = []
    for name, made in (case.exercise.follows or {}).items():
        part = case.exercise.parts.index(name)
        others = [other for other in case.wrong if other != part]
        if part not in case.wrong or not others:
            continue
        values = [_with(case, parts, part, made, p) for parts, p in _pairs(case)]
        if any(value is None for value in values):
            continue
        view = case.view(part)
        if view.equal(view.answer, case.view(part, values).answer):
            facts = {"from": [case.part_name(other) for other in others]}
            found.append(Finding("follows", part, facts, exact=True))
    return found


def _pairs(case):
    return zip(case.answers, case.probes, strict=True)


def _with(case, parts, part, made, probe):
    """These parts, with `part` made anew of them."""
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(made(parts, *probe), dtype=float)
    except (ValueError, ArithmeticError, IndexError):
        return None
    return [*parts[:part], value, *parts[part + 1 :]] if value.shape == parts[part].shape else None


def off_the_bound(case):
    """Where the right answer is often one number, a bound: what is wrong wherever it is not."""
    found = []
    for part in case.wrong:
        view = case.view(part)
        values, counts = np.unique(view.right, return_counts=True)
        at = view.right == values[np.argmax(counts)]
        if min(at.sum(), (~at).sum()) < FEWEST or np.ptp(view.right[~at]) == 0:
            continue
        off, on = view.only(~at), view.only(at)
        kept = [on.only(on.owner == probe) for probe in np.unique(on.owner)]
        kept = [one.equal(one.answer, one.right) for one in kept]
        often = "always" if all(kept) else "sometimes" if any(kept) else "never"
        facts = {"bound": ratio(on.right[0]), "at": often}
        kind = _how(case, off)
        if kind:
            found.append(Finding("off the bound", part, facts | kind, exact=True))
    return found


def _how(case, view):
    """What the answer is there: one number, or one change of the right one; None if neither."""
    if not np.isfinite(view.answer).all():
        return None
    if view.equal(view.answer, view.right):
        return {"kind": "right", "facts": {}}
    if np.ptp(view.answer) <= 1e-12 * np.abs(view.right).max():
        return {"kind": "constant", "facts": {"value": ratio(np.median(view.answer))}}
    how = change(view, view.right, sizes_of(case, view))
    return {"kind": how[0], "facts": how[1]} if how and how[0] != "uneven" else None
