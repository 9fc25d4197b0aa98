"""The traces of one series: its line, its band, and what stands apart from the line.

Ranges are bands, provisional points are hollow on a dotted line, a suppressed period is a gap, a small count is a
bar over its range, and what is not of one kind with the rest is a diamond beside the line.
"""

from itertools import groupby

from dashboard import words
from dashboard.series import Series
from dashboard.view import View
from metrics.periods import MONTHS, add_months, span_of

# The Analysis Function's categorical colours, in its order; each has 3:1 or more against white.
COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25")
DASHES = ("solid", "9px,4px", "2px,3px", "12px,4px,2px,4px")
MANY = 30  # points: beyond this a line has no markers, which take a browser longer to draw than all the rest


def traces(view: View, one: Series, place: int) -> list[dict]:
    """What plotly.js draws for the series at a place among those drawn."""
    colour, dash = COLOURS[place], DASHES[place]
    level, unit = view.shown_level, view.indicator.unit
    apart = {id(row) for row in one.apart}
    kept = [row for row in one.rows if id(row) not in apart]
    settled = [row for row in kept if "provisional" not in row["flags"]]
    made = [_band(one.rows, level, colour)] if level != "wave" else []
    made.append(_line(settled, level, unit, one.label, colour, dash))
    if len(settled) > MANY:
        made.append(_line(_alone(settled), level, unit, one.label, colour, dash) | {"mode": "markers"})
    young = _young(kept)
    if young:
        made.append(_line(young, level, unit, one.label, colour, "2px,4px", hollow=True))
    if apart:
        made.append(_points(one.apart, level, unit, one.label, colour))
    made.append(_bounded(one.rows, level, unit, one.label, colour))
    if level == "wave":
        made[0]["error_y"] = errors(settled, colour)
        made[1]["error_y"] = errors([row for row in one.apart if row["status"] == "ok"], colour)
    return [trace for trace in made if trace["x"]]


def _alone(rows) -> list[dict]:
    """The rows with a value between two without, which a line alone would not show."""
    ok = [False, *(row["status"] == "ok" for row in rows), False]
    return [row for at, row in enumerate(rows, 1) if ok[at] and not ok[at - 1] and not ok[at + 1]]


def _young(rows) -> list[dict]:
    """The provisional rows at the end, with the settled row before them so that the dotted line joins on."""
    places = [place for place, row in enumerate(rows) if "provisional" in row["flags"]]
    return rows[max(places[0] - 1, 0) :] if places else []


def _line(rows, level: str, unit: str, label: str, colour: str, dash: str, hollow: bool = False) -> dict:
    values = [row["value"] if row["status"] == "ok" else None for row in rows]
    marker = {"size": 7, "color": colour}
    if hollow:
        marker |= {"color": "#ffffff", "line": {"color": colour, "width": 1.5}}
        marker["opacity"] = [1 if "provisional" in row["flags"] else 0 for row in rows]
    return {
        "type": "scatter", "mode": "lines" if len(rows) > MANY else "lines+markers", "name": label,
        "connectgaps": False, "showlegend": False,
        "x": [middle(level, row) for row in rows], "y": [rounded(value) for value in values],
        "line": {"color": colour, "width": 2.5, "dash": dash}, "marker": marker,
        "hoverinfo": "text", "hovertext": [_hover(row, level, unit, label) for row in rows],
    }  # fmt: skip


def _points(rows, level: str, unit: str, label: str, colour: str) -> dict:
    shown = [row for row in rows if row["status"] == "ok"]
    return {
        "type": "scatter", "mode": "markers", "name": f"{label}, apart", "showlegend": False,
        "x": [middle(level, row) for row in shown], "y": [rounded(row["value"]) for row in shown],
        "marker": {"symbol": "diamond", "size": 9, "color": "#ffffff", "line": {"color": colour, "width": 2}},
        "hoverinfo": "text", "hovertext": [_hover(row, level, unit, label) for row in shown],
    }  # fmt: skip


def _band(rows, level: str, colour: str) -> dict:
    """One filled shape for every unbroken run of rows with both limits."""
    x, y = [], []
    for has_both, run in groupby(rows, key=lambda row: row["lower"] is not None and row["upper"] is not None):
        run = list(run) if has_both else []
        if len(run) < 2:
            continue
        there = [middle(level, row) for row in run]
        gap = [None] if x else []
        x += gap + there + there[::-1]
        y += gap + [rounded(row["lower"]) for row in run] + [rounded(row["upper"]) for row in reversed(run)]
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "fill": "toself", "hoverinfo": "skip",
        "fillcolor": f"rgba({red},{green},{blue},0.14)", "line": {"width": 0}, "showlegend": False,
    }  # fmt: skip


def _bounded(rows, level: str, unit: str, label: str, colour: str) -> dict:
    """An upright bar over the range of each count that is given as a range."""
    x, y, text = [], [], []
    for row in rows:
        if row["status"] == "bounded" and row["lower"] is not None and row["upper"] is not None:
            at = middle(level, row)
            x += [at, at, None]
            y += [rounded(row["lower"]), rounded(row["upper"]), None]
            text += [_hover(row, level, unit, label)] * 2 + [""]
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "line": {"color": colour, "width": 3}, "opacity": 0.6,
        "hoverinfo": "text", "hovertext": text, "showlegend": False,
    }  # fmt: skip


def errors(rows, colour: str) -> dict:
    ok = [row["status"] == "ok" and row["upper"] is not None for row in rows]
    return {
        "type": "data", "symmetric": False, "color": colour, "thickness": 1.5, "width": 5,
        "array": [rounded(row["upper"] - row["value"]) if good else None for row, good in zip(rows, ok, strict=True)],
        "arrayminus": [
            rounded(row["value"] - row["lower"]) if good else None for row, good in zip(rows, ok, strict=True)
        ],
    }  # fmt: skip


def _hover(row: dict, level: str, unit: str, label: str) -> str:
    between = words.interval(row, unit)
    ending = f"<br>95% range {between}" if between and row["status"] == "ok" else ""
    young = "<br>provisional" if "provisional" in row["flags"] else ""
    return f"{label}<br>{words.when_in_table(row, level)}: {words.value(row, unit)}{ending}{young}"


def rounded(value):
    return None if value is None else round(value, 4)


def middle(level: str, row: dict) -> str:
    """Where a row stands on a chart's time axis: its middle, or its last month for rolling twelve months."""
    text, own = row[level], words.own_span(row, level)
    if level == "wave":
        return text
    if own:
        return (own[0] + (own[1] - own[0]) / 2).isoformat()
    months = MONTHS[level] if level != "rolling" else 1
    start = add_months(span_of(text)[0], months // 2)
    return start.replace(day=1 if months % 2 == 0 else 15).isoformat()
