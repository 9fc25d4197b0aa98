"""The same rows in CSV, XLSX, ODS and Parquet are the same return; what is no table is refused in a sentence."""

import random

import duckdb
import pytest
import sent

from etl.home import Home
from etl.intake import lines as text_lines
from etl.intake.load import load


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")


def stored(tmp_path, path, name="home", **facts):
    """Load one file into a home of its own: (receipt, rows of requests in order)."""
    home = Home(tmp_path / name)
    [receipt] = load([path], home, **{**sent.FACTS, **facts})
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rows = con.execute("SELECT * EXCLUDE (return_id) FROM requests ORDER BY request_key").fetchall()
    return receipt, rows


@pytest.fixture(scope="module")
def rows():
    return sent.requests(60)


@pytest.fixture
def expected(tmp_path, rows):
    receipt, found = stored(tmp_path, sent.write_csv(tmp_path / "plain.csv", rows), "plain")
    assert receipt.ok and len(found) == 60
    return found


def test_columns_may_stand_in_any_order(tmp_path, rows, expected):
    columns = list(rows[0])
    random.Random(4).shuffle(columns)
    assert columns != list(rows[0])
    receipt, found = stored(tmp_path, sent.write_csv(tmp_path / "shuffled.csv", rows, columns))
    assert receipt.ok and found == expected


def test_columns_nobody_asked_for_are_not_read_but_noted(tmp_path, rows, expected):
    more = [{"our notes": "seen, twice\nover", **row} for row in rows]
    receipt, found = stored(tmp_path, sent.write_csv(tmp_path / "more.csv", more))
    assert found == expected
    assert [note["rule"] for note in receipt.notes if "column" in note["rule"]] == ["columns_ignored"]


def test_a_workbook_is_read_like_the_csv(tmp_path, rows, expected):
    path = sent.write_xlsx(tmp_path / "book.xlsx", {"Requests": sent.grid(rows)})
    receipt, found = stored(tmp_path, path)
    assert receipt.ok and found == expected


def test_an_open_document_is_read_like_the_csv(tmp_path, rows, expected):
    path = sent.write_ods(tmp_path / "book.ods", {"Requests": sent.grid(rows)})
    receipt, found = stored(tmp_path, path)
    assert receipt.ok and found == expected


def test_parquet_is_read_like_the_csv(tmp_path, rows, expected):
    receipt, found = stored(tmp_path, sent.write_parquet(tmp_path / "table.parquet", rows))
    assert receipt.ok and found == expected


def test_a_cover_sheet_gives_the_facts(tmp_path, rows, expected):
    cover = [[name.replace("_", " ").capitalize(), value] for name, value in sent.FACTS.items()]
    book = {"Cover": cover, "Requests": sent.grid(rows), "Codes": [["code", "label"], ["yes", "Yes"]]}
    path = sent.write_xlsx(tmp_path / "book.xlsx", book)
    nothing = dict.fromkeys(sent.FACTS)
    receipt, found = stored(tmp_path, path, **nothing)
    assert receipt.ok and found == expected
    assert receipt.returns[0]["sender"] == "E08000025"
    assert "sheet_not_taken" in [note["rule"] for note in receipt.notes]


def test_a_mark_at_the_start_and_windows_line_ends_change_nothing(tmp_path, rows, expected):
    path = sent.write_csv(tmp_path / "plain.csv", rows)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    receipt, found = stored(tmp_path, path)
    assert receipt.ok and found == expected


def test_codes_may_differ_in_capitals_and_spaces(tmp_path, rows, expected):
    loose = [{**row, "purpose": " Safeguarding Child", "region": "e12000005 ", "urgency": "URGENT"} for row in rows]
    receipt, found = stored(tmp_path, sent.write_csv(tmp_path / "loose.csv", loose))
    assert receipt.ok and found == expected


def test_rows_are_numbered_as_the_sender_sees_them(tmp_path, rows):
    bad = [dict(row) for row in rows]
    bad[30]["purpose"] = ""
    grid = sent.grid(bad)
    grid.insert(10, [""] * len(grid[0]))  # a blank row moves the rest down by one and is no row
    book, _ = stored(tmp_path, sent.write_xlsx(tmp_path / "book.xlsx", {"Requests": grid}), "a")
    path = sent.write_csv(tmp_path / "plain.csv", bad)
    lines = path.read_text().split("\n")
    path.write_text("\n".join([*lines[:10], "", *lines[10:]]))
    text, _ = stored(tmp_path, path, "b")
    assert [(one.row, one.column) for one in book.held] == [(33, "purpose")]
    assert [(one.row, one.column) for one in text.held] == [(33, "purpose")]
    assert book.sheets[0]["rows_read"] == text.sheets[0]["rows_read"] == 60


@pytest.mark.parametrize("end", ["\n", ""])
def test_duckdb_numbers_the_rows_of_a_large_regular_file_alike(tmp_path, monkeypatch, rows, end):
    bad = [dict(row) for row in rows]
    for place in (0, 30, 59):
        bad[place]["purpose"] = ""
    path = sent.write_csv(tmp_path / "plain.csv", bad)
    path.write_text(path.read_text().rstrip("\n") + end)
    receipt, found = stored(tmp_path, path, "by-us")
    monkeypatch.setattr(text_lines, "LARGE", 0)
    again, same = stored(tmp_path, path, "by-duckdb")
    assert [one.row for one in receipt.held] == [2, 32, 61]
    assert (again.held, again.sheets, same) == (receipt.held, receipt.sheets, found)


@pytest.mark.parametrize(
    "line, text",
    [(8, ""), (8, "one,two"), (8, '"a ""quoted"" cell"' + "," * 19)],
    ids=["blank", "ragged", "quoted"],
)
def test_a_large_file_that_is_not_regular_is_numbered_by_us(tmp_path, monkeypatch, rows, line, text):
    bad = [dict(row) for row in rows]
    bad[30]["purpose"] = ""
    path = sent.write_csv(tmp_path / "plain.csv", bad)
    lines = path.read_text().split("\n")
    path.write_text("\n".join([*lines[:line], text, *lines[line:]]))
    monkeypatch.setattr(text_lines, "LARGE", 0)
    receipt, _ = stored(tmp_path, path)
    assert {one.row for one in receipt.held} - {line + 1} == {33}


HEADER = ",".join(sent.requests(1)[0]).encode()
NO_TABLES = {
    "empty.csv": b"",
    "header-only.csv": HEADER + b"\n",
    "semicolons.csv": HEADER.replace(b",", b";") + b"\n" + b"a;" * 19 + b"a\n",
    "nul.csv": HEADER + b"\nREQ\0" + b"," * 19 + b"\n",
    "old-line-ends.csv": HEADER + b"\r" + b"," * 19 + b"\r",
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
    "not-a-book.xlsx": b"PK\x03\x04" + b"\0" * 50,
    "not-a-book.parquet": b"PAR1" + b"\0" * 50 + b"PAR1",
    "open-quote.csv": HEADER + b'\n"REQ-1' + b"," * 19 + b"\n" * 3,
    "words.txt": b"Dear all, please find attached.\n",
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_what_is_no_table_is_refused_in_a_sentence(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(NO_TABLES[name])
    receipt, found = stored(tmp_path, path)
    assert receipt.status == "refused" and receipt.reason.endswith(".")
    assert found == []


def test_a_file_that_is_not_there_is_refused(tmp_path):
    receipt, _ = stored(tmp_path, tmp_path / "nowhere.csv")
    assert receipt.status == "refused"
