"""The ladder above the row: totals among their parts, a year beside its quarters, codes outside their dates."""

import pytest
import sent

from etl.home import Home
from etl.intake.load import check

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
