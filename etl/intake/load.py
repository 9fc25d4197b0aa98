"""Loads returns: keeps the bytes, reads, checks, keeps good rows and holds bad ones, all of a file or nothing."""

import contextlib
import datetime as dt
import secrets
from pathlib import Path
from typing import NamedTuple

import duckdb

from etl import reference, warehouse, working
from etl.errors import Refusal
from etl.home import reference_key, sweep_parts
from etl.intake import evidence, holding, ownership, precheck, received, returns, screen, unread
from etl.intake.batches import batches, facts, tell_examples
from etl.intake.changes import changes, jumps
from etl.intake.contracts import contract
from etl.intake.crosscheck import cross_check
from etl.intake.finding import FileRefused
from etl.intake.keep import keep
from etl.intake.ladder import point_out, point_out_few
from etl.intake.lines import RAGGED
from etl.intake.playback import playback
from etl.intake.receipt import ROWS_KEPT, WARNING, Held, Receipt
from etl.intake.received import NOT_KEPT
from etl.intake.tables import SUFFIXES
from etl.intake.tables import tables as tables_of
from etl.warehouse import insert_rows

LEFT_OUT = ("senders.csv",)  # tables in a folder of returns that are not returns
WITHHELD = "(a name that is not kept)"
NOT_KEPT_WORDS = "Something in it looks like details of a person, so the file itself is not kept; its good rows are."
EXTRAS = ("published", "approximate", "source")
NOTHING = "No row passed the checks. Nothing was loaded, and what was there before still stands."


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


def check(paths, home, *, progress=None, only=None, **arguments) -> list[Receipt]:
    """All that `load` would say of each file by itself, with nothing stored."""
    said, files = facts(arguments, "command"), _files(paths)
    with warehouse.writing(home) if home.warehouse.is_file() else warehouse.scratch() as con:
        return [_one(con, home, path, said, False, only) for path in _told(files, progress, "Checking")]


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


def _one(con, home, path: Path, said: dict, store: bool, only: str | None = None) -> Receipt:
    said = {**said, ownership.SENT_BY: only} if only else said
    receipt = Receipt(_name(path), "loaded" if store else "checked")
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    sha256 = part = None
    try:
        checked = _checked(path)
        try:
            sha256, part = received.take_in(path, home.received if store else None)
            checked.path = checked.copy or part
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
        stored = _take(con, home, source, checked, file_id, receipt)
        if receipt.status == "loaded":
            _finish(con, home, file_id, stored, receipt)
            # The bytes get their name when the rows are in. Killed in between, the next start does it (received.sweep).
            con.execute("COMMIT")
        else:
            con.execute("ROLLBACK")
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # out of room, DuckDB has rolled back already
            con.execute("ROLLBACK")
        raise


def _take(con, home, source, checked, file_id, receipt):
    """Fill tables and receipt from the file; the returns as recorded. Refusal when no row passes."""
    _say(checked, receipt)
    stored, tables = [], []
    with working.working() as folder:
        for batch in batches(source.path, checked, source.said, source.extras, receipt, folder):
            batch.only = source.only
            before = len(receipt.issues)
            rows = [one for one in checked.findings if one.severity == "blocks_row"]
            stored += keep(con, batch, rows if not receipt.profile else [], file_id, _key(home, batch.kind), receipt)
            tell_examples(con, batch, receipt)
            tables += [(table, batch.kind) for table in batch.tables] + [(table, None) for table in batch.aside]
            if len(receipt.issues) > before and unread.held_cells(con, batch.kind):
                receipt.note(NOT_KEPT, NOT_KEPT_WORDS)
        _screen_rest(con, source.path, checked, tables, stored, receipt, folder)
    if not receipt.profile:
        receipt.held = holding.listed(con, file_id)
    else:
        receipt.held += holding.listed(con, file_id)
    if any(issue["rule"].startswith("personal.") for issue in receipt.issues):
        receipt.note(NOT_KEPT, NOT_KEPT_WORDS)
    receipt.returns = [dict(vars(one)) for one in stored]
    if not stored:
        raise Refusal(NOTHING, "nothing_passed")
    if source.only:
        ownership.refuse_rows(con, stored, source.only)
    receipt.playback, receipt.changes = playback(con, stored), changes(con, stored)
    jumps(con, stored, receipt)
    point_out(con, stored, receipt)
    point_out_few(con, stored, receipt)
    _note_returns(con, stored, receipt)
    cross_check(con, stored, receipt)
    return stored


def _screen_rest(con, path, checked, tables, stored, receipt, folder):
    """Screen what is in the file and was not loaded. A return of ours is refused for it; of another's export, which
    has columns we never asked for, the good rows stand and the bytes are not kept."""
    if any(one.sender not in reference.bodies() and screen.kinds_in(one.sender) for one in stored):
        words = "The sender is given as what looks like a person's details. Give the code of the body."
        raise Refusal(words, "personal.sender")
    if not receipt.profile:
        ragged = any(issue["rule"] == RAGGED for issue in receipt.issues)
        if found := unread.screen_tables(con, tables, folder, ragged):
            raise FileRefused(found)
    elif not all(one.published for one in stored):
        try:
            whole = [(table, None) for table in tables_of(checked, path, folder)]
            clean = not unread.screen_tables(con, whole, folder, True)
        except Refusal:
            clean = False
        if not clean:
            receipt.note(NOT_KEPT, NOT_KEPT_WORDS)


def _finish(con, home, file_id, stored, receipt):
    """Write the counts, make sure they add up, and settle what kind of home this is."""
    con.execute("UPDATE files SET profile = ? WHERE file_id = ?", [receipt.profile, file_id])
    for table, names in (
        ("sheets", ("sheet", "rows_read", "rows_used", "rows_held", "rows_skipped", "rows_made")),
        ("skips", ("sheet", "reason", "rows")),
        ("notes", ("sheet", "rule", "message", "rows")),
    ):
        rows = [[file_id, *(row[name] for name in names)] for row in map(_joined, getattr(receipt, table))]
        insert_rows(con, table, ("file_id", *names), rows)
    for kind in {one.kind for one in stored}:
        told = {one.return_id: one.rows_loaded for one in stored if one.kind == kind}
        counts = f"SELECT return_id, count(*) FROM {kind} WHERE return_id >= ? GROUP BY return_id"
        there = dict(con.execute(counts, [min(told)]).fetchall())
        assert there == told, (kind, there, told)
    kinds = {"synthetic" if one.synthetic else "real" for one in stored if not one.published}
    if len(kinds) == 2:
        raise Refusal("The file holds real and synthetic returns; send them apart. Nothing was loaded.")
    own = "SELECT count(*) FROM returns WHERE NOT published AND file_id <> ?"
    for kind in kinds:
        home.settle(kind, first=not con.execute(own, [file_id]).fetchone()[0])


def _joined(row: dict) -> dict:
    """A note as the ledger keeps it: what is wrong and what to do in one text."""
    return {**row, "message": f"{row['message']} {row['mend']}".strip()} if row.get("mend") else row


def _say(checked, receipt):
    """Put warnings and notes of the pre-check on the receipt, once each, with the rows they are about."""
    said = {}
    for one in checked.findings:
        if one.severity in ("warning", "note"):
            said.setdefault((one.rule, one.sheet), []).append(one)
    for (rule, sheet), found in said.items():
        one, placed = found[0], [each for each in found if each.row]
        receipt.note(rule, one.message, len(placed) or None, sheet, severity=one.severity, mend=one.mend)
        receipt.warned += [Held(sheet or "", each.row, each.column, rule, each.message, each.mend, None, each.severity)
                           for each in placed[:ROWS_KEPT]]  # fmt: skip


def _note_returns(con, stored, receipt):
    known = {sender for (sender,) in con.execute("SELECT sender FROM senders").fetchall()}
    unknown = {one.sender for one in stored if not one.published} - known
    if unknown:
        who = "The sender is" if len(unknown) == 1 else f"{len(unknown):,} senders are"
        receipt.note(
            "sender_unknown",
            f"{who} not in senders.csv, so the figures are treated as confidential and none are counted as missing.",
            severity=WARNING,
        )
    if any(one.kind == "requests" and one.extracted_on < one.period_to for one in stored):
        words = "The figures were taken before the period ended, so its last days are missing."
        receipt.note("extracted_early", words, severity=WARNING)
    stale = sum(one.status == "stale" for one in stored)
    if stale:
        words = f"{stale:,} of the returns are older than what was sent before; they do not count."
        receipt.note("stale", words, severity=WARNING)


def _key(home, kind) -> bytes:
    """The reference key; a check by someone without a home needs none that lasts."""
    if "request_ref" not in contract(kind).names:
        return b""
    try:
        return reference_key(home)
    except Refusal:
        if home.warehouse.is_file():
            raise
        return secrets.token_bytes(32)


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
