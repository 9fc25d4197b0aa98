"""Overview: one sentence a family of figures, what the returns cannot see, and the evidence already published."""

from dataclasses import dataclass
from datetime import date

from dashboard import evidence, names, tables, words
from dashboard.content import Content
from dashboard.findings import compare
from dashboard.markup import Node, el
from dashboard.series import Series, split
from dashboard.spark import spark
from dashboard.view import View, link
from etl import reference
from metrics.indicators import FAMILIES
from metrics.question import levels_of

PATH = "/"
TRENDS = "/trends"
HEADING = "Is the data-sharing code changing practice?"
# The figure each family is told by.
HEADLINES = (
    ("refusals", "refusal_rate"),
    ("reasons", "perceived_refusal_share"),
    ("speed", "undecided_at_30_days"),
    ("agreements", "under_agreement_share"),
    ("awareness", "heard_of_code"),
)
SURVEYS = ("awareness", "survey_frame")
IN_FORCE = "code_in_force"
PICTURES = {
    "quarter": "By quarter, from zero. Dashed line: the day the code came into force.",
    "wave": "By survey wave, from zero.",
}
CHANGE = {"lower": "Lower", "higher": "Higher", "none": "No clear change"}


def page(source, query: str) -> Content:
    """The overview. It takes no choices, so that two people always see the same one."""
    about = source.about()
    told = [_told(source, family, measure) for family, measure in HEADLINES]
    return Content(
        HEADING,
        [
            _standing(source, about),
            el("h2", _headline(told), class_="govuk-heading-l"),
            _ladder(),
            el("div", [_card(*one) for one in told], _unseen(), class_="cards"),
            _summary(told),
            *_harm(),
            evidence.panel(source),
            *_reported(source),
        ],
    )


def in_force() -> date:
    """The day the code came into force, from the list of events."""
    return next(event.date for event in reference.events() if event.code == IN_FORCE)


def _standing(source, about: dict) -> Node:
    """How old the data are and how much of what was expected is in."""
    sectors = participation(source)
    said = f"Data as at {words.day(about['as_at'])}. "
    if sectors:
        reporting, bodies = (sum(getattr(one, part) for one in sectors.values()) for part in ("reporting", "bodies"))
        said += f"{reporting:,} of {bodies:,} bodies expected to report have reported. "
    return el("p", said, el("a", "What is missing", href="/data#coverage", class_="govuk-link"), ".",
              class_="govuk-body-l")  # fmt: skip


# --- one family ----------------------------------------------------------------------------------------------------


def _told(source, family: str, measure: str) -> tuple:
    """(family, view, before, after, rows of the small chart): the two years compared, or None where there is none."""
    view = View(measure)
    level = "wave" if levels_of(view.indicator) == ("wave",) else "year"
    whole = _only(View(measure, level=level), source)
    before, after = pair(whole, level)
    drawn = _only(View(measure, level="quarter"), source).rows if level == "year" else whole.rows
    return family, view, level, before, after, drawn


def _only(view: View, source) -> Series:
    series = split(view, source.answer(view.question()).rows)
    return series[0] if series else Series((), view.indicator.title, ())


def pair(one: Series, level: str) -> tuple[dict | None, dict | None]:
    """The last whole settled year before the code came into force and the latest one since; waves: first and latest."""
    settled = one.settled
    if level == "wave":
        return (settled[0] if len(settled) > 1 else None), (settled[-1] if settled else None)
    year = in_force().year
    before = [row for row in settled if int(row["year"]) < year]
    after = [row for row in settled if int(row["year"]) > year]
    return (before[-1] if before else None), (after[-1] if after else None)


def _headline(told) -> str:
    """How many of the figures changed, in words."""
    changes = [_change(before, after) for _, _, _, before, after, _ in told]
    if set(changes) == {"Nothing to compare"}:
        return "No figure yet has both a before and an after"
    parts = [
        f"{changes.count(word)} {phrase}"
        for word, phrase in (("Lower", "lower"), ("Higher", "higher"), ("No clear change", "without clear change"),
                             ("Nothing to compare", "with nothing to compare"))
        if word in changes
    ]  # fmt: skip
    return f"Five figures since the code: {words.listed(parts)}"


def _change(before: dict | None, after: dict | None) -> str:
    return CHANGE[compare(before, after)] if before and after else "Nothing to compare"


def _summary(told) -> Node:
    """The headline figures as one table: what a clerk can quote."""
    body = []
    for _, view, level, before, after, _ in told:
        unit = view.indicator.unit
        body.append([
            el("a", view.indicator.title, href=link(TRENDS, view), class_="govuk-link"),
            *(_figure(row, level, unit) for row in (before, after)),
            el("strong", _change(before, after), class_=f"change change-{_change(before, after).split()[0].lower()}"),
        ])  # fmt: skip
    headings = ("Figure", "Before the code came into force", "Latest settled", "Change")
    caption = "Five figures, the last whole year before the code came into force against the latest"
    return tables.scrolling("Five figures, table", tables.table(caption, headings, body))


def _figure(row: dict | None, level: str, unit: str):
    if row is None:
        return "no figure"
    between = words.interval(row, unit)
    return [el("strong", words.value(row, unit)), f" {words.when(row, level)}",
            el("span", f"95% range {between}", class_="range") if between else None]  # fmt: skip


def _card(family: str, view: View, level: str, before, after, drawn) -> Node:
    unit = view.indicator.unit
    finer = "quarter" if level == "year" else level
    picture = spark(drawn, finer, in_force())
    return el(
        "article",
        el("h3", FAMILIES[family], class_="govuk-heading-m"),
        el("p", view.indicator.title, class_="govuk-body card-measure"),
        el("p", words.value(after, unit) if after else "No figure", class_="big-number"),
        el("p", sentence(level, unit, before, after), class_="govuk-body"),
        [picture, el("p", PICTURES[finer], class_="govuk-body-s")] if picture else None,
        el("p", el("a", f"{view.indicator.title} over time", href=link(TRENDS, view), class_="govuk-link"),
           class_="govuk-body"),
        class_="card",
    )  # fmt: skip


def sentence(level: str, unit: str, before, after) -> str:
    """How much, between what limits, when, against what; and no more than the two ranges show."""
    if after is None:
        then = f"{_ranged(before, unit)} {words.when(before, level)}. " if before else ""
        return f"{then}There is no settled figure since the code came into force."
    said = f"{_ranged(after, unit)} {words.when(after, level)}"
    if before is None:
        return f"{said}. There is no figure from before to compare it with."
    against = f"{_ranged(before, unit)} {words.when(before, level)}"
    change = compare(before, after)
    if change == "none":
        return f"{said}, against {against}. No clear change: the ranges overlap."
    closing = "" if level == "wave" else " It changed at about the time the code came in."
    return f"{said}, {change} than {against}.{closing}"


def _ranged(row: dict, unit: str) -> str:
    between = words.interval(row, unit)
    return f"{words.value(row, unit)} (95% range {between})" if between else words.value(row, unit)


# --- what stands around the figures ----------------------------------------------------------------------------------


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


def bodies_expected(source) -> list[dict]:
    """Rows of participation of bodies that hold data; who runs a survey is not one of them."""
    return [row for row in source.companion("participation") if row["kind"] not in SURVEYS]


def participation(source) -> dict[str, "Taken"]:
    """Bodies and returns, expected and received, by sector; empty where there is no list of senders."""
    sectors: dict[str, Taken] = {}
    seen: dict[str, bool] = {}
    for row in bodies_expected(source):
        counted = sectors.setdefault(row["sector"] or "not_stated", Taken())
        new, had = row["body"] not in seen, seen.get(row["body"], False)
        seen[row["body"]] = had or row["received"] > 0
        counted.bodies += new
        counted.reporting += seen[row["body"]] and not had
        counted.expected += row["expected"]
        counted.received += row["received"]
    return sectors


@dataclass
class Taken:
    """What a sector was expected to send and what came."""

    bodies: int = 0
    reporting: int = 0
    expected: int = 0
    received: int = 0


def _reported(source) -> list[Node]:
    """Who has reported, by sector."""
    sectors = participation(source)
    heading = el("h2", "Who has reported", class_="govuk-heading-m")
    if not sectors:
        return [heading, el("p", "This home has no list of senders, so what is missing cannot be said.",
                            class_="govuk-body")]  # fmt: skip
    body = [
        [label, f"{one.reporting:,} of {one.bodies:,}", f"{one.received:,} of {one.expected:,}"]
        for code, label in names.values("sector").items()
        if (one := sectors.get(code))
    ]
    headings = ("Sector", "Bodies that have reported", "Returns received")
    table = tables.table("Bodies and returns, received of expected, by sector", headings, body, (1, 2))
    return [heading, tables.scrolling("Who has reported, table", table)]
