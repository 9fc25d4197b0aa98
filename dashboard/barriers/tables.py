"""The tables of the page on barriers, each described once."""

from dashboard import names, spans, words
from dashboard.findings import compare
from dashboard.grid import Extra, Grid, Key
from etl import reference

POSITIONS = {
    "does_not": "The law does not support it",
    "depends": "It depends on the case",
    "supports": "The law supports it",
    "practical": "A practical obstacle, not a legal one",
    "not_recorded": "Reason withheld",
}
CLASSES = {
    "legal": "Legal",
    "cultural": "Cultural",
    "organisational": "Organisational",
    "technical": "Technical",
    "financial": "Financial",
    "not_recorded": "Another reason, or withheld",
}
CHILD = "safeguarding_child"
CHILDREN = (CHILD, "early_help", "education_send")
CHANGE = {"lower": "lower", "higher": "higher", "none": "no clear change"}


def grids(asked) -> list[Grid]:
    """All tables of the page, in its order."""
    return [positions(asked), classes(asked), reasons(asked), by_sector(asked), laws_by_purpose(asked),
            gateways(asked)]  # fmt: skip


def positions(asked) -> Grid:
    """Refusals by how the law stands to the main reason."""
    return _simple(asked, "position", POSITIONS, "The law's position", "Refusals by how the law stands to the reason")


def classes(asked) -> Grid:
    """Refusals by kind of barrier."""
    return _simple(asked, "class", CLASSES, "Kind of barrier", "Refusals by kind of barrier")


def _simple(asked, kind: str, labels: dict, heading: str, caption: str) -> Grid:
    rows = [{**row, f"{kind}_label": labels.get(row[kind], row[kind])} for row in then(asked, kind)]
    rows.sort(key=lambda row: list(labels).index(row[kind]) if row[kind] in labels else len(labels))
    key = Key(f"{kind}_label", heading, kind)
    return Grid(f"{kind}s" if kind != "class" else "classes", f"{caption}{asked.span}", (key,), tuple(rows),
                extras=_since(asked))  # fmt: skip


def reasons(asked) -> Grid:
    """Every reason, those the law does not support first; within a position in the order of the list."""
    listed = reference.codes("reasons")
    rows = []
    for row in then(asked, "reason"):
        about = listed.get(row["reason"], {})
        rows.append({
            **row, "reason_label": about.get("label", row["reason"]),
            "position_label": POSITIONS.get(about.get("position"), ""), "class_label": CLASSES.get(
                about.get("class"), ""), "position": about.get("position"),
        })  # fmt: skip
    order = list(POSITIONS)
    rows.sort(key=lambda row: (order.index(row["position"]) if row["position"] in order else 9, row["reason"]))
    extras = (Extra("position_label", "The law's position"), Extra("class_label", "Kind"), *_since(asked))
    return Grid("reasons", f"Refusals by main reason{asked.span}", (Key("reason_label", "Reason", "reason"),),
                tuple(rows), extras=extras)  # fmt: skip


def then(asked, kind: str) -> list[dict]:
    """The rows of a breakdown, each with what it was before the code and how the two stand to each other."""
    earlier = {row[kind]: row for row in asked.rows(kind, asked.before)} if asked.before else {}
    rows = []
    for row in asked.rows(kind):
        one = earlier.get(row[kind])
        both = one and one["status"] == row["status"] == "ok"
        rows.append({**row, "before": words.value(one, "share") if one else None,
                     "change": CHANGE[compare(one, row)] if both else None})  # fmt: skip
    return rows


def _since(asked) -> tuple[Extra, ...]:
    if not asked.before:
        return ()
    return Extra("before", f"In {asked.before}"), Extra("change", f"Against {asked.before}")


def by_sector(asked) -> Grid:
    """The share refused for reasons the law does not support, by the holder's sector."""
    rows = [
        {**row, "sector_label": names.label("sector", row["sector"])}
        for row in asked.by_sector
        if row["position"] == "does_not" and row["sector"] not in reference.groups("sector")
    ]
    caption = f"Refused for reasons the law does not support, by sector, {spans.when(asked.year).removeprefix('in ')}"
    return Grid("sectors", caption, (Key("sector_label", "Holder's sector", "sector"),), tuple(rows))


def purposes() -> dict[str, dict]:
    """The purposes, children's cases first."""
    listed = reference.codes("purposes")
    return {code: listed[code] for code in (*CHILDREN, *(code for code in listed if code not in CHILDREN))}


def laws_by_purpose(asked) -> Grid:
    """The law cited in refusals by purpose of the request, children's cases first."""
    order, laws = list(purposes()), reference.codes("laws")
    rows = [
        {**row, "purpose_label": names.label("purpose", row["purpose"]), "law_label": laws[row["law"]]["label"]}
        for row in spans.only(asked.by_purpose.rows, asked.year)
        if row["purpose"] in order and row["law"] in laws
    ]
    rows.sort(key=lambda row: (order.index(row["purpose"]), list(laws).index(row["law"])))
    keys = (Key("purpose_label", "Purpose", "purpose"), Key("law_label", "Law cited", "law"))
    return Grid("laws", f"Law cited in refusals, {spans.when(asked.year).removeprefix('in ')}", keys, tuple(rows))


def occurring(rows, key: str, listed) -> list[tuple[str, str]]:
    """(code, label) of the values of a key that occur, in the order of the list."""
    present = {row[key] for row in rows}
    return [(code, listed[code]["label"]) for code in listed if code in present]


def gateways(asked) -> Grid:
    """Requests by the power named, with the law it stands in."""
    listed, laws = reference.codes("gateways"), reference.codes("laws")
    rows = []
    for row in asked.rows("gateway"):
        about = listed.get(row["gateway"], {})
        law = laws.get(about.get("law"), {}).get("label", "")
        rows.append({**row, "gateway_label": about.get("label", row["gateway"]), "law": about.get("law"),
                     "law_label": law})  # fmt: skip
    rows.sort(key=lambda row: list(listed).index(row["gateway"]) if row["gateway"] in listed else len(listed))
    return Grid("gateways", f"Requests by the power named{asked.span}", (Key("gateway_label", "Power", "gateway"),),
                tuple(rows), extras=(Extra("law_label", "Law"),))  # fmt: skip
