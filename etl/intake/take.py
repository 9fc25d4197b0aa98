"""Takes what one file holds, inside its transaction: rows kept and held, all else screened, the receipt filled."""

import secrets

from etl import reference, working
from etl.errors import Refusal
from etl.home import reference_key
from etl.intake import holding, ownership, screen, unread
from etl.intake.batches import batches, tell_examples
from etl.intake.changes import changes, jumps
from etl.intake.contracts import contract
from etl.intake.crosscheck import cross_check
from etl.intake.finding import FileRefused
from etl.intake.identifiers import COMPILED
from etl.intake.keep import keep
from etl.intake.ladder import point_out, point_out_few
from etl.intake.lines import RAGGED
from etl.intake.playback import playback
from etl.intake.receipt import ROWS_KEPT, WARNING, Held
from etl.intake.received import NOT_KEPT
from etl.intake.tables import tables as tables_of
from etl.warehouse import insert_rows

NOT_KEPT_WORDS = "Something in it looks like details of a person, so the file itself is not kept; its good rows are."
NOTHING = "No row passed the checks. Nothing was loaded, and what was there before still stands."


def take(con, home, source, checked, file_id, receipt):
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
    for kind, first in _kind(con, stored, file_id):
        home.must_hold(kind, first)
    receipt.playback, receipt.changes = playback(con, stored), changes(con, stored)
    jumps(con, stored, receipt)
    point_out(con, stored, receipt)
    point_out_few(con, stored, receipt)
    _note_returns(con, stored, receipt)
    cross_check(con, stored, receipt)
    return stored


def _is_of_a_person(sender) -> bool:
    """Whether a sender looks like a person's details. A date is no name of a body, and may be one of birth."""
    return bool(screen.kinds_in(sender)) or any(COMPILED[kind].search(sender) for kind in ("whole_date", "packed_date"))


def _screen_rest(con, path, checked, tables, stored, receipt, folder):
    """Screen what is in the file and was not loaded. A return of ours is refused for it; of another's export, which
    has columns we never asked for, the good rows stand and the bytes are not kept."""
    if any(one.sender not in reference.bodies() and _is_of_a_person(one.sender) for one in stored):
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


def finish(con, home, file_id, stored, receipt):
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
    for kind, first in _kind(con, stored, file_id):
        home.settle(kind, first)


def _kind(con, stored, file_id):
    """Whether the file's returns are real or synthetic, and whether they are the home's first: a pair, or none for
    returns that are published anyway. Refusal when it holds both."""
    kinds = {"synthetic" if one.synthetic else "real" for one in stored if not one.published}
    if len(kinds) == 2:
        raise Refusal("The file holds real and synthetic returns; send them apart. Nothing was loaded.")
    own = "SELECT count(*) FROM returns WHERE NOT published AND file_id <> ?"
    return [(kind, not con.execute(own, [file_id]).fetchone()[0]) for kind in kinds]


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
