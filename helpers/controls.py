"""Sliders and choices as data, and the live controls they become."""

from dataclasses import dataclass
from decimal import Decimal
from html import escape

import ipywidgets
from ipywidgets import HTML, Button, GridBox, HBox, Layout, VBox


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

    def widget(self):
        whole = all(isinstance(v, int) for v in (self.low, self.high, self.start, self.step))
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        places = max(0, -Decimal(str(self.step)).as_tuple().exponent)
        return kind(
            value=self.start,
            min=self.low,
            max=self.high,
            step=self.step,
            description=self.label,
            tooltip=self.label,
            readout_format="d" if whole else f".{places}f",
            style={"description_width": "11em"},
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

    def widget(self):
        return ipywidgets.Dropdown(
            options=self.options,
            value=self.start,
            description=self.label,
            tooltip=self.label,
            style={"description_width": "11em"},
            layout=Layout(width="auto"),
        )


class Controls:
    """The live sliders of one display: their widgets, their values, and one callback."""

    def __init__(self, controls, changed):
        self.widgets = {control.name: control.widget() for control in controls}
        self._starts = {control.name: control.start for control in controls}
        self._changed = changed
        rows = []
        for control in controls:
            widget = self.widgets[control.name]
            widget.observe(self._notice, "value")
            rows.append(_with_play(widget) if getattr(control, "play", False) else widget)
        reset = button("Reset", self.reset)
        columns = "repeat(auto-fit, minmax(min(26em, 100%), 1fr))"
        grid = GridBox(rows, layout=Layout(grid_template_columns=columns, width="100%"))
        self.message = HTML(layout=Layout(display="none"))
        self.box = VBox([grid, reset, self.message] if rows else [])

    @property
    def values(self):
        return {name: widget.value for name, widget in self.widgets.items()}

    def reset(self):
        for name, start in self._starts.items():
            self.widgets[name].value = start

    def _notice(self, _change):
        # JupyterLab hides what a callback raises: show it, and raise it for whoever tests.
        try:
            self._changed(**self.values)
        except Exception as trouble:
            kind = escape(type(trouble).__name__)
            self.message.value = f'<div role="alert">⚠ {kind}: {escape(str(trouble))}</div>'
            self.message.layout.display = None
            raise
        self.message.layout.display = "none"


def button(text, action, **layout):
    """A button that calls `action()`."""
    made = Button(description=text, layout=Layout(**layout))
    made.on_click(lambda _: action())
    return made


def _with_play(slider):
    limits = dict(min=slider.min, max=slider.max, step=slider.step)
    # The slider's own start: linking copies the player's value to the slider.
    play = ipywidgets.Play(value=slider.value, interval=400, **limits)
    # Linked in the browser: playing goes on when the kernel is behind, and skips frames.
    ipywidgets.jslink((play, "value"), (slider, "value"))
    slider.layout.flex = "1 1 auto"
    # A whole row; ipywidgets' front end does not pass `grid_column` on.
    return HBox([play, slider], layout=Layout(grid_area="auto / 1 / auto / -1"))
