"""The published tables beside the cells: breakdowns of reasons and gateways, agreements, surveys, coverage, registers.

Each follows the same rules (metrics/disclosure.py) in the same order: group, count bodies, judge, protect, store.
"""

from itertools import combinations

from etl.cells import combo_number
from metrics.disclosure import BODIES, COUNT_BASE, LARGEST_SHARE, SMALL, SURVEY_BASE, UNDER
from metrics.question import AGREEMENT_DIMENSIONS, STOCK_DIMENSIONS

SHOWN = f"(base >= {COUNT_BASE} AND bodies >= {BODIES} AND largest <= {LARGEST_SHARE} * base)"
STOCKS = ("in_force", "active", "signed", "ended", "review_overdue")

# What refusals and requests are broken down by: the value, which rows count, and what a row is counted among.
BREAKDOWNS = {
    "reason": ("reason", "outcome = 'refused' AND reason IS NOT NULL AND reason <> 'R97'"),
    "class": ("reason_class", "outcome = 'refused' AND reason IS NOT NULL AND reason <> 'R97'"),
    "position": ("position", "outcome = 'refused' AND reason IS NOT NULL AND reason <> 'R97'"),
    "law": ("law_cited", "outcome = 'refused' AND coalesce(law_cited, 'not_stated') <> 'not_stated'"),
    "gateway": ("gateway", "gateway <> 'not_stated'"),
}
BREAKDOWN_DIMENSIONS = ("sector", "requester_sector", "region", "direction", "purpose")


def breakdowns(con) -> None:
    """Table `breakdowns`: by kind and value, at quarter, year and all time, by up to one dimension."""
    names = ", ".join(f"{name} VARCHAR" for name in BREAKDOWN_DIMENSIONS)
    con.execute(
        f"""CREATE TABLE breakdowns (kind VARCHAR, value VARCHAR, combo SMALLINT, level VARCHAR, period DATE,
            reported_by VARCHAR, part VARCHAR, {names}, shown BOOLEAN, counted BIGINT, base BIGINT)"""
    )
    con.execute(
        """CREATE TEMP VIEW broken_down AS
           SELECT f.*, c.class AS reason_class
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
        INSERT INTO breakdowns BY NAME
        WITH by_body AS (
            SELECT part, reported_by, {key} body_id, {value} AS value,
                   CASE WHEN GROUPING(quarter) = 0 THEN 'quarter' WHEN GROUPING(year) = 0 THEN 'year'
                        ELSE 'all' END AS level,
                   CASE WHEN GROUPING(quarter) = 0 THEN quarter WHEN GROUPING(year) = 0 THEN year END AS period,
                   count(*)::BIGINT AS counted
            FROM broken_down WHERE {where}
            GROUP BY GROUPING SETS ((part, reported_by, {key} body_id, {value}, quarter),
                                    (part, reported_by, {key} body_id, {value}, year),
                                    (part, reported_by, {key} body_id, {value}))
        ),
        bodies AS (SELECT {cell}, body_id, sum(counted) AS of_body FROM by_body GROUP BY ALL),
        bases AS (
            SELECT {cell}, sum(of_body)::BIGINT AS base, count(*) AS bodies, max(of_body) AS largest
            FROM bodies GROUP BY ALL
        ),
        judged AS (SELECT *, part = 'published' OR {SHOWN} AS shown FROM bases)
        SELECT '{kind}' AS kind, b.value, {combo} AS combo, b.level, b.period, b.reported_by, b.part,
               {f"b.{dimension}, " if dimension else ""} j.shown,
               CASE WHEN j.part = 'published' THEN b.counted WHEN NOT j.shown THEN NULL
                    WHEN b.counted < {SMALL} THEN {UNDER} ELSE b.counted END AS counted,
               CASE WHEN j.shown THEN j.base END AS base
        FROM (SELECT {cell}, value, sum(counted)::BIGINT AS counted FROM by_body GROUP BY ALL) AS b
        JOIN judged AS j ON j.part = b.part AND j.reported_by = b.reported_by AND j.level = b.level
             AND j.period IS NOT DISTINCT FROM b.period {f"AND j.{dimension} = b.{dimension}" if dimension else ""}
        ORDER BY ALL
    """


def agreements(con) -> None:
    """Table `agreements`: counts as returned, summed only over one and the same period.

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
        f"""CREATE TABLE agreements (combo SMALLINT, level VARCHAR, period DATE, period_from DATE, period_to DATE,
            part VARCHAR, approximate BOOLEAN, {names}, bodies INTEGER,
            {", ".join(f"{name} BIGINT, {name}_shown BOOLEAN" for name in STOCKS)})"""
    )
    for size in range(STOCK_DIMENSIONS + 1):
        for dimensions in combinations(AGREEMENT_DIMENSIONS, size):
            con.execute(_stock(dimensions))


def _stock(dimensions) -> str:
    keys = "".join(f"{name}, " for name in dimensions)
    cell = f"part, {keys}level, period_start, period_end"
    shown = {
        name: f"(part = 'published' OR ({name}_sum >= {COUNT_BASE} AND {name}_bodies >= {BODIES} "
        f"AND {name}_largest <= {LARGEST_SHARE} * {name}_sum))"
        for name in STOCKS
    }
    sums = ", ".join(f"sum({n}) AS {n}_sum, count({n}) AS {n}_bodies, max({n}) AS {n}_largest" for n in STOCKS)
    return f"""
        INSERT INTO agreements BY NAME
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
               {", ".join(
                   f"CASE WHEN {shown[n]} THEN {n}_sum END::BIGINT AS {n}, "
                   f"CASE WHEN {n}_bodies > 0 THEN {shown[n]} END AS {n}_shown" for n in STOCKS)}
        FROM totals ORDER BY ALL
    """


def answers(con) -> None:
    """Tables `answers` (by wave and question, by up to one of sector, region, role) and `waves` (response rates)."""
    con.execute(
        f"""
        CREATE TABLE answers AS
        WITH judged AS (
            SELECT r.part, r.approximate, a.wave, a.sector::VARCHAR AS sector, a.region::VARCHAR AS region,
                   a.role::VARCHAR AS role, a.question::VARCHAR AS question,
                   s.counts_as, a.respondents, a.weight_sum, a.weight_sum_squares
            FROM w.awareness AS a JOIN current_returns AS r USING (return_id)
            JOIN answer_sides AS s ON s.question = a.question::VARCHAR AND s.code = a.answer::VARCHAR
            WHERE a.answer::VARCHAR <> 'not_stated'
        ),
        summed AS (
            SELECT part, wave, question, max(approximate::INTEGER) > 0 AS approximate,
                   CASE WHEN GROUPING(sector) = 0 THEN 'sector' WHEN GROUPING(region) = 0 THEN 'region'
                        WHEN GROUPING(role) = 0 THEN 'role' ELSE '' END AS dimension,
                   CASE WHEN GROUPING(sector) = 0 THEN sector WHEN GROUPING(region) = 0 THEN region
                        WHEN GROUPING(role) = 0 THEN role ELSE '' END AS value,
                   sum(CASE WHEN counts_as = 'yes' THEN respondents ELSE 0 END)::BIGINT AS yes,
                   sum(respondents)::BIGINT AS respondents,
                   sum(CASE WHEN counts_as = 'yes' THEN weight_sum ELSE 0 END) AS weight_yes,
                   sum(weight_sum) AS weight_sum, sum(weight_sum_squares) AS weight_sum_squares
            FROM judged
            GROUP BY GROUPING SETS ((part, wave, question), (part, wave, question, sector),
                                    (part, wave, question, region), (part, wave, question, role))
        )
        SELECT part, wave, question, dimension, value, approximate,
               part = 'published' OR respondents >= {SURVEY_BASE} AS shown,
               CASE WHEN part = 'published' THEN yes WHEN respondents < {SURVEY_BASE} THEN NULL
                    WHEN yes < {SMALL} THEN {UNDER} WHEN respondents - yes < {SMALL} THEN -2 ELSE yes END AS yes,
               CASE WHEN part = 'published' OR respondents >= {SURVEY_BASE} THEN respondents END AS respondents,
               CASE WHEN part = 'published' OR (respondents >= {SURVEY_BASE} AND yes >= {SMALL}
                         AND respondents - yes >= {SMALL}) THEN round(weight_yes / weight_sum, 6) END AS share,
               CASE WHEN part = 'published' OR respondents >= {SURVEY_BASE}
                    THEN round(weight_sum * weight_sum / weight_sum_squares, 2) END AS effective
        FROM summed ORDER BY ALL
        """
    )
    con.execute(
        """
        CREATE TABLE waves AS
        SELECT f.wave, r.part, r.sender, max(r.source) AS source, max(r.approximate::INTEGER) > 0 AS approximate,
               (SELECT min(a.fieldwork_start) FROM w.awareness AS a WHERE a.wave = f.wave) AS fieldwork_start,
               (SELECT max(a.fieldwork_end) FROM w.awareness AS a WHERE a.wave = f.wave) AS fieldwork_end,
               sum(f.population)::BIGINT AS population, sum(f.invited)::BIGINT AS invited,
               sum(f.responded)::BIGINT AS responded
        FROM w.survey_frame AS f JOIN (SELECT c.*, w.returns.source FROM current_returns AS c
                                       JOIN w.returns USING (return_id)) AS r USING (return_id)
        GROUP BY f.wave, r.part, r.sender ORDER BY ALL
        """
    )


def registers(con) -> None:
    """Table `registers`: request totals that their sender has already published, as they were returned."""
    con.execute(
        """
        CREATE TABLE registers AS
        SELECT r.sender, q.holder_body::VARCHAR AS holder_body, q.requester_sector::VARCHAR AS requester_sector,
               q.requester_body::VARCHAR AS requester_body, q.period_start, q.period_end,
               sum(q.requests)::BIGINT AS received,
               sum(CASE WHEN q.outcome = 'refused' THEN q.requests ELSE 0 END)::BIGINT AS refused
        FROM w.request_counts AS q JOIN current_returns AS r USING (return_id)
        WHERE r.part = 'published'
        GROUP BY ALL ORDER BY ALL
        """
    )


def loads(con) -> None:
    """Table `loads`: rows read, used, held and skipped. A file is named only when its sender has published it."""
    con.execute(
        """
        CREATE TABLE loads AS
        WITH kept AS (
            SELECT f.file_id, any_value(r.kind) AS kind, any_value(r.part) AS part
            FROM w.files AS f JOIN w.returns AS x ON x.file_id = f.file_id
            JOIN current_returns AS r ON r.return_id = x.return_id
            GROUP BY f.file_id
        )
        SELECT CASE WHEN k.part = 'published' THEN f.name ELSE 'Returns of kind ' || k.kind END AS file,
               CASE WHEN k.part = 'published' THEN s.sheet ELSE '' END AS sheet, k.part,
               count(DISTINCT f.file_id)::INTEGER AS files,
               sum(s.rows_read)::BIGINT AS rows_read, sum(s.rows_used)::BIGINT AS rows_used,
               sum(s.rows_held)::BIGINT AS rows_held, sum(s.rows_skipped)::BIGINT AS rows_skipped,
               sum(s.rows_made)::BIGINT AS rows_made
        FROM w.sheets AS s JOIN w.files AS f USING (file_id) JOIN kept AS k USING (file_id)
        GROUP BY ALL ORDER BY ALL
        """
    )
    con.execute(
        """
        CREATE TABLE skips AS
        SELECT f.name AS file, s.sheet, s.reason, sum(s.rows)::BIGINT AS rows
        FROM w.skips AS s JOIN w.files AS f USING (file_id)
        WHERE f.file_id IN (SELECT x.file_id FROM w.returns AS x JOIN current_returns AS r USING (return_id)
                            WHERE r.part = 'published')
        GROUP BY ALL ORDER BY ALL
        """
    )


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


def coverage(con) -> None:
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
