"""Every campaign on every figure it was compared on, in one table: verdict, size, range."""

from collections import Counter

from dashboard import parts, tables, words
from dashboard.grid import Extra, Grid, Key, ranged, shown
from dashboard.impact import campaigns, verdicts
from dashboard.markup import Node, el
from dashboard.parts import Told
from metrics import wording
from metrics.indicators import INDICATORS
from metrics.verdicts import CANNOT_TELL, FEW_DEALS, NO_CHANGE, NOT_ENOUGH

CAPTION = "Each campaign on each figure: the difference where it came, from where it had not"
UNTOLD = (CANNOT_TELL, NOT_ENOUGH)
COUNTED = {NO_CHANGE: "no detectable change on {}", CANNOT_TELL: "cannot tell on {}",
           NOT_ENOUGH: "not enough data on {}"}  # fmt: skip


def section(rows, path: str, query: str) -> Node:
    """The table of campaigns by figures, with what it finds."""
    told = told_of(rows)
    if not rows:
        return parts.section("moved", told)
    return parts.section("moved", told, _table(rows), parts.tabled(path, query, grid(rows), again=True))


def grid(rows) -> Grid:
    """One row a campaign and figure."""
    made = tuple({**_figure(row), "indicator_label": INDICATORS[row["indicator"]].title} for row in _ordered(rows))
    keys = (Key("title", "Campaign", "event"), Key("indicator_label", "Measure", "indicator"))
    extras = (Extra("said", "Verdict", show=lambda row: verdicts.tag(row["verdict"]), early=True),)
    return Grid("campaigns-by-figure", f"{CAPTION}, as a list", keys, made, "points", extras, False, "Difference")


def told_of(rows) -> Told:
    """How many campaigns moved anything, then each campaign in a few words."""
    if not rows:
        return Told("Campaigns: none compared", ("No campaign is compared in this version of the data.",))
    by_campaign = {}
    for row in _ordered(rows):
        by_campaign.setdefault(row["title"], []).append(row)
    moved = [title for title, found in by_campaign.items() if any(row["verdict"] in campaigns.MOVED for row in found)]
    untold = [title for title, found in by_campaign.items() if all(row["verdict"] in UNTOLD for row in found)]
    said = [f"{title}: {_campaign(found)}." for title, found in by_campaign.items()]
    head = f"{len(moved)} of {len(by_campaign)} campaigns moved a figure beyond chance" if moved else \
        "No campaign can be said to have moved a figure"  # fmt: skip
    head += f"; for {len(untold)} of {len(by_campaign)} it cannot be told" if untold else ""
    return Told(head, tuple(map(wording.checked, said)))


def _campaign(rows) -> str:
    """`improving on refusal rate (−4.1 points); no detectable change on 3 of 4 figures`."""
    said = [f"{wording.NAMES[row['verdict']].lower()} on {_named(row)} ({shown(_figure(row), 'points')})"
            for row in rows if row["verdict"] in campaigns.MOVED]  # fmt: skip
    found = Counter(row["verdict"] for row in rows)
    said += [phrase.format(f"{found[verdict]} of {len(rows)} figures") for verdict, phrase in COUNTED.items()
             if found[verdict]]  # fmt: skip
    few = [row["deals"] for row in rows if row["verdict"] == CANNOT_TELL and row["deals"] <= FEW_DEALS]
    why = f" (with {min(few)} ways to deal its date over sectors, chance alone could do as much)" if few else ""
    return f"{'; '.join(said)}{why}"


def _table(rows) -> Node:
    """Campaigns down, figures across: in each cell a verdict, a size and a range."""
    measures = list(dict.fromkeys(row["indicator"] for row in _ordered(rows, by="indicator")))
    cells = {(row["event"], row["indicator"]): row for row in rows}
    body = [
        [[title, el("span", f"began {began}", class_="range")],
         *(_cell(cells.get((event, measure))) for measure in measures)]
        for event, title, began in dict.fromkeys(
            (row["event"], row["title"], words.day(row["event_date"])) for row in _ordered(rows))
    ]  # fmt: skip
    headings = ["Campaign", *(INDICATORS[measure].title for measure in measures)]
    return tables.scrolling(f"{CAPTION}, table", tables.table(CAPTION, headings, body))


def _cell(row: dict | None):
    if row is None:
        return words.ABSENT["not_applicable"]
    made = _figure(row)
    if made["value"] is None:
        return verdicts.tag(row["verdict"])
    return [verdicts.tag(row["verdict"]), el("strong", shown(made, "points"), class_="size"),
            el("span", ranged(made, "points"), class_="range")]  # fmt: skip


def _figure(row: dict) -> dict:
    return {**row, "value": row["effect"], "numerator": None, "denominator": None, "flags": [],
            "status": "ok" if row["status"] == "ok" else "too_few", "said": wording.NAMES[row["verdict"]]}  # fmt: skip


def _ordered(rows, by: str = "event_date"):
    """By the date a campaign began, then in the order of the list of indicators; or by that order alone."""
    order = {code: at for at, code in enumerate(INDICATORS)}
    if by == "indicator":
        return sorted(rows, key=lambda row: order[row["indicator"]])
    return sorted(rows, key=lambda row: (str(row["event_date"]), row["event"], order[row["indicator"]]))


def _named(row: dict) -> str:
    title = INDICATORS[row["indicator"]].title
    return title[:1].lower() + title[1:]
