"""The four parts as widgets: three forms, no shared state, errors shown and raised."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from helpers.controls import Choice, Slider
from helpers.widgets import Derivation, Explorer, Line, Prediction, Stage, explorer

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def scene(figure):
    ax = figure.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 4))
    line = ax.plot([0, 1], [0, 0], animated=True)[0]

    def update(a, kind="up"):
        if a > 2.5:
            raise ValueError("a is too large")
        line.set_ydata([0, a] if kind == "up" else [a, 0])
        return f"a = {a:g}, {kind}: a line."

    return update


EXPLORER = Explorer(
    "A line",
    (Slider("a", "a", 0.0, 3.0, 1.0, 0.5), Choice("kind", "kind", ("up", "down"), "up")),
    scene,
    (4, 3),
)
DERIVATION = Derivation(
    "Squares",
    (
        Line(r"a^2", "the start", lambda a: a**2),
        Line(r"a \cdot a", "the same", lambda a: a * a),
        Line(r"2a", "a side result", lambda a: 2 * a, aside=lambda a: a + a),
        Line(r"a^3", "a slip", lambda a: a**3, misprint="solution, eq. 9.9"),
        Line(r"a^2", "repaired", lambda a: a**2),
    ),
    (Slider("a", "a", 0.0, 3.0, 1.5, 0.5),),
)
PREDICTION = Prediction("Is $x$ <b>big</b>?", ("yes", "no"), 1, "It is small.", "Look.")


def bundle(part):
    found = part._repr_mimebundle_()
    return found if isinstance(found, tuple) else (found, {})


@pytest.mark.parametrize(
    ("part", "static"),
    [
        (EXPLORER, "image/png"),
        (DERIVATION, "text/html"),
        (PREDICTION, "text/html"),
    ],
)
def test_three_forms_at_once(part, static):
    data, _ = bundle(part)
    assert set(data) == {WIDGET_VIEW, "text/plain", static}
    assert bundle(part)[0]["text/plain"] == data["text/plain"]
    assert bundle(part)[0][WIDGET_VIEW] != data[WIDGET_VIEW], "two displays share one view"


def test_the_picture_has_its_words():
    data, metadata = bundle(EXPLORER)
    assert metadata["image/png"]["alt"] == data["text/plain"] == "A line: a = 1, up: a line."
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_two_displays_share_nothing():
    one, other = Stage(EXPLORER), Stage(EXPLORER)
    one.controls.widgets["a"].value = 2.0
    assert one.summary == "a = 2, up: a line."
    assert other.summary == "a = 1, up: a line."
    names = [set(re.findall(r' id="([^"]+)"', s.layer.value + s.still)) for s in (one, other)]
    assert names[0]
    assert not names[0] & names[1]


def test_the_layers_have_one_geometry_and_no_style_for_the_page():
    stage = Stage(EXPLORER)
    boxes = [re.search(r'viewBox="[^"]+"', svg)[0] for svg in (stage.still, stage.layer.value)]
    assert boxes[0] == boxes[1]
    assert "<style" not in stage.still + stage.layer.value
    assert "<text" not in stage.still + stage.layer.value
    assert stage.layer.layout.grid_area == "1 / 1"


def test_an_upright_label_keeps_off_the_edge():
    labels = []

    def labelled(figure):
        update = scene(figure)
        labels.append(figure.axes[0].set_ylabel("nats"))
        return update

    stage = Stage(Explorer("A line", EXPLORER.controls, labelled, (4, 3)))
    renderer = FigureCanvasAgg(stage.figure).get_renderer()
    assert labels[0].get_window_extent(renderer).x0 > 4


def test_the_still_layer_is_one_image_and_a_document_of_its_own():
    stage = Stage(EXPLORER)
    (still,) = [w.value for w in walk(stage.box) if "<img" in str(getattr(w, "value", ""))]
    source = base64.b64decode(re.search('src="data:image/svg.xml;base64,([^"]+)"', still)[1])
    assert source.decode() == stage.still
    assert ElementTree.fromstring(source).tag == "{http://www.w3.org/2000/svg}svg"
    assert 'alt=""' in still


def test_only_the_moving_artists_are_sent_again():
    stage = Stage(EXPLORER)
    still = stage.still
    stage.controls.widgets["a"].value = 2.0
    assert stage.still is still
    assert len(stage.layer.value) < len(still) / 3
    assert stage.layer.value.count("<path") == 1


def test_an_error_in_a_callback_is_shown_and_raised_and_goes_away():
    stage = Stage(EXPLORER)
    with pytest.raises(ValueError, match="too large"):
        stage.controls.widgets["a"].value = 3.0
    assert "a is too large" in stage.controls.message.value
    assert 'role="alert"' in stage.controls.message.value
    assert stage.controls.message.layout.display is None
    stage.controls.reset()
    assert stage.controls.message.layout.display == "none"
    assert stage.summary == "a = 1, up: a line."


def test_what_html_could_misread_is_escaped():
    hostile = Explorer("<b>&", (), lambda figure: lambda: '<i>"x"</i> & more')
    stage = Stage(hostile)
    assert "<i>" not in stage.layer.value
    assert 'aria-label="&lt;i&gt;&quot;x&quot;' in stage.layer.value


def test_ledger_compares_with_the_last_right_line():
    rows = DERIVATION.ledger(a=2.0)
    assert rows == [(4, None), (4, 0), (4, 0), (8, 4), (4, 0)]
    text = bundle(DERIVATION)[0]["text/plain"]
    assert text == "Squares: 5 lines, 1 of them wrong"


def test_a_misprint_that_agrees_is_called_luck():
    html = DERIVATION._verdict(3, *DERIVATION.ledger(a=1.0)[3])
    assert html.startswith("by luck = line 2")


def buttons(box):
    return {w.description: w for w in walk(box) if type(w).__name__ == "Button"}


def walk(box):
    yield box
    for child in getattr(box, "children", ()):
        yield from walk(child)


def texts(box):
    return " ".join(w.value for w in walk(box) if type(w).__name__ in ("HTML", "HTMLMath"))


def test_derivation_steps_forward_back_and_to_the_end():
    box = DERIVATION.live()
    assert "line 1 of 5" in texts(box)
    assert "repaired" not in texts(box)
    buttons(box)["Next line"].click()
    assert "line 2 of 5" in texts(box)
    buttons(box)["Previous"].click()
    buttons(box)["Previous"].click()
    assert "line 1 of 5" in texts(box)
    buttons(box)["All lines"].click()
    assert "line 5 of 5" in texts(box)
    assert "repaired" in texts(box)
    buttons(box)["Next line"].click()
    assert "line 5 of 5" in texts(box)


def test_derivation_follows_its_slider():
    box = DERIVATION.live()
    slider = next(w for w in walk(box) if type(w).__name__ == "FloatSlider")
    buttons(box)["All lines"].click()
    slider.value = 3.0
    assert ">9</b>" in texts(box)
    assert "✗ line 2 + 18" in texts(box)
    assert re.search("✓ = line 2 <b [^>]+>9</b>", texts(box)), (
        "the repaired line is not compared with line 4"
    )


def chosen(box):
    return [text for text, one in buttons(box).items() if "vi-chosen" in one._dom_classes]


def test_prediction_tells_right_from_wrong_and_blocks_nothing():
    box = PREDICTION.live()
    buttons(box)["A. yes"].click()
    assert "✗ <b>Not A. yes.</b>" in texts(box)
    assert chosen(box) == ["A. yes"]
    buttons(box)["Show the answer"].click()
    assert "✗ <b>Not A. yes.</b>" in texts(box), "the reply to the choice is gone"
    assert texts(box).count("The answer: B. no.") == 1
    buttons(box)["B. no"].click()
    assert "✓ <b>Yes.</b>" in texts(box)
    assert chosen(box) == ["B. no"]
    box = PREDICTION.live()
    assert "It is small." not in texts(box)
    buttons(box)["Show the answer"].click()
    assert "It is small." in texts(box)
    assert bundle(PREDICTION)[0]["text/plain"] == "Predict. Is x big?"


def test_sliders_show_as_many_places_as_their_step_has():
    formats = [
        Slider("a", "a", 0.0, 1.0, 0.0, step).widget().readout_format
        for step in (0.05, 0.25, 0.1, 0.5)
    ]
    assert formats == [".2f", ".2f", ".1f", ".1f"]
    assert Slider("a", "a", 0, 9, 0, 1).widget().readout_format == "d"


def test_play_button_is_linked_to_its_slider():
    stage = Stage(
        Explorer("Steps", (Slider("a", "step", 0, 2, 0, 1, play=True),), lambda f: scene(f), (4, 3))
    )
    kinds = [type(w).__name__ for w in walk(stage.controls.box)]
    assert "Play" in kinds


def test_code_button_shows_the_scene():
    stage = Stage(EXPLORER)
    assert "<pre" not in texts(stage.box)
    buttons(stage.box)["Code"].click()
    (source,) = [w for w in walk(stage.box) if type(w).__name__ == "HTML" and "<pre" in w.value]
    assert "line.set_ydata([0, a]" in source.value
    assert source.layout.display is None
    buttons(stage.box)["Code"].click()
    assert source.layout.display == "none"


def test_a_reset_draws_once():
    stage = Stage(EXPLORER)
    stage.controls.widgets["a"].value, stage.controls.widgets["kind"].value = 2.0, "down"
    seen = []
    stage.layer.observe(lambda change: seen.append(change["new"]), "value")
    stage.controls.reset()
    assert len(seen) == 1
    assert stage.summary == "a = 1, up: a line."


def test_slider_values_are_those_it_shows():
    slider = Slider("a", "a", 0.2, 1.4, 0.6, 0.1)
    assert slider.snap(0.1 + 0.2) == 0.3
    assert slider.snap(0.6000000000000001) == 0.6
    assert Slider("a", "a", -1.0, 1.0, 0.0, 0.25).snap(-0.2500000001) == -0.25


def test_explorer_decorator_takes_the_scene_below_it():
    @explorer("A line", Slider("a", "a", 0.0, 3.0, 1.0, 0.5), size=(4, 3))
    def line(figure):
        return scene(figure)

    assert isinstance(line, Explorer)
    assert line.source.lstrip().startswith("@explorer(")
    assert Stage(line).summary == "a = 1, up: a line."


def test_derivation_turns_sliders_into_parameters_at_one_place():
    square = Line(r"x^\\top x", "the start", lambda x: x @ x)
    derivation = Derivation(
        "Squares", (square,), DERIVATION.controls, at=lambda a: dict(x=np.array([a, 2]))
    )
    assert derivation.ledger(a=1.0) == [(5.0, None)]
