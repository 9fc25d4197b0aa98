"""Tables that are taken away: one description, written as CSV, ODS or XLSX.

Workbooks follow the Analysis Function's guidance: a cover, notes, shorthand that is explained, one table to a sheet
with one header row, no merged, frozen or blank cells. CSV is for machines: blanks, and a status in a column of its own.
Text is never a formula: it is written as text where a format has types, and gets an apostrophe where it has none.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

BOM = "\ufeff"  # so that Excel reads UTF-8
RUNS = ("=", "+", "-", "@", "\t", "\r")
FORMATS = {"share": "0.0%", "count": "#,##0", "days": "0", "text": "@"}
WIDEST = 60  # letters of a column
# Why a cell holds no number: the mark that stands in a workbook, and what it means.
MARKS = {
    "suppressed": ("[c]", "Suppressed, so that no body or person can be singled out"),
    "too_few": ("[u]", "Too few requests or answers for a rate to mean anything"),
    "bounded": ("[low]", "A small count: under 10, or all but under 10. The two limits say between what it lies"),
    "not_submitted": ("[x]", "Not available: no return covers this"),
    "not_applicable": ("[z]", "Not applicable: this cannot exist here"),
    "not_reached": ("[nr]", "Not reached: that share of requests had not been decided when the data were taken"),
}
NONE = MARKS["not_applicable"][0]


class Column(NamedTuple):
    """A column: its name for machines, its heading for people, and what it holds (a key of FORMATS)."""

    name: str
    heading: str
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    """One table. Cells are text, numbers, dates or None; `marks` gives each row's mark for its None cells, if any."""

    name: str  # under 31 letters
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple, ...]
    marks: tuple[str, ...] = ()

    def marked(self) -> list[list]:
        """The rows as they stand in a workbook: a mark for a number that is None, `none` for a text that is."""
        marks = self.marks or (NONE,) * len(self.rows)
        return [
            [(mark if one.kind != "text" else "none") if cell is None else cell
             for one, cell in zip(self.columns, row, strict=True)]
            for row, mark in zip(self.rows, marks, strict=True)
        ]  # fmt: skip


@dataclass(frozen=True)
class Book:
    """A download: what its cover and notes say, in pairs, and its tables; a CSV holds the first."""

    title: str
    name: str  # of the file, without its ending
    cover: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    sheets: tuple[Sheet, ...]
    as_at: date
    standing: str  # one line on every sheet: the source, the date, the version, and whether it is made up

    def pages(self) -> list[tuple[str, list[list], int]]:
        """(name, rows, row of the header from 0 or -1) of every sheet of a workbook, in order."""
        listed = [("Notes", "What is counted, and what to take care of"),
                  ("Shorthand", "Marks that stand where there is no number"),
                  *((sheet.name, sheet.title) for sheet in self.sheets)]  # fmt: skip
        cover = [[self.title], [self.standing], *([f"{term}: {said}"] for term, said in self.cover)]
        cover += [["Sheets of this workbook:"], *([f"{name}: {title}"] for name, title in listed)]
        notes = self._page("Notes", ["Note", "What it says"], self.notes)
        marks = self._page("Shorthand", ["Shorthand", "Meaning"], MARKS.values())
        tables = [
            (sheet.name, *self._page(sheet.title, [column.heading for column in sheet.columns], sheet.marked()))
            for sheet in self.sheets
        ]
        return [("Cover", cover, -1), ("Notes", *notes), ("Shorthand", *marks), *tables]

    def _page(self, title: str, headings: list[str], rows) -> tuple[list[list], int]:
        above = [[title], ["This sheet holds one table."], [self.standing]]
        return [*above, headings, *map(list, rows)], len(above)


def as_csv(book: Book) -> bytes:
    """The first table with a header of names for machines, in UTF-8 with a byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    sheet = book.sheets[0]
    writer.writerow([column.name for column in sheet.columns])
    writer.writerows([safe(cell) for cell in row] for row in sheet.rows)
    return (BOM + out.getvalue()).encode()


def safe(cell):
    """A cell no spreadsheet takes for a formula: text that could start one gets an apostrophe; numbers stay."""
    if isinstance(cell, str) and cell.startswith(RUNS):
        return "'" + cell
    return "" if cell is None else cell


def as_ods(book: Book) -> bytes:
    """The workbook as OpenDocument."""
    import odswriter

    out = io.BytesIO()
    with odswriter.writer(out) as written:
        for name, rows, _ in book.pages():
            sheet = written.new_sheet(name, cols=max(len(row) for row in rows))
            for row in rows:
                sheet.writerow(row)
    return out.getvalue()


def as_xlsx(book: Book) -> bytes:
    """The workbook as Excel reads it, its tables marked up as tables. The same book is always the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(out, options) as written:
        written.set_properties({"title": book.title, "created": datetime.combine(book.as_at, time())})
        looks = {kind: written.add_format({"num_format": form, "valign": "top"}) for kind, form in FORMATS.items()}
        wrapped = written.add_format({"text_wrap": True, "valign": "top"})
        bold = written.add_format({"bold": True, "font_size": 14})
        head = written.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        kinds = [["text"], ["text"] * 2, ["text"] * 2, *([one.kind for one in sheet.columns] for sheet in book.sheets)]
        for (name, rows, header), columns in zip(book.pages(), kinds, strict=True):
            sheet = written.add_worksheet(name)
            _fill(sheet, rows, header, columns, looks, wrapped)
            sheet.write(0, 0, rows[0][0], bold)
            if header >= 0:
                sheet.add_table(header, 0, max(len(rows) - 1, header + 1), len(columns) - 1, {
                    "name": f"{name.replace(' ', '_').lower()}_table", "autofilter": False, "style": None,
                    "columns": [{"header": str(heading), "header_format": head} for heading in rows[header]],
                })  # fmt: skip
    return out.getvalue()


def _fill(sheet, rows, header: int, kinds, looks, wrapped) -> None:
    widths = [12] * len(kinds)
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            kind = kinds[across] if down > header >= 0 else "text"
            if isinstance(cell, str):
                sheet.write_string(down, across, cell, wrapped if header < 0 else None)
            elif isinstance(cell, date):
                sheet.write_string(down, across, cell.isoformat())
            else:
                sheet.write_number(down, across, cell, looks[kind])
            if down >= header >= 0:
                widths[across] = min(max(widths[across], len(str(cell)) + 2), WIDEST)
    for across, width in enumerate(widths if header >= 0 else [90]):
        sheet.set_column(across, across, width)


class Format(NamedTuple):
    """A file format: its writer, its type, and what it is called in a link."""

    write: Callable[[Book], bytes]
    mimetype: str
    label: str


FORMS = {
    "csv": Format(as_csv, "text/csv", "CSV"),
    "ods": Format(as_ods, "application/vnd.oasis.opendocument.spreadsheet", "ODS"),
    "xlsx": Format(as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
}
