"""The public server as it is run for real: readers while versions change, memory over many requests, a killed worker.

`--home` names a published home to serve (nothing is written to it); else a small one is made. `--points` is seconds of
load; 50,000 requests for 300.
"""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sent

from dashboard.pages import PAGES
from etl import snapshot
from etl.home import Home
from trials import ground
from trials.children import ended, place, start
from trials.kills import shortly

USERS, THINK = 200, 2.0  # people, and the mean of the seconds each looks at a page
WHOLE = 300  # seconds of load from which the goals are held to
REQUESTS, CLOSED, WARM = 50_000, 8, 0.2  # all, at a time, and the part of them that warms up
P95, FLAT, BACK = 0.250, 0.02, 2.0
MEASURES = ("refusal_rate", "shared_rate", "requests_received", "reason_missing_share")
VIEWS = [f"/trends?measure={measure}&by={by}&level={level}" for measure in MEASURES
         for by in ("", "sector", "region", "purpose") for level in ("year", "quarter", "month")]  # fmt: skip
TAKEN = [f"/download.csv?measure={measure}&level=year" for measure in MEASURES]


def run(points: int = WHOLE, seed: int = 1, home: Path | None = None) -> Iterator[str]:
    """Lines on what was served; AssertionError where a goal was missed (times and memory in a whole run only)."""
    whole = points >= WHOLE
    with place("serving") as folder:
        served = _served_home(folder, home)
        versions = _prebuilt(served)
        with _gunicorn(served, folder) as (master, port):
            swap = threading.Event()
            swapping = threading.Thread(target=_swap, args=(served, versions, points, swap), daemon=True)
            swapping.start()
            used = _seconds(master)
            told = _asked(_people, port, points, seed, folder / "people")
            swap.set()
            swapping.join()
            used = _seconds(master) - used
            yield _line(f"{USERS} users, {THINK:g} s mean think, {points} s", told)
            yield (f"The server used {used:.1f} CPU seconds, {1000 * used / told['requests']:.1f} ms a request; "
                   f"{os.getloadavg()[0]:.1f} processes wanted {os.cpu_count()} cores at the end.")  # fmt: skip
            assert not told["errors"], told["errors"]
            yield from _memory(master, port, max(200, REQUESTS * points // WHOLE), whole, seed, folder)
            yield from _killed(master, port, whole)
        assert not whole or told["p95"] <= P95, f"the 95th percentile is {1000 * told['p95']:.0f} ms"


def _served_home(folder: Path, home: Path | None) -> Home:
    if home is None:
        made = ground.empty_home(folder / "home")
        ground.use(made)
        assert ended(start(shortly, True, "load", sent.write_csv(folder / "return.csv", ground.rows(20)))) == 0
        return made
    made = Home(folder / "home")
    made.published.mkdir(parents=True)
    version = snapshot.current(Home(home))
    for name in (f"public-{version}.duckdb", "current"):
        shutil.copyfile(Home(home).published / name, made.published / name)
    return made


def _prebuilt(home: Home) -> list[str]:
    """Versions to be shown in turn: the one there is and one more, whose figures are the same."""
    version = snapshot.current(home)
    other = f"{version[:10]}-{'0' * 11}1"
    shutil.copyfile(snapshot.file_of(home, version), snapshot.file_of(home, other))
    return [other, version]


def _swap(home: Home, versions, seconds: int, stop: threading.Event) -> None:
    """Show another version every minute; every third of a short run."""
    number = 0
    while not stop.wait(min(60, seconds / 3)):
        snapshot.release(home, versions[number % 2], "a trial", by_hand=False)
        number += 1


@contextmanager
def _gunicorn(home: Home, folder: Path):
    """(the master's number, the port) of the server as OPERATING.md runs it, when every worker has answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.workers", "-b", f"127.0.0.1:{port}",
             "--worker-tmp-dir", str(folder), "dashboard.wsgi:public()"]  # fmt: skip
    with (folder / "said").open("wb") as said:
        master = subprocess.Popen(words, env={**os.environ, "UPTAKE_HOME": str(home.path)}, stdout=said, stderr=said)
    try:
        end = time.monotonic() + 120
        while _get(port, "/")[0] != 200:
            assert master.poll() is None and time.monotonic() < end, (folder / "said").read_text()
            time.sleep(0.1)  # a server that does not listen yet cannot be waited for
        yield master.pid, port
    finally:
        master.terminate()
        master.wait(30)


def _get(port: int, path: str, connection=None) -> tuple[int, float]:
    """(status, seconds) of one answer read whole; status 0 when there was none."""
    mine = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.perf_counter()
    try:
        mine.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = mine.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - began
    except (OSError, http.client.HTTPException):
        mine.close()
        return 0, time.perf_counter() - began
    finally:
        if connection is None:
            mine.close()


def _address(draw: random.Random) -> str:
    """What a reader asks next: mostly views of trends, then pages, sometimes a file."""
    kind = draw.random()
    return draw.choice(VIEWS if kind < 0.5 else TAKEN if kind > 0.95 else [page.path for page in PAGES])


def _asked(work, *arguments):
    """What a load generator in a process of its own has written into its last argument."""
    assert ended(start(work, *arguments)) == 0
    return json.loads(arguments[-1].read_text())


def _people(port: int, seconds: float, seed: int, out: Path) -> None:
    """Readers who think between two pages; they come in over the first two seconds of thinking.

    Their sleep is the load that is asked for, not a wait for something to happen.
    """
    end = time.monotonic() + seconds

    def reader(number: int, found: list) -> None:
        draw = random.Random(seed * 1000 + number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        time.sleep(draw.uniform(0, min(THINK, seconds / 2)))
        while time.monotonic() < end:
            address = _address(draw)
            found.append((address, *_get(port, address, connection)))
            time.sleep(min(draw.expovariate(1 / THINK), max(0.0, end - time.monotonic())))

    _together(reader, USERS, out)


def _crowd(port: int, requests: int, seed: int, out: Path) -> None:
    """Requests without a pause, a few at a time."""

    def reader(number: int, found: list) -> None:
        draw = random.Random(seed * 1000 + number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(requests // CLOSED):
            address = _address(draw)
            found.append((address, *_get(port, address, connection)))

    _together(reader, CLOSED, out)


def _together(reader, count: int, out: Path) -> None:
    found: list[list] = [[] for _ in range(count)]
    threads = [threading.Thread(target=reader, args=(number, found[number])) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [row for part in found for row in part]
    times = sorted(row[2] for row in rows)
    told = {f"p{part}": times[min(len(times) - 1, len(times) * part // 100)] for part in (50, 95, 99)}
    wrong = sorted({(row[0], row[1]) for row in rows if row[1] != 200})
    slow = sorted(rows, key=lambda row: -row[2])[:5]
    out.write_text(json.dumps({**told, "requests": len(rows), "errors": wrong, "slow": slow}))


def _line(what: str, told: dict) -> str:
    times = ", ".join(f"p{part} {1000 * told[f'p{part}']:.0f} ms" for part in (50, 95, 99))
    return f"{what}: {told['requests']:,} requests, {len(told['errors'])} addresses with errors; {times}."


def _memory(master: int, port: int, requests: int, whole: bool, seed: int, folder: Path) -> Iterator[str]:
    """Memory of all processes after the warm-up and at the end."""
    warm = _asked(_crowd, port, int(requests * WARM), seed + 1, folder / "warm")
    before = _megabytes(master)
    told = _asked(_crowd, port, requests - int(requests * WARM), seed + 2, folder / "crowd")
    after = _megabytes(master)
    grown = after / before - 1
    yield (f"Memory {before:.1f} MB after {warm['requests']:,} requests and {after:.1f} MB after {told['requests']:,} "
           f"more ({100 * grown:+.1f}%).")  # fmt: skip
    assert not told["errors"] + warm["errors"], told["errors"] + warm["errors"]
    assert not whole or grown <= FLAT, f"memory grew by {100 * grown:.1f}%"


def _killed(master: int, port: int, whole: bool) -> Iterator[str]:
    """One worker killed, and the other goes on; then every worker at once, until a new one answers."""
    old = _workers(master)
    os.kill(old[0], signal.SIGKILL)
    answers = [_get(port, "/trends")[0] for _ in range(50)]
    yield f"One of {len(old)} workers was killed: {answers.count(200)} of the next 50 answers were right."
    assert answers.count(200) >= 49  # one may have been on its way to the worker that died
    while len(set(_workers(master)) - {old[0]}) < len(old):
        time.sleep(0.01)  # the new worker is not our child: nothing tells us that it is there
    began = time.monotonic()
    for pid in _workers(master):
        os.kill(pid, signal.SIGKILL)
    while _get(port, "/trends")[0] != 200:
        assert time.monotonic() - began < 60, "the server did not recover"
        time.sleep(0.01)
    took = time.monotonic() - began
    yield f"Every worker was killed at once: the first answer of a new one came after {took:.2f} s."
    assert not whole or took <= BACK, f"recovery took {took:.2f} s"


def _workers(master: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]
    return []


def _seconds(master: int) -> float:
    """CPU seconds that the server's processes have used."""
    ticks = 0
    for pid in (master, *_workers(master)):
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _megabytes(master: int) -> float:
    """The memory of the server's processes, each shared page counted once."""
    total = 0
    for pid in (master, *_workers(master)):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024
