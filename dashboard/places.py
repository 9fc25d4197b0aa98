"""Places: one measure across the twelve nations and regions, for one year or survey wave, as tiles and as a table."""

from dataclasses import replace

from dashboard import definition, downloads, names, tables, tiles, words
from dashboard.content import Content
from dashboard.findings import compare, figure
from dashboard.form import short_form
from dashboard.markup import Node, el
from dashboard.view import View, link, offered, parse
from etl import reference
from metrics.question import levels_of

PATH = "/places"
HEADING = "Places"
BY = "region"


def page(source, query: str) -> Content:
    """The page: what differs from the whole first, then the map and the table."""
    asked, problems = parse(query)
    view = of_places(asked)
    period, answer, whole = figures(source, view)
    rows = {row[BY]: row for row in answer.rows}
    main = [
        el("h2", title(view, rows, whole), class_="govuk-heading-m", id="finding-title"),
        el("ul", [el("li", one) for one in sentences(view, period, rows, whole)],
           class_="govuk-list govuk-list--bullet finding", id="finding-text"),
        short_form(PATH, replace(view, last=asked.last), _years(source), BY),
        *_map(view, {code: rows[code] for code, *_ in places() if code in rows}),
        el("p", downloads.standing(answer), class_="govuk-body-s source"),
        el("h3", "Table", class_="govuk-heading-s"),
        _table(view, period, rows, whole),
        tables.absences([*rows.values()]),
        downloads.page_links(PATH, link("", replace(asked, by=(), where=(), level=None)).lstrip("?")),
        el("p", el("a", "These places over time", href=link("/trends", replace(view, level=None, last=None)),
           class_="govuk-link"), class_="govuk-body"),
        definition.block(view.indicator),
    ]  # fmt: skip
    return Content(HEADING, main, problems=problems)


def book(source, query: str, absolute: str):
    """The rows of the page as a download."""
    view = of_places(parse(query)[0])
    period, answer, _ = figures(source, view)
    return downloads.book(_within(view, period), answer, absolute)


def of_places(asked: View) -> View:
    """The view of an address, by region and by year or survey wave. A measure that has no regions gives the default."""
    measure = asked.measure if BY in offered(asked.measure) else View().measure
    plain = View(measure)
    level = "wave" if levels_of(plain.indicator) == ("wave",) else "year"
    return View(measure, (BY,), (), level, None, asked.last if level == "year" else None)


def figures(source, view: View):
    """The latest settled period, the Answer that holds a figure of it for each place, and that of all together."""
    whole = {row[view.level]: row for row in source.answer(replace(view, by=()).question()).rows}
    settled = [period for period, row in whole.items() if row["status"] == "ok" and "provisional" not in row["flags"]]
    period = (settled or list(whole) or [None])[-1]
    answer = source.answer(_within(view, period).question())
    rows = tuple(row for row in answer.rows if row[view.level] == period)
    return period, replace(answer, rows=rows), whole.get(period)


def _within(view: View, period: str | None) -> View:
    return replace(view, first=period, last=period) if view.level == "year" and period else view


def apart(rows: dict[str, dict], whole: dict | None) -> dict[str, list[str]]:
    """The places whose range lies wholly above or below that of all places together, under `higher` and `lower`."""
    found: dict[str, list[str]] = {"higher": [], "lower": []}
    for code, *_ in places():
        row = rows.get(code)
        if whole and whole["status"] == "ok" and row and row["status"] == "ok" and whole["lower"] is not None:
            found.get(compare(whole, row), []).append(code)
    return found


def title(view: View, rows: dict[str, dict], whole: dict | None) -> str:
    """How many places differ from the whole, in ten words or fewer."""
    known = [code for code, *_ in places() if rows.get(code, {"status": ""})["status"] == "ok"]
    if not known or not whole or whole["status"] != "ok":
        return f"{view.indicator.title}: nothing to compare between places"
    if whole["lower"] is None:
        return f"{view.indicator.title}: a figure for {len(known)} of {len(places())} places"
    count = sum(map(len, apart(rows, whole).values()))
    return f"{view.indicator.title}: {count or 'none'} of {len(known)} places beyond the whole's range"


def sentences(view: View, period: str | None, rows: dict[str, dict], whole: dict | None) -> list[str]:
    """All places together with its range, then the places apart from it, in the order of the list: no ranking."""
    unit = view.indicator.unit
    if not whole or whole["status"] != "ok":
        return ["There is no figure for all places together that can be shown, so none can be compared with it."]
    said = [f"All places together: {figure(whole, unit)} {words.when(whole, view.level)}."]
    found = apart(rows, whole)
    for way, codes in found.items():
        if codes:
            named = words.listed(f"{names.label(BY, code)} ({words.value(rows[code], unit)})" for code in codes)
            said.append(f"{way.capitalize()}, with a 95% range that does not overlap it: {named}.")
    if whole["lower"] is not None and not any(found.values()):
        said.append("Every place that can be shown has a range that overlaps it.")
    quiet = [code for code, *_ in places() if rows.get(code, {"status": ""})["status"] not in ("ok", "bounded")]
    if quiet:
        said.append(f"No figure can be shown for {words.listed(names.label(BY, code) for code in quiet)}.")
    return [*said, "Places differ in who asks for what: a difference is a question to ask, not a fault found."]


def places() -> list[tuple[str, str, str, int, int]]:
    """The twelve nations and regions: code, label, short name, row and column of the tile."""
    return [
        (code, row["label"], row["short"], int(row["tile_row"]), int(row["tile_col"]))
        for code, row in reference.codes("regions").items()
        if row["tile_row"]
    ]


def _map(view: View, rows: dict[str, dict]) -> list[Node]:
    unit = view.indicator.unit
    drawn = el("div", tiles.tiles(places(), rows, unit), role="img", aria_labelledby="finding-title finding-text")
    return [el("figure", drawn, tiles.key(rows, places(), unit), class_="tile-map", role="group",
               aria_labelledby="finding-title")]  # fmt: skip


def _table(view: View, period: str | None, rows: dict[str, dict], whole: dict | None) -> Node:
    unit = view.indicator.unit
    listed = [("All places together", whole), *((label, rows.get(code)) for code, label, *_ in places())]
    listed += [(names.label(BY, code), row) for code, row in rows.items() if code not in {one[0] for one in places()}]
    body = [
        [label, *([words.value(row, unit), words.interval(row, unit) or "", words.counts(row) or "", tables.note(row)]
                  if row else [words.ABSENT["not_submitted"], "", "", ""])]
        for label, row in listed
    ]  # fmt: skip
    caption = f"{view.indicator.title} by the holder's region, {words.period(view.level, period or '')}"
    headings = ("Place", "Figure", "95% range", "Counted", "Note")
    return tables.scrolling("Figures by place, table", tables.table(caption, headings, body, (1, 2, 3)))


def _years(source) -> range:
    about = source.about()
    return range(about["first"].year, about["last"].year + 1) if about.get("first") else range(0)
