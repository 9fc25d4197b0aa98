"""Refusals by reason, class, position and law, and requests by gateway, as published: shares of those that say.

Like etl/door/answers.py this reads one stored row for each value; nothing is summed. A part of a cell that a rule
hides stays hidden, and what senders have published stands apart from it, as everywhere.
"""

from dataclasses import dataclass
from datetime import date

from etl import reference
from etl.door.principal import PUBLIC, Principal, opened
from etl.door.read_cells import fetch_all, likeness_by_value
from etl.publishing.breakdowns import BREAKDOWN_DIMENSIONS, BREAKDOWNS
from etl.publishing.cells import combo_number
from metrics import evaluate
from metrics.dimensions import CODE_LISTS
from metrics.disclosure import UNDER
from metrics.periods import label, span_of
from metrics.question import QuestionError

LEVELS = ("quarter", "year", "all")


@dataclass(frozen=True)
class BreakdownAnswer:
    """Rows of one breakdown: under the name of the kind its code, then the dimension asked by, the period, a figure."""

    data_version: str
    as_at: date
    kind: str
    synthetic: bool
    rows: tuple[dict, ...]


def breakdown(principal: Principal = PUBLIC, kind: str = "reason", by: str = "", where=(), level: str = "all",
              periods=(), reported_by: str = "holder", home=None) -> BreakdownAnswer:  # fmt: skip
    """Shares by value of one kind: reason, class, position, law or gateway.

    by: "" or one of sector, requester_sector, region, direction, purpose; where: "" or (dimension, value), the same
    dimension as `by` when both are given; level: quarter, year or all; periods: those wanted, as written at the level,
    or () for every one. The share is of what states a value of the kind.
    Raises QuestionError for what is not published, Refusal when nothing is.
    """
    dimension = _check(kind, by, where, level)
    version, con = opened(principal, home)
    about = fetch_all(con, "SELECT as_at, kind FROM about")[0]
    found = _fetch(con, kind, dimension, where, level, reported_by, [span_of(period)[0] for period in periods])
    synthetic = about["kind"] == "synthetic"
    rows = _rows(found, kind, dimension, by, level, synthetic, likeness_by_value(con, kind))
    return BreakdownAnswer(version, about["as_at"], kind, synthetic, tuple(rows))


def _check(kind: str, by: str, where, level: str) -> str:
    dimension = by or (where[0] if where else "")
    if kind not in BREAKDOWNS:
        raise QuestionError(f"There is no breakdown by {kind!r}. Choose one of: {', '.join(BREAKDOWNS)}.")
    if dimension and dimension not in BREAKDOWN_DIMENSIONS:
        raise QuestionError(f"Breakdowns are published by {', '.join(BREAKDOWN_DIMENSIONS)}; not by {dimension!r}.")
    if by and where and where[0] != by:
        raise QuestionError("Breakdowns are published by one dimension at a time.")
    if level not in LEVELS:
        raise QuestionError(f"Breakdowns are published by {', '.join(LEVELS)}; not by {level!r}.")
    return dimension


def _fetch(con, kind: str, dimension: str, where, level: str, reported_by: str, starts) -> list[dict]:
    conditions = "kind = ? AND combo = ? AND level = ? AND reported_by = ?"
    combo = combo_number((dimension,)) if dimension else 0
    values = [kind, combo, level, reported_by]
    if where:
        conditions, values = f"{conditions} AND {dimension} = ?", [*values, where[1]]
    if starts:
        conditions, values = f"{conditions} AND period IN ({', '.join('?' * len(starts))})", [*values, *starts]
    key = f"{dimension} AS of, " if dimension else "'' AS of, "
    return fetch_all(
        con, f"SELECT {key}value, period, part, shown, bodies, counted, base FROM breakdowns WHERE {conditions}", values
    )


def _rows(found: list[dict], kind: str, dimension: str, by: str, level: str, synthetic: bool, alike) -> list[dict]:
    """One row a cell and value, for every value that occurs anywhere in the answer, so that none seems left out."""
    cells: dict[tuple, dict[str, dict]] = {}
    for row in found:
        part = cells.setdefault((row["of"], row["period"]), {}).setdefault(row["part"], {"values": {}, **row})
        part["values"][row["value"]] = row["counted"]
    order = {code: at for at, code in enumerate(reference.codes(CODE_LISTS[dimension]))} if dimension else {}
    values = sorted({row["value"] for row in found})
    rows = []
    for (of, period), parts in sorted(cells.items(), key=lambda cell: (order.get(cell[0][0], 999), str(cell[0][1]))):
        for value in values:
            keys = {kind: value, **({by: of} if by else {})}
            keys |= {level: label(level, period)} if level != "all" else {}
            rows.append({**keys, **_figure(parts, value, synthetic, alike.get(value, evaluate.ALONE))})
    return rows


def _figure(parts: dict[str, dict], value: str, synthetic: bool, alike) -> dict:
    # What senders keep confidential says nothing of a count under ten, and a count of none is one.
    none = {"returns": UNDER, "published": 0}
    of_value = {
        part: {
            "shown": row["shown"],
            "counted": row["values"].get(value, none[part]),
            "base": row["base"],
            "bodies": row["bodies"],
        }
        for part, row in parts.items()
    }
    made = evaluate.share(of_value.get("returns"), of_value.get("published"), "counted", "base", alike)
    if synthetic and "published" not in made["flags"]:
        made["flags"].append("synthetic")
    return made
