"""Every explorer of every lesson: at every extreme, and back."""

import itertools
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import parts

from helpers.widgets import Explorer

EXPLORERS = parts(Explorer)


def combinations(controls):
    """Low, start and high of every control in all combinations; by pairs beyond 200 of them."""
    names = [control.name for control in controls]
    starts = {control.name: control.start for control in controls}
    ranges = {control.name: control.extremes for control in controls}
    if np.prod([len(values) for values in ranges.values()]) <= 200:
        for values in itertools.product(*ranges.values()):
            yield dict(zip(names, values, strict=True))
        return
    yield {name: values[0] for name, values in ranges.items()}
    yield {name: values[-1] for name, values in ranges.items()}
    for first, second in itertools.combinations(names, 2):
        for pair in itertools.product(ranges[first], ranges[second]):
            yield starts | dict(zip((first, second), pair, strict=True))


def finite(artist):
    """Whether what the artist draws is finite: lines, areas, bars, outlines."""
    if not artist.get_visible():
        return True
    if hasattr(artist, "get_xydata"):
        return np.isfinite(artist.get_xydata()).all()
    if hasattr(artist, "get_paths"):
        return all(np.isfinite(path.vertices).all() for path in artist.get_paths())
    return not hasattr(artist, "get_path") or np.isfinite(artist.get_path().vertices).all()


def marks(stage):
    """What the moving layer shows, without its random ids."""
    return re.sub(r'( id="|url\(#|href="#)[^")]*', "", stage.layer.value)


@pytest.fixture(scope="module", params=EXPLORERS)
def explorer(request):
    return request.param


def test_explorer_at_every_extreme(explorer, stage):
    start = marks(stage)
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in stage.figure.axes]
    n_artists = len(stage.figure.findobj())
    for values in combinations(explorer.controls):
        stage.draw(**values)
        assert not re.search(r"\b(nan|inf)\b", stage.summary), (values, stage.summary)
        assert len(stage.summary) > 20
        broken = [artist for artist in stage.moving if not finite(artist)]
        assert not broken, (values, broken)
        assert "nan" not in re.sub("<!--.*?-->", "", stage.layer.value), values
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in stage.figure.axes] == limits
    assert len(stage.figure.findobj()) == n_artists, "an update adds artists"
    assert not plt.get_fignums(), "an explorer uses pyplot"
    stage.controls.reset()
    assert marks(stage) == start


def test_explorer_follows_each_control_and_comes_back(explorer, stage):
    start, sentence = marks(stage), stage.summary
    for control in explorer.controls:
        widget = stage.controls.widgets[control.name]
        pictures = set()
        for value in control.extremes:
            widget.value = value
            pictures.add(marks(stage))
        assert len(pictures) > 1, f"{control.name} changes nothing"
        stage.controls.reset()
    assert marks(stage) == start
    assert stage.summary == sentence
