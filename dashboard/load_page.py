"""For a body that is signed in, below the receipt on "Check a return": load it, what happens next, who sees what."""

from dashboard import check_page
from dashboard.check_page import Words
from dashboard.content import Content
from dashboard.definition import summary_list
from dashboard.markup import Node, el
from dashboard.view import Problem
from etl.door.principal import COUNCIL
from etl.intake.receipt import Receipt, rows_of
from metrics.disclosure import LARGEST_NOISE

PATH = "/load"
RETURNS = "/your-returns"
LEAD = (
    "See what would be loaded, what would be held and why, beside what you have sent before. Nothing is loaded until "
    "you say so."
)
HINT = "It is deleted half an hour after it was read, or as soon as you load it."
CLOSED = (
    "Returns are not loaded from this page here. When the receipt is as you want it, send the file to the people who "
    "run this service."
)
WAITS = "Nothing is loaded yet. The file waits here for you for half an hour; then it is deleted."
NOT_LOADED = "Nothing was loaded, and the file was deleted."
KEPT = "The rows that passed are kept. Only the people who run this service can see them, or the file."
REST = "The receipt under Your returns lists the rest."
NEXT = (
    "Nothing that is shown changes now. The figures take your return in when they are next published, and are shown "
    "when somebody who runs this service has signed them off.",
    "Until then nobody sees anything of it, here or elsewhere, but those people.",
)
CONFIDENTIAL = (
    "Your requests, counted together with those of others: never a cell of fewer than three bodies, or with one of "
    f"more than 85% of the requests. Every count carries noise of up to {LARGEST_NOISE}, and one under ten is a range. "
    "That you have reported, and for which time, is public."
)
OTHERS = {
    "confidential": ("Other councils", "The same as the public, and the middle half of ten or more bodies like you."),
    "club": ("Members of your club", "Your own yearly figures by name, small numbers left out. Other councils see "
                                     "what the public sees."),
    "public": ("Other councils", "The same as the public."),
}  # fmt: skip
OPEN = "Your figures as they are: you have agreed that they are public."


def page(source, query: str) -> Content:
    """The form as it is first served, for whoever asks."""
    return check_page.content(words=asking(source.principal, getattr(source, "home", None)))


def asking(who, home) -> Words:
    """The words of the page before a file is sent: that it may be loaded, where it may."""
    if who.role != COUNCIL or home is None:
        return Words()
    from etl.door.counter import takes_loads

    return Words(lead=LEAD, hint=HINT) if takes_loads(who, home) else Words(stored=f"{check_page.STORED} {CLOSED}")


def checked(receipt: Receipt, token: str | None) -> Words:
    """The words of the page when a body has checked a file; `token` where it may now be loaded."""
    if token is None:
        return Words(lead=LEAD, hint=HINT, stored=NOT_LOADED)
    return Words(lead=LEAD, hint=HINT, stored=WAITS, after=(_form(receipt.rows_held, token), *_then(receipt)))


def loaded(receipt: Receipt) -> Words:
    """The words of the page when it has been loaded, or was refused after all."""
    if receipt.status != "loaded":
        return Words(hint=HINT, stored=NOT_LOADED, refused="This file was refused")
    return Words(hint=HINT, stored=KEPT, rest=REST, after=(_way_on(), *_then(receipt)))


def again(problem: str, token: str | None) -> Content:
    """The page when a load was not done: the file waits still where there is a token, else it is asked for again."""
    if token is None:
        return check_page.content(problem=problem, words=Words(lead=LEAD, hint=HINT))
    shown = [el("p", WAITS, class_="govuk-body"), _form(0, token)]
    return Content(check_page.HEADING, shown, problems=(Problem("load", problem),))


def no_receipt(sentence: str) -> Content:
    """The page for a receipt that is not there, or not for whoever asks."""
    return Content("Page not found", [el("p", sentence, class_="govuk-body")])


def _form(held: int, token: str) -> Node:
    without = f" without the {held:,} held rows" if held > 1 else " without the held row" if held else ""
    return el(
        "form",
        el("h2", "Load it", class_="govuk-heading-m"),
        el("input", type="hidden", name="token", value=token),
        el("button", f"Load this return{without}", type="submit", id="load", class_="govuk-button"),
        method="post", action=PATH, aria_label="Load this return",
    )  # fmt: skip


def _then(receipt: Receipt) -> list[Node]:
    said = [_mend(receipt.rows_held), *NEXT]
    release = next((one["release"] for one in receipt.returns), "confidential")
    return [
        el("h2", "What happens next", class_="govuk-heading-m"),
        el("ul", [el("li", one) for one in said if one], class_="govuk-list govuk-list--bullet"),
        *who_sees(release),
    ]


def _mend(held: int) -> str | None:
    if not held:
        return None
    them, are = ("it", "is") if held == 1 else ("them", "are")
    return (f"{rows_of(held)} {are} held and not counted. Mend {them} in your file and send the whole file again for "
            "the same time; it then takes the place of this return.")  # fmt: skip


def who_sees(release: str) -> list[Node]:
    """Who will see what of a body's returns, once they are in the figures shown."""
    public = OPEN if release == "public" else CONFIDENTIAL
    said = summary_list(
        [
            ("You, signed in", "Your own exact figures, beside the middle half of ten or more bodies like you."),
            ("The public", public),
            OTHERS[release],
            ("Analysts of this service", "Exact figures. What they take away as a file passes the public's rules."),
        ]
    )
    heading = "Who will see what, once it is in the figures that are shown"
    return [el("h2", heading, class_="govuk-heading-m"), said]


def _way_on() -> Node:
    return el("p", el("a", "Your returns", href=RETURNS, class_="govuk-link"),
              " lists what you have sent, with its receipts.", class_="govuk-body")  # fmt: skip
