"""What a body that is signed in has sent, what became of it, and its receipts: for that body alone."""

import datetime as dt

from dashboard import check_page, tables, words
from dashboard.content import Content
from dashboard.load_page import RETURNS as PATH
from dashboard.load_page import who_sees
from dashboard.markup import Node, el
from dashboard.mine import name
from dashboard.pages import Page
from etl.errors import Refusal
from etl.intake import contracts
from etl.intake.receipt import rows_of

HEADING = "Your returns"
SIDES = {"holder": "asked of you", "requester": "made by you"}
SHOWN = "In the figures shown now"
WAITING = "Kept; in the figures from when they are next published"
STATES = {"superseded": "Replaced by a later return", "stale": "Not counted: older than what you had sent"}
FILES = {"loaded": "Loaded", "duplicate": "The same file again: nothing changed", "refused": "Refused"}
NONE = "Nothing that you sent is recorded here yet."
MIXED = "A file with returns of several senders"


def pages() -> tuple[Page, ...]:
    """The page, for the server that has it."""
    return (Page(PATH, HEADING, page, needs_figures=False),)


def page(source, query: str) -> Content:
    """The page for the body that is signed in; a sentence for anybody else, and while a load is under way."""
    try:
        found = source.sent()
    except Refusal as refusal:
        return Content(HEADING, [el("p", str(refusal), class_="govuk-body-l")])
    returns, files = found["returns"], found["files"]
    release = next((one["release"] for one in returns), "confidential")
    return Content(
        HEADING,
        [
            el("ul", [el("li", one) for one in _counts(returns, files)], class_="govuk-list govuk-list--bullet"),
            el("p", el("a", "Check and load a return", href=check_page.PATH, class_="govuk-link"), class_="govuk-body"),
            *_returns(returns),
            *_files(files),
            *who_sees(release),
        ],
        lead=f"What {name(source.principal.body)} has sent, and what became of it. Nobody else can see this page but "
             "the people who run this service.",
    )  # fmt: skip


def _counts(returns: list[dict], files: list[dict]) -> list[str]:
    """What stands where, counted."""
    if not files and not returns:
        return [NONE]
    current = [one for one in returns if one["status"] == "current"]
    shown = sum(one["shown"] for one in current)
    waiting = len(current) - shown
    refused = sum(one["status"] == "refused" for one in files)
    said = [f"{_many(shown, 'return is', 'returns are')} in the figures shown now."]
    said += [f"{_many(waiting, 'return is kept and waits', 'returns are kept and wait')} for the next figures to be "
             "published."] if waiting else []  # fmt: skip
    replaced = sum(one["status"] == "superseded" for one in returns)
    said += [f"{_many(replaced, 'return was', 'returns were')} replaced by later ones."] if replaced else []
    held = sum(one["rows_held"] for one in current)
    said += [f"{rows_of(held)} of the returns that count {'is' if held == 1 else 'are'} held and not counted: mend "
             "and send the whole file again."] if held else []  # fmt: skip
    said += [f"{_many(refused, 'file was', 'files were')} refused."] if refused else []
    return said


def _many(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _returns(returns: list[dict]) -> list[Node]:
    if not returns:
        return []
    body = [
        [f"{_day(one['period_from'])} to {_day(one['period_to'])}", _kind(one),
         SHOWN if one["shown"] else STATES.get(one["status"], WAITING), f"{one['rows_loaded']:,}",
         f"{one['rows_held']:,}", _moment(one["received_at"])]
        for one in returns
    ]  # fmt: skip
    made = tables.table("Returns, the latest time first", ("Time", "Kind", "What became of it", "Rows kept",
                        "Rows held", "Received"), body, (3, 4))  # fmt: skip
    return [tables.scrolling("Returns, table", made)]


def _files(files: list[dict]) -> list[Node]:
    if not files:
        return []
    body = [[_moment(one["received_at"]), one["name"] or MIXED, _told(one), _receipts(one)] for one in files]
    made = tables.table("Files, the latest first, with their receipts", ("Received", "File", "What became of it",
                        "Receipt"), body)  # fmt: skip
    return [tables.scrolling("Files, table", made)]


def _told(one: dict) -> str:
    said = FILES[one["status"]]
    if one["status"] == "refused" and one["whole"]:
        said += f": {one['reason']}"
    return f"{said}; {rows_of(one['rows_held'])} held" if one["rows_held"] else said


def _receipts(one: dict) -> Node | str:
    if not one["whole"]:
        return "ask the people who run this service"
    of = f"receipt of {one['name']}, received {_moment(one['received_at'])}"
    links = [el("a", ending.upper(), href=f"{PATH}/receipt-{one['file_id']}.{ending}", class_="govuk-link",
                aria_label=f"{ending.upper()} {of}") for ending in check_page.REPORTS]  # fmt: skip
    return el("ul", [el("li", link) for link in links], class_="govuk-list downloads")


def _kind(one: dict) -> str:
    title = contracts.contract(one["kind"]).title
    side = SIDES[one["reported_by"]] if one["kind"] in ("requests", "refusals", "request_counts") else None
    return f"{title}, {side}" if side else title


def _day(text: str) -> str:
    return words.day(dt.date.fromisoformat(text))


def _moment(text: str) -> str:
    when = dt.datetime.fromisoformat(text)
    return f"{words.day(when.date())}, {when:%H:%M} UTC"
