"""Terms that a formula might hold by mistake: powers and logs of its quantities, and products."""

import itertools
import re
from functools import cache

import numpy as np

from helpers.diagnosis.changes import symbols

MOST_PAIRS = 8000
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
    """Names, and a matrix with one column a term and one row an entry of the view; simple ones
    first.
    """
    if view.part not in case.foreign:  # the same for every scale
        case.foreign[view.part] = _columns(case, view.part)
    names, matrix = case.foreign[view.part]
    return names, view.finish(matrix)


def _columns(case, part):
    """The same for all entries of the part on all probes."""
    shapes = [parts[part].shape for parts in case.right]
    owner = np.repeat(np.arange(len(shapes)), [int(np.prod(shape)) for shape in shapes])
    others = [p for p in range(len(case.right[0])) if p != part and case.part_name(p)]
    atoms = {case.part_name(p): [parts[p] for parts in case.right] for p in others}
    atoms |= _atoms(case) | {RIGHT: [parts[part] for parts in case.right]}
    simple, columns = _simple(atoms), {}
    for name, (atom, values) in simple.items():
        for words, numbers in _fitting(name, values, shapes):
            columns[words] = (atom, _as_column(numbers, shapes, owner))
    found = {name: column for name, (atom, column) in columns.items() if atom != RIGHT}
    pairs = itertools.combinations(columns.items(), 2)
    for (one, (a, v)), (two, (b, w)) in itertools.islice(pairs, MOST_PAIRS):
        if a != b and not ("Σ" in one and "Σ" in two):
            found.setdefault(_product(one, two), v * w)
    if not shapes[0]:
        found |= _sums_of_products(simple, owner, shapes)
    names = [name for name, column in found.items() if np.isfinite(column).all()]
    return names, np.column_stack([found[name] for name in names])


def _simple(atoms):
    """Powers and logs of the atoms: {name: (atom, values of every probe)}."""
    found = {}
    for name, values in atoms.items():
        functions = POWERS | (POSITIVE if _positive(values) else {})
        for words, function in functions.items():
            if words == "|{0}|" and _positive(values):
                continue
            whole = words in ("{0}", "|{0}|") or not (is_sum(name) or re.search(r"[ ᵀ]", name))
            bracketed = name if whole else f"({name})"
            found[words.format(bracketed)] = (name, [function(v) for v in values])
    return found


def _fitting(name, values, shapes):
    """The term where its shape is the part's (or a number), else its sums where one is wanted."""
    if all(v.shape == s or v.ndim == 0 for v, s in zip(values, shapes, strict=True)):
        yield name, values
    elif not shapes[0]:
        totals = [v.sum() for v in values]
        yield f"Σ {name}", totals
        yield f"(Σ {name})²", np.square(totals)


def _as_column(values, shapes, owner):
    if all(np.ndim(v) == 0 for v in values):
        return np.array([float(v) for v in values])[owner]
    return np.concatenate(
        [np.ravel(np.broadcast_to(v, s)) for v, s in zip(values, shapes, strict=True)]
    )


def _sums_of_products(simple, owner, shapes):
    """Σ a b over arrays of one shape."""
    arrays = {n: (a, v) for n, (a, v) in simple.items() if v[0].ndim}
    found = {}
    for (one, (a, v)), (two, (b, w)) in itertools.combinations(arrays.items(), 2):
        if a != b and all(x.shape == y.shape for x, y in zip(v, w, strict=True)):
            sums = [float(np.vdot(x, y)) for x, y in zip(v, w, strict=True)]
            found[f"Σ {_product(one, two)}"] = _as_column(sums, shapes, owner)
    return found


def _product(one, two):
    one, two = (f"({n})" if is_sum(n) else n for n in (one, two))
    if one.startswith("1/") and two.startswith("1/"):
        return f"1/({one[2:]} · {two[2:]})"
    if one.startswith("1/"):
        one, two = two, one
    return f"{one}/{two[2:]}" if two.startswith("1/") else f"{one} · {two}"


@cache
def is_sum(name):
    """Whether a factor needs brackets: "mean_p − mean_q" does, "(a − b)²" does not."""
    outside = re.sub(r"\([^()]*\)|\|[^|]*\|", "", re.sub(r"\([^()]*\)", "", name))
    return " − " in outside or " + " in outside


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
