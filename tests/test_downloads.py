"""What is taken away is what was shown: a page's table, its CSV, ODS and XLSX, and `uptake figure`, all one."""

import csv
import io
import shutil
import subprocess

import pytest
from python_calamine import CalamineWorkbook

from dashboard import downloads, printed, sheets, tables
from dashboard.app import create_app
from dashboard.markup import html
from dashboard.pages import PAGES
from dashboard.view import parse
from metrics.dimensions import STATUSES
from tests.fakes import Fake, absent, row

QUERIES = ("level=year", "by=sector&level=year", "level=all&by=region", "sector=health", "measure=heard_of_code",
           "measure=requests_received&level=quarter", "measure=undecided_at_30_days&level=year")  # fmt: skip
ABSENT = [status for status in STATUSES if status != "ok"]
HELD = [row(300, 1000, year="2010"), *(absent(status, year=str(2011 + n)) for n, status in enumerate(ABSENT))]


def book(query="level=year", rows=None):
    view, _ = parse(query)
    answer = Fake(rows=rows).answer(view.question())
    return view, answer, downloads.book(view, answer, "http://localhost/trends")


def read(text):
    return list(csv.reader(io.StringIO(text.decode().removeprefix(sheets.BOM))))


def opened(content):
    """Every sheet of a workbook as lists of cells, empty ends cut off."""
    found = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: [_cut(cells) for cells in found.get_sheet_by_name(name).to_python()] for name in found.sheet_names}


def _cut(cells):
    while cells and cells[-1] == "":
        cells = cells[:-1]
    return cells


def same(one, other):
    """Cell by cell: numbers to the last digit but one, texts exactly."""
    assert len(one) == len(other)
    for left, right in zip(one, other, strict=True):
        assert len(left) == len(right)
        for a, b in zip(left, right, strict=True):
            assert a == (pytest.approx(b, rel=1e-12) if isinstance(b, float | int) and b != "" else b)


@pytest.mark.parametrize("query", QUERIES)
def test_the_csv_of_a_page_equals_uptake_figure(query, capsys):
    _, answer, made = book(query)
    printed.print_figures_csv(answer)
    figure = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    page = list(csv.DictReader(io.StringIO(sheets.as_csv(made).decode().removeprefix(sheets.BOM))))
    assert len(page) == len(figure) == len(answer.rows)
    for ours, theirs in zip(page, figure, strict=True):
        assert {name: ours[name] for name in theirs} == theirs


@pytest.mark.parametrize("query", ["level=year", "sector=health&level=quarter", "measure=heard_of_code"])
def test_the_csv_of_a_page_equals_its_table(query):
    view, answer, made = book(query)
    shown = html(tables.full(view, answer.rows))
    header, *rows = read(sheets.as_csv(made))
    from dashboard import words

    for cells in rows:
        figure = dict(zip(header, cells, strict=True))
        assert words.share(float(figure["value"])) in shown
        assert f"{int(figure['numerator']):,}" in shown and f"{int(figure['denominator']):,}" in shown


@pytest.mark.parametrize("ending", ["ods", "xlsx"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_workbook_holds_what_the_csv_holds(query, ending):
    _, _, made = book(query)
    _, *rows = read(sheets.as_csv(made))
    found = opened(sheets.FORMS[ending].write(made))["Figures"]
    assert found[3] == [column.heading for column in made.sheets[0].columns]
    for cells, ours in zip(rows, found[4:], strict=True):
        filled = [(b, float(a) if isinstance(b, float) else a) for a, b in zip(cells, ours, strict=True) if a]
        same([[one for one, _ in filled]], [[other for _, other in filled]])
        assert all(b == "none" or b.startswith("[") for a, b in zip(cells, ours, strict=True) if not a)


@pytest.mark.parametrize("ending", ["ods", "xlsx"])
def test_every_absence_has_a_mark_of_its_own_that_is_explained(ending):
    _, _, made = book(rows=HELD)
    found = opened(sheets.FORMS[ending].write(made))
    column = found["Figures"][3].index("Figure")
    status = found["Figures"][3].index("Status")
    marks = {cells[status]: cells[column] for cells in found["Figures"][4:] if cells[status] != "ok"}
    assert len(set(marks.values())) == len(marks) == len(ABSENT)
    explained = {cells[0] for cells in found["Shorthand"][4:]}
    assert set(marks.values()) <= explained
    assert marks["suppressed"] == "[c]" and marks["not_submitted"] == "[x]" and marks["not_applicable"] == "[z]"


@pytest.mark.parametrize("ending", ["ods", "xlsx"])
def test_a_workbook_says_on_every_sheet_that_it_is_made_up(ending):
    _, _, made = book()
    found = opened(sheets.FORMS[ending].write(made))
    assert list(found)[:3] == ["Cover", "Notes", "Shorthand"]
    assert all("Synthetic data, not official figures" in str(cells) for cells in found.values())
    cover = str(found["Cover"])
    assert "How to cite: Uptake" in cover and "http://localhost/trends" in cover and "Finding: Refusal rate" in cover
    real = downloads.book(*_real())
    assert "ynthetic" not in str(opened(sheets.FORMS[ending].write(real))["Cover"])


def _real():
    view, _ = parse("level=year")
    return view, Fake(synthetic=False).answer(view.question())


@pytest.mark.parametrize("ending", ["ods", "xlsx"])
def test_no_sheet_has_a_blank_row_and_none_a_blank_cell_in_its_table(ending):
    _, _, made = book(rows=HELD)
    for name, rows, header in made.pages():
        assert all(cells and all(cell is not None and cell != "" for cell in cells[:1]) for cells in rows), name
        assert header < 0 or {len(cells) for cells in rows[header:]} == {len(rows[header])}
    assert opened(sheets.FORMS[ending].write(made))


@pytest.mark.parametrize("ending", ["ods", "xlsx"])
def test_text_that_looks_like_a_formula_stays_text(ending):
    columns = (sheets.Column("a", "A"), sheets.Column("b", "B", "count"))
    sheet = sheets.Sheet("Figures", "T", columns, (("=1+1", 2), ("http://x", None)))
    _, _, made = book()
    made = sheets.Book("T", "t", (), (), (sheet,), made.as_at, "S")
    assert opened(sheets.FORMS[ending].write(made))["Figures"][4:] == [["=1+1", 2], ["http://x", "[z]"]]


def test_the_same_book_is_the_same_file():
    assert sheets.as_xlsx(book()[2]) == sheets.as_xlsx(book()[2])
    assert sheets.as_csv(book()[2]) == sheets.as_csv(book()[2])


@pytest.fixture(scope="module")
def office():
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        pytest.skip("LibreOffice is missing, so downloads were not opened in it.")
    return found


@pytest.mark.parametrize(("ending", "other"), [("ods", "xlsx"), ("xlsx", "ods")])
def test_libreoffice_opens_a_download_and_reads_the_same(office, tmp_path, ending, other):
    _, _, made = book(rows=HELD)
    (tmp_path / f"taken.{ending}").write_bytes(sheets.FORMS[ending].write(made))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run([office, profile, "--headless", "--convert-to", other, "--outdir", tmp_path / "out",
                    tmp_path / f"taken.{ending}"], check=True, capture_output=True, timeout=180)  # fmt: skip
    found = opened((tmp_path / "out" / f"taken.{other}").read_bytes())
    assert list(found) == [name for name, _, _ in made.pages()]
    for name, rows, _ in made.pages():
        same(found[name], [_cut(list(cells)) for cells in rows])


@pytest.fixture(scope="module")
def client():
    return create_app(Fake()).server.test_client()


@pytest.mark.parametrize("ending", sheets.FORMS)
def test_every_format_is_served_for_any_view(client, ending):
    response = client.get(f"/download.{ending}?measure=shared_rate&level=year")
    assert response.status_code == 200
    assert response.mimetype == sheets.FORMS[ending].mimetype
    assert f"uptake-shared-rate-year-2026-10-31-0123456789ab.{ending}" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("path", [page.path for page in PAGES if page.book])
@pytest.mark.parametrize("ending", sheets.FORMS)
def test_every_page_with_tables_of_its_own_gives_them(client, path, ending):
    name = path.strip("/") or "overview"
    response = client.get(f"/download.{ending}?page={name}")
    assert response.status_code == 200
    assert 'filename="uptake-' in response.headers["Content-Disposition"]


@pytest.mark.parametrize("address", ["/download.exe", "/download.csv?page=nowhere", "/download.csv?page=trends"])
def test_a_download_that_is_not_there_is_not_found(client, address):
    assert client.get(address).status_code == 404
