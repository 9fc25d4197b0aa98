"""The headline figure of each family: the last whole year before the code came into force against the latest since.

Says only what two ranges show. "Lower" and "higher" mean that they do not overlap.
"""

from datetime import date
from typing import NamedTuple

from dashboard import tables, words
from dashboard.findings import compare
from dashboard.markup import Node, el
from dashboard.series import Series, split
from dashboard.spark import spark
from dashboard.view import View, link
from etl import reference
from metrics.indicators import FAMILIES
from metrics.question import levels_of

TRENDS = "/trends"
# The figure each family is told by.
HEADLINES = (
    ("refusals", "refusal_rate"),
    ("reasons", "perceived_refusal_share"),
    ("speed", "undecided_at_30_days"),
    ("agreements", "under_agreement_share"),
    ("awareness", "heard_of_code"),
)
IN_FORCE = "code_in_force"
PICTURES = {
    "quarter": "By quarter, from zero. Dashed line: the day the code came into force.",
    "wave": "By survey wave, from zero.",
}
CHANGE = {"lower": "Lower", "higher": "Higher", "none": "No clear change"}
NOTHING = "Nothing to compare"
COUNTED = {
    "Lower": "lower",
    "Higher": "higher",
    "No clear change": "without clear change",
    NOTHING: "with nothing to compare",
}


def in_force() -> date:
    """The day the code came into force, from the list of events."""
    return next(event.date for event in reference.events() if event.code == IN_FORCE)


class Headline(NamedTuple):
    """A family's figure: its view, its level, the two rows compared (or None), and the rows of its small picture."""

    family: str
    view: View
    level: str
    before: dict | None
    after: dict | None
    drawn: list[dict]

    @property
    def change(self) -> str:
        """`Lower`, `Higher`, `No clear change` or `Nothing to compare`."""
        return CHANGE[compare(self.before, self.after)] if self.before and self.after else NOTHING


def headlines(source) -> list[Headline]:
    """The headline of every family."""
    return [_headline(source, family, measure) for family, measure in HEADLINES]


def _headline(source, family: str, measure: str) -> Headline:
    view = View(measure)
    level = "wave" if levels_of(view.indicator) == ("wave",) else "year"
    whole = _only(View(measure, level=level), source)
    drawn = _only(View(measure, level="quarter"), source).rows if level == "year" else whole.rows
    return Headline(family, view, level, *pair(whole, level), list(drawn))


def _only(view: View, source) -> Series:
    series = split(view, source.answer(view.question()).rows)
    return series[0] if series else Series((), view.indicator.title, ())


def pair(one: Series, level: str) -> tuple[dict | None, dict | None]:
    """The last whole settled year before the code came into force and the latest one since; waves: first and latest."""
    settled = one.settled
    if level == "wave":
        return (settled[0] if len(settled) > 1 else None), (settled[-1] if settled else None)
    year = in_force().year
    before = [row for row in settled if int(row["year"]) < year]
    after = [row for row in settled if int(row["year"]) > year]
    return (before[-1] if before else None), (after[-1] if after else None)


def counted(told: list[Headline]) -> str:
    """How many of the figures changed, in words."""
    changes = [one.change for one in told]
    if set(changes) == {NOTHING}:
        return "No figure yet has both a before and an after"
    parts = [f"{changes.count(change)} {words_for}" for change, words_for in COUNTED.items() if change in changes]
    return f"Five figures since the code: {words.listed(parts)}"


def summary(told: list[Headline]) -> Node:
    """The headline figures as one table: what a clerk can quote."""
    body = []
    for one in told:
        unit = one.view.indicator.unit
        body.append([
            el("a", one.view.indicator.title, href=link(TRENDS, one.view), class_="govuk-link"),
            *(_figure(row, one.level, unit) for row in (one.before, one.after)),
            el("strong", one.change),
        ])  # fmt: skip
    headings = ("Figure", "Before the code came into force", "Latest settled", "Change")
    caption = "Five figures, the last whole year before the code came into force against the latest"
    return tables.scrolling("Five figures, table", tables.table(caption, headings, body))


def _figure(row: dict | None, level: str, unit: str):
    if row is None:
        return "no figure"
    between = words.interval(row, unit)
    return [el("strong", words.value(row, unit)), f" {words.when(row, level)}",
            el("span", f"95% range {between}", class_="range") if between else None]  # fmt: skip


def card(one: Headline) -> Node:
    """The figure, its sentence and its small picture, with the way to the whole trend."""
    title, unit = one.view.indicator.title, one.view.indicator.unit
    finer = "quarter" if one.level == "year" else one.level
    picture = spark(one.drawn, finer, in_force())
    return el(
        "article",
        el("h3", FAMILIES[one.family], class_="govuk-heading-m"),
        el("p", title, class_="govuk-body card-measure"),
        el("p", words.value(one.after, unit) if one.after else "No figure", class_="big-number"),
        el("p", sentence(one.level, unit, one.before, one.after), class_="govuk-body"),
        [picture, el("p", PICTURES[finer], class_="govuk-body-s")] if picture else None,
        el("p", el("a", f"{title} over time", href=link(TRENDS, one.view), class_="govuk-link"), class_="govuk-body"),
        class_="card",
    )


def sentence(level: str, unit: str, before, after) -> str:
    """How much, between what limits, when, against what; and no more than the two ranges show."""
    if after is None:
        then = f"{_ranged(before, unit)} {words.when(before, level)}. " if before else ""
        return f"{then}There is no settled figure since the code came into force."
    said = f"{_ranged(after, unit)} {words.when(after, level)}"
    if before is None:
        return f"{said}. There is no figure from before to compare it with."
    against = f"{_ranged(before, unit)} {words.when(before, level)}"
    change = compare(before, after)
    if change == "none":
        return f"{said}, against {against}. No clear change: the ranges overlap."
    closing = "" if level == "wave" else " It changed at about the time the code came in."
    return f"{said}, {change} than {against}.{closing}"


def _ranged(row: dict, unit: str) -> str:
    between = words.interval(row, unit)
    return f"{words.value(row, unit)} (95% range {between})" if between else words.value(row, unit)
