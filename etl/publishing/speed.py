"""Time to decision by cell: Kaplan-Meier from counts by whole day, with open requests counted up to the extract.

S(t) is the product over days s up to t of 1 - d/n, with d settled on day s and n at risk; Greenwood's
g = sum d/(n(n-d)); limits are log-log, S^exp(+-z sqrt(g)/ln S) (methods.md 2.6). Day 0 is real. Beyond the last
day that was followed nothing is said.
"""

from statistics import NormalDist

from etl.publishing.cells import CALENDAR_LEVELS, combos, grouping, run_all, with_groups
from metrics.dimensions import DIMENSIONS, SPEED_DAYS
from metrics.disclosure import BODIES, LARGEST_ON_FEW, LARGEST_SHARE, RATE_BASE
from metrics.question import SPEED_LEVELS

Z = NormalDist().inv_cdf(0.975)


def create(con) -> None:
    """Make the empty table `exact_speed` in `scratch`: for each day the undecided count, the estimate and its limits,
    and what open requests add to its variance; two quantiles."""
    keyed = con.execute("SELECT typeof(keyed(0, 0))").fetchone()[0]
    dimensions = ", ".join(f"{name} VARCHAR" for name in DIMENSIONS)
    days = ", ".join(
        f"undecided_{day} {keyed}, share_{day} DOUBLE, lower_{day} DOUBLE, upper_{day} DOUBLE, effect_{day} DOUBLE"
        for day in SPEED_DAYS
    )
    quantiles = ", ".join(f"{name} INTEGER, {name}_lower INTEGER, {name}_upper INTEGER" for name in ("p50", "p90"))
    con.execute(
        f"""CREATE TABLE scratch.exact_speed (combo SMALLINT, level VARCHAR, period DATE, reported_by VARCHAR,
            part VARCHAR, {dimensions}, received {keyed}, settled {keyed}, followed INTEGER, {days}, {quantiles})"""
    )


def fill(con, progress=lambda done, total: None) -> None:
    """Fill `exact_speed` for every cell that may be shown. `progress(done, total)` after each."""
    most = max(SPEED_LEVELS.values())
    run_all(con, [_statement(number, names) for number, names in combos() if len(names) <= most], progress)


def _statement(number: int, names) -> str:
    keys = "".join(f"{name}, " for name in names)
    cell = f"part, reported_by, {keys}level, period"
    same = " AND ".join(f"d.{key}::VARCHAR = e.{key}" for key in ("part", "reported_by", "level", *names))
    return f"""
        INSERT INTO exact_speed BY NAME
        WITH enough AS (
            SELECT {cell} FROM exact_cells
            WHERE combo = {number} AND (part = 'published' OR (counted(received) >= {RATE_BASE - LARGEST_ON_FEW}
                AND counted(bodies) >= {BODIES} AND largest <= {LARGEST_SHARE} * counted(received)))
        ),
        by_day AS (
            SELECT d.* FROM ({_by_day(names, keys)}) AS d
            SEMI JOIN enough AS e ON {same} AND d.period IS NOT DISTINCT FROM e.period
        ),
        {curve_sql(cell)},
        summed AS (
            SELECT {cell}, added(settled_keyed + open_keyed) AS received, added(settled_keyed) AS settled,
                   sum(settled + still_open) AS base,
                   max(day)::INTEGER AS followed, min(undecided) AS least_undecided,
                   {", ".join(at(day, "settled_keyed", "open_keyed") for day in SPEED_DAYS)},
                   {quantile("p50", 0.5)}, {quantile("p90", 0.1)}
            FROM limits GROUP BY ALL
        )
        SELECT {number} AS combo, s.level, s.period, s.reported_by, s.part, {"".join(f"s.{name}, " for name in names)}
               s.received, s.settled, s.followed,
               {", ".join(f"s.known_{day} AS undecided_{day}, {_estimate(day)}" for day in SPEED_DAYS)},
               {", ".join(f"s.{name}, s.{name}_lower, s.{name}_upper" for name in ("p50", "p90"))}
        FROM summed AS s
        ORDER BY ALL
    """


def curve_sql(cell: str) -> str:
    """SQL of the tables `at_risk`, `curve` and `limits`, each from the one before: the product-limit estimate by day.

    Needs a table `by_day` with the columns `cell`, `day` (whole days after receipt), and as DOUBLE the requests
    `settled` and `still_open` on that day. `limits` adds at_risk, undecided (a share), greenwood,
    lower_limit and upper_limit. Source of the formulas: see the head of this file.
    """
    return f"""
        at_risk AS (
            SELECT *, sum(settled + still_open) OVER (PARTITION BY {cell} ORDER BY day DESC) AS at_risk FROM by_day
        ),
        curve AS (
            SELECT *,
                   exp(sum(CASE WHEN settled < at_risk THEN ln(1 - settled / at_risk) ELSE -1000 END) OVER so_far)
                       AS undecided,
                   sum(CASE WHEN settled < at_risk THEN settled / (at_risk * (at_risk - settled)) ELSE 0 END)
                       OVER so_far AS greenwood
            FROM at_risk WINDOW so_far AS (PARTITION BY {cell} ORDER BY day)
        ),
        limits AS (SELECT *, {_limit("+")} AS lower_limit, {_limit("-")} AS upper_limit FROM curve)"""


def _by_day(names, keys: str) -> str:
    """Settled and open requests by cell and whole day, over the levels this many dimensions are published at."""
    levels = [level for level in CALENDAR_LEVELS if SPEED_LEVELS[level] >= len(names)]
    sets, named, fits = grouping(f"part, reported_by, {keys}day, ", levels)
    sums = "added(settled) AS settled, added(still_open) AS still_open"
    rows = f"""SELECT part, reported_by, {keys}day, {named}, {sums}
               FROM keyed_days GROUP BY GROUPING SETS ({sets}) HAVING {fits}"""
    grouped = with_groups(names, rows, "part, reported_by, level, period, day", sums)
    return f"""SELECT * EXCLUDE (settled, still_open), settled AS settled_keyed, still_open AS open_keyed,
               counted(settled)::DOUBLE AS settled, counted(still_open)::DOUBLE AS still_open FROM ({grouped})"""


def _limit(sign: str) -> str:
    """One log-log limit of the share undecided; at 0 and 1 the limit is the share itself."""
    return f"""CASE WHEN undecided <= 1e-12 OR greenwood = 0 THEN least(undecided, 1)
        ELSE pow(undecided, exp({sign}{Z!r} * sqrt(greenwood) / abs(ln(undecided)))) END"""


def at(day: int, settled: str = "settled", still_open: str = "still_open") -> str:
    """SQL over `limits`: what stands on a day: requests known to be undecided, share, limits, Greenwood's sum.

    NULL beyond the last day that was followed, unless all had been decided by then.
    """
    within = f"FILTER (WHERE day <= {day})"
    seen = f"max(day) >= {day} OR min(undecided) <= 1e-12"
    return f"""
        added(CASE WHEN day > {day} THEN {settled} ELSE 0 END)
            + added(CASE WHEN day >= {day} THEN {still_open} ELSE 0 END) AS known_{day},
        CASE WHEN {seen} THEN coalesce(arg_max(undecided, day) {within}, 1) END AS share_{day},
        CASE WHEN {seen} THEN coalesce(arg_max(lower_limit, day) {within}, 1) END AS lower_{day},
        CASE WHEN {seen} THEN coalesce(arg_max(upper_limit, day) {within}, 1) END AS upper_{day},
        CASE WHEN {seen} THEN coalesce(arg_max(greenwood, day) {within}, 0) END AS greenwood_{day}"""


def _estimate(day: int) -> str:
    """The estimate, its limits, and its variance over that of as many requests all followed: 1 without open ones."""
    share = f"s.share_{day}"
    # Ten places: what is left of them depends on the order in which a machine adds.
    rounded = ", ".join(f"round(s.{one}_{day}, 10) AS {one}_{day}" for one in ("share", "lower", "upper"))
    return f"""{rounded},
        CASE WHEN {share} > 0 AND {share} < 1
             THEN greatest(s.base * {share} * s.greenwood_{day} / (1 - {share}), 1) ELSE 1 END AS effect_{day}"""


def quantile(name: str, left: float) -> str:
    """First day on which at most a share `left` is undecided, and the same for each limit (Brookmeyer-Crowley)."""
    return f"""
        min(day) FILTER (WHERE undecided <= {left} + 1e-12)::INTEGER AS {name},
        min(day) FILTER (WHERE lower_limit <= {left} + 1e-12)::INTEGER AS {name}_lower,
        min(day) FILTER (WHERE upper_limit <= {left} + 1e-12)::INTEGER AS {name}_upper"""
