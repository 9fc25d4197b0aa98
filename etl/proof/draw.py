"""Draws for the proof: monthly counts, bodies and days with a truth that is known exactly, fast enough for thousands.

The planted numbers are those of the scenarios (etl/synthetic/scenarios.py). Verdicts need nothing but monthly
counts, so these are drawn straight: bodies differ, months differ, and the binomial does the rest.
"""

from dataclasses import dataclass

import numpy as np

from etl.synthetic.scenarios import Scenario
from metrics.verdicts import Series

BASE_LOG_ODDS = -1.2  # refusal of 23%
BODIES = 60


@dataclass(frozen=True)
class Drawn:
    """A series and its truth: the mean change of the first mature year, as a fraction, and the planted log-odds."""

    series: Series
    truth: float
    level: float
    slope: float


def months(rng, scenario: Scenario, requests: float | None = None, bodies: int = BODIES) -> Drawn:
    """Monthly events and base of all bodies together. requests: a month, by default those of the scenario."""
    length = 12 * len(scenario.years)
    first = (scenario.code_date.year - scenario.first_year) * 12 + scenario.code_date.month
    requests = requests or scenario.requests / length
    t = np.arange(length)
    months_after = np.maximum(t - first, 0)
    code = np.where(t >= first, scenario.code_level + scenario.code_slope * months_after, 0.0)
    common = scenario.season * np.cos(2 * np.pi * t / 12) + shocks(rng, length, scenario.shock_sd, scenario.shock_rho)
    size = np.exp(0.5 * rng.standard_normal(bodies))
    base = rng.poisson(requests * (size / size.sum())[:, None] * np.ones(length))
    own = BASE_LOG_ODDS + scenario.body_sd * rng.standard_normal(bodies)[:, None] + common
    share, without = share_of(own + code), share_of(own)
    events = rng.binomial(base, share)
    weight = np.maximum(base.sum(axis=0), 1)
    change = ((share - without) * base).sum(axis=0) / weight
    series = Series(events.sum(axis=0), base.sum(axis=0), first, 0, None, bodies)
    return Drawn(series, float(change[first : first + 12].mean()), scenario.code_level, scenario.code_slope)


def shocks(rng, length: int, sd: float, rho: float) -> np.ndarray:
    """A month's shock, of this spread, carried over to the next month by rho."""
    noise, level = rng.standard_normal(length) * sd, np.empty(length)
    level[0] = noise[0]
    for i in range(1, length):
        level[i] = rho * level[i - 1] + noise[i] * np.sqrt(1 - rho**2)
    return level


def share_of(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def rates(rng, starts, path, requests=2000, length=16, span=3, trend=None):
    """Rates by body and period of `span` months under a staggered campaign: (bodies, periods).

    starts: (bodies,) period from 1 in which each is reached, 0 = never; path: the effect, as a fraction, in each
    period since; requests: a month, of all bodies; trend: (bodies, periods) log-odds added before any effect.
    """
    starts, n = np.asarray(starts), len(starts)
    times = np.arange(1, length + 1)
    log_odds = -0.6 + 0.3 * rng.standard_normal(n)[:, None] + shocks(rng, length, 0.05, 0.2)
    own = share_of(log_odds + (0 if trend is None else trend))
    since = times[None, :] - starts[:, None]
    reached = (starts[:, None] > 0) & (since >= 0)
    effect = np.where(reached, np.asarray(path)[np.clip(since, 0, len(path) - 1)], 0.0)
    base = np.maximum(rng.poisson(span * requests / n, (n, length)), 5)
    return rng.binomial(base, np.clip(own + effect, 0.0, 1.0)) / base


def days_to_decision(rng, n: int, median=14.0, shape=0.95, never=0.03, least=120, most=400):
    """Counts by day, with open requests censored on a day of their own: (day, decided, still_open)."""
    decided = median * (rng.exponential(size=n) / np.log(2)) ** (1 / shape)
    decided = np.where(rng.random(n) < never, 1e9, np.floor(decided))
    seen = rng.integers(least, most, n)
    is_decided = decided <= seen
    day = np.minimum(decided, seen).astype(int)
    length = most + 1
    count = [np.bincount(day[mask], minlength=length)[:length] for mask in (is_decided, ~is_decided)]
    return np.arange(length), *count


def true_quantile(q: float, median=14.0, shape=0.95, never=0.03) -> int:
    """The first whole day on which at least a share q of all requests have been decided, from the formula.

    P(floor(T) <= d) = P(T < d + 1) = 1 - 2^(-((d + 1)/median)^shape) for those that are ever decided.
    """
    day = np.arange(100_000)
    decided = (1 - never) * (1 - 2.0 ** -(((day + 1) / median) ** shape))
    return int(day[np.argmax(decided >= q)])
