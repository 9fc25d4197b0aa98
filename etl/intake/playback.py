"""What we read, said back in the sender's own terms: the quickest way to see that something went wrong."""

import datetime as dt

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
    return f"{total:,} {noun}{whose} {span}, {refused or 0:,} refused{share}"


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"
