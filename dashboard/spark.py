"""A small line drawn by the server, for pages without script: the shape of a series, never its only form."""

from datetime import date

from dashboard.markup import Node, el
from metrics.periods import span_of

WIDTH, HEIGHT, EDGE = 280, 64, 5


def spark(rows, level: str, event: date | None = None, top: float | None = None) -> Node | None:
    """A line of a share or number over time, with its range and a dashed line at an event. None without two points.

    `top` is the upper end of the scale, where several are to be held against each other.

    Decoration for a sentence that says the same, so it is hidden from screen readers.
    """
    settled = [row for row in rows if row["status"] == "ok" and "provisional" not in row["flags"]]
    if level == "wave":  # waves have no even spacing to keep: one beside the other
        points, event = [(date.fromordinal(place + 1), row) for place, row in enumerate(settled)], None
    else:
        points = [(span_of(row[level])[0], row) for row in settled]
    if len(points) < 2:
        return None
    first, last = points[0][0], points[-1][0]
    top = top or max(max(row["upper"] or 0, row["value"]) for _, row in points) or 1

    def x(day: date) -> str:
        return f"{EDGE + (WIDTH - 2 * EDGE) * (day - first).days / max((last - first).days, 1):.1f}"

    def y(value: float) -> str:
        return f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / top:.1f}"

    line = " ".join(f"{x(day)},{y(row['value'])}" for day, row in points)
    ranged = [(day, row) for day, row in points if None not in (row["lower"], row["upper"])]
    band = " ".join([*(f"{x(day)},{y(row['lower'])}" for day, row in ranged),
                     *(f"{x(day)},{y(row['upper'])}" for day, row in reversed(ranged))])  # fmt: skip
    marked = event and first < event < last
    return el(
        "svg",
        el("line", x1=EDGE, x2=WIDTH - EDGE, y1=y(0), y2=y(0), class_="spark-axis"),
        el("polygon", points=band, class_="spark-band") if len(ranged) > 1 else None,
        el("line", x1=x(event), x2=x(event), y1="0", y2=y(0), class_="spark-event") if marked else None,
        el("polyline", points=line, class_="spark-line"),
        el("circle", cx=x(last), cy=y(points[-1][1]["value"]), r="4", class_="spark-end"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="spark", aria_hidden="true", focusable="false",
    )  # fmt: skip
