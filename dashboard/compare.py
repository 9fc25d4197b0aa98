"""Compare councils: for the public the middle half of each kind of body; for one that is signed in, its own place."""

from dashboard import definition, dots, downloads, headlines, mine, names, peers
from dashboard.content import Content
from dashboard.form import short_form
from dashboard.markup import Node, el
from dashboard.sheets import Book, Column, Sheet
from dashboard.view import View, link, parse
from etl.door.own import COUNCIL
from metrics.indicators import INDICATORS

PATH = "/compare"
HEADING = "Compare councils"
NO_RANKS = ("There is no ranking here. Bodies are asked for different things by different people, and a refusal can be "
            "right: the middle half says what is usual, not what is best.")  # fmt: skip


def page(source, query: str) -> Content:
    """The page: a body's own when one is signed in, else that for everybody."""
    view, problems = parse(query)
    if source.principal.role == COUNCIL:
        return mine.page(source, view, problems)
    rows = ranges(source)
    measures = tuple(code for code in INDICATORS if any(row["indicator"] == code for row in rows))
    chosen = view.measure if view.measure in measures else next(iter(measures), view.measure)
    year = _year(source, View(chosen, last=view.last), rows)
    told = of_year(rows, chosen, year)
    return Content(
        HEADING,
        [
            el("h2", title(chosen, year, told), class_="govuk-heading-m", id="finding-title"),
            *sentences(told),
            short_form(PATH, View(chosen, last=view.last), _years(source), listed=measures) if measures else None,
            *_tables(told, chosen, year),
            *_how(),
            downloads.page_links(PATH, link("", View(chosen, last=year)).lstrip("?")) if told else None,
            el("p", el("a", f"{INDICATORS[chosen].title} over time", href=link("/trends", View(chosen)),
               class_="govuk-link"), class_="govuk-body"),
            definition.block(INDICATORS[chosen]),
        ],
        problems=problems,
    )  # fmt: skip


def ranges(source) -> list[dict]:
    """The published middle halves; none where figures are older than they are."""
    try:
        return source.companion("peer_ranges")
    except (KeyError, ValueError):
        return []


def of_year(rows: list[dict], measure: str, year: str) -> list[dict]:
    """The rows of one measure and year."""
    return [row for row in rows
            if row["indicator"] == measure and row["level"] == "year" and str(row["period"].year) == year]  # fmt: skip


def _year(source, view: View, rows: list[dict]) -> str:
    """The year asked for where it is published, else the latest settled one."""
    known = {str(row["period"].year) for row in rows if row["level"] == "year"}
    if view.last and view.last[:4] in known:
        return view.last[:4]
    settled = headlines.settled_year(source, view.measure)
    return settled if settled in known else max(known, default="")


def _years(source) -> range:
    about = source.about()
    return range(about["first"].year, about["last"].year + 1) if about.get("first") else range(0)


def by_kind(told: list[dict], kinds) -> list[dict]:
    """The rows of whole kinds, in the order of `kinds`."""
    found = {row["body_type"]: row for row in told if row["rule"] == "type"}
    return [found[code] for code in kinds if code in found]


def title(measure: str, year: str, told: list[dict]) -> str:
    """The finding: what is usual for the largest group of councils."""
    name = INDICATORS[measure].title
    councils = by_kind(told, peers.COUNCILS)
    if not councils:
        return f"{name}: no group of ten or more councils to show"
    row = max(councils, key=lambda one: one["bodies"])
    kind = peers.kind(row["body_type"]).lower()
    return f"{name}: half of {row['bodies']} {kind} lie between {peers.middle(row, 'and')} in {year}"


def sentences(told: list[dict]) -> list[Node]:
    """Each kind of council in a sentence with the range, the middle and how far they differ beyond chance."""
    items = [
        el("li", f"{peers.kind(row['body_type'])}: the middle half of {row['bodies']} lie between "
                 f"{peers.middle(row, 'and')}, half below {peers.point(row['q50'])}. {peers.variety(row)}")
        for row in by_kind(told, peers.COUNCILS)
    ]  # fmt: skip
    made = [el("ul", items, class_="govuk-list govuk-list--bullet finding", id="finding-text")] if items else [
        el("p", "A group is shown only where ten or more bodies can be put side by side, none of which makes up most "
                "of it. No group of councils reaches that for this choice.", class_="govuk-body", id="finding-text")
    ]  # fmt: skip
    slow = el("a", "Time to decision", href="/time-to-decision", class_="govuk-link")
    return [*made, el("p", NO_RANKS, class_="govuk-body"),
            el("p", "How long it takes to decide is shown by sector: ", slow, ".", class_="govuk-body")]  # fmt: skip


def _tables(told: list[dict], measure: str, year: str) -> list[Node]:
    name = INDICATORS[measure].title
    made = []
    for heading, which, kinds in (("Councils by type", "type of council", peers.COUNCILS),
                                  ("Other bodies by type", "other type", peers.OTHERS)):  # fmt: skip
        rows = by_kind(told, kinds)
        if rows:
            caption = f"{name} in {year}: the middle half of each {which}"
            table = _table(caption, rows, lambda row: peers.kind(row["body_type"]))
            made += [el("h3", heading, class_="govuk-heading-s"), table]
    nearer = [row for row in told if row["rule"] == "type_region" and row["body_type"] in peers.COUNCILS]
    nearer.sort(key=lambda row: (list(peers.COUNCILS).index(row["body_type"]), row["region"]))
    if nearer:
        caption = f"{name} in {year}: the middle half of each type and region"
        heading = el("h3", "Councils by type and region", class_="govuk-heading-s")
        made += [heading, _table(caption, nearer, peers.group)]
    return made


def _table(caption: str, rows: list[dict], named) -> Node:
    listed = [
        dots.Dot(named(row), peers.as_dot(row), (f"{row['bodies']:,}",), (peers.point(row["q50"]), peers.middle(row)))
        for row in rows
    ]
    return dots.table(caption, "Bodies", listed, "share", None, ("How many",), ("Half lie below", "Middle half"))


def _how() -> list[Node]:
    said = (
        "Who is compared, by the first of three rules that gives ten or more bodies with enough requests: those of a "
        "list that whoever runs the service made for all who are on it (a body is on one list only); bodies of one "
        "type in one region; bodies of that type anywhere. Nobody can choose their peers, and the range of a list is "
        "shown only to those who are on it.",
        "Middle half: a quarter of the bodies' own rates lie below it and a quarter above it. Figures are given to the "
        "whole point, so that no body can be read off them.",
        "A council that signs in sees itself beside its peers, with its mix of requests taken into account. Nobody "
        "else sees that; named figures pass only between members of a club that both joined.",
    )
    return [el("h3", "How bodies are compared", class_="govuk-heading-s"),
            el("ul", [el("li", one) for one in said], class_="govuk-list govuk-list--bullet")]  # fmt: skip


COLUMNS = (
    Column("indicator", "Indicator"), Column("year", "Year"), Column("rule", "Rule"),
    Column("body_type", "Type, code"), Column("type_label", "Type"), Column("region", "Region, code"),
    Column("region_label", "Region"), Column("bodies", "Bodies", "count"),
    Column("q25", "A quarter lie below", "share"),
    Column("q50", "Half lie below", "share"), Column("q75", "Three quarters lie below", "share"),
    Column("target", "All their requests together", "share"), Column("phi", "Dispersion (1 is chance)"),
)  # fmt: skip


def book(source, query: str, absolute: str) -> Book:
    """The middle halves of a measure and year as a download."""
    view, _ = parse(query)
    rows = ranges(source)
    year = _year(source, view, rows)
    told = of_year(rows, view.measure, year)
    answer = source.answer(View(view.measure, level="year").question())
    cells = tuple(
        (row["indicator"], year, row["rule"], row["body_type"], peers.kind(row["body_type"]), row["region"] or None,
         names.label("region", row["region"]) if row["region"] else None, row["bodies"], row["q25"], row["q50"],
         row["q75"], row["target"], None if row["phi"] is None else f"{row['phi']:.1f}")
        for row in told
    )  # fmt: skip
    name = f"{view.indicator.title} in {year}: the middle half of bodies of each type"
    cover = (("Finding", title(view.measure, year, told)), *downloads.about(answer, absolute))
    return Book(name, downloads.named(f"compare-{view.measure}-{year}-{answer.data_version}"), cover,
                downloads.notes(view.indicator), (Sheet("Figures", name, COLUMNS, cells),), answer.as_at,
                downloads.standing(answer))  # fmt: skip
