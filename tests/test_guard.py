"""Whatever a function does, the notebook's process is as before, and the next check is right."""

import _thread
import builtins
import os
import re
import signal
import subprocess
import sys
import threading
import time
import warnings

import cloudpickle
import hostile
import numpy as np
import psutil
import pytest
from conftest import ROOT
from hostile import EXERCISE, total
from jupyter_client.manager import start_new_kernel

from helpers import guard
from helpers.guard import examine

# As a notebook's functions are: the other process must not import the tests.
cloudpickle.register_pickle_by_value(hostile)
cloudpickle.register_pickle_by_value(sys.modules[__name__])

SHORT = 0.15  # seconds, for what never ends


def state():
    me = psutil.Process()
    return {
        "streams": (sys.stdout, sys.stderr, sys.stdin),
        "warnings": (list(warnings.filters), warnings.showwarning),
        "threads": threading.enumerate(),
        "numpy": (dict(vars(np)), dict(vars(np.linalg)), np.geterr(), np.get_printoptions()),
        "builtins": dict(vars(builtins)),
        "system": (os.getcwd(), os.environ.get("HOME"), list(sys.path)),
        "signals": signal.getsignal(signal.SIGINT),
        "interpreter": (sys.getrecursionlimit(), sys.getswitchinterval(), sys.gettrace()),
        "processes": [spare.poll() for spare in guard._spares],  # one, alive
        "files": me.num_fds() if hasattr(me, "num_fds") else None,
    }


@pytest.fixture(autouse=True)
def interruptible():
    """Tests that were started in the background may have SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def untouched():
    """Afterwards all is as it was, and one process waits."""
    if not guard._spares:
        examine(EXERCISE, total)
    before = state()
    yield
    after = state()
    for name in before:
        assert after[name] == before[name], name


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pid):
    deadline = time.monotonic() + 30
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def survived(function):
    """The verdict on `function`, after which a right answer passes."""
    verdict = examine(EXERCISE, function)
    assert examine(EXERCISE, total).outcome == "passed"
    return verdict


def each(group):
    return [pytest.param(name, value, id=name) for name, value in group.items()]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("name", "function"), each(hostile.ENDLESS))
def test_what_never_ends(name, function):
    verdict = examine(EXERCISE, function, limit=SHORT)
    assert verdict.outcome == "error"
    assert verdict.message == "It had not returned after 0.15 seconds: is there an endless loop?"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("name", "ends"), each(hostile.ENDS))
def test_what_ends_otherwise(name, ends):
    function, words = ends
    verdict = survived(function)
    assert verdict.outcome == "error"
    assert re.search(words, verdict.message), verdict.message
    assert len(verdict.message) < 400


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("name", "function"), each(hostile.PATCHES))
def test_what_changes_the_tools(name, function):
    words = f"It changed {name} for everybody: give your own things other names."
    assert survived(function)[:2] == ("error", words)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("name", "function"), each(hostile.RIGHT))
def test_what_leaves_a_mess_and_is_right(name, function):
    verdict = examine(EXERCISE, function)
    assert verdict.outcome == "passed", verdict.message


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("name", "function"), each(hostile.WRONG))
def test_what_returns_anything(name, function):
    verdict = examine(EXERCISE, function)
    assert verdict.outcome in ("error", "wrong"), verdict
    assert verdict.message


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("name", "case"), each(hostile.UNSENDABLE))
def test_what_cannot_be_sent(name, case):
    function, words = case
    verdict = examine(EXERCISE, function, limit=SHORT)
    assert verdict.outcome == "error"
    assert re.search(words, verdict.message), verdict.message


@pytest.mark.parametrize(
    ("value", "words"), [(42, "an int"), (0.5, "a float"), (None, "None"), (..., "Ellipsis")]
)
def test_what_is_no_function(value, words):
    assert f"check.total takes your function, not {words}: " in examine(EXERCISE, value).message


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("forks", [True, False])
def test_what_a_function_starts_ends_with_it(forks, tmp_path):
    started = tmp_path / "started"

    def starting(a, b):
        if forks:
            child = os.fork()
            if child == 0:
                time.sleep(600)
        else:
            child = subprocess.Popen(["sleep", "600"]).pid
        with started.open("a", encoding="utf-8") as file:
            print(child, file=file)
        return total(a, b)

    verdict = examine(EXERCISE, starting)
    assert verdict.outcome == "passed"
    children = [int(line) for line in started.read_text(encoding="utf-8").splitlines()]
    assert len(children) > 10
    assert all(map(gone, children))


def test_a_large_function_is_sent_before_it_is_awaited():
    guard._end_spares()  # the new process reads only after its start
    table = np.ones(10**6)
    assert examine(EXERCISE, lambda a, b: table[0] * total(a, b)).outcome == "passed"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("how", [_thread.interrupt_main, lambda: os.kill(os.getpid(), 2)])
def test_an_interrupt_works_at_once(how):
    timer = threading.Timer(0.5, how)
    start = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        examine(EXERCISE, hostile.ENDLESS["one call of C"], limit=60.0)
    assert time.monotonic() - start < 5
    timer.join()
    assert examine(EXERCISE, total).outcome == "passed"


@pytest.mark.usefixtures("untouched")
def test_a_process_that_stands_still_is_given_up(monkeypatch):
    monkeypatch.setattr(guard, "PATIENCE", 1.0)
    assert "not returned" in examine(EXERCISE, hostile.kill(signal.SIGSTOP)).message


@pytest.mark.usefixtures("untouched")
def test_a_waiting_process_that_has_ended_is_replaced():
    guard._spares[0].kill()
    assert examine(EXERCISE, total).outcome == "passed"


def test_a_process_that_cannot_start_says_why(monkeypatch):
    guard._end_spares()
    monkeypatch.setattr(guard, "BOOT", "raise ImportError('no numpy here')")
    with pytest.raises(RuntimeError, match="no numpy here"):
        examine(EXERCISE, total)
    assert not guard._spares


def test_an_idle_process_ends():
    code = "from helpers import examination; examination.IDLE = 0.1; examination.serve('')"
    command = [sys.executable, "-c", code]
    pipes = dict(stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        assert process.wait(timeout=30) == 1
        assert process.stderr.read() == b""


SCRIPT = """
import sys, time
from helpers import guard
from helpers.exercise import Exercise

print("once", flush=True)

def double(x):
    return 2 * x

def slow(x):
    while True:
        pass

exercise = Exercise(double, lambda rng: (rng.normal(),), {}, ())
print(guard.examine(exercise, double).outcome, guard._spares[0].pid, flush=True)
if sys.argv[1] == "loops":
    guard.examine(exercise, slow, limit=1.0)
elif sys.argv[1] == "waits":
    time.sleep(600)
"""


@pytest.mark.parametrize("then", ["loops", "waits", "ends"])
def test_no_process_outlives_the_notebook_s(tmp_path, then):
    """Killed while it loops or waits; and a script needs no `if __name__ == "__main__"`."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(path), then]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as script:
        assert script.stdout.readline().split() == [b"once"]
        outcome, waiting = script.stdout.readline().split()
        assert outcome == b"passed"
        if then != "ends":
            time.sleep(0.3)
            script.kill()
        assert script.stdout.read() == b""
    assert gone(int(waiting))


NOTEBOOK = """
from helpers.lessons.gaussian_kl import check

def kl_univariate(mean_p, var_p, mean_q, var_q):
    print("seen")
    while True:
        try:
            sum(range(10**11))
        except BaseException:
            pass
"""


def test_the_kernel_s_interrupt_is_heard_and_the_next_check_is_right():
    manager, client = start_new_kernel(cwd=ROOT)
    try:
        client.execute_interactive(NOTEBOOK, timeout=60)
        client.execute("from helpers import guard")
        message = client.execute("guard.examine(check.kl_univariate, kl_univariate, limit=60.0)")
        time.sleep(1.5)
        start = time.monotonic()
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=30)
        while reply["parent_header"]["msg_id"] != message:
            reply = client.get_shell_msg(timeout=30)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert time.monotonic() - start < 5
        shown = []
        solved = "def kl_univariate(mean_p, var_p, mean_q, var_q):\n    ...\n"
        client.execute_interactive(
            solved + "check.kl_univariate(kl_univariate)", timeout=60, output_hook=shown.append
        )
        texts = [one["content"].get("data", {}).get("text/plain", "") for one in shown]
        assert any(text.startswith("kl_univariate: unattempted") for text in texts)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
