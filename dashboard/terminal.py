"""How the command line speaks: sentences, progress, and faults without a traceback.

Results go to standard output, everything said on the way to standard error, so a figure can be piped on.
"""

import errno
import os
import sys
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

WIDE = 160  # columns of a table that goes to a file or another program
BARS = (SpinnerColumn, lambda: TextColumn("{task.description}"), BarColumn, MofNCompleteColumn, TimeElapsedColumn)


def plain_output() -> None:
    """Write UTF-8 wherever the output goes: a pipe or file on Windows would else lose letters."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def out() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def err() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(sentence: str) -> None:
    out().print(escape(sentence), soft_wrap=True)


def complain(sentence: str) -> None:
    err().print(Text(sentence))


@contextmanager
def progress():
    """Give a function `report(step, done, total)` that shows work going on: a bar on a screen, else a line a step."""
    console = err()
    if not console.is_terminal:
        seen = set()

        def line(step, done=0, total=None):
            if step not in seen:
                seen.add(step)
                console.print(f"{escape(step)} ...")

        yield line
        return
    with Progress(*(column() for column in BARS), console=console) as bars:
        tasks = {}

        def report(step, done=0, total=None):
            if step not in tasks:
                for task in tasks.values():
                    bars.stop_task(task)
                tasks[step] = bars.add_task(escape(step), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
NO_ROOM_WORDS = tuple(os.strerror(number) for number in NO_ROOM)


def _no_room(error) -> str | None:
    """What the system says of a full disk when an error is that, or came of it; DuckDB tells it in words alone."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return error.strerror
        if type(error).__module__.endswith("duckdb"):
            for words in NO_ROOM_WORDS:
                if words in str(error):
                    return words
        error = error.__cause__ or error.__context__
    return None


def fault(error: Exception, home) -> str:
    """Write where an unforeseen error arose to `errors.log` in the home, and return a plain sentence about it.

    The log names files and lines of the program only. An error's own text may quote a row, so it is left out; what
    the system says of a file or disk is kept.
    """
    if words := _no_room(error):
        return (
            f"There is no room for what must be written under {home.path} ({words}). What was there before is whole; "
            "make room and run the same again."
        )
    said = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    lines = [f"{datetime.now(UTC).isoformat(timespec='seconds')} {type(error).__name__}{said}\n"]
    cause = error
    while cause is not None:
        lines.append(f"  {type(cause).__name__}\n")
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"    {frame.filename}:{frame.lineno} in {frame.name}\n" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    sentence = f"Something went wrong that Uptake did not foresee ({type(error).__name__}{said})."
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        with (home.path / "errors.log").open("a", encoding="utf-8") as log:
            log.writelines(lines)
    except OSError:
        return f"{sentence} The details could not be written down."
    return f"{sentence} Where it happened is in {home.path / 'errors.log'}; that file holds no data."
