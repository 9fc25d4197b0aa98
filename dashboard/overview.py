"""Overview: one sentence a family of figures, what the returns cannot see, and the evidence already published."""

from dashboard import evidence, headlines, participation, words
from dashboard.content import Content
from dashboard.headlines import TRENDS
from dashboard.markup import Node, el
from dashboard.view import View, link

PATH = "/"
HEADING = "Is the data-sharing code changing practice?"


def page(source, query: str) -> Content:
    """The overview. It takes no choices, so that two people always see the same one."""
    about = source.about()
    told = headlines.headlines(source)
    return Content(
        HEADING,
        [
            _standing(source, about),
            el("h2", headlines.counted(told), class_="govuk-heading-l"),
            _ladder(),
            el("div", [headlines.card(one) for one in told], _unseen(), class_="cards"),
            headlines.summary(told),
            *_harm(),
            evidence.panel(source),
            *participation.reported(source),
        ],
    )


def _standing(source, about: dict) -> Node:
    """How old the data are and how much of what was expected is in."""
    sectors = participation.by_sector(source)
    said = f"Data as at {words.day(about['as_at'])}. "
    if sectors:
        reporting, bodies = (sum(getattr(one, part) for one in sectors.values()) for part in ("reporting", "bodies"))
        said += f"{reporting:,} of {bodies:,} bodies expected to report have reported. "
    return el("p", said, el("a", "What is missing", href="/data#coverage", class_="govuk-link"), ".",
              class_="govuk-body-l")  # fmt: skip


def _ladder() -> Node:
    return el(
        "div",
        "“Lower” and “higher” mean that two 95% ranges do not overlap. That shows a change at about the time of the "
        "code. It does not show that the code caused it: the pandemic, new bodies reporting and better recording fall "
        "in the same years.",
        class_="govuk-inset-text",
    )


def _unseen() -> Node:
    """The card beside the figures that says what no log holds, and where something is known of it."""
    unseen = (
        ("did_not_ask", "People who did not share though they could have"),
        ("worked_round", "People who worked round a barrier"),
        ("no_reply_rate", "Requests with no reply"),
    )
    links = [el("li", el("a", text, href=link(TRENDS, View(one)), class_="govuk-link")) for one, text in unseen]
    return el(
        "article",
        el("h3", "What the logs cannot see", class_="govuk-heading-m"),
        el("p", "A log holds the requests that somebody made and somebody wrote down: not those that were never made, "
                "went unanswered or were worked round. What is known of those:", class_="govuk-body"),
        el("ul", links, class_="govuk-list govuk-list--bullet"),
        class_="card card-unseen",
    )  # fmt: skip


def _harm() -> list[Node]:
    return [
        el("h2", "Harm is not measured here", class_="govuk-heading-m"),
        el("p", "More sharing is not always better: a refusal can be right, and sharing can do harm. No return of "
                "complaints or incidents exists yet, so nothing here says whether harm rose or fell.",
           class_="govuk-body"),
    ]  # fmt: skip
