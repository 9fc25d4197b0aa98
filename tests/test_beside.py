"""Figures that stand beside others: reasons, gaps, bodies that share, rows held, and what no log can see."""

from datetime import date

import duckdb
import pytest

from etl import snapshot
from etl.door import answers, beside
from etl.door.read_tables import held
from etl.publishing.publish import publish
from metrics import intervals
from metrics.question import QuestionError, ask
from tests.homes import SOME_BODIES, make_home, request

DAY = date(2021, 3, 1)
WAVE = {"wave": "2021-03", "sector": "not_stated", "region": "not_stated", "role": "not_stated"}


def _answers(question, yes, no):
    return [{**WAVE, "fieldwork_start": DAY, "fieldwork_end": DAY, "question": question, "answer": answer,
             "respondents": count, "weight_sum": float(count), "weight_sum_squares": float(count)}
            for answer, count in (("yes", yes), ("no", no))]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory, without_noise):
    """Five councils: 100 requests each, half to safeguard a child; 40 refused, of which 10 have no reason."""
    rows, refusals = [], []
    for place, body in enumerate(SOME_BODIES):
        for number in range(100):
            key = place * 1000 + number
            child = number % 2 == 0
            # Of 50 for a child 25 are refused, of 50 others 15.
            refused = number < 50 if child else number < 30
            rows.append(request(key, body, DAY, DAY, outcome="refused" if refused else "shared_full",
                                purpose="safeguarding_child" if child else "fraud_debt"))  # fmt: skip
            if refused and number >= 20:
                reason = "R01" if number % 3 == 0 else "R20"
                refusals.append({"request_key": key, "holder_body": body, "rank": 1, "reason": reason,
                                 "law_cited": "uk_gdpr" if number < 40 else "not_stated"})  # fmt: skip
    made = make_home(tmp_path_factory.mktemp("beside") / "home", [
        {"rows": rows}, {"kind": "refusals", "rows": refusals},
        {"kind": "awareness", "rows": [*_answers("did_not_ask", 30, 70), *_answers("worked_round", 20, 80)]},
        {"kind": "survey_frame", "rows": [{**WAVE, "population": 1000, "invited": 400, "responded": 100}]},
    ])  # fmt: skip
    snapshot.release(made, publish(made), "a test")
    return made


def _rows(home, indicator, **asked):
    return answers.answer(answers.PUBLIC, ask(indicator, **asked), home).rows


def test_reasons_are_shares_of_refusals_with_a_reason_and_add_up(home):
    rows = {row["reason"]: row for row in _rows(home, "perceived_refusal_share", by=["reason"])}
    assert set(rows) == {"R01", "R20"} and {row["denominator"] for row in rows.values()} == {100}
    assert sum(row["numerator"] for row in rows.values()) == 100
    row, plain = rows["R20"], intervals.wilson(rows["R20"]["numerator"], 100)
    # Five bodies alike: the range is wider than of the refusals alone for so few bodies, and no more.
    assert row["lower"] < plain[0] < plain[1] < row["upper"] < 1
    assert row["upper"] - row["lower"] < 1.5 * (plain[1] - plain[0])


def test_the_position_does_not_is_the_indicator_itself(home):
    (whole,) = _rows(home, "perceived_refusal_share", level="year", by=["year"])
    rows = _rows(home, "perceived_refusal_share", by=["position", "year"])
    same = [row for row in rows if row["position"] == "does_not"]
    assert same and (same[0]["numerator"], same[0]["denominator"]) == (whole["numerator"], whole["denominator"])


def test_laws_are_shares_of_refusals_that_cite_one_and_filters_hold(home):
    (row,) = _rows(home, "perceived_refusal_share", by=["law"], where={"sector": "local_government"})
    # All of them cite it: said as nearly all, so that it cannot be told from all but a few.
    assert (row["law"], row["status"], row["denominator"], row["upper"]) == ("uk_gdpr", "bounded", 75, 1)
    asked = _rows(home, "perceived_refusal_share", by=["reason"], where={"reason": "R13"})
    assert [(row["reason"], row["status"]) for row in asked] == [("R13", "bounded")]
    assert _rows(home, "perceived_refusal_share", by=["reason"], where={"sector": "police"}) == ()


@pytest.mark.parametrize(
    ("indicator", "asked", "says"),
    [
        ("refusal_rate", {"by": ["reason"]}, "not by 'reason'"),
        ("perceived_refusal_share", {"by": ["reason", "class"]}, "one of reason, class"),
        ("perceived_refusal_share", {"by": ["reason", "urgency"]}, "at most one of"),
        ("perceived_refusal_share", {"by": ["reason", "month"]}, "quarter, year, all"),
        ("rows_held_share", {"by": ["sector"]}, "nothing else"),
    ],
)
def test_what_is_not_published_is_refused_with_what_is(indicator, asked, says):
    with pytest.raises(QuestionError, match=says):
        ask(indicator, **asked)


def test_the_safeguarding_gap_is_that_of_each_sector_with_its_range(home):
    (row,) = _rows(home, "safeguarding_refusal_gap")
    assert (row["value"], row["denominator"], row["status"]) == (0.2, 250, "ok")  # 25 of 50 less 15 of 50
    assert row["lower"] <= 0.2 <= row["upper"] and row["numerator"] is None
    (row,) = _rows(home, "safeguarding_refusal_gap", by=["sector", "year"])
    assert (row["sector"], row["year"], row["value"]) == ("local_government", "2021", 0.2)


def test_a_gap_from_few_requests_or_few_refusals_is_not_shown(tmp_path):
    def rows(each, refused, start):
        return [request(start + place * 1000 + number, body, DAY, DAY,
                        outcome="refused" if number < refused else "shared_full",
                        purpose="safeguarding_child" if number % 2 else "fraud_debt")
                for place, body in enumerate(SOME_BODIES) for number in range(each)]  # fmt: skip

    for name, each, refused, status in (("few", 8, 4, "too_few"), ("rare", 40, 2, "suppressed")):
        home = make_home(tmp_path / name, [{"rows": rows(each, refused, 0)}])
        snapshot.release(home, publish(home), "a test")
        (row,) = _rows(home, "safeguarding_refusal_gap")
        assert row["status"] == status and row["value"] is row["lower"] is row["denominator"] is None


def test_bodies_that_share_are_counted_by_body(home):
    (row,) = _rows(home, "bodies_sharing_share", by=["year"])
    assert (row["numerator"], row["denominator"], row["value"]) == (5, 5, 1)
    assert (row["lower"], row["upper"]) == pytest.approx(intervals.wilson(5, 5))


def test_missing_reasons_bound_the_share_both_ways(home):
    (row,) = beside.reason_missing(answers.PUBLIC, ask("perceived_refusal_share"), home)
    perceived = row["numerator"]
    assert row["missing"] == 100 and row["denominator"] == 100  # of 200 refused half have a reason
    assert (row["least"], row["most"]) == (perceived / 200, (perceived + 100) / 200)
    assert row["least"] < row["value"] < row["most"]
    with pytest.raises(QuestionError):
        beside.reason_missing(answers.PUBLIC, ask("refusal_rate"), home)


def test_what_no_log_sees_is_a_range_over_all_who_were_invited(home):
    rows = {row["indicator"]: row for row in beside.unseen(answers.PUBLIC, ask("refusal_rate"), home)}
    assert set(rows) == {"did_not_ask", "worked_round"}
    row = rows["did_not_ask"]
    assert (row["value"], row["responded"], row["invited"]) == (0.3, 100, 400)
    assert (row["least"], row["most"]) == (30 / 400, 330 / 400)  # 300 kept silent
    (one, _) = beside.unseen(answers.PUBLIC, ask("refusal_rate", where={"sector": "health"}), home)
    assert one["of"] == "" and one["value"] == 0.3  # the survey did not ask health alone


def test_rows_held_are_counted_over_rows_read():
    con = duckdb.connect()
    con.execute("CREATE TABLE loads (rows_held BIGINT, rows_read BIGINT)")
    (none,) = held(con, ask("rows_held_share"), {})
    assert none["status"] == "not_applicable"
    con.execute("INSERT INTO loads VALUES (2, 100), (1, 200)")
    (row,) = held(con, ask("rows_held_share"), {})
    assert (row["numerator"], row["denominator"], row["value"]) == (3, 300, 0.01)
