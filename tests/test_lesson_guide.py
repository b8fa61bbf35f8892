"""The example in helpers/lessons/README.md is a lesson by its own rules."""

import re
import types

import numpy as np
import pytest
from conftest import ROOT

from helpers.diagnosis import diagnose
from helpers.exercise import Exercise
from helpers.widgets import Derivation, Explorer, Prediction, Stage

GUIDE = (ROOT / "helpers" / "lessons" / "README.md").read_text(encoding="utf-8")
FILES = re.findall(r"```python\n# (\w+)\.py\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Every part of the example by its name; from files, since a scene shows its source."""
    found, folder = {}, tmp_path_factory.mktemp("example")
    for name, source in FILES:
        path = folder / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        module = types.ModuleType(name)
        exec(compile(source, str(path), "exec"), vars(module))
        found |= vars(module)
    return types.SimpleNamespace(**found)


def test_the_example_is_short():
    assert [name for name, _ in FILES] == ["coins", "exercises"]
    assert sum(len(source.splitlines()) for _, source in FILES) <= 100


def test_its_picture_moves(example):
    assert isinstance(example.coin, Explorer)
    stage = Stage(example.coin)
    before = stage.layer.value
    stage.controls.widgets["theta"].value = 0.5
    assert stage.layer.value != before
    assert stage.summary == "A coin with θ = 0.5 has an entropy of 0.693 nats."


def test_its_ledger_agrees(example):
    assert isinstance(example.expected, Derivation)
    for theta in np.linspace(0.05, 0.95, 7):
        _, (number, gap) = example.expected.ledger(theta=theta)
        assert example.expected.agrees(number, gap)


def test_its_prediction_replies(example):
    assert isinstance(example.fairest, Prediction)
    assert [bool(reply) for reply in example.fairest.replies] == [False, True]
    right = example.fairest.options[example.fairest.answer]
    assert right == "the fair one"
    assert np.argmax(example.entropy(example.X)) in (99, 100)


def test_its_exercise_names_each_slip(example):
    exercise = example.entropy_of_a_coin
    assert isinstance(exercise, Exercise)
    assert len(exercise.slips) >= 6
    assert len(exercise.hints) == 3
    assert diagnose(exercise, exercise.solution)[0] == "passed"
    for slip, wrong in exercise.slips.items():
        assert slip in diagnose(exercise, wrong)[1]


def test_its_exercise_locates_a_mistake_that_is_not_listed(example):
    exercise = example.entropy_of_a_coin

    def half(theta):
        return exercise.solution(theta) + 0.5 * theta * np.log(theta)

    outcome, message = diagnose(exercise, half)
    assert (outcome, message.startswith("The term θ log θ has coefficient −½")) == ("wrong", True)
    assert "By hand: `coin_entropy(0.5)`" in message
    for sides in exercise.identities.values():
        left, relation, right = sides(exercise.solution, 0.2)
        assert (np.isclose(left, right), relation) == (True, "=")


def test_every_test_file_that_it_names_is_there():
    named = set(re.findall(r"`(test_\w+\.py)`", GUIDE))
    assert len(named) > 5
    for name in named:
        assert (ROOT / "tests" / name).exists(), name
