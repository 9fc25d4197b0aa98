"""What an intruder reads: every count of the closed list, by public addresses, as the pages' own downloads give it."""

import csv
import io
from itertools import product
from typing import NamedTuple

import numpy as np

from dashboard.attack.lattice import Lattice
from metrics.disclosure import NEARLY_ALL, UNDER

COUNTS = ("received", "refused")


class Measure(NamedTuple):
    """The measure that gives a count, the column of its rows that holds it, and how many dimensions are asked for."""

    id: str
    column: str = "numerator"
    dimensions: int = 3


MEASURES = {
    "received": Measure("requests_received"),
    "refused": Measure("refusal_rate"),
    "shared": Measure("shared_rate", dimensions=2),
    "decided": Measure("refused_share_of_decisions", "denominator", dimensions=2),
}
HIDDEN, LEFT_OUT = -3, -4  # beside the marks of what is published: hidden by a rule, or not said at all
FETCH_LEVELS = ("all", "year", "quarter", "month", "rolling")


class Intruder:
    """Published counts by place of a lattice; `get` takes an address and gives its text.

    known: {count: (places,)} what senders have published themselves, which is anybody's to take off.
    """

    def __init__(self, get, lattice: Lattice, known: dict | None = None):
        self._get, self.lattice, self.asked = get, lattice, 0
        self.known = known or {count: np.zeros(lattice.size) for count in MEASURES}
        self.said = {count: np.full(lattice.size, LEFT_OUT, dtype=np.int64) for count in MEASURES}

    def read_everything(self, progress=lambda done, total: None) -> None:
        """Ask for every table of the list, but where the cell it splits is under ten for all time."""
        blocks = sorted(self.lattice.blocks, key=lambda key: (FETCH_LEVELS.index(key[1]), len(key[0])))
        for done, (names, level) in enumerate(blocks, 1):
            for by, fixed in tables(self.lattice, names):
                if self._worth_asking(names, fixed):
                    for count, measure in MEASURES.items():
                        if len(names) <= measure.dimensions:
                            self.read(count, level, by, fixed)
            progress(done, len(blocks))

    def _worth_asking(self, names, fixed: dict) -> bool:
        split = tuple(name for name in names if name in fixed)[: max(len(names) - 1, 0)]
        whole = self.lattice.place(split, "all", "", tuple(fixed[name] for name in split))
        return not split or self.said["received"][whole] not in (UNDER, LEFT_OUT)

    def read(self, count: str, level: str, by: str | None, fixed: dict) -> None:
        """One table: a measure at a level by the values of one dimension, with one value of each other."""
        asked = [f"measure={MEASURES[count].id}", f"level={level}"]
        asked += [f"{name}={value}" for name, value in fixed.items()]
        if by:
            asked.append(f"by={by}")
        self.asked += 1
        names = tuple(name for name in self.lattice.plain if name == by or name in fixed)
        for row in csv.DictReader(io.StringIO(self._get(f"/download.csv?{'&'.join(asked)}").lstrip("\ufeff"))):
            values = tuple(row[by] if name == by else fixed[name] for name in names)
            place = self.lattice.place(names, level, row.get(level) or "", values)
            if place is not None and self.said[count][place] < 0:
                self.said[count][place] = self._told(count, place, row)

    def _told(self, count: str, place: int, row: dict) -> int:
        if "published" in row["flags"].split(";"):
            return HIDDEN  # what is confidential of it is not in the figure
        told = row[MEASURES[count].column]
        if told and (row["status"] == "ok" or MEASURES[count].column == "denominator"):
            return max(int(told) - int(self.known[count][place]), 0)
        if row["status"] == "bounded":
            own = self.known[count][place] / float(row["denominator"]) if row["denominator"] else 0
            return NEARLY_ALL if float(row["lower"]) > own + 0.01 else UNDER
        return HIDDEN if row["status"] == "suppressed" and count == "received" else LEFT_OUT


def tables(lattice: Lattice, names):
    """Which tables together hold every cell of a combination: (the dimension compared by or None, the fixed values).

    A table by a dimension lists its plain values, so that a group is a fixed value in a table of its own.
    """
    order = sorted(names, key=lambda name: -len(lattice.plain[name]))
    for place in range(len(order) + 1):
        ahead, by, behind = order[:place], order[place : place + 1], order[place + 1 :]
        choices = [lattice.groups[name] for name in ahead] + [lattice.values[name] for name in behind]
        for chosen in product(*choices):
            yield (by[0] if by else None), dict(zip([*ahead, *behind], chosen, strict=True))
