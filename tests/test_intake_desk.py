"""The intake desk as a whole: marks for missing values, proposed profiles, and nothing personal kept anywhere."""

import re

import duckdb
import pytest
import sent
from typer.testing import CliRunner

from dashboard.cli import app
from etl.errors import Refusal
from etl.home import Home
from etl.load import check, load
from etl.receipt import text


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def query(home, sql):
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def agreements(count, **more):
    row = sent.others()["agreements"]
    sectors = ("health", "police", "education", "fire", "housing", "justice", "regulator", "voluntary", "private")
    return [{**row, "counterparty_sector": sector, **more} for sector in sectors[:count]]


# --- marks for missing values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["-", " - ", "NA", "na", "N/A", "n/a", "No data", "..", "[x]", "[z]", "[Z]", ""])
def test_a_mark_in_an_optional_count_is_blank_and_never_0(tmp_path, home, mark):
    rows = agreements(3, in_force="12", review_overdue=mark)
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    assert receipt.ok and receipt.sheets[0]["rows_used"] == 3
    assert query(home, "SELECT DISTINCT in_force, review_overdue FROM agreements") == [(12, None)]
    notes = [(note["message"], note["rows"]) for note in receipt.notes if note["rule"] == "missing_marks"]
    if not mark:
        assert notes == []
    else:
        [(message, rows)] = notes
        assert rows == 3 and "blank" in message and "never as 0" in message
        assert "3 cells hold a mark for a missing value in review_overdue" in text(receipt)


@pytest.mark.parametrize("mark", ["-", "n/a", "NA", "[x]"])
def test_a_mark_in_an_optional_code_is_not_stated_in_a_date_nothing(tmp_path, home, mark):
    rows = sent.requests(6, urgency=mark, reconsidered_on=mark)
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    assert receipt.ok
    assert query(home, "SELECT DISTINCT urgency::VARCHAR, reconsidered_on FROM requests") == [("not_stated", None)]
    assert [note["rows"] for note in receipt.notes if note["rule"] == "missing_marks"] == [6, 6]


def test_na_in_the_column_of_a_body_is_text_and_held(tmp_path, home):
    rows = sent.requests(6)
    rows[2]["requester_body"], rows[3]["requester_body"] = "NA", "n/a"
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    assert [(one.row, one.rule) for one in receipt.held] == [(4, "type_requester_body")]


def test_a_mark_in_a_required_column_holds_the_row(tmp_path, home):
    rows = sent.requests(6)
    rows[2]["purpose"], rows[3]["received_on"] = "-", "n/a"
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    assert [(one.row, one.column) for one in receipt.held] == [(4, "purpose"), (5, "received_on")]


@pytest.mark.parametrize("mark", ["[c]", "c", "*", "[low]", "<5", "< 5", "[k]"])
def test_a_count_known_only_within_bounds_holds_the_row_and_says_so(tmp_path, home, mark):
    rows = agreements(3, in_force="12", review_overdue="1")
    rows[1]["review_overdue"] = mark
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    [held] = receipt.held
    assert (held.row, held.column, held.rule) == (3, "review_overdue", "bounded_review_overdue")
    assert "neither missing nor 0" in held.message
    assert [(issue["rule"], issue["rows"]) for issue in receipt.issues] == [("bounded_review_overdue", 1)]
    assert query(home, "SELECT count(*), sum(review_overdue) FROM agreements") == [(2, 2)]


def test_a_count_of_requests_known_only_within_bounds_is_held_too(tmp_path, home):
    rows = [{**sent.others()["request_counts"], "outcome": outcome, "requests": "7"} for outcome in
            ("shared_full", "refused", "withdrawn")]  # fmt: skip
    rows[1]["requests"], rows[2]["requests"] = "[low]", "many"
    [receipt] = check([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    assert [one.rule for one in receipt.held] == ["bounded_requests", "type_requests"]


# --- proposed profiles ----------------------------------------------------------------------------------------------


def test_a_proposal_is_written_mended_and_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("UPTAKE_HOME", str(tmp_path / "home"))
    rows = [
        ["Table 1: outcome of requests"],
        [],
        ["Council", "Received", "Granted in full", "Fully withheld", "Total"],
        ["Leeds City Council", 8, 5, 3, 8],
        ["Birmingham City Council", 6, 4, 2, 6],
    ]
    cover = [["Requests to share data, July to September 2021"]]
    file, out = sent.write_xlsx(tmp_path / "sharing.xlsx", {"Cover": cover, "Table 1": rows}), tmp_path / "mine.toml"
    ran = CliRunner().invoke(app, ["profile", str(file), "-o", str(out)])
    assert ran.exit_code == 0, ran.output
    assert f"Written to {out}" in ran.output and f"uptake check {file} --profile {out}" in ran.output
    proposed = out.read_text(encoding="utf-8")
    mended = re.sub(r"^# not guessed: sender = .*$", 'sender = "E08000035"', proposed, flags=re.M)
    out.write_text(mended, encoding="utf-8")
    ran = CliRunner().invoke(app, ["check", str(file), "--profile", str(out)])
    assert ran.exit_code == 0, ran.output
    assert "14 requests from 1 Jul 2021 to 30 Sep 2021, 5 refused (35.7%)" in ran.output
    again = CliRunner().invoke(app, ["profile", str(file), "-o", str(out)])
    assert isinstance(again.exception, Refusal) and out.read_text(encoding="utf-8") == mended
