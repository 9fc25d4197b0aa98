"""The thresholds below which a figure is not shown (design section 2), in one place.

They are applied once, when a snapshot is published: what is below them is never written to the public file.
A sender whose release level is `public` has published its figures already: its part of a cell is exempt, is
kept apart from the rest, and is added only to a rest that may be shown on its own.
"""

COUNT_BASE = 10  # least requests (or agreements) in a count that is shown
RATE_BASE = 30  # least requests under a rate
MEDIAN_BASE, MEDIAN_DECIDED = 30, 10
P90_BASE = 50
SURVEY_BASE = 30
BODIES = 3  # least holding bodies behind a cell
LARGEST_SHARE = 0.85  # the most one body may make up of a cell
SMALL = 10  # a numerator, or its complement, below this is given as a range

# Marks stored in place of a protected count.
UNDER = -1  # the count is 0 to SMALL - 1
NEARLY_ALL = -2  # all but 0 to SMALL - 1 of its base


def may_be_shown(base: int, bodies: int, largest: int) -> bool:
    """Whether a cell's counts may leave at all: `base` requests from `bodies` bodies, the largest with `largest`."""
    return base >= COUNT_BASE and bodies >= BODIES and largest <= LARGEST_SHARE * base


def mark(count: int, bases: tuple[int, ...] = ()) -> int:
    """The count as it is stored: itself, UNDER, or NEARLY_ALL when the complement to a base is small."""
    if count < SMALL:
        return UNDER
    if any(base - count < SMALL for base in bases):
        return NEARLY_ALL
    return count
