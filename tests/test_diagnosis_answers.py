"""The checker on whole lists of students' answers: the share that is named or located.

Every lesson that has exercises has such lists, found by looking. What a file holds is said in
`wrong_answers`. `pytest -s tests/test_diagnosis_answers.py` prints the share of each exercise.
"""

import contextlib
import importlib
import io
import re
from functools import cache

import numpy as np
import pytest
from conftest import ROOT
from wrong_answers import answers

from helpers.diagnosis import STEPS, diagnose
from helpers.exercise import Exercise

FEWEST_WRONG, FEWEST_RIGHT, WANTED = 29, 12, 0.85


def exercises():
    """Every exercise of every lesson by (lesson, name)."""
    found = {}
    for path in sorted((ROOT / "helpers" / "lessons").glob("*/exercises.py")):
        lesson = path.parent.name
        module = importlib.import_module(f"helpers.lessons.{lesson}.exercises")
        ours = [value for value in vars(module).values() if isinstance(value, Exercise)]
        found |= {(lesson, one.name): one for one in ours}
    return found


EXERCISES = exercises()
NAMES = pytest.mark.parametrize("name", EXERCISES, ids="-".join)


def of(answer):
    return answer.lesson, answer.exercise


def judged(answer, steps=STEPS):
    """(outcome, message) for one answer of the lists."""
    exercise = EXERCISES[of(answer)]
    function = answer.function(", ".join(exercise.arguments))
    with contextlib.redirect_stdout(io.StringIO()):
        return diagnose(exercise, function, steps)


def said(message):
    """The message without its counterexample, which names and locates nothing."""
    return message.split("By hand:")[0]


def helps(answer, outcome, message):
    """Whether the message names or locates the mistake."""
    return outcome != "passed" and bool(re.search(answer.words, said(message), re.IGNORECASE))


WRONG = [a for a in answers() if a.words != "right"]
RIGHT = [a for a in answers() if a.words == "right"]


def test_every_answer_is_to_an_exercise_that_there_is():
    assert {of(one) for one in answers()} <= set(EXERCISES)


@NAMES
def test_an_exercise_has_enough_answers_of_both_kinds(name):
    assert sum(of(one) == name for one in WRONG) >= FEWEST_WRONG
    assert sum(of(one) == name for one in RIGHT) >= FEWEST_RIGHT


@NAMES
def test_most_wrong_answers_are_named_or_located_and_none_passes_or_is_misled(name):
    mine = [one[:3] for one in verdicts(name)]
    for answer, outcome, message in mine:
        assert outcome in ("slip", "wrong", "error"), answer.body
        assert message
        for right, yours in re.findall(r"should be (\S+), yours is (\S+?)[.;]", message):
            assert right != yours, message
        if answer.misleading:
            led = re.search(answer.misleading, said(message), re.IGNORECASE)
            assert not led, (answer.body, message)
    share = np.mean([helps(*one) for one in mine])
    print(f"\n{'-'.join(name)}: {share:.0%} of {len(mine)} named or located")
    assert share >= WANTED


@NAMES
def test_right_answers_in_any_style_pass(name):
    for answer in (a for a in RIGHT if of(a) == name):
        outcome, message = judged(answer)
        assert outcome == "passed", (answer.body, message)


@cache
def verdicts(name):
    """(answer, outcome, message, the steps that found something) for its wrong answers.

    Of one exercise: a test does not pay for the others, whichever process it runs in.
    """
    found = []
    for answer in (a for a in WRONG if of(a) == name):
        used = set()
        steps = tuple(_watched(step, used) for step in STEPS)
        found.append((answer, *judged(answer, steps), used))
    return found


def _watched(step, used):
    def run(case):
        findings = step(case)
        if findings:
            used.add(step)
        return findings

    return run


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_every_step_is_needed(step):
    """Without it some answer that was named or located no longer is."""
    without = tuple(one for one in STEPS if one is not step)
    assert any(
        step in used and helps(answer, *told) and not helps(answer, *judged(answer, without))
        for name in EXERCISES
        for answer, *told, used in verdicts(name)
    )


@NAMES
def test_a_check_asks_the_function_a_few_hundred_times_at_most(name):
    exercise, calls = EXERCISES[name], []

    def counting(*arguments):
        calls.append(1)
        value = exercise.solution(*arguments)
        if isinstance(value, tuple):
            return tuple(np.sin(part) for part in value)
        return np.sin(value)

    diagnose(exercise, counting)
    assert 0 < len(calls) <= 400, len(calls)
