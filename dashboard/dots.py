"""Figures side by side as a table with a dot and a bar for each: no rank, no colour to read, the same at any width."""

from typing import NamedTuple

from dashboard import tables, words
from dashboard.markup import Node, el

WIDTH, HEIGHT, EDGE = 240, 22, 6


class Dot(NamedTuple):
    """A row of the table: its heading, its row of figures, further cells to stand before the figure, and the value and
    the range in words where they are not written as a page writes its own figures."""

    label: str
    row: dict | None
    cells: tuple = ()
    said: tuple[str, str] | None = None


def table(caption: str, first: str, dots: list[Dot], unit: str, line: float | None = None, extra=(),
          figures=("Figure", "95% range")) -> Node:  # fmt: skip
    """The table: `first` heads the labels, `extra` the further cells, `figures` the value and its range; `line` is a
    value to hold them all against."""
    top = max([one.row[name] or 0 for one in dots if shown(one.row) for name in ("value", "upper")] + [line or 0, 0.01])
    body = [
        [one.label, *one.cells, *(one.said or _figures(one.row, unit)), picture(one.row, top, line)]
        for one in dots
    ]  # fmt: skip
    scale = f"Drawn from 0 to {words.number(top, unit)}"
    headings = (first, *extra, *figures, scale)
    made = tables.table(caption, headings, body, (len(extra) + 1, len(extra) + 2))
    return tables.scrolling(f"{caption}, table", made)


def shown(row: dict | None) -> bool:
    return bool(row) and row["status"] == "ok"


def _figures(row: dict | None, unit: str):
    if row is None:
        return words.ABSENT["not_submitted"], ""
    value = words.value(row, unit)
    return el("strong", value) if shown(row) else value, words.interval(row, unit) or ""


def picture(row: dict | None, top: float, line: float | None = None) -> Node | str:
    """A dot with its range on an axis from zero; decoration of the cells beside it. Empty where there is no figure."""
    if not shown(row):
        return ""

    def x(value: float) -> str:
        return f"{EDGE + (WIDTH - 2 * EDGE) * min(value / top, 1):.1f}"

    middle = HEIGHT / 2
    lower, upper = (row["value"] if row[name] is None else row[name] for name in ("lower", "upper"))
    marked = None if line is None else el("line", x1=x(line), x2=x(line), y1=0, y2=HEIGHT, class_="dot-line")
    return el(
        "svg",
        el("line", x1=EDGE, x2=EDGE, y1=0, y2=HEIGHT, class_="dot-axis"),
        marked,
        el("line", x1=x(lower), x2=x(upper), y1=middle, y2=middle, class_="dot-range"),
        el("circle", cx=x(row["value"]), cy=middle, r=5, class_="dot"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="dots", aria_hidden="true", focusable="false",
    )  # fmt: skip
