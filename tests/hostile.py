"""Functions that no checker wants to meet, by name, and what the student should be told.

As answers to `total`. Each group maps a name to the function; where the guard speaks, to
(function, words).
"""

import asyncio
import atexit
import builtins
import collections
import contextlib
import decimal
import faulthandler
import fractions
import functools
import gc
import itertools
import math
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np

from helpers.exercise import Exercise, Scale


def total(a, b):
    return 0.5 * np.sum(a**2) + b


EXERCISE = Exercise(
    total,
    lambda rng: (rng.normal(size=3), float(rng.normal())),
    {"the ½ is missing": lambda a, b: np.sum(a**2) + b},
    ("one", "two", "three"),
    (Scale(lambda a, b: {"‖a‖²": np.sum(a**2), "b": b}),),
    {"f(0, b) = b": lambda f, a, b: (f(np.zeros(3), b), "=", b)},
)


def after(action):
    """A function that does `action()` and then answers rightly."""

    def function(a, b):
        action()
        return total(a, b)

    return function


def put(owner, name, value):
    return after(lambda: setattr(owner, name, value))


# Endless


def forever():
    while True:
        pass


def within_try():
    while True:
        try:
            sum(range(1000))
        except Exception:
            pass


def within_bare_except():
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def in_finally():
    try:
        raise ValueError
    finally:
        forever()


def while_printing():
    while True:
        print("x" * 1000)


def deaf():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    forever()


def impatient():
    sys.setswitchinterval(1e-6)
    within_bare_except()


def waiting_for_itself():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def waiting_for_a_thread():
    thread = threading.Thread(target=forever)
    thread.start()
    thread.join()


def waiting_for_a_child():
    if os.fork() == 0:
        forever()
    os.wait()


def when_dropped():
    class Clinging:
        def __del__(self):
            forever()

    Clinging()


class EndlessArray:
    def __array__(self, *arguments, **named):
        forever()


class EndlessNews(Exception):
    def __str__(self):
        forever()


def endless_news():
    raise EndlessNews


ENDLESS = {
    action.__name__: after(action)
    for action in [
        *[forever, within_try, within_bare_except, in_finally, while_printing, deaf, impatient],
        *[waiting_for_itself, waiting_for_a_thread, waiting_for_a_child, when_dropped],
        endless_news,
    ]
} | {
    "one call of C": lambda a, b: sum(range(10**11)),
    "a deque that eats": lambda a, b: collections.deque(itertools.repeat(0), maxlen=0),
    "the largest number": lambda a, b: max(itertools.count()),
    "a power": lambda a, b: 7 ** (7**11),
    "a regular expression": lambda a, b: re.match("(a+)+$", "a" * 60 + "b"),
    "sleep": lambda a, b: time.sleep(1e6),
    "an event loop": lambda a, b: asyncio.run(asyncio.sleep(1e6)),
    "a pipe": lambda a, b: os.read(os.pipe()[0], 1),
    "the answer's own array": lambda a, b: EndlessArray(),
}


# Ends


def kill(number, group=False):
    return after(lambda: (os.killpg if group else os.kill)(0 if group else os.getpid(), number))


def exec_another():
    os.execv(sys.executable, [sys.executable, "-c", "pass"])


def segfault():
    import ctypes

    ctypes.string_at(0)


def alarm():
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    forever()


def raising(trouble):
    def function(a, b):
        raise trouble

    return function


class Base(BaseException):
    pass


class Speechless(Exception):
    def __str__(self):
        raise ValueError("no words")


def recursive(a, b):
    return recursive(a, b) + 1


ENDED = "ended the process that runs it"
ENDS = {
    "sys.exit": (after(lambda: sys.exit(3)), "sys.exit|SystemExit"),
    "sys.exit with words": (after(lambda: sys.exit("done")), "sys.exit|SystemExit"),
    "quit": (after(lambda: builtins.quit()), "sys.exit|SystemExit"),
    "os._exit(0)": (after(lambda: os._exit(0)), ENDED + r" \(exit code 0\)"),
    "os._exit(3)": (after(lambda: os._exit(3)), ENDED + r" \(exit code 3\)"),
    "abort": (after(os.abort), ENDED + r" \(SIGABRT\)"),
    "a segmentation fault": (after(segfault), ENDED + r" \(SIGSEGV\)"),
    "kill": (kill(signal.SIGKILL), ENDED + r" \(SIGKILL\)"),
    "kill the group": (kill(signal.SIGKILL, group=True), ENDED + r" \(SIGKILL\)"),
    "terminate": (kill(signal.SIGTERM), ENDED),
    "alarm": (after(alarm), ENDED),
    "exec": (after(exec_another), ENDED),
    "every channel closed": (after(lambda: os.closerange(0, 100)), ENDED),
    "SIGINT": (kill(signal.SIGINT), "KeyboardInterrupt"),
    "KeyboardInterrupt": (raising(KeyboardInterrupt()), "KeyboardInterrupt"),
    "GeneratorExit": (raising(GeneratorExit()), "GeneratorExit"),
    "a BaseException": (raising(Base("of mine")), "Base: of mine"),
    "a group": (raising(BaseExceptionGroup("g", [Base()])), "BaseExceptionGroup"),
    "an exception without words": (raising(Speechless()), "no words|Speechless"),
    "a long exception": (raising(ValueError("x" * 10**6)), "ValueError: x+"),
    "StopIteration": (raising(StopIteration()), "StopIteration"),
    "no exception": (raising(3), "TypeError"),
    "recursion": (recursive, "RecursionError"),
    "recursion without limit": (
        lambda a, b: sys.setrecursionlimit(10**9) or recursive(a, b),
        "MemoryError|not returned|SIGSEGV|RecursionError",  # as the Python is
    ),
    "memory": (lambda a, b: np.ones(10**13), "MemoryError"),
    "memory by and by": (lambda a, b: [np.empty(10**7) for _ in range(10**5)], "MemoryError"),
    "input": (lambda a, b: float(input("b? ")), "EOFError"),
}


# Changes what everybody uses


def lose(owner, name):
    return after(lambda: delattr(owner, name))


PATCHES = {
    "numpy.sum": put(np, "sum", np.mean),
    "numpy.allclose": put(np, "allclose", lambda *a, **k: True),
    "numpy.array_equal": put(np, "array_equal", lambda *a, **k: True),
    "numpy.asarray": put(np, "asarray", None),
    "numpy.errstate": put(np, "errstate", None),
    "numpy.linalg.lstsq": put(np.linalg, "lstsq", None),
    "numpy.random.default_rng": put(np.random, "default_rng", None),
    "math.log": put(math, "log", math.exp),
    "sum": put(builtins, "sum", max),
    "len": put(builtins, "len", lambda x: 1),
    "isinstance": put(builtins, "isinstance", lambda *a: True),
    "print": lose(builtins, "print"),
    "Exception": put(builtins, "Exception", KeyError),
    "__import__": put(builtins, "__import__", None),
    "type": put(builtins, "type", None),
}


# Harmless to the verdict: the answer is right, and the mess must end with the process


def a_thread():
    if threading.active_count() == 1:
        threading.Thread(target=while_printing).start()


def many_threads():
    while threading.active_count() < 50:
        threading.Thread(target=time.sleep, args=(60,)).start()


def fork_that_stays():
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)


def lose_stdout():
    sys.stdout = sys.stderr = sys.__stdout__ = None


def close_stdout():
    sys.stdout.close()
    with contextlib.suppress(OSError):
        os.close(1)


def flood():
    os.write(1, b"y" * 10**6)
    os.write(2, b"z" * 10**6)
    print("x" * 10**7)


class Callable:
    def __call__(self, a, b):
        return total(a, b)

    def method(self, a, b):
        return total(a, b)


def a_closure(big=np.ones(10**5)):  # noqa: B008
    return lambda a, b: total(a, b) * big[0]


RIGHT = {
    "warnings as errors": after(lambda: warnings.simplefilter("error")),
    "no showwarning": put(warnings, "showwarning", None),
    "a warning": after(lambda: warnings.warn("beware", stacklevel=1)),
    "seterr": after(lambda: np.seterr(all="raise")),
    "seterrcall": after(lambda: (np.seterr(all="call"), np.seterrcall(forever))),
    "printoptions": after(lambda: np.set_printoptions(precision=1)),
    "seeds": after(lambda: (np.random.seed(0), random.seed(0))),  # noqa: NPY002
    "a low limit of recursion": after(lambda: sys.setrecursionlimit(60)),
    "switch interval": after(lambda: sys.setswitchinterval(1e-6)),
    "stdout lost": after(lose_stdout),
    "stdout closed": after(close_stdout),
    "a flood": after(flood),
    "another folder": after(lambda: os.chdir("/")),
    "no environment": after(os.environ.clear),
    "no path": after(sys.path.clear),
    "no garbage collection": after(lambda: (gc.disable(), gc.freeze())),
    "traced": after(lambda: (sys.settrace(lambda *a: None), sys.setprofile(lambda *a: None))),
    "faulthandler": after(faulthandler.cancel_dump_traceback_later),
    "a signal's handler": after(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)),
    "at exit": after(lambda: atexit.register(forever)),
    "precision": after(lambda: setattr(decimal.getcontext(), "prec", 2)),
    "a thread": after(a_thread),
    "many threads": after(many_threads),
    "a fork": after(os.fork),
    "a fork that stays": after(fork_that_stays),
    "a program": after(lambda: subprocess.Popen(["sleep", "60"])),
    "a process": after(lambda: multiprocessing.Process(target=print).start()),
    "a lambda": lambda a, b: total(a, b),
    "a partial": functools.partial(total),
    "an instance": Callable(),
    "a method": Callable().method,
    "a closure": a_closure(),
    "wrapped": functools.wraps(total)(lambda *arguments, **named: total(*arguments, **named)),
}


# Answers and functions of every kind: never passed, never the end of the checker


class Lying:
    __class__ = float

    def __len__(self):
        return 10**9

    def __float__(self):
        return "no"


class Raising:
    def __array__(self, *arguments, **named):
        raise Base


def coroutine_function():
    async def function(a, b):
        return total(a, b)

    return function


def generator(a, b):
    yield total(a, b)


def itself(a, b):
    return itself


def changing(a, b):
    a *= 2
    return total(a / 2, b)


def a_ring(a, b):
    ring = []
    ring.append(ring)
    return ring


WRONG = {
    "generator": generator,
    "coroutine": coroutine_function(),
    "itself": itself,
    "its arguments changed": changing,
    "a ring": a_ring,
    "a lie": lambda a, b: Lying(),
    "a class that raises": lambda a, b: Raising(),
    "None": lambda a, b: None,
    "Ellipsis": lambda a, b: ...,
    "a module": lambda a, b: np,
    "a type": lambda a, b: float,
    "text": lambda a, b: "0.5",
    "bytes": lambda a, b: b"0.5",
    "a dictionary": lambda a, b: {"value": b},
    "a set": lambda a, b: {b},
    "complex": lambda a, b: 1j * b,
    "ragged": lambda a, b: [[1], [2, 3]],
    "deep": lambda a, b: functools.reduce(lambda inner, _: [inner], range(10**5), b),
    "objects": lambda a, b: np.array([None, a], dtype=object),
    "too long an integer": lambda a, b: 10**400,
    "a fraction": lambda a, b: fractions.Fraction(1, 3),
    "a decimal": lambda a, b: decimal.Decimal("0.1"),
    "nan": lambda a, b: np.nan,
    "nothing": lambda a, b: a[:0],
    "a terabyte": lambda a, b: np.broadcast_to(0.0, 10**12),
    "masked": lambda a, b: np.ma.masked,
    "a date": lambda a, b: np.datetime64("2020-01-01"),
    "a lock": lambda a, b: threading.Lock(),
    "modules gone": lambda a, b: sys.modules.clear(),
    "sum": sum,
    "a ufunc": np.exp,
    "a class": float,
    "getter": __import__("operator").itemgetter(0),
    "one argument": lambda a: a,
}


# What cannot be sent, or not be received


class Clinging:
    """It can be sent, and then does what it wants."""

    def __init__(self, *action):
        self.action = action

    def __reduce__(self):
        return self.action

    def __call__(self, a, b):
        return self


LOCK = threading.Lock()
HERE = "from this notebook, which cannot be sent"
UNSENDABLE = {
    "a global": (lambda a, b: LOCK.locked(), f"It uses `LOCK` {HERE}"),
    "a closure": (
        (lambda numbers: lambda a, b: next(numbers))(i for i in range(3)),
        f"It uses `numbers` {HERE}.*cannot pickle 'generator' object",
    ),
    "a default": (lambda a, b, lock=LOCK: b, f"It uses something {HERE}"),
    "a method": (LOCK.acquire, f"It uses something {HERE}"),
    "an end": (Clinging(os._exit, (3,)), r"\(exit code 3\)"),
    "an endless one": (Clinging(time.sleep, (1e6,)), "not returned"),
    "a broken one": (Clinging(int, ("x",)), "does not work outside this notebook: ValueError"),
}
