"""An exercise as data: what a student writes, and what is needed to tell them what went wrong.

Below the widgets and without them: the process that runs students' functions imports it alone.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """A function for the student to write.

    `solution` is the reference; `probe(rng)` draws its arguments; `slips` maps each known mistake
    to a function that makes it; `terms(*arguments)` names the summands of the right answer;
    `identities` maps a property in words to a test of the student's function that returns what
    was wrong, or "".
    """

    solution: Callable
    probe: Callable
    slips: dict[str, Callable]
    hints: tuple[str, ...]
    terms: Callable | None = None
    identities: dict[str, Callable] | None = None
    explanation: str = ""  # below the solution: why it is so, in two sentences

    name = property(lambda self: self.solution.__name__)
    source = property(lambda self: inspect.getsource(self.solution))
