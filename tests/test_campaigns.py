"""Staggered campaigns against csdid on rows, plain arithmetic, and truths planted in sectors."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from statsmodels.api import OLS
from statsmodels.stats.contingency_tables import Table2x2

from metrics import cohort_sums
from metrics.campaigns import group_time, group_time_from_sums, leave_one_out, permute, two_by_two

TIMES = np.arange(1, 9)


def panel(seed, starts, bodies=80):
    """Bodies by times with effects that grow, bodies that differ and wander; starts 1 and 20 lie at the ends."""
    draw = np.random.default_rng(seed)
    start = draw.choice(starts, bodies)
    since = (start[:, None] > 0) * (start[:, None] <= TIMES) * (TIMES - start[:, None] + 1)
    noise = draw.normal(size=(bodies, 8)).cumsum(axis=1) * 0.3 + draw.normal(size=(bodies, 1))
    return start, 0.5 * since + noise


@pytest.fixture(scope="module", params=[("not_yet", True), ("not_yet", False), ("never", True), ("never", False)])
def both(request):
    """Ours and csdid's of the same panel, with some never reached and without."""
    att_gt = pytest.importorskip("csdid.att_gt", reason="csdid is the oracle of this test")
    control, some_never = request.param
    start, values = panel(3, [0, 1, 3, 5, 6, 20] if some_never else [1, 3, 5, 6])
    rows = pd.DataFrame(
        {
            "id": np.repeat(np.arange(1, 81), 8),
            "time": np.tile(TIMES, 80),
            "start": np.repeat(start, 8),
            "y": values.ravel(),
        }
    )
    oracle = att_gt.ATTgt(
        yname="y",
        tname="time",
        idname="id",
        gname="start",
        data=rows,
        control_group={"not_yet": "notyettreated", "never": "nevertreated"}[control],
    )
    return group_time(start, values, TIMES, control), oracle.fit(est_method="reg", bstrap=False)


pytestmark = pytest.mark.filterwarnings("ignore")  # csdid says which bodies it leaves out


def test_group_time_effects_agree_with_csdid(both):
    ours, oracle = both
    expected = sorted(zip(*(oracle.results[name] for name in ("group", "year", "att", "se")), strict=True))
    found = [(row.cohort, row.time, row.effect, row.standard_error) for row in ours]
    assert len(found) == len(expected) > 5
    assert np.array(sorted(found)) == pytest.approx(np.array(expected, dtype=float), abs=1e-9)


@pytest.mark.parametrize("kind, name", [("dynamic", "event_time"), ("group", "cohorts")])
def test_averages_agree_with_csdid(both, kind, name, capsys):
    ours, oracle = both
    expected = oracle.aggte(kind).atte
    found = getattr(ours, name)()
    assert [average.over for average in found] == list(expected["egt"])
    assert [average.effect for average in found] == pytest.approx(list(expected["att_egt"]), abs=1e-9)
    errors = np.ravel(expected["se_egt"]).tolist()
    assert [average.standard_error for average in found] == pytest.approx(errors, abs=1e-9)


def test_the_overall_average_agrees_with_csdid(both, capsys):
    ours, oracle = both
    expected, found = oracle.aggte("simple").atte, ours.overall()
    assert (found.effect, found.standard_error) == pytest.approx(
        (expected["overall_att"], float(np.ravel(expected["overall_se"])[0])), abs=1e-9
    )


def test_balanced_event_times_agree_with_csdid(both, capsys):
    ours, oracle = both
    expected, found = oracle.aggte("dynamic", balance_e=1).atte, ours.event_time(balance=1)
    assert [average.over for average in found if average.over >= 0] == [e for e in expected["egt"] if e >= 0] == [0, 1]
    own = {average.over: average.effect for average in found}
    for since, effect in zip(expected["egt"], expected["att_egt"], strict=True):
        assert own[since] == pytest.approx(effect, abs=1e-9)


def test_the_wald_test_of_steps_before_agrees_with_csdid(both):
    ours, oracle = both
    found = ours.pre_trend()
    assert found.wald == pytest.approx(float(oracle.MP["W"]), rel=1e-6)
    assert found.wald_p == pytest.approx(float(oracle.MP["Wpval"]), abs=1e-5)  # it keeps five digits


def test_an_effect_by_hand():
    """Two bodies reached at 3 rise by 4 and 6 from time 2, two never reached by 1 and 3: 5 - 2."""
    values = np.array([[0, 1, 5], [0, 2, 8], [0, 1, 2], [0, 0, 3]])
    row = next(row for row in group_time([3, 3, 0, 0], values, [1, 2, 3]) if row.time == 3)
    assert (row.cohort, row.effect, row.controls) == (3, 3, 2)
    assert row.standard_error == pytest.approx(math.sqrt(1 / 2 + 1 / 2))


def test_sums_of_parts_equal_the_answer_from_rows():
    start, values = panel(5, [0, 3, 5])
    parts = [cohort_sums.by_label(start[half], values[half]) for half in (slice(0, 33), slice(33, None))]
    added = {cohort: parts[0][cohort] + parts[1][cohort] for cohort in parts[0]}
    for row, other in zip(group_time(start, values, TIMES), group_time_from_sums(added, TIMES), strict=True):
        assert row[:2] == other[:2] and row[2:] == pytest.approx(other[2:], abs=1e-12)


def test_limits_are_t_on_the_smallest_cohort():
    start, values = panel(6, [0, 3, 5])
    average = group_time(start, values, TIMES).overall()
    smallest = min(np.bincount(start)[[0, 3, 5]])
    assert average.df <= smallest - 1
    half = (average.upper - average.lower) / 2 / average.standard_error
    assert half > 1.96 and (average.upper + average.lower) / 2 == pytest.approx(average.effect)


def test_anticipation_moves_the_base_back():
    start, values = panel(7, [0, 5])
    row = next(row for row in group_time(start, values, TIMES, anticipation=1) if row.time == 6)
    change = values[:, 5] - values[:, 2]
    assert row.effect == pytest.approx(change[start == 5].mean() - change[start == 0].mean())


def test_the_slope_beforehand_is_that_of_least_squares():
    """One cohort: the slope of the difference of mean series over the times before its start."""
    start, values = panel(8, [0, 6])
    gap = values[start == 6].mean(axis=0)[:5] - values[start == 0].mean(axis=0)[:5]
    found = group_time(start, values, TIMES).pre_trend()
    assert found.slope == pytest.approx(OLS(gap, np.column_stack([np.ones(5), TIMES[:5]])).fit().params[1])
    slopes = np.array([np.polyfit(TIMES[:5], series[:5], 1)[0] for series in values])
    error = math.sqrt(sum(np.var(slopes[start == g]) / np.sum(start == g) for g in (0, 6)))
    assert found.slope_standard_error == pytest.approx(error) and found.restrictions == 4


@pytest.mark.parametrize(
    "start, values, times, control",
    [
        ([0, 3], [[1, 2, 3]], [1, 2, 3], "never"),
        ([0, 3], [[1, 2, 3], [1, float("nan"), 3]], [1, 2, 3], "never"),
        ([0, 3], [[1, 2, 3], [1, 2, 3]], [1, 3, 2], "never"),
        ([0, 3], [[1, 2, 3], [1, 2, 3]], [1, 2, 3], "all"),
    ],
)
def test_what_is_no_panel_is_refused(start, values, times, control):
    with pytest.raises(ValueError):
        group_time(start, values, times, control)


def test_nobody_to_compare_with():
    result = group_time([3, 3], [[1, 2, 3], [1, 2, 4]], [1, 2, 3])
    assert len(result) == 0 and not result.enough
    for drawn in (result.overall, result.pre_trend):
        with pytest.raises(ValueError):
            drawn()


def sectors(seed, reached, effect, count=6, bodies=12):
    """Bodies of sectors that differ, with an effect in those reached: start, values, sector."""
    draw = np.random.default_rng(seed)
    sector = np.repeat([f"sector {i}" for i in range(count)], bodies)
    start = np.repeat([reached.get(i, 0) for i in range(count)], bodies)
    common = np.repeat(draw.normal(0, 0.02, (count, 8)).cumsum(axis=1), bodies, axis=0)
    after = (start[:, None] > 0) * (start[:, None] <= TIMES)
    return start, 0.25 + common + effect * after + draw.normal(0, 0.05, (count * bodies, 8)), sector


def test_permutation_is_every_deal_of_the_dates():
    start, values, sector = sectors(1, {0: 4, 1: 6}, -0.3)
    result = permute(start, values, TIMES, sector)
    dates = {name: start[sector == name][0] for name in np.unique(sector)}
    effects = []
    for deal in set(permutations(dates.values())):
        dealt = dict(zip(dates, deal, strict=True))
        effects.append(group_time([dealt[name] for name in sector], values, TIMES).overall().effect)
    assert sorted(result.effects) == pytest.approx(sorted(effects), abs=1e-12) and len(effects) == 30
    assert result.exact and result.smallest_p == 1 / 30 and result.effects[0] == result.effect
    assert result.p == pytest.approx(np.mean(np.abs(effects) >= abs(result.effect) - 1e-12))
    assert result.rank == 1 and result.p == result.smallest_p


def test_one_sector_alone_can_do_no_better_than_one_in_their_number():
    result = permute(*sectors(2, {3: 5}, -0.5)[:2], TIMES, sectors(2, {3: 5}, -0.5)[2])
    assert (result.rank, result.p, result.smallest_p, len(result.effects)) == (1, 1 / 6, 1 / 6, 6)


def test_many_deals_are_sampled_the_real_one_among_them():
    start, values, sector = sectors(3, {0: 4, 1: 5, 2: 6}, -0.3)
    result = permute(start, values, TIMES, sector, most=50)
    assert not result.exact and len(result.effects) == 50 and result.smallest_p == 1 / 50
    again = permute(start, values, TIMES, sector, most=50)
    assert np.array_equal(result.effects, again.effects)


def test_a_sector_has_one_date():
    start, values, sector = sectors(4, {0: 4}, 0)
    start[0] = 5
    with pytest.raises(ValueError, match="sector 0"):
        permute(start, values, TIMES, sector)


def test_leaving_a_sector_out_is_the_panel_without_it():
    start, values, sector = sectors(5, {0: 4, 1: 6}, -0.2)
    result = leave_one_out(start, values, TIMES, sector)
    rest = sector != "sector 1"
    assert result["sector 1"].effect == pytest.approx(group_time(start[rest], values[rest], TIMES).overall().effect)
    alone = leave_one_out(start[:24], values[:24], TIMES, sector[:24])
    assert alone == {"sector 0": None, "sector 1": None} and len(result) == 6


def body_rates(draw, start, times, requests, log_odds):
    """Rates of bodies by quarter, from binomial counts."""
    spread = 0.3 * draw.standard_normal((len(start), 1))
    return draw.binomial(requests, 1 / (1 + np.exp(1.2 - spread - log_odds))) / requests


def test_s6_a_planted_fall_is_found_and_covered():
    """Three of twelve sectors reached, 10 bodies each, 2,000 requests a month in all; 8 points off; 120 draws."""
    draw, times = np.random.default_rng(6), np.arange(1, 17)
    start = np.repeat([7, 9, 11] + [0] * 9, 10)
    covered = found = 0
    for _ in range(120):
        rates = body_rates(draw, start, times, 50, np.zeros((120, 16)))
        after = (start[:, None] > 0) & (start[:, None] <= times)
        rates = np.where(after, rates - 0.08, rates)
        average = group_time(start, rates, times).overall()
        covered += average.lower <= -0.08 <= average.upper
        found += average.upper < 0
    assert 0.92 <= covered / 120 <= 0.99 and found / 120 > 0.95


def test_s7_growing_effects_are_followed_where_two_way_fixed_effects_are_wrong():
    draw, times = np.random.default_rng(7), np.arange(1, 13)
    start = np.repeat([3, 6, 9], 40)
    since = np.maximum(times - start[:, None] + 1, 0)
    values = -0.02 * since + draw.normal(0, 0.02, (120, 12))
    for average in group_time(start, values, times).event_time():
        truth = -0.02 * max(average.over + 1, 0)
        assert average.effect == pytest.approx(truth, abs=4 * average.standard_error)
    body, time = np.repeat(np.arange(120), 12), np.tile(times, 120)
    dummies = np.column_stack([np.eye(120)[body], np.eye(12)[time - 1][:, 1:], since.ravel() > 0])
    two_way = OLS(values.ravel(), dummies).fit().params[-1]
    true_mean = -0.02 * since[(since > 0)].mean()
    assert abs(two_way) < 0.5 * abs(true_mean)


def test_s8_a_trend_beforehand_is_flagged():
    """0.02 log-odds a month for 12 months, a cohort and controls of 10 bodies and 2,000 requests a month each.

    With 2,000 a month in all no unbiased test can do it: its z is 2.3, found 63% of the time.
    """
    draw, times = np.random.default_rng(8), np.arange(1, 17)
    start = np.repeat([13, 0], 10)
    drift = np.where(start[:, None] > 0, 0.02 * np.minimum(times, 13), 0.0)
    flagged = false = 0
    for _ in range(100):
        flagged += group_time(start, body_rates(draw, start, times, 200, drift), times).pre_trend().slope_p < 0.05
        false += group_time(start, body_rates(draw, start, times, 200, 0 * drift), times).pre_trend().slope_p < 0.05
    assert flagged >= 80 and false <= 12


@pytest.mark.parametrize("seed", range(3))
def test_two_by_two_is_the_arithmetic_of_two_tables(seed):
    draw = np.random.default_rng(seed)
    n = draw.integers(50, 400, 4)
    x = draw.integers(1, n - 1)
    pairs = list(zip(x.tolist(), n.tolist(), strict=True))
    result = two_by_two(*pairs)
    odds = []
    for before, after in ((0, 1), (2, 3)):
        odds.append(Table2x2([[x[after], n[after] - x[after]], [x[before], n[before] - x[before]]]))
    p = x / n
    assert result.risk_difference == pytest.approx((p[1] - p[0]) - (p[3] - p[2]))
    assert result.risk_difference_se == pytest.approx(math.sqrt((p * (1 - p) / n).sum()))
    assert result.log_odds == pytest.approx(odds[0].log_oddsratio - odds[1].log_oddsratio)
    assert result.log_odds_se == pytest.approx(math.hypot(odds[0].log_oddsratio_se, odds[1].log_oddsratio_se))


def test_two_by_two_at_its_ends():
    result = two_by_two((0, 10), (5, 10), (3, 10), (3, 10))
    assert result.risk_difference == 0.5 and math.isnan(result.log_odds) and math.isnan(result.log_odds_se)
    for bad in ((0, 0), (3, 2), (-1, 4)):
        with pytest.raises(ValueError):
            two_by_two(bad, (1, 2), (1, 2), (1, 2))


def test_enough_bodies():
    start, values = panel(9, [0, 3, 5], bodies=120)
    assert group_time(start, values, TIMES).enough
    few = np.r_[np.flatnonzero(start == 0), np.flatnonzero(start == 3)[:9]]
    assert not group_time(start[few], values[few], TIMES).enough
