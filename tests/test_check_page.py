"""Check a return: a file in, a receipt out, nothing kept, no value repeated, and a sentence for every mistake."""

import io
import re
import tempfile

import pytest
from python_calamine import CalamineWorkbook

from dashboard import check_page
from dashboard.app import create_app
from etl.errors import Refusal
from etl.intake import desk
from tests import sent
from tests.fakes import Fake


@pytest.fixture(scope="module")
def client():
    return create_app(Fake()).server.test_client()


def body(tmp_path, rows, name="return.csv", **facts):
    path = sent.write_csv(tmp_path / name, rows)
    return {"file": (io.BytesIO(path.read_bytes()), name), **sent.FACTS, **facts}


def post(client, address, data):
    return client.post(address, data=data, content_type="multipart/form-data")


def test_a_clean_file_is_played_back_and_nothing_is_left(client, tmp_path, monkeypatch):
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setenv("TMPDIR", str(place))
    answer = post(client, "/check", body(tmp_path, sent.requests(40)))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "Every row would be loaded" in text
    assert "We read 40 requests" in text and check_page.STORED in text and "senders.csv" not in text
    assert not list(place.iterdir())


def test_a_held_row_is_named_and_its_value_is_not(client, tmp_path):
    rows = [*sent.requests(3), *sent.requests(1, request_ref="LAST-0001", region="Narnia-on-Sea")]
    text = post(client, "/check", body(tmp_path, rows)).get_data(as_text=True)
    assert "1 row would be held" in text and "row 5" in text and "Narnia" not in text


def test_the_report_is_the_same_receipt_as_a_file(client, tmp_path):
    rows = [*sent.requests(3), *sent.requests(1, request_ref="LAST-0001", region="nowhere")]
    answer = post(client, "/check/report.csv", body(tmp_path, rows))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="uptake-receipt.csv"'
    assert "region" in answer.get_data(as_text=True)
    answer = post(client, "/check/report.xlsx", body(tmp_path, rows))
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data())).sheet_names) >= 2
    assert post(client, "/check/report.exe", body(tmp_path, rows)).status_code == 404


@pytest.mark.parametrize(
    "data",
    [{}, {"file": (io.BytesIO(b""), "empty.csv")}, {"file": (io.BytesIO(b"x"), "")}, {"file": "not a file"}],
    ids=["nothing", "empty", "no name", "text"],
)
def test_without_a_file_the_form_says_so(client, data):
    answer = post(client, "/check", data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400 and check_page.NO_FILE in text
    assert "<title>Error: " in text and 'href="#file"' in text


def test_personal_data_in_cells_and_in_the_name_is_refused_and_not_repeated(client, tmp_path):
    rows = sent.requests(60, request_ref="ab.smith@example.org")
    for data in (body(tmp_path, rows), body(tmp_path, sent.requests(3), "9434765919.csv")):
        text = post(client, "/check", data).get_data(as_text=True)
        assert "would be refused" in text or "would be held" in text
        assert "ab.smith" not in text and "9434765919" not in text


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "..", "a\\b\\c.csv", "x" * 400 + ".csv", "nul\0name.csv"])
def test_a_hostile_name_leads_nowhere(client, tmp_path, name):
    data = body(tmp_path, sent.requests(3))
    data["file"] = (data["file"][0], name)
    assert post(client, "/check", data).status_code in (200, 400)


def test_a_file_that_is_too_large_gets_a_sentence(client, monkeypatch):
    answer = post(client, "/check", {"file": (io.BytesIO(b"0" * (check_page.MOST_BYTES + 100_000)), "large.csv")})
    assert answer.status_code == 413 and "larger than 20 MB" in answer.get_data(as_text=True)


def test_a_fact_that_means_nothing_is_said(client, tmp_path):
    answer = post(client, "/check", body(tmp_path, sent.requests(3), period_from="yesterday"))
    assert answer.status_code == 400 and "yesterday" not in answer.get_data(as_text=True).split("<main")[0]


def test_when_two_files_are_being_checked_a_third_is_told_to_wait(monkeypatch):
    assert check_page.AT_ONCE.acquire(blocking=False) and check_page.AT_ONCE.acquire(blocking=False)
    try:
        with pytest.raises(Refusal, match="Try again"):
            check_page.checked(check_page.Asked("a.csv", b"a", {}))
    finally:
        check_page.AT_ONCE.release()
        check_page.AT_ONCE.release()


def test_a_check_that_takes_too_long_is_stopped(tmp_path):
    with pytest.raises(Refusal, match="too long"):
        desk.check_apart(sent.write_csv(tmp_path / "return.csv", sent.requests(3)), dict(sent.FACTS), seconds=0.001)


def test_the_blank_return_of_every_kind_can_be_taken_and_filled_in(client):
    from etl.intake.contracts import kinds

    page = client.get("/check").get_data(as_text=True)
    for kind in kinds():
        assert f'href="/blank/{kind}.xlsx"' in page
        book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/blank/{kind}.xlsx").get_data()))
        assert book.sheet_names == ["Cover", kind, "Codes", "Notes"]
    assert client.get("/blank/secrets.xlsx").status_code == 404


def test_a_file_of_no_known_kind_is_told_what_is_wrong_and_apart_from_that_how_to_mend_it(client, tmp_path):
    (tmp_path / "export.csv").write_text("name,amount\nx,1\ny,2\n")
    text = post(client, "/check", {"file": (io.BytesIO((tmp_path / "export.csv").read_bytes()), "export.csv")}
                ).get_data(as_text=True)  # fmt: skip
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", text.split("What was found, by check")[1])
    assert cells[5] == "The columns are those of no kind of return."
    assert cells[6].startswith("Put the header in row 1") and "received_on" in cells[6] and "uptake profile" in cells[6]
    assert "Expected" not in text.split("</main>")[0]
