"""What is known for certain: the least and the most each count can be, by the published numbers and the public rules.

Noise moves a count by so much at most, never below nothing and never away from nothing; a mark or an absence
says that a published count is under ten; parts make up their total. Limits are handed from totals to parts and back
until none moves. Spans add up only as far as returns fit them, so a total may be more than its shorter spans.
"""

import numpy as np

from dashboard.attack.intruder import COUNTS, LEFT_OUT
from dashboard.attack.lattice import Lattice, Sums
from etl.publishing.cells import LISTED_WHEN_HIDDEN
from metrics.disclosure import LARGEST_NOISE, MANY, NEARLY_ALL, SMALL, UNDER, noise_on

MOST = float(2**40)
ROUNDS = 60


def limits(lattice: Lattice, sums: dict[str, Sums], said: dict) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """{count: (least, most)}, (places,) each, for requests and refusals together."""
    largest = {count: _largest(lattice, said[count]) for count in COUNTS}
    found = {count: _of_noise(said[count], largest[count]) for count in COUNTS}
    _, most = found["received"]
    told = said["received"]
    under = told == UNDER
    for block in lattice.blocks.values():
        if len(block.names) <= LISTED_WHEN_HIDDEN:
            places = block.places().ravel()
            under[places] |= told[places] == LEFT_OUT
    most[under] = SMALL - 1 + largest["received"][under]
    # Nearly all of what is received, or of what is decided, which is not read everywhere: then at least SMALL.
    nearly = said["refused"] == NEARLY_ALL
    least = np.where(said["decided"] >= 0, np.minimum(told, said["decided"]) - SMALL + 1, SMALL) - largest["refused"]
    found["refused"][0][nearly] = np.maximum(least[nearly], 0)
    for _ in range(ROUNDS):
        before = {count: (low.copy(), high.copy()) for count, (low, high) in found.items()}
        for low, high in found.values():
            for kind, one in sums.items():
                _hand_on(one, low, high, whole=kind != "spans")
        np.maximum(found["received"][0], found["refused"][0], out=found["received"][0])
        np.minimum(found["refused"][1], found["received"][1], out=found["refused"][1])
        if all(np.array_equal(before[count][side], found[count][side]) for count in found for side in (0, 1)):
            break
    return found


def _largest(lattice: Lattice, told) -> np.ndarray:
    """(places,) the largest noise there can be on what is told. Nearly all of a base may be many."""
    largest = np.zeros(lattice.size)
    for block in lattice.blocks.values():
        places = block.places().ravel()
        few, many = (noise_on(count, len(block.names)).largest for count in (0, MANY))
        may_be_many = (told[places] >= MANY - LARGEST_NOISE) | (told[places] == NEARLY_ALL)
        largest[places] = np.where(may_be_many, many, few)
    return largest


def _of_noise(told, largest) -> tuple[np.ndarray, np.ndarray]:
    shown = told >= 0
    least = np.where(shown, np.maximum(told - largest, np.minimum(told, 1)), 0.0)
    most = np.where(shown, told + largest, np.where(told == UNDER, SMALL - 1 + largest, MOST))
    return least.astype(float), most.astype(float)


def _hand_on(sums: Sums, least, most, whole: bool) -> None:
    """Tighten the limits of totals by their parts' and of parts by their totals', in place."""
    low, high = (np.bincount(sums.rows, weights=one[sums.parts], minlength=len(sums.totals)) for one in (least, most))
    old_least, old_most = least.copy(), most.copy()
    np.maximum.at(least, sums.totals, low)
    np.minimum.at(most, sums.parts, (old_most[sums.totals] - low)[sums.rows] + old_least[sums.parts])
    if whole:
        np.minimum.at(most, sums.totals, high)
        np.maximum.at(least, sums.parts, (old_least[sums.totals] - high)[sums.rows] + old_most[sums.parts])


def certain(limits, truth) -> dict:
    """Confidential counts that are known exactly, wrong limits (there must be none), and the narrowest that is left."""
    targets = known = wrong = 0
    narrowest = MOST
    for count, (least, most) in limits.items():
        kept = truth[count] > 0
        width = most[kept] - least[kept]
        targets += int(kept.sum())
        known += int((width < 1).sum())
        wrong += int(((truth[count][kept] < least[kept]) | (truth[count][kept] > most[kept])).sum())
        narrowest = min(narrowest, float(width.min(initial=MOST)))
    return {"targets": targets, "known": known, "wrong": wrong, "narrowest": int(narrowest)}
