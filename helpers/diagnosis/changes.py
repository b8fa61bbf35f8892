"""Is it a single change of something known? A sign, factor, offset, power, log or shape factor."""

import itertools

import numpy as np

from helpers.diagnosis.case import Finding
from helpers.diagnosis.floating import floating_error
from helpers.diagnosis.numbers import ratio

MOST_RATIOS = 16  # quantities, of which every ratio is tried


def change(view, known, sizes):
    """How `view.answer` comes from `known` by one change: (kind, facts), or None.

    `sizes` are the names and values of n, d, … and the scalar arguments: see `sizes_of`.
    """
    y, k = view.answer, known
    if k.shape != y.shape or not np.isfinite(k).all() or not np.isfinite(y).all():
        return None
    if view.equal(y, -k):
        return "minus", {}
    if np.ptp(k) <= 1e-12 * np.abs(view.right).max(initial=0) or np.ptp(y) <= 1e-12 * np.abs(y).max(
        initial=0
    ):
        return None
    return _factor(view, k, sizes) or _offset(view, k, sizes) or _power(view, k)


def _factor(view, k, sizes):
    y = view.answer
    used = np.abs(k) > 1e-6 * np.abs(k).max()
    factors = np.where(used, y / np.where(k == 0, 1, k), np.nan)
    constant = np.median(factors[used])
    if view.equal(y, constant * k):
        factor = ratio(constant)
        # A term times 0, but for rounding, is missing and not changed.
        known = factor != "1" and abs(constant) > 1e-12
        return ("factor", {"factor": factor}) if known else None
    each = _of_each_probe(factors, view.owner)
    if not np.isfinite(each).all() or not np.any(each) or not view.equal(y, each * k):
        return None
    found = _of_sizes(view, each, sizes, lambda values: values * k)
    if found:
        return "factor", {"factor": found}
    if np.sum(np.bincount(view.owner) > 1) >= 6:
        return "uneven", {}
    return None


def _offset(view, k, sizes):
    each = _of_each_probe(view.answer - k, view.owner)
    if not view.equal(view.answer, k + each):
        return None
    constant = np.median(each)
    if view.equal(view.answer, k + constant):
        return "offset", {"offset": ratio(constant)}
    # Nobody adds a ratio by mistake: what equals one is better said by the formula's own terms.
    rows = [i for i, name in enumerate(sizes[0]) if "/" not in name.removeprefix("1/")]
    simple = [sizes[0][i] for i in rows], sizes[1][rows]
    found = _of_sizes(view, each, simple, lambda values: values + k)
    return ("offset", {"offset": found}) if found else None


def _of_sizes(view, each, sizes, rebuilt):
    """What multiple of a size (or of a scalar argument) `each` is, on every probe, or ""."""
    names, values = sizes
    if not names:
        return ""
    _, first = np.unique(view.owner, return_index=True)
    with np.errstate(all="ignore"):
        ratios = each[first] / values[:, view.owner[first]]
        constants = np.median(ratios, axis=1)
        near = np.abs(ratios - constants[:, None]) <= 1e-4 * np.abs(constants[:, None])
    for place in np.flatnonzero(near.all(axis=1) & np.isfinite(constants)):
        if view.equal(view.answer, rebuilt(constants[place] * values[place][view.owner])):
            return ratio(constants[place], names[place])
    return ""


def _power(view, k):
    """y = c kᵖ, or a log, exponential, complement, or absolute value of k."""
    y = view.answer
    with np.errstate(all="ignore"):
        simple = {
            "abs": np.abs(k),
            "exp": np.exp(k),
            "log": np.log(k),
            "log of the size": np.log(np.abs(k)),
            "complement": 1 - k,
            "positive part": np.maximum(k, 0),
            "odds": k / (1 + k),
        }
        for name, value in simple.items():
            if not np.isfinite(value).all() or not np.ptp(value) or not np.ptp(value - k):
                continue
            place = np.argmax(np.abs(value))
            for factor in (1, -1, 0.5, -0.5, 2, -2):
                near = abs(y[place] - factor * value[place]) <= 1e-4 * abs(y[place])
                if near and view.equal(y, factor * value):
                    return "function", {"function": name, "factor": ratio(factor)}
        if np.any(k == 0) or np.any(y == 0) or len(k) < 3:
            return None
        slope, shift = _line(np.log(np.abs(k)), np.log(np.abs(y)))
        slope = np.round(slope, 6)
        for sign in (np.sign(k), np.ones_like(k), -np.ones_like(k)):
            value = sign * np.exp(shift) * np.abs(k) ** slope
            if slope not in (0, 1) and view.equal(y, value):
                factor = ratio(sign[0] * np.exp(shift) if (sign == sign[0]).all() else 1)
                return "power", {"power": ratio(slope), "factor": factor}
    return None


def _line(x, y):
    """(slope, height at 0) of the least-squares line; no slope where x stands still."""
    x_off = x - x.mean()
    spread = x_off @ x_off
    slope = x_off @ y / spread if spread else 0.0
    return slope, y.mean() - slope * x.mean()


def _of_each_probe(values, owner):
    """The median over the entries of the same probe, for each entry."""
    if len(owner) == owner[-1] + 1:
        return values
    medians = np.full(owner.max() + 1, np.nan)
    for probe in np.unique(owner):
        medians[probe] = np.nanmedian(values[owner == probe]) if (owner == probe).any() else 0
    return medians[owner]


def sizes_of(case, view):
    """Factors that shapes and scalar arguments make: names, and one row a name, for the view."""
    if case.sizes is None:
        case.sizes = _sizes(case)
    used = slice(None) if view.used is None else view.used
    names, values = case.sizes
    return names, values[:, used]


def _sizes(case):
    """The same for every probe."""
    shapes, scalars = {}, {}
    for probe in case.probes:
        for name, value in symbols(case.exercise, probe).items():
            if np.ndim(value) == 0:
                store = shapes if isinstance(value, (int, np.integer)) else scalars
                store.setdefault(name, []).append(float(value))
        for name, value in zip(case.names, probe, strict=True):
            if np.ndim(value) == 1 and np.all(value >= 0):  # weights: their sum acts as a size
                shapes.setdefault(f"Σ{name}", []).append(float(np.sum(value)))
                scalars.setdefault(f"max({name})", []).append(float(np.max(value)))
    found = {}
    shapes = {n: np.array(v) for n, v in shapes.items() if len(v) == len(case.probes)}
    scalars = {n: np.array(v) for n, v in scalars.items() if len(v) == len(case.probes)}
    for name, v in shapes.items():
        with np.errstate(all="ignore"):
            found |= {name: v, f"1/{name}": 1 / v, f"√{name}": np.sqrt(v), f"{name}²": v**2}
            found |= {f"1/√{name}": 1 / np.sqrt(v), f"log {name}": np.log(v)}
            found |= {f"{name}/({name} − 1)": v / (v - 1), f"({name} − 1)/{name}": (v - 1) / v}
            found |= {f"√(({name} − 1)/{name})": np.sqrt((v - 1) / v)}
            found |= {f"√({name}/({name} − 1))": np.sqrt(v / (v - 1)), f"({name} − 1)": v - 1}
            found |= {f"1/({name} − 1)": 1 / (v - 1), f"({name} + 1)": v + 1}
    for (one, v), (two, w) in itertools.permutations(shapes.items(), 2):
        found |= {f"{one}/{two}": v / w, f"{one} {two}": v * w, f"{one} log {two}": v * np.log(w)}
    for name, v in scalars.items():
        with np.errstate(all="ignore"):
            name = f"({name})" if " + " in name or " − " in name else name
            found |= {name: v, f"1/{name}": 1 / v, f"{name}²": v**2, f"1/{name}²": v**-2.0}
            if np.all(v > 0):
                found |= {f"√{name}": np.sqrt(v), f"1/√{name}": 1 / np.sqrt(v)}
                found |= {f"log {name}": np.log(v)}
                found |= {f"(1 + {name})": 1 + v, f"1/(1 + {name})": 1 / (1 + v)}
                if np.all(v > 1):
                    found |= {f"{name}/({name} − 1)": v / (v - 1)}
                    found |= {f"({name} − 1)/{name}": (v - 1) / v}
                found |= {f"(1 + {name})/{name}": (1 + v) / v, f"{name}/(1 + {name})": v / (1 + v)}
    sums = {n: v for n, v in shapes.items() if n.startswith("Σ")}
    given = scalars | shapes if len(scalars | shapes) <= MOST_RATIOS else scalars
    for (one, v), (two, w) in itertools.permutations((given | sums).items(), 2):
        with np.errstate(all="ignore"):
            top, bottom = (f"({n})" if " + " in n or " − " in n else n for n in (one, two))
            found.setdefault(f"{top}/{bottom}", v / w)
    good = {n: v for n, v in found.items() if np.ptp(v) and np.isfinite(v).all() and np.all(v)}
    return list(good), np.array(list(good.values())).reshape(len(good), len(case.probes))


def symbols(exercise, arguments):
    """The scalar arguments and the exercise's named quantities."""
    named = zip(exercise.arguments, arguments, strict=True)
    scalars = {n: v for n, v in named if np.asarray(v).dtype.kind == "f" and np.ndim(v) == 0}
    with np.errstate(all="ignore"):
        return scalars | (exercise.symbols(*arguments) if exercise.symbols else {})


def single_change(case):
    """The right answer's own sign, factor, offset or power, for every wrong part."""
    found = []
    for part in case.wrong:
        view = case.view(part)
        constant = _constant(view)
        if constant is not None:
            line, cause = floating_error(case, case.probes[0])
            facts = {"value": constant, "line": line, "cause": cause}
            found.append(Finding("constant", part, facts, exact=True))
            continue
        how = change(view, view.right, sizes_of(case, view))
        other = _of_other_parts(case, part) if not how or how[0] == "uneven" else None
        if other:
            found.append(Finding("factor", part, {"factor": other}, exact=True))
        elif how:
            kind, facts = how
            found.append(Finding(kind, part, facts, exact=kind != "uneven"))
    return found


def _constant(view):
    """The one number that all answers are, up to rounding, where the right ones are several."""
    y = view.answer
    if not len(y) or not np.isfinite(y).all() or np.ptp(view.right) == 0 or y.size < 3:
        return None
    small = 1e-12 * np.abs(view.right).max()
    if np.ptp(y) > small:
        return None
    return ratio(np.median(y)) if np.any(np.abs(y) > small) else "0"


def _of_other_parts(case, part):
    """The power of another right part, entry by entry, that the wrong part is multiplied by."""
    view = case.view(part)
    for other in range(len(case.right[0])):
        if other == part or case.right[0][other].ndim == 0:
            continue
        for words, power in {"{0}": 1, "1/{0}": -1, "√{0}": 0.5, "1/√{0}": -0.5}.items():
            values = []
            for parts in case.right:
                factor, own = parts[other], parts[part]
                if factor.shape != own.shape[: factor.ndim] or not np.all(factor > 0):
                    return None
                factor = factor.reshape(factor.shape + (1,) * (own.ndim - factor.ndim))
                values.append([factor**power * p if p is own else p for p in parts])
            if view.equal(view.answer, case.view(part, values).answer):
                return words.format(f"the {case.part_name(other)}")
    return None
