"""Is one term of the formula changed, the rest right? Sign, power, log, or a shape factor."""

import itertools
from dataclasses import replace

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.changes import change, sizes_of
from helpers.diagnosis.scales import linked
from helpers.diagnosis.terms import right_coefficients


def one_term(case):
    """For each wrong part: the only term that is not what it should be, and how it is changed."""
    found = []
    for part in case.wrong:
        for view in linked(case, part):
            if view.equal(view.answer, view.right):
                continue
            facts = _changed_term(case, view)
            if facts:
                found.append(Finding("term changed", part, facts, exact=True))
                break
    return found


def _changed_term(case, view):
    sizes = sizes_of(case, view)
    weights = right_coefficients(view)
    if weights is None:
        return None
    parts = {n: w * t for (n, t), w in zip(view.terms.items(), weights, strict=True)}
    groups = [(name,) for name in parts] + list(itertools.combinations(parts, 2))
    for names in groups if len(parts) > 2 else groups[: len(parts)]:
        own = sum(parts[name] for name in names)
        left = view.answer - (view.right - own)
        alone = replace(view, answer=left, right=own, slack=np.abs(view.right) + np.abs(own))
        alone.used = view.used
        how = change(alone, own, sizes)
        if how and how[0] in ("minus", "factor", "power", "function")[: 4 if len(names) < 2 else 2]:
            return {"terms": names, "scale": view.scale, "kind": how[0], "facts": how[1]}
    return None
