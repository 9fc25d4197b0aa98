"""The pages. Adding one is one entry here: the menu, the address, the tests and the 404 page follow from it."""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard import briefing, data_page, headlines, overview, places, trends
from dashboard.content import Content, Result
from dashboard.sheets import Book


@dataclass(frozen=True)
class Page:
    """A page: `make(source, query)` gives its Content; `answer(source, query)` renews its Result, if it has a chart;
    `book(source, query, address)` gives the tables that are taken away from it, where they are not those of a view."""

    path: str
    label: str
    make: Callable[..., Content]
    answer: Callable[..., Result] | None = None
    book: Callable[..., Book] | None = None


PAGES = (
    Page(overview.PATH, "Overview", overview.page, book=headlines.book),
    Page(trends.PATH, trends.HEADING, trends.page, trends.result),
    Page(places.PATH, places.HEADING, places.page, book=places.book),
    Page(briefing.PATH, briefing.LABEL, briefing.page),
    Page(data_page.PATH, data_page.HEADING, data_page.page),
)
BY_PATH = {page.path: page for page in PAGES}
