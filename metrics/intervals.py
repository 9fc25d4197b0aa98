"""Intervals for shares, for differences of shares, for counts, and for shares pooled over bodies.

Every function takes numbers or arrays of any shapes that broadcast, and answers floats or arrays of that
shape. Counts need not be whole: an effective base (a base divided by a design effect) is as good as a base.
A base of zero answers nan: no rate has been seen, which is neither 0% nor 0% to 100%.

The web process imports this module, so scipy is imported only inside the functions that need a quantile
other than the normal one.
"""

from functools import lru_cache
from math import nan, sqrt
from statistics import NormalDist

import numpy as np

FEWEST_BODIES = 5  # below this the spread between bodies cannot be estimated: a pooled rate has no interval
NOT_EVENTS = "the events must be at least 0 and no more than their base"
NOT_WIDENED = "a design effect is 1 or more and a noise variance 0 or more"
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
    if _numbers(x, n):
        return _wilson_of_one(x, n, z)
    x, n = _counts(x, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = 2 * x + z**2
        reach = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
        scale = np.where(n > 0, 2 * (n + z**2), np.nan)
        lower = np.where(x == 0, 0 * scale, (centre - reach) / scale)
        upper = np.where(x == n, scale / scale, (centre + reach) / scale)
    return _plain(np.clip(lower, 0, 1)), _plain(np.clip(upper, 0, 1))


def _wilson_of_one(x, n, z):
    """The same for one share: a page asks for thousands one by one, and arrays of one cost thirty times as much."""
    if x < 0 or x > n:
        raise ValueError(NOT_EVENTS)
    if n == 0:
        return nan, nan
    centre, reach, scale = 2 * x + z**2, z * sqrt(z**2 + 4 * x * (1 - x / n)), 2 * (n + z**2)
    lower = 0.0 if x == 0 else (centre - reach) / scale
    upper = 1.0 if x == n else (centre + reach) / scale
    return min(max(lower, 0.0), 1.0), min(max(upper, 0.0), 1.0)


def widened(x, n, effect=1.0, noise=0.0, base_noise=0.0, confidence=0.95):
    """Wilson's interval on the base that is left once requests resemble each other and counts carry noise.

    n / (effect + (noise + base_noise p²) / (n p (1 - p))): the variance of x/n is p(1 - p)/n times the design effect,
    and each of the two published counts adds the variance of its noise. p is (x + z²/2) / (n + z²), so that a count of
    nothing still has a spread. With effect 1 and no noise this is `wilson`. Numbers or arrays that broadcast, n = 0
    answers (nan, nan). Raises as `wilson` does, and ValueError for an effect below 1 or a negative noise.
    Source: delta method on a ratio of two counts with independent noise; Korn and Graubard 1998 for the effective base.
    """
    z = normal_quantile(confidence)
    if _numbers(x, n, effect, noise, base_noise):
        return _widened_of_one(x, n, effect, noise, base_noise, z)
    effect, noise, base_noise = (np.asarray(one, dtype=float) for one in (effect, noise, base_noise))
    if np.any(effect < 1) or np.any(noise < 0) or np.any(base_noise < 0):
        raise ValueError(NOT_WIDENED)
    x, n = _counts(x, n)
    p = (x + z**2 / 2) / (n + z**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = n / (effect + (noise + base_noise * p**2) / (n * p * (1 - p)))
        share = np.where(n > 0, x / n, 0)
    base = np.where(n > 0, base, 0)
    return wilson(share * base, base, confidence)


def _widened_of_one(x, n, effect, noise, base_noise, z):
    """The same for one share."""
    if effect < 1 or min(noise, base_noise) < 0:
        raise ValueError(NOT_WIDENED)
    if x < 0 or x > n:
        raise ValueError(NOT_EVENTS)
    if n == 0:
        return nan, nan
    p = (x + z**2 / 2) / (n + z**2)
    base = n / (effect + (noise + base_noise * p * p) / (n * p * (1 - p)))
    return _wilson_of_one(x / n * base, base, z)


def design_effect(n, bodies, likeness, unevenness):
    """How much more a share pooled over bodies varies than one of as many requests drawn alone: 1 or more.

    1 + (unevenness n/bodies - 1) likeness; unevenness is b Σn²/(Σn)² over bodies (1 when all are of a size), likeness
    how far a body's requests resemble each other. 1 for fewer than 5 bodies, whose spread nobody can estimate.
    n: the base; bodies: how many it comes from. Numbers or arrays that broadcast.
    Source: Kish 1965, 5.4 and 8.2, with the unevenness of cluster sizes.
    """
    if _numbers(n, bodies, likeness, unevenness):
        return max(1 + (unevenness * (n / bodies) - 1) * likeness, 1.0) if bodies >= FEWEST_BODIES else 1.0
    n, bodies = np.asarray(n, dtype=float), np.asarray(bodies, dtype=float)
    per_body = np.divide(n, bodies, out=np.zeros(np.broadcast(n, bodies).shape), where=bodies > 0)
    effect = np.where(bodies >= FEWEST_BODIES, 1 + (unevenness * per_body - 1) * likeness, 1)
    return _plain(np.maximum(effect, 1.0))


def newcombe(x1, n1, x2, n2, confidence=0.95):
    """Newcombe's interval for the first share less the second: (difference, lower, upper), as fractions.

    With d = p1 - p2 and each share's Wilson limits l, u:
    lower = d - √((p1 - l1)² + (u2 - p2)²), upper = d + √((u1 - p1)² + (p2 - l2)²).
    x1, n1, x2, n2: numbers or arrays that broadcast; a base of 0 answers nan. Raises as `wilson` does.
    Source: Newcombe 1998, method 10; statsmodels confint_proportions_2indep(method="newcomb") agrees.
    """
    (x1, n1), (x2, n2) = _counts(x1, n1), _counts(x2, n2)
    (l1, u1), (l2, u2) = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = x1 / n1, x2 / n2
    difference = p1 - p2
    lower = difference - np.hypot(p1 - l1, u2 - p2)
    upper = difference + np.hypot(u1 - p1, p2 - l2)
    return _plain(difference), _plain(lower), _plain(upper)


def byar(count, confidence=0.95):
    """Byar's interval for a count of events: (lower, upper), in events.

    x (1 - 1/9x - z/3√x)³ and (x+1) (1 - 1/9(x+1) + z/3√(x+1))³; the lower limit is never below 0.
    count: a number or an array, 0 or more; ValueError otherwise. Within 0.2% of exact from 10 events.
    Source: Breslow and Day 1987; PHE, Technical guide: confidence intervals.
    """
    z = normal_quantile(confidence)
    x = _events(count)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(x > 0, x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3, 0.0)
    more = x + 1
    upper = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return _plain(np.maximum(lower, 0)), _plain(upper)


def poisson(count, confidence=0.95):
    """Interval for a count of events, exact below 10 and Byar's from 10: (lower, upper), in events.

    Exact: ½χ²(α/2; 2x) and ½χ²(1 - α/2; 2x + 2), the lower limit of no events being 0.
    count: a number or an array, 0 or more; ValueError otherwise. Divide by the population for a rate.
    Source: Garwood 1936, and the switch at 10 of the public health tools (PHE technical guide).
    """
    from scipy.special import gammaincinv  # ½χ²(p; 2a) is the inverse regularised gamma of shape a

    x = _events(count)
    lower, upper = byar(x, confidence)
    tail = (1 - confidence) / 2
    few = x < EXACT_BELOW
    exact_lower = np.where(x > 0, gammaincinv(np.maximum(x, 1e-9), tail), 0.0)
    exact_upper = gammaincinv(x + 1, 1 - tail)
    return _plain(np.where(few, exact_lower, lower)), _plain(np.where(few, exact_upper, upper))


def clustered(sum_x, sum_n, sum_xx, sum_nn, sum_xn, bodies, confidence=0.95):
    """Interval for a share pooled over bodies whose own shares differ: (value, lower, upper, effective_n).

    p = Σx/Σn; v = m/(m-1) Σ(x - pn)² / (Σn)², with Σ(x - pn)² = Σx² - 2pΣxn + p²Σn²;
    effective_n = p(1-p)/v · (z/t)², t on m - 1 degrees of freedom; Wilson on (p · effective_n, effective_n).
    sum_x, sum_n, sum_xx, sum_nn, sum_xn: sums over the m bodies of x, n, x², n², xn; bodies: m. Numbers or
    arrays that broadcast. The claim is about what bodies like these do, not only the requests recorded.
    Under 5 bodies the value stands alone: limits and effective_n are nan. When the bodies do not differ at
    all (all 0%, say) nothing shows a spread, and effective_n is Σn (z/t)².
    Raises ValueError when sum_x is negative or above sum_n. Source: ratio estimator of cluster sampling
    (Cochran 1977, 6.4) with Korn and Graubard's effective sample (1998).
    """
    sum_x, sum_n = _counts(sum_x, sum_n)
    sum_xx, sum_nn, sum_xn, bodies = (np.asarray(a, dtype=float) for a in (sum_xx, sum_nn, sum_xn, bodies))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = sum_x / sum_n
        squares = sum_xx - 2 * value * sum_xn + value**2 * sum_nn
        squares = np.where(squares > 1e-12 * sum_nn, squares, 0.0)  # less than that is only rounding
        variance = bodies / (bodies - 1) * squares / sum_n**2
        base = np.where(variance > 0, value * (1 - value) / variance, sum_n)
    base = base * _student_shrink(bodies, confidence)
    lower, upper = wilson(value * base, base, confidence)
    return _plain(value), lower, upper, _plain(base)


def _student_shrink(bodies, confidence):
    """(z/t)² with t on bodies - 1 degrees of freedom; nan for too few bodies."""
    from scipy.special import stdtrit

    enough = bodies >= FEWEST_BODIES
    t = stdtrit(np.where(enough, bodies - 1, 1), 0.5 + confidence / 2)
    return np.where(enough, (normal_quantile(confidence) / t) ** 2, np.nan)


def _events(count):
    count = np.asarray(count, dtype=float)
    if np.any(count < 0):
        raise ValueError("a count of events cannot be negative")
    return count


def _counts(x, n):
    """x and n as float arrays, refused when they cannot be events and their base."""
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if np.any(x < 0) or np.any(x > n):
        raise ValueError(NOT_EVENTS)
    return x, n


def _numbers(*values) -> bool:
    """Whether all are plain numbers, of Python's own kinds."""
    return all(isinstance(value, int | float) for value in values)


def _plain(value):
    """A float for a single number, the array otherwise."""
    return float(value) if np.ndim(value) == 0 else value
