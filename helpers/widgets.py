"""Three interactive parts: Explorer, Derivation, Prediction. No mathematics here.

Each is declared as data and shown by being the last expression of a cell. Its
`_repr_mimebundle_` gives the live widgets, a static form for readers without a kernel, and one
deterministic sentence. Every display builds its own widgets, so nothing is ever shared.
"""

import base64
import inspect
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape

import numpy as np
from ipywidgets import HTML, GridBox, HBox, HTMLMath, IntSlider, Layout, VBox

from helpers.controls import Choice, Controls, Slider, button, one_at_a_time
from helpers.exercise import Exercise
from helpers.frame import framed, shown_in_cell
from helpers.stage import STYLE, Stage
from helpers.words import short

__all__ = [
    "STYLE",
    "Choice",
    "Derivation",
    "Exercise",
    "Explorer",
    "Line",
    "Prediction",
    "Slider",
    "Stage",
    "explorer",
]


@dataclass(frozen=True)
class Explorer:
    """Sliders beside a picture that follows the hand.

    `scene(figure)` draws once what never moves, creates the moving artists with `animated=True`,
    and returns `update(**values) -> sentence`. Without controls it is a captioned picture.
    """

    title: str
    controls: tuple[Slider | Choice, ...]
    scene: Callable
    size: tuple[float, float] = (9.6, 4.0)

    source = property(lambda self: inspect.getsource(self.scene))

    def _repr_mimebundle_(self, include=None, exclude=None):
        stage = Stage(self)
        text = f"{self.title}: {stage.summary}"
        width, height = (round(96 * inches) for inches in self.size)
        picture = {"image/png": base64.b64encode(stage.png()).decode()}
        about = {"image/png": {"width": width, "height": height, "alt": text}}
        return _bundle(stage.box, text, picture), about


def explorer(title, *controls, size=(9.6, 4.0)):
    """Makes an Explorer of the scene function below it, under that function's name."""
    return lambda scene: Explorer(title, controls, scene, size)


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    `value(**parameters)` evaluates what the line displays, symbol for symbol. It must equal the
    number of the last right line, or of `aside(**parameters)` where the line states a side result
    or compares with a library or a measurement. `quoted` names the source of a line given as
    printed there; `misprint` does so where that line is wrong.
    """

    latex: str
    reason: str
    value: Callable
    aside: Callable | None = None
    misprint: str = ""
    quoted: str = ""


@dataclass(frozen=True)
class Derivation:
    """A ledger of lines, each with its number at the current parameters.

    `at(**values)` turns the sliders' values into the parameters of every line, where these are
    vectors or matrices.
    """

    title: str
    lines: tuple[Line, ...]
    controls: tuple[Slider | Choice, ...] = ()
    at: Callable = dict

    tolerance = 1e-10

    def ledger(self, **values):
        """(number, difference from what it must equal or None) of every line."""
        before, rows = None, []
        with one_at_a_time():
            parameters = self.at(**values)
            for line in self.lines:
                number = line.value(**parameters)
                other = line.aside(**parameters) if line.aside else before
                rows.append((number, None if other is None else number - other))
                if not line.aside and not line.misprint:
                    before = number
        return rows

    def agrees(self, number, difference):
        return bool(np.abs(difference).max() <= self.tolerance * max(1.0, np.abs(number).max()))

    def _other(self, index):
        """What line `index` is compared with, in words."""
        if self.lines[index].aside:
            return "its other side"
        right = [k for k in range(index) if not (self.lines[k].aside or self.lines[k].misprint)]
        return f"line {right[-1] + 1}"

    def _verdict(self, index, number, difference):
        """Whether the line equals what it must, and its number: in one line where there is room."""
        shown = f' <b style="white-space:nowrap">{_number(number)}</b>'
        if difference is None:
            return "the start" + shown
        if self.agrees(number, difference):
            mark = "by luck" if self.lines[index].misprint else "✓"
            return f"{mark} = {self._other(index)}{shown}"
        gap = np.asarray(difference).flat[np.abs(difference).argmax()]
        sign, red = "−" if gap < 0 else "+", "color:var(--jp-error-color1,#b3261e)"
        off = f"✗ {self._other(index)} {sign} {short(abs(gap))}"
        return f'<span style="{red}">{off}</span>{shown}'

    def _equation(self, line):
        source = line.misprint or line.quoted
        quoted = f"<b>As printed in the {escape(source)}.</b> " if source else ""
        equation = rf'<div class="vi-equation">$\displaystyle {line.latex}$</div>'
        return f"{equation}{quoted}{line.reason}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        starts = {control.name: control.start for control in self.controls}
        rows = self.ledger(**starts)
        body = "".join(
            f'<tr><td style="text-align:left">{index + 1}</td>'
            f'<td style="text-align:left">{self._equation(line)}</td>'
            f'<td style="text-align:left">{self._verdict(index, *rows[index])}</td></tr>'
            for index, line in enumerate(self.lines)
        )
        at = ", ".join(f"{_symbol(c.label)} = {_start(c)}" for c in self.controls)
        head = "<tr><th></th><th>line, and why</th><th>its number</th></tr>"
        caption = escape(self.title) + (f", at {escape(at)}" if at else "")
        table = f"<table><caption>{caption}</caption>{head}{body}</table>"
        table += "<p><small>Run this cell to step through it.</small></p>"
        wrong = sum(gap is not None and not self.agrees(n, gap) for n, gap in rows)
        text = f"{self.title}: {len(rows)} lines, {wrong} of them wrong"
        return _bundle(self.live(), text, {"text/html": table})

    def live(self):
        """The widgets: line by line, with sliders for the parameters."""
        columns = "1.6em minmax(0, 1fr) fit-content(15em)"
        ledger = GridBox(layout=Layout(grid_template_columns=columns, grid_gap="2px 8px"))
        equations = [HTMLMath(self._equation(line)) for line in self.lines]
        numbers = [HTML() for _ in self.lines]
        places = [HTML(f"{index}") for index in range(1, len(self.lines) + 1)]

        def refresh(**values):
            for index, row in enumerate(self.ledger(**values)):
                numbers[
                    index
                ].value = f'<output class="vi-verdict">{self._verdict(index, *row)}</output>'

        def show(shown):
            chosen = zip(places[:shown], equations[:shown], numbers[:shown], strict=True)
            ledger.children = tuple(itertools.chain.from_iterable(chosen))
            count.value = f"line {shown} of {len(self.lines)}"

        # A slider, so that the arrow keys step; the buttons are for the mouse.
        line = IntSlider(
            1, 1, len(self.lines), description="line", readout=False, layout=Layout(width="22em")
        )
        line.observe(lambda change: show(change["new"]), "value")

        def step(by):
            line.value = min(max(line.value + by, 1), len(self.lines))

        count = HTML(layout=Layout(margin="2px 2px 2px 14px"))  # clear of the slider's handle
        previous = button("Previous", lambda: step(-1), width="auto")
        following = button("Next line", lambda: step(1), width="auto")
        every = button("All lines", lambda: step(len(self.lines)), width="auto")
        controls = Controls(self.controls, refresh)
        refresh(**controls.values)
        show(1)
        steps = [previous, following, every, line, count]
        buttons = HBox(steps, layout=Layout(flex_flow="row wrap"))
        # Upside down, so that the browser keeps the newest line, at the end, in view.
        ledger.layout.flex, ledger.layout.overflow = "0 0 auto", "visible"
        window = VBox([ledger], layout=Layout(max_height="30em", overflow="auto"))
        window.layout.flex_flow = "column-reverse nowrap"
        reset = [controls.reset_button] if self.controls else []
        return framed(self.title, controls.box, window, buttons, buttons=reset)


@dataclass(frozen=True)
class Prediction:
    """A question to commit to before sliding.

    `answer` is the index of the right option, `reason` why it is right; `replies` says of each
    option why *that* one is wrong ("" for the right one); `look_for` points to the next picture.
    """

    question: str
    options: tuple[str, ...]
    answer: int
    reason: str
    look_for: str
    replies: tuple[str, ...] = ()

    def _explanation(self):
        right = f"{LETTERS[self.answer]}. {self.options[self.answer]}"
        return f"<b>The answer: {right}.</b> {self.reason}<br><i>{self.look_for}</i>"

    def _reply(self, index):
        if index == self.answer:
            return f"✓ <b>Yes.</b> {self._explanation()}"
        why = self.replies[index] if self.replies else ""
        chosen = f"{LETTERS[index]}. {self.options[index]}"
        return f"✗ <b>Not {chosen}.</b> {why}<br>{self._explanation()}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        pairs = zip(LETTERS, self.options, strict=False)
        listed = "<br>".join(f"<b>{letter}.</b> {option}" for letter, option in pairs)
        answer = f"<details><summary>Answer</summary>{self._explanation()}</details>"
        page = f"<p><b>Predict.</b> {self.question}</p><p>{listed}</p>{answer}"
        page += "<p><small>Run this cell to answer it.</small></p>"
        return _bundle(self.live(), f"Predict. {_plain(self.question)}", {"text/html": page})

    def live(self):
        """The question, a button for each option, and then the answer with its reason."""
        reply = HTMLMath(layout=Layout(min_height="6em"))

        def choose(index):
            for place, one in enumerate(buttons):
                (one.add_class if place == index else one.remove_class)("vi-chosen")
            reply.value = self._reply(index)

        def give():
            # A reply holds the answer, too, and says why the option chosen is wrong: it stays.
            reply.value = reply.value or self._explanation()

        buttons = []
        for index, text in enumerate(self.options):
            text = f"{LETTERS[index]}. {_plain(text)}"
            buttons.append(button(text, lambda index=index: choose(index), width="auto"))
            buttons[-1].add_class("vi-option")
        answer = button("Show the answer", give, width="auto")
        row = HBox([*buttons, answer], layout=Layout(flex_flow="row wrap"))
        question = HTMLMath(f"<b>Predict.</b> {self.question}")
        return framed("", question, row, reply)


LETTERS = "ABCDEF"


def _bundle(box, text, static):
    """The three forms at once: live widgets, the sentence, and `static` by its MIME type."""
    shown_in_cell(box)
    return box._repr_mimebundle_() | {"text/plain": text} | static


def _plain(text):
    """The text without its markup, for buttons and for text/plain."""
    return unescape(re.sub(r"<[^>]+>|[$\\]", "", text))


def _symbol(label):
    """ "h" of "h, heads seen"."""
    return label.partition(",")[0]


def _start(control):
    return short(control.start) if isinstance(control, Slider) else control.start


def _number(value):
    """A number, or (a, b), or rows of them; what is only rounding is 0."""
    if np.ndim(value):
        return f"({', '.join(map(_number, value))})"
    return "0" if abs(value) < 1e-13 else short(value)
