"""Not quite a mistake: nan and inf and where they come from; random, rounded, nearly right."""

import copy

import numpy as np

from helpers.diagnosis.calling import own_line
from helpers.diagnosis.case import Finding

CAUSES = {
    ("overflow", "exp"): "np.exp of a number above 709 is inf: subtract each row's own maximum "
    "before np.exp",
    ("overflow", ""): "a number became too large for a float",
    ("divide by zero", "log"): "log 0 is −inf, and 0 · log 0 is nan: 0 needs a case of its own "
    "(scipy.special.entr has it)",
    ("divide by zero", ""): "something is divided by 0 there",
    ("invalid value", "log"): "the log of a negative number is nan",
    ("invalid value", "sqrt"): "the root of a negative number is nan",
    ("invalid value", "divide"): "0/0 is nan: all that it divides is 0 there "
    "(weights from np.exp? subtract each row's own maximum before it)",
    ("invalid value", "multiply"): "0 · inf is nan",
    ("invalid value", ""): "nan comes of 0/0, of inf − inf, or of 0 · inf",
}


def not_finite(case):
    """Where nan and inf are, and the student's line that makes them; then only finite probes."""
    bad = [
        not all(np.isfinite(a).all() for a, r in zip(parts, right, strict=True))
        for parts, right in zip(case.answers, case.right, strict=True)
    ]
    if not any(bad):
        return []
    first = bad.index(True)
    parts = case.answers[first]
    part = next(i for i, p in enumerate(parts) if not np.isfinite(p).all())
    line, cause = _cause(case, case.probes[first])
    facts = {
        "always": all(bad),
        "entries": _places(parts[part]),
        "value": "nan" if np.isnan(parts[part]).any() else "inf",
        "line": line,
        "cause": cause,
    }
    finite = [i for i, one in enumerate(bad) if not one]
    facts["else right"] = len(finite) > 0 and all(
        all(case.same(case.answers[i], case.right[i])) for i in finite
    )
    sure = facts["else right"] or len(finite) < 6
    if not sure:
        case.keep(finite)
        if part not in case.wrong:
            part = case.wrong[0]
    return [Finding("not finite", part, facts, exact=sure)]


def _places(array):
    """The rows (or entries) with nan or inf, in words."""
    if array.ndim == 0:
        return ""
    rows = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
    if rows.all():
        return ""
    kind = "row" if array.ndim > 1 else "entry"
    listed = ", ".join(str(i) for i in np.flatnonzero(rows))
    last = " (the last)" if rows[-1] and rows.sum() == 1 else ""
    many = rows.sum() > 1
    kind = {"row": "rows", "entry": "entries"}[kind] if many else kind
    return f"{kind} {listed}{last} of {len(rows)}"


def _cause(case, probe):
    """(the line, the cause) of the first floating-point error on this probe."""
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            case.function(*copy.deepcopy(probe))
    except FloatingPointError as error:
        words = str(error)
        line = own_line(error.__traceback__, case.function)
        for (kind, where), cause in CAUSES.items():
            if words.startswith(kind) and where in words:
                return line, cause
    except BaseException:
        pass
    return "", ""


def unsteady(case):
    """Another answer to the same arguments: the function draws, or remembers."""
    for probe, answer in list(zip(case.probes, case.answers, strict=True))[:2]:
        again = case.ask(probe)
        if again is not None and not all(
            np.array_equal(a, b, equal_nan=True) for a, b in zip(again, answer, strict=True)
        ):
            return [Finding("unsteady", part, {}, exact=True) for part in case.wrong]
    return []


def nearly(case):
    """Rounded, or close and not exact."""
    found = []
    for part in case.wrong:
        view = case.view(part)
        for digits in range(9):
            if view.equal(view.answer, np.round(view.right, digits)) and np.any(view.right % 1):
                found.append(Finding("rounded", part, {"digits": digits}, exact=True))
                break
        else:
            gap = np.abs(view.answer - view.right)
            if np.all(gap <= 1e-4 * (np.abs(view.right) + 1e-2 * view.size)):
                found.append(Finding("close", part, {}))
    return found
