"""What the page on who says no to whom finds, in sentences computed from the rows of its tables."""

from dashboard import names, words
from dashboard.findings import compare, figure
from dashboard.grid import Grid
from dashboard.pairs import tables as made
from dashboard.parts import Told

LEAST = 2  # figures that a comparison needs


def _ok(rows) -> list[dict]:
    return [row for row in rows if row["status"] == "ok"]


def first(asked) -> Told:
    """The two ways witnesses called stuck, beside requests between agencies; or one sector, both ways."""
    return _of_sector(asked) if asked.sector else _stuck(asked)


def _stuck(asked) -> Told:
    title, unit = asked.indicator.title, asked.indicator.unit
    rows = {row["direction"]: row for row in _ok(made.directions(asked).rows)}
    down = [rows[code] for code in made.DOWNWARD if code in rows]
    if not down:
        return Told(f"{title} by direction: no figure", (
            f"{title}: no figure for requests from national to local or from local to community can be shown "
            f"{asked.when}.",))  # fmt: skip
    said = [f"{title} {_year(asked)}: "
            + "; ".join(f"{row['direction_label'].lower()} {figure(row, unit)}" for row in down) + "."]  # fmt: skip
    base = rows.get("cross_agency")
    heading = _heading(title, unit, down)
    if base:
        said.append(f"Between agencies in a place: {figure(base, unit)}.")
        for row in down:
            change = compare(base, row)
            what = row["direction_label"]
            said.append(f"{what} is {change} than that; the ranges do not overlap." if change != "none"
                        else f"{what} is not clearly different from that: the ranges overlap.")  # fmt: skip
    return Told(heading, tuple(said))


def _heading(title: str, unit: str, down: list[dict]) -> str:
    parts = [f"{row['direction_label'].lower()} {ranged(row, unit)}" for row in down]
    return f"{title}: {words.listed(parts)}"


def ranged(row: dict, unit: str) -> str:
    """`19.6% (17.0% to 22.6%)`, short enough for a heading."""
    between = words.interval(row, unit)
    return f"{words.value(row, unit)} ({between})" if between else words.value(row, unit)


def _year(asked) -> str:
    row = next(iter(asked.directions), {})
    return f"in {row['year']}" if "year" in row else asked.when


def _of_sector(asked) -> Told:
    """Who says no to a sector, and to whom it says no: the spans either way."""
    label, title, unit = names.label("sector", asked.sector), asked.indicator.title, asked.indicator.unit
    said, spans = [], []
    for side, lead, way in (("sector", f"When {label} is asked", "when it is asked"),
                            ("requester_sector", f"When {label} asks", "when it asks")):  # fmt: skip
        other = "requester_sector_label" if side == "sector" else "sector_label"
        known = sorted(_ok(made.one_way(asked, side).rows), key=lambda row: row["value"])
        if not known:
            said.append(f"{lead}, no pair has a figure that can be shown {asked.when}.")
        elif len(known) < LEAST:
            said.append(f"{lead}, one pair can be shown {asked.when}: {known[0][other]}, {figure(known[0], unit)}.")
        else:
            low, high = known[0], known[-1]
            spans.append(f"{words.value(low, unit)} to {words.value(high, unit)} {way}")
            clear = "" if compare(low, high) == "higher" else "; the ranges overlap"
            said.append(f"{lead} {asked.when}: from {low[other]}, {figure(low, unit)}, to {high[other]}, "
                        f"{figure(high, unit)}{clear}.")  # fmt: skip
    return Told(f"{title}, {label}: {words.listed(spans) or 'too few pairs to compare'}", tuple(said))


def directions(asked, grid: Grid) -> Told:
    """How directions differ."""
    return _spread(asked, grid, "direction_label", f"{asked.indicator.title} by direction", "directions")


def one_way(asked, grid: Grid, side: str) -> Told:
    """How the pairs of one sector differ, one way."""
    label = names.label("sector", asked.sector)
    title = f"To whom {label} says no" if side == "holder" else f"Who says no to {label}"
    if asked.measure != "refusal_rate":
        title = f"{asked.indicator.title} when {label} {'is asked' if side == 'holder' else 'asks'}"
    key = "requester_sector_label" if side == "holder" else "sector_label"
    return _spread(asked, grid, key, title, "sectors")


def _spread(asked, grid: Grid, key: str, title: str, what: str) -> Told:
    unit = asked.indicator.unit
    known = sorted(_ok(grid.rows), key=lambda row: row["value"])
    if not known:
        return Told(f"{title}: no figure can be shown", (f"{grid.caption}: no figure can be shown.",))
    if len(known) < LEAST:
        return Told(title, (f"{grid.caption}: one figure can be shown, {known[0][key]}, {figure(known[0], unit)}.",))
    low, high = known[0], known[-1]
    apart = compare(low, high) == "higher"
    said = [f"{grid.caption}: from {low[key].lower()}, {figure(low, unit)}, to {high[key].lower()}, "
            f"{figure(high, unit)}; the ranges {'do not overlap' if apart else 'overlap'}."]  # fmt: skip
    hidden = len(grid.rows) - len(known)
    said += [f"{hidden} of {len(grid.rows)} {what} have no figure that can be shown."] if hidden else []
    if not apart:
        return Told(f"{title}: no clear difference", tuple(said))
    ends = [f"{row[key].lower()}, {ranged(row, unit)}" for row in (low, high)]
    return Told(f"{title}: from {ends[0]}, to {ends[1]}", tuple(said))


def pairs(asked, grid: Grid) -> Told:
    """How many pairs stand clear of the figure over all requests, either way, and how many cannot be shown."""
    title, unit, whole = asked.indicator.title, asked.indicator.unit, asked.overall
    known = _ok(grid.rows)
    moved = ("Time to decision by pair is published over all time only.",) if asked.moved else ()
    if not known or whole is None or whole["status"] != "ok":
        shown = f"{len(known)} of {len(grid.rows)} pairs of sectors have a figure that can be shown {asked.when}."
        return Told(f"{title} by pair: nothing to compare", (shown, *moved))
    above, below = ([row for row in known if compare(whole, row) == side] for side in ("higher", "lower"))
    said = (f"{title} over all requests {asked.when}: {figure(whole, unit)}. Of {len(known)} pairs of sectors that can "
            f"be shown, {len(above)} lie clearly above that and {len(below)} clearly below; the ranges of the others "
            "overlap with it.")  # fmt: skip
    hidden = len(grid.rows) - len(known)
    hid = (f"{hidden} more {'is' if hidden == 1 else 'are'} listed without a figure.",) if hidden else ()
    heading = f"{title}: {len(above) + len(below)} of {len(known)} pairs stand clear of the whole"
    return Told(heading, (said, *hid, *moved))


def sides(asked, grid: Grid) -> Told:
    """What requesters report beside what holders log, where both can be shown."""
    rows = {(row["direction_label"], row["account"]): row for row in _ok(grid.rows)}
    labels = list(dict.fromkeys(row["direction_label"] for row in grid.rows))
    both = [label for label in labels if (label, "holder-refusal_rate") in rows
            and (label, "requester-refusal_rate") in rows]  # fmt: skip
    title = "What holders log and what requesters report"
    if not both:
        return Told(title, (
            f"No direction has a refusal rate from both sides that can be shown {asked.when}. The two are never added.",
        ))  # fmt: skip
    told, higher = [], 0
    for label in both:
        holder, requester = (rows[label, f"{side}-refusal_rate"] for side in ("holder", "requester"))
        change = compare(holder, requester)
        higher += change == "higher"
        word = "no clear difference" if change == "none" else f"{change} as requesters report it"
        told.append(f"{label.lower()}, holders {words.value(holder, 'share')}, requesters "
                    f"{words.value(requester, 'share')} ({word})")  # fmt: skip
    heading = f"{title}: " + (f"higher from requesters in {higher} of {len(both)}" if higher else "no clear gap")
    return Told(heading, (f"Refused {asked.when}: {'; '.join(told)}. Bodies on the two sides are not the same, and the "
                          "two accounts are never added.",))  # fmt: skip
