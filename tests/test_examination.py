"""What the examining process knows, counts and sends back."""

import functools
import itertools
import linecache
import os
import sys
import textwrap
import time
import warnings

import cloudpickle
import hostile
import numpy as np
import pytest
from hostile import EXERCISE, forever, total

from helpers.diagnosis.case import N_PROBES
from helpers.exercise import Exercise
from helpers.guard import examine
from helpers.lessons.gaussian_kl import check

cloudpickle.register_pickle_by_value(hostile)
cloudpickle.register_pickle_by_value(sys.modules[__name__])

SHORT = 0.3  # seconds


def cell(source, number=itertools.count()):  # noqa: B008
    """What a notebook's cell defines: its text is in no file."""
    name, text = f"<cell {next(number)}>", textwrap.dedent(source).lstrip()
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    space = {"__name__": "__main__", "np": np, "check": check}
    exec(compile(text, name, "exec"), space)
    return space


def test_the_text_of_a_cell_is_known_there():
    space = cell("""
        import inspect, traceback

        def stub(a, b):
            ...

        def reading(a, b):
            print(inspect.getsource(reading))
            try:
                1 / 0  # here
            except ZeroDivisionError:
                print(traceback.format_exc())
        """)
    assert examine(EXERCISE, space["stub"]).outcome == "unattempted"
    printed = examine(EXERCISE, space["reading"]).printed
    assert printed.startswith("def reading(a, b):\n    print(inspect")
    assert "    1 / 0  # here\n" in printed.partition("Traceback")[2]


def test_the_functions_of_other_cells_come_along():
    space = cell("""
        HALF = 0.5

        def square(a):
            return np.sum(a**2)

        def total(a, b):
            return HALF * square(a) + b
        """)
    assert examine(EXERCISE, space["total"]).outcome == "passed"
    space["HALF"] = 1.0
    assert examine(EXERCISE, space["total"]).outcome == "slip"


def test_only_numpy_and_the_exercises_are_loaded():
    def loaded(*_):
        pictures = ["matplotlib", "ipywidgets", "IPython", "PIL", "helpers.widgets", "pytest"]
        print([name for name in [*pictures, "numpy"] if name in sys.modules])

    assert examine(EXERCISE, loaded).printed.splitlines()[0] == "['numpy']"
    report = check.kl_univariate(loaded)
    assert report.printed.splitlines()[0] == "['numpy']"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_what_is_printed_comes_back_and_is_cut(stream):
    def printed(times, text="{}", then=total):
        def function(a, b):
            for i in range(times):
                print(text.format(i), file=getattr(sys, stream))
            return then(a, b)

        return examine(EXERCISE, function, limit=1.0).printed

    lines = [str(i) for i in range(20)]
    assert printed(0) == ""
    assert printed(30).splitlines()[:-1] == [*lines, "[cut here]"]
    assert printed(1, "é–φ {}").splitlines()[0] == "é–φ 0"
    assert 3000 < len(printed(5, "x" * 10**5)) < 5000
    for end in (lambda a, b: os._exit(1), lambda a, b: forever(), lambda a, b: 1 / 0):
        assert printed(20, then=end).splitlines()[:20] == lines


def test_what_every_call_prints_is_shown_once_and_counted():
    calls = N_PROBES
    silent_at_first = [""]

    def late(a, b):
        print(silent_at_first.pop() if silent_at_first else "again", end="")
        return total(a, b)

    def each(a, b):
        print(a.size, "numbers")
        return total(a, b)

    assert (
        examine(EXERCISE, each).printed == f"3 numbers\n[printed by the first of {calls} calls]\n"
    )
    assert (
        examine(EXERCISE, late).printed == f"again\n[printed by the first of {calls - 1} calls]\n"
    )


def test_only_the_student_s_own_time_counts():
    def slow_probe(rng):
        time.sleep(2 * SHORT / N_PROBES)
        return rng.normal(size=3), float(rng.normal())

    slow = Exercise(total, slow_probe, {}, ())
    assert examine(slow, total, limit=SHORT).outcome == "passed"
    late = hostile.after(functools.partial(time.sleep, SHORT / 6))
    assert "not returned" in examine(EXERCISE, late, limit=SHORT).message


def test_the_time_to_load_a_library_is_not_the_student_s():
    """scipy.stats takes longer than the limit, whichever way the function comes by it."""
    space = cell("""
        from scipy import stats

        def inside(a, b):
            from scipy.stats import norm
            from scipy.optimize import minimize
            return np.sum(a) ** 2 + b

        def outside(a, b):
            return np.sum(a) ** 2 + b + 0 * stats.norm.pdf(0)
    """)
    for name in ("inside", "outside"):
        verdict = examine(EXERCISE, space[name], limit=0.2)
        assert not verdict.message.startswith("It had not returned"), (name, verdict)


def test_what_a_call_changes_ends_with_the_call(tmp_path):
    seen = tmp_path / "seen"

    def changing(a, b):
        with seen.open("a", encoding="utf-8") as file:
            print(np.geterr()["over"], len(warnings.filters), sys.getrecursionlimit(), file=file)
        np.seterr(all="raise")
        warnings.simplefilter("error")
        sys.setrecursionlimit(sys.getrecursionlimit() + 10)
        return total(a, b)

    verdict = examine(EXERCISE, changing)
    assert verdict.outcome == "passed"
    lines = seen.read_text(encoding="utf-8").splitlines()
    assert len(lines) == N_PROBES
    assert len(set(lines)) == 1


@pytest.mark.parametrize("line", ["pass", "from helpers.lessons.gaussian_kl import check"])
def test_a_check_inside_the_function_is_refused(line):
    space = cell(
        """
        import sys

        def kl_univariate(mean_p, var_p, mean_q, var_q):
            IMPORT
            try:
                print("ipywidgets" in sys.modules)
                check.kl_univariate(kl_univariate)
            except BaseException:
                pass
            return 0.0
        """.replace("IMPORT", line)
    )
    report = check.kl_univariate(space["kl_univariate"])
    assert (report.outcome, report.message[:29]) == ("error", "check.kl_univariate is called")
    assert "move that line to the left" in report.message
    assert report.printed == f"{line != 'pass'}\n", "widgets are loaded only if it says so"


def test_numpy_s_error_state_in_the_notebook_changes_no_answer():
    careless = cell("""
        def total(a, b):
            np.log(np.zeros(1)), np.exp(np.full(1, 1e9))
            return 0.5 * np.sum(a**2) + b
        """)["total"]
    with np.errstate(all="raise"):
        assert examine(EXERCISE, careless).outcome == "passed"
