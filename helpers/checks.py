"""The fourth interactive part: `check.<name>(function)`, its verdict, its hints, its solution."""

import itertools
import re
from dataclasses import dataclass, field
from html import escape
from types import SimpleNamespace

from ipywidgets import HTML, HBox, HTMLMath

from helpers.controls import button
from helpers.examination import Refusal
from helpers.exercise import Exercise
from helpers.frame import framed, shown_in_cell
from helpers.guard import examine


@dataclass(frozen=True)
class Check(Exercise):
    """An exercise that can be called with the student's function: `check.<name>(function)`.

    `place` is the (module, name) where it stands; `passed` holds the names of those that were
    passed in this session, of `total` in the notebook.
    """

    place: tuple[str, str] | None = None
    passed: set = field(default_factory=set)
    total: int = 1

    def __call__(self, function):
        """The verdict, shown by being the last expression of the cell."""
        verdict = examine(self, function, self.place)
        if verdict.outcome == "passed":
            self.passed.add(self.name)
        return Report(self, *verdict, f"{len(self.passed)} of {self.total} solved in this notebook")

    def __reduce__(self):
        # A function that calls its own check is sent with it.
        return Refusal, (self.name,)


def checks(module):
    """The exercises that `module` holds, as one object: `check.<name>(function)`."""
    found = {name: one for name, one in vars(module).items() if isinstance(one, Exercise)}
    passed, made = set(), SimpleNamespace()
    for name, one in found.items():
        check = Check(**vars(one), place=(module.__name__, name), passed=passed, total=len(found))
        setattr(made, check.name, check)
    return made


CODE = re.compile("`([^`]+)`")  # how a message marks code
MARKS = {"passed": "✓", "slip": "✗", "wrong": "✗", "error": "✗", "unattempted": "…"}


@dataclass(frozen=True)
class Report:
    """What came of a check: `outcome` is a key of MARKS, `message` says which mistake.

    `printed` is what the function printed; `progress` is shown while the kernel lives, not stored.
    """

    exercise: Exercise
    outcome: str
    message: str
    printed: str = ""
    progress: str = ""

    def _repr_mimebundle_(self, include=None, exclude=None):
        name = self.exercise.name
        plain = CODE.sub(r"\1", self.message)
        text = f"{name}: {self.outcome}. {plain}"
        message = CODE.sub(r"<code>\1</code>", escape(self.message))
        page = f"{MARKS[self.outcome]} <b>{name}: {self.outcome}.</b> {message}"
        if self.printed:
            text += f"\nYour function printed:\n{self.printed}"
            # Not taller than a few lines: below it are the hints.
            look = 'style="max-height:9em;overflow:auto" tabindex="0"'
            page += f"<br>Your function printed:<pre {look}>{escape(self.printed)}</pre>"
        stored = {"text/plain": text, "text/html": f"<div>{page}</div>"}
        box = self.live(page)
        shown_in_cell(box)
        return box._repr_mimebundle_() | stored

    def live(self, page):
        """The verdict, with hints one at a time and the solution on request."""
        hints, given = self.exercise.hints, itertools.count(1)
        help_shown, solution_shown = HTMLMath(), HTML()
        explanation = HTMLMath()

        def hint():
            shown = min(next(given), len(hints))
            items = "".join(f"<li>{text}</li>" for text in hints[:shown])
            help_shown.value = f"<ol>{items}</ol>"
            if shown == len(hints):  # not disabled: a disabled button loses the focus
                hint_button.description = "No more hints"

        def solution():
            solution_shown.value = f"<pre>{escape(self.exercise.source)}</pre>"
            explanation.value = self.exercise.explanation

        hint_button = button("Hint", hint)
        buttons = HBox([hint_button, button("Solution", solution)])
        verdict = HTML(f'<output aria-live="polite">{page}</output>')
        progress = HTML(f"<small>{self.progress}</small>")
        return framed("", verdict, progress, buttons, help_shown, solution_shown, explanation)
