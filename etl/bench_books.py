"""Measures checking a workbook of 50,000 requests as a person does: `make bench ARGS="books"`.

`uptake check FILE` runs in a process of its own, as from a terminal: seconds of the clock, and of CPU of the command
and of the child that opens the workbook. The file has true date cells and four facts as columns.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import xlsxwriter

from etl import warehouse
from etl.bench import FACTS, SEED, rows_sql

ROWS, TARGET_SECONDS = 50_000, 2.0
FORMS = (".xlsx", ".ods", ".csv")


def make(path: Path, rows: int) -> None:
    """Write requests of one sender that break no rule; an XLSX as Excel does, each text there once."""
    from etl.synthetic.files import write

    facts = ", ".join(f"{'' if name == 'reported_by' else 'DATE '}'{value}' AS {name}" for name, value in FACTS.items())
    each = "right(request_ref, 9)::INTEGER AS request_ref"  # the writer of files makes a reference of a number
    with warehouse.connect() as con:
        rows = f"SELECT * EXCLUDE (sender) REPLACE ({each}) FROM ({rows_sql(rows, SEED)})"
        frame = con.execute(f"SELECT 'E08000025' AS sender, {facts}, * FROM ({rows})")
        if path.suffix != ".xlsx":
            write(con, frame.df(), path)
            return
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            page = book.add_worksheet("requests")
            for place, row in enumerate([[one[0] for one in frame.description], *frame.fetchall()]):
                page.write_row(place, 0, [f"REQ-{cell:09d}" if isinstance(cell, int) else cell for cell in row])


def measured(path: Path, home: Path) -> dict:
    """One check of the file: seconds of the clock and of CPU."""
    words = [sys.executable, "-m", "dashboard.cli", "check", str(path)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ran = subprocess.run(words, env={**os.environ, "UPTAKE_HOME": str(home)}, capture_output=True, text=True)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.returncode == 0 and "used + 0 held + 0 skipped" in ran.stdout, ran.stdout + ran.stderr
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu}


def run(folder: Path, rows: int, rounds: int) -> int:
    """Make the files, check each by turns, print the figures; 1 when the workbook takes longer than the target."""
    paths = [folder / f"requests{form}" for form in FORMS]
    for path in paths:
        make(path, rows)
    found = {path: [] for path in paths}
    for _ in range(rounds):
        for path, figures in found.items():
            figures.append(measured(path, folder / "home"))
    for path, figures in found.items():
        wall, cpu = (median(one[name] for one in figures) for name in ("wall", "cpu"))
        print(f"{path.name}, {rows:,} rows, {path.stat().st_size / 1e6:.1f} MB: checked in {wall:.2f} s, "
              f"{cpu:.2f} s CPU")  # fmt: skip
    slowest = median(one["wall"] for one in found[paths[0]])
    print(f"{paths[0].name}: {slowest:.2f} s (target {TARGET_SECONDS})")
    return int(slowest > TARGET_SECONDS)
