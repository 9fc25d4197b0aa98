"""Tables: the same rows as the chart and the download, with a caption, headings and every absence in words."""

from dashboard import words
from dashboard.markup import Node, el
from dashboard.series import Series, drawn, split
from dashboard.view import View
from metrics.dimensions import FLAGS

NUMERIC = "govuk-table__cell govuk-table__cell--numeric"
FLAG_WORDS = {"provisional": "provisional", "approximate": "approximate", "published": "published returns only"}


def table(caption: str, headings, rows, numeric=(), hide_caption: bool = False) -> Node:
    """A table. The first cell of each row is its heading; `numeric` holds the numbers of right-aligned columns."""
    size = "govuk-visually-hidden" if hide_caption else "govuk-table__caption govuk-table__caption--s"
    head = [
        el("th", heading, scope="col", class_=f"govuk-table__header{_numeric(column, numeric)}")
        for column, heading in enumerate(headings)
    ]
    return el(
        "table",
        el("caption", caption, class_=size),
        el("thead", el("tr", head, class_="govuk-table__row"), class_="govuk-table__head"),
        el("tbody", [_row(cells, numeric) for cells in rows], class_="govuk-table__body"),
        class_="govuk-table",
    )


def _row(cells, numeric) -> Node:
    first, *rest = cells
    return el(
        "tr",
        el("th", first, scope="row", class_="govuk-table__header"),
        [
            el("td", cell, class_=NUMERIC if column in numeric else "govuk-table__cell")
            for column, cell in enumerate(rest, 1)
        ],
        class_="govuk-table__row",
    )


def _numeric(column: int, numeric) -> str:
    return " govuk-table__header--numeric" if column in numeric else ""


def scrolling(name: str, *children) -> Node:
    """A region that may scroll sideways or down, named and reachable by keyboard."""
    return el("div", children, class_="scrolling", role="region", aria_label=name, tabindex="0")


def key_figures(view: View, rows) -> Node | None:
    """The figures the finding compares, one row a series: earlier, latest. None when there is nothing to compare."""
    level, unit = view.shown_level, view.indicator.unit
    chosen = [one for one in drawn(split(view, rows)) if len(one.settled) > 1]
    if level == "all" or not chosen:
        return None
    body = []
    for one in chosen:
        first, last = one.settled[0], one.settled[-1]
        body.append([one.label, *_at(first, level, unit), *_at(last, level, unit)])
    headings = ("Series", "First period", "Figure", "Latest settled period", "Figure")
    return scrolling("Key figures, table", table("The figures that are compared", headings, body, numeric=(2, 4)))


def _at(row: dict, level: str, unit: str):
    between = words.interval(row, unit)
    return words.when_in_table(row, level), [
        el("strong", words.value(row, unit)),
        el("span", between, class_="range") if between else None,
    ]


def full(view: View, rows) -> list[Node]:
    """The whole table of a view, newest period first, and the latest figure of every series when not all are drawn."""
    series = split(view, rows)
    chosen = drawn(series)
    if view.shown_level == "all":
        return [_standing(view, series)] if series else []
    if not rows:
        return []
    tables = [_one(view, chosen[0]) if len(chosen) == 1 else _several(view, chosen)]
    if len(chosen) < len(series):
        tables.append(_latest(view, series))
    return tables


def _one(view: View, one: Series) -> Node:
    level, unit = view.shown_level, view.indicator.unit
    shares, ranges = unit == "share", any(words.interval(row, unit) for row in one.rows)
    asked = any(row.get("invited") for row in one.rows)
    counted = (["Counted", "Out of"] if shares else []) + (["Answered, of those asked"] if asked else [])
    headings = ["Period", "Figure", *(["95% range"] if ranges else []), *counted, "Note"]
    body = [
        [
            words.when_in_table(row, level),
            words.value(row, unit),
            *([words.interval(row, unit) or ""] if ranges else []),
            *(_counts(row) if shares else []),
            *([_response(row)] if asked else []),
            note(row),
        ]
        for row in reversed(one.rows)
    ]
    numeric = tuple(range(1, len(headings) - 1))
    return scrolling("Figures by period, table", table(caption(view), headings, body, numeric))


def _counts(row: dict):
    return [f"{row[name]:,}" if row[name] is not None else "" for name in ("numerator", "denominator")]


def _response(row: dict) -> str:
    if not row.get("invited"):
        return "not stated"
    return f"{row['responded']:,} of {row['invited']:,} ({words.share(row['responded'] / row['invited'])})"


def _several(view: View, chosen: list[Series]) -> Node:
    level, unit = view.shown_level, view.indicator.unit
    by_period: dict[tuple, dict[int, dict]] = {}
    for place, one in enumerate(chosen):
        for row in one.rows:
            by_period.setdefault((row[level], str(words.own_span(row, level) or "")), {})[place] = row
    body = [
        [
            words.when_in_table(next(iter(rows.values())), level),
            *(_cell(rows.get(place), unit) for place in range(len(chosen))),
        ]
        for _, rows in sorted(by_period.items(), reverse=True)
    ]
    headings = ["Period", *(one.label for one in chosen)]
    numeric = tuple(range(1, len(chosen) + 1))
    return scrolling("Figures by period, table", table(caption(view), headings, body, numeric))


def _cell(row: dict | None, unit: str):
    if row is None:
        return words.ABSENT["not_submitted"]
    between = words.interval(row, unit) if row["status"] == "ok" else None
    small = [text for text in (between, note(row)) if text]
    return [words.value(row, unit), *(el("span", text, class_="range") for text in small)]


def _latest(view: View, series: list[Series]) -> Node:
    level, unit = view.shown_level, view.indicator.unit
    body = []
    for one in series:
        row = one.latest or (one.rows[-1] if one.rows else None)
        if row:
            body.append([
                one.label, words.when_in_table(row, level), words.value(row, unit),
                words.interval(row, unit) or "", words.counts(row) or "",
            ])  # fmt: skip
    headings = ("Series", "Latest period", "Figure", "95% range", "Counted")
    return scrolling("Latest figure of every series, table",
                     table("Latest figure of every series", headings, body, (2, 3, 4)))  # fmt: skip


def _standing(view: View, series: list[Series]) -> Node:
    unit = view.indicator.unit
    body = [
        [one.label, words.value(row, unit), words.interval(row, unit) or "", words.counts(row) or "", note(row)]
        for one in series
        for row in one.rows[:1]
    ]
    headings = ("Series", "Figure", "95% range", "Counted", "Note")
    return scrolling("Figures, table", table(caption(view), headings, body, (1, 2, 3)))


def note(row: dict) -> str:
    """The flags of a row in words; `synthetic` is said once for the page, not in each row."""
    return words.listed(FLAG_WORDS[flag] for flag in row["flags"] if flag in FLAG_WORDS)


def caption(view: View) -> str:
    """Measure, unit and level, as a table's caption."""
    unit = {"share": "share", "count": "count", "days": "days"}[view.indicator.unit]
    spans = {"month": "by month of receipt", "quarter": "by quarter", "year": "by year",
             "rolling": "by rolling twelve months", "wave": "by survey wave", "all": "all time"}  # fmt: skip
    return f"{view.indicator.title}: {unit}, {spans[view.shown_level]}"


def absences(rows) -> Node | None:
    """What the words in place of figures mean: those that occur here, and nothing else."""
    used = {row["status"] for row in rows}
    said = [words.EXPLAINED[status] for status in words.EXPLAINED if status in used]
    if any(row["status"] == "ok" and row["value"] == 0 for row in rows):
        said.append(words.EXPLAINED["zero"])
    flags = {flag for row in rows for flag in row["flags"]} & set(FLAG_WORDS)
    said += [f"{FLAG_WORDS[flag].capitalize()}: {FLAGS[flag]}." for flag in FLAG_WORDS if flag in flags]
    if not said:
        return None
    return el(
        "div",
        el("h3", "What the words in the table mean", class_="govuk-heading-s"),
        el("ul", [el("li", sentence) for sentence in said], class_="govuk-list govuk-list--bullet"),
    )
