"""A view and its address say the same, both ways; what an address says wrong is told and never breaks a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import names
from dashboard.view import CHARTS, FILTERS, LEVEL_LABELS, MOST_SERIES, View, address, link, offered, parse
from metrics.indicators import INDICATORS
from metrics.question import QuestionError, levels_of

PERIODS = st.one_of(
    st.none(),
    st.integers(2015, 2030).map(str),
    st.tuples(st.integers(2015, 2030), st.integers(1, 4)).map(lambda pair: f"{pair[0]}-Q{pair[1]}"),
    st.tuples(st.integers(2015, 2030), st.integers(1, 12)).map(lambda pair: f"{pair[0]}-{pair[1]:02d}"),
)
ANYTHING = st.one_of(st.text(max_size=20), st.sampled_from(["refusal_rate", "sector", "health", "2021", "month"]))
KEYS = ("measure", "by", *FILTERS, "level", "from", "to", "chart", "utm_source")


@st.composite
def queries(draw):
    """Addresses made of real choices, in any order, with any number of values."""
    measure = draw(st.sampled_from(list(INDICATORS)))
    pairs = [("measure", measure)]
    some = list(offered(measure))  # none, for a measure over everything
    for name in draw(st.lists(st.sampled_from(some), max_size=3, unique=True)) if some else ():
        for value in draw(st.lists(st.sampled_from(list(names.values(name))), min_size=1, max_size=3, unique=True)):
            pairs.append((name, value))
    pairs += [("by", name) for name in (draw(st.lists(st.sampled_from(some), max_size=1)) if some else ())]
    pairs += [("level", level) for level in draw(st.lists(st.sampled_from(levels_of(INDICATORS[measure])), max_size=1))]
    pairs += [(key, value) for key in ("from", "to") if (value := draw(PERIODS))]
    pairs += [("chart", chart) for chart in draw(st.lists(st.sampled_from([*CHARTS]), max_size=1))]
    return "&".join(f"{key}={value}" for key, value in draw(st.permutations(pairs)))


@given(queries())
def test_a_view_written_as_an_address_is_read_as_the_same_view(query):
    view, _ = parse(query)
    assert parse(address(view)) == (view, ())


@given(queries())
def test_every_view_that_is_read_is_one_that_is_published(query):
    view, _ = parse(query)
    assert view.question().indicator == view.measure
    assert all(len(values) <= MOST_SERIES for values in view.filters.values())
    assert len(view.series_keys) <= 1


@given(st.lists(st.tuples(st.sampled_from(KEYS), ANYTHING), max_size=8))
def test_any_address_at_all_is_read_without_failing(pairs):
    view, _ = parse("&".join(f"{key}={value}" for key, value in pairs))
    assert parse(address(view)) == (view, ())


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(text):
    view, _ = parse(text)
    view.question()


def test_no_address_is_the_default_view():
    assert parse("") == (View(), ())
    assert address(View()) == ""
    assert link("/trends", View()) == "/trends"


def test_the_order_and_repeats_of_an_address_do_not_matter():
    one, _ = parse("sector=police&sector=health&measure=shared_rate&from=2021")
    two, _ = parse("from=2021&sector=health&sector=police&sector=health&measure=shared_rate")
    assert one == two
    assert address(one) == "measure=shared_rate&sector=health&sector=police&from=2021"


def test_several_values_are_compared_without_being_asked_for():
    view, problems = parse("by=sector&sector=health&sector=police")
    assert problems == ()
    assert (view.by, view.series_keys) == ((), ("sector",))


def test_keys_that_are_not_ours_are_left_alone():
    assert parse("utm_source=letter&fbclid=1") == (View(), ())


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("measure=everything", "measure"),
        ("by=colour", "by"),
        ("by=sector&by=region", "by"),
        ("sector=wizards", "sector"),
        ("measure=heard_of_code&purpose=fraud_debt", "measure"),
        ("measure=heard_of_code&level=month", "measure"),
        ("measure=heard_of_code&from=2021", "measure"),
        ("level=decade", "level"),
        ("chart=pie", "chart"),
        ("chart=spc&by=sector", "chart"),
        ("chart=spc&level=all", "chart"),
        ("chart=spc&measure=heard_of_code", "measure"),
        ("from=yesterday", "from"),
        ("to=2021-13", "to"),
        ("from=2022&to=2021", "from"),
        ("level=all&from=2021", "from"),
        ("sector=health&sector=police&region=E12000007&region=E12000001", "region"),
        ("sector=health&sector=police&sector=fire&sector=justice&sector=housing", "sector"),
        ("sector=health&region=E12000007&purpose=fraud_debt&urgency=urgent", "level"),
        ("level=month&sector=health&region=E12000007", "level"),
    ],
)
def test_what_is_wrong_is_told_and_something_is_shown(query, field):
    view, problems = parse(query)
    assert field in [problem.field for problem in problems]
    assert all(problem.sentence.endswith(".") for problem in problems)
    assert parse(address(view)) == (view, ())


def test_more_filters_than_a_month_is_published_by_are_shown_by_quarter_and_year():
    levels = [
        parse(query)[0].shown_level
        for query in ("", "sector=health", "sector=health&region=E12000007",
                      "sector=health&region=E12000007&purpose=fraud_debt")
    ]  # fmt: skip
    assert levels == ["month", "month", "quarter", "year"]


def test_a_part_of_a_definition_cannot_be_filtered_again():
    assert "direction" not in offered("downward_shared_rate")
    assert parse("measure=downward_shared_rate&direction=cross_agency")[1][0].field == "measure"


def test_every_level_has_a_label():
    assert {level for one in INDICATORS.values() for level in levels_of(one)} <= set(LEVEL_LABELS)


def test_a_view_that_is_not_published_cannot_be_asked():
    with pytest.raises(QuestionError):
        View(by=("sector",), where=(("region", ("E12000007",)),), level="month").question()
