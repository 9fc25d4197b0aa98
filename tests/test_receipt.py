"""Receipts: one structure for terminal, workbook, CSV and page; what is wrong, how to mend it, never a found value."""

import csv
import io
import json

import pytest
import sent
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from dashboard import receipt_files
from dashboard.cli import app
from etl.home import Home
from etl.intake.load import check, load
from etl.intake.receipt import lines, revived


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def flawed():
    rows = sent.requests(60)
    rows[3]["purpose"], rows[7]["decided_on"], rows[9]["region"] = "safeguarding_chld", "2025-01-01", "Westeros"
    return rows


def receipt_of(tmp_path, home, rows, act=check, name="return.csv", **facts):
    [receipt] = act([sent.write_csv(tmp_path / name, rows)], home, **{**sent.FACTS, **facts})
    return receipt


def rules_of(receipt, severity):
    return {one["rule"]: one["rows"] for one in receipt.groups() if one["severity"] == severity}


def test_a_group_says_what_is_wrong_and_how_to_mend_it_and_a_row_names_the_nearest_code(tmp_path, home):
    receipt = receipt_of(tmp_path, home, flawed())
    assert rules_of(receipt, "blocks_row") == {"type_purpose": 1, "decided_before_received": 1, "type_region": 1}
    first = receipt.rows()[0]
    assert (first.sheet, first.row, first.column, first.nearest) == ("return", 5, "purpose", "safeguarding_child")
    assert first.wrong == "Purpose is not a code of the list purposes." and first.mend.startswith("Expected a code")
    assert not any(value in "\n".join(lines(receipt)) for value in ("safeguarding_chld", "Westeros"))
    assert [one["severity"] for one in receipt.groups()] == sorted(
        [one["severity"] for one in receipt.groups()], key=["blocks_file", "blocks_row", "warning", "note"].index
    )


def test_workbook_and_csv_hold_the_lines_of_the_receipt(tmp_path, home):
    receipt = receipt_of(tmp_path, home, flawed())
    groups, rows = receipt_files.groups([receipt]), receipt_files.rows([receipt])
    text = receipt_files.as_csv([receipt]).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    played = receipt_files.played_back([receipt])
    assert [line["wrong"] for line in found] == [said for _, said in played] + [
        line["wrong"] for line in (*groups, *rows)
    ]
    path = tmp_path / "report.xlsx"
    receipt_files.write([receipt], path)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["What we read", "Checks", "Rows"]
    head, *cells = book.get_sheet_by_name("Rows").to_python()
    assert head[2] == "Row, as in the file" and [row[2] for row in cells] == [5, 9, 11]
    assert book.get_sheet_by_name("What we read").to_python()[2][1] == receipt.playback
    assert "Westeros" not in text + str(cells)


def test_a_file_name_that_begins_like_a_formula_runs_in_no_report(tmp_path, home):
    receipt = receipt_of(tmp_path, home, flawed(), name="=cmd()+return.csv")
    for line in csv.reader(io.StringIO(receipt_files.as_csv([receipt]).decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)
    receipt_files.write([receipt], tmp_path / "report.xlsx")
    sheet = CalamineWorkbook.from_path(str(tmp_path / "report.xlsx")).get_sheet_by_name("Rows")
    assert sheet.to_python()[1][0] == "=cmd()+return.csv"  # text: a formula would have been read as its result


def test_a_refused_file_says_which_check_refused_it(tmp_path, home):
    rows = [{name: cell for name, cell in row.items() if name != "received_on"} for row in sent.requests(5)]
    receipt = receipt_of(tmp_path, home, rows)
    assert receipt.status == "refused" and rules_of(receipt, "blocks_file") == {"missing_column": None}
    [line] = [one for one in receipt_files.groups([receipt]) if one["severity"] == "blocks file"]
    assert line["wrong"] == receipt.reason


def test_a_receipt_goes_through_json_and_comes_back_whole(tmp_path, home):
    receipt = receipt_of(tmp_path, home, flawed())
    again = revived(json.loads(json.dumps(receipt.plain(), default=str)))
    assert lines(again) == lines(receipt) and receipt_files.as_csv([again]) == receipt_files.as_csv([receipt])


@pytest.mark.parametrize("command", ["check", "load"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_commands_write_a_report_and_never_over_one(tmp_path, monkeypatch, command, form):
    monkeypatch.setenv("UPTAKE_HOME", str(tmp_path / "home"))
    path = sent.write_csv(tmp_path / "return.csv", flawed())
    facts = [part for name, value in sent.FACTS.items() for part in (f"--{name.replace('_', '-')}", value)]
    more = ["--no-publish"] if command == "load" else []
    out = tmp_path / f"report.{form}"
    done = CliRunner().invoke(app, [command, str(path), *facts, *more, "--report", str(out)])
    assert (
        done.exit_code == 1
        and out.stat().st_size > 500
        and f"The report is in {out}" in " ".join(done.output.split("\n"))
    )
    before = out.read_bytes()
    again = CliRunner().invoke(app, [command, str(path), *facts, *more, "--report", str(out)])
    assert again.exception and out.read_bytes() == before


def test_loading_keeps_the_reasons_apart_in_the_ledger(tmp_path, home):
    receipt = receipt_of(tmp_path, home, flawed(), load)
    assert [(one.rule, one.nearest) for one in receipt.rows()] == [
        ("type_purpose", "safeguarding_child"), ("decided_before_received", None), ("type_region", None)
    ]  # fmt: skip
