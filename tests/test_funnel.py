"""Funnels against PHE's longer formula, a second implementation and a random-effects meta-analysis."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from metrics import funnel


def peers(seed, bodies=40, spread=0.3):
    draw = np.random.default_rng(seed)
    n = draw.integers(30, 900, bodies)
    return draw.binomial(n, 1 / (1 + np.exp(1.4 - spread * draw.standard_normal(bodies)))), n


@given(st.floats(0.01, 0.99), st.integers(1, 5000))
def test_plain_limits_are_those_of_phe(target, n):
    """The longer expression of PHEindicatormethods, by bodies of n with target * n events."""
    for confidence, z in ((0.95, 1.959963985), (0.998, 3.090232306)):
        events = target * n
        reach = z * math.sqrt((events / n) * (1 - events / n) / n)
        expected = max(0, target - reach), min(1, target + reach)
        assert funnel.limits(target, n, confidence) == pytest.approx(expected, abs=1e-8)


def test_plain_limits_take_arrays_and_have_none_without_a_base():
    lower, upper = funnel.limits(0.2, np.array([0, 50, 5000]), 0.998)
    assert math.isnan(lower[0]) and math.isnan(upper[0])
    assert 0 <= lower[1] < lower[2] < 0.2 < upper[2] < upper[1] <= 1
    with pytest.raises(ValueError):
        funnel.limits(1.2, 10, 0.95)


def by_hand(observed, n, share):
    """phi and tau² in plain Python; statistics.quantiles(method="inclusive") is R's type 7."""
    target = sum(observed) / sum(n)
    z = [
        2 * math.sqrt(b) * (math.asin(math.sqrt(a / b)) - math.asin(math.sqrt(target)))
        for a, b in zip(observed, n, strict=True)
    ]
    cuts = statistics.quantiles(z, n=round(1 / share), method="inclusive")
    squares = sum(min(max(value, cuts[0]), cuts[-1]) ** 2 for value in z)
    weights = [4 * b for b in n]
    spare = sum(weights) - sum(w * w for w in weights) / sum(weights)
    return z, squares / len(z), max(0.0, (squares - (len(z) - 1)) / spare)


@pytest.mark.parametrize("seed, share", [(1, 0.1), (2, 0.1), (3, 0.2), (4, 0.05)])
def test_overdispersion_agrees_with_plain_python(seed, share):
    observed, n = peers(seed)
    result = funnel.overdispersed(observed, n, winsorise=share)
    z, phi, tau2 = by_hand(observed.tolist(), n.tolist(), share)
    assert result.z == pytest.approx(z, abs=1e-10)
    assert (result.phi, result.tau2) == pytest.approx((phi, tau2), rel=1e-10)


def test_without_winsorising_it_is_dersimonian_and_laird_about_the_target():
    observed, n = peers(7)
    result = funnel.overdispersed(observed, n, winsorise=0)
    angle, weight = np.arcsin(np.sqrt(observed / n)), 4 * n
    pooled = np.average(angle, weights=weight)
    meta = combine_effects(angle, 1 / weight, method_re="dl")
    off_centre = weight.sum() * (pooled - np.arcsin(np.sqrt(result.target))) ** 2
    spare = weight.sum() - (weight**2).sum() / weight.sum()
    assert result.tau2 == pytest.approx(meta.tau2 + off_centre / spare, rel=1e-9)


def test_bodies_no_more_different_than_chance_have_no_extra_spread():
    n = np.full(20, 100)
    result = funnel.overdispersed(np.full(20, 25), n)
    assert (result.phi, result.tau2) == (0, 0)
    angle = math.asin(0.5)
    expected = [math.sin(angle + side * 3.090232306 / 20) ** 2 for side in (-1, 1)]
    assert result.limits(100, 0.998) == pytest.approx(expected, abs=1e-9)


def test_limits_stay_between_nothing_and_all():
    result = funnel.overdispersed([0, 1, 9], [3, 4, 10])
    lower, upper = result.limits(np.array([1, 2, 1000]), 0.998)
    assert lower[0] == 0 and upper[0] == 1 and np.all(lower <= upper)
    assert math.isnan(result.limits(0, 0.95)[0])


def test_a_body_without_requests_takes_no_part():
    observed, n = peers(3, bodies=12)
    whole, more = funnel.overdispersed(observed, n), funnel.overdispersed([*observed, 0], [*n, 0])
    assert math.isnan(more.z[-1]) and (more.phi, more.tau2, more.target) == (whole.phi, whole.tau2, whole.target)


def test_one_body_is_its_own_target():
    result = funnel.overdispersed([5], [20])
    assert (result.target, result.phi, result.tau2) == (0.25, 0, 0)


@pytest.mark.parametrize("observed, n, share", [([3], [2], 0.1), ([0], [0], 0.1), ([1], [2], 0.5)])
def test_what_makes_no_funnel_is_refused(observed, n, share):
    with pytest.raises(ValueError):
        funnel.overdispersed(observed, n, winsorise=share)


def test_the_variance_winsorising_keeps_is_what_a_normal_sample_shows():
    z = np.random.default_rng(2).standard_normal(400_000)
    for share in (0.05, 0.1, 0.25):
        kept = np.var(np.clip(z, *np.quantile(z, [share, 1 - share])))
        assert funnel._variance_kept(share) == pytest.approx(kept, abs=0.005)


def peers_and_a_rogue(draw, spread, rogue):
    """40 peers whose log-odds differ with sd `spread`, and one body of 200 requests off by `rogue`."""
    n = np.append(draw.integers(100, 800, 40), 200)
    effect = np.append(spread * draw.standard_normal(40), rogue)
    return draw.binomial(n, 1 / (1 + np.exp(1.2 - effect))), n


def test_a_rogue_is_found_and_its_peers_are_not():
    """S11, 400 draws, consistent: the rogue found in 80%, at most 0.5% of the others."""
    draw, found, others = np.random.default_rng(11), 0, 0.0
    for _ in range(400):
        observed, n = peers_and_a_rogue(draw, 0.1, 0.8)
        lower, upper = funnel.overdispersed(observed, n, consistent=True).limits(n, 0.998)
        out = (observed / n < lower) | (observed / n > upper)
        found, others = found + out[-1], others + out[:-1].mean()
    assert found / 400 >= 0.8 and others / 400 <= 0.005


def test_the_spread_between_bodies_is_recovered_when_consistent():
    draw, p = np.random.default_rng(12), 1 / (1 + np.exp(1.2))
    samples = [peers_and_a_rogue(draw, 0.3, 0.0) for _ in range(200)]
    truth = 0.3**2 * p * (1 - p) / 4
    mended = np.mean([funnel.overdispersed(*sample, consistent=True).tau2 for sample in samples])
    published = np.mean([funnel.overdispersed(*sample).tau2 for sample in samples])
    assert mended == pytest.approx(truth, rel=0.1) and published < 0.75 * truth
