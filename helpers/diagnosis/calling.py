"""Does the function answer at all? One call, its exceptions told with the student's own line."""

import copy
import inspect
import linecache

import numpy as np

from helpers.diagnosis.exceptions import hint


class Trouble(Exception):
    """Why there is no answer to compare, in a sentence for the student.

    `numeric`: only these numbers are the trouble (a division by zero, a singular matrix).
    """

    numeric = False


def copied(arguments):
    """The arguments, arrays copied: who is given them may write into them."""
    return tuple(a.copy() if type(a) is np.ndarray else copy.deepcopy(a) for a in arguments)


def call(function, arguments, exercise):
    """What `function` returns for copies of `arguments`; Trouble where it raises or writes."""
    given = copied(arguments)
    try:
        with np.errstate(all="ignore"):
            answer = function(*given)
    except BaseException as error:  # SystemExit and KeyboardInterrupt too are the student's
        trouble = Trouble(_raised(error, function, exercise, arguments))
        trouble.numeric = isinstance(error, (ArithmeticError, np.linalg.LinAlgError))
        raise trouble from None
    for name, before, after in zip(exercise.arguments, arguments, given, strict=True):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
            if answer is None:
                raise Trouble(
                    f"It returned None, and it changed {name}, an argument: change copies "
                    "(with .copy()), and `return` them."
                )
            raise Trouble(
                f"It changed its arguments: {name} is another array after the call. "
                f"Work on a copy ({name}.copy()), or on a new array."
            )
    return copy.deepcopy(answer) if isinstance(answer, (np.ndarray, list, tuple)) else answer


def _raised(error, function, exercise, arguments):
    kind, words = type(error).__name__, str(error)[:200].strip()
    told = f"It raised {kind}: {words}" if words else f"It raised {kind}"
    line = own_line(error.__traceback__, function)
    if line:
        told = f"{told} — in your line `{line}`"
        meant = hint(error, line, exercise.arguments, arguments)
        return f"{told}: {meant}" if meant.endswith("?") else f"{told}{meant and ': '}{meant}."
    if isinstance(error, TypeError) and "argument" in words:
        return f"{told}. It is called as {exercise.name}({', '.join(exercise.arguments)})."
    return f"{told}."


def own_line(traceback, function):
    """The source of the last line of the student's own that was running, or ""."""
    place = getattr(_code(function), "co_filename", None)
    line = ""
    for _ in range(2000):
        if traceback is None:
            break
        if traceback.tb_frame.f_code.co_filename == place:
            line = linecache.getline(place, traceback.tb_lineno).strip() or line
        traceback = traceback.tb_next
    return line[:120]


def names_in(function):
    """The global names and attributes that the student's function mentions."""
    return getattr(_code(function), "co_names", ())


def _code(function):
    return getattr(inspect.unwrap(function), "__code__", None)
