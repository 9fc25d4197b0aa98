"""What one body has sent, by the ledger: its files, what became of each return, and the receipts again."""

import datetime as dt

from etl import snapshot
from etl.errors import Refusal
from etl.intake import holding
from etl.intake.ownership import SENT_BY, senders_of
from etl.intake.playback import playback
from etl.intake.receipt import HELD, NOTE, Receipt, issue
from etl.intake.returns import COLUMNS, Return
from etl.warehouse import reading

# Whole: no return of another sender is in it, so that all that was said of the file may be said to this body.
FILES = f"""
SELECT f.file_id, f.name, f.received_at, f.status, f.reason, f.profile,
       NOT coalesce(bool_or(NOT list_contains($2, r.sender)), FALSE) AS whole
FROM files AS f LEFT JOIN returns AS r USING (file_id)
GROUP BY f.file_id, f.name, f.received_at, f.status, f.reason, f.profile, f.arguments
HAVING json_extract_string(f.arguments, '{SENT_BY}') = $1
    OR list_contains($2, json_extract_string(f.arguments, 'sender'))
    OR bool_or(list_contains($2, r.sender))
ORDER BY f.file_id DESC
"""
RETURNS = f"""
SELECT file_id, received_at, {", ".join(f"r.{name}" for name in COLUMNS)}
FROM returns AS r JOIN files USING (file_id)
WHERE list_contains($1, sender) ORDER BY period_from DESC, kind, file_id DESC
"""
SHEETS = "SELECT sheet, rows_read, rows_used, rows_held, rows_skipped, rows_made FROM sheets WHERE file_id = ?"
SKIPS = "SELECT sheet, reason, rows FROM skips WHERE file_id = ?"
NOTES = "SELECT sheet, rule, message, rows FROM notes WHERE file_id = ?"
ISSUES = """
SELECT rule, column_name AS column, message AS wrong, coalesce(any_value(mend), '') AS mend, count(*) AS rows
FROM held WHERE file_id = ? GROUP BY rule, column_name, message ORDER BY rows DESC, rule
"""
NO_SUCH = "There is no receipt of that number among your own."


def listed(home, body: str) -> dict:
    """`files` (file_id, name, received_at, status, reason, rows_held, whole) and `returns` (the ledger's columns, with
    file_id, received_at and shown), newest first. Both are empty where nothing was ever loaded.

    A file that also holds returns of others is not whole: then it has no name, and its receipt is not given.
    shown: whether the version that is shown was made when the return was in. Raises Refusal while a load is under way.
    """
    if not home.warehouse.is_file():
        return {"files": [], "returns": []}
    with reading(home) as con:
        own = sorted(senders_of(con, body))
        returns, files = _rows(con, RETURNS, [own]), _rows(con, FILES, [body, own])
    made = _made(home)
    for one in returns:
        one["shown"] = one["status"] == "current" and made is not None and one["received_at"] <= made
    for one in files:
        one["rows_held"] = sum(row["rows_held"] for row in returns if row["file_id"] == one["file_id"])
        one["name"] = one["name"] if one["whole"] else None
    return {"files": files, "returns": returns}


def receipt(home, body: str, file_id: int) -> Receipt:
    """The receipt of one whole file of the body's own, made again of what the ledger holds; Refusal for any other."""
    if not home.warehouse.is_file():
        raise Refusal(NO_SUCH)
    with reading(home) as con:
        own = sorted(senders_of(con, body))
        found = [one for one in _rows(con, FILES, [body, own]) if one["file_id"] == file_id and one["whole"]]
        if not found:
            raise Refusal(NO_SUCH)
        made = Receipt(found[0]["name"], found[0]["status"], found[0]["reason"], profile=found[0]["profile"])
        made.sheets, made.skips = _rows(con, SHEETS, [file_id]), _rows(con, SKIPS, [file_id])
        made.notes = [issue(NOTE, one["rule"], one["message"], rows=one["rows"], sheet=one["sheet"])
                      for one in _rows(con, NOTES, [file_id])]  # fmt: skip
        made.held = holding.listed(con, file_id)
        made.issues = [issue(HELD, **one) for one in _rows(con, ISSUES, [file_id])]
        stored = [Return(**{name: one[name] for name in COLUMNS}) for one in _rows(con, RETURNS, [own])
                  if one["file_id"] == file_id]  # fmt: skip
        made.playback = playback(con, stored)
        made.returns = [{name: getattr(one, name) for name in COLUMNS} for one in stored]
    return made


def _made(home) -> dt.datetime | None:
    """When the version that is shown was made. Nothing is loaded while a version is made, so no return is half in."""
    version = snapshot.current(home)
    try:
        seconds = snapshot.file_of(home, version).stat().st_mtime if version else None
    except FileNotFoundError:
        return None
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)


def _rows(con, sql: str, values) -> list[dict]:
    result = con.execute(sql, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
