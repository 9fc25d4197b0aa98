"""The same days sent both as requests and as totals: all would be counted twice, so the rows that come later are held.

Looked for by sender, side that reports, holder and day, among current returns; a total of 0 counts nothing twice.
"""

from etl.intake.rules import Rule

AS_REQUESTS = Rule(
    "days_sent_as_requests",
    "period_start",
    "duplicate = 'days_sent_as_requests'",
    "Requests of these days have been sent one by one for this holder, and would be counted again in this total.",
    "Leave out totals for days whose requests have been sent.",
)
AS_TOTALS = Rule(
    "days_sent_as_totals",
    "received_on",
    "duplicate = 'days_sent_as_totals'",
    "The requests of this day have been sent as totals for this holder, and would be counted again one by one.",
    "Send the return of totals again without them (or with 0 requests, where nothing else is left), then this row.",
)
RULES = {"request_counts": AS_REQUESTS, "requests": AS_TOTALS}

# Days of requests, and spans of totals, that stand in current returns of the senders in hand.
THERE = """
    SELECT DISTINCT r.sender, r.reported_by, o.holder_body, {days}
    FROM {other} AS o JOIN returns AS r USING (return_id)
    WHERE r.status = 'current' AND r.sender IN (SELECT sender FROM arriving){counted}
"""
DAYS = THERE.format(days="o.received_on", other="requests", counted="")
SPANS = THERE.format(days="o.period_start, o.period_end", other="request_counts", counted=" AND o.requests > 0")
PAIRS = {
    "request_counts": (DAYS, "there.received_on BETWEEN mine.period_start AND mine.period_end AND mine.requests > 0"),
    "requests": (SPANS, "mine.received_on BETWEEN there.period_start AND there.period_end"),
}
SAME = "there.sender = mine.sender AND there.reported_by = mine.reported_by AND there.holder_body = mine.holder_body"


def may_be(con, kind: str) -> bool:
    """Whether the senders in hand have sent anything the other way. Needs the table `arriving` (etl.intake.returns)."""
    return kind in PAIRS and con.execute(f"SELECT count(*) FROM ({PAIRS[kind][0]})").fetchone()[0] > 0


def lines_sql(kind: str, relation: str) -> str:
    """SQL of the _line of each row of this kind whose days were sent the other way; none when none were.

    relation: rows with _line, sender, reported_by and the columns of the kind.
    """
    there, within = PAIRS[kind]
    return f"SELECT mine._line FROM ({relation}) AS mine SEMI JOIN ({there}) AS there ON {SAME} AND {within}"
