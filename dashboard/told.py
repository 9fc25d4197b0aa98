"""Numbered findings for paper: each with value, range, base, verdict and definition, so that it can be quoted alone."""

from dataclasses import dataclass, replace

from dashboard import judged
from dashboard.findings import Finding, answered, finding
from dashboard.headlines import HEADLINES
from dashboard.markup import Node, el
from dashboard.series import split
from dashboard.view import View, link, offered
from etl.door.verdict_answers import DIMENSIONS
from metrics.question import QuestionError, levels_of
from metrics.wording import NAMES


@dataclass(frozen=True)
class Told:
    """A finding with all that stands beside it. `verdict` is a row of a VerdictAnswer, or None."""

    number: int
    view: View
    rows: tuple[dict, ...]
    found: Finding
    verdict: dict | None


def told(source, view: View) -> list[Told]:
    """The findings of a briefing: the view's own measure first, then the headlines, over the same filters and years."""
    measures = [view.measure, *(measure for _, measure in HEADLINES if measure != view.measure)]
    made = []
    for measure in measures:
        asked = view if measure == view.measure else _beside(view, measure)
        if asked is None:
            continue
        asked = yearly(asked)
        rows = source.answer(asked.question()).rows
        made.append(Told(len(made) + 1, asked, rows, finding(asked, rows), _verdict(source, asked)))
    return made


def left_out(findings) -> list[str]:
    """Titles of the headline measures that are not published for what was chosen."""
    shown = {one.view.measure for one in findings}
    return [View(measure).indicator.title for _, measure in HEADLINES if measure not in shown]


def yearly(view: View) -> View:
    """The view by year, the firmer comparison, unless another level was asked for or years are not published."""
    if view.level or "year" not in levels_of(view.indicator):
        return view
    return _published(replace(view, level="year")) or view


def _beside(view: View, measure: str) -> View | None:
    """Another measure with the filters of a view that apply to it; None when the combination is not published."""
    allowed = offered(measure)
    where = tuple((name, values) for name, values in view.where if name in allowed)
    if len(where) < len(view.where):  # it would be of something else, and not say so
        return None
    waves = levels_of(View(measure).indicator) == ("wave",)
    span = (None, None) if waves else (view.first, view.last)
    return _published(View(measure, (), where, None if waves else "year", *span))


def _published(view: View) -> View | None:
    try:
        view.question()
    except QuestionError:
        return None
    return view


def _verdict(source, view: View) -> dict | None:
    """The verdict on exactly what a view shows: everything, or one value of one dimension that is judged."""
    if view.by or len(view.where) > 1 or any(len(values) > 1 for _, values in view.where):
        return None
    if not view.where:
        return judged.by_indicator(source, view.measure).get(view.measure)
    name, (value,) = view.where[0]
    return judged.by_value(source, view.measure, name).get(value) if name in DIMENSIONS else None


def numbered(one: Told) -> Node:
    """A finding as an item of the list on paper."""
    quoted = [one.verdict["says"][0]] if one.verdict else []
    return el(
        "li",
        el("h3", one.found.title, class_="govuk-heading-s"),
        [el("p", said, class_="govuk-body") for said in (*quoted, *_sentences(one))],
        el("p", _facts(one), " ", el("a", "See it on its page", href=link("/trends", one.view),
           class_="govuk-link no-print"), class_="govuk-body-s"),
    )  # fmt: skip


def _sentences(one: Told) -> list[str]:
    """The sentences with figures. What flags mean is said once, under the table."""
    series = [each for each in split(one.view, one.rows) if each.latest]
    said = list(one.found.sentences[: max(len(one.found.moves), 1)])
    return said + (answered(series[0].latest) if series else [])


def _facts(one: Told) -> str:
    """The verdict, the base, what is counted and out of what: what a quoted figure needs beside it."""
    indicator = one.view.indicator
    verdict = NAMES[one.verdict["verdict"]] if one.verdict else "none is given for this choice"
    known = [each.latest for each in split(one.view, one.rows) if each.latest]
    bases = [row["denominator"] for row in known if row["denominator"]]
    base = f" Base: {bases[0]:,}." if len(bases) == 1 else f" Bases: {min(bases):,} to {max(bases):,}." if bases else ""
    return (f"Verdict on the code: {verdict}.{base} Counted: {indicator.numerator}. "
            f"Out of: {indicator.denominator}.")  # fmt: skip
