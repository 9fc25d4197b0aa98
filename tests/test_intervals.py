"""Intervals against statsmodels and scipy, at their boundaries, and on counts added up beforehand."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from metrics import intervals


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


@pytest.mark.parametrize("x, n, confidence", [(-1, 10, 0.95), (11, 10, 0.95), (1, 10, 1.0), (1, 10, 0)])
def test_wilson_refuses_what_is_not_a_share(x, n, confidence):
    with pytest.raises(ValueError):
        intervals.wilson(x, n, confidence)


def test_importing_intervals_leaves_scipy_and_statsmodels_alone():
    code = "import sys, metrics.intervals; assert not {'scipy', 'statsmodels'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
