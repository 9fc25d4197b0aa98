"""The overview: one honest sentence a family, with a verdict that colour alone never tells, and nobody ranked."""

import re

import pytest

from dashboard import headlines, judged, overview
from dashboard.markup import html
from dashboard.view import View
from etl.errors import Refusal
from metrics.verdicts import IDS
from metrics.wording import FORBIDDEN, NAMES
from tests.fakes import Fake, absent, row, verdict_row


def plain(node):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html(node)))


def one(verdict=None, before=(230, 1000), after=(180, 1000)):
    rows = [row(*counts, year=year) if counts else None for counts, year in ((before, "2020"), (after, "2024"))]
    view = View("refusal_rate")
    return headlines.Headline("refusals", view, "year", *rows, [], verdict_row(verdict) if verdict else None)


def test_the_first_screen_holds_a_sentence_a_family_with_its_verdict_number_range_and_date():
    text = plain(overview.page(Fake(), "").main)
    start = text.index("Improving: refusals")
    for verdict, family in (("Improving", "Refusals"), ("No detectable change", "Reasons"), ("Worsening", "Speed"),
                            ("Cannot tell", "Agreements")):  # fmt: skip
        assert f"{family} {verdict}" in text
    said = text[start : text.index("Five figures")]
    assert "15.0%" not in said.split("Refusals")[0]
    assert said.count("(5 October 2021)") == 4
    assert "95% interval −7.1 to −2.4" in said and "wave" in said


@pytest.mark.parametrize("verdict", IDS)
def test_each_verdict_is_told_by_words_and_three_of_them_look_apart_from_the_rest(verdict):
    assert NAMES[verdict] in html(judged.tag(verdict))
    assert html(judged.tag("improving")) != html(judged.tag("worsening"))
    assert "govuk-tag--" not in html(judged.tag("not_enough_data"))


def test_what_became_of_the_families_is_counted_in_one_sentence():
    fell = one(before=(300, 1000))._replace(family="speed")
    told = [one("improving"), one("improving")._replace(family="reasons"), fell]
    assert headlines.counted(told) == "Improving: refusals and reasons. Lower: speed."
    nothing = [one(after=None)]
    assert headlines.counted(nothing) == "No figure yet has both a before and an after"


@pytest.mark.parametrize(("before", "after", "said"), [
    ((300, 1000), (200, 1000), "lower than"), ((200, 1000), (300, 1000), "higher than"),
    ((200, 1000), (205, 1000), "No clear change"), (None, (200, 1000), "no figure from before"),
    ((200, 1000), None, "no settled figure since"),
])  # fmt: skip
def test_a_family_is_told_whether_it_rose_fell_stood_or_cannot_be_compared(before, after, said):
    text = plain(headlines.family(one(before=before, after=after)))
    assert said in text
    assert not FORBIDDEN.search(text)


def test_sectors_are_held_against_all_of_them_and_none_is_ranked_or_named_as_best_or_worst():
    rows = [row(100, 1000, year="2024"), row(300, 1000, year="2024"), absent("suppressed", year="2024")]
    said = overview.differs(rows, row(2000, 10000, year="2024"), "2024")
    assert said == ("In 2024 the refusal rate of 2 sectors lay between 10.0% and 30.0%; of all together it was 20.0%. "
                    "The ranges of 1 lie wholly above it and of 1 wholly below it.")  # fmt: skip
    same = [row(200, 1000, year="2024"), row(201, 1000, year="2024")]
    assert "no clear difference" in overview.differs(same, row(2000, 10000, year="2024"), "2024")
    assert "Too few sectors" in overview.differs([absent("too_few")], row(2000, 10000, year="2024"), "2024")
    assert not re.search(r"\b(worst|best|rank)", plain(overview.page(Fake(), "").main))


def test_which_sectors_moved_is_said_by_name_and_the_others_are_counted():
    rows = {"health": verdict_row("improving", sector="health"), "fire": verdict_row("cannot_tell", sector="fire")}
    said = overview.moved(rows)
    assert said.startswith("Since the code came into force, of 2 sectors: 1 improving and 1 where nobody can tell.")
    assert "Improving: Health." in said and "Worsening" not in said


def test_figures_published_before_verdicts_were_are_told_by_their_ranges():
    class Older(Fake):
        def verdicts(self, *_, **__):
            raise Refusal("Publish again.")

    text = plain(overview.page(Older(), "").main)
    assert "Lower: refusals" in text or "No clear change: refusals" in text


def test_the_download_holds_the_sentences_of_the_page():
    page = plain(overview.page(Fake(), "").main)
    book = headlines.book(Fake(), "", "http://localhost/")
    names = [column.name for column in book.sheets[0].columns]
    rows = [dict(zip(names, cells, strict=True)) for cells in book.sheets[0].rows]
    assert [made["family"] for made in rows] == [family for family, _ in headlines.HEADLINES]
    assert all(made["sentence"] in page for made in rows if made["sentence"])
    assert rows[-1]["verdict"] is None and rows[-1]["latest_value"] is not None
