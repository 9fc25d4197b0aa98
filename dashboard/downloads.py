"""A view's rows as CSV: the rows of the page's table, one header row, and nothing a spreadsheet would run."""

import csv
import io
import re

from dashboard import names, words
from dashboard.view import View

BOM = "\ufeff"  # so that Excel reads UTF-8
FIGURES = ("numerator", "denominator", "value", "lower", "upper", "status", "flags")
RUNS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(view: View, answer) -> str:
    """The answer's rows as CSV text. A share is between 0 and 1; every row carries the data's version and date."""
    level = view.shown_level
    time = () if level == "all" else (level,)
    keys = view.series_keys
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    labelled = [column for key in keys for column in (key, f"{key}_label")]
    writer.writerow(["indicator", *_fixed(view), *labelled, *time, *FIGURES, "data_version", "as_at", "synthetic"])
    about = [answer.data_version, words.iso(answer.as_at), "yes" if answer.synthetic else "no"]
    for row in answer.rows:
        dimensions = [part for key in keys for part in (row[key], names.label(key, row[key]))]
        figures = [row[name] for name in FIGURES[:-1]] + [" ".join(row["flags"])]
        cells = [view.measure, *_fixed(view).values(), *dimensions, *(row[key] for key in time), *figures, *about]
        writer.writerow([safe(cell) for cell in cells])
    return BOM + out.getvalue()


def _fixed(view: View) -> dict[str, str]:
    """Filters that hold for every row, so that a file taken out of its page still says what it is of."""
    return {name: values[0] for name, values in view.where if len(values) == 1}


def safe(cell):
    """A cell no spreadsheet takes for a formula: text that could start one gets an apostrophe; numbers stay."""
    if isinstance(cell, str) and cell.startswith(RUNS):
        return "'" + cell
    return "" if cell is None else cell


def file_name(view: View, version: str, ending: str) -> str:
    """A name that says what the file holds."""
    return re.sub(r"[^a-z0-9.-]+", "-", f"uptake-{view.measure}-{view.shown_level}-{version}".lower()) + f".{ending}"
