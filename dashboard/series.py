"""Rows of an answer, told apart into series. Charts, tables and findings all start from these."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from dashboard import names
from dashboard.view import MOST_SERIES, View

# Statuses that put a point, or at least a range, on a chart.
DRAWN = ("ok", "bounded")


@dataclass(frozen=True)
class Series:
    """One series: its values of the dimensions that tell series apart, what it is called, and its rows in order."""

    key: tuple[str, ...]
    label: str
    rows: tuple[dict, ...]

    @cached_property
    def settled(self) -> list[dict]:
        """Rows with a value that may be compared: not provisional, and none of those that stand apart."""
        apart = {id(row) for row in self.apart}
        return [
            row
            for row in self.rows
            if row["status"] == "ok" and "provisional" not in row["flags"] and id(row) not in apart
        ]

    @cached_property
    def apart(self) -> list[dict]:
        """Rows that are not of one kind with the rest, so they are drawn beside the line and never compared with it:
        published returns where other rows count more, and counts over a span of another length."""
        published = [row for row in self.known if "published" in row["flags"]]
        usual = Counter(map(months, self.known)).most_common(1)
        other = [row for row in self.known if months(row) != usual[0][0]] if usual else []
        return other + (published if len(published) < len(self.known) else [])

    @cached_property
    def known(self) -> list[dict]:
        """Rows that say something about size: a value or a range."""
        return [row for row in self.rows if row["status"] in DRAWN]

    @cached_property
    def latest(self) -> dict | None:
        """The latest settled row with a value, else the latest row that says anything, else None."""
        rows = self.settled or [row for row in self.known if "provisional" not in row["flags"]] or self.known
        return rows[-1] if rows else None


def months(row: dict) -> int:
    """How many months a row with a span of its own covers; 0 for rows that cover what their period says."""
    first, last = row.get("period_from"), row.get("period_to")
    return round((last - first).days / 30.4) if first and last else 0


def split(view: View, rows) -> list[Series]:
    """The series of a view, in the order of the reference lists."""
    keys = view.series_keys
    found: dict[tuple, list[dict]] = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    series = []
    for key, members in found.items():
        label = ", ".join(names.alone(name, value) for name, value in zip(keys, key, strict=True))
        series.append(Series(key, label or view.indicator.title, tuple(members)))
    return series


def drawn(series: list[Series]) -> list[Series]:
    """At most four series for a chart: all when they fit, else those with most behind them, in the same order."""
    if len(series) <= MOST_SERIES:
        return series
    ranked = sorted(series, key=_weight, reverse=True)[:MOST_SERIES]
    return [one for one in series if one in ranked]


def _weight(one: Series) -> float:
    return sum(row["denominator"] or row["numerator"] or 0 for row in one.known)
