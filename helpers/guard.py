"""Check a stranger's function and survive it: in another process, which can be killed.

Each check has a process of its own. The next one is started when a verdict is there, so that it
has loaded numpy and the exercises before it is needed; unused, it ends after ten minutes.
"""

import atexit
import contextlib
import inspect
import json
import linecache
import os
import pickle
import signal
import subprocess
import sys
from dataclasses import fields
from time import monotonic
from typing import NamedTuple

import cloudpickle

from helpers import examination
from helpers.exercise import Exercise

TIME_LIMIT = 2.0  # seconds for all calls of a student's function together
PATIENCE = 60.0  # seconds for a whole check on the slowest machine, its process's start included
BOOT = (
    "import sys; sys.path[:] = sys.argv[2:]; from helpers import examination; "
    "examination.serve(sys.argv[1])"
)

_spares = []  # processes that wait for a function: one or none


class Verdict(NamedTuple):
    """What came of a check: its outcome, the sentence for it, and what the function printed."""

    outcome: str
    message: str
    printed: str = ""


def examine(exercise, function, place=None, limit=TIME_LIMIT):
    """The Verdict on `function` as an answer to `exercise`.

    `place` is the (module, name) where the exercise stands; without it, it is sent by value.
    `limit` is the time in seconds for all calls of the function together.

    Raises
    ------
    RuntimeError
        If no process can be started for it.
    """
    if examination.serving():
        examination.refuse(exercise.name)
    if not callable(function):
        name = exercise.name
        text = f"check.{name} takes your function, not {_a(function)}: pass {name}, no brackets."
        return Verdict("error", text)
    try:
        sent = cloudpickle.dumps(function)
    except Exception as trouble:  # whatever the student's own objects raise
        return Verdict("error", _why_unsendable(function, trouble))
    request = pickle.dumps(
        {
            "function": sent,
            "exercise": place or cloudpickle.dumps(_plain(exercise)),
            "limit": limit,
            "sources": _sources(sent),
            "path": [str(folder) for folder in sys.path],
            "folder": os.getcwd(),
        }
    )
    module = place[0] if place else ""
    printed, reply, code = _asked(_spares.pop() if _spares else _started(module), request)
    if not reply.startswith(examination.BEGUN):  # it had ended while it waited
        printed, reply, code = _asked(_started(module), request)
    if not reply.startswith(examination.BEGUN):
        raise RuntimeError(f"the process that checks does not start: {reply.decode()[-2000:]}")
    if not _spares:
        _spares.append(_started(module))
    outcome, message = _read(reply.removeprefix(examination.BEGUN), code, limit)
    return Verdict(outcome, message, printed.decode(errors="replace"))


def _started(module):
    """A process that loads the exercises of `module` and waits."""
    # A session of its own: the notebook's ■ is not for it. One thread: its matrices are small.
    return subprocess.Popen(
        [sys.executable, "-P", "-c", BOOT, module, *map(str, sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _asked(process, request):
    """(printed, reply, exit code) of a process given the request; it has ended afterwards."""
    deadline = monotonic() + PATIENCE
    try:
        with contextlib.suppress(OSError):  # it has ended, or ends while it is read
            process.stdin.write(request)
        while True:
            try:
                # In slices, for between them ■ is heard on every system.
                printed, reply = process.communicate(timeout=0.1)
                return printed, reply, process.returncode
            except subprocess.TimeoutExpired:
                if monotonic() > deadline:
                    return b"", examination.BEGUN + examination.OVERTIME, None
    finally:
        _end(process)


def _end(process):
    """Kill the process and, where the system knows groups, all that it has started."""
    with contextlib.suppress(OSError):  # it has ended by itself
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            stream.close()


@atexit.register
def _end_spares():
    while _spares:
        _end(_spares.pop())


def _read(reply, code, limit):
    """(outcome, message) from what the process sent before its end."""
    if reply.startswith(examination.OVERTIME):
        return "error", f"It had not returned after {limit:g} seconds: is there an endless loop?"
    try:
        return json.loads(reply)
    except ValueError:
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        return "error", f"It ended the process that runs it ({how}), in place of returning."


def _sources(sent):
    """{file name: text} of the notebook's cells that the pickled function comes from."""
    cells = {name: entry for name, entry in linecache.cache.items() if name.encode() in sent}
    # Real files carry a time, and the other process can read them itself.
    return {
        name: "".join(entry[2])
        for name, entry in cells.items()
        if len(entry) == 4 and entry[1] is None
    }


def _plain(exercise):
    return Exercise(**{field.name: getattr(exercise, field.name) for field in fields(Exercise)})


def _why_unsendable(function, trouble):
    """A sentence that names what of the notebook cannot leave it."""
    try:
        used = inspect.getclosurevars(function)
    except (TypeError, ValueError):
        used = None
    names = []
    for name, value in {**used.globals, **used.nonlocals}.items() if used else ():
        try:
            cloudpickle.dumps(value)
        except Exception:
            names.append(f"`{name}`")
    return (
        f"It uses {' and '.join(names) or 'something'} from this notebook, which cannot be sent "
        f"to the process that checks it ({examination.said(trouble)[:-1]}). "
        "Work with the arguments, and with plain numbers and arrays."
    )


def _a(value):
    if value is None or value is ...:
        return str(value)
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"
