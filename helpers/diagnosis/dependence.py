"""With which argument does the difference move? What is ignored, what should not matter?"""

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.scales import on_scale, terms_of

N_BASES = 2


def by_argument(case):
    """For each wrong part: arguments ignored, arguments that should not matter, what D moves with.

    D is the student's answer minus the right one, on the natural scale where there is one.
    """
    seen = [_moves(case, probe, answer, right) for probe, answer, right in _bases(case)]
    triples = list(zip(case.probes, case.answers, case.right, strict=True))
    also = [_moves(case, *triples[i]) for i in case.right_on[:N_BASES]]
    found = []
    for part in case.wrong:
        facts = {"ignored": [], "extra": [], "moves": []}
        for name in case.names:
            rows = [s[part][name] for s in seen if name in s.get(part, {})]
            if not rows:
                continue
            right, answer, difference = (any(column) for column in zip(*rows, strict=True))
            if right and not answer and not any(s[part].get(name, (0, 0))[1] for s in also):
                facts["ignored"].append(name)
            if answer and not right:
                facts["extra"].append(name)
            if difference:
                facts["moves"].append(name)
        facts["still"] = [n for n in case.names if n not in facts["moves"]]
        if part in case.right_on_scale:  # nothing is off there that could move
            facts["still"] = facts["moves"] = []
        facts["terms"] = _terms_of(case, part, facts["moves"])
        # Where the wrong probes are special, what moves there says nothing about the others.
        facts["slices"] = [] if case.apart else _ignored_slices(case, part, facts["ignored"])
        scale = main_scale(case)
        facts["scale"] = scale.words if scale else ""
        found.append(Finding("dependence", part, facts))
    return found


def main_scale(case):
    """The exercise's first scale, or None."""
    return case.exercise.scales[0] if case.exercise.scales else None


def _bases(case):
    """Ordinary probes on which the function is wrong."""
    triples = list(zip(case.probes, case.answers, case.right, strict=True))
    bad = [t for t in triples if not all(case.same(t[1], t[2]))]
    return sorted(bad, key=lambda triple: _wildness(triple[0]))[:N_BASES]


def _wildness(arguments):
    """Small for arguments without axes of length 1 and without large numbers."""
    arrays = [np.asarray(value) for value in arguments]
    short = any(1 in array.shape for array in arrays)
    return short, max(np.abs(array).max(initial=0) for array in arrays)


def _moves(case, probe, answer, right):
    """{part: {argument: whether (right, answer, difference) move with it}}."""
    rng = np.random.default_rng(1)
    found = {part: {} for part in case.wrong}
    before = _difference(case, answer, right, probe)
    for i, name in enumerate(case.names):
        new = moved(probe[i], rng)
        if new is None:
            new = next((p[i] for p in case.probes if np.any(p[i] != probe[i])), None)
        if new is None:
            continue
        arguments = (*probe[:i], new, *probe[i + 1 :])
        a, r = case.ask(arguments), case.try_solve(arguments)
        if a is None or r is None or any(p.shape != q.shape for p, q in zip(r, right, strict=True)):
            continue
        after = _difference(case, a, r, arguments)
        for part in case.wrong:
            size = max(1e-6, *(np.abs(v).max(initial=0) for v in (r[part], answer[part], a[part])))
            far = lambda x, y, size=size: bool(  # noqa: E731
                np.abs(x - y).max(initial=0) > 1e3 * case.rtol * size
            )
            found[part][name] = (
                far(r[part], right[part]),
                far(a[part], answer[part]),
                far(after[part], before[part]),
            )
    return found


def _difference(case, answer, right, arguments):
    """Answer minus right, part by part, on the natural scale where both are finite there."""
    scale = main_scale(case)
    if scale and scale.link:
        a, r = (on_scale(scale, p, arguments) for p in (answer, right))
        if scale.centred and a is not None and r is not None:
            a, r = ([v - v.mean(axis=-1, keepdims=True) for v in p] for p in (a, r))
        if a is not None and r is not None and all(np.isfinite(p).all() for p in a):
            return [x - y for x, y in zip(a, r, strict=True)]
    return [x - y for x, y in zip(answer, right, strict=True)]


def moved(value, rng):
    """Another value of its kind: positive stays positive, sums of 1 stay 1; None for counts."""
    array = np.asarray(value)
    if array.dtype.kind != "f":
        return None
    if np.all(array >= 0):
        new = array * rng.uniform(0.7, 1.4, array.shape)
        if array.ndim and np.allclose(array.sum(axis=-1), 1) and array.shape[-1] > 1:
            new = new + 0.05 * (array == 0)
            new /= new.sum(axis=-1, keepdims=True)
        elif array.ndim and np.isclose(array.sum(), 1):
            new /= new.sum()
    else:
        new = array + rng.uniform(0.3, 0.9, array.shape) * rng.choice([-1, 1], array.shape)
    return float(new) if array.ndim == 0 else new


def _terms_of(case, part, moves):
    """The formula's terms that move with exactly these arguments."""
    scale = main_scale(case)
    if scale is None or not moves:
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
    exact = [name for name, need in needs.items() if need == set(moves)]
    within = [name for name, need in needs.items() if need and need <= set(moves)]
    covered = set().union(*(needs[name] for name in within))
    return exact or (within if covered == set(moves) and len(within) <= 3 else [])


def _ignored_slices(case, part, ignored):
    """Rows, columns and entries of arguments that the answer ignores though the right one moves."""
    bases = _bases(case)[:1]
    found = []
    for probe, answer, right in bases:
        rng = np.random.default_rng(3)
        for i, name in enumerate(case.names):
            value = np.asarray(probe[i])
            if value.dtype.kind != "f" or name in ignored:
                continue
            for axis in range(value.ndim):
                for place in sorted({0, min(1, value.shape[axis] - 1), value.shape[axis] - 1}):
                    index = tuple([slice(None)] * axis + [place])
                    new, other = value.copy(), moved(value, rng)
                    new[index] = other[index]
                    arguments = (*probe[:i], new, *probe[i + 1 :])
                    a, r = case.ask(arguments), case.try_solve(arguments)
                    if a is None or r[part].shape != right[part].shape:
                        continue
                    still = np.allclose(a[part], answer[part], 1e-12, 1e-13)
                    if still and not np.allclose(r[part], right[part], 1e-6, 1e-9):
                        last = place == value.shape[axis] - 1
                        found.append((name, value.ndim, axis, "last" if last else place))
    return found
