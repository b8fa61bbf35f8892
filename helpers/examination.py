"""The process that runs a student's function: one diagnosis, one answer, and it ends.

Started by `guard`, anew for every check: whatever a function does to it ends with it. It loads
numpy and the exercises alone. Its stderr carries the answer, its stdout what the student printed.
"""

import builtins
import contextlib
import contextvars
import faulthandler
import functools
import importlib
import io
import json
import linecache
import math
import os
import pickle
import pickletools
import re
import signal
import sys
import warnings
from time import monotonic

import numpy as np

from helpers.diagnosis import diagnose

BEGUN = b"begun\n"
OVERTIME = b"Timeout ("  # so faulthandler's report begins
IDLE = 600.0  # seconds
LIBRARIES = 40.0  # seconds to load scipy on the slowest machine
MOST_LINES, MOST_BYTES = 20, 4000  # of what is printed
MEMORY = 1 << 30  # bytes, beyond what numpy and the exercises take
SHARED = [  # (name, namespace, its copy) of what every function uses
    (module.__name__, vars(module), dict(vars(module)))
    for module in (builtins, math, np, np.linalg, np.random)
]

_reply = None  # where the answer goes; None in every process but an examining one
_printed = None  # the stream of what the student prints


def serve(module):
    """Load the exercises of `module`, wait for a request on stdin, answer it, and end."""
    global _reply, _printed
    # Who started the notebook in the background may have left SIGINT ignored, and it is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        faulthandler.dump_traceback_later(IDLE, exit=True, file=nowhere)
        if module:
            importlib.import_module(module)
        request = sys.stdin.buffer.read()
    if not request:  # the notebook's process has ended
        return
    printed, _reply, nowhere = os.dup(1), os.dup(2), os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    if hasattr(os, "register_at_fork"):  # a copy of this process must not answer in its place
        os.register_at_fork(
            after_in_child=lambda: [os.dup2(nowhere, channel) for channel in (printed, _reply)]
        )
    _printed = Printed(printed)
    sys.stdout = sys.stderr = io.TextIOWrapper(
        _printed, encoding="utf-8", errors="replace", newline="\n", write_through=True
    )
    np.seterr(all="ignore")
    warnings.simplefilter("ignore")
    _limit_memory()
    os.write(_reply, BEGUN)
    answer(*examine(**pickle.loads(request)))


def answer(outcome, message):
    """Send the verdict and end, whatever is still running here."""
    _printed.close_with_count()
    os.write(_reply, json.dumps([outcome, message]).encode())
    os._exit(0)


class Refusal:
    """What a `check.<name>` becomes in here: it must not examine inside an examination."""

    def __init__(self, name):
        self.name = name

    def __call__(self, *_):
        refuse(self.name)


def refuse(name):
    """End an examination whose function calls a check itself."""
    answer(
        "error",
        f"check.{name} is called inside your own function: move that line to the left, "
        "so that it stands below the function.",
    )


def serving():
    """Whether this process examines a function."""
    return _reply is not None


def examine(function, exercise, limit, sources, path, folder):
    """(outcome, message) for a pickled function.

    `exercise` is pickled too, or the (module, name) where it stands; `sources` maps the file names
    of notebook cells to their text, `path` and `folder` are the notebook's sys.path and folder.
    """
    _arm(LIBRARIES)
    sys.path[:] = path
    with contextlib.suppress(OSError):
        os.chdir(folder)
    for name, text in sources.items():
        linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    if isinstance(exercise, bytes):
        exercise = pickle.loads(exercise)
    else:
        exercise = getattr(importlib.import_module(exercise[0]), exercise[1])
    _load_libraries(function)
    _arm(5 * limit)  # for the student's code that runs outside calls, such as an import
    try:
        function = pickle.loads(function)
    except Exception as trouble:
        return "error", f"Your function does not work outside this notebook: {said(trouble)}"
    watched = Watched(function, limit)
    try:
        return diagnose(exercise, watched.call)
    except SystemExit:
        return "error", "It called sys.exit: a function hands back its answer with `return`."
    except BaseException as trouble:
        if trouble is watched.raised:
            return "error", f"It raised {said(trouble)}"
        return "error", f"The check cannot work with what it returned: {said(trouble)}"


def _load_libraries(pickled):
    """Import what of scipy a pickled function names: on a busy machine that takes seconds.

    They are not the student's. What is no module, the function's own import complains of.
    """
    for _, text, _ in pickletools.genops(pickled):
        if isinstance(text, str) and re.fullmatch(r"scipy(\.[a-z]\w*)*", text):
            with contextlib.suppress(ImportError):
                importlib.import_module(text)


class Watched:
    """A student's function whose calls together may take `limit` seconds.

    What a call changes for the whole process (warnings, numpy's error state, the depth of
    recursion) ends with the call; a call that changes numpy or the builtins ends the examination.
    """

    def __init__(self, function, limit):
        self.left, self.patience, self.raised = limit, 5 * limit, None

        @functools.wraps(function, updated=())
        def call(*arguments, **named):
            depth, start = sys.getrecursionlimit(), monotonic()
            _arm(self.left)
            try:
                with warnings.catch_warnings():
                    return contextvars.copy_context().run(function, *arguments, **named)
            except BaseException as trouble:
                self.raised = trouble
                raise
            finally:
                _refuse_changes()
                if _printed:
                    _printed.talking = False
                self.left -= monotonic() - start
                _arm(self.patience)
                sys.setrecursionlimit(depth)

        self.call = call if callable(function) else function


def _arm(seconds):
    """End this process after `seconds`: by a thread of C, which needs no turn of Python's."""
    faulthandler.dump_traceback_later(max(seconds, 1e-3), exit=True, file=_reply)


def _refuse_changes():
    # Nothing of the builtins is called before they are as they were.
    for module, now, before in SHARED:
        changed = [name for name, value in before.items() if now.get(name) is not value]
        if changed:
            now.update(before)
            what = f"{module}.{changed[0]}".removeprefix("builtins.")
            answer("error", f"It changed {what} for everybody: give your own things other names.")


def _limit_memory():
    if sys.platform == "linux":  # elsewhere the limit is not kept, or not known
        import resource

        with open("/proc/self/statm", encoding="ascii") as sizes:
            taken = int(sizes.read().split()[5]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (taken + MEMORY, hard))


def said(trouble):
    """The exception in words, cut."""
    try:
        text = str(trouble)[:200]
    except Exception:  # the student's own class may do anything
        text = ""
    return f"{type(trouble).__name__}: {text}".rstrip(": .") + "."


class Printed(io.RawIOBase):
    """A stream that sends on at once what the first call prints, lest it is lost, and cuts it.

    Every call prints much the same: those after the first that prints are counted.
    """

    def __init__(self, channel):
        self.channel, self.lines, self.left = channel, MOST_LINES, MOST_BYTES
        self.calls, self.talking, self.ended = 0, False, True

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        if data and not self.talking:
            self.talking = True
            self.calls += 1
        if self.left > 0 and self.calls == 1:
            kept = b"".join(data.splitlines(keepends=True)[: self.lines])[: self.left]
            self.lines -= kept.count(b"\n")
            self.left = self.left - len(kept) if self.lines else 0
            sent = kept if self.left else kept.rstrip(b"\n") + b"\n[cut here]"
            self.ended = sent.endswith(b"\n")
            os.write(self.channel, sent)
        return len(data)

    def close_with_count(self):
        """Say how many calls printed, where there were several."""
        if self.calls > 1:
            line = f"[printed by the first of {self.calls} calls]\n"
            os.write(self.channel, (line if self.ended else f"\n{line}").encode())
