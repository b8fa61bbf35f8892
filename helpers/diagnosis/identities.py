"""Which property of the right answer does the function break? Both sides are shown."""

import numpy as np

from helpers.diagnosis.calling import Trouble, call
from helpers.diagnosis.case import Finding
from helpers.diagnosis.kinds import parts_of

N_BASES = 4


def identities(case):
    """The first property that the function breaks, on examples and probes."""
    for words, sides in (case.exercise.identities or {}).items():
        for arguments in [*case.exercise.examples, *case.probes[:N_BASES]]:
            broken = _broken(case, sides, arguments)
            if broken:
                return [Finding("identity", case.wrong[0], {"words": words} | broken)]
    return []


def _broken(case, sides, arguments):
    def student(*given):
        answer = call(case.function, given, case.exercise)
        parts = [p.item() if p.ndim == 0 else p for p in parts_of(answer)]
        return tuple(parts) if len(case.right[0]) > 1 else parts[0]

    def reference(*given):
        return case.exercise.solution(*given)

    try:
        with np.errstate(all="ignore"):
            left, relation, right = sides(student, *arguments)
            ours, _, wanted = sides(reference, *arguments)
    except (Trouble, ValueError, TypeError, IndexError, ArithmeticError):
        return None
    if not _holds(ours, relation, wanted) or _holds(left, relation, right):
        return None
    if not all(np.isfinite(np.asarray(side, dtype=float)).all() for side in (left, right)):
        return None
    return {"left": left, "relation": relation, "right": right}


def _holds(left, relation, right):
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if left.shape != right.shape or not (np.isfinite(left).all() and np.isfinite(right).all()):
        return False
    gap = 1e-8 * (np.abs(right).max(initial=0) + 1e-3)
    match relation:
        case "=":
            return bool(np.all(np.abs(left - right) <= gap))
        case "≥":
            return bool(np.all(left >= right - gap))
        case "≤":
            return bool(np.all(left <= right + gap))
    raise ValueError(f"relation is {relation!r}, not one of = ≥ ≤")
