"""What students might hand in: wrong answers with the words that help, and right ones.

A file or more for a lesson: `<lesson>.txt`, and `fresh_<lesson>.txt` by one who saw the notebook
alone. `=== name / batch` opens an exercise; `--- words` opens an answer, whose lines follow;
`words` is a pattern, of which a helpful message holds a match, or `right`. After ` ≠ ` there may
stand a second pattern: a message that holds a match of it misleads.
"""

import linecache
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.special
import scipy.stats  # noqa: F401  (answers say scipy.stats.norm)

HERE = Path(__file__).parent
GIVEN = {"np": np, "scipy": scipy, "entr": scipy.special.entr}


@dataclass(frozen=True)
class Answer:
    """One answer to the exercise of this name in this lesson."""

    lesson: str
    exercise: str
    batch: str
    words: str
    misleading: str
    body: str

    def function(self, arguments):
        """The student's function, with its source where tracebacks and `inspect` look for it."""
        lines = self.body.splitlines()
        if len(lines) == 1 and not re.match(r"(return|print|raise|for|while|import)\b", lines[0]):
            lines = [f"return {lines[0]}"]
        text = f"def {self.exercise}({arguments}):\n" + "".join(f"    {line}\n" for line in lines)
        place = f"<student {abs(hash(text))}>"
        linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
        space = dict(GIVEN)
        exec(compile(text, place, "exec"), space)
        return space[self.exercise]


def answers():
    """Every answer of every file, in order."""
    found = []
    for path in sorted(HERE.glob("*.txt")):
        lesson = path.stem.removeprefix("fresh_")
        for section in path.read_text(encoding="utf-8").split("=== ")[1:]:
            head, *bodies = re.split(r"^--- ", section, flags=re.MULTILINE)
            exercise, batch = head.strip().split(" / ")
            for body in bodies:
                head, _, code = body.partition("\n")
                words, _, misleading = (part.strip() for part in head.partition(" ≠ "))
                code = code.strip("\n")
                found.append(Answer(lesson, exercise, batch, words, misleading, code))
    return found
