"""The lines of the proof: what is drawn, what is asked of it, and what must come out. One registry, LINES.

A line has one function of a random generator, which gives the outcomes of one replication by name, and for each
name the range its mean must lie in. Ranges are the targets; how far chance may carry a mean is worked out apart.
"""

import numpy as np

from etl.proof import draw, shown
from etl.proof.kinds import COVERAGE, NULL_RATE, WIDE_COVERAGE, Line, Want
from etl.synthetic.scenarios import SCENARIOS
from metrics import campaigns, funnel, interrupted, standardise, survey, verdicts
from metrics.cell_key import make_table, perturb
from metrics.intervals import clustered
from metrics.time_to_decision import kaplan_meier

CLAIMS = (verdicts.IMPROVING, verdicts.WORSENING)


# --- verdicts on monthly counts --------------------------------------------------------------------------------


def null(name: str, requests=None):
    """One replication of a null series: is a change claimed, at the least worth (none) and at the usual one."""

    def once(rng):
        found = verdicts.judge(draw.months(rng, SCENARIOS[name], requests).series, "down", 0.0)
        claim = found.id in CLAIMS
        return {
            "claim": claim,
            "claim_worth": claim and abs(found.difference) >= 0.03,
            "cannot_tell": found.id == verdicts.CANNOT_TELL,
        }

    return once


def effect(name: str, requests=None):
    """One replication of a planted change: do the intervals cover it, and how far out is the estimate."""

    def once(rng):
        made = draw.months(rng, SCENARIOS[name], requests)
        found = verdicts.judge(made.series, "down", 0.03)
        return {
            "covered": found.lower <= made.truth <= found.upper,
            "confirming_covered": found.confirming[0] <= made.truth <= found.confirming[1],
            "bias": (found.difference - made.truth) / made.truth,
            "wrong": found.id == verdicts.WORSENING,
        }

    return once


def joint(rng):
    """Do level and slope together lie in the 95% ellipse of the main model (bodies alike: log-odds do not mix)."""
    from dataclasses import replace

    from scipy.special import fdtrc

    made = draw.months(rng, replace(SCENARIOS["s2"], body_sd=0.0))
    columns = interrupted.segmented(len(made.series.base), made.series.first_after)
    fit = interrupted.quasi_binomial(made.series.events, made.series.base, columns)
    places = [fit.names.index(name) for name in ("level", "slope")]
    off = fit.coefficients[places] - np.array([made.level, made.slope])
    f = off @ np.linalg.solve(fit.covariance[np.ix_(places, places)], off) / 2
    return {"covered": fdtrc(2, fit.df, f) >= 0.05}


def grid(rng):
    """Twelve null series judged together (Benjamini-Hochberg): is any claimed; all true nulls, so this is the FDR."""
    judged = {k: verdicts.judge(draw.months(rng, SCENARIOS["s0"], 500, 20).series, "down", 0.0) for k in range(12)}
    settled = verdicts.adjust(judged, "grid", dict.fromkeys(judged, ("down", 0.0)))
    return {"any": any(one.id in CLAIMS for one in settled.values())}


def placebo(rng):
    """Share of placebo dates that give a signal, in the months before a real change."""
    from etl.publishing.estimates import placebo as tried_on

    made = draw.months(rng, SCENARIOS["s0"])
    longer = verdicts.Series(made.series.events, made.series.base, 48, 0, None, 60)
    tried, signals = tried_on(longer)
    return {"signals": signals / tried}


def thin(rng):
    found = verdicts.judge(draw.months(rng, SCENARIOS["s12"]).series, "down", 0.03)
    return {"not_enough": found.id == verdicts.NOT_ENOUGH}


# --- campaigns -------------------------------------------------------------------------------------------------

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


# --- pooled rates, case mix, funnels ---------------------------------------------------------------------------


def pooled(rng):
    """A rate pooled over 40 bodies that differ; the truth is the mean of what bodies like these do."""
    n = rng.poisson(100 * np.exp(0.5 * rng.standard_normal(40) - 0.125))
    x = rng.binomial(n, draw.share_of(draw.BASE_LOG_ODDS + 0.4 * rng.standard_normal(40)))
    _, lower, upper, _ = clustered(x.sum(), n.sum(), (x * x).sum(), (n * n).sum(), (x * n).sum(), 40)
    return {"covered": lower <= POPULATION_SHARE <= upper}


POPULATION_SHARE = float(
    np.average(draw.share_of(draw.BASE_LOG_ODDS + 0.4 * np.linspace(-6, 6, 4001)),
               weights=np.exp(-np.linspace(-6, 6, 4001) ** 2 / 2))
)  # fmt: skip
RATES = np.array([0.10, 0.18, 0.25, 0.40, 0.60])
MIX_BEFORE, MIX_AFTER = np.array([0.3, 0.3, 0.2, 0.15, 0.05]), np.array([0.2, 0.2, 0.2, 0.2, 0.2])


def case_mix(rng):
    """One body's requests turn to harder purposes and its decisions stay as they were."""
    n0, n1 = rng.multinomial(2000, MIX_BEFORE), rng.multinomial(2000, MIX_AFTER)
    x0, x1 = rng.binomial(n0, RATES), rng.binomial(n1, RATES)
    reference_n = rng.multinomial(100_000, MIX_BEFORE)
    reference_x = rng.binomial(reference_n, RATES)
    ratios = [standardise.indirect_ratio(x, n, reference_x, reference_n) for x, n in ((x0, n0), (x1, n1))]
    return {
        "raw": x1.sum() / n1.sum() - x0.sum() / n0.sum(),
        "standardised": ratios[1][1] - ratios[0][1],
        "covered": ratios[1][2] <= 1 <= ratios[1][3],
    }


def rogue(sd: float):
    """Forty peers of 200 requests that differ by `sd`, and one more whose log-odds are 0.8 higher."""

    def once(rng):
        odds = draw.BASE_LOG_ODDS + sd * rng.standard_normal(41)
        odds[0] += SCENARIOS["s11"].rogue_level
        n = rng.poisson(200, 41)
        x = rng.binomial(n, draw.share_of(odds))
        found = funnel.overdispersed(x, n, consistent=True)
        lower, upper = found.limits(n, 0.998)
        outside = (x / n < lower) | (x / n > upper)
        return {"found": outside[0], "others": outside[1:].mean(), "tau2": found.tau2}

    return once


def peers(rng):
    """Forty bodies of 200 requests without a rogue: is any called one, and is their spread found."""
    n = rng.poisson(200, 40)
    x = rng.binomial(n, draw.share_of(draw.BASE_LOG_ODDS + 0.2 * rng.standard_normal(40)))
    found = funnel.overdispersed(x, n, consistent=True)
    lower, upper = found.limits(n, 0.998)
    return {"others": ((x / n < lower) | (x / n > upper)).mean(), "tau2": found.tau2}


def true_tau2(sd: float) -> float:
    """Variance of the arcsine of a body's square-rooted share, from the formula: what the funnel estimates."""
    z = np.linspace(-6, 6, 4001)
    w = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    y = np.arcsin(np.sqrt(draw.share_of(draw.BASE_LOG_ODDS + sd * z)))
    return float(w @ y**2 - (w @ y) ** 2)


# --- late returns, surveys, days, noise ------------------------------------------------------------------------


def late(rng):
    """Requests of the synthesiser as extracts show them, against what happened in the end."""
    from dataclasses import replace

    from etl.synthetic.requests import requests_table
    from etl.synthetic.world import make_world
    from metrics.dimensions import HORIZON

    scenario = replace(SCENARIOS["s9"], requests=30_000, first_year=2023)
    world = make_world(scenario, rng, 120)
    table = requests_table(scenario, rng, world)
    sent = ~world.never[table["holder"]] & ~(world.late[table["holder"]] & (table["year"] == scenario.last_year))
    refused_in_end = table["true_days"] <= HORIZON
    was_refused = table["outcome"] == world.index("outcome", "refused")
    followed = (table["extracted_on"] - table["received_on"]).astype(int)
    mature, young = followed >= HORIZON, followed < 30
    in_time = was_refused & ((table["decided_on"] - table["received_on"]).astype(int) <= HORIZON)
    late_share = table["true_days"] > 30
    decided = ~np.isnat(table["decided_on"])
    took_long = (table["decided_on"] - table["received_on"]).astype(int) > 30
    recent = followed < 90
    return {
        "bias": in_time[sent & mature].mean() - (table["true_refusal"] * _timely(table, was_refused, refused_in_end,
                                                                                 mature))[mature].mean(),
        "naive": took_long[sent & recent & decided].mean() - late_share[recent].mean(),
        "young": float(young.any()),
    }  # fmt: skip


def _timely(table, was_refused, in_time, mature) -> float:
    """The part of refusals that come within the horizon, over all bodies whether or not they sent."""
    return in_time[was_refused & mature].mean()


GROUPS = {"large": (300, 0.55), "middling": (500, 0.40), "small": (700, 0.20)}  # bodies, truly aware
ANSWER = {"large": 0.6, "middling": 0.4, "small": 0.2}
AWARE = sum(size * share for size, share in GROUPS.values()) / sum(size for size, _ in GROUPS.values())


def surveyed(rng, if_heard=0.0):
    """A survey of a register: response depends on the group and, by `if_heard` log-odds, on the answer itself."""
    groups, bounds, aware_all, size_all = {}, {}, 0, 0
    for name, (size, share) in GROUPS.items():
        aware = rng.random(size) < share
        odds = np.log(ANSWER[name] / (1 - ANSWER[name])) + if_heard * aware
        answered = rng.random(size) < draw.share_of(odds)
        yes = int((aware & answered).sum())
        groups[name], bounds[name] = (int(answered.sum()), size, yes), (int(answered.sum()), size, yes)
        aware_all, size_all = aware_all + aware.sum(), size_all + size
    found, worst, truth = survey.post_stratified(groups), survey.worst_case(bounds), aware_all / size_all
    raw = sum(k for *_, k in groups.values()) / sum(n for n, *_ in groups.values())
    return {
        "bias": found.value - truth,
        "raw_bias": raw - truth,
        "covered": found.lower <= truth <= found.upper,
        "bounded": worst.lower <= truth <= worst.upper,
    }


def unaware_silent(rng):
    return surveyed(rng, SCENARIOS["s13"].response_if_heard)


def days(rng):
    curve = kaplan_meier(*draw.days_to_decision(rng, 200))
    result = {}
    for name, q in (("median", 0.5), ("p90", 0.9)):
        found, truth = curve.quantile(q), draw.true_quantile(q)
        low = -1 if found.lower is None else found.lower
        high = np.inf if found.upper is None else found.upper
        result[name] = low <= truth <= high
    point = curve.at([30])
    truth = 1 - (1 - 0.03) * (1 - 2.0 ** -((31 / 14.0) ** 0.95))
    return {**result, "undecided_30": bool(point.lower[0] <= truth <= point.upper[0])}


NOISE_TABLE = make_table(b"the proof only: no live service uses this")


def noise(rng):
    keys = rng.integers(0, 256, 5000)
    groups = rng.integers(0, 40, 5000)
    counts = np.bincount(groups, minlength=40)
    sums = np.bincount(groups, weights=keys, minlength=40).astype(int)
    once = perturb(counts, sums, NOISE_TABLE)
    other_order = rng.permutation(40)
    again = perturb(counts[other_order], sums[other_order], NOISE_TABLE)
    return {"same": bool((once[other_order] == again).all()), "mean": float((once - counts).mean())}


CLAIMED = {"claim": Want("claims improving or worsening, however small", *NULL_RATE)}
USUAL = {"claim_worth": Want("the same, of changes worth acting on", *NULL_RATE)}
COVERED = {
    "covered": Want("main interval covers the planted change", *COVERAGE),
    "confirming_covered": Want("confirming interval covers it", 0.93, 1.0),
    "wrong": Want("called worsening", *NULL_RATE),
}
BIAS = {"bias": Want("bias, as a part of the effect", -0.10, 0.10, False)}

LINES: dict[str, Line] = {
    "null_2000": Line("s0", 2000, null("s0"), CLAIMED | USUAL),
    "null_200": Line("s0", 2000, null("s0", 200), CLAIMED | USUAL),
    "null_grid": Line("s0", 300, grid, {"any": Want("any of 12 tiles claimed", *NULL_RATE)}),
    "placebo": Line("s0", 200, placebo, {"signals": Want("placebo dates with a signal", *NULL_RATE, False)}),
    "level": Line("s1", 1000, effect("s1"), COVERED | BIAS),
    "slope": Line("s2", 1000, effect("s2"), COVERED | BIAS),
    "slope_joint": Line("s2", 1000, joint, {"covered": Want("ellipse covers level and slope", *COVERAGE)}),
    "season": Line("s3", 2000, null("s3"), CLAIMED),
    "overdispersed_null": Line("s4", 2000, null("s4"), CLAIMED),
    "overdispersed_level": Line("s4_effect", 1000, effect("s4_effect"), COVERED),
    "resemblance_3": Line("s5", 2000, null("s5"), CLAIMED),
    "resemblance_6": Line(
        "s5_strong", 2000, null("s5_strong"),
        {"claim": Want("claims improving or worsening, however small", 0.0, 0.06),
         "cannot_tell": Want("answers cannot tell", 0.0, 1.0)},
    ),
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
    "late": Line(
        "s9", 200, late,
        {"bias": Want("bias of the fixed-horizon rate, mature months", -0.005, 0.005, False),
         "naive": Want("bias of over 30 days among decided so far, which is not used", -1.0, -0.02, False)},
    ),
    "case_mix": Line(
        "s10", 500, case_mix,
        {"raw": Want("raw rate moves", 0.05, 1.0, False),
         "standardised": Want("standardised ratio moves", -0.01, 0.01, False),
         "covered": Want("interval of the ratio covers 1", *WIDE_COVERAGE)},
    ),
    "rogue_alike": Line(
        "s11", 500, rogue(0.0),
        {"found": Want("rogue beyond 99.8% limits, peers alike (spread 0)", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False)},
    ),
    "rogue": Line(
        "s11", 500, rogue(0.1),
        {"found": Want("rogue beyond 99.8% limits, peers' spread 0.1", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False),
         "tau2": Want("spread between peers, tau squared", 0.8 * true_tau2(0.1), 1.2 * true_tau2(0.1), False)},
    ),
    "rogue_spread_2": Line(
        "s11", 500, rogue(0.2),
        {"found": Want("rogue beyond 99.8% limits, peers' spread 0.2", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False),
         "tau2": Want("spread between peers, tau squared", 0.8 * true_tau2(0.2), 1.2 * true_tau2(0.2), False)},
    ),
    "rogue_spread_4": Line(
        "s11", 500, rogue(0.4),
        {"found": Want("rogue beyond 99.8% limits, peers' spread 0.4", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False)},
    ),
    "peers": Line(
        "s11", 500, peers,
        {"others": Want("each of 40 ordinary bodies beyond 99.8% limits, spread 0.2", 0.0, 0.005, False),
         "tau2": Want("spread between them, tau squared", 0.8 * true_tau2(0.2), 1.2 * true_tau2(0.2), False)},
    ),
    "thin": Line("s12", 200, thin, {"not_enough": Want("answers not enough data", 1.0, 1.0)}),
    "survey_group": Line(
        "s13", 500, surveyed,
        {"bias": Want("bias after weighting, response by group", -0.005, 0.005, False),
         "raw_bias": Want("bias without weighting", 0.02, 1.0, False),
         "covered": Want("interval covers the register's share", *COVERAGE)},
    ),
    "survey_answer": Line(
        "s13", 500, unaware_silent, {"bounded": Want("worst-case bounds hold the truth", 1.0, 1.0)}
    ),
    "days": Line(
        "s14", 500, days,
        {"median": Want("interval of the median covers it", 0.93, 1.0),
         "p90": Want("interval of the 90th percentile covers it", 0.93, 1.0),
         "undecided_30": Want("interval of undecided on day 30 covers it", *COVERAGE)},
    ),
    "noise": Line(
        "s15", 200, noise,
        {"same": Want("same cell, same value", 1.0, 1.0), "mean": Want("mean noise", -0.02, 0.02, False)},
    ),
    "pooled": Line("s0", 1000, pooled, {"covered": Want("clustered interval of a pooled rate covers", *COVERAGE)}),
    **shown.LINES,
}  # fmt: skip
