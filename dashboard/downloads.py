"""What is taken away from a view: its rows as a book (CSV, ODS, XLSX), the links to them, and its address."""

import re

from dashboard import names, words
from dashboard.content import SERVICE
from dashboard.findings import finding
from dashboard.markup import Node, el
from dashboard.sheets import FORMS, MARKS, NONE, Book, Column, Sheet
from dashboard.view import LEVEL_LABELS, View, address, link
from metrics.dimensions import FLAGS

FIGURES = ("numerator", "denominator", "value", "lower", "upper", "status", "flags")
HEADINGS = {
    "numerator": "Counted", "denominator": "Out of", "value": "Figure", "lower": "95% range, from",
    "upper": "95% range, to", "status": "Status", "flags": "Flags", "period_from": "Own span, from",
    "period_to": "Own span, to", "population": "Population of the survey", "invited": "Asked", "responded": "Answered",
    "indicator": "Indicator", "data_version": "Data version", "as_at": "Data as at", "synthetic": "Synthetic",
}  # fmt: skip


def book(view: View, answer, absolute: str = "") -> Book:
    """The rows of a view as a download. `absolute` is the address of the view, with its host."""
    indicator = view.indicator
    found = finding(view, answer.rows)
    title = f"{indicator.title}, {LEVEL_LABELS[view.shown_level].lower()}"
    choices = [(names.dimension(name), words.listed(names.label(name, value) for value in values))
               for name, values in view.where]  # fmt: skip
    cover = (("Finding", found.text), *choices, *about(answer, absolute or link("/trends", view)))
    return Book(title, file_name(view, answer.data_version), cover, notes(indicator), (_sheet(view, answer, title),),
                answer.as_at, standing(answer))  # fmt: skip


def about(answer, absolute: str) -> list[tuple[str, str]]:
    """What every cover says of an Answer (or anything with its data_version, as_at and synthetic)."""
    kind = "synthetic data, not official figures" if answer.synthetic else "returns by public bodies"
    cite = f"{SERVICE}, {kind}, data as at {words.day(answer.as_at)}, version {answer.data_version}"
    return [
        ("Data as at", words.day(answer.as_at)),
        ("Data version", answer.data_version),
        ("How to cite", f"{cite}, {absolute}" if absolute else cite),
        ("Address of this view", absolute or "not stated"),
    ]


def standing(answer) -> str:
    """The line that stands on every sheet."""
    made_up = "Synthetic data, not official figures: made up, and true of no real body. " if answer.synthetic else ""
    as_at = words.day(answer.as_at)
    return f"{made_up}Source: returns to {SERVICE}, data as at {as_at}, version {answer.data_version}."


def notes(indicator) -> tuple[tuple[str, str], ...]:
    """The definition of a measure, and what its words mean, as notes."""
    return (
        ("Measure", indicator.title),
        ("Counted", indicator.numerator),
        ("Out of", indicator.denominator),
        ("Why it matters", indicator.why),
        *((f"Take care {place}", caveat) for place, caveat in enumerate(indicator.caveats, 1)),
        ("Shares", "A share is a number between 0 and 1; in a workbook it is shown as a percentage."),
        ("Ranges", f"95%. {indicator.ranges}"),
        *((f"Flag: {name}", meaning) for name, meaning in FLAGS.items()),
    )


def _sheet(view: View, answer, title: str) -> Sheet:
    """One row a figure, with the version and date of the data in each, so that a copied row still says what it is."""
    fixed = {name: values[0] for name, values in view.where if len(values) == 1}
    level, unit = view.shown_level, view.indicator.unit
    keys, time = view.series_keys, () if view.shown_level == "all" else (view.shown_level,)
    known = {*keys, *time, *FIGURES}
    others = tuple(name for name in HEADINGS if any(name in row for row in answer.rows) and name not in known)
    columns = [Column("indicator", HEADINGS["indicator"])]
    columns += [Column(name, names.dimension(name)) for name in fixed]
    columns += [one for key in keys for one in (Column(key, f"{names.dimension(key)}, code"),
                                                Column(f"{key}_label", names.dimension(key)))]  # fmt: skip
    columns += [Column(name, LEVEL_LABELS[level]) for name in time]
    columns += [Column(name, HEADINGS[name], "count") for name in others]
    kinds = {"numerator": "count", "denominator": "count", "value": unit, "lower": unit, "upper": unit}
    columns += [Column(name, HEADINGS[name], kinds.get(name, "text")) for name in FIGURES]
    columns += [Column(name, HEADINGS[name]) for name in ("data_version", "as_at", "synthetic")]
    ending = (answer.data_version, words.iso(answer.as_at), "yes" if answer.synthetic else "no")
    rows = [
        (view.measure, *fixed.values(), *(part for key in keys for part in (row[key], names.label(key, row[key]))),
         *(row[name] for name in time), *(_plain(row.get(name)) for name in others),
         *(row[name] for name in FIGURES[:-1]), ";".join(row["flags"]) or None, *ending)
        for row in answer.rows
    ]  # fmt: skip
    marks = tuple(MARKS[row["status"]][0] if row["status"] in MARKS else NONE for row in answer.rows)
    return Sheet("Figures", title, tuple(columns), tuple(rows), marks)


def _plain(cell):
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def file_name(view: View, version: str) -> str:
    """A name that says what the file holds, without its ending."""
    return named(f"{view.measure}-{view.shown_level}-{version}")


def named(text: str) -> str:
    """A file's name from any text."""
    return re.sub(r"[^a-z0-9.-]+", "-", f"uptake-{text}".lower())


def links(view: View, path: str = "/trends") -> Node:
    """The rows of a view as files, its chart as pictures, a page to print, and its address."""
    picture = link("/chart.svg", view)
    return el(
        "ul",
        el("li", "Download this table: ", _files(address(view))),
        el("li", "Download this chart: ", el("a", "SVG", el("span", " picture", class_="govuk-visually-hidden"),
           href=picture, class_="govuk-link"),
           # The browser makes the picture of points from the drawing, so it is offered only where there is script.
           el("span", ", ", el("a", "PNG", el("span", " picture", class_="govuk-visually-hidden"), href=picture,
              data_png=True, class_="govuk-link"), class_="with-script")),
        el("li", el("a", "Briefing for printing", href=link("/briefing", view), class_="govuk-link")),
        el("li", el("a", "Link to this view", href=link(path, view), class_="govuk-link")),
        class_="govuk-list downloads",
    )  # fmt: skip


def page_links(path: str, query: str = "") -> Node:
    """The table of a page that is not one view, as files."""
    asked = f"page={path.strip('/') or 'overview'}{'&' if query else ''}{query}"
    return el("p", "Download this table: ", _files(asked), class_="govuk-body downloads")


def _files(query: str) -> list:
    made = []
    for ending, form in FORMS.items():
        made += [", "] if made else []
        made.append(el("a", form.label, el("span", " file of this table", class_="govuk-visually-hidden"),
                       href=f"/download.{ending}{'?' if query else ''}{query}", class_="govuk-link"))  # fmt: skip
    return made
