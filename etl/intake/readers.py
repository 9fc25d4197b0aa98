"""Reads the tables of a return by column name: CSV, workbooks (XLSX, ODS, XLS) and Parquet.

Every cell becomes text in a private copy that DuckDB reads back with `_line`, `_sheet`, `_row` and the columns of
the contract, so that one set of checks serves all forms. Large clean CSV files take the short way of intake.fastroad.
"""

import csv
import datetime as dt
import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

import duckdb

from etl import warehouse
from etl.errors import Refusal
from etl.intake import contracts
from etl.intake.sheets import read_sheets
from etl.warehouse import quoted

SUFFIXES = (".csv", ".xlsx", ".ods", ".parquet")
BUFFER = 1 << 17
LARGE = 8 << 20  # bytes of a CSV for which it pays to let DuckDB number the rows
LONGEST_CELL = 1 << 16
COVER = "cover"
RAGGED = "ragged_row"
NOT_KEPT = "bytes_not_kept"  # the rule of the note that a file's bytes were not kept
KEPT = """
SELECT count(*) FROM files
WHERE sha256 = ? AND status = 'loaded' AND file_id NOT IN (SELECT file_id FROM notes WHERE rule = ?)
"""
MARK, EXAMPLE = "template_row", "example"  # heading and cell by which a template marks the row that only shows how


@dataclass
class Table:
    """One table of a file: its header as found, and how to get at its rows. `rows` is None for CSV and Parquet."""

    path: Path
    form: str
    sheet: str
    header: list[str]
    rows: list | None = None
    cover: dict[str, str] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)  # words of the cover sheet, on the first table only
    examples: int = 0  # rows left out as examples of the template, known once the rows have been read

    @property
    def mark(self) -> int | None:
        """The place of the column in which a template marks its example row."""
        folded = [contracts.folded(name) for name in self.header]
        return folded.index(MARK) if MARK in folded else None

    def columns(self, kind: str) -> dict[str, int]:
        """Contract column or fact to its place in the header."""
        wanted = (*contracts.contract(kind).names, *contracts.facts())
        folded = [contracts.folded(name) for name in self.header]
        return {name: folded.index(name) for name in wanted if name in folded}

    def ignored(self, kind: str) -> int:
        """How many named columns belong to neither the contract nor the facts."""
        named = sum(1 for name in self.header if str(name).strip())
        return named - len(self.columns(kind)) - (self.mark is not None)


def take_in(path: Path, received: Path | None) -> tuple[str, Path]:
    """Read the file once: its SHA-256, and a private copy in `received` that nothing points to yet (None: no copy).

    Afterwards `put_away` keeps the copy or removes it: bytes are kept only of a file that was loaded.
    """
    if received is None:
        return digest_of(path), path
    received.mkdir(parents=True, exist_ok=True)
    part = received / f".part-{os.getpid()}"
    return _copy(path, part), part


def digest_of(path: Path) -> str | None:
    """The SHA-256 of an ordinary file; None for a link, a pipe or what can't be read."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def put_away(con, part: Path, digest: str) -> None:
    """Keep a private copy under its SHA-256, read-only, if the ledger says that it was loaded; else remove it.

    The ledger comes first, so a process that is killed leaves nothing kept that was not loaded, and nothing lost
    that was (`sweep`). Only the one writer may call this, outside a transaction.
    """
    if con.execute(KEPT, [digest, NOT_KEPT]).fetchone()[0]:
        part.chmod(0o444)
        os.replace(part, part.with_name(digest))
    else:
        part.unlink(missing_ok=True)


def sweep(con, received: Path) -> None:
    """Put away what a process that was killed left; at the start of a load, by the one writer."""
    for part in received.glob(".part-*"):
        put_away(con, part, digest_of(part))


def _copy(path, part) -> str:
    """Copy the bytes and give their SHA-256. One small buffer, used again: a third of the time of large blocks."""
    digest, buffer = hashlib.sha256(), memoryview(bytearray(BUFFER))
    with path.open("rb", buffering=0) as file, part.open("wb", buffering=0) as copy:
        while size := file.readinto(buffer):
            digest.update(buffer[:size])
            copy.write(buffer[:size])
        os.fsync(copy.fileno())
    return digest.hexdigest()


def tables(checked, path: Path) -> list[Table]:
    """The tables of a file that passed the pre-check (intake.precheck); Refusal when it holds none that can be read."""
    if checked.kind_of_file == "csv":
        return [_csv(checked.path, path.name)]
    if checked.kind_of_file == "parquet":
        return [_parquet(checked.path, path.name)]
    return _workbook(path)


def _csv(path, name):
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
        if len(header) == 1 and re.search(r"[;\t|]", header[0]):
            raise Refusal("The columns are not separated by commas. Save the file as comma-separated CSV.")
        if not any(line.strip(" ,\r\n") for line in file):
            raise Refusal("There is a header and no row under it.")
    return Table(path, "csv", Path(name).stem, header)


def _parquet(path, name):
    try:
        with warehouse.connect() as con:
            header = [row[0] for row in con.execute(f"DESCRIBE FROM {_parquet_sql(path)}").fetchall()]
            rows = con.execute(f"SELECT count(*) FROM {_parquet_sql(path)}").fetchone()[0]
    except duckdb.Error:
        raise Refusal("This is not a Parquet file that can be read; write it again.") from None
    if not rows:
        raise Refusal("There are columns and no row.")
    return Table(path, "parquet", Path(name).stem, [column for column in header if column != "file_row_number"])


def _parquet_sql(path):
    return f"read_parquet({quoted(path)}, file_row_number = true)"


def _workbook(path):
    """The sheets of a workbook that may hold a return, each with the facts of the cover sheet."""
    sheets = read_sheets(path)
    first = next((rows for title, rows in sheets.items() if title.strip().lower() == COVER), [])
    cover, aside = _cover(first), [text for row in first for text in map(_text, row) if text]
    found = []
    for title, rows in sheets.items():
        top = next((place for place, row in enumerate(rows) if any(map(_text, row))), None)
        if top is None or title.strip().lower() == COVER:
            continue
        header = [_text(cell) for cell in rows[top]]
        texts = ((place, list(map(_text, row))) for place, row in enumerate(rows[top + 1 :], top + 2))
        numbered = [(place, row) for place, row in texts if any(row)]
        found.append(Table(path, "workbook", title, header, numbered, cover, [] if found else aside))
    return found


def _cover(rows):
    """Facts from label and value pairs: the first filled cell of a row and the next."""
    said = {}
    for row in rows:
        cells = [_text(cell) for cell in row if _text(cell)]
        if len(cells) >= 2 and contracts.folded(cells[0]) in contracts.facts():
            said[contracts.folded(cells[0])] = cells[1]
    return said


def _text(cell) -> str:
    """A cell as the contracts write it: ISO dates, whole numbers without a point, blanks as ''."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "" if cell is None else str(cell).strip()


def lines_sql(table: Table, kind: str, folder: Path) -> str:
    """SQL of a relation of the table's rows as text: _line, _sheet, _row, _flaw, and a column a found column.

    `_line` counts from 1 in the file's order; `_row` is the number a person sees beside the row. Writes one file
    into `folder`, which the caller removes.
    """
    columns = table.columns(kind)
    if table.form == "parquet":
        named = {name: table.header[place].replace('"', '""') for name, place in columns.items()}
        cells = ", ".join(f'CAST("{found}" AS VARCHAR) AS {name}' for name, found in named.items())
        return (
            f"(SELECT file_row_number + 1 AS _line, {quoted(table.sheet)} AS _sheet, file_row_number + 2 AS _row, "
            f"CAST(NULL AS VARCHAR) AS _flaw, {cells} FROM {_parquet_sql(table.path)})"
        )
    large = table.form == "csv" and table.mark is None and table.path.stat().st_size > LARGE
    if large and _is_regular(table):
        return _numbered_sql(table, columns)
    rows = table.rows if table.form == "workbook" else csv_rows(table)
    return write_lines(folder, list(columns), _lines(table, _to_read(table, rows), list(columns.values())))


def _is_regular(table) -> bool:
    """Whether every line of a CSV is one row as wide as the header, so that DuckDB can number the rows itself."""
    lines, last = 0, b""
    with table.path.open("rb") as file:
        while block := file.read(BUFFER):
            if b'"' in block:
                return False
            lines, last = lines + block.count(b"\n"), block
    every = ", ".join(f"count(c{place})" for place in range(len(table.header)))  # a row too short shows only if asked
    try:
        with warehouse.connect() as con:
            rows = con.execute(f"SELECT count(*), {every} FROM {_text_sql(table)}").fetchone()[0]
    except duckdb.Error:
        return False
    return rows == lines - last.endswith(b"\n")


def _numbered_sql(table, columns):
    """Rows numbered as they are read; right only while the connection keeps the order of rows."""
    cells = ", ".join(f"c{place} AS {name}" for name, place in columns.items())
    return (
        f"(SELECT row_number() OVER () AS _line, {quoted(table.sheet)} AS _sheet, row_number() OVER () + 1 AS _row, "
        f"CAST(NULL AS VARCHAR) AS _flaw, {cells} FROM {_text_sql(table)})"
    )


def _text_sql(table):
    shapes = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(table.header)))
    return (
        f"read_csv({quoted(table.path)}, columns = {{{shapes}}}, auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '')"
    )


def _to_read(table, rows):
    """The rows without those that a template marks as an example; these are counted on the table."""
    mark = table.mark
    if mark is None:
        yield from rows
        return
    for number, row in rows:
        if mark < len(row) and row[mark].strip().lower() == EXAMPLE:
            table.examples += 1
        else:
            yield number, row


def _lines(table, rows, places):
    width, blank = len(table.header), [""] * len(table.header)
    pick = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    for number, row in rows:
        flaw = ""
        if len(row) != width:
            flaw = RAGGED if len(row) < width or any(row[width:]) else ""
            row = [*row, *blank]
        yield table.sheet, number, flaw, pick(row)


def csv_rows(table):
    """(line of the file, cells) of every row that is not blank."""
    csv.field_size_limit(LONGEST_CELL)
    with table.path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            next(reader)
            before = reader.line_num
            for row in reader:
                if any(row):
                    yield before + 1, row
                before = reader.line_num
        except csv.Error:
            raise Refusal(
                f"From line {reader.line_num} on the file cannot be read as a table: a quotation mark is left "
                "open or misplaced, or a cell is very long. Write it again from its source."
            ) from None


def write_lines(folder: Path, columns: list[str], lines) -> str:
    """Write (sheet, row, flaw, cells) lines as private text and return SQL of the relation that reads them."""
    path = folder / f"lines-{len(list(folder.iterdir()))}.csv"
    names = ["_line", "_sheet", "_row", "_flaw", *columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        for line, (sheet, row, flaw, cells) in enumerate(lines, 1):
            out.writerow((line, sheet, row, flaw, *cells))
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    return (
        f"read_csv({quoted(path)}, columns = {{{types}}}, auto_detect = false, header = false, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '')"
    )
