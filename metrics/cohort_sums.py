"""Group-time effects of a staggered start, worked out from sums over bodies and nothing else.

Every estimate is a sum over bodies of a·(y - ȳ_k) + c, where k is the body's cohort, ȳ_k its mean series, and
a and c are the same for all bodies of k. So the variance of any estimate, and the covariance of any two, is
Σ_k (a'C_k a + n_k c c), with C_k the cohort's products about its mean: sums that add over parts.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

NEVER = 0  # the cohort of bodies that are never reached


@dataclass(frozen=True)
class Sums:
    """Additive sums over a set of bodies: add two sets with +."""

    n: int
    total: np.ndarray  # (times,), Σy
    products: np.ndarray  # (times, times), Σyy'

    def __add__(self, other):
        return Sums(self.n + other.n, self.total + other.total, self.products + other.products)

    @property
    def mean(self):
        return self.total / self.n

    @property
    def about_mean(self):
        return self.products - np.outer(self.total, self.total) / self.n


def of(values) -> Sums:
    """Sums of bodies by times."""
    values = np.asarray(values, dtype=float)
    return Sums(len(values), values.sum(axis=0), values.T @ values)


def by_label(labels, values) -> dict:
    """{label: Sums} of the bodies that carry each label."""
    labels, values = np.asarray(labels), np.asarray(values, dtype=float)
    return {label.item(): of(values[labels == label]) for label in np.unique(labels)}


class Cell(NamedTuple):
    """One cohort at one time: places of the cohort, the time, the base and the controls."""

    cohort: int
    time: int
    base: int
    controls: tuple[int, ...]


def kept(cohorts: dict, times, control):
    """Cohorts that can be used, in order, with the times that can; a cohort beyond the last time is never reached.

    Bodies reached by the first time drop out: nothing was seen of them before. Where nobody is never reached,
    the last cohort is nobody's cohort but a control, and the times from its start on are left out.
    """
    whole = {}
    for start, sums in cohorts.items():
        start = NEVER if start > times[-1] else start
        whole[start] = whole[start] + sums if start in whole else sums
    if NEVER not in whole and whole:
        last = max(whole)
        times = times[times < last]
        if control == "never":
            whole[NEVER] = whole.pop(last)
    first = times[0] if len(times) else np.inf
    starts = sorted(start for start in whole if start == NEVER or start > first)
    return starts, [whole[start] for start in starts], times


def cells(starts, times, control, anticipation) -> list[Cell]:
    """Every cohort at every time but the first that has a base before it and controls."""
    nobody_never = NEVER not in starts
    found = []
    for k, start in enumerate(starts):
        if start == NEVER or (nobody_never and start == starts[-1]):
            continue
        before = int(np.searchsorted(times, start - anticipation)) - 1
        for t in range(1, len(times)):
            base = t - 1 if times[t] < start else before
            limit = times[max(t, base)] + anticipation
            controls = tuple(
                j
                for j, other in enumerate(starts)
                if other == NEVER or (control == "not_yet" and j != k and other > limit)
            )
            if base >= 0 and controls:
                found.append(Cell(k, t, base, controls))
    return found


def value(cell: Cell, n, mean):
    """ATT(g, t): the cohort's mean change from its base less the controls'."""
    change = mean[:, cell.time] - mean[:, cell.base]
    controls = list(cell.controls)
    return change[cell.cohort] - np.average(change[controls], weights=n[controls])


class Loads(NamedTuple):
    """Estimates as sums over bodies: slopes (estimates, cohorts, times) and constants (estimates, cohorts)."""

    slopes: np.ndarray
    constants: np.ndarray

    def combined(self, weights):
        """One estimate, the weighted sum of these."""
        return Loads(np.tensordot(weights, self.slopes, 1)[None], (weights @ self.constants)[None])

    def plus(self, constants):
        return Loads(self.slopes, self.constants + constants)

    def covariance(self, n, about_mean):
        """(estimates, estimates)."""
        spread = np.einsum("ikt,kts,jks->ij", self.slopes, about_mean, self.slopes, optimize=True)
        return spread + (self.constants * n) @ self.constants.T


def loads(found: list[Cell], n, mean) -> Loads:
    slopes, constants = np.zeros((len(found), *mean.shape)), np.zeros((len(found), len(n)))
    for i, cell in enumerate(found):
        controls = list(cell.controls)
        size = n[controls].sum()
        change = mean[controls, cell.time] - mean[controls, cell.base]
        slopes[i, cell.cohort, [cell.time, cell.base]] += (1 / n[cell.cohort], -1 / n[cell.cohort])
        slopes[i, controls, cell.time] -= 1 / size
        slopes[i, controls, cell.base] += 1 / size
        constants[i, controls] = -(change - np.average(change, weights=n[controls])) / size
    return Loads(slopes, constants)
