"""One [[take]] of a profile: from the tables of its sheets to contract rows, with every source row accounted for."""

from dataclasses import dataclass, field

from etl.errors import Refusal
from etl.profile import checks as profile_checks
from etl.profile import kinds as profile_kinds
from etl.profile.file import FACTS, Take
from etl.profile.sql import OWN, attempt, literal, quoted, run, source, typed

TOTAL = "a total, checked against what it sums"
PLACE = ("_sheet", "_row")


@dataclass
class Work:
    """A take under way, and what it has made: rows with `_sheet` and `_row`, and the fate of rows by (sheet, row)."""

    con: object
    take: Take
    where: str
    expressions: dict
    fields: dict
    columns: list
    rows: list = field(default_factory=list)
    used: set = field(default_factory=set)
    held_rows: set = field(default_factory=set)
    skipped: dict = field(default_factory=dict)
    held: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    def run(self, sql, tried=(), table="source"):
        """Run SQL; `tried` are (label, expression) pairs of the profile, so that a mistake is told by its label."""
        return run(self.con, sql, self.where, tried, table)

    def hold(self, column, rule, message, places):
        """Hold the rows at these (sheet, row) places for one reason."""
        self.held += [(sheet, row, column, rule, message) for sheet, row in places]
        self.held_rows.update(places)


def work(con, profile, take, tables, number):
    """Carry out a take on the tables of its sheets and return the Work with what it made."""
    where = f"{profile.name}, take {number}"
    fields = profile_kinds.columns(take.kind)
    constants = {name: value for name, value in profile.constants.items() if name in fields}
    fixed = {name: literal(value) for name, value in {**constants, **take.constants}.items()}
    expressions = {name: sql for name, sql in {**fixed, **take.columns}.items() if name not in take.counts}
    at = Work(con, take, where, expressions, fields, source(con, tables))
    for table in tables:
        if table.marked:
            words = f"Cells read as blank because they hold a mark of a missing figure ({', '.join(take.missing)})."
            at.notes.append((table.sheet, "missing_mark", words, table.marked))
    _complete(at)
    _skip(at)
    profile_checks.say(at)
    profile_checks.totals(at)
    profile_checks.repeated(at)
    _make(at, _unpivot(at))
    _hold(at)
    _drop_held(at)
    if take.once:
        _once(at)
    at.rows = _counted(at)
    return at


def _complete(at):
    strange = [name for name in at.take.counts if name not in at.fields]
    if strange:
        raise Refusal(f"Profile {at.where}, counts: {at.take.kind} has no column {', '.join(strange)}.")
    given = {*at.expressions, *at.take.counts}
    lacking = [name for name, one in at.fields.items() if one.required and name not in given]
    if lacking:
        raise Refusal(f"Profile {at.where}, columns: {at.take.kind} requires {', '.join(lacking)}; say where from.")


def _skip(at):
    """Give each source row the number of the first skip condition it meets, if any."""
    pairs = [tuple(pair) for pair in at.take.skip]
    if "row" in at.take.total:
        pairs.append((at.take.total["row"], TOTAL))
    cases = " ".join(f"WHEN coalesce({attempt(sql)}, false) THEN {number}" for number, (sql, _) in enumerate(pairs))
    number = f"CASE {cases} END" if cases else "CAST(NULL AS INTEGER)"
    tried = [(f"skip {number}", attempt(sql)) for number, (sql, _) in enumerate(pairs, 1)]
    at.run(f"CREATE OR REPLACE TABLE lines AS SELECT *, {number} AS _skip, false AS _again FROM source", tried)
    for sheet, row, number in at.run("SELECT _sheet, _row, _skip FROM lines WHERE _skip IS NOT NULL"):
        at.skipped[sheet, row] = pairs[number][1]


def melted(at):
    """The columns an unpivot turns into rows."""
    told = at.take.unpivot
    apart = {*told.get("keep", []), *told.get("drop", []), at.take.total.get("column")}
    return [name for name in at.columns if name not in apart] if told else []


def _unpivot(at):
    """Turn the columns of a transposed table into rows; blank cells make none. Returns the name of the table."""
    told = at.take.unpivot
    if not told:
        return "lines"
    missing = {*told["keep"], *told.get("drop", [])} - set(at.columns)
    if missing:
        raise Refusal(f"Profile {at.where}, unpivot: no column {', '.join(sorted(missing))} under the header.")
    picked = ", ".join(map(quoted, [*OWN, "_skip", "_again", *told["keep"], *melted(at)]))
    into = f"INTO NAME {quoted(told['name'])} VALUE {quoted(told['value'])}"
    columns = ", ".join(map(quoted, melted(at)))
    at.run(f"CREATE OR REPLACE TABLE melted AS UNPIVOT (SELECT {picked} FROM lines) ON {columns} {into}")
    return "melted"


def _make(at, table):
    """Work out the columns of every row that is neither skipped nor a second one of its id."""
    made = ", ".join(
        f"{typed(sql, at.fields[name].type if name in at.fields else 'text')} AS {quoted(name)}"
        for name, sql in at.expressions.items()
    )
    tried = [(f"column {name}", attempt(sql)) for name, sql in at.expressions.items()]
    what = f"SELECT _sheet, _row, {made} FROM {table} WHERE _skip IS NULL AND NOT _again"
    at.run(f"CREATE OR REPLACE TABLE made AS {what}", tried, table)


def _hold(at):
    """Hold the rows that lack what the contract requires, or hold a code that its list lacks."""
    for name, sql in at.expressions.items():
        one = at.fields.get(name)
        places = f"SELECT DISTINCT _sheet, _row FROM made WHERE {quoted(name)} {{}} ORDER BY ALL"
        # A helper column, that no contract names, is there because a count rests on it.
        if one.required if one else name not in FACTS:
            message = f"{name}: the profile gets no value from this row with {sql}; mend the cell or the profile."
            at.hold(name, "no_value", message, at.run(places.format("IS NULL")))
        if one and one.codes:
            known = ", ".join(map(literal, sorted(one.codes)))
            message = f"{name}: what the profile makes of this row is not in the code list; mend the profile's map."
            at.hold(name, "unknown_code", message, at.run(places.format(f"NOT IN ({known})")))


def _drop_held(at):
    """A source row is used whole or held whole: of a transposed row with one bad cell none is taken."""
    lines = at.run("SELECT _sheet, _row FROM lines WHERE _skip IS NULL")
    at.used = set(lines) - at.held_rows
    at.con.execute("CREATE OR REPLACE TABLE held_rows (_sheet VARCHAR, _row INTEGER)")
    if at.held_rows:
        sheets, rows = zip(*at.held_rows, strict=True)
        at.con.execute("INSERT INTO held_rows SELECT unnest($1), unnest($2)", [list(sheets), list(rows)])
        at.run("DELETE FROM made WHERE (_sheet, _row) IN (SELECT (_sheet, _row) FROM held_rows)")


def _once(at):
    """Give every item one value of a column: the one most of its rows have, else the one met first."""
    what, under = at.take.once["of"], at.take.once["column"]
    item, column = quoted(what), quoted(under)
    at.run(
        f"""CREATE OR REPLACE TABLE best AS
            SELECT item, value, count(*) OVER (PARTITION BY item) AS several
            FROM (SELECT {item} AS item, {column} AS value, count(*) AS rows, min(rowid) AS first
                  FROM made GROUP BY ALL)
            QUALIFY row_number() OVER (PARTITION BY item ORDER BY rows DESC, first) = 1""",
        [("once", item), ("once", column)],
        "made",
    )
    moved = at.run("SELECT count(*) FROM best WHERE several > 1")[0][0]
    found = f"SELECT _sheet, count(*) FROM made JOIN best ON {item} = item WHERE several > 1 GROUP BY ALL ORDER BY ALL"
    for sheet, rows in at.run(found):
        words = (
            f"In the file {moved} {what} with more than one {under}: each is counted once, where most of its rows are."
        )
        at.notes.append((sheet, "counted_once", words, rows))
    at.run(f"UPDATE made SET {column} = value FROM best WHERE {item} = item")


def _counted(at):
    """The contract rows: as made, or grouped by every contract column and fact, with the counts beside them."""
    names = [name for name in at.expressions if name in at.fields or name in FACTS]
    keys = ", ".join(map(quoted, names))
    if at.take.counts:
        counts = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in at.take.counts.items())
        place = ", ".join(f"min_by({name}, rowid) AS {name}" for name in PLACE)
        sql = f"SELECT {place}, {keys}, {counts} FROM made GROUP BY {keys} ORDER BY {keys}"
    else:
        sql = f"SELECT _sheet, _row, {keys} FROM made ORDER BY rowid"
    tried = [(f"counts {name}", words) for name, words in at.take.counts.items()]
    rows = at.run(sql, tried, "made")
    return [dict(zip([*PLACE, *names, *at.take.counts], row, strict=True)) for row in rows]
