"""Finds the header row of a sheet and lays its rows out as a table of texts, each with its place of origin."""

import datetime as dt
import re
from dataclasses import dataclass

from etl.errors import Refusal
from etl.profile.file import fold

LOOK = 60  # rows in which a header is looked for


@dataclass(frozen=True)
class Table:
    """The rows under one header: `columns` are folded and unique, `rows` are (row number, texts or None).

    `above`, `blank` and `again` count rows above the header, without a cell, and that repeat the header; `marked`
    counts cells read as blank for their mark. The rows of the header itself are not counted.
    """

    sheet: str
    columns: list
    rows: list
    above: int
    blank: int
    again: int
    marked: int

    @property
    def read(self):
        """Rows of the sheet without its header row."""
        return len(self.rows) + self.above + self.blank + self.again


def fits(take, sheets):
    """The names of the sheets that fit a take by name and by header row."""
    named = re.compile(take.sheet, re.IGNORECASE)
    return [name for name, rows in sheets.items() if named.fullmatch(fold(name)) and header(rows, take.header)]


def header(rows, wanted):
    """The number (from 1) of the first row that holds every wanted cell, or None."""
    for at, row in enumerate(rows[:LOOK], 1):
        if _holds(row, wanted):
            return at
    return None


def _holds(row, wanted):
    longest = 2 * max(map(len, wanted)) + 20  # a cell of prose is no header cell, and slow to fold
    return set(wanted) <= {fold(cell) for cell in row if len(str(cell)) <= longest}


def table(sheet, rows, take):
    """Lay out a sheet under a take's header. Raises Refusal when a second header has its cells in other columns."""
    wanted, marks = take.header, {fold(mark) for mark in take.missing}
    at = header(rows, wanted)
    first = [fold(cell) for cell in rows[at - 1]]
    places = [first.index(cell) for cell in wanted]
    kept, blank, again, marked = [], 0, 0, 0
    for number, row in enumerate(rows[at:], at + 1):
        told = [text(cell) for cell in row]
        texts = [None if marks and one and fold(one) in marks else one for one in told]
        marked += sum(one is not None for one in told) - sum(one is not None for one in texts)
        if not any(texts):
            blank += 1
        elif [fold(row[place]) for place in places] == list(wanted):
            again += 1
        elif _holds(row, wanted):
            raise Refusal(
                f"Sheet {sheet!r}, row {number}: a second header has its cells in other columns than the one in "
                f"row {at}. Put the two tables on sheets of their own."
            )
        else:
            kept.append((number, texts))
    top = max(at - take.header_rows, 0)
    return Table(sheet, _unique(_joined(rows[top:at])), kept, top, blank, again, marked)


def _joined(rows):
    """The names under a header of several rows: a cell above stands over the blank cells to its right."""
    names = [fold(cell) for cell in rows[-1]]
    for row in reversed(rows[:-1]):
        over, group = [], ""
        for cell in row:
            group = fold(cell) or group
            over.append(group)
        names = [" ".join(filter(None, pair)) for pair in zip(over, names, strict=True)]
    return names


def _unique(cells):
    columns = []
    for place, cell in enumerate(cells, 1):
        name, time = cell or f"column {place}", 1
        while name in columns:
            time += 1
            name = f"{cell or f'column {place}'} ({time})"
        columns.append(name)
    return columns


def text(cell):
    """A cell as text: stripped, ISO dates, whole numbers without a point; None when blank."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).replace("\xa0", " ").strip() or None
