"""The short way for a large, clean table of requests: typed by DuckDB while it is read, straight into the warehouse.

All or nothing: the first doubt (a cell not of its type, a broken rule, a duplicate) and the caller takes the long
way of etl.intake.staging, which can say which row and why. On a clean file both ways store the same rows.
"""

import datetime as dt
from dataclasses import replace

from etl import reference
from etl.intake import bothways, contracts, lines, returns
from etl.intake.batches import is_one
from etl.intake.contracts import contract
from etl.intake.lines import is_example, source_sql
from etl.intake.returns import Return
from etl.intake.rules import mask_sql, rules
from etl.intake.screen import SUSPECT
from etl.intake.staging import key_sql, others_sql, stored_sql
from etl.warehouse import quoted, type_name

KIND = "requests"
HELD = -1  # the return_id of a row that is in doubt, until all is rolled back
DAYS = ("period_from", "period_to", "extracted_on")
FACTS = ("sender", "reported_by", *DAYS, "synthetic", "kind")
# Conditions that hold for the whole file once its returns are known.
KNOWN = frozenset(rule.id for rule in rules(KIND) if rule.column in contracts.facts())


def insert_all(con, batch, key: bytes):
    """Insert every row: (returns as settled, rows by return), or None when any row is in doubt.

    After None the caller rolls back: rows may have been written.
    """
    fact_columns = [name for name in FACTS if name in batch.columns]
    if fact_columns == ["sender"] and _sent_by_bodies(batch.table):
        settled = _by_sender(con, batch, key)
    else:
        settled = _by_facts(con, batch, fact_columns, key)
    if not settled or not _clean(con, settled):
        return None
    counts = con.execute(f"SELECT return_id, count(*) FROM {_arrived(settled)} GROUP BY return_id")
    return settled, dict(counts.fetchall())


def _by_sender(con, batch, key):
    """One pass: a body's place in its list gives its return's number, so the senders need not be known before."""
    whole = _return({**batch.said, "sender": "any"})
    if whole is None:
        return None
    first = returns.last_number(con) + 1
    number = f"{first} + enum_code(said_sender)"
    _insert(
        con,
        f"SELECT *, {number} AS arriving_id, said_sender AS of_sender, {_days(whole)} FROM ({_source(batch.table)})",
        key,
    )
    places = con.execute(f"SELECT DISTINCT return_id - {first} FROM {KIND} WHERE return_id >= {first}").fetchall()
    bodies = tuple(reference.codes("bodies"))
    found = [replace(whole, sender=bodies[place], return_id=first + place) for (place,) in sorted(places)]
    return batch.settle(con, found) if found else None


def _by_facts(con, batch, fact_columns, key):
    """Two passes: first which returns there are, then the rows, each beside its return."""
    source = _source(batch.table)
    rows = [()]
    if fact_columns:
        names = ", ".join(f"said_{name}" for name in fact_columns)
        rows = con.execute(f"SELECT DISTINCT {names} FROM ({source}) ORDER BY ALL LIMIT 10000").fetchall()
    said = [{name: value for name, value in zip(fact_columns, row, strict=True) if value} for row in rows]
    found = list(dict.fromkeys(_return({**batch.said, **one}) for one in said))
    if None in found:
        return None
    settled = batch.settle(con, found)
    if len(settled) == 1:
        one = settled[0]
        rows = (
            f"SELECT *, {one.return_id} AS arriving_id, {quoted(one.sender)} AS of_sender, {_days(one)} FROM ({source})"
        )
    else:
        rows = _joined(source, fact_columns, batch.said)
    _insert(con, rows, key)
    return settled


def _return(facts: dict) -> Return | None:
    """A return of these facts, or None when one is missing or not in its form."""
    whole = {"reported_by": "holder", "synthetic": "no", "kind": KIND, **facts}
    cover = contract("cover")
    if not all(whole.get(name) and is_one(cover[name], whole[name]) for name in FACTS):
        return None
    if whole["kind"] != KIND or whole["period_to"] < whole["period_from"]:
        return None
    days = [dt.date.fromisoformat(whole[name]) for name in DAYS]
    return Return(KIND, whole["sender"], whole["reported_by"], *days, synthetic=whole["synthetic"] == "yes")


def _days(one: Return) -> str:
    return ", ".join(f"DATE '{getattr(one, name)}' AS {name}" for name in DAYS)


def _insert(con, rows: str, key: bytes) -> None:
    """Insert rows that carry arriving_id and of_sender; a row that breaks a rule gets the number HELD."""
    doubt = f"regexp_matches(request_ref, {quoted(SUSPECT)}, 'i')"
    con.execute(
        f"""
        INSERT INTO {KIND} BY NAME
        SELECT CASE WHEN ({mask_sql(KIND, KNOWN)}) = 0 AND NOT {doubt} THEN coalesce(arriving_id, {HELD})
                    ELSE {HELD} END AS return_id,
               {stored_sql(KIND)}
        FROM (SELECT *, {key_sql("of_sender", "request_ref", key)} AS request_key FROM ({rows}))
        """
    )


def _clean(con, settled) -> bool:
    """Whether nothing was rejected, held, there twice, or there before."""
    keys = f"SELECT request_key FROM {_arrived(settled)}"
    doubts = (
        "SELECT count(*) FROM reject_errors",
        f"SELECT count(*) FROM {KIND} WHERE return_id = {HELD}",
        f"SELECT count(*) - count(DISTINCT request_key) FROM {_arrived(settled)}",
        f"SELECT count(*) FROM ({keys}) WHERE request_key IN (SELECT request_key FROM ({others_sql(KIND)}))",
    )
    if bothways.may_be(con, KIND):
        mine = f"(FROM {_arrived(settled)}) AS q JOIN arriving AS a USING (return_id)"
        mine = f"SELECT 0 AS _line, a.sender, a.reported_by, q.holder_body, q.received_on FROM {mine}"
        doubts += (f"SELECT count(*) FROM ({bothways.lines_sql(KIND, mine)})",)
    return not any(con.execute(doubt).fetchone()[0] for doubt in doubts)


def _arrived(settled) -> str:
    """SQL of the rows just inserted: their returns have the highest numbers there are."""
    return f"{KIND} WHERE return_id >= {min(one.return_id for one in settled)}"


def _source(table) -> str:
    """SQL that reads the file by its own header, typed; DuckDB guesses nothing.

    Every contract column by name, NULL where the file has none, and the file's own facts as said_<fact>.
    """
    there = table.columns(KIND)
    names = {place: name for name, place in there.items()}
    types = {field.name: _type(field) for field in contract(KIND).fields}
    if [name for name in FACTS if name in there] == ["sender"]:
        types["sender"] = type_name("bodies")
    cells = [
        f"{f.name} AS {f.name}" if f.name in there else f"CAST(NULL AS {_type(f)}) AS {f.name}"
        for f in contract(KIND).fields
    ]
    cells += [f"{name} AS said_{name}" for name in FACTS if name in there]
    more = ", dateformat = '%Y-%m-%d', store_rejects = true, rejects_limit = 10"
    typed = {place: types.get(name, "VARCHAR") for place, name in names.items()}
    kept = "" if table.mark is None else f" WHERE NOT {is_example(f'c{table.mark}')}"
    return f"SELECT {', '.join(cells)} FROM {source_sql(table, typed, names, more)}{kept}"


def _type(field) -> str:
    return type_name(field.codes) if field.codes else "DATE" if field.type == "date" else "VARCHAR"


def _sent_by_bodies(table) -> bool:
    """Whether the first row's sender is a body of the register: then all are, or the long way is gone."""
    _, first = next(lines.rows(table), (0, []))
    place = table.columns(KIND)["sender"]
    return place < len(first) and first[place] in reference.codes("bodies")


def _joined(source, fact_columns, said) -> str:
    """Rows beside the return they belong to. Different texts never give one date: dates in their form are unique."""
    conditions = []
    for name in fact_columns:
        if name not in ("synthetic", "kind"):
            known = said.get(name) or ("holder" if name == "reported_by" else None)
            cell = f"coalesce(c.said_{name}, {quoted(known)})" if known else f"c.said_{name}"
            conditions.append(f"{cell} = a.{name}::VARCHAR")
    return f"""
        SELECT c.*, a.return_id AS arriving_id, coalesce(a.sender, '') AS of_sender,
               a.period_from AS period_from, a.period_to AS period_to, a.extracted_on AS extracted_on
        FROM ({source}) AS c LEFT JOIN arriving AS a ON {" AND ".join(conditions)}
    """
