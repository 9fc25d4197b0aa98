"""The tables of the page on time to decision, each described once."""

from dashboard import names
from dashboard.grid import Grid, Key
from etl import reference
from metrics.dimensions import CODE_LISTS

# How a dimension is called in a caption, where its label would not read well.
CALLED = {"under_agreement": "agreement"}


def called(by: str) -> str:
    """What a dimension is called inside a caption."""
    return CALLED.get(by, names.dimension(by).lower())


def grids(asked) -> list[Grid]:
    """All tables of the page, in its order."""
    made = [curve(asked, by) for by in asked.curves]
    return [*made, *(halves(asked, by) for by in asked.halves)]


def curve(asked, by: str) -> Grid:
    """The share undecided on every published day, by the values of a dimension."""
    rows = tuple({**row, f"{by}_label": names.alone(by, row[by])} for row in asked.curves[by])
    keys = (Key(f"{by}_label", names.dimension(by), by), Key("day", "Days since the request came"))
    return Grid(f"curves-by-{by.replace('_', '-')}",
                f"Share undecided by day and {called(by)}, {asked.span}", keys, rows,
                figure="Still undecided")  # fmt: skip


def halves(asked, by: str) -> Grid:
    """Days until half are decided, by the values of a dimension."""
    rows = tuple({**row, f"{by}_label": names.alone(by, row[by])} for row in asked.halves[by]
                 if row[by] != reference.NOT_STATED)  # fmt: skip
    return Grid(f"half-by-{by.replace('_', '-')}",
                f"Days until half are decided, by {called(by)}, {asked.span}",
                (Key(f"{by}_label", names.dimension(by), by),), rows, "days", figure="Half decided within")  # fmt: skip


def occurring(rows, by: str) -> list[tuple[str, str]]:
    """(code, label) of the values that occur, in the order of the list; those not stated last or left out."""
    present = {row[by] for row in rows}
    listed = [code for code in reference.codes(CODE_LISTS[by]) if code in present and code != reference.NOT_STATED]
    return [(code, names.alone(by, code)) for code in listed]
