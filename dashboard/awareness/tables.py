"""The tables of the page on awareness, each described once."""

from dashboard import names, words
from dashboard.awareness import facts
from dashboard.awareness.surveys import latest
from dashboard.grid import Extra, Grid, Key
from etl import reference
from metrics.dimensions import CODE_LISTS
from metrics.indicators import INDICATORS
from metrics.survey import worst_case


def grids(asked) -> list[Grid]:
    """All tables of the page, in its order."""
    return [facts_list(asked), waves(asked), funnel(asked), by(asked, "role"), by(asked, "region"), by(asked, "sector"),
            bounds(asked)]  # fmt: skip


def facts_list(asked) -> Grid:
    """The facts of every sector as a list: one row a sector and fact."""
    titles = {name: title for name, (title, _, _) in facts.FACTS.items()} | {facts.VOLUME: "Requests"}
    rows = [
        {**row, "sector": one.sector, "sector_label": one.label, "fact": name, "fact_label": titles[name],
         "clear": "yes" if name in one.clear else "no" if name in facts.FACTS else None,
         "given": "; ".join(map(facts.named, one.given))}
        for one in asked.facts.sectors for name, row in one.rows.items() if name in titles
    ]  # fmt: skip
    keys = (Key("fact_label", "Fact", "fact"), Key("sector_label", "Sector", "sector"))
    extras = (Extra("clear", "Stands clear of the whole on the side of need"), Extra("given", "Given so far"))
    return Grid("sectors", "Sectors side by side, as a list", keys, tuple(rows), extras=extras,
                units={titles[facts.VOLUME]: "count"})  # fmt: skip


def waves(asked) -> Grid:
    """Every question and wave of the group that is shown."""
    rows = []
    for question, found in (asked.of_group or asked.everyone).items():
        for row in found:
            rows.append({**row, "question": question, "question_label": INDICATORS[question].title,
                         "response": response_of(row) if not asked.group else None})  # fmt: skip
    keys = (Key("question_label", "Question", "question"), Key("wave", "Wave"))
    extras = () if asked.group else (Extra("response", "Answered, of those asked"),)
    return Grid("waves", f"Survey answers by wave: {asked.label}", keys, tuple(rows), extras=extras)


def response_of(row: dict) -> str | None:
    """`4,746 of 13,264 (35.8%)`, from a row of all respondents."""
    if not row.get("invited"):
        return None
    return f"{row['responded']:,} of {row['invited']:,} ({words.share(row['responded'] / row['invited'])})"


def funnel(asked) -> Grid:
    """From hearing of the code to what the logs show."""
    from_survey = f"survey, {words.period('wave', asked.facts.wave)}" if asked.facts.wave else "survey"
    rows = []
    for step in ("heard_of_code", "read_code", "used_tool", "confident_to_share"):
        rows += [{**row, "step": step, "from": from_survey} for row in latest(asked.everyone[step])]
    rows += [{**row, "step": step, "from": f"returns, {asked.year}"} for step, row in asked.logged.items() if row]
    made = tuple({**row, "step_label": INDICATORS[row["step"]].title} for row in rows)
    return Grid("funnel", "From awareness to behaviour", (Key("step_label", "Step", "step"),), made,
                extras=(Extra("from", "From"),))  # fmt: skip


def by(asked, name: str) -> Grid:
    """One question in the latest wave, by the values of a dimension."""
    order = list(reference.codes(CODE_LISTS[name]))
    rows = [{**row, f"{name}_label": names.label(name, row[name])} for row in asked.by[name]
            if row[name] != reference.NOT_STATED]  # fmt: skip
    rows.sort(key=lambda row: order.index(row[name]) if row[name] in order else len(order))
    label = names.dimension(name).removeprefix("Holder's ").capitalize()
    wave = f", {words.period('wave', rows[0]['wave'])}" if rows else ""
    return Grid(f"by-{name}", f"{INDICATORS[asked.question].title} by {label.lower()}{wave}",
                (Key(f"{name}_label", label, name),), tuple(rows))  # fmt: skip


def bounds(asked) -> Grid:
    """Every question in the latest wave, as far as those who did not answer could move it either way."""
    rows = []
    for question, found in asked.everyone.items():
        for row in latest(found):
            least, most = worst(row)
            rows.append({**row, "question": question, "question_label": INDICATORS[question].title,
                         "response": response_of(row), "least": least, "most": most})  # fmt: skip
    extras = (Extra("response", "Answered, of those asked"), Extra("least", "Had no silent person said yes", "share"),
              Extra("most", "Had every one", "share"))  # fmt: skip
    return Grid("bounds", "The latest wave, and how far those who did not answer could move it",
                (Key("question_label", "Question", "question"),), tuple(rows), extras=extras)  # fmt: skip


def worst(row: dict) -> tuple[float | None, float | None]:
    """The share among all who were asked if nobody, and if everybody, who did not answer would have said yes."""
    if row["status"] != "ok" or not row.get("invited"):
        return None, None
    found = worst_case({"all": (row["denominator"], row["invited"], row["numerator"])})
    return found.lower, found.upper
