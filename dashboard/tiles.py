"""A tile map of the twelve nations and regions as SVG: equal tiles, so that no region looks large for its land.

Shade tells a tile's class and the figure stands in it, so colour is never alone; a hatch says that a figure is hidden,
dots that nothing was submitted. The table beside the map has the same rows.
"""

from dashboard import words
from dashboard.markup import Node, el

SIDE, GAP = 104, 8
# Light to dark, each with the text that reads on it (4.5:1 or more).
SHADES = (("#d9e4ef", "#0b0c0c"), ("#9db9d4", "#0b0c0c"), ("#4b7aa8", "#ffffff"), ("#12436D", "#ffffff"))
HATCH, DOTS = "url(#tile-hatch)", "url(#tile-dots)"
HIDDEN = ("suppressed", "too_few", "bounded")
KEY = {HATCH: "Hidden: suppressed, too few, or a small count", DOTS: "No figure: nothing submitted, or not applicable"}


def breaks(values) -> list[float]:
    """The upper ends of at most four classes of about as many values each, the last the highest; [] without values."""
    ordered = sorted(values)
    if not ordered:
        return []
    ends = [ordered[min(len(ordered) * part // len(SHADES), len(ordered) - 1)] for part in range(1, len(SHADES))]
    return sorted({*ends, ordered[-1]})


def tiles(places, rows: dict[str, dict], unit: str) -> Node:
    """The map. places: (code, label, short, row, column); rows: a figure by code, and no row for what never came."""
    ends = breaks(row["value"] for row in rows.values() if row["status"] == "ok")
    wide = (max(column for *_, column in places) + 1) * (SIDE + GAP) - GAP
    high = (max(row for *_, row, _ in places) + 1) * (SIDE + GAP) - GAP
    return el(
        "svg", _patterns(), [_tile(place, rows.get(place[0]), ends, unit) for place in places],
        viewBox=f"0 0 {wide} {high}", class_="tiles", focusable="false", aria_hidden="true",
        font_family="Arial, Helvetica, sans-serif",
    )  # fmt: skip


def _patterns() -> Node:
    line = el("path", d="M0 10L10 0", stroke="#505a5f", stroke_width="1.6")
    dot = el("circle", cx=5, cy=5, r=1.6, fill="#505a5f")
    return el("defs", [
        el("pattern", el("rect", width=10, height=10, fill="#ffffff"), mark, id=name, width=10, height=10,
           patternUnits="userSpaceOnUse")
        for name, mark in (("tile-hatch", line), ("tile-dots", dot))
    ])  # fmt: skip


def fill_of(row: dict | None, ends: list[float]) -> tuple[str, str]:
    """The fill of a tile and the colour of its text."""
    if row is not None and row["status"] == "ok":
        return SHADES[next(place for place, end in enumerate(ends) if row["value"] <= end)]
    return (HATCH if row is not None and row["status"] in HIDDEN else DOTS), "#0b0c0c"


def _tile(place, row: dict | None, ends: list[float], unit: str) -> Node:
    _, _, short, down, along = place
    fill, ink = fill_of(row, ends)
    x, y = along * (SIDE + GAP), down * (SIDE + GAP)
    middle = x + SIDE / 2
    said = words.value(row, unit) if row is not None else words.ABSENT["not_submitted"]
    plate = None
    if fill in (HATCH, DOTS):  # words on a pattern need a plain ground
        plate = el("rect", x=x + 4, y=y + 24, width=SIDE - 8, height=SIDE - 46, fill="#ffffff")
    return el(
        "g",
        el("rect", x=x, y=y, width=SIDE, height=SIDE, fill=fill, stroke="#0b0c0c", stroke_width="1"),
        plate,
        el("text", short, x=middle, y=y + 46, text_anchor="middle", font_size="22", font_weight="bold", fill=ink),
        el("text", said, x=middle, y=y + 72, text_anchor="middle", font_size="20" if len(said) < 9 else "13", fill=ink),
    )


def key(rows: dict[str, dict], places, unit: str) -> Node:
    """What the shades and patterns mean: the classes from low to high, then the patterns that occur."""
    ends = breaks(row["value"] for row in rows.values() if row["status"] == "ok")
    values = sorted(row["value"] for row in rows.values() if row["status"] == "ok")
    items, start = [], None
    for (shade, _), end in zip(SHADES, ends, strict=False):
        inside = [value for value in values if (start is None or value > start) and value <= end]
        span = words.number(inside[0], unit)
        span += f" to {words.number(inside[-1], unit)}" if inside[-1] != inside[0] else ""
        items.append((f"background:{shade}", span))
        start = end
    used = {fill_of(rows.get(code), ends)[0] for code, *_ in places}
    listed = [el("li", el("span", class_="swatch", style=style), text) for style, text in items]
    listed += [el("li", el("span", class_=f"swatch swatch-{'hatch' if fill == HATCH else 'dots'}"), text)
               for fill, text in KEY.items() if fill in used]  # fmt: skip
    return el("ul", listed, class_="tile-key")
