"""Comparing councils: groups for the public, itself for a body that signed in, and a rank for nobody."""

import re
from datetime import date

import duckdb
import pytest

from dashboard import compare, mine, peers
from dashboard.app import create_app
from dashboard.markup import html
from etl import snapshot
from etl.door import own as body_file
from etl.door.answers import PUBLIC, Principal
from etl.errors import Refusal
from etl.home import Home
from metrics.peers import POSITIONS
from metrics.wording import FORBIDDEN
from tests.fakes import VERSION, Fake, own_rows

BODY = "E07000110"
COUNCIL = Principal("council", BODY)


def plain(nodes):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html(nodes)))


def public(query="", **options):
    return plain(compare.page(Fake(**options), query).main)


def signed_in(query=""):
    return compare.page(Fake(principal=COUNCIL), query)


def test_the_public_sees_the_middle_half_of_each_kind_and_no_body():
    text = public()
    assert text.strip().startswith("Refusal rate: half of 115 district councils lie between 8% and 18% in 2025")
    assert "Unitary authorities: the middle half of 35 lie between 10% and 20%, half below 15%" in text
    assert "2.0 times as much as chance alone" in text and "about as much as chance alone" in text
    assert "District councils, South East" in text and "Police forces" in text
    assert "Maidstone" not in text


def test_nobody_is_ranked_and_nothing_is_said_to_cause():
    for text in (public(), plain(signed_in().main)):
        ranked = re.compile(r"\b(worst|best|top|bottom|league|\d+(st|nd|rd|th))\b")
        assert not ranked.search(text.replace("not what is best", ""))
        assert not FORBIDDEN.search(text)


def test_a_year_and_a_measure_that_are_not_there_fall_back_and_without_groups_it_says_why():
    assert " in 2021" in public("to=2021") and " in 2025" in public("to=1999")
    assert "Refusal rate: half" in public("measure=heard_of_code")
    empty = Fake()
    empty.companion = lambda table: []
    assert "no group of ten or more councils" in plain(compare.page(empty, "").main)
    assert compare.ranges(type("Old", (), {"companion": lambda *_: {}["peer_ranges"]})()) == []


def test_the_download_of_the_page_holds_its_middle_halves():
    book = compare.book(Fake(), "to=2024", "http://localhost/compare")
    assert len(book.sheets[0].rows) == 4
    assert dict(book.cover)["Finding"] in public("to=2024")


def test_a_body_that_signed_in_sees_itself_its_peers_the_rule_and_the_mix_of_requests():
    made = signed_in()
    text = plain(made.main)
    assert made.heading == "How Maidstone Borough Council compares"
    assert text.strip().startswith("Refusal rate: similar to peers")
    assert "Peers, 12 district councils in South East: middle half 10% to 19%" in text
    assert "Had your mix of requests met your peers' rates, 58 would be expected; there were" in text
    assert "no different from its peers beyond chance" in text
    assert "95% range" in text and "Year by year" in text and "Who asked you" in text
    assert "Only people who sign in for this body" in text
    assert "Hartlepool" in text or "Middlesbrough" in text  # the member of its club, by name
    assert "Half of the requests received in 2025 were decided within 11 days (95% range 9 to 13 days)" in text
    assert "On 30 September 2026 you had 17 in force; the review date of 4 had passed." in text
    assert "not stated" in text and "Policing and law enforcement 12 9 3" in text


@pytest.mark.parametrize("position", POSITIONS)
def test_each_place_has_words_that_say_how_sure_and_the_outer_ones_ask_for_a_look(position):
    row = next(one for one in own_rows(BODY, position) if one["section"] == "compared")
    assert mine.title("refusal_rate", row).lower().endswith(peers.POSITIONS[position].lower())
    said = mine.sentence("refusal_rate", row, BODY, "2024")
    assert ("worth asking why" in said) == position.startswith("much")
    assert mine.sentence("refusal_rate", row | {"rule": "type"}, BODY, "2024").count("anywhere") == 1


def test_too_little_to_compare_is_said():
    assert mine.title("refusal_rate", None) == "Refusal rate: too little to compare"
    assert "too few requests in 2024" in mine.sentence("refusal_rate", None, BODY, "2024")


def test_the_place_between_the_limits_is_drawn_and_stays_inside():
    inner, outer = html(mine.funnel(0.0)), html(mine.funnel(40.0))
    assert 'cx="120.0"' in inner and 'cx="232.0"' in outer
    assert mine.funnel(None) == ""


def test_a_body_without_a_file_is_told_so_and_not_shown_an_error():
    class Without(Fake):
        def own(self, *_, **__):
            raise Refusal("There are no figures of your own yet.")

    text = plain(compare.page(Without(principal=COUNCIL), "").main)
    assert "There are no figures of your own yet." in text


def test_the_page_is_served_to_both():
    for principal, said in ((PUBLIC, "Compare councils"), (COUNCIL, "How Maidstone Borough Council compares")):
        client = create_app(Fake(principal=principal)).server.test_client()
        assert f"{said}</h1>" in client.get("/compare").get_data(as_text=True)


def test_a_bodys_own_page_is_accessible_fits_a_phone_and_prints_to_two_pages_of_a4(browser):
    from tests.test_browser import served, violations

    with served(Fake(principal=COUNCIL)) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/compare")
        assert violations(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert violations(page) == []
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert len(re.findall(rb"/MediaBox", page.pdf(prefer_css_page_size=True))) <= 2
        page.close()


# --- the body's own file, at the door ----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    made = Home(tmp_path)
    made.bodies.mkdir(parents=True)
    reader = type("Reader", (), {"cursor": lambda self: (VERSION, None)})()
    monkeypatch.setattr(snapshot, "reader", lambda home, audience: reader)
    for body in (BODY, "E06000001"):
        with duckdb.connect() as con:
            con.execute("CREATE TABLE t (section VARCHAR, body VARCHAR, level VARCHAR, period DATE, figure DOUBLE)")
            con.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", [
                ("figure", body, "year", date(2024, 1, 1), 0.2), ("figure", body, "all", None, 0.3),
                ("club", "E06000002", "year", date(2024, 1, 1), 0.4),
            ])  # fmt: skip
            con.execute(f"COPY t TO '{made.bodies / f'{body}-{VERSION}.parquet'}' (FORMAT parquet)")
    return made


def test_a_body_reads_its_own_file_and_that_alone(home):
    rows = body_file.own(COUNCIL, "figure", home)
    assert {row["body"] for row in rows} == {BODY} and len(rows) == 2
    assert [row["figure"] for row in body_file.own(COUNCIL, "figure", home, level="year")] == [0.2]
    assert [row["body"] for row in body_file.own(COUNCIL, "club", home)] == ["E06000002"]


@pytest.mark.parametrize("principal", [
    PUBLIC, Principal("analyst", BODY), Principal("council"), Principal("council", ""), Principal("council", "../x"),
    Principal("council", f"{BODY}-{VERSION}.parquet'--"), Principal("council", "*"), Principal("council", "E09000001"),
])  # fmt: skip
def test_nobody_else_reads_any_file(home, principal):
    with pytest.raises(Refusal):
        body_file.own(principal, "figure", home)


def test_a_file_that_holds_another_bodys_figures_is_refused(home):
    (home.bodies / f"E06000001-{VERSION}.parquet").replace(home.bodies / f"{BODY}-{VERSION}.parquet")
    with pytest.raises(Refusal, match="not right"):
        body_file.own(COUNCIL, "figure", home)


def test_there_are_three_sections(home):
    with pytest.raises(ValueError, match="no section"):
        body_file.own(COUNCIL, "secrets", home)
