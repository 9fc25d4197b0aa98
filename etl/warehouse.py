"""The private warehouse: one DuckDB file, one writer at a time, rows and ledger always in one transaction.

Code columns are ENUMs of the lists in data/reference (a third cheaper to load than text; read them with
`column::VARCHAR`). When a list has changed since the last load, the columns are turned into the new ENUM first.
"""

import contextlib
import hashlib
import shutil

import duckdb

from etl import reference
from etl.errors import Refusal
from etl.intake.contracts import contract, kinds
from etl.turns import turn

CONFIG = {
    "memory_limit": "700MB",
    "threads": 2,
    "preserve_insertion_order": False,
    # Nothing is ever fetched or loaded from outside to read a return.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
LOCK, SPILL = "warehouse.lock", ".spill"
BUSY = "The warehouse cannot be opened now: a load is under way. Try again when it ends."

LEDGER = """
CREATE TABLE IF NOT EXISTS files (
    file_id INTEGER, sha256 VARCHAR, name VARCHAR, received_at TIMESTAMP, profile VARCHAR, status VARCHAR,
    reason VARCHAR, arguments VARCHAR);
CREATE TABLE IF NOT EXISTS returns (
    return_id INTEGER, file_id INTEGER, kind VARCHAR, sender VARCHAR, reported_by VARCHAR, period_from DATE,
    period_to DATE, extracted_on DATE, release VARCHAR, status VARCHAR, published BOOLEAN, approximate BOOLEAN,
    synthetic BOOLEAN, source VARCHAR, rows_loaded BIGINT, rows_held BIGINT);
CREATE TABLE IF NOT EXISTS sheets (
    file_id INTEGER, sheet VARCHAR, rows_read BIGINT, rows_used BIGINT, rows_held BIGINT, rows_skipped BIGINT,
    rows_made BIGINT, CHECK (rows_read = rows_used + rows_held + rows_skipped));
CREATE TABLE IF NOT EXISTS skips (file_id INTEGER, sheet VARCHAR, reason VARCHAR, rows BIGINT);
CREATE TABLE IF NOT EXISTS notes (file_id INTEGER, sheet VARCHAR, rule VARCHAR, message VARCHAR, rows BIGINT);
CREATE TABLE IF NOT EXISTS held (
    file_id INTEGER, return_id INTEGER, sheet VARCHAR, row INTEGER, column_name VARCHAR, rule VARCHAR,
    message VARCHAR);
ALTER TABLE held ADD COLUMN IF NOT EXISTS mend VARCHAR;
ALTER TABLE held ADD COLUMN IF NOT EXISTS nearest VARCHAR;
CREATE TABLE IF NOT EXISTS senders (
    sender VARCHAR, body VARCHAR, kinds VARCHAR, frequency VARCHAR, "from" DATE, "to" DATE, release VARCHAR);
"""

SQL_TYPES = {"string": "VARCHAR", "date": "DATE", "integer": "INTEGER", "number": "DOUBLE"}


def table(kind: str) -> str:
    """The columns of a kind's table, from its contract; a type in angle brackets is the ENUM of that code list.

    A reference is never stored: its column holds the number it is turned into.
    """
    fields = [
        "request_key UBIGINT"
        if field.name == "request_ref"
        else f"{field.name} {f'<{field.codes}>' if field.codes else SQL_TYPES[field.type]}"
        for field in contract(kind).fields
    ]
    return ", ".join(["return_id INTEGER", *fields])


TABLES = {kind: table(kind) for kind in kinds()}
LISTS = (
    "bodies", "sectors", "regions", "purposes", "subject_groups", "urgencies", "outcomes", "yes_no", "gateways",
    "decided_by", "tools", "reconsidered", "reasons", "laws", "roles", "questions", "answers",
)  # fmt: skip


def values(code_list: str) -> tuple[str, ...]:
    """The codes of a list, in the list's order; for `answers`, of every question."""
    if code_list == "answers":
        return tuple(dict.fromkeys(row["code"] for row in reference.rows("answers")))
    return tuple(reference.codes(code_list))


def type_name(code_list: str) -> str:
    """The name of a list's ENUM; it changes when the codes do, so an old column is known by its type."""
    digest = hashlib.sha256("\n".join(values(code_list)).encode()).hexdigest()
    return f"{code_list}_{digest[:10]}"


def columns(kind: str) -> dict[str, str]:
    """Column name to SQL type of a kind's table."""
    text = TABLES[kind]
    for name in LISTS:
        text = text.replace(f"<{name}>", type_name(name)) if f"<{name}>" in text else text
    return dict(part.split() for part in text.replace("\n", " ").split(","))


@contextlib.contextmanager
def writing(home):
    """The one writer: waits for its turn, then yields a connection whose tables all exist and fit the code lists.

    The caller begins and commits; what is not committed when the block ends is rolled back.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    with turn(home.path / LOCK, busy=BUSY):
        shutil.rmtree(home.path / SPILL, ignore_errors=True)  # a killed load's
        with contextlib.closing(_opened(home)) as con:
            prepare(con)
            yield con


@contextlib.contextmanager
def scratch():
    """A warehouse in memory, for `check`: the same tables, kept nowhere."""
    with contextlib.closing(connect()) as con:
        prepare(con)
        yield con


@contextlib.contextmanager
def reading(home):
    """A read-only connection, or a Refusal when nothing was ever loaded or a load is under way."""
    if not home.warehouse.is_file():
        raise Refusal("Nothing has been loaded in this home yet.")
    with unchanging(home, wait=False):
        try:
            con = duckdb.connect(str(home.warehouse), read_only=True)
        except duckdb.IOException:
            raise Refusal(BUSY) from None
        with contextlib.closing(con):
            yield con


@contextlib.contextmanager
def unchanging(home, wait=True):
    """Nobody loads until the block ends: DuckDB lets nobody read a file that somebody writes. Readers share the time.

    Without `wait`, Refusal when a load is under way.
    """
    with turn(home.path / LOCK, shared=True, wait=wait, busy=BUSY):
        yield


def prepare(con) -> None:
    """Make what is missing: ENUMs, ledger and tables; turn columns of an older code list into the new one."""
    con.execute("BEGIN")
    old = {name for (name,) in con.execute("SELECT type_name FROM duckdb_types() WHERE NOT internal").fetchall()}
    made = [name for name in LISTS if type_name(name) not in old]
    for name in made:
        con.execute(f"CREATE TYPE {type_name(name)} AS ENUM ({', '.join(map(quoted, values(name)))})")
    con.execute(LEDGER)
    for kind in TABLES:
        wanted = columns(kind)
        con.execute(f"CREATE TABLE IF NOT EXISTS {kind} ({', '.join(f'{n} {t}' for n, t in wanted.items())})")
        if made:
            _renew(con, kind, wanted)
    con.execute("COMMIT")


def _renew(con, kind, wanted) -> None:
    """Change the columns whose code list has changed; a code still in use can't leave its list."""
    stored = _types(con, kind)
    for column, type_of in wanted.items():
        if "_" not in type_of or stored[column] == con.execute(f"SELECT typeof(NULL::{type_of})").fetchone()[0]:
            continue
        try:
            con.execute(f"ALTER TABLE {kind} ALTER {column} TYPE {type_of} USING {column}::VARCHAR::{type_of}")
        except duckdb.Error:
            raise Refusal(
                f"A code was taken out of a list in data/reference while {kind}.{column} still uses it. "
                "Put the code back: a list may grow, but a used code stays."
            ) from None


def _types(con, table) -> dict[str, str]:
    return dict(con.execute("SELECT name, type FROM pragma_table_info(?)", [table]).fetchall())


def insert_rows(con, table: str, names, rows) -> None:
    """Insert rows of plain values by column name, in one statement however many they are."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        types = _types(con, table)
        cells = ", ".join(f"unnest(${place}::{types[name]}[])" for place, name in enumerate(names, 1))
        listed = ", ".join(f'"{name}"' for name in names)
        con.execute(f"INSERT INTO {table} ({listed}) SELECT {cells}", columns)


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def _opened(home):
    return connect(home.warehouse, temp_directory=str(home.path / SPILL))


def connect(path=":memory:", **config):
    """A DuckDB connection within the limits of a load, that prints no progress of its own."""
    con = duckdb.connect(str(path), config={**CONFIG, **config})
    con.execute("SET enable_progress_bar = false")
    return con
