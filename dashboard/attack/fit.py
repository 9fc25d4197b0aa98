"""Least squares over everything: the counts that fit every published number, and every sum there is, best.

Every cell of the list is an unknown, shown or not. Each published count is a measurement of it, each mark a vaguer one,
and every sum an equation; all are solved at once (scipy's lsqr, sparse, a million unknowns). What nothing is said of
starts alike everywhere, or from a prediction: what a cell would hold if filters had nothing to do with each other.
"""

from typing import NamedTuple

import numpy as np

from dashboard.attack.lattice import Lattice, Sums
from dashboard.attack.score import Tries
from metrics.disclosure import MANY, NEARLY_ALL, SMALL, UNDER, noise_on

MIDDLE = (SMALL - 1) / 2
# What an intruder allows for beside the noise, as standard deviations: a count said to be 0 to 9, and sums (they hold).
RANGE, EXACT = 2.9, 0.3
# A count of which nothing is said, when nothing is known of it.
UNSAID, UNSAID_SPREAD = 3.0, 6.0
ROUNDS = 100


class Start(NamedTuple):
    """Where the fit starts from: counts and their standard deviations, both (places,)."""

    counts: np.ndarray
    spread: np.ndarray


def of_noise(lattice: Lattice, said) -> np.ndarray:
    """(places,) the standard deviation of the noise on each published count."""
    variances = np.zeros(lattice.size)
    for block in lattice.blocks.values():
        places = block.places().ravel()
        few, many = (noise_on(count, len(block.names)).variance for count in (0, MANY))
        variances[places] = np.where(said[places] < MANY, few, many)
    return np.sqrt(variances)


def alike(lattice: Lattice, said, base) -> Start:
    """The same for every count of which the same is said. base: (places,) published counts that marks speak of."""
    counts = np.where(said >= 0, said, np.where(said == UNDER, MIDDLE, UNSAID)).astype(float)
    nearly = said == NEARLY_ALL
    counts[nearly] = np.maximum(base[nearly] - MIDDLE, 0)
    told = np.where((said == UNDER) | nearly, RANGE, UNSAID_SPREAD)
    return Start(counts, np.where(said >= 0, of_noise(lattice, said), told))


def predicted(lattice: Lattice, said, base) -> Start:
    """A count of which no number is said, from the wider cells': their product over what is common to them."""
    counts = np.where(said >= 0, said, np.where(said == UNDER, MIDDLE, 0.0)).astype(float)
    for (names, level), block in lattice.blocks.items():
        if len(names) >= 2:
            wider = [counts[lattice.blocks[one, level].places()] for one in (names[1:], names[:-1])]
            common = counts[lattice.blocks[names[1:-1], level].places()][:, None, ..., None]
            made = np.expand_dims(wider[0], 1) * np.expand_dims(wider[1], -1) / np.maximum(common, 1)
            told = said[block.places()]
            made = np.where(told == UNDER, np.minimum(made, SMALL - 1), made)
            counts[block.places()] = np.where(told >= 0, counts[block.places()], made)
    flat = alike(lattice, said, base)
    nearly, under = said == NEARLY_ALL, said == UNDER
    counts[nearly] = flat.counts[nearly]
    free = np.clip(np.sqrt(counts + 0.05), 0.2, 20)
    spread = np.where((said >= 0) | nearly, flat.spread, np.where(under, np.clip(free, 0.5, RANGE), free))
    return Start(counts, spread)


def solve(sums: Sums, start: Start) -> np.ndarray:
    """(places,) the counts nearest the start, each in units of its spread, that make every sum come right."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import lsqr

    count = len(sums.totals)
    rows, places = np.r_[np.arange(count), sums.rows], np.r_[sums.totals, sums.parts]
    signs = np.r_[-np.ones(count), np.ones(len(sums.parts))] / EXACT
    off = -csr_matrix((signs, (rows, places)), (count, len(start.counts))) @ start.counts
    matrix = csr_matrix((signs * start.spread[places], (rows, places)), (count, len(start.counts)))
    return start.counts + start.spread * lsqr(matrix, off, damp=1.0, iter_lim=ROUNDS)[0]


def tried(said, truth, found) -> Tries:
    """The counts that are not shown as a number, as they were fitted."""
    kept = (said < 0) & (truth > 0)
    return Tries(truth[kept], found[kept])
