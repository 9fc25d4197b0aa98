"""Makes the warehouse again from the kept files and the ledger, and takes it into use only when both agree.

The files are loaded again in the order in which they came, with what was said about them then. A file whose bytes
were not kept (etl.intake.received.NOT_KEPT) has its rows carried over. The old warehouse stands until the new one is
whole.
"""

import json
import os
import shutil
from pathlib import Path

from etl import warehouse
from etl.errors import Refusal
from etl.home import Home
from etl.intake import load, received, returns
from etl.intake.contracts import kinds

FOLDER = ".rebuilding"
RETURNS = """
SELECT file_id, kind, sender, reported_by, period_from, period_to, extracted_on, release, status, published,
       approximate, synthetic, source, rows_loaded, rows_held
FROM returns ORDER BY ALL
"""
SHEETS = "SELECT file_id, sheet, rows_read, rows_used, rows_held, rows_skipped FROM sheets ORDER BY ALL"
IDENTITY = ("file_id", "kind", "sender", "reported_by", "period_from", "period_to")
KEYS = "SELECT return_id, sum(request_key)::VARCHAR FROM requests GROUP BY ALL"


def rebuild(home, progress=lambda step, done, total: None) -> int:
    """Make the warehouse again; how many files were loaded again. Publishing then gives the same version.

    Refusal, with everything as it was, when a kept file is missing or changed, or when the rows made are not those
    the ledger tells of.
    """
    if not home.warehouse.is_file():
        raise Refusal("There is nothing to rebuild: no return has been loaded in this home.")
    folder = home.path / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with warehouse.writing(home) as old:
            received.sweep(old, home.received)
            count = _make(old, home, Home(folder), progress)
            old.close()
            os.replace(folder / home.warehouse.name, home.warehouse)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return count


def _make(old, home, beside, progress) -> int:
    """The new warehouse, in the folder beside; how many files were loaded again."""
    entries = _entries(old)
    _refuse_without_bytes(home, entries)
    with warehouse.writing(beside) as new:
        _copy(old, new, "SELECT * FROM senders", "senders")
        for done, entry in enumerate(entries):
            progress("Loading again", done, len(entries))
            if entry["status"] != "loaded":
                _copy(old, new, f"SELECT * FROM files WHERE file_id = {entry['file_id']}", "files")
            elif entry["kept"]:
                _replay(new, home, beside, entry)
            else:
                _carry_over(old, new, entry["file_id"])
        _take_releases(old, new)
        _compare(old, new)
    progress("Loading again", len(entries), len(entries))
    return sum(entry["kept"] for entry in entries)


def _entries(old) -> list[dict]:
    """The ledger's files in the order in which they came."""
    result = old.execute(
        """SELECT *, status = 'loaded' AND file_id NOT IN (SELECT file_id FROM notes WHERE rule = ?) AS kept
           FROM files ORDER BY file_id""",
        [received.NOT_KEPT],
    )
    names = [column[0] for column in result.description]
    entries = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return [{**entry, "arguments": json.loads(entry["arguments"])} for entry in entries]


def _refuse_without_bytes(home, entries):
    wrong = [
        f"{entry['name']} ({entry['sha256'][:12]}...)"
        for entry in entries
        if entry["kept"] and received.digest_of(home.received / entry["sha256"]) != entry["sha256"]
    ]
    if wrong:
        raise Refusal(
            f"Kept files are missing from the folder received, or were changed: {', '.join(wrong[:10])}. "
            "Put them back from a backup. Nothing was changed."
        )


def _replay(new, home, beside, entry):
    """Load one kept file again under the name it came with, which tells its form."""
    folder = beside.path / str(entry["file_id"])
    folder.mkdir()
    path = folder / Path(entry["name"]).name
    try:
        os.link(home.received / entry["sha256"], path)
    except OSError:
        shutil.copyfile(home.received / entry["sha256"], path)
    try:
        receipt = load.replay(new, home, path, entry, entry["profile"])
        reason = receipt.reason if receipt.status != "loaded" else None
    except Refusal as refusal:
        reason = str(refusal)
    finally:
        shutil.rmtree(folder)
    if reason:
        raise Refusal(f"{entry['name']} was loaded before and is not now: {reason} Nothing was changed.")
    [made] = new.execute("SELECT max(file_id) FROM files").fetchone()
    if made != entry["file_id"]:
        raise Refusal(f"The ledger has no file before {entry['name']} that there must have been. Nothing was changed.")


def _carry_over(old, new, file_id):
    """Rows and ledger of a file whose bytes were not kept, with numbers of returns that are free."""
    for table in ("files", "sheets", "skips", "notes"):
        _copy(old, new, f"SELECT * FROM {table} WHERE file_id = {file_id}", table)
    kinds_of = dict(old.execute("SELECT return_id, kind FROM returns WHERE file_id = ?", [file_id]).fetchall())
    for return_id, kind in kinds_of.items():
        free = returns.last_number(new) + 1
        arrived = f"SELECT * REPLACE ({free} AS return_id) FROM"
        _supersede(old, new, return_id)
        _copy(old, new, f"{arrived} returns WHERE return_id = {return_id}", "returns")
        new.execute("UPDATE returns SET status = 'current' WHERE return_id = ? AND status = 'superseded'", [free])
        _copy(old, new, f"{arrived} {kind} WHERE return_id = {return_id}", kind)
        _copy(old, new, f"{arrived} held WHERE return_id = {return_id}", "held")
    _copy(old, new, f"SELECT * FROM held WHERE file_id = {file_id} AND return_id IS NULL", "held")


def _supersede(old, new, return_id):
    """A carried return takes the place of the current one, unless it came too late to."""
    facts = old.execute(
        """SELECT kind, sender, reported_by, period_from, period_to FROM returns
           WHERE return_id = ? AND status <> 'stale'""",
        [return_id],
    ).fetchone()
    if facts:
        new.execute(
            """UPDATE returns SET status = 'superseded' WHERE status = 'current' AND kind = ? AND sender = ?
               AND reported_by = ? AND period_from = ? AND period_to = ?""",
            facts,
        )


def _copy(old, new, select, table):
    """Rows of one warehouse into the other, as plain values."""
    result = old.execute(select)
    names = [column[0] for column in result.description]
    while rows := result.fetchmany(100_000):
        warehouse.insert_rows(new, table, names, rows)


def _take_releases(old, new):
    """How widely a return may be shown was decided when it came, by the list of senders of that day."""
    rows = old.execute(f"SELECT release, {', '.join(IDENTITY)} FROM returns").fetchall()
    same = " AND ".join(f"{name} = ?" for name in IDENTITY)
    new.execute("BEGIN")
    new.executemany(f"UPDATE returns SET release = ? WHERE {same}", rows)
    new.execute("COMMIT")


def _compare(old, new):
    """Refusal unless returns and sheets are those of the ledger, and rows and references those that are there."""
    names = dict(new.execute("SELECT file_id, name FROM files").fetchall())
    for what in (RETURNS, SHEETS):
        there, made = (set(con.execute(what).fetchall()) for con in (old, new))
        if there != made:
            file_id = min(row[0] for row in there ^ made)
            raise Refusal(
                f"{names[file_id]} gives other rows now than the ledger tells of: the code lists, a profile or the "
                "checks have changed since. The old warehouse stands."
            )
    for kind in kinds():
        loaded = "SELECT coalesce(sum(rows_loaded), 0) FROM returns WHERE kind = ?"
        if new.execute(loaded, [kind]).fetchone() != new.execute(f"SELECT count(*) FROM {kind}").fetchone():
            raise Refusal(f"The rows of {kind} made are not as many as the ledger tells of. The old warehouse stands.")
    there, made = (sorted(key for _, key in con.execute(KEYS).fetchall()) for con in (old, new))
    if there != made:
        raise Refusal(
            "The references give other numbers now than they did: this is not the reference key the returns were "
            "loaded with. Give that one in UPTAKE_REFERENCE_KEY. The old warehouse stands."
        )
