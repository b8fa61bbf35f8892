"""Sliders and choices as data, and the live controls they become."""

import contextlib
import threading
from dataclasses import dataclass
from decimal import Decimal
from html import escape

import ipywidgets
import numpy as np
from ipywidgets import HTML, Button, GridBox, HBox, Layout, VBox

_LOCK = threading.RLock()


@contextlib.contextmanager
def one_at_a_time():
    """Around every change of a picture.

    JupyterLab's messages reach ipykernel 7 in threads beside each other and beside running cells,
    and matplotlib is not made for that: one change at a time, in all displays together. And a
    notebook's `np.seterr(all="raise")` is not meant for the pictures.
    """
    with _LOCK, np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
        yield


SMALL = dict(width="auto", height="24px", flex="0 0 auto")  # a button in a title's row


@dataclass(frozen=True)
class Slider:
    """A number to move. `play` adds a play button, for a slider that counts steps."""

    name: str
    label: str
    low: float
    high: float
    start: float
    step: float
    play: bool = False

    @property
    def extremes(self):
        return self.low, self.start, self.high

    @property
    def _places(self):
        return max(0, *(-Decimal(str(v)).as_tuple().exponent for v in (self.step, self.low)))

    def snap(self, value):
        """The nearest value that the slider can show: its 0.6000000000000001 is 0.6."""
        if self._whole:
            return value
        return round(self.low + round((value - self.low) / self.step) * self.step, self._places)

    @property
    def _whole(self):
        return all(isinstance(v, int) for v in (self.low, self.high, self.start, self.step))

    def widget(self):
        kind = ipywidgets.IntSlider if self._whole else ipywidgets.FloatSlider
        return kind(
            value=self.start,
            min=self.low,
            max=self.high,
            step=self.step,
            description=self.label,
            tooltip=self.label,
            readout_format="d" if self._whole else f".{self._places}f",
            layout=Layout(width="auto"),
        )


@dataclass(frozen=True)
class Choice:
    """One of several named options."""

    name: str
    label: str
    options: tuple[str, ...]
    start: str

    @property
    def extremes(self):
        return self.options

    def snap(self, value):
        return value

    def widget(self):
        # Not a dropdown: in JupyterLab its arrow keys would move the selected cell, too.
        return ipywidgets.ToggleButtons(
            options=self.options,
            value=self.start,
            description=self.label,
            style={"button_width": "auto"},
            layout=Layout(width="auto"),
        )


class Controls:
    """The live sliders of one display: their widgets, their values, and one callback."""

    def __init__(self, controls, changed):
        self._controls = {control.name: control for control in controls}
        self.widgets = {control.name: control.widget() for control in controls}
        self._changed, self._waiting = changed, False
        self._players = []
        cells = []
        plain = [c.label for c in controls if isinstance(c, Slider) and not c.play]
        widest = max(plain, key=len, default="")
        # Three columns, where the labels leave room for the sliders.
        many = len(controls) > 4 and len(widest) <= 16
        for control in controls:
            widget = self.widgets[control.name]
            widget.observe(self._notice, "value")
            if isinstance(control, Slider):
                widget.style.description_width = _width(control.label if control.play else widest)
                if control.play:
                    area = "auto / span 2" if many else "auto / 1 / auto / -1"
                    # An even number fills the rows of two.
                    widget, player = _with_play(widget, area if many or len(controls) % 2 else None)
                    self._players.append(player)
            cells.append(widget)
        columns = f"repeat(auto-fit, minmax(min({20 if many else 26}em, 100%), 1fr))"
        grid = GridBox(cells, layout=Layout(grid_template_columns=columns, width="100%"))
        grid.layout.margin, grid.layout.align_items = "0 0 4px", "center"
        self.message = HTML(layout=Layout(display="none"))
        self.box = VBox([grid, self.message] if cells else [])
        self.reset_button = button(
            "Reset", self.reset, width="auto", height="24px", flex="0 0 auto"
        )

    @property
    def values(self):
        return {
            name: self._controls[name].snap(widget.value) for name, widget in self.widgets.items()
        }

    def reset(self):
        """All controls back to their starts, and one change for all of them."""
        with one_at_a_time():
            self._waiting = True
            for player in self._players:
                player.playing = False
            for name, control in self._controls.items():
                self.widgets[name].value = control.start
            self._waiting = False
            self._notice(None)

    def _notice(self, _change):
        with one_at_a_time():
            if self._waiting:
                return
            # JupyterLab hides what a callback raises: show it, and raise it for whoever tests.
            try:
                self._changed(**self.values)
            except Exception as trouble:
                kind = escape(type(trouble).__name__)
                self.message.value = f'<div role="alert">⚠ {kind}: {escape(str(trouble))}</div>'
                self.message.layout.display = None
                raise
            if self.message.layout.display == "none":
                return
            self.message.layout.display = "none"


def button(text, action, **layout):
    """A button that calls `action()`."""
    made = Button(description=text, layout=Layout(**layout))
    made.on_click(lambda _: action())
    return made


def _width(label):
    """Room for a slider's label, and no more: what is left is the slider's."""
    return f"{min(11, 1 + 0.56 * len(label)):.3g}em"


def _with_play(slider, area):
    limits = dict(min=slider.min, max=slider.max, step=slider.step)
    # The slider's own start: linking copies the player's value to the slider.
    play = ipywidgets.Play(value=slider.value, interval=400, **limits)
    # Linked in the browser: playing goes on when the kernel is behind, and skips frames.
    ipywidgets.jslink((play, "value"), (slider, "value"))
    slider.layout.flex = "1 1 auto"
    # By its area, since ipywidgets' front end does not pass `grid_column` on.
    return HBox([play, slider], layout=Layout(grid_area=area)), play
