"""Which coefficient is off? Least squares on the formula's terms, and on one foreign term more."""

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.changes import change, sizes_of
from helpers.diagnosis.foreign import RIGHT, foreign_terms
from helpers.diagnosis.numbers import ratio
from helpers.diagnosis.scales import linked, plain

AT_MOST = 4  # more wrong coefficients than this are no explanation


def one_coefficient(case):
    """What is wrong of each part on a scale, where it is one coefficient, or one change of all.

    That is simpler than two slips at once, which several wrong coefficients are not.
    """
    return _on_scales(case, most=1)


def coefficients(case):
    """The wrong coefficients of each part that is a sum of the formula's own terms."""
    return _on_scales(case, AT_MOST)


def _on_scales(case, most):
    found = []
    for part in case.wrong:
        for view in linked(case, part):
            if view.equal(view.answer, view.right):
                if most > 1:
                    found.append(Finding("right on scale", part, {"scale": view.scale}))
                    case.right_on_scale.add(part)
                continue
            how = change(view, view.right, sizes_of(case, view)) if view.scale else None
            facts = _fitted(view, {})
            if how and how[0] != "uneven" and not (facts and how[0] == "offset"):
                facts = {"scale": view.scale, "kind": how[0], "facts": how[1]}
                found.append(Finding("changed on scale", part, facts, exact=True))
                break
            if facts and (factor := _common_factor(view, facts)):
                facts = {"scale": view.scale, "kind": "factor", "facts": {"factor": factor}}
                found.append(Finding("changed on scale", part, facts, exact=True))
                break
            if facts and len(facts["terms"]) <= most:
                found.append(Finding("coefficients", part, facts, exact=True))
                break
    return found


def _common_factor(view, facts):
    """The factor that every term of a scale has too many, or ""."""
    factors = {ratio(given / right) for _, given, right in facts["numbers"] if right}
    every = view.scale and len(facts["numbers"]) == len(view.terms)
    return factors.pop() if every and len(factors) == 1 else ""


def one_foreign_term(case):
    """The same, where one term that is not the formula's stands in it as well."""
    found = []
    for part in case.wrong:
        for view in [*linked(case, part), plain(case, part)]:
            facts = _with_a_foreign_term(case, view)
            if facts:
                found.append(Finding("coefficients", part, facts, exact=True))
                break
    return found


def _with_a_foreign_term(case, view):
    if not np.isfinite(view.answer).all() or len(view.answer) < 8:
        return None
    own = view.terms or {"the right answer": view.right}
    weights = _weights(own)
    basis = _basis({name: column * weights for name, column in own.items()})
    answer = view.answer * weights
    rest = answer - basis @ (basis.T @ answer)
    weight = rest @ rest
    if weight <= 1e-18 * (answer @ answer):
        return None
    names, matrix = foreign_terms(case, view)
    if view.scale:  # "the right one" is there another number
        plain_ones = [i for i, name in enumerate(names) if RIGHT not in name]
        names, matrix = [names[i] for i in plain_ones], matrix[:, plain_ones]
    columns = matrix * weights[:, None]
    left = columns - basis @ (basis.T @ columns)
    size = np.sum(left**2, axis=0)
    ok = np.isfinite(size) & (size > 1e-16 * np.sum(columns**2, axis=0))
    with np.errstate(all="ignore"):
        hit = ok & ((left.T @ rest) ** 2 >= (1 - 1e-10) * size * weight)
    for place in np.flatnonzero(hit)[:10]:
        facts = _fitted(view, {names[place]: matrix[:, place]}, own)
        if facts:
            return facts
    return None


def _weights(columns):
    """Rows of one size count alike: extreme probes do not drown the others."""
    size = np.max(np.abs(np.column_stack(list(columns.values()))), axis=1)
    return 1 / np.maximum(size, 1e-6 * size.max(initial=1e-300) + 1e-300)


def right_coefficients(view):
    """The coefficients of the terms in the right answer, or None where they are not determined."""
    design = np.column_stack(list(view.terms.values()))
    if not design.any(axis=0).all():
        return None
    if np.linalg.matrix_rank(design / np.linalg.norm(design, axis=0)) < design.shape[1]:
        return None
    weights = _weights(view.terms)
    return _solve(design * weights[:, None], view.right * weights)


def _basis(columns):
    matrix = np.column_stack(list(columns.values()))
    matrix = matrix[:, matrix.any(axis=0)]
    if not matrix.size:
        return matrix
    left, sizes, _ = np.linalg.svd(matrix / np.linalg.norm(matrix, axis=0), full_matrices=False)
    return left[:, sizes > 1e-10 * sizes[0]]


def _fitted(view, extra, own=None):
    """The coefficients that differ from the right ones, if the terms rebuild the answer."""
    terms = own or view.terms
    names = [*terms, *extra]
    design = np.column_stack([*terms.values(), *extra.values()])
    if not np.isfinite(design).all() or not design.any(axis=0).all():
        return None
    if np.linalg.matrix_rank(design / np.linalg.norm(design, axis=0)) < len(names):
        return None
    weights = _weights(terms)[:, None]
    own_terms = design[:, : len(terms)] * weights
    right = np.append(_solve(own_terms, view.right * weights[:, 0]), np.zeros(len(extra)))
    given = _solve(design * weights, view.answer * weights[:, 0])
    # A coefficient that is rounding alone is 0, whatever the last bit of this machine's says.
    most = max(np.abs(view.answer).max(), np.abs(view.right).max())
    given = np.where(np.abs(given) * np.abs(design).max(axis=0) < 1e-13 * most, 0.0, given)
    size = np.abs(design * given).max(axis=1) + np.abs(view.answer) + 1e-300
    if np.any(np.abs(design @ given - view.answer) > max(1e-8, 10 * view.rtol) * size):
        return None
    off = [i for i in range(len(names)) if abs(given[i] - right[i]) > 1e-6 * (1 + abs(right[i]))]
    if not 0 < len(off) <= AT_MOST:
        return None
    # Noise of the fit, next to what the terms amount to, is no coefficient.
    amounts = np.abs(given) * np.abs(design).max(axis=0)
    given = np.where(amounts < 1e-7 * np.abs(view.answer).max(), 0.0, given)
    wrong = [(names[i], ratio(given[i]), ratio(right[i])) for i in off]
    if any(abs(given[i]) > 1e4 for i in off):
        return None
    numbers = [(names[i], given[i], right[i]) for i in off]
    return {"terms": wrong, "numbers": numbers, "scale": view.scale, "foreign": list(extra)}


def _solve(design, values):
    size = np.linalg.norm(design, axis=0)
    return np.linalg.lstsq(design / size, values, rcond=None)[0] / size
