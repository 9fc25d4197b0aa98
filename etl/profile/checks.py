"""What a profile asks to be checked and said of the source rows before they become rows of a return."""

from collections import defaultdict

from etl.errors import Refusal
from etl.profile import take as profile_take
from etl.profile.sql import attempt, literal, quoted

LISTED = 12  # row numbers named in a note; the count beside it is always whole


def say(at):
    """Say the profile's sentences, each with the number of rows it is about."""
    for number, (condition, sentence) in enumerate(at.take.notes, 1):
        sql = (
            f"SELECT _sheet, count(*) FROM lines WHERE _skip IS NULL AND {attempt(condition)} GROUP BY ALL ORDER BY ALL"
        )
        for sheet, rows in at.run(sql, [(f"notes {number}", attempt(condition))]):
            at.notes.append((sheet, "profile_note", sentence, rows))


def totals(at):
    """Check a total column and a total row against what they sum, and say whether they agree."""
    total = at.take.total
    if not total:
        return
    summed = total.get("columns") or profile_take.melted(at)
    missing = {*summed, *filter(None, [total.get("column")])} - set(at.columns)
    if missing or not summed:
        raise Refusal(f"Profile {at.where}, total: name columns under the header; not there: {sorted(missing)}.")
    for (sheet,) in at.run("SELECT DISTINCT _sheet FROM lines ORDER BY ALL"):
        if "column" in total:
            at.notes.append(_column(at, sheet, summed))
        if "row" in total:
            at.notes.append(_row(at, sheet, summed))


def _number(column):
    return f"coalesce(TRY_CAST({quoted(column)} AS DOUBLE), 0)"


def _total_row(at):
    return f"coalesce({attempt(at.take.total.get('row', 'false'))}, false)"


def _column(at, sheet, summed):
    name = at.take.total["column"]
    equal = f"{_number(name)} = {' + '.join(map(_number, summed))}"
    sql = f"""SELECT count(*), count(*) FILTER (WHERE {equal}) FROM lines
              WHERE _sheet = {literal(sheet)} AND (_skip IS NULL OR {_total_row(at)})"""
    ((rows, agree),) = at.run(sql)
    what = f"the column {name!r} against the sum of the {len(summed)} columns it totals"
    return (sheet, *_verdict(what, rows, agree, "row"), rows)


def _row(at, sheet, summed):
    checks = [*summed, *filter(None, [at.take.total.get("column")])]
    parts = ", ".join(f"sum({_number(name)}) FILTER (WHERE _skip IS NULL)" for name in checks)
    told = ", ".join(f"sum({_number(name)}) FILTER (WHERE {_total_row(at)})" for name in checks)
    (sums,) = at.run(f"SELECT {parts}, {told} FROM lines WHERE _sheet = {literal(sheet)}")
    agree = sum(one == other for one, other in zip(sums[: len(checks)], sums[len(checks) :], strict=True))
    return (sheet, *_verdict("the total row against the rows it totals", len(checks), agree, "column"), 1)


def _verdict(what, checked, agree, unit):
    units = f"{checked} {unit}{'s' if checked != 1 else ''}"
    if checked == agree:
        return "total_agrees", f"Checked {what}: they agree in all {units}."
    return "total_differs", f"Checked {what}: they differ in {checked - agree} of {units}; the parts were taken."


def repeated(at):
    """Say, or hold, the rows whose id another row of the take has; the first of them is never held."""
    for column, action in at.take.repeated.items():
        if column not in at.columns:
            raise Refusal(f"Profile {at.where}, repeated: there is no column {column!r} under the header.")
        apart = f"OVER (PARTITION BY trim({quoted(column)})"
        sql = f"""SELECT _sheet, _row, rowid, row_number() {apart} ORDER BY rowid) > 1 AS again
                  FROM lines WHERE _skip IS NULL AND {quoted(column)} IS NOT NULL
                  QUALIFY count(*) {apart}) > 1 ORDER BY rowid"""
        found = at.run(sql)
        sheets = defaultdict(list)
        for sheet, row, _, _ in found:
            sheets[sheet].append(row)
        done = "all are taken" if action == "note" else "the first is taken, the others are held"
        for sheet, rows in sheets.items():
            words = f"{column!r} occurs more than once in the file in these rows ({_listed(rows)}): {done}."
            at.notes.append((sheet, "repeated_id", words, len(rows)))
        if action == "hold":
            _hold(at, column, [one for one in found if one[3]])


def _hold(at, column, again):
    message = f"{column!r} has occurred before in this file; give the row an id of its own, or take it out."
    at.hold(column, "repeated_id", message, [(sheet, row) for sheet, row, _, _ in again])
    ids = ", ".join(str(rowid) for _, _, rowid, _ in again) or "-1"
    at.run(f"UPDATE lines SET _again = true WHERE rowid IN ({ids})")


def _listed(rows):
    more = f" and {len(rows) - LISTED} more" if len(rows) > LISTED else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:LISTED]))}{more}"
