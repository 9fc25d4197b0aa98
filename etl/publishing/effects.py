"""How much wider a shown range must be because bodies differ: design effects of shares and of breakdowns.

Requests of one body tell less than as many of many bodies. The variance of a pooled share over bodies, against that of
as many requests drawn alone, is its effect. A cell of n requests from b bodies has an effect of about
1 + (unevenness n/b - 1) likeness, unevenness being b Σn²/(Σn)²: metrics/intervals.py, `design_effect`.
Only from 5 bodies on, none of them nearly all.
"""

import numpy as np

from etl.publishing.breakdowns import BREAKDOWNS
from etl.publishing.estimates import fitted_indicators
from metrics.counts import COUNTS
from metrics.disclosure import LARGEST_SHARE
from metrics.formulas import Share
from metrics.intervals import FEWEST_BODIES, clustered

COLUMNS = {"indicator": "VARCHAR", "value": "VARCHAR", "sector": "VARCHAR", "bodies": "INTEGER", "effect": "DOUBLE",
           "likeness": "DOUBLE", "unevenness": "DOUBLE"}  # fmt: skip


def publish(con) -> None:
    """Table `design_effects`: by indicator and sector ("" for all), and by breakdown and value for all sectors.

    Needs `base` of publishing.facts and `broken_down` of publishing.breakdowns; of what holders say.
    """
    con.execute(f"CREATE TABLE design_effects ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    rows = sorted([*_of_indicators(con), *_of_breakdowns(con)])
    if rows:
        places = ", ".join(f"unnest(?::{kind}[])" for kind in COLUMNS.values())
        con.execute(f"INSERT INTO design_effects SELECT {places}", [list(column) for column in zip(*rows, strict=True)])


def _of_indicators(con):
    sums = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)
    con.execute(
        f"""CREATE TEMP TABLE sector_body AS
            SELECT sector::VARCHAR AS sector, body, {sums} FROM base WHERE reported_by = 'holder' GROUP BY ALL"""
    )
    for indicator in fitted_indicators():
        if isinstance(indicator.formula, Share) and not indicator.always:
            x, n = indicator.formula.numerator, indicator.formula.denominator
            for sector, *sums in con.execute(_SUMS.format(x=x, n=n)).fetchall():
                yield from _row(indicator.id, "", sector, sums)


_SUMS = """
    WITH of_body AS (
        SELECT sector, body, {x} AS x, {n} AS n FROM sector_body WHERE {n} > 0
    ),
    both_ways AS (
        SELECT * FROM of_body
        UNION ALL SELECT '', body, sum(x), sum(n) FROM of_body GROUP BY body
    )
    SELECT sector, sum(x), sum(n), sum(x * x), sum(n * n), sum(x * n), count(*)::INTEGER, max(n)
    FROM both_ways GROUP BY sector ORDER BY sector
"""


def _of_breakdowns(con):
    for kind, (value, where) in BREAKDOWNS.items():
        found = con.execute(
            f"""WITH of_value AS (
                    SELECT body_id, {value} AS value, count(*)::DOUBLE AS x FROM broken_down
                    WHERE reported_by = 'holder' AND {where} GROUP BY ALL
                ),
                of_body AS (SELECT body_id, sum(x) AS n FROM of_value GROUP BY ALL),
                over_all AS (SELECT sum(n) AS n, sum(n * n) AS nn, count(*) AS bodies, max(n) AS largest FROM of_body)
                SELECT value, sum(x), any_value(a.n), sum(x * x), any_value(nn), sum(x * b.n),
                       any_value(bodies)::INTEGER, any_value(largest)
                FROM of_value JOIN of_body AS b USING (body_id), over_all AS a GROUP BY value ORDER BY value"""
        )
        for code, *sums in found.fetchall():
            yield from _row(kind, code, "", sums)


def _row(indicator: str, value: str, sector: str, sums):
    """At most one row, from Σx, Σn, Σx², Σn², Σxn, the number of bodies and the largest n."""
    *sums, largest = sums
    total, squares, bodies = sums[1], sums[3], sums[5]
    if bodies < FEWEST_BODIES or largest > LARGEST_SHARE * total:
        return
    effective = clustered(*sums)[3]
    if np.isfinite(effective) and effective > 0:
        effect, unevenness = max(total / effective, 1.0), bodies * squares / total**2
        likeness = (effect - 1) / max(unevenness * total / bodies - 1, 1.0)
        yield indicator, value, sector, bodies, round(effect, 2), round(likeness, 5), round(unevenness, 2)
