"""Shares from a survey: by strata, with weights, under non-response, and from one wave to the next.

Sampling is the smaller doubt: who replied is the larger. Show the response rate beside every share, and the
worst case beside any response rate under a half.
"""

from dataclasses import dataclass
from math import hypot, inf, sqrt

from metrics.intervals import wilson


@dataclass(frozen=True)
class Proportion:
    """A share estimated from a survey, as fractions."""

    value: float
    standard_error: float
    df: int  # respondents less strata
    effective_n: float  # respondents of a simple random sample that would tell as much; inf when all were asked
    lower: float
    upper: float


@dataclass(frozen=True)
class Bounds:
    """What a share is if nobody who kept silent would have said yes, and if all would."""

    lower: float
    upper: float
    response_rate: float


@dataclass(frozen=True)
class Difference:
    """The second wave's share less the first's, as a fraction."""

    value: float
    standard_error: float
    df: float
    lower: float
    upper: float


def proportion(strata, finite_population=True, confidence=0.95) -> Proportion:
    """Share saying yes, from a sample drawn within strata.

    p = ΣN p_h/N; Var = Σ(N_h/N)² (1 - n_h/N_h) p_h(1-p_h)/(n_h-1); effective_n = p(1-p)/Var; Wilson on it.
    strata: {name: (n respondents, N population, k yes)}. finite_population: keep the factor 1 - n/N, for a
    claim about this register of bodies now; False for comparing waves or looking ahead. A stratum asked in
    full then adds nothing to the variance. Where no stratum shows any spread though not all were asked,
    effective_n is N²/Σ(N_h²/n_h).
    Raises ValueError for no strata, yes above respondents, respondents above population, or a stratum with
    one respondent (or none) of several: merge it with its neighbour first.
    Source: Cochran 1977, 5.3; Korn and Graubard 1998 for the effective sample.
    """
    if not strata:
        raise ValueError("a share needs at least one stratum")
    population = sum(size for _, size, _ in strata.values())
    value = variance = kish = 0.0
    for name, (n, size, yes) in strata.items():
        _check(name, n, size, yes, finite_population)
        weight, share = size / population, yes / n
        value += weight * share
        kish += weight**2 / n
        if n < size or not finite_population:
            rest = 1 - n / size if finite_population else 1
            variance += weight**2 * rest * share * (1 - share) / (n - 1)
    complete = finite_population and all(n == size for n, size, _ in strata.values())
    effective = inf if complete else value * (1 - value) / variance if variance > 0 else 1 / kish
    lower, upper = (value, value) if complete else wilson(value * effective, effective, confidence)
    df = sum(n for n, _, _ in strata.values()) - len(strata)
    return Proportion(value, sqrt(variance), df, effective, lower, upper)


def post_stratified(groups, finite_population=True, confidence=0.95) -> Proportion:
    """Share saying yes, weighted back to the population of each group after the sample is in.

    groups: {name: (n respondents, N population, k yes)}, the groups (sector by size, say) known from the
    register. Given how many of each group replied, the estimate and its variance are those of `proportion`
    (Holt and Smith 1979). It mends non-response that depends on the group alone: within a group those who
    replied must stand for those who did not. Raises as `proportion` does; empty groups must be merged.
    """
    return proportion(groups, finite_population, confidence)


def weighted(yes_weight, weight_sum, weight_sum_squares, confidence=0.95) -> Proportion:
    """Share saying yes from weights alone, where strata are not given.

    p = W_yes/W; effective_n = W²/Σw² (Kish 1965); standard error √(p(1-p)/effective_n); Wilson on it.
    yes_weight, weight_sum, weight_sum_squares: sums of w over yes, of w and of w² over all respondents;
    they add over cells. df is effective_n - 1, rounded down. Raises ValueError without respondents.
    """
    if not weight_sum > 0 or not weight_sum_squares > 0:
        raise ValueError("a share needs respondents with a weight")
    value, effective = yes_weight / weight_sum, weight_sum**2 / weight_sum_squares
    lower, upper = wilson(value * effective, effective, confidence)
    return Proportion(value, sqrt(value * (1 - value) / effective), int(effective) - 1, effective, lower, upper)


def worst_case(groups) -> Bounds:
    """Bounds on the share among all invited, whatever the silent would have said.

    groups: {name: (responded, invited, k yes)} or, to weight the groups, {name: (responded, invited, k yes,
    N population)}. lower = k/invited, upper = (k + invited - responded)/invited, each averaged over groups
    by population (by invited without one). They hold no sampling error, and need no assumption at all.
    Raises ValueError when nobody was invited, more responded than were invited, or more said yes than responded.
    """
    low = high = total = responded_all = invited_all = 0.0
    for name, (responded, invited, yes, *size) in groups.items():
        if not 0 <= yes <= responded <= invited or invited == 0:
            raise ValueError(f"{name}: yes, responded and invited must rise in that order, and someone be invited")
        weight = size[0] if size else invited
        low += weight * yes / invited
        high += weight * (yes + invited - responded) / invited
        total += weight
        responded_all, invited_all = responded_all + responded, invited_all + invited
    if not total:
        raise ValueError("bounds need at least one group")
    return Bounds(low / total, high / total, responded_all / invited_all)


def compare_waves(first, second, confidence=0.95) -> Difference:
    """The second wave less the first, for two independent samples.

    difference ± t √(Var1 + Var2), each variance as in `proportion` without the finite population factor,
    t on Welch and Satterthwaite's degrees of freedom. first, second: strata as `proportion` takes them. If
    the same people answered both, this is too wide: use their paired answers. Where neither wave shows any
    spread (all said no, say) the limits are Newcombe's, from each wave's Wilson limits. Raises as
    `proportion` does.
    """
    from scipy.special import stdtrit

    a, b = (proportion(wave, False, confidence) for wave in (first, second))
    va, vb, value = a.standard_error**2, b.standard_error**2, b.value - a.value
    if va + vb == 0:
        lower = value - hypot(b.value - b.lower, a.upper - a.value)
        upper = value + hypot(b.upper - b.value, a.value - a.lower)
        return Difference(value, 0.0, float(a.df + b.df), lower, upper)
    df = (va + vb) ** 2 / (va**2 / a.df + vb**2 / b.df)
    reach = float(stdtrit(df, 0.5 + confidence / 2)) * sqrt(va + vb)
    return Difference(value, sqrt(va + vb), df, value - reach, value + reach)


def _check(name, n, size, yes, finite_population):
    if not 0 <= yes <= n <= size:
        raise ValueError(f"{name}: yes, respondents and population must rise in that order")
    if n == 0 or (n == 1 and (size > 1 or not finite_population)):
        raise ValueError(f"{name}: {n} of {size} replied, too few for a spread: merge it with another stratum")
