"""The frame around a result: slots of HTML that the server fills first and a change of the form fills again.

Dash draws the chart and nothing else. Tables drawn through Dash cost a second of the browser's time for a thousand
cells; as HTML they cost nothing, and they are there before and without any script. The chart's space is reserved.
"""

from dash import dcc, html

from dashboard import charts, picture
from dashboard.content import Result
from dashboard.markup import Node, Raw, el
from dashboard.markup import html as written

SLOTS = ("finding", "compared", "key", "after")


def frame(result: Result, live: Raw | None) -> Node:
    """The result as HTML, with Dash's entry point where the chart will be drawn."""
    # The still picture gives way to the live one when that has been drawn (see the style sheet).
    still = picture.svg(result.figure, result.unit)
    shown = el("div", still, live, class_="picture", role="img", aria_labelledby="finding-title finding-text",
               style=f"height: {charts.HEIGHT}px")  # fmt: skip
    return el(
        "div",
        el("div", result.compared, id="compared"),
        el("figure", shown, el("div", result.key, id="key"), class_="chart", role="group",
           aria_labelledby="finding-title"),
        el("div", result.after, id="after"),
        id="result", data_address=result.address,
    )  # fmt: skip


def lead(result: Result) -> Node:
    """The finding, which stands before the form: on a phone it is what is seen first."""
    return el("div", result.finding, id="finding", aria_live="polite")


def layout(result: Result | None) -> html.Div:
    """What Dash keeps: the address that was asked, the chart, and the rest of the answer for the script to show.

    Without a result (no Referer came) the chart is empty, and the script asks for it at once.
    """
    figure = result.figure if result else {"data": [], "layout": {"height": charts.HEIGHT}}
    shown = {"address": result.address} if result else None
    return html.Div([
        dcc.Store(id="address"),
        dcc.Store(id="answer", data=shown),
        dcc.Store(id="shown"),
        dcc.Graph(id="graph", figure=figure, config=charts.CONFIG, style={"height": f"{charts.HEIGHT}px"}),
    ])  # fmt: skip


def renewed(result: Result) -> tuple[dict, dict]:
    """The callback's two outputs: the figure, and the slots as HTML with the view's address and title."""
    slots = {name: written(getattr(result, name) or "") for name in SLOTS}
    return result.figure, {
        "address": result.address, "title": result.title, "problems": len(result.problems), "slots": slots,
    }  # fmt: skip
