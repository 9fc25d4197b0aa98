"""Line charts that are not of one view: plain dict figures from named series, and small multiples of them.

The same dict that plotly.js takes, drawn by dashboard.picture. Each series has its colour and its dash; ranges are
bands, or bars where points are few.
"""

from dataclasses import dataclass
from datetime import date

from dashboard import picture
from dashboard.charts import GRID, LINE, SPAN, TEXT
from dashboard.markup import Node, el
from dashboard.traces import COLOURS, DASHES, MANY, rounded

GREY, GREY_DASH = "#6f777b", "3px,3px"
NARROW, WIDE = 350, 720
SHARES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
POINTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Line:
    """A series: points (x, value, lower, upper) where None is a gap; `place` its colour and dash, None for grey."""

    name: str
    points: tuple[tuple, ...]
    place: int | None = 0
    bars: bool = False  # ranges as upright bars on the points, not as a band
    marks: bool = True

    @property
    def colour(self) -> str:
        return GREY if self.place is None else COLOURS[self.place]

    @property
    def dash(self) -> str:
        return GREY_DASH if self.place is None else DASHES[self.place]


@dataclass(frozen=True)
class Axis:
    """The x axis: dates (first, last), categories, or numbers with (value, text) ticks."""

    kind: str  # date, category or linear
    ends: tuple = ()
    ticks: tuple[tuple, ...] = ()
    title: str = ""


def figure(lines: list[Line], axis: Axis, unit: str = "share", height: int = 300, top: float | None = None,
           marked: tuple[tuple, ...] = (), shaded: tuple[tuple, ...] = ()) -> dict:  # fmt: skip
    """The chart as a dict. `marked` holds (x, text) of upright lines, `shaded` (from, to, text) of spans."""
    low, high = ends(lines, unit, top)
    data = [trace for line in lines if not line.bars for trace in [_band(line)] if trace]
    data += [_trace(line) for line in lines]
    font = {"family": "Arial, Helvetica, sans-serif", "size": 14, "color": TEXT}
    base = {"gridcolor": GRID, "linecolor": LINE, "tickcolor": LINE, "zeroline": False, "fixedrange": True}
    x = base | {"showgrid": False, "showline": True, "ticks": "outside"}
    if axis.kind == "date":
        x |= {"type": "date", "range": [end.isoformat() for end in axis.ends]}
    elif axis.kind == "category":
        x |= {"type": "category", "categoryorder": "array", "categoryarray": [value for value, _ in axis.ticks],
              "tickvals": [value for value, _ in axis.ticks], "ticktext": [text for _, text in axis.ticks]}  # fmt: skip
    else:
        x |= {"range": list(axis.ends), "tickvals": [value for value, _ in axis.ticks],
              "ticktext": [text for _, text in axis.ticks]}  # fmt: skip
    ticks = y_ticks(low, high, unit)
    y = base | {"zeroline": low < 0, "range": [low, high], "tickvals": [at for at, _ in ticks],
                "ticktext": [text for _, text in ticks]}  # fmt: skip
    bottom = 56 if axis.title else 34
    if axis.title:
        x["title"] = {"text": axis.title}
    shapes, tags = _marks(marked, shaded, axis)
    return {"data": data, "layout": {
        "height": height, "margin": {"l": 56, "r": 14, "t": 28 if tags else 12, "b": bottom}, "font": font,
        "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff", "showlegend": False,
        "xaxis": x, "yaxis": y, "shapes": shapes, "annotations": tags}}  # fmt: skip


def ends(lines, unit: str, top: float | None = None) -> tuple[float, float]:
    """The ends of the y axis: from zero, or for points as far below it as above."""
    most = max((abs(number) for line in lines for _, *numbers in line.points for number in numbers
                if number is not None), default=0)  # fmt: skip
    steps = POINTS if unit == "points" else SHARES
    high = top or next((step for step in steps if step >= most * 0.999), 1.0)
    return (-high, high) if unit == "points" else (0.0, high)


def y_ticks(low: float, high: float, unit: str) -> list[tuple[float, str]]:
    """Five steps or so, in whole percent or points."""
    span = high - low
    step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if span / size <= 6)
    count = round(span / step + 1e-6)
    made = [(round(low + step * place, 4), "") for place in range(count + 1)]
    if unit == "points":
        made = [(round(step * place, 4), "") for place in range(-int(high / step + 1e-6), int(high / step + 1e-6) + 1)]
        return [(at, f"{at * 100:+.0f}".replace("-", "−").replace("+0", "0")) for at, _ in made]
    return [(at, f"{at:.0%}") for at, _ in made]


def _trace(line: Line) -> dict:
    known = [point if point[1] is not None else (point[0], None, None, None) for point in line.points]
    made = {
        "type": "scatter", "mode": "lines+markers" if line.marks else "lines", "name": line.name,
        "x": [_x(point[0]) for point in known], "y": [rounded(point[1]) for point in known],
        "line": {"color": line.colour, "width": 2.5 if line.place is not None else 2, "dash": line.dash},
        "marker": {"size": 4 if len(known) > MANY or line.place is None else 7, "color": line.colour},
        "connectgaps": False, "showlegend": False, "hoverinfo": "skip",
    }  # fmt: skip
    if line.bars:
        made["error_y"] = {
            "type": "data", "symmetric": False, "color": line.colour, "thickness": 1.5, "width": 5,
            "array": [None if None in point[1:] else rounded(point[3] - point[1]) for point in known],
            "arrayminus": [None if None in point[1:] else rounded(point[1] - point[2]) for point in known],
        }  # fmt: skip
    return made


def _band(line: Line) -> dict | None:
    runs, run = [], []
    for point in line.points:
        if None in point[2:]:
            runs, run = [*runs, run], []
        else:
            run.append(point)
    x, y = [], []
    for whole in [one for one in [*runs, run] if len(one) > 1]:
        gap = [None] if x else []
        there = [_x(point[0]) for point in whole]
        x += gap + there + there[::-1]
        y += gap + [rounded(point[2]) for point in whole] + [rounded(point[3]) for point in reversed(whole)]
    if not x:
        return None
    red, green, blue = (int(line.colour[at : at + 2], 16) for at in (1, 3, 5))
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "fill": "toself", "hoverinfo": "skip",
            "fillcolor": f"rgba({red},{green},{blue},0.16)", "line": {"width": 0}, "showlegend": False}  # fmt: skip


def _marks(marked, shaded, axis: Axis) -> tuple[list[dict], list[dict]]:
    shapes, tags = [], []
    for start, end, text in shaded:
        first, last = max(start, axis.ends[0]), min(end, axis.ends[1])
        if first < last:
            shapes.append({"type": "rect", "xref": "x", "yref": "paper", "x0": _x(first), "x1": _x(last), "y0": 0,
                           "y1": 1, "fillcolor": SPAN, "line": {"width": 0}, "layer": "below"})  # fmt: skip
            tags.append(_tag(first, text))
    for at, text in marked:
        if axis.ends[0] <= at <= axis.ends[1]:
            shapes.append({"type": "line", "xref": "x", "yref": "paper", "x0": _x(at), "x1": _x(at), "y0": 0, "y1": 1,
                           "line": {"width": 1.5, "color": LINE, "dash": "4px,3px"}, "layer": "below"})  # fmt: skip
            tags.append(_tag(at, text))
    return shapes, [tag for tag in tags if tag["text"]]


def _tag(at, text: str) -> dict:
    return {"x": _x(at), "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom", "text": text, "showarrow": False,
            "font": {"size": 13, "color": TEXT}}  # fmt: skip


def _x(value):
    return value.isoformat() if isinstance(value, date) else value


def drawn(chart: dict, unit: str, wide: bool = False) -> list[Node]:
    """The chart as the server draws it: at the width of a phone, and where it has room also at a screen's."""
    narrow = picture.svg(chart, unit, NARROW, "drawn drawn-narrow" if wide else "drawn")
    return [picture.svg(chart, unit, WIDE, "drawn drawn-wide"), narrow] if wide else [narrow]


def key(lines: list[Line]) -> Node:
    """The series' names with a sample of each line."""
    items = [
        el("li", el("span", "", class_=f"sample sample-{'grey' if line.place is None else line.place}",
                    aria_hidden="true"), el("span", line.name, class_="key-name"))
        for line in lines
    ]  # fmt: skip
    return el("ul", items, class_="line-key", aria_label="Series in the chart")
