"""Turn an argument into a checked float64 array, or say which argument is wrong, and how."""

import numpy as np


def real_array(name, value):
    """`value` as a plain float64 array of finite numbers; ValueError names the argument otherwise.

    A subclass of ndarray, such as np.matrix, is read as the array it holds. A masked array is
    refused: numbers that were masked must not count, and here nothing knows how to leave them out.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(
            f"{name} is a masked array: pass the numbers that count, value.compressed()"
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is ragged: its rows differ in length") from None
    if array.dtype.kind not in "buif":
        raise ValueError(f"{name} must hold real numbers, not {array.dtype}")
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}")
    array = array.astype(np.float64)
    _require(name, array, np.isfinite(array), "not finite")
    return array


def positive_array(name, value):
    """As `real_array`, and every entry must exceed 0 (a variance, a standard deviation)."""
    array = real_array(name, value)
    _require(name, array, array > 0, "not positive")
    return array


def vector(name, value, size=None):
    """As `real_array`, of shape (D,); `size`, where given, fixes D."""
    array = real_array(name, value)
    if array.ndim != 1 or size not in (None, array.size):
        wanted = "(D,)" if size is None else f"({size},)"
        raise ValueError(f"{name} must have shape {wanted}, not {array.shape}")
    return array


def scalar(name, value):
    """As `real_array`, one number; returned as a float."""
    array = real_array(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be one number, not an array of shape {array.shape}")
    return float(array)


def positive_scalar(name, value):
    """As `scalar`, and it must exceed 0."""
    return float(positive_array(name, scalar(name, value)))


def count(name, value, least=1):
    """`value` as an int of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}")
    return int(value)


def broadcast(**arrays):
    """The named arrays broadcast together; ValueError lists their shapes where they do not fit."""
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"shapes do not fit together: {shapes}") from None


def _require(name, array, good, trouble):
    if not good.all():
        where = tuple(int(i) for i in np.argwhere(~good)[0])
        place = f" at index {where if len(where) > 1 else where[0]}" if where else ""
        raise ValueError(f"{name} is {trouble}{place}: {array[where]}")
