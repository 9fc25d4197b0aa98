"""Case mix taken out of a comparison: events seen against events expected, stratum by stratum."""

import numpy as np

from metrics.intervals import _plain, poisson


def indirect_ratio(observed, population, reference_count, reference_population, confidence=0.95):
    """Indirectly standardised ratio with its interval: (expected, ratio, lower, upper).

    expected E = Σ n X/N over strata (purpose by direction, say); ratio = O/E; its limits are those of the
    count O (exact Poisson below 10, Byar's from 10) divided by E. Times the reference's own rate it is an
    indirectly standardised share. A ratio compares a body with the reference, never with another body.

    observed: events O, one number a body, or one a stratum (then they are added over the last axis).
    population: n, (..., strata). reference_count, reference_population: X and N, (strata,) or (..., strata).
    Results have the shape of population without its last axis. E = 0 answers nan for ratio and limits.
    Raises ValueError when a stratum with a population has no reference (merge strata by a fixed table
    first, never drop them), or when the shapes of observed and population do not go together.
    Source: PHEindicatormethods 2.1.0, calculate_ISRatio.
    """
    population = np.atleast_1d(np.asarray(population, dtype=float))
    count, base = (np.asarray(a, dtype=float) for a in (reference_count, reference_population))
    if np.any((base <= 0) & (population > 0)):
        raise ValueError("a stratum has requests but none in the reference: merge strata before standardising")
    expected = (population * np.divide(count, base, out=np.zeros(np.broadcast(count, base).shape), where=base > 0)).sum(
        -1
    )
    total = _totals(np.asarray(observed, dtype=float), population)
    low, high = (np.asarray(limit) for limit in poisson(total, confidence))
    scale = np.where(expected > 0, expected, np.nan)
    return tuple(_plain(part) for part in (expected, total / scale, low / scale, high / scale))


def _totals(observed, population):
    """Events by body, from totals or from strata."""
    if observed.shape == population.shape:
        return observed.sum(-1)
    if observed.ndim == population.ndim - 1:
        return observed
    raise ValueError(
        f"observed has shape {observed.shape}: give one number a body or one a stratum of {population.shape}"
    )
