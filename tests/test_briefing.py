"""The briefing: numbered findings that can be quoted alone, what they cannot tell, and clean A4 paper."""

import re

import pytest
from hypothesis import given, settings

from dashboard import briefing, limits, told
from dashboard.app import create_app
from dashboard.headlines import HEADLINES
from dashboard.markup import html
from dashboard.view import View, address, parse
from metrics.wording import FORBIDDEN
from tests.fakes import VERSION, Fake, absent, row
from tests.test_browser import address as server  # noqa: F401
from tests.test_view import queries


def plain(nodes):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html(nodes)))


def briefed(query, **options):
    return plain(briefing.page(Fake(**options), query).main)


def test_each_finding_has_its_value_range_base_verdict_and_definition():
    findings = told.told(Fake(), View())
    assert [one.number for one in findings] == [1, 2, 3, 4, 5]
    assert [one.view.measure for one in findings] == [measure for _, measure in HEADLINES]
    for one in findings:
        text = plain(told.numbered(one))
        assert "95% range" in text and "Base" in text
        assert f"Counted: {one.view.indicator.numerator}" in text
        assert f"Out of: {one.view.indicator.denominator}" in text
        assert "Verdict on the code: " in text
    assert "Verdict on the code: Improving" in plain(told.numbered(findings[0]))
    assert "Verdict on the code: none is given" in plain(told.numbered(findings[4]))


def test_a_view_of_any_measure_comes_first_and_keeps_its_filters_and_years():
    findings = told.told(Fake(), parse("measure=no_reply_rate&sector=health&from=2021&to=2024")[0])
    assert findings[0].view.measure == "no_reply_rate"
    assert {one.view.measure for one in findings[1:]} == {measure for _, measure in HEADLINES}
    assert all(one.view.where == (("sector", ("health",)),) for one in findings)
    assert all((one.view.first, one.view.last) == ("2021", "2024") for one in findings if one.view.level == "year")


def test_a_measure_that_is_not_published_for_the_choice_is_left_out_and_named():
    text = briefed("sector=health&region=E12000007")
    assert "Undecided after 30 days and Heard of the code: not published for this choice" in text
    assert "Heard of the code: higher" not in text


def test_a_verdict_is_given_for_exactly_what_is_shown_or_not_at_all():
    by_sector = Fake().verdicts("refusal_rate", "sector").rows
    judged = by_sector[0]["sector"]
    assert told._verdict(Fake(), View(where=(("sector", (judged,)),)))["sector"] == judged
    assert told._verdict(Fake(), View(where=(("purpose", ("fraud_debt",)),))) is None
    assert told._verdict(Fake(), View(where=(("sector", (judged,)), ("region", ("E12000007",))))) is None
    assert told._verdict(Fake(), View(by=("sector",))) is None


def years(first, last):
    return [row(first, 1000, year="2019", wave="2019"), row(last, 1000, year="2024", wave="2024")]


@pytest.mark.parametrize(("rows", "said"), [
    (years(300, 200), "lower than in 2019"),
    (years(200, 300), "higher than in 2019"),
    (years(200, 205), "no clear change from 2019"),
    ([], "no figures for this choice"),
    ([absent("suppressed", year="2024")], "suppressed"),
    ([absent("too_few", year="2024")], "too few"),
])  # fmt: skip
def test_findings_follow_the_data_whatever_they_say(rows, said):
    text = plain(told.numbered(told.told(Fake(rows=rows, judged=False), parse("level=year")[0])[0]))
    assert said in text
    assert not FORBIDDEN.search(text)


def test_what_the_data_cannot_tell_follows_from_what_is_missing():
    assert "What happens at the 1 body that has not reported" in briefed("")
    hidden = [absent("suppressed", year="2023", wave="2023"), row(200, 1000, year="2024", wave="2024")]
    text = plain(limits.block(Fake(rows=hidden), told.told(Fake(rows=hidden), parse("level=year")[0])))
    assert "figures asked for here are hidden" in text
    assert "figures asked for here are hidden" not in briefed("")
    assert "did not answer a survey" in briefed("")
    assert "they state no reason" in briefed("")


def test_the_page_says_the_version_the_date_and_that_it_is_made_up():
    text = create_app(Fake()).server.test_client().get("/briefing?sector=health&level=year").get_data(as_text=True)
    shown = plain_text(text)
    assert f"Every figure is as at 31 October 2026, version {VERSION}" in shown
    assert "Synthetic data, not official figures" in shown
    assert "http://localhost/briefing?sector=health&level=year" in shown


def plain_text(text):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", text)).replace("&amp;", "&")


@pytest.mark.parametrize("query", ["", "by=sector", "measure=heard_of_code", "level=all&by=region", "sector=fire",
                                   "measure=agreements_in_force", "measure=nonsense"])  # fmt: skip
def test_every_kind_of_view_has_a_briefing(query):
    made = briefing.page(Fake(), query)
    text = plain(made.main)
    assert "Findings" in text and "What these data cannot tell" in text
    assert bool(made.problems) == ("nonsense" in query)


def test_a_view_of_the_trends_leads_to_its_own_briefing():
    client = create_app(Fake()).server.test_client()
    text = client.get("/trends?by=region&level=year").get_data(as_text=True)
    assert 'href="/briefing?by=region&amp;level=year"' in text


@settings(max_examples=25)
@given(queries())
def test_any_view_at_all_has_a_briefing_whose_address_is_that_view(query):
    view, _ = parse(query)
    findings = told.told(Fake(), view)
    assert findings[0].view.measure == view.measure and findings[0].view.where == view.where
    assert parse(address(view))[0] == view


def test_it_prints_to_two_clean_pages_of_a4(browser, server):  # noqa: F811
    page = browser.new_page()
    page.goto(f"{server}/briefing?sector=health")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert 1 <= len(boxes) <= 2
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible() and not page.locator(".controls").is_visible()
    assert page.locator("#cited").is_visible() and page.locator("table").first.is_visible()
    assert page.get_by_text("Synthetic data, not official figures").first.is_visible()
    page.close()
