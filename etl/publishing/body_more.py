"""More of a body's own file: how long it takes to decide, open requests counted, and its agreements as returned."""

from etl.publishing.speed import at, curve_sql, quantile

SPEED_BASE = 10  # requests of its own below which a curve says nothing
DAYS = 30
STOCKS = ("in_force", "active", "review_overdue")


def speed(con, flags: str) -> None:
    """Section `figure`: days until half and nine in ten are decided, and the share undecided at 30 days, by year and
    over all time.

    The product-limit estimate of etl/publishing/speed.py over the body's own requests, received in totals left out.
    numerator: requests settled (of the share: still undecided); a quantile that was not reached has no figure.
    """
    con.execute(
        f"""
        INSERT INTO own_rows BY NAME
        WITH by_day AS (
            SELECT body_id, CASE WHEN GROUPING(year) = 0 THEN 'year' ELSE 'all' END AS level,
                   CASE WHEN GROUPING(year) = 0 THEN year END AS period, day,
                   sum(settled)::DOUBLE AS settled, sum(still_open)::DOUBLE AS still_open
            FROM (SELECT body_id, year, least(coalesce(days, greatest(followed, 0)), 365) AS day,
                         count(days) AS settled, count(*) - count(days) AS still_open
                  FROM request_facts WHERE reported_by = 'holder' GROUP BY ALL)
            GROUP BY GROUPING SETS ((body_id, year, day), (body_id, day))
            HAVING GROUPING(year) = 1 OR year IS NOT NULL
        ),
        {curve_sql("body_id, level, period")},
        summed AS (
            SELECT body_id, level, period, sum(settled + still_open)::BIGINT AS received,
                   sum(settled)::BIGINT AS settled, {at(DAYS)}, {quantile("p50", 0.5)}, {quantile("p90", 0.1)}
            FROM limits GROUP BY ALL HAVING sum(settled + still_open) >= {SPEED_BASE}
        ),
        told AS (
            SELECT *, unnest([
                {{'indicator': 'median_days_to_decision', 'figure': p50::DOUBLE, 'lower': p50_lower::DOUBLE,
                  'upper': p50_upper::DOUBLE, 'numerator': settled}},
                {{'indicator': 'p90_days_to_decision', 'figure': p90::DOUBLE, 'lower': p90_lower::DOUBLE,
                  'upper': p90_upper::DOUBLE, 'numerator': settled}},
                {{'indicator': 'undecided_at_{DAYS}_days', 'figure': share_{DAYS}, 'lower': lower_{DAYS},
                  'upper': upper_{DAYS}, 'numerator': known_{DAYS}::BIGINT}}
            ], recursive := true) FROM summed
        )
        SELECT i.body AS owner, 'figure' AS section, i.body, indicator, level, period, '' AS dimension, '' AS value,
               numerator, received AS denominator, figure, lower, upper,
               CASE WHEN figure IS NULL THEN 'not_reached' ELSE 'ok' END AS status, ? AS flags
        FROM told JOIN body_ids AS i USING (body_id)
        """,
        [flags],
    )


def agreements(con, flags: str) -> None:
    """Section `agreements`: each count of a body's returns as it was returned, by period's last day and other party.

    indicator is a column of the return (in_force, active, review_overdue), dimension `requester_sector` the other
    party's sector. For bodies with requests of their own, which are those that have a file.
    """
    for name in STOCKS:
        con.execute(
            f"""
            INSERT INTO own_rows BY NAME
            SELECT i.body AS owner, 'agreements' AS section, i.body, '{name}' AS indicator, 'quarter' AS level,
                   a.period_end AS period, 'requester_sector' AS dimension, a.counterparty_sector::VARCHAR AS value,
                   a.{name}::BIGINT AS numerator, a.{name}::DOUBLE AS figure, 'ok' AS status, ? AS flags
            FROM w.agreements AS a JOIN current_returns AS r USING (return_id)
            JOIN body_ids AS i ON i.body = a.body::VARCHAR
            WHERE a.{name} IS NOT NULL
            """,
            [flags],
        )
