"""Intervals for shares, for differences of shares, for counts, and for shares pooled over bodies.

Every function takes numbers or arrays of any shapes that broadcast, and answers floats or arrays of that
shape. Counts need not be whole: an effective base (a base divided by a design effect) is as good as a base.
A base of zero answers nan: no rate has been seen, which is neither 0% nor 0% to 100%.

The web process imports this module, so scipy is imported only inside the functions that need a quantile
other than the normal one.
"""

from functools import lru_cache
from statistics import NormalDist

import numpy as np

FEWEST_BODIES = 5  # below this the spread between bodies cannot be estimated: a pooled rate has no interval
EXACT_BELOW = 10  # counts under this take exact Poisson limits, Byar's from it


@lru_cache(maxsize=64)
def normal_quantile(confidence=0.95):
    """The z of a two-sided interval: 1.959964 for 0.95. Raises ValueError outside 0 to 1, ends excluded."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(x, n, confidence=0.95):
    """Wilson's score interval for a share of x in n: (lower, upper), as fractions.

    (2x + z² ∓ z √(z² + 4x(1 - x/n))) / 2(n + z²), kept inside 0 to 1.
    x, n: numbers or arrays that broadcast; n = 0 answers (nan, nan).
    Raises ValueError when x is negative or above n, or the confidence is not between 0 and 1.
    Source: Wilson 1927; statsmodels proportion_confint(method="wilson") agrees.
    """
    z = normal_quantile(confidence)
    x, n = _counts(x, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = 2 * x + z**2
        reach = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
        scale = np.where(n > 0, 2 * (n + z**2), np.nan)
        lower = np.where(x == 0, 0 * scale, (centre - reach) / scale)
        upper = np.where(x == n, scale / scale, (centre + reach) / scale)
    return _plain(np.clip(lower, 0, 1)), _plain(np.clip(upper, 0, 1))


def _counts(x, n):
    """x and n as float arrays, refused when they cannot be events and their base."""
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if np.any(x < 0) or np.any(x > n):
        raise ValueError("the events must be at least 0 and no more than their base")
    return x, n


def _plain(value):
    """A float for a single number, the array otherwise."""
    return float(value) if np.ndim(value) == 0 else value
