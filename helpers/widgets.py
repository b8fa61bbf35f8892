"""Three interactive parts: Explorer, Derivation, Prediction. No mathematics here.

Each is declared as data and shown by being the last expression of a cell. Its
`_repr_mimebundle_` gives the live widgets, a static form for readers without a kernel, and one
deterministic sentence. Every display builds its own widgets, so nothing is ever shared.
"""

import base64
import io
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape

import matplotlib
import numpy as np
from ipywidgets import HTML, GridBox, HBox, HTMLMath, Layout, VBox
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from PIL import Image

from helpers.controls import Choice, Controls, Slider, button

STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine has it
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "legend.handlelength": 2.8,
    "svg.fonttype": "path",  # text as outlines: the same picture without the font
}
WIDTH = "960px"


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

    def _repr_mimebundle_(self, include=None, exclude=None):
        stage = Stage(self)
        text = f"{self.title}: {stage.summary}"
        width, height = (round(96 * inches) for inches in self.size)
        picture = {"image/png": base64.b64encode(stage.png()).decode()}
        about = {"image/png": {"width": width, "height": height, "alt": text}}
        return _bundle(stage.box, text, picture), about


class Stage:
    """One live drawing of an explorer: a still layer and, exactly over it, a moving one."""

    _ids = itertools.count()

    def __init__(self, explorer):
        self._id = next(self._ids)
        with matplotlib.rc_context(STYLE):
            self.figure = Figure(figsize=explorer.size, dpi=72, layout="constrained")
            self._update = explorer.scene(self.figure)
            self.controls = Controls(explorer.controls, self.draw)
            self.summary = self._update(**self.controls.values)
            self.figure.draw_without_rendering()  # lets the layout settle, then freezes it
            self.figure.set_layout_engine("none")
            moving = self.figure.findobj(lambda artist: artist.get_animated())
            self.moving = sorted(moving, key=lambda artist: artist.get_zorder())
            shown = [artist.get_visible() for artist in self.moving]
            for artist in self.moving:
                artist.set_visible(False)
            self.still = self._svg([self.figure], "")
            for artist, visible in zip(self.moving, shown, strict=True):
                artist.set_visible(visible)
        cell = dict(grid_area="1 / 1", margin="0", overflow="hidden")
        self.layer = HTML(layout=Layout(**cell))
        self._caption = HTML(layout=Layout(min_height="4.6em", margin="0 0 0 8px"))
        layers = GridBox([HTML(self.still, layout=Layout(**cell)), self.layer])
        layers.layout = Layout(grid_template_columns="100%", overflow="hidden")
        title = HTML(f"<b>{escape(explorer.title)}</b>")
        children = [title, self.controls.box, layers, self._caption]
        self.box = VBox(children, layout=Layout(max_width=WIDTH))
        self._show()

    def draw(self, **values):
        """Move to `values`: only the moving artists are rendered anew."""
        self.summary = self._update(**values)
        self._show()

    def _show(self):
        self.layer.value = self._svg(self.moving, self.summary)
        self._caption.value = f'<output aria-live="polite">{escape(self.summary)}</output>'

    def _svg(self, artists, label):
        width, height = self.figure.bbox.size
        stream = io.StringIO()
        renderer = RendererSVG(width, height, stream)
        for artist in artists:
            artist.draw(renderer)
        renderer.finalize()
        # Matplotlib's head holds a style for `*`, which would reach the whole page: ours instead.
        body = stream.getvalue().split("</defs>", 1)[1]
        # Ids are global to the page: two pictures must not find each other's glyphs and clips.
        prefix = f"vi{self._id}{'moving' if label else 'still'}-"
        body = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{prefix}", body)
        role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
        style = "display:block;width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="0 0 {width:g} {height:g}" {role} style="{style}">{body}'
        )

    def png(self):
        """The picture as it stands, for readers without a kernel; 256 colours are enough."""
        full, small = io.BytesIO(), io.BytesIO()
        self.figure.savefig(full, dpi=120)
        Image.open(full).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(small, "png")
        return small.getvalue()


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    `value(**parameters)` is its number. It must equal the number of the line before, or of
    `aside(**parameters)` where the line states a side result. `misprint` names the source of a
    line that is quoted as printed and is wrong.
    """

    latex: str
    reason: str
    value: Callable
    aside: Callable | None = None
    misprint: str = ""


@dataclass(frozen=True)
class Derivation:
    """A ledger of lines, each with its number at the current parameters."""

    title: str
    lines: tuple[Line, ...]
    controls: tuple[Slider | Choice, ...] = ()

    tolerance = 1e-10

    def ledger(self, **parameters):
        """(number, difference from what it must equal or None) of every line."""
        before, rows = None, []
        for line in self.lines:
            number = line.value(**parameters)
            other = line.aside(**parameters) if line.aside else before
            rows.append((number, None if other is None else number - other))
            if not line.aside and not line.misprint:
                before = number
        return rows

    def agrees(self, number, difference):
        return bool(np.abs(difference).max() <= self.tolerance * max(1.0, np.abs(number).max()))

    def _verdict(self, line, number, difference):
        """The number, and whether it equals what it must."""
        shown = f"<b>{_number(number)}</b>"
        if difference is None:
            return f"{shown}<br>the start"
        if self.agrees(number, difference):
            if line.misprint:
                return f"{shown}<br>agrees, but by luck:<br>move a slider"
            return f"{shown}<br>✓ {'both sides agree' if line.aside else 'equals the line above'}"
        red = "color:var(--jp-error-color1,#b3261e)"
        return f'{shown}<br><b style="{red}">✗ off by {_number(difference)}</b>'

    def _equation(self, line):
        quoted = f"<b>As printed in the {escape(line.misprint)}.</b> " if line.misprint else ""
        equation = rf'<span style="font-size:105%">$\displaystyle {line.latex}$</span>'
        return f"{equation}<br>{quoted}{line.reason}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        ledger = self.ledger(**{control.name: control.start for control in self.controls})
        rows = "".join(
            f'<tr><td style="text-align:left">{self._equation(line)}</td>'
            f'<td style="text-align:left">{self._verdict(line, *row)}</td></tr>'
            for line, row in zip(self.lines, ledger, strict=True)
        )
        head = "<tr><th>line, and why</th><th>its number</th></tr>"
        table = f"<table><caption>{escape(self.title)}</caption>{head}{rows}</table>"
        wrong = sum(d is not None and not self.agrees(n, d) for n, d in ledger)
        text = f"{self.title}: {len(ledger)} lines, {wrong} of them wrong"
        return _bundle(self.live(), text, {"text/html": table})

    def live(self):
        """The widgets: line by line, with sliders for the parameters."""
        equations = [
            HTMLMath(self._equation(line), layout=Layout(overflow="auto")) for line in self.lines
        ]
        numbers = [HTML(layout=Layout(min_height="3.2em")) for _ in self.lines]
        ledger = GridBox(layout=Layout(grid_template_columns="minmax(0, 1fr) 12em", grid_gap="8px"))
        count = HTML()

        def refresh(**parameters):
            rows = zip(self.lines, numbers, self.ledger(**parameters), strict=True)
            for line, number, row in rows:
                number.value = (
                    f'<output style="line-height:1.5">{self._verdict(line, *row)}</output>'
                )

        def show(shown):
            nonlocal visible
            visible = min(max(shown, 1), len(self.lines))
            pairs = zip(equations[:visible], numbers[:visible], strict=True)
            ledger.children = tuple(itertools.chain.from_iterable(pairs))
            previous.disabled, following.disabled = visible == 1, visible == len(self.lines)
            count.value = f"line {visible} of {len(self.lines)}"

        visible = 1
        previous = button("Previous", lambda: show(visible - 1))
        following = button("Next line", lambda: show(visible + 1))
        every = button("All lines", lambda: show(len(self.lines)))
        controls = Controls(self.controls, refresh)
        refresh(**controls.values)
        show(1)
        title = HTML(f"<b>{escape(self.title)}</b>")
        buttons = HBox([previous, following, every, count])
        return VBox([title, controls.box, ledger, buttons], layout=Layout(max_width=WIDTH))


@dataclass(frozen=True)
class Prediction:
    """A question to commit to before sliding; `answer` is the index of the right option."""

    question: str
    options: tuple[str, ...]
    answer: int
    reason: str
    look_for: str

    def _explanation(self):
        return f"<b>{self.options[self.answer]}.</b> {self.reason}<br><i>{self.look_for}</i>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        listed = "".join(f"<li>{option}</li>" for option in self.options)
        answer = f"<details><summary>Answer</summary>{self._explanation()}</details>"
        page = f"<b>Predict.</b> {self.question}<ol type='A'>{listed}</ol>{answer}"
        return _bundle(self.live(), f"Predict. {_plain(self.question)}", {"text/html": page})

    def live(self):
        """The question, a button for each option, and then the answer with its reason."""
        reply = HTMLMath(layout=Layout(min_height="4em"))

        def choose(index):
            mark = "✓ Yes:" if index == self.answer else "✗ Not quite:"
            reply.value = f"{'' if index is None else mark} {self._explanation()}"

        buttons = []
        for index, option in enumerate(self.options):
            text = f"{'ABCDEF'[index]}. {_plain(option)}"
            buttons.append(button(text, lambda index=index: choose(index), width="auto"))
        buttons.append(button("Show the answer", lambda: choose(None), width="auto"))
        row = HBox(buttons, layout=Layout(flex_flow="row wrap"))
        question = HTMLMath(f"<b>Predict.</b> {self.question}")
        return VBox([question, row, reply], layout=Layout(max_width=WIDTH))


def _bundle(box, text, static):
    """The three forms at once: live widgets, the sentence, and `static` by its MIME type."""
    return box._repr_mimebundle_() | {"text/plain": text} | static


def _plain(text):
    """The text without its markup, for buttons and for text/plain."""
    return unescape(re.sub(r"<[^>]+>|[$\\]", "", text))


def _number(value):
    return re.sub(r"\s+", " ", np.array2string(np.asarray(value), precision=6, floatmode="maxprec"))
