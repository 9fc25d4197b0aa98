"""Gives the rows of a table to DuckDB as text, numbered as a person sees them: one set of checks serves all forms.

Large clean tables of requests take the short way of etl.intake.fastroad instead.
"""

import csv
from operator import itemgetter
from pathlib import Path

import duckdb

from etl import warehouse
from etl.errors import Refusal
from etl.intake.received import BUFFER
from etl.intake.tables import EXAMPLE, Table, parquet_sql
from etl.warehouse import quoted

LARGE = 8 << 20  # bytes of a CSV for which it pays to let DuckDB number the rows
LONGEST_CELL = 1 << 16
RAGGED = "ragged_row"
NUMBER = "_row"  # the first column of the text copy of a sheet


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
            f"CAST(NULL AS VARCHAR) AS _flaw, {cells} FROM {parquet_sql(table.path)})"
        )
    if table.form == "workbook":
        return _sheet_sql(table, columns)
    if table.mark is None and table.path.stat().st_size > LARGE and _is_regular(table):
        return _numbered_sql(table, columns)
    return write_lines(folder, list(columns), _lines(table, _to_read(table, rows(table)), list(columns.values())))


def source_sql(table: Table, types: dict[int, str] | None = None, names: dict[int, str] | None = None, more="") -> str:
    """SQL that reads a CSV, or the copy of a sheet, by the places of its columns; DuckDB guesses nothing.

    types, names: by place; else VARCHAR and c<place>. The rows of a copy are numbered by NUMBER.
    """
    shapes = [f"'{NUMBER}': 'INTEGER'"] if table.form == "workbook" else []
    for place in range(len(table.header)):
        name, kind = (names or {}).get(place, f"c{place}"), (types or {}).get(place, "VARCHAR")
        shapes.append(f"{quoted(name)}: {quoted(kind)}")
    return (
        f"read_csv({quoted(table.path)}, columns = {{{', '.join(shapes)}}}, auto_detect = false, header = true, "
        f"delim = ',', quote = '\"', escape = '\"', nullstr = ''{more})"
    )


def is_example(cell: str) -> str:
    """SQL condition: a cell of the column of marks says that its row is the template's example."""
    return f"lower(trim(coalesce({cell}, ''))) = {quoted(EXAMPLE)}"


def count_examples(con, table: Table) -> int:
    """How many rows are marked as examples; of a CSV right only once its rows have been read."""
    if table.form == "workbook" and table.mark is not None:
        counted = f"SELECT count(*) FROM {source_sql(table)} WHERE {is_example(f'c{table.mark}')}"
        table.examples = con.execute(counted).fetchone()[0]
    return table.examples


def _sheet_sql(table, columns):
    """The copy of a sheet has numbers in it, so its rows may be read in any order."""
    cells = ", ".join(f"c{place} AS {name}" for name, place in columns.items())
    kept = "" if table.mark is None else f" WHERE NOT {is_example(f'c{table.mark}')}"
    return (
        f"(SELECT {NUMBER} AS _line, {quoted(table.sheet)} AS _sheet, {NUMBER} AS _row, "
        f"CAST(NULL AS VARCHAR) AS _flaw, {cells} FROM {source_sql(table)}{kept})"
    )


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
            rows = con.execute(f"SELECT count(*), {every} FROM {source_sql(table)}").fetchone()[0]
    except duckdb.Error:
        return False
    return rows == lines - last.endswith(b"\n")


def _numbered_sql(table, columns):
    """Rows numbered as they are read; right only while the connection keeps the order of rows."""
    cells = ", ".join(f"c{place} AS {name}" for name, place in columns.items())
    return (
        f"(SELECT row_number() OVER () AS _line, {quoted(table.sheet)} AS _sheet, row_number() OVER () + 1 AS _row, "
        f"CAST(NULL AS VARCHAR) AS _flaw, {cells} FROM {source_sql(table)})"
    )


def _to_read(table, found):
    """The rows without those that a template marks as an example; these are counted on the table."""
    mark = table.mark
    if mark is None:
        yield from found
        return
    for number, row in found:
        if mark < len(row) and row[mark].strip().lower() == EXAMPLE:
            table.examples += 1
        else:
            yield number, row


def _lines(table, found, places):
    width, blank = len(table.header), [""] * len(table.header)
    pick = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    for number, row in found:
        flaw = ""
        if len(row) != width:
            flaw = RAGGED if len(row) < width or any(row[width:]) else ""
            row = [*row, *blank]
        yield table.sheet, number, flaw, pick(row)


def rows(table: Table):
    """(number a person sees beside it, cells) of every row under the header that is not blank."""
    if table.form == "workbook":
        yield from _sheet_rows(table)
        return
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


def _sheet_rows(table):
    with table.path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for number, *cells in reader:
            yield int(number), cells


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
