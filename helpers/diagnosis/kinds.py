"""Is it of the right kind and shape? Lists, arrays and tuples of the right numbers all are."""

import numpy as np

from helpers.diagnosis.calling import Trouble, names_in

REDUCTIONS = {
    "Its sum is the right answer: add the numbers up": np.sum,
    "Its mean is the right answer: average them": np.mean,
    "Its sum over axis 0 is the right answer: add up": lambda a: np.sum(a, axis=0),
    "Its sum over axis 1 is the right answer: add up": lambda a: np.sum(a, axis=1),
    "Its mean over axis 0 is the right answer: average": lambda a: np.mean(a, axis=0),
    "Its mean over axis 1 is the right answer: average": lambda a: np.mean(a, axis=1),
    "Its product is the right answer: multiply them": np.prod,
    "Transposed, it is the right answer": np.transpose,
    "Its diagonal is the right answer": np.diagonal,
    "Its numbers are right, in another shape": np.ravel,
}


def parts_of(value):
    """A number, an array, or a tuple of them, as a list of float arrays."""
    parts = value if isinstance(value, tuple) else (value,)
    return [np.array(part, dtype=float) for part in parts]


def a(value):
    """The kind of a value in words: "an int", "a list", "None"."""
    if value is None:
        return "None"
    if isinstance(value, (tuple, list)):
        return f"{'a tuple' if isinstance(value, tuple) else 'a list'} of {len(value)}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else "one number"
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return "one number"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def as_parts(returned, right, case):
    """Each answer as a list of arrays, shaped as the reference's; Trouble where it cannot be."""
    if any(value is None for value in returned):
        raise Trouble(_none(returned, case))
    found = []
    for value, expected in zip(returned, right, strict=True):
        parts = _split(value, expected)
        if parts is None:
            raise Trouble(_wrong_kind(returned, right, case))
        found.append(parts)
    return found


def _split(value, expected):
    """`value` as arrays of the expected shapes, or None."""
    if len(expected) == 1:
        part = _numbers(value, expected[0])
        return None if part is None else [part]
    if not isinstance(value, (tuple, list, np.ndarray)):
        if not isinstance(value, (tuple, list)):
            return None
    if len(value) != len(expected):
        return None
    parts = [_numbers(*pair) for pair in zip(value, expected, strict=True)]
    return None if any(part is None for part in parts) else parts


def _numbers(value, expected):
    """`value` as a float array of the expected shape, or None."""
    array = _array(value)
    if array is None:
        return None
    ones = (1,) * (array.ndim - expected.ndim)  # broadcasting would put these in front
    if array.shape != ones + expected.shape and not (array.size == 1 and expected.ndim == 0):
        return None
    return np.array(array, dtype=float).reshape(expected.shape)


def _array(value):
    """`value` as an array of real numbers, or None."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = array.astype(float)
    except Exception:
        return None
    return array if array.dtype.kind in "buif" else None


def _none(returned, case):
    if not all(value is None for value in returned):
        return "It returned None for some arguments: does every way through it end in a `return`?"
    if "print" in names_in(case.function):
        return "It returned None: it prints its result. Write `return` in place of `print`."
    return "It returned None: is a `return` missing at its end?"


def _wrong_kind(returned, right, case):
    """What was returned, what is wanted, and what would turn the one into the other."""
    value, expected = next(
        (v, e) for v, e in zip(returned, right, strict=True) if _split(v, e) is None
    )
    told = f"It returned {_described(value, case)}; {_wanted(expected, case)} is wanted."
    return f"{told} {_remedy(returned, right, case)}".strip()


def _described(value, case):
    array = _array(value)
    if array is None:
        if isinstance(value, str):
            return "a string (a str), not numbers"
        if isinstance(value, (list, tuple)):
            inner = {a(one) for one in value} - {"one number"}
            return f"{a(value)}, not numbers alone" + (f" ({', '.join(sorted(inner))})")
        kind = np.asarray(value).dtype.kind if not callable(value) else "O"
        return "complex numbers" if kind == "c" else f"{a(value)}, not numbers"
    if isinstance(value, tuple):
        return a(value)
    return f"an array of shape {array.shape}" if array.ndim else "one number"


def _wanted(expected, case):
    if len(expected) > 1:
        shapes = [_shape(part) for part in expected]
        names = case.exercise.parts or [f"part {i + 1}" for i in range(len(expected))]
        listed = ", ".join(f"{n}: {s}" for n, s in zip(names, shapes, strict=True))
        return f"a tuple of {len(expected)} ({listed})"
    return _shape(expected[0])


def _shape(part):
    return f"an array of shape {part.shape}" if part.ndim else "one number"


def _remedy(returned, right, case):
    """What turns every answer into the right one, if something simple does."""
    if len(right[0]) > 1:
        return _remedy_of_parts(returned, right, case)
    arrays = [_array(value) for value in returned]
    if any(array is None for array in arrays):
        tuples = [v for v in returned if isinstance(v, (tuple, list))]
        if len(tuples) == len(returned):
            return _made_of_two(returned, right) or _one_of_many(returned, right)
        return ""
    for words, reduction in REDUCTIONS.items():
        try:
            changed = [np.asarray(reduction(array), dtype=float) for array in arrays]
        except (ValueError, IndexError, np.exceptions.AxisError):
            continue
        if _all_equal(changed, [parts[0] for parts in right]):
            return words + "."
    return _one_of_many(returned, right) or _per_what(arrays[0], right[0][0], case)


PAIRS = {
    "Their product, of every row with every column": np.multiply.outer,
    "Their product": np.multiply,
}


def _made_of_two(returned, right):
    """How a pair makes the right answer, or ""."""
    if not all(isinstance(v, (tuple, list)) and len(v) == 2 for v in returned):
        return ""
    pairs = [[_array(one) for one in v] for v in returned]
    if any(one is None for pair in pairs for one in pair):
        return ""
    for words, function in PAIRS.items():
        try:
            made = [np.asarray(function(*pair), dtype=float) for pair in pairs]
        except ValueError:
            continue
        if _all_equal(made, [parts[0] for parts in right]):
            return f"{words}, is the right answer: return that."
    return ""


def _one_of_many(returned, right):
    if all(isinstance(v, (tuple, list, np.ndarray)) and np.ndim(v[0:1]) for v in returned):
        for place in range(len(returned[0])):
            chosen = [_array(v[place]) if len(v) > place else None for v in returned]
            if all(c is not None for c in chosen) and _all_equal(chosen, [p[0] for p in right]):
                return f"Entry {place} of it is the right answer: return that alone."
    return ""


def _remedy_of_parts(returned, right, case):
    names = case.exercise.parts or [f"part {i + 1}" for i in range(len(right[0]))]
    arrays = [None if isinstance(v, tuple) else _array(v) for v in returned]
    if all(array is not None for array in arrays):
        for part, name in enumerate(names):
            if _all_equal(arrays, [parts[part] for parts in right]):
                return f"What it returned is the right {name}: return all the parts."
    if all(isinstance(v, (tuple, list)) and len(v) == len(right[0]) for v in returned):
        turned = [_split(tuple(v)[::-1], e) for v, e in zip(returned, right, strict=True)]
        if all(parts is not None for parts in turned):
            return f"The order is another: {', '.join(names)}. Exchange the parts."
        for part, name in enumerate(names):
            arrays = [_array(v[part]) for v in returned]
            if any(array is None for array in arrays):
                return f"The trouble is with the {name}."
            expected = [parts[part] for parts in right]
            if all(x.shape == e.shape for x, e in zip(arrays, expected, strict=True)):
                continue
            shapes = next(
                (x, e) for x, e in zip(arrays, expected, strict=True) if x.shape != e.shape
            )
            told = f"The {name} should have shape {shapes[1].shape}, not {shapes[0].shape}."
            if _all_equal([x.T for x in arrays], expected):
                return f"{told} Transposed, they are right."
            return f"{told} {_per_what(*shapes, case)}".strip()
    return ""


def _all_equal(values, expected):
    return all(
        v.shape == e.shape and np.allclose(v, e, 1e-9, 1e-12)
        for v, e in zip(values, expected, strict=True)
    )


def _per_what(array, expected, case):
    """Which argument the shape is of: a sum along the other axis, or none."""
    if not array.ndim:
        return "It was summed, or averaged, over everything: keep the axes that are wanted."
    alike = [
        name
        for name, value in zip(case.names, case.probes[0], strict=True)
        if np.shape(value) == array.shape and np.shape(value) != ()
    ]
    if alike and array.shape != expected.shape:
        return f"That is the shape of {alike[0]}: one entry for each of its entries."
    return ""
