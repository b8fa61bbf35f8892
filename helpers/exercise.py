"""An exercise as data: what a student writes, and what is needed to tell them what went wrong.

Below the widgets and without them: the process that runs students' functions imports it alone.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A scale on which the right answer is a sum of terms: there a mistake is simple.

    `terms(*arguments)` names the summands, each of the answer's shape or broadcasting to it; for
    an answer in parts, a tuple of such dicts (None for a part that has no terms).
    `link(answer, *arguments)` takes an answer there; `words` name the scale, or a tuple of them
    for each part; `centred`: only the differences along the last axis count.
    """

    terms: Callable
    link: Callable | None = None
    words: str | tuple[str, ...] = ""
    centred: bool = False

    def said(self, part):
        """The scale's words for a part of the answer."""
        return self.words if isinstance(self.words, str) else self.words[part]


@dataclass(frozen=True)
class Exercise:
    """A function for the student to write.

    `solution` is the reference; `probe(rng)` draws its arguments; `slips` maps each known mistake
    to a function that makes it. The rest is optional: `scales` where the answer is a sum;
    `identities` maps a property in words to (function, *arguments) -> (left, "=", "≤" or "≥",
    right); `parts` names the parts of an answer; `follows` maps the name of a part that is made of
    others to (parts, *arguments) -> that part; `examples` are arguments in round numbers, the
    simplest first; `symbols(*arguments)` names quantities of the formula, sizes as ints;
    `specials` maps a special case in words to a change of the arguments; `readings` maps another
    reading of the text to its right answer; `reply(answer)` answers the claim that an answer
    makes; `explanation` says why the solution is right.
    """

    solution: Callable
    probe: Callable
    slips: dict[str, Callable]
    hints: tuple[str, ...]
    scales: tuple[Scale, ...] = ()
    identities: dict[str, Callable] | None = None
    parts: tuple[str, ...] = ()
    examples: tuple = ()
    symbols: Callable | None = None
    specials: dict[str, Callable] | None = None
    readings: dict[str, Callable] | None = None
    reply: Callable | None = None
    follows: dict[str, Callable] | None = None
    explanation: str = ""

    name = property(lambda self: self.solution.__name__)
    source = property(lambda self: inspect.getsource(self.solution))
    arguments = property(lambda self: tuple(inspect.signature(self.solution).parameters))
