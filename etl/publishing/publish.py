"""Publish: from the warehouse to version-named files, one for each kind of reader.

`public-<version>.duckdb` holds publishable figures and nothing else; `private-<version>.duckdb` the same tables with
exact cells, for analysts. Cells are counted once, and protected in one step between the two.
"""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import duckdb

from etl import reference, snapshot, warehouse
from etl.errors import Refusal
from etl.home import noise_seed
from etl.publishing import (
    body_files,
    breakdowns,
    cells,
    counterfactuals,
    coverage,
    effects,
    estimate_campaigns,
    estimates,
    facts,
    gaps,
    peer_lists,
    peers,
    protect,
    registers,
    speed,
    stocks,
    surveys,
)
from metrics.indicators import INDICATORS

FORMAT = 4  # raised when the published tables change their shape


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
    building = {name: home.published / f".building-{name}-{os.getpid()}.duckdb" for name in AUDIENCES}
    of_bodies = home.published / f".building-{os.getpid()}-bodies"
    try:
        with _connection(home, building) as con:
            _fill(con, home, of_bodies, progress)
            version = _name(con)
        # The public file last: whoever sees a version finds its other files there.
        body_files.place(home, of_bodies, version)
        for name, path in building.items():
            os.replace(path, snapshot.file_of(home, version, name))
    finally:
        for path in building.values():
            path.unlink(missing_ok=True)
            path.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        shutil.rmtree(of_bodies, ignore_errors=True)
    return version


AUDIENCES = ("private", "public")


@contextmanager
def _connection(home, building):
    if not home.warehouse.is_file():
        raise Refusal("There is nothing to publish: no return has been loaded in this home.")
    con = duckdb.connect(str(building["public"]), config={"threads": str(os.cpu_count() or 2)})
    try:
        con.execute(f"SET temp_directory = '{home.published / '.spill'}'")
        con.execute("ATTACH ? AS w (READ_ONLY)", [str(home.warehouse)])
        con.execute("ATTACH ? AS private", [str(building["private"])])
        yield con
        con.execute("DETACH w")
        con.execute("CHECKPOINT private")
        con.execute("DETACH private")
        con.execute("CHECKPOINT")
    finally:
        con.close()


def _fill(con, home, of_bodies, progress) -> None:
    progress("Counting requests", 0, 1)
    listed = peer_lists.read(home)
    facts.build(con, _seed(con, home))
    if not con.execute("SELECT count(*) FROM current_returns").fetchone()[0]:
        raise Refusal("There is nothing to publish: no current return.")
    cells.create(con)
    with con.cursor() as beside, ThreadPoolExecutor(1) as pool:
        facts.share(beside)
        # In numpy for the most part, on the core that DuckDB leaves idle while it plans.
        compared = pool.submit(_compare, beside, listed, of_bodies, home.kind == "synthetic")
        _count(con, progress)
        progress("Estimating what changed", 0, 1)
        counterfactuals.fill(con, compared.result())
    progress("Estimating what changed", 1, 1)
    _events(con)
    _catalogue(con)
    _about(con, home)
    _copy_to_private(con)


def _count(con, progress) -> None:
    """Every published table that is counted, and its protection."""
    cells.fill(con, lambda done, total: progress("Counting cells", done, total))
    speed.create(con)
    speed.fill(con, lambda done, total: progress("Counting time to decision", done, total))
    for done, make in enumerate(COMPANIONS, 1):
        make(con)
        progress("Publishing the tables beside them", done, len(COMPANIONS))
    for done, protect_one in enumerate(PROTECTED, 1):
        protect_one(con)
        progress("Protecting what is published", done, len(PROTECTED))


def _compare(con, listed, of_bodies, synthetic) -> dict:
    """Estimates and bodies beside their peers, from exact counts; gives what pictures of verdicts are drawn from."""
    courses = estimates.fill(con)
    estimate_campaigns.fill(con)
    peers.publish(con, listed)
    body_files.write(con, of_bodies, synthetic)
    return courses


# The tables beside the cells; each takes the connection and makes its own.
COMPANIONS = (
    breakdowns.publish,
    effects.publish,
    stocks.publish,
    surveys.publish,
    registers.publish,
    registers.loads,
    coverage.publish,
    gaps.publish,
)
# From exact tables in memory to the public ones and the analysts'.
PROTECTED = (protect.cells, protect.speed, protect.breakdowns, protect.agreements, protect.answers)


def _seed(con, home) -> bytes:
    """The secret behind the noise; none is needed where every return has been published by its sender already."""
    confidential = con.execute(
        f"""SELECT count(*) FROM w.returns WHERE status = 'current' AND NOT (release = 'public' OR published)
            AND kind IN {tuple(KEYED_KINDS)}"""
    ).fetchone()[0]
    return noise_seed(home) if confidential else b""


KEYED_KINDS = ("requests", "request_counts", "refusals")


def _copy_to_private(con) -> None:
    """The tables that are the same for everybody stand in the private file too, so that it can be read alone."""
    exact = _tables(con, "private")
    for table in _tables(con):
        if table not in exact:
            con.execute(f"CREATE TABLE private.{table} AS FROM {table}")
    con.execute("UPDATE private.about SET audience = 'private'")


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
        SELECT ?::INTEGER AS format, 'public' AS audience, ? AS kind,
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
    total = 0
    for table in _tables(con):
        described = con.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()
        columns = ", ".join(f'"{name}"' for (name,) in described)
        # Adding up the rows' hashes does not depend on their order, which threads may change. Without the columns'
        # names in every row the text is half as long.
        found = con.execute(
            f"SELECT sum(md5_number_lower('{table}' || CAST(row({columns}) AS VARCHAR))::HUGEINT) FROM {table}"
        ).fetchone()[0]
        total += int(found or 0)
    as_at = con.execute("SELECT as_at FROM about").fetchone()[0]
    return f"{as_at}-{total % 16**12:012x}"


def _tables(con, database: str | None = None) -> list[str]:
    """The names of the tables in a database: in the public one unless it is named."""
    found = con.execute(
        """SELECT table_name FROM duckdb_tables()
           WHERE NOT temporary AND database_name = coalesce(?, current_database()) ORDER BY 1""",
        [database],
    )
    return [name for (name,) in found.fetchall()]
