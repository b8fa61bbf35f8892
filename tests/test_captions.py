"""Every explorer's words and marks, at 300 random settings."""

import itertools
import re

import numpy as np
import pytest
from conftest import parts
from matplotlib.patches import Rectangle

from helpers.controls import Slider
from helpers.widgets import Explorer

EXPLORERS = [e for e in parts(Explorer) if e.values[0].controls]
N_SETTINGS = 300

FAULTS = {
    "a hyphen for a minus": r"(?<![\w.,:–)])-\d",
    "minus nothing": r"−0(\.0+)?(?![\d.·])",
    "a bare power": r"\d[eE][-+]?\d",
    "one of many": r"(?<![\d.,/–−+])1 (?!is\b|was\b|has\b|does\b|s\b|sits\b|falls\b)[a-z]+s\b",
    "not a number": r"\b(nan|inf|None)\b",
    "a double space": r"\S  \S",
}


def anywhere(control, rng):
    """A value of the control that a hand can set: an end, more often than chance would have it."""
    if rng.random() < 0.2:
        return control.extremes[rng.integers(len(control.extremes))]
    if not isinstance(control, Slider):
        return str(rng.choice(control.options))
    steps = round((control.high - control.low) / control.step)
    return control.snap(control.low + int(rng.integers(steps + 1)) * control.step)


def settings(explorer):
    rng = np.random.default_rng(0)
    for _ in range(N_SETTINGS):
        yield {control.name: anywhere(control, rng) for control in explorer.controls}


def outside(artist):
    """What a moving mark or bar shows beyond its axes, or ""."""
    if not artist.get_visible() or artist.axes is None:
        return ""
    ax = artist.axes
    if isinstance(artist, Rectangle):
        low, high = sorted(ax.get_ylim())
        ends = sorted([artist.get_y(), artist.get_y() + artist.get_height()])
        slack = 1e-6 * (high - low)
        return "" if low - slack <= ends[0] and ends[1] <= high + slack else f"a bar at {ends}"
    if hasattr(artist, "get_xydata") and artist.get_linestyle() == "None":
        places = artist.get_xydata()
        places = ax.transData.transform(places[np.isfinite(places).all(axis=1)])
        inside = ax.bbox.padded(0.5).contains
        lost = [place for place in places if not inside(*place)]
        return f"{artist.get_marker()} of {len(places)}" if lost else ""
    return ""


@pytest.fixture(scope="module", params=EXPLORERS)
def explorer(request):
    return request.param


def test_captions_and_marks_at_random_settings(explorer, stage):
    for values in settings(explorer):
        summary = stage._update(**values)
        for fault, pattern in FAULTS.items():
            assert not re.search(pattern, summary), (fault, values, summary)
        if "beyond the panel" in summary:
            continue
        lost = [found for found in map(outside, stage.moving) if found]
        assert not lost, (lost, values, summary)


def test_what_is_still_stays(explorer, stage):
    """A curve that moves but is not marked as moving would stay where it was drawn at first."""
    before = without_ids(stage.still)
    for values in itertools.islice(settings(explorer), 4):
        stage._update(**values)
        assert without_ids(stage.still_layer()) == before, values


def without_ids(svg):
    return re.sub(r'( id="|url\(#|href="#)[^")]*', "", svg)


def test_the_random_settings_can_be_set():
    slider = Slider("a", "a", -1.0, 2.0, 0.5, 0.25)
    rng = np.random.default_rng(1)
    found = {anywhere(slider, rng) for _ in range(300)}
    assert found == {-1 + 0.25 * k for k in range(13)}
