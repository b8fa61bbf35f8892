"""One package per notebook: its explorers, derivations, predictions and exercises, as data."""

import importlib


def gathered(lesson):
    """The lesson's `__getattr__`, which makes `check` from its exercises.py when it is asked for.

    So a lesson's package imports nothing: the process that runs students' functions reads the
    exercises without loading any picture.
    """

    def __getattr__(name):
        if name != "check":
            raise AttributeError(f"module {lesson!r} has no attribute {name!r}")
        from helpers.checks import checks  # not at the top, for the same reason

        return checks(importlib.import_module(f"{lesson}.exercises"))

    return __getattr__
