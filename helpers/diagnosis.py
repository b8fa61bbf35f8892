"""Run a student's function, and say which known mistake it makes.

The order: a stub → a call → right on the probes → a known slip → one sign, factor or
constant → a coefficient of the formula's terms → the first identity that fails → the worst probe.
"""

import ast
import copy
import inspect
import textwrap
import warnings

import numpy as np

N_PROBES = 12
RTOL = 1e-9


class Mistake(Exception):
    """What went wrong with the call itself, in a sentence for the student."""


def diagnose(exercise, function):
    """(outcome, message) of `function` as an answer to `exercise`."""
    name = exercise.name
    if not callable(function):
        return "error", f"check.{name} takes your function, not {_a(function)}: pass {name} itself."
    if is_stub(function):
        return "unattempted", "Replace the ... with your formula, then run the cell again."
    rng = np.random.default_rng(0)
    probes = [exercise.probe(rng) for _ in range(N_PROBES)]
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        right = [exercise.solution(*copy.deepcopy(probe)) for probe in probes]
        known = {
            slip: [flat(wrong(*copy.deepcopy(probe))) for probe in probes]
            for slip, wrong in exercise.slips.items()
        }
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            answers = answer_all(function, probes, right)
    except Mistake as trouble:
        return "error", str(trouble)
    except Exception as trouble:
        return "error", f"It raised {type(trouble).__name__}: {str(trouble)[:200]}"
    wanted = [flat(value) for value in right]
    if same(answers, wanted):
        return "passed", "Equal to the reference on every probe."
    matching = [slip for slip, values in known.items() if same(answers, values)]
    if len(matching) == 1:
        return "slip", f"Known slip: {matching[0]}."
    if not np.isfinite(np.concatenate(answers)).all():
        return "error", "It returned a value that is not finite (nan or inf) for good arguments."
    found = one_change(answers, wanted) or one_coefficient(exercise, answers, wanted, probes)
    return "wrong", found or first_failure(exercise, function, probes, answers, wanted)


def is_stub(function):
    """Whether the body is only a docstring, `...`, `pass`, `return None` or NotImplementedError."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return False
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return False
    return all(_does_nothing(statement) for statement in definition.body)


def _does_nothing(statement):
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()) | ast.Return(None):
            return True
        case ast.Return(ast.Constant(value)):
            return value is None or value is ...
        case ast.Raise(exc):
            return "NotImplemented" in ast.unparse(exc or statement)
    return False


def answer_all(function, probes, right):
    """The flat answers of `function`; Mistake where one is not of the reference's kind."""
    answers = []
    for probe, expected in zip(probes, right, strict=True):
        given = copy.deepcopy(probe)
        answer = function(*given)
        if not all(map(np.array_equal, arrays(given), arrays(probe))):
            raise Mistake("It changed its arguments: work on copies, or on new arrays.")
        answers.append(as_numbers(answer, expected))
    return answers


def arrays(arguments):
    """Those of the arguments that a function could change in place."""
    return [argument for argument in arguments if isinstance(argument, np.ndarray)]


def flat(value):
    """A number, an array, or a tuple of them, as one vector."""
    parts = value if isinstance(value, tuple) else (value,)
    return np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in parts])


def as_numbers(answer, expected):
    """`flat(answer)`; Mistake unless it has the expected kind and shape."""
    if answer is None:
        raise Mistake("It returned None: is a `return` missing?")
    if isinstance(expected, tuple):
        if not isinstance(answer, (tuple, list)) or len(answer) != len(expected):
            raise Mistake(f"It returned {_a(answer)}; a tuple of {len(expected)} is wanted.")
        return np.concatenate([as_numbers(*pair) for pair in zip(answer, expected, strict=True)])
    try:
        array = np.asarray(answer)
    except Exception:
        raise Mistake(f"It returned {_a(answer)}, not numbers.") from None
    if array.dtype.kind not in "buif":
        kind = "complex numbers" if array.dtype.kind == "c" else _a(answer)
        raise Mistake(f"It returned {kind}; real numbers are wanted.")
    if array.shape != np.shape(expected):
        wanted = f"an array of shape {np.shape(expected)}" if np.ndim(expected) else "one number"
        given = f"an array of shape {array.shape}" if array.ndim else "one number"
        raise Mistake(f"It returned {given}; {wanted} is wanted.")
    return np.ravel(array.astype(float))  # a copy: the next call may write to the same array


def same(answers, wanted):
    """Whether all are equal, up to rounding; a known slip may return nan, and where."""
    return all(
        a.shape == b.shape and np.allclose(a, b, RTOL, RTOL * (1e-3 + _largest(b)), equal_nan=True)
        for a, b in zip(answers, wanted, strict=True)
    )


def _largest(numbers):
    return np.abs(numbers[np.isfinite(numbers)]).max(initial=0)


def one_change(answers, wanted):
    """A single sign, factor or constant that turns the answers into the right ones, or ""."""
    a, b = np.concatenate(answers), np.concatenate(wanted)
    if same([-a], [b]):
        return "The sign is the wrong way round: your value is minus the right one."
    used = np.abs(b) > 1e-6 * np.abs(b).max()
    factor = np.median(a[used] / b[used])
    if factor and same([a / factor], [b]):
        return f"Your value is {_ratio(factor)} times the right one, on every probe."
    offset = np.median(a - b)
    if same([a - offset], [b]):
        return f"Your value is the right one plus {_ratio(offset)}, on every probe."
    return ""


def one_coefficient(exercise, answers, wanted, probes):
    """Which terms of the formula carry the wrong coefficient, by least squares, or ""."""
    if exercise.terms is None:
        return ""
    rows = [exercise.terms(*copy.deepcopy(probe)) for probe in probes]
    design = np.array([list(row.values()) for row in rows], dtype=float)
    answers, wanted = np.array(answers), np.array(wanted)
    if answers.shape != (len(probes), 1) or len(rows[0]) >= len(probes):
        return ""
    found, right = (np.linalg.lstsq(design, y[:, 0], rcond=None)[0] for y in (answers, wanted))
    if not np.allclose(design @ found, answers[:, 0], rtol=1e-7, atol=1e-9):
        return ""
    off = np.abs(found - right) > 1e-6
    parts = [
        f"the term {name} has coefficient {_ratio(f)}, should be {_ratio(r)}"
        for name, f, r, wrong in zip(rows[0], found, right, off, strict=True)
        if wrong
    ]
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "." if 0 < len(parts) <= 2 else ""


def first_failure(exercise, function, probes, answers, wanted):
    """The first identity that the function breaks, else the probe where it is furthest off."""
    for words, trouble in (exercise.identities or {}).items():
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                found = trouble(function)
        except Exception as error:
            found = f"it raised {type(error).__name__}: {str(error)[:200]}"
        if found:
            return f"It should hold that {words}, but {found}."
    gaps = [np.max(np.abs(a - b)) for a, b in zip(answers, wanted, strict=True)]
    worst = int(np.argmax(gaps))
    arguments = ", ".join(
        f"{name}={_shown(value)}"
        for name, value in zip(
            inspect.signature(exercise.solution).parameters, probes[worst], strict=True
        )
    )
    return (
        f"For {arguments} the right value is {_shown(wanted[worst])}, "
        f"yours is {_shown(answers[worst])}."
    )


def _a(value):
    return f"a {type(value).__name__}" if value is not None else "None"


def _shown(value):
    array = np.asarray(value)
    if array.dtype.kind not in "buif":
        return _a(value)
    if array.size == 1:
        return f"{array.item():.6g}"
    return np.array2string(array, precision=4, threshold=8, edgeitems=2, separator=", ")


def _ratio(number):
    """A coefficient as people write it: ½, −1, 2, else six digits."""
    simple = {0.5: "½", -0.5: "−½", 0.25: "¼", 1.5: "3/2"}
    for value, text in simple.items():
        if abs(number - value) < 1e-7:
            return text
    return f"{0.0 if abs(number) < 1e-7 else number:.6g}".replace("-", "−")
