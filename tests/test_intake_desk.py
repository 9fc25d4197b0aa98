"""The intake desk as a whole: marks for missing values, proposed profiles, and nothing personal kept anywhere."""

import hashlib
import random
import re

import duckdb
import planted
import pytest
import sent
from typer.testing import CliRunner

from dashboard.cli import app
from etl import working
from etl.errors import Refusal
from etl.home import Home
from etl.intake.load import check, load
from etl.intake.receipt import text


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


# --- nothing personal is kept ---------------------------------------------------------------------------------------

PLANTED = {kind: makers[0](random.Random(kind)) for kind, makers in planted.KINDS.items()
           if kind in ("nhs_number", "email", "nino")}  # fmt: skip


def everywhere(folder):
    """All bytes of all files of a folder, their names, and every text the database holds."""
    found = b""
    for path in sorted(folder.rglob("*")):
        found += path.name.encode() + (path.read_bytes() if path.is_file() else b"")
    if (folder / "warehouse.duckdb").is_file():
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as con:
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                found += repr(con.execute(f"FROM {table}").fetchall()).encode()
    return found.lower()


def make(place, value, folder):
    """A return with one planted value in this place, in a folder of its own."""
    folder.mkdir()
    rows, name = sent.requests(12), f"{value}.csv" if place == "file name" else "return"
    if place == "header":
        rows = [{**row, value: ""} for row in rows]
    elif place == "surplus column":
        rows = [{**row, "remarks": value if at == 3 else "seen"} for at, row in enumerate(rows)]
    elif place == "reference":
        rows[3]["request_ref"] = planted.as_reference(value)
    elif place == "code":
        rows[3]["purpose"] = value
    elif place == "sender":
        rows = [{**row, "sender": value} for row in rows]
    if place in ("file name", "header", "surplus column", "reference", "code", "sender"):
        return sent.write_csv(folder / f"{name.removesuffix('.csv')}.csv", rows)
    sheets = {"Cover": [["sender", "E08000025"]], "Quarter": sent.grid(rows)}
    if place == "sheet name":
        sheets = {value[:31]: sheets["Quarter"]}
    elif place == "cover":
        sheets["Cover"].append(["Our contact", value])
    elif place == "another sheet":
        sheets["Notes"] = [["About"], ["seen"], [value]]
    elif place == "heading in a workbook":
        sheets["Quarter"] = sent.grid([{**row, value: ""} for row in rows])
    elif place == "cell beyond the header":
        sheets["Quarter"][4] = [*sheets["Quarter"][4], value]
    return sent.write_xlsx(folder / "return.xlsx", sheets)


PLACES = ("file name", "header", "surplus column", "reference", "code", "sender", "sheet name", "cover",
          "another sheet", "heading in a workbook", "cell beyond the header")  # fmt: skip


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("place", PLACES)
def test_a_planted_identifier_is_refused_or_held_and_found_nowhere(tmp_path, home, caplog, capfd, place, kind):
    value = PLANTED[kind]
    if place == "reference" and kind == "email":
        pytest.skip("an address has no form that a reference may have")
    facts = {name: fact for name, fact in sent.FACTS.items() if place != "sender" or name != "sender"}
    [receipt] = load([make(place, value, tmp_path / "sent")], home, **facts)
    said = (repr(receipt) + text(receipt) + caplog.text + "".join(capfd.readouterr())).lower()
    assert receipt.status == "refused" or receipt.rows_held
    kept = list(home.received.iterdir()) if home.received.is_dir() else []
    assert kept == []
    for form in {value, planted.as_reference(value), value.replace(" ", "")}:
        assert form.lower() not in said
        assert form.lower().encode() not in everywhere(home.path)
    [(_, digest, reason)] = query(home, "SELECT name, sha256, reason FROM files")
    assert len(digest) == 64 and (reason or receipt.has("bytes_not_kept"))
    if receipt.status == "refused":
        assert query(home, "SELECT (SELECT count(*) FROM requests) + (SELECT count(*) FROM held)") == [(0,)]


def test_surplus_columns_without_anything_personal_are_loaded_and_kept(tmp_path, home):
    rows = [{**row, "remarks": "seen by the team", "opened": "2026-01-05", "case": f"{4000000000 + at}"}
            for at, row in enumerate(sent.requests(60))]  # fmt: skip
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    assert receipt.ok and not receipt.has("bytes_not_kept")
    assert len(list(home.received.iterdir())) == 1


def test_a_file_that_is_refused_for_anything_leaves_no_bytes(tmp_path, home):
    rows = [{**row, "holder_body": "nobody"} for row in sent.requests(3)]
    [receipt] = load([sent.write_csv(tmp_path / "return.csv", rows)], home, **sent.FACTS)
    assert receipt.status == "refused" and list(home.received.iterdir()) == []
    [(digest, reason)] = query(home, "SELECT sha256, reason FROM files")
    assert digest == hashlib.sha256((tmp_path / "return.csv").read_bytes()).hexdigest() and reason == receipt.reason


def test_a_lone_number_that_passes_as_an_nhs_number_is_not_put_down_to_chance(tmp_path, home):
    sheets = {"Quarter": sent.grid(sent.requests(12)), "Sheet3": [["Words"], [PLANTED["nhs_number"]]]}
    [receipt] = load([sent.write_xlsx(tmp_path / "return.xlsx", sheets)], home, **sent.FACTS)
    assert receipt.status == "refused" and list(home.received.iterdir()) == []


def test_a_folder_whose_process_died_is_swept_even_if_it_died_while_removing_it(tmp_path):
    mine = working.make(tmp_path)
    held, removing = (tmp_path / f"{working.PREFIX}{name}" for name in ("killed", "killed-while-removing"))
    for folder in (held, removing):
        folder.mkdir()
        (folder / "copy.csv").write_text("a return")
    (held / working.LOCK).touch()
    working.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [mine]
    working.remove(mine)
    assert not list(tmp_path.iterdir())
