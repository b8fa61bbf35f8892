"""What one move of a slider costs in the kernel, against the plain way, in the same run.

`python tests/benchmarks/explorers.py`, or with parts of explorers' names after it. The plain way
is what `interact` with `plt.subplots` does: a new figure from the same arrays and a PNG of it at
each move. Every explorer of every lesson, each slider swept over its range, every setting visited
for the first time. `cpu` is the processor's time, which other programs lengthen less than the
clock's; the ratio is of these. Last: the cost of importing the lessons, in a fresh interpreter.
"""

import base64
import io
import itertools
import resource
import subprocess
import sys
import time
from pathlib import Path

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
    """(milliseconds by the clock, milliseconds of the processor, result) of one call."""
    start, start_cpu = time.perf_counter(), time.process_time()
    result = action(*arguments, **values)
    cpu = time.process_time() - start_cpu
    return 1000 * (time.perf_counter() - start), 1000 * cpu, result


def measure(name, explorer):
    opened, _, stage = timed(Stage, explorer)
    moves = list(sweep(explorer))
    for values in moves[:3]:
        stage.draw(**values)
    updates = np.array([timed(stage.draw, **values)[:2] for values in moves])
    plain_moves = moves[:: max(1, len(moves) // 6)]
    naive = np.array([timed(plain, explorer, values)[:2] for values in plain_moves])
    (update, cpu), (slow, slow_cpu) = np.median(updates, axis=0), np.median(naive, axis=0)
    size = len(stage.layer.value) / 1000
    times = f"{update:10.1f}{cpu:7.1f}{slow:10.0f}{slow_cpu:7.0f}{slow_cpu / cpu:7.0f}"
    print(f"{name:46}{times}{size:6.0f}{opened:9.0f}", flush=True)


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
start, start_cpu = time.perf_counter(), time.process_time()
for module in pkgutil.iter_modules(lesson.__path__, lesson.__name__ + "."):
    importlib.import_module(module.name)
seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:  # ru_maxrss starts at the parent's peak; where Linux tells, take this process's own
    used = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
except OSError:
    pass
times = f"{{seconds:.2f}} s, {{cpu:.2f}} s of the processor"
print(f"import all of helpers.lessons.{lesson}: {{times}}, {{used / 1000:.0f}} MB")
"""


HEAD = f"{'explorer':46}{'update ms':>10}{'cpu':>7}{'plain ms':>10}{'cpu':>7}{'ratio':>7}"


if __name__ == "__main__":
    wanted = sys.argv[1:]
    print(f"{HEAD}{'kB':>6}{'open ms':>9}")
    found = {parameter.id: parameter.values[0] for parameter in parts(Explorer)}
    moving = {name: explorer for name, explorer in found.items() if explorer.controls}
    for name, explorer in moving.items():
        if not wanted or any(part in name for part in wanted):
            measure(name, explorer)
    if wanted:
        sys.exit()
    memory(next(iter(moving.values())))
    for lesson in sorted({module.__name__.split(".")[2] for module in lesson_modules()}):
        subprocess.run([sys.executable, "-c", IMPORT.format(lesson=lesson)], check=True)
