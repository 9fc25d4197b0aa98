"""From a published cell's protected counts to a figure: numerator, denominator, value, interval, status, flags.

A cell has up to two parts: `returns` (what senders keep confidential, protected) and `published` (what senders
have published already, exact). They are added only when the protected part may be shown on its own; otherwise the
published part stands alone, flagged, so that it can never unmask the rest.
"""

from typing import NamedTuple

from metrics.counts import COUNTS
from metrics.dimensions import DIMENSIONS
from metrics.disclosure import FINE, NEARLY_ALL, RATE_BASE, SMALL, UNDER, noise_on
from metrics.intervals import FEWEST_BODIES, design_effect, widened

EMPTY = {"numerator": None, "denominator": None, "value": None, "lower": None, "upper": None}


class Alike(NamedTuple):
    """How far requests of one body resemble each other in an indicator, and how uneven bodies are (0 and 1: not)."""

    likeness: float = 0.0
    unevenness: float = 1.0


ALONE = Alike()  # requests that tell as much as so many drawn alone


class Span(NamedTuple):
    """A count known only to lie between two numbers."""

    least: int
    most: int


def span(count: int, base: int) -> Span:
    """What a stored count says: itself, 0 to 9, or all but 0 to 9 of its base."""
    if count == UNDER:
        return Span(0, min(SMALL - 1, base))
    if count == NEARLY_ALL:
        return Span(max(base - SMALL + 1, 0), base)
    return Span(count, count)


def figure(status: str, flags=(), **numbers) -> dict:
    """One figure, with every key present and what is not known None."""
    return {**EMPTY, **numbers, "status": status, "flags": list(flags)}


def _ratio(least: int, most: int, base: int, flags, effect: float = 1.0, filters: int | None = None) -> dict:
    """A share of `base`, itself when least equals most, else a range with the limits of both ends.

    Both counts carry noise of their own (by `filters`, see filters_of), so that a count may be published as more than
    its base: it is then all of it.
    """
    if base <= 0:
        return figure("too_few", flags, denominator=base)
    least, most = min(least, base), min(most, base)
    low, high = _limits(least, base, effect, filters)
    if least == most:
        return figure("ok", flags, numerator=least, denominator=base, value=least / base, lower=low, upper=high)
    return figure("bounded", flags, denominator=base, lower=low, upper=_limits(most, base, effect, filters)[1])


def _limits(count: int, base: int, effect: float, filters: int | None) -> tuple[float, float]:
    noise = (0.0, 0.0) if filters is None else (noise_on(one, filters).variance for one in (count, base))
    return widened(count, base, effect, *noise)


def share(returns: dict | None, published: dict | None, numerator: str, denominator: str, alike: Alike = ALONE) -> dict:
    """A Share from the two parts of a cell, each a mapping of count names to stored counts, or None.

    The protected part's interval allows for bodies that differ, from 5 bodies on: it says what bodies like these do.
    Published counts have no least base: they are shown as they are, with the interval of the requests recorded.
    """
    missing = _missing(returns, numerator, denominator)
    if missing:
        return _alone(published, numerator, denominator) or missing
    base = returns[denominator]
    counted = span(returns[numerator], min([base, *_bases(returns, numerator)]))
    more, more_base = (published[numerator], published[denominator]) if published else (0, 0)
    # Parts vary apart from each other: each weighs in with its own requests.
    effect = (base * design_effect(base, returns["bodies"] or 0, *alike) + more_base) / (base + more_base)
    flags = flags_of(returns, published)
    return _ratio(counted.least + more, counted.most + more, base + more_base, flags, effect, filters_of(returns))


def _missing(returns: dict | None, numerator: str, denominator: str) -> dict | None:
    """Why the protected part gives no share by itself; None when it does."""
    if returns is None:
        return figure("not_submitted")
    base = returns[denominator] if returns["shown"] else None
    if base is None or returns[numerator] is None or None in _bases(returns, numerator):
        return figure("suppressed")
    if base == 0:
        return figure("not_applicable")
    if base < RATE_BASE:
        return figure("too_few", flags_of(returns), denominator=base if base >= SMALL else None)
    return None


def _bases(returns: dict, numerator: str) -> list[int | None]:
    """The counts that a numerator marked NEARLY_ALL may be nearly all of: of the least of them it is."""
    of = COUNTS[numerator].of if returns[numerator] == NEARLY_ALL and numerator in COUNTS else ()
    return [returns[name] for name in of if returns[name] != UNDER]


def sharing(returns: dict | None, published: dict | None) -> dict:
    """Bodies that shared at all: the protected part where it may be shown, else the published part alone."""
    part = returns if returns is not None and returns["shown"] else published
    if part is None:
        return figure("not_submitted" if returns is None else "suppressed")
    flags = [*flags_of(part), *(["published"] if part is published else [])]
    if part is returns and part["bodies"] < FEWEST_BODIES:
        return figure("too_few", flags, denominator=part["bodies"])
    return _ratio(part["bodies_sharing"], part["bodies_sharing"], part["bodies"], flags, filters=filters_of(part))


def total(returns: dict | None, published: dict | None, count: str) -> dict:
    """A Total from the two parts of a cell."""
    if returns is not None and returns["shown"]:
        base = returns[count]
        if base is None:
            return figure("suppressed")
        if base == UNDER:
            return figure("bounded", flags_of(returns), lower=0, upper=SMALL - 1)
        value = base + (published[count] if published else 0)
        return figure("ok", flags_of(returns, published), numerator=value, value=value)
    if published is not None:
        return figure("ok", [*flags_of(published), "published"], numerator=published[count], value=published[count])
    return figure("not_submitted" if returns is None else "suppressed")


def _alone(published: dict | None, numerator: str, denominator: str) -> dict | None:
    if published is None:
        return None
    if published[denominator] == 0:
        return figure("not_applicable", [*flags_of(published), "published"])
    flags = [*flags_of(published), "published"]
    return _ratio(published[numerator], published[numerator], published[denominator], flags)


def flags_of(*parts: dict | None) -> list[str]:
    """`provisional`, `approximate` and, for analysts, `small`, when any part is."""
    return [flag for flag in ("provisional", "approximate", "small") if any(part and part.get(flag) for part in parts)]


def filters_of(part: dict) -> int | None:
    """How many filters the cell of a part has, which its noise depends on: a breakdown, and days, count as FINE.

    None where its counts have no noise: in a published part, and in the analysts' file.
    """
    if part.get("part") == "published" or "small" in part:
        return None
    if "counted" in part or "settled" in part:
        return FINE
    return sum(part.get(name) is not None for name in DIMENSIONS)


def undecided(speed: dict | None, cell: dict | None, day: int) -> dict:
    """The share undecided on a day from a row of `speed` (None when there is none) and its row of `cells`."""
    missing = _no_speed(speed, cell)
    if missing:
        return missing
    flags, base = flags_of(cell), speed["received"]
    counted = speed[f"undecided_{day}"]
    filters, effect = filters_of(speed), speed[f"effect_{day}"] or 1.0
    if counted in (UNDER, NEARLY_ALL):
        return _ratio(*span(counted, base), base, flags, effect, filters)
    if speed[f"share_{day}"] is None:
        return figure("not_reached", flags, denominator=base)
    if filters is not None:
        return _ratio(counted, counted, base, flags, effect, filters)
    return figure(
        "ok", flags, numerator=counted, denominator=base,
        value=speed[f"share_{day}"], lower=speed[f"lower_{day}"], upper=speed[f"upper_{day}"],
    )  # fmt: skip


def days(speed: dict | None, cell: dict | None, name: str, base_needed: int) -> dict:
    """A quantile in whole days; `lower` and `upper` are None where a limit is not reached."""
    missing = _no_speed(speed, cell)
    if missing:
        return missing
    flags = flags_of(cell)
    if speed["part"] != "published" and speed["received"] < base_needed:
        return figure("too_few", flags, denominator=speed["received"])
    if speed[name] is None:
        return figure("not_reached", flags, denominator=speed["received"], lower=speed[f"{name}_lower"])
    return figure(
        "ok", flags, numerator=speed["settled"], denominator=speed["received"], value=speed[name],
        lower=speed[f"{name}_lower"], upper=speed[f"{name}_upper"],
    )  # fmt: skip


def _no_speed(speed: dict | None, cell: dict | None) -> dict | None:
    if speed is not None:
        return None
    if cell is None:
        return figure("not_submitted")
    if not cell["shown"]:
        return figure("suppressed")
    if cell["part"] != "published" and cell["received"] < RATE_BASE:
        return figure("too_few", flags_of(cell))
    # The cell is shown and large enough, but no request in it has days: its senders gave totals.
    return figure("not_applicable", flags_of(cell))
