"""Lines of the proof on what is recorded: late returns, surveys, days and noise (S9, S13 to S15)."""

import numpy as np

from etl.proof import draw
from etl.proof.kinds import COVERAGE, Line, Want
from etl.synthetic.scenarios import SCENARIOS
from metrics import survey
from metrics.cell_key import make_table, perturb
from metrics.time_to_decision import kaplan_meier


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


LINES: dict[str, Line] = {
    "late": Line(
        "s9", 200, late,
        {"bias": Want("bias of the fixed-horizon rate, mature months", -0.005, 0.005, False),
         "naive": Want("bias of over 30 days among decided so far, which is not used", -1.0, -0.02, False)},
    ),
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
}  # fmt: skip
