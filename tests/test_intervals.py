"""Intervals against statsmodels and scipy, at their boundaries, and on counts added up beforehand."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm
from scipy.stats import t as student
from statsmodels.api import OLS
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.rates import confint_poisson

from metrics import intervals
from metrics.cell_key import make_table, perturb
from metrics.disclosure import noise_on


@given(st.integers(1, 100_000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.998]))
def test_wilson_agrees_with_statsmodels(n, share, confidence):
    x = round(share * n)
    expected = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    assert intervals.wilson(x, n, confidence) == pytest.approx(expected, abs=1e-9)


def test_wilson_at_its_ends():
    assert intervals.wilson(0, 10)[0] == 0.0 and intervals.wilson(10, 10)[1] == 1.0
    assert all(math.isnan(limit) for limit in intervals.wilson(0, 0))


def test_wilson_takes_arrays_and_scalars_alike():
    x, n = np.array([[0, 3], [5, 0]]), np.array([10, 6])
    lower, upper = intervals.wilson(x, n)
    assert lower.shape == upper.shape == (2, 2)
    assert (lower[1, 0], upper[1, 0]) == intervals.wilson(5, 10)
    assert isinstance(intervals.wilson(5, 10)[0], float)


@given(st.integers(0, 100_000), st.floats(0, 1), st.floats(1, 30), st.floats(0, 5), st.integers(0, 300))
def test_one_number_and_an_array_of_one_are_the_same_to_the_last_bit(n, share, effect, noise, bodies):
    x = round(share * n)
    for limit, limits in zip(intervals.widened(x, n, effect, noise, 2 * noise),
                             intervals.widened([x], [n], [effect], [noise], [2 * noise]), strict=True):  # fmt: skip
        assert limit == limits[0] or (n == 0 and math.isnan(limit) and math.isnan(limits[0]))
    assert intervals.design_effect(n, bodies, 0.1, effect) == intervals.design_effect([n], [bodies], 0.1, effect)[0]


@pytest.mark.parametrize("x, n, confidence", [(-1, 10, 0.95), (11, 10, 0.95), (1, 10, 1.0), (1, 10, 0)])
def test_wilson_refuses_what_is_not_a_share(x, n, confidence):
    with pytest.raises(ValueError):
        intervals.wilson(x, n, confidence)


def test_importing_the_statistics_leaves_scipy_and_statsmodels_alone():
    """The web process imports some of these modules; the libraries load when a function first needs them."""
    modules = [
        "intervals",
        "standardise",
        "funnel",
        "spc",
        "time_to_decision",
        "interrupted",
        "campaigns",
        "survey",
        "cell_key",
    ]
    code = f"import sys, {', '.join(f'metrics.{name}' for name in modules)}\n"
    code += "assert not {'scipy', 'statsmodels', 'pandas'} & set(sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@given(st.integers(1, 5000), st.floats(0, 1), st.integers(1, 5000), st.floats(0, 1))
def test_newcombe_agrees_with_statsmodels(n1, share1, n2, share2):
    x1, x2 = round(share1 * n1), round(share2 * n2)
    expected = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff", alpha=0.05)
    difference, lower, upper = intervals.newcombe(x1, n1, x2, n2)
    assert difference == pytest.approx(x1 / n1 - x2 / n2, abs=1e-12)
    assert (lower, upper) == pytest.approx(expected, abs=1e-7)


def test_newcombe_gives_the_published_example():
    """Newcombe 1998, table II, case (a): 56/70 against 48/80 gives 0.0524 to 0.3339."""
    assert intervals.newcombe(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_newcombe_of_an_empty_base_is_not_a_number():
    assert all(math.isnan(part) for part in intervals.newcombe(0, 0, 1, 10))


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998])
def test_poisson_is_exact_below_ten_and_byars_from_ten(confidence):
    few, many = np.arange(10), np.array([10, 11, 250, 10_000])
    exact = np.array([confint_poisson(int(x), 1, method="exact-c", alpha=1 - confidence) for x in few])
    lower, upper = intervals.poisson(few, confidence)
    assert np.max(np.abs(np.nan_to_num(exact[:, 0]) - lower)) < 1e-9
    assert np.max(np.abs(exact[:, 1] - upper)) < 1e-9
    assert np.array_equal(intervals.poisson(many, confidence), intervals.byar(many, confidence))


def test_byar_is_within_a_fifth_of_a_percent_of_exact_from_ten():
    counts = np.arange(10, 500)
    lower, upper = intervals.byar(counts)
    assert np.max(np.abs(lower / (chi2.ppf(0.025, 2 * counts) / 2) - 1)) < 0.002
    assert np.max(np.abs(upper / (chi2.ppf(0.975, 2 * counts + 2) / 2) - 1)) < 0.002


def test_byar_gives_the_published_example():
    """Breslow and Day's 95% limits of 10 events, as tabulated in the PHE technical guide: 4.790, 18.391."""
    assert intervals.byar(10) == pytest.approx((4.79, 18.39), abs=0.01)
    assert intervals.byar(0)[0] == 0.0
    with pytest.raises(ValueError):
        intervals.poisson(-1)


def bodies_and_sums(seed, m=12):
    draw = np.random.default_rng(seed)
    n = draw.integers(20, 400, m)
    x = draw.binomial(n, 1 / (1 + np.exp(1.2 - 0.4 * draw.standard_normal(m))))
    return x, n, (x.sum(), n.sum(), (x * x).sum(), (n * n).sum(), (x * n).sum(), m)


@pytest.mark.parametrize("seed", range(5))
def test_clustered_from_sums_equals_a_weighted_regression_clustered_by_body(seed):
    """The variance is that of a one-column least squares with errors clustered by body, rows being requests."""
    x, n, sums = bodies_and_sums(seed)
    body = np.repeat(np.arange(len(n)), n)
    outcome = np.concatenate([np.r_[np.ones(a), np.zeros(b - a)] for a, b in zip(x, n, strict=True)])
    fit = OLS(outcome, np.ones(len(outcome))).fit(
        cov_type="cluster", cov_kwds={"groups": body, "use_correction": False}
    )
    p, variance = fit.params[0], fit.bse[0] ** 2 * len(n) / (len(n) - 1)
    effective = p * (1 - p) / variance * (norm.ppf(0.975) / student.ppf(0.975, len(n) - 1)) ** 2
    expected = (p, *proportion_confint(p * effective, effective, method="wilson"), effective)
    assert intervals.clustered(*sums) == pytest.approx(expected, rel=1e-9)


def test_clustered_from_parts_added_up_is_the_same():
    (x, n, whole), arrays = bodies_and_sums(9), np.zeros(6)
    for a, b in zip(x.tolist(), n.tolist(), strict=True):
        arrays += (a, b, a * a, b * b, a * b, 1)
    assert intervals.clustered(*arrays) == intervals.clustered(*whole)


def test_clustered_with_few_bodies_gives_the_value_alone():
    value, *rest = intervals.clustered(10, 100, 30, 2600, 260, 4)
    assert value == 0.1 and all(math.isnan(part) for part in rest)
    assert all(math.isnan(part) for part in intervals.clustered(0, 0, 0, 0, 0, 0))


def test_clustered_where_bodies_do_not_differ_falls_back_on_the_requests():
    shrink = (norm.ppf(0.975) / student.ppf(0.975, 5)) ** 2
    value, lower, upper, effective = intervals.clustered(0, 600, 0, 60_000, 0, 6)
    assert effective == pytest.approx(600 * shrink) and (value, lower) == (0, 0) and 0 < upper < 0.02
    assert intervals.clustered(60, 600, 600, 60_000, 6_000, 6)[3] == pytest.approx(600 * shrink)


def test_clustered_takes_arrays():
    sums = [np.array(pair) for pair in zip(bodies_and_sums(1)[2], bodies_and_sums(2)[2], strict=True)]
    together = intervals.clustered(*sums)
    for place, seed in enumerate((1, 2)):
        assert [part[place] for part in together] == pytest.approx(intervals.clustered(*bodies_and_sums(seed)[2]))


def test_clustered_covers_the_truth_where_wilson_does_not():
    """30 bodies, log-odds sd 0.4: 400 draws. Wilson on the pooled share covers 68-85%, clustered about 95%."""
    draw = np.random.default_rng(4)
    n = draw.integers(50, 300, (400, 30))
    p = 1 / (1 + np.exp(1.2 - 0.4 * draw.standard_normal((400, 30))))
    x = draw.binomial(n, p)
    truth = np.mean(1 / (1 + np.exp(1.2 - 0.4 * draw.standard_normal(1_000_000))))
    pooled = [a.sum(axis=1) for a in (x, n, x * x, n * n, x * n)]
    _, lower, upper, _ = intervals.clustered(*pooled, 30)
    assert 0.92 <= np.mean((lower <= truth) & (truth <= upper)) <= 0.98
    lower, upper = intervals.wilson(pooled[0], pooled[1])
    assert np.mean((lower <= truth) & (truth <= upper)) < 0.88


@given(st.integers(0, 500), st.integers(1, 500))
def test_widened_by_nothing_is_wilson(x, more):
    assert intervals.widened(x, x + more) == pytest.approx(intervals.wilson(x, x + more), abs=1e-12)


def test_widened_grows_with_noise_and_with_the_likeness_of_requests():
    plain, noisy = intervals.widened(12, 60), intervals.widened(12, 60, noise=3)
    both = intervals.widened(12, 60, effect=2, noise=3, base_noise=3)
    assert both[0] < noisy[0] < plain[0] and plain[1] < noisy[1] < both[1]
    assert intervals.widened(0, 60, noise=3)[0] == 0 and intervals.widened(0, 60, noise=3)[1] > plain[0]
    assert all(math.isnan(limit) for limit in intervals.widened(0, 0, noise=3))
    with pytest.raises(ValueError):
        intervals.widened(1, 10, effect=0.5)


@pytest.mark.parametrize("share", [0.08, 0.2, 0.5])
def test_widened_covers_the_truth_of_perturbed_counts(share):
    """60 requests, refused with a known chance, both counts published with noise: 95% of intervals hold the chance."""
    draw = np.random.default_rng(3)
    n, table = 60, make_table(b"a seed of the tests")
    x = draw.binomial(n, share, 20_000)
    noisy_x = perturb(x, draw.integers(0, 256, x.shape), table)
    noisy_n = perturb(np.full(x.shape, n), draw.integers(0, 256, x.shape), table)

    def covered(low, high):
        return np.mean((low <= share) & (share <= high))

    noise = noise_on(n).variance
    widened = covered(*intervals.widened(np.minimum(noisy_x, noisy_n), noisy_n, 1.0, noise, noise))
    assert 0.945 <= widened <= 0.985
    assert covered(*intervals.wilson(np.minimum(noisy_x, noisy_n), noisy_n)) < widened


def test_a_design_effect_is_that_of_the_clustered_interval_it_was_measured_with():
    """Likeness and unevenness taken from one set of bodies give back the effective base of that set."""
    draw = np.random.default_rng(5)
    n = draw.integers(20, 400, 40)
    x = draw.binomial(n, np.clip(draw.normal(0.3, 0.1, 40), 0.02, 0.98))
    sums = (x.sum(), n.sum(), (x * x).sum(), (n * n).sum(), (x * n).sum(), 40)
    effect = n.sum() / intervals.clustered(*sums)[3]
    unevenness = 40 * (n * n).sum() / n.sum() ** 2
    likeness = (effect - 1) / (unevenness * n.sum() / 40 - 1)
    assert intervals.design_effect(n.sum(), 40, likeness, unevenness) == pytest.approx(effect)
    assert intervals.design_effect([n.sum(), 400, 0], [4, 400, 0], likeness, unevenness).tolist() == [
        1.0, pytest.approx(1 + (unevenness - 1) * likeness), 1.0]  # fmt: skip
