"""The frame around a result, twice: as first served, and as Dash keeps it up to date. Their shapes must match.

The served one stands beside a hidden entry point, and gives way when the chart has been drawn: nothing jumps. The
space of the chart is reserved in both.
"""

from dash import dcc, html

from dashboard import charts
from dashboard.content import Result
from dashboard.markup import Node, component, el

NAMED = "finding-title finding-text"


def served(result: Result) -> Node:
    """The result as HTML: everything but the picture, whose space is kept."""
    waiting = el("p", "The chart needs JavaScript. Every figure in it is in the table.", class_="govuk-body-s")
    return el(
        "div",
        el("div", stamped(result)),
        el(
            "figure",
            el("div", el("noscript", waiting), class_="picture", style=f"height: {charts.HEIGHT}px"),
            el("div", result.key, class_="key-place"),
            class_="chart", role="group", aria_labelledby="finding-title",
        ),
        el("div", result.after),
        id="served",
    )  # fmt: skip


def stamped(result: Result) -> Node:
    """What stands before the chart, with the address and title that the script needs to know."""
    return el("div", result.before, data_address=result.address, data_title=result.title,
              data_problems=str(len(result.problems)))  # fmt: skip


def live(result: Result | None) -> html.Div:
    """The layout Dash draws. Without a result (no Referer came) it is empty, and the script asks at once."""
    figure = result.figure if result else {"data": [], "layout": {"height": charts.HEIGHT}}
    before, _, key, after = parts(result) if result else (None, None, None, None)
    graph = dcc.Graph(id="chart", figure=figure, config=charts.CONFIG, style={"height": f"{charts.HEIGHT}px"})
    return html.Div([
        dcc.Store(id="address"),
        html.Div(before, id="before"),
        html.Figure(
            [
                html.Div(graph, className="picture", role="img", **{"aria-labelledby": NAMED}),
                html.Div(key, id="key", className="key-place"),
            ],
            className="chart", role="group", **{"aria-labelledby": "finding-title"},
        ),
        html.Div(after, id="after"),
    ])  # fmt: skip


def parts(result: Result) -> tuple:
    """The four outputs of the callback: before the chart, the chart, its key, after it."""
    return component(stamped(result)), result.figure, component(result.key or ""), component(result.after)
