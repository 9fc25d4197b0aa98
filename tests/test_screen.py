"""Screening finds what identifies a person wherever somebody can type it, says nothing of clean references,
and never repeats what it found."""

import random
import time

import duckdb
import hostile
import planted
import pytest
from stdnum.gb import nhs, upn, utr
from trials import planting

from etl.home import Home
from etl.intake.identifiers import is_upn, nhs_sql, upn_sql, utr_sql
from etl.intake.load import check
from etl.intake.precheck import precheck
from etl.intake.screen import ENOUGH, SQL, screen_column, screen_names

CLEAN_ROWS = 300


@pytest.fixture
def con():
    with duckdb.connect() as opened:
        opened.execute("SET threads = 1")
        yield opened


def column_of(con, values):
    con.execute("CREATE OR REPLACE TABLE held (line INTEGER, request_ref VARCHAR)")
    con.execute("INSERT INTO held SELECT unnest($1), unnest($2)", [list(range(2, len(values) + 2)), values])
    return screen_column(con, "held", "request_ref", row="line")


def references(count=CLEAN_ROWS):
    return [f"REQ-2021-{number:06d}" for number in range(count)]


def without_values(findings, values):
    said = " ".join(f"{item} {item.sentence('returns.csv')}" for item in findings).lower()
    return not any(value.lower() in said for value in values)


@pytest.mark.parametrize("kind", planted.KINDS)
def test_one_identifier_among_references_holds_its_row(con, kind):
    """One at a time, so that each must be found by itself and not by the share of its kind."""
    values = [planted.as_reference(value) for value in planted.planted(kind, 12)]
    for value in values:
        found = column_of(con, [*references(), value])
        assert {(item.severity, item.row) for item in found} == {("blocks_row", CLEAN_ROWS + 2)}, kind
        assert planted.KINDS[kind][1] & {item.rule for item in found}, kind
        assert without_values(found, [value])


@pytest.mark.parametrize("kind", planted.KINDS)
def test_a_hundred_of_a_kind_are_all_held(con, kind):
    values = [planted.as_reference(value) for value in planted.planted(kind, 100, seed=2)]
    found = column_of(con, references() + values)
    rows = {item.row for item in found if item.severity == "blocks_row"}
    whole = any(item.severity == "blocks_file" for item in found)
    assert whole or rows == set(range(CLEAN_ROWS + 2, CLEAN_ROWS + 102))
    assert without_values(found, values)


PLACES = {
    "heading": "{}",
    "sheet name": "{} (old)",
    "file name": "returns_{}_2021.csv",
    "note": "Please see {} about this.",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", planted.KINDS)
def test_identifiers_in_names_and_notes_are_found(kind, place):
    for value in planted.planted(kind, 15, seed=3):
        value = "born " + value if kind == "birth_date" else value
        found = screen_names(["outcome", PLACES[place].format(value)], place)
        assert planted.KINDS[kind][1] & {item.rule for item in found}, (kind, place)
        assert {item.severity for item in found} == {"blocks_file"}
        assert without_values(found, [value])


NOTES = {
    "comments": lambda text: hostile.workbook(more={"xl/comments1.xml": f"<comments><t>{text}</t></comments>"}),
    "threads": lambda text: hostile.workbook(
        more={"xl/threadedComments/threadedComment1.xml": f"<x><text>{text}</text></x>"}
    ),
    "drawing": lambda text: hostile.workbook(more={"xl/drawings/drawing1.xml": f"<a:p><a:t>{text}</a:t></a:p>"}),
    "properties": lambda text: hostile.workbook(more={"docProps/core.xml": f"<c><dc:title>{text}</dc:title></c>"}),
    "footing": lambda text: hostile.workbook(
        hostile.sheet().replace(
            "</worksheet>", f"<headerFooter><oddFooter>{text}</oddFooter></headerFooter></worksheet>"
        )
    ),
    "annotation": lambda text: hostile.open_document(
        hostile.content(
            f"<table:table-cell><office:annotation><text:p>{text}</text:p></office:annotation></table:table-cell>"
        )
    ),
    "meta": lambda text: hostile.open_document(
        hostile.content(""), {"meta.xml": f"<m><dc:title>{text}</dc:title></m>"}
    ),
}


@pytest.mark.parametrize("place", NOTES)
@pytest.mark.parametrize("kind", [kind for kind in planted.KINDS if kind != "person"])
def test_identifiers_beside_the_cells_of_a_workbook_are_found(tmp_path, kind, place):
    value = planted.planted(kind, 1, seed=4)[0]
    text = "born " + value if kind == "birth_date" else value
    found = precheck(hostile.written(tmp_path / "in.xlsx", hostile.zipped(NOTES[place](text)))).findings
    assert planted.KINDS[kind][1] & {item.rule for item in found}, (kind, place)
    assert without_values(found, [value])


@pytest.mark.parametrize("kind", [kind for kind in planted.KINDS if kind != "birth_date"])
def test_the_pre_check_screens_headings_of_text_and_names_of_sheets(tmp_path, kind):
    value = planted.planted(kind, 1, seed=8)[0]
    header = ",".join([*hostile.HEADER, value])
    table = f'<table:table table:name="{value}"><table:table-row/></table:table>'
    for name, made in {
        "in.csv": hostile.table(header=header),
        "in.xlsx": hostile.zipped(hostile.workbook(name=value)),
        "in.ods": hostile.zipped(hostile.open_document(table)),
    }.items():
        found = precheck(hostile.written(tmp_path / name, made)).findings
        assert planted.KINDS[kind][1] & {item.rule for item in found}, name
        assert without_values(found, [value])


@pytest.mark.parametrize("body", ["csv", "xlsx"])
def test_the_pre_check_repeats_nothing_of_a_file(tmp_path, body):
    """An identifier in every place that a finding might quote: heading, cell, sheet name."""
    # A date alone is an ordinary name of a sheet.
    kinds = [kind for kind in planted.KINDS if (kind, body) != ("birth_date", "xlsx")]
    values = [planted.planted(kind, 1, seed=5)[0] for kind in kinds]
    for value in values:
        if body == "csv":
            header = ",".join([*hostile.HEADER[:-1], value, value])
            made = hostile.table(hostile.row(purpose="=" + value), "\x07" + value, header=header)
        else:
            made = hostile.zipped(hostile.workbook(hostile.sheet(f'<c r="A1"><f>"{value}"</f></c>'), name=value))
        found = precheck(hostile.written(tmp_path / f"in.{body}", made), hostile.HEADER).findings
        assert found and without_values(found, [value])


@pytest.mark.parametrize("scheme", planted.CLEAN)
def test_no_false_alarm_in_a_hundred_thousand_references_of_each_scheme(con, scheme):
    """Ten schemes: a million references."""
    reference = planted.CLEAN[scheme]
    con.execute(f"CREATE TABLE clean AS SELECT i::INTEGER AS line, {reference} AS request_ref FROM range(100000) r(i)")
    odd = "NOT regexp_full_match(request_ref, '[A-Z0-9-]{4,32}')"
    assert con.execute(f"SELECT count(*) FROM clean WHERE {odd}").fetchone()[0] == 0
    assert screen_column(con, "clean", "request_ref", row="line") == []


def test_a_million_clean_references_take_well_under_a_second(con):
    con.execute(f"CREATE TABLE clean AS SELECT {planted.CLEAN['plain']} AS request_ref FROM range(1000000) r(i)")
    began = time.process_time()
    assert screen_column(con, "clean", "request_ref") == []
    assert time.process_time() - began < 0.8


def test_ten_digit_references_are_judged_by_the_share_that_passes(con):
    chance = random.Random(6)
    plain = [str(chance.randrange(10**9, 10**10)) for _ in range(2000)]
    assert {item.severity for item in column_of(con, plain)} == {"warning"}
    assert column_of(con, planted.planted("nhs_number", ENOUGH))[0].severity == "blocks_file"
    mixed = plain[:200] + planted.planted("nhs_number", 60)
    assert {item.rule for item in column_of(con, mixed) if item.severity == "blocks_file"} == {"personal.nhs_number"}


@pytest.mark.parametrize("kind", ["nhs_number", "upn", "utr"])
@pytest.mark.parametrize("size", [3, 12, 40])
def test_small_returns_numbered_by_person_are_held(con, kind, size):
    assert "blocks_file" in {item.severity for item in column_of(con, planted.planted(kind, size))}


@pytest.mark.parametrize("kind", planted.KINDS)
def test_one_identifier_in_a_return_of_four_rows_is_held(con, kind):
    value = planted.as_reference(planted.planted(kind, 1)[0])
    assert {(item.severity, item.row) for item in column_of(con, [*references(3), value])} == {("blocks_row", 5)}


def test_serial_numbers_of_ten_digits_are_not_taken_for_tax_references(con):
    """Of those that begin with 1 or 2, chance passes two in eleven."""
    for start in range(1_000_000_000, 3_000_000_000, 97_000_003):
        found = column_of(con, [str(start + step) for step in range(60)])
        assert "blocks_file" not in {item.severity for item in found if item.rule == "personal.utr"}


def test_years_with_serial_numbers_are_not_taken_for_dates_of_birth(con):
    assert column_of(con, [f"2021{serial:04d}" for serial in range(1, 1300)]) == []
    born = [value.replace("-", "") for value in planted.planted("birth_date", 200) if value < "2015"]
    assert [item.severity for item in column_of(con, born)] == ["blocks_file"]


def test_without_row_numbers_the_file_is_held(con):
    con.execute("CREATE TABLE t AS SELECT unnest(['REQ-2021-000001', 'QQ123456C']) AS request_ref")
    found = screen_column(con, "t", "request_ref", name="request_ref", sheet="requests")
    assert [(item.severity, item.row, item.sheet) for item in found] == [("blocks_file", None, "requests")]


def test_rows_by_the_thousand_hold_the_file(con):
    found = column_of(con, references() + planted.planted("nino", 1200))
    assert [item.severity for item in found] == ["blocks_file"]


def test_missing_values_and_empty_columns_are_quiet(con):
    assert column_of(con, [None, "", None]) == []
    con.execute("CREATE TABLE none (request_ref VARCHAR)")
    assert screen_column(con, "none", "request_ref") == []


def test_check_digits_in_sql_agree_with_the_reference_library(con):
    chance = random.Random(7)
    numbers = [f"{chance.randrange(10**10):010d}" for _ in range(20_000)]
    con.execute("CREATE TABLE n AS SELECT unnest($1) AS text", [numbers])
    con.execute("CREATE TABLE d AS SELECT text, text::BIGINT AS number FROM n")
    rows = con.execute(f"SELECT text, {nhs_sql('number')}, {utr_sql('number')} FROM d").fetchall()
    assert all((a, b) == (nhs.is_valid(text), utr.is_valid(text)) for text, a, b in rows)
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    pupils = [
        chance.choice(letters) + f"{chance.randrange(10**11):011d}" + chance.choice(letters + "0123456789")
        for _ in range(20_000)
    ]
    pupils += planted.planted("upn", 200)
    con.execute("CREATE TABLE p AS SELECT unnest($1) AS text", [pupils])
    rows = con.execute(f"SELECT text, {upn_sql('text')} FROM p").fetchall()
    assert all(passed == is_upn(text) for text, passed in rows)
    assert all(passed for text, passed in rows if upn.is_valid(text))


def test_each_condition_is_sql_for_a_column_named_c(con):
    con.execute("CREATE TABLE t AS SELECT 'QQ123456C' AS c, NULL::BIGINT AS ten, '' AS pupil")
    for condition in SQL.values():
        con.execute(f"SELECT {condition} FROM t").fetchall()


ORDINARY = """request_ref, Name of organisation, 2014-15, LG_requests_2021_Q3_v2.xlsx, returns 2021-03-31.csv,
    Q1 2AB, E12000009, Notes, release-register-2017-09-to-11.xlsx, Table 3b, SEN2 2025, COVID-19, Sheet1, S251 approval,
    Section 47, Requests received by 5pm 12/03/2021, Police and crime, Adult social care 65+, DARS-NIC-12345-A1B2C,
    GP practices, us, Date of release, requests_2026-01-01_to_2026-03-31, risk_of_not_sharing"""


@pytest.mark.parametrize("text", [text.strip() for text in ORDINARY.split(",")])
def test_ordinary_names_are_quiet(text):
    assert screen_names([text]) == []


BESIDE = [(form, place) for form, places in (("xlsx", planting.XLSX), ("ods", planting.ODS), ("parquet", ("metadata",)))
          for place in places]  # fmt: skip


@pytest.mark.parametrize(("form", "place"), BESIDE)
def test_what_a_file_says_beside_its_cells_is_screened(tmp_path, form, place):
    plant = planting.Plant(1, "nhs_number", "requests", form, place, "9434765870")
    [receipt] = check([planting.write(plant, tmp_path / "sent")], Home(tmp_path / "home"))
    assert receipt.status == "refused" and receipt.issues[0]["rule"] == "personal.nhs_number"
    assert plant.value not in repr(receipt)


def test_a_postcode_after_the_code_of_a_footing_is_seen(tmp_path):
    plant = planting.Plant(1, "postcode", "requests", "xlsx", "footer", "M1 1AE")  # written "&CM1 1AE"
    [receipt] = check([planting.write(plant, tmp_path / "sent")], Home(tmp_path / "home"))
    assert receipt.issues[0]["rule"] == "personal.postcode"


@pytest.mark.parametrize("value", ["01214960123", "9434765870"])
def test_a_number_of_a_person_is_no_sum_of_weights(tmp_path, value):
    plant = planting.Plant(1, "landline", "awareness", "csv", "weight_sum_squares", value)
    [receipt] = check([planting.write(plant, tmp_path / "sent")], Home(tmp_path / "home"))
    assert [one.column for one in receipt.held] in (["weight_sum_squares"], [None]) and receipt.status == "refused"


def test_a_date_of_birth_is_no_sender(tmp_path):
    plant = planting.Plant(1, "birth_date", "requests", "csv", "sender", "1961-07-03")
    [receipt] = check([planting.write(plant, tmp_path / "sent")], Home(tmp_path / "home"))
    assert receipt.status == "refused" and "1961" not in repr(receipt)
