"""A verdict as it is shown: live, stored and as a sentence; hints, solution, progress."""

import types
from html import unescape

import numpy as np
import pytest
from test_widgets import WIDGET_VIEW, bundle, buttons, texts

from helpers.checks import Check, Report, checks
from helpers.exercise import Exercise
from helpers.guard import Verdict
from helpers.lessons.gaussian_kl import check as lesson


def double(x):
    return 2 * x


EXERCISE = Exercise(
    double,
    lambda rng: (rng.normal(),),
    {"tripled": lambda x: 3 * x},
    ("h1", "h2"),
    explanation="Twice, because $1 + 1 = 2$.",
)


def report(**change):
    return Report(**{"exercise": EXERCISE, "outcome": "wrong", "message": "a < b."} | change)


def test_three_forms_at_once():
    data, _ = bundle(report())
    assert set(data) == {WIDGET_VIEW, "text/plain", "text/html"}
    assert data["text/plain"] == "double: wrong. a < b."
    assert "a &lt; b." in data["text/html"]
    assert bundle(report())[0]["text/plain"] == data["text/plain"]
    assert bundle(report())[0][WIDGET_VIEW] != data[WIDGET_VIEW], "two displays share one view"


def test_code_in_a_message_is_code_on_the_page_and_plain_in_the_text():
    """No backtick is shown; what stands between two of them is escaped all the same."""
    data, _ = bundle(report(message="It moves with `a` alone, where `a < b`."))
    assert "with <code>a</code> alone, where <code>a &lt; b</code>." in data["text/html"]
    assert "with a alone, where a < b." in data["text/plain"]


def test_what_was_printed_stands_below_the_verdict():
    data, _ = bundle(report(printed="<here>\n"))
    assert data["text/plain"].endswith("a < b.\nYour function printed:\n<here>\n")
    assert unescape(data["text/html"]).index("a < b") < unescape(data["text/html"]).index("<here>")
    assert "&lt;here&gt;" in data["text/html"]
    assert "printed" not in bundle(report())[0]["text/html"]


def test_hints_come_one_at_a_time_and_are_not_stored():
    data, _ = bundle(report())
    assert "h1" not in data["text/html"]
    assert "return" not in data["text/html"]
    box = report().live("")
    button = buttons(box)["Hint"]
    button.click()
    assert "h1" in texts(box)
    assert "h2" not in texts(box)
    assert button.description == "Hint"
    button.click()
    assert "h2" in texts(box)
    assert button.description == "No more hints"
    before = texts(box)
    button.click()
    assert texts(box) == before
    assert not button.disabled, "a disabled button loses the focus"


def test_the_solution_is_followed_by_its_explanation():
    box = report().live("")
    assert "1 + 1" not in texts(box)
    buttons(box)["Solution"].click()
    assert texts(box).index("return 2 * x") < texts(box).index("1 + 1 = 2")


@pytest.fixture
def check():
    """Of a lesson with two exercises, as its notebook imports it."""
    other = Exercise(lambda x: -x, lambda rng: (rng.normal(),), {}, ())
    return checks(types.SimpleNamespace(one=EXERCISE, other=other, __name__="no_module"))


@pytest.fixture
def answered(monkeypatch):
    """What the other process would say, by name of the exercise."""
    said = {}
    monkeypatch.setattr("helpers.checks.examine", lambda one, *_: Verdict(said[one.name], "."))
    return said


def test_progress_counts_the_passed_in_this_session_only(check, answered):
    def progress(name, outcome):
        answered[name] = outcome
        shown = getattr(check, name)(None)
        data, _ = bundle(shown)
        assert "in this notebook" not in data["text/plain"] + data["text/html"]
        assert shown.progress in texts(shown.live(""))
        return shown.progress

    assert progress("double", "wrong") == "0 of 2 solved in this notebook"
    assert progress("double", "passed") == "1 of 2 solved in this notebook"
    assert progress("double", "passed") == "1 of 2 solved in this notebook"
    assert progress("<lambda>", "passed") == "2 of 2 solved in this notebook"
    assert checks(types.SimpleNamespace(one=EXERCISE, __name__="no")).double.passed == set()


def test_a_lesson_s_check_finds_its_exercise_by_name():
    kl = lambda m, v, n, w: 0.5 * (v / w - 1 - np.log(v / w) + (m - n) ** 2 / w)  # noqa: E731
    report = lesson.kl_univariate(kl)
    assert report.outcome == "passed"
    assert report.progress == "1 of 3 solved in this notebook"
    assert isinstance(lesson.kl_univariate, Check)
