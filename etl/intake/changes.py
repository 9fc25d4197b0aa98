"""What is new since the last return: rows added, gone and changed, in counts only; and returns that jumped in size."""

from etl.intake.contracts import contract
from etl.intake.receipt import WARNING, rows_of

# Times as many rows a day (a hair more, since days divide unevenly), of at least so many in the larger return.
JUMP, ENOUGH, HAIR = 3, 30, 1 + 1e-9

# The return that each return just stored has taken the place of.
REPLACED = """
SELECT n.return_id AS new_id, max(o.return_id) AS old_id
FROM returns AS n JOIN returns AS o USING (kind, sender, reported_by, period_from, period_to)
WHERE list_contains($1::INTEGER[], n.return_id) AND n.status = 'current'
  AND o.status = 'superseded' AND o.return_id < n.return_id
GROUP BY n.return_id
"""
# Rows a day of each return just stored and of the sender's return for the time before.
JUMPED = f"""
WITH sized AS (SELECT *, rows_loaded / (period_to - period_from + 1) AS a_day FROM returns WHERE status = 'current'),
beside AS (
    SELECT n.a_day, o.a_day AS before, greatest(n.rows_loaded, o.rows_loaded) AS larger
    FROM sized AS n ASOF JOIN sized AS o
      ON o.kind = n.kind AND o.sender = n.sender AND o.reported_by = n.reported_by AND o.period_to < n.period_from
    WHERE list_contains($1::INTEGER[], n.return_id))
SELECT count(*) FILTER (a_day > {JUMP * HAIR} * before), count(*) FILTER (before > {JUMP * HAIR} * a_day)
FROM beside WHERE larger >= {ENOUGH}
"""


def changes(con, stored) -> list[str]:
    """A sentence a kind on returns that take the place of earlier ones; none when all are new. No value is said."""
    kinds = {}
    for one in stored:
        kinds.setdefault(one.kind, []).append(one.return_id)
    said = []
    for kind, ids in kinds.items():
        pairs = con.execute(REPLACED, [ids]).fetchall()
        if pairs:
            said.append(_sentence(kind, len(ids), len(pairs), *_compared(con, kind, pairs)))
    return said


def jumps(con, stored, receipt) -> None:
    """Warn of returns of requests over three times as large, or as small, as the return before."""
    ids = [one.return_id for one in stored if one.kind == "requests"]
    for count, way in zip(con.execute(JUMPED, [ids]).fetchone() if ids else (), ("more", "fewer"), strict=False):
        if count:
            whose = "The return holds" if len(ids) == 1 else f"{count:,} of the returns hold"
            words = f"{whose} over {JUMP} times {way} requests a day than the sender's return for the time before."
            mend = "If that is right, nothing need be done; if not, check that the list is whole and stands there once."
            receipt.note("change_over_threefold", words, severity=WARNING, mend=mend)


def _compared(con, kind, pairs):
    """(added, gone, changed, rows changed by column), each a count of rows."""
    one = contract(kind)
    names = ["request_key" if name == "request_ref" else name for name in one.names]
    keys = ["request_key" if name == "request_ref" else name for name in one.key] or names
    rest = [name for name in names if name not in keys]
    text = {name: f"coalesce({name}::VARCHAR, '')" for name in names}

    def side(which):
        # Without a key equal rows add, so each is told from the next of its like by its number.
        nth = f"row_number() OVER (PARTITION BY new_id, {', '.join(text[name] for name in keys)})" if not rest else "1"
        cells = ", ".join(f"{sql} AS {name}" for name, sql in text.items())
        return f"SELECT new_id, {nth} AS nth, {cells} FROM {kind} JOIN pairs ON return_id = {which}"

    differ = {name: f"n.{name} <> o.{name}" for name in rest}
    both = "n.new_id IS NOT NULL AND o.new_id IS NOT NULL"
    changed = [f"count(*) FILTER ({both} AND ({sql}))" for sql in ([" OR ".join(differ.values())] if rest else [])]
    changed += [f"count(*) FILTER ({both} AND {sql})" for sql in differ.values()]
    on = " AND ".join(f"n.{name} = o.{name}" for name in ("new_id", "nth", *keys))
    found = con.execute(
        f"""WITH pairs AS (SELECT unnest($1::INTEGER[]) AS new_id, unnest($2::INTEGER[]) AS old_id),
                 n AS ({side("new_id")}), o AS ({side("old_id")})
            SELECT count(*) FILTER (o.new_id IS NULL), count(*) FILTER (n.new_id IS NULL)
                   {"".join(f", {sql}" for sql in changed)}
            FROM n FULL JOIN o ON {on}""",
        [[new for new, _ in pairs], [old for _, old in pairs]],
    ).fetchone()
    by_column = {name: count for name, count in zip(rest, found[3:], strict=True) if count}
    return found[0], found[1], found[2] if rest else 0, by_column


def _sentence(kind, returns, replaced, added, gone, changed, by_column):
    whole = contract(kind).title.lower()
    whose = "the return that this one replaces" if returns == 1 else f"the {replaced:,} returns that these replace"
    if not (added or gone or changed):
        return f"{whole.capitalize()}: no row differs from {whose}."
    columns = ", ".join(f"{name} {count:,}" for name, count in sorted(by_column.items(), key=lambda each: -each[1]))
    parts = [f"{rows_of(added)} added" if added else "", f"{rows_of(gone)} gone" if gone else ""]
    parts.append(f"{rows_of(changed)} changed ({columns})" if changed else "")
    return f"{whole.capitalize()}: {added + gone + changed:,} changes since {whose}: {', '.join(filter(None, parts))}."
