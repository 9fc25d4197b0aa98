"""Periods as people write them: 2021-10, 2021-Q4, 2021; and as dates."""

import re
from datetime import date, timedelta
from functools import lru_cache

MONTHS = {"month": 1, "rolling": 1, "quarter": 3, "year": 12}


def label(level: str, start: date | None) -> str | None:
    """A period's name at a level: month and rolling `2021-10`, quarter `2021-Q4`, year `2021`."""
    if start is None:
        return None
    if level == "year":
        return f"{start.year}"
    if level == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return f"{start.year}-{start.month:02d}"


@lru_cache(maxsize=1024)
def span_of(text: str | None) -> tuple[date, date] | None:
    """First and last day of a period written as a year, a quarter or a month; None for None.

    Raises ValueError for anything else.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text)
    if not found:
        raise ValueError("a period is written 2021, 2021-Q4 or 2021-10")
    year, quarter, month = (int(part) if part else None for part in found.groups())
    first, months = (quarter * 3 - 2, 3) if quarter else (month, 1) if month else (1, 12)
    return date(year, first, 1), add_months(date(year, first, 1), months) - timedelta(days=1)


def add_months(start: date, months: int) -> date:
    """The first of the month that many months later."""
    count = start.year * 12 + start.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def periods_between(level: str, first: date, last: date) -> list[date]:
    """The starts of every period of a level from the one that holds `first` to the one that holds `last`."""
    step = MONTHS[level]
    start = date(first.year, (first.month - 1) // step * step + 1, 1)
    starts = []
    while start <= last:
        starts.append(start)
        start = add_months(start, step)
    return starts
