"""The code lists of data/reference, read once: codes, bodies and their successors, groups, events, questions."""

import csv
import re
from datetime import date
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from etl.paths import DATA

REFERENCE = DATA / "reference"
NOT_STATED = "not_stated"


class Body(NamedTuple):
    """A row of bodies.csv. `start` and `end` are dates or None; `end` is the last day; `successor` holds codes."""

    code: str
    name: str
    type: str
    sector: str
    tier: str
    region: str
    start: date | None
    end: date | None
    successor: tuple[str, ...]
    source: str
    status: str


class Group(NamedTuple):
    """A predefined group of a dimension's values, such as the nine regions of England."""

    code: str
    label: str
    members: tuple[str, ...]


class Event(NamedTuple):
    """A dated law, code, tool or campaign. Empty `sectors` or `regions` means all; `end` is None for a moment."""

    code: str
    title: str
    date: date
    end: date | None
    kind: str
    sectors: tuple[str, ...]
    regions: tuple[str, ...]
    reach: int | None
    note: str
    source: str
    status: str


@cache
def rows(list_name):
    """Every row of a list as a tuple of read-only dicts, in file order."""
    with (REFERENCE / f"{list_name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file))


@cache
def codes(list_name):
    """A list as {code: row}. Only for lists whose `code` is unique: not for answers, groups or aliases."""
    return MappingProxyType({row["code"]: row for row in rows(list_name)})


@cache
def bodies():
    """The register of bodies as {code: Body}, abolished bodies included."""
    return MappingProxyType({row["code"]: _body(row) for row in rows("bodies")})


@cache
def groups(dimension):
    """The predefined groups of a dimension as {code: Group}; empty when it has none."""
    found = {}
    for row in rows("groups"):
        if row["dimension"] == dimension:
            before = found[row["group"]].members if row["group"] in found else ()
            found[row["group"]] = Group(row["group"], row["label"], (*before, row["member"]))
    return MappingProxyType(found)


@cache
def events():
    """All events as a tuple of Event, oldest first."""
    return tuple(sorted((_event(row) for row in rows("events")), key=lambda event: (event.date, event.code)))


class Change(NamedTuple):
    """A change of what figures mean or of how they are shown: when, what, what it does to figures, and to which."""

    date: date
    kind: str  # code, definition, disclosure or data
    what: str
    effect: str
    measures: tuple[str, ...]
    source: str


@cache
def changes():
    """All changes as a tuple of Change, newest first; those of one day in the order of the list."""
    found = [
        Change(date.fromisoformat(row["date"]), row["kind"], row["what"], row["effect"],
               tuple(filter(None, row["measures"].split(";"))), row["source"])
        for row in rows("changes")
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.date, reverse=True))


@cache
def questions():
    """Survey questions as {code: {"label", "family", "answers": {answer code: row}}}, in file order."""
    found = {row["code"]: {**row, "answers": {}} for row in rows("questions")}
    for row in rows("answers"):
        found[row["question"]]["answers"][row["code"]] = row
    return MappingProxyType(found)


def stood(code, when):
    """Whether a body was in being on a day. An unknown start or end does not rule a day out."""
    body = bodies()[code]
    return (body.start is None or body.start <= when) and (body.end is None or when <= body.end)


def body_at(code, when):
    """The codes that answer for a body on a day: itself, or whoever took over, found by the register alone.

    Several when a body was split; itself when it ended and nobody is named; KeyError for an unknown code.
    """
    body = bodies()[code]
    if body.end is None or when <= body.end or not body.successor:
        return (code,)
    return tuple(dict.fromkeys(heir for next_code in body.successor for heir in body_at(next_code, when)))


def tier_of(body, sector):
    """The tier of a party to a request: the body's when the body is known, else its sector's, else other."""
    if body in bodies():
        return bodies()[body].tier
    return codes("sectors")[sector]["tier"] if sector in codes("sectors") else "other"


def body_named(name):
    """The code of the body of that name or reviewed alias, or None. Case, '&' and bracketed letters are ignored."""
    return _names().get(fold(name))


def nearest(value, list_name):
    """The code most like a mistyped value, or None. Looks at codes and labels; used only to help mend a row."""
    sought = [(fold(value), _spellings(list_name))]
    if list_name == "bodies":
        sought.append((_place(value), _places()))
    found = [(word, name, known[name]) for word, known in sought for name in get_close_matches(word, known, 1, 0.72)]
    return max(found, key=lambda hit: SequenceMatcher(None, hit[0], hit[1]).ratio())[2] if found else None


def fold(text):
    """A name made comparable: lower case, no brackets or punctuation, 'and' for '&', single spaces."""
    text = re.sub(r"\([^)]*\)", " ", str(text).casefold()).replace("&", " and ").replace("’", "'")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.replace("'", "")).split()).removeprefix("the ")


@cache
def _names():
    """Folded name to code. A name that two bodies have borne means the one still in being."""
    found = {fold(body.name): body.code for body in sorted(bodies().values(), key=lambda body: body.end is None)}
    return found | {fold(row["name"]): row["code"] for row in rows("aliases")}


@cache
def _spellings(list_name):
    if list_name == "bodies":
        return _names() | {fold(code): code for code in bodies()}
    label = "title" if list_name == "events" else "label"
    labels = {fold(row[label]): code for code, row in codes(list_name).items()}
    return labels | {fold(code): code for code in codes(list_name)}


@cache
def _places():
    return {_place(name): code for name, code in _names().items()}


def _place(name):
    """A folded name without the words councils share, so that Wakefield is not met with Watford."""
    return re.sub(r"\b(council|borough|district|metropolitan|city|county)\b ?", "", fold(name)).strip() or fold(name)


def _body(row):
    dates = {"start": _day(row["start"]), "end": _day(row["end"])}
    return Body(**{**row, **dates, "successor": _many(row["successor"])})


def _event(row):
    reach = int(row["reach"]) if row["reach"] else None
    parts = {"sectors": _many(row["sectors"]), "regions": _many(row["regions"]), "reach": reach}
    return Event(**{**row, **parts, "date": _day(row["date"]), "end": _day(row["end"])})


def _day(text):
    return date.fromisoformat(text) if text else None


def _many(text):
    return tuple(text.split(";")) if text else ()
