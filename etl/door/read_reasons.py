"""Refusals broken down by reason, kind of barrier, the law's position or the law cited, read from `breakdowns`.

Each figure is the share of refusals for which that is stated. The shares of one period add up to one, but for those
that are given as a range.
"""

from etl.door.read_cells import fetch_all, likeness_by_value
from metrics import evaluate
from metrics.dimensions import DIMENSIONS
from metrics.disclosure import UNDER
from metrics.periods import label, span_of
from metrics.question import REASON_KEYS, Question


def reasons(con, question: Question, about_row: dict) -> list[dict]:
    """One row a value (and dimension, and period). A value that a cell does not list is under 10 of it."""
    kind = question.reason_key
    dimension = next((name for name in question.dimensions if name not in REASON_KEYS), None)
    found = _fetch(con, question, kind, dimension)
    wanted = dict(question.where)
    cells: dict[tuple, dict] = {}
    for row in found:
        if dimension in wanted and row[dimension] not in wanted[dimension]:
            continue
        key = (row[dimension] if dimension else "", row["period"])
        cells.setdefault(key, {}).setdefault(row["part"], {})[row["value"]] = row
    alike = likeness_by_value(con, kind)
    values = sorted({value for parts in cells.values() for rows in parts.values() for value in rows})
    rows = []
    for place, period in sorted(cells, key=lambda key: (key[0], str(key[1]))):
        for value in wanted.get(kind, values):
            made = _figure(cells[place, period], value, alike.get(value, evaluate.ALONE))
            keys = {**({dimension: place} if dimension in question.keys else {}),
                    **({kind: value} if kind in question.keys else {}),
                    **({question.level: label(question.level, period)} if question.level != "all" else {})}  # fmt: skip
            rows.append({**keys, **made})
    return rows


def _fetch(con, question: Question, kind: str, dimension: str | None) -> list[dict]:
    combo = 1 << DIMENSIONS.index(dimension) if dimension else 0
    conditions = ["kind = ?", "combo = ?", "level = ?", "reported_by = ?"]
    asked = [kind, combo, question.level, question.reported_by]
    first, last = span_of(question.first), span_of(question.last)
    if first:
        conditions.append("period >= ?")
        asked.append(first[0])
    if last:
        conditions.append("period <= ?")
        asked.append(last[1])
    columns = f"{dimension + ', ' if dimension else ''}value, period, part, shown, bodies, counted, base"
    return fetch_all(con, f"SELECT {columns} FROM breakdowns WHERE {' AND '.join(conditions)}", asked)


def _figure(parts: dict, value: str, alike) -> dict:
    """A value's share of one cell: the protected part and the published one, added as in every other figure."""
    cells = {part: _as_cell(rows, value) for part, rows in parts.items()}
    return evaluate.share(cells.get("returns"), cells.get("published"), "counted", "base", alike)


def _as_cell(rows: dict, value: str) -> dict:
    any_row = next(iter(rows.values()))
    hidden = UNDER if any_row["part"] == "returns" else 0
    counted = rows[value]["counted"] if value in rows else hidden
    return {"shown": any_row["shown"], "base": any_row["base"], "counted": counted,
            "bodies": any_row["bodies"]}  # fmt: skip
