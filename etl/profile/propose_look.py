"""Looks at a sheet nobody has seen: where its header is, which rows are data, what each column holds."""

import contextlib
import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from etl.profile import table as profile_table
from etl.profile.file import Take, fold

FORMS = {
    "date": r"\d{4}-\d{2}-\d{2}( .*)?",
    "british date": r"\d{1,2}/\d{1,2}/\d{4}( .*)?",
    "integer": r"-?\d{1,12}",
    "number": r"-?\d{1,12}(\.\d+)?",
}
LIKE_ID = 0.85
MOSTLY = 0.9  # share of the filled cells that make a column what it is
MARKS = ("-", "..", ":", "*", "n/a", "na", "[x]", "[c]", "[z]", "[low]", "[k]", "x", "z", "no data")
VERSION = r"(?i)-v\d+(\.\d+)*$"


@dataclass
class Column:
    """One column: its folded name and its texts without blanks and marks of missing figures."""

    name: str
    texts: list
    marks: set = field(default_factory=set)

    @cached_property
    def values(self):
        """{folded text: rows}, the commonest first."""
        return dict(Counter(map(fold, self.texts)).most_common())

    @cached_property
    def form(self):
        """date, british date, integer, number, text or empty."""
        if not self.texts:
            return "empty"
        for form, pattern in FORMS.items():
            if self.share(pattern) >= MOSTLY:
                return form
        return "text"

    def share(self, pattern):
        """The share of the texts that a pattern fits whole."""
        return sum(bool(re.fullmatch(pattern, text)) for text in self.texts) / max(len(self.texts), 1)

    @property
    def is_id(self):
        """Short texts with digits, without spaces or nearly so, and not the same few over and over."""
        return (
            self.form in ("text", "integer")
            and self.share(r"(?=.*\d)\S{3,40}( ?\(\S+\))?\s*") >= LIKE_ID
            and len(self.values) > len(self.texts) / 50
        )

    @property
    def is_serial(self):
        """Whole numbers that only count the rows: 1, 2, 3 and on."""
        if self.form != "integer" or len(self.texts) < 3:
            return False
        numbers = list(map(int, self.texts))
        return numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    @property
    def versions(self):
        """The share of texts that end in a version, such as -v1.4."""
        return sum(bool(re.search(VERSION, text.strip())) for text in self.texts) / max(len(self.texts), 1)

    def is_day(self, text):
        """Whether a text is a day in the form of the column."""
        return bool(re.fullmatch(FORMS[self.form], text))

    def dates(self):
        """The earliest and latest day of a column of dates; days with strokes are read as British."""
        found = []
        for text in filter(self.is_day, self.texts):
            with contextlib.suppress(ValueError):
                day, month, year = text.split(" ")[0].split("/") if "/" in text else reversed(text[:10].split("-"))
                found.append(dt.date(int(year), int(month), int(day)))
        return (min(found), max(found)) if found else None


@dataclass
class Look:
    """A table found: the sheets that share its header, its columns, and the rows that are data."""

    sheets: list
    columns: list
    rows: int
    lone: bool
    total_column: str | None
    total_rows: list
    marks: list

    def cells(self, wanted):
        """The header cells of columns: a column without a name has none, and one of two like names has the name."""
        names = {column.name for column in self.columns}
        plain = [re.sub(r" \(\d+\)$", "", name) for name in wanted]
        kept = [short if short in names else name for name, short in zip(wanted, plain, strict=True)]
        named = [name for name in kept if not re.fullmatch(r"column \d+", name)]
        return (
            list(dict.fromkeys(named)) or [c.name for c in self.columns if not re.fullmatch(r"column \d+", c.name)][:1]
        )


def look(sheets):
    """({Look}, [(sheet, why not)]) of the sheets of a file; sheets with one header and like names are one table."""
    found, left = {}, []
    for sheet, rows in sheets.items():
        at = guess(rows)
        if at is None:
            left.append((sheet, "no row that could be a header above rows of data"))
            continue
        table = profile_table.table(sheet, rows, _take(rows, at))
        if len(table.rows) < 1:
            left.append((sheet, "a header without rows under it"))
            continue
        key = next((key for key in found if _alike(key, sheet, found[key][0], table)), sheet)
        found.setdefault(key, []).append(table)
    return [_look(tables) for tables in found.values()], left


def _take(rows, at):
    cells = [fold(cell) for cell in rows[at - 1]]
    wanted = list(dict.fromkeys(cell for cell in cells if cell))
    return Take("", "", wanted, {})


def _alike(key, sheet, one, other):
    shape = [re.sub(r"\d", "0", fold(name)) for name in (key, sheet)]
    shared = set(one.columns) & set(other.columns)
    return shape[0] == shape[1] and len(shared) >= MOSTLY * min(len(one.columns), len(other.columns))


def guess(rows):
    """The number of the row that is most likely the header, or None: names side by side, above rows as wide."""
    scores = {}
    for at, row in enumerate(rows[: profile_table.LOOK], 1):
        names = [cell for cell in row if cell != ""]
        words = [cell for cell in names if isinstance(cell, str) and not re.fullmatch(FORMS["number"], cell.strip())]
        below = [sum(cell != "" for cell in under) for under in rows[at : at + 5]]
        if len(names) >= 2 and len(words) >= MOSTLY * len(names) and any(n >= len(names) / 2 for n in below[:3]):
            scores[at] = len({fold(cell) for cell in names})
    most = max(scores.values(), default=0)
    return next((at for at, score in scores.items() if score >= 0.8 * most), None)


def _look(tables):
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    rows = [dict(zip(table.columns, texts, strict=True)) for table in tables for _, texts in table.rows]
    full = [row for row in rows if sum(text is not None for text in row.values()) > 1]
    lone = len(full) < len(rows) and len(names) > 2
    total_column = next((name for name in names if fold(name) in ("total", "all", "grand total")), None)
    first = names[0]
    total_rows = [row[first] for row in full if row.get(first) and re.search(r"\b(grand )?total\b", fold(row[first]))]
    data = [row for row in full if row.get(first) not in total_rows or not row.get(first)] if total_rows else full
    columns = [_column(name, [row.get(name) for row in data]) for name in names]
    marks = sorted(set().union(*(column.marks for column in columns)))
    return Look([table.sheet for table in tables], columns, len(data), lone, total_column, total_rows, marks)


def _column(name, texts):
    kept = [text for text in texts if text is not None]
    figures = [text for text in kept if fold(text) not in MARKS]
    numeric = figures and all(re.fullmatch(FORMS["number"], text) for text in figures)
    if numeric:
        return Column(name, figures, {text for text in kept if fold(text) in MARKS})
    return Column(name, kept)
