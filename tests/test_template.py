"""Templates: a blank workbook of each kind that, filled in and saved by any program, loads with no row held."""

import datetime as dt
import re
import shutil
import subprocess
import zipfile

import pytest
import sent
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner
from xlsxwriter.utility import xl_col_to_name

from dashboard.cli import app
from etl import reference
from etl.errors import Refusal
from etl.home import Home
from etl.intake import contracts
from etl.intake.contracts import contract
from etl.intake.load import check
from etl.intake.tables import EXAMPLE, MARK
from etl.intake.template import template

OFFICE = shutil.which("libreoffice") or shutil.which("soffice")
EXAMPLE_SKIPPED = {"reason": "the template's example row", "rows": 1}


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")


def sheets_of(path):
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def good_rows(kind):
    return sent.requests(12) if kind == "requests" else [sent.others()[kind]]


def filled(path, kind, write=sent.write_xlsx, suffix=".xlsx"):
    """The template of a kind read back, filled in, and written again with every sheet it had."""
    template(kind, path)
    sheets = sheets_of(path)
    for row in sheets["Cover"]:
        name = contracts.folded(row[0])
        if name in sent.FACTS:
            row[1] = sent.FACTS[name]
    head = sheets[kind][0]
    sheets[kind] += [[row.get(name, "") for name in head] for row in good_rows(kind)]
    return write(path.with_name(f"filled{suffix}"), sheets)


def checked(tmp_path, path):
    [receipt] = check([path], Home(tmp_path / "home"))
    return receipt


def assert_clean(receipt, kind):
    assert receipt.ok, receipt
    assert receipt.issues == [] and receipt.held == []
    assert {**EXAMPLE_SKIPPED, "sheet": kind} in receipt.skips
    [sheet] = receipt.sheets
    rows = len(good_rows(kind))
    assert (sheet["rows_read"], sheet["rows_used"], sheet["rows_skipped"]) == (rows + 1, rows, 1)
    assert "columns_ignored" not in [note["rule"] for note in receipt.notes]


@pytest.mark.parametrize("kind", contracts.kinds())
def test_a_filled_template_of_every_kind_loads_with_no_row_held(tmp_path, kind):
    assert_clean(checked(tmp_path, filled(tmp_path / "blank.xlsx", kind)), kind)


def test_a_template_filled_and_saved_as_ods_loads_too(tmp_path):
    path = filled(tmp_path / "blank.xlsx", "requests", sent.write_ods, ".ods")
    assert_clean(checked(tmp_path, path), "requests")


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_template_saved_by_a_spreadsheet_program_loads(tmp_path, form):
    if not OFFICE:
        pytest.skip("LibreOffice is missing: saving a template by a spreadsheet program was not tried.")
    path = filled_in_place(tmp_path / "blank.xlsx", "requests")
    out = tmp_path / "saved"
    command = [OFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", form]
    subprocess.run([*command, "--outdir", out, path], check=True, capture_output=True, timeout=120)
    assert_clean(checked(tmp_path, out / f"blank.{form}"), "requests")


def filled_in_place(path, kind):
    """The template itself, its lists and styles kept, with cells written into the parts of the workbook."""
    template(kind, path)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    cover, page = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
    for place, row in enumerate(sheets_of(path)["Cover"], 1):
        value = sent.FACTS.get(contracts.folded(row[0]))
        if value:
            parts[cover] = re.sub(
                rf'<c r="B{place}" s="(\d+)"/>', lambda c, v=value: _cell(c[0], c[1], v), parts[cover]
            )
    names = contract(kind).names
    styles = dict(re.findall(r'<c r="([A-Z]+)2" s="(\d+)"', parts[page]))
    rows = ""
    for line, row in enumerate(good_rows(kind), 3):
        letters = [(xl_col_to_name(column), row.get(name, "")) for column, name in enumerate(names)]
        cells = (_cell(f'r="{letter}{line}"', styles[letter], value) for letter, value in letters if value)
        rows += f'<row r="{line}">{"".join(cells)}</row>'
    parts[page] = parts[page].replace("</sheetData>", f"{rows}</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, words in parts.items():
            book.writestr(name, words)
    return path


def _cell(place, style, value):
    at = f'{re.search(r"r=.[A-Z]+[0-9]+.", place)[0]} s="{style}"'
    try:
        return f"<c {at}><v>{(dt.date.fromisoformat(value) - dt.date(1899, 12, 30)).days}</v></c>"
    except ValueError:
        return f'<c {at} t="inlineStr"><is><t>{value}</t></is></c>'


def test_an_example_row_is_skipped_in_a_csv_too(tmp_path):
    rows = [{**row, MARK: ""} for row in sent.requests(3)]
    rows.insert(0, {**rows[0], MARK: EXAMPLE})
    path = sent.write_csv(tmp_path / "return.csv", rows)
    [receipt] = check([path], Home(tmp_path / "home"), **sent.FACTS)
    assert receipt.ok and receipt.rows_held == 0
    assert receipt.skips == [{"sheet": "return", **EXAMPLE_SKIPPED}]
    assert receipt.playback.startswith("We read 3 requests")


def test_a_blank_template_is_refused_because_nothing_is_in_it(tmp_path):
    template("requests", tmp_path / "blank.xlsx")
    receipt = checked(tmp_path, tmp_path / "blank.xlsx")
    assert receipt.status == "refused" and receipt.sheets == []


@pytest.mark.parametrize("kind", contracts.kinds())
def test_the_sheets_of_a_template(tmp_path, kind):
    template(kind, tmp_path / "blank.xlsx")
    sheets = sheets_of(tmp_path / "blank.xlsx")
    assert list(sheets) == ["Cover", kind, "Codes", "Notes"]
    assert sheets[kind][0] == [*contract(kind).names, MARK]
    assert sheets[kind][1][-1] == EXAMPLE and len(sheets[kind]) == 2
    assert ["Template version", 1.0] in sheets["Cover"]
    described = {row[0]: row[2] for row in sheets["Notes"]}
    assert all(described[field.name] == field.description for field in contract(kind).fields)
    columns = dict(zip(sheets["Codes"][0], zip(*sheets["Codes"][1:], strict=True), strict=True))
    for field in contract(kind).fields:
        if field.codes and field.codes != "answers":
            assert [code for code in columns[field.codes] if code] == list(reference.codes(field.codes))


def test_the_workbook_has_lists_to_choose_from_and_no_merged_cell(tmp_path):
    template("requests", tmp_path / "blank.xlsx")
    with zipfile.ZipFile(tmp_path / "blank.xlsx") as book:
        page = book.read("xl/worksheets/sheet2.xml").decode()
        parts = "".join(book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name)
    lists = sum(bool(field.codes) for field in contract("requests").fields)
    assert page.count('type="list"') == lists and "Codes!$" in page
    assert "mergeCell" not in parts


def test_a_kind_that_is_not_there_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(Refusal, match="no such kind"):
        template("request", tmp_path / "blank.xlsx")
    assert not (tmp_path / "blank.xlsx").exists()


def test_the_command_writes_a_template_and_never_over_a_file(tmp_path):
    out = tmp_path / "agreements.xlsx"
    ran = CliRunner().invoke(app, ["template", "agreements", str(out)])
    assert ran.exit_code == 0 and f"uptake check {out}" in ran.output
    before = out.read_bytes()
    again = CliRunner().invoke(app, ["template", "agreements", str(out)])
    assert isinstance(again.exception, Refusal) and "there already" in str(again.exception)
    assert out.read_bytes() == before
