"""What a file says about the whole return outside its tables: whose it is, which months, under what title."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from etl.profile import bodies as profile_bodies
from etl.profile.file import fold

MONTHS = {
    name.lower(): at for names in (calendar.month_name, calendar.month_abbr) for at, name in enumerate(names) if at
}
MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
TO = r"\s*(?:to|until|-)\s*"
TITLE = 160


@dataclass
class Hints:
    """The sender's row of bodies.csv or None, the span of days or None, and where each was found."""

    title: str
    sender: dict | None
    sender_from: str
    span: tuple | None
    span_from: str


def read(path, sheets):
    """Read the hints of a file's name and of its sheets of prose."""
    stem = re.sub(r"[_]+", " ", fold(Path(path).stem))
    prose = [(f"the sheet {sheet!r}", text) for sheet, rows in sheets.items() for text in _prose(rows)]
    places = [("the name of the file", stem), *prose]
    sender, sender_from = next(((row, place) for place, text in places if (row := _body(text))), (None, ""))
    spans = [*prose, places[0]]
    span, span_from = next(((found, place) for place, text in spans if (found := months(text))), (None, ""))
    opening = prose[0][1] if prose else ""
    return Hints(opening if 20 < len(opening) <= TITLE else Path(path).stem, sender, sender_from, span, span_from)


def _prose(rows):
    """The first lines of a sheet that is one column of text."""
    full = [[cell for cell in row if cell != ""] for row in rows]
    if not any(full) or max(map(len, full)) > 1:
        return []
    return [" ".join(str(row[0]).split()) for row in full if row][:3]


def _body(text):
    """The body with the longest name or code that a text holds, if one only."""
    words = f" {re.sub('[^a-z0-9&]+', ' ', fold(text))} "
    best, row = 0, None
    for name, known in profile_bodies.known().items():
        plain = re.sub("[^a-z0-9&]+", " ", name)
        if len(plain) > max(best, 2) and f" {plain} " in words:
            best, row = len(plain), known
    return row


def months(text):
    """The first and last day of the months or quarter a text speaks of, or None."""
    text = fold(text)
    if found := re.search(rf"\b{MONTH}\b\s*(\d{{4}})?{TO}\b{MONTH}\b\s*(\d{{4}})", text):
        first, first_year, last, year = found.groups()
        return whole(int(first_year or year), MONTHS[first], int(year), MONTHS[last])
    if found := re.search(r"(\d{4})-(\d\d)-?(?: ?to ?)-?(?:(\d{4})-)?(\d\d)(?!\d)", text):
        first_year, first, year, last = found.groups()
        return whole(int(first_year), int(first), int(year or first_year), int(last))
    if found := re.search(r"\bq([1-4])\D{0,3}(\d{4})\b|\b(\d{4})\D{0,2}q([1-4])\b", text):
        quarter, year = int(found[1] or found[4]), int(found[2] or found[3])
        return whole(year, quarter * 3 - 2, year, quarter * 3)
    if found := re.search(rf"\b{MONTH}\b\s*(\d{{4}})", text):
        return whole(int(found[2]), MONTHS[found[1]], int(found[2]), MONTHS[found[1]])
    return None


def whole(first_year, first, last_year, last):
    """The days from the first of one month to the last of another; None when that is no span."""
    if not (1 <= first <= 12 and 1 <= last <= 12 and 1990 <= first_year <= last_year <= 2100):
        return None
    start = dt.date(first_year, first, 1)
    end = dt.date(last_year, last, calendar.monthrange(last_year, last)[1])
    return (start, end) if start < end else None
