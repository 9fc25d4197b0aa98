"""The one door: every figure that leaves, leaves through `answer`.

Page, table, chart, download, JSON and the `figure` command all call it. It reads published cells only, one value
(or predefined group, or all) for each dimension; nothing is summed here.
"""

from dataclasses import dataclass
from datetime import date

from etl import reference, snapshot
from etl.home import home as default_home
from metrics import evaluate
from metrics.counts import COUNTS
from metrics.dimensions import CODE_LISTS, DIMENSIONS
from metrics.disclosure import MEDIAN_BASE, NEARLY_ALL, P90_BASE, UNDER
from metrics.formulas import Days, Returned, Share, Stock, Survey, Total, Undecided
from metrics.indicators import Indicator
from metrics.intervals import wilson
from metrics.periods import label, periods_between, span_of
from metrics.question import Question


@dataclass(frozen=True)
class Principal:
    """Who asks: the role decides which file is opened, and nothing else can."""

    role: str = "public"
    body: str | None = None


PUBLIC = Principal()


@dataclass(frozen=True)
class Answer:
    """A question's rows, with what they were read from. Each row has the `by` keys and a figure's six parts."""

    data_version: str
    as_at: date
    indicator: Indicator
    question: Question
    rows: tuple[dict, ...]
    synthetic: bool


def answer(principal: Principal, question: Question, home=None) -> Answer:
    """The published figures that a question asks for. Raises Refusal when nothing has been published."""
    version, con = _open(principal, home)
    about_row = _one(con, "SELECT as_at, kind, first_month, last_month FROM about")
    synthetic = about_row["kind"] == "synthetic"
    rows = READERS[type(question.definition.formula)](con, question, about_row)
    for row in rows:
        # What a document or a sender has published is real, in a home of either kind.
        if synthetic and "published" not in row["flags"]:
            row["flags"].append("synthetic")
    return Answer(version, about_row["as_at"], question.definition, question, tuple(rows), synthetic)


def about(principal: Principal = PUBLIC, home=None) -> dict:
    """The snapshot as a whole: version, as_at, synthetic, first and last month, returns, senders, who released it."""
    version, con = _open(principal, home)
    row = _one(con, "SELECT * FROM about")
    return {
        **row,
        "version": version,
        "synthetic": row["kind"] == "synthetic",
        "first": row["first_month"],
        "last": row["last_month"],
        "release": snapshot.released(home or default_home()),
    }


def companion(table: str, principal: Principal = PUBLIC, home=None) -> list[dict]:
    """All rows of one of the small published tables, COMPANIONS."""
    if table not in COMPANIONS:
        raise ValueError(f"there is no published table {table!r}")
    _, con = _open(principal, home)
    return _all(con, f"SELECT * FROM {table}")


COMPANIONS = ("coverage", "participation", "registers", "waves", "events", "loads", "skips", "catalogue")


def coverage(principal: Principal = PUBLIC, home=None) -> list[dict]:
    """Returns expected and received by level, period and sector ('' is every sector)."""
    return companion("coverage", principal, home)


def _open(principal: Principal, home):
    if principal.role != "public":
        principal = PUBLIC  # no other file exists yet: whoever asks gets what the public gets
    return snapshot.reader(home or default_home(), principal.role).cursor()


def _all(con, sql: str, values=()) -> list[dict]:
    result = con.execute(sql, list(values))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _one(con, sql: str) -> dict:
    return _all(con, sql)[0]


# --- requests: cells and speed -------------------------------------------------------------------------------------


def _cells(con, question: Question, about_row: dict) -> list[dict]:
    """Figures of a Share or Total, one row a series and period."""
    formula = question.definition.formula
    columns = COUNTS if isinstance(formula, Share | Total) else ("received",)
    found = _fetch(con, "cells", question, ("part", "shown", "provisional", "approximate", *columns))
    return _rows(con, question, about_row, found, lambda parts: _from_cells(formula, parts))


def _from_cells(formula, parts: dict) -> dict:
    if isinstance(formula, Total):
        return evaluate.total(parts.get("returns"), parts.get("published"), formula.numerator)
    return evaluate.share(parts.get("returns"), parts.get("published"), formula.numerator, formula.denominator)


def _speed(con, question: Question, about_row: dict) -> list[dict]:
    """Figures of time to decision: the protected part's curve, else the published part's; curves cannot be added."""
    formula = question.definition.formula
    cells = _fetch(con, "cells", question, ("part", "shown", "provisional", "approximate", "received"))
    curves = {_key(row, question, with_part=True): row for row in _fetch(con, "speed", question, ("*",))}

    def figure(parts: dict) -> dict:
        cell = parts.get("returns") or parts.get("published")
        curve = curves.get(_key(cell, question, with_part=True)) if cell else None
        if isinstance(formula, Undecided):
            made = evaluate.undecided(curve, cell, formula.day)
        else:
            name, base = ("p50", MEDIAN_BASE) if formula.quantile == 0.5 else ("p90", P90_BASE)
            made = evaluate.days(curve, cell, name, base)
        if cell and cell["part"] == "published":
            made["flags"].append("published")
        return made

    return _rows(con, question, about_row, cells, figure)


def _fetch(con, table: str, question: Question, columns) -> list[dict]:
    """The rows of one combination at one level, for the values and periods that are asked for."""
    dimensions = [name for name in DIMENSIONS if name in question.dimensions]
    combo = sum(1 << DIMENSIONS.index(name) for name in dimensions)
    wanted = {**{key: (value,) for key, value in question.definition.always}, **dict(question.where)}
    conditions, values = ["combo = ?", "level = ?", "reported_by = ?"], [combo, question.level, question.reported_by]
    for name in dimensions:
        if name in wanted:
            conditions.append(f"{name} IN ({', '.join('?' * len(wanted[name]))})")
            values.extend(wanted[name])
    first, last = span_of(question.first), span_of(question.last)
    if first:
        conditions.append("period >= ?")
        values.append(first[0])
    if last:
        conditions.append("period <= ?")
        values.append(last[1])
    chosen = ", ".join(dict.fromkeys([*columns])) if columns != ("*",) else "*"
    if chosen != "*":
        chosen = ", ".join(["period", *dimensions, chosen])
    return _all(con, f"SELECT {chosen} FROM {table} WHERE {' AND '.join(conditions)}", values)


def _key(row: dict, question: Question, with_part: bool = False) -> tuple:
    fixed = tuple(row[name] for name in question.dimensions)
    return (*fixed, row["period"], row["part"]) if with_part else (*fixed, row["period"])


def _rows(con, question: Question, about_row: dict, found: list[dict], figure) -> list[dict]:
    """One row a series and period, with gaps said rather than left out."""
    parts: dict[tuple, dict] = {}
    for row in found:
        parts.setdefault(_key(row, question), {})[row["part"]] = row
    series = _series(question, parts)
    periods = _periods(question, about_row, parts)
    reported = _reported(con, question) if question.level != "all" else {}
    rows = []
    for values in series:
        for period in periods:
            cell = parts.get((*values, period))
            made = figure(cell) if cell else _absent(question, values, period, reported)
            rows.append({**_labels(question, values, period), **made})
    return rows


def _series(question: Question, parts: dict) -> list[tuple]:
    """The combinations of values to give rows for: those asked for by name, else those that occur.

    A predefined group gets a row only when it is asked for by name.
    """
    named = {**{key: (value,) for key, value in question.definition.always}, **dict(question.where)}
    occurring = {key[:-1] for key in parts}
    groups = {name: set(reference.groups(name)) for name in question.dimensions if name not in named}
    kept = {
        values
        for values in occurring
        if not any(value in groups.get(name, ()) for name, value in zip(question.dimensions, values, strict=True))
    }
    if all(name in named for name in question.dimensions):
        # Every value was asked for by name: a value without a cell still gets its rows, saying why it is empty.
        kept = {()}
        for name in question.dimensions:
            kept = {(*values, value) for values in kept for value in named[name]}
    order = [{code: at for at, code in enumerate(reference.codes(CODE_LISTS[name]))} for name in question.dimensions]
    return sorted(kept, key=lambda values: [at.get(value, 999) for at, value in zip(order, values, strict=True)])


def _periods(question: Question, about_row: dict, parts: dict) -> list:
    if question.level == "all":
        return [None]
    found = sorted({key[-1] for key in parts})
    if not found:
        return []
    first = span_of(question.first)[0] if question.first else found[0]
    last = span_of(question.last)[1] if question.last else found[-1]
    return periods_between(question.level, max(first, found[0]), min(last, found[-1]))


def _reported(con, question: Question) -> dict[tuple, int]:
    """Returns received by sector and year: tells a true zero from a return that never came."""
    rows = _all(con, "SELECT sector, period, received FROM coverage WHERE level = 'year'")
    return {(row["sector"], row["period"].year): row["received"] for row in rows}


def _absent(question: Question, values: tuple, period, reported: dict) -> dict:
    """A cell that is not in the file: hidden for being small, a true zero, or never submitted."""
    if len(question.dimensions) > 2:
        return evaluate.figure("suppressed")
    sector = dict(zip(question.dimensions, values, strict=True)).get("sector", "")
    year = period.year if period else None
    received = reported.get((sector, year), 0) if year else sum(reported.values())
    if not received:
        return evaluate.figure("not_submitted")
    if isinstance(question.definition.formula, Total):
        return evaluate.figure("ok", numerator=0, value=0)
    return evaluate.figure("too_few", denominator=0)


def _labels(question: Question, values: tuple, period) -> dict:
    """The row's keys: the dimensions asked by (or given several values), then the span of time."""
    named = dict(zip(question.dimensions, values, strict=True))
    row = {key: named[key] for key in question.keys}
    if question.level != "all":
        row[question.level] = label(question.level, period)
    return row


# --- agreements, surveys, returns ------------------------------------------------------------------------------------


def _stocks(con, question: Question, about_row: dict) -> list[dict]:
    """Agreements as returned. Counts over different periods stand in rows of their own, with their dates."""
    measure = question.definition.formula.measure
    dimensions = [name for name in DIMENSIONS if name in question.dimensions]
    combo = sum(1 << DIMENSIONS.index(name) for name in dimensions)
    found = _all(
        con,
        f"""SELECT {"".join(f"{name}, " for name in dimensions)} level, period, period_from, period_to, part,
                   approximate, {measure} AS counted, {measure}_shown AS shown
            FROM agreements WHERE combo = ? AND {measure}_shown IS NOT NULL""",
        [combo],
    )
    found = _stock_periods(question, [row for row in found if _matches(row, question)])
    parts: dict[tuple, dict] = {}
    for row in found:
        key = (*(row[name] for name in dimensions), row["period"], row["period_from"], row["period_to"])
        parts.setdefault(key, {})[row["part"]] = {**row, "agreements": row["counted"]}
    rows = []
    for key in sorted(parts, key=lambda key: [str(part) for part in key]):
        made = evaluate.total(parts[key].get("returns"), parts[key].get("published"), "agreements")
        labels = _labels(question, key[: len(dimensions)], key[-3])
        rows.append({**labels, "period_from": key[-2], "period_to": key[-1], **made})
    return rows


def _matches(row: dict, question: Question) -> bool:
    groups = {name: set(reference.groups(name)) for name in question.dimensions}
    named = dict(question.where)
    return all(
        row[name] in named[name] if name in named else row[name] not in groups[name] for name in question.dimensions
    )


def _stock_periods(question: Question, found: list[dict]) -> list[dict]:
    """The rows of the level asked for, within the span; with no level, those of the latest period."""
    if question.level == "all":
        latest = max((row["period_to"] for row in found), default=None)
        found = [row for row in found if row["period_to"] == latest]
        shortest = max((row["period_from"] for row in found), default=None)
        return [row for row in found if row["period_from"] == shortest]
    first, last = span_of(question.first), span_of(question.last)
    return [
        row
        for row in found
        if row["level"] == question.level
        and (not first or row["period"] >= first[0])
        and (not last or row["period"] <= last[1])
    ]


def _survey(con, question: Question, about_row: dict) -> list[dict]:
    """Weighted shares by wave, with Wilson's interval on the effective number of respondents."""
    dimension = next(iter(question.dimensions), "")
    wanted = dict(question.where).get(dimension)
    found = _all(
        con,
        """SELECT a.*, w.fieldwork_start, w.population, w.invited, w.responded FROM answers AS a
           LEFT JOIN waves AS w USING (wave, part) WHERE question = ? AND dimension = ?
           ORDER BY fieldwork_start, wave, value""",
        [question.definition.formula.question, dimension],
    )
    if "wave" not in question.by and question.level == "wave" and found:
        latest = max(row["fieldwork_start"] or date.min for row in found)
        found = [row for row in found if (row["fieldwork_start"] or date.min) == latest] if not question.by else found
    rows = []
    for row in found:
        if wanted and row["value"] not in wanted:
            continue
        labels = {"wave": row["wave"], **({dimension: row["value"]} if dimension in question.keys else {})}
        response = {name: row[name] for name in ("population", "invited", "responded")}
        rows.append({**labels, **_survey_figure(row), **response})
    return rows


def _survey_figure(row: dict) -> dict:
    flags = [*evaluate.flags_of(row), *(["published"] if row["part"] == "published" else [])]
    if not row["shown"]:
        return evaluate.figure("too_few", flags)
    if row["yes"] in (UNDER, NEARLY_ALL):
        least, most = evaluate.span(row["yes"], row["respondents"])
        return evaluate.figure(
            "bounded", flags, denominator=row["respondents"],
            lower=float(wilson(least, row["respondents"])[0]), upper=float(wilson(most, row["respondents"])[1]),
        )  # fmt: skip
    lower, upper = wilson(row["share"] * row["effective"], row["effective"])
    return evaluate.figure(
        "ok", flags, numerator=row["yes"], denominator=row["respondents"], value=row["share"],
        lower=float(lower), upper=float(upper),
    )  # fmt: skip


def _returned(con, question: Question, about_row: dict) -> list[dict]:
    """Returns received over expected, by level and sector."""
    wanted = dict(question.where).get("sector")
    by_sector = "sector" in question.dimensions
    found = _all(con, "SELECT * FROM coverage WHERE level = ? ORDER BY period, sector", [question.level])
    first, last = span_of(question.first), span_of(question.last)
    rows = []
    for row in found:
        inside = (not first or row["period"] >= first[0]) and (not last or row["period"] <= last[1])
        if (row["sector"] != "") != by_sector or (wanted and row["sector"] not in wanted) or not inside:
            continue
        labels = _labels(question, (row["sector"],) if by_sector else (), row["period"])
        lower, upper = wilson(row["received"], row["expected"])
        made = evaluate.figure(
            "ok", numerator=row["received"], denominator=row["expected"],
            value=row["received"] / row["expected"], lower=float(lower), upper=float(upper),
        )  # fmt: skip
        rows.append({**labels, **made})
    return rows or [{**_labels(question, (), None), **evaluate.figure("not_applicable")}] if not by_sector else rows


READERS = {
    Share: _cells,
    Total: _cells,
    Undecided: _speed,
    Days: _speed,
    Stock: _stocks,
    Survey: _survey,
    Returned: _returned,
}
