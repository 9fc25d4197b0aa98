"""A chart as SVG, drawn by the server from the same dict that plotly.js draws: for pages without script, and to keep.

It draws what dashboard.charts makes and nothing more: lines, bands, markers, ranges, event lines, axes from zero.
"""

from collections.abc import Callable
from datetime import date
from textwrap import wrap

from dashboard.markup import Node, el
from dashboard.words import MONTHS, number

WIDTH = 640
LONGEST_LINE, LONGEST_TITLE = 95, 62  # letters
LETTER = 7  # pixels of a letter, near enough
FONT = {"font_family": "Arial, Helvetica, sans-serif", "font_size": "14"}
TEXT, LINE = "#0b0c0c", "#505a5f"
NEAR = 700  # days: a shorter span has its months named, a longer one its years
TICKS = 6


def svg(figure: dict, unit: str, width: int = WIDTH, class_: str = "still") -> Node:
    """The figure as an SVG element for a page: its name and its key stand beside it in the page."""
    height = figure["layout"]["height"]
    return el("svg", *_drawn(figure, unit, width), viewBox=f"0 0 {width} {height}", class_=class_, focusable="false",
              aria_hidden="true", **FONT)  # fmt: skip


def standing(figure: dict, unit: str, heading: str, finding: str, notes: list[str]) -> Node:
    """The figure as an SVG file of its own, with its heading and key; `notes` (events, source) stand below it."""
    title = wrap(heading, LONGEST_TITLE)
    top, height = 16 + 24 * len(title), figure["layout"]["height"]
    key = [(one["name"], one["line"]) for one in figure["data"] if "name" in one and one["marker"]["color"] != "#ffffff"
           and "line" in one]  # fmt: skip
    key = key if len(key) > 1 else []
    below = top + height
    foot = below + 24 * len(key) + 14
    lines = [line for note in notes for line in wrap(note, LONGEST_LINE)]
    tall = foot + 18 * len(lines) + 8
    return el(
        "svg",
        el("title", " ".join([f"{heading}.", finding, *notes])),
        el("rect", width=WIDTH, height=tall, fill="#ffffff"),
        [el("text", part, x=8, y=26 + 24 * place, font_size="18", font_weight="bold", fill=TEXT)
         for place, part in enumerate(title)],
        el("g", *_drawn(figure, unit), transform=f"translate(0,{top})"),
        [_sample(name, line, below + 24 * place + 10) for place, (name, line) in enumerate(key)],
        [el("text", line, x=8, y=foot + 18 * place + 8, font_size="12", fill=TEXT) for place, line in enumerate(lines)],
        xmlns="http://www.w3.org/2000/svg", width=WIDTH, height=tall, viewBox=f"0 0 {WIDTH} {tall}", role="img", **FONT,
    )  # fmt: skip


def _sample(name: str, line: dict, at: float) -> list[Node]:
    return [
        el("line", x1=8, x2=48, y1=at, y2=at, stroke=line["color"], stroke_width="3", stroke_dasharray=_dashes(line)),
        el("text", name, x=58, y=at + 5, fill=TEXT),
    ]


def _drawn(figure: dict, unit: str, width: int = WIDTH) -> list:
    layout = figure["layout"]
    margin, height = layout["margin"], layout["height"]
    left = margin["l"]
    if layout["yaxis"].get("type") == "category":
        left = 20 + LETTER * max((len(name) for name in _categories(layout["yaxis"], figure, "y")), default=0)
    x = _scale(layout["xaxis"], figure, "x", left, width - margin["r"])
    y = _scale(layout["yaxis"], figure, "y", height - margin["b"], margin["t"])
    inner = (left, width - margin["r"], margin["t"], height - margin["b"])
    return [
        el("rect", width=width, height=height, fill="#ffffff"),
        [_shape(one, x, inner) for one in layout.get("shapes", ())],
        _axis(layout["yaxis"], figure, "y", unit, y, inner),
        _axis(layout["xaxis"], figure, "x", unit, x, inner),
        [_trace(one, x, y) for one in figure["data"]],
        [_tag(x(one["x"]), margin["t"] - 8, one["text"], inner) for one in layout.get("annotations", ())],
    ]


def _dashes(line: dict) -> str | None:
    return None if line.get("dash", "solid") == "solid" else line["dash"].replace("px", "")


def _scale(axis: dict, figure: dict, name: str, start: float, end: float) -> Callable:
    """From a value on an axis to pixels."""
    if axis.get("type") == "category":
        known = _categories(axis, figure, name)
        step = (end - start) / max(len(known), 1)
        return lambda value: round(start + step * (known.index(value) + 0.5), 1)
    low, high = (_plain(value) for value in axis["range"])
    return lambda value: round(start + (end - start) * (_plain(value) - low) / ((high - low) or 1), 1)


def _categories(axis: dict, figure: dict, name: str) -> list[str]:
    return axis.get("categoryarray") or list(dict.fromkeys(value for one in figure["data"] for value in one[name]))


def _plain(value) -> float:
    """A date as its day's number; a number as it is."""
    return date.fromisoformat(value[:10]).toordinal() if isinstance(value, str) else value


def _axis(axis: dict, figure: dict, name: str, unit: str, scale: Callable, inner) -> list[Node]:
    left, right, _, bottom = inner
    made = []
    for value, text in _ticks(axis, figure, name, unit):
        at = scale(value)
        if name == "y":
            zero = value == 0 and axis["range"][0] < 0 if "range" in axis else False
            made.append(el("line", x1=left, x2=right, y1=at, y2=at, stroke=LINE if zero else "#e3e6e8"))
            made.append(_text(left - 8, at + 5, text, "end"))
        else:
            made.append(el("line", x1=at, x2=at, y1=bottom, y2=bottom + 5, stroke=LINE))
            made.append(_text(at, bottom + 21, text, "middle"))
    if name == "x":
        made.append(el("line", x1=left, x2=right, y1=bottom, y2=bottom, stroke=LINE))
        title = axis.get("title", {}).get("text")
        made += [_text((left + right) / 2, bottom + 44, title, "middle")] if title else []
    return made


def _ticks(axis: dict, figure: dict, name: str, unit: str) -> list[tuple]:
    if "tickvals" in axis:
        return list(zip(axis["tickvals"], axis["ticktext"], strict=True))
    if axis.get("type") == "category":
        return [(value, value) for value in _categories(axis, figure, name)]
    low, high = axis["range"]
    if axis.get("type") == "date":
        return _dates(date.fromisoformat(low), date.fromisoformat(high))
    step = next(size for size in _round_sizes(high) if high / size <= TICKS)
    return [(step * place, number(round(step * place, 6), unit).removesuffix(" days").removesuffix(" day")
             .removesuffix(" points").replace(".0%", "%"))
            for place in range(int(low / step - 1e-9), int(high / step + 1e-9) + 1)]  # fmt: skip


def _round_sizes(high: float):
    """Steps of 1, 2, 5 and their tens, from far below a number up."""
    size = 10.0 ** (len(str(int(high))) - 4)
    while True:
        yield from (size, size * 2, size * 5)
        size *= 10


def _dates(first: date, last: date) -> list[tuple[str, str]]:
    if (last - first).days > NEAR:
        every = 1 + (last.year - first.year) // 12
        years = range(first.year + (first.month > 1), last.year + 1, every)
        return [(f"{year}-01-01", str(year)) for year in years]
    months = [(year, month) for year in range(first.year, last.year + 1) for month in (1, 4, 7, 10)]
    starts = [date(year, month, 1) for year, month in months if first <= date(year, month, 1) <= last]
    return [(start.isoformat(), f"{MONTHS[start.month - 1][:3]} {start.year}") for start in starts]


def _shape(shape: dict, x: Callable, inner) -> Node:
    _, _, top, bottom = inner
    start, end = x(shape["x0"]), x(shape["x1"])
    if shape["type"] == "rect":
        return el("rect", x=start, y=top, width=round(max(end - start, 1), 1), height=bottom - top, fill="#505a5f",
                  fill_opacity="0.12")  # fmt: skip
    return el("line", x1=start, x2=start, y1=top, y2=bottom, stroke=LINE, stroke_width="1.2", stroke_dasharray="4,3")


def _trace(trace: dict, x: Callable, y: Callable) -> list[Node]:
    """A band, or a line and its markers, broken where a value is missing."""
    runs, marks = [[]], []
    opacity = trace.get("marker", {}).get("opacity", 1)
    for place, (across, up) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        if up is None or across is None:
            runs.append([])
            continue
        runs[-1].append(f"{x(across)},{y(up)}")
        if "markers" in trace["mode"] and (opacity[place] if isinstance(opacity, list) else opacity):
            marks.append(_mark(trace, x(across), y(up)))
    ranges = _ranges(trace, x, y)
    if trace.get("fill"):
        colour, strength = _rgba(trace["fillcolor"])
        return [el("polygon", points=" ".join(run), fill=colour, fill_opacity=strength) for run in runs if run]
    line = trace.get("line", {})
    drawn = [
        el("polyline", points=" ".join(run), fill="none", stroke=line["color"], stroke_width=line["width"],
           stroke_dasharray=_dashes(line),
           stroke_opacity=trace.get("opacity"))
        for run in runs if len(run) > 1 and "lines" in trace["mode"]
    ]  # fmt: skip
    return [*ranges, *drawn, *marks]


def _mark(trace: dict, across: float, up: float) -> Node:
    marker = trace["marker"]
    size, edge = marker["size"] / 2, marker.get("line", {})
    look = {"fill": marker["color"], "stroke": edge.get("color"), "stroke_width": edge.get("width")}
    if marker.get("symbol") == "diamond":
        points = f"{across},{up - size} {across + size},{up} {across},{up + size} {across - size},{up}"
        return el("polygon", points=points, **look)
    return el("circle", cx=across, cy=up, r=size, **look)


def _ranges(trace: dict, x: Callable, y: Callable) -> list[Node]:
    """Upright or level bars over the ranges of single points."""
    made = []
    for name in ("error_y", "error_x"):
        errors = trace.get(name)
        for place, more in enumerate(errors["array"] if errors else ()):
            across, up, less = trace["x"][place], trace["y"][place], errors["arrayminus"][place]
            if more is None or up is None:
                continue
            ends = ((x(across), y(up - less)), (x(across), y(up + more))) if name == "error_y" else (
                (x(across - less), y(up)), (x(across + more), y(up)))  # fmt: skip
            made.append(el("line", x1=ends[0][0], y1=ends[0][1], x2=ends[1][0], y2=ends[1][1],
                           stroke=errors["color"], stroke_width=errors["thickness"]))  # fmt: skip
    return made


def _rgba(text: str) -> tuple[str, str]:
    red, green, blue, strength = text.removeprefix("rgba(").removesuffix(")").split(",")
    return f"rgb({red},{green},{blue})", strength


def _tag(across: float, up: float, text: str, inner) -> Node:
    """A word above the chart, kept inside its edges."""
    left, right, _, _ = inner
    half = LETTER * len(text) / 2
    anchor = "start" if across - half < left else "end" if across + half > right else "middle"
    return _text(across, up, text, anchor)


def _text(across: float, up: float, text: str, anchor: str) -> Node:
    return el("text", text, x=across, y=round(up, 1), text_anchor=anchor, fill=TEXT)
