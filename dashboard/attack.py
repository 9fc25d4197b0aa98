"""A motivated intruder with nothing but public addresses: `make attack`, and a short form in the tests.

It downloads published tables as anybody can and tries several ways to work out counts of 1 to 9 that are hidden or
given as a range. Its guesses are then scored against the truth, which it never sees: for every kind, the share of right
guesses less the share that is right without any table (the Bayes advantage). A guess is the truth most often behind
what was worked out, learnt on one half of the targets and scored on the other.
Source of the kinds and of the limit: the motivated-intruder test of the ICO's guidance on anonymisation.
"""

import argparse
import csv
import io
import os
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import duckdb
import numpy as np

from etl import reference, snapshot
from etl.errors import Refusal
from etl.publishing.cells import combo_number
from metrics.dimensions import DIMENSIONS
from metrics.disclosure import BODIES
from metrics.periods import label

LIMIT = 0.10  # the most that a published table may add to a blind guess
SMALL = range(1, 10)  # the counts that are worth guessing
SPLITS = ("purpose", "urgency", "under_agreement", "direction", "subject_group", "requester_sector")
MEASURES = {"received": ("requests_received", "numerator"), "refused": ("refusal_rate", "numerator")}


class Try(NamedTuple):
    """One target: its truth, and what the intruder worked out (None where it could not)."""

    truth: int
    found: float | None


class Intruder:
    """Published counts by address; `get` takes an address and gives its text. What is not shown is left out."""

    def __init__(self, get):
        self._get, self._kept, self.asked = get, {}, 0

    def counts(self, count: str, level: str, by: str, **where) -> dict[tuple, int]:
        """{(value, period): published count} of one table."""
        measure, column = MEASURES[count]
        query = "&".join([f"measure={measure}", f"by={by}", f"level={level}", *(f"{k}={v}" for k, v in where.items())])
        if query not in self._kept:
            self.asked += 1
            text = self._get(f"/download.csv?{query}").lstrip("\ufeff")
            self._kept[query] = {
                (row[by], row.get(level)): int(row[column])
                for row in csv.DictReader(io.StringIO(text))
                if row["status"] == "ok" and row[column]
            }
        return self._kept[query]


def sectors() -> list[str]:
    return [code for code in reference.codes("sectors") if code != reference.NOT_STATED]


def pairs(intruder, count: str, level: str) -> dict[tuple, int]:
    """{(sector, region, period): published count}, from one table a sector."""
    return {
        (sector, region, period): number
        for sector in sectors()
        for (region, period), number in intruder.counts(count, level, "region", sector=sector).items()
    }


def minus(whole: dict, parts: dict, total_of, truth: dict) -> list[Try]:
    """Totals less what is visible, where one part of a total is missing: that part."""
    missing = defaultdict(list)
    for key in truth:
        if key not in parts:
            missing[total_of(key)].append(key)
    visible = Counter()
    for key, number in parts.items():
        visible[total_of(key)] += number
    return [
        Try(truth[keys[0]], whole[total] - visible[total])
        for total, keys in missing.items()
        if len(keys) == 1 and total in whole
    ]


def taken(intruder, truth, few: bool = False) -> list[Try]:
    """2 and 6. Sectors' and regions' totals less their visible parts; `few`: only of parts hidden for few bodies."""
    tries = []
    for level in ("year", "quarter"):
        hidden_for_bodies = truth.few_bodies(level)
        for count in MEASURES:
            shown, true = pairs(intruder, count, level), truth.pairs(count, level)
            if few:
                true = {key: number for key, number in true.items() if key in shown or key in hidden_for_bodies}
            for place, by in enumerate(("sector", "region")):
                whole = intruder.counts(count, level, by)
                tries += minus(whole, shown, lambda key, at=place: (key[at], key[2]), true)
    return tries


def nested(intruder, truth) -> list[Try]:
    """1. Two filters that differ by little: a cell less the cell with one more filter."""
    tries = []
    for name in ("under_agreement", "urgency"):
        for sector in sectors():
            for region in reference.codes("regions"):
                whole = intruder.counts("received", "year", "region", sector=sector)
                split = intruder.counts("received", "year", name, sector=sector, region=region)
                for (value, period), number in split.items():
                    rest = truth.rest(name, sector, region, period, value)
                    if (region, period) in whole and rest is not None:
                        tries.append(Try(rest, whole[region, period] - number))
    return tries


def least_squares(intruder, truth, count: str) -> list[Try]:
    """All published counts of sector, region, quarter and year at once, weighted alike: the hidden ones by best fit."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import lsqr

    quarters = truth.pairs(count, "quarter")
    place = {key: number for number, key in enumerate(quarters)}
    sums: list[tuple[list[int], int]] = []

    def add(published: dict, of) -> None:
        members = defaultdict(list)
        for key in quarters:
            for group in of(key):
                members[group].append(place[key])
        sums.extend((members[group], number) for group, number in published.items() if members[group])

    add(pairs(intruder, count, "quarter"), lambda key: [key])
    add(pairs(intruder, count, "year"), lambda key: [(key[0], key[1], key[2][:4])])
    for level in ("quarter", "year"):
        add(intruder.counts(count, level, "sector"), lambda key, cut=level: [(key[0], _cut(key[2], cut))])
        add(intruder.counts(count, level, "region"), lambda key, cut=level: [(key[1], _cut(key[2], cut))])
    rows = np.repeat(np.arange(len(sums)), [len(members) for members, _ in sums])
    columns = np.concatenate([members for members, _ in sums])
    matrix = coo_matrix((np.ones(len(rows)), (rows, columns)), (len(sums), len(place)))
    start = np.full(len(place), 5.0)
    found = start + lsqr(matrix, np.array([number for _, number in sums]) - matrix @ start, damp=0.3)[0]
    shown = pairs(intruder, count, "quarter")
    return [Try(quarters[key], found[at]) for key, at in place.items() if key not in shown]


def _cut(quarter: str, level: str) -> str:
    return quarter if level == "quarter" else quarter[:4]


def splits(intruder, truth, names) -> list[Try]:
    """4 and 5. One count from several fixed breakdowns, or from every split there is: the mean of their sums.

    What a breakdown keeps back counts as 4, the middle of what it says.
    """
    tries = []
    for (sector, region, period), true in truth.pairs("refused", "year").items():
        if true not in SMALL:
            continue
        sums = []
        for name in names:
            split = intruder.counts("refused", "year", name, sector=sector, region=region)
            parts = [number for (_, when), number in split.items() if when == period]
            hidden = truth.values(name, sector, region, period) - len(parts)
            sums.append(sum(parts) + min(4 * hidden, 5))
        tries.append(Try(true, float(np.mean(sums))))
    return tries


def score(tries) -> dict:
    """Targets of 1 to 9, right guesses with and without the table, exact hits, and the Bayes advantage."""
    tries = [one for one in tries if one.truth in SMALL and one.found is not None]
    if len(tries) < 40:
        return {"targets": len(tries), "blind": None, "informed": None, "advantage": None, "exact": None}
    draw = np.random.default_rng(1)
    order = draw.permutation(len(tries))
    halves = [[tries[at] for at in order[::2]], [tries[at] for at in order[1::2]]]
    right = blind = 0
    for learn, test in (halves, halves[::-1]):
        seen = defaultdict(Counter)
        for one in learn:
            seen[_bin(one.found)][one.truth] += 1
        usual = Counter(one.truth for one in learn).most_common(1)[0][0]
        right += sum((seen[_bin(one.found)].most_common(1) or [(usual, 0)])[0][0] == one.truth for one in test)
        blind += sum(usual == one.truth for one in test)
    exact = np.mean([round(one.found) == one.truth for one in tries])
    return {"targets": len(tries), "blind": blind / len(tries), "informed": right / len(tries),
            "advantage": (right - blind) / len(tries), "exact": float(exact)}  # fmt: skip


def _bin(found: float) -> int:
    return int(np.clip(round(found), -3, 13))


class Truth:
    """What the intruder does not see, from the analysts' file of the same version; only for scoring."""

    def __init__(self, home):
        self.con = duckdb.connect(str(snapshot.file_of(home, snapshot.current(home), "private")), read_only=True)
        self._kept = {}

    def cells(self, level: str, names, columns="received, refused, bodies") -> list[tuple]:
        key = (level, names, columns)
        if key not in self._kept:
            self._kept[key] = self.con.execute(
                f"""SELECT {', '.join(names)}, period, {columns} FROM cells WHERE combo = ? AND level = ?
                    AND part = 'returns' AND reported_by = 'holder'""",
                [combo_number(names), level],
            ).fetchall()
        return self._kept[key]

    def pairs(self, count: str, level: str) -> dict[tuple, int]:
        """{(sector, region, period): true count}, predefined groups left out."""
        groups = {*reference.groups("sector"), *reference.groups("region")}
        place = {"received": 3, "refused": 4}[count]
        return {
            (row[0], row[1], label(level, row[2])): row[place]
            for row in self.cells(level, ("sector", "region"))
            if not groups & set(row[:2])
        }

    def few_bodies(self, level: str) -> set[tuple]:
        """The (sector, region, period) that come from fewer bodies than may be shown."""
        return {(row[0], row[1], label(level, row[2])) for row in self.cells(level, ("sector", "region"))
                if row[5] < BODIES}  # fmt: skip

    def _split(self, name):
        if ("split", name) not in self._kept:
            names = tuple(sorted(("sector", "region", name), key=DIMENSIONS.index))
            at = {one: place for place, one in enumerate(names)}
            found = defaultdict(dict)
            groups = set(reference.groups(name))
            for row in self.cells("year", names):
                if row[at[name]] not in groups:
                    key = (row[at["sector"]], row[at["region"]], label("year", row[3]))
                    found[key][row[at[name]]] = row[4]
            self._kept["split", name] = found
        return self._kept["split", name]

    def rest(self, name, sector, region, period, value) -> int | None:
        """Requests of a cell that are not of one value; None where that value is not of the cell."""
        whole = self.pairs("received", "year").get((sector, region, period))
        of_value = self._split(name)[sector, region, period].get(value)
        return None if whole is None or of_value is None else whole - of_value

    def values(self, name, sector, region, period) -> int:
        """How many values of a dimension a cell has."""
        return len(self._split(name)[sector, region, period])


def attack(get, home) -> tuple[list[dict], int]:
    """Every kind against one served home: (a row a kind, the number of addresses asked for)."""
    intruder, truth = Intruder(get), Truth(home)
    own = set(pairs(intruder, "received", "year")) & truth.few_bodies("year")
    kinds = [
        ("1. two nested filters", nested(intruder, truth)),
        ("2. total less what is visible", taken(intruder, truth)),
        ("3. own figure out of a small group", []),
        ("4. several fixed breakdowns", splits(intruder, truth, SPLITS[:3])),
        ("5. every split there is", splits(intruder, truth, SPLITS)),
        ("6. a region hidden for few bodies", taken(intruder, truth, few=True)),
        ("least squares over all, refusals", least_squares(intruder, truth, "refused")),
        ("least squares over all, requests", least_squares(intruder, truth, "received")),
    ]
    rows = [{"kind": kind, **score(tries)} for kind, tries in kinds]
    rows[2]["shown"] = len(own)
    return rows, intruder.asked


def table(rows, asked: int) -> str:
    """The rows as printed."""
    lines = [f"{asked:,} public addresses asked for; counts of 1 to 9 guessed", ""]
    lines.append(f"{'kind':38} {'targets':>8} {'blind':>7} {'informed':>9} {'advantage':>10}")
    for row in rows:
        if "shown" in row:
            lines.append(f"{row['kind']:38} {row['shown']:>8} shown")
        elif row["advantage"] is None:
            lines.append(f"{row['kind']:38} {row['targets']:>8} too few targets to score")
        else:
            lines.append(f"{row['kind']:38} {row['targets']:>8} {row['blind']:>7.3f} {row['informed']:>9.3f} "
                         f"{row['advantage']:>10.3f}")  # fmt: skip
    return "\n".join(lines)


def beaten(rows) -> bool:
    """Whether any kind got further than it may."""
    return any(row.get("shown") or (row["advantage"] or 0) > LIMIT for row in rows)


def served(home):
    """Serve a home on a free port of this machine; gives `get`, which asks it over HTTP."""
    from waitress.server import create_server

    from dashboard.app import create_app
    from dashboard.source import Door

    server = create_server(create_app(Door(home)).server, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()

    def get(address: str) -> str:
        with urlopen(f"http://127.0.0.1:{server.effective_port}{address}") as answer:
            return answer.read().decode("utf-8")

    return get


def made(folder: Path, requests: int):
    """A synthetic home of about that many requests, published and released."""
    from dashboard import demo
    from etl.home import Home
    from etl.synthetic.scenarios import SCENARIOS

    home = Home(folder)
    demo.prepare(home, lambda step, done, total: None, replace(SCENARIOS["demo"], requests=requests))
    return home


def main() -> int:
    """Make or take a home, attack it, print the table; 1 when a kind got further than it may."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.attack", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="a synthetic home that is published already")
    asked_for = parser.parse_args()
    from etl.home import Home

    with tempfile.TemporaryDirectory(prefix="uptake-attack-") as folder:
        home = Home(asked_for.home) if asked_for.home else made(Path(folder), asked_for.requests)
        if home.kind != "synthetic":
            raise Refusal("Only a synthetic home is attacked: the truth of a real one is not for this program.")
        rows, asked = attack(served(home), home)
    print(table(rows, asked))
    return int(beaten(rows))


if __name__ == "__main__":
    os.environ.pop("UPTAKE_HOME", None)
    sys.exit(main())
