"""What the pages that are not one view are made of: a finding, charts with a name and a sentence, tables, sources."""

from typing import NamedTuple

from dashboard import definition, grid, kept, lines, strips, words
from dashboard.content import SERVICE
from dashboard.downloads import about as told_about
from dashboard.downloads import named, page_links, standing
from dashboard.markup import Node, el
from dashboard.sheets import Book
from metrics.dimensions import FLAGS


class Told(NamedTuple):
    """A finding: a short title and what it says, sentence by sentence; the first is what a person came for."""

    title: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


def finding(told: Told, name: str = "finding", more: bool = True) -> list[Node]:
    """The page's finding, first on the screen: its title, and its sentences."""
    first, *rest = told.sentences
    return [el(
        "div",
        el("h2", told.title, class_="govuk-heading-l", id=f"{name}-title"),
        el("p", first, class_="govuk-body-l finding-first", id=f"{name}-text"),
        [el("p", sentence, class_="govuk-body") for sentence in rest],
        class_="answer",
    )]  # fmt: skip


def section(name: str, told: Told, *children) -> Node:
    """A part of a page, named by its own computed finding."""
    return el(
        "section",
        el("h2", told.title, class_="govuk-heading-m", id=f"{name}-title"),
        el("p", told.text, class_="govuk-body finding", id=f"{name}-text"),
        children,
        aria_labelledby=f"{name}-title", class_="part", id=name,
    )  # fmt: skip


def on_this_page(sections) -> Node:
    """Links to the parts of a long page, below its answer. `sections` holds (id, a few words) in the page's order."""
    links = [el("li", el("a", label, href=f"#{name}", class_="govuk-link")) for name, label in sections]
    return el("nav", el("h2", "On this page", class_="govuk-heading-s", id="contents"),
              el("ul", links, class_="govuk-list"), aria_labelledby="contents", class_="contents no-print")  # fmt: skip


def chart(name: str, drawing, keep: kept.Kept, below=None) -> list[Node]:
    """A chart of a section: its name is the section's title, its text alternative the section's finding."""
    shown = el("div", drawing, role="img", aria_labelledby=f"{name}-title {name}-text")
    made = el("figure", shown, below, class_="plain-chart", role="group", aria_labelledby=f"{name}-title")
    return [kept.charted(made, keep), kept.link(keep)]


def strip_chart(path: str, query: str, name: str, rows: list[strips.Strip], unit: str = "share", line=None,
                line_name: str = "", below=None) -> list[Node] | None:  # fmt: skip
    """A chart of strips, with its picture file; None without rows."""
    if not rows:
        return None
    keep = kept.Kept(strips.figure(rows, unit), unit, kept.address(path, query, name))
    return chart(name, strips.strips(rows, unit, line, line_name), keep, below)


def line_chart(path: str, query: str, name: str, figure: dict, unit: str, below) -> list[Node]:
    """A chart of lines at the widths of a screen and a phone, with its picture file."""
    keep = kept.Kept(figure, unit, kept.address(path, query, name))
    return chart(name, lines.drawn(figure, unit, wide=True), keep, below)


def panel(name: str, title: str, sentence: str, drawing) -> Node:
    """One of several small charts: its name and its sentence above it, which is also its text alternative."""
    return el(
        "figure",
        el("h3", title, class_="govuk-heading-s panel-title", id=f"{name}-title"),
        el("p", sentence, class_="govuk-body-s", id=f"{name}-text"),
        el("div", drawing, role="img", aria_labelledby=f"{name}-title {name}-text"),
        class_="panel", role="group", aria_labelledby=f"{name}-title",
    )  # fmt: skip


def panels(made: list[Node]) -> Node | None:
    """Several small charts."""
    return on_a_phone(f"Show the {len(made)} charts", el("div", made, class_="panels")) if made else None


def on_a_phone(summary: str, *children) -> Node | None:
    """Charts that say again what the sentence above them says: a phone's reader opens them with one press; on a wider
    screen and on paper they stand open."""
    if not any(children):
        return None
    return el(
        "details",
        el("summary", el("span", summary, class_="govuk-details__summary-text"), class_="govuk-details__summary"),
        children,
        class_="govuk-details on-phone",
    )


def tabled(path: str, query: str, made: grid.Grid, fold: bool = False, again: bool = False) -> list[Node]:
    """A table with its downloads, folded where a chart above it says the same; `again` where a table does, so that it
    is not printed twice.

    `query` is the page's own, so that the file holds the same choices.
    """
    if not made.rows:
        return [grid.table(made)]
    asked = "&".join(part for part in (query, f"table={made.name}") if part)
    table = grid.table(made)
    if fold or again:
        table = folded(f"Show as a {'list' if again else 'table'}: {made.caption}", table,
                       class_="table-fold no-print" if again else "table-fold")  # fmt: skip
    return [table, page_links(path, asked)]


def folded(summary: str, *children, class_: str = "") -> Node:
    """Something that most people will not need, one click away."""
    return el(
        "details",
        el("summary", el("span", summary, class_="govuk-details__summary-text"), class_="govuk-details__summary"),
        el("div", children, class_="govuk-details__text wide-details"),
        class_=f"govuk-details {class_}".strip(),
    )


def choose(form: Node) -> Node:
    """The choices of a page, in one row on a screen."""
    return el("div", form, class_="choices-row")


def footing(answer, indicators=(), notes=(), address: str = "") -> list[Node]:
    """What stands at the foot of every page: caveats, source with date and version, definitions, link to the view."""
    return [
        el("h2", "Source and definitions", class_="govuk-heading-m", id="source"),
        el("ul", [el("li", note) for note in notes], class_="govuk-list govuk-list--bullet"),
        el("p", standing(answer), " Ranges are 95%.", class_="govuk-body-s source"),
        [definition.block(one, f"What this figure means: {one.title}") for one in indicators],
        el("p", el("a", "Link to this view", href=address, class_="govuk-link"), class_="govuk-body"),
    ]  # fmt: skip


def meanings(*grids: grid.Grid) -> Node | None:
    """What the words in place of figures mean: those that occur in these tables."""
    rows = [row for one in grids for row in one.rows]
    used = {row["status"] for row in rows}
    said = [words.EXPLAINED[status] for status in words.EXPLAINED if status in used]
    flags = {flag for row in rows for flag in row["flags"]} - {"synthetic"}
    said += [f"{flag.capitalize()}: {FLAGS[flag]}." for flag in FLAGS if flag in flags]
    if not said:
        return None
    return folded("What the words in the tables mean",
                  el("ul", [el("li", one) for one in said], class_="govuk-list govuk-list--bullet"))  # fmt: skip


def book(title: str, told: Told, answer, grids, query: str, address: str, notes=()) -> Book:
    """The tables of a page as a download; the one that is asked for comes first (`table=` in the query)."""
    asked = [one for one in grids if f"table={one.name}" in query.split("&")]
    ordered = [*asked, *(one for one in grids if one not in asked)]
    cover = (("Finding", told.text), *told_about(answer, address))
    noted = [(f"Note {place}", note) for place, note in enumerate(notes, 1)]
    noted += [("Shares", "A share is a number between 0 and 1; in a workbook it is shown as a percentage."),
              *((f"Flag: {name}", meaning) for name, meaning in FLAGS.items())]  # fmt: skip
    name = named(f"{title}-{ordered[0].name if ordered else ''}-{answer.data_version}".replace(SERVICE, ""))
    return Book(title, name, cover, tuple(noted), tuple(grid.sheet(one, answer) for one in ordered),
                answer.as_at, standing(answer))  # fmt: skip
