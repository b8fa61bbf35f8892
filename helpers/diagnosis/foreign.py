"""Terms that a formula might hold by mistake: powers and logs of its quantities, and products."""

import itertools

import numpy as np

from helpers.diagnosis.changes import symbols

RIGHT = "the right one"
POWERS = {"{0}": lambda a: a, "{0}²": np.square, "|{0}|": np.abs}
POSITIVE = {
    "√{0}": np.sqrt,
    "log {0}": np.log,
    "1/{0}": lambda a: 1 / a,
    "1/{0}²": lambda a: a**-2.0,
    "1/√{0}": lambda a: a**-0.5,
}


def foreign_terms(case, view):
    """(name, values for every entry of the view), simple ones first; each only once."""
    atoms = _atoms(case) | {RIGHT: [parts[view.part] for parts in case.right]}
    simple = {}
    for name, values in atoms.items():
        functions = POWERS | (POSITIVE if _positive(values) else {})
        for words, function in functions.items():
            if words == "|{0}|" and _positive(values):
                continue
            bracketed = f"({name})" if " " in name and words != "{0}" else name
            simple[words.format(bracketed)] = (name, [function(v) for v in values])
    for name, (_, values) in simple.items():
        if name == RIGHT:
            continue
        yield from _summed(case, view, name, values)
    for (one, (a, v)), (two, (b, w)) in itertools.combinations(simple.items(), 2):
        if a == b or one.startswith("1/"):
            one, two, v, w = two, one, w, v
        if a != b and all(
            x.shape == y.shape or not x.ndim or not y.ndim for x, y in zip(v, w, strict=True)
        ):
            name = f"{one}/{two[2:]}" if two.startswith("1/") else f"{one} · {two}"
            yield from _summed(case, view, name, [x * y for x, y in zip(v, w, strict=True)])


def _atoms(case):
    """The quantities of every probe: arguments and symbols, differences and sums of like ones."""
    rows = []
    for probe in case.probes:
        named = dict(symbols(case.exercise, probe))
        for name, value in zip(case.names, probe, strict=True):
            if np.asarray(value).dtype.kind == "f":
                named.setdefault(name, value)
        rows.append({k: np.asarray(v, dtype=float) for k, v in named.items()})
    atoms = {name: [row[name] for row in rows] for name in rows[0]}
    arguments = [name for name in atoms if name in case.names]
    for one, two in itertools.combinations(arguments, 2):
        v, w = atoms[one], atoms[two]
        if all(x.shape == y.shape for x, y in zip(v, w, strict=True)):
            atoms[f"{one} − {two}"] = [x - y for x, y in zip(v, w, strict=True)]
            atoms[f"{one} + {two}"] = [x + y for x, y in zip(v, w, strict=True)]
    return atoms


def _positive(values):
    return all(np.all(v > 0) for v in values)


def _summed(case, view, name, values):
    """The term where its shape is the part's (or a number), else summed over all its entries."""
    shapes = [parts[view.part].shape for parts in case.right]
    if all(v.shape == s or v.ndim == 0 for v, s in zip(values, shapes, strict=True)):
        candidates = {name: values}
    elif shapes[0]:
        return
    else:
        totals = [v.sum() for v in values]
        candidates = {f"Σ {name}": totals, f"(Σ {name})²": np.square(totals)}
    for words, numbers in candidates.items():
        column = view.column(numbers)
        if np.isfinite(column).all() and np.any(column):
            yield words, column
