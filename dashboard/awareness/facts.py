"""What is known of each sector: awareness, confidence, reasons, volume, and what it has already been given.

Facts stand side by side and are never added into a score. A sector stands clear of the whole on a fact when its 95%
range lies wholly on the side of need.
"""

from dataclasses import dataclass

from dashboard import definition, grid, names, spans, tables, words
from dashboard import events as marks
from dashboard.awareness.surveys import own
from dashboard.findings import compare
from dashboard.markup import Node, el
from etl import reference
from metrics.question import ask

# Each fact: its indicator, how it is headed, and on which side of the whole a sector's need is greater.
FACTS = {
    "heard_of_code": ("Heard of the code", "lower", "fewer have heard of the code"),
    "confident_to_share": ("Confident to share", "lower", "fewer are confident to share"),
    "perceived_refusal_share": ("Refused for reasons the law does not support", "higher",
                                "more refusals give a reason the law does not support"),
}  # fmt: skip
SURVEYED = ("heard_of_code", "confident_to_share")
VOLUME = "requests_received"
ORDERS = {"heard_of_code": "Heard of the code, fewest first", "confident_to_share": "Confident, fewest first",
          "perceived_refusal_share": "Reasons the law does not support, most first",
          VOLUME: "Requests, most first", "given": "What it was given, least first"}  # fmt: skip
GIVEN = ("tool", "campaign", "guidance")


@dataclass(frozen=True)
class Facts:
    """One sector: its rows by indicator, and the tools, campaigns and guidance that were made for it."""

    sector: str
    rows: dict[str, dict]
    given: tuple[dict, ...]
    clear: tuple[str, ...]  # the facts on which it stands clear of the whole, on the side of need

    @property
    def label(self) -> str:
        return names.label("sector", self.sector)

    @property
    def volume(self) -> int:
        row = self.rows.get(VOLUME)
        return row["value"] if row and row["status"] == "ok" else 0


@dataclass(frozen=True)
class Gathered:
    """All sectors, the whole they are set beside, the wave and the year."""

    sectors: tuple[Facts, ...]
    whole: dict[str, dict]
    wave: str | None
    year: str | None


def gather(source, year: str | None) -> Gathered:
    """The facts of every sector that has any."""
    whole, by_sector, wave = {}, {}, None
    for name in (*FACTS, VOLUME):
        if name in SURVEYED:
            totals, rows = (own(source.answer(ask(name, ("wave", *by), (), "wave")).rows) for by in ((), ("sector",)))
            last = totals[-1]["wave"] if totals else None
            wave = wave or last
            totals, rows = ([row for row in found if row["wave"] == last] for found in (totals, rows))
        elif year:
            totals, rows = (source.answer(ask(name, ("year", *by), (), "year", year, year)).rows
                            for by in ((), ("sector",)))  # fmt: skip
        else:
            totals, rows = (), ()
        whole[name] = next(iter(totals), None)
        for row in rows:
            by_sector.setdefault(row["sector"], {})[name] = row
    events = source.companion("events")
    listed = [code for code in reference.codes("sectors") if code in by_sector and code != reference.NOT_STATED]
    made = tuple(Facts(code, by_sector[code], given(events, code), clear(by_sector[code], whole)) for code in listed)
    return Gathered(made, whole, wave, year)


def given(events, sector: str) -> tuple[dict, ...]:
    """Tools, campaigns and guidance made for a sector, in order of date."""
    found = [one for one in events if one["kind"] in GIVEN and sector in marks.codes(one["sectors"])]
    return tuple(sorted(found, key=lambda one: str(one["date"])))


def clear(rows: dict[str, dict], whole: dict[str, dict]) -> tuple[str, ...]:
    """The facts on which a sector's range lies wholly beyond that of the whole, on the side of need."""
    return tuple(
        name for name, (_, side, _) in FACTS.items()
        if name in rows and whole.get(name) and rows[name]["status"] == whole[name]["status"] == "ok"
        and compare(whole[name], rows[name]) == side
    )  # fmt: skip


def table(gathered: Gathered, sort: str = "") -> Node | None:
    """Sectors down, facts across. A fact on which a sector stands clear says so in words."""
    if not gathered.sectors:
        return None
    headings = ["Sector", *(title for title, _, _ in FACTS.values()), "Requests", "Given so far"]
    whole = ["All sectors", *(_cell(gathered.whole.get(name), "") for name in FACTS),
             _volume(gathered.whole.get(VOLUME)), ""]  # fmt: skip
    body = [whole] + [
        [one.label, *(_cell(one.rows.get(name), FACTS[name][1] if name in one.clear else "") for name in FACTS),
         _volume(one.rows.get(VOLUME)), _given(one.given)]
        for one in ordered(gathered.sectors, sort)
    ]  # fmt: skip
    caption = f"Sectors side by side: survey {words.period('wave', gathered.wave) if gathered.wave else 'not held'}, " \
              f"returns {spans.when(gathered.year) if gathered.year else 'not held'}"  # fmt: skip
    return tables.scrolling(f"{caption}, table", tables.table(caption, headings, body, (1, 2, 3, 4)))


def ordered(sectors, sort: str) -> list[Facts]:
    """The sectors in the order asked for; those without the fact last."""
    if sort not in ORDERS:
        return list(sectors)

    def place(one: Facts):
        if sort == "given":
            return (0, len(one.given))
        row = one.rows.get(sort)
        if not row or row["status"] != "ok":
            return (1, 0)
        return (0, row["value"] if sort in SURVEYED else -row["value"])

    return sorted(sectors, key=place)


def _cell(row: dict | None, apart: str):
    if row is None:
        return words.ABSENT["not_submitted"]
    between = grid.ranged(row, "share") if row["status"] == "ok" else None
    return [el("strong", grid.shown(row, "share")), el("span", between, class_="range") if between else None,
            el("span", f"clearly {apart}", class_="range apart") if apart else None]  # fmt: skip


def _volume(row: dict | None) -> str:
    return grid.shown(row, "count") if row else words.ABSENT["not_submitted"]


def _given(given) -> Node | str:
    """How many things a sector was given, and the latest of them."""
    if not given:
        return "nothing of its own"
    return [f"{len(given)}; latest: ", named(given[-1])]


def named(event: dict) -> str:
    """`DfE information sharing advice (2024)`."""
    return f"{event['title']} ({str(event['date'])[:4]})"


def listing(gathered: Gathered) -> Node | None:
    """Everything that each sector has been given, sector by sector."""
    pairs = [(one.label, words.listed(map(named, one.given))) for one in gathered.sectors if one.given]
    return definition.summary_list(pairs) if pairs else None
