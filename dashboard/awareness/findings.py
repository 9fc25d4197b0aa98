"""What the page on awareness finds: where a toolkit may help most next, how waves moved, and where the funnel leaks."""

from itertools import pairwise

from dashboard import names, words
from dashboard.awareness import surveys
from dashboard.awareness import tables as made
from dashboard.awareness.facts import FACTS, Facts
from dashboard.findings import compare, figure
from dashboard.grid import Grid
from dashboard.parts import Told
from metrics.indicators import INDICATORS

MOST_NAMED = 3


def where_next(asked) -> Told:
    """Which sector stands clear of the whole on most of the stated facts, or that none does; never a score."""
    gathered = asked.facts
    if not gathered.sectors:
        said = "No survey wave and no return by sector is published, so no sector can be set beside another."
        return Told("Where next: nothing to go by yet", (said,))
    most = max(len(one.clear) for one in gathered.sectors)
    if not most:
        said = (f"On none of {len(FACTS)} facts (heard of the code, confident to share, reasons the law does not "
                "support) does a sector stand clear of the whole on the side of need: the ranges overlap.")  # fmt: skip
        return Told("Where a toolkit may help most next: no sector stands clear", (said, _limits(gathered)))
    leading = sorted((one for one in gathered.sectors if len(one.clear) == most), key=lambda one: -one.volume)
    of = f"{most} of {len(FACTS)} facts"
    if len(leading) == 1:
        title = f"A toolkit may help most next for: {leading[0].label}"
        said = [f"{leading[0].label} stands clear of the whole, on the side of need, on {of}; no other sector does on "
                "as many."]  # fmt: skip
    else:
        named = words.listed([_lower(one.label) for one in leading[:MOST_NAMED]])
        more = f" and {len(leading) - MOST_NAMED} more" if len(leading) > MOST_NAMED else ""
        title = f"Where a toolkit may help most next: {len(leading)} sectors stand clear on {of}"
        said = [f"{named[:1].upper()}{named[1:]}{more} stand clear of the whole, on the side of need, on {of} each; "
                "these facts do not set one before the others."]  # fmt: skip
    said += [_facts(one, gathered) for one in leading[:MOST_NAMED]]
    return Told(title, (*said, _limits(gathered)))


def _facts(one: Facts, gathered) -> str:
    """A sector's facts in one sentence, each beside the whole."""
    told = []
    for name in one.clear:
        row, whole = one.rows[name], gathered.whole[name]
        told.append(f"{FACTS[name][2]} ({words.value(row, 'share')}, {words.interval(row, 'share')}, against "
                    f"{words.value(whole, 'share')})")  # fmt: skip
    given = "nothing made for it so far"
    if one.given:
        last = one.given[-1]
        given = f"given so far: {len(one.given)}, the last {last['title']} in {str(last['date'])[:4]}"
    volume = f"{one.volume:,} requests in {gathered.year}; " if one.volume else ""
    return f"{one.label}: {'; '.join(told)}; {volume}{given}."


def _limits(gathered) -> str:
    wide = [one for one in gathered.sectors if any(row["status"] != "ok" for row in one.rows.values())]
    hidden = f" {len(wide)} of {len(gathered.sectors)} sectors lack a figure for at least one fact." if wide else ""
    return (f"Standing clear means that the two 95% ranges do not overlap. A sector with few answers can hardly stand "
            f"clear, so need may be missed there.{hidden}")  # fmt: skip


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def sectors(asked) -> Told:
    """How many sectors stand clear on each fact."""
    gathered = asked.facts
    if not gathered.sectors:
        return Told("Sectors side by side: no figures", ("No fact is published by sector.",))
    told = [f"{FACTS[name][2]} in {sum(name in one.clear for one in gathered.sectors)}" for name in FACTS]
    bare = sum(not one.given for one in gathered.sectors)
    verb, own = ("has", "its") if bare == 1 else ("have", "their")
    said = f"Of {len(gathered.sectors)} sectors, clearly apart from the whole: {'; '.join(told)}."
    bare_said = f"{bare} {verb} been given no tool, campaign or guidance of {own} own."
    apart = sum(bool(one.clear) for one in gathered.sectors)
    title = f"Sectors side by side: {apart} of {len(gathered.sectors)} stand clear of the whole on a fact"
    return Told(title, (said, bare_said))


def moved(rows) -> str:
    """The first and the latest wave of one question, and whether the ranges overlap."""
    known = [row for row in rows if row["status"] == "ok"]
    if not known:
        statuses = {row["status"] for row in rows}
        return words.EXPLAINED[statuses.pop()] if len(statuses) == 1 else "No wave has a figure that can be shown."
    first, last = known[0], known[-1]
    now = f"{figure(last, 'share')} in {words.period('wave', last['wave'])}"
    if len(known) < 2:
        return f"{now}; there is no other wave to compare it with."
    change = compare(first, last)
    ending = "no clear change; the ranges overlap" if change == "none" else f"{change}; the ranges do not overlap"
    return f"{now}, against {words.value(first, 'share')} in {words.period('wave', first['wave'])}: {ending}."


def waves(asked) -> Told:
    """How many questions moved, of the group that is shown."""
    found = asked.of_group or asked.everyone
    told = {"higher": [], "lower": [], "none": []}
    for question, rows in found.items():
        known = [row for row in rows if row["status"] == "ok"]
        if len(known) > 1:
            told[compare(known[0], known[-1])].append(_lower(INDICATORS[question].title))
    if not any(told.values()):
        return Told(f"{asked.label}: no two waves to compare", (
            f"{asked.label}: fewer than two survey waves have figures that can be shown.",))  # fmt: skip
    said = [f"{word}: {words.listed(told[change])}" for change, word in
            (("higher", "Higher"), ("lower", "Lower"), ("none", "No clear change")) if told[change]]  # fmt: skip
    said += beside(asked.answers["heard_of_code"]) if "heard_of_code" in found else []
    moved_count = len(told["higher"]) + len(told["lower"])
    compared = sum(map(len, told.values()))
    return Told(f"{asked.label}: {moved_count} of {compared} answers changed between the first wave and the latest", (
        f"{asked.label}, from the first wave to the latest. {'. '.join(said)}.",))  # fmt: skip


def beside(rows) -> list[str]:
    """Published polls of other people, said but never compared with the waves."""
    return [f"Apart from these stands a published poll of other people, {words.period('wave', row['wave'])}: "
            f"{figure(row, 'share')} had heard of the code; it is not compared" for row in surveys.apart(rows)
            if row["status"] == "ok"]  # fmt: skip


def funnel(asked, grid: Grid) -> Told:
    """Where most are lost between hearing of the code, reading it and using a tool."""
    rows = {row["step"]: row for row in grid.rows if row["status"] == "ok"}
    steps = [name for name in ("heard_of_code", "read_code", "used_tool") if name in rows]
    if len(steps) < 2:
        return Told("The funnel: too few steps to compare", ("Fewer than two steps have a figure that can be shown.",))
    gaps = [(rows[one]["value"] - rows[two]["value"], one, two) for one, two in pairwise(steps)]
    gap, one, two = max(gaps)
    titles = {name: _lower(INDICATORS[name].title) for name in rows}
    said = [f"{titles[name][:1].upper()}{titles[name][1:]}: {figure(rows[name], 'share')}." for name in steps]
    if gap > 0:
        said.append(f"The widest step is from {titles[one]} to {titles[two]}: {gap * 100:.1f} points.")
        title = f"Most are lost between {titles[one]} and {titles[two]}"
    else:
        title = "No step of the funnel is narrower than the one before"
    said.append("Each step is a share of everyone who answered, not of those who took the step before; the logs count "
                "requests, not people.")  # fmt: skip
    return Told(title, tuple(said))


def by(asked, grid: Grid, name: str) -> Told:
    """How groups differ on the chosen question in the latest wave."""
    title, label = INDICATORS[asked.question].title, names.dimension(name).removeprefix("Holder's ").lower()
    known = sorted((row for row in grid.rows if row["status"] == "ok"), key=lambda row: row["value"])
    if len(known) < 2:
        return Told(f"{title} by {label}: nothing to compare", (f"{grid.caption}: fewer than two can be shown.",))
    low, high = known[0], known[-1]
    apart = compare(low, high) == "higher"
    key = f"{name}_label"
    said = [f"{grid.caption}: from {low[key]}, {figure(low, 'share')}, to {high[key]}, {figure(high, 'share')}; the "
            f"ranges {'do not overlap' if apart else 'overlap'}."]  # fmt: skip
    hidden = len(grid.rows) - len(known)
    said += [f"{hidden} of {len(grid.rows)} have no figure that can be shown."] if hidden else []
    return Told(f"{title} by {label}: {'they differ' if apart else 'no clear difference'}", tuple(said))


def response(asked) -> Told:
    """How many of those asked answered, and how far the others could move the headline."""
    rows = surveys.latest(asked.everyone["heard_of_code"])
    row = next((one for one in rows if one["status"] == "ok"), None)
    if row is None:
        return Told("Who answered: not known", ("No survey wave can be shown.",))
    if not row.get("invited"):
        return Told("Who answered: not stated", ("The survey does not say how many were asked, so it has no bounds.",))
    least, most = made.worst(row)
    rate = words.share(row["responded"] / row["invited"])
    return Told(f"{rate} of those asked answered the latest wave", (
        f"{made.response_of(row)} of those asked answered {words.period('wave', row['wave'])}. Of everyone asked, the "
        f"share who had heard of the code lies between {words.share(least)} (had none of the silent) and "
        f"{words.share(most)} (had all of them).",))  # fmt: skip
