"""From the counts by body and month to the monthly series that verdicts are given on.

Counts of all bodies are added before anything is fitted; what is read off by body is how many there are, how much
the largest makes up, and who came and went between the year before a date and the year after it.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from etl.publishing.cells import grouped_dimensions
from etl.publishing.facts import small_table
from metrics import panel
from metrics.counts import COUNTS
from metrics.formulas import Share, Undecided
from metrics.periods import add_months, periods_between
from metrics.verdicts import Series

DIMENSIONS = ("sector", "region", "direction")
PANEL, THROUGHOUT = "panel", "throughout"  # beside all senders, those who sent in every year
YEAR = 12
UNSETTLED = 0.01  # of a month's requests may be open and younger than the horizon: beyond, the month is left out
SIDE_COUNTS = {
    "year_before": tuple(COUNTS),
    "year_after": tuple(COUNTS),
    "before": ("received",),
    "after": ("received",),
}
# What each field's records are counted among, to see whether recording changed.
FIELDS = {
    "agreement_known": "received",
    "tool_known": "decided",
    "risk_known": "decided",
    "decider_known": "decided",
    "reason_stated": "refused",
}


@dataclass(frozen=True)
class Months:
    """One value of a dimension ("" for all): {count: (months,)} from the first month of the data on."""

    first: date
    counts: dict[str, np.ndarray]


@dataclass(frozen=True)
class Sides:
    """Counts by body: {count: (bodies,)} in the year before a date, in the year after, and in all months of each."""

    year_before: dict[str, np.ndarray]
    year_after: dict[str, np.ndarray]
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]


def prepare(con) -> None:
    """Make the temporary tables `month_body` and `month_open`: holders' counts by month, and open on day 30."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in (*COUNTS, "immature"))
    con.execute(
        f"""CREATE TEMP TABLE month_body AS
            SELECT month, body, sector, region, direction, {sums} FROM base
            WHERE reported_by = 'holder' AND month IS NOT NULL GROUP BY ALL"""
    )
    con.execute(
        """CREATE TEMP TABLE month_open AS
           SELECT month, sector, region, direction,
                  (sum(settled) + sum(still_open))::DOUBLE AS followed_30,
                  (coalesce(sum(settled) FILTER (WHERE day > 30), 0)
                   + coalesce(sum(still_open) FILTER (WHERE day >= 30), 0))::DOUBLE AS undecided_30,
                  coalesce(sum(still_open) FILTER (WHERE day < 30), 0)::DOUBLE AS immature_30
           FROM day_counts WHERE reported_by = 'holder' AND month IS NOT NULL GROUP BY ALL"""
    )


def choose_panel(con) -> None:
    """Make the temporary table `panel_body`: bodies that sent in every year, where the others are none or enough."""
    read = con.execute(
        """SELECT body, date_trunc('year', month)::DATE AS year FROM month_body
           GROUP BY ALL HAVING sum(received) > 0 ORDER BY ALL"""
    ).fetchall()
    bodies, years = (sorted(set(column)) for column in zip(*read, strict=True))
    sent = np.zeros((len(bodies), len(years)), dtype=bool)
    for body, year in read:
        sent[bodies.index(body), years.index(year)] = True
    found = panel.fixed(sent)
    kept = [(body,) for body, member in zip(bodies, found.members, strict=True) if member and found.may_be_shown]
    small_table(con, "panel_body (body INTEGER)", kept)


def months(con, dimension: str, always=()) -> dict[str, Months]:
    """Monthly counts by each value (and predefined group) of a dimension; "" gives all as the value ""."""
    found: dict[str, dict] = {}
    for table, names in (
        ("month_body", (*COUNTS, "immature")),
        ("month_open", ("followed_30", "undecided_30", "immature_30")),
    ):
        if dimension == PANEL and table == "month_open":
            continue  # days are not kept by body
        value, source = _source(table, dimension, always)
        sums = ", ".join(f"sum({name}) AS {name}" for name in names)
        read = con.execute(f"SELECT {value} AS value, month, {sums} FROM {source} GROUP BY ALL").fetchall()
        for name, month, *numbers in read:
            found.setdefault(str(name), {}).setdefault(month, {}).update(zip(names, numbers, strict=True))
    return {name: _without_gaps(by_month) for name, by_month in found.items()}


def divide(con, day: date) -> None:
    """Make the temporary table `side_body`: counts by body on the two sides of a date (`year_before_received`...)."""
    # The month the date falls in belongs to neither side, unless it is the first of it.
    before, first_after = add_months(day, 0), first_whole_month(day)
    windows = {
        "year_before": (add_months(before, -YEAR), before),
        "year_after": (first_after, add_months(first_after, YEAR)),
        "before": (date(1, 1, 1), before),
        "after": (first_after, date(9999, 1, 1)),
    }
    sums = ", ".join(
        f"coalesce(sum({name}) FILTER (WHERE month >= DATE '{start}' AND month < DATE '{end}'), 0) AS {side}_{name}"
        for side, (start, end) in windows.items()
        for name in SIDE_COUNTS[side]
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE side_body AS
            SELECT body, sector, region, direction, {sums} FROM month_body GROUP BY ALL"""
    )


def sides(con, dimension: str, always=()) -> dict[str, Sides]:
    """Counts by body on the two sides of the date given to `divide`, by each value of a dimension."""
    value, source = _source("side_body", dimension, always)
    names = [f"{side}_{name}" for side, counts in SIDE_COUNTS.items() for name in counts]
    sums = ", ".join(f"sum({name}) AS {name}" for name in names)
    read = con.execute(f"SELECT {value} AS value, {sums} FROM {source} GROUP BY 1, body ORDER BY 1, body").fetchnumpy()
    values = np.asarray(read["value"]).astype(str)
    return {
        str(own): Sides(
            *(
                {name: np.asarray(read[f"{side}_{name}"])[values == own] for name in counts}
                for side, counts in SIDE_COUNTS.items()
            )
        )
        for own in np.unique(values)
    }


def _source(table: str, dimension: str, always) -> tuple[str, str]:
    """The SQL of a value and of the rows: a value counts for itself and for each group it belongs to."""
    kept = f"(SELECT * FROM {table}"
    for place, (name, value) in enumerate(always):
        kept += f" SEMI JOIN (SELECT value AS {name} FROM shown_{name} WHERE shown_as = '{value}') AS a{place}"
        kept += f" USING ({name})"
    kept += ") AS m"
    if dimension == PANEL:
        return f"'{THROUGHOUT}'", f"{kept} SEMI JOIN panel_body USING (body)"
    if not dimension:
        return "''", kept
    if dimension not in grouped_dimensions():
        return f"m.{dimension}::VARCHAR", kept
    return "v.shown_as::VARCHAR", f"{kept} JOIN shown_{dimension} AS v ON v.value = m.{dimension}"


def _without_gaps(by_month: dict) -> Months:
    """Counts on every month from the first to the last; a month without rows counts 0."""
    every = periods_between("month", min(by_month), max(by_month))
    names = {name for numbers in by_month.values() for name in numbers}
    return Months(
        every[0],
        {name: np.array([by_month.get(month, {}).get(name, 0.0) for month in every], dtype=float) for name in names},
    )


def first_whole_month(day: date) -> date:
    """The first month that lies wholly on or after a day."""
    return day if day.day == 1 else add_months(day, 1)


def series_of(found: Months, around: Sides, indicator, day: date, most_after: int | None = None) -> Series | None:
    """The series of an indicator around a date, or None where the date lies outside the months.

    Months that are not settled, and the month a date falls inside of, are kept with a base of 0. most_after: leave
    out later months than so many after the date (for dates that others follow closely).
    """
    first_after = first_whole_month(day)
    place = (first_after.year - found.first.year) * YEAR + first_after.month - found.first.month
    events, base, open_ = _columns(found, indicator)
    length = len(base) if most_after is None else min(len(base), place + most_after)
    if not 0 < place < length:
        return None
    settled = open_ <= UNSETTLED * np.maximum(found.counts["received"], 1)
    if day.day > 1:
        settled[place - 1] = False
    base, events = np.where(settled, base, 0.0)[:length], np.where(settled, events, 0.0)[:length]
    last = int(np.max(np.flatnonzero(base), initial=0)) + 1
    if last <= place:
        return None
    field = FIELDS.get(getattr(indicator.formula, "denominator", ""))
    recorded = _recorded(found, indicator.formula.denominator, field, settled)[:last] if field else None
    bodies = min((around.before["received"] > 0).sum(), (around.after["received"] > 0).sum())
    changed = _changed(found, around, indicator, field, place)
    return Series(events[:last], base[:last], place, found.first.month - 1, recorded, int(bodies), changed)


def decomposition(around: Sides, indicator) -> panel.Decomposition | None:
    """The change between the year before and the year after, split; None where it cannot be."""
    if not isinstance(indicator.formula, Share):
        return None
    x, n = indicator.formula.numerator, indicator.formula.denominator
    try:
        return panel.decompose(around.year_before[x], around.year_before[n], around.year_after[x], around.year_after[n])
    except ValueError:
        return None


def _columns(found: Months, indicator):
    """Events, base and unsettled requests of an indicator by month."""
    formula = indicator.formula
    if isinstance(formula, Undecided):
        empty = np.zeros_like(found.counts["received"])
        return tuple(found.counts.get(name, empty) for name in ("undecided_30", "followed_30", "immature_30"))
    return found.counts[formula.numerator], found.counts[formula.denominator], found.counts["immature"]


def _recorded(found: Months, known: str, among: str, settled) -> np.ndarray:
    """Share of the field filled by month; nan for months that take no part."""
    base = np.where(settled, found.counts[among], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, np.minimum(found.counts[known] / base, 1.0), np.nan)


def _changed(found: Months, around: Sides, indicator, field, place: int) -> tuple[str, ...]:
    """What lies under the series and changed between the year before the date and the year after it."""
    reasons = []
    parts = decomposition(around, indicator)
    if parts and panel.changed(parts, indicator.worth):
        reasons.append("panel")
    if field:
        window = slice(max(place - YEAR, 0), place + YEAR)
        known, among = found.counts[indicator.formula.denominator][window], found.counts[field][window]
        if panel.recording(known, among, place - window.start).changed:
            reasons.append("coding")
    return tuple(reasons)
