"""Tables and downloads hold the same rows as the chart, with every absence in words and nothing a spreadsheet runs."""

import csv
import io
import re

import pytest

from dashboard import downloads, sheets, tables, words
from dashboard.app import create_app
from dashboard.markup import el, html
from dashboard.view import View, parse
from metrics.dimensions import STATUSES
from metrics.evaluate import figure
from tests.fakes import Fake, absent, row

YEARLY = View(level="year")
ABSENT = [status for status in STATUSES if status not in ("ok", "bounded")]


def plain(nodes):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html(nodes)))


def download(view, source=None):
    answer = (source or Fake()).answer(view.question())
    text = sheets.as_csv(downloads.book(view, answer)).decode()
    assert text.startswith(sheets.BOM)
    return answer, list(csv.DictReader(io.StringIO(text.removeprefix(sheets.BOM))))


@pytest.mark.parametrize("status", ABSENT)
def test_each_absence_is_a_word_that_is_explained_below(status):
    rows = [row(300, 1000, year="2020"), absent(status, year="2021")]
    assert words.ABSENT[status] in plain(tables.full(YEARLY, rows))
    assert words.EXPLAINED[status] in plain(tables.absences(rows))
    assert plain(tables.absences(rows)).count(":") == 1


def test_zero_is_a_value_and_says_so():
    rows = [row(0, 1000, year="2021")]
    assert "2021 0% 0% to" in plain(tables.full(YEARLY, rows))
    assert "there were none" in plain(tables.absences(rows))


def test_nothing_absent_needs_no_explanation():
    assert tables.absences([row(300, 1000, year="2021")]) is None


def test_tables_have_a_caption_and_scoped_headings_in_a_named_region():
    view, _ = parse("by=region&level=year")
    for node in tables.full(view, Fake().answer(view.question()).rows):
        text = html(node)
        assert text.count("<caption") == 1
        assert re.match(r'<div class="scrolling" role="region" aria-label="[^"]+, table" tabindex="0">', text)
        assert "<th>" not in text
        assert text.count('scope="row"') == text.count("<tr") - 1


def test_the_newest_period_is_first():
    text = plain(tables.full(YEARLY, [row(300, 1000, year="2020"), row(310, 1000, year="2021")]))
    assert text.index("2021") < text.index("2020")


def test_every_series_is_in_a_table_though_four_are_drawn():
    view, _ = parse("by=sector&level=year")
    rows = Fake().answer(view.question()).rows
    text = plain(tables.full(view, rows))
    from dashboard import names

    assert all(names.label("sector", one["sector"]) in text for one in rows)


@pytest.mark.parametrize("query", ["", "level=year", "by=sector&level=year", "level=all&by=region", "sector=health",
                                   "measure=heard_of_code", "measure=requests_received&level=quarter"])  # fmt: skip
def test_a_download_has_the_rows_of_the_page(query):
    view, _ = parse(query)
    answer, rows = download(view)
    assert len(rows) == len(answer.rows)
    for made, given in zip(rows, answer.rows, strict=True):
        assert made["status"] == given["status"]
        assert made["value"] == ("" if given["value"] is None else str(given["value"]))
        assert made["data_version"] == answer.data_version
        assert made["synthetic"] == "yes"
    if query == "sector=health":
        assert {made["sector"] for made in rows} == {"health"}


def test_the_table_and_the_download_say_the_same():
    rows = Fake().answer(YEARLY.question()).rows
    text = plain(tables.full(YEARLY, rows))
    for made in download(YEARLY)[1]:
        assert f"{made['year']} {words.share(float(made['value']))}" in text


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_text_can_become_a_formula(cell):
    assert sheets.safe(cell) == "'" + cell


@pytest.mark.parametrize("cell", [-0.5, 3, "Health", ""])
def test_what_is_harmless_stays_as_it_is(cell):
    assert sheets.safe(cell) == cell


def test_a_download_is_served_under_a_name_that_says_what_it_is():
    client = create_app(Fake()).server.test_client()
    response = client.get("/download.csv?measure=shared_rate&level=year")
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    assert "uptake-shared-rate-year-2026-10-31-0123456789ab.csv" in response.headers["Content-Disposition"]
    assert response.data.startswith(b"\xef\xbb\xbfindicator,")


def test_counts_in_words():
    small = {"year": "2021", **figure("bounded", denominator=64, lower=0.0, upper=0.25)}
    nearly = {"year": "2021", **figure("bounded", denominator=64, lower=0.75, upper=1.0)}
    assert words.value(small, "share") == "under 10 of 64"
    assert words.value(nearly, "share") == "all but under 10 of 64"
    assert words.value({**figure("bounded", lower=0, upper=9)}, "count") == "under 10"


@pytest.mark.parametrize(("value", "said"), [(0, "0%"), (1, "100%"), (0.0001, "under 0.1%"), (0.99999, "over 99.9%"),
                                             (0.3137, "31.4%")])  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_all(value, said):
    assert words.share(value) == said


@pytest.mark.parametrize(("level", "text", "said"), [
    ("month", "2021-10", "October 2021"), ("quarter", "2021-Q4", "October to December 2021"), ("year", "2021", "2021"),
    ("rolling", "2021-10", "the 12 months to October 2021"), ("wave", "w1", "wave w1"),
])  # fmt: skip
def test_periods_in_words(level, text, said):
    assert words.period(level, text) == said


def test_markup_is_escaped_in_texts_and_attributes():
    assert html(el("p", "<script>", title='"><b>', class_="x")) == (
        '<p title="&quot;&gt;&lt;b&gt;" class="x">&lt;script&gt;</p>'
    )
    assert html(el("input", checked=True, disabled=None, value="")) == '<input checked value="">'
