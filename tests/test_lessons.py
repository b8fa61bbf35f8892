"""Every derivation, prediction and exercise of every lesson, by the same rules."""

import itertools
import re

import numpy as np
import pytest
from conftest import parts

from helpers.controls import Slider
from helpers.diagnosis import diagnose
from helpers.diagnosis.case import N_PROBES, Case
from helpers.diagnosis.scales import linked
from helpers.diagnosis.terms import right_coefficients
from helpers.exercise import Exercise
from helpers.widgets import Derivation, Explorer, Prediction, Stage

EXPLORERS, DERIVATIONS = parts(Explorer), parts(Derivation)
EXERCISES, PREDICTIONS = parts(Exercise), parts(Prediction)


@pytest.mark.parametrize("part", EXPLORERS + DERIVATIONS)
def test_controls_are_well_formed(part):
    names = [control.name for control in part.controls]
    assert len(set(names)) == len(names)
    for control in part.controls:
        assert len(control.label) <= 22, f"{control.label!r} would be cut off"
        if isinstance(control, Slider):
            assert control.low <= control.start <= control.high
            steps = (control.start - control.low) / control.step
            assert steps == pytest.approx(round(steps), abs=1e-6), f"{control.name} starts off-step"
        else:
            assert control.start in control.options


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_slip_is_diagnosed_as_itself(exercise):
    assert len(exercise.slips) >= 6 or exercise.reply
    assert len(exercise.hints) == 3
    assert diagnose(exercise, exercise.solution)[0] == "passed"
    for slip, wrong in exercise.slips.items():
        outcome, message = diagnose(exercise, wrong)
        assert (outcome, message.startswith(f"Known slip: {slip}.")) == ("slip", True), message


@pytest.mark.parametrize("exercise", EXERCISES)
def test_slips_are_pairwise_distinct_on_the_probes(exercise):
    rng = np.random.default_rng(0)
    probes = [exercise.probe(rng) for _ in range(N_PROBES)]
    case = Case(exercise, None)
    functions = {"the solution": exercise.solution} | exercise.slips
    values = {name: [case.solve(probe, f) for probe in probes] for name, f in functions.items()}
    for one, other in itertools.combinations(values, 2):
        alike = all(
            a.shape == b.shape and np.allclose(a, b, 1e-9, 1e-12, equal_nan=True)
            for rows in zip(values[one], values[other], strict=True)
            for a, b in zip(*rows, strict=True)
        )
        assert not alike, f"{one} = {other}"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_solution_is_short_explained_and_keeps_every_identity(exercise):
    assert len(exercise.source.splitlines()) <= 12
    assert exercise.explanation.endswith(".")
    rng = np.random.default_rng(1)
    probes = [exercise.probe(rng) for _ in range(10)]
    for words, sides in (exercise.identities or {}).items():
        for arguments in [*exercise.examples, *probes]:
            left, relation, right = sides(exercise.solution, *arguments)
            close = np.allclose(left, right, 1e-8, 1e-9)
            gap = np.asarray(left, float) - np.asarray(right, float)
            holds = {"=": False, "≥": np.all(gap >= 0), "≤": np.all(gap <= 0)}[relation]
            assert close or holds, (words, arguments)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_examples_are_in_round_numbers_and_answered(exercise):
    assert exercise.examples or exercise.reply
    for arguments in exercise.examples:
        assert len(arguments) == len(exercise.arguments)
        assert all(np.all(np.round(a, 1) == a) for a in arguments)
        assert np.isfinite(np.concatenate([np.ravel(p) for p in _parts(exercise, arguments)])).all()


def _parts(exercise, arguments):
    return Case(exercise, None).solve(arguments)


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if not e.values[0].reply])
def test_probes_are_unlike_in_every_axis(exercise):
    """A wrong axis, or a size for another, is seen: no two axes agree on all probes by chance."""
    rng = np.random.default_rng(0)
    probes = [exercise.probe(rng) for _ in range(N_PROBES)]
    for i, argument in enumerate(probes[0]):
        if np.ndim(argument) == 2 and np.shape(argument) != (2, 2):
            assert any(p[i].shape[0] != p[i].shape[1] for p in probes)


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.values[0].scales])
def test_terms_rebuild_the_solution_on_every_scale(exercise):
    case = Case(exercise, exercise.solution).read()
    for part in range(len(case.right[0])):
        for view in linked(case, part):
            if exercise.name == "update_factor":
                view = _of_entry_j(case, part)
            coefficients = right_coefficients(view)
            assert coefficients is not None, view.scale
            rebuilt = np.column_stack(list(view.terms.values())) @ coefficients
            assert np.allclose(rebuilt, view.right, 1e-8, 1e-8 * np.abs(view.right).max())


def _of_entry_j(case, part):
    case.masks[part] = [np.arange(2) == probe[-1] for probe in case.probes]
    return next(iter(linked(case, part)))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_ledger_named_by_an_exercise_exists(exercise):
    titles = [part.values[0].title for part in DERIVATIONS]
    for named in re.findall("Ledger “([^”]*)”", exercise.explanation):
        assert any(title.startswith(named) for title in titles), named


@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_prediction_is_complete(prediction):
    assert 2 <= len(prediction.options) <= 5
    assert prediction.options[prediction.answer]
    assert prediction.reason
    assert prediction.look_for
    assert len(prediction.replies) == len(prediction.options), "one reply an option"
    for index, reply in enumerate(prediction.replies):
        assert bool(reply) is (index != prediction.answer), "the right option's reply is the reason"


@pytest.mark.parametrize("part", EXPLORERS + DERIVATIONS + PREDICTIONS)
def test_text_is_deterministic_and_holds_no_address(part, monkeypatch):
    monkeypatch.setattr(Stage, "png", lambda stage: b"")  # the words are looked at, not the picture

    def static():
        bundle = part._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return data["text/plain"], data.get("text/html")

    first = static()
    assert first == static()
    assert "0x" not in first[0]
