"""Verdicts: what a monthly series lets us say about a date, by rules written down before anyone looked.

Five answers and no sixth: improving, worsening, no_detectable_change, not_enough_data, cannot_tell. A change is
claimed only where two models with different faults both exclude none, the series does not run on its own momentum,
nothing about who sends or how they record changed, and the change is worth acting on. Multiplicity comes in a
second step, `adjust`, where a snapshot is published: filtering a screen cannot change a verdict.
"""

from dataclasses import dataclass, replace

import numpy as np

from metrics import interrupted

IMPROVING, WORSENING, NO_CHANGE = "improving", "worsening", "no_detectable_change"
NOT_ENOUGH, CANNOT_TELL = "not_enough_data", "cannot_tell"
IDS = (IMPROVING, WORSENING, NO_CHANGE, NOT_ENOUGH, CANNOT_TELL)

MONTHS_EACH_SIDE = 12  # mature months before the date, and after it
MONTHLY_BASE = 20  # median requests a month
PHASE_EVENTS = 10  # events before, and after
BODIES = 5
RECORDED = 0.80  # of the base, in either phase, has the field filled
MOMENTUM = 0.5  # resemblance of one month to the last beyond which no claim is made
SIGNIFICANT = 0.05
FEW_DEALS = 20  # ways to deal a campaign's date over sectors: with so few none can stand out from chance
CAUTION = 1.0  # standard errors above its estimate at which Prais-Winsten takes that resemblance

# Why there is not enough to say, and why nothing can be told though there is enough.
SHORTAGES = ("months_before", "months_after", "monthly_base", "events", "bodies", "one_body", "recorded", "fit")
DOUBTS = ("panel", "coding", "definition", "momentum", "no_direction")


@dataclass(frozen=True)
class Series:
    """Mature months only, in order and without gaps; a month without requests has a base of 0.

    events, base: (months,) counts. first_after: place from 0 of the first whole month after the date. start:
    calendar month of the first point, from 0. recorded: (months,) share of the base's requests with the field
    filled, or None where the indicator needs no field. bodies: the fewer of those before and those after.
    changed: which of "panel", "coding", "definition" changed between the year before and the year after.
    """

    events: np.ndarray
    base: np.ndarray
    first_after: int
    start: int = 0
    recorded: np.ndarray | None = None
    bodies: int = BODIES
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """One answer. Shares are fractions: a difference of -0.048 is 4.8 points fewer."""

    id: str
    small_but_real: bool = False
    difference: float | None = None  # observed less expected, averaged over the first mature year after
    lower: float | None = None
    upper: float | None = None
    observed: float | None = None
    expected: float | None = None  # what the earlier trend and season imply
    minimum_detectable: float | None = None  # the change four such series in five would show
    confirming: tuple[float, float] | None = None  # the second model's limits
    rho: float | None = None
    dispersion: float | None = None
    p: float | None = None  # the larger of the two models'
    adjusted_p: float | None = None
    reasons: tuple[str, ...] = ()  # of SHORTAGES or DOUBTS
    months_before: int = 0
    months_after: int = 0
    base: int = 0
    bodies: int = 0
    months_needed: int | None = None  # further months that would mend a shortage; None where months cannot


def judge(series: Series, better: str, worth: float) -> Verdict:
    """The verdict on one series, p not yet adjusted.

    better: "up", "down" or "neither"; worth: the smallest change worth acting on, a fraction, set beforehand.
    Raises ValueError for another direction or arrays that do not fit. Source: methods.md, section 3.
    """
    if better not in ("up", "down", "neither"):
        raise ValueError(f'better is "up", "down" or "neither", not {better!r}')
    series = _as_arrays(series)
    facts = _facts(series)
    short = shortages(series)
    if short:
        return Verdict(NOT_ENOUGH, reasons=short, months_needed=months_needed(series, short), **facts)
    try:
        numbers = estimate(series)
    except ValueError:
        return Verdict(NOT_ENOUGH, reasons=("fit",), **facts)
    doubts = tuple(series.changed) + (("momentum",) if numbers["rho"] > MOMENTUM else ())
    return _settled(Verdict(NO_CHANGE, reasons=doubts, **facts, **numbers), numbers["p"], better, worth)


def shortages(series: Series) -> tuple[str, ...]:
    """Which rules of sufficiency the series breaks, in the order of SHORTAGES."""
    before, after = slice(None, series.first_after), slice(series.first_after, None)
    broken = {
        "months_before": (series.base[before] > 0).sum() < MONTHS_EACH_SIDE,
        "months_after": (series.base[after] > 0).sum() < MONTHS_EACH_SIDE,
        "monthly_base": len(series.base) == 0 or np.median(series.base) < MONTHLY_BASE,
        "events": min(series.events[before].sum(), series.events[after].sum()) < PHASE_EVENTS,
        "bodies": series.bodies < BODIES,
        "recorded": series.recorded is not None and _least_recorded(series) < RECORDED - 1e-9,
    }
    return tuple(name for name in SHORTAGES if broken.get(name))


def months_needed(series: Series, short: tuple[str, ...]) -> int | None:
    """About how many more months would mend a shortage; None where more of the same months would not.

    Missing months after the date come with time, and events at the pace so far. Months before the date, bodies,
    requests a month and unfilled fields do not.
    """
    if not set(short) <= {"months_after", "events"}:
        return None
    after = series.events[series.first_after :]
    wait = MONTHS_EACH_SIDE - int((series.base[series.first_after :] > 0).sum())
    if "events" in short:
        if series.events[: series.first_after].sum() < PHASE_EVENTS or not after.sum():
            return None
        wait = max(wait, int(np.ceil((PHASE_EVENTS - after.sum()) / after.mean())))
    return wait


def estimate(series: Series) -> dict:
    """The numbers of a verdict, from both models; ValueError where either cannot be fitted.

    difference, lower, upper, observed and expected are the quasi-binomial's; `confirming` are Prais-Winsten's
    limits; p is the larger of the two, since both must exclude no change in the same direction; the minimum
    detectable change rests on the wider of the two.
    """
    series = _as_arrays(series)
    columns = interrupted.segmented(len(series.base), series.first_after, start=series.start)
    main = interrupted.quasi_binomial(series.events, series.base, columns)
    second = interrupted.prais_winsten(series.events, series.base, columns, caution=CAUTION)
    one, two = interrupted.effect(main), interrupted.effect(second)
    agree = one.value * two.value > 0
    span = slice(one.first, one.first + one.months)
    return {
        "difference": one.value / interrupted.POINTS,
        "lower": one.lower / interrupted.POINTS,
        "upper": one.upper / interrupted.POINTS,
        "observed": float(one.fitted[span].mean()),
        "expected": float(one.counterfactual[span].mean()),
        "minimum_detectable": max(one.minimum_detectable, two.minimum_detectable) / interrupted.POINTS,
        "confirming": (two.lower / interrupted.POINTS, two.upper / interrupted.POINTS),
        "rho": second.rho,
        "dispersion": main.dispersion,
        "p": max(_p(one, main.df), _p(two, second.df)) if agree else 1.0,
    }


def course(series: Series) -> interrupted.Effect:
    """The main model's series: fitted shares, and what the earlier trend and season imply, with its band.

    `first` and `months` of the result say which months the verdict's difference is the mean of. Raises as `estimate`.
    """
    series = _as_arrays(series)
    columns = interrupted.segmented(len(series.base), series.first_after, start=series.start)
    return interrupted.effect(interrupted.quasi_binomial(series.events, series.base, columns))


def adjust(judged: dict, family: str, direction: dict) -> dict:
    """The same verdicts with p adjusted for how many were looked at, and ids settled by it.

    judged: {key: Verdict}, all of one family. family: "headline" (Holm: the chance of any false claim) or "grid"
    (Benjamini-Hochberg: the share of claims that are false). direction: {key: (better, worth)}.
    Raises ValueError for another family. Source: methods.md 2.9; Holm 1979; Benjamini and Hochberg 1995.
    """
    steps = {"headline": holm, "grid": benjamini_hochberg}
    if family not in steps:
        raise ValueError(f'a family is "headline" or "grid", not {family!r}')
    tested = [key for key, verdict in judged.items() if verdict.p is not None]
    adjusted = dict(zip(tested, steps[family]([judged[key].p for key in tested]), strict=True))
    return {
        key: _settled(replace(verdict, adjusted_p=float(adjusted[key])), adjusted[key], *direction[key])
        if key in adjusted
        else verdict
        for key, verdict in judged.items()
    }


def holm(p) -> np.ndarray:
    """Holm's adjusted p: the k-th smallest of m times m - k + 1, never falling, at most 1."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _back(np.minimum(raised, 1), order)


def benjamini_hochberg(p) -> np.ndarray:
    """Benjamini and Hochberg's adjusted p: the k-th smallest of m times m/k, the least from there on, at most 1."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    raised = (p[order] * len(p) / np.arange(1, len(p) + 1))[::-1]
    return _back(np.minimum(np.minimum.accumulate(raised)[::-1] if len(p) else raised, 1), order)


def of_campaign(better: str, lower: float, upper: float, p: float, deals: int, flat_before: bool) -> str:
    """The verdict on where a campaign came, from where it had not: one of IDS, and "cannot_tell" before any other.

    lower, upper: of the difference, fractions; p: of the `deals` of its date, adjusted for all that were looked at;
    flat_before: whether the two moved alike beforehand.
    """
    if deals <= FEW_DEALS or not flat_before or better == "neither":
        return CANNOT_TELL
    if p >= SIGNIFICANT or lower <= 0 <= upper:
        return NO_CHANGE
    return IMPROVING if (lower > 0) == (better == "up") else WORSENING


def _back(values, order):
    result = np.empty_like(values)
    result[order] = values
    return result


def _settled(verdict: Verdict, p: float, better: str, worth: float) -> Verdict:
    """The id that the numbers allow at this p."""
    real = bool(p < SIGNIFICANT)
    doubts = tuple(reason for reason in verdict.reasons if reason != "no_direction")
    small = real and bool(abs(verdict.difference) < worth)
    if doubts:
        return replace(verdict, id=CANNOT_TELL, small_but_real=False, reasons=doubts)
    if not real or small:
        return replace(verdict, id=NO_CHANGE, small_but_real=small, reasons=doubts)
    if better == "neither":
        return replace(verdict, id=CANNOT_TELL, reasons=("no_direction",))
    good = (verdict.difference > 0) == (better == "up")
    return replace(verdict, id=IMPROVING if good else WORSENING, small_but_real=False, reasons=())


def _facts(series: Series) -> dict:
    return {
        "months_before": int((series.base[: series.first_after] > 0).sum()),
        "months_after": int((series.base[series.first_after :] > 0).sum()),
        "base": int(series.base.sum()),
        "bodies": int(series.bodies),
    }


def _least_recorded(series: Series) -> float:
    """The share of fields filled in the worse of the two phases, months weighing alike."""
    filled = np.asarray(series.recorded, dtype=float)
    phases = (filled[: series.first_after], filled[series.first_after :])
    return min(float(np.nanmean(phase)) if np.isfinite(phase).any() else 0.0 for phase in phases)


def _as_arrays(series: Series) -> Series:
    events, base = np.asarray(series.events, dtype=float), np.asarray(series.base, dtype=float)
    if events.ndim != 1 or events.shape != base.shape:
        raise ValueError("events and base are one number a month each")
    return replace(series, events=events, base=base)


def _p(effect, df: int) -> float:
    """Two-sided p of an effect by Student's t."""
    from scipy.special import stdtr

    return 2 * float(stdtr(df, -abs(effect.value) / effect.standard_error)) if effect.standard_error > 0 else 1.0
