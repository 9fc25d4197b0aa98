"""The code as one dated step: what was observed beside what the earlier trend implies, month by month."""

from datetime import date

from dashboard import grid, lines, parts, words
from dashboard.grid import Extra, Grid, Key
from dashboard.lines import Axis, Line
from dashboard.markup import Node, el
from dashboard.parts import Told
from etl.door.verdict_answers import PRIMARY
from metrics import wording
from metrics.indicators import INDICATORS

YEAR = 12  # months


def section(source, measure: str, verdict: dict | None, path: str, query: str) -> Node:
    """The chosen figure: its verdict, the line of what was expected, and the table of its months."""
    title = INDICATORS[measure].title
    rows = months(source, measure)
    told = said(title, verdict, rows)
    if not rows:
        return parts.section("line", told, el(
            "p", "The months beside their earlier trend are not held by this version of the data.",
            class_="govuk-body-s"))  # fmt: skip
    drawn, key = chart(rows, source.companion("events"), verdict)
    return parts.section(
        "line", told,
        parts.line_chart(path, query, "line", drawn, "share", key),
        [parts.tabled(path, query, one, True) for one in grids(rows, title)],
    )  # fmt: skip


def months(source, measure: str) -> list[dict]:
    """What was observed, fitted and expected over all returns, month by month; none where no version holds it."""
    rows = source.companion("counterfactuals", indicator=measure, event=PRIMARY, dimension="", value="")
    return sorted(rows, key=lambda row: row["month"])


def said(title: str, verdict: dict | None, rows) -> Told:
    """The verdict in its own words, then how the gap went on, as far as the months show it."""
    if verdict is None:
        return Told(f"{title}: no verdict", (f"{title}: no verdict is published on this figure.",))
    sentences = [verdict["says"][0], *persistence(rows)]
    return Told(f"{title}: {heading(verdict)}", tuple(map(wording.checked, sentences)))


def heading(verdict: dict) -> str:
    """A verdict in a few words, with its direction."""
    if verdict["verdict"] in ("improving", "worsening"):
        side = "higher" if verdict["difference"] > 0 else "lower"
        return f"{side} than the earlier trend implies"
    return {"no_detectable_change": "no detectable change after the code", "cannot_tell": "cannot tell",
            "not_enough_data": "not enough data to say"}[verdict["verdict"]]  # fmt: skip


def persistence(rows) -> list[str]:
    """Whether the latest year still stands apart from the earlier trend, or the gap has closed. Needs two years."""
    after = [row for row in rows if row["expected"] is not None and row["observed"] is not None]
    if len(after) < 2 * YEAR:
        return []
    first, latest = after[:YEAR], after[-YEAR:]
    gaps = [sum(row["observed"] - row["expected"] for row in year) / YEAR for year in (first, latest)]
    outside = sum(row["observed"] > row["upper"] or row["observed"] < row["lower"] for row in latest)
    since = words.day(latest[0]["month"])[2:]
    lead = (
        f"The gap to the earlier trend was {grid.signed(gaps[0])} points over the first twelve months and "
        f"{grid.signed(gaps[1])} over the latest twelve (from {since}), when {outside} of 12 months lay "
        f"outside the range of what was expected."
    )
    faded = "so it cannot be told whether it has faded" if outside <= YEAR / 2 else "so it has not closed"
    if abs(gaps[0]) < 0.005:
        return [lead]
    return [f"{lead[:-1]}, {faded}. The further from the date, the less an earlier trend can tell."]


def chart(rows, events, verdict: dict | None) -> tuple[dict, Node]:
    """The figure and its key: observed, the fitted line, and what was expected with its band."""
    drawn = [
        Line("What the earlier trend implies, with its 95% range",
             tuple((_middle(row), row["expected"], row["lower"], row["upper"]) for row in rows), 2, marks=False),
        Line("The model's line", tuple((_middle(row), row["fitted"], None, None) for row in rows), None, marks=False),
        Line("Observed, by month", tuple((_middle(row), row["observed"], None, None) for row in rows), 0),
    ]  # fmt: skip
    first, last = rows[0]["month"], rows[-1]["month"]
    copi = [(_date(one["date"]), _date(one["end"]), "Notices") for one in events if one["code"] == "copi"]
    day = _date(verdict["event_date"]) if verdict else date(2021, 10, 5)
    made = lines.figure(drawn, Axis("date", (_date(first), _date(last))), height=340, marked=((day, "Code"),),
                        shaded=tuple(copi))  # fmt: skip
    key = [lines.key(drawn[::-1]), el("p", f"Dashed upright line: the code came into force ({words.day(day)}). "
                                     + ("Grey span: emergency notices to share (COPI), which overlap it."
                                        if copi else ""), class_="govuk-body-s")]  # fmt: skip
    return made, key


def grids(rows, title: str) -> list[Grid]:
    """Every month as a table: observed, and what was expected with its limits."""
    made = tuple(
        {
            "month_label": words.day(row["month"])[2:], "month": words.iso(row["month"])[:7],
            "value": row["observed"], "numerator": None, "denominator": None, "lower": None, "upper": None,
            "status": "ok" if row["observed"] is not None else "too_few", "flags": [],
            "fitted": row["fitted"], "expected": row["expected"], "expected_lower": row["lower"],
            "expected_upper": row["upper"], "window": "yes" if row["in_window"] else "",
        }
        for row in rows
    )  # fmt: skip
    extras = (Extra("fitted", "The model's line", "share"), Extra("expected", "Expected from the trend", "share"),
              Extra("expected_lower", "Expected, from", "share"), Extra("expected_upper", "Expected, to", "share"),
              Extra("window", "In the year compared"))  # fmt: skip
    return [Grid("months", f"{title}, by month, beside the earlier trend", (Key("month_label", "Month", "month"),),
                 made, "share", extras, False, "Observed")] if made else []  # fmt: skip


def _middle(row: dict) -> date:
    return _date(row["month"]).replace(day=15)


def _date(value) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
