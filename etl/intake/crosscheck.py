"""Notes on how requests and the reasons for refusing them fit together; nothing is held for it."""

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


def cross_check(con, stored, receipt) -> None:
    """Put a note on the receipt where requests and refusals of a sender do not fit."""
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
