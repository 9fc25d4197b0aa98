"""Survey shares against a linearised variance from rows, statsmodels, and samples drawn over and over."""

import math

import numpy as np
import pytest
from scipy.stats import ttest_ind
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from metrics import survey

STRATA = {"councils": (40, 330, 12), "police": (20, 43, 9), "health": (60, 210, 33)}


def from_rows(strata, finite_population):
    """Estimate and variance from one row a respondent: weights N/n, stratum variances by numpy."""
    value = variance = 0.0
    total = sum(size for _, size, _ in strata.values())
    for n, size, yes in strata.values():
        rows = np.r_[np.ones(yes), np.zeros(n - yes)]
        value += size / n * rows.sum() / total
        variance += (size / total) ** 2 * ((1 - n / size) if finite_population else 1) * np.var(rows, ddof=1) / n
    return value, math.sqrt(variance)


@pytest.mark.parametrize("finite_population", [True, False])
def test_counts_equal_the_answer_from_rows(finite_population):
    result = survey.proportion(STRATA, finite_population)
    value, error = from_rows(STRATA, finite_population)
    effective = value * (1 - value) / error**2
    limits = proportion_confint(value * effective, effective, method="wilson")
    expected = (value, error, 117, effective, *limits)
    assert (result.value, result.standard_error, result.df, result.effective_n, result.lower, result.upper) == (
        pytest.approx(expected, rel=1e-9)
    )
    assert survey.post_stratified(STRATA, finite_population) == result


def test_a_worked_example():
    """Two strata of 100 and 300, 10 asked of each, 5 and 2 yes: 0.25 x 0.5 + 0.75 x 0.2 = 0.275."""
    result = survey.proportion({"a": (10, 100, 5), "b": (10, 300, 2)})
    variance = 0.25**2 * 0.9 * 0.25 / 9 + 0.75**2 * (29 / 30) * 0.16 / 9
    assert (result.value, result.standard_error) == pytest.approx((0.275, math.sqrt(variance)))


def test_one_stratum_without_the_factor_is_a_simple_sample():
    result = survey.proportion({"all": (50, 10_000, 20)}, finite_population=False)
    rows = np.r_[np.ones(20), np.zeros(30)]
    assert result.standard_error == pytest.approx(DescrStatsW(rows).std_mean)


def test_a_stratum_asked_in_full_adds_nothing_to_the_variance():
    with_full = survey.proportion({"part": (20, 200, 8), "full": (40, 40, 10)})
    assert with_full.standard_error == pytest.approx(
        200 / 240 * survey.proportion({"part": (20, 200, 8)}).standard_error
    )
    everyone = survey.proportion({"full": (40, 40, 10), "lone": (1, 1, 1)})
    assert (everyone.lower, everyone.value, everyone.upper) == (11 / 41,) * 3 and everyone.effective_n == math.inf


def test_all_no_still_has_an_interval():
    result = survey.proportion({"a": (10, 100, 0), "b": (30, 300, 0)})
    assert result.effective_n == pytest.approx(40) and (result.value, result.lower) == (0, 0)
    assert result.upper == pytest.approx(proportion_confint(0, 40, method="wilson")[1])


@pytest.mark.parametrize(
    "strata", [{}, {"a": (1, 9, 1)}, {"a": (0, 9, 0)}, {"a": (5, 9, 6)}, {"a": (9, 5, 1)}, {"a": (5, 9, -1)}]
)
def test_strata_that_cannot_be_are_refused(strata):
    with pytest.raises(ValueError):
        survey.proportion(strata)


def test_weights_alone_give_kish():
    draw = np.random.default_rng(1)
    weight, yes = draw.uniform(0.5, 4, 90), draw.random(90) < 0.3
    result = survey.weighted(weight[yes].sum(), weight.sum(), (weight**2).sum())
    assert result.value == pytest.approx(DescrStatsW(yes.astype(float), weights=weight).mean)
    assert result.effective_n == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    equal = survey.weighted(30.0, 90.0, 90.0)
    assert (equal.lower, equal.upper) == pytest.approx(proportion_confint(30, 90, method="wilson"))
    with pytest.raises(ValueError):
        survey.weighted(0, 0, 0)


def test_the_worst_case_is_what_filling_in_the_silent_gives():
    groups = {"a": (40, 100, 8), "b": (30, 50, 20)}
    bounds = survey.worst_case(groups)
    assert (bounds.lower, bounds.upper) == pytest.approx((28 / 150, (28 + 60 + 20) / 150))
    assert bounds.response_rate == pytest.approx(70 / 150)
    weighted = survey.worst_case({"a": (40, 100, 8, 900), "b": (30, 50, 20, 100)})
    assert weighted.lower == pytest.approx(0.9 * 0.08 + 0.1 * 0.4)
    assert weighted.upper == pytest.approx(0.9 * 0.68 + 0.1 * 0.8)
    for bad in ({}, {"a": (5, 4, 1)}, {"a": (0, 0, 0)}, {"a": (3, 9, 4)}):
        with pytest.raises(ValueError):
            survey.worst_case(bad)


def test_two_waves_of_one_stratum_are_welchs_t():
    result = survey.compare_waves({"all": (80, 1000, 20)}, {"all": (60, 1000, 27)})
    early, late = np.r_[np.ones(20), np.zeros(60)], np.r_[np.ones(27), np.zeros(33)]
    oracle = ttest_ind(late, early, equal_var=False)
    interval = oracle.confidence_interval(0.95)
    assert result.df == pytest.approx(oracle.df)
    assert (result.value, result.lower, result.upper) == pytest.approx((0.2, interval.low, interval.high))


def test_two_waves_without_spread_still_have_an_interval():
    result = survey.compare_waves({"all": (20, 1000, 0)}, {"all": (30, 1000, 0)})
    assert result.value == 0 and result.lower < -0.1 and result.upper > 0.1


def test_s13_post_stratifying_mends_what_depends_on_the_group_and_bounds_hold_what_does_not():
    """Response depends on size (missing at random), then on awareness itself; 300 surveys of a register of 600."""
    draw = np.random.default_rng(13)
    large = np.arange(600) < 150
    aware = draw.random(600) < np.where(large, 0.6, 0.2)
    truth, at_random, naive, covered = aware.mean(), [], [], 0
    for _ in range(300):
        replied = draw.random(600) < np.where(large, 0.6, 0.2)
        groups = {
            size: (int((replied & part).sum()), int(part.sum()), int((replied & part & aware).sum()))
            for size, part in (("large", large), ("small", ~large))
        }
        result = survey.post_stratified(groups)
        at_random.append(result.value)
        naive.append(aware[replied].mean())
        covered += result.lower <= truth <= result.upper
        silent_if_unaware = draw.random(600) < np.where(aware, 0.6, 0.1)
        k = int((silent_if_unaware & aware).sum())
        bounds = survey.worst_case({"all": (int(silent_if_unaware.sum()), 600, k)})
        assert bounds.lower <= truth <= bounds.upper
    assert np.mean(at_random) == pytest.approx(truth, abs=0.005) and np.mean(naive) > truth + 0.05
    assert 0.92 <= covered / 300 <= 0.98
