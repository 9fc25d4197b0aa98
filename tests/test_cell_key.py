"""Cell-key noise: the distribution against a general solver, the rows against the rule, and its promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from metrics.cell_key import KEYS, ROWS, make_table, maximum_entropy, perturb
from metrics.disclosure import FINE, LARGEST_NOISE, MANY, noise_on

TABLE = make_table(b"a seed of the tests")
FINE_TABLE = make_table(b"a seed of the tests", FINE)


def entropic(noise, variance):
    """The same family found by nested root-finding instead of Newton's method."""

    def chances(a, b):
        scores = a * noise + b * noise**2
        weight = np.exp(scores - scores.max())
        return weight / weight.sum()

    def tilt(b):
        return brentq(lambda a: chances(a, b) @ noise, -60, 60, xtol=1e-14)

    b = brentq(lambda b: chances(tilt(b), b) @ noise**2 - variance, -3, 1.5, xtol=1e-14)
    return chances(tilt(b), b)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 750])
@pytest.mark.parametrize("variance", [1.5, 4.0])
def test_noise_is_the_maximum_entropy_distribution(count, variance):
    noise, chance = maximum_entropy(count, variance, 5)
    assert noise[0] == -min(count, 5) and noise[-1] == 5
    assert chance == pytest.approx(entropic(noise, variance), abs=1e-9)
    assert chance @ noise == pytest.approx(0, abs=1e-12) and chance @ noise**2 == pytest.approx(variance, abs=1e-12)


def test_no_other_distribution_of_that_mean_and_variance_has_more_entropy():
    noise, chance = maximum_entropy(5, 3.0, 5)
    still = np.linalg.svd(np.stack([np.ones(11), noise, noise**2]))[2][3:]  # moves that keep mean and variance
    for move in still:
        for step in (-1e-4, 1e-4):
            other = chance + step * move
            assert -(other * np.log(other)).sum() < -(chance * np.log(chance)).sum()


def test_a_one_is_published_as_nothing_five_times_in_eight():
    """safety.md's figure: a true 1 shows as 0 with p = 0.625."""
    assert maximum_entropy(1, 3.0, 5)[1][0] == pytest.approx(0.625, abs=5e-4)
    assert [part.tolist() for part in maximum_entropy(0, 3.0, 5)] == [[0], [1]]
    with pytest.raises(ValueError):
        maximum_entropy(1, 5.1, 5)


@pytest.mark.parametrize("table, filters", [(TABLE, 0), (FINE_TABLE, FINE)])
def test_the_table_keeps_its_promises_in_whole_keys(table, filters):
    assert table.shape == (750, 256)
    counts = np.arange(1, ROWS + 1)[:, None]
    promised = [noise_on(count, filters) for count in counts.ravel()]
    largest = np.array([noise.largest for noise in promised])
    assert np.all(counts + table >= 0) and np.abs(table).max() <= LARGEST_NOISE
    assert np.array_equal(table.max(axis=1), largest)
    assert np.abs(table.mean(axis=1)).max() < 1e-12
    assert np.abs(table.var(axis=1) - [noise.variance for noise in promised]).max() <= 0.1
    # From ten on, where counts are shown, the largest noise is one key in 256: sums are not known for certain.
    assert np.all((np.abs(table) == largest[:, None]).sum(axis=1)[9:] == 2)


def test_noise_grows_with_the_count_and_with_filters():
    variances = [(noise_on(MANY - 1, filters).variance, noise_on(MANY, filters).variance) for filters in range(4)]
    assert variances == [(1.3, 4.0)] * 3 + [(4.0, 6.0)]


def test_more_filters_on_the_same_requests_tell_no_more_of_their_count():
    """Noise of the two tables never has opposite signs, so that their mean is nearly as far off as one alone."""
    assert np.all(TABLE.astype(int) * FINE_TABLE >= 0)
    rows = slice(MANY // 2, MANY - 1)
    mean = (TABLE[rows].astype(float) + FINE_TABLE[rows]) / 2
    assert np.mean(np.abs(mean) < 0.5) <= np.mean(TABLE[rows] == 0)


def test_another_seed_deals_the_same_noise_otherwise_and_the_same_seed_alike():
    other = make_table(b"another")
    assert np.array_equal(make_table(b"a seed of the tests"), TABLE)
    assert np.array_equal(np.sort(other, axis=1), np.sort(TABLE, axis=1))
    assert np.mean(other == TABLE) < 0.3
    assert np.mean(TABLE[600] == TABLE[601]) < 0.3  # nor do two rows share their order


@given(st.integers(0, 5000), st.integers(0, 10**9))
def test_rows_follow_the_rule(count, key_sum):
    table = np.arange(ROWS * KEYS).reshape(ROWS, KEYS) + 1  # every place tells where it is
    published = perturb(count, key_sum, table)
    if count == 0:
        assert published == 0
    else:
        row, key = divmod(published - count - 1, KEYS)
        assert key == key_sum % 256
        assert row + 1 == (count if count <= 750 else (count - 1) % 250 + 501)


def test_counts_and_key_sums_equal_the_answer_from_the_requests():
    """As ONS's package does from micro-data: keys summed by cell, then looked up row by row."""
    draw = np.random.default_rng(1)
    cell, key = draw.integers(0, 40, 6000), draw.integers(0, 256, 6000)
    expected = []
    for number in range(40):
        keys = [int(k) for c, k in zip(cell, key, strict=True) if c == number]
        expected.append(len(keys) + int(TABLE[len(keys) - 1][sum(keys) % 256]))
    counts, sums = np.bincount(cell, minlength=40), np.bincount(cell, key, minlength=40)
    assert perturb(counts, sums, TABLE).tolist() == expected


def test_the_same_requests_get_the_same_noise_whatever_table_they_are_in():
    """A cell that is all there is of its row, and the total of that row, hold the same requests."""
    parts, sums = np.array([120, 0, 0]), np.array([9_001, 0, 0])
    assert perturb(parts, sums, TABLE)[0] == perturb(parts.sum(), sums.sum(), TABLE)


def test_noise_averages_to_nothing():
    """S15: 20,000 cells of random counts and keys; the mean noise is 0 within three standard errors."""
    draw = np.random.default_rng(2)
    counts, sums = draw.integers(1, 3000, 20_000), draw.integers(0, 10**6, 20_000)
    noise = perturb(counts, sums, TABLE) - counts
    expected = np.mean([noise_on(count).variance for count in counts])
    assert abs(noise.mean()) <= 3 * np.sqrt(expected / 20_000) and np.var(noise) == pytest.approx(expected, abs=0.1)


def test_what_cannot_be_perturbed_is_refused():
    with pytest.raises(ValueError, match="negative"):
        perturb([-1], [0], TABLE)
    with pytest.raises(ValueError, match="rows"):
        perturb([1], [0], TABLE[:10])
    assert perturb([], [], TABLE).size == 0
