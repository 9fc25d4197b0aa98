"""The tables of the page on who says no to whom, each described once."""

from dashboard import names
from dashboard.grid import Grid, Key
from etl import reference

# What either side can say, and by which figure: silence is seldom logged by who was silent.
SIDES = (
    ("holder", "refusal_rate"),
    ("requester", "refusal_rate"),
    ("holder", "no_reply_rate"),
    ("requester", "no_reply_rate"),
)
SIDE_LABELS = {
    ("holder", "refusal_rate"): "Refused, as holders log it",
    ("requester", "refusal_rate"): "Refused, as requesters report it",
    ("holder", "no_reply_rate"): "No reply, as holders log it",
    ("requester", "no_reply_rate"): "No reply, as requesters report it",
}
DOWNWARD = ("down_national_local", "down_local_community")


def grids(asked) -> list[Grid]:
    """All tables of the page, in its order."""
    both = [one_way(asked, "sector"), one_way(asked, "requester_sector")] if asked.sector else []
    return [directions(asked), *both, pairs(asked), sides(asked)]


def _labelled(rows, *keys: str) -> tuple[dict, ...]:
    return tuple({**row, **{f"{key}_label": names.label(key, row[key]) for key in keys}} for row in rows)


def directions(asked) -> Grid:
    """The figure by direction, those that go down first."""
    rows = sorted(_known(asked.directions, "direction"), key=lambda row: row["direction"] not in DOWNWARD)
    span = asked.span if not asked.moved else rows[0].get("year", asked.span) if rows else asked.span
    return Grid("directions", f"{asked.indicator.title} by direction, {span}",
                (Key("direction_label", "Direction", "direction"),), _labelled(rows, "direction"),
                asked.indicator.unit)  # fmt: skip


def _known(rows, *keys: str) -> list[dict]:
    """Rows whose values are stated."""
    return [row for row in rows if not any(row[key] == reference.NOT_STATED for key in keys)]


def pairs(asked) -> Grid:
    """Every pair of sectors that occurs: who holds, who asks."""
    rows = _known(asked.pairs, "sector", "requester_sector")
    keys = (Key("sector_label", "Holder's sector", "sector"),
            Key("requester_sector_label", "Asked by", "requester_sector"))  # fmt: skip
    return Grid("pairs", f"{asked.indicator.title} by holder and requester, {asked.span}", keys,
                _labelled(rows, "sector", "requester_sector"), asked.indicator.unit)  # fmt: skip


def one_way(asked, side: str) -> Grid:
    """The pairs of one sector: as the holder (`side` sector) or as the one that asks (requester_sector)."""
    other = "requester_sector" if side == "sector" else "sector"
    rows = [row for row in _known(asked.pairs, "sector", "requester_sector") if row[side] == asked.sector]
    label = names.label("sector", asked.sector)
    caption = f"asked of {label}, by who asks" if side == "sector" else f"asked by {label}, by who holds"
    heading = "Asked by" if side == "sector" else "Holder's sector"
    return Grid(f"as-{'holder' if side == 'sector' else 'requester'}",
                f"{asked.indicator.title}, {caption}, {asked.span}", (Key(f"{other}_label", heading, other),),
                _labelled(rows, other), asked.indicator.unit)  # fmt: skip


def sides(asked) -> Grid:
    """What holders log beside what requesters report, by direction; the two are never added."""
    rows = []
    for side, name, found in asked.sides:
        label = SIDE_LABELS[side, name]
        rows += [{**row, "account": f"{side}-{name}", "account_label": label} for row in _known(found, "direction")]
    order = list(reference.codes("directions"))
    rows.sort(key=lambda row: order.index(row["direction"]))
    keys = (Key("direction_label", "Direction", "direction"), Key("account_label", "Account", "account"))
    return Grid("accounts", f"Two accounts of the same kinds of request, by direction, {asked.span}", keys,
                _labelled(rows, "direction"))  # fmt: skip


def occurring(rows, key: str) -> list[tuple[str, str]]:
    """(code, label) of the sectors that occur, in the order of the list."""
    present = {row[key] for row in rows}
    return [(code, names.label("sector", code)) for code in reference.codes("sectors") if code in present]
