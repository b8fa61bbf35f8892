"""The frames of an explorer, drawn before anybody asks: its sliders then need no kernel."""

import base64
import gzip
import json
import re
from html import escape

import matplotlib

from helpers.controls import Slider
from helpers.widgets import Stage

LIMIT = 1_500_000  # bytes an explorer may send to a phone
SALT = {"svg.hashsalt": "frames"}  # the same ids in every frame, so that frames can share text


class Frames:
    """An explorer's picture as it starts, and what each control, moved alone, makes of it."""

    def __init__(self, explorer, name):
        self.explorer, self.name = explorer, name
        with matplotlib.rc_context(SALT):
            stage = Stage(explorer)
            self.still, self.start, self.summary = stage.still, _marks(stage), stage.summary
            starts = {control.name: control.start for control in explorer.controls}
            every = 1
            while True:
                self.values = {c.name: values(c, every) for c in explorer.controls}
                self.script = self._script(stage, starts)
                if len(self.script) <= LIMIT:
                    break
                every *= 2

    def _script(self, stage, starts):
        """Every frame as places in one list of pieces: most of a picture stays as it was."""
        pieces, controls = {}, {}
        for control in self.explorer.controls:
            frames, words = [], []
            for value in self.values[control.name]:
                stage.draw(**(starts | {control.name: value}))
                split = re.split("(?=<)", _marks(stage))
                frames.append([pieces.setdefault(piece, len(pieces)) for piece in split])
                words.append(stage.summary)
            texts = [text(control, value) for value in self.values[control.name]]
            controls[control.name] = {"frames": frames, "words": words, "texts": texts}
        content = json.dumps({"pieces": list(pieces), "controls": controls}, ensure_ascii=False)
        packed = base64.b64encode(gzip.compress(content.encode(), 9, mtime=0)).decode()
        # A script, not data: a page opened from a folder may load nothing else.
        return f'(window.explorerFrames ??= {{}})["{self.name}"] = "{packed}";\n'

    def figure(self, source=None):
        """The explorer as HTML; `source` is where its script will lie, None for a still one."""
        title, words = escape(self.explorer.title), escape(self.summary)
        moving = bool(source and self.explorer.controls)
        controls = "".join(map(self._control, self.explorer.controls)) if moving else ""
        reset = '<button type="button">Reset</button>' if moving else ""
        about = f' data-name="{self.name}" data-frames="{source}"' if moving else ""
        return (
            f'<figure class="explorer"{about}><div class="title"><b>{title}</b>{reset}</div>'
            f'<div class="controls">{controls}</div><div class="picture">'
            f'<div>{self.still}</div><div class="moving">{self.start}</div></div>'
            f"<figcaption>{words}</figcaption>"
            '<p class="unseen" role="status" aria-live="polite"></p></figure>'
        )

    def _control(self, control):
        choices = self.values[control.name]
        start, label = choices.index(control.start), escape(control.label)
        texts = [escape(text(control, value)) for value in choices]
        about = f'data-name="{control.name}" data-start="{start}"'
        if isinstance(control, Slider):
            last = len(choices) - 1
            return (
                f'<label><span>{label}</span><input type="range" {about} min="0" max="{last}" '
                f'value="{start}" aria-valuetext="{texts[start]}"><output>{texts[start]}</output>'
                "</label>"
            )
        options = "".join(
            f'<option value="{i}"{" selected" if i == start else ""}>{name}</option>'
            for i, name in enumerate(texts)
        )
        return f"<label><span>{label}</span><select {about}>{options}</select></label>"


def values(control, every=1):
    """Where a control can stand: each `every`-th step, counted from its start."""
    if not isinstance(control, Slider):
        return list(control.options)
    first = -round((control.start - control.low) / control.step) // every * every
    last = round((control.high - control.start) / control.step)
    steps = [step for step in range(first, last + 1, every)]
    made = [round(control.start + step * control.step, 12) for step in steps]
    return [value for value in made if control.low <= value <= control.high]


def text(control, value):
    """The value as the slider's readout shows it."""
    if not isinstance(control, Slider):
        return str(value)
    step = f"{control.step:.12f}".rstrip("0")
    return f"{value:.{len(step.partition('.')[2])}f}".replace("-", "−")


def _marks(stage):
    return re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|\n", "", stage.moving_layer(), flags=re.S)
