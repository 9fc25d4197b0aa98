"""What the page on time to decision finds, in sentences computed from the rows of its tables."""

from dashboard import words
from dashboard.findings import compare
from dashboard.grid import Grid
from dashboard.parts import Told
from dashboard.timing import tables as made

MOST_TOLD = 3  # groups that have a sentence each; of more, the two ends are told
GROUP_WORDS = {
    "under_agreement": "Agreements",
    "urgency": "Urgency",
    "direction": "Direction",
}


def first(asked) -> Told:
    """Half decided within so many days, how many wait longer than thirty, and whether that has changed."""
    half, late = asked.whole["median_days_to_decision"], asked.whole["undecided_at_30_days"]
    where = f" ({asked.place})" if asked.place else ""
    if not half or half["status"] in ("not_submitted", "not_applicable", "suppressed", "too_few"):
        why = words.EXPLAINED[half["status"]] if half else "No request is published for this."
        return Told("Time to decision: no figure", (f"Time to decision {asked.when}{where}: no figure. {why}",))
    if half["status"] == "not_reached":
        title = "Half had not been decided when the data were taken"
        said = [f"Of requests received {asked.when}{where}, fewer than half had a decision by the day the data were "
                "taken."]  # fmt: skip
    else:
        title = f"Half of requests were decided within {words.number(half['value'], 'days')}"
        said = [f"Half of the requests received {asked.when}{where} were decided within {_days(half)}; based on "
                f"{half['denominator']:,} requests, open ones counted."]  # fmt: skip
    if late and late["status"] == "ok":
        said.append(f"After 30 days {_share(late)} were still undecided.{_long(asked)}")
    said += _since(asked, late)
    said += ["By two things at once time to decision is published over all time only."] if asked.where else []
    return Told(title, tuple(said))


def _days(row: dict) -> str:
    between = words.interval(row, "days")
    value = words.number(row["value"], "days")
    if row["lower"] == row["upper"] is not None:
        return f"{value} (95% range within that day)"
    return f"{value} (95% range {between})" if between else value


def _share(row: dict) -> str:
    return f"{words.value(row, 'share')} (95% range {words.interval(row, 'share')})"


def _long(asked) -> str:
    row = asked.whole["p90_days_to_decision"]
    if not row or row["status"] not in ("ok", "not_reached"):
        return ""
    if row["status"] == "not_reached":
        return " More than one in ten had no decision when the data were taken."
    return f" Nine in ten were decided within {_days(row)}."


def _since(asked, late: dict | None) -> list[str]:
    if not asked.before or not late or late["status"] != "ok":
        return []
    earlier = asked.one("undecided_at_30_days", asked.before)
    if not earlier or earlier["status"] != "ok":
        return []
    change = compare(earlier, late)
    then = f"In {asked.before}, before the code came into force, {_share(earlier)} were undecided after 30 days"
    return [f"{then}: {'no clear change; the ranges overlap' if change == 'none' else f'{change} now'}."]


def _late(asked, by: str) -> dict[str, dict]:
    return {row[by]: row for row in asked.curves[by] if row["day"] == 30}


def one(asked, by: str, code: str) -> str:
    """One group in a sentence: half decided within, and undecided after 30 days."""
    half = next((row for row in asked.halves.get(by, ()) if row[by] == code), None)
    late = _late(asked, by).get(code)
    said = []
    if half and half["status"] == "ok":
        said.append(f"half decided within {_days(half)}")
    elif half and half["status"] == "not_reached":
        said.append("half not decided when the data were taken")
    if late and late["status"] == "ok":
        said.append(f"{_share(late)} undecided after 30 days")
    elif late:
        said.append(f"undecided after 30 days: {words.value(late, 'share')}")
    text = ", ".join(said) or "no figure can be shown"
    return f"{text[:1].upper()}{text[1:]}."


def compared(asked, by: str) -> Told:
    """The groups of a dimension beside each other, and whether the first stands clear of the others after 30 days."""
    groups = made.occurring(asked.curves[by], by)
    name = GROUP_WORDS[by]
    if not groups:
        return Told(f"{name}: no figures", (f"{name}: no figure can be shown {asked.when}.",))
    late = {code: row for code, row in _late(asked, by).items() if row["status"] == "ok"}
    few = len(groups) <= MOST_TOLD
    said = [f"{label}: {one(asked, by, code)[:1].lower()}{one(asked, by, code)[1:]}" for code, label in groups if few]
    known = [(code, label) for code, label in groups if code in late]
    if len(known) < 2:
        few_shown = f"{name}: fewer than two figures can be shown {asked.when}."
        return Told(f"{name}: nothing to compare", (*said, few_shown))
    ends = sorted(known, key=lambda one: late[one[0]]["value"])
    low, high = ends[0], ends[-1]
    if compare(late[low[0]], late[high[0]]) != "higher":
        return Told(f"{name}: no clear difference after 30 days", (
            *said, "After 30 days the ranges overlap."))  # fmt: skip
    title = {
        "under_agreement": f"{low[1]}, fewer are still undecided after 30 days",
        "urgency": f"After 30 days fewest {low[1].lower()} and most {high[1].lower()} requests are undecided",
        "direction": f"After 30 days fewest are undecided {low[1].lower()}, most {high[1].lower()}",
    }[by]
    said += [] if few else [f"{label}: {_share(late[code])} undecided after 30 days." for code, label in (low, high)]
    return Told(
        title,
        (
            *said,
            "After 30 days the two ranges do not overlap."
            if len(groups) == 2
            else f"After 30 days the ranges of {low[1].lower()} and {high[1].lower()} do not overlap.",
        ),
    )


def sectors(asked, grid: Grid) -> Told:
    """How long sectors take, from the shortest to the longest."""
    known = sorted((row for row in grid.rows if row["status"] == "ok"), key=lambda row: row["value"])
    if len(known) < 2:
        return Told("Sectors cannot be compared here", (f"{grid.caption}: fewer than two figures can be shown.",))
    low, high = known[0], known[-1]
    apart = compare(low, high) == "higher"
    said = [f"{grid.caption}: from {low['sector_label']}, {_days(low)}, to {high['sector_label']}, {_days(high)}; the "
            f"ranges {'do not overlap' if apart else 'overlap'}."]  # fmt: skip
    hidden = len(grid.rows) - len(known)
    said += [f"{hidden} of {len(grid.rows)} have no figure that can be shown."] if hidden else []
    return Told(f"Sectors {'differ' if apart else 'do not clearly differ'} in how long half of requests take",
                tuple(said))  # fmt: skip
