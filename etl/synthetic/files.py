"""Writes synthetic tables as plain return files: CSV and Parquet through DuckDB, one XLSX and one ODS workbook."""

import datetime
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import odswriter
import pandas as pd
import xlsxwriter

from etl.synthetic.draw import Table
from etl.synthetic.world import World

STILL = datetime.datetime(2020, 12, 17)  # the same inputs give the same bytes, so no file carries today's date

# The contract's columns in its order; facts of the return follow. A colon names the column of the table it is from.
COLUMNS = {
    "requests": (
        "request_ref holder_body:holder requester_body:requester holder_sector requester_sector region "
        "requester_region purpose subject_group urgency received_on outcome decided_on under_agreement gateway "
        "decided_by tool_cited reconsidered reconsidered_on risk_of_not_sharing"
    ),
    "refusals": "holder_body:holder request_ref rank reason law_cited",
    "request_counts": (
        "holder_body:holder requester_body:nobody holder_sector requester_sector region purpose period_start "
        "period_end outcome requests"
    ),
    "agreements": (
        "body:holder sector region period_start period_end counterparty_sector in_force active signed ended "
        "review_overdue"
    ),
    "awareness": (
        "wave fieldwork_start fieldwork_end sector region role question answer respondents weight_sum "
        "weight_sum_squares"
    ),
    "survey_frame": "wave sector region role population invited responded",
}
BODIES = ("holder", "requester")


def frame(kind: str, world: World, table: Table, sender, reported_by: str = "holder") -> pd.DataFrame:
    """A table as the columns of a return of that kind, codes as codes. `sender` is a name, or numbers of bodies."""
    columns = {}
    for entry in COLUMNS[kind].split():
        name, _, origin = entry.partition(":")
        columns[name] = _column(world, table, origin or name)
    years = table["year"].astype(int) - 1970
    start = years.astype("datetime64[Y]").astype("datetime64[D]")
    n = len(years)
    columns["sender"] = _constant(sender, n) if isinstance(sender, str) else _bodies(world, sender)
    columns["reported_by"] = _constant(reported_by, n)
    columns["period_from"] = start
    columns["period_to"] = (years + 1).astype("datetime64[Y]").astype("datetime64[D]") - 1
    columns["extracted_on"] = table["extracted_on"]
    columns["synthetic"] = _constant("yes", n)
    return pd.DataFrame({name: _days(values) for name, values in columns.items()}, copy=False)


def _column(world: World, table: Table, name: str):
    if name in BODIES:
        return _bodies(world, table[name])
    if name == "request_ref":
        return table["request"]  # written as SYN- and seven figures
    if name == "nobody":
        return pd.Categorical.from_codes(np.full(len(table["year"]), -1), ["-"])
    if name in world.codes and table[name].dtype.kind == "i":
        return pd.Categorical.from_codes(table[name], world.codes[name])
    if name == "review_overdue":
        return pd.arrays.IntegerArray(table[name].astype(np.int32), table[name] < 0)
    return table[name]


def _days(values):
    return values.astype("datetime64[s]") if getattr(values, "dtype", None) == "datetime64[D]" else values


def _constant(text: str, n: int) -> pd.Categorical:
    return pd.Categorical.from_codes(np.zeros(n, np.int8), [text])


def _bodies(world: World, numbers: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(numbers, world.body)


def write(con: duckdb.DuckDBPyConnection, rows: pd.DataFrame, path: Path) -> int:
    """Write rows to a file by its suffix (csv, parquet, xlsx, ods) and return how many there are."""
    con.register("rows_to_write", rows)
    query = f"SELECT {', '.join(_as_written(name, rows[name]) for name in rows.columns)} FROM rows_to_write"
    if path.suffix == ".csv":
        con.execute(f"COPY ({query}) TO '{_quoted(path)}' (FORMAT csv, HEADER, DELIMITER ',')")
    elif path.suffix == ".parquet":
        con.execute(f"COPY ({query}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)")
    else:
        cells = con.execute(query).fetchall()
        (_xlsx if path.suffix == ".xlsx" else _ods)(path, path.name.split("-")[0], list(rows.columns), cells)
    con.unregister("rows_to_write")
    return len(rows)


def _as_written(name: str, column: pd.Series) -> str:
    if name == "request_ref":
        return "printf('SYN-%07d', request_ref) AS request_ref"
    if column.dtype.kind == "M":
        return f"{name}::DATE AS {name}"
    return f"{name}::VARCHAR AS {name}" if isinstance(column.dtype, pd.CategoricalDtype) else name


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _xlsx(path: Path, sheet: str, header: list[str], cells: list[tuple]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": "Synthetic return: describes no real body", "created": STILL})
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, header)
        for i, row in enumerate(cells, start=1):
            page.write_row(i, 0, row)


def _ods(path: Path, sheet: str, header: list[str], cells: list[tuple]) -> None:
    moving = path.with_suffix(".part")
    with odswriter.writer(open(moving, "wb")) as book:
        page = book.new_sheet(sheet)
        page.writerows([header, *(["" if cell is None else cell for cell in row] for row in cells)])
    # The writer stamps the time of day on each part; take it off.
    with zipfile.ZipFile(moving) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            kept = zipfile.ZipInfo(part.filename, STILL.timetuple()[:6])
            new.writestr(kept, old.read(part), part.compress_type)
    moving.unlink()
