"""Days to a decision from counts by whole day, requests still open counted as open: dropping them makes the
share that took over 30 days 12 points too low.

Time runs in whole days from receipt; day 0 (decided the same day) is real. A request still open is at risk on
the last day it was seen. Counts add over cells, so a curve of a whole is the curve of its added counts.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from metrics.intervals import normal_quantile

ROUNDING = 1e-9  # a product that ought to be exactly a half may fall this much short of it


class Point(NamedTuple):
    """A curve on given days; arrays of the shape of those days, nan beyond the days followed."""

    value: np.ndarray
    standard_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class Quantile(NamedTuple):
    """A number of whole days with its limits; None where it was not reached."""

    value: int | None
    lower: int | None
    upper: int | None


@dataclass(frozen=True)
class Curve:
    """A share by day: still undecided (`falling`), or ended with one outcome. Arrays are (days,)."""

    day: np.ndarray  # days with a count, rising
    at_risk: np.ndarray  # requests undecided and still followed at the start of the day
    value: np.ndarray
    standard_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    falling: bool = True
    settled: bool = field(default=False)  # nobody was left undecided, so the last value holds for ever

    def at(self, days) -> Point:
        """The curve on days (a number or an array). Beyond the last day followed it is nan: nothing is known."""
        days = np.asarray(days, dtype=float)
        place = np.searchsorted(self.day, days, side="right")
        known = (days <= self.day[-1]) | self.settled if self.day.size else np.zeros(days.shape, dtype=bool)
        start = 1.0 if self.falling else 0.0
        columns = zip(
            (self.value, self.standard_error, self.lower, self.upper), (start, 0.0, start, start), strict=True
        )
        return Point(*(np.where(known, np.r_[first, column][place], np.nan) for column, first in columns))

    def quantile(self, q) -> Quantile:
        """The first day on which at most 1 - q are undecided (or at least q have the outcome), with its limits.

        The limits are those of the curve, turned round (Brookmeyer and Crowley 1982): the first days on which
        its lower and its upper limit get there. Raises ValueError unless 0 < q < 1.
        """
        if not 0 < q < 1:
            raise ValueError(f"a quantile lies between 0 and 1, not {q}")
        if self.falling:
            return Quantile(
                *(self._first(column <= 1 - q + ROUNDING) for column in (self.value, self.lower, self.upper))
            )
        return Quantile(*(self._first(column >= q - ROUNDING) for column in (self.value, self.upper, self.lower)))

    def _first(self, reached):
        return int(self.day[np.argmax(reached)]) if reached.any() else None


def kaplan_meier(day, decided, still_open, confidence=0.95) -> Curve:
    """Share still undecided by day, from counts by day.

    n_t = Σ_{s≥t}(d_s + c_s); S = Π(1 - d/n); g = Σ d/(n(n-d)); standard error S√g; limits S^exp(∓z√g/ln S).
    day, decided, still_open: (days,), whole days from 0 in any order, counts decided and last seen open on
    each; equal days are added. While nothing is decided the limits are the value, 1; once all are decided
    the value and lower limit are 0 and the upper limit stays where it was.
    Raises ValueError for a negative day or count, or arrays of different lengths.
    Source: Kaplan and Meier 1958; Greenwood 1926; R survival's survfit(conf.type = "log-log").
    """
    day, (decided,), still_open = _by_day(day, [decided], still_open)
    at_risk = _at_risk(decided + still_open)
    value, greenwood = _undecided(decided, at_risk)
    error = value * np.sqrt(np.where(value > 0, greenwood, 0.0))
    lower, upper = _log_log(value, error, confidence)
    if value.size and value[-1] == 0:
        upper[value == 0] = upper[value > 0][-1] if (value > 0).any() else 1.0
    return Curve(day, at_risk, value, error, lower, upper, True, bool(value.size and value[-1] == 0))


def aalen_johansen(day, decided_by_outcome, still_open, confidence=0.95) -> dict[str, Curve]:
    """Share ended with each outcome by day, the others competing: {outcome: Curve}, from counts by day.

    F_k = Σ S(s-) d_k/n; variance Σ(F_t - F_s)² d/(n(n-d)) + ΣS(s-)² d_k(n - d_k)/n³ - 2Σ(F_t - F_s) S(s-) d_k/n²;
    limits F^exp(±z SE/(F ln F)). The shares of all outcomes and the share undecided add to 1.
    day, still_open: as in `kaplan_meier`; decided_by_outcome: {outcome: counts (days,)}. A share of 0 or 1 has
    limits equal to itself: show the base beside it. Raises as `kaplan_meier` does.
    Source: Aalen and Johansen 1978; the variance is that of R survival's multi-state survfit.
    """
    day, counts, still_open = _by_day(day, decided_by_outcome.values(), still_open)
    decided = np.sum(counts, axis=0) if counts else np.zeros(day.size)
    at_risk = _at_risk(decided + still_open)
    value, _ = _undecided(decided, at_risk)
    before = np.r_[1.0, value[:-1]][: value.size]
    settled = bool(value.size and value[-1] == 0)
    curves = {}
    for outcome, count in zip(decided_by_outcome, counts, strict=True):
        share = np.cumsum(before * count / at_risk)
        error = _incidence_error(share, before, count, decided, at_risk)
        lower, upper = _log_log(share, error, confidence)
        curves[outcome] = Curve(day, at_risk, share, error, lower, upper, False, settled)
    return curves


def _by_day(day, counts, still_open):
    """Days in order, each once, up to the last with a count; counts of decisions and of open requests on them."""
    day = np.asarray(day)
    columns = [np.asarray(column, dtype=float) for column in (*counts, still_open)]
    if day.ndim != 1 or any(column.shape != day.shape for column in columns):
        raise ValueError("days and counts are one row of numbers each, of the same length")
    if np.any(day != np.floor(day)) or np.any(day < 0) or any(np.any(column < 0) for column in columns):
        raise ValueError("days are whole and, like counts, at least 0")
    days, place = np.unique(day[np.sum(columns, axis=0) > 0].astype(int), return_inverse=True)
    used = np.sum(columns, axis=0) > 0
    *decided, still_open = (np.bincount(place, column[used], minlength=days.size) for column in columns)
    return days, decided, still_open


def _at_risk(leaving):
    return np.cumsum(leaving[::-1])[::-1]


def _undecided(decided, at_risk):
    """Kaplan-Meier's share and Greenwood's sum, inf once all are decided."""
    with np.errstate(divide="ignore"):
        return np.cumprod(1 - decided / at_risk), np.cumsum(decided / (at_risk * (at_risk - decided)))


def _incidence_error(share, before, count, decided, at_risk):
    """Standard error of an Aalen-Johansen share on each day."""
    left = at_risk - decided
    greenwood = np.divide(decided, at_risk * left, out=np.zeros(left.shape), where=left > 0)  # F_t - F_s is 0 there
    gap = np.tril(share[:, None] - share[None, :])
    own = np.cumsum(before**2 * count * (at_risk - count) / at_risk**3)
    variance = gap**2 @ greenwood + own - 2 * gap @ (before * count / at_risk**2)
    return np.sqrt(np.maximum(variance, 0))


def _log_log(value, error, confidence):
    """value^exp(∓z error/(value ln value)), smaller first; the value itself at 0 and 1."""
    inner = (value > 0) & (value < 1)
    share, spread = np.where(inner, value, 0.5), np.where(inner, error, 0.0)
    power = normal_quantile(confidence) * spread / (share * np.abs(np.log(share)))
    return np.where(inner, share ** np.exp(power), value), np.where(inner, share ** np.exp(-power), value)
