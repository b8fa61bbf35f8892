"""Not quite a mistake: nan and inf and where they come from; random, rounded, nearly right."""

import numpy as np

from helpers.diagnosis.calling import names_in
from helpers.diagnosis.case import Finding
from helpers.diagnosis.floating import floating_error
from helpers.diagnosis.matching import slip_values, view_of

DRAWS = {"random", "default_rng", "rand", "randn", "uniform", "normal", "rvs"}
SURE_DRAWS = {"random", "default_rng", "rvs"}  # scipy has a uniform and a normal without chance
MORE_ROUNDS = 6  # where it says that it draws: accept or reject often comes out as before
NEAR = 0.01


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
    line, cause = floating_error(case, case.probes[first])
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


def unsteady(case):
    """Another answer to the same arguments: the function draws, or remembers."""
    names = set(names_in(case.function))
    rounds = MORE_ROUNDS if DRAWS & names else 1
    for probe, answer in list(zip(case.probes, case.answers, strict=True)) * rounds:
        again = case.ask(probe)
        if again is not None and not all(
            np.array_equal(a, b, equal_nan=True) for a, b in zip(again, answer, strict=True)
        ):
            return [Finding("unsteady", part, {}, exact=True) for part in case.wrong]
    return [Finding("drawn", case.wrong[0])] if SURE_DRAWS & names else []


def nearly(case):
    """Rounded, or close and not exact: to the right one, to a multiple of it, or to a slip."""
    found = []
    for part in case.wrong:
        view = case.view(part)
        for digits in range(9):
            if view.equal(view.answer, np.round(view.right, digits)) and np.any(view.right % 1):
                found.append(Finding("rounded", part, {"digits": digits}, exact=True))
                break
        else:
            facts = _close_to(case, view)
            if facts:
                exact = facts.get("gap", 0) <= NEAR / 100
                found.append(Finding("close", part, facts, exact=exact))
    return found


def _close_to(case, view):
    """What the answers are close to, and how close; None where it is nothing known."""
    if (gap := _gap(view, view.right)) <= NEAR:
        return {"gap": gap}
    with np.errstate(all="ignore"):
        factor = np.nanmedian(view.answer / view.right)
    if np.isfinite(factor) and factor and _gap(view, factor * view.right) <= NEAR / 100:
        return {"factor": f"{factor:.3g}".replace("-", "−")}
    for slip, values in slip_values(case).items():
        value = view_of(case, view.part, values)
        if value is not None and _gap(view, value) <= NEAR / 100:
            return {"slip": slip}
    return None


def _gap(view, value):
    """The largest difference, relative to the value; inf where one is not finite."""
    if not np.isfinite(value).all() or not np.isfinite(view.answer).all():
        return np.inf
    small = 1e-2 * np.abs(value).max(initial=0) + 1e-300
    return np.max(np.abs(view.answer - value) / (np.abs(value) + small), initial=0)
