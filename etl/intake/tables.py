"""Finds the tables of a file and their headers: a CSV, the sheets of a workbook (XLSX, ODS), a Parquet file.

The rows stay where they are, in the file or in a private text copy of the sheet; etl.intake.lines reads them.
"""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etl import warehouse
from etl.errors import Refusal
from etl.intake import contracts
from etl.intake.sheets import text_sheets
from etl.warehouse import quoted

SUFFIXES = (".csv", ".xlsx", ".ods", ".parquet")
COVER = "cover"
OF_PROGRAMS = (b"ARROW:schema",)  # notes in a Parquet file that are no words
MARK, EXAMPLE = "template_row", "example"  # heading and cell by which a template marks the row that only shows how


@dataclass
class Table:
    """One table of a file: its header as found, and where its rows are.

    path: the file, or a text copy of the sheet whose first column is the number beside each row (form "workbook").
    """

    path: Path
    form: str
    sheet: str
    header: list[str]
    cover: dict[str, str] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)  # words of the cover sheet or of the file, on the first table only
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


def tables(checked, path: Path, folder: Path) -> list[Table]:
    """The tables of a file that passed the pre-check (intake.precheck); Refusal when it holds none that can be read.

    folder: a private one, for text copies of sheets; the caller removes it when the tables are done with.
    """
    if checked.kind_of_file == "csv":
        return [_csv(checked.path, path.name)]
    if checked.kind_of_file == "parquet":
        return [_parquet(checked.path, path.name)]
    ahead = checked.reading if checked.reading and checked.reading.is_of(path) else None
    return _workbook(ahead.texts() if ahead else text_sheets(path, folder))


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
            header = [row[0] for row in con.execute(f"DESCRIBE FROM {parquet_sql(path)}").fetchall()]
            rows = con.execute(f"SELECT count(*) FROM {parquet_sql(path)}").fetchone()[0]
            notes = con.execute(f"SELECT key, value FROM parquet_kv_metadata({quoted(path)})").fetchall()
    except duckdb.Error:
        raise Refusal("This is not a Parquet file that can be read; write it again.") from None
    if not rows:
        raise Refusal("There are columns and no row.")
    header = [column for column in header if column != "file_row_number"]
    aside = [part.decode("utf-8", "replace") for note in notes if note[0] not in OF_PROGRAMS for part in note]
    return Table(path, "parquet", Path(name).stem, header, aside=aside)


def parquet_sql(path):
    return f"read_parquet({quoted(path)}, file_row_number = true)"


def _workbook(sheets):
    """The sheets of a workbook that may hold a return, each with the facts of the cover sheet."""
    sheets = [one for one in sheets if one.header]
    is_cover = [one.name.strip().lower() == COVER for one in sheets]
    first = next((list(_cells(one)) for one, it_is in zip(sheets, is_cover, strict=True) if it_is), [])
    cover, aside = _cover(first), [text for row in first for text in row if text]
    found = []
    for one, it_is in zip(sheets, is_cover, strict=True):
        if not it_is:
            found.append(Table(one.path, "workbook", one.name, one.header, cover, [] if found else aside))
    return found


def _cells(sheet):
    with sheet.path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            yield row[1:]


def _cover(rows):
    """Facts from label and value pairs: the first filled cell of a row and the next."""
    said = {}
    for row in rows:
        cells = [text for text in row if text]
        if len(cells) >= 2 and contracts.folded(cells[0]) in contracts.facts():
            said[contracts.folded(cells[0])] = cells[1]
    return said
