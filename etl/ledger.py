"""What has arrived and what has not, from the ledger: files, sheets, returns, and returns that were expected."""

import duckdb

from etl import snapshot
from etl.publishing import coverage, facts
from etl.warehouse import reading, unchanging

FILES = """
SELECT file_id, name, sha256, received_at, profile, status, reason
FROM files
ORDER BY file_id
"""

SHEETS = """
SELECT file_id, sheet, rows_read, rows_used, rows_held, rows_skipped, rows_made
FROM sheets
ORDER BY file_id, sheet
"""

RETURNS = """
SELECT kind, status, count(*) AS returns, sum(rows_loaded)::BIGINT AS rows_loaded, sum(rows_held)::BIGINT AS rows_held,
       min(period_from) AS first, max(period_to) AS last
FROM returns
GROUP BY kind, status
ORDER BY kind, status
"""

# A sender's newest expected return that is not in is late; an earlier one that never came is missing.
ABSENT = """
SELECT CASE WHEN period_to = max(period_to) OVER (PARTITION BY sender, kind) THEN 'late' ELSE 'missing' END AS state,
       sender, body, kind, period_from, period_to, received
FROM judged_returns
QUALIFY NOT received
ORDER BY ALL
"""


def status(home) -> dict:
    """The state of a home, ready for JSON but for its dates. Raises Refusal while a load is under way.

    Keys: home, kind, files (each with its sheets, skips and notes), returns (by kind and status), late and missing
    (expected returns by the list of senders), shown (the version that is shown) and versions.
    """
    found = {
        "home": str(home.path),
        "kind": home.kind,
        "files": [],
        "returns": [],
        "late": [],
        "missing": [],
        "shown": snapshot.released(home),
        "versions": snapshot.versions(home),
    }
    if not home.warehouse.is_file():
        return found
    with reading(home) as con:
        found["files"] = _files(con)
        found["returns"] = _rows(con, RETURNS)
    for row in _absent(home):
        found[row.pop("state")].append(row)
    return found


def _files(con) -> list[dict]:
    files = {row.pop("file_id"): {**row, "sheets": [], "notes": []} for row in _rows(con, FILES)}
    sheets = {}
    for row in _rows(con, SHEETS):
        file_id = row.pop("file_id")
        sheets[file_id, row["sheet"]] = {**row, "skipped": []}
        files[file_id]["sheets"].append(sheets[file_id, row["sheet"]])
    for row in _rows(con, "SELECT file_id, sheet, reason, rows FROM skips ORDER BY ALL"):
        sheet = sheets.get((row.pop("file_id"), row.pop("sheet")))
        if sheet:
            sheet["skipped"].append(row)
    for row in _rows(con, "SELECT file_id, sheet, rule, message, rows FROM notes ORDER BY ALL"):
        files[row.pop("file_id")]["notes"].append(row)
    return list(files.values())


def _absent(home) -> list[dict]:
    """Expected returns that have not come, with `state` late or missing; the same reckoning as is published."""
    with unchanging(home, wait=False), duckdb.connect() as con:
        con.execute("ATTACH ? AS w (READ_ONLY)", [str(home.warehouse)])
        facts.scratch(con)
        con.execute(facts.CURRENT)
        facts.body_sectors(con)
        coverage.judge_returns(con)
        return [{key: value for key, value in row.items() if key != "received"} for row in _rows(con, ABSENT)]


def _rows(con, sql: str) -> list[dict]:
    result = con.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
