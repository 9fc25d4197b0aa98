"""Table `gaps`: how far a rate for one kind of request lies from that for all others, compared inside sectors.

Worked out from bodies' counts, once; only rounded results go into the snapshot, and none from too few bodies.
"""

import numpy as np

from metrics import gap
from metrics.disclosure import BODIES, LARGEST_SHARE, RATE_BASE, SMALL, to_step
from metrics.formulas import Gap
from metrics.indicators import INDICATORS

DIMENSIONS = ("", "sector", "region")
LEVELS = ("all", "year")
ROUND, ROUND_BASE = 3, 10
COLUMNS = {
    "indicator": "VARCHAR", "level": "VARCHAR", "period": "DATE", "dimension": "VARCHAR", "value": "VARCHAR",
    "reported_by": "VARCHAR", "status": "VARCHAR", "provisional": "BOOLEAN", "approximate": "BOOLEAN",
    "base": "BIGINT", "difference": "DOUBLE", "lower": "DOUBLE", "upper": "DOUBLE", "bodies": "INTEGER",
}  # fmt: skip


def publish(con) -> None:
    """The table, by year and for all time, over all returns and by sector or region; `base` to the nearest 10."""
    con.execute(f"CREATE TABLE gaps ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    rows = []
    for indicator in INDICATORS.values():
        if isinstance(indicator.formula, Gap):
            read = _read(con, indicator.formula)
            for level in LEVELS:
                for dimension in DIMENSIONS:
                    rows += [(indicator.id, level, *row) for row in _of(read, level, dimension)]
    if rows:
        places = ", ".join(f"unnest(?::{kind}[])" for kind in COLUMNS.values())
        con.execute(f"INSERT INTO gaps SELECT {places}", [list(column) for column in zip(*rows, strict=True)])


def _read(con, formula: Gap) -> dict:
    """Counts of both kinds by body, year, sector and region, as arrays. Published registers hold no purpose."""
    x, n = formula.numerator, formula.denominator
    one = f"{formula.dimension} = '{formula.value}'"
    sums = ", ".join(
        f"coalesce(sum({count}) FILTER (WHERE {test}), 0) AS {name}"
        for name, count, test in (("x1", x, one), ("n1", n, one), ("x0", x, f"NOT {one}"), ("n0", n, f"NOT {one}"))
    )
    read = con.execute(
        f"""SELECT reported_by, coalesce(year, DATE '0001-01-01') AS year, sector::VARCHAR AS sector,
                   region::VARCHAR AS region, body, {sums}, sum(immature) AS immature, max(approximate) AS approximate
            FROM base WHERE part = 'returns' GROUP BY ALL ORDER BY ALL"""
    ).fetchnumpy()
    found = {name: np.asarray(column) for name, column in read.items()}
    return {**found, "year": found["year"].astype("datetime64[D]")}


def _of(read: dict, level: str, dimension: str) -> list[tuple]:
    keys = [read["reported_by"].astype(str)]
    keys.append(read["year"].astype(str) if level == "year" else np.full(len(keys[0]), ""))
    keys.append(read[dimension].astype(str) if dimension else np.full(len(keys[0]), ""))
    if not len(keys[0]):
        return []
    rows = []
    every, place = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    for number, (reported_by, year, value) in enumerate(every):
        if year == "0001-01-01":
            continue  # totals over a span that fits no year
        own = {name: column[place == number] for name, column in read.items()}
        flags = bool(own["immature"].sum() > 0), bool(own["approximate"].max() > 0)
        period = own["year"][0].item() if level == "year" else None
        rows.append((period, dimension, value, reported_by, *_judged(own, flags)))
    return rows


def _judged(own: dict, flags) -> tuple:
    """Status, flags, base, difference, limits and bodies of one cell."""
    x1, n1, x0, n0, strata = _by_body(own)
    hidden = (*flags, None, None, None, None, None)
    arms = ((x1, n1), (x0, n0))
    if min(base.sum() for _, base in arms) < RATE_BASE:
        return ("too_few", *hidden)
    for events, base in arms:
        small = min(events.sum(), base.sum() - events.sum()) < SMALL
        if small or (base > 0).sum() < BODIES or base.max() > LARGEST_SHARE * base.sum():
            return ("suppressed", *hidden)
    try:
        found = gap.stratified(x1, n1, x0, n0, strata)
    except ValueError:
        return ("too_few", *hidden)
    # Of one sector it is the difference of two shares of counts, so the smaller count says how far it is rounded.
    smaller = min(base.sum() for _, base in arms)
    moved = to_step(found.value, smaller) - found.value
    numbers = (round(share + moved, ROUND) + 0.0 for share in (found.value, found.lower, found.upper))
    return ("ok", *flags, ROUND_BASE * round(n1.sum() / ROUND_BASE), *numbers, found.bodies)


def _by_body(own: dict):
    """Both kinds' counts added up over everything but body and sector; only sectors with both kinds."""
    labels, place = np.unique(np.column_stack([own["sector"].astype(str), own["body"].astype(str)]), axis=0,
                              return_inverse=True)  # fmt: skip
    parts = [np.bincount(place, weights=own[name]) for name in ("x1", "n1", "x0", "n0")]
    _, sector = np.unique(labels[:, 0], return_inverse=True)
    both = (np.bincount(sector, weights=parts[1]) > 0) & (np.bincount(sector, weights=parts[3]) > 0)
    return (*(part[both[sector]] for part in parts), labels[:, 0][both[sector]])
