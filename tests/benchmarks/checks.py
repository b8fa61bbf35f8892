"""What checking an answer costs: `python tests/benchmarks/checks.py`.

For every lesson: the first check of its last exercise (the process is started and waited for), and
later ones after a pause in which the next process has loaded the exercises. Then the processor time
of one process's start, what it has loaded, and what the watch costs for one call of a function.
"""

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from helpers import examination, guard
from helpers.exercise import Exercise

LESSONS = Path(__file__).parents[2] / "helpers" / "lessons"
LATER = 5
HEAVY = ("scipy", "matplotlib", "ipywidgets", "IPython")


def checks(module):
    """(first, median of the later) seconds of a right answer."""
    exercises = importlib.import_module(module)
    found = {name: value for name, value in vars(exercises).items() if isinstance(value, Exercise)}
    name, exercise = list(found.items())[-1]
    guard._end_spares()
    times = []
    for _ in range(1 + LATER):
        start = time.perf_counter()
        verdict = guard.examine(exercise, exercise.solution, (module, name))
        times.append(time.perf_counter() - start)
        assert verdict.outcome == "passed", verdict
        time.sleep(1.5)
    return times[0], median(times[1:])


def start(module):
    """(processor seconds, wall seconds, modules loaded) of a process that is ready."""
    code = (
        f"import sys; from helpers import examination; import {module}; import os\n"
        f"print(sum(os.times()[:2]), *[name for name in {HEAVY} if name in sys.modules])"
    )
    began = time.perf_counter()
    command = [sys.executable, "-P", "-c", code]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    used, *loaded = said.stdout.split()
    return float(used), time.perf_counter() - began, " ".join(["numpy", *loaded])


def watch():
    """Microseconds that one watched call of an empty function takes."""
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        examination._reply = nowhere.fileno()
        try:
            call, n = examination.Watched(lambda: None, 60.0).call, 2000
            start = time.perf_counter()
            for _ in range(n):
                call()
            return 1e6 * (time.perf_counter() - start) / n
        finally:
            examination.faulthandler.cancel_dump_traceback_later()
            examination._reply = None


if __name__ == "__main__":
    print("lesson                  first   later   start: CPU    wall   loads")
    for path in sorted(LESSONS.glob("*/exercises.py")):
        module = f"helpers.lessons.{path.parent.name}.exercises"
        first, later = checks(module)
        used, wall, loaded = start(module)
        print(
            f"{path.parent.name:22}{first:6.3f}s {later:6.3f}s{used:11.3f}s {wall:6.3f}s   {loaded}"
        )
    print(f"the watch: {watch():.0f} µs a call")
