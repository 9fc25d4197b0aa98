"""Charts that can be kept: a figure element that remembers the dict it shows, so that the page itself is the list of
its pictures and none is described twice."""

from typing import NamedTuple
from urllib.parse import urlencode

from dashboard import picture
from dashboard.markup import Node, el, flat, html


class Kept(NamedTuple):
    """What a picture file is drawn from, and its address."""

    figure: dict
    unit: str
    address: str


class Charted(Node):
    """A figure element with its Kept."""

    kept: Kept


def charted(node: Node, kept: Kept) -> Charted:
    """The figure element, remembering what it shows."""
    made = Charted(*node)
    made.kept = kept
    return made


def address(path: str, query: str, name: str) -> str:
    """Where the picture of a chart of a page is, for the choices of that page."""
    own = urlencode([("page", path.strip("/")), ("chart", name)])
    return f"/chart.svg?{own}{'&' if query else ''}{query}"


def link(kept: Kept) -> Node:
    """The way to the picture file."""
    hidden = el("span", " picture", class_="govuk-visually-hidden")
    return el("p", "Download this chart: ", el("a", "SVG", hidden, href=kept.address, class_="govuk-link"),
              class_="govuk-body downloads")  # fmt: skip


def drawn(main, name: str, source_line: str) -> str | None:
    """The picture file of the chart called `name` in a page's nodes, with its finding and source; None without one."""
    section = next((one for one in nodes(main) if one.tag == "section" and one.attributes.get("id") == name), None)
    chart = next((one for one in nodes(section or ()) if isinstance(one, Charted)), None)
    if chart is None:
        return None
    heading, finding = (text(one) for one in section.children[:2])
    return html(picture.standing(chart.kept.figure, chart.kept.unit, heading, finding, [finding, source_line]))


def nodes(tree):
    """Every element below, in order."""
    for one in flat([tree]):
        if isinstance(one, Node):
            yield one
            yield from nodes(one.children)


def text(tree) -> str:
    """The text of an element."""
    return "".join(text(one.children) if isinstance(one, Node) else str(one) for one in flat([tree]))
