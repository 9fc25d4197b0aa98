"""The pages as the server writes them: whole without script, honest about problems, and never a stack trace."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from dashboard.app import create_app
from dashboard.pages import PAGES
from etl.errors import Refusal
from tests.fakes import VERSION, Fake

CHART_PAGES = [page.path for page in PAGES if page.answer]
OUTPUTS = [{"id": "graph", "property": "figure"}, {"id": "answer", "property": "data"}]


@pytest.fixture(scope="module")
def client():
    return create_app(Fake()).server.test_client()


def text_of(client, address, **headers):
    return client.get(address, headers=headers).get_data(as_text=True)


def question(address, **changes):
    body = {
        "output": "..graph.figure...answer.data..", "outputs": OUTPUTS, "changedPropIds": ["address.data"],
        "inputs": [{"id": "address", "property": "data", "value": address}],
    }  # fmt: skip
    return body | changes


class Outline(HTMLParser):
    """Counts elements, and keeps headings, ids and what labels point at."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.labels, self.controls = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label":
            self.labels.append(given["for"])
        if tag in ("input", "select"):
            self.controls.append(given["id"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_page_is_whole_without_script(client, page):
    response = client.get(page.path)
    text = response.get_data(as_text=True)
    outline = Outline(text)
    assert response.status_code == 200
    assert '<html lang="en-GB"' in text
    assert outline.tags.count("h1") == outline.tags.count("main") == outline.tags.count("header") == 1
    assert len(outline.ids) == len(set(outline.ids))
    levels = [int(tag[1]) for tag in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert text.count('aria-current="page"') == 1
    assert f"Data version {VERSION}" in text
    assert "Synthetic data, not official figures" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_no_page_has_a_script_of_its_own_in_its_text_unless_it_has_a_chart(client, page):
    text = text_of(client, page.path)
    assert ("<script" in text) == (page.path in CHART_PAGES)


def test_titles_are_unique_and_say_what_is_shown(client):
    addresses = ["/", "/trends", "/trends?measure=shared_rate", "/data", "/nowhere"]
    titles = [re.search("<title>(.*?)</title>", text_of(client, one)).group(1) for one in addresses]
    assert len(set(titles)) == len(titles)
    assert all(title.endswith("Uptake") for title in titles)
    assert titles[2].startswith("Shared rate: ")


@pytest.mark.parametrize("path", CHART_PAGES)
def test_form_finding_table_download_and_definition_are_in_the_first_answer(client, path):
    text = text_of(client, f"{path}?measure=refusal_rate&sector=health")
    outline = Outline(text)
    assert set(outline.controls) == set(outline.labels)
    assert "Refusal rate (Health): " in text
    order = [text.index(part) for part in ('id="finding-text"', "<form", "<figure", "by month of receipt</caption>")]
    assert order == sorted(order)
    assert "/download.csv?sector=health" in text
    assert "What this figure means" in text
    assert 'checked value="health"' in text or 'value="health" checked' in text


def test_an_unknown_path_is_not_found(client):
    response = client.get("/trends/nowhere")
    assert response.status_code == 404
    assert "Page not found" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    [
        "measure=heard_of_code&purpose=fraud_debt&level=month&from=2021",
        "by=x&to=never",
        "level=all&to=2021",
        "sector=health&region=E12000007&purpose=other&urgency=urgent",
    ],
)
def test_every_problem_leads_to_a_field_that_can_mend_it(client, query):
    summary, page = text_of(client, f"/trends?{query}").split("<h1")
    fields = re.findall(r'<li><a href="#(\w+)">', summary)
    assert fields
    assert all(f'id="{field}"' in page for field in fields)


def test_an_address_with_mistakes_says_so_and_shows_something(client):
    response = client.get("/trends?measure=<b>x</b>&sector=wizards&from=soon")
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "<title>Error: " in text
    assert "<b>x</b>" not in text
    assert text.index("There is a problem") < text.index("<h1")
    assert "Refusal rate is shown instead" in text


def test_a_change_of_the_form_gets_the_same_words_as_a_new_page(client):
    address = "/trends?by=region&level=year"
    answered = client.post("/_dash-update-component", json=question(address)).get_json()["response"]
    shown = answered["answer"]["data"]
    page = text_of(client, address)
    assert shown["address"] == address
    assert all(slot in page for slot in shown["slots"].values())
    assert f"<title>{shown['title']}</title>" in page
    assert answered["graph"]["figure"]["data"]


def test_the_layout_is_for_the_page_in_the_referer(client):
    headers = {"Referer": "http://localhost/trends?measure=shared_rate"}
    layout = json.loads(text_of(client, "/_dash-layout", **headers))
    children = {one["props"].get("id"): one["props"] for one in layout["props"]["children"]}
    assert children["answer"]["data"] == {"address": "/trends?measure=shared_rate"}
    assert children["graph"]["figure"]["data"]
    config = children["graph"]["config"]
    assert (config["displayModeBar"], config["showSendToCloud"], config["displaylogo"]) == (False, False, False)


@pytest.mark.parametrize("referer", ["", "http://elsewhere.example/trends", "http://localhost/data"])
def test_without_a_referer_of_ours_the_layout_is_empty_and_the_script_asks(client, referer):
    layout = json.loads(text_of(client, "/_dash-layout", Referer=referer))
    assert {one["props"].get("id"): one["props"].get("data") for one in layout["props"]["children"]}["answer"] is None


def test_nothing_published_is_a_sentence_and_not_a_failure():
    class Empty(Fake):
        def about(self):
            raise Refusal("Nothing has been published yet.")

        def answer(self, *_, **__):
            raise Refusal("Nothing has been published yet.")

        companion = answer

    client = create_app(Empty()).server.test_client()
    for page in PAGES:
        response = client.get(page.path)
        assert response.status_code == (503 if page.needs_figures else 200)
        assert ("Nothing has been published yet." in response.get_data(as_text=True)) is page.needs_figures


def test_a_failure_inside_is_a_plain_page(caplog):
    class Broken(Fake):
        def companion(self, table, **equals):
            raise RuntimeError("a secret")

    client = create_app(Broken()).server.test_client()
    response = client.get("/data")
    assert response.status_code == 500
    assert "Something went wrong" in response.get_data(as_text=True)
    assert "a secret" not in response.get_data(as_text=True)
    assert "/data failed" in caplog.text


def test_a_real_home_is_not_called_synthetic():
    text = text_of(create_app(Fake(synthetic=False)).server.test_client(), "/")
    assert "ynthetic" not in text
    assert "Alpha" in text


def test_the_overview_tells_a_sentence_for_each_family(client):
    text = text_of(client, "/")
    assert "Is the data-sharing code changing practice?</h1>" in text
    for family in ("Refusals", "Reasons", "Speed", "Agreements", "Awareness"):
        assert f">{family}</h3>" in text
    assert len(re.findall(r"95% range [\d.]+% to [\d.]+%\) in (?:2025|wave 2026-03)", text)) == 5
    assert "Harm is not measured here" in text
    assert "What the logs cannot see" in text
    assert "1 of 2" in text and "1 of 1" in text


@pytest.mark.parametrize("synthetic", [True, False])
def test_published_evidence_stands_in_either_kind_of_home(synthetic):
    register = {"sender": "NHSD", "holder_body": "NHSD", "period_start": "2017-09-01", "period_end": "2017-11-30",
                "requester_sector": "police"}  # fmt: skip
    registers = [
        register | {"requester_body": None, "received": 70, "refused": 52},
        register | {"requester_body": "NCA", "received": 123, "refused": 0},
    ]
    text = text_of(create_app(Fake(synthetic, registers)).server.test_client(), "/")
    plain = re.sub("<[^>]+>", " ", text)
    assert "8 of 40" in plain
    assert "20.0% (95% range 10.5% to 34.8%)" in plain
    assert "Approximate" in plain
    assert "13 January 2021, Q11" in plain
    assert re.search(r"Police forces\s+70\s+52\s+74.3%\s+63.0% to 83.1%", plain)
    assert "Police forces alone were refused 52 of 70 (74.3%)." in plain
    assert "Together, policing and law enforcement: 52 of 193." in plain


def test_the_overview_says_when_there_is_nothing_to_compare():
    text = text_of(create_app(Fake(rows=[], judged=False)).server.test_client(), "/")
    assert "No figure yet has both a before and an after" in text
    assert "It changed" not in text


def test_every_indicator_and_every_column_of_a_return_is_explained(client):
    from etl.intake import contracts
    from metrics.indicators import INDICATORS

    text = text_of(client, "/data")
    assert all(one.title in text for one in INDICATORS.values())
    for kind in contracts.kinds():
        assert all(f"<code>{name}</code>" in text for name in contracts.contract(kind).names)
