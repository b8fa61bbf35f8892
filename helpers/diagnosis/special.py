"""In which special cases is the function right? What vanishes there is what it gets wrong."""

import itertools

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.matching import slip_values

MOST = 2  # special cases told of a part
SHARE, OF_AT_LEAST = 0.25, 6  # slips; where fewer stay wrong, to be right says nothing


def special_cases(case):
    """For each wrong part, the special cases in which it is right, from every probe."""
    found, seen = {part: [] for part in case.wrong}, []
    for words, change in _cases(case):
        open_parts = [part for part in case.wrong if len(found[part]) < MOST]
        there = _changed(case, change)
        if not open_parts or not there or any(_alike(there, one) for one in seen):
            continue
        right = _always_right(case, there, open_parts)
        right = [part for part in right if _says_something(case, there, part)]
        for part in right:
            found[part].append(words)
        if right:
            seen.append(there)
    return [Finding("special", part, {"cases": c}) for part, c in found.items() if c]


def _changed(case, change):
    """The (arguments, right answer) of this special case, made of every probe; [] without any."""
    found = []
    for probe in case.probes:
        try:
            arguments = change(*probe)
        except (ValueError, IndexError):
            return []
        right = case.try_solve(arguments)
        if right is None or not all(np.isfinite(p).all() for p in right):
            return []
        found.append((arguments, right))
    return found


def _alike(one, other):
    """Whether two special cases are the same arguments."""
    return all(
        all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
        for (a, _), (b, _) in zip(one, other, strict=True)
    )


def _always_right(case, there, parts):
    """Those of the parts that are right everywhere there, and not 0 everywhere."""
    parts = [p for p in parts if any(np.abs(right[p]).max(initial=0) > 1e-12 for _, right in there)]
    # Right at a probe of itself as changed: the wrong probes come first, so that doubt is cheap.
    for arguments, right in _wrong_first(case, there):
        answer = case.ask(arguments) if parts else None
        if answer is None or not all(np.isfinite(p).all() for p in answer):
            return []
        verdict = case.same(answer, right)
        parts = [part for part in parts if verdict[part]]
    return parts


def _wrong_first(case, there):
    good = [all(case.same(a, r)) for a, r in zip(case.answers, case.right, strict=True)]
    return [there[i] for i in np.argsort(good, kind="stable")]


def _says_something(case, there, part):
    """Whether a fair share of the slips that are wrong in this part stay wrong there."""
    wrong = [
        case.exercise.slips[slip]
        for slip, values in slip_values(case).items()
        if not all(
            len(v) == len(r) and case.same(v, r)[part]
            for v, r in zip(values, case.right, strict=True)
            if len(v) == len(r) and v[part].shape == r[part].shape
        )
    ]
    if len(wrong) < OF_AT_LEAST:
        return True
    still = sum(not _slip_right(case, slip, there, part) for slip in wrong)
    return still >= SHARE * len(wrong)


def _slip_right(case, slip, there, part):
    for arguments, right in there:
        answer = case.try_solve(arguments, slip)
        if answer is None or len(answer) != len(right) or answer[part].shape != right[part].shape:
            return False
        if not case.same(answer, right)[part]:
            return False
    return True


def _cases(case):
    """(words, change of arguments): the exercise's own, then arguments 0, 1, or equal."""
    yield from (case.exercise.specials or {}).items()
    probe = case.probes[0]
    numbers = [i for i, v in enumerate(probe) if np.asarray(v).dtype.kind == "f"]
    for i in numbers:
        for value in (0.0, 1.0):
            where = " everywhere" if np.ndim(probe[i]) else ""
            yield f"`{case.names[i]}` is {value:g}{where}", _set(i, value)
    for i, j in itertools.combinations(numbers, 2):
        if all(np.shape(p[i]) == np.shape(p[j]) for p in case.probes):
            yield f"`{case.names[i]}` and `{case.names[j]}` are equal", _equal(i, j)


def _set(i, value):
    def change(*arguments):
        new = np.full(np.shape(arguments[i]), value)
        return (*arguments[:i], float(new) if new.ndim == 0 else new, *arguments[i + 1 :])

    return change


def _equal(i, j):
    def change(*arguments):
        new = list(arguments)
        new[j] = new[i]
        return tuple(new)

    return change
