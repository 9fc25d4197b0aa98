"""Loading: good rows kept, bad rows held and named, every row accounted for, all of a file or nothing."""

import hashlib
import os
import subprocess
import sys

import duckdb
import pytest
import sent
from hypothesis import given, settings
from hypothesis import strategies as some

from etl import bench, turns, warehouse
from etl.errors import Refusal
from etl.home import Home, reference_key
from etl.intake import keep
from etl.intake.contracts import contract
from etl.intake.load import check, load
from etl.intake.receipt import lines, text
from etl.intake.rules import CROSS
from etl.paths import ROOT

REAL = ROOT.parent / "shared" / "real"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def loaded(tmp_path, home):
    """A function that writes rows as CSV and loads them: its receipt."""

    def act(rows, name="return.csv", **facts):
        [receipt] = load([sent.write_csv(tmp_path / name, rows)], home, **{**sent.FACTS, **facts})
        return receipt

    return act


def query(home, sql):
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def everything(home):
    """All that counts in a home: rows, returns, held rows."""
    tables = ("requests", "refusals", "returns", "held", "sheets")
    return {table: query(home, f"FROM {table} ORDER BY ALL") for table in tables}


def adds_up(receipt):
    return all(one["rows_read"] == one["rows_used"] + one["rows_held"] + one["rows_skipped"] for one in receipt.sheets)


def test_the_receipt_says_first_what_was_read(loaded):
    receipt = loaded(sent.requests(60))
    assert receipt.status == "loaded" and receipt.ok
    assert receipt.playback == "We read 60 requests from 1 Jan 2026 to 31 Mar 2026, 16 refused (26.7%)."
    assert lines(receipt)[1] == receipt.playback


def test_an_unknown_sector_holds_exactly_those_rows(home, loaded):
    rows = sent.requests(40)
    for place in (3, 17, 18):
        rows[place]["holder_sector"] = "childrens_servises"
    receipt = loaded(rows)
    assert [(one.row, one.column) for one in receipt.held] == [(row, "holder_sector") for row in (5, 19, 20)]
    assert all("The nearest code is childrens_services." in one.message for one in receipt.held)
    assert query(home, "SELECT count(*) FROM requests") == [(37,)]
    assert (receipt.sheets[0]["rows_used"], receipt.sheets[0]["rows_held"], receipt.ok) == (37, 3, False)
    assert query(home, "SELECT rows_loaded, rows_held FROM returns") == [(37, 3)]


BREAKS = {
    "decided_before_received": {"decided_on": "2026-01-01", "received_on": "2026-01-02", "outcome": "refused"},
    "decision_date_missing": {"decided_on": "", "outcome": "shared_full"},
    "decision_date_on_pending": {"outcome": "pending", "decided_on": "2026-03-01"},
    "received_after_extract": {"received_on": "2026-06-01", "outcome": "pending", "decided_on": ""},
    "decided_after_extract": {"decided_on": "2026-06-01", "outcome": "shared_full"},
    "received_outside_period": {"received_on": "2025-12-31"},
    "reconsidered_without_refusal": {"outcome": "shared_full", "decided_on": "2026-02-09", "reconsidered": "upheld"},
    "reconsidered_before_decided": {
        "outcome": "refused", "decided_on": "2026-02-09", "reconsidered": "upheld", "reconsidered_on": "2026-02-08",
    },
    "reconsidered_date_without_result": {
        "outcome": "refused", "decided_on": "2026-02-09", "reconsidered": "none", "reconsidered_on": "2026-02-10",
    },
    "reconsidered_after_extract": {
        "outcome": "refused", "decided_on": "2026-02-09", "reconsidered": "upheld", "reconsidered_on": "2026-06-10",
    },
}  # fmt: skip


def test_every_rule_between_columns_of_a_request_is_tried_here():
    assert set(BREAKS) == {rule.id for rule in CROSS["requests"]}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_rule_holds_the_row_and_says_how_to_mend_it(loaded, rule):
    rows = sent.requests(5)
    rows[2] |= BREAKS[rule]
    receipt = loaded(rows)
    [told] = [one for one in receipt.held if one.rule == rule]
    [known] = [one for one in CROSS["requests"] if one.id == rule]
    assert (told.row, told.column, told.message) == (4, known.column, known.message)
    assert receipt.sheets[0]["rows_held"] == 1


@pytest.mark.parametrize("column", [field.name for field in contract("requests").fields if field.required])
def test_a_blank_in_a_required_column_holds_the_row(loaded, column):
    rows = sent.requests(3)
    rows[1][column] = ""
    held = loaded(rows).held
    assert [(one.row, one.column, one.rule) for one in held] == [(3, column, f"blank_{column}")]


def test_blank_optional_codes_become_not_stated(home, loaded):
    optional = ("subject_group", "urgency", "under_agreement", "gateway", "decided_by", "tool_cited", "reconsidered")
    loaded(sent.requests(3, requester_region="", **dict.fromkeys(optional, "")))
    asked = ", ".join(f"{name}::VARCHAR" for name in (*optional, "requester_region"))
    assert query(home, f"SELECT DISTINCT {asked} FROM requests") == [("not_stated",) * 8]


def test_optional_columns_may_be_left_out(home, loaded):
    rows = [{name: row[name] for name in contract("requests").must_have} for row in sent.requests(4)]
    assert loaded(rows).ok
    assert query(home, "SELECT DISTINCT urgency::VARCHAR, requester_body::VARCHAR FROM requests") == [
        ("not_stated", None)
    ]


@pytest.mark.parametrize("column", contract("requests").must_have)
def test_a_missing_column_refuses_the_whole_file(home, loaded, column):
    rows = [{name: value for name, value in row.items() if name != column} for row in sent.requests(3)]
    receipt = loaded(rows)
    assert receipt.status == "refused" and f"'{column}'" in receipt.reason
    assert query(home, "SELECT count(*) FROM requests") == [(0,)]
    assert query(home, "SELECT status FROM files") == [("refused",)]


def test_a_row_with_a_cell_too_many_or_too_few_is_held(tmp_path, home):
    path = sent.write_csv(tmp_path / "return.csv", sent.requests(5))
    said = path.read_text().split("\n")
    said[2], said[4] = said[2] + ",more", said[4].rsplit(",", 3)[0]
    path.write_text("\n".join(said))
    [receipt] = load([path], home, **sent.FACTS)
    assert [(one.row, one.rule) for one in receipt.held] == [(3, "ragged_row"), (5, "ragged_row")]
    assert adds_up(receipt)


def test_the_later_row_of_one_reference_is_held(home, loaded):
    rows = sent.requests(6)
    rows[4]["request_ref"] = rows[1]["request_ref"]
    receipt = loaded(rows)
    assert [(one.row, one.rule) for one in receipt.held] == [(6, "duplicate_in_file")]
    assert query(home, "SELECT count(*) FROM requests") == [(5,)]


def test_a_reference_of_another_period_of_the_same_sender_is_held(home, loaded):
    loaded(sent.requests(4))
    later = sent.requests(4, received_on="2026-04-10", outcome="pending", decided_on="")
    later[0]["request_ref"] = "REQ-9999"
    receipt = loaded(later, "later.csv", period_from="2026-04-01", period_to="2026-06-30", extracted_on="2026-08-31")
    assert [(one.row, one.rule) for one in receipt.held] == [(row, "duplicate_in_other_return") for row in (3, 4, 5)]


def test_the_same_reference_of_another_sender_is_another_request(home, loaded):
    loaded(sent.requests(4))
    assert loaded(sent.requests(4, urgency="routine"), "other.csv", sender="E07000223").ok
    assert query(home, "SELECT count(DISTINCT request_key) FROM requests") == [(8,)]


def test_the_reference_is_stored_only_as_a_keyed_number(home, loaded):
    loaded(sent.requests(1))
    parts = [reference_key(home), b"E08000025", b"REQ-0000"]
    number = int.from_bytes(hashlib.sha256(b"\x1f".join(parts)).digest()[:8], "big")
    assert query(home, "SELECT request_key FROM requests") == [(number,)]
    assert b"REQ-0000" not in home.warehouse.read_bytes()


def test_without_a_reference_key_nothing_is_loaded(home, loaded, monkeypatch):
    monkeypatch.delenv("UPTAKE_REFERENCE_KEY")
    receipt = loaded(sent.requests(2))
    assert receipt.status == "refused" and "UPTAKE_REFERENCE_KEY" in receipt.reason


def test_facts_said_nowhere_are_asked_for(tmp_path, home):
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", sent.requests(2))], home, sender="E08000025")
    assert receipt.status == "refused"
    assert "period_from, period_to, extracted_on" in receipt.reason and "--extracted-on" in receipt.reason


def test_two_senders_in_one_file_are_two_returns(home, loaded):
    rows = [{**row, "sender": "E08000025" if place % 2 else "E07000223"} for place, row in enumerate(sent.requests(8))]
    receipt = loaded(rows, sender=None)
    assert receipt.ok
    found = query(home, "SELECT sender, rows_loaded FROM returns ORDER BY sender")
    assert found == [("E07000223", 4), ("E08000025", 4)]
    counts = query(
        home, "SELECT sender, count(*) FROM requests JOIN returns USING (return_id) GROUP BY ALL ORDER BY ALL"
    )
    assert counts == found


def test_facts_in_columns_split_a_file_into_returns_by_period(home, loaded):
    rows = sent.requests(4)
    for place, row in enumerate(rows):
        year = 2024 + place % 2
        row |= {"received_on": f"{year}-05-05", "outcome": "pending", "decided_on": "", "sender": "NAVCA"}
        row |= {"period_from": f"{year}-01-01", "period_to": f"{year}-12-31", "extracted_on": f"{year + 1}-03-31"}
    receipt = loaded(rows, **dict.fromkeys(sent.FACTS))
    assert receipt.ok and len(receipt.returns) == 2
    assert {(one["period_from"].year, one["rows_loaded"]) for one in receipt.returns} == {(2024, 2), (2025, 2)}


def test_a_blank_fact_in_a_column_is_filled_from_the_command(home, loaded):
    rows = [{**row, "sender": "" if place % 2 else "E08000025"} for place, row in enumerate(sent.requests(6))]
    assert loaded(rows).ok
    assert query(home, "SELECT sender, rows_loaded FROM returns") == [("E08000025", 6)]


def test_a_sender_missing_in_some_rows_holds_those(home, loaded):
    rows = [{**row, "sender": "" if place == 3 else "NAVCA"} for place, row in enumerate(sent.requests(6))]
    receipt = loaded(rows, sender=None)
    assert [(one.row, one.rule) for one in receipt.held] == [(5, "blank_sender")]


def test_the_same_file_twice_changes_nothing(home, loaded):
    loaded(sent.requests(5))
    before = everything(home)
    again = loaded(sent.requests(5), "another-name.csv")
    assert again.status == "duplicate" and again.ok
    assert everything(home) == before


def test_a_newer_return_takes_the_place_of_the_older(home, loaded):
    loaded(sent.requests(5))
    loaded(sent.requests(7), "newer.csv", extracted_on="2026-06-30")
    assert query(home, "SELECT status, rows_loaded FROM returns ORDER BY return_id") == [
        ("superseded", 5),
        ("current", 7),
    ]


def test_an_older_return_that_comes_late_does_not_count(home, loaded):
    loaded(sent.requests(5), extracted_on="2026-06-30")
    receipt = loaded(sent.requests(7), "older.csv")
    assert query(home, "SELECT status, rows_loaded FROM returns ORDER BY return_id") == [("current", 5), ("stale", 7)]
    assert "stale" in [note["rule"] for note in receipt.notes]


def test_a_period_that_overlaps_another_is_refused_and_names_it(home, loaded):
    loaded(sent.requests(5))
    receipt = loaded(sent.requests(4), "part.csv", period_to="2026-02-28")
    assert receipt.status == "refused" and "2026-01-01 to 2026-03-31" in receipt.reason
    assert query(home, "SELECT count(*) FROM requests") == [(5,)]


def test_returns_of_one_file_may_not_overlap_or_differ_in_their_date(home, loaded):
    rows = sent.requests(4)
    for place, row in enumerate(rows):
        row["period_to"] = "2026-03-31" if place % 2 else "2026-02-28"
    receipt = loaded(rows, period_to=None)
    assert receipt.status == "refused" and "2026-01-01 to 2026-02-28 and 2026-01-01 to 2026-03-31" in receipt.reason
    rows = [{**row, "extracted_on": f"2026-05-0{1 + place % 2}"} for place, row in enumerate(sent.requests(4))]
    assert "more than one extracted_on" in loaded(rows, "dates.csv", extracted_on=None).reason


def test_a_file_is_not_touched_by_the_one_before_it(tmp_path, home):
    bad = sent.write_csv(tmp_path / "a.csv", sent.requests(4, period_to="2026-02-28", region="nowhere"))
    half = sent.requests(6, period_to="2026-02-28")
    half[0]["outcome"] = "agreed"
    half = sent.write_csv(tmp_path / "b.csv", half)
    good = sent.write_csv(tmp_path / "c.csv", sent.requests(8, period_to="2026-02-28"))
    receipts = load([bad, half, good], home, **sent.FACTS)
    assert [one.status for one in receipts] == ["refused", "loaded", "loaded"]
    assert [len(one.held) for one in receipts] == [4, 1, 0]
    assert query(home, "SELECT status, rows_loaded FROM returns ORDER BY return_id") == [
        ("superseded", 5),
        ("current", 8),
    ]


@pytest.mark.parametrize("day", ["2026-1-9", "2026-01-09 00:00:00"])
def test_a_date_fares_alike_alone_and_beside_a_bad_row(home, loaded, day):
    rows = sent.requests(4)
    rows[1] |= {"received_on": day}
    assert loaded(rows).ok
    rows[2]["region"] = "nowhere"
    assert [one.row for one in loaded(rows, "again.csv").held] == [4]


@pytest.mark.parametrize(
    "day", ["03/04/2026", "2026-02-30", "46027", "infinity", "epoch", "today", "2026-01-09 10:00:00"]
)
def test_what_is_no_iso_date_is_held(loaded, day):
    rows = sent.requests(3)
    rows[1] |= {"reconsidered_on": day, "reconsidered": "", "outcome": "pending", "decided_on": ""}
    assert [(one.row, one.rule) for one in loaded(rows).held] == [(3, "type_reconsidered_on")]


def test_without_file_locks_a_plain_lock_file_keeps_the_turn(home, loaded, monkeypatch):
    monkeypatch.setattr(turns, "fcntl", None)
    assert loaded(sent.requests(3)).ok
    assert not (home.path / "warehouse.lock").exists()
    (home.path / "warehouse.lock").touch()
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0)
    with pytest.raises(Refusal, match="load is under way"):
        loaded(sent.requests(4))


def test_what_requesters_report_stands_beside_what_holders_report(home, loaded):
    loaded(sent.requests(5))
    assert loaded(sent.requests(5, reported_by="requester"), "asked.csv").ok
    assert query(home, "SELECT count(*) FROM returns WHERE status = 'current'") == [(2,)]


def test_rows_and_ledger_are_kept_together_or_not_at_all(home, loaded, monkeypatch):
    loaded(sent.requests(5))
    before = everything(home)

    def break_down(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr(keep.returns, "add_returns", break_down)
    with pytest.raises(OSError, match="disk"):
        loaded(sent.requests(7), "newer.csv", extracted_on="2026-06-30")
    assert everything(home) == before
    monkeypatch.undo()
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")
    assert loaded(sent.requests(7), "newer.csv", extracted_on="2026-06-30").ok


def test_a_load_that_is_killed_at_its_last_step_leaves_the_home_as_it_was(tmp_path, home, loaded):
    loaded(sent.requests(5))
    before = everything(home)
    path = sent.write_csv(tmp_path / "newer.csv", sent.requests(9))
    facts = {**sent.FACTS, "extracted_on": "2026-06-30"}
    code = "import os, sys; from etl.intake import load, take; from etl.home import home; "
    code += f"take.insert_rows = lambda *_: os._exit(9); load.load(sys.argv[1:], home(), **{facts})"
    environment = {**os.environ, "UPTAKE_HOME": str(home.path), "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code, str(path)], env=environment, cwd=ROOT).returncode == 9
    assert everything(home) == before
    assert loaded(sent.requests(9), "newer.csv", extracted_on="2026-06-30").ok


def test_when_no_row_passes_the_old_return_stands(home, loaded):
    loaded(sent.requests(5))
    receipt = loaded(sent.requests(4, region="nowhere"), "worse.csv", extracted_on="2026-06-30")
    assert receipt.status == "refused" and len(receipt.held) == 4
    assert query(home, "SELECT status, rows_loaded FROM returns") == [("current", 5)]


def test_the_bytes_are_kept_as_they_came(tmp_path, home, loaded):
    loaded(sent.requests(5))
    [kept] = home.received.iterdir()
    assert kept.read_bytes() == (tmp_path / "return.csv").read_bytes()
    assert query(home, "SELECT sha256 FROM files") == [(kept.name,)]


def test_a_check_says_the_same_and_stores_nothing(tmp_path, home, loaded):
    rows = sent.requests(9)
    rows[2]["region"] = "E1200000"
    path = sent.write_csv(tmp_path / "return.csv", rows)
    [before] = check([path], home, **sent.FACTS)
    assert not home.warehouse.exists() and not home.received.exists()
    after = loaded(rows)
    assert (before.status, after.status) == ("checked", "loaded")
    assert (before.held, before.sheets, before.playback) == (after.held, after.sheets, after.playback)
    state = everything(home)
    assert [one.status for one in check([path], home, **sent.FACTS)] == ["duplicate"]
    rows[2]["region"] = "E12000001"
    assert check([sent.write_csv(path, rows)], home, **sent.FACTS)[0].ok
    assert everything(home) == state


def test_real_and_synthetic_returns_never_share_a_home(tmp_path, loaded, home):
    assert home.kind is None
    loaded(sent.requests(3, synthetic="yes"))
    assert home.kind == "synthetic"
    receipt = loaded(sent.requests(3), "real.csv", sender="NAVCA")
    assert receipt.status == "refused" and "never mixed" in receipt.reason
    assert query(home, "SELECT count(*) FROM returns") == [(1,)]
    rows = sent.requests(4)
    rows = [{**row, "synthetic": "yes" if place % 2 else "no"} for place, row in enumerate(rows)]
    assert "real and synthetic" in loaded(rows, "mixed.csv", sender="NAVCA").reason


def test_published_evidence_may_stand_in_either_kind_of_home(tmp_path, home, loaded):
    loaded(sent.requests(3, synthetic="yes"))
    receipts = load([ROOT / "data" / "evidence"], home)
    assert receipts and all(receipt.ok for receipt in receipts)
    assert home.kind == "synthetic"
    found = query(home, "SELECT DISTINCT release, published, approximate FROM returns WHERE published")
    assert found == [("public", True, True)]


def test_the_other_kinds_are_loaded_too(tmp_path, home):
    for kind, row in sent.others().items():
        [receipt] = load([sent.write_csv(tmp_path / f"{kind}.csv", [row])], home, **sent.FACTS)
        assert receipt.ok, (kind, text(receipt))
        assert query(home, f"SELECT count(*) FROM {kind}") == [(1,)]
    assert len(query(home, "FROM returns")) == 5


def test_kinds_on_sheets_of_one_workbook_are_returns_of_their_own(tmp_path, home):
    refusals = [{**sent.others()["refusals"], "request_ref": "REQ-0000"}]
    book = {"asked": sent.grid(sent.requests(3)), "refused": sent.grid(refusals)}
    [receipt] = load([sent.write_xlsx(tmp_path / "both.xlsx", book)], home, **sent.FACTS)
    assert receipt.ok and [one["kind"] for one in receipt.returns] == ["requests", "refusals"]
    linked = query(home, "SELECT count(*) FROM requests JOIN refusals USING (request_key)")
    assert linked == [(1,)]


def test_a_refusal_without_a_reason_is_noted_and_not_held(tmp_path, home, loaded):
    reasons = [{**sent.others()["refusals"], "request_ref": f"REQ-{number:04d}"} for number in (0, 3, 7)]
    loaded(reasons, "reasons.csv")
    receipt = loaded(sent.requests(9))  # 0, 3 and 6 are refused
    notes = {note["rule"]: note["rows"] for note in receipt.notes}
    assert receipt.ok and notes["refused_without_reason"] == 1
    again = loaded(reasons, "reasons.csv", extracted_on="2026-06-30")
    assert again.status == "duplicate"
    newer = loaded(reasons[1:], "reasons-again.csv", extracted_on="2026-06-30")
    assert {note["rule"]: note["rows"] for note in newer.notes}["reason_without_refusal"] == 1


def test_the_senders_of_the_home_are_taken_over_and_give_the_release(tmp_path, home, loaded):
    home.path.mkdir()
    header = "sender,body,kinds,frequency,from,to,release\n"
    home.senders.write_text(header + "E08000025,E08000025,requests;refusals,quarter,2025-01-01,,club\n")
    receipt = loaded(sent.requests(3))
    assert query(home, "SELECT release FROM returns") == [("club",)]
    assert receipt.notes == []
    receipt = loaded(sent.requests(4), "stranger.csv", sender="NAVCA")
    assert receipt.returns[0]["release"] == "confidential"
    assert [note["rule"] for note in receipt.notes] == ["sender_unknown"]
    home.senders.write_text(header + "E08000025,E08000025,requests,weekly,2025-01-01,,club\n")
    with pytest.raises(Refusal, match="row 2: frequency must be one of month, quarter, year"):
        loaded(sent.requests(2))


def test_a_short_and_a_long_way_store_the_same(tmp_path, home, loaded, monkeypatch):
    rows = [{**row, "sender": "E07000223" if place % 3 else "E08000025"} for place, row in enumerate(sent.requests(30))]
    short = loaded(rows, sender=None)
    other = Home(tmp_path / "other")
    monkeypatch.setattr(keep.fastroad, "KIND", "none")
    [long] = load([tmp_path / "return.csv"], other, **{**sent.FACTS, "sender": None})
    found = "SELECT sender, requests.* EXCLUDE (return_id) FROM requests JOIN returns USING (return_id) ORDER BY ALL"
    assert query(home, found) == query(other, found)
    assert (short.sheets, short.playback) == (long.sheets, long.playback)


def test_a_list_that_grew_leaves_old_rows_readable(home, loaded, monkeypatch):
    loaded(sent.requests(3))
    plain = warehouse.values
    monkeypatch.setattr(
        warehouse, "values", lambda name: (*plain(name), "new_code") if name == "purposes" else plain(name)
    )
    assert loaded(sent.requests(3, purpose="new_code"), "new.csv", sender="NAVCA").ok
    assert query(home, "SELECT DISTINCT purpose::VARCHAR FROM requests ORDER BY ALL") == [
        ("new_code",), ("safeguarding_child",),
    ]  # fmt: skip


def test_two_loads_at_once_wait_for_each_other(tmp_path, home):
    code = "import sys; from etl.intake.load import load; from etl.home import home; load(sys.argv[1:], home(), "
    code += f"**{sent.FACTS})"
    settings_of = {**os.environ, "UPTAKE_HOME": str(home.path), "PYTHONPATH": str(ROOT)}
    ways = [sent.write_csv(tmp_path / f"{number}.csv", sent.requests(50 + number)) for number in range(3)]
    running = [subprocess.Popen([sys.executable, "-c", code, str(path)], env=settings_of, cwd=ROOT) for path in ways]
    assert [one.wait(120) for one in running] == [0, 0, 0]
    assert len(query(home, "FROM returns WHERE status = 'current'")) == 1
    assert len(query(home, "FROM returns")) == 3


def test_the_rows_of_the_benchmark_break_no_rule(tmp_path, home):
    bench.make(tmp_path / "many.csv", 3000)
    [receipt] = load([tmp_path / "many.csv"], home, **bench.FACTS)
    assert receipt.ok and receipt.sheets[0]["rows_used"] == 3000
    assert len(receipt.returns) == bench.SENDERS


@pytest.mark.skipif(not REAL.is_dir(), reason="the real registers in ../shared/real are not here")
def test_real_registers_are_taken_whole(home):
    receipts = load([path for path in sorted(REAL.iterdir()) if path.suffix in (".xlsx", ".ods")], home)
    assert [receipt.status for receipt in receipts] == ["loaded", "loaded"]
    assert all(receipt.ok and adds_up(receipt) and receipt.profile for receipt in receipts)
    assert sum(one["rows_read"] for receipt in receipts for one in receipt.sheets) == 6900
    assert {one["published"] for receipt in receipts for one in receipt.returns} == {True}
    assert home.kind is None  # published figures may stand in a home of either kind


PROFILE = """
title = "Tallies by quarter"
[facts]
sender = "NAVCA"
reported_by = "holder"
period_from = 2026-01-01
period_to = 2026-03-31
[constants]
holder_body = "E08000025"
holder_sector = "voluntary"
requester_sector = "not_stated"
region = "E12000005"
purpose = "not_stated"
outcome = "refused"
[[take]]
kind = "request_counts"
sheet = "tallies"
header = ["start", "end", "number"]
[take.columns]
period_start = '"start"'
period_end = '"end"'
requests = '"number"'
"""


def test_a_row_that_a_profile_used_and_a_check_held_is_counted_as_held(tmp_path, home):
    (tmp_path / "tallies.toml").write_text(PROFILE)
    rows = [["start", "end", "number"], ["2026-01-01", "2026-01-31", 14], ["2026-03-01", "2026-04-30", 9]]
    path = sent.write_xlsx(tmp_path / "export.xlsx", {"tallies": rows})
    [receipt] = load([path], home, profile=str(tmp_path / "tallies.toml"))
    assert [(one.sheet, one.row, one.rule) for one in receipt.held] == [("tallies", 3, "period_outside_return")]
    assert (receipt.sheets[0]["rows_used"], receipt.sheets[0]["rows_held"]) == (1, 1) and adds_up(receipt)
    assert receipt.playback == "We read 14 requests from 1 Jan 2026 to 31 Mar 2026, 14 refused (100.0%)."


WORDS = some.text(
    some.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=["Cc", "Cf", "Cs"]), max_size=12
)


@settings(max_examples=25)
@given(words=WORDS, column=some.sampled_from(contract("requests").names), place=some.integers(0, 5))
def test_no_receipt_repeats_a_bad_value_and_every_row_is_accounted_for(tmp_path_factory, words, column, place):
    marked = f"Zq{words}qZ"
    folder = tmp_path_factory.mktemp("any")
    rows = sent.requests(6)
    rows[place][column] = marked
    home = Home(folder / "home")
    [receipt] = load([sent.write_csv(folder / "return.csv", rows)], home, **sent.FACTS)
    said = text(receipt) + repr(receipt)
    assert marked not in said and "Zq" not in said
    assert adds_up(receipt)
    if receipt.status == "loaded":
        assert [one.row for one in receipt.held] == [place + 2]
        stored = b"".join(path.read_bytes() for path in home.path.glob("warehouse.duckdb*"))
        assert marked.encode() not in stored
