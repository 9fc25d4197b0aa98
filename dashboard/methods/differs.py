"""Why does your number differ from ours? The reasons that two honest figures can differ, each with where to look."""

from dashboard.content import Content
from dashboard.markup import Node, el
from metrics import disclosure
from metrics.dimensions import HORIZON

PATH = "/why-numbers-differ"
HEADING = "Why does your number differ from ours?"
REASONS = (
    ("It counts requests by the month they were received",
     f"A refusal belongs to the month its request came in, and counts if it came within {HORIZON} days. A log that "
     "counts decisions by the month they were taken gives other months.", "/data#method", "How figures are made"),
    ("Every request is in the denominator",
     "A refusal rate here is refusals over all requests received: withdrawn, redirected, open and unanswered ones "
     "too. Over decisions alone it is higher; that is another figure here, with its own name.",
     "/trends?measure=refused_share_of_decisions", "Refused share of decisions"),
    ("Open requests are not dropped",
     "Time to decision counts requests that are still open, up to the day the data were taken. A mean of closed "
     "requests is too short.", "/data#figures", "What every figure means"),
    ("Your newest return may not be in it",
     "Each version of the figures names the day the data are as at. A return that came later, or that waits to be "
     "signed off, is not in it yet.", "/data#release", "This release"),
    ("Rows may have been held",
     "A row that breaks a rule is held and listed on the receipt; good rows count. A corrected return replaces the "
     "earlier one whole.", "/data#rows", "Rows read, used, held and skipped"),
    ("Published counts are protected",
     f"A count from returns that are not public is not exact: it is shown only from {disclosure.BODIES} bodies or more "
     "and is changed a little so that nobody can be singled out. The same requests always give the same figure, and "
     "totals need not add up. A body sees its own figures exactly when it is signed in.", "/data#protection",
     "How people and bodies are protected"),
    ("A register stands apart",
     "What a sender has published itself is shown exactly and is added to the rest only when the rest may be shown on "
     "its own.", "/#published-evidence", "Published evidence"),
    ("Holders and requesters count different things",
     "What holders log and what requesters report are never added: the same request may be in both.",
     "/data#returns", "What a return holds"),
)  # fmt: skip


def page(source, query: str) -> Content:
    """The page. It takes no choices, and needs no published figures."""
    return Content(HEADING, [one for reason in REASONS for one in _reason(*reason)],
                   lead="Two honest figures can differ. These are the usual reasons.")  # fmt: skip


def _reason(title: str, said: str, address: str, where: str) -> list[Node]:
    return [
        el("h2", title, class_="govuk-heading-m"),
        el("p", said, " ", el("a", where, href=address, class_="govuk-link"), ".", class_="govuk-body"),
    ]
