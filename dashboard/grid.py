"""A table of figures, described once: written as HTML for the page and as a sheet for its download, row for row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from dashboard import tables, words
from dashboard.markup import Node, el
from dashboard.sheets import MARKS, NONE, Column, Sheet
from metrics import wording

PARTS = (("numerator", "Counted", "count"), ("denominator", "Out of", "count"), ("value", "Figure", None),
         ("lower", "95% range, from", None), ("upper", "95% range, to", None))  # fmt: skip


class Key(NamedTuple):
    """A column that tells rows apart: its name in a row, its heading, and the code it stands for (`name` of it)."""

    name: str
    heading: str
    code: str | None = None


class Extra(NamedTuple):
    """A column beside the figure: its name in a row, its heading, its kind, and how the page shows it if not as said.

    A kind is one of dashboard.sheets, or `points` for a difference of shares, or `size` for one without a sign.
    """

    name: str
    heading: str
    kind: str = "text"
    show: Callable[[dict], object] | None = None
    early: bool = False  # whether it stands before the figure on the page


@dataclass(frozen=True)
class Grid:
    """Rows with the keys' names, a figure's six parts, and the extras. `unit` is share, count, days or points."""

    name: str  # in addresses and of the sheet
    caption: str
    keys: tuple[Key, ...]
    rows: tuple[dict, ...]
    unit: str = "share"
    extras: tuple[Extra, ...] = ()
    counted: bool = True  # whether counts stand beside the figures
    figure: str = "Figure"  # the heading of the figure's column
    units: dict | None = None  # {a row's first key: unit} where rows differ

    def unit_of(self, row: dict) -> str:
        return (self.units or {}).get(row[self.keys[0].name], self.unit)


def said(value, unit: str) -> str:
    """A value in words; a difference of shares in points with its sign, the size of one without."""
    if unit in ("points", "size"):
        return f"{signed(value)} points" if unit == "points" else wording.points(value)
    return words.number(value, unit)


def signed(value: float) -> str:
    """A difference of shares in points with its sign; none at all has no sign."""
    said = wording.points(value, True)
    return "0.0" if said[1:] == "0.0" else said


def ranged(row: dict, unit: str) -> str | None:
    """The 95% range of a row in words, None where there is none."""
    if unit != "points":
        return words.interval(row, unit)
    if row["lower"] is None or row["upper"] is None:
        return None
    return f"{signed(row['lower'])} to {signed(row['upper'])}"


def shown(row: dict, unit: str) -> str:
    """What stands in the figure's cell: the value, a small count, or the kind of absence."""
    return said(row["value"], unit) if row["status"] == "ok" and unit == "points" else words.value(row, unit)


def table(grid: Grid) -> Node:
    """The grid as a table in a region that scrolls; a plain sentence when it has no rows."""
    if not grid.rows:
        return el("p", f"{grid.caption}: no figures to list.", class_="govuk-body")
    counted = grid.counted and any(words.counts(row) for row in grid.rows)
    ranges = any(ranged(row, grid.unit_of(row)) for row in grid.rows)
    notes = any(_notes(grid, row) for row in grid.rows)
    early, late = ([extra for extra in grid.extras if extra.early is side] for side in (True, False))
    headings = [*(key.heading for key in grid.keys), *(extra.heading for extra in early), grid.figure,
                *(["95% range"] if ranges else []), *(["Counted"] if counted else []),
                *(extra.heading for extra in late), *(["Note"] if notes else [])]  # fmt: skip
    body = [
        [*(row[key.name] for key in grid.keys), *(_extra(extra, row) for extra in early),
         shown(row, grid.unit_of(row)),
         *([ranged(row, grid.unit_of(row)) or "" if row["status"] == "ok" else ""] if ranges else []),
         *([_counts(row)] if counted else []), *(_extra(extra, row) for extra in late),
         *([_notes(grid, row)] if notes else [])]
        for row in grid.rows
    ]  # fmt: skip
    start = len(grid.keys) + len(early)
    numeric = tuple(range(start, start + 1 + ranges + counted)) + tuple(
        start + 1 + ranges + counted + at for at, extra in enumerate(late) if extra.kind != "text"
    )
    return tables.scrolling(f"{grid.caption}, table", tables.table(grid.caption, headings, body, numeric))


def _counts(row: dict) -> str:
    # A small count is its own figure: it is not said twice.
    return words.counts(row) or "" if row["status"] == "ok" else ""


def _extra(extra: Extra, row: dict):
    value = row.get(extra.name)
    if extra.show:
        return extra.show(row)
    if value is None:
        return ""
    return value if extra.kind == "text" else said(value, extra.kind)


def _notes(grid: Grid, row: dict) -> str:
    """The flags of a row that not every row has."""
    common = set.intersection(*(set(one["flags"]) for one in grid.rows))
    return tables.note({"flags": [flag for flag in row["flags"] if flag not in common]})


def sheet(grid: Grid, answer) -> Sheet:
    """The same rows as a sheet, with the version and date of the data in each."""
    columns = [Column("table", "Table")]
    for key in grid.keys:
        columns += [Column(key.code, f"{key.heading}, code")] if key.code else []
        columns.append(Column(key.name, key.heading))
    kind = "share" if grid.unit == "points" else grid.unit
    columns += [Column(name, heading, given or kind) for name, heading, given in PARTS]
    columns += [Column("status", "Status"), Column("flags", "Flags")]
    kinds = ["share" if one.kind in ("points", "size") else one.kind for one in grid.extras]
    columns += [Column(one.name, one.heading, kind) for one, kind in zip(grid.extras, kinds, strict=True)]
    columns += [Column("data_version", "Data version"), Column("as_at", "Data as at"), Column("synthetic", "Synthetic")]
    ending = (answer.data_version, words.iso(answer.as_at), "yes" if answer.synthetic else "no")
    rows = []
    for row in grid.rows:
        cells = [grid.name]
        for key in grid.keys:
            cells += [row[key.code]] if key.code else []
            cells.append(row[key.name])
        cells += [row[name] for name, *_ in PARTS] + [row["status"], ";".join(row["flags"])]
        cells += [row.get(one.name) for one in grid.extras]
        rows.append((*cells, *ending))
    marks = tuple(MARKS[row["status"]][0] if row["status"] in MARKS else NONE for row in grid.rows)
    return Sheet(grid.name.replace("-", " ").capitalize()[:30], grid.caption, tuple(columns), tuple(rows), marks)
