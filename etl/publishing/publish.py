"""Publish: from the warehouse to a version-named file that holds publishable figures and nothing else."""

import json
import os
import shutil
from contextlib import contextmanager

import duckdb

from etl import reference, snapshot, warehouse
from etl.errors import Refusal
from etl.publishing import (
    body_files,
    breakdowns,
    cells,
    coverage,
    estimate_campaigns,
    estimates,
    facts,
    gaps,
    peers,
    registers,
    speed,
    stocks,
    surveys,
)
from metrics.indicators import INDICATORS

FORMAT = 1  # raised when the published tables change their shape


def publish(home, progress=lambda step, done, total: None) -> str:
    """Build a candidate version from the current returns and give its name; nothing shown changes.

    `progress(step, done, total)` is called as work goes on. The name is the date the data are as at and the first
    letters of a hash over every published row: the same returns always give the same name. Raises Refusal when
    there is nothing to publish.
    """
    home.published.mkdir(parents=True, exist_ok=True)
    with snapshot.publishing(home), warehouse.unchanging(home):
        return _publish(home, progress)


def _publish(home, progress) -> str:
    snapshot.prune(home)
    building = home.published / f".building-{os.getpid()}.duckdb"
    building.unlink(missing_ok=True)
    of_bodies = home.published / f".building-{os.getpid()}-bodies"
    try:
        with _connection(home, building) as con:
            _fill(con, home, progress)
            progress("Writing each body's own file", 0, 1)
            body_files.write(con, of_bodies, home.kind == "synthetic")
            version = _name(con)
        # The public file last: whoever sees a version finds its bodies' files there.
        body_files.place(home, of_bodies, version)
        os.replace(building, snapshot.file_of(home, version))
    finally:
        building.unlink(missing_ok=True)
        building.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        shutil.rmtree(of_bodies, ignore_errors=True)
    return version


@contextmanager
def _connection(home, building):
    if not home.warehouse.is_file():
        raise Refusal("There is nothing to publish: no return has been loaded in this home.")
    con = duckdb.connect(str(building), config={"threads": str(os.cpu_count() or 2)})
    try:
        con.execute(f"SET temp_directory = '{home.published / '.spill'}'")
        con.execute("ATTACH ? AS w (READ_ONLY)", [str(home.warehouse)])
        yield con
        con.execute("DETACH w")
        con.execute("CHECKPOINT")
    finally:
        con.close()


def _fill(con, home, progress) -> None:
    progress("Counting requests", 0, 1)
    _lists(con)
    facts.build(con)
    if not con.execute("SELECT count(*) FROM current_returns").fetchone()[0]:
        raise Refusal("There is nothing to publish: no current return.")
    cells.create(con)
    cells.fill(con, lambda done, total: progress("Publishing cells", done, total))
    speed.create(con)
    speed.fill(con, lambda done, total: progress("Publishing time to decision", done, total))
    for done, make in enumerate(COMPANIONS, 1):
        make(con)
        progress("Publishing the tables beside them", done, len(COMPANIONS))
    estimates.fill(con, lambda done, total: progress("Estimating what changed", done, total))
    estimate_campaigns.fill(con, lambda done, total: progress("Comparing where campaigns came", done, total))
    progress("Comparing bodies with their peers", 0, 1)
    peers.publish(con)
    _events(con)
    _catalogue(con)
    _about(con, home)


# The tables beside the cells; each takes the connection and makes its own.
COMPANIONS = (
    breakdowns.publish,
    stocks.publish,
    surveys.publish,
    registers.publish,
    registers.loads,
    coverage.publish,
    gaps.publish,
)


def _lists(con) -> None:
    """Temporary tables of the reference lists that SQL needs."""
    tables = {
        "reason_classes (code VARCHAR, class VARCHAR)": [
            (code, row["class"]) for code, row in reference.codes("reasons").items()
        ],
        "body_sectors (body VARCHAR, sector VARCHAR)": [
            (code, body.sector) for code, body in reference.bodies().items()
        ],
        "answer_sides (question VARCHAR, code VARCHAR, counts_as VARCHAR)": [
            (question, answer["code"], answer["counts_as"])
            for question, row in reference.questions().items()
            for answer in row["answers"].values()
        ],
    }
    for shape, rows in tables.items():
        facts.small_table(con, shape, rows)


def _events(con) -> None:
    """Table `events`: the milestones and campaigns as they stood when these figures were published."""
    con.execute(
        """CREATE TABLE events (code VARCHAR, title VARCHAR, date DATE, "end" DATE, kind VARCHAR,
           sectors VARCHAR[], regions VARCHAR[], reach INTEGER, note VARCHAR, source VARCHAR, status VARCHAR)"""
    )
    rows = [[list(part) if isinstance(part, tuple) else part for part in event] for event in reference.events()]
    con.executemany(f"INSERT INTO events VALUES ({', '.join('?' * len(rows[0]))})", rows)


def _catalogue(con) -> None:
    """Table `catalogue`: the definitions these figures were computed by."""
    con.execute("CREATE TABLE catalogue (indicator VARCHAR, title VARCHAR, family VARCHAR, definition VARCHAR)")
    rows = [
        (one.id, one.title, one.family, json.dumps({"numerator": one.numerator, "denominator": one.denominator,
                                                    "better": one.better, "caveats": one.caveats}))
        for one in INDICATORS.values()
    ]  # fmt: skip
    con.executemany("INSERT INTO catalogue VALUES (?, ?, ?, ?)", rows)


def _about(con, home) -> None:
    """Table `about`: one row on the snapshot as a whole. No clock: the same returns give the same row."""
    con.execute(
        """
        CREATE TABLE about AS
        SELECT ?::INTEGER AS format, ? AS kind,
               (SELECT max(coalesce(extracted_on, period_to)) FROM current_returns) AS as_at,
               (SELECT min(month) FROM base) AS first_month, (SELECT max(month) FROM base) AS last_month,
               (SELECT count(*) FROM current_returns)::INTEGER AS returns,
               (SELECT count(DISTINCT sender) FROM current_returns)::INTEGER AS senders,
               (SELECT count(DISTINCT body) FROM w.senders)::INTEGER AS expected_bodies
        """,
        [FORMAT, home.kind or "real"],
    )


def _name(con) -> str:
    """The version's name: the date the data are as at, then twelve letters of a hash over every row."""
    tables = con.execute(
        """SELECT table_name FROM duckdb_tables()
           WHERE NOT temporary AND database_name = current_database() ORDER BY 1"""
    ).fetchall()
    total = 0
    for (table,) in tables:
        # Adding up the rows' hashes does not depend on their order, which threads may change.
        found = con.execute(
            f"SELECT sum(md5_number_lower('{table}' || CAST(t AS VARCHAR))::HUGEINT) FROM {table} AS t"
        ).fetchone()[0]
        total += int(found or 0)
    as_at = con.execute("SELECT as_at FROM about").fetchone()[0]
    return f"{as_at}-{total % 16**12:012x}"
