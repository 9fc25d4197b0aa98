"""Many loaders at once, with duplicates, corrections and late old returns: one current return each, the newest."""

import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from itertools import product

import sent

from etl import warehouse
from trials import ground
from trials.children import asked, command, ended, place, start, warm
from trials.kills import shortly

LOADERS, SENDERS = 12, ("E08000025", "E06000023", "E08000035")
DAYS = ("2026-07-01", "2026-07-05", "2026-07-09", "2026-07-20", "2026-07-31")


def run(points: int = 120, seed: int = 1) -> Iterator[str]:
    """Lines on so many loads in all, by twelve processes; AssertionError when the ledger is not what it must be."""
    chance = random.Random(seed)
    with place("loaders") as folder:
        home = ground.empty_home(folder / "home")
        files = _files(folder)
        ground.use(home)
        assert ended(start(command, ("load", files[0], "--no-publish"))) == 0
        warm(home, shortly, True, "load", files[1])
        ground.use(home)
        began = time.monotonic()
        lists = [[chance.choice(files) for _ in range(points // LOADERS)] for _ in range(LOADERS)]
        lists[0] += files  # so that every return does come, and its newest may come first
        children = [start(_load_all, one) for one in lists]
        codes = [ended(child) for child in children]
        assert codes == [0] * LOADERS, f"a loader failed: {codes}"
        yield _judged(home, files, sum(map(len, lists)), time.monotonic() - began)
        yield _waiting(home)
        yield _shown_last(home, folder)


def _files(folder):
    """Five extractions of each sender's return for two periods, each of another length."""
    made = []
    for number, (sender, period, day) in enumerate(product(SENDERS, ground.PERIODS, DAYS)):
        rows = ground.rows(10 + number, period, sender, extracted_on=day)
        made.append(sent.write_csv(folder / f"{sender}-{period}-{day}.csv", rows))
    return made


def _load_all(files) -> int:
    for file in files:
        if code := command(("load", file, "--no-publish")):
            return code
    return 0


def _judged(home, files, loads, took) -> str:
    there = asked(ground.ledger, home)
    assert asked(ground.kept, home) == there["kept"], "kept files and ledger disagree"
    current = [one for one in there["returns"] if one[7] == "current"]
    assert len(current) == len(SENDERS) * len(ground.PERIODS), "not one current return for each sender and period"
    assert {one[6] for one in current} == {DAYS[-1]}, "an older return is current"
    assert {one[8] for one in current} == {10 + n for n in range(len(files)) if n % len(DAYS) == len(DAYS) - 1}
    became = Counter(one[7] for one in there["returns"]) + Counter(one[1] for one in there["files"])
    said = ", ".join(f"{became[name]} {name}" for name in ("current", "superseded", "stale", "duplicate"))
    return f"{loads} loads by {LOADERS} at once in {took:.0f} s: {said}; rows equal the ledger."


def _waiting(home) -> str:
    """What it costs to wait a second for one's turn: a poll would wake up again and again."""

    def wait():
        with warehouse.writing(home):
            pass
        used = resource.getrusage(resource.RUSAGE_SELF)
        return [used.ru_utime + used.ru_stime, used.ru_nvcsw]

    at_once = asked(wait)
    with warehouse.turn(home.path / warehouse.LOCK):
        holder = start(_tell, wait, home.path / "waited")
        time.sleep(1.5)
    assert ended(holder) == 0
    cpu, switches = map(float, (home.path / "waited").read_text().split())
    woken = switches - at_once[1]
    assert woken < 40, f"woken {woken:.0f} times while waiting"
    return f"Waiting 1.5 s for a turn: {max(0, cpu - at_once[0]):.2f} s of CPU, woken {max(0, woken):.0f} times."


def _tell(work, out) -> None:
    out.write_text(" ".join(map(str, work())))


def _shown_last(home, folder) -> str:
    """Four load and publish at once: what is shown in the end speaks of every current return."""
    more = ("E06000001", "E06000002", "E06000003", "E06000004")
    files = [sent.write_csv(folder / f"{one}.csv", ground.rows(25, sender=one)) for one in more]
    codes = [ended(child) for child in [start(shortly, True, "load", file) for file in files]]
    assert codes == [0] * len(more), f"a loader failed: {codes}"
    shown, there = asked(ground.shown, home), asked(ground.ledger, home)
    current = sum(one[7] == "current" for one in there["returns"])
    assert shown["returns"] == current, "what is shown is older than what is loaded"
    return f"{len(more)} loading and publishing at once: the version shown speaks of all {current} current returns."
