"""The disk full, or a file at its greatest size, at every stage: what was there is whole, and one sentence says so."""

import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sent

from trials import ground
from trials.children import asked, ended, heard, place, start, warm
from trials.kills import shortly


def run(points: int = 50, seed: int = 1) -> Iterator[str]:
    """Lines for so many sizes of a disk (where this user may make one) and of a file; `seed` changes nothing."""
    with place("disk") as folder:
        files = [sent.write_csv(folder / f"{name}.csv", ground.rows(30, name)) for name in ground.PERIODS]
        newer = sent.write_csv(folder / "newer.csv", ground.rows(2000, extracted_on="2026-08-31"))
        home = ground.empty_home(folder / "home")
        ground.use(home)
        assert ended(start(shortly, True, "load", files[0])) == 0
        old = asked(ground.state, home)
        warm(home, shortly, True, "load", newer)
        after = ground.copied(home, folder / "after")
        ground.use(after)
        assert ended(start(shortly, True, "load", newer)) == 0
        trial = {"home": home, "old": old, "new": asked(ground.state, after), "newer": newer, "next": files[1]}
        # From nothing to spare to as much as a load and a version being built need, and a little more.
        most = _size(after) - _size(home) + max(path.stat().st_size for path in after.published.glob("*.duckdb"))
        if _may_mount(folder):
            yield _sizes(trial, folder, points, int(most * 1.2), _disk, "a disk with room for")
        else:
            yield "No disk of a set size can be made by this user: file sizes alone are tried."
        largest = max(path.stat().st_size for path in after.path.rglob("*.duckdb"))
        yield _sizes(trial, folder, points, int(largest * 1.1), _limit, "files of at most")


def _size(home) -> int:
    return sum(path.stat().st_size for path in home.path.rglob("*") if path.is_file())


def _sizes(trial, folder, points, most, way, words) -> str:
    found = Counter()
    for at in range(points):
        size = most * at // max(1, points - 1)
        found[_one(trial, folder, size, way)] += 1
    assert found["refused, nothing changed"], "no size was small enough to matter"
    counts = ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
    return f"{points} times {words} 0 to {most / 1e6:.1f} MB: {points} intact; {counts}."


def _one(trial, folder, size, way) -> str:
    with way(trial["home"], folder, size) as (home, limit):
        ground.use(home)
        code, told = heard(_starved, limit, trial["newer"])
        roomy = ground.copied(home, folder / "roomy")
    assert code in (0, 1, 3) and "Traceback" not in told, (size, code, told)
    there = asked(ground.state, roomy)
    assert there["shown"] in (trial["old"]["shown"], trial["new"]["shown"]), "what is shown is neither old nor new"
    loaded = [one[1:] for one in there["ledger"]["returns"]]
    was, became = ([one[1:] for one in trial[name]["ledger"]["returns"]] for name in ("old", "new"))
    assert loaded in (was, became), "the ledger is neither old nor new"
    ground.use(roomy)
    assert ended(start(shortly, True, "load", trial["next"], "--no-publish")) == 0, "the next load does not work"
    assert asked(ground.kept, roomy) == asked(ground.ledger, roomy)["kept"], "kept files and ledger disagree"
    if code:
        [sentence] = [line for line in told.splitlines() if "room" in line] or [told]
        assert "no room" in sentence and sentence.endswith("."), (size, code, told)
        return "refused, nothing changed" if loaded == was else "loaded, not published"
    assert there["shown"] == trial["new"]["shown"]
    return "enough room"


def _starved(limit, file, said) -> int:
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return shortly(True, "load", file, said=said)


@contextmanager
def _disk(home, folder, size):
    """A disk that holds a copy of the home and has so many bytes to spare."""
    point = folder / "disk"
    point.mkdir(exist_ok=True)
    blocks = sum(-(-path.stat().st_size // 4096) + 1 for path in home.path.rglob("*"))
    _mount(point, (blocks + 4) * 4096 + size)
    try:
        yield ground.copied(home, point / "home"), None
    finally:
        subprocess.run(["umount", str(point)], check=True)


@contextmanager
def _limit(home, folder, size):
    """A home whose files may not grow beyond so many bytes."""
    yield ground.copied(home, folder / "limited"), size


def _mount(point, size):
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(point)]
    subprocess.run(words, check=True, stderr=subprocess.DEVNULL)


def _may_mount(folder) -> bool:
    if not sys.platform.startswith("linux") or os.geteuid() or not shutil.which("mount"):
        return False
    point = Path(folder, "probe")
    point.mkdir()
    try:
        _mount(point, 1 << 20)
    except (OSError, subprocess.CalledProcessError):
        return False
    subprocess.run(["umount", str(point)], check=True)
    return True
