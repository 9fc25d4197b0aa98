"""The pages of several findings: whole on any data, and what they say, show and give away is one and the same."""

import csv
import io
import re
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree

import pytest

from dashboard import words
from dashboard.app import create_app
from dashboard.awareness.page import PATH as AWARENESS
from dashboard.barriers.page import PATH as BARRIERS
from dashboard.impact.page import PATH as IMPACT
from dashboard.pages import BY_PATH
from dashboard.pairs.page import PATH as PAIRS
from dashboard.timing.page import PATH as TIMING
from etl.door.answers import Answer
from etl.door.breakdown_answers import BreakdownAnswer
from etl.door.verdict_answers import VerdictAnswer
from metrics import wording
from metrics.evaluate import figure
from tests.fakes import LAST, VERSION, Fake

STATUSES = ("suppressed", "too_few", "not_submitted", "not_applicable")
PATHS = (IMPACT, BARRIERS, PAIRS, TIMING, AWARENESS)
VIEWS = {
    IMPACT: ("", "measure=undecided_at_30_days&by=region", "measure=heard_of_code&by=x", "by=direction"),
    BARRIERS: ("", "where=purpose.safeguarding_child&year=2021", "where=sector.fire", "year=all",
               "where=no.where&year=9"),
    PAIRS: ("", "sector=health", "measure=median_days_to_decision", "sector=fire&year=all", "measure=x&sector=y"),
    TIMING: ("", "where=requester_sector.health", "where=sector.fire", "year=2020", "where=x&year=y"),
    AWARENESS: ("", "group=sector.health&sort=given", "group=role.legal&question=used_tool",
                "group=x&question=y&sort=z"),
}  # fmt: skip
EVERY = [f"{path}?{query}" for path, queries in VIEWS.items() for query in queries]


class Empty(Fake):
    """A home that is published and holds nothing: no verdict, no row, no month."""

    def __init__(self):
        super().__init__(rows=[])

    def about(self):
        return super().about() | {"first": None, "last": None}

    def verdicts(self, indicator=None, by="", event=""):
        return VerdictAnswer(VERSION, LAST, indicator, self.synthetic, ())

    def companion(self, table, **equals):
        return []

    def breakdown(self, kind, by="", where=(), level="all", periods=()):
        return BreakdownAnswer(VERSION, LAST, kind, self.synthetic, ())

    def curves(self, question):
        return Answer(VERSION, LAST, question.definition, question, (), self.synthetic)


class Hidden(Fake):
    """A home whose every figure is of one status that is no figure."""

    def __init__(self, status):
        super().__init__()
        self.status = status

    def _all(self, answer):
        rows = tuple({**row, **figure(self.status)} for row in answer.rows)
        return type(answer)(**{**vars(answer), "rows": rows})

    def answer(self, question):
        return self._all(super().answer(question))

    def breakdown(self, *args, **named):
        return self._all(super().breakdown(*args, **named))

    def curves(self, question):
        return self._all(super().curves(question))

    def verdicts(self, indicator=None, by="", event=""):
        found = super().verdicts(indicator, by)
        return type(found)(**{**vars(found), "rows": (), "campaigns": ()})

    def companion(self, table, **equals):
        return [] if table in ("counterfactuals", "campaign_paths") else super().companion(table, **equals)


class Read(HTMLParser):
    """A page as its parts: ids and their text, figures, tables as rows of text, links."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.texts, self.figures, self.images, self.tables, self.links = [], {}, [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("input", "link", "meta", "br", "hr"):
            return
        self.stack.append((tag, given.get("id")))
        if given.get("id"):
            self.texts[given["id"]] = ""
        if tag == "figure":
            self.figures.append(given)
        if given.get("role") == "img":
            self.images.append(given)
        if tag == "table":
            self.tables.append({"caption": "", "rows": []})
        if tag == "tr":
            self.tables[-1]["rows"].append([])
        if tag in ("th", "td"):
            self.tables[-1]["rows"][-1].append("")
        if tag == "a":
            self.links.append(given["href"])

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, name in self.stack:
            if name:
                self.texts[name] += data
        tags = [tag for tag, _ in self.stack]
        if "caption" in tags:
            self.tables[-1]["caption"] += data
        elif self.tables and ("th" in tags or "td" in tags):
            self.tables[-1]["rows"][-1][-1] += data


@pytest.fixture(scope="module")
def client():
    return create_app(Fake()).server.test_client()


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return Read(response.get_data(as_text=True)), response.get_data(as_text=True)


@pytest.mark.parametrize("address", EVERY)
def test_a_page_is_whole_for_every_choice_and_says_its_finding_first(client, address):
    page, text = read(client, address)
    assert page.texts["finding-title"]
    assert page.texts["finding-text"].endswith(".")
    assert text.index('id="finding-title"') < text.index("<form")
    for part in ("How to cite", f"version {VERSION}", "What this figure means", "Synthetic data"):
        assert part in text
    assert "None" not in re.sub(r"None (named|of)|>None<", "", page.texts["main"])
    assert "nan" not in page.texts["main"].split()


@pytest.mark.parametrize("address", EVERY)
def test_every_chart_has_a_name_and_its_finding_as_text_and_a_table(client, address):
    page, text = read(client, address)
    assert page.figures
    assert len(page.figures) == len(page.images) == text.count('role="img"')
    for figure_given, image in zip(page.figures, page.images, strict=True):
        title, said = image["aria-labelledby"].split()
        assert figure_given["role"] == "group"
        assert figure_given["aria-labelledby"] == title
        assert page.texts[title]
        assert re.search(r"[.!]$", page.texts[said].strip()), page.texts[said]
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", EVERY)
def test_every_table_is_the_file_that_is_taken_away(client, address):
    page, _ = read(client, address)
    files = [link for link in page.links if link.startswith("/download.csv?page=")]
    assert files
    for link in files:
        response = client.get(link)
        assert response.status_code == 200
        rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
        table = next(one for one in page.tables if _same(one, rows))
        assert len(table["rows"]) - 1 == len(rows)
        assert {row["data_version"] for row in rows} == {VERSION}


@pytest.mark.parametrize("address", EVERY)
def test_every_chart_of_a_section_can_be_kept_with_its_finding_and_source(client, address):
    page, _ = read(client, address)
    pictures = [link for link in page.links if link.startswith("/chart.svg?page=")]
    charts = [one for one in page.figures if one["class"] == "plain-chart"]
    assert len(pictures) == len(charts)
    for link, chart in zip(pictures, charts, strict=True):
        response = client.get(link)
        text = response.get_data(as_text=True)
        assert response.status_code == 200 and response.mimetype == "image/svg+xml"
        name = chart["aria-labelledby"].removesuffix("-title")
        drawn = "".join(ElementTree.fromstring(text).itertext())
        assert f"{page.texts[f'{name}-title']}. {page.texts[f'{name}-text']}" in drawn
        assert f"version {VERSION}" in drawn and "Synthetic data" in drawn


@pytest.mark.parametrize("query", ["page=did-it-work&chart=none", "page=nowhere&chart=line", "page=barriers"])
def test_a_picture_that_is_not_there_is_not_found(client, query):
    assert client.get(f"/chart.svg?{query}").status_code == 404


def _same(table, rows) -> bool:
    """Whether a table holds the file's rows, in their order: each row's name, and its figure as the page writes it."""
    body = table["rows"][1:]
    return len(body) == len(rows) and all(
        cells[0] in row.values() and any(one in " ".join(cells) for one in _written(row))
        for cells, row in zip(body, rows, strict=True)
    )


def _written(row) -> tuple[str, ...]:
    """How a page may write the figure of a file's row: as a share, a count or days, or a difference in points."""
    if row["status"] == "bounded":
        return ("under 10", "an unstated number")
    if row["status"] != "ok":
        return (words.ABSENT[row["status"]],)
    value = float(row["value"])
    return words.share(value), f"{value:,.0f}" if value == int(value) else "?", wording.points(value, True)


@pytest.mark.parametrize("address", EVERY)
def test_what_an_address_says_wrongly_is_told_and_the_rest_is_shown(client, address):
    _, text = read(client, address)
    wrong = [pair.split("=")[1] in ("x", "y", "z", "9", "no.where", "heard_of_code") for pair in
             address.split("?")[1].split("&") if pair]  # fmt: skip
    summary = re.findall(r'<li><a href="#(\w+)">', text.split("<h1")[0])
    assert len(summary) == sum(wrong)
    assert all(f'id="{field}"' in text.split("<h1")[1] for field in summary)
    assert text.startswith("<!DOCTYPE html>")
    assert ("<title>Error: " in text) == bool(summary)


@pytest.mark.parametrize("path", PATHS)
def test_an_empty_home_has_every_page_and_says_that_there_is_nothing(path):
    client = create_app(Empty()).server.test_client()
    page, text = read(client, path)
    assert re.search(r"\bno\b|not|nothing", page.texts["finding-title"], re.IGNORECASE)
    assert not re.search(r"(?<![\d.])0\.0%", text)
    assert client.get(f"/download.csv?page={path[1:]}").status_code in (200, 404)


@pytest.mark.parametrize(("path", "status"), list(product(PATHS, STATUSES)))
def test_figures_that_are_hidden_are_said_to_be_and_never_drawn_as_zero(path, status):
    client = create_app(Hidden(status)).server.test_client()
    page, _ = read(client, path)
    assert not re.search(r"\d%", page.texts["finding-text"])
    assert not re.search(r"(?<![\d.])0(\.0)?%", page.texts["main"])


def test_the_menu_holds_every_page_and_none_of_them_needs_script(client):
    for path in PATHS:
        _, text = read(client, path)
        assert text.count('aria-current="page"') == 1
        assert "<script" not in text
        assert BY_PATH[path].book


def test_a_sector_of_time_to_decision_is_shown_over_all_time_and_the_form_says_so():
    client = create_app(Fake()).server.test_client()
    shown = client.get(f"{TIMING}?where=sector.fire&year=2021").get_data(as_text=True)
    assert re.search(r'<option[^>]*value="all"[^>]*selected', shown) and "over all time" in shown
    assert not re.search(r'<option[^>]*value="2021"[^>]*selected', shown)
