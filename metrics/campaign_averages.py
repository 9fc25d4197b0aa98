"""Group-time effects drawn together: by time since the start, by cohort, over all; and trends apart beforehand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from metrics import cohort_sums

FEWEST_BODIES = 10  # in each cohort and among the controls: below, intervals cover too little


class Row(NamedTuple):
    """ATT(g, t): the effect on one cohort at one time."""

    cohort: int
    time: int
    effect: float
    standard_error: float
    controls: int  # bodies compared with


class Average(NamedTuple):
    """Effects averaged with the bodies of each cohort as weights; `over` is an event time, a cohort, or "all"."""

    over: object
    effect: float
    standard_error: float
    lower: float
    upper: float
    df: int


class PreTrend(NamedTuple):
    """Were cohort and controls already drawing apart? Small p: the campaign's date may follow its effect."""

    slope: float  # of cohort less controls, a period
    slope_standard_error: float
    slope_p: float  # t test: the one to heed, many short steps one way add up in it
    wald: float  # all steps before the start together, chi-square on `restrictions`: too ready with few bodies
    restrictions: int
    wald_p: float  # nan where the bodies are too few for so many steps


@dataclass(frozen=True)
class GroupTime:
    """Rows of `group_time` (iterate, index, len) and what is drawn from them."""

    rows: tuple[Row, ...]
    bodies: dict  # {cohort: bodies}, 0 the never reached
    anticipation: float
    _cells: list
    _loads: cohort_sums.Loads
    _n: np.ndarray
    _about_mean: np.ndarray

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, place):
        return self.rows[place]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def enough(self) -> bool:
        """Whether every cohort and every set of controls has the bodies its interval needs."""
        sizes = [self.bodies[row.cohort] for row in self.rows] + [row.controls for row in self.rows]
        return bool(sizes) and min(sizes) >= FEWEST_BODIES

    def overall(self, confidence=0.95) -> Average:
        """All effects from the start on, weighted by bodies. ValueError where there are none."""
        return self._average("all", [i for i, row in enumerate(self.rows) if row.time >= row.cohort], confidence)

    def event_time(self, balance=None, confidence=0.95) -> list[Average]:
        """By time since the start, the times before it too (there a step from one time to the next).

        balance: keep only cohorts followed that long, and times since the start up to it, so that the cohorts
        averaged are the same throughout from the start on.
        """
        last = max((row.time for row in self.rows), default=0)
        places = {}
        for i, row in enumerate(self.rows):
            since = row.time - row.cohort
            if balance is None or (last - row.cohort >= balance and since <= balance):
                places.setdefault(since, []).append(i)
        return [self._average(since, places[since], confidence) for since in sorted(places)]

    def cohorts(self, confidence=0.95) -> list[Average]:
        """By cohort, its effects from the start on."""
        places = {}
        for i, row in enumerate(self.rows):
            if row.time >= row.cohort:
                places.setdefault(row.cohort, []).append(i)
        return [self._average(cohort, places[cohort], confidence) for cohort in sorted(places)]

    def pre_trend(self) -> PreTrend:
        """Trends apart before the start: the slope by least squares, and all steps together (Wald).

        A cohort's m steps δ_j give the slope Σ j(m+1-j) δ_j / Σ j(m+1-j); cohorts are averaged with weights
        bodies x m(m+1)(m+2). ValueError where no cohort has a step before its start.
        """
        from scipy.special import chdtrc, stdtr

        before = [i for i, row in enumerate(self.rows) if row.time < row.cohort - self.anticipation]
        if not before:
            raise ValueError("no cohort was seen for two periods before its start")
        weights = np.zeros(len(before))
        for cohort in {self.rows[i].cohort for i in before}:
            own = [place for place, i in enumerate(before) if self.rows[i].cohort == cohort]
            j = np.arange(1, len(own) + 1)
            weights[own] = j * (len(own) + 1 - j) * self.bodies[cohort]
        effects, steps = self._effects()[before], self._taken(before)
        slope = weights @ effects / weights.sum()
        error = self._error(steps.combined(weights / weights.sum()))
        slope_p = 2 * float(stdtr(self._df(before), -abs(slope) / error)) if error > 0 else float("nan")
        covariance, wald = steps.covariance(self._n, self._about_mean), float("nan")
        if np.linalg.cond(covariance) < 1e12:
            wald = float(effects @ np.linalg.solve(covariance, effects))
        return PreTrend(float(slope), error, slope_p, wald, len(before), float(chdtrc(len(before), wald)))

    def _average(self, over, places, confidence):
        from scipy.special import stdtrit

        if not places:
            raise ValueError("no cohort was seen after its start with anyone to compare it with")
        cohort = [self._cells[i].cohort for i in places]
        size = self._n[cohort]
        effects = self._effects()[places]
        mean = float(size @ effects / size.sum())
        own = np.zeros(len(self._n))  # the weights, too, are estimated from the bodies
        np.add.at(own, cohort, (effects - mean) / size.sum())
        error = self._error(self._taken(places).combined(size / size.sum()).plus(own))
        df = self._df(places)
        reach = float(stdtrit(df, 0.5 + confidence / 2)) * error if df > 0 else float("nan")
        return Average(over, mean, error, mean - reach, mean + reach, df)

    def _effects(self):
        return np.array([row.effect for row in self.rows])

    def _taken(self, places):
        return cohort_sums.Loads(self._loads.slopes[places], self._loads.constants[places])

    def _error(self, one):
        return float(np.sqrt(max(one.covariance(self._n, self._about_mean)[0, 0], 0)))

    def _df(self, places):
        """Bodies of the smallest cohort or set of controls, less one."""
        return int(min(min(self.bodies[self.rows[i].cohort], self.rows[i].controls) for i in places)) - 1
