"""Moments of a run at which to kill it: drawn by the clock of a run watched before, and met again by counting calls.

Counted so, a moment is the same on a busy machine, and the few milliseconds in which a version is put in its place can
be asked for as often as the seconds in which it is built.
"""

import signal
import sys
import time
from array import array
from bisect import bisect_right
from pathlib import Path

from trials.children import ended, start

# Where a stage of loading and publishing begins, by the function that is called first.
BEGINS = {
    ("publish.py", "_publish"): "publishing",
    ("body_files.py", "write"): "writing bodies' files",
    ("body_files.py", "place"): "putting in place",
    ("snapshot.py", "release"): "showing",
}
FIRST = "loading"
DEAD = -signal.SIGALRM


class Moments:
    """The calls of one whole run, when each was made, and where each stage begins and ends."""

    def __init__(self, times: array, begins: dict[str, int]):
        self.times = times
        edges = [*begins.values(), len(times) - 1]
        self.stages = {stage: edges[at : at + 2] for at, stage in enumerate(begins)}

    def draw(self, stage, chance) -> tuple[int, float]:
        """(number of a call, seconds after it): a moment of the stage, each as likely as any other."""
        first, last = self.stages[stage]
        when = chance.uniform(self.times[first], self.times[last])
        step = bisect_right(self.times, when) - 1
        return step, when - self.times[step]


def watched(out: Path, work, *arguments) -> Moments:
    """Run a function in a child, and give the moments of its run. It must end well."""
    assert ended(start(_watch, out, work, arguments)) == 0
    times, begins = array("d"), {FIRST: 0}
    marks = out.with_suffix(".marks").read_text(encoding="utf-8").splitlines()
    begins |= {stage: int(step) for step, stage in (line.split(" ", 1) for line in marks)}
    with out.open("rb") as file:
        times.fromfile(file, out.stat().st_size // times.itemsize)
    return Moments(times, begins)


def _watch(out, work, arguments) -> int:
    times, marks = array("d"), {}

    def told(frame, event, _):
        if event == "call":
            stage = BEGINS.get((frame.f_code.co_filename.rsplit("/", 1)[-1], frame.f_code.co_name))
            if stage:
                marks.setdefault(stage, len(times))
        if event in ("call", "c_call"):
            times.append(time.monotonic())

    sys.setprofile(told)
    try:
        code = work(*arguments)
    finally:
        sys.setprofile(None)
    with out.open("wb") as file:
        times.tofile(file)
    lines = "".join(f"{step} {stage}\n" for stage, step in marks.items())
    out.with_suffix(".marks").write_text(lines, encoding="utf-8")
    return code


def killed(moment: tuple[int, float], work, *arguments) -> bool:
    """Run a function in a child that dies at this moment; False when it came to its end before.

    The alarm has no handler, so the system ends the process where it is, as a kill does.
    """
    return ended(start(_die, moment, work, arguments)) == DEAD


def _die(moment, work, arguments) -> int:
    left, delay = moment

    def told(_frame, event, _):
        nonlocal left
        if event in ("call", "c_call"):
            left -= 1
            if left < 0:
                sys.setprofile(None)
                signal.setitimer(signal.ITIMER_REAL, max(delay, 1e-6))

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    sys.setprofile(told)
    return work(*arguments)
