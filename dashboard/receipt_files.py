"""Receipts as a file to work through: a workbook for people, CSV for machines, of one and the same lines."""

import csv
import io
from pathlib import Path

from dashboard.sheets import BOM, safe
from etl.errors import Refusal
from etl.intake.receipt import ROWS_KEPT, counted, rows_of

COLUMNS = {
    "file": "File",
    "sheet": "Sheet",
    "row": "Row, as in the file",
    "column": "Column",
    "rule": "Rule",
    "severity": "Severity",
    "wrong": "What is wrong",
    "mend": "How to mend it",
    "nearest": "Nearest code",
    "rows": "Rows affected",
}
WIDTHS = (24, 16, 10, 20, 26, 12, 60, 60, 24, 10)
SEVERITIES = {"blocks_file": "blocks file", "blocks_row": "blocks row", "warning": "warning", "note": "note"}
GROUPS = [name for name in COLUMNS if name not in ("row", "nearest")]
ROWS = [name for name in COLUMNS if name != "rows"]


def groups(receipts) -> list[dict]:
    """A line a check: what refuses a file first, notes last. Keys are COLUMNS; no row is named."""
    return [
        {"file": one.file, "sheet": group["sheet"], "row": None, "column": group["column"], "rule": group["rule"],
         "severity": SEVERITIES[group["severity"]], "wrong": group["message"], "mend": group["mend"], "nearest": None,
         "rows": group["rows"]}
        for one in receipts for group in one.groups()
    ]  # fmt: skip


def rows(receipts) -> list[dict]:
    """A line a row that is held or pointed out, by place in the file; the first ROWS_KEPT of a file."""
    return [
        {"file": one.file, "sheet": row.sheet, "row": row.row, "column": row.column, "rule": row.rule,
         "severity": SEVERITIES[row.severity], "wrong": row.wrong, "mend": row.mend, "nearest": row.nearest, "rows": 1}
        for one in receipts for row in one.rows()
    ]  # fmt: skip


def played_back(receipts) -> list[tuple[str, str]]:
    """(file, sentence) of what was read, in the sender's terms first, then counts that add up."""
    said = []
    for one in receipts:
        sentences = [f"Status: {one.status}.", one.playback, *one.changes, one.reason, *map(counted, one.sheets)]
        sentences += [f"Skipped {rows_of(skip['rows'])}: {skip['reason']}." for skip in one.skips]
        if one.rows_held > ROWS_KEPT:
            sentences.append(f"The first {ROWS_KEPT:,} of the held rows are listed.")
        said += [(one.file, sentence) for sentence in sentences if sentence]
    return said


def as_csv(receipts) -> bytes:
    """Groups, then rows, with one header, in UTF-8 with a byte order mark. Playback comes first, as notes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(COLUMNS), restval="", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    played = [{"file": file, "rule": "playback", "severity": "note", "wrong": said}
              for file, said in played_back(receipts)]  # fmt: skip
    for line in (*played, *groups(receipts), *rows(receipts)):
        writer.writerow({name: safe(cell) for name, cell in line.items()})
    return (BOM + out.getvalue()).encode()


def as_xlsx(receipts) -> bytes:
    """A workbook of three sheets, one table each: what we read, the checks, the rows. Every cell is plain text."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        head, prose = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        played = [{"file": file, "wrong": said} for file, said in played_back(receipts)]
        _sheet(book, "What we read", ["file", "wrong"], played, head, prose, {"wrong": "What we read"})
        _sheet(book, "Checks", GROUPS, groups(receipts), head, prose)
        _sheet(book, "Rows", ROWS, rows(receipts), head, prose)
    return out.getvalue()


def _sheet(book, title, names, found, head, prose, headings=COLUMNS):
    page = book.add_worksheet(title)
    widths = dict(zip(COLUMNS, WIDTHS, strict=True))
    for place, name in enumerate(names):
        page.set_column(place, place, widths[name], prose)
        page.write_string(0, place, headings.get(name, COLUMNS[name]), head)
    for at, line in enumerate(found or [{"wrong": "Nothing to mend."}], 1):
        for place, name in enumerate(names):
            if (cell := line.get(name)) is not None:
                page.write(at, place, cell, prose)


FORMS = {".xlsx": as_xlsx, ".csv": as_csv}


def form_of(path: Path):
    """The function that writes a file of this ending; Refusal for any other."""
    if path.suffix.lower() not in FORMS:
        raise Refusal(f"A report is written as {' or '.join(FORMS)}; {path.name} ends otherwise.")
    return FORMS[path.suffix.lower()]


def write(receipts, path: Path) -> None:
    """Write the receipts to a file whose ending says the form."""
    path.write_bytes(form_of(path)(receipts))
