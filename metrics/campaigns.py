"""Did practice change more where a campaign had come than where it had not yet: staggered difference in differences.

Campaigns come to sectors, and to the keenest first. So beside the averages over bodies stand a permutation of
the dates over sectors, the result without each sector in turn, and a test for trends apart beforehand. Two-way
fixed effects are not used: they take bodies already reached as controls. The words are "consistent with".
"""

from itertools import islice
from math import factorial, log, prod, sqrt
from typing import NamedTuple

import numpy as np

from metrics import cohort_sums
from metrics.campaign_averages import GroupTime, Row


class Permutation(NamedTuple):
    """The overall effect among those of the same dates dealt otherwise to the sectors."""

    effect: float
    effects: np.ndarray  # of every deal, the real one first
    p: float  # share of deals with an effect at least as far from 0
    smallest_p: float  # what p would be were the real deal the furthest
    rank: int  # place of the real deal, 1 the furthest from 0
    exact: bool  # all deals, or a sample of them


class TwoByTwo(NamedTuple):
    risk_difference: float
    risk_difference_se: float
    log_odds: float
    log_odds_se: float


def group_time(first_treated, values, times, control="not_yet", anticipation=0) -> GroupTime:
    """Group-time average effects of a campaign that came to some bodies earlier than to others.

    ATT(g, t) = [Ȳ_g,t - Ȳ_g,b] - [the same of the controls]; b is the last time before g (less anticipation)
    for t from g on, the time before t for earlier t. Standard error √(Var_g/n_g + Var_c/n_c), divisor n.
    first_treated: (bodies,), the time from which a body was reached, 0 = never; values: (bodies, times), a
    rate a body and time, without gaps (pool bodies under 5 requests first); times: (times,), rising numbers.
    control: "not_yet" takes bodies never or not yet reached at t, "never" the never reached alone.
    Bodies reached by the first time are left out; where none is never reached, the last cohort is control.
    Raises ValueError for gaps, shapes that do not fit, or another control.
    Source: Callaway and Sant'Anna 2021; R did 2.5.1 (varying base), which csdid follows.
    """
    first_treated, values = np.asarray(first_treated), np.asarray(values, dtype=float)
    if values.ndim != 2 or first_treated.shape != values.shape[:1] or values.shape[1] != len(times):
        raise ValueError("values are bodies by times, with one start a body")
    if not np.isfinite(values).all():
        raise ValueError("every body needs a value at every time: pool small bodies, or leave out broken series")
    return group_time_from_sums(cohort_sums.by_label(first_treated, values), times, control, anticipation)


def group_time_from_sums(cohorts, times, control="not_yet", anticipation=0) -> GroupTime:
    """The same from {first treated: cohort_sums.Sums}, the additive sums Σy and Σyy' over bodies."""
    if control not in ("not_yet", "never"):
        raise ValueError(f'controls are "not_yet" or "never", not {control!r}')
    times = np.asarray(times)
    if np.any(np.diff(times) <= 0):
        raise ValueError("times rise")
    starts, sums, used = cohort_sums.kept(cohorts, times, control)
    span = np.searchsorted(times, used)
    n = np.array([part.n for part in sums], dtype=float)
    mean = np.array([part.mean[span] for part in sums]).reshape(len(sums), len(span))
    about = np.array([part.about_mean[np.ix_(span, span)] for part in sums]).reshape(len(sums), len(span), len(span))
    found = cohort_sums.cells(starts, used, control, anticipation)
    loads = cohort_sums.loads(found, n, mean)
    rows = []
    for cell, slopes, constants in zip(found, *loads, strict=True):
        variance = cohort_sums.Loads(slopes[None], constants[None]).covariance(n, about)[0, 0]
        effect, size = float(cohort_sums.value(cell, n, mean)), int(n[list(cell.controls)].sum())
        rows.append(Row(starts[cell.cohort], used[cell.time].item(), effect, sqrt(max(variance, 0)), size))
    bodies = {start: part.n for start, part in zip(starts, sums, strict=True)}
    return GroupTime(tuple(rows), bodies, anticipation, found, loads, n, about)


def permute(first_treated, values, times, sectors, control="not_yet", most=5000, seed=0) -> Permutation:
    """The overall effect against the same dates dealt to the sectors in every other way.

    sectors: (bodies,) labels; all bodies of a sector start together. Beyond `most` deals that many are drawn,
    by `seed`. One sector reached among S can do no better than p = 1/S: give its rank, and that.
    Raises ValueError where a sector has two dates, or the real deal has no effect to compare.
    """
    dates, sums = _by_sector(first_treated, values, sectors)
    deals = prod(range(1, len(dates) + 1)) // prod(factorial(dates.count(date)) for date in set(dates))
    exact = deals <= most
    others = _deals(sorted(dates)) if exact else _drawn(dates, np.random.default_rng(seed), most)
    real = _overall(dates, sums, times, control)
    if np.isnan(real):
        raise ValueError("no cohort was seen after its start with anyone to compare it with")
    effects = [_overall(deal, sums, times, control) for deal in others if not exact or list(deal) != dates]
    effects = np.array([real, *(effect for effect in effects if not np.isnan(effect))])
    further = int((np.abs(effects) >= abs(real) - 1e-12).sum())
    beyond = int((np.abs(effects) > abs(real) + 1e-12).sum())
    return Permutation(real, effects, further / len(effects), 1 / len(effects), 1 + beyond, exact)


def leave_one_out(first_treated, values, times, sectors, control="not_yet") -> dict:
    """{sector: overall effect without it}, None where nothing is then left to compare."""
    dates, sums = _by_sector(first_treated, values, sectors)
    labels = sorted(set(np.asarray(sectors).tolist()))
    result = {}
    for left, label in enumerate(labels):
        rest = [(date, part) for i, (date, part) in enumerate(zip(dates, sums, strict=True)) if i != left]
        try:
            result[label] = group_time_from_sums(_cohorts(rest), times, control).overall()
        except ValueError:
            result[label] = None
    return result


def two_by_two(treated_before, treated_after, control_before, control_after) -> TwoByTwo:
    """Two groups, two periods, from (events, n) pairs: the change of the treated less that of the controls.

    Risk difference of shares, standard error √Σp(1-p)/n; difference of log-odds, standard error
    √Σ(1/x + 1/(n-x)), both nan where a cell has no events or nothing else.
    Raises ValueError for a base of 0 or events beyond it.
    """
    pairs = (treated_after, treated_before, control_after, control_before)
    if any(n <= 0 or not 0 <= x <= n for x, n in pairs):
        raise ValueError("each pair is events and a base above 0 that holds them")
    signs, shares = (1, -1, -1, 1), [x / n for x, n in pairs]
    difference = sum(sign * p for sign, p in zip(signs, shares, strict=True))
    error = sqrt(sum(p * (1 - p) / n for p, (_, n) in zip(shares, pairs, strict=True)))
    if any(x in (0, n) for x, n in pairs):
        return TwoByTwo(difference, error, float("nan"), float("nan"))
    odds = sum(sign * log(x / (n - x)) for sign, (x, n) in zip(signs, pairs, strict=True))
    return TwoByTwo(difference, error, odds, sqrt(sum(1 / x + 1 / (n - x) for x, n in pairs)))


def _by_sector(first_treated, values, sectors):
    """Each sector's date and sums, sectors in order."""
    first_treated, sectors = np.asarray(first_treated), np.asarray(sectors)
    dates = []
    for label in np.unique(sectors):
        own = set(first_treated[sectors == label].tolist())
        if len(own) > 1:
            raise ValueError(f"sector {label} starts at more than one time: {sorted(own)}")
        dates.append(own.pop())
    return dates, list(cohort_sums.by_label(sectors, values).values())


def _cohorts(pairs):
    """{date: sums of its sectors}."""
    cohorts = {}
    for date, part in pairs:
        cohorts[date] = cohorts[date] + part if date in cohorts else part
    return cohorts


def _overall(dates, sums, times, control):
    """The overall effect of a deal of dates, without its error; nan where there is none."""
    starts, parts, used = cohort_sums.kept(_cohorts(zip(dates, sums, strict=True)), np.asarray(times), control)
    n, mean = np.array([part.n for part in parts], dtype=float), np.array([part.mean for part in parts])
    after = [cell for cell in cohort_sums.cells(starts, used, control, 0) if used[cell.time] >= starts[cell.cohort]]
    if not after:
        return float("nan")
    return float(np.average([cohort_sums.value(cell, n, mean) for cell in after], weights=n[[c.cohort for c in after]]))


def _deals(dates):
    """Every different order of a sorted list, with repeats counted once."""
    if not dates:
        yield []
    for date in sorted(set(dates)):
        rest = list(dates)
        rest.remove(date)
        for tail in _deals(rest):
            yield [date, *tail]


def _drawn(dates, draw, most):
    """Orders drawn at random, the real one being the first of `most`."""
    return islice(iter(lambda: draw.permutation(dates).tolist(), None), most - 1)
