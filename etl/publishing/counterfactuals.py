"""Table `counterfactuals`: month by month, what was seen, what the model fits, and what the earlier trend implies.

A picture of each verdict over all returns and by sector. What was seen is the month's published figure and nothing
else; the model's lines have a few numbers behind them and are rounded.
"""

import numpy as np

from etl.publishing.cells import combo_number
from metrics import verdicts
from metrics.dimensions import DIMENSIONS as ALL_DIMENSIONS
from metrics.disclosure import RATE_BASE
from metrics.formulas import Share
from metrics.indicators import INDICATORS
from metrics.periods import add_months

DIMENSIONS = ("", "sector")
ROUND = 3
COLUMNS = {
    "indicator": "VARCHAR", "event": "VARCHAR", "dimension": "VARCHAR", "value": "VARCHAR", "month": "DATE",
    "observed": "DOUBLE", "fitted": "DOUBLE", "expected": "DOUBLE", "lower": "DOUBLE", "upper": "DOUBLE",
    "in_window": "BOOLEAN",
}  # fmt: skip
NUMBERS = ("observed", "fitted", "expected", "lower", "upper")


def fill(con, courses: dict) -> None:
    """Make and fill it: a row a month; `expected` and its 95% band only from the date on; shares.

    courses: {key of an estimate: (first month, verdicts.Series, moved)}, where a verdict rests on a model (moved: by
    what rounding moved the observed share; the lines move with it, or their mean would give it back). Needs the
    published `cells` and `speed`. `in_window` marks the months that the verdict's difference is the mean of: beyond
    them the line is extrapolation.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"CREATE TABLE counterfactuals ({columns})")
    found = {name: [] for name in COLUMNS}
    published = {}
    for key in sorted(courses):
        first, series, moved = courses[key]
        months = [add_months(first, place) for place in range(len(series.base))]
        combo = _combo(key)
        if combo not in published:
            published[combo] = _published(con, *combo)
        effect = verdicts.course(series)
        after = np.arange(len(months)) >= effect.first
        lines = (effect.counterfactual, effect.counterfactual_lower, effect.counterfactual_upper)
        found["observed"].append(_observed(published[combo], key, months))
        found["fitted"].append(effect.fitted + moved)
        for name, line in zip(("expected", "lower", "upper"), lines, strict=True):
            found[name].append(np.where(after, line + moved, np.nan))
        found["in_window"].append(after & (np.arange(len(months)) < effect.first + effect.months))
        found["month"] += months
        for name in ("indicator", "event", "dimension", "value"):
            found[name] += [getattr(key, name)] * len(months)
    if not found["month"]:
        return
    for name in (*NUMBERS, "in_window"):
        found[name] = np.concatenate(found[name])
    columns = [np.round(found[name], ROUND) + 0.0 if name in NUMBERS else found[name] for name in COLUMNS]
    known = ", ".join(f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END" if name in NUMBERS else name
                      for name in COLUMNS)  # fmt: skip
    places = ", ".join(f"unnest(?::{kind}[]) AS {name}" for name, kind in COLUMNS.items())
    con.execute(f"INSERT INTO counterfactuals SELECT {known} FROM (SELECT {places})",
                [column.tolist() if isinstance(column, np.ndarray) else column for column in columns])  # fmt: skip


def _combo(key) -> tuple:
    """The dimensions a series is published by: its own, and those its indicator's definition fixes."""
    always = dict(INDICATORS[key.indicator].always)
    return tuple(name for name in ALL_DIMENSIONS if name == key.dimension or name in always)


def _published(con, *names) -> dict:
    """The month's rows of `cells` and of the share undecided on day 30, by values and month and part."""
    rows = {}
    for table in ("cells", "speed"):
        read = con.execute(f"SELECT * FROM {table} WHERE combo = ? AND level = 'month' AND reported_by = 'holder'",
                           [combo_number(names)])  # fmt: skip
        columns = [column[0] for column in read.description]
        for row in read.fetchall():
            one = dict(zip(columns, row, strict=True))
            place = rows.setdefault((*(one[name] for name in names), one["period"]), {})
            place[table, one["part"]] = one
    return rows


def _observed(published: dict, key, months) -> np.ndarray:
    """The published figure of each month; nan where none is."""
    indicator = INDICATORS[key.indicator]
    fixed = {**dict(indicator.always), key.dimension: key.value}
    values = tuple(fixed[name] for name in _combo(key))
    return np.array([_figure(published.get((*values, month), {}), indicator.formula) for month in months], dtype=float)


def _figure(parts: dict, formula) -> float:
    """The value that `metrics.evaluate` gives from the same rows, without its range."""
    if not isinstance(formula, Share):
        curve = parts.get(("speed", "returns")) or parts.get(("speed", "published")) or {}
        share = curve.get(f"share_{formula.day}")
        return np.nan if share is None else share
    x, n = formula.numerator, formula.denominator
    mine, theirs = parts.get(("cells", "returns")), parts.get(("cells", "published"))
    if mine and mine["shown"] and (mine[n] or 0) >= RATE_BASE:
        if mine[x] is None or mine[x] < 0:
            return np.nan
        added = (theirs[x], theirs[n]) if theirs else (0, 0)
        return min((mine[x] + added[0]) / (mine[n] + added[1]), 1.0)
    return theirs[x] / theirs[n] if theirs and theirs[n] else np.nan
