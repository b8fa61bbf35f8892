"""Which entries are wrong? The parts that are right, and the rows, columns and entries not."""

import numpy as np

from helpers.diagnosis.case import Finding, View
from helpers.diagnosis.changes import change, sizes_of
from helpers.diagnosis.scales import on_scale


def where(case):
    """The right parts, and what the wrong entries of a wrong part have in common.

    The wrong entries are remembered: the steps after this one look at them alone.
    """
    found = []
    for part in case.wrong:
        wrong = [~_close(case, parts[part], right[part]) for parts, right in _pairs(case)]
        if wrong[0].ndim == 0 or all(np.all(each) for each in wrong):
            continue
        for words, rule in _rules(case, wrong):
            masks = [rule(each, probe) for each, probe in zip(wrong, case.probes, strict=True)]
            inside = all(np.all(mask[each]) for mask, each in zip(masks, wrong, strict=True))
            outside = any(np.any(~mask) for mask in masks)
            if inside and outside and any(each.any() for each in wrong):
                found.append(Finding("entries", part, {"entries": words}))
                case.entries[part] = words
                case.masks[part] = masks
                break
    if case.wrong and len(case.wrong_at_all) < len(case.right[0]):
        names = [case.part_name(p) for p in range(len(case.right[0])) if p not in case.wrong_at_all]
        if all(names):
            found.append(Finding("right parts", case.wrong[0], {"names": names}))
    return found


def where_on_scale(case):
    """The entries that alone are wrong on the scale where the formula is a sum, and how."""
    found = []
    for part in set(case.wrong) - case.right_on_scale - set(case.masks):
        for scale in case.exercise.scales:
            if scale.link is None or scale.centred:
                continue
            pairs = [
                (on_scale(scale, a, p), on_scale(scale, r, p))
                for a, r, p in zip(case.answers, case.right, case.probes, strict=True)
            ]
            if any(a is None or r is None for a, r in pairs):
                continue
            wrong = [~_close(case, a[part], r[part], 100) for a, r in pairs]
            if wrong[0].ndim != 2 or all(np.all(each) for each in wrong):
                continue
            facts = _on_scale(case, part, scale, pairs, wrong)
            if facts:
                found.append(Finding("entries on scale", part, facts, exact=bool(facts["kind"])))
                break
    return found


def _on_scale(case, part, scale, pairs, wrong):
    for words, rule in _rules(case, wrong):
        masks = [rule(each, probe) for each, probe in zip(wrong, case.probes, strict=True)]
        if not all(np.all(mask[each]) for mask, each in zip(masks, wrong, strict=True)):
            continue
        values = [
            np.concatenate([one[k][part][mask] for one, mask in zip(pairs, masks, strict=True)])
            for k in (1, 0)
        ]
        owner = np.repeat(np.arange(len(masks)), [mask.sum() for mask in masks])
        view = View(part, "", *values, owner, 100 * case.rtol)
        if not np.isfinite(view.answer).all():
            return None
        kind, facts = change(view, view.right, sizes_of(case, view)) or ("", {})
        kind, facts = ("", {}) if kind == "uneven" else (kind, facts)
        return {"entries": words, "scale": scale.said(part), "kind": kind, "facts": facts}
    return None


def _pairs(case):
    return zip(case.answers, case.right, strict=True)


def _close(case, answer, right, slack=1):
    size = np.abs(right[np.isfinite(right)]).max(initial=0)
    return np.abs(answer - right) <= slack * case.rtol * (np.abs(right) + 1e-3 * size + 1e-300)


def _rules(case, wrong):
    """(words, mask of the entries meant), narrow ones first."""
    ndim = wrong[0].ndim
    counts = [i for i, v in enumerate(case.probes[0]) if isinstance(v, (int, np.integer))]
    for i in counts:
        name = case.names[i]
        if ndim == 1:
            yield f"entry {name}", lambda w, p, i=i: np.arange(len(w)) == p[i]
            yield f"the entries other than {name}", lambda w, p, i=i: np.arange(len(w)) != p[i]
    if ndim == 2:
        square = all(w.shape[0] == w.shape[1] for w in wrong)
        if square:
            yield "entry [0, 1]", lambda w, p: _single(w, (0, 1))
            yield "entry [1, 0]", lambda w, p: _single(w, (1, 0))
            yield "entry [0, 0]", lambda w, p: _single(w, (0, 0))
            yield "entry [1, 1]", lambda w, p: _single(w, (1, 1))
            yield "the diagonal entries", lambda w, p: np.eye(len(w), dtype=bool)
            yield "the off-diagonal entries", lambda w, p: ~np.eye(len(w), dtype=bool)
    kinds = ("row", "column") if ndim == 2 else ("entry", "")
    for axis in range(min(ndim, 2)):
        kind = kinds[axis]
        many = "entries" if kind == "entry" else f"{kind}s"
        yield f"the last {kind}", lambda w, p, a=axis: _along(w, a, -1)
        yield f"the first {kind}", lambda w, p, a=axis: _along(w, a, 0)
        yield f"all {many} but the first", lambda w, p, a=axis: ~_along(w, a, 0)
        yield f"all {many} but the last", lambda w, p, a=axis: ~_along(w, a, -1)


def _single(w, place):
    mask = np.zeros(w.shape, dtype=bool)
    mask[place] = True
    return mask


def _along(w, axis, index):
    mask = np.zeros(w.shape, dtype=bool)
    np.moveaxis(mask, axis, 0)[index] = True
    return mask
