"""A file for each body, for that body alone: its own exact figures, itself beside its peers, and its club's figures.

`bodies/<code>-<version>.parquet`, long form, one row a figure. Nothing of another body is in it but what ten or more
show together (etl/publishing/peers.py), and the named figures of members when both sides have agreed to that
(release level `club`), which keep small numbers from each other.
"""

import re
import shutil
from pathlib import Path

from etl.publishing import body_more, peers
from metrics.counts import COUNTS
from metrics.disclosure import COUNT_BASE, RATE_BASE, SMALL
from metrics.formulas import Share, Total
from metrics.indicators import INDICATORS
from metrics.intervals import normal_quantile

# Its own sector and region tell a body nothing new.
DIMENSIONS = ("requester_sector", "direction", "purpose", "subject_group", "urgency", "under_agreement")
SPANS = ("month", "quarter", "year")
# By month, and by a dimension in each year; every other figure by quarter, and by a dimension for all time.
FINER = ("requests_received", "refusal_rate", "shared_rate")
COLUMNS = {
    "section": "VARCHAR", "body": "VARCHAR", "indicator": "VARCHAR", "level": "VARCHAR", "period": "DATE",
    "dimension": "VARCHAR", "value": "VARCHAR", "numerator": "BIGINT", "denominator": "BIGINT", "figure": "DOUBLE",
    "lower": "DOUBLE", "upper": "DOUBLE", "status": "VARCHAR", "flags": "VARCHAR", "rule": "VARCHAR",
    "peers": "INTEGER", "q25": "DOUBLE", "q50": "DOUBLE", "q75": "DOUBLE", "expected": "DOUBLE", "ratio": "DOUBLE",
    "ratio_lower": "DOUBLE", "ratio_upper": "DOUBLE", "z": "DOUBLE", "position": "VARCHAR",
}  # fmt: skip


def write(con, folder: Path, synthetic: bool) -> None:
    """Write `<code>.parquet` for every body with requests into `folder`, which is made anew.

    Needs `base` and `body_ids` of publishing.facts and `beside_peers` of publishing.peers. Ranges are Wilson's, of the
    requests it recorded: nothing is claimed of other bodies.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"CREATE TEMP TABLE own_rows (owner VARCHAR, {columns})")
    _macros(con)
    for always in sorted({one.always for one in _indicators()}):
        _figures(con, always, "synthetic" if synthetic else "")
    _compared(con)
    _club(con)
    # After the club, which shares figures of requests alone.
    body_more.speed(con, "synthetic" if synthetic else "")
    body_more.agreements(con, "synthetic" if synthetic else "")
    _split(con, folder)


def place(home, folder: Path, version: str) -> None:
    """Move the files written by `write` to `bodies/`, named for their version."""
    home.bodies.mkdir(exist_ok=True)
    for path in folder.glob("*.parquet"):
        path.replace(home.bodies / f"{path.stem}-{version}.parquet")
    shutil.rmtree(folder, ignore_errors=True)


def _indicators() -> list:
    return [one for one in INDICATORS.values() if isinstance(one.formula, Share | Total)]


def _macros(con) -> None:
    z = normal_quantile()
    reach = f"{z} * sqrt({z * z} + 4 * x * (1 - x / n))"
    for name, sign, edge, at in (("low", "-", "x = 0", 0), ("high", "+", "x = n", 1)):
        con.execute(
            f"""CREATE TEMP MACRO wilson_{name}(x, n) AS
                CASE WHEN n = 0 THEN NULL WHEN {edge} THEN {at}
                     ELSE (2 * x + {z * z} {sign} {reach}) / (2 * (n + {z * z})) END"""
        )


def _figures(con, always, synthetic: str) -> None:
    """Section `figure`: every Share and Total of one definition, by span of time and by one dimension."""
    names = [] if always else DIMENSIONS  # one dimension is in the definition already
    sets = [*(f"(body, {span})" for span in SPANS), "(body)"]
    sets += [f"(body, {name}{span})" for name in names for span in ("", ", year")]
    dimension = " ".join(f"WHEN GROUPING({name}) = 0 THEN '{name}'" for name in names) + " WHEN TRUE THEN ''"
    value = " ".join(f"WHEN GROUPING({name}) = 0 THEN {name}::VARCHAR" for name in names) + " WHEN TRUE THEN ''"
    level = " ".join(f"WHEN GROUPING({span}) = 0 THEN '{span}'" for span in SPANS)
    period = " ".join(f"WHEN GROUPING({span}) = 0 THEN {span}" for span in SPANS)
    whole = " AND ".join(f"(GROUPING({span}) = 1 OR {span} IS NOT NULL)" for span in SPANS)
    kept = "".join(
        f" SEMI JOIN (SELECT value AS {name} FROM shown_{name} WHERE shown_as = '{wanted}') AS a{place} USING ({name})"
        for place, (name, wanted) in enumerate(always)
    )
    each = ", ".join(
        f"{{'indicator': '{one.id}', 'x': {one.formula.numerator}, 'n': {getattr(one.formula, 'denominator', 'NULL')}}}"
        for one in _indicators() if one.always == always
    )  # fmt: skip
    con.execute(
        f"""
        INSERT INTO own_rows BY NAME
        WITH counted AS (
            SELECT body, CASE {level} ELSE 'all' END AS level, CASE {period} END AS period,
                   CASE {dimension} END AS dimension, CASE {value} END AS value,
                   concat_ws(';', CASE WHEN sum(immature) > 0 THEN 'provisional' END,
                             CASE WHEN max(approximate) > 0 THEN 'approximate' END, nullif(?, '')) AS flags,
                   {", ".join(f"sum({name}) AS {name}" for name in COUNTS)}
            FROM (SELECT * FROM base{kept}) AS b WHERE reported_by = 'holder'
            GROUP BY GROUPING SETS ({", ".join(sets)}) HAVING {whole}
        ),
        figures AS (SELECT * EXCLUDE ({", ".join(COUNTS)}), unnest([{each}], recursive := true) FROM counted)
        SELECT i.body AS owner, 'figure' AS section, i.body, indicator, level, period, dimension, value,
               x::BIGINT AS numerator, n::BIGINT AS denominator, coalesce(x / n, x) AS figure,
               wilson_low(x, n) AS lower, wilson_high(x, n) AS upper, 'ok' AS status, flags
        FROM figures JOIN body_ids AS i ON i.body_id = figures.body
        WHERE (n IS NULL OR n > 0)
          AND (indicator IN {FINER!r} OR NOT (level = 'month' OR (level = 'year' AND dimension <> '')))
        """,
        [synthetic],
    )


def _compared(con) -> None:
    """Section `compared`: the body's year, and all time, beside its peers."""
    columns = [name for name in peers.BESIDE if name not in ("body", "numerator", "denominator")]
    con.execute(
        f"""
        INSERT INTO own_rows BY NAME
        SELECT o.owner, 'compared' AS section, o.body, o.dimension, o.value, o.numerator, o.denominator, o.figure,
               o.lower, o.upper, o.status, o.flags, {", ".join(f"b.{name}" for name in columns)}
        FROM beside_peers AS b JOIN body_ids AS i ON i.body_id = b.body
        JOIN own_rows AS o ON o.owner = i.body AND o.indicator = b.indicator AND o.level = b.level
             AND o.period IS NOT DISTINCT FROM b.period AND o.dimension = ''
        """
    )


def _club(con) -> None:
    """Section `club`: members' years, and all time, in each other's files; small numbers as ranges.

    A member is a body all of whose returns may be seen by the club, or by all.
    """
    bounded = f"denominator IS NOT NULL AND least(numerator, denominator - numerator) < {SMALL}"
    near = f"numerator < {SMALL}"
    con.execute(
        f"""
        INSERT INTO own_rows BY NAME
        WITH sent AS (
            SELECT holder_body, return_id FROM w.requests UNION ALL SELECT holder_body, return_id FROM w.request_counts
        ),
        members AS (
            SELECT s.holder_body::VARCHAR AS body FROM sent AS s JOIN w.returns AS r USING (return_id)
            WHERE r.status = 'current' AND r.reported_by = 'holder' GROUP BY 1
            HAVING bool_and(r.release IN ('club', 'public')) AND bool_or(r.release = 'club')
        ),
        agreed AS (
            SELECT * FROM own_rows SEMI JOIN members USING (body)
            WHERE section = 'figure' AND dimension = '' AND level IN ('year', 'all')
              AND CASE WHEN denominator IS NULL THEN numerator >= {COUNT_BASE} ELSE denominator >= {RATE_BASE} END
        )
        SELECT m.body AS owner, 'club' AS section, a.body, indicator, level, period, dimension, value, denominator,
               flags,
               CASE WHEN NOT ({bounded}) OR denominator IS NULL THEN numerator END AS numerator,
               CASE WHEN NOT ({bounded}) OR denominator IS NULL THEN figure END AS figure,
               CASE WHEN NOT ({bounded}) OR denominator IS NULL THEN lower WHEN {near} THEN 0
                    ELSE wilson_low(denominator - {SMALL} + 1, denominator) END AS lower,
               CASE WHEN NOT ({bounded}) OR denominator IS NULL THEN upper
                    WHEN {near} THEN wilson_high({SMALL} - 1, denominator) ELSE 1 END AS upper,
               CASE WHEN {bounded} THEN 'bounded' ELSE 'ok' END AS status
        FROM agreed AS a JOIN members AS m ON m.body <> a.body
        """
    )


def _split(con, folder: Path) -> None:
    """One Parquet file an owner."""
    shutil.rmtree(folder, ignore_errors=True)

    def quoted(path) -> str:
        return "'" + str(path).replace("'", "''") + "'"

    con.execute(f"COPY own_rows TO {quoted(folder)} (FORMAT parquet, PARTITION_BY (owner))")
    for own in sorted(folder.glob("owner=*")):
        code = own.name.removeprefix("owner=")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", code):
            raise ValueError("a body's code names a file: letters, figures, - and _ only")
        parts = sorted(own.glob("*.parquet"))
        if len(parts) == 1:
            parts[0].replace(folder / f"{code}.parquet")
        else:
            listed, whole = ", ".join(quoted(part) for part in parts), quoted(folder / f"{code}.parquet")
            con.execute(f"COPY (SELECT * FROM read_parquet([{listed}])) TO {whole} (FORMAT parquet)")
        shutil.rmtree(own)
    con.execute("DROP TABLE own_rows")
