"""Small multiples: every series of a view in a picture of its own, on one scale, where a chart would be a tangle."""

from dashboard import charts, words
from dashboard.headlines import in_force
from dashboard.markup import Node, el
from dashboard.series import Series
from dashboard.spark import spark
from dashboard.view import MOST_SERIES, View


def block(view: View, series: list[Series]) -> list[Node] | None:
    """A picture a series, in the order of the lists, when there are more than a chart holds; else None."""
    level, unit = view.shown_level, view.indicator.unit
    if len(series) <= MOST_SERIES or level == "all":
        return None
    drawn = [max(row["value"], row["upper"] or 0) for one in series for row in one.settled]
    top = charts.round_top(max(drawn, default=0), unit)
    event = "" if level == "wave" else " Dashed line: the day the code came into force."
    return [
        el("h3", f"All {len(series)} on one scale", class_="govuk-heading-s"),
        el("ul", [_picture(view, one, top) for one in series], class_="multiples"),
        el("p", f"Each from 0 to {words.number(top, unit)}, with its 95% range where it has one.{event} "
                f"The chart below draws the {MOST_SERIES} with most behind them.", class_="govuk-body-s"),
    ]  # fmt: skip


def _picture(view: View, one: Series, top: float) -> Node:
    level, unit = view.shown_level, view.indicator.unit
    drawn = spark(one.rows, level, in_force(), top)
    latest = one.latest
    if latest:
        said = f"{words.value(latest, unit)} {words.when(latest, level)}"
    else:
        said = words.value(one.rows[-1], unit) if one.rows else words.ABSENT["not_submitted"]
    return el("li", el("span", one.label, class_="multiple-name"), drawn or el("span", "no line", class_="no-line"),
              el("span", said, class_="range"))  # fmt: skip
