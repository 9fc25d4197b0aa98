"""The published cells: every combination of dimensions the closed list allows, at every level, once.

One statement a combination, with GROUPING SETS over the levels only (one statement over everything needs
gigabytes). Bodies are counted first and added second, so that the rules on bodies are exact. What the rules of
metrics/disclosure.py hide is never written as a number.
"""

from itertools import combinations

from etl import reference
from etl.facts import small_table
from metrics.counts import COUNTS
from metrics.dimensions import DIMENSIONS, LEVELS
from metrics.disclosure import BODIES, COUNT_BASE, LARGEST_SHARE, NEARLY_ALL, SMALL, UNDER

# Counts that are only ever a base: a true zero says that nobody records the field, and is told as such.
BASES = {base for count in COUNTS.values() for base in count.of} - {"received", "refused", "shared", "decided"}
# Cells of more dimensions than this that may not be shown are left out, not listed as hidden: they are most of
# all cells, and a reader learns the same from their absence.
LISTED_WHEN_HIDDEN = 2
DAY_LEVELS = {"month": "month", "quarter": "quarter", "year": "year"}


def combos():
    """Every combination of at most three of the eight dimensions, as (number, names), the smallest first."""
    for size in range(4):
        for names in combinations(DIMENSIONS, size):
            yield combo_number(names), names


def combo_number(names) -> int:
    """A combination's number: one bit for each of the eight dimensions."""
    return sum(1 << DIMENSIONS.index(name) for name in names)


def create(con) -> None:
    """Make the empty table `cells` and the temporary table `shown_values` (each value and its groups)."""
    dimensions = ", ".join(f"{name} VARCHAR" for name in DIMENSIONS)
    counts = ", ".join(f"{name} BIGINT" for name in COUNTS)
    con.execute(
        f"""CREATE TABLE cells (combo SMALLINT, level VARCHAR, period DATE, reported_by VARCHAR, part VARCHAR,
            {dimensions}, shown BOOLEAN, provisional BOOLEAN, approximate BOOLEAN,
            bodies INTEGER, bodies_sharing INTEGER, {counts})"""
    )
    members = [
        (name, member, group)
        for name in grouped_dimensions()
        for group, row in reference.groups(name).items()
        for member in row.members
    ]
    small_table(con, "shown_values (dimension VARCHAR, value VARCHAR, shown_as VARCHAR)", members)
    for name in grouped_dimensions():
        con.execute(f"INSERT INTO shown_values SELECT DISTINCT '{name}', {name}, {name} FROM base")


def grouped_dimensions() -> tuple[str, ...]:
    """The dimensions that have predefined groups."""
    return tuple(name for name in DIMENSIONS if reference.groups(name))


def fill(con, progress=lambda done, total: None) -> None:
    """Fill `cells` from `base`. `progress(done, total)` is called after each combination."""
    everything = list(combos())
    for done, (number, names) in enumerate(everything, 1):
        levels = [level for level in DAY_LEVELS if LEVELS[level].dimensions >= len(names)]
        con.execute(_statement(number, names, levels))
        if LEVELS["rolling"].dimensions >= len(names):
            con.execute(_rolling_statement(number, names))
        progress(done, len(everything))


def _expanded(names) -> tuple[str, str]:
    """Column list and joins that turn each value into itself and its groups, for the dimensions that have any."""
    columns, joins = [], []
    for name in names:
        if name in grouped_dimensions():
            columns.append(f"v_{name}.shown_as AS {name}")
            joins.append(
                f"JOIN shown_values AS v_{name} ON v_{name}.dimension = '{name}' AND v_{name}.value = b.{name}"
            )
        else:
            columns.append(f"b.{name} AS {name}")
    return "".join(f"{column}, " for column in columns), "\n".join(joins)


def _sums(prefix: str = "") -> str:
    return ", ".join(f"sum({prefix}{name})::BIGINT AS {name}" for name in (*COUNTS, "immature"))


def _statement(number: int, names, levels) -> str:
    columns, joins = _expanded(names)
    keys = "".join(f"{name}, " for name in names)
    sets = ",\n".join([f"(part, reported_by, {keys}body, {level})" for level in levels])
    sets = f"{sets},\n(part, reported_by, {keys}body)" if sets else f"(part, reported_by, {keys}body)"
    level = " ".join(f"WHEN GROUPING({level}) = 0 THEN '{level}'" for level in levels)
    period = " ".join(f"WHEN GROUPING({level}) = 0 THEN {level}" for level in levels)
    by_body = f"""
        SELECT part, reported_by, {keys}body,
               CASE {level} ELSE 'all' END AS level,
               CASE {period} ELSE DATE '1900-01-01' END AS period,
               max(approximate) AS approximate, {_sums()}
        FROM (SELECT part, reported_by, body, month, quarter, year, approximate, {columns}
                     {", ".join(COUNTS)}, immature
              FROM base AS b {joins})
        GROUP BY GROUPING SETS ({sets})
    """
    return _insert(number, names, f"SELECT * FROM ({by_body}) WHERE period IS NOT NULL")


def _rolling_statement(number: int, names) -> str:
    """Twelve months that end with each month up to the last one, from the counts by body and month."""
    columns, joins = _expanded(names)
    keys = "".join(f"{name}, " for name in names)
    by_body = f"""
        SELECT part, reported_by, {keys}body, 'rolling' AS level,
               (month + to_months(ahead))::DATE AS period, max(approximate) AS approximate, {_sums()}
        FROM (SELECT part, reported_by, {keys}body, month, max(approximate) AS approximate, {_sums()}
              FROM (SELECT part, reported_by, body, month, approximate, {columns} {", ".join(COUNTS)}, immature
                    FROM base AS b {joins} WHERE month IS NOT NULL)
              GROUP BY ALL)
        CROSS JOIN range(12) AS window_months(ahead)
        WHERE month + to_months(ahead) <= (SELECT max(month) FROM base)
          AND month + to_months(ahead) >= (SELECT min(month) + to_months(11) FROM base)
        GROUP BY ALL
    """
    return _insert(number, names, by_body)


def _insert(number: int, names, by_body: str) -> str:
    keys = "".join(f"{name}, " for name in names)
    listed = "TRUE" if len(names) <= LISTED_WHEN_HIDDEN else "shown"
    protected = ", ".join(f"{_protected(name)} AS {name}" for name in COUNTS)
    return f"""
        INSERT INTO cells BY NAME
        WITH by_body AS ({by_body}),
        totals AS (
            SELECT part, reported_by, level, period, {keys}
                   count(*)::INTEGER AS bodies, (count(*) FILTER (WHERE shared > 0))::INTEGER AS bodies_sharing,
                   max(received) AS largest, max(approximate) > 0 AS approximate, {_sums()}
            FROM by_body WHERE received > 0
            GROUP BY ALL
        ),
        judged AS (
            SELECT *, part = 'published' OR (received >= {COUNT_BASE} AND bodies >= {BODIES}
                                             AND largest <= {LARGEST_SHARE} * received) AS shown
            FROM totals
        )
        SELECT {number} AS combo, level, CASE WHEN level <> 'all' THEN period END AS period,
               reported_by, part, {keys} shown, immature > 0 AS provisional, approximate,
               CASE WHEN shown THEN bodies END AS bodies,
               CASE WHEN shown THEN bodies_sharing END AS bodies_sharing,
               {protected}
        FROM judged WHERE {listed}
        ORDER BY ALL
    """


def _protected(name: str) -> str:
    """A count as it may be stored (see metrics.disclosure.mark)."""
    nearly = "".join(f" WHEN {base} - {name} < {SMALL} THEN {NEARLY_ALL}" for base in COUNTS[name].of)
    if name in BASES:
        # A base that is nearly the whole of what it is a part of is no secret about anybody; only a small one is.
        return f"CASE WHEN NOT shown THEN NULL WHEN part = 'published' OR {name} = 0 THEN {name} " \
               f"WHEN {name} < {SMALL} THEN {UNDER} ELSE {name} END"
    return f"CASE WHEN NOT shown THEN NULL WHEN part = 'published' THEN {name} " \
           f"WHEN {name} < {SMALL} THEN {UNDER}{nearly} ELSE {name} END"
