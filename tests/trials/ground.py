"""Small homes to try things on, and what is true of a home that is whole."""

import hashlib
import os
import shutil
from pathlib import Path

import duckdb
import sent

from etl import snapshot
from etl.door.answers import PUBLIC, about, answer
from etl.home import Home, make_secrets
from etl.intake.contracts import kinds
from metrics.question import Question

PERIODS = {"first": ("2026-01-01", "2026-03-31"), "next": ("2026-04-01", "2026-06-30")}
TEMPORARY = (".part-*", ".building-*", ".current-*", ".home.json-*", "*.wal", ".spill/*")


def rows(count, period="first", sender="E08000025", **more):
    """Rows of one return, with all that the command would have to be told."""
    first, last = PERIODS[period]
    month = {"first": "2026-01", "next": "2026-04"}[period]
    later = {"first": "2026-02", "next": "2026-05"}[period]
    facts = {"sender": sender, "reported_by": "holder", "period_from": first, "period_to": last,
             "extracted_on": "2026-07-31", "synthetic": "yes", **more}  # fmt: skip
    made = []
    for row in sent.requests(count):
        days = {"received_on": row["received_on"].replace("2026-01", month)}
        days["decided_on"] = row["decided_on"].replace("2026-02", later)
        made.append({**row, **days, "request_ref": f"{period[0].upper()}-{row['request_ref']}", **facts})
    return made


def empty_home(folder: Path) -> Home:
    """A home for made-up returns with its own secrets and nothing in it."""
    home = Home(folder)
    home.path.mkdir(parents=True)
    home.settle("synthetic")
    make_secrets(home)
    return home


def copied(home: Home, folder: Path) -> Home:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(home.path, folder, symlinks=True)
    return Home(folder)


def use(home: Home) -> None:
    os.environ["UPTAKE_HOME"] = str(home.path)


def ledger(home) -> dict:
    """What is loaded: returns with their rows, and files; AssertionError where ledger, rows and sheets disagree."""
    if not home.warehouse.is_file():
        return {"returns": [], "files": [], "kept": []}
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        if not con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'returns'").fetchone()[0]:
            return {"returns": [], "files": [], "kept": []}
        returns = con.execute(
            """SELECT return_id, kind, sender, reported_by, period_from::VARCHAR, period_to::VARCHAR,
                      extracted_on::VARCHAR, status, rows_loaded FROM returns ORDER BY ALL"""
        ).fetchall()
        files = con.execute("SELECT sha256, status FROM files ORDER BY ALL").fetchall()
        counted = {
            (kind, *pair)
            for kind in kinds()
            for pair in con.execute(f"SELECT return_id, count(*) FROM {kind} GROUP BY ALL").fetchall()
        }
        assert counted == {(one[1], one[0], one[8]) for one in returns}, "rows differ from the ledger"
        current = [one[1:6] for one in returns if one[7] == "current"]
        assert len(current) == len(set(current)), "two current returns for one sender and period"
        odd = con.execute("SELECT count(*) FROM sheets WHERE rows_read <> rows_used + rows_held + rows_skipped")
        assert odd.fetchone()[0] == 0, "rows of a sheet are not accounted for"
        kept = con.execute(
            """SELECT sha256 FROM files WHERE status = 'loaded'
               AND file_id NOT IN (SELECT file_id FROM notes WHERE rule = 'bytes_not_kept') ORDER BY ALL"""
        ).fetchall()
    return {"returns": [list(one) for one in returns], "files": [list(one) for one in files],
            "kept": [one for (one,) in kept]}  # fmt: skip


def kept(home) -> list[str]:
    """The names of the kept files; AssertionError where one is not what its name says."""
    found = sorted(path for path in home.received.glob("*") if not path.name.startswith("."))
    for path in found:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name, "a kept file is not what its name says"
    return [path.name for path in found]


def parts(home) -> list[str]:
    """What the copies that have no name yet hold, as SHA-256."""
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in home.received.glob(".part-*")]


def shown(home) -> dict:
    """What a reader is told: version, how many returns it speaks of, and the answer to a question."""
    if snapshot.current(home) is None:
        return {"version": None}
    said = answer(PUBLIC, Question("requests_received"), home)
    told = [[row["value"], row["status"]] for row in said.rows]
    return {"version": said.data_version, "returns": about(PUBLIC, home)["returns"], "rows": told}


def state(home) -> dict:
    """The home as a whole, once it has been left in peace."""
    return {"ledger": ledger(home), "shown": shown(home)}


def left_over(home, temporary: Path) -> list[str]:
    """Temporary files that nobody has swept."""
    found = [path for folder in (home.path, home.received, home.published) for name in TEMPORARY
             for path in folder.glob(name)]  # fmt: skip
    return [path.name for path in (*found, *temporary.glob("uptake-*"))]
