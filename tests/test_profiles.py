"""The profile engine on small workbooks made here, and on two real public registers where they lie."""

import datetime as dt
from collections import Counter

import odswriter
import pytest
import xlsxwriter

from etl.errors import Refusal
from etl.intake.sheets import read_sheets
from etl.paths import ROOT
from etl.profile import profiles

REAL = ROOT.parent / "shared" / "real"
NHS = REAL / "nhs-digital-data-release-register-2017-09-to-11.xlsx"
PHE = REAL / "phe-data-release-registers-2014-to-2018.ods"

CONSTANTS = """
[facts]
sender = "LEEDS"
reported_by = "holder"
period_from = 2021-01-01
period_to = 2021-03-31
[constants]
holder_body = "E08000035"
holder_sector = "local_government"
body = "E08000035"
sector = "local_government"
region = "E12000003"
purpose = "not_stated"
period_start = 2021-01-01
period_end = 2021-03-31
requester_sector = "not_stated"
counterparty_sector = "not_stated"
[maps.outcome]
"Shared in  Full" = "shared_full"
"turned down" = "refused"
[maps.sector]
"police" = "police"
"school" = "education"
[patterns]
sector = [['\\bnhs\\b', "health"]]
"""
COUNTS = """
[[take]]
kind = "request_counts"
sheet = "totals.*"
header = ["decision", "requests"]
{more}
[take.columns]
outcome = 'outcome("decision")'
requests = '"requests"'
"""
AGREEMENTS = """
[[take]]
kind = "agreements"
sheet = "register"
header = ["reference", "partner"]
{more}
[take.columns]
counterparty_sector = 'sector("partner")'
reference = '"reference"'
[take.counts]
active = "count(DISTINCT reference)"
"""


def book(path, sheets):
    """Write {sheet: rows} as XLSX or ODS."""
    if path.suffix == ".ods":
        with odswriter.writer(open(path, "wb")) as out:
            for name, rows in sheets.items():
                sheet = out.new_sheet(name)
                for row in rows:
                    sheet.writerow(row)
        return path
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as out:
        for name, rows in sheets.items():
            sheet = out.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


@pytest.fixture
def taken(tmp_path):
    """Take sheets by the takes given, and check the ledger of every sheet on the way."""

    def take(sheets, takes, suffix=".xlsx"):
        toml = tmp_path / "mine.toml"
        toml.write_text(CONSTANTS + takes, encoding="utf-8")
        result = profiles.take(book(tmp_path / f"file{suffix}", sheets), toml)
        assert_whole(result)
        return result

    return take


def assert_whole(taken):
    for sheet, read, used, held, skipped, made in taken.sheets:
        assert read == used + held + skipped, sheet
        assert skipped == sum(rows for name, _, rows in taken.skips if name == sheet)
        assert made == sum(row["_sheet"] == sheet for one in taken.returns for row in one.rows)


def test_header_is_found_below_a_remark_and_notes_under_the_table_are_skipped(taken):
    rows = [
        ["Figures for the quarter, as sent to the board"],
        [],
        ["Decision ", "Number of\nthe month", "Requests"],
        ["shared in full", "x", 31],
        ["", "", ""],
        ["TURNED  DOWN", "y", 4.0],
        ["Source: case system"],
    ]
    result = taken({"Totals 2021": rows}, COUNTS.format(more='skip = [["_filled = 1", "a note under the table"]]'))
    (one,) = result.returns
    assert [(row["_row"], row["outcome"], row["requests"]) for row in one.rows] == [
        (4, "shared_full", 31),
        (6, "refused", 4),
    ]
    assert one.rows[0]["period_end"] == dt.date(2021, 3, 31)
    assert result.sheets == [("Totals 2021", 6, 2, 0, 4, 2)]
    assert set(result.skips) == {
        ("Totals 2021", "above the header", 2),
        ("Totals 2021", "blank row", 1),
        ("Totals 2021", "a note under the table", 1),
    }


def test_a_header_met_again_is_skipped_and_said(taken):
    rows = [["Decision", "Requests"], ["turned down", 2], ["DECISION", "requests "], ["shared in full", 5]]
    result = taken({"totals": rows}, COUNTS.format(more=""), ".ods")
    assert [row["requests"] for row in result.returns[0].rows] == [2, 5]
    assert ("totals", "the header again", 1) in result.skips


def test_a_second_header_in_other_columns_is_refused(taken):
    rows = [["Decision", "Requests"], ["turned down", 2], ["", "Decision", "Requests"], ["", "turned down", 5]]
    with pytest.raises(Refusal, match="row 3: a second header"):
        taken({"totals": rows}, COUNTS.format(more=""))


def test_the_row_that_holds_all_header_cells_is_chosen_of_two_candidates(taken):
    rows = [["Decision", "explained below"], ["Decision", "Requests", "Remark"], ["turned down", 7, "late"]]
    result = taken({"totals": rows}, COUNTS.format(more=""))
    assert [(row["_row"], row["requests"]) for row in result.returns[0].rows] == [(3, 7)]


TRANSPOSED = """
[[take]]
kind = "request_counts"
sheet = "requests by body"
header = ["police", "school"]
unpivot = { name = "asker", value = "n", keep = ["column 1"] }
total = { column = "total", row = '''"column 1" = 'All' ''' }
[take.columns]
requester_sector = "sector(asker)"
outcome = 'outcome("column 1")'
requests = "n"
"""


def transposed(first_total=7):
    return [
        ["", "Police", "School", "Leeds NHS trust", "Total"],
        ["All", 5, 1, 4, 10],
        ["Turned down", 2, "", 1, 3],
        ["Shared in full", 3, 1, 3, first_total],
    ]


def test_a_transposed_table_is_turned_and_its_totals_checked_and_left_out(taken):
    result = taken({"Requests by body": transposed()}, TRANSPOSED)
    rows = result.returns[0].rows
    assert Counter({(r["requester_sector"], r["outcome"]): r["requests"] for r in rows}) == {
        ("police", "refused"): 2,
        ("health", "refused"): 1,
        ("police", "shared_full"): 3,
        ("education", "shared_full"): 1,
        ("health", "shared_full"): 3,
    }
    assert result.sheets == [("Requests by body", 3, 2, 0, 1, 5)]
    assert {rule for _, rule, _, _ in result.notes} == {"total_agrees"}


def test_a_total_that_differs_is_said_and_the_parts_are_taken(taken):
    result = taken({"Requests by body": transposed(first_total=8)}, TRANSPOSED)
    said = {rule: message for _, rule, message, _ in result.notes}
    assert "differ in 1 of 3 rows" in said["total_differs"] or "differ in 1 of 4 columns" in said["total_differs"]
    assert sum(row["requests"] for row in result.returns[0].rows) == 10


def test_a_transposed_row_with_one_bad_cell_is_held_whole(taken):
    rows = transposed()
    rows[2][1] = "two or so"
    result = taken({"Requests by body": rows}, TRANSPOSED)
    assert [(sheet, row, column, rule) for sheet, row, column, rule, _ in result.held] == [
        ("Requests by body", 3, "requests", "no_value")
    ]
    assert {row["outcome"] for row in result.returns[0].rows} == {"shared_full"}
    assert not any("two or so" in message for *_, message in result.held)


def test_marks_of_missing_figures_are_blank_and_said(taken):
    rows = transposed()
    rows[2][2], rows[2][3] = "[x]", "-"
    result = taken({"Requests by body": rows}, TRANSPOSED.replace("unpivot", 'missing = ["-", "[X]"]\nunpivot', 1))
    assert result.held == []
    assert [row["requests"] for row in result.returns[0].rows if row["outcome"] == "refused"] == [2]
    assert ("Requests by body", "missing_mark", 2) in [(sheet, rule, n) for sheet, rule, _, n in result.notes]


def test_a_header_of_two_rows_names_each_column_by_both(taken):
    rows = [["", "Adults", "", "Children", ""], ["Decision", "Old", "New", "Old", "New"], ["turned down", 1, 2, 3, 4]]
    more = 'header_rows = 2\nunpivot = { name = "what", value = "requests", keep = ["decision"] }'
    takes = COUNTS.format(more=more).replace('"decision", "requests"', '"decision", "old", "new"')
    told = takes + "requester_sector = \"CASE what WHEN 'adults new' THEN 'police' ELSE 'health' END\"\n"
    result = taken({"totals": rows}, told)
    assert [(row["requester_sector"], row["requests"]) for row in result.returns[0].rows] == [
        ("health", 1),
        ("police", 2),
        ("health", 3),
        ("health", 4),
    ]
    assert result.sheets == [("totals", 1, 1, 0, 0, 4)]


def test_a_text_without_a_code_holds_its_row_and_never_shows_it(taken):
    rows = [["Decision", "Requests"], ["turned down", 2], ["sent to Jane Roe", 1], ["shared in full", "12.5"]]
    result = taken({"totals": rows}, COUNTS.format(more=""))
    assert [(row, column) for _, row, column, _, _ in result.held] == [(3, "outcome"), (4, "requests")]
    assert result.sheets == [("totals", 3, 1, 2, 0, 1)]
    assert "Roe" not in repr(result)


def test_a_map_without_a_line_holds_every_row(taken):
    takes = COUNTS.format(more="").replace("outcome(", "none_yet(") + "[maps.none_yet]\n"
    result = taken({"totals": [["Decision", "Requests"], ["turned down", 2]]}, takes)
    assert (result.returns, [row for _, row, _, _, _ in result.held]) == ([], [2])


def test_repeated_ids_are_said_and_counted_once(taken):
    rows = [
        ["Reference", "Partner"],
        ["A1", "Police"],
        ["A1 ", "police"],
        ["B2", "Leeds NHS Trust"],
        ["C3", "School"],
    ]
    result = taken({"Register": rows}, AGREEMENTS.format(more='repeated = { "reference" = "note" }'))
    assert {row["counterparty_sector"]: row["active"] for row in result.returns[0].rows} == {
        "police": 1,
        "health": 1,
        "education": 1,
    }
    ((sheet, rule, message, count),) = result.notes
    assert (sheet, rule, count) == ("Register", "repeated_id", 2)
    assert "rows 2, 3" in message and "A1" not in message


def test_repeated_ids_can_be_held_after_the_first(taken):
    rows = [["Decision", "Requests", "Case"], ["turned down", 2, "7"], ["shared in full", 3, "7"]]
    result = taken({"totals": rows}, COUNTS.format(more='repeated = { "case" = "hold" }'))
    assert [row["requests"] for row in result.returns[0].rows] == [2]
    assert [(row, column, rule) for _, row, column, rule, _ in result.held] == [(3, "case", "repeated_id")]


def test_an_item_in_two_sectors_is_counted_in_the_one_most_of_its_rows_have(taken):
    rows = [["Reference", "Partner"], ["A1", "School"], ["A1", "Police"], ["A1", "police"], ["B2", "School"]]
    more = 'once = { of = "reference", column = "counterparty_sector" }'
    result = taken({"Register": rows}, AGREEMENTS.format(more=more))
    assert {row["counterparty_sector"]: row["active"] for row in result.returns[0].rows} == {
        "police": 1,
        "education": 1,
    }
    assert [(rule, rows) for _, rule, _, rows in result.notes] == [("counted_once", 3)]


def test_a_fact_in_a_column_makes_returns_of_their_own(taken):
    rows = [["Decision", "Requests", "Team"], ["turned down", 2, "adults"], ["turned down", 3, "children"]]
    result = taken({"totals": rows}, COUNTS.format(more="") + "sender = '\"team\"'\n")
    assert {one.facts["sender"]: [row["requests"] for row in one.rows] for one in result.returns} == {
        "adults": [2],
        "children": [3],
    }


def test_two_takes_of_one_sheet_count_each_source_row_once(taken):
    rows = [["Decision", "Requests"], ["turned down", 2], ["shared in full", 3]]
    refused = COUNTS.format(more="""skip = [["lower(\\"decision\\") <> 'turned down'", "not refused"]]""")
    others = COUNTS.format(more="""skip = [["lower(\\"decision\\") = 'turned down'", "refused"]]""")
    result = taken({"totals": rows}, refused + others)
    assert result.sheets == [("totals", 2, 2, 0, 0, 2)]


def test_sheets_that_no_take_uses_are_listed_with_their_rows(taken):
    sheets = {"Cover": [["hello"], ["there"]], "totals": [["Decision", "Requests"], ["turned down", 2]]}
    result = taken(sheets, COUNTS.format(more=""))
    assert ("Cover", 2, 0, 0, 2, 0) in result.sheets
    assert ("Cover", "sheet not used by this profile", 2) in result.skips


def test_a_text_table_is_taken_too(tmp_path):
    toml = tmp_path / "mine.toml"
    toml.write_text(CONSTANTS + COUNTS.format(more=""), encoding="utf-8")
    table = tmp_path / "totals.csv"
    table.write_bytes("\ufeffDecision;Requests\r\nturned down;2\r\n".encode())
    result = profiles.take(table, toml)
    assert [row["requests"] for row in result.returns[0].rows] == [2]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('outcome("decision")', 'outcome("verdict")', "column outcome.*verdict"),
        ("'\"requests\"'", '"(SELECT 1)"', "column requests"),
        ("'\"requests\"'", "'sum(\"requests\")'", "column requests"),
        ("'\"requests\"'", '''"read_text('/etc/hostname')"''', "column requests"),
        ('sheet = "totals.*"', 'sheet = "totals("', "regular expression"),
        ('header = ["decision"', 'heading = ["decision"', "did you mean 'header'"),
        ('header = ["decision"', 'header = ["outcome"', "no sheet named like"),
        ('kind = "request_counts"', 'kind = "counts"', "no such kind"),
        ("requests = ", "request = ", "requires requests"),
        ("[facts]", "[facts]\nowner = 'x'", "'owner' is not a fact"),
        ("[facts]", "facts]", "not readable as TOML"),
    ],
)
def test_a_mistake_in_a_profile_is_told_by_its_place(tmp_path, old, new, words):
    whole = CONSTANTS + COUNTS.format(more="")
    assert old in whole
    toml = tmp_path / "mine.toml"
    toml.write_text(whole.replace(old, new), encoding="utf-8")
    path = book(tmp_path / "file.xlsx", {"totals": [["Decision", "Requests"], ["turned down", 2]]})
    with pytest.raises(Refusal, match=words) as caught:
        profiles.take(path, toml)
    assert "mine" in str(caught.value)


def test_the_sql_of_a_profile_reaches_no_file(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nswordfish\n")
    takes = COUNTS.format(more="").replace("'\"requests\"'", f"\"(SELECT count(*) FROM '{secret}')\"")
    toml = tmp_path / "mine.toml"
    toml.write_text(CONSTANTS + takes, encoding="utf-8")
    path = book(tmp_path / "file.xlsx", {"totals": [["Decision", "Requests"], ["turned down", 2]]})
    with pytest.raises(Refusal):
        profiles.take(path, toml)


def test_an_ordinary_return_has_no_profile(tmp_path):
    assert (
        profiles.find(book(tmp_path / "return.xlsx", {"requests": [["request_ref", "outcome"], ["A-1", "refused"]]}))
        is None
    )


def test_a_workbook_that_kills_its_reader_is_refused(tmp_path):
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as out:
        sheet = out.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")
    with pytest.raises(Refusal, match="cannot be opened safely"):
        profiles.find(path)


def test_every_committed_profile_can_be_read():
    from etl.profile import file as profile_file

    found = profile_file.names()
    assert found
    for name in found:
        assert profile_file.read(name).takes


needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the public registers are not here (../shared/real)")


@pytest.fixture(scope="module")
def nhs():
    assert profiles.find(NHS) == "nhs_digital_register_2017"
    taken = profiles.take(NHS, "nhs_digital_register_2017")
    assert_whole(taken)
    return taken


@pytest.fixture(scope="module")
def phe():
    assert profiles.find(PHE) == "phe_release_register_2014"
    taken = profiles.take(PHE, "phe_release_register_2014")
    assert_whole(taken)
    return taken


def kind(taken, name):
    return next(one for one in taken.returns if one.kind == name)


@needs_real
def test_nhs_requests_come_out_whole_and_nothing_twice(nhs):
    rows = kind(nhs, "request_counts").rows
    by_outcome, police = Counter(), Counter()
    for row in rows:
        by_outcome[row["outcome"]] += row["requests"]
        if row["requester_sector"] == "police":
            police[row["outcome"]] += row["requests"]
    assert by_outcome == {"refused": 146, "shared_full": 1531, "not_held": 431}
    assert sum(by_outcome.values()) == 2108
    assert (police["refused"], sum(police.values())) == (52, 193)
    assert [rule for sheet, rule, _, _ in nhs.notes if sheet == "NBO"] == ["total_agrees", "total_agrees"]
    assert nhs.held == []


@needs_real
def test_nhs_agreements_are_counted_by_reference_without_version(nhs):
    one = kind(nhs, "agreements")
    assert sum(row["active"] for row in one.rows) == 527
    assert {row["counterparty_sector"] for row in one.rows} >= {"health", "local_government", "higher_education"}
    assert one.facts["published"] is True and one.facts["sender"] == "NHS-DIGITAL"
    assert ("DataReleases", 5776, 5776, 0, 0, len(one.rows)) in nhs.sheets


@needs_real
def test_phe_references_are_counted_by_quarter_and_by_covered_part_of_the_year(phe):
    (one,) = phe.returns
    counted = Counter()
    for row in one.rows:
        counted[row["period_start"].isoformat(), row["period_end"].isoformat()] += row["active"]
    assert counted == {
        ("2014-04-01", "2014-06-30"): 6,
        ("2014-07-01", "2014-09-30"): 12,
        ("2014-10-01", "2014-12-31"): 18,
        ("2015-01-01", "2015-03-31"): 29,
        ("2015-04-01", "2015-06-30"): 19,
        ("2015-07-01", "2015-09-30"): 26,
        ("2015-10-01", "2015-12-31"): 15,
        ("2016-01-01", "2016-03-31"): 16,
        ("2016-04-01", "2016-06-30"): 14,
        ("2016-07-01", "2016-09-30"): 21,
        ("2016-10-01", "2016-12-31"): 14,
        ("2017-01-01", "2017-03-31"): 22,
        ("2017-04-01", "2017-06-30"): 25,
        ("2014-04-01", "2014-12-31"): 36,
        ("2015-01-01", "2015-12-31"): 89,
        ("2016-01-01", "2016-12-31"): 63,
        ("2017-01-01", "2017-06-30"): 47,
    }
    assert (one.facts["period_from"], one.facts["period_to"]) == (dt.date(2014, 4, 1), dt.date(2017, 6, 30))


@needs_real
def test_phe_rows_are_all_used_and_what_is_odd_is_said(phe):
    used = {sheet: (read, taken, skipped) for sheet, read, taken, _, skipped, _ in phe.sheets}
    assert used == {
        "Notes": (13, 0, 13),
        "2017-2018": (26, 25, 1),
        "2016-2017": (74, 73, 1),
        "2015-2016": (77, 76, 1),
        "2014-2015": (67, 65, 2),
    }
    assert sum(taken for _, taken, _ in used.values()) == 239
    said = Counter()
    for _, rule, _, rows in phe.notes:
        said[rule] += rows
    # Four rows whose kind of organisation needed a reading; two ids used twice and eight references in 17 rows.
    assert said == {"profile_note": 4, "repeated_id": 4 + 17}


def test_cells_of_a_workbook_keep_their_type_and_place(tmp_path):
    rows = [[], ["", "a  b"], [dt.date(2020, 2, 29), 1.5, 3, True]]
    sheets = read_sheets(book(tmp_path / "typed.ods", {"one": rows, "two": [["x"]]}))
    assert list(sheets) == ["one", "two"]
    assert sheets["one"][1][1] == "a  b"
    assert sheets["one"][2] == [dt.date(2020, 2, 29), 1.5, 3, True]
    assert len(read_sheets(tmp_path / "typed.ods", head=2)["one"]) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_tables_are_read_in_the_encodings_people_send(tmp_path, encoding):
    path = tmp_path / "table.csv"
    path.write_bytes('name;n\r\n"Café; Leeds";2\r\nlonger;3;4\r\n'.encode(encoding))
    assert read_sheets(path) == {"table": [["name", "n", ""], ["Café; Leeds", "2", ""], ["longer", "3", "4"]]}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF", "save the table as one of these"),
        ("a.xlsx", b"", "the file is empty"),
        ("a.xlsx", b"PK\x03\x04 not really", "not a workbook"),
        ("a.csv", b'x,y\n"open,1\n', "quotation mark"),
        ("a.csv", b"x\0,y\n", "NUL"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refusal, match=words) as caught:
        read_sheets(tmp_path / name)
    assert str(caught.value).startswith(name)


def test_a_reader_that_takes_too_long_is_stopped(tmp_path):
    with pytest.raises(Refusal, match="took longer"):
        read_sheets(book(tmp_path / "slow.xlsx", {"one": [["x"]]}), seconds=0)
