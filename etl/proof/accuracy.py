"""What protection costs: the refusal rates the public sees beside the exact ones, for every combination and level.

`python -m etl.proof.accuracy` takes a synthetic home, or makes one, and prints how many cells have a rate, how much of
all requests they speak of, and how far rates are off. It fails when the promise of SECURITY.md is not kept: yearly
rates by sector and region within a point for 95 cells in 100.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb

from etl import reference, snapshot
from etl.errors import Refusal
from etl.home import Home, make_secrets
from etl.proof.falling import FROM, REQUESTS, TO, falling
from etl.publishing.cells import LISTED_WHEN_HIDDEN, combo_number, combos
from metrics.dimensions import DIMENSIONS, LEVELS
from metrics.disclosure import RATE_BASE

PROMISED = ("year", ("sector", "region"))  # the level and dimensions of the promise
LIMIT = 1.0  # point, at the 95th percentile
COLUMNS = ("cells", "rates", "of_cells", "of_requests", "numbers", "median", "p95")


def measured(home) -> list[dict]:
    """A row a level and combination, and one for all combinations of as many dimensions (`names` None).

    cells: those with any request (None for three dimensions, where small ones are not kept); rates: those with a rate,
    as a number or a range; of_cells, of_requests: their shares; numbers: rates that are numbers; median, p95: how far
    these are off, in points. Predefined groups and requesters' own reports are left out.
    """
    version = snapshot.current(home)
    rows = []
    with duckdb.connect() as con:
        for audience in ("public", "private"):
            con.execute(f"ATTACH '{snapshot.file_of(home, version, audience)}' AS {audience} (READ_ONLY)")
        _pair(con)
        for level in LEVELS:
            for size in range(LEVELS[level].dimensions + 1):
                names_of = [names for _, names in combos() if len(names) == size]
                for names in (None, *names_of):
                    rows.append({"level": level, "dimensions": size, "names": names,
                                 **_row(con, level, [names] if names is not None else names_of)})  # fmt: skip
    return rows


def _pair(con) -> None:
    """Table `paired`: each exact cell of plain values, and what is published of it."""
    keys = ("combo", "level", "period", *DIMENSIONS)
    same = " AND ".join(f"e.{key} IS NOT DISTINCT FROM p.{key}" for key in keys)
    plain = " AND ".join(
        f"coalesce(e.{name} NOT IN ({', '.join(repr(code) for code in reference.groups(name))}), TRUE)"
        for name in DIMENSIONS if reference.groups(name)
    )  # fmt: skip
    con.execute(
        f"""CREATE TABLE paired AS
            SELECT e.combo, e.level, e.received,
                   p.shown AND p.received >= {RATE_BASE} AND p.refused IS NOT NULL AS rate,
                   CASE WHEN p.refused >= 0 AND rate THEN 100 * abs(
                       least(p.refused, p.received) / p.received - e.refused / e.received) END AS error
            FROM private.cells AS e LEFT JOIN public.cells AS p
              ON {same} AND p.part = 'returns' AND p.reported_by = 'holder'
            WHERE e.part = 'returns' AND e.reported_by = 'holder' AND e.received > 0 AND {plain}"""
    )


def _row(con, level: str, names_of) -> dict:
    numbers = [combo_number(names) for names in names_of]
    cells, rates, of_requests, shown, median, p95 = con.execute(
        """SELECT count(*), count(*) FILTER (WHERE rate), coalesce(sum(received) FILTER (WHERE rate), 0),
                  count(error), quantile_cont(error, 0.5), quantile_cont(error, 0.95)
           FROM paired WHERE level = ? AND combo IN (SELECT unnest(?::INTEGER[]))""",
        [level, numbers],
    ).fetchone()
    whole = con.execute("SELECT sum(received) FROM paired WHERE level = ? AND combo = 0", [level]).fetchone()[0]
    kept = len(names_of[0]) <= LISTED_WHEN_HIDDEN
    values = (cells if kept else None, rates, rates / cells if kept and cells else None,
              of_requests / (whole * len(numbers)) if whole else 0.0, shown, median, p95)  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def table(rows, every: bool = False) -> str:
    """The rows as printed: a line for each number of dimensions and for the promise, or for every combination."""
    lines = [f"{'level':8} {'by':52} {'cells':>8} {'rates':>8} {'of cells':>9} {'of requests':>12} "
             f"{'numbers':>8} {'median':>7} {'p95':>7}"]  # fmt: skip
    for row in rows:
        names = row["names"]
        if names is None or every or (row["level"], names) == PROMISED or names == PROMISED[1]:
            by = {0: "everything", 1: "one dimension"}.get(row["dimensions"], f"{row['dimensions']} dimensions")
            lines.append(f"{row['level']:8} {by if names is None else ', '.join(names):52} {_count(row['cells'])} "
                         f"{_count(row['rates'])} {_percent(row['of_cells'], 9)} {_percent(row['of_requests'], 12)} "
                         f"{_count(row['numbers'])} {_points(row['median'])} {_points(row['p95'])}")  # fmt: skip
    return "\n".join(lines)


def _count(number) -> str:
    return f"{number:>8,}" if number is not None else f"{'':>8}"


def _percent(share, width: int) -> str:
    return f"{100 * share:>{width - 1}.1f}%" if share is not None else " " * width


def _points(number) -> str:
    return f"{number:>7.2f}" if number is not None else f"{'':>7}"


def promise(rows) -> dict:
    """The row that the promise is about."""
    return next(row for row in rows if (row["level"], row["names"]) == PROMISED)


def made(folder: Path, requests: int) -> Home:
    """A synthetic home of about that many requests, published."""
    from etl.intake.load import load
    from etl.publishing.publish import publish
    from etl.synthetic.scenarios import SCENARIOS
    from etl.synthetic.synthesise import synthesise

    home = Home(folder)
    home.settle("synthetic")
    make_secrets(home)
    synthesise(replace(SCENARIOS["demo"], requests=requests), folder / "returns")
    home.senders.write_bytes((folder / "returns" / "senders.csv").read_bytes())
    load(sorted((folder / "returns").glob("*-synthetic.*")), home)
    snapshot.release(home, publish(home), "the proof", by_hand=False)
    return home


def main() -> int:
    """Make or take a home, print the table; 1 when the promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m etl.proof.accuracy", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="a synthetic home that is published already")
    parser.add_argument("--every", action="store_true", help="a line for every combination, not for their numbers")
    asked_for = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="uptake-accuracy-") as folder:
        home = Home(asked_for.home) if asked_for.home else made(Path(folder), asked_for.requests)
        if home.kind != "synthetic":
            raise Refusal("Only a synthetic home is measured: the exact figures of a real one are not for a report.")
        rows = measured(home)
    print("Refusal rates as published beside the exact ones; errors in points\n")
    print(table(rows, asked_for.every))
    seen, kept = falling(), promise(rows)
    print(f"\nA rate falling from {FROM:.0%} to {TO:.0%} at {REQUESTS} requests a month: a figure or range in "
          f"{seen.shown:.1%} of months, the range holds the rate in {seen.held:.1%}; a number in {seen.quarters:.1%} "
          f"of first and last quarters, off by {seen.bias:+.2f} points on average.")  # fmt: skip
    print("Months by sector and region are not on the list of what is published, so that nothing is stated of them.")
    good = kept["p95"] is not None and kept["p95"] <= LIMIT
    print(f"Promise: yearly rates by sector and region within {LIMIT:g} point at the 95th percentile: "
          f"{'kept' if good else 'NOT kept'} ({_points(kept['p95']).strip()}).")  # fmt: skip
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
