"""A chart of figures that stand side by side: one row each, its dot and 95% range on one scale that all rows share.

Written as HTML with a little SVG in percentages, so it needs no script and is as readable on a phone as on a screen:
there the names stand above their rows. A figure that is not shown says why in its row.
"""

from dataclasses import dataclass

from dashboard import words
from dashboard.grid import ranged, said, shown
from dashboard.markup import Node, el
from dashboard.traces import COLOURS

STEPS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
DAYS = (5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 400)
HALF, MARK, ROW = 12, 5, 26  # pixels: half the height of a row, half the size of a dot, a row in a picture


@dataclass(frozen=True)
class Strip:
    """One row: what it is called, its figure's row, and a word below its name, such as a verdict."""

    name: str
    row: dict
    note: str = ""
    strong: bool = False  # the row the others are read against


def strips(rows: list[Strip], unit: str = "share", line: float | None = None, line_name: str = "") -> Node:
    """The rows on one scale from zero (for points: with zero in the middle); `line` is drawn through all of them."""
    low, high = scale([one.row for one in rows], unit)
    line = 0.0 if unit == "points" else line
    ends = [el("span", _end(low, unit)), el("span", _end(high, unit))]
    named = [el("li", f"Dashed line: {line_name}", class_="strip-line")] if line_name else []
    return el(
        "ul",
        [_row(one, unit, low, high, line) for one in rows],
        el("li", el("span", "", class_="strip-name"), el("span", ends, class_="strip-ends"),
           el("span", "", class_="strip-value"), class_="strip strip-scale"),
        named,
        class_="strips",
    )  # fmt: skip


def scale(rows, unit: str) -> tuple[float, float]:
    """The ends of the scale: round numbers beyond everything drawn."""
    known = [abs(row[name]) for row in rows for name in ("value", "lower", "upper") if row[name] is not None]
    most = max(known, default=0)
    steps = DAYS if unit == "days" else STEPS
    top = next((step for step in steps if step >= most * 0.999), most)
    return (-top, top) if unit == "points" else (0.0, top)


def figure(rows: list[Strip], unit: str) -> dict:
    """The same as a plain dict, for a picture file; each row's name holds its value, or why there is none."""
    low, high = scale([one.row for one in rows], unit)
    names = [f"{one.name}: {shown(one.row, unit)}" for one in rows]
    known = [(name, one.row) for name, one in zip(names, rows, strict=True) if one.row["status"] == "ok"]
    ranges = [row["upper"] is not None and row["lower"] is not None for _, row in known]
    middle = [(0.0, _end(0.0, unit))] if low < 0 else []
    ticks = [(low, _end(low, unit)), *middle, (high, _end(high, unit))]
    return {
        "data": [{
            "type": "scatter", "mode": "markers", "showlegend": False, "hoverinfo": "skip", "cliponaxis": False,
            "x": [row["value"] for _, row in known], "y": [name for name, _ in known],
            "marker": {"size": 9, "color": COLOURS[0]},
            "error_x": {"type": "data", "symmetric": False, "color": COLOURS[0], "thickness": 2, "width": 0,
                        "array": [row["upper"] - row["value"] if both else None
                                  for (_, row), both in zip(known, ranges, strict=True)],
                        "arrayminus": [row["value"] - row["lower"] if both else None
                                       for (_, row), both in zip(known, ranges, strict=True)]},
        }] if known else [],
        "layout": {
            "height": 46 + ROW * len(rows), "margin": {"l": 52, "r": 40, "t": 8, "b": 38}, "showlegend": False,
            "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff",
            "xaxis": {"range": [low, high], "tickvals": [at for at, _ in ticks],
                      "ticktext": [text for _, text in ticks]},
            "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": names[::-1]},
        },
    }  # fmt: skip


def _end(value: float, unit: str) -> str:
    if unit == "points":
        return said(value, unit).replace(".0", "") if value else "0"
    return "0" if not value else words.number(value, unit).replace(".0%", "%")


def _row(one: Strip, unit: str, low: float, high: float, line: float | None) -> Node:
    row = one.row
    between = ranged(row, unit) if row["status"] == "ok" else None
    return el(
        "li",
        el("span", one.name, el("span", one.note, class_="range") if one.note else None, class_="strip-name"),
        el("span", _drawn(row, low, high, line, one.strong), class_="strip-plot"),
        el("span", shown(row, unit), el("span", between, class_="range") if between else None, class_="strip-value"),
        class_=f"strip{' strip-strong' if one.strong else ''}",
    )


def _drawn(row: dict, low: float, high: float, line: float | None, strong: bool) -> Node:
    def at(value: float) -> str:
        return f"{100 * (value - low) / ((high - low) or 1):.2f}%"

    colour = "#0b0c0c" if strong else "#12436D"
    parts = [el("line", x1="0", x2="100%", y1=HALF, y2=HALF, stroke="#cecece")]
    if line is not None:
        parts.append(el("line", x1=at(line), x2=at(line), y1=0, y2=2 * HALF, stroke="#505a5f", stroke_width="1.5",
                        stroke_dasharray="4,3"))  # fmt: skip
    if row["lower"] is not None and row["upper"] is not None and row["status"] in ("ok", "bounded"):
        thick = {"stroke_width": "3"} if row["status"] == "ok" else {"stroke_width": "6", "stroke_opacity": "0.45"}
        parts.append(el("line", x1=at(row["lower"]), x2=at(row["upper"]), y1=HALF, y2=HALF, stroke=colour, **thick))
    if row["status"] == "ok":
        mark = el("circle", cx=at(row["value"]), cy=HALF, r=MARK, fill=colour)
        square = el("svg", el("rect", x=-MARK, y=HALF - MARK, width=2 * MARK, height=2 * MARK, fill=colour),
                    x=at(row["value"]), overflow="visible")  # fmt: skip
        parts.append(square if strong else mark)
    return el("svg", *parts, width="100%", height=2 * HALF, aria_hidden="true", focusable="false", class_="strip-svg")
