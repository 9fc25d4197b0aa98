"""Lines of the proof on campaigns: who was reached, when, and whether they were drawing apart before (S6 to S8)."""

import numpy as np

from etl.proof import draw
from etl.proof.kinds import COVERAGE, Line, Want
from metrics import campaigns

TIMES = np.arange(1, 17)
STAGGERED = np.repeat([0, 7, 9, 11], [30, 10, 10, 10])
THREE_OF_TWELVE = np.repeat([9, 0], [15, 45])  # 12 sectors of 5 bodies, 3 of them reached
SECTORS = np.repeat(np.arange(12), 5)
GROWING = -0.01 * np.arange(1, 17)


def staggered(rng):
    found = campaigns.group_time(STAGGERED, draw.rates(rng, STAGGERED, [-0.08]), TIMES)
    overall = found.overall()
    return {
        "covered": overall.lower <= -0.08 <= overall.upper,
        "bias": overall.effect + 0.08,
        "flagged": found.pre_trend().slope_p < 0.05,
    }


def growing(rng):
    values = draw.rates(rng, STAGGERED, GROWING)
    found = campaigns.group_time(STAGGERED, values, TIMES)
    after = [one for one in found.event_time(balance=5) if one.over >= 0]
    off = max(abs(one.effect - GROWING[one.over]) for one in after)
    overall = found.overall()
    reached = [(start, time) for start in (7, 9, 11) for time in range(start, 17)]
    truth = np.mean([GROWING[time - start] for start, time in reached])
    return {
        "event_bias": float(np.mean([one.effect - GROWING[one.over] for one in after])),
        "furthest": off,
        "covered": overall.lower <= truth <= overall.upper,
        "two_way_bias": two_way(values, STAGGERED) - truth,
    }


def two_way(values, starts) -> float:
    """The two-way fixed effects coefficient, kept here to show that it is wrong where effects grow."""
    treated = ((starts[:, None] > 0) & (starts[:, None] <= TIMES)).astype(float)

    def within(table):
        return table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()

    d = within(treated)
    return float((d * within(values)).sum() / (d * d).sum())


def chosen_by_trend(requests):
    """Ten bodies whose refusals fell by 0.02 log-odds a month for the year before a date without effect, ten others."""

    def once(rng):
        starts, times = np.repeat([13, 0], 10), np.arange(1, 17)
        trend = np.where(starts[:, None] > 0, -0.02 * np.minimum(times, 13), 0.0)
        values = draw.rates(rng, starts, [0.0], requests, span=1, trend=trend)
        return {"flagged": campaigns.group_time(starts, values, times).pre_trend().slope_p < 0.05}

    return once


def three_of_twelve(rng):
    values = draw.rates(rng, THREE_OF_TWELVE, [-0.08])
    overall = campaigns.group_time(THREE_OF_TWELVE, values, TIMES).overall()
    dealt = campaigns.permute(THREE_OF_TWELVE, values, TIMES, SECTORS, most=60, seed=int(rng.integers(2**31)))
    return {
        "covered": overall.lower <= -0.08 <= overall.upper,
        "found": overall.upper < 0 and dealt.p < 0.05,
    }


LINES: dict[str, Line] = {
    "staggered": Line(
        "s6", 1000, staggered,
        {"covered": Want("interval of the overall effect covers -8 points", *COVERAGE),
         "bias": Want("bias of the overall effect", -0.005, 0.005, False),
         "flagged": Want("pre-trend flagged though there is none", 0.0, 0.07)},
    ),
    "three_of_twelve": Line(
        "s6", 200, three_of_twelve,
        {"covered": Want("interval covers -8 points, 3 of 12 sectors reached", *COVERAGE),
         "found": Want("found, and by permutation over sectors too", 0.80, 1.0)},
    ),
    "growing": Line(
        "s7", 200, growing,
        {"event_bias": Want("bias by quarter since the start", -0.005, 0.005, False),
         "covered": Want("interval of the overall effect covers it", *COVERAGE),
         "two_way_bias": Want("bias of two-way fixed effects, which are not used", 0.005, 1.0, False)},
    ),
    "chosen_by_trend": Line(
        "s8", 500, chosen_by_trend(4000),
        {"flagged": Want("pre-trend flagged, 2,000 requests a month in the cohort and in its controls", 0.80, 1.0)},
    ),
    "chosen_by_trend_half": Line(
        "s8", 500, chosen_by_trend(2000),
        {"flagged": Want("pre-trend flagged, 2,000 requests a month in all", 0.80, 1.0)},
    ),
}  # fmt: skip
