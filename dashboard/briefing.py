"""Briefing: any view, or a sector, region and period, as numbered findings on paper that can be cited."""

from dashboard import charts, downloads, limits, names, picture, tables, told, words
from dashboard import events as marks
from dashboard.content import Content
from dashboard.form import form
from dashboard.key import key
from dashboard.markup import Node, el
from dashboard.view import View, link, parse

PATH = "/briefing"
LABEL = "Briefing"


def page(source, query: str) -> Content:
    """The briefing of the view an address names; of five figures over all returns when it names none."""
    view, problems = parse(query)
    findings = told.told(source, view)
    about = source.about()
    first, last = about.get("first"), about.get("last")
    years = range(first.year, last.year + 1) if first and last else range(0)
    return Content(
        f"Briefing: {subject(view)}",
        [
            _standing(source, view, about),
            _controls(form(PATH, view, years, problems), bool(problems)),
            el("h2", "Findings", class_="govuk-heading-m"),
            el("ol", [told.numbered(one) for one in findings], class_="govuk-list findings"),
            *_shown(source, findings[0]),
            *limits.block(source, findings),
            _taken(view),
        ],
        problems=problems,
    )


def subject(view: View) -> str:
    """What the briefing is of: its measure, filters and years, in words."""
    where = [words.listed(names.in_a_sentence(name, value) for value in values) for name, values in view.where]
    where += [f"by {names.dimension(name).lower()}" for name in view.by]
    span = [f"from {view.first}"] if view.first else []
    span += [f"to {view.last}"] if view.last else []
    return ", ".join([view.indicator.title, *where, *([" ".join(span)] if span else [])])


def _standing(source, view: View, about: dict) -> Node:
    kind = "Synthetic data, not official figures" if about.get("synthetic") else "Returns by public bodies"
    said = f"{kind}. Every figure is as at {words.day(about['as_at'])}, version {about['version']}."
    return el("p", f"{said} {limits.reporting(source, view)}", class_="govuk-body")


def _controls(controls: Node, opened: bool) -> Node:
    return el(
        "details",
        el("summary", el("span", "Choose another sector, region, measure or period",
           class_="govuk-details__summary-text"), class_="govuk-details__summary"),
        el("div", controls, class_="govuk-details__text controls"),
        class_="govuk-details no-print", open=opened,
    )  # fmt: skip


def _shown(source, first: told.Told) -> list[Node]:
    """The chart and the table of the first finding."""
    view, rows = first.view, first.rows
    events = source.companion("events")
    figure = charts.figure(view, rows, events)
    drawn = el("div", picture.svg(figure, view.indicator.unit), class_="picture paper", role="img",
               aria_label=first.found.text)  # fmt: skip
    dated = rows and view.shown_level not in ("all", "wave")
    marked = marks.marked(view, events, *charts.extent(view, rows)) if dated else []
    listed = "; ".join(marks.notes(marked))
    return [
        el("h2", f"{tables.caption(view)}", class_="govuk-heading-m", id="drawn"),
        el("figure", drawn, el("div", key(view, rows)), class_="chart", role="group", aria_labelledby="drawn"),
        el("p", f"Events marked: {listed}. {marks.NOT_A_CAUSE}", class_="govuk-body-s") if marked else None,
        *tables.full(view, rows),
        tables.absences(rows),
    ]  # fmt: skip


def _taken(view: View) -> Node:
    """What else can be had of this, on the screen only: the citation itself stands at the foot of every page."""
    return el("div", el("h2", "Take it away", class_="govuk-heading-m"), downloads.links(told.yearly(view)),
              el("p", "To keep or send it, print this page (Ctrl+P, or Command+P) or save it as PDF there. ",
                 el("a", "The same figures on the page of trends", href=link("/trends", view), class_="govuk-link"),
                 class_="govuk-body"), class_="no-print")  # fmt: skip
