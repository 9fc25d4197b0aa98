"""Kinds 1 to 6: what is worked out of a few published tables by subtracting, adding and averaging.

Each takes the intruder, the sums of the lattice, and the truth for scoring, and gives Tries.
"""

import numpy as np

from dashboard.attack.intruder import COUNTS
from dashboard.attack.lattice import Lattice, Sums
from dashboard.attack.score import Tries, joined
from metrics.disclosure import BODIES, COUNT_BASE, RATE_BASE, UNDER

MIDDLE = 4.5  # of a count that is published as under ten


def nested(said, truth, pairs, eligible) -> Tries:
    """1. Two filters that differ by little: a cell less the same cell with one more filter.

    pairs: the places of wider and of narrower cells; eligible: (places,) True where the rules on bodies and least
    counts let a count be shown, so that what the rule on what is left withholds is a target too (and found nan).
    """
    wider, narrower = (one[eligible[pairs[0]] & eligible[pairs[1]]] for one in pairs)
    found = np.where((said[wider] >= 0) & (said[narrower] >= 0), said[wider] - said[narrower], np.nan)
    return Tries(truth[wider] - truth[narrower], found)


def wider_and_narrower(lattice: Lattice, sums: dict[str, Sums]):
    """Every cell beside each cell it is a part of: one filter less, a group, a longer span."""
    pairs = [(one.totals[one.rows], one.parts) for one in sums.values()]
    for (names, level), block in lattice.blocks.items():
        for axis, name in enumerate(names, 1):
            whole = lattice.blocks[names[: axis - 1] + names[axis:], level].places().ravel()
            for code in lattice.groups[name]:
                pairs.append((whole, np.take(block.places(), lattice.at[name][code], axis=axis).ravel()))
    return tuple(np.concatenate(one) for one in zip(*pairs, strict=True))


def eligible(said, truth, count: str) -> np.ndarray:
    """(places,) True where a count of ten or more comes from enough bodies, and its cell is not hidden for them."""
    shown = (said[count] >= 0) | (truth["bodies"] >= BODIES)
    return shown & (truth[count] >= COUNT_BASE) & (truth["received"] >= RATE_BASE if count == "refused" else True)


def left_over(said, truth, sums: Sums, few_bodies=None) -> Tries:
    """2 and 6. Totals less what is visible, where one part that is not nothing is missing.

    few_bodies: (places,) True for cells from too few bodies; only totals whose missing part is one of them are tried.
    The intruder is even told which parts are nothing.
    """
    missing = (said[sums.parts] < 0) & (truth[sums.parts] != 0)
    count = np.bincount(sums.rows, weights=missing, minlength=len(sums.totals))
    visible = np.bincount(sums.rows, weights=np.maximum(said[sums.parts], 0), minlength=len(sums.totals))
    lone = missing & (count[sums.rows] == 1) & (said[sums.totals[sums.rows]] >= 0)
    if few_bodies is not None:
        lone &= few_bodies[sums.parts]
    rows, parts = sums.rows[lone], sums.parts[lone]
    return Tries(truth[parts], said[sums.totals[rows]] - visible[rows])


def splits(said, truth, sums: Sums, most: int | None = None, seed: int = 1) -> Tries:
    """4 and 5. A small count from the sums of its breakdowns: the mean of `most` of them, drawn once, or of all.

    A part that is kept back counts as the middle of what it may be when it is said to be under ten, else as nothing.
    """
    worth = np.where(said >= 0, said, np.where(said == UNDER, MIDDLE, 0.0))
    of_rows = np.bincount(sums.rows, weights=worth[sums.parts], minlength=len(sums.totals))
    told = np.bincount(sums.rows, weights=worth[sums.parts] > 0, minlength=len(sums.totals)) > 0
    targets = (said[sums.totals] < 0) & (truth[sums.totals] > 0) & told
    totals, found = sums.totals[targets], of_rows[targets]
    order = np.lexsort((np.random.default_rng(seed).random(len(totals)), totals))
    totals, found = totals[order], found[order]
    first = np.flatnonzero(np.diff(totals, prepend=-1))
    nth = np.arange(len(totals)) - np.repeat(first, np.diff([*first, len(totals)]))
    kept = nth < (most or len(totals))
    places, at = np.unique(totals[kept], return_inverse=True)
    mean = np.bincount(at, weights=found[kept]) / np.bincount(at) if len(places) else np.zeros(0)
    return Tries(truth[places], mean)


def few(truth) -> np.ndarray:
    """(places,) True for cells that come from fewer bodies than may be shown."""
    return (truth["bodies"] > 0) & (truth["bodies"] < BODIES)


def both(kind, said, truth, *more, **named) -> Tries:
    """A kind tried on requests and on refusals."""
    return joined(kind(said[count], truth[count], *more, **named) for count in COUNTS)


def one_measure_less_another(said, truth) -> Tries:
    """1 again, by measures: decisions less decisions to share are refusals, where these are under ten."""
    kept = (said["refused"] < 0) & (said["decided"] >= 0) & (truth["refused"] > 0)
    shown = kept & (said["shared"] >= 0)
    return Tries(truth["refused"][kept], np.where(shown, said["decided"] - said["shared"], np.nan)[kept])
