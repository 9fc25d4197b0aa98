"""The catalogue page: never stale, no definition overdue, and every entry whole."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from etl.paths import ROOT
from metrics import catalogue
from metrics.indicators import INDICATORS

# The whole list of the design, section 4.
WANTED = {
    "refusal_rate", "refused_share_of_decisions", "perceived_refusal_share", "part_share_rate", "no_reply_rate",
    "safeguarding_refusal_gap", "withdrawn_rate", "reversal_rate", "risk_of_not_sharing_recorded",
    "escalated_share", "undecided_at_30_days", "median_days_to_decision", "p90_days_to_decision",
    "requests_received", "shared_rate", "under_agreement_share", "tool_cited_share", "downward_shared_rate",
    "cross_sector_shared_rate", "bodies_sharing_share", "agreements_in_force", "agreements_active",
    "heard_of_code", "read_code", "used_tool", "confident_to_share", "fears_enforcement", "did_not_ask",
    "worked_round", "returns_received_share", "reason_missing_share", "law_missing_share", "rows_held_share",
}  # fmt: skip


def test_every_indicator_of_the_design_is_in_the_list():
    assert set(INDICATORS) == WANTED


def test_the_page_is_that_of_the_list():
    written = (ROOT / "metrics" / "INDICATORS.md").read_text(encoding="utf-8")
    assert written == catalogue.page(), "metrics/INDICATORS.md is stale. Run: python3 tasks.py catalogue"


def test_no_definition_is_overdue():
    late = catalogue.overdue(date.today())
    assert not late, f"look again at these definitions and give each a new review date: {', '.join(late)}"


def test_a_review_date_that_has_passed_is_seen(monkeypatch):
    one = INDICATORS["refusal_rate"]
    monkeypatch.setitem(INDICATORS, "refusal_rate", replace(one, review=date(2020, 1, 1)))
    assert catalogue.overdue(date(2020, 1, 1)) == [] and catalogue.overdue(date(2020, 1, 2)) == ["refusal_rate"]
    assert catalogue.overdue(one.review + timedelta(1)) == list(INDICATORS)


def test_a_changed_definition_makes_the_page_stale(monkeypatch):
    before = catalogue.page()
    monkeypatch.setitem(INDICATORS, "refusal_rate", replace(INDICATORS["refusal_rate"], why="Because."))
    assert catalogue.page() != before


@pytest.mark.parametrize("one", INDICATORS.values(), ids=INDICATORS)
def test_an_entry_is_whole_and_in_plain_words(one):
    made = catalogue.entry(one)
    for heading in ("Given as", "Better:", "Why it matters.", "Take care.", "Its range.", "Exactly.", "Answers"):
        assert f"**{heading}" in made
    assert one.caveats and one.checked < one.review
    said = catalogue.sentence(one)
    assert said.endswith(".") and "  " not in said and "requests requests" not in said
    jargon = ("numerator", "denominator", "interval", "estimator", "Wilson", "variance", "cohort", "effective")
    assert not [word for word in jargon if word in made]


def test_sentences_read_as_english():
    said = {one.id: catalogue.sentence(one) for one in INDICATORS.values()}
    assert said["refusal_rate"] == "Of every 100 requests received, how many were refused within 60 days of receipt."
    assert said["no_reply_rate"] == "Of every 100 requests received, how many never had a reply."
    assert said["undecided_at_30_days"].endswith("how many are still without a decision 30 days after receipt.")
    assert said["tool_cited_share"].endswith("how many cite the code or one of its tools.")
