"""Agreements as returned: stocks and flows that are never added over time."""

from itertools import combinations

from etl.publishing.cells import combo_number
from metrics.question import AGREEMENT_DIMENSIONS, STOCK_DIMENSIONS

STOCKS = ("in_force", "active", "signed", "ended", "review_overdue")


def publish(con) -> None:
    """Table `exact_agreements` in `scratch`: counts as returned, summed only over one and the same period.

    A quarter's counts are also the year's when it is the last quarter and the body returned no count for the year;
    a count over any other span stands at the smallest level that holds it, under its own dates.
    """
    con.execute(
        """
        CREATE TEMP TABLE stock_rows AS
        WITH returned AS (
            SELECT r.part, r.approximate, a.body::VARCHAR AS body, a.sector::VARCHAR AS sector,
                   a.region::VARCHAR AS region, a.counterparty_sector::VARCHAR AS requester_sector,
                   a.period_start, a.period_end, a.in_force, a.active, a.signed, a.ended, a.review_overdue,
                   CASE WHEN date_trunc('quarter', a.period_start) = date_trunc('quarter', a.period_end)
                        THEN 'quarter'
                        WHEN date_trunc('year', a.period_start) = date_trunc('year', a.period_end) THEN 'year'
                        ELSE 'all' END AS level
            FROM w.agreements AS a JOIN current_returns AS r USING (return_id)
        ),
        whole_years AS (SELECT DISTINCT body, year(period_end) AS year FROM returned WHERE level = 'year'),
        last_quarters AS (
            SELECT DISTINCT body, max(date_trunc('quarter', period_end)) AS quarter
            FROM returned WHERE level = 'quarter' GROUP BY body, year(period_end)
        )
        SELECT * FROM returned
        UNION ALL BY NAME
        SELECT r.* REPLACE ('year' AS level)
        FROM returned AS r
        JOIN last_quarters AS q ON q.body = r.body AND q.quarter = date_trunc('quarter', r.period_end)
        LEFT JOIN whole_years AS y ON y.body = r.body AND y.year = year(r.period_end)
        WHERE r.level = 'quarter' AND y.body IS NULL AND month(r.period_end) = 12
        """
    )
    names = ", ".join(f"{name} VARCHAR" for name in AGREEMENT_DIMENSIONS)
    con.execute(
        f"""CREATE TABLE scratch.exact_agreements (combo SMALLINT, level VARCHAR, period DATE, period_from DATE,
            period_to DATE, part VARCHAR, approximate BOOLEAN, {names}, bodies INTEGER,
            {", ".join(f"{one} BIGINT, {one}_bodies INTEGER, {one}_largest BIGINT" for one in STOCKS)})"""
    )
    for size in range(STOCK_DIMENSIONS + 1):
        for dimensions in combinations(AGREEMENT_DIMENSIONS, size):
            con.execute(_stock(dimensions))


def _stock(dimensions) -> str:
    keys = "".join(f"{name}, " for name in dimensions)
    cell = f"part, {keys}level, period_start, period_end"
    sums = ", ".join(f"sum({n})::BIGINT AS {n}_sum, count({n}) AS {n}_bodies, max({n}) AS {n}_largest" for n in STOCKS)
    return f"""
        INSERT INTO exact_agreements BY NAME
        WITH by_body AS (
            SELECT {cell}, body, max(approximate::INTEGER) AS approximate,
                   {", ".join(f"sum({name})::BIGINT AS {name}" for name in STOCKS)}
            FROM stock_rows GROUP BY ALL
        ),
        totals AS (
            SELECT {cell}, max(approximate) > 0 AS approximate, count(*)::INTEGER AS bodies,
                   {sums}
            FROM by_body GROUP BY ALL
        )
        SELECT {combo_number(dimensions)} AS combo, level,
               CASE WHEN level <> 'all' THEN date_trunc(level, period_end)::DATE END AS period,
               period_start AS period_from, period_end AS period_to, part, approximate, {keys} bodies,
               {", ".join(f"{n}_sum AS {n}, {n}_bodies, {n}_largest" for n in STOCKS)}
        FROM totals ORDER BY ALL
    """
