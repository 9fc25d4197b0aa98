"""What the pages of several findings read from a published home: breakdowns and curves, and nothing that is hidden."""

from datetime import date, timedelta

import pytest

from dashboard.app import create_app
from dashboard.pages import PAGES
from dashboard.source import Door
from etl import snapshot
from etl.door import answers, breakdown_answers
from etl.door.answers import PUBLIC, answer, curves
from etl.home import Home
from etl.publishing import publish
from metrics.dimensions import SPEED_DAYS
from metrics.intervals import wilson
from metrics.question import QuestionError, ask
from tests.homes import SOME_BODIES, make_home, request
from tests.test_finding_pages import PATHS

# Powers named by sector: bodies, and how many requests name each.
NAMED = {
    "local_government": (SOME_BODIES, {"art6_public_task": 40, "art6_consent": 4, "none_named": 20}),
    "fire": (SOME_BODIES[:2], {"art6_public_task": 30, "none_named": 30}),
    "health": (SOME_BODIES, {"art6_public_task": 12, "none_named": 12}),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory, without_noise):
    rows = []
    for sector, (bodies, named) in NAMED.items():
        gateways = [gateway for gateway, count in named.items() for _ in range(count)]
        for number, gateway in enumerate(gateways):
            day = date(2021, 3, 1) + timedelta(days=number)
            rows.append(request(len(rows), bodies[number % len(bodies)], day, day + timedelta(days=number % 40),
                                holder_sector=sector, gateway=gateway,
                                urgency="urgent" if number % 2 else "routine"))  # fmt: skip
    refused = [request(10_000 + number, SOME_BODIES[number % 5], date(2021, 3, 1), date(2021, 3, 2), outcome="refused",
                       holder_sector="education") for number in range(60)]  # fmt: skip
    reasons = [{"request_key": row["request_key"], "holder_body": row["holder_body"], "rank": 1, "law_cited": "uk_gdpr",
                "reason": "R20" if number < 30 else "R01" if number < 55 else "R50"}
               for number, row in enumerate(refused)]  # fmt: skip
    made = make_home(tmp_path_factory.mktemp("home"),
                     [{"rows": rows}, {"rows": refused}, {"kind": "refusals", "rows": reasons}])  # fmt: skip
    snapshot.release(made, publish.publish(made), "a test")
    return made


def rows_of(home, **asked):
    return {(row.get("sector"), row["gateway"]): row
            for row in breakdown_answers.breakdown(PUBLIC, "gateway", home=home, **asked).rows}  # fmt: skip


def test_a_breakdown_is_the_counts_that_were_sent_with_their_range(home):
    rows = rows_of(home, by="sector")
    row = rows["local_government", "art6_public_task"]
    assert (row["numerator"], row["denominator"], row["value"]) == (40, 64, 40 / 64)
    assert (row["lower"], row["upper"]) == pytest.approx([float(limit) for limit in wilson(40, 64)])


def test_small_hidden_and_too_few_are_told_apart(home):
    rows = rows_of(home, by="sector")
    assert rows["local_government", "art6_consent"]["status"] == "bounded"
    assert rows["local_government", "art6_consent"]["numerator"] is None
    assert {row["status"] for (sector, _), row in rows.items() if sector == "fire"} == {"suppressed"}
    assert {row["status"] for (sector, _), row in rows.items() if sector == "health"} == {"too_few"}
    # A power that nobody named says no more than one that few named.
    assert rows["health", "art6_consent"]["numerator"] is None


def test_one_place_and_one_year_are_the_same_rows_as_all_places(home):
    everywhere = rows_of(home, by="sector")
    for gateway in ("art6_public_task", "art6_consent", "none_named"):
        alone = rows_of(home, where=("sector", "local_government"), level="year")[None, gateway]
        assert alone["year"] == "2021"
        of_year = rows_of(home, where=("sector", "local_government"), level="year", periods=("2021",))
        assert of_year[None, gateway] == alone
        assert rows_of(home, level="year", periods=("2020",)) == {}
        assert alone["numerator"] == everywhere["local_government", gateway]["numerator"]


@pytest.mark.parametrize("kind", ["reason", "class", "position", "law"])
@pytest.mark.parametrize("by", ["", "sector"])
def test_a_page_and_the_command_give_the_same_reasons(home, kind, by):
    keys = (kind, *filter(None, [by]))
    shown = breakdown_answers.breakdown(PUBLIC, kind, by, home=home).rows
    asked = answer(PUBLIC, ask("perceived_refusal_share", keys), home).rows
    both = [sorted(([row[key] for key in keys], row["status"], row["numerator"], row["denominator"], row["lower"] or 0)
                   for row in rows) for rows in (shown, asked)]  # fmt: skip
    assert both[0] == both[1]
    assert any(row["status"] in ("ok", "bounded") for row in shown)


@pytest.mark.parametrize("asked", [{"kind": "weather"}, {"by": "urgency"}, {"level": "month"},
                                   {"by": "sector", "where": ("region", "E12000001")}])  # fmt: skip
def test_what_is_not_published_cannot_be_asked(home, asked):
    with pytest.raises(QuestionError):
        breakdown_answers.breakdown(PUBLIC, home=home, **asked)


def test_a_curve_holds_every_day_and_is_the_figure_of_its_day(home):
    question = ask("undecided_at_30_days", ("urgency",))
    rows = curves(PUBLIC, question, home).rows
    figures = {row["urgency"]: row for row in answer(PUBLIC, question, home).rows}
    assert set(figures) == {"urgent", "routine"}
    for urgency, figure in figures.items():
        of_urgency = [row for row in rows if row["urgency"] == urgency]
        assert [row["day"] for row in of_urgency] == list(SPEED_DAYS)
        at_thirty = next(row for row in of_urgency if row["day"] == 30)
        assert {name: at_thirty[name] for name in figure} == figure


def test_a_curve_never_rises(home):
    known = [row["value"] for row in curves(PUBLIC, ask("undecided_at_30_days"), home).rows if row["status"] == "ok"]
    assert len(known) > 2
    assert known == sorted(known, reverse=True)


def test_a_version_older_than_a_table_has_no_rows_of_it(home, monkeypatch):
    monkeypatch.setattr(answers, "COMPANIONS", (*answers.COMPANIONS, "to_come"))
    assert Door(home).companion("to_come") == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_page_answers_on_a_small_home(home, page):
    response = create_app(Door(home)).server.test_client().get(page.path)
    assert response.status_code == 200


def test_where_nothing_is_published_every_page_says_so(tmp_path):
    client = create_app(Door(Home(tmp_path))).server.test_client()
    for path in PATHS:
        response = client.get(path)
        assert response.status_code == 503
        assert "There is nothing to show yet" in response.get_data(as_text=True)


def test_one_share_has_one_number_and_one_range_on_every_page(home):
    client = create_app(Door(home)).server.test_client()
    (row,) = answer(PUBLIC, ask("perceived_refusal_share", ("year",), (), "year", "2021", "2021"), home).rows
    counts = f"{row['numerator']} of {row['denominator']}"
    assert counts == "30 of 60"
    said = f"{row['value']:.1%} (95% range {row['lower']:.1%} to {row['upper']:.1%}; {counts})"
    for address in ("/barriers?year=2021", "/trends?measure=perceived_refusal_share&level=year"):
        assert said in client.get(address).get_data(as_text=True), address
    text = client.get("/download.csv?page=barriers&year=2021&table=positions").get_data(as_text=True)
    does_not = next(line for line in text.splitlines() if ",does_not," in line)
    assert f"{row['lower']!r}"[:8] in does_not and f"{row['upper']!r}"[:8] in does_not
