"""The gap between two kinds of request inside sectors: against hand-worked sums, and held to a truth by simulation."""

import numpy as np
import pytest

from metrics import gap


def test_one_stratum_is_the_plain_difference_and_its_variance_that_of_the_bodies():
    x1, n1, x0, n0 = [4, 9, 2, 7], [20, 30, 10, 40], [10, 11, 12, 30], [100, 80, 60, 160]
    found = gap.stratified(x1, n1, x0, n0, ["a"] * 4)
    p1, p0 = 22 / 100, 63 / 400
    assert found.value == pytest.approx(p1 - p0)
    z = (np.array(x1) - p1 * np.array(n1)) / 100 - (np.array(x0) - p0 * np.array(n0)) / 400
    assert found.standard_error == pytest.approx(np.sqrt(4 / 3 * (z**2).sum()))
    assert (found.df, found.strata, found.bodies) == (3, 1, 4)
    assert found.upper - found.value == pytest.approx(3.182446 * found.standard_error, rel=1e-6)


def test_mantel_and_haenszels_difference_as_the_textbook_sums_it():
    """Σ (x1 n0 - x0 n1)/N over Σ n1 n0/N, which is how Greenland and Robins write it."""
    x1, n1, x0, n0 = np.array([5, 12, 30]), np.array([20, 60, 90]), np.array([40, 9, 20]), np.array([200, 50, 100])
    N = n1 + n0
    expected = ((x1 * n0 - x0 * n1) / N).sum() / (n1 * n0 / N).sum()
    split = [np.repeat(part, 2) / 2 for part in (x1, n1, x0, n0)]
    assert gap.stratified(*split, np.repeat(["a", "b", "c"], 2)).value == pytest.approx(expected)


def test_sectors_that_differ_alone_make_no_gap():
    """All of one kind go to a sector that refuses much: the raw difference is large, the gap is none."""
    sector = np.repeat(["easy", "hard"], 5)
    n1, n0 = np.repeat([10, 90], 5), np.repeat([90, 10], 5)
    rate = np.repeat([0.1, 0.5], 5)
    found = gap.stratified(rate * n1, n1, rate * n0, n0, sector)
    assert found.value == pytest.approx(0) and (rate * n1).sum() / n1.sum() - (rate * n0).sum() / n0.sum() > 0.3


def test_strata_without_both_kinds_take_no_part_and_none_at_all_is_refused():
    found = gap.stratified([3, 4, 9], [10, 10, 30], [5, 6, 0], [20, 20, 0], ["a", "a", "b"])
    assert (found.strata, found.bodies) == (1, 2) and found.value == pytest.approx(7 / 20 - 11 / 40)
    for counts in (([1, 1], [5, 5], [0, 0], [0, 0]), ([6], [5], [1], [5]), ([1], [5], [1], [5])):
        with pytest.raises(ValueError):
            gap.stratified(*counts, ["a"] * len(counts[0]))


def test_its_interval_covers_the_truth_where_bodies_differ():
    draw, hits = np.random.default_rng(8), 0
    sector = np.repeat(np.arange(6), 12)
    for _ in range(400):
        own = draw.normal(0, 0.5, 72) + np.repeat(np.linspace(-1.8, -0.6, 6), 12)
        n1, n0 = draw.poisson(12, 72), draw.poisson(60, 72)
        base = 1 / (1 + np.exp(-own))
        x1, x0 = draw.binomial(n1, np.clip(base + 0.05, 0, 1)), draw.binomial(n0, base)
        found = gap.stratified(x1, n1, x0, n0, sector)
        hits += found.lower <= 0.05 <= found.upper
    assert 0.92 <= hits / 400 <= 0.98
