"""Readers ask without a pause while version after version is made, shown and pruned: none torn or stale."""

import json
import os
import shutil
import time
from collections.abc import Iterator

import duckdb
import sent

from etl import snapshot
from etl.door.answers import PUBLIC, about, answer
from etl.errors import Refusal
from metrics.question import Question
from trials import ground
from trials.children import asked, ended, place, start
from trials.kills import shortly

READERS = 8


def run(points: int = 200, seed: int = 1) -> Iterator[str]:
    """Lines on what was read; AssertionError when anything read was wrong. `seed` changes nothing here."""
    with place("readers") as folder:
        home = ground.empty_home(folder / "home")
        ground.use(home)
        file = sent.write_csv(folder / "return.csv", ground.rows(20))
        assert ended(start(shortly, True, "load", file)) == 0
        pattern = folder / "pattern.duckdb"
        shutil.copyfile(snapshot.file_of(home, snapshot.current(home)), pattern)
        assert ended(start(_show, home, pattern, 0)) == 0
        began, stop = time.monotonic(), folder / "stop"
        children = [start(_read, home, stop, folder / f"read-{number}") for number in range(READERS)]
        for number in range(1, points + 1):
            assert ended(start(_show, home, pattern, number)) == 0
        took = time.monotonic() - began
        stop.touch()
        assert [ended(child) for child in children] == [0] * READERS
        told = [json.loads((folder / f"read-{number}").read_text()) for number in range(READERS)]
        total = {key: sum(one[key] for one in told) for key in ("reads", "versions", "errors", "torn", "stale")}
        yield (f"{points} versions shown in {took:.0f} s to {READERS} readers: {total['reads']:,} reads of "
               f"{total['versions']:,} versions, {total['errors']} errors, {total['torn']} torn, "
               f"{total['stale']} stale.")  # fmt: skip
        assert not total["errors"] + total["torn"] + total["stale"]
        assert min(one["versions"] for one in told) > 1, "a reader never saw a new version"
        assert asked(ground.shown, home)["returns"] == points


def _show(home, pattern, number) -> None:
    """Make a version whose every figure says its number, show it, and prune as hard as can be."""
    version = f"2026-07-31-{number:012x}"
    with snapshot.publishing(home):
        building = home.published / ".building-trial.duckdb"
        shutil.copyfile(pattern, building)
        with duckdb.connect(str(building)) as con:
            con.execute("UPDATE about SET returns = ?", [number])
            con.execute("UPDATE cells SET received = ? WHERE received IS NOT NULL", [1000 + number])
        os.replace(building, snapshot.file_of(home, version))
        snapshot.release(home, version, "a trial", by_hand=False)
        snapshot.prune(home, keep_seconds=0)


def _read(home, stop, out) -> None:
    told = {"reads": 0, "errors": 0, "torn": 0, "stale": 0}
    seen, question = set(), Question("requests_received")
    while not stop.exists():
        before = int(snapshot.current(home)[-12:], 16)
        try:
            said = about(PUBLIC, home)
            asked_for = answer(PUBLIC, question, home)
        except (Refusal, duckdb.Error, OSError):
            told["errors"] += 1
            continue
        number, later = int(said["version"][-12:], 16), int(asked_for.data_version[-12:], 16)
        values = {row["value"] for row in asked_for.rows if row["value"] is not None}
        told["reads"] += 1
        told["torn"] += said["returns"] != number or not values <= {1000 + later}
        told["stale"] += number < before or later < number
        seen |= {number, later}
    out.write_text(json.dumps({**told, "versions": len(seen)}))
