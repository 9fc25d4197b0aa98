"""What OPERATING.md asks of whoever runs the service, rehearsed: backup and restore, lost keys, an upgrade and back."""

import shutil

import duckdb
import pytest

from etl import ledger, snapshot, warehouse
from etl.door.answers import PUBLIC, answer
from etl.errors import Refusal
from etl.home import Home
from etl.intake.load import load
from etl.publishing.publish import publish
from etl.rebuild import rebuild
from metrics.question import ask
from tests import sent

COPIED = ("received", "warehouse.duckdb", "senders.csv", "home.json", "published")  # as OPERATING.md lists them
BODIES = ("E08000025", "E08000026", "E08000027", "E08000028")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A real home of four senders, published and released."""
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "the key that the returns were loaded with")
    monkeypatch.setenv("UPTAKE_NOISE_SEED", "the seed that noise was drawn from, 1")
    made = Home(tmp_path / "home")
    made.path.mkdir()
    made.senders.write_text("sender,body,kinds,frequency,from,to,release\n" + "".join(
        f"{body},{body},requests,quarter,2026-01-01,,\n" for body in BODIES), encoding="utf-8")  # fmt: skip
    for body in BODIES:
        rows = [{**row, **sent.FACTS, "sender": body, "holder_body": body} for row in sent.requests(40)]
        [receipt] = load(sent.write_csv(tmp_path / f"{body}.csv", rows), made)
        assert receipt.ok
    snapshot.release(made, publish(made), "a test")
    return made


def copied(home, place):
    """A backup of a home, or a home put back from one."""
    place.mkdir()
    for name in COPIED:
        path = home.path / name
        shutil.copytree(path, place / name) if path.is_dir() else shutil.copyfile(path, place / name)
    return Home(place)


def figures(home):
    return answer(PUBLIC, ask("refusal_rate", ["year"]), home).rows


def test_a_home_is_put_back_from_its_backup_with_the_same_figures(home, tmp_path):
    backup, version, before = copied(home, tmp_path / "backup"), snapshot.current(home), figures(home)
    told = ledger.status(home)
    shutil.rmtree(home.path)
    restored = copied(backup, tmp_path / "restored")
    assert {**ledger.status(restored), "home": ""} == {**told, "home": ""}
    assert figures(restored) == before
    assert publish(restored) == version
    assert rebuild(restored) == len(BODIES) and publish(restored) == version
    # And it goes on from there: a further return is taken in, and the same one is known again.
    rows = [{**row, **sent.FACTS, "sender": BODIES[0], "holder_body": BODIES[0]} for row in sent.requests(41)]
    [receipt] = load(sent.write_csv(tmp_path / "more.csv", rows), restored)
    assert receipt.ok and "1 row added" in " ".join(receipt.changes)
    assert publish(restored) != version


def test_without_the_warehouse_nothing_is_made_up(home):
    home.warehouse.unlink()
    with pytest.raises(Refusal):
        rebuild(home)
    with pytest.raises(Refusal):
        publish(home)
    assert figures(home)


def test_a_backup_that_lacks_a_received_file_is_told_of_and_changes_nothing(home, tmp_path):
    restored = copied(home, tmp_path / "restored")
    next(iter(restored.received.iterdir())).unlink()
    with pytest.raises(Refusal, match="missing from the folder received"):
        rebuild(restored)
    assert publish(restored) == snapshot.current(home)


def test_another_reference_key_is_found_out_and_a_lost_one_stops_loads(home, tmp_path, monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "another key than the returns were loaded with")
    with pytest.raises(Refusal, match="not the reference key"):
        rebuild(home)
    assert publish(home) == snapshot.current(home)
    monkeypatch.delenv("UPTAKE_REFERENCE_KEY")
    rows = [{**row, **sent.FACTS, "period_from": "2026-04-01", "period_to": "2026-06-30"} for row in sent.requests(3)]
    [receipt] = load(sent.write_csv(tmp_path / "more.csv", rows), home)
    assert receipt.status == "refused" and "There is no reference key" in receipt.reason


def test_another_seed_makes_another_version_and_a_lost_one_makes_none(home, monkeypatch):
    monkeypatch.setenv("UPTAKE_NOISE_SEED", "another seed than noise was drawn from, 2")
    assert publish(home) != snapshot.current(home)
    monkeypatch.delenv("UPTAKE_NOISE_SEED")
    with pytest.raises(Refusal, match="There is no noise seed"):
        publish(home)
    assert figures(home)


def test_an_upgrade_takes_an_older_warehouse_over_and_goes_back_by_releasing_the_version_before(home, tmp_path):
    version = snapshot.current(home)
    with duckdb.connect(str(home.warehouse)) as con:  # as it was before rows told how to mend them
        con.execute("ALTER TABLE held DROP COLUMN mend; ALTER TABLE held DROP COLUMN nearest")
    rows = [{**row, **sent.FACTS, "sender": BODIES[0], "holder_body": BODIES[0]} for row in sent.requests(42)]
    [receipt] = load(sent.write_csv(tmp_path / "more.csv", [*rows, {**rows[0], "region": "x"}]), home)
    assert receipt.status == "loaded" and receipt.rows_held == 1
    newer = publish(home)
    snapshot.release(home, newer, "a test")
    snapshot.release(home, version, "a test")
    assert snapshot.current(home) == version and snapshot.released(home)["released_by"] == "a test"
    with warehouse.reading(home) as con:
        assert con.execute("SELECT mend FROM held").fetchall() != []
