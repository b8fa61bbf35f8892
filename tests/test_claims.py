"""No claim without its proof: every sentence is computed by a test, or marked as no claim."""

import importlib

import nbformat
import pytest
from claims import holds_a_number, sentences, to_prove
from conftest import ROOT, lesson_modules, lesson_of

from helpers.exercise import Exercise
from helpers.widgets import Prediction

MARKS = ("DEFINITIONS", "QUESTIONS", "INSTRUCTIONS")


def said_by(lesson):
    """The texts of a lesson's predictions and hints."""
    found = {}
    for module in lesson_modules():
        if module.__name__.startswith(lesson + "."):
            for value in vars(module).values():
                if isinstance(value, Prediction):
                    found[id(value)] = (value.reason, value.look_for, *value.replies)
                elif isinstance(value, Exercise):
                    found[id(value)] = value.hints
    return [text for texts in found.values() for text in texts]


def proved_by(lesson):
    """(sentences with a proof, sentences marked as no claim) in the lesson's test files."""
    claims, marked = set(), set()
    for path in (ROOT / "tests").glob(f"test_*_{lesson.split('.')[-1]}.py"):
        module = importlib.import_module(path.stem)
        for value in vars(module).values():
            claims.update(getattr(value, "claims", ()))
        for name in MARKS:
            marked.update(getattr(module, name, ()))
    return claims, marked


@pytest.fixture
def lesson_sentences(notebook_path):
    notebook = nbformat.read(notebook_path, as_version=4)
    lesson = lesson_of(notebook)
    return to_prove(notebook, said_by(lesson)), *proved_by(lesson), notebook


def test_every_sentence_is_proved_or_no_claim(lesson_sentences):
    wanted, claims, marked, _ = lesson_sentences
    missing = [one for one in wanted if one not in claims | marked]
    assert not missing, f"{len(missing)} without a proof:\n" + "\n".join(missing)


def test_no_proof_of_a_sentence_that_is_not_there(lesson_sentences):
    wanted, claims, marked, notebook = lesson_sentences
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    everywhere = {one for cell in cells for one in sentences(cell)} | set(wanted)
    stale = sorted((claims | marked) - everywhere)
    assert not stale, f"{len(stale)} quoted, but nowhere said:\n" + "\n".join(stale)
    assert not claims & marked


def test_sentences_are_told_apart():
    text = "**What** you saw. Eq. 1.8, e.g. KL, is $a = 0.5$. No!\n\n$$x. Y$$\n\n- one\n- two. 3"
    first = ["What you saw.", "Eq. 1.8, e.g. KL, is $a = 0.5$.", "No!"]
    assert sentences(text) == [*first, "one", "two.", "3"]


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("Solution, eq. 1.2 to 1.4, and section 6.", False),
        ("A slope of $x_2 + 1$.", False),
        ("It costs 0.25 nats.", True),
        ("At $\\rho = 0.9$ it fails.", True),
        ("Half of them.", False),
        ("It is half as wide.", True),
    ],
)
def test_numbers_are_seen(sentence, number):
    assert holds_a_number(sentence) is number
