"""What a body sees of itself alone: how long it takes to decide, and its agreements as it returned them."""

from dashboard import names, tables, words
from dashboard.findings import compare
from dashboard.markup import Node, el
from metrics.indicators import INDICATORS

SPEED = ("median_days_to_decision", "p90_days_to_decision", "undecided_at_30_days")
AGREEMENTS = {"in_force": "In force", "active": "In use", "review_overdue": "Review date passed"}


def figure(row: dict) -> dict:
    """A row of the file as a row of figures, which calls its value `value` and its flags a list."""
    return {**row, "value": row["figure"], "flags": [one for one in (row["flags"] or "").split(";") if one]}


def speed(own: list[dict]) -> list[Node]:
    """How long the body takes, by year, open requests counted; the finding first."""
    by_year: dict = {}
    for row in own:
        if row["indicator"] in SPEED:
            by_year.setdefault(row["period"].year, {})[row["indicator"]] = figure(row)
    heading = el("h3", "How long you take", class_="govuk-heading-s")
    if not by_year:
        return [heading, el("p", "No year of yours holds ten requests with the days they were received and decided, "
                                 "so nothing can be said.", class_="govuk-body")]  # fmt: skip
    body = [
        [str(year), *(cell for name in SPEED for cell in _timed(found.get(name), INDICATORS[name].unit)),
         f"{next(iter(found.values()))['denominator']:,}"]
        for year, found in sorted(by_year.items())
    ]  # fmt: skip
    headings = ("Year", *(INDICATORS[name].title for name in SPEED), "Requests")
    made = tables.table("Your own time to a decision, by year of receipt", headings, body, (1, 2, 3, 4))
    return [heading, el("p", taken(by_year), class_="govuk-body"),
            tables.scrolling("Your own time to a decision, table", made)]  # fmt: skip


def _timed(row: dict | None, unit: str) -> list:
    if row is None:
        return ["no figure"]
    between = words.interval(row, unit)
    return [[el("strong", words.value(row, unit)), el("span", between, class_="range") if between else None]]


def taken(by_year: dict) -> str:
    """The latest year's days in a sentence, with how the first year stands to it."""
    first, last = min(by_year), max(by_year)
    row, earlier = (by_year[year].get("median_days_to_decision") for year in (last, first))
    if row is None or row["status"] != "ok":
        return f"Of requests received in {last}, half had not been decided when the data were taken."
    said = f"Half of the requests received in {last} were decided within {words.value(row, 'days')}"
    said += f" (95% range {words.interval(row, 'days')}); requests still open are counted."
    if first == last or earlier is None or earlier["status"] != "ok":
        return said
    change = {"higher": "longer than", "lower": "shorter than", "none": "no clear change from"}[compare(earlier, row)]
    return f"{said} That is {change} {words.value(earlier, 'days')} in {first}."


def agreements(rows: list[dict]) -> list[Node]:
    """The body's agreements on the last day it returned: in force, in use, and past their review date."""
    heading = el("h3", "Your agreements", class_="govuk-heading-s")
    if not rows:
        return [heading, el("p", "You have returned no counts of agreements.", class_="govuk-body")]
    last = max(row["period"] for row in rows)
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["period"] == last:
            found.setdefault(row["value"], {})[row["indicator"]] = row["numerator"]
    total = {name: sum(one.get(name) or 0 for one in found.values()) for name in AGREEMENTS}
    body = [
        [names.label("requester_sector", code), *("not stated" if found[code].get(name) is None else
                                                  f"{found[code][name]:,}" for name in AGREEMENTS)]
        for code in names.values("requester_sector") if code in found
    ]  # fmt: skip
    caption = f"Your agreements on {words.day(last)}, by the other party"
    said = (f"On {words.day(last)} you had {total['in_force']:,} in force; the review date of "
            f"{total['review_overdue']:,} had passed.")  # fmt: skip
    made = tables.table(caption, ("With", *AGREEMENTS.values()), body, (1, 2, 3))
    return [heading, el("p", said, class_="govuk-body"), tables.scrolling("Your agreements, table", made)]
