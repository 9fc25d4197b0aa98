"""A question that may be asked: which indicator, by what, where, over which time. Checked before anything is read.

The closed list of the design: at most as many dimensions as are published at a level, one value (or a predefined
group, or all) for each; several values draw several series. Nothing outside it can be put to a snapshot.
"""

from dataclasses import dataclass
from functools import cached_property

from metrics.dimensions import DIMENSIONS, LEVELS, REPORTED_BY, TIME_KEYS
from metrics.formulas import Days, Gap, Held, Returned, Share, Sharing, Stock, Survey, Undecided
from metrics.indicators import INDICATORS, Indicator
from metrics.periods import span_of

# Dimensions of the tables that are not of requests.
AGREEMENT_DIMENSIONS = ("sector", "region", "requester_sector")
SURVEY_DIMENSIONS = ("sector", "region", "role")
COVERAGE_DIMENSIONS = ("sector",)
# The most dimensions time to decision is published by, at each level.
SPEED_LEVELS = {"month": 1, "quarter": 1, "year": 1, "all": 2}
STOCK_DIMENSIONS = 2
GAP_DIMENSIONS = ("sector", "region")
# What refusals are broken down by, beside one of these dimensions.
REASON_KEYS = ("reason", "class", "position", "law")
REASON_DIMENSIONS = ("sector", "requester_sector", "region", "direction", "purpose")
REASON_LEVELS = ("quarter", "year", "all")
REASON_TITLES = {
    "reason": "Refusals by main reason",
    "class": "Refusals by kind of barrier",
    "position": "Refusals by the law's position on their reason",
    "law": "Refusals by the law cited",
}
BROKEN_DOWN = Share("perceived", "reason_stated")  # the share whose parts are reasons


class QuestionError(ValueError):
    """A sentence for the person who asked."""


@dataclass(frozen=True)
class Question:
    """A checked question. `where` maps a dimension to its values; `level` is a time level or `wave`."""

    indicator: str
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    level: str = "all"
    first: str | None = None
    last: str | None = None
    reported_by: str = "holder"

    @property
    def definition(self) -> Indicator:
        return INDICATORS[self.indicator]

    @property
    def title(self) -> str:
        """What its figures are: the indicator, or refusals broken down."""
        return REASON_TITLES[self.reason_key] if self.reason_key else self.definition.title

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The dimensions (not time) that rows are told apart by: those asked by, and those given several values."""
        several = [key for key, values in self.where if len(values) > 1 and key not in self.by]
        return (*(key for key in self.by if key not in TIME_KEYS), *several)

    @cached_property
    def time_key(self) -> str | None:
        return next((key for key in self.by if key in TIME_KEYS), None)

    @cached_property
    def reason_key(self) -> str | None:
        """The key refusals are broken down by: reason, class, position or law."""
        used = {*self.by, *(key for key, _ in self.where)}
        return next((key for key in REASON_KEYS if key in used), None)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension the published cells must be told apart by, in the fixed order."""
        used = {*self.keys, *(key for key, _ in self.where), *(key for key, _ in self.definition.always)}
        return tuple(key for key in (*DIMENSIONS, "role", *REASON_KEYS) if key in used)


def dimensions_of(indicator: Indicator) -> tuple[str, ...]:
    """The dimensions an indicator may be asked by."""
    if isinstance(indicator.formula, Survey):
        return SURVEY_DIMENSIONS
    if isinstance(indicator.formula, Stock):
        return AGREEMENT_DIMENSIONS
    if isinstance(indicator.formula, Returned):
        return COVERAGE_DIMENSIONS
    if isinstance(indicator.formula, Gap):
        return GAP_DIMENSIONS
    return () if isinstance(indicator.formula, Held) else DIMENSIONS


def reason_keys_of(indicator: Indicator) -> tuple[str, ...]:
    """The keys an indicator's refusals may be broken down by."""
    return REASON_KEYS if indicator.formula == BROKEN_DOWN else ()


def levels_of(indicator: Indicator) -> tuple[str, ...]:
    """The time levels an indicator is published at."""
    if isinstance(indicator.formula, Survey):
        return ("wave",)
    if isinstance(indicator.formula, Stock):
        return ("quarter", "year", "all")
    if isinstance(indicator.formula, Undecided | Days):
        return tuple(SPEED_LEVELS)
    if isinstance(indicator.formula, Returned):
        return ("quarter", "year", "all")
    if isinstance(indicator.formula, Gap):
        return ("year", "all")
    if isinstance(indicator.formula, Sharing):
        return ("year", "rolling", "all")  # over a month it would only say how many requests a body gets
    return ("all",) if isinstance(indicator.formula, Held) else tuple(LEVELS)


def most_dimensions(indicator: Indicator, level: str) -> int:
    """The most dimensions an indicator is published by at a level."""
    if isinstance(indicator.formula, Survey | Returned | Gap):
        return 1
    if isinstance(indicator.formula, Held):
        return 0
    if isinstance(indicator.formula, Stock):
        return STOCK_DIMENSIONS
    if isinstance(indicator.formula, Undecided | Days):
        return SPEED_LEVELS[level]
    return LEVELS[level].dimensions


def ask(indicator, by=(), where=(), level=None, first=None, last=None, reported_by="holder") -> Question:
    """A Question from what a person typed or an address held.

    `by` is a sequence of keys, `where` a mapping or pairs of dimension and value(s), `first` and `last` periods as
    they are written at the level. Raises QuestionError with a sentence that says what may be asked instead.
    """
    if indicator not in INDICATORS:
        raise QuestionError(f"There is no indicator called {indicator!r}. Indicators: {', '.join(INDICATORS)}.")
    definition = INDICATORS[indicator]
    by, where = tuple(dict.fromkeys(by)), _pairs(where)
    if reported_by not in REPORTED_BY:
        raise QuestionError("Requests are reported by holder or by requester.")
    _check_dimensions(definition, by, where)
    level = _level(definition, by, level)
    question = Question(indicator, by, where, level, first or None, last or None, reported_by)
    _check_size(question)
    _check_span(question)
    return question


def _pairs(where) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Group values by dimension, in the order they came, without repeats."""
    values: dict[str, list[str]] = {}
    for key, value in where.items() if hasattr(where, "items") else where:
        many = [value] if isinstance(value, str) else list(value)
        values.setdefault(key, []).extend(item for item in many if item not in values.get(key, []))
    return tuple((key, tuple(items)) for key, items in values.items())


def _check_dimensions(definition: Indicator, by, where) -> None:
    allowed = (*dimensions_of(definition), *reason_keys_of(definition))
    fixed = {key for key, _ in definition.always}
    for key in (*by, *(key for key, _ in where)):
        if key not in TIME_KEYS and key not in allowed:
            known = ", ".join(allowed) or "nothing else"
            raise QuestionError(f"{definition.title} can be shown by {known}; not by {key!r}.")
        if key in fixed:
            raise QuestionError(f"{definition.title} is defined for one {key}; it cannot be asked again.")
    if any(key in TIME_KEYS for key, _ in where):
        raise QuestionError("Give a span of time with from and to, not as a filter.")
    if sum(key in TIME_KEYS for key in by) > 1:
        raise QuestionError("Ask by one span of time at once: month, quarter, year or rolling.")


def _level(definition: Indicator, by, level) -> str:
    levels = levels_of(definition)
    key = next((key for key in by if key in TIME_KEYS), None)
    chosen = level or key or ("wave" if levels == ("wave",) else "all")
    if key and chosen != key:
        raise QuestionError(f"Level {level} and the key {key} ask for two spans of time at once.")
    if chosen not in levels:
        raise QuestionError(f"{definition.title} is published by {', '.join(levels)}; not by {chosen!r}.")
    return chosen


def _check_size(question: Question) -> None:
    if question.reason_key:
        _check_reasons(question)
        return
    most = most_dimensions(question.definition, question.level)
    if len(question.dimensions) > most:
        raise QuestionError(
            f"At level {question.level} a figure is published by at most {most} "
            f"dimension{'s' if most != 1 else ''}; this asks for {', '.join(question.dimensions)}."
        )


def _check_reasons(question: Question) -> None:
    others = [key for key in question.dimensions if key not in REASON_KEYS]
    if len(others) > 1 or len(question.dimensions) - len(others) > 1 or not set(others) <= set(REASON_DIMENSIONS):
        raise QuestionError(
            f"Refusals are broken down by one of {', '.join(REASON_KEYS)} and at most one of "
            f"{', '.join(REASON_DIMENSIONS)}."
        )
    if question.level not in REASON_LEVELS:
        raise QuestionError(f"Refusals are broken down by {', '.join(REASON_LEVELS)}; not by {question.level!r}.")


def _check_span(question: Question) -> None:
    for word, text in (("from", question.first), ("to", question.last)):
        if text is None:
            continue
        if question.level in ("all", "wave"):
            raise QuestionError("A span of time needs a level: month, quarter, year or rolling.")
        try:
            span_of(text)
        except ValueError:
            raise QuestionError(f"Write {word} as 2021, 2021-Q4 or 2021-10.") from None
