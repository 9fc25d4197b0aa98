"""What a body that signs in may load: its own returns whole, and no row or word about another's."""

import json

import duckdb
import pytest
import sent

from etl.home import Home
from etl.intake.load import check, load
from etl.rebuild import rebuild

OURS, THEIRS = "E08000025", "E07000223"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("UPTAKE_REFERENCE_KEY", "a key for tests alone")
    found = Home(tmp_path / "home")
    found.path.mkdir()
    return found


def write(tmp_path, rows, name="return.csv", **facts):
    return sent.write_csv(tmp_path / name, [{**row, **sent.FACTS, **facts} for row in rows])


def query(home, sql):
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_body_loads_its_own_return_and_the_ledger_says_who_sent_it(home, tmp_path):
    [receipt] = load(write(tmp_path, sent.requests(4)), home, only=OURS)
    assert receipt.status == "loaded" and receipt.ok
    assert json.loads(query(home, "SELECT arguments FROM files")[0][0]) == {"sent_by": OURS}
    assert query(home, "SELECT sender, rows_loaded FROM returns") == [(OURS, 4)]


@pytest.mark.parametrize("form", [
    {"sender": THEIRS}, {"holder_body": THEIRS}, {"reported_by": "requester"},
], ids=["another sender", "another holder", "recorded by the requester"])  # fmt: skip
@pytest.mark.parametrize("one_row", [True, False], ids=["in one row", "in every row"])
def test_a_file_that_speaks_for_another_is_refused_whole(home, tmp_path, form, one_row):
    rows = [{**row, **sent.FACTS, "requester_body": THEIRS} for row in sent.requests(4)]
    for row in rows[:1] if one_row else rows:
        row.update(form)
    [receipt] = load(sent.write_csv(tmp_path / "return.csv", rows), home, only=OURS)
    assert receipt.status == "refused" and receipt.issues[0]["rule"] == "not_own"
    assert THEIRS not in receipt.reason
    assert query(home, "SELECT (SELECT count(*) FROM returns) + (SELECT count(*) FROM requests)") == [(0,)]


def test_nothing_is_told_of_what_another_has_sent(home, tmp_path):
    theirs = sent.requests(9, holder_body=THEIRS)
    load(write(tmp_path, theirs, "theirs.csv", sender=THEIRS), home)
    tried = {
        "same period": write(tmp_path, theirs[:5], "same.csv", sender=THEIRS),
        "overlap": write(tmp_path, theirs[:5], "overlap.csv", sender=THEIRS, period_to="2026-02-28"),
        "held": write(tmp_path, [*theirs[:5], {**theirs[5], "region": "x"}], "held.csv", sender=THEIRS),
    }
    for path in tried.values():
        [checked], [loaded] = check(path, home, only=OURS), load(path, home, only=OURS)
        for receipt in (checked, loaded):
            assert receipt.status == "refused" and "another sender" in receipt.reason
            assert not receipt.changes and receipt.playback is None
            assert "2026-03-31" not in json.dumps(receipt.plain(), default=str)
    assert query(home, "SELECT sender, status, rows_loaded FROM returns") == [(THEIRS, "current", 9)]


def test_a_sender_that_the_list_gives_to_the_body_is_its_own(home, tmp_path):
    home.senders.write_text(
        f"sender,body,kinds,frequency,from,to,release\nbham-ig,{OURS},requests,quarter,2026-01-01,,\n"
    )
    [receipt] = load(write(tmp_path, sent.requests(4), sender="bham-ig"), home, only=OURS)
    assert receipt.status == "loaded"
    [receipt] = load(write(tmp_path, sent.requests(5), "b.csv", sender="bham-ig"), home, only=THEIRS)
    assert receipt.status == "refused"


def test_what_was_loaded_by_a_body_is_rebuilt(home, tmp_path):
    load(write(tmp_path, [*sent.requests(4), *sent.requests(1, request_ref="HELD-0001", region="x")]), home, only=OURS)
    assert rebuild(home) == 1
    assert json.loads(query(home, "SELECT arguments FROM files")[0][0]) == {"sent_by": OURS}


@pytest.mark.parametrize("kind", ["agreements", "refusals", "request_counts"])
def test_every_kind_that_names_who_recorded_it_is_held_to_it(home, tmp_path, kind):
    column = "body" if kind == "agreements" else "holder_body"
    for body, status in ((OURS, "loaded"), (THEIRS, "refused")):
        row = {**sent.others()[kind], column: body}
        row |= {"requester_body": ""} if kind == "request_counts" else {}
        path = sent.write_csv(tmp_path / f"{body}.csv", [row])
        [receipt] = load(path, home, only=OURS, sender=OURS, period_from="2026-01-01", period_to="2026-12-31")
        assert receipt.status == status, receipt.reason
