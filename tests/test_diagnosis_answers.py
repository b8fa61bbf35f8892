"""The checker on whole lists of students' answers: the share that is named or located.

`pytest -s tests/test_diagnosis_answers.py` prints the share of each exercise.
"""

import contextlib
import importlib
import io
import re
from functools import cache

import numpy as np
import pytest
from wrong_answers import answers

from helpers.diagnosis import STEPS, diagnose
from helpers.exercise import Exercise

LESSONS = ("gaussian_kl", "mean_matching", "mean_field_posterior", "gmm_cavi")
WANTED = 0.85


@cache
def exercises():
    """Every exercise by "name", and by "name@lesson"."""
    found = {}
    for lesson in LESSONS:
        module = importlib.import_module(f"helpers.lessons.{lesson}.exercises")
        for value in vars(module).values():
            if isinstance(value, Exercise):
                found[f"{value.name}@{lesson}"] = found[value.name] = value
    return found


def judged(answer, steps=STEPS):
    """(outcome, message) for one answer of the lists."""
    exercise = exercises()[answer.exercise]
    function = answer.function(", ".join(exercise.arguments))
    with contextlib.redirect_stdout(io.StringIO()):
        return diagnose(exercise, function, steps)


def helps(answer, outcome, message):
    """Whether the message names or locates the mistake; the counterexample does not count."""
    said = message.split("By hand:")[0]
    return outcome != "passed" and bool(re.search(answer.words, said, re.IGNORECASE))


WRONG = [a for a in answers() if a.words != "right"]
RIGHT = [a for a in answers() if a.words == "right"]
NAMES = sorted({a.exercise for a in WRONG})


def test_every_exercise_has_its_lists():
    found = {exercises()[name].name: name for name in NAMES}
    assert len(NAMES) == 14
    assert set(found) == {e.name for e in exercises().values()}
    for name in NAMES:
        assert sum(a.exercise == name for a in WRONG) >= 29, name
        assert sum(a.exercise == name for a in RIGHT) >= 12, name


@pytest.mark.parametrize("name", NAMES)
def test_most_wrong_answers_are_named_or_located_and_none_passes(name):
    mine = [one[:3] for one in verdicts() if one[0].exercise == name]
    for answer, outcome, message in mine:
        assert outcome in ("slip", "wrong", "error"), answer.body
        assert message
        for right, yours in re.findall(r"should be (\S+), yours is (\S+?)[.;]", message):
            assert right != yours, message
    share = np.mean([helps(*one) for one in mine])
    print(f"\n{name}: {share:.0%} of {len(mine)} named or located")
    assert share >= WANTED


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_in_any_style_pass(name):
    for answer in (a for a in RIGHT if a.exercise == name):
        outcome, message = judged(answer)
        assert outcome == "passed", (answer.body, message)


@cache
def verdicts():
    """(answer, outcome, message, the steps that found something) for every wrong answer."""
    found = []
    for answer in WRONG:
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
    mine = [answer for answer, *said, used in verdicts() if step in used and helps(answer, *said)]
    assert any(not helps(answer, *judged(answer, without)) for answer in mine)


def test_a_check_asks_the_function_a_few_hundred_times_at_most():
    for name in NAMES:
        exercise, calls = exercises()[name], []

        def counting(*arguments, exercise=exercise, calls=calls):
            calls.append(1)
            value = exercise.solution(*arguments)
            if isinstance(value, tuple):
                return tuple(np.sin(part) for part in value)
            return np.sin(value)

        diagnose(exercise, counting)
        assert 0 < len(calls) <= 400, (name, len(calls))
