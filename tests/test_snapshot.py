"""Snapshots: `current` is replaced whole, readers re-open, and nothing in a snapshot's connection can be unlocked."""

import duckdb
import pytest

from etl import snapshot
from etl.errors import Refusal
from etl.home import Home


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    made.published.mkdir(parents=True)
    for number, version in enumerate(("2021-01-01-a", "2021-02-01-b")):
        with duckdb.connect(str(snapshot.file_of(made, version))) as con:
            con.execute(f"CREATE TABLE about AS SELECT {number} AS number")
    return made


def number(reader):
    version, cursor = reader.cursor()
    return version, cursor.execute("SELECT number FROM about").fetchone()[0]


def test_readers_reopen_when_another_version_is_released(home):
    reader = snapshot.Reader(home)
    snapshot.release(home, "2021-01-01-a", "a test")
    assert number(reader) == ("2021-01-01-a", 0)
    snapshot.release(home, "2021-02-01-b", "a test")
    assert number(reader) == ("2021-02-01-b", 1)
    snapshot.release(home, "2021-01-01-a", "a test")
    assert number(reader) == ("2021-01-01-a", 0)


def test_an_open_question_keeps_its_version(home):
    reader = snapshot.Reader(home)
    snapshot.release(home, "2021-01-01-a", "a test")
    _, cursor = reader.cursor()
    snapshot.release(home, "2021-02-01-b", "a test")
    reader.cursor()
    assert cursor.execute("SELECT number FROM about").fetchone()[0] == 0


def test_nothing_released_is_said_and_an_unknown_version_refused(home):
    with pytest.raises(Refusal, match="Nothing has been published yet"):
        snapshot.Reader(home).cursor()
    with pytest.raises(Refusal, match="2021-02-01-b"):
        snapshot.release(home, "2021-03-01-c", "a test")


def test_who_released_and_when_is_kept(home):
    snapshot.release(home, "2021-01-01-a", "an officer")
    assert snapshot.released(home)["released_by"] == "an officer"
    assert snapshot.released(home)["released_at"].endswith("+00:00")


@pytest.mark.parametrize(
    "attempt",
    [
        "SET lock_configuration = false",
        "SET enable_external_access = true",
        "CREATE TABLE more (x INTEGER)",
        "SELECT * FROM read_csv('/etc/hostname')",
        "ATTACH ':memory:' AS other",
    ],
)
def test_a_reader_can_neither_write_nor_reach_other_files(home, attempt):
    snapshot.release(home, "2021-01-01-a", "a test")
    _, cursor = snapshot.Reader(home).cursor()
    with pytest.raises(duckdb.Error):
        cursor.execute(attempt).fetchall()
