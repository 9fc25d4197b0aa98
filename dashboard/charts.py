"""Charts as plain dicts: quick to make and to send, and drawn by plotly.js without its template.

Colour is never alone: each series also has its own dash, and its name stands beside it in HTML.
"""

from datetime import date

from dashboard import events as marks
from dashboard import words
from dashboard.series import Series, drawn, split
from dashboard.traces import COLOURS, errors, rounded, traces
from dashboard.view import View
from metrics.periods import span_of

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 400, 28, 34, 52, 14
TEXT, LINE, GRID, SPAN = "#0b0c0c", "#505a5f", "#e3e6e8", "rgba(80,90,95,0.12)"
FRACTIONS = ("share", "points")  # drawn as percentages
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
CONFIG = {"displayModeBar": False, "showSendToCloud": False, "displaylogo": False, "responsive": True}


def figure(view: View, rows, events=()) -> dict:
    """The chart of a view, as plotly.js takes it: {"data": [...], "layout": {...}}."""
    series = drawn(split(view, rows))
    if view.shown_level == "all":
        return _dots(view, split(view, rows))
    top = top_of(series, view.indicator.unit)
    data = [trace for place, one in enumerate(series) for trace in traces(view, one, place)]
    layout = base_layout(view, top)
    if view.shown_level == "wave":
        waves = list(dict.fromkeys(row["wave"] for row in rows))
        layout["xaxis"] |= {"type": "category", "categoryorder": "array", "categoryarray": waves}
    else:
        first, last = extent(view, rows)
        layout["xaxis"] |= {"type": "date", "range": [first.isoformat(), last.isoformat()]}
        layout |= event_shapes(marks.marked(view, events, first, last), first, last)
    return {"data": data, "layout": layout}


def extent(view: View, rows) -> tuple[date, date]:
    """First and last day of the rows' periods."""
    spans = [span_of(row[view.shown_level]) for row in rows if row.get(view.shown_level)]
    if not spans:
        return date(2020, 1, 1), date(2026, 12, 31)
    return min(start for start, _ in spans), max(end for _, end in spans)


def top_of(series: list[Series], unit: str) -> float:
    """A round number at or above everything drawn. Every axis starts at zero, but a difference's as far below it."""
    drawn = [row[name] or 0 for one in series for row in one.known for name in ("value", "lower", "upper")]
    highest = max(map(abs, drawn) if unit == "points" else drawn, default=0)
    return round_top(highest, unit)


def round_top(highest: float, unit: str) -> float:
    """A round number at or above a value, for the upper end of an axis."""
    if highest <= 0:
        return 1.0 if unit in FRACTIONS else 10.0
    scale = 10.0 ** len(str(int(highest))) / 10 if highest >= 1 else 0.1 if highest > 0.1 else 0.01
    top = next(step * scale for step in STEPS if step * scale >= highest * 0.999)
    return min(top, 1.0) if unit in FRACTIONS else top


def base_layout(view: View, top: float) -> dict:
    """Axes, fonts and margins that every chart shares."""
    unit = view.indicator.unit
    font = {"family": "Arial, Helvetica, sans-serif", "size": 14, "color": TEXT}
    axis = {"gridcolor": GRID, "linecolor": LINE, "tickcolor": LINE, "zeroline": False, "fixedrange": True}
    return {
        "height": HEIGHT, "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM}, "font": font,
        "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff", "showlegend": False, "hovermode": "closest",
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": LINE, "font": font, "align": "left"},
        "xaxis": axis | {"showgrid": False, "showline": True, "ticks": "outside"},
        "yaxis": axis | {"range": [-top if unit == "points" else 0, top], "zeroline": unit == "points",
                         "tickformat": ".0%" if unit in FRACTIONS else ",d", "rangemode": "tozero", "nticks": 6},
    }  # fmt: skip


def event_shapes(events: list[marks.Marked], first: date, last: date) -> dict:
    """The dated lines and spans on a chart, and their numbers above it."""
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
    layout = base_layout(view, top_of(series, unit))
    layout["xaxis"], layout["yaxis"] = layout["yaxis"], layout["xaxis"] | {"type": "category", "automargin": True}
    layout["margin"] |= {"r": 30}
    layout["yaxis"] |= {"showgrid": True, "showline": False, "ticks": ""}
    dots = {
        "type": "scatter", "mode": "markers", "showlegend": False, "hoverinfo": "text",
        "x": [rounded(row["value"]) for _, row in shown], "y": [one.label for one, _ in shown],
        "marker": {"size": 9, "color": COLOURS[0]}, "cliponaxis": False,
        "error_x": errors([row for _, row in shown], COLOURS[0]),
        "hovertext": [f"{one.label}: {words.value(row, unit)}" for one, row in shown],
    }  # fmt: skip
    return {"data": [dots] if shown else [], "layout": layout}
