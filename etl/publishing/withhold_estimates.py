"""What of an estimate is withheld: what comes of too few, and what estimates beside it would tell of the others."""

import numpy as np

from etl.publishing.estimate_series import YEAR, Sides
from metrics.disclosure import BODIES, LARGEST_SHARE, SMALL
from metrics.verdicts import Series


def may_be_published(around: Sides) -> bool:
    """Whether figures of a series may leave: enough bodies on each side, and none that makes up nearly all."""
    totals = (around.before["received"], around.after["received"])
    return all(
        (received > 0).sum() >= BODIES and received.max() <= LARGEST_SHARE * received.sum() for received in totals
    )


def parts_may_be_published(around: Sides, indicator) -> bool:
    """Whether who came and who went are none, or so many that neither a body's share nor a small count can be told."""
    x, n = indicator.formula.numerator, indicator.formula.denominator
    before, after = around.year_before, around.year_after
    came, went = (after[n] > 0) & ~(before[n] > 0), (before[n] > 0) & ~(after[n] > 0)
    return all(not who.any() or (who.sum() >= BODIES and _tells_nothing(side[x][who].sum(), side[n][who].sum()))
               for side, who in ((after, came), (before, went)))  # fmt: skip


def rest_may_be_published(everyone: Series, some: Series) -> bool:
    """Whether a series of some may stand beside everyone's: what the others sent in the year before the date, and in
    the year after it, is nothing or too much to be a small count."""
    whole, part = _years(everyone), _years(some)
    return all(_tells_nothing(*(of_all - of_some)) for of_all, of_some in zip(whole, part, strict=True))


def _years(series: Series) -> np.ndarray:
    """(2, 2) events and base in the year before the date and in the year after it."""
    place = series.first_after
    years = slice(max(place - YEAR, 0), place), slice(place, place + YEAR)
    return np.array([[counts[year].sum() for counts in (series.events, series.base)] for year in years])


def _tells_nothing(events: float, base: float) -> bool:
    return base == 0 or min(events, base - events) >= SMALL
