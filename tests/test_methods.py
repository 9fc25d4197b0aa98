"""How we know, the accessibility statement and why numbers differ: true to their files, and leading somewhere."""

import json
import re

import pytest

from dashboard.app import create_app
from dashboard.markup import html
from dashboard.methods import differs, how_we_know, questions
from dashboard.pages import PAGES
from etl import reference
from etl.intake import contracts
from tests.fakes import Fake


@pytest.fixture(scope="module")
def client():
    return create_app(Fake()).server.test_client()


def test_how_we_know_counts_the_lines_of_the_proof_and_explains_every_miss():
    lines = how_we_know.rows("coverage")
    missed = [line for line in lines if line["result"] != how_we_know.PASSED]
    text = html(how_we_know.page(Fake(), "").main)
    assert f"{len(lines) - len(missed)} of {len(lines)} lines of the proof pass" in text
    for line in missed:
        assert line["cause"] and html(line["cause"]) in text
    assert {line["scenario"] for line in lines} <= set(how_we_know.PLANTED)


def test_a_copy_without_the_proof_says_so(monkeypatch):
    monkeypatch.setattr(how_we_know, "rows", lambda name: ())
    assert "has not been run" in html(how_we_know.page(Fake(), "").main)


def test_false_claims_and_coverage_are_read_from_the_lines(monkeypatch):
    line = {"scenario": "s0", "line": "a", "what": "b", "replications": "10", "low": "0", "high": "0.05", "cause": "c"}
    lines = (
        {**line, "outcome": "claim", "figure": "0.03", "result": "pass"},
        {**line, "outcome": "claim", "figure": "0.21", "result": "miss"},
        {**line, "outcome": "covered", "figure": "0.94", "result": "pass"},
        {**line, "outcome": "not_enough", "figure": "0.9", "result": "miss"},
    )
    monkeypatch.setattr(how_we_know, "rows", lambda name: lines if name == "coverage" else ())
    text = html(how_we_know.page(Fake(), "").main)
    assert "claimed at most 21.0% of the time" in text and "2 of 4 lines" in text
    assert "every time" not in text.split("What misses")[0]


@pytest.mark.parametrize("address", [address for _, _, address, _ in differs.REASONS])
def test_every_reason_leads_to_a_place_that_is_there(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    _, _, place = address.partition("#")
    assert not place or re.search(rf'id="{place}"', answer.get_data(as_text=True))


@pytest.mark.parametrize("one", [one for one in questions.QUESTIONS if one.address], ids=lambda one: one.asked[:40])
def test_every_question_leads_to_a_place_that_is_there(client, one):
    answer = client.get(one.address)
    text = answer.get_data(as_text=True)
    _, _, place = one.address.partition("#")
    assert answer.status_code == 200 and "There is a problem" not in text
    assert not place or re.search(rf'id="{place}"', text)


def test_what_these_data_cannot_say_is_said():
    text = html(questions.page(Fake(), "").main)
    silent = [one for one in questions.QUESTIONS if one.address is None]
    assert silent and text.count(questions.CANNOT) == len(silent)
    assert len(questions.QUESTIONS) == 45 and {one.who for one in questions.QUESTIONS} == set(questions.WHO)


@pytest.mark.parametrize("kind", [*contracts.kinds(), "cover"])
def test_the_description_of_every_return_can_be_taken_away(client, kind):
    answer = client.get(f"/contracts/{kind}.json")
    assert answer.status_code == 200 and json.loads(answer.get_data())["fields"]
    assert client.get("/contracts/../senders.json").status_code == 404


def test_what_is_not_in_the_menu_is_in_the_footer_of_every_page(client):
    text = client.get("/").get_data(as_text=True)
    menu, footer = text.split("<main")[0], text.split("</main>")[1]
    for page in PAGES:
        assert (f'href="{page.path}"' in menu) is page.menu or page.path == "/"
        assert (f'href="{page.path}"' in footer) is not page.menu


def test_what_changed_in_definitions_and_versions_stands_on_the_data_page(monkeypatch):
    shown = {"2026-01-31-aaaaaaaaaaaa": "2026-02-03T10:00:00", "2026-04-30-bbbbbbbbbbbb": "2026-05-02T10:00:00"}
    known = [{"version": version, "released_at": at, "released_by": "x"} for version, at in shown.items()]
    about = Fake().about() | {"releases": known}
    monkeypatch.setattr(Fake, "about", lambda self: about)
    text = create_app(Fake()).server.test_client().get("/data").get_data(as_text=True)
    assert 'href="#changes"' in text and 'id="changes"' in text
    listed = text.split('id="changes"')[1].split('id="coverage"')[0]
    assert all(one.what in listed.replace("&#x27;", "'") for one in reference.changes())
    assert listed.index("bbbbbbbbbbbb") < listed.index("aaaaaaaaaaaa") and "3 February 2026" in listed
