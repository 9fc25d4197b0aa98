"""The years a page may be asked for: the latest settled one first, then the others, then all time."""

from datetime import date, timedelta

from dashboard.choices import Choice
from dashboard.headlines import in_force
from metrics.dimensions import HORIZON

ALL = "all"


def years(source) -> list[str]:
    """Years with requests, newest first; empty when there are none."""
    about = source.about()
    first, last = about.get("first"), about.get("last")
    return [str(year) for year in range(last.year, first.year - 1, -1)] if first and last else []


def settled(source) -> list[str]:
    """Years whose last request has had its sixty days, newest first."""
    as_at = date.fromisoformat(str(source.about()["as_at"])[:10])
    return [year for year in years(source) if date(int(year), 12, 31) + timedelta(days=HORIZON) <= as_at]


def choice(source) -> Choice:
    """The choice of a year: the latest settled one unless another is asked for."""
    known, done = years(source), settled(source)
    first = done[:1] or known[:1]
    rest = [year for year in known if year not in first]
    options = [(year, year if year in done else f"{year} (provisional)") for year in [*first, *rest]]
    return Choice("year", "Year of receipt", (*options, (ALL, "All time")))


def before(source, year: str) -> str | None:
    """The last whole settled year before the code came into force, when the year asked for is later than it."""
    start = in_force().year
    if year == ALL or int(year) <= start:
        return None
    return next((one for one in settled(source) if int(one) < start), None)


def when(year: str) -> str:
    """`in 2024` or `over all time`."""
    return "over all time" if year == ALL else f"in {year}"


def level(year: str) -> str:
    return "all" if year == ALL else "year"


def only(rows, year: str) -> list[dict]:
    """The rows of one year; all of them when they are of all time."""
    return [row for row in rows if year == ALL or row.get("year") == year]
