"""Figures of requests, read from the published cells and the time to decision beside them.

A reader takes a cursor on a snapshot, a Question and the snapshot's row `about`, and gives a list of rows: the
question's keys and a figure. Nothing is summed; a gap is said, not left out.
"""

from etl import reference
from metrics import evaluate
from metrics.counts import COUNTS
from metrics.dimensions import CODE_LISTS, DIMENSIONS, SPEED_DAYS
from metrics.disclosure import MEDIAN_BASE, P90_BASE, SMALL
from metrics.formulas import Share, Total, Undecided
from metrics.indicators import INDICATORS
from metrics.periods import label, periods_between, span_of
from metrics.question import Question

FIGURE = (*evaluate.EMPTY, "status", "flags")


def fetch_all(con, sql: str, values=()) -> list[dict]:
    """Every row of a query as a dict."""
    result = con.execute(sql, list(values))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def cells(con, question: Question, about_row: dict) -> list[dict]:
    """Figures of a Share or Total, one row a series and period."""
    formula = question.definition.formula
    counts = (formula.numerator,)
    if isinstance(formula, Share):
        counts = (*counts, formula.denominator, *COUNTS[formula.numerator].of)
    found = _fetch(con, "cells", question, (*_facts(about_row), "bodies", *counts))
    alike = likeness(con, formula) if isinstance(formula, Share) else {}

    def figure(parts: dict) -> dict:
        returns, published = parts.get("returns"), parts.get("published")
        if isinstance(formula, Total):
            return evaluate.total(returns, published, formula.numerator)
        sector = (returns or {}).get("sector", "")
        pair = formula.numerator, formula.denominator
        return evaluate.share(returns, published, *pair, alike.get(sector) or alike.get("", evaluate.ALONE))

    return _rows(con, question, about_row, found, figure)


def sharing(con, question: Question, about_row: dict) -> list[dict]:
    """Bodies that shared over bodies that reported; bodies of the two parts of a cell cannot be added."""
    columns = ("part", "shown", "provisional", "approximate", "bodies", "bodies_sharing")
    found = _fetch(con, "cells", question, columns)

    def figure(parts: dict) -> dict:
        return evaluate.sharing(parts.get("returns"), parts.get("published"))

    return _rows(con, question, about_row, found, figure)


def likeness(con, formula: Share) -> dict[str, evaluate.Alike]:
    """How far a body's requests resemble each other in such a share, by sector and over all ("")."""
    # Indicators of one formula (all requests, or those of one direction) share it.
    same = [one.id for one in INDICATORS.values() if one.formula == formula]
    places = ", ".join("?" * len(same))
    found = con.execute(
        f"SELECT sector, likeness, unevenness FROM design_effects WHERE value = '' AND indicator IN ({places})", same
    ).fetchall()
    return {sector: evaluate.Alike(*numbers) for sector, *numbers in found}


def likeness_by_value(con, kind: str) -> dict[str, evaluate.Alike]:
    """The same for each value of a breakdown such as `reason`, over all sectors."""
    found = con.execute("SELECT value, likeness, unevenness FROM design_effects WHERE indicator = ?", [kind]).fetchall()
    return {value: evaluate.Alike(*numbers) for value, *numbers in found}


def _facts(about_row: dict) -> tuple[str, ...]:
    """The columns of a cell beside its counts; the analysts' file says which cells are too small for the public one."""
    return ("part", "shown", "provisional", "approximate", *(("small",) if about_row["audience"] == "private" else ()))


def speed(con, question: Question, about_row: dict) -> list[dict]:
    """Figures of time to decision: the protected part's curve, else the published part's; curves cannot be added."""
    formula = question.definition.formula

    def figure(curve: dict | None, cell: dict | None) -> dict:
        if isinstance(formula, Undecided):
            return evaluate.undecided(curve, cell, formula.day)
        name, base = ("p50", MEDIAN_BASE) if formula.quantile == 0.5 else ("p90", P90_BASE)
        return evaluate.days(curve, cell, name, base)

    return _rows(con, question, about_row, *_timed(con, question, about_row, figure))


def curve(con, question: Question, about_row: dict) -> list[dict]:
    """The share undecided on every published day: rows as of `speed`, each with its `day`, day by day in a series."""

    def figures(curve: dict | None, cell: dict | None) -> dict:
        return {"by_day": [evaluate.undecided(curve, cell, day) for day in SPEED_DAYS], "flags": []}

    rows = []
    for row in _rows(con, question, about_row, *_timed(con, question, about_row, figures)):
        figures_of_row = row.get("by_day") or [{name: row[name] for name in FIGURE}] * len(SPEED_DAYS)
        keys = {name: value for name, value in row.items() if name not in (*FIGURE, "by_day")}
        published = ["published"] if "published" in row["flags"] else []
        for day, made in zip(SPEED_DAYS, figures_of_row, strict=True):
            flags = list(dict.fromkeys([*made["flags"], *published]))
            rows.append({**keys, "day": day, **made, "flags": flags})
    return rows


def _timed(con, question: Question, about_row: dict, figure):
    """The cells of a question, and what gives a cell its figure from the curve of the part that is shown."""
    cells = _fetch(con, "cells", question, (*_facts(about_row), "received"))
    curves = {_key(row, question, with_part=True): row for row in _fetch(con, "speed", question, ("*",))}

    def of_parts(parts: dict) -> dict:
        cell = parts.get("returns") or parts.get("published")
        made = figure(curves.get(_key(cell, question, with_part=True)) if cell else None, cell)
        if cell and cell["part"] == "published":
            made["flags"].append("published")
        return made

    return cells, of_parts


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
    return fetch_all(con, f"SELECT {chosen} FROM {table} WHERE {' AND '.join(conditions)}", values)


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
    covered = _covered(con, question)
    rows = []
    for values in series:
        for period in periods:
            cell = parts.get((*values, period))
            made = figure(cell) if cell else _absent(question, values, period, covered)
            rows.append({**labels(question, values, period), **made})
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


def _covered(con, question: Question):
    """Whether returns cover a sector ("" for all) and period: tells too few from a return that never came.

    By the list of senders; without one, by whether anything confidential is published for the period at all.
    """
    rows = fetch_all(con, "SELECT sector, period, received FROM coverage WHERE level = 'year'")
    if rows:
        received = {(row["sector"], row["period"].year) for row in rows if row["received"]}
        ever = {sector for sector, _ in received}
        return lambda sector, period: (sector, period.year) in received if period else sector in ever
    shown = fetch_all(
        con,
        "SELECT DISTINCT period FROM cells WHERE combo = 0 AND level = ? AND reported_by = ? AND part = 'returns'",
        [question.level, question.reported_by],
    )
    periods = {row["period"] for row in shown}
    return lambda sector, period: period in periods


def _absent(question: Question, values: tuple, period, covered) -> dict:
    """A cell that is not in the file: too few or none, which are never told apart, or never submitted."""
    if len(question.dimensions) > 2:
        return evaluate.figure("suppressed")
    if not covered(dict(zip(question.dimensions, values, strict=True)).get("sector", ""), period):
        return evaluate.figure("not_submitted")
    if isinstance(question.definition.formula, Total):
        return evaluate.figure("bounded", lower=0, upper=SMALL - 1)
    return evaluate.figure("too_few")


def labels(question: Question, values: tuple, period) -> dict:
    """The row's keys: the dimensions asked by (or given several values), then the span of time."""
    named = dict(zip(question.dimensions, values, strict=True))
    row = {key: named[key] for key in question.keys}
    if question.level != "all":
        row[question.level] = label(question.level, period)
    return row
