"""Trends: one measure over time, filtered and compared, with its finding, table, chart, downloads and definition."""

from dashboard import charts, control, definition, downloads, multiples, picture, senders, tables, words
from dashboard import events as marks
from dashboard.content import Content, Result, full_title
from dashboard.findings import finding
from dashboard.form import form
from dashboard.key import key
from dashboard.markup import Node, el, html
from dashboard.series import split
from dashboard.view import View, link, parse

PATH = "/trends"
HEADING = "Trends"


def page(source, query: str) -> Content:
    """The page as it is first served."""
    view, problems = parse(query)
    answered = result(source, query)
    about = source.about()
    first, last = about.get("first"), about.get("last")
    years = range(first.year, last.year + 1) if first and last else range(0)
    return Content(HEADING, form=form(PATH, view, years, problems), result=answered, problems=problems)


def result(source, query: str) -> Result:
    """The view an address names, answered: the same for the first page and for a change of the form."""
    view, problems = parse(query)
    answer = source.answer(view.question())
    events = source.companion("events")
    spc = control.control(view, answer.rows)
    found = control.finding(spc) if spc else finding(view, answer.rows)
    series = split(view, answer.rows)
    return Result(
        link(PATH, view),
        full_title([found.title, HEADING], problems),
        [el("h2", found.title, class_="govuk-heading-m", id="finding-title"), sentences(found)],
        [multiples.block(view, series), None if spc else tables.key_figures(view, answer.rows)],
        control.drawn(spc, events) if spc else charts.figure(view, answer.rows, events),
        control.key() if spc else key(view, answer.rows),
        [control.table(spc) if spc else None, *_after(source, view, answer, events, bool(spc))],
        view.indicator.unit,
        problems,
    )


def sentences(found) -> Node:
    """The finding's sentences: a paragraph, or a list when several series have one each."""
    if len(found.moves) < 2:
        return el("p", found.text, class_="govuk-body finding", id="finding-text")
    items = [el("li", sentence) for sentence in found.sentences]
    return el("ul", items, class_="govuk-list govuk-list--bullet finding", id="finding-text")


def _after(source, view: View, answer, events, spc: bool) -> list[Node]:
    made = [el("p", _sources(answer), class_="govuk-body-s source") if spc else _source(view, answer)]
    listed = marks.listing(_marked(view, answer.rows, events))
    made += [listed] if listed else []
    elsewhere = marks.elsewhere(view, events, *charts.extent(view, answer.rows)) if listed else None
    made += [elsewhere] if elsewhere else []
    made += [el("h3", "Table", class_="govuk-heading-s"), *tables.full(view, answer.rows)]
    meanings = tables.absences(answer.rows)
    made += [meanings] if meanings else []
    made += [downloads.links(view, PATH), *(senders.block(source, view) or []), definition.block(view.indicator)]
    return made


def chart(source, query: str) -> tuple[str, str]:
    """The chart of a view as an SVG file's text, with the version of the data it was drawn from."""
    view, _ = parse(query)
    answer = source.answer(view.question())
    events = source.companion("events")
    spc = control.control(view, answer.rows)
    found = control.finding(spc) if spc else finding(view, answer.rows)
    figure = control.drawn(spc, events) if spc else charts.figure(view, answer.rows, events)
    notes = [*marks.notes(_marked(view, answer.rows, events)), _sources(answer)]
    drawn = picture.standing(figure, view.indicator.unit, found.title, found.text, notes)
    return html(drawn), answer.data_version


def _source(view: View, answer) -> Node:
    rows = answer.rows
    said = []
    if any(row["lower"] is not None for row in rows):
        said.append(f"{'Bars' if view.shown_level in ('all', 'wave') else 'Shaded bands'} are 95% ranges.")
    if any("provisional" in row["flags"] for row in rows):
        said.append("Hollow points are provisional.")
    if any(one.apart for one in split(view, rows)):
        said.append("Diamonds stand apart: published returns only, or a span of another length.")
    if any(row["status"] in words.ABSENT for row in rows):
        said.append("A gap is a period without a figure that can be shown.")
    return el("p", " ".join([*said, _sources(answer)]), class_="govuk-body-s source")


def _sources(answer) -> str:
    made_up = " Synthetic data, not official figures." if answer.synthetic else ""
    return f"Source: returns to Uptake, data as at {words.day(answer.as_at)}, version {answer.data_version}.{made_up}"


def _marked(view: View, rows, events) -> list[marks.Marked]:
    """The events on the chart of a view; none where time is not its axis."""
    dated = rows and view.shown_level not in ("all", "wave")
    return marks.marked(view, events, *charts.extent(view, rows)) if dated else []
