"""Indirect standardisation against the published example and Poisson limits of statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.rates import confint_poisson

from metrics.intervals import byar
from metrics.standardise import indirect_ratio


def test_a_worked_example():
    """Two strata: 100 requests at a reference 10% and 50 at 40% expect 30 events; 36 were seen."""
    low, high = byar(36)
    assert indirect_ratio(36, [100, 50], [20, 80], [200, 200]) == pytest.approx((30, 1.2, low / 30, high / 30))


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500), st.floats(0.01, 1)), min_size=1, max_size=12))
def test_the_sum_is_the_same_written_out_by_hand(strata):
    population, reference, share = zip(*strata, strict=True)
    count = [base * part for base, part in zip(reference, share, strict=True)]
    expected = math.fsum(n * x / base for n, x, base in zip(population, count, reference, strict=True))
    low, high = confint_poisson(7, 1, method="exact-c", alpha=0.05)
    result = indirect_ratio(7, population, count, reference)
    assert result == pytest.approx((expected, 7 / expected, low / expected, high / expected), rel=1e-9)


def test_bodies_together_as_alone_and_strata_as_their_total():
    draw = np.random.default_rng(3)
    population, reference = draw.integers(0, 90, (6, 4)), draw.integers(50, 900, 4)
    seen, count = draw.binomial(population, 0.3), draw.binomial(reference, 0.25)
    together = indirect_ratio(seen, population, count, reference)
    assert all(part.shape == (6,) for part in together)
    for body in range(6):
        alone = indirect_ratio(seen[body].sum(), population[body], count, reference)
        assert alone == pytest.approx(tuple(part[body] for part in together))


def test_counts_equal_the_answer_from_rows():
    """Each request carries the reference's chance of its stratum; the expected events are their sum."""
    draw = np.random.default_rng(5)
    stratum = draw.integers(0, 3, 400)
    chance = np.array([0.1, 0.3, 0.6])
    expected, ratio, *_ = indirect_ratio(90, np.bincount(stratum), chance * 1000, [1000] * 3)
    assert expected == pytest.approx(sum(chance[s] for s in stratum)) and ratio == pytest.approx(90 / expected)


def test_case_mix_alone_moves_the_raw_rate_and_not_the_ratio():
    rates, reference = np.array([0.1, 0.5]), [1000, 1000]
    early, late = np.array([800, 200]), np.array([300, 700])
    ratios = [indirect_ratio(rates * mix, mix, rates * reference, reference)[1] for mix in (early, late)]
    assert ratios == pytest.approx([1, 1]) and (rates @ late) / 1000 > (rates @ early) / 1000 + 0.15


def test_at_the_ends():
    assert all(math.isnan(part) for part in indirect_ratio(0, [0, 0], [1, 1], [10, 10])[1:])
    assert indirect_ratio(0, [10, 0], [1, 0], [10, 0])[:3] == pytest.approx((1, 0, 0))
    with pytest.raises(ValueError, match="merge strata"):
        indirect_ratio(1, [10, 3], [1, 0], [10, 0])
    with pytest.raises(ValueError, match="shape"):
        indirect_ratio([1, 2, 3], [10, 3], [1, 1], [10, 10])
