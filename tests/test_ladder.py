"""The ladder above the row: what would be counted twice, and what is only pointed out."""

import pytest
import sent

from etl.home import Home
from etl.intake.load import check, load

QUARTERS = (("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30"))
YEAR = ("2025-01-01", "2025-12-31")
FACTS = {**sent.FACTS, "period_from": YEAR[0], "period_to": YEAR[1]}


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")


def receipt_of(tmp_path, rows, **facts):
    [receipt] = check([sent.write_csv(tmp_path / "return.csv", rows)], Home(tmp_path / "home"), **{**FACTS, **facts})
    return receipt


def tally(count, span=QUARTERS[0], **more):
    return sent.others()["request_counts"] | {
        "holder_body": "E08000025", "requester_body": "", "requester_sector": "education", "outcome": "refused",
        "purpose": "safeguarding_child", "period_start": span[0], "period_end": span[1], "requests": str(count), **more,
    }  # fmt: skip


def held(receipt):
    return [(one.row, one.rule) for one in receipt.held]


def test_a_year_beside_its_quarters_is_held_and_the_quarters_stand(tmp_path):
    rows = [tally(5), tally(9, QUARTERS[1]), tally(14, YEAR), tally(3, YEAR, purpose="early_help")]
    receipt = receipt_of(tmp_path, rows)
    assert held(receipt) == [(4, "period_holds_other_rows")] and receipt.sheets[0]["rows_used"] == 3


@pytest.mark.parametrize(("total", "found"), [(17, True), (16, False)])
def test_an_unlabelled_total_is_held_when_it_is_the_sum_of_the_others(tmp_path, total, found):
    rows = [tally(12), tally(5, requester_sector="health"), tally(total, requester_sector="not_stated")]
    assert held(receipt_of(tmp_path, rows)) == ([(4, "total_of_other_rows")] if found else [])


@pytest.mark.parametrize("word", ["Total", "ALL", "Grand total"])
def test_a_labelled_total_is_called_one(tmp_path, word):
    receipt = receipt_of(tmp_path, [tally(12), tally(12, requester_sector=word)])
    assert held(receipt) == [(3, "total_in_requester_sector")]


def dated(receipt):
    return {(one["rule"], one["rows"]) for one in receipt.notes if one["rule"].endswith("_outside_dates")}


def test_a_gateway_used_outside_its_dates_is_kept_and_pointed_out(tmp_path):
    rows = sent.requests(10)
    for row in rows[:2]:
        row["gateway"] = "copi_notice"  # ended on 30 June 2022
    receipt = receipt_of(tmp_path, rows, period_from="2026-01-01", period_to="2026-03-31")
    assert dated(receipt) == {("gateway_outside_dates", 2)} and receipt.ok
    [note] = [one for one in receipt.notes if one["rule"] == "gateway_outside_dates"]
    assert note["severity"] == "warning" and "until 2022-06-30" in note["message"]


def test_a_body_that_had_closed_is_pointed_out_with_its_successor(tmp_path):
    receipt = receipt_of(tmp_path, [{**row, "holder_body": "E07000004"} for row in sent.requests(4)],
                         period_from="2026-01-01", period_to="2026-03-31")  # fmt: skip
    assert dated(receipt) == {("holder_body_outside_dates", 4)} and receipt.ok
    assert any("E06000060" in one["mend"] for one in receipt.notes)


def test_codes_within_their_dates_are_not_pointed_out(tmp_path):
    receipt = receipt_of(tmp_path, sent.requests(30), period_from="2026-01-01", period_to="2026-03-31")
    assert dated(receipt) == set() and receipt.ok


def loaded(tmp_path, name, rows, **facts):
    facts = {**FACTS, "period_from": "2026-01-01", "period_to": "2026-03-31", **facts}
    path = sent.write_csv(tmp_path / f"{name}.csv", rows)
    [receipt] = load([path], Home(tmp_path / "home"), **facts)
    return receipt


def in_january(count, **more):
    return tally(count, ("2026-01-01", "2026-01-31"), **more)


def test_totals_of_days_sent_as_requests_are_held_and_others_stand(tmp_path):
    loaded(tmp_path, "requests", sent.requests(10))
    other = in_january(4, holder_body="E06000023")
    later = tally(6, ("2026-02-01", "2026-02-28"))
    receipt = loaded(tmp_path, "totals", [in_january(9), in_january(0, purpose="early_help"), other, later])
    assert held(receipt) == [(2, "days_sent_as_requests")] and receipt.sheets[0]["rows_used"] == 3


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_requests_of_days_sent_as_totals_are_held_until_the_totals_are_sent_without_them(tmp_path, form):
    last, days = in_january(9) | {"period_end": "2026-01-03"}, {"2026-01-01", "2026-01-02", "2026-01-03"}
    loaded(tmp_path, "totals", [last])
    rows = sent.requests(28)
    facts = {**FACTS, "period_from": "2026-01-01", "period_to": "2026-03-31"}
    write = {"csv": lambda path: sent.write_csv(path, rows),
             "xlsx": lambda path: sent.write_xlsx(path, {"Requests": sent.grid(rows)})}[form]  # fmt: skip
    path = write(tmp_path / f"requests.{form}")
    [receipt] = load([path], Home(tmp_path / "home"), **facts)
    expected = [at for at, row in enumerate(rows, 2) if row["received_on"] in days]
    assert held(receipt) == [(at, "days_sent_as_totals") for at in expected] and len(expected) == 3
    loaded(tmp_path, "corrected", [{**last, "requests": "0"}])
    rows[0]["tool_cited"] = "code"  # the same bytes would change nothing
    [receipt] = load([write(tmp_path / f"again.{form}")], Home(tmp_path / "home"), **facts)
    assert receipt.ok and receipt.returns[0]["rows_loaded"] == len(rows)


def test_days_are_counted_once_when_both_stand_in_one_workbook(tmp_path):
    facts = {**FACTS, "period_from": "2026-01-01", "period_to": "2026-03-31"}
    book = {"Totals": sent.grid([in_january(9)]), "Requests": sent.grid(sent.requests(10))}
    [receipt] = check([sent.write_xlsx(tmp_path / "book.xlsx", book)], Home(tmp_path / "home"), **facts)
    assert {one.rule for one in receipt.held} == {"days_sent_as_totals"}
    assert {one["sheet"]: one["rows_used"] for one in receipt.sheets} == {"Totals": 1, "Requests": 0}


def test_totals_and_requests_of_the_two_sides_are_never_added_and_both_stand(tmp_path):
    loaded(tmp_path, "requests", sent.requests(10))
    receipt = loaded(tmp_path, "totals", [in_january(9)], reported_by="requester")
    assert receipt.ok and not receipt.held


def test_a_table_pasted_twice_is_counted_once(tmp_path):
    rows = [tally(12), tally(5, requester_sector="health"), tally(7, purpose="early_help")]
    assert held(receipt_of(tmp_path, [*rows, *rows])) == [(at, "table_there_twice") for at in (5, 6, 7)]
    # Equal rows add up, as the contract says, where not every row has its like.
    assert not receipt_of(tmp_path, [*rows, rows[0]]).held


def test_counts_under_five_are_kept_and_said(tmp_path):
    receipt = receipt_of(tmp_path, [tally(0), tally(4, requester_sector="health"), tally(5, purpose="early_help")])
    [note] = [one for one in receipt.notes if one["rule"] == "counts_under_five"]
    assert note["rows"] == 1 and not receipt.held


@pytest.mark.parametrize("first", ["awareness", "survey_frame"])
def test_more_answers_than_people_who_responded_are_pointed_out(tmp_path, first):
    answer, people = sent.others()["awareness"], sent.others()["survey_frame"]
    group = {name: answer[name] for name in ("wave", "sector", "region", "role")}
    kinds = {"awareness": [answer, {**answer, "answer": "no", "respondents": "68", "weight_sum": "",
                                    "weight_sum_squares": ""}],
             "survey_frame": [{**people, **group, "responded": "131"}]}  # fmt: skip
    second = next(kind for kind in kinds if kind != first)

    def said(receipt):
        return [one["rows"] for one in receipt.notes if one["rule"] == "answers_over_responses"]

    assert said(loaded(tmp_path, first, kinds[first])) == []
    assert said(loaded(tmp_path, second, kinds[second])) == [1]  # 64 and 68 answered, 131 responded
    kinds["awareness"][1]["respondents"] = "67"
    assert said(loaded(tmp_path, "mended", kinds["awareness"])) == []
