"""Curves from counts by day against lifelines and statsmodels on rows, a worked example and simulated truth."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from metrics.time_to_decision import aalen_johansen, kaplan_meier

DAYS = np.arange(41)
DAYS_60 = np.arange(61)
OUTCOMES = ("shared", "refused", "withdrawn")


def requests(seed, number=150, longest=41):
    """Rows: a day each, and 0 for still open or the number of its outcome."""
    draw = np.random.default_rng(seed)
    return draw.integers(0, longest, number), draw.integers(0, len(OUTCOMES) + 1, number)


def counted(day, status):
    by_outcome = {name: np.bincount(day[status == k], minlength=41) for k, name in enumerate(OUTCOMES, 1)}
    return by_outcome, np.bincount(day[status == 0], minlength=41)


@pytest.mark.parametrize("seed", range(6))
def test_kaplan_meier_from_counts_equals_rows_in_lifelines_and_statsmodels(seed):
    lifelines = pytest.importorskip("lifelines", reason="lifelines is the oracle of this test")
    day, status = requests(seed)
    by_outcome, still_open = counted(day, status)
    curve = kaplan_meier(DAYS, sum(by_outcome.values()), still_open)
    fitted = lifelines.KaplanMeierFitter().fit(day, status > 0)
    point = curve.at(fitted.timeline)
    assert point.value == pytest.approx(fitted.survival_function_.iloc[:, 0].to_numpy(), abs=1e-9)
    inside = point.value > 0  # where all are decided lifelines gives 0 for the upper limit as well
    limits = fitted.confidence_interval_.to_numpy()[inside]
    assert np.column_stack([point.lower, point.upper])[inside] == pytest.approx(limits, abs=1e-9)
    greenwood = SurvfuncRight(day, (status > 0) * 1)
    mine = curve.at(greenwood.surv_times).standard_error
    assert mine[:-1] == pytest.approx(greenwood.surv_prob_se[:-1], abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_aalen_johansen_from_counts_equals_rows_in_statsmodels(seed):
    day, status = requests(seed)
    by_outcome, still_open = counted(day, status)
    curves = aalen_johansen(DAYS, by_outcome, still_open)
    oracle = CumIncidenceRight(day, status)
    for k, name in enumerate(OUTCOMES):
        point = curves[name].at(oracle.times)
        assert point.value == pytest.approx(oracle.cinc[k], abs=1e-9)
        last = -1 if np.isnan(oracle.cinc_se[k][-1]) else None  # it divides by nobody where all are decided
        assert point.standard_error[:last] == pytest.approx(oracle.cinc_se[k][:last], abs=1e-9)


def test_aalen_johansen_variance_is_the_delta_method_on_the_daily_hazards():
    """Hazards of a day are shares of those at risk, independent from day to day; the slope by complex steps."""
    day, status = requests(11, number=60, longest=12)
    by_outcome, still_open = counted(day, status)
    counts = np.array([by_outcome[name] for name in OUTCOMES])[:, :12]
    at_risk = np.cumsum((counts.sum(0) + still_open[:12])[::-1])[::-1]
    hazards = counts / at_risk

    def refused(h):
        alive = np.cumprod(np.r_[1, 1 - h.sum(0)[:-1]])
        return (alive * h[1]).sum()

    variance = 0.0
    for s in range(12):
        slope = np.zeros(3)
        for k in range(3):
            step = hazards.astype(complex)
            step[k, s] += 1e-30j
            slope[k] = refused(step).imag / 1e-30
        h = hazards[:, s]
        variance += slope @ (np.diag(h) - np.outer(h, h)) @ slope / at_risk[s]
    point = aalen_johansen(DAYS, by_outcome, still_open)["refused"].at(11)
    assert point.value == pytest.approx(refused(hazards)) and point.standard_error == pytest.approx(math.sqrt(variance))


def test_limits_of_an_incidence_are_symmetric_on_the_log_log_scale():
    by_outcome, still_open = counted(*requests(3))
    point = aalen_johansen(DAYS, by_outcome, still_open)["refused"].at(20)
    scale = [math.log(-math.log(part)) for part in (point.lower, point.value, point.upper)]
    width = 1.959963985 * point.standard_error / (point.value * -math.log(point.value))
    assert (scale[0] - scale[1], scale[1] - scale[2]) == pytest.approx((width, width), abs=1e-8)


def test_a_worked_example():
    """10 requests: 2 decided the same day, 1 on day 3 while 1 was last seen open, 3 on day 5, 3 open at 9."""
    curve = kaplan_meier([0, 3, 5, 9], [2, 1, 3, 0], [0, 1, 0, 3])
    assert curve.at_risk.tolist() == [10, 8, 6, 3]
    assert curve.at([0, 2, 3, 4, 5, 9]).value == pytest.approx([0.8, 0.8, 0.7, 0.7, 0.35, 0.35])
    greenwood = 2 / (10 * 8) + 1 / (8 * 7) + 3 / (6 * 3)
    assert curve.at(5).standard_error == pytest.approx(0.35 * math.sqrt(greenwood))
    assert curve.quantile(0.5) == (5, 0, None) and curve.quantile(0.25).value == 3
    assert curve.quantile(0.9) == (None, 5, None)


def test_shares_of_outcomes_and_undecided_add_to_one():
    by_outcome, still_open = counted(*requests(4))
    decided = sum(by_outcome.values())
    whole = kaplan_meier(DAYS, decided, still_open).at(DAYS).value
    parts = [curve.at(DAYS).value for curve in aalen_johansen(DAYS, by_outcome, still_open).values()]
    assert whole + sum(parts) == pytest.approx(np.ones(41))


def test_without_open_requests_shares_are_plain_binomial():
    day, status = requests(5)
    status = np.maximum(status, 1)
    by_outcome, still_open = counted(day, status)
    share = np.mean((status == 2) & (day <= 17))
    point = aalen_johansen(DAYS, by_outcome, still_open)["refused"].at(17)
    assert (point.value, point.standard_error) == pytest.approx((share, math.sqrt(share * (1 - share) / 150)))
    undecided = kaplan_meier(DAYS, sum(by_outcome.values()), still_open).at(17)
    assert undecided.value == pytest.approx(np.mean(day > 17))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_counts_may_come_in_any_order_and_in_parts(rows):
    day, decided, still_open = (np.array(column) for column in zip(*rows, strict=True))
    whole = [np.bincount(day, column, minlength=31) for column in (decided, still_open)]
    one, other = kaplan_meier(day, decided, still_open), kaplan_meier(np.arange(31), *whole)
    assert np.array_equal(one.day, other.day) and one.value == pytest.approx(other.value)
    assert one.quantile(0.5) == other.quantile(0.5)
    assert np.all(one.lower <= one.value + 1e-12) and np.all(one.value <= one.upper + 1e-12)
    assert np.all(np.diff(one.value) <= 0)


def test_all_still_open():
    curve = kaplan_meier([0, 7], [0, 0], [4, 6])
    assert curve.at([0, 7]).value.tolist() == [1, 1] and curve.quantile(0.5) == (None, None, None)
    assert np.isnan(curve.at(8).value) and curve.at(7).standard_error == 0


def test_all_decided_on_the_day_of_receipt():
    curve = kaplan_meier([0], [9], [0])
    assert curve.at([0, 400]).value.tolist() == [0, 0] and curve.at(400).upper == 1
    assert curve.quantile(0.5) == (0, 0, None)


def test_beyond_the_last_day_followed_nothing_is_said_unless_all_are_decided():
    assert np.isnan(kaplan_meier([1, 4], [3, 1], [0, 2]).at([4, 5]).value).tolist() == [False, True]
    refused = aalen_johansen([1, 4], {"refused": [3, 1]}, [0, 0])["refused"]
    assert refused.at([0, 4, 99]).value.tolist() == [0, 1, 1] and refused.quantile(0.75).value == 1


def test_nothing_received():
    curve = kaplan_meier([], [], [])
    assert np.isnan(curve.at(0).value) and curve.quantile(0.5) == (None, None, None)
    assert np.isnan(aalen_johansen([0, 1], {"shared": [0, 0]}, [0, 0])["shared"].at([0, 1]).value).all()


@pytest.mark.parametrize(
    "day, decided, still_open", [([-1], [1], [0]), ([0], [-1], [0]), ([0.5], [1], [0]), ([0, 1], [1], [0, 0])]
)
def test_what_are_not_counts_by_day_is_refused(day, decided, still_open):
    with pytest.raises(ValueError):
        kaplan_meier(day, decided, still_open)


def test_a_quantile_is_between_nothing_and_all():
    for q in (0, 1):
        with pytest.raises(ValueError):
            kaplan_meier([0], [1], [0]).quantile(q)


def test_an_exact_half_is_reached_in_spite_of_rounding():
    """Ten days that each leave a tenth of the first number: the fifth brings it to a half exactly."""
    assert kaplan_meier(range(10), [1] * 10, [0] * 10).quantile(0.5).value == 4


def test_s14_the_median_is_covered_and_dropping_open_requests_is_not():
    """Geometric decisions, extracts that cut requests off over 1-60 days, 400 draws of 150 requests."""
    draw, hazard = np.random.default_rng(14), 0.05
    truth = next(t for t in itertools.count() if (1 - hazard) ** (t + 1) <= 0.5)
    late = (1 - hazard) ** 31
    medians = shares = naive = 0
    for _ in range(400):
        true, seen = draw.geometric(hazard, 150) - 1, draw.integers(1, 61, 150)
        decided = true <= seen
        day = np.minimum(true, seen)
        curve = kaplan_meier(DAYS_60, np.bincount(day[decided], minlength=61), np.bincount(day[~decided], minlength=61))
        _, lower, upper = curve.quantile(0.5)
        medians += (lower is None or lower <= truth) and (upper is None or truth <= upper)
        point = curve.at(30)
        shares += point.lower <= late <= point.upper
        naive += np.mean(day[decided] > 30) / 400
    assert 0.92 <= shares / 400 <= 0.98 and medians / 400 >= 0.93
    assert naive < late - 0.08
