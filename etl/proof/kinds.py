"""What a line of the proof is: what is drawn and asked, and the range that each outcome must fall in."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

COVERAGE = (0.93, 0.97)
WIDE_COVERAGE = (0.93, 0.985)
NULL_RATE = (0.0, 0.05)


class Want(NamedTuple):
    """What an outcome is, in words, and the range of its mean; `share` outcomes are 0 or 1."""

    what: str
    low: float
    high: float
    share: bool = True


class Line(NamedTuple):
    """One scenario drawn so many times, by a function of a random generator that gives outcomes by name."""

    scenario: str
    replications: int
    once: Callable[[np.random.Generator], dict[str, float]]
    wants: dict[str, Want]
