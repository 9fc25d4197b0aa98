"""The kinds of arithmetic an indicator can be. A new kind is one class here and one branch nowhere else."""

from typing import NamedTuple

from metrics.counts import COUNTS
from metrics.dimensions import SPEED_DAYS

SURE = "The true figure is likely to lie in the range: ranges made in this way miss it about 5 times in 100."
RECORDED = (
    "It covers only the requests recorded, open ones included. Other bodies may be quicker or slower than it shows."
)
COUNTED = "None: it counts what was recorded."


class Share(NamedTuple):
    """One additive count over another; Wilson's interval on as many requests as the likeness within bodies leaves."""

    numerator: str
    denominator: str
    table: str = "cells"
    unit: str = "share"

    def words(self) -> tuple[str, str]:
        return COUNTS[self.numerator].meaning, COUNTS[self.denominator].meaning

    def ranges(self) -> str:
        return (
            f"{SURE} It covers bodies like these, so it is wider where they differ from each other. With fewer than "
            "five bodies, or published registers alone, it says nothing of other bodies."
        )


class Total(NamedTuple):
    """One additive count on its own."""

    numerator: str
    table: str = "cells"
    unit: str = "count"

    def words(self) -> tuple[str, str]:
        return COUNTS[self.numerator].meaning, "none: a count"

    def ranges(self) -> str:
        return COUNTED


class Undecided(NamedTuple):
    """Share still without a decision on a day after receipt (Kaplan-Meier: open requests are not dropped)."""

    day: int
    table: str = "speed"
    unit: str = "share"

    def words(self) -> tuple[str, str]:
        return f"requests still without a decision {self.day} days after receipt", "requests received"

    def ranges(self) -> str:
        return f"{SURE} {RECORDED}"


class Days(NamedTuple):
    """First day on which at least a share `quantile` of requests had been decided (Kaplan-Meier)."""

    quantile: float
    table: str = "speed"
    unit: str = "days"

    def words(self) -> tuple[str, str]:
        return f"days until {self.quantile:.0%} of requests had a decision", "requests received"

    def ranges(self) -> str:
        return f"{SURE} {RECORDED} Where an end of the range was not reached, more were still open."


class Stock(NamedTuple):
    """Agreements as their holders returned them: never a running sum, never added over time."""

    measure: str
    table: str = "agreements"
    unit: str = "count"

    def words(self) -> tuple[str, str]:
        meaning = {
            "in_force": "agreements in force on the last day of the period",
            "active": "agreements under which data moved in the period",
        }
        return meaning[self.measure], "none: a count"

    def ranges(self) -> str:
        return COUNTED


class Survey(NamedTuple):
    """Weighted share of a survey's respondents who gave an answer that counts as yes."""

    question: str
    table: str = "answers"
    unit: str = "share"

    def words(self) -> tuple[str, str]:
        return "respondents whose answer counts as yes", "respondents who answered this question"

    def ranges(self) -> str:
        return (
            f"{SURE} It allows for how few answered, and for answers that count for more people than others; not for "
            "those who did not answer."
        )


class Returned(NamedTuple):
    """Returns received over returns expected from the list of senders."""

    table: str = "coverage"
    unit: str = "share"

    def words(self) -> tuple[str, str]:
        return "returns received", "returns expected from the list of senders"

    def ranges(self) -> str:
        return "Every return expected is counted: the range only shows on how few or how many returns the share rests."


class Gap(NamedTuple):
    """One rate for requests with a value of a dimension, less the same rate for all others, inside each sector."""

    numerator: str
    denominator: str
    dimension: str
    value: str
    named: str  # the requests with that value, as a phrase
    table: str = "gaps"
    unit: str = "points"

    def words(self) -> tuple[str, str]:
        rate = f"{COUNTS[self.numerator].meaning}, as a share of {COUNTS[self.denominator].meaning}"
        return (
            f"{rate}, for {self.named}; minus the same share for all other requests, worked out sector by sector",
            f"{self.named} and all others, in sectors that had both; a sector with more of them counts for more",
        )

    def ranges(self) -> str:
        return f"{SURE} It is wider where bodies differ. If 0 is in it, there may be no gap."


class Sharing(NamedTuple):
    """Bodies that shared at least once, over bodies that received a request. Bodies are counted, never added up."""

    table: str = "cells"
    unit: str = "share"

    def words(self) -> tuple[str, str]:
        return (
            "bodies that shared at least once, within 60 days of receipt",
            "bodies that reported a request they had received",
        )

    def ranges(self) -> str:
        return f"{SURE} It covers bodies like these; bodies that sent nothing are not in it."


class Held(NamedTuple):
    """Rows of returns that were held back because something in them could not be right."""

    table: str = "loads"
    unit: str = "share"

    def words(self) -> tuple[str, str]:
        return "rows held back, with a reason told to the sender", "rows read of the returns that are in use"

    def ranges(self) -> str:
        return "Every row is counted: the range only shows on how few or how many rows the share rests."


Formula = Share | Total | Undecided | Days | Stock | Survey | Returned | Gap | Sharing | Held


def check(formula: Formula) -> None:
    """Raise ValueError, naming the count, when a formula speaks of what is not counted."""
    for name in (getattr(formula, "numerator", None), getattr(formula, "denominator", None)):
        if name is not None and name not in COUNTS:
            raise ValueError(f"there is no count called {name!r}; counts are listed in metrics/counts.py")
    if isinstance(formula, Undecided) and formula.day not in SPEED_DAYS:
        raise ValueError(f"day {formula.day} is not published; days are {SPEED_DAYS}")
