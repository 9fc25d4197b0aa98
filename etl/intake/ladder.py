"""Checks of a set of rows: totals among what they add up, a year beside its quarters; and codes outside their dates.

What would be counted twice is held; what only looks odd is kept and pointed out.
"""

from etl import reference
from etl.intake.receipt import WARNING
from etl.intake.rules import Rule
from etl.intake.staging import good

TOTALS = ("total", "totals", "all", "grand total", "subtotal", "sub-total", "sum", "overall")
LEAST = 10  # requests in a row that may be taken for a total: small numbers agree by chance
MOST_CODES = 5  # codes named on a receipt

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
    if kind != "request_counts":
        return
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in SAME)
    group = "PARTITION BY sender, reported_by, holder_body, period_start, period_end, outcome"
    found = {
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
        mine = f"FROM {kind} WHERE return_id IN (SELECT unnest(?::INTEGER[]))"
        spans = con.execute(
            f"SELECT {column}::VARCHAR, min({last})::VARCHAR, max({first})::VARCHAR {mine} GROUP BY ALL ORDER BY ALL",
            [ids],
        ).fetchall()
        odd = [code for code, early, late in spans if code in dated and _outside(dated[code], early, late)]
        for code in odd[:MOST_CODES]:
            start, end = dated[code]["start"] or "0001-01-01", dated[code]["end"] or "9999-12-31"
            outside = f"SELECT count(*) {mine} AND {column} = ? AND ({last} < ?::DATE OR {first} > ?::DATE)"
            rows = con.execute(outside, [ids, code, start, end]).fetchone()[0]
            wrong, mend = _said(column, dated[code])
            receipt.note(f"{column}_outside_dates", wrong, rows, severity=WARNING, mend=mend, column=column)
        if len(odd) > MOST_CODES:
            words = f"{len(odd) - MOST_CODES:,} more codes of {column} are used outside their dates."
            receipt.note(f"{column}_outside_dates", words, severity=WARNING, column=column)


def _outside(row, early, late) -> bool:
    return bool((row["start"] and early < row["start"]) or (row["end"] and late > row["end"]))


def _said(column, row):
    """What is wrong and how to mend it, in the words of our own list."""
    span = " and ".join(filter(None, [row["start"] and f"from {row['start']}", row["end"] and f"until {row['end']}"]))
    stood = "in force" if column == "gateway" else "there"
    heirs = row.get("successor", "").replace(";", ", ")
    mend = f"Check code and dates{f'; the code of its successor is {heirs}' if heirs else ''}. The rows are kept."
    return f"Rows name {row['code']} outside the days it was {stood}, {span}.", mend
