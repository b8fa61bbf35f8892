"""What surrounds a part: a cell run again lets go of what it showed; changes come one at a time."""

import gc
import threading
import weakref

import numpy as np
import pytest
from ipywidgets.widgets import widget
from test_widgets import EXPLORER, scene

from helpers import frame
from helpers.controls import Slider
from helpers.widgets import Explorer, Stage


class Shell:
    """As much of IPython's shell as says which cell is run, and in which run."""

    def __init__(self):
        self.run, self.cell = 0, "a cell"

    def get_parent(self):
        metadata = {"cellId": self.cell} if self.cell else {}
        return {"metadata": metadata, "header": {"msg_id": str(self.run)}}


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(frame, "_shown", {})
    shell = Shell()
    monkeypatch.setattr(frame, "get_ipython", lambda: shell)
    return shell


def show(shell, stage):
    shell.run += 1
    frame.shown_in_cell(stage.box)


def test_a_cell_run_many_times_keeps_one_display(shell):
    show(shell, Stage(EXPLORER))
    alive = len(widget._instances)
    stages = []
    for _ in range(20):
        stage = Stage(EXPLORER)
        stages.append(weakref.ref(stage))
        show(shell, stage)
        del stage
    gc.collect()
    assert len(widget._instances) == alive
    assert [stage() is None for stage in stages] == [True] * 19 + [False]


def test_two_parts_in_one_run_and_parts_of_other_cells_stay(shell):
    one, other, elsewhere = Stage(EXPLORER), Stage(EXPLORER), Stage(EXPLORER)
    show(shell, one)
    frame.shown_in_cell(other.box)
    shell.cell = "another cell"
    show(shell, elsewhere)
    for stage in (one, other, elsewhere):
        stage.controls.widgets["a"].value = 2.0
        assert stage.summary == "a = 2, up: a line."
        assert stage.box.comm is not None


def test_without_a_cell_nothing_is_closed(shell):
    shell.cell = None
    stage = Stage(EXPLORER)
    show(shell, stage)
    show(shell, Stage(EXPLORER))
    assert stage.box.comm is not None


def test_picture_and_words_agree_when_changes_come_from_many_threads():
    stage = Stage(Explorer("A line", (Slider("a", "a", 0.0, 2.5, 1.0, 0.5),), scene, (4, 3)))
    seen = []
    stage.layer.observe(lambda change: seen.append((change["new"], stage.summary)), "value")

    def hand(seed):
        rng = np.random.default_rng(seed)
        for _ in range(40):
            stage.controls.widgets["a"].value = 0.5 * rng.integers(6)
            stage.controls.reset()

    hands = [threading.Thread(target=hand, args=(seed,)) for seed in range(4)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert len(seen) > 40
    for value, summary in seen:
        assert value.count(summary) == 2, "the picture's label, the caption and the state"
    shown = stage.controls.values["a"]
    assert f"a = {shown:g}, up" in stage.layer.value


def test_the_notebooks_own_error_state_does_not_reach_the_pictures():
    def tiny(figure):
        dot = figure.subplots().plot([0], [0], animated=True)[0]

        def update(a):
            dot.set_data([a], [np.exp(-1000 * a)])  # underflows: numpy's default says nothing
            return f"At {a} the tail is drawn."

        return update

    explorer = Explorer("A tail", (Slider("a", "a", 0.0, 2.0, 1.0, 0.5),), tiny, (4, 3))
    with np.errstate(all="raise"):
        stage = Stage(explorer)
        stage.controls.widgets["a"].value = 2.0
    assert stage.summary == "At 2.0 the tail is drawn."
