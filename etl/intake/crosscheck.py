"""Notes on how returns of two kinds fit together, requests and reasons, answers and people; nothing is held for it."""

from etl import reference
from etl.intake.receipt import WARNING
from etl.warehouse import quoted

# Returns just stored, beside current returns of the other kind by the same sender that cover some of the same days.
BESIDE = """
    FROM {kind} AS mine
    JOIN returns AS r
      ON r.return_id = mine.return_id AND r.status = 'current' AND list_contains($1::INTEGER[], r.return_id)
    SEMI JOIN returns AS o ON o.kind = '{other}' AND o.status = 'current' AND o.sender = r.sender
         AND o.reported_by = r.reported_by AND o.period_from <= r.period_to AND o.period_to >= r.period_from
"""
CURRENT = "(SELECT request_key FROM {kind} JOIN returns USING (return_id) WHERE status = 'current'{refused})"

CHECKS = {
    "requests": (
        "refused_without_reason",
        "refusals",
        "AND mine.outcome = 'refused'",
        "",
        "{rows:,} refused requests have no row in the refusals return, so their reasons are not known.",
    ),
    "refusals": (
        "reason_without_refusal",
        "requests",
        "",
        " AND outcome = 'refused'",
        "{rows:,} rows give a reason for a request that no current return says was refused.",
    ),
}


# Groups of a wave in which more people answered a question than responded at all. Of a question with several answers
# each is looked at alone; of the others their sum.
OVER = """
    WITH mine AS (FROM returns WHERE status = 'current' AND sender IN (
                      SELECT sender FROM returns WHERE list_contains($1::INTEGER[], return_id))),
    told AS (SELECT sender, wave, sector, region, role, question,
                    CASE WHEN question::VARCHAR IN ({several}) THEN max(respondents)
                         ELSE sum(respondents) END AS answered
             FROM awareness JOIN mine USING (return_id)
             GROUP BY sender, wave, sector, region, role, question),
    people AS (SELECT sender, wave, sector, region, role, sum(responded) AS responded
               FROM survey_frame JOIN mine USING (return_id) GROUP BY ALL)
    SELECT count(*) FROM told JOIN people USING (sender, wave, sector, region, role) WHERE answered > responded
"""


def answers_over_responses(con, stored, receipt) -> None:
    """Warn of questions that more people answered than responded to the survey."""
    ids = [one.return_id for one in stored if one.kind in ("awareness", "survey_frame")]
    several = [code for code, question in reference.questions().items() if "any" in question["answers"]]
    over = OVER.format(several=", ".join(map(quoted, several)))
    rows = con.execute(over, [ids]).fetchone()[0] if ids else 0
    if rows:
        words = "A group gave more answers to a question than people in it responded, going by the survey's frame."
        mend = "Check respondents and responded; of a question with one answer each, the answers add up to the people."
        receipt.note("answers_over_responses", words, rows, severity=WARNING, mend=mend, column="respondents")


def cross_check(con, stored, receipt) -> None:
    """Put a note on the receipt where returns of a sender do not fit together."""
    answers_over_responses(con, stored, receipt)
    for kind, (rule, other, which, refused, words) in CHECKS.items():
        ids = [one.return_id for one in stored if one.kind == kind]
        any_there = con.execute("SELECT count(*) FROM returns WHERE kind = ? AND status = 'current'", [other])
        if not ids or not any_there.fetchone()[0]:
            continue
        beside = BESIDE.format(kind=kind, other=other)
        there = CURRENT.format(kind=other, refused=refused)
        unmatched = f"ANTI JOIN {there} AS theirs ON theirs.request_key = mine.request_key WHERE true {which}"
        rows = con.execute(f"SELECT count(*) {beside} {unmatched}", [ids]).fetchone()[0]
        if rows:
            receipt.note(rule, words.format(rows=rows), rows)
