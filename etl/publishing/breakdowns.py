"""Refusals by reason, barrier class, the law's position and law cited; requests by gateway.

Exact and in memory: etl/publishing/protect.py makes the published tables.
"""

from etl.publishing.cells import combo_number
from metrics.counts import COUNTS, REFUSED

# What refusals and requests are broken down by: the value, which rows count, and what a row is counted among.
BREAKDOWNS = {
    "reason": ("reason", COUNTS["reason_stated"].where),
    "class": ("reason_class", COUNTS["reason_stated"].where),
    "position": ("position", COUNTS["reason_stated"].where),
    "law": ("law_cited", f"{REFUSED} AND coalesce(law_cited, 'not_stated') <> 'not_stated'"),
    "gateway": ("gateway", "gateway <> 'not_stated'"),
}
BREAKDOWN_DIMENSIONS = ("sector", "requester_sector", "region", "direction", "purpose")


def publish(con) -> None:
    """Table `exact_breakdowns` in `scratch`: by kind and value, at quarter, year and all time, by one dimension."""
    names = ", ".join(f"{name} VARCHAR" for name in BREAKDOWN_DIMENSIONS)
    keyed = con.execute("SELECT typeof(keyed(0, 0))").fetchone()[0]
    con.execute(
        f"""CREATE TABLE scratch.exact_breakdowns (kind VARCHAR, value VARCHAR, combo SMALLINT, level VARCHAR,
            period DATE, reported_by VARCHAR, part VARCHAR, {names}, bodies {keyed}, largest BIGINT,
            counted {keyed}, base {keyed})"""
    )
    con.execute(
        """CREATE TEMP TABLE broken_down AS
           SELECT part, reported_by, quarter, year, sector, requester_sector, region, direction, purpose, body_id,
                  record_key, outcome, reason, position, law_cited, gateway, days, c.class AS reason_class
           FROM request_facts AS f LEFT JOIN reason_classes AS c ON c.code = f.reason"""
    )
    for kind, (value, where) in BREAKDOWNS.items():
        for dimension in (None, *BREAKDOWN_DIMENSIONS):
            con.execute(_breakdown(kind, value, where, dimension))


def _breakdown(kind: str, value: str, where: str, dimension: str | None) -> str:
    key = f"{dimension}, " if dimension else ""
    combo = combo_number((dimension,)) if dimension else 0
    cell = f"part, reported_by, {key}level, period"
    return f"""
        INSERT INTO exact_breakdowns BY NAME
        WITH by_body AS (
            SELECT part, reported_by, {key} body_id, {value} AS value,
                   CASE WHEN GROUPING(quarter) = 0 THEN 'quarter' WHEN GROUPING(year) = 0 THEN 'year'
                        ELSE 'all' END AS level,
                   CASE WHEN GROUPING(quarter) = 0 THEN quarter WHEN GROUPING(year) = 0 THEN year END AS period,
                   added(keyed(1, record_key)) AS counted
            FROM broken_down WHERE {where}
            GROUP BY GROUPING SETS ((part, reported_by, {key} body_id, {value}, quarter),
                                    (part, reported_by, {key} body_id, {value}, year),
                                    (part, reported_by, {key} body_id, {value}))
        ),
        bodies AS (SELECT {cell}, body_id, added(counted) AS of_body FROM by_body GROUP BY ALL),
        bases AS (
            SELECT {cell}, added(of_body) AS base, added(keyed(1, body_key)) AS bodies, max(counted(of_body)) AS largest
            FROM bodies JOIN body_keys ON body_keys.body = body_id GROUP BY ALL
        )
        SELECT '{kind}' AS kind, b.value, {combo} AS combo, b.level, b.period, b.reported_by, b.part,
               {f"b.{dimension}, " if dimension else ""} j.bodies, j.largest, b.counted, j.base
        FROM (SELECT {cell}, value, added(counted) AS counted FROM by_body GROUP BY ALL) AS b
        JOIN bases AS j ON j.part = b.part AND j.reported_by = b.reported_by AND j.level = b.level
             AND j.period IS NOT DISTINCT FROM b.period {f"AND j.{dimension} = b.{dimension}" if dimension else ""}
    """
