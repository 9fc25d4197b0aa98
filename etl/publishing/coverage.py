"""Which returns were expected and which came: tells a true zero from a return that never arrived."""


def judge_returns(con) -> None:
    """Temporary table `judged_returns`: every return the list of senders expects, and whether it has come.

    Needs `w.senders`, `current_returns` and `body_sectors`. The ledger's list of late returns uses it too.
    """
    con.execute(
        """
        CREATE TEMP TABLE expected AS
        WITH wanted AS (
            SELECT s.sender, s.body, trim(k.kind) AS kind, s.frequency, s."from" AS starts,
                   least(coalesce(s."to", (SELECT max(period_to) FROM current_returns)),
                         (SELECT max(period_to) FROM current_returns)) AS ends
            FROM w.senders AS s, unnest(string_split(replace(s.kinds, ';', ','), ',')) AS k(kind)
        ),
        periods AS (
            SELECT w.*, unnest(generate_series(date_trunc(frequency, starts), ends,
                   CASE frequency WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'quarter' THEN INTERVAL 3 MONTH
                                  ELSE INTERVAL 1 YEAR END))::DATE AS period_from
            FROM wanted AS w WHERE starts <= ends
        )
        SELECT *, (period_from + CASE frequency WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'quarter' THEN INTERVAL 3 MONTH
                                 ELSE INTERVAL 1 YEAR END - INTERVAL 1 DAY)::DATE AS period_to
        FROM periods
        """
    )
    con.execute(
        """
        CREATE TEMP TABLE judged_returns AS
        SELECT e.*, b.sector, EXISTS (SELECT 1 FROM current_returns AS r WHERE r.sender = e.sender AND r.kind = e.kind
               AND r.period_from <= e.period_to AND r.period_to >= e.period_from) AS received
        FROM expected AS e LEFT JOIN body_sectors AS b ON b.body = e.body
        """
    )


def publish(con) -> None:
    """Tables `coverage` (returns expected and received) and `participation` (who has reported; public by design)."""
    judge_returns(con)
    con.execute(
        """
        CREATE TABLE coverage AS
        SELECT level, period, sector, count(*)::INTEGER AS expected,
               (count(*) FILTER (WHERE received))::INTEGER AS received
        FROM (SELECT 'all' AS level, CAST(NULL AS DATE) AS period, s.sector, j.received
              FROM judged_returns AS j, unnest([coalesce(j.sector, 'not_stated'), '']) AS s(sector)
              UNION ALL
              SELECT 'year', date_trunc('year', j.period_from)::DATE, s.sector, j.received
              FROM judged_returns AS j, unnest([coalesce(j.sector, 'not_stated'), '']) AS s(sector)
              UNION ALL
              SELECT 'quarter', date_trunc('quarter', j.period_from)::DATE, s.sector, j.received
              FROM judged_returns AS j, unnest([coalesce(j.sector, 'not_stated'), '']) AS s(sector)
              WHERE j.frequency <> 'year')
        GROUP BY ALL ORDER BY ALL
        """
    )
    con.execute(
        """
        CREATE TABLE participation AS
        SELECT body, any_value(sector) AS sector, kind, count(*)::INTEGER AS expected,
               (count(*) FILTER (WHERE received))::INTEGER AS received,
               max(period_to) FILTER (WHERE received) AS last_received
        FROM judged_returns GROUP BY body, kind ORDER BY ALL
        """
    )
