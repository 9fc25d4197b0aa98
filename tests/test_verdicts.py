"""Verdicts on series whose truth is known: every rule bites, nothing is claimed of noise, a planted fall is found."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from metrics import interrupted, verdicts
from metrics.verdicts import Series, judge

MONTHS, FIRST = 60, 30


def series(seed, requests=2000, change=0.0, slope=0.0, months=MONTHS, first=FIRST, rho=0.0, sd=0.0, **more):
    draw = np.random.default_rng(seed)
    t = np.arange(months)
    noise = draw.normal(0, 1, months)
    for i in range(1, months):
        noise[i] = rho * noise[i - 1] + np.sqrt(1 - rho**2) * noise[i]
    log_odds = -1.2 + sd * noise + (t >= first) * (change + slope * (t - first))
    base = draw.poisson(requests, months)
    events = draw.binomial(base, 1 / (1 + np.exp(-log_odds)))
    return Series(events, base, first, **more)


def test_a_planted_fall_is_found_and_its_interval_covers_it():
    truth = 1 / (1 + np.exp(1.7)) - 1 / (1 + np.exp(1.2))
    verdict = judge(series(3, change=-0.5), "down", 0.03)
    assert verdict.id == "improving" and verdict.reasons == ()
    assert verdict.lower < truth < verdict.upper < -0.03
    assert verdict.difference == pytest.approx(verdict.observed - verdict.expected, abs=1e-9)
    assert verdict.confirming[0] < truth < verdict.confirming[1] < 0


def test_the_same_fall_is_worse_where_up_is_better_and_no_praise_where_neither_is():
    planted = series(3, change=-0.5)
    assert judge(planted, "up", 0.03).id == "worsening"
    neither = judge(planted, "neither", 0.03)
    assert (neither.id, neither.reasons) == ("cannot_tell", ("no_direction",))
    with pytest.raises(ValueError, match="better"):
        judge(planted, "sideways", 0.03)


def test_numbers_are_those_of_the_two_models():
    planted = series(5, change=-0.2)
    verdict = judge(planted, "down", 0.03)
    columns = interrupted.segmented(MONTHS, FIRST)
    main = interrupted.effect(interrupted.quasi_binomial(planted.events, planted.base, columns))
    second = interrupted.effect(interrupted.prais_winsten(planted.events, planted.base, columns, caution=1))
    assert verdict.lower * 100 == pytest.approx(main.lower) and verdict.upper * 100 == pytest.approx(main.upper)
    widest = max(main.standard_error, second.standard_error)
    assert verdict.minimum_detectable * 100 == pytest.approx(2.8 * widest)
    assert (verdict.p < 0.05) == (main.lower * main.upper > 0 and second.lower * second.upper > 0)


def test_nothing_is_claimed_of_noise_more_often_than_one_in_twenty():
    claims = sum(judge(series(seed), "down", 0.0).id in ("improving", "worsening") for seed in range(400))
    assert claims <= 28  # 5% of 400, and two of its standard errors


def test_a_small_change_that_is_real_is_flagged_and_not_claimed():
    verdict = judge(series(1, requests=200_000, change=-0.1), "down", 0.03)
    assert (verdict.id, verdict.small_but_real) == ("no_detectable_change", True)
    assert judge(series(1, requests=200_000, change=-0.1), "down", 0.005).id == "improving"


@pytest.mark.parametrize("seed", range(5))
def test_a_thin_series_is_always_too_little(seed):
    verdict = judge(series(seed, requests=15, change=-2.0), "down", 0.03)
    assert verdict.id == "not_enough_data" and "monthly_base" in verdict.reasons
    assert verdict.p is None and verdict.difference is None


def test_each_shortage_is_named_alone():
    good = series(7)
    assert verdicts.shortages(verdicts._as_arrays(good)) == ()
    cases = {
        "months_before": series(7, first=11),
        "months_after": series(7, first=49),
        "monthly_base": series(7, requests=17, change=1.0),
        "bodies": replace(good, bodies=4),
        "recorded": replace(good, recorded=np.where(np.arange(MONTHS) < FIRST, 0.79, 1.0)),
        "events": replace(good, events=np.where(np.arange(MONTHS) < FIRST, 0, good.events)),
    }
    for reason, one in cases.items():
        verdict = judge(one, "down", 0.03)
        assert (verdict.id, verdict.reasons) == ("not_enough_data", (reason,))


def test_at_each_threshold_there_is_just_enough():
    good = series(7)
    filled = np.full(MONTHS, 0.80)
    assert judge(replace(series(7, first=12), bodies=5, recorded=filled), "down", 0.03).id != "not_enough_data"
    assert judge(series(7, first=48), "down", 0.03).id != "not_enough_data"
    thin = replace(good, base=np.full(MONTHS, 20), events=np.full(MONTHS, 5))
    assert judge(thin, "down", 0.03).id != "not_enough_data"


def test_months_needed_counts_what_time_can_mend_and_nothing_else():
    assert judge(series(7, months=35), "down", 0.03).months_needed == 7
    assert judge(series(7, first=5), "down", 0.03).months_needed is None
    slow = series(7, months=50)
    events = np.where(np.arange(50) < FIRST, slow.events, 0)
    events[-1] = 4  # 4 events in 20 months: 30 more months for the 6 that are missing
    assert judge(replace(slow, events=events), "down", 0.03).months_needed == 30


def test_nothing_or_everything_an_event_cannot_be_fitted():
    good = series(7)
    verdict = judge(replace(good, events=good.base), "down", 0.03)
    assert (verdict.id, verdict.reasons) == ("not_enough_data", ("fit",))


@pytest.mark.parametrize("what", ["panel", "coding", "definition"])
def test_when_what_lies_under_it_changed_nothing_can_be_told(what):
    verdict = judge(series(3, change=-0.5, changed=(what,)), "down", 0.03)
    assert (verdict.id, verdict.reasons) == ("cannot_tell", (what,))
    assert verdict.difference is not None and not verdict.small_but_real


def test_a_series_that_runs_on_its_own_momentum_cannot_tell():
    found = [judge(series(seed, requests=20_000, rho=0.95, sd=0.3), "down", 0.03) for seed in range(20)]
    momentum = [one for one in found if one.rho > 0.5]
    assert len(momentum) >= 15
    assert all(one.id == "cannot_tell" and one.reasons == ("momentum",) for one in momentum)


def test_adjusting_agrees_with_statsmodels():
    draw = np.random.default_rng(4)
    for size in (1, 2, 7, 40):
        p = draw.random(size) ** 3
        assert verdicts.holm(p) == pytest.approx(multipletests(p, method="holm")[1])
        assert verdicts.benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1])
    assert len(verdicts.holm([])) == len(verdicts.benjamini_hochberg([])) == 0


def test_a_claim_that_holds_alone_may_fall_among_many():
    many = {k: judge(series(k + 100), "down", 0.0) for k in range(12)}
    many["planted"] = judge(series(2, change=-0.6), "down", 0.0)
    many["marginal"] = replace(many["planted"], p=0.03)
    many["thin"] = judge(series(1, requests=10), "down", 0.0)
    direction = dict.fromkeys(many, ("down", 0.0))
    for family in ("headline", "grid"):
        settled = verdicts.adjust(many, family, direction)
        assert settled["planted"].id == "improving" and settled["planted"].adjusted_p >= settled["planted"].p
        assert settled["marginal"].id == "no_detectable_change" and settled["marginal"].adjusted_p > 0.05
        assert settled["thin"] == many["thin"]
        assert list(settled) == list(many)
    with pytest.raises(ValueError, match="family"):
        verdicts.adjust(many, "all", direction)


def test_counts_are_refused_where_they_do_not_fit():
    with pytest.raises(ValueError, match="one number a month"):
        judge(Series(np.ones(10), np.ones(9), 5), "down", 0.03)
