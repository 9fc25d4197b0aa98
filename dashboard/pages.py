"""The pages. Adding one is one entry here: the menu, the address, the tests and the 404 page follow from it."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard import briefing, check_page, compare, data_page, headlines, load_page, overview, places, trends
from dashboard.awareness import page as awareness
from dashboard.barriers import page as barriers
from dashboard.content import Content, Result
from dashboard.impact import page as impact
from dashboard.methods import accessibility, differs, how_we_know, questions
from dashboard.pairs import page as pairs
from dashboard.sheets import Book
from dashboard.timing import page as timing


@dataclass(frozen=True)
class Page:
    """A page: `make(source, query)` gives its Content; `answer(source, query)` renews its Result, if it has a chart;
    `book(source, query, address)` gives the tables that are taken away from it, where they are not those of a view.
    A page that is not in the `menu` is in the footer; one that `needs_figures` says when nothing has been published."""

    path: str
    label: str
    make: Callable[..., Content]
    answer: Callable[..., Result] | None = None
    book: Callable[..., Book] | None = None
    menu: bool = True
    needs_figures: bool = True


PAGES = (
    Page(overview.PATH, "Overview", overview.page, book=headlines.book),
    Page(trends.PATH, trends.HEADING, trends.page, trends.result),
    Page(impact.PATH, impact.HEADING, impact.page, book=impact.book),
    Page(barriers.PATH, barriers.HEADING, barriers.page, book=barriers.book),
    Page(pairs.PATH, pairs.HEADING, pairs.page, book=pairs.book),
    Page(timing.PATH, timing.HEADING, timing.page, book=timing.book),
    Page(awareness.PATH, awareness.HEADING, awareness.page, book=awareness.book),
    Page(places.PATH, places.HEADING, places.page, book=places.book),
    Page(compare.PATH, compare.HEADING, compare.page, book=compare.book),
    Page(briefing.PATH, briefing.LABEL, briefing.page),
    Page(check_page.PATH, check_page.HEADING, load_page.page, needs_figures=False),
    Page(data_page.PATH, data_page.HEADING, data_page.page),
    Page(questions.PATH, questions.HEADING, questions.page, menu=False, needs_figures=False),
    Page(how_we_know.PATH, how_we_know.HEADING, how_we_know.page, menu=False, needs_figures=False),
    Page(differs.PATH, differs.HEADING, differs.page, menu=False, needs_figures=False),
    Page(accessibility.PATH, accessibility.HEADING, accessibility.page, menu=False, needs_figures=False),
)
BY_PATH = {page.path: page for page in PAGES}
