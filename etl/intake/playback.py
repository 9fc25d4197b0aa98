"""What we read, said back in the sender's own terms: the quickest way to see that something went wrong."""

import datetime as dt

from etl import reference
from etl.intake.contracts import contract


def playback(con, settled) -> str | None:
    """One sentence a kind on the rows just stored for these returns; None when there are none."""
    kinds = {}
    for one in settled:
        kinds.setdefault(one.kind, []).append(one)
    return " ".join(_sentence(con, kind, of_kind) for kind, of_kind in kinds.items()) or None


def _sentence(con, kind, of_kind):
    span = f"from {_day(min(r.period_from for r in of_kind))} to {_day(max(r.period_to for r in of_kind))}"
    senders = len({one.sender for one in of_kind})
    whose = "" if senders == 1 else f" of {senders:,} senders"
    if kind in ("requests", "request_counts"):
        return f"We read {_requests(con, kind, of_kind, whose, span)}."
    rows = sum(one.rows_loaded for one in of_kind)
    row = "row" if rows == 1 else "rows"
    return f"We read {rows:,} {row} of {contract(kind).title.lower()}{whose} {span}."


def _requests(con, kind, of_kind, whose, span):
    weight = "count(*)" if kind == "requests" else "coalesce(sum(requests), 0)"
    total, refused = con.execute(
        f"""SELECT {weight}, {weight.replace("coalesce(", "").replace(", 0)", "")} FILTER (outcome = 'refused')
            FROM {kind} WHERE return_id IN (SELECT unnest(?::INTEGER[]))""",
        [[one.return_id for one in of_kind]],
    ).fetchone()
    share = f" ({100 * (refused or 0) / total:.1f}%)" if total else ""
    noun = "request" if total == 1 else "requests"
    top = _top_reason(con, of_kind) if kind == "requests" and refused else ""
    return f"{total:,} {noun}{whose} {span}, {refused or 0:,} refused{share}{top}"


def _top_reason(con, of_kind):
    """The main reason given most often for these refusals, in current returns; nothing where none is on file."""
    if not con.execute("SELECT count(*) FROM refusals").fetchone()[0]:
        return ""
    rows = con.execute(
        """SELECT f.reason::VARCHAR, count(*) FROM refusals AS f
           JOIN returns AS r ON r.return_id = f.return_id AND r.status = 'current'
           WHERE f.rank = 1 AND f.request_key IN (
               SELECT request_key FROM requests
               WHERE outcome = 'refused' AND return_id IN (SELECT unnest(?::INTEGER[])))
           GROUP BY ALL ORDER BY 2 DESC, 1""",
        [[one.return_id for one in of_kind]],
    ).fetchall()
    if not rows:
        return ""
    label = next(row["label"] for row in reference.rows("reasons") if row["code"] == rows[0][0])
    given = sum(count for _, count in rows)
    return f', top reason "{label}" ({rows[0][1]:,} of {given:,} with a reason)'


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"
