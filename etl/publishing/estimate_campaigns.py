"""Campaigns that came to some sectors and not to others: what moved apart, and how often chance deals as well.

A campaign's bodies are compared with those it did not reach, quarter by quarter (metrics/campaigns.py). Campaigns
go to sectors, so beside the interval over bodies stand the rank among other ways to deal the date over sectors, the
result without each sector, and whether the two were drawing apart beforehand.
"""

from datetime import date
from typing import NamedTuple

import numpy as np

from etl import reference
from metrics import campaigns
from metrics.campaign_averages import FEWEST_BODIES
from metrics.formulas import Share
from metrics.indicators import INDICATORS
from metrics.periods import add_months
from metrics.verdicts import benjamini_hochberg

WANTED = ("refusal_rate", "perceived_refusal_share", "shared_rate", "tool_cited_share")
KINDS = ("tool", "campaign")
BEFORE, AFTER = 6, 4  # whole quarters
LONGER = (8, 6)  # quarters after, for the path: as far as bodies that sent throughout can be followed
UNSETTLED = 0.01  # of a quarter's requests may be open and younger than the horizon
LEAST = 5  # requests of a body in every quarter; smaller bodies are put together by sector and region
DEALS = 200
COLUMNS = {
    "indicator": "VARCHAR", "event": "VARCHAR", "event_date": "DATE", "title": "VARCHAR", "status": "VARCHAR",
    "effect": "DOUBLE", "lower": "DOUBLE", "upper": "DOUBLE", "reached": "INTEGER", "compared": "INTEGER",
    "sectors_reached": "INTEGER", "sectors": "INTEGER", "rank": "INTEGER", "deals": "INTEGER", "p": "DOUBLE",
    "smallest_p": "DOUBLE",
    "before_p": "DOUBLE", "least_without": "DOUBLE", "most_without": "DOUBLE", "adjusted_p": "DOUBLE",
}  # fmt: skip


PATH_COLUMNS = {
    "event": "VARCHAR", "indicator": "VARCHAR", "since": "INTEGER", "effect": "DOUBLE", "lower": "DOUBLE",
    "upper": "DOUBLE", "reached": "INTEGER", "compared": "INTEGER",
}  # fmt: skip


class Units(NamedTuple):
    """Bodies (or small bodies put together) with enough requests in every quarter."""

    sector: np.ndarray  # (units,)
    rates: np.ndarray  # (units, quarters)


def fill(con) -> None:
    """Make and fill `campaign_estimates` and `campaign_paths` from `base`; needs the tables of publishing.facts.

    A row of `campaign_paths` is one quarter since a campaign began: from 0 on the effect in that quarter, before it
    (negative) the step from the quarter before, which is 0 where the two were not drawing apart; shares.
    """
    for table, columns in (("campaign_estimates", COLUMNS), ("campaign_paths", PATH_COLUMNS)):
        con.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    names = {name for one in WANTED for name in _counts(INDICATORS[one].formula)}
    sums = ", ".join(f"sum({name}) AS {name}" for name in sorted(names))
    con.execute(
        f"""CREATE TEMP TABLE quarter_body AS
            SELECT sector::VARCHAR AS sector, region::VARCHAR AS region, body, quarter, {sums} FROM base
            WHERE reported_by = 'holder' AND sector <> 'not_stated' AND quarter IS NOT NULL GROUP BY ALL"""
    )
    rows, path = [], []
    events, last = campaign_events(), last_settled_quarter(con)
    for event in events:
        for name in WANTED:
            row = _estimate(con, INDICATORS[name], event, last)
            if row:
                rows.append(row)
                path += _path(con, INDICATORS[name], event, last) if row[4] == "ok" else []
    _store(con, "campaign_estimates", COLUMNS, _adjusted(rows))
    _store(con, "campaign_paths", PATH_COLUMNS, path)


def _store(con, table: str, columns: dict, rows: list[tuple]) -> None:
    if rows:
        places = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        con.execute(f"INSERT INTO {table} SELECT {places}", [list(column) for column in zip(*rows, strict=True)])


def last_settled_quarter(con) -> date | None:
    """The last quarter whose requests have nearly all been followed to the horizon; None where there is none."""
    return con.execute(
        f"""SELECT max(quarter) FROM (
                SELECT quarter FROM base WHERE reported_by = 'holder' AND quarter IS NOT NULL GROUP BY quarter
                HAVING sum(immature) <= {UNSETTLED} * sum(received))"""
    ).fetchone()[0]


def _adjusted(rows: list[tuple]) -> list[tuple]:
    """The rows with p adjusted over all campaigns and indicators (Benjamini-Hochberg), as the last column."""
    place = list(COLUMNS).index("p")
    tested = [number for number, row in enumerate(rows) if row[place] is not None]
    adjusted = dict(zip(tested, benjamini_hochberg([rows[number][place] for number in tested]), strict=True))
    settled = {number: round(float(p), 4) for number, p in adjusted.items()}
    return [(*row, settled.get(number)) for number, row in enumerate(rows)]


def campaign_events() -> list:
    """Tools and campaigns that came to named sectors, everywhere in them, from the code's publication on."""
    return [
        event for event in reference.events()
        if event.kind in KINDS and event.sectors and not event.regions and event.date >= date(2020, 12, 17)
    ]  # fmt: skip


def quarters_around(day: date, after_it: int = AFTER) -> list[date]:
    """The starts of the whole quarters before and after a day; the quarter it falls inside of is left out."""
    own = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    after = own if own == day else add_months(own, 3)
    before = [add_months(own, -3 * k) for k in range(BEFORE, 0, -1)]
    return before + [add_months(after, 3 * k) for k in range(after_it)]


def _path(con, indicator, event, last) -> list[tuple]:
    """Rows of `campaign_paths`, as many quarters after the start as enough bodies can be followed for."""
    for after in (*LONGER, AFTER):
        quarters = quarters_around(event.date, after)
        found = units(con, indicator.formula, quarters) if quarters[-1] <= last else None
        reached = np.isin(found.sector, event.sectors) if found else np.zeros(0, dtype=bool)
        if min(reached.sum(), (~reached).sum()) >= FEWEST_BODIES:
            break
    starts, times = np.where(reached, BEFORE + 1, 0), np.arange(1, BEFORE + after + 1)
    numbers = (int(reached.sum()), int((~reached).sum()))
    return [
        (event.code, indicator.id, int(one.over),
         *(round(share, 3) + 0.0 for share in (one.effect, one.lower, one.upper)), *numbers)
        for one in campaigns.group_time(starts, found.rates, times).event_time()
    ]  # fmt: skip


def _estimate(con, indicator, event, last) -> tuple | None:
    """A row of the table, or None where the data do not reach from the first quarter to the last."""
    quarters = quarters_around(event.date)
    if last is None or quarters[-1] > last:
        return None
    found = units(con, indicator.formula, quarters)
    reached = np.isin(found.sector, event.sectors)
    facts = (indicator.id, event.code, event.date, event.title)
    if not len(found.sector):
        return None
    if min(reached.sum(), (~reached).sum()) < FEWEST_BODIES:
        return (*facts, "not_enough_data", *[None] * (len(COLUMNS) - 6))
    starts = np.where(reached, BEFORE + 1, 0)
    times = np.arange(1, BEFORE + AFTER + 1)
    result = campaigns.group_time(starts, found.rates, times)
    overall, before = result.overall(), result.pre_trend()
    dealt = campaigns.permute(starts, found.rates, times, found.sector, most=DEALS)
    without = [one.effect for one in campaigns.leave_one_out(starts, found.rates, times, found.sector).values() if one]
    return (
        *facts, "ok", *(round(share, 3) + 0.0 for share in (overall.effect, overall.lower, overall.upper)),
        int(reached.sum()), int((~reached).sum()), len(np.unique(found.sector[reached])),
        len(np.unique(found.sector)), dealt.rank, len(dealt.effects), round(dealt.p, 4), round(dealt.smallest_p, 4),
        round(before.slope_p, 4), round(min(without), 3) + 0.0, round(max(without), 3) + 0.0,
    )  # fmt: skip


def _counts(formula: Share) -> tuple[str, str]:
    return formula.numerator, formula.denominator


def units(con, formula: Share, quarters: list[date]) -> Units:
    """Rates of every body with LEAST requests in each quarter; smaller ones are added up by sector and region."""
    columns = "".join(
        f", coalesce(sum({name}) FILTER (WHERE quarter = DATE '{quarter}'), 0)::DOUBLE AS {kind}{place}"
        for place, quarter in enumerate(quarters)
        for kind, name in zip("xn", _counts(formula), strict=True)
    )
    enough = " AND ".join(f"n{place} >= {LEAST}" for place in range(len(quarters)))
    sums = ", ".join(f"sum({kind}{place}) AS {kind}{place}" for place in range(len(quarters)) for kind in "xn")
    read = con.execute(
        f"""WITH of_body AS (
                SELECT sector, region, body {columns} FROM quarter_body GROUP BY sector, region, body),
            every AS (
                SELECT sector, region, body, {sums} FROM of_body WHERE {enough} GROUP BY sector, region, body
                UNION ALL
                SELECT sector, region, NULL, {sums} FROM of_body WHERE NOT ({enough}) GROUP BY sector, region)
            SELECT * EXCLUDE (region, body) FROM every WHERE {enough} ORDER BY sector, region, body"""
    ).fetchnumpy()
    x, n = (np.column_stack([np.asarray(read[f"{kind}{place}"], dtype=float) for place in range(len(quarters))])
            for kind in "xn")  # fmt: skip
    return Units(np.asarray(read["sector"]).astype(str), x / n if len(n) else n)
