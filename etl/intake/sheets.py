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

from etl import working
from etl.errors import Refusal

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
MOST_BYTES = 200 << 20
MOST_AHEAD = 20 << 20  # bytes of a workbook that is opened before it is known to be wanted
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


class Reading:
    """A child at work on one workbook or text table; it never outlives the block it is used in.

    folder: where it writes each sheet as text, and tells of the header only; "" to be told the rows (`head`: the first
    ones). Raises Refusal naming the file, never a value in it: for its kind and size at once, else from `said`.
    """

    def __init__(self, path, folder="", head=None, seconds=SECONDS):
        self.path, self.folder, self.seconds = Path(path), folder, seconds
        words = [str(path), _form(self.path), self.path.stem, str(head or 0), str(folder)]
        self._state, self._late, self._heard = _state(self.path), threading.Event(), None
        self._out = tempfile.TemporaryFile()  # noqa: SIM115  until `stop`
        # Its standard input is closed with this process, which the child then follows.
        self._child = subprocess.Popen([sys.executable, "-I", str(CHILD), *words], stdin=subprocess.PIPE,
                                       stdout=self._out, stderr=subprocess.DEVNULL,
                                       env={**os.environ, "RUST_BACKTRACE": "0"})  # fmt: skip
        # A wait with a time limit looks again and again, and sleeps past the end: so the limit is a thread's.
        self._timer = threading.Timer(seconds, lambda: (self._late.set(), self._child.kill()))
        self._timer.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self) -> None:
        """End the child, if it is still at work, and forget what it wrote on the way to us."""
        self._timer.cancel()
        with contextlib.suppress(OSError):
            self._child.kill()
        self._child.wait()
        self._child.stdin.close()
        self._out.close()

    def is_of(self, path) -> bool:
        """Whether it reads this file, which has not been touched since."""
        return self.path == path and self._state == _state(path)

    def said(self) -> list[dict]:
        """What the child says of each sheet, once it has ended well."""
        if self._heard is None:
            code = self._child.wait()
            sheets, ended = self._lines()
            if self._late.is_set():
                raise Refusal(f"{self.path.name}: reading it took longer than {self.seconds} seconds; split it.")
            if code or not ended:
                raise Refusal(
                    f"{self.path.name}: it cannot be opened safely (cells far apart, or too large when unpacked). "
                    "Copy the table into a new workbook and send that."
                )
            self._heard = sheets
        return self._heard

    def _lines(self) -> tuple[list[dict], bool]:
        sheets, ended = [], False
        self._out.seek(0)
        for line in self._out:
            try:
                found = json.loads(line, object_hook=_object)
            except ValueError:
                break
            if "refused" in found:
                raise Refusal(f"{self.path.name}: {found['refused']}.")
            ended = found.get("end", False)
            sheets += [] if ended else [found]
        return sheets, ended

    def texts(self) -> list[TextSheet]:
        """The sheets of a workbook in the file's order, each as text in the folder.

        Cells are text as the contracts write it: ISO dates, whole numbers without a point, yes and no.
        """
        return [
            TextSheet(one["sheet"], one["hidden"], one["header"], Path(self.folder, f"sheet-{number}.csv"))
            for number, one in enumerate(self.said(), 1)
        ]


def read_sheets(path, *, head=None, seconds=SECONDS):
    """Return {sheet name: Sheet of rows of cells} in the file's order. Row 1 of the sheet is rows[0].

    A cell is str ('' when blank), int, float, bool, datetime.date or datetime.datetime; rows of a sheet are equally
    long. A text table has one sheet, named after the file. `head` asks for that many first rows only. Refusal as above.
    """
    with Reading(path, head=head, seconds=seconds) as reading:
        return {said["sheet"]: said["rows"] for said in reading.said()}


def text_sheets(path, folder) -> list[TextSheet]:
    """The sheets of a workbook, written as text into a new folder inside this private one. Refusal as above."""
    with Reading(path, tempfile.mkdtemp(dir=folder)) as reading:
        return reading.texts()


@contextlib.contextmanager
def ahead(paths):
    """Open the first file, where it is a workbook of ordinary size, while the rest of Uptake is read from disk.

    Yields the Reading or None. What the child says is listened to only when the file has passed the pre-check.
    """
    path = Path(paths[0])
    if path.suffix.lower() not in WORKBOOKS or path.is_symlink() or not 0 < path.stat().st_size <= MOST_AHEAD:
        yield None
        return
    with working.working() as folder, Reading(path, folder) as reading:
        yield reading


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


def _state(path):
    """What changes when a file does; None where there is none."""
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_ino, found.st_size, found.st_mtime_ns
    return None


def _object(found):
    if "rows" not in found:
        return found
    rows = Sheet([_cell(value) if isinstance(value, list) else value for value in row] for row in found["rows"])
    rows.hidden = found["hidden"]
    return {**found, "rows": rows}


def _cell(pair):
    kind, words = pair
    return dt.date.fromisoformat(words) if kind == "d" else dt.datetime.fromisoformat(words)
