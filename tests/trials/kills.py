"""Killed at random moments of a load, of publishing and of showing: what is there afterwards is old or new."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sent

from etl.publishing import cells, speed
from trials import ground, moments
from trials.children import asked, command, ended, place, start, uptake, warm

# What is killed, its share of the points, and whether publishing is cut short: counting every combination of dimensions
# is one step some hundred times over, so most points are put where that loop is short, and some in the whole of it.
SCENES = {
    "first load": (0.1, True),
    "load": (0.4, True),
    "load, publish, show": (0.46, True),
    "load, publish, show (every combination)": (0.04, False),
}
# The share of a scene's points that each stage has, where it has that stage. Putting in place and showing take
# milliseconds, and are where old and new meet.
SHARES = {"loading": 0.25, "publishing": 0.2, "writing bodies' files": 0.1, "putting in place": 0.2, "showing": 0.25}


def run(points: int = 1000, seed: int = 1) -> Iterator[str]:
    """Lines on what happened; AssertionError at the first home that is neither old nor new."""
    chance = random.Random(seed)
    with place("kills") as folder:
        files = _files(folder)
        home = _prepared(folder, files["before"])
        warm(home, shortly, True, "load", files["newer"])
        for scene, (part, short) in SCENES.items():
            yield from _scene(scene, max(1, round(points * part)), short, home, files, folder, chance)


def _files(folder):
    return {
        "before": sent.write_csv(folder / "before.csv", ground.rows(30, extracted_on="2026-06-30")),
        "newer": sent.write_csv(folder / "newer.csv", ground.rows(36)),
        "next": sent.write_csv(folder / "next.csv", ground.rows(33, "next")),
    }


def _prepared(folder, file):
    home = ground.empty_home(folder / "prepared")
    ground.use(home)
    assert ended(start(shortly, True, "load", file)) == 0
    return home


def _after(home) -> dict:
    return {"ledger": ground.ledger(home), "kept": ground.kept(home)}


def shortly(short: bool, *words, said=None) -> int:
    """The command; `short` publishes totals without any combination of dimensions."""
    if short:
        cells.combos = speed.combos = lambda: [(0, ())]
    return command(words, said)


def _scene(scene, points, short, prepared, files, folder, chance) -> Iterator[str]:
    words = ("load", files["newer"], *(() if "publish" in scene else ("--no-publish",)))
    fresh = ground.empty_home(folder / "fresh") if scene == "first load" else prepared
    old = asked(ground.state, fresh)
    after = ground.copied(fresh, folder / "after")
    ground.use(after)
    seen = moments.watched(folder / "watched", shortly, short, *words)
    new = asked(ground.state, after)
    stages = {stage: SHARES[stage] for stage in seen.stages}
    found, began, missed, at = {}, time.monotonic(), 0, 0
    while at < points:
        [stage] = chance.choices(list(stages), stages.values())
        home = ground.copied(fresh, folder / "home")
        ground.use(home)
        if not moments.killed(seen.draw(stage, chance), shortly, short, *words):
            missed += 1
            continue
        at += 1
        judged = _judged(home, old, new, files, folder, publish=at % 10 == 0 and "publish" in scene)
        found.setdefault(stage, Counter())[judged] += 1
    seconds = time.monotonic() - began
    yield f"{scene}: {points} killed in {seconds:.0f} s ({missed} ended before); half 0."
    for stage in filter(found.get, stages):
        counts = ", ".join(f"{name} {count}" for name, count in sorted(found[stage].items()))
        yield f"  {stage}: {found[stage].total()} ({counts})"


def _judged(home, old, new, files, folder, publish):
    """Old or new, by ledger and by what is shown; AssertionError when it is neither, or the next load does not work."""
    shown = asked(ground.shown, home)
    assert shown in (old["shown"], new["shown"]), "what is shown is neither old nor new"
    # The next start: it puts away what was left, before it loads.
    assert ended(uptake("load", files["next"], "--no-publish")) == 0, "the next load does not work"
    there, kept = asked(_after, home).values()
    assert kept == there["kept"], "kept files and ledger disagree"
    before = _without(there, files["next"])
    assert before in (_without(old["ledger"]), _without(new["ledger"])), "the ledger is neither old nor new"
    is_new = before == _without(new["ledger"])
    assert is_new or shown == old["shown"], "figures are shown of returns that are not there"
    if publish:
        assert ended(start(shortly, True, "load", files["next"], "--no-publish")) == 0
        assert ended(start(shortly, True, "publish", "--release")) == 0, "it cannot be published"
        assert asked(ground.shown, home)["returns"] == sum(one[7] == "current" for one in there["returns"])
    left = ground.left_over(home, Path(folder, "tmp"))
    left = [name for name in left if publish or not name.startswith((".building-", ".current-"))]
    assert not left, f"left over: {left}"
    return "new" if is_new and shown == new["shown"] else "loaded, old figures shown" if is_new else "old"


def _without(ledger, file=None):
    """What the ledger says of all but one file, numbers of returns apart."""
    days = ["2026-04-01", "2026-06-30"] if file else []
    return [one[1:] for one in ledger["returns"] if one[4:6] != days]
