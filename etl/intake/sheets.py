"""Reads the sheets of a workbook or a text table in a child process, so that no file can stop this one."""

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from etl.errors import Refusal

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
MOST_BYTES = 200 << 20
SECONDS = 90
CHILD = Path(__file__).with_name("sheets_child.py")


class Sheet(list):
    """The rows of one sheet, from its first row on; `hidden` says whether the sender's screen shows it."""

    hidden = False


@dataclass(frozen=True)
class TextSheet:
    """A sheet as text: a CSV of its filled rows, each with the number beside it first; header: the first of them."""

    name: str
    hidden: bool
    header: list[str]
    path: Path


def read_sheets(path, *, head=None, seconds=SECONDS):
    """Return {sheet name: Sheet of rows of cells} in the file's order. Row 1 of the sheet is rows[0].

    A cell is str ('' when blank), int, float, bool, datetime.date or datetime.datetime; rows of a sheet are equally
    long. A text table has one sheet, named after the file. `head` asks for that many first rows only.
    Raises Refusal naming the file, never a value in it.
    """
    return {said["sheet"]: said["rows"] for said in _told(Path(path), head, "", seconds)}


def text_sheets(path, folder, *, seconds=SECONDS) -> list[TextSheet]:
    """The sheets of a workbook in the file's order, each written into a new folder inside this private one.

    Cells are text as the contracts write it: ISO dates, whole numbers without a point, yes and no. Refusal as above.
    """
    into = tempfile.mkdtemp(dir=folder)
    said = _told(Path(path), None, into, seconds)
    return [
        TextSheet(one["sheet"], one["hidden"], one["header"], Path(into, f"sheet-{number}.csv"))
        for number, one in enumerate(said, 1)
    ]


def _told(path, head, folder, seconds):
    """What the child says of each sheet, once it has ended well."""
    form = _form(path)
    with tempfile.TemporaryFile() as out:
        code = _run([str(path), form, path.stem, str(head or 0), folder], out, seconds)
        out.seek(0)
        sheets, ended = [], False
        for line in out:
            try:
                found = json.loads(line, object_hook=_object)
            except ValueError:
                break
            if "refused" in found:
                raise Refusal(f"{path.name}: {found['refused']}.")
            ended = found.get("end", False)
            sheets += [] if ended else [found]
    if code is None:
        raise Refusal(f"{path.name}: reading it took longer than {seconds} seconds; split it.")
    if code or not ended:
        raise Refusal(
            f"{path.name}: it cannot be opened safely (cells far apart, or too large when unpacked). "
            "Copy the table into a new workbook and send that."
        )
    return sheets


def _form(path):
    kind = path.suffix.lower()
    if kind not in WORKBOOKS + TEXTS:
        raise Refusal(f"{path.name}: expected {', '.join(WORKBOOKS + TEXTS)}; save the table as one of these.")
    try:
        size = path.stat().st_size
    except OSError:
        raise Refusal(f"{path.name}: there is no such file, or it may not be read.") from None
    if not size:
        raise Refusal(f"{path.name}: the file is empty.")
    if size > MOST_BYTES:
        raise Refusal(f"{path.name}: larger than {MOST_BYTES >> 20} MB; split it.")
    return "workbook" if kind in WORKBOOKS else "text"


def _run(arguments, out, seconds):
    """Run the child; return its exit code, or None when its time ran out. Its words on stderr are dropped."""
    child = subprocess.Popen(
        [sys.executable, "-I", str(CHILD), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "RUST_BACKTRACE": "0"},
    )
    late = threading.Event()
    # A wait with a time limit looks again and again, and sleeps up to 50 ms past the end; so the limit is a thread's.
    timer = threading.Timer(seconds, lambda: (late.set(), child.kill()))
    timer.start()
    try:
        code = child.wait()
    finally:
        timer.cancel()
        with contextlib.suppress(OSError):
            child.kill()
        child.wait()
    return None if late.is_set() else code


def _object(found):
    if "rows" not in found:
        return found
    rows = Sheet([_cell(value) if isinstance(value, list) else value for value in row] for row in found["rows"])
    rows.hidden = found["hidden"]
    return {**found, "rows": rows}


def _cell(pair):
    kind, words = pair
    return dt.date.fromisoformat(words) if kind == "d" else dt.datetime.fromisoformat(words)
