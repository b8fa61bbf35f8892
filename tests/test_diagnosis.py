"""The diagnosis answers whatever students hand in, and says which mistake it is.

What only a process can survive (endless loops, exits, patched modules) is tested with the guard.
"""

import itertools
import re
import sys

import numpy as np
import pytest
from hostile import EXERCISE, total

from helpers.diagnosis import diagnose
from helpers.exercise import Exercise
from helpers.lessons.gaussian_kl.exercises import kl_monte_carlo_exercise
from helpers.lessons.mean_field_posterior.exercises import posterior_cov_exercise


def ellipsis(a, b):
    """Words."""
    ...


def passing(a, b):
    pass


def returning_none(a, b):
    return None


def not_implemented(a, b):
    raise NotImplementedError


@pytest.mark.parametrize("stub", [ellipsis, passing, returning_none, not_implemented])
def test_stub_is_unattempted(stub):
    assert diagnose(EXERCISE, stub)[0] == "unattempted"


def recursive(a, b):
    return recursive(a, b) + 1


def exiting(a, b):
    sys.exit(3)


def interrupting(a, b):
    raise KeyboardInterrupt


def mutating(a, b):
    a *= 2
    return 0.5 * np.sum((a / 2) ** 2) + b


def generator(a, b):
    yield 1.0


HOSTILE = [
    (recursive, "RecursionError"),
    (exiting, "SystemExit: 3"),
    (interrupting, "KeyboardInterrupt"),
    (mutating, "changed its arguments"),
    (generator, "a generator"),
    (lambda a, b: a, "shape (3,); one number"),
    (lambda a, b: a[:0], "shape (0,)"),
    (lambda a, b: "0.5", "a str"),
    (lambda a, b: 1j * b, "complex numbers"),
    (lambda a, b: [[1], [2, 3]], "a list of 2, not numbers"),
    (lambda a, b: (b, b), "a tuple of 2; one number"),
    (lambda a, b: print(b), "returned None"),
    (lambda a, b: np.log(-1.0), "not finite (nan)"),
    (lambda a, b: b / 0, "ZeroDivisionError"),
    (lambda a: a, "TypeError"),
    (42, "takes your function, not one number"),
    (None, "takes your function, not None"),
]


@pytest.mark.parametrize(("function", "words"), HOSTILE)
def test_hostile_function_is_survived_and_named(function, words):
    outcome, message = diagnose(EXERCISE, function)
    assert outcome == "error"
    assert words in message


def powers(a, b):
    return 0.5 * np.sum(a ^ 2) + b


def products(a, b):
    return 0.5 * b(1 - b) + a(0)


def unknown(a, b):
    return total_of(a) + b  # noqa: F821


def not_imported(a, b):
    return math.sqrt(b)  # noqa: F821


def compared(a, b):
    return np.min(b, a.sum())


def ambiguous(a, b):
    return max(a, b)


def beyond(a, b):
    return a[3] + b


def unlike(a, b):
    return np.ones(2) @ a + b


MEANT = [
    (powers, "a power is written \\*\\* in Python, not \\^\\.$"),
    (products, "is a \\* missing before a bracket\\?$"),
    (unknown, "the arguments are called a, b\\.$"),
    (not_imported, "run the cell that imports math\\.$"),
    (compared, "np.minimum and np.maximum compare two\\.$"),
    (ambiguous, "this is an array: np.where"),
    (beyond, "Python counts from 0"),
    (unlike, "the shapes are a \\(3,\\)\\.$"),
]


@pytest.mark.parametrize(("function", "words"), MEANT)
def test_what_an_exception_means_is_said(function, words):
    outcome, message = diagnose(EXERCISE, function)
    assert outcome == "error"
    assert re.search(words, message), message


def test_a_view_is_copied_before_it_changes():
    identity = Exercise(
        lambda a: a + 0, lambda rng: (rng.normal(size=3),), {"doubled": lambda a: 2 * a}, ()
    )
    buffer = np.empty(3)

    def reusing(a):
        buffer[:] = a
        return buffer

    assert diagnose(identity, reusing)[0] == "passed"
    assert diagnose(identity, lambda a: a[:])[0] == "passed"


def test_the_probes_are_the_same_each_time():
    calls = []
    for _ in range(2):
        diagnose(EXERCISE, lambda a, b: calls.append((a.copy(), b)) or 0.0)
    half = len(calls) // 2
    for (a, b), (c, d) in zip(calls[:half], calls[half:], strict=True):
        assert (a == c).all()
        assert b == d


SPEAKING = [
    (total, "passed", "reference"),
    (lambda a, b: np.sum(a**2) + b, "slip", "the ½ is missing"),
    (lambda a, b: -total(a, b), "wrong", "sign"),
    (lambda a, b: 3 * total(a, b), "wrong", "3 times"),
    (lambda a, b: total(a, b) + 1.5, "wrong", "plus 3/2"),
    (lambda a, b: total(a, b) ** 2, "wrong", "the square of the right one"),
    (lambda a, b: total(a, b) / np.log(10), "wrong", "natural logarithm"),
    (lambda a, b: 2 * (np.sum(a**2) + b), "wrong", "2 times what this slip gives"),
    (lambda a, b: total(a, b) + b, "wrong", "plus b, on every probe"),
    (lambda a, b: 0.5 * np.sum(a**2), "wrong", "minus b, on every probe"),
    (lambda a, b: 0.5 * np.sum(a**2) + abs(b), "wrong", "term b is off: it is the absolute value"),
    (lambda a, b: 0.5 * np.sum(a) + b, "wrong", "There is ½ × Σ a in place of ½ × ‖a‖²"),
    (lambda a, b: total(a[:-1], b), "wrong", "all but the last of a"),
    (lambda a, b: total(0 * a + a.mean(), b), "wrong", "its own mean in place of a"),
    (lambda a, b: round(total(a, b), 2), "wrong", "rounded to 2 digits"),
    (lambda a, b: total(a, b) * (1 + 1e-6 * np.sin(b)), "wrong", "close to the right one"),
    (lambda a, b: total(a, b) + b - 2 * a.sum(), "wrong", "term b has coefficient 2, should be 1"),
    (lambda a, b: total(a, b) + np.random.default_rng().normal(), "wrong", "another answer"),
    (lambda a, b: 0.5 * a[0] ** 2 * a[1] ** 2 + b, "wrong", "moves with `a` alone"),
    (lambda a, b: np.sum(a**4) * b**3 + b, "wrong", "right where `a` is 0"),
    (lambda a, b: np.sum(np.abs(a)) ** 3 + b**2, "wrong", "that f(0, b) = b; yours gives"),
    (lambda a, b: 0.5 * np.sum(a**2) ** 1.01 + b, "wrong", "should be"),
]


@pytest.mark.parametrize(("function", "outcome", "words"), SPEAKING)
def test_the_message_says_what_is_wrong(function, outcome, words):
    found, message = diagnose(EXERCISE, function)
    assert (found, words in message) == (outcome, True), message


def test_two_slips_that_agree_are_both_said():
    wrong = lambda a, b: np.sum(a**2) + b  # noqa: E731
    twins = Exercise(total, EXERCISE.probe, {"one": wrong, "other": wrong}, ())
    assert diagnose(twins, wrong) == ("slip", "Known slip: one. Or: other.")


def test_two_slips_at_once_are_both_said():
    slips = {"one": lambda a, b: total(a, b) + a[0], "other": lambda a, b: total(a, b) + a[1] ** 3}
    both = Exercise(total, EXERCISE.probe, slips, ())
    _, message = diagnose(both, lambda a, b: total(a, b) + a[0] + a[1] ** 3)
    assert "Two known slips at once: one; and other." in message


def test_the_students_own_line_is_shown():
    def broken(a, b):
        c = 0.5 * np.sum(a**2)
        return c + a[7] + b

    assert "`return c + a[7] + b`" in diagnose(EXERCISE, broken)[1]


def test_the_counterexample_is_a_call_with_digits_that_differ():
    _, message = diagnose(EXERCISE, lambda a, b: total(a, b) * (1 + 1e-6 * b))
    call, right, yours = re.search(r"`(.*)` should be (\S+), yours is (\S+)\.$", message).groups()
    assert right != yours
    value = eval(call, {"np": np, "total": total})
    assert value == pytest.approx(float(right.replace("−", "-")), rel=1e-5)


@pytest.mark.parametrize("kind", [np.float32, np.float64, list, tuple])
def test_right_numbers_of_any_kind_pass(kind):
    vector = Exercise(lambda a: 3 * a, lambda rng: (rng.normal(size=3),), {}, ())
    single = kind in (np.float32, np.float64)
    answer = (lambda a: kind(3) * a.astype(kind)) if single else (lambda a: kind(3 * a))
    assert diagnose(vector, answer)[0] == "passed"


def test_nan_names_its_rows_its_line_and_its_cause():
    rows = Exercise(
        lambda a: np.exp(a - a.max(axis=1, keepdims=True)),
        lambda rng: (np.array([[1.0, 2.0], [3.0, 900.0]]) * rng.uniform(1, 2),),
        {},
        (),
    )

    def careless(a):
        w = np.exp(a)
        return w / w.max(axis=1, keepdims=True)

    outcome, message = diagnose(rows, careless)
    assert outcome == "error"
    assert "row 1 (the last) of 2" in message
    assert "`w = np.exp(a)`: np.exp of a number above 709 is inf" in message
    assert "Everywhere else it is right" in message or "for some" not in message


def test_tuples_are_compared_part_by_part():
    pair = Exercise(
        lambda a: (np.sum(a), 2 * a),
        lambda rng: (rng.normal(size=2),),
        {"no": lambda a: (0, a)},
        (),
    )
    assert diagnose(pair, lambda a: [a[0] + a[1], a + a])[0] == "passed"
    assert "tuple of 2" in diagnose(pair, lambda a: 1.0)[1]
    assert "shape (2,)" in diagnose(pair, lambda a: (1.0, 2.0))[1]


def test_every_switch_of_the_right_arguments_is_seen():
    """A property: among permutations of distinct arguments only the right order passes."""
    mixed = Exercise(
        lambda a, b, c: a + 2 * b + 3 * c, lambda rng: tuple(rng.normal(size=3)), {}, ()
    )
    for order in itertools.permutations(range(3)):
        outcome, _ = diagnose(mixed, lambda *x, order=order: mixed.solution(*(x[i] for i in order)))
        assert (outcome == "passed") == (order == (0, 1, 2))


def test_a_constant_is_said_to_be_one():
    outcome, message = diagnose(EXERCISE, lambda a, b: 3.0)
    assert (outcome, "Your value is 3, whatever the arguments are." in message) == ("wrong", True)


def test_numbers_that_make_it_raise_do_not_hide_what_is_wrong_elsewhere():
    def dividing(factor):
        def answer(a, b):
            return 1 / 0 if b < -0.5 else factor * total(a, b)

        return answer

    outcome, message = diagnose(EXERCISE, dividing(1))
    assert outcome == "error"
    assert "ZeroDivisionError" in message
    assert message.endswith("for some arguments. Everywhere else it is right.")
    outcome, message = diagnose(EXERCISE, dividing(3))
    assert (outcome, "for some arguments" in message, "3 times" in message) == ("wrong", True, True)


def test_what_tells_the_wrong_probes_from_the_right_ones_is_said():
    outcome, message = diagnose(EXERCISE, lambda a, b: total(a, b) + (np.abs(a).max() > 1.2) * a[0])
    assert outcome == "wrong"
    assert "and wrong where the largest number in `a` is" in message


def test_another_reading_of_the_text_is_no_second_mistake():
    """With n under the variance, which the text allows, a slip is that slip alone."""
    outcome, message = diagnose(
        kl_monte_carlo_exercise,
        lambda log_p, log_q: (np.mean(log_q - log_p), np.std(log_p - log_q) / np.sqrt(len(log_p))),
    )
    assert outcome == "slip"
    assert "n − 1" not in message
    assert "the standard error is right" in message


def test_the_entries_that_are_off_on_a_scale_are_said():
    def crossed_twice(theta):
        precision = np.eye(2) + np.outer(theta, theta) * (2 - np.eye(2))
        return np.linalg.inv(precision)

    outcome, message = diagnose(posterior_cov_exercise, crossed_twice)
    assert outcome == "wrong"
    assert "only the off-diagonal entries are wrong: 2 times what they should be" in message
