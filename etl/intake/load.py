"""Loads returns: keeps the bytes, reads, checks, keeps good rows and holds bad ones, all of a file or nothing."""

import contextlib
import datetime as dt
from pathlib import Path
from typing import NamedTuple

import duckdb

from etl import warehouse
from etl.errors import Refusal
from etl.home import sweep_parts
from etl.intake import evidence, ownership, precheck, received, returns, screen
from etl.intake.batches import facts
from etl.intake.finding import FileRefused
from etl.intake.receipt import Receipt
from etl.intake.tables import SUFFIXES
from etl.intake.take import finish, take

LEFT_OUT = ("senders.csv",)  # tables in a folder of returns that are not returns
WITHHELD = "(a name that is not kept)"
EXTRAS = ("published", "approximate", "source")


class Source(NamedTuple):
    """A file on its way in. part: the private copy that is kept if the file is loaded; None when nothing is kept;
    only: the body whose returns alone may be in it; None for any."""

    path: Path
    sha256: str
    part: Path | None
    said: dict
    extras: dict
    only: str | None = None


def load(paths, home, *, progress=None, only=None, **arguments) -> list[Receipt]:
    """Load files, or every return in a folder, and give a receipt each. What a file holds never raises.

    Arguments say what the files do not: kind, profile, sender, reported_by, period_from, period_to, extracted_on.
    `only`: the body that signed in to send them; a file with a return or row of any other is refused.
    `progress(step, done, total)` is called before each file. Refusal for wrong use.
    """
    said, files = facts(arguments, "command"), _files(paths)
    with warehouse.writing(home) as con:
        received.sweep(con, home.received)
        sweep_parts(home.marked)
        con.execute("BEGIN")
        returns.copy_senders(con, home)
        con.execute("COMMIT")
        return [_one(con, home, path, said, True, only) for path in _told(files, progress, "Loading")]


def check(paths, home, *, progress=None, only=None, reading=None, **arguments) -> list[Receipt]:
    """All that `load` would say of each file by itself, with nothing stored.

    reading: a child that has one of the files open already (etl.intake.sheets.ahead).
    """
    said, files = facts(arguments, "command"), _files(paths)
    with warehouse.writing(home) if home.warehouse.is_file() else warehouse.scratch() as con:
        return [_one(con, home, path, said, False, only, reading) for path in _told(files, progress, "Checking")]


def replay(con, home, path: Path, entry, profile: str | None) -> Receipt:
    """Load a kept file again into the warehouse `con`, as the ledger's `entry` says it was; its bytes stay as they are.

    path: the kept bytes under their first name; profile: the one that read them then; entry: a dict of sha256,
    received_at and arguments (a dict of text).
    """
    receipt = Receipt(path.name)
    extras = {name: value for name, value in entry["arguments"].items() if name in EXTRAS}
    extras |= {name: extras[name] == "True" for name in ("published", "approximate") if name in extras}
    said = {name: value for name, value in entry["arguments"].items() if name not in EXTRAS}
    if profile:
        said.setdefault("profile", profile)
    checked = _checked(path)
    try:
        source = Source(path, entry["sha256"], None, said, extras)
        _transact(con, home, source, checked, entry["received_at"], receipt)
    finally:
        checked.clear()
    return receipt


def _one(con, home, path: Path, said: dict, store: bool, only: str | None = None, reading=None) -> Receipt:
    said = {**said, ownership.SENT_BY: only} if only else said
    receipt = Receipt(_name(path), "loaded" if store else "checked")
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    sha256 = part = None
    try:
        checked = _checked(path)
        try:
            sha256, part = received.take_in(path, home.received if store else None)
            checked.path, checked.reading = checked.copy or part, reading
            known = evidence.evidence(path)
            source = Source(path, sha256, part if store else None, {**said, **known.facts}, known.extras, only)
            _transact(con, home, source, checked, now, receipt)
        finally:
            checked.clear()
            if store and part:
                with contextlib.suppress(duckdb.Error):  # after a fault the next start does it
                    received.put_away(con, part, sha256)
    except Refusal as refusal:
        receipt.refuse(refusal)
    if store and receipt.status != "loaded":
        con.execute("BEGIN")
        sha256 = sha256 or received.digest_of(path)
        returns.add_file(con, sha256, receipt.file, receipt.profile, receipt.status, receipt.reason, said, now)
        con.execute("COMMIT")
    return receipt


def _name(path) -> str:
    """The file's name, unless it says something about a person: then it is neither kept nor repeated."""
    return WITHHELD if screen.screen_names([path.stem]) else path.name


def _checked(path):
    """The pre-check of the bytes and of the file's name; Refusal with its first reasons."""
    checked = precheck.precheck(path)
    found = [*checked.findings, *screen.screen_names([path.stem], "name of the file")]
    blocking = [one for one in found if one.severity == "blocks_file"]
    if blocking:
        checked.clear()
        raise FileRefused(blocking)
    return checked


def _transact(con, home, source, checked, now, receipt):
    """One file in one transaction: rows and ledger together, and only if every row is accounted for."""
    when = returns.loaded_before(con, source.sha256)
    if when:
        receipt.status = "duplicate"
        receipt.reason = f"The same bytes were loaded on {when.day} {when:%B %Y}: nothing changed."
        return
    con.execute("BEGIN")
    try:
        arguments = {**source.said, **source.extras}
        file_id = returns.add_file(con, source.sha256, source.path.name, None, "loaded", None, arguments, now)
        stored = take(con, home, source, checked, file_id, receipt)
        if receipt.status == "loaded":
            finish(con, home, file_id, stored, receipt)
            # The bytes get their name when the rows are in. Killed in between, the next start does it (received.sweep).
            con.execute("COMMIT")
        else:
            con.execute("ROLLBACK")
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # out of room, DuckDB has rolled back already
            con.execute("ROLLBACK")
        raise


def _files(paths) -> list[Path]:
    """The files named, and the returns in the folders named, in order of name."""
    found = []
    for path in map(Path, [paths] if isinstance(paths, str | Path) else paths):
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES)
            found += [one for one in inside if not _is_left_out(one)]
        else:
            found.append(path)
    return found


def _is_left_out(path) -> bool:
    return path.name in LEFT_OUT or path.name.startswith((".", "~$")) or evidence.is_left_out(path)


def _told(files, progress, step):
    for done, path in enumerate(files):
        if progress:
            progress(step, done, len(files))
        yield path
    if progress and files:
        progress(step, len(files), len(files))
