"""What one move of a slider costs in the kernel, against the plain way, in the same run.

`python tests/benchmarks/explorers.py`. The plain way is what `interact` with `plt.subplots` does:
a new figure from the same arrays and a PNG of it at each move. Every explorer of every lesson,
each slider swept over its range. Last: the cost of importing the lessons, in a fresh interpreter.
"""

import base64
import io
import itertools
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import matplotlib
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
matplotlib.use("agg")

import matplotlib.pyplot as plt
from conftest import lesson_modules, parts

from helpers.controls import Slider
from helpers.widgets import STYLE, Explorer, Stage

MOVES = 8  # for each control, out and back


def sweep(explorer):
    """The values a hand would pass through: one control at a time over its range."""
    starts = {control.name: control.start for control in explorer.controls}
    for control in explorer.controls:
        values = control.extremes
        if isinstance(control, Slider):
            n_steps = round((control.high - control.low) / control.step)
            chosen = np.unique(np.linspace(0, n_steps, MOVES).astype(int))
            values = [type(control.start)(control.low + control.step * k) for k in chosen]
        for value in values:
            yield starts | {control.name: value}


def plain(explorer, values):
    """The same picture as `interact` draws it: figure, axes, artists and PNG, all anew."""
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=explorer.size, layout="constrained")
        explorer.scene(figure)(**values)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=100)
        plt.close(figure)
    return base64.b64encode(stream.getvalue())


def timed(action, *arguments, **values):
    """(milliseconds, result) of one call."""
    start = time.perf_counter()
    result = action(*arguments, **values)
    return 1000 * (time.perf_counter() - start), result


def measure(name, explorer):
    opened, stage = timed(Stage, explorer)
    moves = list(sweep(explorer))
    for values in moves[:3]:
        stage.draw(**values)
    update = median(timed(stage.draw, **values)[0] for values in moves)
    naive = median(timed(plain, explorer, values)[0] for values in moves[:: len(moves) // 6])
    size = len(stage.layer.value) / 1000
    print(f"{name:44}{update:10.1f}{naive:10.0f}{naive / update:7.0f}{size:6.0f}{opened:9.0f}")


def memory(explorer):
    """Growth of the process over 300 updates of one explorer."""
    stage = Stage(explorer)
    moves = itertools.islice(itertools.cycle(sweep(explorer)), 300)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for values in moves:
        stage.draw(**values)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"300 updates: {grown / 1000:.1f} MB more, {len(plt.get_fignums())} pyplot figures open")


IMPORT = """
import importlib, pkgutil, resource, time
import helpers.lessons.{lesson} as lesson
start = time.perf_counter()
for module in pkgutil.iter_modules(lesson.__path__, lesson.__name__ + "."):
    importlib.import_module(module.name)
seconds, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:  # ru_maxrss starts at the parent's peak; where Linux tells, take this process's own
    used = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
except OSError:
    pass
print(f"import all of helpers.lessons.{lesson}: {{seconds:.2f}} s, {{used / 1000:.0f}} MB")
"""


if __name__ == "__main__":
    print(f"{'explorer':44}{'update ms':>10}{'plain ms':>10}{'ratio':>7}{'kB':>6}{'open ms':>9}")
    found = {parameter.id: parameter.values[0] for parameter in parts(Explorer)}
    moving = {name: explorer for name, explorer in found.items() if explorer.controls}
    for name, explorer in moving.items():
        measure(name, explorer)
    memory(next(iter(moving.values())))
    for lesson in sorted({module.__name__.split(".")[2] for module in lesson_modules()}):
        subprocess.run([sys.executable, "-c", IMPORT.format(lesson=lesson)], check=True)
