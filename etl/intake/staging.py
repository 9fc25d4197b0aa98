"""Turns text rows into typed rows with a mask of broken rules, in a temporary table called `staged`.

Columns: _line, _sheet, _row, _flaw; every contract column and fact, typed; raw_<column> only where a cell is not of
its type (so that the nearest code can be named); request_key; mask and type_mask; marked (a bit an optional column
whose cell held a mark for a missing value); duplicate (a rule id or NULL).
"""

from etl import reference
from etl.intake import contracts
from etl.intake.contracts import Contract, Field, contract
from etl.intake.rules import mask_sql, rules, type_rules
from etl.warehouse import quoted, type_name

# What senders write for "nothing here", in lower case. A mark is never 0. In the code of a body NA could be a name.
MISSING = ("-", "na", "n/a", "no data", "..", "[x]", "[z]")
NOT_FOR_BODIES = ("na",)
# What senders write for "some, and too few to say": known to lie within bounds, so neither missing nor 0.
BOUNDED = ("[c]", "c", "*", "[low]", "low", "[k]", "k")
BOUNDED_SHAPE = "[<≤] *[0-9]{1,3}"
NEAREST_OF = 500  # distinct wrong values a column for which the nearest code is looked up
# Kinds whose rows carry dates that can stand for the period of the return: by file, or each wave its own return.
PERIODS = {
    "request_counts": ("min(period_start) OVER ()", "max(period_end) OVER ()"),
    "agreements": ("min(period_start) OVER ()", "max(period_end) OVER ()"),
    "awareness": ("fieldwork_start", "fieldwork_end"),
}


def stage(con, kind: str, lines: str, columns, said: dict, key: bytes) -> None:
    """Make `staged` from the relation `lines`, which has these text `columns`; `said` are facts said elsewhere."""
    one, cover = contract(kind), contract("cover")
    fields = (*one.fields, *cover.fields)
    raw = ", ".join(f"{_raw(field, columns)} AS raw_{field.name}" for field in fields)
    unmarked, marked = _marks(kind, columns)
    typed = ", ".join(f"{typed_sql(field)} AS {field.name}" for field in fields)
    facts = ", ".join(f"{_fact(field, kind, said)} AS {field.name}" for field in cover.fields)
    types = type_rules(one)
    bits = [f"CASE WHEN {rule.condition} THEN {1 << place}::UBIGINT ELSE 0 END" for place, rule in enumerate(types)]
    type_mask = " | ".join(f"({bit})" for bit in bits)
    wrong = ", ".join(f"CASE WHEN {rule.condition} THEN raw_{rule.column} END AS raw_{rule.column}" for rule in types)
    con.execute("DROP TABLE IF EXISTS staged")
    con.execute(
        f"""
        CREATE TEMP TABLE staged AS
        WITH found AS (SELECT _line::BIGINT AS _line, _sheet, _row::INTEGER AS _row, _flaw, {raw} FROM {lines}),
        raw AS (SELECT *{unmarked}, {marked} AS marked FROM found),
        typed AS (SELECT *, {typed} FROM raw),
        judged AS (SELECT *, {type_mask} AS type_mask FROM typed),
        whole AS (SELECT * REPLACE ({wrong}), kind AS said_kind, {quoted(kind)} AS recognised_kind FROM judged),
        known AS (SELECT * REPLACE ({facts}) FROM whole)
        SELECT * EXCLUDE (said_kind, recognised_kind), {_key(one, key)} AS request_key, {mask_sql(kind)} AS mask,
               CAST(NULL AS VARCHAR) AS duplicate
        FROM known
        """
    )


def good() -> str:
    """SQL condition of a staged row that breaks nothing."""
    return "mask = 0 AND type_mask = 0 AND _flaw IS NULL AND duplicate IS NULL"


def _marks(kind, columns):
    """SQL that blanks the marks in optional columns, and SQL of a row's bits of the columns that held one."""
    held = {one.name: _is_missing(one) for one in _may_be_marked(kind) if one.name in columns}
    blanked = ", ".join(f"CASE WHEN NOT ({test}) THEN raw_{name} END AS raw_{name}" for name, test in held.items())
    bits = [f"CASE WHEN {test} THEN {1 << place} ELSE 0 END" for place, test in enumerate(held.values())]
    return f" REPLACE ({blanked})" if held else "", f"({' | '.join(bits) or '0'})::BIGINT"


def _may_be_marked(kind):
    return [field for field in contract(kind).fields if not field.required]


def _is_missing(field):
    marks = [mark for mark in MISSING if field.codes != "bodies" or mark not in NOT_FOR_BODIES]
    return f"coalesce(lower(raw_{field.name}) IN ({', '.join(map(quoted, marks))}), false)"


def marks_read(con, kind: str, columns) -> list[tuple[Field, int]]:
    """The optional columns in which marks for a missing value were read as blank, and in how many rows."""
    fields = [field for field in _may_be_marked(kind) if field.name in columns]
    counts = ", ".join(f"count(*) FILTER (marked & {1 << place} <> 0)" for place in range(len(fields)))
    rows = con.execute(f"SELECT {counts} FROM staged").fetchone() if fields else ()
    return [(field, count) for field, count in zip(fields, rows, strict=True) if count]


def is_bounded(field: Field) -> str:
    """SQL condition: a cell of a count says that there are some, and not how many."""
    raw = f"lower(raw_{field.name})"
    return f"({raw} IN ({', '.join(map(quoted, BOUNDED))}) OR regexp_full_match({raw}, {quoted(BOUNDED_SHAPE)}))"


def typed_sql(field: Field) -> str:
    """SQL that turns raw_<column> into the column's type, or NULL. Codes may differ in case and spaces."""
    raw = f"raw_{field.name}"
    if field.codes:
        kind = type_name(field.codes)
        lower = f"lower(regexp_replace({raw}, '[ -]+', '_', 'g'))"
        return f"coalesce(TRY_CAST({raw} AS {kind}), TRY_CAST(upper({raw}) AS {kind}), TRY_CAST({lower} AS {kind}))"
    if field.enum:
        return f"CASE WHEN lower({raw}) IN ({', '.join(map(quoted, field.enum))}) THEN lower({raw}) END"
    if field.type == "date":
        day, midnight = r"\d{4}-\d{1,2}-\d{1,2}", r"([ T]00:00:00(\.0+)?)?"
        only = f"TRY_CAST(regexp_extract({raw}, '{day}') AS DATE)"
        return f"CASE WHEN regexp_full_match({raw}, '{day}{midnight}') THEN {only} END"
    if field.type == "integer":
        return f"CASE WHEN regexp_full_match({raw}, '-?\\d{{1,9}}(\\.0+)?') THEN split_part({raw}, '.', 1)::INTEGER END"
    if field.type == "number":
        # A number that begins with 0 is a telephone number or a code.
        return f"CASE WHEN regexp_full_match({raw}, '-?(0|[1-9]\\d{{0,14}})(\\.\\d+)?') THEN {raw}::DOUBLE END"
    if field.name in contracts.facts() and field.pattern:
        return f"CASE WHEN regexp_full_match({raw}, {quoted(field.pattern.strip('^$'))}) THEN {raw} END"
    return raw


def key_sql(sender: str, reference: str, key: bytes) -> str:
    """SQL of the number a request is known by: 8 bytes of SHA-256 of key, sender and reference, 0x1f between."""
    between = b"\x1f"
    parts = f"{_blob(key + between)} || encode({sender}) || {_blob(between)} || encode({reference})"
    return f"CAST('0x' || left(sha256({parts}), 16) AS UBIGINT)"


def mark_duplicates(con, kind: str) -> None:
    """Set `duplicate` on good rows whose key stands in an earlier row of the file or in another current return."""
    one = contract(kind)
    if not one.key:
        return
    key = ", ".join("request_key" if name == "request_ref" else name for name in one.key)
    whole = f"sender, reported_by, {key}"
    twice = f"SELECT {whole} FROM staged WHERE {good()} GROUP BY ALL HAVING count(*) > 1"
    con.execute(
        f"""
        UPDATE staged SET duplicate = 'duplicate_in_file'
        FROM (SELECT _line AS line, row_number() OVER (PARTITION BY {whole} ORDER BY _line) AS nth
              FROM staged SEMI JOIN ({twice}) AS twice USING ({whole})
              WHERE {good()}) AS counted
        WHERE counted.line = staged._line AND nth > 1
        """
    )
    if "request_ref" in one.key:
        con.execute(
            f"""
            UPDATE staged SET duplicate = 'duplicate_in_other_return'
            WHERE {good()} AND ({key}) IN (SELECT ({key}) FROM ({others_sql(kind)}))
            """
        )


def others_sql(kind: str) -> str:
    """SQL of the rows of this kind in current returns of the same senders that this file does not replace.

    Needs the temporary table `arriving` (etl.intake.returns): the returns in this file.
    """
    return f"""
        SELECT stored.* FROM {kind} AS stored
        JOIN returns AS r ON r.return_id = stored.return_id AND r.status = 'current' AND r.kind = {quoted(kind)}
        WHERE EXISTS (SELECT 1 FROM arriving AS a WHERE a.sender = r.sender AND a.reported_by = r.reported_by)
          AND NOT EXISTS (SELECT 1 FROM arriving AS a WHERE a.sender = r.sender AND a.reported_by = r.reported_by
                          AND a.period_from = r.period_from AND a.period_to = r.period_to)
    """


def stored_sql(kind: str) -> str:
    """SELECT list of a kind's table from typed rows: blanks of optional codes become not_stated."""
    items = []
    for field in contract(kind).fields:
        if field.name == "request_ref":
            items.append("request_key")
        elif field.codes and not field.required and "not_stated" in reference.codes(field.codes):
            # The constant has the column's type: as text, every cell would become text and a code again.
            blank = f"'not_stated'::{type_name(field.codes)}"
            items.append(f"coalesce({field.name}, {blank}) AS {field.name}")
        elif field.name in ("weight_sum", "weight_sum_squares"):
            items.append(f"coalesce({field.name}, respondents) AS {field.name}")
        else:
            items.append(field.name)
    return ", ".join(items)


def nearest(con, field: Field) -> dict[str, str]:
    """Wrong text of a code column to the code it is nearest to, by code or label; none when none is near."""
    if field.codes == "answers":
        return {}
    found = con.execute(
        f"SELECT DISTINCT left(raw_{field.name}, 80) FROM staged WHERE raw_{field.name} IS NOT NULL LIMIT {NEAREST_OF}"
    )
    near = {text: reference.nearest(text, field.codes) for (text,) in found.fetchall()}
    return {text: code for text, code in near.items() if code}


def _raw(field, columns):
    return f"nullif(trim({field.name}), '')" if field.name in columns else "CAST(NULL AS VARCHAR)"


def _fact(field: Field, kind, said):
    """A fact of the row: its own cell, else what was said for the whole file, else what its kind falls back on."""
    parts = [field.name]
    if said.get(field.name):
        parts.append(f"{quoted(said[field.name])}::{'DATE' if field.type == 'date' else 'VARCHAR'}")
    if field.name in ("period_from", "period_to") and kind in PERIODS:
        parts.append(PERIODS[kind][field.name == "period_to"])
    if field.name == "extracted_on" and kind != "requests":
        parts.append(_fact(contract("cover")["period_to"], kind, said))
    defaults = {"reported_by": "'holder'", "synthetic": "'no'", "kind": quoted(kind)}
    parts += [defaults[field.name]] if field.name in defaults else []
    return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]


def _key(one: Contract, key):
    if "request_ref" not in one.names:
        return "CAST(NULL AS UBIGINT)"
    return key_sql("sender", "request_ref", key)


def _blob(raw: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02x}" for byte in raw) + "'::BLOB"


def rule_of(kind: str, name: str):
    """The rule with this id among all checks of a kind."""
    return next(rule for rule in (*rules(kind), *type_rules(contract(kind))) if rule.id == name)
