"""The short way for a large, clean CSV of requests: typed by DuckDB while it is read, straight into the warehouse.

All or nothing: the first doubt (a cell not of its type, a broken rule, a duplicate) and the caller takes the long
way of etl.staging, which can say which row and why. On a clean file both ways store the same rows.
"""

import datetime as dt

from etl import contracts
from etl.contracts import contract

from etl.returns import Return
from etl.rules import mask_sql, rules
from etl.staging import key_sql, others_sql, stored_sql
from etl.warehouse import quoted, type_name

KIND = "requests"
HELD = -1  # the return_id of a row that breaks a rule, until all is rolled back
DAYS = ("period_from", "period_to", "extracted_on")
FACTS = ("sender", "reported_by", *DAYS, "synthetic")


def returns_in(con, table, said: dict) -> list[Return] | None:
    """The returns in the file by the facts in its columns, or None when the long way must say what is wrong."""
    columns = [name for name in FACTS if name in table.columns(KIND)]
    if columns:
        names = ", ".join(f"{name} AS {name}" for name in columns)
        rows = con.execute(f"SELECT DISTINCT {names} FROM {_source(table)} LIMIT 10000").fetchall()
    else:
        rows = [()]
    found = [_return({**said, **{k: v for k, v in zip(columns, row, strict=True) if v}}) for row in rows]
    return None if None in found else found


def _return(facts: dict) -> Return | None:
    try:
        days = [dt.date.fromisoformat(facts[name]) for name in DAYS]
    except (KeyError, ValueError):
        return None
    if any(day.isoformat() != facts[name] for name, day in zip(DAYS, days, strict=True)):
        return None
    reported_by, synthetic = facts.get("reported_by", "holder"), facts.get("synthetic", "no")
    if reported_by not in ("holder", "requester") or synthetic not in ("yes", "no") or not facts.get("sender"):
        return None
    return Return(KIND, facts["sender"], reported_by, *days, synthetic=synthetic == "yes")


def insert(con, table, said: dict, settled: list[Return], key: bytes) -> int | None:
    """Insert every row of the file; its count, or None when any row is in doubt (the caller then rolls back)."""
    holds = frozenset(rule.id for rule in rules(KIND) if rule.column in contracts.facts())
    source, facts = f"SELECT {_cells(table)} FROM {_source(table)}", ""
    if len(settled) == 1:
        one = settled[0]
        days = {name: f"DATE '{getattr(one, name)}'" for name in DAYS}
        facts = ", ".join(f"{value} AS {name}" for name, value in days.items())
        rows = f"SELECT *, {one.return_id} AS arriving_id, {quoted(one.sender)} AS of_sender, {facts} FROM ({source})"
    else:
        rows = _joined(table, source, said)
    read = con.execute(
        f"""
        INSERT INTO {KIND} BY NAME
        SELECT CASE WHEN ({mask_sql(KIND, holds)}) = 0 THEN arriving_id ELSE {HELD} END AS return_id,
               {stored_sql(KIND)}
        FROM (SELECT *, {key_sql("of_sender", "request_ref", key)} AS request_key FROM ({rows}))
        """
    ).fetchone()[0]
    return read if _clean(con) else None


def _clean(con) -> bool:
    """Whether nothing was rejected, held or there before."""
    if con.execute("SELECT count(*) FROM reject_errors").fetchone()[0]:
        return False
    if con.execute(f"SELECT count(*) FROM {KIND} WHERE return_id = {HELD}").fetchone()[0]:
        return False
    twice = f"""
        SELECT count(*) FROM (SELECT request_key FROM {KIND} WHERE return_id IN (SELECT return_id FROM arriving)
                              GROUP BY request_key HAVING count(*) > 1)
    """
    if con.execute(twice).fetchone()[0]:
        return False
    others = con.execute(f"SELECT count(*) FROM ({others_sql(KIND)})").fetchone()[0]
    if not others:
        return True
    again = f"""
        SELECT count(*) FROM {KIND} WHERE return_id IN (SELECT return_id FROM arriving)
        AND request_key IN (SELECT request_key FROM ({others_sql(KIND)}))
    """
    return not con.execute(again).fetchone()[0]


def _source(table) -> str:
    """SQL that reads the file by its own header, typed; DuckDB guesses nothing."""
    places = {place: name for name, place in table.columns(KIND).items()}
    typed = {field.name: _type(field) for field in contract(KIND).fields}
    shapes = [
        f"{quoted(places.get(place, f'_other_{place}'))}: {quoted(typed.get(places.get(place), 'VARCHAR'))}"
        for place in range(len(table.header))
    ]
    return (
        f"read_csv({quoted(table.path)}, columns = {{{', '.join(shapes)}}}, auto_detect = false, header = true, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '', dateformat = '%Y-%m-%d', store_rejects = true, rejects_limit = 10)"
    )


def _type(field) -> str:
    return type_name(field.codes) if field.codes else "DATE" if field.type == "date" else "VARCHAR"


def _cells(table) -> str:
    """Every contract column by name, NULL where the file has none, and the file's own facts as text."""
    there = table.columns(KIND)
    cells = [
        f"{f.name} AS {f.name}" if f.name in there else f"CAST(NULL AS {_type(f)}) AS {f.name}"
        for f in contract(KIND).fields
    ]
    return ", ".join([*cells, *(f"{name} AS said_{name}" for name in FACTS if name in there)])


def _joined(table, source, said) -> str:
    """Rows beside the return they belong to. Different texts never give one date: the dates are ISO."""
    there = table.columns(KIND)
    conditions = []
    for name in ("sender", "reported_by", "period_from", "period_to", "extracted_on"):
        if name in there:
            known = said.get(name) or ("holder" if name == "reported_by" else None)
            cell = f"coalesce(c.said_{name}, {quoted(known)})" if known else f"c.said_{name}"
            conditions.append(f"{cell} = a.{name}::VARCHAR")
    return f"""
        SELECT c.*, coalesce(a.return_id, {HELD}) AS arriving_id, coalesce(a.sender, '') AS of_sender,
               a.period_from AS period_from, a.period_to AS period_to, a.extracted_on AS extracted_on
        FROM ({source}) AS c LEFT JOIN arriving AS a ON {" AND ".join(conditions)}
    """
