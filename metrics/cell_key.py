"""Cell-key noise: a published count moves by a few, always by the same few for the same requests.

Each request carries a key 0-255 drawn once and for ever; a cell's key is their sum modulo 256. Keys and
counts are additive, so a cell made by adding others gets its noise from its own sum, once. The seed of the
table and the keys are secrets of a live service; losing them redraws all noise.
"""

import hashlib
from itertools import combinations

import numpy as np

from metrics.disclosure import noise_on

ROWS, KEYS = 750, 256  # one row a true count from 1; larger counts use the last REPEAT rows again
REPEAT = 250


def maximum_entropy(count, variance, largest):
    """Noise for a true count: (noise, probability), the noise from -min(count, largest) to largest.

    Of all distributions on that support with mean 0 and the variance, the one of greatest entropy:
    p(v) ∝ exp(a v + b v²), with a and b found by Newton's method on the convex dual. No published count is
    negative. A true 0 stays 0. Arrays are (values,). Raises ValueError when no distribution on the support
    has that variance. Source: Marley and Leaver 2011; Giessing 2016 (R package ptable).
    """
    if count == 0:
        return np.zeros(1, dtype=int), np.ones(1)
    noise = np.arange(-min(count, largest), largest + 1)
    if not 0 < variance < -noise[0] * largest:
        raise ValueError(f"no noise from {noise[0]} to {largest} has mean 0 and variance {variance}")
    powers = np.stack([noise, noise**2]).astype(float)
    target, weights = np.array([0.0, variance]), np.zeros(2)
    for _ in range(200):
        chance = _softmax(weights @ powers)
        gap = target - powers @ chance
        if np.abs(gap).max() < 1e-13:
            break
        spread = (powers * chance) @ powers.T - np.outer(powers @ chance, powers @ chance)
        weights = _damped(weights, np.linalg.solve(spread, gap), powers, target)
    return noise, _softmax(weights @ powers)


def _softmax(scores):
    chance = np.exp(scores - scores.max())
    return chance / chance.sum()


def _damped(weights, step, powers, target):
    """A Newton step, halved until the dual falls: far from the answer a whole step may overshoot."""

    def dual(w):
        scores = w @ powers
        return scores.max() + np.log(np.exp(scores - scores.max()).sum()) - w @ target

    size = 1.0
    while dual(weights + size * step) > dual(weights) and size > 1e-6:
        size /= 2
    return weights + size * step


def make_table(seed: bytes, filters: int = 0):
    """The perturbation table for cells of that many filters: int8 (750, 256), row r for the true count r + 1, a column
    a cell key.

    Each row holds the maximum-entropy noise of its variance in whole 256ths, dealt to the keys in an order that only
    the seed tells: SHA-256, so that it is the same for ever, on any machine. Tables of one seed share the order: the
    same requests with more filters have more noise of the same sign, so that the two cannot be averaged.
    """
    table = np.empty((ROWS, KEYS), dtype=np.int8)
    dealt = {}
    for row in range(ROWS):
        noise = noise_on(row + 1, filters)
        # From the largest noise on the support, and so the noise of one kind, is the same.
        kind = min(row + 1, noise.largest), noise
        if kind not in dealt:
            dealt[kind] = np.repeat(*_in_whole_keys(*maximum_entropy(kind[0], *noise)))
        table[row, _order(seed, row)] = dealt[kind]
    return table


def _in_whole_keys(noise, chance):
    """Whole numbers of keys adding to 256: each chance rounded down (but to one at least) or up, so that the mean is
    nearest 0, and of the ways to do so the one nearest the chances.
    """
    share = chance * KEYS
    floor = np.maximum(np.floor(share).astype(int), 1)
    gain = 1 - 2 * (share - floor)  # what rounding up instead of down adds to the squared distance

    def misses(raised):
        places = list(raised)
        return abs(noise @ floor + noise[places].sum()), gain[places].sum()

    keys = floor.copy()
    keys[list(min(combinations(range(len(noise)), int(KEYS - floor.sum())), key=misses))] += 1
    return noise, keys


def _order(seed, row):
    """The 256 keys in the order of their hashes."""
    start = hashlib.sha256(seed + row.to_bytes(2, "big"))
    hashes = []
    for key in range(KEYS):
        one = start.copy()
        one.update(bytes([key]))
        hashes.append(one.digest())
    return np.array(sorted(range(KEYS), key=hashes.__getitem__))


def perturb(counts, key_sums, table):
    """Counts as they are published: count + table[row, key sum mod 256], int64 of the shape of counts.

    counts: true counts, whole and 0 or more; key_sums: the sums of their requests' keys, the same shape.
    table: (750, 256); row = the count up to 750, else ((count - 1) mod 250) + 501; rows number from 1.
    A true 0 stays 0. Publish the result: never perturb it again, and make rates from published counts.
    Raises ValueError for a negative count or a table of another shape.
    Source: ONS cell-key-perturbation 3.1.0, which gives the same from the requests themselves.
    """
    counts, key_sums, table = np.asarray(counts, dtype=np.int64), np.asarray(key_sums), np.asarray(table)
    if table.shape != (ROWS, KEYS):
        raise ValueError(f"the table has {ROWS} rows and {KEYS} keys, not {table.shape}")
    if np.any(counts < 0):
        raise ValueError("a count cannot be negative")
    row = np.where(counts <= ROWS, counts, (counts - 1) % REPEAT + ROWS - REPEAT + 1)
    noise = table[np.maximum(row, 1) - 1, np.mod(key_sums, KEYS).astype(np.int64)].astype(np.int64)
    published = np.where(counts > 0, counts + noise, 0)
    return int(published) if published.ndim == 0 else published
