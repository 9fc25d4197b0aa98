"""The warehouse made again from kept files and ledger: the same rows, the same version, or nothing changed."""

import duckdb
import pytest
import sent
from typer.testing import CliRunner

from dashboard.cli import app
from etl.errors import Refusal
from etl.home import Home
from etl.intake.load import load
from etl.publishing.publish import publish
from etl.rebuild import FOLDER, rebuild

TABLES = ("files", "sheets", "skips", "notes", "senders")
RETURNS = "SELECT * EXCLUDE (return_id) FROM returns ORDER BY ALL"
SENDERS = "sender,body,kinds,frequency,from,to,release\nE08000025,E08000025,requests,quarter,2026-01-01,,public\n"
LATER = {"period_from": "2026-04-01", "period_to": "2026-06-30", "extracted_on": "2026-08-31"}


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")


@pytest.fixture
def home(tmp_path):
    """Six files: one sent twice, one refused, one mended, one that came too late, and a row held in a workbook."""
    home = Home(tmp_path / "home")
    home.path.mkdir()
    home.senders.write_text(SENDERS)
    first = sent.requests(12)
    spring = sent.requests(30, received_on="2026-04-05", decided_on="2026-05-06", outcome="shared_part")
    spring = [{**row, "request_ref": f"SPR-{place:04d}"} for place, row in enumerate(spring)]
    spring[3]["purpose"] = "curiosity"
    send = [
        (sent.write_csv(tmp_path / "winter.csv", first), {}),
        (sent.write_xlsx(tmp_path / "spring.xlsx", {"Quarter": sent.grid(spring)}), LATER),
        (sent.write_csv(tmp_path / "winter.csv", first), {}),
        (sent.write_csv(tmp_path / "wrong.csv", [{"this": "is", "no": "return"}]), {}),
        (sent.write_csv(tmp_path / "winter mended.csv", sent.requests(14)), {"extracted_on": "2026-06-30"}),
        (sent.write_csv(tmp_path / "winter late.csv", sent.requests(9)), {"extracted_on": "2026-04-30"}),
    ]
    told = [load([path], home, **{**sent.FACTS, **more})[0].status for path, more in send]
    assert told == ["loaded", "loaded", "duplicate", "refused", "loaded", "loaded"]
    return home


def everything(home):
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        found = {table: con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in TABLES}
        found["returns"] = con.execute(RETURNS).fetchall()
        for kind in ("requests", "held"):
            rows = (
                f"SELECT k.* EXCLUDE (return_id), r.file_id FROM {kind} AS k LEFT JOIN returns AS r USING (return_id)"
            )
            found[kind] = con.execute(f"FROM ({rows}) ORDER BY ALL").fetchall()
    return found


def test_the_same_rows_and_the_same_version_come_of_it(home):
    before, version = everything(home), publish(home)
    assert {row[8] for row in before["returns"]} == {"current", "superseded", "stale"}
    inode = home.warehouse.stat().st_ino
    assert rebuild(home) == 4
    assert home.warehouse.stat().st_ino != inode
    assert everything(home) == before
    assert publish(home) == version
    assert not (home.path / FOLDER).exists()


def test_loading_goes_on_after_it(tmp_path, home):
    rebuild(home)
    [receipt] = load([sent.write_csv(tmp_path / "again.csv", sent.requests(15))], home, **sent.FACTS | {
        "extracted_on": "2026-07-31"})  # fmt: skip
    assert receipt.status == "loaded" and receipt.returns[0]["status"] == "current"


def test_the_list_of_senders_of_today_does_not_change_what_was_decided_then(home):
    before = everything(home)
    home.senders.write_text(SENDERS.replace("public", "confidential"))
    rebuild(home)
    assert everything(home) == before


def test_a_damaged_row_is_made_good(home):
    version = publish(home)
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("UPDATE requests SET outcome = 'refused'")
    assert publish(home) != version
    rebuild(home)
    assert publish(home) == version


@pytest.mark.parametrize("change", ["removed", "altered"])
def test_without_the_bytes_nothing_is_changed(home, change):
    before = home.warehouse.read_bytes()
    kept = max(home.received.iterdir(), key=lambda path: path.stat().st_size)
    kept.chmod(0o644)
    kept.unlink() if change == "removed" else kept.write_bytes(kept.read_bytes() + b"\n")
    with pytest.raises(Refusal, match="missing from the folder received, or were changed"):
        rebuild(home)
    assert home.warehouse.read_bytes() == before and not (home.path / FOLDER).exists()


def test_a_ledger_that_tells_of_other_rows_keeps_the_old_warehouse(home):
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("UPDATE returns SET rows_loaded = rows_loaded + 1 WHERE file_id = 2")
    before = everything(home)
    with pytest.raises(Refusal, match=r"spring\.xlsx gives other rows"):
        rebuild(home)
    assert everything(home) == before and not (home.path / FOLDER).exists()


def test_another_reference_key_is_noticed(home, monkeypatch):
    before = everything(home)
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "another key for tests alone")
    with pytest.raises(Refusal, match="not the reference key"):
        rebuild(home)
    assert everything(home) == before


def test_a_file_whose_bytes_were_not_kept_has_its_rows_carried_over(tmp_path, home):
    rows = [{**row, "request_ref": f"SUM-{place:04d}", "received_on": "2026-07-08", "decided_on": "2026-08-01",
             "outcome": "refused"} for place, row in enumerate(sent.requests(8))]  # fmt: skip
    rows[2]["request_ref"] = "QQ123456C".replace("QQ", "AB")
    facts = {**sent.FACTS, "period_from": "2026-07-01", "period_to": "2026-09-30", "extracted_on": "2026-11-30"}
    [receipt] = load([sent.write_csv(tmp_path / "summer.csv", rows)], home, **facts)
    assert receipt.status == "loaded" and receipt.has("bytes_not_kept") and receipt.rows_held == 1
    before, version = everything(home), publish(home)
    assert rebuild(home) == 4
    assert everything(home) == before
    assert publish(home) == version


def test_the_command_says_how_many_files_it_read(home, monkeypatch):
    monkeypatch.setenv("UPTAKE_HOME", str(home.path))
    ran = CliRunner().invoke(app, ["rebuild"])
    assert ran.exit_code == 0 and "from 4 kept files" in ran.output


def test_an_empty_home_has_nothing_to_rebuild(tmp_path):
    with pytest.raises(Refusal, match="nothing to rebuild"):
        rebuild(Home(tmp_path / "none"))
