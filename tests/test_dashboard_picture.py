"""The chart as SVG: what plotly.js would draw, for pages without script and for files of their own."""

from xml.etree import ElementTree

import pytest

from dashboard import charts, picture
from dashboard.app import create_app
from dashboard.markup import html
from dashboard.view import View, parse
from tests.fakes import Fake, absent, row
from tests.test_dashboard_charts import EVENTS

NAME = "{http://www.w3.org/2000/svg}"
QUERIES = (
    "", "by=sector", "level=all&by=sector", "measure=heard_of_code&by=sector", "level=rolling", "by=region&level=year",
    "measure=requests_received&level=quarter", "measure=median_days_to_decision&level=year", "from=2025", "sector=fire",
)  # fmt: skip


def drawn(view, rows):
    """The SVG as a tree, parsed as strictly as an XML reader would."""
    made = charts.figure(view, rows, EVENTS)
    standing = picture.standing(made, view.indicator.unit, "Heading", "Finding.", ["Source"])
    return made, ElementTree.fromstring(html(standing))


def texts(tree):
    return [one.text for one in tree.iter(f"{NAME}text")]


@pytest.mark.parametrize("query", QUERIES)
def test_every_kind_of_chart_can_be_drawn_without_a_browser(query):
    view, _ = parse(query)
    made, tree = drawn(view, Fake().answer(view.question()).rows)
    assert texts(tree)[0] == "Heading"
    for place in tree.iter():
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy"):
            assert -1 <= float(place.get(name, 0)) <= 1000
    lines = [trace for trace in made["data"] if "lines" in trace["mode"] and "fill" not in trace]
    if any(value is not None for trace in lines for value in trace["y"]):
        assert list(tree.iter(f"{NAME}polyline"))


@pytest.mark.parametrize("query", QUERIES)
def test_a_view_without_figures_is_drawn_empty(query):
    view, _ = parse(query)
    made = charts.figure(view, [], EVENTS)
    assert "<polyline" not in html(picture.svg(made, view.indicator.unit))


def test_points_stand_where_their_values_are():
    view = View(level="year")
    _, tree = drawn(view, [row(0, 1000, year="2020"), row(500, 1000, year="2021"), absent("suppressed", year="2022"),
                           row(250, 1000, year="2023")])  # fmt: skip
    at = [float(one.get("cy")) for one in tree.iter(f"{NAME}circle")]
    bottom = charts.HEIGHT - charts.BOTTOM
    assert at[0] == bottom
    assert at[2] == pytest.approx((at[0] + at[1]) / 2, abs=0.1)
    assert len(list(tree.iter(f"{NAME}polyline"))) == 1


def test_axes_are_labelled_from_zero():
    said = texts(drawn(View(level="year"), Fake().answer(View(level="year").question()).rows)[1])
    assert "0%" in said
    assert "2020" in said
    assert not any("%%" in text or "e-" in text for text in said)


def test_a_file_of_its_own_names_its_series_finding_and_source():
    client = create_app(Fake()).server.test_client()
    response = client.get("/chart.svg?by=region&level=year")
    tree = ElementTree.fromstring(response.data)
    assert response.mimetype == "image/svg+xml"
    assert ".svg" in response.headers["Content-Disposition"]
    assert "lower than" in tree.find(f"{NAME}title").text
    said = " ".join(texts(tree))
    assert "Source: returns to Uptake" in said
    assert "Synthetic data" in said
    assert "5 October 2021: Code in force" in said
    assert said.count("London") + said.count("East Midlands") >= 1


def test_a_page_holds_the_still_picture():
    text = create_app(Fake()).server.test_client().get("/trends?level=year").get_data(as_text=True)
    assert text.count('class="still"') == 1
    assert text.index('class="still"') < text.index("react-entry-point")
