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
    assert f"{line['wrong']} {line['mend']}" == receipt.reason and "Add the column" in line["mend"]


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


# --- against the last return ----------------------------------------------------------------------------------------


def test_a_resubmission_says_what_changed_in_counts_alone(tmp_path, home):
    rows = sent.requests(60)
    assert receipt_of(tmp_path, home, rows, load).changes == []
    again = [dict(row) for row in rows[2:]]
    again[0]["outcome"], again[5]["decided_on"] = "shared_part", "2026-03-09"
    again.append({**rows[0], "request_ref": "REQ-9999"})
    said = ["Requests: 5 changes since the return that this one replaces: 1 row added, 2 rows gone, "
            "2 rows changed (outcome 1, decided_on 1)."]  # fmt: skip
    assert receipt_of(tmp_path, home, again, check, "again.csv").changes == said
    receipt = receipt_of(tmp_path, home, again, load, "again.csv")
    assert receipt.changes == said and lines(receipt)[2] == said[0]
    assert ("again.csv", said[0]) in receipt_files.played_back([receipt])


def test_the_same_rows_in_another_order_are_no_change(tmp_path, home):
    rows = sent.requests(60)
    receipt_of(tmp_path, home, rows, load)
    receipt = receipt_of(tmp_path, home, rows[::-1], load, "again.csv")
    assert receipt.changes == ["Requests: no row differs from the return that this one replaces."]


def test_totals_without_a_key_are_compared_row_by_row(tmp_path, home):
    row = sent.others()["request_counts"] | {"holder_body": "E08000025", "period_start": "2026-01-01",
                                             "period_end": "2026-03-31", "requests": "7"}  # fmt: skip
    receipt_of(tmp_path, home, [row, row, {**row, "requests": "9"}], load)
    receipt = receipt_of(tmp_path, home, [row, {**row, "requests": "9"}, {**row, "requests": "4"}], load, "again.csv")
    assert ": 2 changes since" in receipt.changes[0] and "1 row added, 1 row gone." in receipt.changes[0]


@pytest.mark.parametrize(("count", "warned"), [(40, True), (39, False), (12, False)])
def test_a_return_over_three_times_as_large_is_pointed_out(tmp_path, home, count, warned):
    def rows(n, year):
        return [{**row, "received_on": f"{year}-01-09", "decided_on": "", "outcome": "pending", "reconsidered": "none",
                 "request_ref": f"R{year}-{at:03d}"} for at, row in enumerate(sent.requests(n))]  # fmt: skip

    spans = [{"period_from": f"{year}-01-01", "period_to": f"{year}-03-31"} for year in (2025, 2026)]
    assert not receipt_of(tmp_path, home, rows(13, 2025), load, "first.csv", **spans[0]).has("change_over_threefold")
    receipt = receipt_of(tmp_path, home, rows(count, 2026), load, **spans[1])
    assert receipt.has("change_over_threefold") == warned and receipt.ok


def test_playback_names_the_top_reason_where_reasons_are_on_file(tmp_path, home):
    rows = sent.requests(30)
    refused = [row["request_ref"] for row in rows if row["outcome"] == "refused"]
    reasons = [{"holder_body": "E08000025", "request_ref": ref, "rank": "1", "reason": "R01" if at else "R03",
                "law_cited": ""} for at, ref in enumerate(refused)]  # fmt: skip
    receipt_of(tmp_path, home, reasons, load, "refusals.csv")
    receipt = receipt_of(tmp_path, home, rows, load)
    given = f"({len(refused) - 1} of {len(refused)} with a reason)"
    assert receipt.playback.endswith(f', top reason "No lawful basis found" {given}.')
