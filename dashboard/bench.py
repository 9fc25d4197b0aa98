"""Measures that a page costs the same at any number of requests: `python -m dashboard.bench --rows 100000 10000000`.

For each number a home is made, loaded, published and released as any other; then the trends page is asked for, by
turns between the homes, and the middle of the times is printed: of making the page, for none is kept in memory here.
The first asking of each address is not counted.
`--browser` measures what a person waits for instead, in Chromium, on `--home FOLDER` or a home of a million requests.
"""

import argparse
import os
import secrets
import tempfile
import time
from pathlib import Path
from statistics import median

from dashboard import bench_browser
from dashboard.app import create_app
from dashboard.once import Once
from dashboard.source import Door
from etl import bench, snapshot
from etl.home import Home
from etl.intake.load import load
from etl.publishing import publish

MILLION = 1_000_000
ADDRESSES = ("/trends", "/trends?by=sector", "/trends?measure=undecided_at_30_days&by=region", "/")


def prepare(folder: Path, rows: int) -> Home:
    """A home with that many requests, published and released; says how long each step took."""
    home, path = Home(folder / f"home-{rows}"), folder / f"requests-{rows}.csv"
    bench.make(path, rows)
    start = time.monotonic()
    load([path], home, **bench.FACTS)
    path.unlink()
    loaded = time.monotonic()
    snapshot.release(home, publish.publish(home), "the benchmark")
    print(f"{rows:,} requests: loaded in {loaded - start:.0f} s, published in {time.monotonic() - loaded:.0f} s")
    return home


def _asker(home: Home):
    """A client of the home's own application, which makes every page anew."""
    app = create_app(Door(home))
    app.kept = Once(0)
    return app.server.test_client()


def timed(client, address: str) -> float:
    """Milliseconds to answer an address."""
    start = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return (time.perf_counter() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dashboard.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 10_000_000])
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--browser", action="store_true", help="what a person waits for, in Chromium")
    parser.add_argument("--home", type=Path, help="a home with published figures, for --browser")
    asked = parser.parse_args()
    for secret in ("REFERENCE_KEY", "NOISE_SEED"):
        os.environ[f"UPTAKE_{secret}"] = secrets.token_hex(32)
    if asked.browser and asked.home:
        return bench_browser.measure(Home(asked.home))
    with tempfile.TemporaryDirectory(prefix="uptake-bench-") as folder:
        if asked.browser:
            return bench_browser.measure(prepare(Path(folder), MILLION))
        homes = {rows: prepare(Path(folder), rows) for rows in asked.rows}
        clients = {rows: _asker(home) for rows, home in homes.items()}
        for address in ADDRESSES:
            taken = {rows: [] for rows in clients}
            for turn in range(asked.times + 1):
                for rows, client in clients.items():
                    milliseconds = timed(client, address)
                    if turn:
                        taken[rows].append(milliseconds)
            middles = {rows: median(times) for rows, times in taken.items()}
            said = ", ".join(f"{rows:,}: {middle:.1f} ms" for rows, middle in middles.items())
            print(f"{address}  {said}  ratio {max(middles.values()) / min(middles.values()):.2f}")


if __name__ == "__main__":
    main()
