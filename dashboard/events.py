"""Events on a chart: which ones belong to a view, how they are numbered, and how crowded numbers share a tag."""

from dataclasses import dataclass
from datetime import date

from dashboard import names, words
from dashboard.markup import Node, el
from dashboard.view import View

# Kinds drawn for every view. The others are drawn where the view is of a sector they were meant for.
FOR_ALL = ("law", "code", "emergency")
NEVER = ("parliament",)
# Of a chart on a phone, in pixels: how wide it is, a figure of a number, and the space between two numbers.
PHONE, FIGURE, SPACE = 290, 7.5, 5
MOST = 12
NOT_A_CAUSE = "A change at about the time of an event does not show that the event caused it."


@dataclass(frozen=True)
class Marked:
    """An event on a chart, with the number it has there and in the list below."""

    number: int
    title: str
    kind: str
    start: date
    end: date | None


def marked(view: View, events, first: date, last: date) -> list[Marked]:
    """The events to draw between two dates, in order of date, numbered from 1."""
    chosen = []
    for event in events:
        start = date.fromisoformat(str(event["date"])[:10])
        end = date.fromisoformat(str(event["end"])[:10]) if event["end"] else None
        if (end or start) >= first and start <= last and _meant(view, event):
            chosen.append((start, event["title"], event["kind"], end))
    chosen.sort(key=lambda one: (one[0], one[1]))
    numbered = enumerate(chosen[:MOST], 1)
    return [Marked(number, title, kind, start, end) for number, (start, title, kind, end) in numbered]


def _meant(view: View, event: dict) -> bool:
    """Whether an event was for everybody, or for a sector and region of the view."""
    if event["kind"] in NEVER:
        return False
    sectors = codes(event["sectors"])
    if event["kind"] == "emergency" or (event["kind"] in (*FOR_ALL, "campaign") and not sectors):
        return True
    return bool(sectors & set(view.filters.get("sector", ()))) and _in_region(view, event)


def _in_region(view: View, event: dict) -> bool:
    regions = codes(event["regions"])
    asked = set(view.filters.get("region", ()))
    return not regions or not asked or bool(regions & asked)


def codes(listed) -> set[str]:
    """Codes of a published event: a text with semicolons, or a sequence."""
    return set(filter(None, listed.split(";") if isinstance(listed, str) else listed or ()))


def elsewhere(view: View, events, first: date, last: date) -> Node | None:
    """Campaigns and tools in these years that were for some sectors only, where they are not drawn: named, with why."""
    items = []
    for event in sorted(events, key=lambda one: str(one["date"])):
        start = date.fromisoformat(str(event["date"])[:10])
        sectors = codes(event["sectors"])
        if event["kind"] in ("campaign", "tool") and sectors and first <= start <= last and not _meant(view, event):
            named = words.listed(names.label("sector", code) for code in names.values("sector") if code in sectors)
            items.append(el("li", el("span", f"{words.day(start)}:", class_="when"), f" {event['title']}, for {named}"))
    if not items:
        return None
    return el(
        "details",
        el("summary", el("span", f"{len(items)} campaigns and tools for some sectors only, not drawn here",
           class_="govuk-details__summary-text"), class_="govuk-details__summary"),
        el("div", el("ul", items, class_="govuk-list govuk-list--bullet"),
           el("p", "Choose one of those sectors to see them on its chart.", class_="govuk-body-s"),
           class_="govuk-details__text"),
        class_="govuk-details",
    )  # fmt: skip


def tags(events: list[Marked], first: date, last: date) -> list[tuple[date, str]]:
    """Where the numbers stand above the chart: those that would touch on a phone share a tag, `4–6`."""
    day = PHONE / max((last - first).days, 1)  # in pixels
    made: list[tuple[date, date, str]] = []
    for event in events:
        at = max(event.start, first)
        tag = (at, at, str(event.number))
        while made and (_middle(tag) - _middle(made[-1])).days * day < FIGURE * len(made[-1][2] + tag[2]) / 2 + SPACE:
            start, _, text = made.pop()
            tag = (start, at, f"{text.split('–')[0]}–{event.number}")
        made.append(tag)
    return [(_middle(tag), tag[2]) for tag in made]


def _middle(tag) -> date:
    return tag[0] + (tag[1] - tag[0]) / 2


def listing(events: list[Marked]) -> Node | None:
    """The events as a numbered list: what the lines on the chart are, for those who cannot see them."""
    if not events:
        return None
    return el(
        "div",
        el("h3", "Events marked on the chart", class_="govuk-heading-s"),
        el(
            "ol",
            [el("li", el("span", _when(event), class_="when"), f" {event.title} ({_kind(event)})") for event in events],
            class_="govuk-list govuk-list--number events",
        ),
        el("p", NOT_A_CAUSE, class_="govuk-body-s"),
    )


def notes(events: list[Marked]) -> list[str]:
    """The events as lines of text, for a picture that stands alone."""
    return [f"{event.number}  {_when(event)} {event.title}" for event in events]


def _when(event: Marked) -> str:
    start = words.day(event.start)
    return f"{start} to {words.day(event.end)}:" if event.end else f"{start}:"


def _kind(event: Marked) -> str:
    return names.KINDS.get(event.kind, event.kind).lower()
