"""With which argument does the difference move? What is ignored, what should not matter?

What two ordinary probes show is a suspicion; it is told where no other probe refutes it.
"""

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.moving import moved, moves, right_moves
from helpers.diagnosis.scales import on_scale, terms_of

N_BASES = 2


def by_argument(case):
    """For each wrong part: arguments ignored, arguments that should not matter, what D moves with.

    D is the student's answer minus the right one, on the natural scale where there is one.
    """
    bases, others = _ordinary(case)
    scales = {part: _scale_in_use(case, part) for part in case.wrong}
    seen = [moves(case, triple, case.names, scales) for triple in bases]
    for name in case.names:
        rest = iter(others)
        while _suspect(case, seen, name) and (triple := next(rest, None)):
            seen.append(moves(case, triple, (name,), scales))
    found = []
    for part in case.wrong:
        facts = {"ignored": [], "extra": [], "moves": []}
        finite = True
        for name in case.names:
            rows = [one[part][name] for one in seen if name in one[part]]
            if not rows:
                continue
            _, answer, difference = (any(column) for column in zip(*rows, strict=True))
            right = right_moves(case, part, name)
            finite &= all(row[2] is not None for row in rows)
            if right and not answer:
                facts["ignored"].append(name)
            if answer and not right:
                facts["extra"].append(name)
            if difference:
                facts["moves"].append(name)
        facts["still"] = [n for n in case.names if n not in facts["moves"]]
        if part in case.right_on_scale or not finite:  # nothing is off there that could move
            facts["still"] = facts["moves"] = []
        facts["terms"] = _terms_of(scales[part], case, part, facts["moves"])
        facts["slices"] = _ignored_slice(case, part, facts["ignored"], bases[:1], others)
        facts["scale"] = scales[part].said(part) if scales[part] else ""
        found.append(Finding("dependence", part, facts))
    return found


def _ordinary(case):
    """(two ordinary probes with a wrong answer, the others), as (probe, answer, right)."""
    triples = list(zip(case.probes, case.answers, case.right, strict=True))
    triples.sort(key=lambda triple: _wildness(triple[0]))
    wrong = [triple for triple in triples if not all(case.same(*triple[1:]))]
    right = [triple for triple in triples if all(case.same(*triple[1:]))]
    return wrong[:N_BASES], [*right, *wrong[N_BASES:]]


def _wildness(arguments):
    """Small for arguments without axes of length 1 and without large numbers."""
    arrays = [np.asarray(value) for value in arguments]
    short = any(1 in array.shape for array in arrays)
    return short, max(np.abs(array).max(initial=0) for array in arrays)


def _suspect(case, seen, name):
    """Whether with this argument, so far, an answer or its difference to the right one stays."""
    for part in case.wrong:
        rows = [one[part][name] for one in seen if name in one[part]]
        if rows and not all(any(column) for column in list(zip(*rows, strict=True))[1:]):
            return True
    return False


def _scale_in_use(case, part):
    """The exercise's first scale where every answer has a value there, or None."""
    scale = case.exercise.scales[0] if case.exercise.scales else None
    if scale is None or scale.link is None:
        return scale
    for probe, *answers in zip(case.probes, case.answers, case.right, strict=True):
        values = [on_scale(scale, answer, probe) for answer in answers]
        if any(v is None or not np.isfinite(v[part]).all() for v in values):
            return None
    return scale


def _terms_of(scale, case, part, names):
    """The formula's terms that move with exactly these arguments."""
    if scale is None or not names:
        return []
    base = min(case.probes, key=_wildness)
    rng = np.random.default_rng(2)
    terms = lambda arguments: terms_of(scale, arguments)[part]  # noqa: E731
    before = terms(base)
    if before is None:
        return []
    needs = {name: set() for name in before}
    for i, argument in enumerate(case.names):
        new = moved(base[i], rng)
        if new is None:
            continue
        after = terms((*base[:i], new, *base[i + 1 :]))
        for name in before:
            if not np.allclose(before[name], after[name], 1e-12, 1e-12):
                needs[name].add(argument)
    exact = [name for name, need in needs.items() if need == set(names)]
    within = [name for name, need in needs.items() if need and need <= set(names)]
    covered = set().union(*(needs[name] for name in within))
    return exact or (within if covered == set(names) and len(within) <= 3 else [])


def _ignored_slice(case, part, ignored, bases, others):
    """The first row, column or entry of an argument that the answer ignores, on every probe."""
    for probe, *_ in bases:
        for i, name in enumerate(case.names):
            value = np.asarray(probe[i])
            if value.dtype.kind != "f" or name in ignored:
                continue
            for axis in range(value.ndim):
                for place in sorted({0, min(1, value.shape[axis] - 1), value.shape[axis] - 1}):
                    last = place == value.shape[axis] - 1
                    place = -1 if last else place
                    if not _ignores(case, part, bases[0], i, axis, place)[0]:
                        continue
                    told = [_ignores(case, part, triple, i, axis, place) for triple in others]
                    if all(still for still, _ in told) and any(matters for _, matters in told):
                        return [(name, value.ndim, axis, "last" if last else place)]
    return []


def _ignores(case, part, triple, i, axis, place):
    """Whether the answer stays where this slice moves, and whether the right one does not."""
    probe, answer, right = triple
    value = np.asarray(probe[i])
    if value.shape[axis] <= place:
        return True, False
    index = tuple([slice(None)] * axis + [place])
    new, other = value.copy(), moved(value, np.random.default_rng(3))
    new[index] = other[index]
    arguments = (*probe[:i], new, *probe[i + 1 :])
    a, r = case.ask(arguments), case.try_solve(arguments)
    if a is None or r is None or r[part].shape != right[part].shape:
        return True, False
    still = np.allclose(a[part], answer[part], 1e-12, 1e-13, equal_nan=True)
    return still, not np.allclose(r[part], right[part], 1e-6, 1e-9)
