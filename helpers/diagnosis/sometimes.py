"""Is it right on some probes and wrong on others, and what tells these from those?"""

import numpy as np

from helpers.diagnosis.case import Finding

FEWEST = 3  # probes of either sort


def sometimes(case):
    """Where whole probes are right: the size, or the large or small numbers, of the wrong ones."""
    verdicts = [all(case.same(a, r)) for a, r in zip(case.answers, case.right, strict=True)]
    case.right_on = [i for i, right in enumerate(verdicts) if right]
    wrong = [i for i, right in enumerate(verdicts) if not right]
    if min(len(case.right_on), len(wrong)) < FEWEST:
        return []
    for words, values in _measures(case):
        right, bad = values[case.right_on], values[wrong]
        where = _apart(words, right, bad)
        if where:
            case.apart = True
            facts = {"right": len(right), "all": len(values), "where": where}
            return [Finding("sometimes", case.wrong[0], facts)]
    return []


def _apart(words, right, wrong):
    """How the measure of the wrong probes differs from that of the right ones, or ""."""
    if np.ptp(right) == 0 and not np.any(wrong == right[0]) and "number" not in words:
        return f"wherever {words} is not {right[0]:g}"
    if "number" in words and right.max() < wrong.min():
        return f"where {words} is {wrong.min():.3g} or more"
    return ""


def _measures(case):
    """(words, its value on every probe)."""
    rows = []
    for probe in case.probes:
        symbols = case.exercise.symbols(*probe) if case.exercise.symbols else {}
        row = {n: float(v) for n, v in symbols.items() if isinstance(v, (int, np.integer))}
        for name, value in zip(case.names, probe, strict=True):
            array = np.asarray(value, dtype=float)
            words = f"the largest number in `{name}`" if array.ndim else f"the number `{name}`"
            row[words] = np.abs(array).max(initial=0)
        rows.append(row)
    for name in rows[0]:
        yield name, np.array([row[name] for row in rows])
