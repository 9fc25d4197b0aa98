"""Each campaign against where it had not come: the difference, its pre-trend, how it went on, what could be seen."""

from dashboard import events as marks
from dashboard import lines, names, parts, strips, words
from dashboard.grid import Extra, Grid, Key, signed
from dashboard.impact import verdicts
from dashboard.lines import Axis, Line
from dashboard.markup import Node, el
from dashboard.parts import Told
from metrics import wording
from metrics.indicators import INDICATORS
from metrics.verdicts import CANNOT_TELL, IMPROVING, SIGNIFICANT, WORSENING

# The smallest difference found four times in five is 2.8 standard errors, and a 95% range is 3.92 of them wide.
DETECTABLE = 2.8 / 3.92
PATHS = (
    "In the small charts: left of the dashed line, each quarter's step from the one before, near 0 where the two moved "
    "alike beforehand; right of it, the difference in that quarter, with its 95% range."
)
MOST_TICKS = 11
APART = "no: drawing apart"
MOVED = (IMPROVING, WORSENING)
EXTRAS = (
    Extra("said", "Verdict", show=lambda row: verdicts.tag(row["verdict"]), early=True),
    Extra("begun", "Began"),
    Extra("reached_said", "Bodies reached, and not"),
    Extra("rank_said", "Rank among ways to deal its date"),
    Extra("before_said", "Moving alike before"),
    Extra("minimum_detectable", "Smallest difference likely to be seen", "size"),
)


def section(source, measure: str, campaigns, made: Grid, path: str, query: str) -> Node:
    """Every campaign on the chosen figure."""
    told = told_of(campaigns, INDICATORS[measure].title)
    if not campaigns:
        return parts.section("campaigns", told)
    drawn = [strips.Strip(row["title"], row, f"{row['said']}; began {row['begun']}") for row in made.rows]
    by_event = {}
    held = paths(source, measure)
    for row in held:
        by_event.setdefault(row["event"], []).append(row)
    events = {one["code"]: one for one in source.companion("events")}
    panels = [_panel(row, events.get(row["event"]), by_event.get(row["event"], [])) for row in campaigns]
    return parts.section(
        "campaigns", told,
        parts.strip_chart(path, query, "campaigns", drawn, "points",
                          line_name="no difference from where it had not come"),
        parts.tabled(path, query, made, True),
        el("p", PATHS, class_="govuk-body-s") if held else None,
        parts.panels(panels),
        [parts.tabled(path, query, one, True)
         for one in path_grids(held, campaigns, INDICATORS[measure].title)],
    )  # fmt: skip


def paths(source, measure: str) -> list[dict]:
    """Each campaign's difference by whole quarters since it began; none where no version holds it."""
    return sorted(source.companion("campaign_paths", indicator=measure), key=lambda row: (row["event"], row["since"]))


def told_of(campaigns, title: str) -> Told:
    """For which campaigns nobody can tell, how many stand out, and the reading that the evidence allows."""
    if not campaigns:
        return Told("Campaigns: not compared on this figure", (
            f"{title}: campaigns are not compared on this figure. They are on the refusal rate, reasons the law does "
            "not support, the shared rate and decisions that cite a tool.",))  # fmt: skip
    enough = [row for row in campaigns if row["status"] == "ok"]
    out, untold = ([row for row in enough if row["verdict"] in kinds] for kinds in (MOVED, (CANNOT_TELL,)))
    told = len(enough) - len(untold)
    if not enough:
        return Told("Campaigns: not enough data to compare", (
            f"{title}: for none of {len(campaigns)} campaigns are there enough bodies where it came and where it had "
            "not.",))  # fmt: skip
    if out:
        heading = f"{title}: {len(out)} of {len(campaigns)} campaigns stand out from chance"
        found = [f"{title}: {words.listed([row['title'] for row in out])} "
                 f"{'stands' if len(out) == 1 else 'stand'} out from where "
                 f"{'it' if len(out) == 1 else 'they'} had not come."]  # fmt: skip
    elif told:
        heading = f"{title}: no campaign stands out from where it had not come"
        found = [f"{title}: of {told} campaigns that could be tested none differs from where it had not come by more "
                 "than chance deals."]  # fmt: skip
    else:
        heading, found = f"{title}: cannot tell of any campaign", []
    text = [cannot_tell(untold), *found] if untold else found
    if len(enough) < len(campaigns):
        text.append(f"For {len(campaigns) - len(enough)} there is not enough data.")
    text.append("Campaigns went to sectors, not to bodies drawn by lot, so a difference is an association.")
    return Told(heading, tuple(map(wording.checked, text)))


def cannot_tell(untold) -> str:
    """Which campaigns could not have stood out whatever they did, and why."""
    few = [row["title"] for row in untold if _before(row) != APART]
    apart = [row["title"] for row in untold if _before(row) == APART]
    why = []
    if few:
        why.append(f"{words.listed(few)}: it came to so few sectors that chance alone could deal as much")
    if apart:
        why.append(f"{words.listed(apart)}: the two were drawing apart before it started")
    return f"Cannot tell for {'; '.join(why)}."


def grid(campaigns, title: str) -> Grid:
    """One row a campaign."""
    made = []
    for row in campaigns:
        ok = row["status"] == "ok"
        made.append({
            **row, "value": row["effect"], "numerator": None, "denominator": None, "flags": [],
            "status": "ok" if ok else "too_few", "said": wording.NAMES[row["verdict"]],
            "begun": words.day(row["event_date"]),
            "reached_said": f"{row['reached']:,} and {row['compared']:,}" if ok else "",
            "rank_said": f"{row['rank']} of {row['deals']:,}" if ok else "",
            "before_said": _before(row) if ok else "",
            "minimum_detectable": round(DETECTABLE * (row["upper"] - row["lower"]), 3) if ok else None,
        })  # fmt: skip
    return Grid("campaigns", f"{title}: where each campaign came, from where it had not",
                (Key("title", "Campaign", "event"),), tuple(made), "points", EXTRAS, False, "Difference")  # fmt: skip


def _before(row: dict) -> str:
    if row["before_p"] is None:
        return "not known"
    return "yes" if row["before_p"] >= SIGNIFICANT else APART


def _panel(row: dict, event: dict | None, path: list[dict]) -> Node:
    """A campaign: for whom it was, what may be said of it, how the difference went on, its path where it is held."""
    name = f"campaign-{row['event'].replace('_', '-')}"
    sectors = marks.codes(event["sectors"]) if event else ()
    listed = [label.lower() for code, label in names.values("sector").items() if code in sectors]
    given = f"For {words.listed(listed)}." if listed else ""
    sentence = " ".join(filter(None, [row["says"], f"It began {words.day(row['event_date'])}.", given, fade(path)]))
    return parts.panel(name, row["title"], sentence, lines.drawn(chart(path), "points") if path else None)


def fade(path: list[dict]) -> str:
    """How the difference of the first whole quarter compares with that of the last that is known."""
    after = [row for row in path if row["since"] >= 0 and row["effect"] is not None]
    if len(after) < 2:
        return ""
    first, last = after[0], after[-1]
    told = [f"{signed(one['effect'])} points ({signed(one['lower'])} to {signed(one['upper'])})"
            for one in (first, last)]  # fmt: skip
    apart = last["lower"] > first["upper"] or last["upper"] < first["lower"]
    ending = "the ranges overlap, so no fading or growth can be told"
    if apart:
        ending = "it faded" if abs(last["effect"]) < abs(first["effect"]) else "it grew"
    return wording.checked(f"In its first whole quarter the difference was {told[0]}; in quarter {last['since'] + 1}, "
                           f"{told[1]}: {ending}.")  # fmt: skip


def chart(path: list[dict]) -> dict:
    """The difference by quarters since the campaign began; left of the line each step from the quarter before it."""
    points = tuple((row["since"], row["effect"], row["lower"], row["upper"]) for row in path)
    since = [row["since"] for row in path]
    every = 1 if len(since) <= MOST_TICKS else 2
    ticks = tuple((at, f"{at:+d}".replace("-", "−").replace("+0", "0")) for at in since if at % every == 0)
    drawn = [Line("Difference", points, 0, bars=True)]
    axis = Axis("linear", (min(since) - 0.5, max(since) + 0.5), ticks, "Whole quarters since it began")
    return lines.figure(drawn, axis, "points", 240, marked=((-0.5, "began"),))


def path_grids(rows: list[dict], campaigns, title: str) -> list[Grid]:
    """Every campaign's quarters as one table."""
    titles = {row["event"]: row["title"] for row in campaigns}
    made = tuple(
        {"event": row["event"], "title": titles.get(row["event"], row["event"]), "since": row["since"],
         "value": row["effect"], "lower": row["lower"], "upper": row["upper"], "numerator": None, "denominator": None,
         "status": "ok" if row["effect"] is not None else "too_few", "flags": []}
        for row in rows
    )  # fmt: skip
    keys = (Key("title", "Campaign", "event"), Key("since", "Whole quarters since it began"))
    return [Grid("campaign-quarters", f"{title}: difference by quarters since each campaign began", keys, made,
                 "points", (), False, "Difference")] if made else []  # fmt: skip
