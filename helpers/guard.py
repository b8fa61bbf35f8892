"""Call a stranger's function and survive it: endless loops, floods of output, exits."""

import contextlib
import ctypes
import io
import sys
import threading
import time
import warnings

import numpy as np

TIME_LIMIT = 2.0  # seconds


class Mistake(Exception):
    """What went wrong with the call itself, in a sentence for the student."""


class _TimeIsUp(BaseException):
    """Raised inside the student's thread; no `except Exception` there can swallow it."""


def guarded(call):
    """call() in a thread of its own, its output swallowed, ended after TIME_LIMIT."""
    result = {}

    def run():
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                result["value"] = call()
        except Mistake as trouble:
            result["mistake"] = str(trouble)
        except _TimeIsUp:
            pass
        except BaseException as trouble:  # SystemExit and KeyboardInterrupt too are the student's
            result["mistake"] = f"It raised {type(trouble).__name__}: {str(trouble)[:200]}"

    with contextlib.redirect_stdout(_Sink()), contextlib.redirect_stderr(_Sink()):
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(TIME_LIMIT)
        if thread.is_alive():
            _interrupt(thread)
    if "value" not in result:
        raise Mistake(result.get("mistake") or f"It had not returned after {TIME_LIMIT:g} seconds.")
    return result["value"]


def _interrupt(thread):
    """Raise _TimeIsUp in `thread`, again and again: a bare `except` may swallow some of them.

    A thread inside one long call of compiled code hears it only afterwards and is left behind.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    deadline = time.monotonic() + 1.0
    while thread.is_alive() and time.monotonic() < deadline:
        raise_in(ctypes.c_ulong(thread.ident), ctypes.py_object(_TimeIsUp))
        time.sleep(1e-5)
    sys.setswitchinterval(interval)


class _Sink(io.TextIOBase):
    def write(self, text):
        return len(text)
