"""The published cells: every combination of dimensions the closed list allows, at every level, once.

One statement a combination, with GROUPING SETS over the levels only (one statement over everything needs
gigabytes). Bodies are counted first and added second, so that the rules on bodies are exact. What is written here is
exact and lies in memory only: etl/publishing/protect.py makes the public cells and the analysts' from it.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

from etl import reference
from etl.publishing.facts import share, small_table
from metrics.counts import COUNTS
from metrics.dimensions import DIMENSIONS, LEVELS
from metrics.disclosure import BODIES, COUNT_BASE, LARGEST_ON_FEW, LARGEST_SHARE

# Cells of more dimensions than this that may not be shown are left out, not listed as hidden: they are most of
# all cells, and a reader learns the same from their absence.
LISTED_WHEN_HIDDEN = 2
CELL = ("combo", "level", "period", "reported_by", "part", *DIMENSIONS)  # what tells one published cell from another
CALENDAR_LEVELS = ("month", "quarter", "year")


def combos():
    """Every combination of at most three of the eight dimensions, as (number, names), the smallest first."""
    for size in range(4):
        for names in combinations(DIMENSIONS, size):
            yield combo_number(names), names


def combo_number(names) -> int:
    """A combination's number: one bit for each of the eight dimensions."""
    return sum(1 << DIMENSIONS.index(name) for name in names)


def create(con) -> None:
    """Make the empty table `exact_cells` and the tables `shown_values` (each value and its groups), in `scratch`."""
    dimensions = ", ".join(f"{name} VARCHAR" for name in DIMENSIONS)
    keyed = con.execute("SELECT typeof(keyed(0, 0))").fetchone()[0]
    counts = ", ".join(f"{name} {keyed}" for name in COUNTS)
    con.execute(
        f"""CREATE TABLE scratch.exact_cells (combo SMALLINT, level VARCHAR, period DATE, reported_by VARCHAR,
            part VARCHAR, {dimensions}, provisional BOOLEAN, approximate BOOLEAN, largest BIGINT,
            bodies {keyed}, bodies_sharing {keyed}, {counts})"""
    )
    for name in grouped_dimensions():
        members = [(member, group) for group, row in reference.groups(name).items() for member in row.members]
        small_table(con, f"shown_{name} (value {name}_code, shown_as {name}_code)", members)
        con.execute(f"INSERT INTO scratch.shown_{name} SELECT DISTINCT {name}, {name} FROM base")


def grouped_dimensions() -> tuple[str, ...]:
    """The dimensions that have predefined groups."""
    return tuple(name for name in DIMENSIONS if reference.groups(name))


def fill(con, progress=lambda done, total: None) -> None:
    """Fill `exact_cells` from `keyed`. `progress(done, total)` is called after each combination."""
    # Three dimensions are published by year and for all time only: body and month are added up first, once.
    con.execute(
        f"""CREATE TABLE scratch.by_year AS
            SELECT part, reported_by, year, {", ".join(DIMENSIONS)}, {SUMS} FROM keyed GROUP BY ALL"""
    )
    statements = []
    for number, names in combos():
        levels = [level for level in CALENDAR_LEVELS if LEVELS[level].dimensions >= len(names)]
        statements.append(_statement(number, names, levels))
        if LEVELS["rolling"].dimensions >= len(names):
            statements.append(_rolling_statement(number, names))
    run_all(con, statements, progress)


def run_all(con, statements, progress) -> None:
    """Run statements that do not depend on each other, one a core; `progress(done, total)` after each.

    Most of the time of a statement on a small snapshot is planning, which DuckDB does on one core; and a statement of
    its own to each core takes a tenth less than every statement on all of them.
    """

    def run(statement: str) -> None:
        with con.cursor() as cursor:
            share(cursor)
            cursor.execute(statement)

    cores = os.cpu_count() or 2
    con.execute("SET threads = 1")
    with ThreadPoolExecutor(max_workers=cores) as pool:
        for done, _ in enumerate(pool.map(run, statements), 1):
            progress(done, len(statements))
    con.execute(f"SET threads = {cores}")


def with_groups(names, rows: str, others: str, sums: str) -> str:
    """SQL that turns each value in `rows` into itself and its predefined groups, and adds up again.

    `others` are the further columns to group by, `sums` the aggregates. Rows must be added up by value already:
    there are then few to multiply. Without a grouped dimension the rows are right as they are.
    """
    grouped = [name for name in names if name in grouped_dimensions()]
    if not grouped:
        return rows
    columns = ", ".join(f"v_{name}.shown_as AS {name}" if name in grouped else f"x.{name}" for name in names)
    joins = " ".join(f"JOIN shown_{name} AS v_{name} ON v_{name}.value = x.{name}" for name in grouped)
    return f"SELECT {others}, {columns}, {sums} FROM ({rows}) AS x {joins} GROUP BY ALL"


def grouping(keys: str, levels, whole: bool = True) -> tuple[str, str, str]:
    """The grouping sets of `keys` over time levels, and the columns that name a row's level and period."""
    sets = [f"({keys}{level})" for level in levels] + ([f"({keys.rstrip(', ')})"] if whole else [])
    level = " ".join(f"WHEN GROUPING({level}) = 0 THEN '{level}'" for level in levels)
    period = " ".join(f"WHEN GROUPING({level}) = 0 THEN {level}" for level in levels)
    # A total whose period fits no month has no month: such a row is left out of the months, not put in one.
    fits = " AND ".join(f"(GROUPING({level}) = 1 OR {level} IS NOT NULL)" for level in levels)
    # The last branch of each keeps the CASE whole when there is no level but all time.
    named = f"""CASE {level} WHEN TRUE THEN 'all' END::level_code AS level,
        CASE {period} WHEN TRUE THEN NULL::DATE END AS period"""
    return ", ".join(sets), named, fits or "TRUE"


SUMS = (
    ", ".join(f"added({name}) AS {name}" for name in COUNTS)
    + ", sum(immature) AS immature, max(approximate) AS approximate"
)
OF_BODY = "added(received) AS received, added(shared) AS shared"
# A body has a key as a request has, so that counts of bodies carry noise too.
OF_BODIES = """added(keyed(1, body_key)) AS bodies,
    added(CASE WHEN counted(shared) > 0 THEN keyed(1, body_key) ELSE 0 END) AS bodies_sharing,
    max(counted(received)) AS largest"""


def _statement(number: int, names, levels) -> str:
    """One combination at its levels: all counts by cell, and only what the rules need by cell and body."""
    keys = "part, reported_by, " + "".join(f"{name}, " for name in names)
    source = "by_year" if levels == ["year"] else "keyed"
    sets, named, fits = grouping(keys, levels)
    body_sets, *_ = grouping(f"{keys}body, ", levels)
    return _insert(
        number,
        names,
        f"SELECT {keys}{named}, {SUMS} FROM {source} GROUP BY GROUPING SETS ({sets}) HAVING {fits}",
        f"SELECT {keys}body, {named}, {OF_BODY} FROM keyed GROUP BY GROUPING SETS ({body_sets}) HAVING {fits}",
    )


def _rolling_statement(number: int, names) -> str:
    """Twelve months that end with each month up to the last one, from the counts by month."""
    keys = "part, reported_by, " + "".join(f"{name}, " for name in names)
    ahead = """CROSS JOIN range(12) AS months(ahead)
        WHERE month + to_months(ahead) <= (SELECT max(month) FROM base)
          AND month + to_months(ahead) >= (SELECT min(month) + to_months(11) FROM base)"""
    named = "'rolling'::level_code AS level, (month + to_months(ahead))::DATE AS period"
    by_month = "FROM keyed WHERE month IS NOT NULL GROUP BY ALL"
    return _insert(
        number,
        names,
        f"SELECT {keys}{named}, {SUMS} FROM (SELECT {keys}month, {SUMS} {by_month}) {ahead} GROUP BY ALL",
        f"SELECT {keys}body, {named}, {OF_BODY} FROM (SELECT {keys}body, month, {OF_BODY} {by_month}) {ahead} "
        "GROUP BY ALL",
    )


def _insert(number: int, names, sums: str, by_body: str) -> str:
    keys = "".join(f"{name}, " for name in names)
    cell = "part, reported_by, level, period"
    sums = with_groups(names, sums, cell, SUMS)
    bodies = with_groups(names, by_body, f"{cell}, body", OF_BODY)
    same = " AND ".join(f"s.{key} = b.{key}" for key in ("part", "reported_by", "level", *names))
    # Noise may lift a count to the least that is shown, never from further away than the largest noise.
    worth_keeping = f"""s.part = 'published' OR (counted(s.received) >= {COUNT_BASE - LARGEST_ON_FEW}
        AND counted(b.bodies) >= {BODIES} AND b.largest <= {LARGEST_SHARE} * counted(s.received))"""
    return f"""
        INSERT INTO exact_cells BY NAME
        SELECT {number} AS combo, s.level, s.period, s.reported_by, s.part, {"".join(f"s.{name}, " for name in names)}
               s.immature > 0 AS provisional, s.approximate > 0 AS approximate,
               b.bodies, b.bodies_sharing, b.largest, {", ".join(f"s.{name}" for name in COUNTS)}
        FROM ({sums}) AS s
        JOIN (SELECT {cell}, {keys}{OF_BODIES} FROM ({bodies}) JOIN body_keys USING (body) GROUP BY ALL) AS b
          ON {same} AND s.period IS NOT DISTINCT FROM b.period
        WHERE s.received > 0 AND ({"TRUE" if len(names) <= LISTED_WHEN_HIDDEN else worth_keeping})
        ORDER BY s.part, s.reported_by, s.level, s.period{"".join(f", s.{name}" for name in names)}
    """
