"""Measures loading ten million requests against DuckDB's own bare load of the same file: `python -m etl.bench`.

Both run in processes of their own, by turns, on the same file: CPU seconds, wall seconds and peak memory are those
of the whole process. The bare load types the columns, writes a table and makes a checkpoint; it checks nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from etl import warehouse
from etl.home import Home, replace_whole
from etl.intake.contracts import contract
from etl.warehouse import quoted, values

ROWS = 10_000_000
SEED = 20201217
TARGET_RATIO, TARGET_MB = 1.4, 1000
FACTS = {"reported_by": "holder", "period_from": "2024-01-01", "period_to": "2024-12-31", "extracted_on": "2025-06-30"}
SENDERS = 400


def make(path: Path, rows: int, seed: int = SEED) -> None:
    """Write requests that break no rule: a body has one sector and region, and harder purposes are refused more."""
    with warehouse.connect() as con:
        con.execute(f"COPY ({rows_sql(rows, seed)}) TO {quoted(path)} (FORMAT csv, HEADER)")


def rows_sql(rows: int, seed: int) -> str:
    """SQL of the rows that `make` writes."""

    def draw(salt, of):
        return f"(hash(i, {seed + salt}) % {of})::INTEGER"

    def pick(code_list, salt):
        codes = values(code_list)
        return f"[{', '.join(map(quoted, codes))}][1 + {draw(salt, len(codes))}]"

    def of_body(code_list, body):
        codes = values(code_list)
        return f"[{', '.join(map(quoted, codes))}][1 + ({body} * 7 % {len(codes)})]"

    bodies = f"[{', '.join(map(quoted, values('bodies')[:: len(values('bodies')) // SENDERS][:SENDERS]))}]"
    return f"""
        WITH drawn AS (
            SELECT i, {draw(1, SENDERS)} AS holder, {draw(2, SENDERS)} AS asker, {draw(3, 366)} AS day,
                   {draw(4, 1000)} AS luck, {draw(5, 12)} * {draw(6, 12)} AS days, {pick("purposes", 7)} AS purpose
            FROM range({rows}) AS numbers(i)),
        decided AS (
            SELECT *, CASE WHEN luck < 40 THEN 'pending' WHEN luck < 60 THEN 'withdrawn'
                           WHEN luck < 150 + 150 * (purpose LIKE 'safeguarding%')::INTEGER + holder % 100 THEN 'refused'
                           WHEN luck < 500 THEN 'shared_part' ELSE 'shared_full' END AS outcome
            FROM drawn)
        SELECT {bodies}[1 + holder] AS sender, printf('REQ-%09d', i) AS request_ref,
               {bodies}[1 + holder] AS holder_body,
               CASE WHEN asker % 4 > 0 THEN {bodies}[1 + asker] END AS requester_body,
               {of_body("sectors", "holder")} AS holder_sector, {of_body("sectors", "asker")} AS requester_sector,
               {of_body("regions", "holder")} AS region, {of_body("regions", "asker")} AS requester_region, purpose,
               {pick("subject_groups", 8)} AS subject_group, {pick("urgencies", 9)} AS urgency,
               DATE '2024-01-01' + day AS received_on, outcome,
               CASE WHEN outcome <> 'pending' THEN DATE '2024-01-01' + day + days END AS decided_on,
               {pick("yes_no", 10)} AS under_agreement, {pick("gateways", 11)} AS gateway,
               {pick("decided_by", 12)} AS decided_by, {pick("tools", 13)} AS tool_cited,
               CASE WHEN outcome = 'refused' AND luck % 9 = 0 THEN 'reversed' ELSE 'none' END AS reconsidered,
               CASE WHEN outcome = 'refused' AND luck % 9 = 0 THEN DATE '2024-01-01' + day + days + 20 END
                   AS reconsidered_on,
               {pick("yes_no", 14)} AS risk_of_not_sharing
        FROM decided
    """


def bare(path: Path, folder: Path) -> None:
    """DuckDB alone: read_csv with the schema given, into a table in a file, with a checkpoint."""
    with path.open() as file:
        header = file.readline().strip().split(",")
    types = {f.name: "DATE" if f.type == "date" else "VARCHAR" for f in contract("requests").fields}
    columns = ", ".join(f"{quoted(name)}: {quoted(types.get(name, 'VARCHAR'))}" for name in header)
    with warehouse.connect(folder / "bare.duckdb") as con:
        con.execute(
            f"CREATE TABLE requests AS FROM read_csv({quoted(path)}, columns = {{{columns}}}, auto_detect = false, "
            "header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', dateformat = '%Y-%m-%d')"
        )
        con.execute("CHECKPOINT")


def ours(path: Path, folder: Path) -> None:
    """Our whole load: bytes kept, pre-check, every row checked, references made unreadable, duplicates, ledger."""
    from etl.intake.load import load

    os.environ["UPTAKE_REFERENCE_KEY"] = "a key that is only for this measurement"
    [receipt] = load([path], Home(folder / "home"), **FACTS)
    assert receipt.ok and receipt.status == "loaded", receipt.reason


WAYS = {"bare": bare, "ours": ours}


def measured(way: str, path: Path) -> dict:
    """Run one way in a process of its own: seconds of CPU and of the clock, and its peak memory in MB.

    The file is read once before, so that neither way pays for fetching it from the disk.
    """
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass
    with tempfile.TemporaryDirectory(prefix="bench-", dir=path.parent) as folder:
        told = Path(folder) / "told.json"
        command = [sys.executable, "-m", "etl.bench", "--only", way, "--file", str(path), "--told", str(told)]
        subprocess.run(command, check=True)
        return json.loads(told.read_text(encoding="utf-8"))


def _only(way, path, told) -> None:
    start = time.monotonic()
    WAYS[way](path, told.parent)
    import resource

    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in usage)
    peak = max(one.ru_maxrss for one in usage) / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    replace_whole(told, json.dumps({"cpu": cpu, "wall": time.monotonic() - start, "mb": peak}))


def main() -> int:
    """Make the file, run both ways by turns, print the figures; 1 when the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m etl.bench", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=("load", "books"), default="load", help="books: etl.bench_books")
    parser.add_argument("--rows", type=int, help="rather than the usual number")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--file", type=Path, help="a file made before")
    parser.add_argument("--only", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--told", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only:
        _only(asked.only, asked.file, asked.told)
        return 0
    with tempfile.TemporaryDirectory(prefix="uptake-bench-") as folder:
        if asked.what == "books":
            from etl import bench_books

            return bench_books.run(Path(folder), asked.rows or bench_books.ROWS, asked.rounds)
        path = asked.file or Path(folder) / "requests.csv"
        if not asked.file:
            make(path, asked.rows or ROWS)
        print(f"{path.stat().st_size / 1e9:.2f} GB")
        return _compare(path, asked.rounds)


def _compare(path, rounds) -> int:
    found = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, figures in found.items():
            figures.append(measured(way, path))
            print(f"{way}: {figures[-1]['cpu']:.1f} s CPU, {figures[-1]['wall']:.1f} s, {figures[-1]['mb']:.0f} MB")
    middle = {
        way: {name: median(one[name] for one in figures) for name in figures[0]} for way, figures in found.items()
    }
    ratio, peak = middle["ours"]["cpu"] / middle["bare"]["cpu"], max(one["mb"] for one in found["ours"])
    print(f"ratio of CPU seconds {ratio:.2f} (target {TARGET_RATIO}), peak memory {peak:.0f} MB (target {TARGET_MB})")
    return int(ratio > TARGET_RATIO or peak > TARGET_MB)


if __name__ == "__main__":
    sys.exit(main())
