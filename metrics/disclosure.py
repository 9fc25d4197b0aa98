"""The thresholds below which a figure is not shown (design section 2), in one place.

They are applied once, when a snapshot is published: what is below them is never written to the public file. Least
counts are asked of the published count, which carries noise, so that no threshold tells which side a true count is
on; the rules on bodies are asked of the true count of bodies.
A sender whose release level is `public` has published its figures already: its part of a cell is exempt, is
kept apart from the rest, and is added only to a rest that may be shown on its own.
"""

from typing import NamedTuple

COUNT_BASE = 10  # least requests (or agreements) in a count that is shown
RATE_BASE = 30  # least requests under a rate
MEDIAN_BASE, MEDIAN_DECIDED = 30, 10
P90_BASE = 50
SURVEY_BASE = 30
BODIES = 3  # least holding bodies behind a cell
LARGEST_SHARE = 0.85  # the most one body may make up of a cell
SMALL = 10  # a numerator, or its complement, that is published as less than this is given as a range
MANY = 100  # requests in a count from which noise grows: it moves no rate there, and totals less parts tell less
FINE = 3  # filters from which noise grows: most cells have so many, and all together they told most of small counts
ROUNDED_TO = 5  # counts whose units have no key of their own: agreements, answers to surveys

# Marks stored in place of a protected count.
UNDER = -1  # the published count is 0 to SMALL - 1
NEARLY_ALL = -2  # all but 0 to SMALL - 1 of its base


class Noise(NamedTuple):
    """What may be said of the noise on a published count of requests (metrics/cell_key.py)."""

    variance: float
    largest: int


# On a count under MANY and from it on; then the same with FINE filters, and on what splits a cell further (reasons,
# days). The largest is as rare as a key can be: noise that is often at its limit lets sums be known for certain.
NOISE = ((Noise(1.3, 4), Noise(4.0, 6)), (Noise(4.0, 6), Noise(6.0, 7)))
LARGEST_NOISE = max(noise.largest for pair in NOISE for noise in pair)
LARGEST_ON_FEW = max(few.largest for few, _ in NOISE)


def noise_on(count: int, filters: int = 0) -> Noise:
    """The noise on a count, in a cell of that many filters beyond its time."""
    few, many = NOISE[1 if filters >= FINE else 0]
    return many if count >= MANY else few


def may_be_shown(base: int, bodies: int, largest: int, received: int) -> bool:
    """Whether a cell's counts may leave at all.

    `base` is its published count of requests; they came from `bodies` bodies, the largest with `largest` of the true
    count `received`.
    """
    return base >= COUNT_BASE and bodies >= BODIES and largest <= LARGEST_SHARE * received


def mark(count: int, bases: tuple[int, ...] = ()) -> int:
    """A published count as it is stored: itself, UNDER, or NEARLY_ALL when the complement to a base is small."""
    if count < SMALL:
        return UNDER
    if any(base - count < SMALL for base in bases):
        return NEARLY_ALL
    return count


def rounded(count: int) -> int:
    """A count to the nearest ROUNDED_TO."""
    return ROUNDED_TO * ((2 * count + ROUNDED_TO) // (2 * ROUNDED_TO))


SHARE_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)


def share_step(base: float) -> float:
    """What a share of true counts is rounded to: a step worth ROUNDED_TO or more of its base, or the widest."""
    return next((step for step in SHARE_STEPS if step * base >= ROUNDED_TO), SHARE_STEPS[-1])


def to_step(share: float | None, base: float | None) -> float | None:
    """A share, or a difference of shares, of a true base to its step; None stays None."""
    return None if share is None else round(share / share_step(base)) * share_step(base)
