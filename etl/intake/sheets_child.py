"""The child that opens one workbook or text table: it may be killed by a hostile file, its parent may not.

Run as a script by etl.intake.sheets. It imports nothing of ours, sets its own limits first, and writes one JSON line a
sheet: {"sheet": name, "hidden": bool, "rows": [[cell, ...], ...]}. A cell is a string, a number, true, false, or
["d", ISO date] / ["t", ISO date and time] for true date cells. A refusal is the line {"refused": sentence}.
Given a folder, it writes each sheet there as text instead (`texts`), and "header": [text, ...] in place of the rows.
"""

import csv
import datetime as dt
import io
import itertools
import json
import os
import sys

MEMORY = 2 << 30  # bytes of address space; a workbook of 300,000 rows needs well under one
SECONDS = 60
CELLS = 12_000_000
REMEMBERED = 100_000  # different cells of a sheet
LONGEST_ROW = 1 << 20  # characters; DuckDB reads lines of up to twice as many bytes
DELIMITERS = ",;\t|"


def limit():
    """Limits of the process where the platform has them; on Windows the parent's timeout is the limit."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def die_with_parent():
    """End when the pipe at 0 is closed, as it is when the parent is killed: what is written here is swept then."""
    try:
        import fcntl

        fcntl.fcntl(0, fcntl.F_SETSIG, 0)  # SIGIO, whose default is to end the process, in the midst of any call
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    except (ImportError, AttributeError, OSError):  # not Linux: as soon as a thread can notice
        import threading

        threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
        return
    import select

    if select.select([0], [], [], 0)[0]:  # closed before anybody listened
        os._exit(1)


def cell(value):
    if isinstance(value, dt.datetime):
        return ["t", value.isoformat()]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def workbook(path, head):
    """Yield (sheet name, hidden, rows) of an XLSX, XLS, XLSB or ODS file; rows keep their place in the sheet."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.PasswordError:
        raise ValueError("the workbook has a password; save it without one") from None
    except python_calamine.CalamineError:
        raise ValueError("this is not a workbook that can be opened (XLSX, XLS, XLSB or ODS)") from None
    left = CELLS
    for about in book.sheets_metadata:
        if "WorkSheet" not in str(about.typ):
            continue
        sheet = book.get_sheet_by_name(about.name)
        width = sheet.end[1] + 1 if sheet.end else 0
        left -= width * (sheet.end[0] + 1 if sheet.end else 0)
        if left < 0:
            raise ValueError(f"the sheets hold more than {CELLS:,} cells; split the file")
        yield about.name, not str(about.visible).endswith(".Visible"), sheet.to_python(False, head)


def texts(path, folder):
    """Write each sheet as a CSV of its filled rows, the number of each first, and yield (name, hidden, header row)."""
    for number, (name, hidden, rows) in enumerate(workbook(path, None), 1):
        header = []
        with open(f"{folder}/sheet-{number}.csv", "w", encoding="utf-8", newline="") as file:
            # Written so, a cell that holds either sign of a line end is put in quotation marks.
            quoted = csv.writer(file, lineterminator="\r\n").writerow
            as_text = Words().__getitem__
            for place, row in enumerate(rows, 1):
                cells = list(map(as_text, row))
                if any(cells):
                    header = header or cells
                    line = ",".join(cells)
                    # Most rows need no quotation marks, and are written four times faster so.
                    plain = line.count(",") < len(cells) and not ('"' in line or "\n" in line or "\r" in line)
                    if (file.write(f"{place},{line}\r\n") if plain else quoted([place, *cells])) > LONGEST_ROW:
                        raise ValueError("a row is longer than a million characters")
        yield name, hidden, header


class Words(dict):
    """Cells as text, each worked out once; numbers every time, for 1, 1.0 and true are one key."""

    def __missing__(self, value):
        if isinstance(value, int | float):
            return words(value)
        told = value.strip() if type(value) is str else words(value)
        if len(self) < REMEMBERED:
            self[value] = told
        return told


def words(value):
    """A cell that is no text, as the contracts write it: ISO dates, whole numbers without a point."""
    if type(value) is dt.date:
        return value.isoformat()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(cell(value) if isinstance(value, float) else value)


def text(path, name, head):
    """Yield the one table of a CSV or TSV file (UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252)."""
    with open(path, "rb") as file:
        raw = file.read()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = raw.decode("utf-16")
    elif b"\0" in raw:
        raise ValueError("this is not a text table: it holds NUL bytes")
    else:
        try:
            content = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            content = raw.decode("cp1252", errors="replace")
    first = next((line for line in content.splitlines() if any(mark in line for mark in DELIMITERS)), "")
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(1 << 20)
    try:
        lines = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
        rows = list(itertools.islice(lines, head))
    except csv.Error:
        raise ValueError("a quotation mark is left open, or a cell is longer than a million characters") from None
    if sum(map(len, rows)) > CELLS:
        raise ValueError(f"the file holds more than {CELLS:,} cells; split it")
    width = max(map(len, rows), default=0)
    yield name, False, [row + [""] * (width - len(row)) for row in rows]


def sheets(path, form, name, head, folder):
    """What to say of each sheet."""
    if folder:
        for sheet, hidden, header in texts(path, folder):
            yield {"sheet": sheet, "hidden": hidden, "header": header}
        return
    for sheet, hidden, rows in workbook(path, head) if form == "workbook" else text(path, name, head):
        yield {"sheet": sheet, "hidden": hidden, "rows": [[cell(value) for value in row] for row in rows]}


def main(path, form, name, head, folder):
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    die_with_parent()
    limit()
    try:
        for said in sheets(path, form, name, int(head) or None, folder):
            print(json.dumps(said, ensure_ascii=True))
    except ValueError as error:
        print(json.dumps({"refused": str(error)}))
    except MemoryError:
        print(json.dumps({"refused": "it needs more memory than one file may use; split it"}))
    print(json.dumps({"end": True}))


if __name__ == "__main__":
    main(*sys.argv[1:6])
