"""Lists the rows that are held: one entry a broken rule, with the row's own number, never with what it held."""

from etl.intake import contracts
from etl.intake.contracts import contract
from etl.intake.ladder import SETS, TOTALS
from etl.intake.receipt import HELD, ROWS_KEPT, Held, issue
from etl.intake.rules import Rule, rules, type_rules
from etl.intake.staging import is_bounded, nearest
from etl.warehouse import insert_rows, quoted

RAGGED = Rule(
    "ragged_row",
    None,
    "_flaw = 'ragged_row'",
    "The row has more or fewer cells than the header.",
    "Check for a missing or surplus comma, or a comma inside a text without quotation marks.",
)
DUPLICATES = (
    Rule(
        "duplicate_in_file",
        None,
        "duplicate = 'duplicate_in_file'",
        "An earlier row of this file is about the same thing.",
        "Keep one of the rows; the earlier one was used.",
    ),
    Rule(
        "duplicate_in_other_return",
        "request_ref",
        "duplicate = 'duplicate_in_other_return'",
        "The same reference stands in another return of this sender, for another period.",
        "A request belongs to the return of the period in which it was received.",
    ),
)


SAME_RETURN = " AND ".join(
    f"a.{name} = s.{name}" for name in ("sender", "reported_by", "period_from", "period_to", "extracted_on")
)


def hold(con, kind: str, file_id: int) -> list[dict]:
    """Write `held` from `staged`, and return the issues (etl.intake.receipt.issue), most rows first.

    Needs the temporary table `arriving`; a row whose facts fit no return is held for none.
    """
    broken = _broken(con, kind)
    _nearest_codes(con, kind, broken)
    for rule, condition, _ in broken:
        con.execute(_insert(rule, condition), [file_id])
    found = [issue(HELD, rule.id, rule.sentence, rule.mend, rows, column=rule.column) for rule, _, rows in broken]
    return sorted(found, key=lambda one: -one["rows"])


def hold_findings(con, file_id: int, findings) -> list[dict]:
    """Hold the staged rows that a pre-check or screen found wanting (intake.finding.Finding), where they are rows."""
    staged = con.execute("SELECT _sheet, _row FROM staged WHERE _flaw IS NOT NULL").fetchall()
    rows, counts = [], {}
    for sheet, row in staged:
        for one in findings:
            if one.row == row and one.sheet in (None, sheet):
                said = (one.rule, one.message, one.mend, one.column)
                rows.append([file_id, sheet, row, one.column, one.rule, one.message, one.mend])
                counts[said] = counts.get(said, 0) + 1
    insert_rows(con, "held", ("file_id", "sheet", "row", "column_name", "rule", "message", "mend"), rows)
    return [issue(HELD, rule, wrong, mend, rows, column=at) for (rule, wrong, mend, at), rows in counts.items()]


def listed(con, file_id: int) -> list[Held]:
    """The first held rows of a file, in the file's order."""
    rows = con.execute(
        f"""SELECT sheet, row, column_name, rule, message, coalesce(mend, ''), nearest FROM held WHERE file_id = ?
            ORDER BY sheet, row, column_name, rule LIMIT {ROWS_KEPT}""",
        [file_id],
    ).fetchall()
    return [Held(*row) for row in rows]


def _broken(con, kind):
    """(rule, SQL condition, rows) of each rule that some staged row breaks."""
    types = type_rules(contract(kind))
    bit_of = {rule.column: 1 << place for place, rule in enumerate(types)}
    fields = (*contract(kind).fields, *contract("cover").fields)
    checks = []
    for place, (rule, field) in enumerate(zip(types, fields, strict=True)):
        checks += _of_type(rule, field, f"type_mask & {1 << place} <> 0")
    for place, rule in enumerate(rules(kind)):
        # A cell that is not of its type is NULL to every other rule: it is told of once, as what it is.
        told = f" AND type_mask & {bit_of[rule.column]} = 0" if rule.column in bit_of else ""
        checks.append((rule, f"mask & {1 << place} <> 0{told} AND _flaw IS NULL"))
    checks += [(rule, rule.condition) for rule in (RAGGED, *DUPLICATES, *SETS)]
    counts = con.execute(f"SELECT {', '.join(f'count(*) FILTER ({sql})' for _, sql in checks)} FROM staged").fetchone()
    return [(rule, sql, rows) for (rule, sql), rows in zip(checks, counts, strict=True) if rows]


def _of_type(rule, field, broken):
    """The checks of a column's type: in a count, a number that was withheld is told apart from what is no number."""
    if field.codes:
        labels = ", ".join(map(quoted, TOTALS))
        total = Rule(
            f"total_in_{field.name}",
            field.name,
            "",
            f"{field.title} says that the row is a total, and the rows it adds up would be counted twice.",
            "Leave rows of totals out.",
        )
        is_total = f"coalesce(lower(raw_{field.name}) IN ({labels}), false)"
        return [(total, f"{broken} AND {is_total}"), (rule, f"{broken} AND NOT {is_total}")]
    if field.type not in ("integer", "number"):
        return [(rule, broken)]
    bounded = Rule(
        f"bounded_{field.name}",
        field.name,
        "",
        f"{field.title} says that there are some and not how many: it is neither missing nor 0, and is never read so.",
        "Give the number itself if you may; counts that are only known within bounds cannot be loaded yet.",
    )
    known = is_bounded(field)
    return [(bounded, f"{broken} AND {known}"), (rule, f"{broken} AND NOT {known}")]


def _nearest_codes(con, kind, broken):
    con.execute("CREATE OR REPLACE TEMP TABLE nearest_codes (column_name VARCHAR, said VARCHAR, code VARCHAR)")
    for rule, _, _ in broken:
        field = contract(kind)[rule.column] if rule.column in contract(kind).names else None
        if rule.id.startswith("type_") and field and field.codes:
            pairs = [[field.name, said, code] for said, code in nearest(con, field).items()]
            if pairs:
                con.executemany("INSERT INTO nearest_codes VALUES (?, ?, ?)", pairs)


def _insert(rule: Rule, condition: str) -> str:
    column = quoted(rule.column) if rule.column else "NULL"
    suggested = "NULL"
    if rule.id.startswith("type_") and rule.column not in contracts.facts():
        suggested = f"""(SELECT min(n.code) FROM nearest_codes AS n
                         WHERE n.column_name = {column} AND n.said = left(s.raw_{rule.column}, 80))"""
    return f"""
        INSERT INTO held (file_id, return_id, sheet, row, column_name, rule, message, mend, nearest)
        SELECT ?, a.return_id, s._sheet, s._row, {column}, {quoted(rule.id)}, {quoted(rule.sentence)},
               {quoted(rule.mend)}, {suggested}
        FROM (SELECT * FROM staged WHERE {condition}) AS s
        LEFT JOIN arriving AS a ON {SAME_RETURN}
    """
