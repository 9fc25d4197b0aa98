"""Keeps a batch: the good rows of each return in the warehouse, the others held, every row accounted for."""

from dataclasses import replace

from etl.intake import fastroad, holding, ladder, returns, screen, staging
from etl.intake.batches import Batch
from etl.intake.finding import FileRefused
from etl.intake.returns import Return
from etl.intake.staging import good


def keep(con, batch: Batch, findings, file_id: int, key: bytes, receipt) -> list[Return]:
    """Store one batch in the open transaction, fill the receipt, and give the returns as recorded.

    findings: what the pre-check says of single rows. A clean CSV of requests goes the short way.
    """
    batch.need_facts()
    if batch.kind in ("requests", "request_counts") and not (batch.says("reported_by")):
        receipt.note("reported_by_assumed", "Taken as reported by the holder of the data: the return does not say.")
    if batch.kind == fastroad.KIND and batch.table is not None and not findings:
        stored = _short_way(con, batch, file_id, receipt, key)
        if stored is not None:
            return stored
    return _long_way(con, batch, findings, file_id, key, receipt)


def _short_way(con, batch, file_id, receipt, key):
    """The returns as recorded, or None with the transaction as it was when the long way must be taken."""
    con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    stored = fastroad.insert_all(con, batch, key)
    if stored is None:
        # The transaction has only the file's own ledger row so far; there is no going back to a part of it.
        row = con.execute("SELECT * FROM files WHERE file_id = ?", [file_id]).fetchone()
        con.execute("ROLLBACK")
        con.execute("BEGIN")
        con.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return None
    settled, counts = stored
    read = sum(counts.values())
    receipt.sheets.append(_counted(batch.table.sheet, read, read))
    return _record(con, file_id, settled, counts, {})


def _long_way(con, batch, findings, file_id, key, receipt):
    con.execute("SET preserve_insertion_order = true")  # rows are numbered as they are read
    staging.stage(con, batch.kind, batch.lines(), batch.columns, batch.said, key)
    con.execute("SET preserve_insertion_order = false")
    for column, rows in staging.marks_read(con, batch.kind, batch.columns):
        cells = "cell holds" if rows == 1 else "cells hold"
        words = f"{rows:,} {cells} a mark for a missing value in {column.name}: read as blank, never as 0."
        receipt.note("missing_marks", words, rows)
    if "request_ref" in batch.columns:
        findings = [*findings, *_screened(con, receipt)]
    _flag(con, findings)
    settled = batch.settle(con, _found(con, batch.kind))
    staging.mark_duplicates(con, batch.kind)
    ladder.mark_sets(con, batch.kind)
    receipt.issues += holding.hold(con, batch.kind, file_id) + holding.hold_findings(con, file_id, findings)
    con.execute(
        f"""INSERT INTO {batch.kind} BY NAME
            SELECT return_id, {staging.stored_sql(batch.kind)} FROM (
                SELECT s.*, a.return_id FROM staged AS s JOIN arriving AS a ON {holding.SAME_RETURN} WHERE {good()})"""
    )
    if receipt.profile:
        _move_held(con, receipt)
    else:
        receipt.sheets += [_counted(*row) for row in _sheets(con)]
    return _record(con, file_id, settled, *_by_return(con))


def _screened(con, receipt):
    """Findings on references that look like something of a person; whole-column findings refuse the file."""
    found = screen.screen_column(con, "staged", "request_ref", row="_line")
    whole = [one for one in found if one.severity == "blocks_file"]
    if whole:
        raise FileRefused(whole, len(whole))
    for one in found:
        if one.severity == "warning":
            receipt.note(one.rule, one.message, severity=one.severity, mend=one.mend, column=one.column)
    lines = [one.row for one in found if one.severity == "blocks_row"]
    asked = "SELECT _line, _sheet, _row FROM staged WHERE list_contains(?::BIGINT[], _line)"
    places = {line: {"sheet": sheet, "row": row} for line, sheet, row in con.execute(asked, [lines]).fetchall()}
    return [replace(one, **places[one.row]) for one in found if one.severity == "blocks_row"]


def _flag(con, findings):
    """Mark in `staged` the rows that a finding holds."""
    rows = sorted({(one.sheet or "", one.row) for one in findings if one.row})
    if rows:
        con.execute("CREATE OR REPLACE TEMP TABLE flagged (sheet VARCHAR, row INTEGER)")
        con.executemany("INSERT INTO flagged VALUES (?, ?)", rows)
        con.execute(
            """UPDATE staged SET _flaw = coalesce(_flaw, 'finding') FROM flagged AS f
               WHERE staged._row = f.row AND f.sheet IN ('', staged._sheet)"""
        )


def _found(con, kind) -> list[Return]:
    """The returns that good staged rows belong to."""
    names = ("sender", "reported_by", "period_from", "period_to", "extracted_on")
    rows = con.execute(
        f"SELECT DISTINCT {', '.join(names)}, synthetic FROM staged WHERE {good()} ORDER BY ALL"
    ).fetchall()
    return [Return(kind, *row[:5], synthetic=row[5] == "yes") for row in rows]


def _by_return(con):
    """Rows used and rows held, by return."""
    rows = con.execute(
        f"""SELECT a.return_id, count(*) FILTER ({good()}), count(*) FILTER (NOT ({good()}))
            FROM staged AS s JOIN arriving AS a ON {holding.SAME_RETURN} GROUP BY a.return_id"""
    ).fetchall()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _sheets(con):
    return con.execute(
        f"SELECT _sheet, count(*), count(*) FILTER ({good()}) FROM staged GROUP BY _sheet ORDER BY min(_line)"
    ).fetchall()


def _move_held(con, receipt):
    """A source row none of whose contract rows passed was not used after all, but held."""
    held = con.execute(
        f"""SELECT _sheet, count(*) FROM (SELECT _sheet, _row, bool_or({good()}) AS passed FROM staged
                                          WHERE _row IS NOT NULL GROUP BY ALL) WHERE NOT passed GROUP BY ALL"""
    )
    for sheet, rows in held.fetchall():
        for one in receipt.sheets:
            if one["sheet"] == sheet:
                moved = min(rows, one["rows_used"])
                one["rows_used"], one["rows_held"] = one["rows_used"] - moved, one["rows_held"] + moved


def _counted(sheet, read, used):
    return {"sheet": sheet, "rows_read": read, "rows_used": used, "rows_held": read - used, "rows_skipped": 0,
            "rows_made": used}  # fmt: skip


def _record(con, file_id, settled, loaded, held) -> list[Return]:
    """Write the returns that have rows."""
    whole = [
        replace(one, rows_loaded=loaded[one.return_id], rows_held=held.get(one.return_id, 0))
        for one in settled
        if loaded.get(one.return_id)
    ]
    if whole:
        returns.add_returns(con, file_id, whole)
    return whole
