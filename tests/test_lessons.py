"""Every derivation, prediction and exercise of every lesson, by the same rules."""

import itertools

import numpy as np
import pytest
from conftest import parts

from helpers.controls import Slider
from helpers.diagnosis import N_PROBES, diagnose, flat, same
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
    assert len(exercise.slips) >= 6
    assert len(exercise.hints) == 3
    assert diagnose(exercise, exercise.solution)[0] == "passed"
    for slip, wrong in exercise.slips.items():
        assert diagnose(exercise, wrong) == ("slip", f"Known slip: {slip}.")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_slips_are_pairwise_distinct_on_the_probes(exercise):
    rng = np.random.default_rng(0)
    probes = [exercise.probe(rng) for _ in range(N_PROBES)]
    functions = {"the solution": exercise.solution} | exercise.slips
    values = {name: [flat(f(*probe)) for probe in probes] for name, f in functions.items()}
    for one, other in itertools.combinations(values, 2):
        assert not same(values[one], values[other]), f"{one} = {other}"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_solution_is_short_and_keeps_every_identity(exercise):
    assert len(exercise.source.splitlines()) <= 12
    for words, trouble in (exercise.identities or {}).items():
        assert trouble(exercise.solution) == "", words


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.values[0].terms])
def test_terms_rebuild_the_solution(exercise):
    rng = np.random.default_rng(1)
    probes = [exercise.probe(rng) for _ in range(N_PROBES)]
    design = np.array([list(exercise.terms(*probe).values()) for probe in probes])
    values = np.array([float(exercise.solution(*probe)) for probe in probes])
    fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    assert np.allclose(fitted, values, rtol=1e-9)


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
