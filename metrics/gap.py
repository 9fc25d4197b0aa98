"""The gap between two kinds of request, compared only inside strata: their difference once sectors are taken alike."""

from typing import NamedTuple

import numpy as np


class Gap(NamedTuple):
    """A difference of shares, as a fraction, and what it rests on."""

    value: float
    standard_error: float
    lower: float
    upper: float
    df: int
    strata: int  # strata with requests of both kinds
    bodies: int  # bodies in them


def stratified(x1, n1, x0, n0, strata, confidence=0.95) -> Gap:
    """Share of the first kind less that of the second, over strata: Mantel and Haenszel's difference.

    d = Σ W_s (p1_s - p0_s) / ΣW, W_s = n1 n0/(n1 + n0) of the stratum. Bodies are what varies: with
    z_b = (x1_b - p1 n1_b)/n1 - (x0_b - p0 n0_b)/n0, a stratum of m bodies has variance m/(m-1) Σz²; one of a single
    body p1(1-p1)/n1 + p0(1-p0)/n0. Weights are taken as given. t limits on Σ(m - 1), kept inside -1 to 1.
    x1, n1, x0, n0: (bodies,) events and bases of both kinds; strata: (bodies,) labels. Strata without requests of both
    kinds take no part. Raises ValueError where none is left, no degree of freedom is, or events exceed a base.
    Source: Greenland and Robins 1985 for the weights; the variance is a ratio estimator's over clusters (Cochran 1977).
    """
    x1, n1, x0, n0 = (np.asarray(part, dtype=float) for part in (x1, n1, x0, n0))
    if np.any(x1 > n1) or np.any(x0 > n0) or min(x1.min(initial=0), x0.min(initial=0)) < 0:
        raise ValueError("the events of each kind must be at least 0 and no more than their base")
    _, label = np.unique(np.asarray(strata), return_inverse=True)
    sums = np.array([np.bincount(label, weights=part) for part in (x1, n1, x0, n0)])
    both = (sums[1] > 0) & (sums[3] > 0)
    here = both[label] & (n1 + n0 > 0)
    if not here.any():
        raise ValueError("no stratum has requests of both kinds")
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p0 = sums[0] / sums[1], sums[2] / sums[3]
        weight = np.where(both, sums[1] * sums[3] / (sums[1] + sums[3]), 0)
        z = (x1 - p1[label] * n1) / sums[1][label] - (x0 - p0[label] * n0) / sums[3][label]
        alone = p1 * (1 - p1) / sums[1] + p0 * (1 - p0) / sums[3]
    bodies = np.bincount(label[here], minlength=len(both))
    squares = np.bincount(label[here], weights=z[here] ** 2, minlength=len(both))
    apart = np.where(bodies > 1, bodies / np.maximum(bodies - 1, 1) * squares, alone)[both]
    weight = weight[both] / weight[both].sum()
    value, error = float(weight @ (p1 - p0)[both]), float(np.sqrt(weight**2 @ apart))
    df = int(np.maximum(bodies[both] - 1, 0).sum())
    reach = _student(df, confidence) * error
    lower, upper = max(value - reach, -1.0), min(value + reach, 1.0)
    return Gap(value, error, lower, upper, df, int(both.sum()), int(here.sum()))


def _student(df: int, confidence: float) -> float:
    from scipy.special import stdtrit

    if df < 1:
        raise ValueError("a gap needs two bodies of one stratum")
    return float(stdtrit(df, 0.5 + confidence / 2))
