"""The checker says which mistake it is; that it survives is `test_guard`'s part."""

import itertools

import numpy as np
import pytest

from helpers.diagnosis import diagnose
from helpers.exercise import Exercise


def total(a, b):
    return 0.5 * np.sum(a**2) + b


EXERCISE = Exercise(
    total,
    lambda rng: (rng.normal(size=3), float(rng.normal())),
    {"the ½ is missing": lambda a, b: np.sum(a**2) + b},
    ("one", "two", "three"),
    terms=lambda a, b: {"‖a‖²": np.sum(a**2), "b": b},
    identities={
        "f(0, b) = b": lambda f: "" if f(np.zeros(3), 2.0) == 2 else f"{f(np.zeros(3), 2.0):g}"
    },
)


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


def mutating(a, b):
    a *= 2
    return 0.5 * np.sum((a / 2) ** 2) + b


def generator(a, b):
    yield 1.0


HOSTILE = [
    (recursive, "RecursionError"),
    (mutating, "changed its arguments"),
    (generator, "a generator"),
    (lambda a, b: a, "shape (3,); one number"),
    (lambda a, b: a[:0], "shape (0,)"),
    (lambda a, b: "0.5", "a str"),
    (lambda a, b: 1j * b, "complex numbers"),
    (lambda a, b: [[1], [2, 3]], "a list, not numbers"),
    (lambda a, b: (b, b), "shape (2,)"),
    (lambda a, b: print(b), "returned None"),
    (lambda a, b: np.log(-1.0), "not finite"),
    (lambda a, b: b / 0, "ZeroDivisionError"),
    (lambda a: a, "TypeError"),
    (42, "takes your function, not a int"),
    (None, "takes your function, not None"),
]


@pytest.mark.parametrize(("function", "words"), HOSTILE)
def test_hostile_function_is_survived_and_named(function, words):
    outcome, message = diagnose(EXERCISE, function)
    assert outcome == "error"
    assert words in message


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
    (lambda a, b: total(a, b) + b, "wrong", "term b has coefficient 2, should be 1"),
    (lambda a, b: 0.5 * np.sum(a**2), "wrong", "term b has coefficient 0, should be 1"),
    (lambda a, b: np.sum(np.abs(a)) + b**2, "wrong", "f(0, b) = b, but 4"),
    (lambda a, b: 0.5 * np.sum(a**2) ** 1.01 + b, "wrong", "the right value is"),
]


@pytest.mark.parametrize(("function", "outcome", "words"), SPEAKING)
def test_the_message_says_what_is_wrong(function, outcome, words):
    found, message = diagnose(EXERCISE, function)
    assert (found, words in message) == (outcome, True), message


def test_two_slips_that_agree_are_not_guessed_between():
    wrong = lambda a, b: np.sum(a**2) + b  # noqa: E731
    twins = Exercise(total, EXERCISE.probe, {"one": wrong, "other": wrong}, ())
    assert diagnose(twins, wrong)[0] == "wrong"


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
