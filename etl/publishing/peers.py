"""Bodies beside their peers, by year and over all time: the table `peer_ranges`, and what each body's own file shows.

Peers are the bodies of a list that whoever runs the service keeps (etl/publishing/peer_lists.py), else those of one
type in one region, where there are ten or more with enough requests, else of the type anywhere. Case mix is taken out
over purpose by direction (metrics/peers.py). The public table holds only what ten or more bodies of a type show
together, to the nearest whole point.
"""

from types import MappingProxyType

import numpy as np

from etl import reference
from etl.publishing.estimates import fitted_indicators
from metrics import peers
from metrics.disclosure import LARGEST_SHARE, RATE_BASE
from metrics.formulas import Share

RULES = ("listed", "type_region", "type")  # the nearer first: a body is compared by the first with enough peers
PARTS = ("numerator", "denominator")
ROUND_RANGE = 2  # decimals of a share: one body among ten is not to be read off a quarter
COLUMNS = {
    "indicator": "VARCHAR", "level": "VARCHAR", "period": "DATE", "rule": "VARCHAR", "body_type": "VARCHAR",
    "region": "VARCHAR", "bodies": "INTEGER", "q25": "DOUBLE", "q50": "DOUBLE", "q75": "DOUBLE", "target": "DOUBLE",
    "phi": "DOUBLE", "tau2": "DOUBLE",
}  # fmt: skip
BESIDE = {
    "body": "INTEGER", "indicator": "VARCHAR", "level": "VARCHAR", "period": "DATE", "numerator": "BIGINT",
    "denominator": "BIGINT", "rule": "VARCHAR", "peers": "INTEGER", "q25": "DOUBLE", "q50": "DOUBLE", "q75": "DOUBLE",
    "expected": "DOUBLE", "ratio": "DOUBLE", "ratio_lower": "DOUBLE", "ratio_upper": "DOUBLE", "z": "DOUBLE",
    "position": "VARCHAR",
}  # fmt: skip


def publish(con, listed=MappingProxyType({})) -> None:
    """Tables `peer_ranges` (public) and the temporary `beside_peers`, a row a body, indicator and period.

    Needs `base` and `body_ids` of publishing.facts. A body is beside its peers from 30 requests of its own; those with
    10 or more are its peers. region is '' where the rule is the type alone. `listed` maps a body to its list. The
    range of a list is in no public table: beside that of a type it would say something of the bodies between them.
    """
    for table, columns in (("TABLE peer_ranges", COLUMNS), ("TEMP TABLE beside_peers", BESIDE)):
        con.execute(f"CREATE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    indicators = compared_indicators()
    names = sorted({getattr(one.formula, part) for one in indicators for part in PARTS})
    ranges, beside = [], []
    for level, period, bodies, wider, counts in _periods(con, names):
        groups = _groups(con, bodies, listed)
        for indicator in indicators:
            x, n = (counts[:, :, names.index(getattr(indicator.formula, part))] for part in PARTS)
            made = _of_indicator(groups, x, n, wider)
            ranges += [(indicator.id, level, period, *row) for row in made[0]]
            beside += [(int(bodies[row[0]]), indicator.id, level, period, *row[1:]) for row in made[1]]
    _store(con, "peer_ranges", COLUMNS, ranges)
    _store(con, "beside_peers", BESIDE, beside)


def compared_indicators() -> list:
    """The indicators that bodies are compared on: shares of their own requests."""
    return [one for one in fitted_indicators() if isinstance(one.formula, Share) and not one.always]


def _periods(con, names):
    """For each year, and over all time: its bodies, the wider stratum of each stratum, counts by all three."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in names)
    read = con.execute(
        f"""SELECT year, body, purpose::VARCHAR || ' ' || direction::VARCHAR AS stratum, {sums} FROM base
            WHERE reported_by = 'holder'
            GROUP BY GROUPING SETS ((year, body, purpose, direction), (body, purpose, direction))
            HAVING GROUPING(year) = 1 OR year IS NOT NULL"""
    ).fetchnumpy()
    whole = np.ma.getmaskarray(read["year"])
    years = np.ma.getdata(read["year"]).astype("datetime64[D]")
    stratum = np.asarray(read["stratum"]).astype(str)
    numbers = np.column_stack([np.asarray(read[name], dtype=float) for name in names])
    chosen = [("year", year, ~whole & (years == year)) for year in np.unique(years[~whole])]
    for level, period, own in [*chosen, ("all", None, whole)]:
        bodies, row = np.unique(np.asarray(read["body"])[own], return_inverse=True)
        strata, column = np.unique(stratum[own], return_inverse=True)
        counts = np.zeros((len(bodies), len(strata), len(names)))
        counts[row, column] = numbers[own]
        wider = np.array([one.split()[0] for one in strata])
        yield level, None if period is None else period.item(), bodies, wider, counts


def _groups(con, bodies, listed) -> list[tuple]:
    """(rule, type or list, region, places among `bodies`), the nearer rule first."""
    codes = dict(con.execute("SELECT body_id, body FROM body_ids").fetchall())
    known = reference.bodies()
    found: dict[tuple, list[int]] = {}
    for place, number in enumerate(bodies):
        code = codes[int(number)]
        body = known.get(code)
        if code in listed:
            found.setdefault(("listed", listed[code], ""), []).append(place)
        if body is not None and body.type:
            found.setdefault(("type_region", body.type, body.region), []).append(place)
            found.setdefault(("type", body.type, ""), []).append(place)
    large = [(*key, np.array(places)) for key, places in sorted(found.items()) if len(places) >= peers.FEWEST]
    return sorted(large, key=lambda group: RULES.index(group[0]))


def _of_indicator(groups, x, n, wider) -> tuple[list, list]:
    """Rows of both tables for one indicator and period, without their first columns; x and n are bodies by strata."""
    ranges, beside, done = [], [], set()
    base = n.sum(axis=1)
    for rule, body_type, region, places in groups:
        own = places[base[places] >= peers.PEER_BASE]
        if len(own) < peers.FEWEST or base[own].max() > LARGEST_SHARE * base[own].sum():
            continue
        used = n[own].sum(axis=0) > 0
        found = peers.compare(x[np.ix_(own, used)], n[np.ix_(own, used)], wider[used])
        middle = tuple(round(share, ROUND_RANGE) for share in (found.q25, found.q50, found.q75))
        if rule != "listed":
            ranges.append((rule, body_type, region, len(own), *middle, round(found.target, ROUND_RANGE),
                           round(found.phi, 1), round(found.tau2, 3)))  # fmt: skip
        for at, place in enumerate(own):
            if place in done or base[place] < RATE_BASE:
                continue
            done.add(place)
            beside.append((place, int(x[place].sum()), int(base[place]), rule, len(own), *middle,
                           *_rounded(found, at), str(found.position[at])))  # fmt: skip
    return ranges, beside


def _rounded(found, at: int) -> tuple:
    parts = ((found.expected, 1), (found.ratio, 2), (found.ratio_lower, 2), (found.ratio_upper, 2), (found.z, 1))
    return tuple(None if np.isnan(one[at]) else round(float(one[at]), digits) for one, digits in parts)


def _store(con, table: str, columns: dict, rows: list[tuple]) -> None:
    if rows:
        places = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        con.execute(f"INSERT INTO {table} SELECT {places}", [list(column) for column in zip(*rows, strict=True)])
