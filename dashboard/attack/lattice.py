"""The closed list as one row of numbers: a place for every cell that can be asked for, and which cells add up to which.

A block is one combination of dimensions at one level: places (periods, values, values, values). Predefined groups are
values too. Every sum that holds by definition is a Sum: over a dimension's values, a group's members, or shorter spans.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from etl import reference
from metrics.dimensions import CODE_LISTS, DIMENSIONS, LEVELS
from metrics.periods import add_months, label, periods_between, span_of

SHORTER = {"quarter": "month", "year": "quarter", "rolling": "month", "all": "year"}


class Block(NamedTuple):
    """One combination at one level, from place `start` on."""

    names: tuple[str, ...]
    level: str
    start: int
    shape: tuple[int, ...]

    def places(self) -> np.ndarray:
        """The place of each cell: (periods, values of each dimension...)."""
        return self.start + np.arange(int(np.prod(self.shape))).reshape(self.shape)


class Sums(NamedTuple):
    """Totals and their parts: parts[i] is a part of totals[rows[i]]; the parts of one total make it up."""

    totals: np.ndarray
    rows: np.ndarray
    parts: np.ndarray


class Lattice:
    """Every cell of the closed list between two months, over the values of every dimension."""

    def __init__(self, first, last, most: int = 3, values: dict | None = None):
        """first, last: first days of the first and last month; most: dimensions; values: {dimension: codes}, or all."""
        self.plain = values or {name: tuple(reference.codes(CODE_LISTS[name])) for name in DIMENSIONS}
        self.groups = {
            name: {code: kept for code, group in reference.groups(name).items()
                   if (kept := [one for one in group.members if one in self.plain[name]])}
            for name in self.plain
        }  # fmt: skip
        self.values = {name: (*self.plain[name], *self.groups[name]) for name in self.plain}
        self.at = {name: {code: place for place, code in enumerate(codes)} for name, codes in self.values.items()}
        self.periods = {level: tuple(label(level, start) for start in periods_between(level, first, last))
                        for level in LEVELS if level not in ("all", "rolling")}  # fmt: skip
        self.periods["rolling"] = self.periods["month"][11:]
        self.periods["all"] = ("",)
        self.blocks: dict[tuple, Block] = {}
        self.size = 0
        for dimensions in range(most + 1):
            for names in combinations(self.plain, dimensions):
                for level in LEVELS:
                    if dimensions <= LEVELS[level].dimensions:
                        self._add(names, level)

    def _add(self, names, level) -> None:
        shape = (len(self.periods[level]), *(len(self.values[name]) for name in names))
        self.blocks[names, level] = Block(names, level, self.size, shape)
        self.size += int(np.prod(shape))

    def place(self, names, level, period, values) -> int | None:
        """The place of one cell; None for a period or value the lattice does not have."""
        block = self.blocks[names, level]
        try:
            at = (self.periods[level].index(period), *(self.at[n][v] for n, v in zip(names, values, strict=True)))
        except (KeyError, ValueError):
            return None
        return block.start + int(np.ravel_multi_index(at, block.shape))

    def plain_only(self) -> np.ndarray:
        """(places,) True where no value of a cell is a predefined group."""
        kept = np.ones(self.size, dtype=bool)
        for block in self.blocks.values():
            places = block.places()
            for axis, name in enumerate(block.names, 1):
                kept[np.take(places, range(len(self.plain[name]), places.shape[axis]), axis=axis)] = False
        return kept

    def sums(self) -> dict[str, Sums]:
        """Every sum there is, by kind: `values`, `groups` and `spans`."""
        return {"values": _joined(self._by_values()), "groups": _joined(self._by_groups()),
                "spans": _joined(self._by_spans())}  # fmt: skip

    def _by_values(self):
        for (names, level), block in self.blocks.items():
            for axis, name in enumerate(names, 1):
                rest = names[: axis - 1] + names[axis:]
                parts = np.take(block.places(), range(len(self.plain[name])), axis=axis)
                yield self.blocks[rest, level].places().ravel(), np.moveaxis(parts, axis, -1)

    def _by_groups(self):
        for block in self.blocks.values():
            for axis, name in enumerate(block.names, 1):
                for code, members in self.groups[name].items():
                    places = np.moveaxis(block.places(), axis, -1)
                    yield places[..., self.at[name][code]].ravel(), places[..., [self.at[name][m] for m in members]]

    def _by_spans(self):
        for (names, level), block in self.blocks.items():
            shorter = SHORTER.get(level)
            if (names, shorter) not in self.blocks:
                continue
            parts = self.blocks[names, shorter].places()
            for at, period in enumerate(self.periods[level]):
                inside = [self.periods[shorter].index(one) for one in self._within(level, period)]
                if len(inside) == self._whole(level):
                    yield block.places()[at].ravel(), np.moveaxis(parts[inside], 0, -1)

    def _whole(self, level: str) -> int:
        return {"quarter": 3, "year": 4, "rolling": 12, "all": len(self.periods["year"])}[level]

    def _within(self, level: str, period: str) -> list[str]:
        if level == "all":
            return list(self.periods["year"])
        if level == "rolling":
            months = [label("month", add_months(span_of(period)[0], -back)) for back in range(12)]
            return [one for one in months if one in self.periods["month"]]
        first, last = span_of(period)
        return [one for one in self.periods[SHORTER[level]] if first <= span_of(one)[0] <= last]


def _joined(pairs) -> Sums:
    totals, rows, parts, count = [], [], [], 0
    for total, part in pairs:
        totals.append(total)
        parts.append(part.ravel())
        rows.append(np.repeat(np.arange(count, count + len(total)), part.shape[-1]))
        count += len(total)
    return Sums(*(np.concatenate(one) if one else np.zeros(0, dtype=int) for one in (totals, rows, parts)))


def all_sums(sums: dict[str, Sums]) -> Sums:
    """The sums of every kind as one."""
    shift, rows = 0, []
    for one in sums.values():
        rows.append(one.rows + shift)
        shift += len(one.totals)
    return Sums(np.concatenate([one.totals for one in sums.values()]), np.concatenate(rows),
                np.concatenate([one.parts for one in sums.values()]))  # fmt: skip
