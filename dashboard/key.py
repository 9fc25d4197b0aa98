"""The names of a chart's series: beside the ends of the lines on wide screens, a key above the chart on narrow ones.

The same HTML serves as both, so that nothing is squeezed on a phone: the style sheet places it.
"""

from dashboard import charts, words
from dashboard.markup import Node, el
from dashboard.series import Series, drawn, split
from dashboard.view import View

LINE_OF_TEXT, SAMPLE, LETTERS = 20, 14, 17  # pixels of a line of text, pixels of a line's sample, letters to a line


def key(view: View, rows) -> Node | None:
    """A list of the drawn series, each with its line's sample, name and latest value."""
    series = drawn(split(view, rows))
    if view.shown_level == "all" or not any(one.known for one in series):
        return None
    top = charts.top_of(series, view.indicator.unit)
    known = [(place, one) for place, one in enumerate(series) if one.known]
    places = spread([(_pixel(one, top), _height(view, one), place) for place, one in known])
    items = [_item(view, one, place, places[place]) for place, one in known]
    return el("ul", items, class_="key", aria_label="Series in the chart")


def _item(view: View, one: Series, place: int, pixel: int) -> Node:
    row = _end(one)
    return el(
        "li",
        el("span", "", class_=f"sample sample-{place}", aria_hidden="true"),
        el("span", one.label, class_="key-name"),
        " ",
        el("span", words.value(row, view.indicator.unit), class_="key-value"),
        style=f"top: {pixel}px",
    )


def _end(one: Series) -> dict:
    """The row at the end of a series' line; of its points when it has no line."""
    apart = {id(row) for row in one.apart}
    return next((row for row in reversed(one.known) if id(row) not in apart), one.known[-1])


def _pixel(one: Series, top: float) -> int:
    """How far below the chart's upper edge the last figure of a series is drawn."""
    row = _end(one)
    value = row["value"] if row["value"] is not None else ((row["lower"] or 0) + (row["upper"] or 0)) / 2
    plot = charts.HEIGHT - charts.TOP - charts.BOTTOM
    return round(charts.TOP + plot * (1 - min(value / top, 1)))


def _height(view: View, one: Series) -> int:
    """How many pixels a label takes up beside the chart, where it may run over several lines."""
    letters = len(f"{one.label} {words.value(_end(one), view.indicator.unit)}")
    return SAMPLE + LINE_OF_TEXT * -(-letters // LETTERS)


def spread(labels: list[tuple[int, int, int]]) -> dict[int, int]:
    """{place: pixel} from (wanted pixel, height, place): moved apart so that none touch, and kept beside the chart."""
    ordered = sorted(labels)
    pixels: list[int] = []
    for at, (pixel, _, _) in enumerate(ordered):
        pixels.append(max(pixel, pixels[-1] + ordered[at - 1][1]) if pixels else pixel)
    limit = charts.HEIGHT
    for at in range(len(ordered) - 1, -1, -1):
        limit -= ordered[at][1]
        pixels[at] = limit = min(pixels[at], limit)
    return {place: pixel for pixel, (_, _, place) in zip(pixels, ordered, strict=True)}
