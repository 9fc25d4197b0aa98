"""A view and its address: one parser and one writer, used by every page, chart, table, download and link.

An address such as `?measure=refusal_rate&by=region&sector=health&from=2021` names a view; two addresses that name
the same view have the same canonical form. What cannot be understood is told and left out: never an error page.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from dashboard import names
from etl import reference
from metrics.dimensions import DIMENSIONS, LEVELS
from metrics.formulas import Returned
from metrics.indicators import INDICATORS
from metrics.periods import span_of
from metrics.question import Question, QuestionError, ask, dimensions_of, levels_of, most_dimensions

DEFAULT = "refusal_rate"
FILTERS = (*DIMENSIONS, "role")
MOST_SERIES = 4
LONGEST = 2000  # characters of an address that are read
SPC = "spc"
# A control chart, and the same begun again at an event of the code: its id names the event.
CHARTS = {
    SPC: "Control chart",
    **{f"{SPC}-{event.code}": f"Control chart, begun again at: {event.title}"
       for event in reference.events() if event.kind == "code" and event.date.year >= 2020},
}  # fmt: skip
LEVEL_LABELS = {id: level.label for id, level in LEVELS.items()} | {
    "rolling": "Rolling twelve months",
    "wave": "Survey wave",
}


class Problem(NamedTuple):
    """What was wrong in an address: the field of the form that can mend it, and what was done instead."""

    field: str
    sentence: str


@dataclass(frozen=True)
class View:
    """What is shown. `where` holds (dimension, values) in the fixed order; `level` None means the finest published.

    Several values of a dimension draw several series; nothing is summed. `first` and `last` are periods as written.
    """

    measure: str = DEFAULT
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    level: str | None = None
    first: str | None = None
    last: str | None = None
    chart: str | None = None  # None for lines with ranges, else one of CHARTS

    @property
    def indicator(self):
        return INDICATORS[self.measure]

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        return dict(self.where)

    @property
    def series_keys(self) -> tuple[str, ...]:
        """The dimensions that tell series apart."""
        return (*self.by, *(name for name, values in self.where if len(values) > 1))

    @cached_property
    def shown_level(self) -> str:
        """The level that is shown: the one asked for, else the finest at which these dimensions are published."""
        if self.level:
            return self.level
        used = {*self.by, *self.filters, *(name for name, _ in self.indicator.always)}
        levels = levels_of(self.indicator)
        if isinstance(self.indicator.formula, Returned):
            return "year"  # many senders report once a year, and have no quarters
        fitting = (level for level in levels if len(used) <= most_dimensions(self.indicator, level))
        return next(fitting, levels[0])

    def question(self) -> Question:
        """The question this view puts to the published figures. Raises QuestionError when it is not published."""
        level = self.shown_level
        time = () if level == "all" else (level,)
        return ask(self.measure, (*time, *self.by), dict(self.where), level, self.first, self.last)


def offered(measure: str) -> tuple[str, ...]:
    """The dimensions a measure can be filtered and compared by."""
    indicator = INDICATORS[measure]
    fixed = {name for name, _ in indicator.always}
    return tuple(name for name in dimensions_of(indicator) if name not in fixed)


def address(view: View) -> str:
    """The canonical query of a view, without the question mark; empty for the default view."""
    pairs = [("measure", view.measure)] if view.measure != DEFAULT else []
    pairs += [("by", name) for name in view.by]
    pairs += [(name, value) for name, values in view.where for value in values]
    pairs += [(key, value) for key, value in (("level", view.level), ("from", view.first), ("to", view.last),
                                              ("chart", view.chart)) if value]  # fmt: skip
    return urlencode(pairs)


def link(path: str, view: View) -> str:
    """The address of a view on a page."""
    query = address(view)
    return f"{path}?{query}" if query else path


def parse(query: str) -> tuple[View, tuple[Problem, ...]]:
    """The view an address names, and what in it could not be understood.

    Keys that are not ours (a mail system's tracking) are left alone. Never raises.
    """
    given: dict[str, list[str]] = {}
    for key, value in parse_qsl(query[:LONGEST].lstrip("?")):
        given.setdefault(key, []).append(value)
    problems: list[Problem] = []
    measure = _measure(given, problems)
    view = View(
        measure, _by(given, measure, problems), _where(given, measure, problems), _level(given, measure, problems),
        *_span(given, problems), _chart(given, problems),
    )  # fmt: skip
    return _publishable(_tidy(view, problems), problems), tuple(problems)


def _measure(given: dict, problems: list[Problem]) -> str:
    chosen = given.get("measure", [DEFAULT])[-1]
    if chosen in INDICATORS:
        return chosen
    title = INDICATORS[DEFAULT].title
    problems.append(Problem("measure", f"There is no measure called “{chosen[:60]}”. {title} is shown instead."))
    return DEFAULT


def _by(given: dict, measure: str, problems: list[Problem]) -> tuple[str, ...]:
    allowed, kept = offered(measure), []
    for name in given.get("by", []):
        if name in allowed:
            kept.append(name)
        else:
            title = INDICATORS[measure].title
            what = names.dimension(name).lower() if name in FILTERS else f"“{name[:60]}”"
            problems.append(Problem("by", f"{title} cannot be compared by {what}."))
    if len(set(kept)) > 1:
        problems.append(Problem("by", f"Compare by one thing at a time; {names.dimension(kept[0]).lower()} is shown."))
    return tuple(kept[:1])


def _where(given: dict, measure: str, problems: list[Problem]) -> tuple:
    allowed, where = offered(measure), []
    for name in FILTERS:
        if name not in given:
            continue
        label = names.dimension(name)
        if name not in allowed:
            problems.append(Problem("measure", f"{label} does not apply to this measure, so it was left out."))
            continue
        known = names.values(name)
        for value in given[name]:
            if value not in known:
                problems.append(Problem(name, f"{label}: there is no value “{value[:60]}”, so it was left out."))
        chosen = tuple(value for value in known if value in given[name])
        if len(chosen) > MOST_SERIES:
            problems.append(Problem(name, f"{label}: choose up to {MOST_SERIES}; the first {MOST_SERIES} are shown."))
        if chosen:
            where.append((name, chosen[:MOST_SERIES]))
    return tuple(where)


def _level(given: dict, measure: str, problems: list[Problem]) -> str | None:
    chosen = given.get("level", [None])[-1]
    levels = levels_of(INDICATORS[measure])
    if chosen is None or chosen in levels:
        return chosen
    listed = ", ".join(LEVEL_LABELS[level].lower() for level in levels)
    field = "level" if len(levels) > 1 else "measure"  # a survey's form has no choice of level
    problems.append(Problem(field, f"{INDICATORS[measure].title} is published by: {listed}."))
    return None


def _chart(given: dict, problems: list[Problem]) -> str | None:
    chosen = given.get("chart", [None])[-1]
    if chosen is None or chosen in CHARTS:
        return chosen
    problems.append(Problem("chart", f"There is no chart called “{chosen[:60]}”. Lines are drawn instead."))
    return None


def _span(given: dict, problems: list[Problem]) -> tuple[str | None, str | None]:
    ends = []
    for key, word in (("from", "From"), ("to", "To")):
        text = given.get(key, [None])[-1]
        try:
            span_of(text)
        except ValueError:
            problems.append(Problem(key, f"{word}: write a year, quarter or month, such as 2021, 2021-Q4 or 2021-10."))
            text = None
        ends.append(text)
    first, last = ends
    if first and last and span_of(first)[0] > span_of(last)[1]:
        problems.append(Problem("from", "From is later than To, so both were left out."))
        return None, None
    return first, last


def _tidy(view: View, problems: list[Problem]) -> View:
    """Drop what the rest already says, and all but the first comparison."""
    by = tuple(name for name in view.by if name not in view.filters)
    where, compared = [], list(by)
    for name, values in view.where:
        if len(values) > 1 and compared:
            other = names.dimension(compared[0]).lower()
            problems.append(Problem(name, f"{names.dimension(name)}: one value at a time while comparing by {other}."))
            values = values[:1]
        elif len(values) > 1:
            compared.append(name)
        where.append((name, values))
    view = replace(view, by=by, where=tuple(where))
    if view.shown_level in ("all", "wave") and (view.first or view.last):
        field = "from" if view.shown_level == "all" else "measure"
        problems.append(Problem(field, "From and To do not apply here, so they were left out."))
        view = replace(view, first=None, last=None)
    if view.chart and (view.series_keys or view.shown_level in ("all", "wave")):
        field = "measure" if view.shown_level == "wave" else "chart"
        problems.append(Problem(field, "A control chart shows one line over time, so lines with ranges are drawn."))
        view = replace(view, chart=None)
    return view


def _publishable(view: View, problems: list[Problem]) -> View:
    """The view, or the nearest one that is published: first without its level, then with fewer filters."""
    attempts = [view, replace(view, level=None)]
    attempts += [replace(view, level=None, where=view.where[:kept]) for kept in range(len(view.where) - 1, -1, -1)]
    attempts += [View(view.measure)]
    for attempt in attempts:
        try:
            attempt.question()
        except QuestionError:
            continue
        if attempt != view:
            used = [names.dimension(name).lower() for name in (*view.by, *view.filters)]
            problems.append(Problem("level", _too_many(used, view, attempt)))
        return attempt
    return View()


def _too_many(used: list[str], view: View, shown: View) -> str:
    level = LEVEL_LABELS[view.shown_level].lower()
    if shown.where == view.where:
        return (
            f"Figures are not published by {level} for {' and '.join(used)} together, so that nobody can be singled "
            f"out; they are shown by {LEVEL_LABELS[shown.shown_level].lower()}."
        )
    left_out = [names.dimension(name).lower() for name in view.filters if name not in shown.filters]
    return (
        f"Figures are not published for {' and '.join(used)} together, so that nobody can be singled out; "
        f"without {' and '.join(left_out) or 'the rest'} they are."
    )
