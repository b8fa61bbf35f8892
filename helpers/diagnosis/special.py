"""In which special cases is the function right? What vanishes there is what it gets wrong."""

import itertools

import numpy as np

from helpers.diagnosis.case import Finding

N_BASES = 3


def special_cases(case):
    """For each wrong part, the special cases in which it is right on several probes."""
    found = {part: [] for part in case.wrong}
    pairs = zip(case.probes, case.answers, case.right, strict=True)
    bases = [probe for probe, answer, right in pairs if not all(case.same(answer, right))]
    for words, change in _cases(case):
        verdicts = [_right_there(case, change, probe) for probe in bases[:N_BASES]]
        if any(v is None for v in verdicts):
            continue
        for part in case.wrong:
            if all(v[part] for v in verdicts):
                found[part].append(words)
    return [Finding("special", part, {"cases": c[:2]}) for part, c in found.items() if c]


def _right_there(case, change, probe):
    """Whether each part is right at the changed probe; None where there is no answer."""
    try:
        arguments = change(*probe)
    except (ValueError, IndexError):
        return None
    right = case.try_solve(arguments)
    if right is None or not all(np.isfinite(p).all() for p in right):
        return None
    answer = case.ask(arguments)
    if answer is None or not all(np.isfinite(p).all() for p in answer):
        return None
    if all(np.allclose(p, 0, atol=1e-12) for p in right):
        return None
    return case.same(answer, right)


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
