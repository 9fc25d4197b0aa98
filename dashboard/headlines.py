"""The headline of each family: its verdict, the last year before the code came into force, and the latest since.

A verdict was settled when the figures were published. Where there is none (a survey has waves, not months) "lower" and
"higher" mean that two ranges do not overlap, and nothing more is said.
"""

from datetime import date
from typing import NamedTuple

from dashboard import judged, tables, words
from dashboard.downloads import about, named, notes, standing
from dashboard.findings import compare
from dashboard.markup import Node, el
from dashboard.series import Series, split
from dashboard.sheets import Book, Column, Sheet
from dashboard.spark import spark
from dashboard.view import View, link
from etl import reference
from metrics.indicators import FAMILIES
from metrics.question import levels_of
from metrics.verdicts import NO_CHANGE
from metrics.wording import NAMES

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


def in_force() -> date:
    """The day the code came into force, from the list of events."""
    return next(event.date for event in reference.events() if event.code == IN_FORCE)


class Headline(NamedTuple):
    """A family's figure: its view, level, the rows compared (or None), its small picture's rows, and its verdict."""

    family: str
    view: View
    level: str
    before: dict | None
    after: dict | None
    drawn: list[dict]
    verdict: dict | None = None

    @property
    def change(self) -> str:
        """`Lower`, `Higher`, `No clear change` or `Nothing to compare`: what the two ranges show."""
        return CHANGE[compare(self.before, self.after)] if self.before and self.after else NOTHING

    @property
    def called(self) -> str:
        """The verdict in words where there is one, else what the two ranges show."""
        return NAMES[self.verdict["verdict"]] if self.verdict else self.change


def headlines(source) -> list[Headline]:
    """The headline of every family."""
    verdicts = judged.by_indicator(source)
    return [_headline(source, family, measure, verdicts.get(measure)) for family, measure in HEADLINES]


def _headline(source, family: str, measure: str, verdict: dict | None) -> Headline:
    view = View(measure)
    level = "wave" if levels_of(view.indicator) == ("wave",) else "year"
    whole = only(View(measure, level=level), source)
    drawn = only(View(measure, level="quarter"), source).rows if level == "year" else whole.rows
    return Headline(family, view, level, *pair(whole, level), list(drawn), verdict)


def only(view: View, source) -> Series:
    """The one series of a view that tells nothing apart; empty when there are no rows."""
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


def settled_year(source, measure: str) -> str | None:
    """The latest whole settled year of a measure over all returns; None before there is one."""
    row = pair(only(View(measure, level="year"), source), "year")[1]
    return row["year"] if row else None


def counted(told: list[Headline]) -> str:
    """What became of each family, in one sentence: `Improving: refusals and reasons. Higher: awareness.`"""
    calls: dict[str, list[str]] = {}
    for one in told:
        calls.setdefault(one.called, []).append(FAMILIES[one.family].lower())
    if set(calls) == {NOTHING}:
        return "No figure yet has both a before and an after"
    return " ".join(f"{call}: {words.listed(families)}." for call, families in calls.items())


def family(one: Headline) -> Node:
    """A family in one row: what became of it, the sentence to quote, its latest figure, and its small picture."""
    title, unit = one.view.indicator.title, one.view.indicator.unit
    finer = "quarter" if one.level == "year" else one.level
    picture = spark(one.drawn, finer, in_force())
    latest = sentence(one.level, unit, one.before, one.after)
    tag = judged.tag(one.verdict["verdict"]) if one.verdict else el("strong", one.change, class_="govuk-tag verdict")
    quoted = one.verdict["says"][0] if one.verdict else f"{title}: {latest}"
    return el(
        "article",
        el("div", el("h3", FAMILIES[one.family], class_="govuk-heading-m"), tag, class_="family-name"),
        el(
            "div",
            el("p", quoted, class_="govuk-body quote"),
            el("p", "Two survey waves are compared; a verdict needs months." if not one.verdict else
               f"Year against year: {latest[:1].lower()}{latest[1:]}{_in_line(one)}", class_="govuk-body-s"),
            el("p", el("a", f"{title} over time", href=link(TRENDS, one.view), class_="govuk-link"),
               class_="govuk-body-s"),
        ),
        el("div", picture, el("p", PICTURES[finer], class_="govuk-body-s")) if picture else None,
        class_="family",
    )  # fmt: skip


def _in_line(one: Headline) -> str:
    """Why a figure that moved can have no detectable change: it was moving before."""
    still = one.verdict and one.verdict["verdict"] == NO_CHANGE
    return " That is in line with the earlier trend." if still and one.change in ("Lower", "Higher") else ""


def summary(told: list[Headline]) -> Node:
    """The headline figures as one table: what a clerk can quote."""
    body = []
    for one in told:
        unit = one.view.indicator.unit
        body.append([
            el("a", one.view.indicator.title, href=link(TRENDS, one.view), class_="govuk-link"),
            *(_figure(row, one.level, unit) for row in (one.before, one.after)),
            one.change, el("strong", one.called if one.verdict else judged.NO_VERDICT),
        ])  # fmt: skip
    headings = ("Figure", "Before the code came into force", "Latest settled", "The two ranges", "Verdict")
    caption = "Five figures, the last whole year before the code came into force against the latest"
    return tables.scrolling("Five figures, table", tables.table(caption, headings, body))


def _figure(row: dict | None, level: str, unit: str):
    if row is None:
        return "no figure"
    between = words.interval(row, unit)
    return [el("strong", words.value(row, unit)), f" {words.when(row, level)}",
            el("span", f"95% range {between}", class_="range") if between else None]  # fmt: skip


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
    return f"{said}, {change} than {against}."


def _ranged(row: dict, unit: str) -> str:
    between = words.interval(row, unit)
    return f"{words.value(row, unit)} (95% range {between})" if between else words.value(row, unit)


PARTS = ("observed", "expected", "difference", "lower", "upper")
COLUMNS = (
    Column("family", "Family"), Column("indicator", "Indicator"), Column("title", "Title"),
    Column("verdict", "Verdict"), Column("observed", "First year after", "share"),
    Column("expected", "Expected from the earlier trend", "share"), Column("difference", "Difference", "share"),
    Column("difference_lower", "Difference, 95% from", "share"),
    Column("difference_upper", "Difference, 95% to", "share"), Column("sentence", "In words"),
    *(Column(f"{when}_{name}", f"{label}: {heading}", kind)
      for when, label in (("before", "Before"), ("latest", "Latest"))
      for name, heading, kind in (("period", "period", "text"), ("value", "figure", "share"),
                                  ("lower", "95% from", "share"), ("upper", "95% to", "share"))),
    Column("data_version", "Data version"), Column("as_at", "Data as at"), Column("synthetic", "Synthetic"),
)  # fmt: skip


def book(source, query: str, absolute: str) -> Book:
    """The headline figures as a download."""
    told = headlines(source)
    answer = source.answer(told[0].view.question())
    ending = (answer.data_version, words.iso(answer.as_at), "yes" if answer.synthetic else "no")
    rows = []
    for one in told:
        verdict = one.verdict or {"verdict": None, "says": [None], **dict.fromkeys(PARTS)}
        pairs = [(row[one.level], row["value"], row["lower"], row["upper"]) if row else (None,) * 4
                 for row in (one.before, one.after)]  # fmt: skip
        said = (verdict["verdict"], *(verdict[name] for name in PARTS), verdict["says"][0])
        rows.append((one.family, one.view.measure, one.view.indicator.title, *said, *pairs[0], *pairs[1], *ending))
    title = "Is the data-sharing code changing practice?"
    cover = (("Finding", counted(told)), *about(answer, absolute))
    said = tuple(note for one in told for note in notes(one.view.indicator)[:4])
    sheet = Sheet("Figures", title, COLUMNS, tuple(rows))
    return Book(title, named(f"overview-{answer.data_version}"), cover, said, (sheet,), answer.as_at, standing(answer))
