"""One argument is changed, the others stay: does the answer move, the right one, the difference?"""

import numpy as np

from helpers.diagnosis.scales import on_scale


def moves(case, triple, names, scales):
    """{part: {argument: whether (right one, answer, difference) move with it}}.

    `triple` is (probe, answer, right); `scales` maps a part to the scale of its difference. The
    difference is None where it is not finite.
    """
    probe, answer, right = triple
    rng = np.random.default_rng(1)
    found = {part: {} for part in case.wrong}
    for i, name in enumerate(case.names):
        arguments = elsewhere(case, probe, i, rng)
        if arguments is None or name not in names:
            continue
        a, r = case.ask(arguments), case.try_solve(arguments)
        if a is None or r is None or any(p.shape != q.shape for p, q in zip(r, right, strict=True)):
            continue
        for part in case.wrong:
            found[part][name] = (
                not near(case, r[part], right[part]),
                not near(case, a[part], answer[part]),
                _difference_moves(case, part, scales[part], triple, (arguments, a, r)),
            )
    return found


def right_moves(case, part, name):
    """Whether the right answer moves with the argument on any probe."""
    rng, i = np.random.default_rng(1), case.names.index(name)
    for probe, right in zip(case.probes, case.right, strict=True):
        arguments = elsewhere(case, probe, i, rng)
        other = None if arguments is None else case.try_solve(arguments)
        if other is not None and not near(case, other[part], right[part]):
            return True
    return False


def elsewhere(case, probe, i, rng):
    """The arguments with another value of the i-th, or None where there is none."""
    new = moved(probe[i], rng)
    if new is None:
        new = next((p[i] for p in case.probes if np.any(p[i] != probe[i])), None)
    return None if new is None else (*probe[:i], new, *probe[i + 1 :])


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


def near(case, one, other, size=0.0):
    """Whether two values of a part are one, up to rounding; equal infinities are one."""
    if one.shape != other.shape:
        return False
    both = np.concatenate([np.ravel(one), np.ravel(other)])
    size = max(size, 1e-6, np.abs(both[np.isfinite(both)]).max(initial=0))
    with np.errstate(invalid="ignore"):
        gap = np.abs(one - other)
    alike = (gap <= 1e3 * case.rtol * size) | (one == other) | (np.isnan(one) & np.isnan(other))
    return bool(np.all(alike))


def _difference_moves(case, part, scale, before, after):
    pairs = [_on_scale(part, scale, *triple) for triple in (before, after)]
    if any(pair is None for pair in pairs):
        return None
    size = max(np.abs(values).max(initial=0) for pair in pairs for values in pair)
    return not near(case, *(one - other for one, other in pairs), size=size)


def _on_scale(part, scale, arguments, answer, right):
    """(answer, right) of the part on the scale, or None where one is not finite."""
    pair = [answer, right]
    if scale and scale.link:
        pair = [on_scale(scale, values, arguments) for values in pair]
        if any(values is None for values in pair):
            return None
    pair = [values[part] for values in pair]
    if not all(np.isfinite(values).all() for values in pair):
        return None
    if scale and scale.centred:
        pair = [values - values.mean(axis=-1, keepdims=True) for values in pair]
    return pair
