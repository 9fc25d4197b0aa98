"""From the warehouse's current rows to one row of facts a request, then to counts by body, month and dimensions.

Everything later is a sum over the table `base` made here, so a count can only be defined in one place
(metrics/counts.py) and two files loaded together always equal the sum of each alone.
"""

from etl import reference
from etl.publishing import keyed
from metrics.counts import COUNTS
from metrics.dimensions import CODE_LISTS, DIMENSIONS, HORIZON, LEVELS, REPORTED_BY

PARTS = ("returns", "published")
FOLLOW_UP = f"days IS NULL AND followed < {HORIZON}"

CURRENT = """
CREATE TABLE scratch.current_returns AS
SELECT return_id, kind, sender, reported_by, extracted_on, period_from, period_to, approximate,
       CASE WHEN release = 'public' OR published THEN 'published' ELSE 'returns' END AS part
FROM w.returns
WHERE status = 'current'
"""

MAIN_REASONS = """
CREATE TABLE scratch.main_reasons AS
SELECT request_key, arg_min(reason, rank) AS reason, arg_min(law_cited, rank) AS law_cited
FROM w.refusals JOIN current_returns USING (return_id)
GROUP BY request_key
"""

# Whose tier decides a direction: the body's own, else its sector's.
REQUESTS = """
CREATE VIEW scratch.request_rows AS
SELECT r.part, r.reported_by, r.approximate,
       q.holder_body::VARCHAR AS body,
       date_trunc('month', q.received_on)::DATE AS month,
       date_trunc('quarter', q.received_on)::DATE AS quarter,
       date_trunc('year', q.received_on)::DATE AS year,
       q.holder_sector::VARCHAR AS sector, q.requester_sector::VARCHAR AS requester_sector,
       q.region::VARCHAR AS region, q.purpose::VARCHAR AS purpose,
       q.subject_group::VARCHAR AS subject_group, q.urgency::VARCHAR AS urgency,
       q.under_agreement::VARCHAR AS under_agreement,
       q.requester_body::VARCHAR AS requester_body,
       q.outcome::VARCHAR AS outcome,
       date_diff('day', q.received_on, q.decided_on) AS days,
       date_diff('day', q.received_on, coalesce(r.extracted_on, r.period_to)) AS followed,
       q.tool_cited::VARCHAR AS tool_cited, q.decided_by::VARCHAR AS decided_by,
       q.risk_of_not_sharing::VARCHAR AS risk_of_not_sharing, q.reconsidered::VARCHAR AS reconsidered,
       date_diff('day', q.decided_on, q.reconsidered_on) AS reversal_days,
       m.reason::VARCHAR AS reason, p.position, m.law_cited::VARCHAR AS law_cited,
       q.gateway::VARCHAR AS gateway,
       1 AS requests, record_key(q.request_key) AS record_key
FROM w.requests AS q
JOIN current_returns AS r USING (return_id)
LEFT JOIN main_reasons AS m USING (request_key)
LEFT JOIN reason_positions AS p ON p.code = m.reason::VARCHAR
"""

# A row of totals has a key of its own, made from all it says: sent again unchanged, it moves no count.
# Totals enter the smallest span of time that holds their period whole, and the spans above it. They have no days:
# their senders count a request as decided within the horizon, so day 0 stands for "in time".
TOTALS = """
CREATE VIEW scratch.total_rows AS
SELECT r.part, r.reported_by, r.approximate,
       q.holder_body::VARCHAR AS body,
       CASE WHEN date_trunc('month', q.period_start) = date_trunc('month', q.period_end)
            THEN date_trunc('month', q.period_start)::DATE END AS month,
       CASE WHEN date_trunc('quarter', q.period_start) = date_trunc('quarter', q.period_end)
            THEN date_trunc('quarter', q.period_start)::DATE END AS quarter,
       CASE WHEN date_trunc('year', q.period_start) = date_trunc('year', q.period_end)
            THEN date_trunc('year', q.period_start)::DATE END AS year,
       q.holder_sector::VARCHAR AS sector, q.requester_sector::VARCHAR AS requester_sector,
       q.region::VARCHAR AS region, q.purpose::VARCHAR AS purpose,
       'not_stated' AS subject_group, 'not_stated' AS urgency, 'not_stated' AS under_agreement,
       q.requester_body::VARCHAR AS requester_body,
       q.outcome::VARCHAR AS outcome,
       CASE WHEN q.outcome::VARCHAR NOT IN ('pending', 'no_response') THEN 0 END AS days,
       10000 AS followed,
       'not_stated' AS tool_cited, 'not_stated' AS decided_by, 'not_stated' AS risk_of_not_sharing,
       'not_stated' AS reconsidered, CAST(NULL AS INTEGER) AS reversal_days,
       CAST(NULL AS VARCHAR) AS reason, CAST(NULL AS VARCHAR) AS position, CAST(NULL AS VARCHAR) AS law_cited,
       'not_stated' AS gateway,
       q.requests,
       record_key(concat_ws('|', q.holder_body, q.requester_body, q.holder_sector, q.requester_sector, q.region,
                            q.purpose, q.period_start, q.period_end, q.outcome, q.requests)) AS record_key
FROM w.request_counts AS q
JOIN current_returns AS r USING (return_id)
"""

DIRECTION = """
CASE WHEN f.body = requester_body THEN 'within_body'
     WHEN holder_tier IS NULL OR requester_tier IS NULL THEN 'not_stated'
     WHEN holder_tier = 'private' OR requester_tier = 'private' THEN 'public_private'
     WHEN holder_tier = 'national' AND requester_tier = 'local' THEN 'down_national_local'
     WHEN holder_tier = 'local' AND requester_tier = 'community' THEN 'down_local_community'
     WHEN holder_tier = 'local' AND requester_tier = 'national' THEN 'up_local_national'
     ELSE 'cross_agency' END
"""


def scratch(con) -> None:
    """Attach a database in memory for tables that are only worked with; every cursor of the connection sees it."""
    con.execute("ATTACH ':memory:' AS scratch")
    share(con)


def share(con) -> None:
    """Let a connection or cursor name the tables of `scratch` as its own."""
    con.execute("SET search_path = ?", [f"{con.execute('SELECT current_database()').fetchone()[0]}.main,scratch.main"])


def counts_sql(weight: str) -> str:
    """`added(...) AS name` for every additive count, one a line: the one SQL text of the additive counts."""
    return ",\n".join(
        f"added(CASE WHEN {count.where} THEN {weight} ELSE 0 END) AS {name}" for name, count in COUNTS.items()
    )


def build(con, seed: bytes = b"") -> None:
    """Make `base`, `day_counts`, `current_returns` and what they are made of, from the attached warehouse `w`.

    `seed` is the secret that the record keys are made from; a home whose returns are all published needs none.
    They lie in `scratch`.

    `base` has part, reported_by, body (an integer), month, quarter, year, the eight dimensions, every count, and
    `immature` (requests still open and younger than the horizon). `day_counts` has the same keys without body,
    and the requests settled (`settled`) and still open (`still_open`) on each whole day after receipt.
    `keyed` and `keyed_days` are the same with each count keyed (etl/publishing/keyed.py).
    """
    scratch(con)
    con.execute(CURRENT)
    con.execute(MAIN_REASONS)
    keyed.prepare(con, seed)
    _lists(con)
    con.execute(REQUESTS)
    con.execute(TOTALS)
    for name, rows in (("request_facts", "request_rows"), ("total_facts", "total_rows")):
        con.execute(f"CREATE VIEW scratch.{name} AS {_with_direction(rows)}")
    _code_types(con)
    # Small whole numbers group several times faster than text.
    coded = ", ".join(f"{name}::{name}_code AS {name}" for name in DIMENSIONS)
    keys = f"part::part_code AS part, reported_by::reported_by_code AS reported_by, month, quarter, year, {coded}"
    con.execute(
        f"""
        CREATE TABLE scratch.keyed AS
        SELECT {keys}, body_id AS body, max(approximate::INTEGER) AS approximate,
               sum(CASE WHEN {FOLLOW_UP} THEN requests ELSE 0 END)::DOUBLE AS immature,
               {counts_sql("one")}
        FROM (SELECT *, keyed(requests, record_key) AS one
              FROM (SELECT * FROM request_facts UNION ALL BY NAME SELECT * FROM total_facts))
        GROUP BY ALL
        """
    )
    plain = ", ".join(f"counted({name})::DOUBLE AS {name}" for name in COUNTS)
    con.execute(f"CREATE VIEW scratch.base AS SELECT * REPLACE ({plain}) FROM scratch.keyed")
    con.execute(
        f"""
        CREATE TABLE scratch.keyed_days AS
        SELECT {keys}, least(coalesce(days, greatest(followed, 0)), 365) AS day,
               added(CASE WHEN days IS NOT NULL THEN one ELSE 0 END) AS settled,
               added(CASE WHEN days IS NULL THEN one ELSE 0 END) AS still_open
        FROM (SELECT *, keyed(requests, record_key) AS one FROM request_facts)
        GROUP BY ALL
        """
    )
    plain = ", ".join(f"counted({name}) AS {name}" for name in ("settled", "still_open"))
    con.execute(f"CREATE VIEW scratch.day_counts AS SELECT * REPLACE ({plain}) FROM scratch.keyed_days")


def _code_types(con) -> None:
    """An ENUM for each dimension, `sector_code` and so on: the codes of its list and of its predefined groups."""
    for name in DIMENSIONS:
        codes = [*reference.codes(CODE_LISTS[name]), *reference.groups(name)]
        _enum(con, name, codes)
    for name, words in (("part", PARTS), ("reported_by", REPORTED_BY), ("level", LEVELS)):
        _enum(con, name, words)


def _enum(con, name: str, words) -> None:
    con.execute(f"CREATE TYPE scratch.{name}_code AS ENUM ({', '.join(repr(word) for word in words)})")


def body_sectors(con) -> None:
    """Table `body_sectors` in `scratch`: each body of the register and its sector."""
    small_table(con, "body_sectors (body VARCHAR, sector VARCHAR)",
                [(code, body.sector) for code, body in reference.bodies().items()])  # fmt: skip


def _lists(con) -> None:
    """Small tables from the reference lists: bodies with a number and a tier, sectors' tiers, reasons' positions and
    classes, and the side that each answer counts on."""
    body_sectors(con)
    lists = {
        "body_tiers (body VARCHAR, tier VARCHAR)": [(code, body.tier) for code, body in reference.bodies().items()],
        "sector_tiers (sector VARCHAR, tier VARCHAR)": [
            (code, row["tier"]) for code, row in reference.codes("sectors").items() if code != reference.NOT_STATED
        ],
        "reason_positions (code VARCHAR, position VARCHAR)": [
            (code, row["position"]) for code, row in reference.codes("reasons").items()
        ],
        "reason_classes (code VARCHAR, class VARCHAR)": [
            (code, row["class"]) for code, row in reference.codes("reasons").items()
        ],
        "answer_sides (question VARCHAR, code VARCHAR, counts_as VARCHAR)": [
            (question, answer["code"], answer["counts_as"])
            for question, row in reference.questions().items()
            for answer in row["answers"].values()
        ],
    }
    for shape, rows in lists.items():
        small_table(con, shape, rows)
    con.execute(
        """
        CREATE TABLE scratch.body_ids AS
        SELECT body, row_number() OVER (ORDER BY body)::INTEGER AS body_id, record_key(body) AS body_key
        FROM (SELECT holder_body::VARCHAR AS body FROM w.requests
              UNION SELECT holder_body::VARCHAR FROM w.request_counts)
        """
    )
    con.execute("CREATE TABLE scratch.body_keys AS SELECT body_id AS body, body_key FROM body_ids")


def small_table(con, shape: str, rows) -> None:
    """Make a table of `scratch` of this shape, such as `name (code VARCHAR)`, from a list of tuples."""
    con.execute(f"CREATE TABLE scratch.{shape}")
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute(f"INSERT INTO scratch.{shape.split()[0]} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)


def _with_direction(rows: str) -> str:
    return f"""
        SELECT f.*, i.body_id, {DIRECTION} AS direction
        FROM (SELECT x.*, coalesce(hb.tier, hs.tier) AS holder_tier, coalesce(rb.tier, rs.tier) AS requester_tier
              FROM {rows} AS x
              LEFT JOIN body_tiers AS hb ON hb.body = x.body
              LEFT JOIN sector_tiers AS hs ON hs.sector = x.sector
              LEFT JOIN body_tiers AS rb ON rb.body = x.requester_body
              LEFT JOIN sector_tiers AS rs ON rs.sector = x.requester_sector) AS f
        JOIN body_ids AS i ON i.body = f.body
    """
