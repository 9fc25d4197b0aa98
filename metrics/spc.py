"""XmR charts with the rules of NHS England's Making Data Count. A signal is a prompt to look, never a verdict:
on pure noise 18% of 24-point charts and 44% of 60-point charts show at least one.
"""

from dataclasses import dataclass

import numpy as np

LIMIT = 2.66  # three sigma, in mean moving ranges of two
NEAR = LIMIT * 2 / 3  # two sigma: beyond it a point is in the outer third
SCREEN = 3.267  # a moving range at or over this many means is itself out of control
RUN = 7  # points in a run on one side, or in a trend
FEWEST_POINTS = 12  # below this a phase's limits are not to be drawn: show a run chart

OUTSIDE, TRENDING, TWO_OF_THREE, ONE_SIDE = "outside", "seven trending", "two of three", "seven one side"


@dataclass(frozen=True)
class Phase:
    """A stretch of points with limits of its own."""

    first_point: int  # numbered from 1
    last_point: int
    mean: float
    lower: float  # nan when there is no moving range; not clipped at 0
    upper: float
    event: str | None  # the dated event a rebase names; None for the first phase

    @property
    def enough(self) -> bool:
        """Whether the phase has the points its limits need to be drawn."""
        return self.last_point - self.first_point + 1 >= FEWEST_POINTS


@dataclass(frozen=True)
class Chart:
    phases: tuple[Phase, ...]
    special_cause: tuple[tuple[int, str, str], ...]  # (point from 1, rule, improvement | concern | neither)


def xmr(values, rebase_at=(), baseline=None, screen=True, improvement=-1) -> Chart:
    """XmR chart: mean ± 2.66 mean moving range by phase, and the points that break a rule.

    values: (points,), at least one, no gaps, any unit. rebase_at: numbers from 1 of the points that begin a
    new phase, or a mapping from that number to the event it names: the declared date of a publication, a
    law or a campaign, never a look at the line. baseline: use only the first so many points of each phase
    for its mean and limits. screen: leave out, once, moving ranges of 3.267 times their mean or more.
    improvement: -1 when lower is better, 1 when higher is, 0 when neither (the label is then "neither").

    Rules, one label a point, the first that holds, runs kept within a phase: "outside" a limit; "seven
    trending", strictly rising or falling; "two of three" in the outer third, all three on one side of the
    mean; "seven one side" of the mean (a point on the mean breaks the run). The side decides the label, for
    a trend its direction.
    Raises ValueError for no or unknown values, a rebase outside 2..points, or a baseline under 2.
    Source: NHSRplotthedots 0.2.2 (ptd_spc_standard, ptd_calculate_point_type).
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError("a chart needs at least one value and no gaps")
    if baseline is not None and baseline < 2:
        raise ValueError("a baseline is at least 2 points")
    events = rebase_at if hasattr(rebase_at, "keys") else dict.fromkeys(rebase_at)
    starts = [1, *sorted(events)]
    if len(set(starts)) < len(starts) or not all(1 <= start <= values.size for start in starts):
        raise ValueError(f"a new phase begins at a point from 2 to {values.size}")
    phases, signals = [], []
    for start, end in zip(starts, [*(start - 1 for start in starts[1:]), values.size], strict=True):
        y = values[start - 1 : end]
        mean, moving_range = _centre(y[:baseline], screen)
        reach = LIMIT * moving_range
        phases.append(Phase(start, end, mean, mean - reach, mean + reach, events.get(start)))
        signals += [(start + i, rule, _label(side, improvement)) for i, rule, side in _signals(y, mean, moving_range)]
    return Chart(tuple(phases), tuple(signals))


def _centre(y, screen):
    """Mean and mean moving range; the range is nan for a single point."""
    ranges = np.abs(np.diff(y))
    if not ranges.size:
        return float(y.mean()), float("nan")
    if screen and ranges.any():
        ranges = ranges[ranges < SCREEN * ranges.mean()]
    return float(y.mean()), float(ranges.mean())


def _label(side, improvement):
    return {0: "neither", 1: "improvement", -1: "concern"}[int(np.sign(side * improvement))]


def _signals(y, mean, moving_range):
    """(index, rule, side) of each point of a phase that breaks a rule; side is 1 for up, -1 for down."""
    distance = y - mean
    distance[np.abs(distance) <= 1e-12 * np.abs(y).max()] = 0.0  # a flat line is on its mean, whatever the rounding
    side = np.sign(distance)
    outside = np.abs(distance) > LIMIT * moving_range
    near = (np.abs(distance) > NEAR * moving_range) & ~outside
    step = np.sign(np.diff(y))
    trending = _in_run(step, RUN - 1, points=RUN)
    close = near & _two_of_three(near, side)
    shifted = _in_run(side, RUN, points=RUN)
    found = []
    for i in range(len(y)):
        if outside[i]:
            found.append((i, OUTSIDE, side[i]))
        elif trending[i]:
            onward = i + 1 < len(y) and trending[i + 1]  # where two trends meet, the later one names the point
            found.append((i, TRENDING, step[i] if onward else step[i - 1]))
        elif close[i]:
            found.append((i, TWO_OF_THREE, side[i]))
        elif shifted[i]:
            found.append((i, ONE_SIDE, side[i]))
    return found


def _in_run(signs, length, points):
    """Which points lie in a window of `length` equal signs, none of them 0; a window spans `points` points."""
    inside = np.zeros(len(signs) + points - length, dtype=bool)
    for start in range(len(signs) - length + 1):
        if abs(signs[start : start + length].sum()) == length:
            inside[start : start + points] = True
    return inside


def _two_of_three(near, side):
    """Points of any three in a row on one side of the mean, at least two of which are in the outer third."""
    inside = np.zeros(len(side), dtype=bool)
    for start in range(len(side) - 2):
        window = slice(start, start + 3)
        if near[window].sum() >= 2 and abs(side[window].sum()) == 3:
            inside[window] = True
    return inside
