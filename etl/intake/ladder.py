"""Checks of a set of rows: what would be counted twice, and what looks odd: codes outside their dates, tiny totals.

What would be counted twice is held; what only looks odd is kept and pointed out.
"""

from etl import reference
from etl.intake import bothways
from etl.intake.receipt import NOTE, WARNING
from etl.intake.rules import Rule
from etl.intake.staging import good

TOTALS = ("total", "totals", "all", "grand total", "subtotal", "sub-total", "sum", "overall")
LEAST = 10  # requests in a row that may be taken for a total: small numbers agree by chance
MOST_CODES = 5  # codes named on a receipt
TWICE = 3  # rows that must all be there twice before that is no chance
FEW = 5  # a count of 1 to 4 may tell of a person to those who know the case
COUNTED = {"request_counts": "requests", "awareness": "respondents"}

SETS = (
    Rule(
        "total_of_other_rows",
        "requests",
        "duplicate = 'total_of_other_rows'",
        "The row is the total of the other rows of its holder, period and outcome, so all would be counted twice.",
        "Leave totals out; if these are other requests, say in the row what was not stated.",
    ),
    Rule(
        "period_holds_other_rows",
        "period_start",
        "duplicate = 'period_holds_other_rows'",
        "The period of the row holds the periods of other rows about the same thing, so these would be counted twice.",
        "Give a year, or its quarters or months: not both.",
    ),
    Rule(
        "table_there_twice",
        "requests",
        "duplicate = 'table_there_twice'",
        "Every row stands here twice or more, as when a table is pasted again under itself: equal rows add up.",
        "Send each row once; if they are other requests, say in the rows what sets them apart.",
    ),
    *bothways.RULES.values(),
)
SAME = ("sender", "reported_by", "holder_body", "requester_body", "holder_sector", "requester_sector", "region",
        "purpose", "outcome")  # fmt: skip

# (kind, column of codes, list, first day and last day of what the row is about)
DATED = (
    ("requests", "gateway", "gateways", "received_on", "coalesce(decided_on, received_on)"),
    ("requests", "holder_body", "bodies", "received_on", "received_on"),
    ("request_counts", "holder_body", "bodies", "period_start", "period_end"),
    ("agreements", "body", "bodies", "period_start", "period_end"),
)


def mark_sets(con, kind: str) -> None:
    """Set `duplicate` on good staged rows of totals that say again what other rows of the file say."""
    if bothways.may_be(con, kind):
        _mark(con, bothways.RULES[kind].id, bothways.lines_sql(kind, "FROM rows"))
    if kind != "request_counts":
        return
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in SAME)
    group = "PARTITION BY sender, reported_by, holder_body, period_start, period_end, outcome"
    whole = f"{', '.join(SAME)}, period_start, period_end, requests"
    found = {
        "table_there_twice": f"""
            SELECT _line FROM rows
            WHERE (SELECT count(*) > {2 * TWICE - 1} FROM rows) AND NOT EXISTS (
                SELECT 1 FROM rows GROUP BY {whole} HAVING count(*) % 2 > 0)
            QUALIFY row_number() OVER (PARTITION BY {whole} ORDER BY _line)
                > count(*) OVER (PARTITION BY {whole}) // 2""",
        "period_holds_other_rows": f"""
            SELECT DISTINCT a._line FROM rows AS a JOIN rows AS b ON {same}
             AND a.period_start <= b.period_start AND a.period_end >= b.period_end
             AND (a.period_start, a.period_end) <> (b.period_start, b.period_end)""",
        "total_of_other_rows": f"""
            SELECT _line FROM rows
            QUALIFY requests >= {LEAST} AND requester_body IS NULL
                AND (requester_sector = 'not_stated' OR purpose = 'not_stated')
                AND sum(requests) OVER ({group}) = 2 * requests
                AND count(*) FILTER (requests > 0) OVER ({group}) > 2""",
    }
    for rule, lines in found.items():
        _mark(con, rule, lines)


def _mark(con, rule, lines) -> None:
    con.execute(
        f"""WITH rows AS (SELECT * FROM staged WHERE {good()})
            UPDATE staged SET duplicate = '{rule}' WHERE _line IN ({lines})"""
    )


def point_out(con, stored, receipt) -> None:
    """Warn of codes used outside their dates: a gateway not in force, a body that had closed or not yet begun."""
    for kind, column, code_list, first, last in DATED:
        ids = [one.return_id for one in stored if one.kind == kind]
        dated = {row["code"]: row for row in reference.rows(code_list) if row["start"] or row["end"]}
        if not ids:
            continue
        mine = f"FROM {kind} WHERE return_id >= ?"  # returns of this file have the highest numbers there are
        # Grouped as codes, and written as text afterwards: there are millions of rows and few codes.
        by_code = f"SELECT {column} AS code, min({last}) AS early, max({first}) AS late {mine} GROUP BY ALL"
        spans = con.execute(
            f"SELECT code::VARCHAR, early::VARCHAR, late::VARCHAR FROM ({by_code}) ORDER BY ALL", [min(ids)]
        ).fetchall()
        odd = [code for code, early, late in spans if code in dated and _outside(dated[code], early, late)]
        for code in odd[:MOST_CODES]:
            start, end = dated[code]["start"] or "0001-01-01", dated[code]["end"] or "9999-12-31"
            outside = f"SELECT count(*) {mine} AND {column} = ? AND ({last} < ?::DATE OR {first} > ?::DATE)"
            rows = con.execute(outside, [min(ids), code, start, end]).fetchone()[0]
            wrong, mend = _said(column, dated[code])
            receipt.note(f"{column}_outside_dates", wrong, rows, severity=WARNING, mend=mend, column=column)
        if len(odd) > MOST_CODES:
            words = f"{len(odd) - MOST_CODES:,} more codes of {column} are used outside their dates."
            receipt.note(f"{column}_outside_dates", words, severity=WARNING, column=column)


def _outside(row, early, late) -> bool:
    return bool((row["start"] and early < row["start"]) or (row["end"] and late > row["end"]))


def point_out_few(con, stored, receipt) -> None:
    """Say how many totals are under five, and that none of them is published as it is."""
    for kind, column in COUNTED.items():
        ids = [one.return_id for one in stored if one.kind == kind and not one.published]
        few = f"SELECT count(*) FROM {kind} WHERE list_contains(?::INTEGER[], return_id) AND {column} BETWEEN 1 AND ?"
        rows = con.execute(few, [ids, FEW - 1]).fetchone()[0]
        if rows:
            words = f"{column} is from 1 to {FEW - 1}. Such a count stays in the private warehouse: what is published "
            words += "is a sum that has passed the rules on small numbers."
            receipt.note("counts_under_five", words, rows, severity=NOTE, column=column)


def _said(column, row):
    """What is wrong and how to mend it, in the words of our own list."""
    span = " and ".join(filter(None, [row["start"] and f"from {row['start']}", row["end"] and f"until {row['end']}"]))
    stood = "in force" if column == "gateway" else "there"
    heirs = row.get("successor", "").replace(";", ", ")
    mend = f"Check code and dates{f'; the code of its successor is {heirs}' if heirs else ''}. The rows are kept."
    return f"Rows name {row['code']} outside the days it was {stood}, {span}.", mend
