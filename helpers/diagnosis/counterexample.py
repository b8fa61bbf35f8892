"""A call to make by hand on which the function is wrong, with numbers as round as possible."""

import numpy as np

from helpers.diagnosis.numbers import argument, arrays, pair


def counterexample(case):
    """ "By hand: `call` should be …, yours is …", or "" where no call shows it."""
    for arguments in _tries(case):
        right, answer = case.try_solve(arguments), case.ask(arguments)
        if right is None or answer is None or not all(np.isfinite(p).all() for p in right):
            continue
        if not all(case.same(answer, right)):
            return _shown(case, arguments, right, answer)
    return ""


def _tries(case):
    """The exercise's round examples, then the probes rounded, then the probes; short ones first."""
    yield from case.exercise.examples
    probes = sorted(case.probes, key=lambda p: sum(np.size(a) for a in p))
    for probe in probes[:6]:
        yield tuple(_rounded(value) for value in probe)
    yield from probes


def _rounded(value):
    array = np.asarray(value)
    if array.dtype.kind != "f":
        return value
    new = np.round(array, 1)
    new = np.where((new == 0) & (array != 0), np.sign(array) * 0.1, new)
    return float(new) if new.ndim == 0 else new


def _shown(case, arguments, right, answer):
    call = f"{case.exercise.name}({', '.join(argument(value) for value in arguments)})"
    same = case.same(answer, right)
    told = []
    for part, (r, a) in enumerate(zip(right, answer, strict=True)):
        if len(right) > 1 and same[part]:
            continue
        name = case.part_name(part) if len(right) > 1 else ""
        told.append(f"{name + ' ' if name else ''}{_against(r, a)}")
    return f"By hand: `{call}` should be {'; '.join(told)}."


def _against(right, answer):
    if right.ndim == 0:
        one, two = pair(right.item(), answer.item())
        return f"{one}, yours is {two}"
    one, two = arrays(right, answer)
    return f"{one}, yours is {two}"
