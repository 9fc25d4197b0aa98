"""The sentence says what the rows show and no more: each kind of row has its own test."""

import re

import pytest

from dashboard.findings import compare, finding
from dashboard.view import View, parse
from metrics.evaluate import figure
from tests.fakes import absent, row

YEARLY = View(level="year")


def years(*pairs, start=2019, flags=()):
    """Rows of refusals and requests, a year each."""
    return [row(refused, received, flags, year=str(start + at)) for at, (refused, received) in enumerate(pairs)]


def test_a_fall_beyond_the_ranges_is_lower():
    found = finding(YEARLY, years((300, 1000), (250, 1000), (150, 1000)))
    assert found.title == "Refusal rate: lower than in 2019"
    assert found.text == (
        "Refusal rate: 15.0% (95% range 12.9% to 17.3%; 150 of 1,000) in 2021, lower than 30.0% (95% range 27.2% to "
        "32.9%; 300 of 1,000) in 2019; the ranges do not overlap."
    )
    assert found.moves == ("lower",)


def test_a_rise_beyond_the_ranges_is_higher():
    found = finding(YEARLY, years((150, 1000), (300, 1000)))
    assert found.title == "Refusal rate: higher than in 2019"
    assert "higher than 15.0%" in found.text


def test_ranges_that_overlap_are_no_clear_change():
    found = finding(YEARLY, years((300, 1000), (290, 1000)))
    assert found.title == "Refusal rate: no clear change from 2019"
    assert "no clear change; the ranges overlap" in found.text
    assert "lower" not in found.text


def test_the_filters_are_named():
    view, _ = parse("level=year&sector=health&requester_sector=police")
    text = finding(view, years((300, 1000), (150, 1000))).text
    assert text.startswith("Refusal rate (Health; asked for by Policing and law enforcement): 15.0%")


def test_no_rows_are_no_return():
    found = finding(YEARLY, [])
    assert found.title == "Refusal rate: no figures for this choice"
    assert "no return covers" in found.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("suppressed", "no body or person can be singled out"),
        ("too_few", "too few requests"),
        ("not_submitted", "no return covers"),
        ("not_applicable", "cannot exist"),
        ("not_reached", "had not been decided"),
    ],
)
def test_each_absence_says_why(status, words):
    found = finding(YEARLY, [absent(status, year="2020"), absent(status, year="2021")])
    assert words in found.text
    assert not re.search(r"\d%", found.text)


def test_several_absences_are_each_explained():
    text = finding(YEARLY, [absent("suppressed", year="2020"), absent("too_few", year="2021")]).text
    assert "Suppressed:" in text
    assert "Too few:" in text


def test_a_small_count_is_a_range_and_is_not_compared():
    rows = [*years((300, 1000)), {"year": "2020", **figure("bounded", denominator=64, lower=0.0, upper=0.25)}]
    only = [{"year": "2020", **figure("bounded", denominator=64, lower=0.0, upper=0.25)}]
    assert "under 10 of 64 (0% to 25.0%)" in finding(YEARLY, only).text
    assert "There is no earlier figure to compare it with." in finding(YEARLY, only).text
    assert finding(YEARLY, rows).moves == ("",)


def test_all_but_a_few_is_said_so():
    rows = [{"year": "2020", **figure("bounded", denominator=64, lower=0.75, upper=1.0)}]
    assert "all but under 10 of 64" in finding(YEARLY, rows).text


def test_one_figure_is_not_compared():
    found = finding(YEARLY, years((300, 1000)))
    assert found.title == "Refusal rate: one figure, nothing to compare"
    assert "no earlier figure" in found.text


def test_provisional_figures_are_not_compared():
    rows = [*years((300, 1000), (295, 1000)), row(10, 1000, ["provisional"], year="2021")]
    found = finding(YEARLY, rows)
    assert found.title == "Refusal rate: no clear change from 2019"
    assert "in 2020" in found.text
    assert "2021" not in found.text
    assert "provisional" in found.text


def test_published_rows_are_named_and_not_compared_with_others():
    published = row(52, 70, ["published"], year="2017")
    alone = finding(YEARLY, [published])
    assert "52 of 70" in alone.text
    assert "only returns that their senders have already published" in alone.text
    mixed = finding(YEARLY, [published, *years((300, 1000), (295, 1000))])
    assert mixed.title == "Refusal rate: no clear change from 2019"
    assert "Some points count only returns" in mixed.text


def test_series_are_told_one_by_one_and_counted_in_the_title():
    view, _ = parse("level=year&sector=health&sector=police&sector=justice")
    rows = [
        one | {"sector": sector}
        for sector, pairs in {
            "health": ((300, 1000), (150, 1000)),
            "police": ((300, 1000), (310, 1000)),
            "justice": ((300, 1000), (100, 1000)),
        }.items()
        for one in years(*pairs)
    ]
    found = finding(view, rows)
    courts, police = "Courts, prisons, probation and youth justice", "Policing and law enforcement"
    assert found.title == f"Refusal rate: 10.0% ({courts}) to 31.0% ({police})"
    assert found.sentences[0].startswith(f"Refusal rate in 2020: from {courts}, 10.0% (")
    assert [sentence.split(":")[0] for sentence in found.sentences[1:4]] == [
        "Health", "Policing and law enforcement", "Courts, prisons, probation and youth justice",
    ]  # fmt: skip


def test_groups_that_cannot_be_told_apart_are_not_set_against_each_other():
    view, _ = parse("level=year&by=under_agreement")
    rows = [one | {"under_agreement": code} for code in ("yes", "no", "not_stated") for one in
            years((300, 1000), ({"yes": 150, "no": 160}.get(code, 900), 1000))]  # fmt: skip
    found = finding(view, rows)
    assert found.title.startswith("Refusal rate: no clear difference between 2 groups")
    assert "Under an agreement, 15.0%" in found.sentences[0] and "Not under one, 16.0%" in found.sentences[0]
    assert "the ranges overlap, so no clear difference" in found.sentences[0]
    moved = [one | {"under_agreement": code} for code in ("yes", "no") for one in
             years((500, 1000), ({"yes": 150, "no": 300}[code], 1000))]  # fmt: skip
    assert finding(view, moved).title == (
        "Refusal rate: 15.0% (Under an agreement) to 30.0% (Not under one); lower in both"
    )


def test_series_without_a_figure_are_counted():
    view, _ = parse("level=year&sector=health&sector=fire")
    rows = [one | {"sector": "health"} for one in years((300, 1000), (150, 1000))]
    rows.append(absent("suppressed", sector="fire", year="2020"))
    assert "One of 2 have no figure that can be shown." in finding(view, rows).text


def test_days_are_whole_and_may_be_the_same():
    view = View("median_days_to_decision", level="year")
    rows = [
        {"year": year, **figure("ok", numerator=90, denominator=100, value=days, lower=days - 1, upper=days + 2)}
        for year, days in (("2019", 20), ("2020", 12))
    ]
    found = finding(view, rows)
    assert "12 days (95% range 11 to 14 days) in 2020, lower than 20 days" in found.text


def test_a_full_count_has_no_range():
    view = View("requests_received", level="year")
    rows = [{"year": year, **figure("ok", numerator=n, value=n)} for year, n in (("2019", 900), ("2020", 1204))]
    assert finding(view, rows).text == "Requests received: 1,204 in 2020, higher than 900 in 2019."
    same = [{"year": year, **figure("ok", numerator=900, value=900)} for year in ("2019", "2020")]
    assert "no clear change; the two are the same" in finding(view, same).text


def test_a_range_that_is_open_is_never_a_change():
    open_ended = {"value": 10, "lower": 8, "upper": None}
    assert compare({"value": 90, "lower": 80, "upper": 100}, open_ended) == "none"


def test_figures_over_all_time_are_compared_between_groups():
    view, _ = parse("level=all&by=sector")
    rows = [row(100, 1000, sector="health"), row(400, 1000, sector="police"), absent("suppressed", sector="fire")]
    found = finding(view, rows)
    assert found.title == "Refusal rate: differs between 2 groups"
    assert "from 10.0%" in found.text
    assert "in Policing and law enforcement; their ranges do not overlap" in found.text
    close = finding(view, [row(100, 1000, sector="health"), row(105, 1000, sector="police")])
    assert close.title == "Refusal rate: no clear difference between 2 groups"


def test_a_survey_says_how_many_answered():
    view = View("heard_of_code")
    rows = [row(80, 400, wave=wave) | {"invited": 1000, "responded": 400} for wave in ("2021", "2022")]
    assert "40.0% of those asked in the latest wave answered (400 of 1,000); the others may differ." in (
        finding(view, rows).text
    )


def test_nothing_is_ever_said_to_be_the_cause():
    kinds = [
        years((300, 1000), (150, 1000)), years((150, 1000), (300, 1000)), years((300, 1000), (300, 1000)), [],
        [absent("suppressed", year="2020")],
    ]  # fmt: skip
    for rows in kinds:
        said = " ".join((finding(YEARLY, rows).title, finding(YEARLY, rows).text))
        assert not re.search(r"caus|because of|due to|led to|thanks to|effect|improv|worse", said)
