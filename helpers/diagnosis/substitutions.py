"""Is it the right formula of other arguments? Squared, swapped, ignored, or cut short."""

import itertools

import numpy as np

POSITIVE = {
    "{0}²": lambda a: a**2,
    "√{0}": np.sqrt,
    "1/{0}": lambda a: 1 / a,
    "log {0}": np.log,
}
ANY = {
    "−{0}": lambda a: -a,
    "0": lambda a: 0 * a,
    "1": lambda a: 0 * a + 1,
    "|{0}|": np.abs,
    "√|{0}|": lambda a: np.sqrt(np.abs(a)),
}
LISTS = {
    "its mean": lambda a: np.full(a.shape, a.mean()),
    "its sum": lambda a: np.full(a.shape, a.sum()),
    "{0} in reverse": lambda a: a[::-1].copy(),
    "{0} with its columns in reverse": lambda a: a[..., ::-1].copy(),
    "{0}/max({0})": lambda a: a / a.max(),
    "{0}/sum({0})": lambda a: a / a.sum(),
    "{0} divided by its row sums": lambda a: a / a.sum(axis=-1, keepdims=True),
    "{0} divided by its column sums": lambda a: a / a.sum(axis=0, keepdims=True),
    "exp({0})": np.exp,
    "{0}, sorted,": lambda a: np.sort(a, axis=0),
    "only its first entry, everywhere,": lambda a: 0 * a + a[:1],
    "only its last entry, everywhere,": lambda a: 0 * a + a[-1:],
}
SQUARES = {
    "the inverse of {0}": np.linalg.inv,
    "the diagonal of {0} alone": lambda a: np.diag(np.diag(a)),
}
CUTS = {
    "all but the last": slice(None, -1),
    "all but the first": slice(1, None),
    "only the first": slice(None, 1),
    "only the last": slice(-1, None),
}


def substitutions(case):
    """(kind, facts, change of arguments) of every way to feed the formula something else."""
    names, probes = case.names, case.probes
    numbers = [i for i, name in enumerate(names) if np.asarray(probes[0][i]).dtype.kind == "f"]
    positive = [i for i in numbers if all(np.all(np.asarray(p[i]) > 0) for p in probes)]
    arrays = [i for i in numbers if np.ndim(probes[0][i]) == 1]
    tables = [i for i in numbers if np.ndim(probes[0][i]) > 1]
    square = [i for i in tables if all(np.ndim(p[i]) == 2 and _square(p[i]) for p in probes)]
    for i in numbers:
        changes = ANY | (POSITIVE if i in positive else {"{0}²": np.square})
        changes |= LISTS if i in arrays + tables else {}
        changes |= SQUARES if i in square else {}
        for words, function in changes.items():
            yield "replaced", _replaced([names[i]], words), _at([i], function)
    for one, two in itertools.combinations(positive, 2):
        for words, function in list(POSITIVE.items())[:2]:
            yield "replaced", _replaced([names[one], names[two]], words), _at([one, two], function)
    yield from _exchanges(names, probes, numbers)
    for axis, places in _axes(probes).items():
        for words, cut in CUTS.items():
            facts = {"entries": words, "of": [names[i] for i, _ in places]}
            yield "cut", facts | {"axis": axis}, _cut(places, cut)


def _square(table):
    return len(set(np.shape(table))) == 1


def _replaced(names, words):
    return {"old": " and ".join(names), "new": " and ".join(words.format(n) for n in names)}


def _at(places, function):
    def changed(arguments):
        new = list(arguments)
        for i in places:
            value = function(np.asarray(new[i], dtype=float))
            new[i] = float(value) if value.ndim == 0 else value
        return tuple(new)

    return changed


def _exchanges(names, probes, numbers):
    """Permutations of arguments of one shape, and one of them in place of another."""
    alike = lambda i, j: all(np.shape(p[i]) == np.shape(p[j]) for p in probes)  # noqa: E731
    pairs = [(i, j) for i, j in itertools.combinations(numbers, 2) if alike(i, j)]
    for i, j in pairs:
        yield "exchanged", {"one": names[i], "other": names[j]}, _permuted({i: j, j: i})
        yield "instead", {"used": names[j], "wanted": names[i]}, _permuted({i: j})
        yield "instead", {"used": names[i], "wanted": names[j]}, _permuted({j: i})
    for (i, j), (k, m) in itertools.combinations(pairs, 2):
        if len({i, j, k, m}) == 4:
            facts = {"one": f"{names[i]}, {names[k]}", "other": f"{names[j]}, {names[m]}"}
            yield "exchanged", facts, _permuted({i: j, j: i, k: m, m: k})


def _permuted(places):
    def changed(arguments):
        return tuple(arguments[places.get(i, i)] for i in range(len(arguments)))

    return changed


def _axes(probes):
    """Axes that have one length in all probes together, as lists of (argument, axis)."""
    lengths = {}
    for i in range(len(probes[0])):
        for axis in range(np.ndim(probes[0][i])):
            key = tuple(np.shape(p[i])[axis] for p in probes)
            lengths.setdefault(key, []).append((i, axis))
    return {f"axis {places[0][1]}": places for key, places in lengths.items() if max(key) > 1}


def _cut(places, cut):
    def changed(arguments):
        new = [np.array(v) if np.ndim(v) else v for v in arguments]
        for i, axis in places:
            index = [slice(None)] * new[i].ndim
            index[axis] = cut
            new[i] = new[i][tuple(index)]
        return tuple(new)

    return changed
