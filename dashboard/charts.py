"""Charts as plain dicts: quick to make and to send, and drawn by plotly.js without its template.

Colour is never alone: each series also has its own dash, and its name stands beside it in HTML. Ranges are bands,
provisional points are hollow on a dotted line, a suppressed period is a gap, a small count is a bar over its range.
"""

from datetime import date
from itertools import groupby

from dashboard import events as marks
from dashboard import words
from dashboard.series import Series, drawn, split
from dashboard.view import View
from metrics.periods import MONTHS, add_months, span_of

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 400, 28, 34, 52, 14
# The Analysis Function's categorical colours, in its order; each has 3:1 or more against white.
COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25")
DASHES = ("solid", "9px,4px", "2px,3px", "12px,4px,2px,4px")
TEXT, LINE, GRID, SPAN = "#0b0c0c", "#505a5f", "#e3e6e8", "rgba(80,90,95,0.12)"
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
CONFIG = {"displayModeBar": False, "showSendToCloud": False, "displaylogo": False, "responsive": True}
MANY = 30  # points: beyond this markers are small


def figure(view: View, rows, events=()) -> dict:
    """The chart of a view, as plotly.js takes it: {"data": [...], "layout": {...}}."""
    series = drawn(split(view, rows))
    if view.shown_level == "all":
        return _dots(view, split(view, rows))
    top = top_of(series, view.indicator.unit)
    traces = [trace for place, one in enumerate(series) for trace in _traces(view, one, place, len(series))]
    layout = _layout(view, top)
    if view.shown_level == "wave":
        waves = list(dict.fromkeys(row["wave"] for row in rows))
        layout["xaxis"] |= {"type": "category", "categoryorder": "array", "categoryarray": waves}
    else:
        first, last = extent(view, rows)
        layout["xaxis"] |= {"type": "date", "range": [first.isoformat(), last.isoformat()]}
        layout |= _events(marks.marked(view, events, first, last), first, last)
    return {"data": traces, "layout": layout}


def extent(view: View, rows) -> tuple[date, date]:
    """First and last day of the rows' periods."""
    spans = [span_of(row[view.shown_level]) for row in rows if row.get(view.shown_level)]
    if not spans:
        return date(2020, 1, 1), date(2026, 12, 31)
    return min(start for start, _ in spans), max(end for _, end in spans)


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


def top_of(series: list[Series], unit: str) -> float:
    """A round number at or above everything drawn. Every axis starts at zero."""
    highest = max((row[name] or 0 for one in series for row in one.known for name in ("value", "upper")), default=0)
    if highest <= 0:
        return 1.0 if unit == "share" else 10.0
    scale = 10.0 ** len(str(int(highest))) / 10 if highest >= 1 else 0.1 if highest > 0.1 else 0.01
    top = next(step * scale for step in STEPS if step * scale >= highest * 0.999)
    return min(top, 1.0) if unit == "share" else top


# --- the traces of one series ----------------------------------------------------------------------------


def _traces(view: View, one: Series, place: int, several: int) -> list[dict]:
    colour, dash = COLOURS[place], DASHES[place]
    level, unit = view.shown_level, view.indicator.unit
    apart = {id(row) for row in one.apart}
    kept = [row for row in one.rows if id(row) not in apart]
    settled = [row for row in kept if "provisional" not in row["flags"]]
    made = [_band(one.rows, level, colour)] if level != "wave" else []
    made.append(_line(settled, level, unit, one.label, colour, dash))
    young = _young(kept)
    if young:
        made.append(_line(young, level, unit, one.label, colour, "2px,4px", hollow=True))
    if apart:
        made.append(_points(one.apart, level, unit, one.label, colour))
    made.append(_bounded(one.rows, level, unit, one.label, colour))
    if level == "wave":
        made[0]["error_y"] = _errors(settled, colour)
        made[1]["error_y"] = _errors([row for row in one.apart if row["status"] == "ok"], colour)
    return [trace for trace in made if trace["x"]]


def _young(rows) -> list[dict]:
    """The provisional rows at the end, with the settled row before them so that the dotted line joins on."""
    places = [place for place, row in enumerate(rows) if "provisional" in row["flags"]]
    return rows[max(places[0] - 1, 0) :] if places else []


def _line(rows, level: str, unit: str, label: str, colour: str, dash: str, hollow: bool = False) -> dict:
    values = [row["value"] if row["status"] == "ok" else None for row in rows]
    marker = {"size": 4 if len(rows) > MANY else 7, "color": colour}
    if hollow:
        marker |= {"color": "#ffffff", "line": {"color": colour, "width": 1.5}, "size": 7}
        marker["opacity"] = [1 if "provisional" in row["flags"] else 0 for row in rows]
    return {
        "type": "scatter", "mode": "lines+markers", "name": label, "connectgaps": False, "showlegend": False,
        "x": [middle(level, row) for row in rows], "y": [_rounded(value) for value in values],
        "line": {"color": colour, "width": 2.5, "dash": dash}, "marker": marker,
        "hoverinfo": "text", "hovertext": [_hover(row, level, unit, label) for row in rows],
    }  # fmt: skip


def _points(rows, level: str, unit: str, label: str, colour: str) -> dict:
    shown = [row for row in rows if row["status"] == "ok"]
    return {
        "type": "scatter", "mode": "markers", "name": f"{label}, apart", "showlegend": False,
        "x": [middle(level, row) for row in shown], "y": [_rounded(row["value"]) for row in shown],
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
        y += gap + [_rounded(row["lower"]) for row in run] + [_rounded(row["upper"]) for row in reversed(run)]
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
            y += [_rounded(row["lower"]), _rounded(row["upper"]), None]
            text += [_hover(row, level, unit, label)] * 2 + [""]
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "line": {"color": colour, "width": 3}, "opacity": 0.6,
        "hoverinfo": "text", "hovertext": text, "showlegend": False,
    }  # fmt: skip


def _errors(rows, colour: str) -> dict:
    ok = [row["status"] == "ok" and row["upper"] is not None for row in rows]
    return {
        "type": "data", "symmetric": False, "color": colour, "thickness": 1.5, "width": 5,
        "array": [_rounded(row["upper"] - row["value"]) if good else None for row, good in zip(rows, ok, strict=True)],
        "arrayminus": [
            _rounded(row["value"] - row["lower"]) if good else None for row, good in zip(rows, ok, strict=True)
        ],
    }  # fmt: skip


def _hover(row: dict, level: str, unit: str, label: str) -> str:
    between = words.interval(row, unit)
    ending = f"<br>95% range {between}" if between and row["status"] == "ok" else ""
    young = "<br>provisional" if "provisional" in row["flags"] else ""
    return f"{label}<br>{words.when_in_table(row, level)}: {words.value(row, unit)}{ending}{young}"


def _rounded(value):
    return None if value is None else round(value, 4)


# --- the frame -------------------------------------------------------------------------------------------


def _layout(view: View, top: float) -> dict:
    font = {"family": "Arial, Helvetica, sans-serif", "size": 14, "color": TEXT}
    axis = {"gridcolor": GRID, "linecolor": LINE, "tickcolor": LINE, "zeroline": False, "fixedrange": True}
    return {
        "height": HEIGHT, "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM}, "font": font,
        "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff", "showlegend": False, "hovermode": "closest",
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": LINE, "font": font, "align": "left"},
        "xaxis": axis | {"showgrid": False, "showline": True, "ticks": "outside"},
        "yaxis": axis | {"range": [0, top], "tickformat": ".0%" if view.indicator.unit == "share" else ",d",
                         "rangemode": "tozero", "nticks": 6},
    }  # fmt: skip


def _events(events: list[marks.Marked], first: date, last: date) -> dict:
    shapes = []
    for event in events:
        start, end = max(event.start, first).isoformat(), min(event.end or event.start, last).isoformat()
        if event.end:
            shapes.append({"type": "rect", "xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1,
                           "fillcolor": SPAN, "line": {"width": 0}, "layer": "below"})  # fmt: skip
        else:
            shapes.append({"type": "line", "xref": "x", "yref": "paper", "x0": start, "x1": start, "y0": 0, "y1": 1,
                           "line": {"width": 1.2, "color": LINE, "dash": "4px,3px"}, "layer": "below"})  # fmt: skip
    tags = [
        {"x": at.isoformat(), "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom", "text": text,
         "showarrow": False, "font": {"size": 13, "color": TEXT}}
        for at, text in marks.tags(events, first, last)
    ]  # fmt: skip
    return {"shapes": shapes, "annotations": tags}


def _dots(view: View, series: list[Series]) -> dict:
    """Figures over all time: one dot a series, with its range."""
    unit = view.indicator.unit
    shown = [(one, one.latest) for one in reversed(series) if one.latest and one.latest["status"] == "ok"]
    layout = _layout(view, top_of(series, unit))
    layout["xaxis"], layout["yaxis"] = layout["yaxis"], layout["xaxis"] | {"type": "category", "automargin": True}
    layout["margin"] |= {"r": 30}
    layout["yaxis"] |= {"showgrid": True, "showline": False, "ticks": ""}
    dots = {
        "type": "scatter", "mode": "markers", "showlegend": False, "hoverinfo": "text",
        "x": [_rounded(row["value"]) for _, row in shown], "y": [one.label for one, _ in shown],
        "marker": {"size": 9, "color": COLOURS[0]}, "cliponaxis": False,
        "error_x": _errors([row for _, row in shown], COLOURS[0]),
        "hovertext": [f"{one.label}: {words.value(row, unit)}" for one, row in shown],
    }  # fmt: skip
    return {"data": [dots] if shown else [], "layout": layout}
