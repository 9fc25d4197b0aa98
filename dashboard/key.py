"""The names of a chart's series: beside the ends of the lines on wide screens, a key above the chart on narrow ones.

The same HTML serves as both, so that nothing is squeezed on a phone: the style sheet places it.
"""

from dashboard import charts, words
from dashboard.markup import Node, el
from dashboard.series import Series, drawn, split
from dashboard.view import View

APART = 46  # pixels between two labels of a line and its value


def key(view: View, rows) -> Node | None:
    """A list of the drawn series, each with its line's sample, name and latest value."""
    series = drawn(split(view, rows))
    if view.shown_level == "all" or not any(one.known for one in series):
        return None
    top = charts.top_of(series, view.indicator.unit)
    places = spread([(_pixel(one, top), place) for place, one in enumerate(series) if one.known])
    items = [_item(view, series[place], place, pixel) for pixel, place in sorted(places, key=lambda pair: pair[1])]
    return el("ul", items, class_="key", aria_label="Series in the chart")


def _item(view: View, one: Series, place: int, pixel: int) -> Node:
    row = one.known[-1]
    return el(
        "li",
        el("span", "", class_=f"sample sample-{place}", aria_hidden="true"),
        el("span", one.label, class_="key-name"),
        " ",
        el("span", words.value(row, view.indicator.unit), class_="key-value"),
        style=f"top: {pixel}px",
    )


def _pixel(one: Series, top: float) -> int:
    """How far below the chart's upper edge the last figure of a series is drawn."""
    row = one.known[-1]
    value = row["value"] if row["value"] is not None else ((row["lower"] or 0) + (row["upper"] or 0)) / 2
    plot = charts.HEIGHT - charts.TOP - charts.BOTTOM
    return round(charts.TOP + plot * (1 - min(value / top, 1)))


def spread(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(pixel, place) pairs moved apart so that no two labels touch, and kept beside the chart."""
    moved: list[list[int]] = []
    for pixel, place in sorted(places):
        if moved and pixel - moved[-1][0] < APART:
            pixel = moved[-1][0] + APART
        moved.append([pixel, place])
    lowest = charts.HEIGHT - charts.BOTTOM
    for back in range(len(moved) - 1, -1, -1):
        limit = lowest if back == len(moved) - 1 else moved[back + 1][0] - APART
        moved[back][0] = min(moved[back][0], limit)
    return [(pixel, place) for pixel, place in moved]
