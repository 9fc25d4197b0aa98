"""Which file came, which returns it holds, and what becomes of each: current, superseded, stale or refused."""

import csv
import datetime as dt
import json
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from etl.errors import Refusal
from etl.intake.contracts import KINDS
from etl.warehouse import insert_rows

FREQUENCIES = ("month", "quarter", "year")
RELEASES = ("public", "club", "confidential")
SENDER_COLUMNS = ("sender", "body", "kinds", "frequency", "from", "to", "release")


@dataclass(frozen=True)
class Return:
    """One return of a file, before and after the ledger has said what becomes of it."""

    kind: str
    sender: str
    reported_by: str
    period_from: dt.date
    period_to: dt.date
    extracted_on: dt.date
    synthetic: bool = False
    published: bool = False
    approximate: bool = False
    source: str | None = None
    release: str = "confidential"
    status: str = "current"
    return_id: int = 0
    rows_loaded: int = 0
    rows_held: int = 0

    @property
    def identity(self) -> tuple:
        return (self.kind, self.sender, self.reported_by, self.period_from, self.period_to)

    @property
    def span(self) -> str:
        return f"{self.period_from} to {self.period_to}"


COLUMNS = tuple(field.name for field in fields(Return))


def loaded_before(con, sha256: str):
    """When these very bytes were loaded, or None."""
    found = con.execute(
        "SELECT received_at FROM files WHERE sha256 = ? AND status = 'loaded' LIMIT 1", [sha256]
    ).fetchone()
    return found and found[0]


def add_file(con, sha256, name, profile, status, reason, arguments, received_at) -> int:
    """Add a file and return its number."""
    file_id = con.execute("SELECT coalesce(max(file_id), 0) + 1 FROM files").fetchone()[0]
    said = json.dumps({key: str(value) for key, value in arguments.items() if value is not None}, sort_keys=True)
    con.execute(
        "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [file_id, sha256, name, received_at, profile, status, reason, said],
    )
    return file_id


def settle(con, arriving: list[Return]) -> list[Return]:
    """Give each arriving return its release, status and, unless it has one, its number.

    Nothing is written but a temporary table, `arriving`.
    Refusal when a period overlaps another without being the same, or two returns of one file are the same return.
    """
    if len({one.synthetic for one in arriving if not one.published}) > 1:
        raise Refusal("The file holds real and synthetic returns; send them apart. Nothing was loaded.")
    _refuse_own_overlap(arriving)
    number = last_number(con)
    releases = dict(con.execute("SELECT sender, release FROM senders").fetchall())
    there = _current(con, {one.kind for one in arriving})
    settled = []
    for place, one in enumerate(arriving, 1):
        release = "public" if one.published else releases.get(one.sender, "confidential")
        status = _status(one, there.get(one.identity[:3], ()))
        settled.append(replace(one, return_id=one.return_id or number + place, release=release, status=status))
    con.execute(
        """CREATE OR REPLACE TEMP TABLE arriving (return_id INTEGER, sender VARCHAR, reported_by VARCHAR,
           period_from DATE, period_to DATE, extracted_on DATE)"""
    )
    names = ("return_id", "sender", "reported_by", "period_from", "period_to", "extracted_on")
    insert_rows(con, "arriving", names, [[getattr(one, name) for name in names] for one in settled])
    return settled


def last_number(con) -> int:
    """The highest number any return has."""
    return con.execute("SELECT coalesce(max(return_id), 0) FROM returns").fetchone()[0]


def add_returns(con, file_id: int, settled: list[Return]) -> None:
    """Write the returns; a current one takes the place of the one that was current."""
    con.execute(
        """UPDATE returns SET status = 'superseded' FROM arriving AS a
           WHERE status = 'current' AND returns.kind = ? AND returns.sender = a.sender
             AND returns.reported_by = a.reported_by AND returns.period_from = a.period_from
             AND returns.period_to = a.period_to AND list_contains(?::INTEGER[], a.return_id)""",
        [settled[0].kind, [one.return_id for one in settled if one.status == "current"]],
    )
    rows = [[*(getattr(one, name) for name in COLUMNS), file_id] for one in settled]
    insert_rows(con, "returns", [*COLUMNS, "file_id"], rows)


def copy_senders(con, home) -> None:
    """Take the home's list of senders, whole, as it is now."""
    con.execute("DELETE FROM senders")
    if not home.senders.is_file():
        return
    with home.senders.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in SENDER_COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise Refusal(f"senders.csv: column '{missing[0]}' is missing. Expected {', '.join(SENDER_COLUMNS)}.")
        values = [_sender(row, place) for place, row in enumerate(rows, 2)]
    insert_rows(con, "senders", SENDER_COLUMNS, values)


def _sender(row, line):
    where = f"senders.csv, row {line}"
    kinds = [kind for kind in (row["kinds"] or "").replace(",", ";").replace(" ", ";").split(";") if kind]
    if not (row["sender"] or "").strip():
        raise Refusal(f"{where}: sender is blank.")
    if not kinds or not set(kinds) <= set(KINDS):
        raise Refusal(f"{where}: kinds must be kinds of return with ';' between them: {', '.join(KINDS)}.")
    if row["frequency"] not in FREQUENCIES:
        raise Refusal(f"{where}: frequency must be one of {', '.join(FREQUENCIES)}.")
    release = (row["release"] or "").strip() or "confidential"
    if release not in RELEASES:
        raise Refusal(f"{where}: release must be one of {', '.join(RELEASES)}, or blank for confidential.")
    try:
        first = dt.date.fromisoformat(row["from"])
        last = dt.date.fromisoformat(row["to"]) if row["to"] else None
    except ValueError:
        raise Refusal(f"{where}: from and to must be dates as YYYY-MM-DD; only `to` may be blank.") from None
    return [row["sender"].strip(), row["body"] or None, ";".join(kinds), row["frequency"], first, last, release]


def _current(con, kinds) -> dict:
    """(kind, sender, reported_by) to the current returns of these kinds as (period_from, period_to, extracted_on)."""
    there = {}
    for kind, sender, reported_by, *days in con.execute(
        """SELECT kind, sender, reported_by, period_from, period_to, extracted_on FROM returns
           WHERE status = 'current' AND list_contains(?::VARCHAR[], kind) ORDER BY period_from""",
        [list(kinds)],
    ).fetchall():
        there.setdefault((kind, sender, reported_by), []).append(days)
    return there


def _status(one: Return, there) -> str:
    """Newer by the day of extraction, then by arrival; so only an older extraction is stale."""
    for first, last, extracted_on in there:
        if (first, last) == (one.period_from, one.period_to):
            return "stale" if extracted_on > one.extracted_on else "current"
        if first <= one.period_to and last >= one.period_from:
            raise Refusal(
                f"The {one.kind} return for {one.span} overlaps the one for {first} to {last} that this sender has "
                "already sent. A correction must cover the same period; anything else would count days twice. "
                "Nothing was loaded."
            )
    return "current"


def _refuse_own_overlap(arriving):
    ordered = sorted(arriving, key=lambda one: one.identity)
    for before, after in pairwise(ordered):
        if before.identity[:3] != after.identity[:3]:
            continue
        if before.identity == after.identity:
            raise Refusal(
                f"The {after.kind} return for {after.span} gives more than one extracted_on. Give one. "
                "Nothing was loaded."
            )
        if after.period_from <= before.period_to:
            raise Refusal(
                f"Two {after.kind} returns of one sender in this file overlap: {before.span} and {after.span}. "
                "Give each day to one return. Nothing was loaded."
            )
