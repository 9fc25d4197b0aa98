"""What the page on barriers finds, in sentences computed from the rows of its tables."""

from dashboard import spans, words
from dashboard.barriers import tables as made
from dashboard.findings import compare, figure
from dashboard.grid import Grid
from dashboard.parts import Told
from etl import reference

WAYS = (("supports", "one the law supports"), ("depends", "one that depends on the case"),
        ("practical", "a practical obstacle"))  # fmt: skip


def _of(asked, kind: str, code: str, year: str | None = None) -> dict | None:
    return next((row for row in asked.rows(kind, year) if row[kind] == code), None)


def first(asked) -> Told:
    """How often a refusal gives a reason the law does not support, between what limits, and against before the code."""
    when, place = spans.when(asked.year), asked.place.removeprefix(", ")
    where = f" ({place})" if place else ""
    row = _of(asked, "position", "does_not")
    if row is None:
        said = f"No refusal with a recorded reason is published {when}{where}."
        return Told("No reasons for refusals to show", (said,))
    if row["status"] not in ("ok", "bounded"):
        return Told(f"Reasons for refusals: {words.ABSENT[row['status']]}",
                    (f"Reasons for refusals {when}{where}: no figure. {words.EXPLAINED[row['status']]}",))  # fmt: skip
    others = [f"{figure_short(one)} {phrase}" for code, phrase in WAYS
              if (one := _of(asked, "position", code)) and one["status"] == "ok"]  # fmt: skip
    title = f"{words.value(row, 'share')} of refusals gave a reason the law does not support"
    said = [f"{figure(row, 'share')} of refusals {when}{where} with a recorded reason gave one that the law does not "
            "support."]  # fmt: skip
    said += [f"Of the others, {words.listed(others)}."] if others else []
    earlier = _of(asked, "position", "does_not", asked.before) if asked.before else None
    if earlier and earlier["status"] == row["status"] == "ok":
        then = f"{figure_short(earlier)} in {asked.before}, the last whole year before the code came into force"
        change = compare(earlier, row)
        said.append(f"It was {then}: " + ("no clear change; the ranges overlap." if change == "none" else
                                          f"{change} now; the ranges do not overlap."))  # fmt: skip
    return Told(title, tuple(said))


def figure_short(row: dict) -> str:
    """`31.4% (29.0% to 33.9%)`."""
    between = words.interval(row, "share")
    return f"{words.value(row, 'share')} ({between})" if between else words.value(row, "share")


def coverage(asked) -> Told:
    """How many refusals have a reason at all, and how far the missing ones could move the share either way."""
    missing, row = asked.missing("reason_missing_share"), _of(asked, "position", "does_not")
    if not missing or missing["status"] != "ok":
        why = f": {words.ABSENT[missing['status']]}" if missing and missing["status"] in words.ABSENT else ""
        return Told("How many refusals have a reason is not known", (
            f"What share of refusals has no recorded reason is not published here{why}, so these shares cannot be "
            "bounded.",))  # fmt: skip
    share = missing["value"]
    labels = {"does_not": "one the law does not support", **dict(WAYS)}
    ways = [f"{phrase} {figure_short(one)}" for code, phrase in labels.items()
            if (one := _of(asked, "position", code)) and one["status"] == "ok"]  # fmt: skip
    said = [f"A reason is recorded for {words.share(1 - share)} of refusals ({words.counts(missing)} have none)."]
    said += [f"Of those recorded: {'; '.join(ways)}."] if ways else []
    if row and row["status"] == "ok":
        least, most = bounds(row["value"], share)
        said.append(f"Had every refusal without a reason one that the law does not support, the share would be "
                    f"{words.share(most)}; had none, {words.share(least)}.")  # fmt: skip
    return Told(f"A reason is recorded for {words.share(1 - share)} of refusals", tuple(said))


def bounds(share: float, missing: float) -> tuple[float, float]:
    """A share of those recorded, as the least and most it could be of all when `missing` of them are not recorded."""
    return share * (1 - missing), share * (1 - missing) + missing


def classes(asked) -> Told:
    """Which kind of barrier is given most, and whether it stands clear of the next."""
    rows = [row for row in made.classes(asked).rows if row["status"] == "ok" and row["class"] != "not_recorded"]
    if not rows:
        return Told("Kinds of barrier: no figures", ("No kind of barrier has a figure that can be shown here.",))
    ranked = sorted(rows, key=lambda row: -row["value"])
    top = ranked[0]
    label = top["class_label"]
    said = [f"{label} reasons: {figure(top, 'share')}."]
    clear = len(ranked) < 2 or compare(ranked[1], top) == "higher"
    if len(ranked) > 1:
        others = [f"{row['class_label'].lower()} {figure_short(row)}" for row in ranked[1:]]
        said.append(f"Then {words.listed(others)}.")
    title = f"{label} reasons are given most"
    if not clear:
        title = f"{label} and {ranked[1]['class_label'].lower()} reasons are given about as often"
    money = [row for row in rows if row["class"] in ("technical", "financial")]
    if len(money) == 2:
        said.append("Technical and financial obstacles are listed apart from legal ones: each has its own row.")
    return Told(title, tuple(said))


def myths(asked) -> Told:
    """The reasons the law does not support: which is given most, and how many are given less than before the code."""
    rows = [row for row in made.reasons(asked).rows if row["position"] == "does_not" and row["status"] == "ok"]
    if not rows:
        return Told("Reasons one by one: no figures", ("No single reason has a figure that can be shown here.",))
    top = max(rows, key=lambda row: row["value"])
    said = [f"Of the reasons the law does not support, the one given most is {_quoted(top['reason_label'])}: "
            f"{figure(top, 'share')} of refusals with a reason."]  # fmt: skip
    compared = [row for row in rows if row["change"]]
    if compared:
        counts = {change: sum(row["change"] == change for row in compared) for change in made.CHANGE.values()}
        parts = [f"{count} {change}" for change, count in counts.items() if count]
        said.append(f"Of {len(compared)} such reasons, against {asked.before}: {words.listed(parts)}.")
    return Told(f"Still given most: {_quoted(top['reason_label'])}", tuple(said))


def _quoted(label: str) -> str:
    return "‘" + label.replace("'", "").replace("‘", "").replace("’", "") + "’"


def sectors(asked, grid: Grid) -> Told:
    """Whether sectors differ in how often they refuse for reasons the law does not support."""
    known = sorted((row for row in grid.rows if row["status"] == "ok"), key=lambda row: row["value"])
    when = spans.when(asked.year)
    if len(known) < 2:
        return Told("Sectors cannot be compared here", (
            f"Fewer than two sectors have a share that can be shown {when}.",))  # fmt: skip
    low, high = known[0], known[-1]
    apart = compare(low, high) == "higher"
    hidden = len(grid.rows) - len(known)
    ends = [f"{figure(row, 'share')} in {row['sector_label']}" for row in (low, high)]
    said = [f"Refused for reasons the law does not support {when}: from {ends[0]} to {ends[1]}; their ranges "
            f"{'do not overlap' if apart else 'overlap'}."]  # fmt: skip
    said += [f"{hidden} of {len(grid.rows)} sectors have no share that can be shown."] if hidden else []
    return Told(f"Sectors {'differ' if apart else 'do not clearly differ'} in reasons the law does not support",
                tuple(said))  # fmt: skip


def laws(asked, child: list[dict]) -> Told:
    """Which law is cited when a request to safeguard a child is refused."""
    missing = asked.missing("law_missing_share")
    recorded = [f"The law cited is recorded for {words.share(1 - missing['value'])} of refusals{asked.place}."] \
        if missing and missing["status"] == "ok" else []  # fmt: skip
    known = sorted((row for row in child if row["status"] == "ok"), key=lambda row: -row["value"])
    if not known:
        said = f"No law cited in refusals to safeguard a child can be shown {spans.when(asked.year)}."
        return Told("Law cited in children's cases: no figure", (said, *recorded))
    top, *rest = known
    named = next((row for row in known if row["law"] == "none_named"), None)
    said = [f"When a request to safeguard a child was refused {spans.when(asked.year)} and the law cited is recorded, "
            f"it was most often {_law(top)}: {figure(top, 'share')}."]  # fmt: skip
    others = [f"{_law(row)} {figure_short(row)}" for row in rest[:3]]
    said += [f"Then {words.listed(others)}."] if others else []
    title = f"In children's cases, {_law(top)} is cited most" if top["law"] != "none_named" else \
        "In children's cases, most often no law is named"  # fmt: skip
    if named and named is not top and named not in rest[:3]:
        said.append(f"No law was named in {figure_short(named)}.")
    return Told(title, (*said, *recorded))


def _law(row: dict) -> str:
    return "no law named" if row["law"] == "none_named" else f"the {row['law_label']}".replace("the UK", "UK").replace(
        "the Another", "another")  # fmt: skip


def gateways(asked, grid: Grid) -> Told:
    """How often no power is named, and which powers of the Digital Economy Act are used."""
    rows = {row["gateway"]: row for row in grid.rows if row["status"] == "ok"}
    if not rows:
        return Told("Powers named: no figures", ("No power named in requests can be shown here.",))
    none = rows.get("none_named")
    said = [f"Of requests that say which power they rest on, {figure(none, 'share')} named none."] if none else []
    listed = reference.codes("gateways")
    act = [row for row in rows.values() if listed.get(row["gateway"], {}).get("law") == "dea_2017"]
    if act:
        told = [f"{row['gateway_label'].split(':')[0].lower()} {figure_short(row)}" for row in act]
        said.append(f"Digital Economy Act 2017, by power: {words.listed(told)}.")
        title = f"The Digital Economy Act is named under {len(act)} of its powers"
    else:
        title = "The Digital Economy Act is not named in any figure that can be shown"
        said.append(f"{title}.")
    return Told(title, tuple(said))
