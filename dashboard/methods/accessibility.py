"""The accessibility statement, in the order of the model statement for public bodies. It says what was not tested."""

from dashboard.content import SERVICE, Content
from dashboard.markup import Node, el

PATH = "/accessibility"
HEADING = "Accessibility statement"
CAN = (
    "zoom in up to 200% without the text running off the screen, and read it on a screen 320 pixels wide without "
    "scrolling sideways",
    "get to every page, choice, table and download with a keyboard alone",
    "read every chart as a sentence and as a table",
    "use the whole service without script, apart from pointing at a chart",
    "print any page",
)
NOT_TESTED = (
    "No person who uses a screen reader has tried the service yet: not with NVDA, JAWS, VoiceOver or TalkBack.",
    "It was tried in Chromium only: not in Firefox, Safari or Edge, and not with voice control or a screen magnifier.",
    "No disabled person has taken part in research on it.",
    "The workbooks (ODS, XLSX) follow the guidance on accessible spreadsheets; no screen reader was tried on them.",
)
KNOWN = (
    "Pointing at a chart shows single figures. That needs a mouse; the same figures stand in the table below.",
    "Long tables scroll inside a region of their own, which the keyboard reaches.",
)


def page(source, query: str) -> Content:
    """The statement. It takes no choices, and needs no published figures."""
    return Content(HEADING, [
        _p(f"This statement applies to {SERVICE}, the service at this address. It is run by whoever serves this copy. "
           "We want as many people as possible to be able to use it. For example, you should be able to:"),
        _list(CAN),
        _h2("How accessible this service is"),
        _p("We know of these limits:"),
        _list(KNOWN),
        _h2("Feedback and contact"),
        _p("If you need a figure in another form, ask the body that serves this copy. If you find a problem that is "
           "not listed here, tell them too, with the address of the page."),
        _h2("Enforcement"),
        _p("The Equality and Human Rights Commission enforces the Public Sector Bodies (Websites and Mobile "
           "Applications) (No. 2) Accessibility Regulations 2018. If you are not happy with how a complaint is "
           "answered, contact the Equality Advisory and Support Service; in Northern Ireland, the Equality Commission "
           "for Northern Ireland."),
        _h2("Compliance status"),
        _p("This service is meant to comply with the Web Content Accessibility Guidelines version 2.2, level AA. It "
           "has not been audited by anyone independent, so we do not claim that it does."),
        _h2("What was tested, and what was not"),
        _p("Every page is checked by a program (axe, with the rules of WCAG 2.0 to 2.2 at levels A and AA and its best "
           "practice) at two widths of the screen each time the service is changed, with its error states; the "
           "keyboard order, the layout at 320 pixels and the service without script are checked too. A program finds "
           "only some kinds of problem."),
        _list(NOT_TESTED),
        _h2("Preparation of this statement"),
        _p("This statement was prepared on 25 November 2026. It is to be reviewed by 25 November 2027, and whenever "
           "somebody who was not asked before has tried the service."),
    ])  # fmt: skip


def _h2(text: str) -> Node:
    return el("h2", text, class_="govuk-heading-m")


def _p(text: str) -> Node:
    return el("p", text, class_="govuk-body")


def _list(items) -> Node:
    return el("ul", [el("li", item) for item in items], class_="govuk-list govuk-list--bullet")
