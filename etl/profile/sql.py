"""The SQL of a profile, in a DuckDB that can reach no file and no network: one source row in, contract values out."""

import duckdb

from etl.errors import Refusal
from etl.profile import bodies as profile_bodies
from etl.profile.file import FANCY, SIMPLE

SETTINGS = {"enable_external_access": "false", "memory_limit": "1GB", "threads": "2"}
OWN = ("_sheet", "_row", "_filled")


def connect(profile):
    """A connection in memory with body() and the profile's own functions from text to code, locked against change."""
    con = duckdb.connect(config=SETTINGS)
    profile_bodies.register(con)
    for name in profile.functions:
        con.execute(f"CREATE MACRO {name}(words) AS {_code(profile, name)}")
    con.execute("SET autoinstall_known_extensions=false")
    con.execute("SET autoload_known_extensions=false")
    con.execute("SET lock_configuration=true")
    return con


def _code(profile, name):
    plain = f"translate(words, {literal(FANCY)}, {literal(SIMPLE)})"
    folded = rf"lower(trim(regexp_replace({plain}, '\s+', ' ', 'g')))"
    tries = []
    if profile.maps.get(name):
        pairs = ", ".join(f"{literal(text)}: {literal(code)}" for text, code in profile.maps[name].items())
        tries.append(f"MAP {{{pairs}}}[{folded}]")
    for pattern, code in profile.patterns.get(name, []):
        tries.append(f"CASE WHEN regexp_matches({folded}, {literal(pattern)}, 'i') THEN {literal(code)} END")
    if name in profile.defaults:
        tries.append(literal(profile.defaults[name]))
    return f"coalesce({', '.join([*tries, 'CAST(NULL AS VARCHAR)'])})"


def literal(words):
    """A text as SQL."""
    return "'" + str(words).replace("'", "''") + "'"


def quoted(name):
    """A column name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def source(con, tables):
    """Make the table `source`: the rows of every sheet of a take, under the union of their columns."""
    columns = list(dict.fromkeys(column for table in tables for column in table.columns))
    con.execute("DROP TABLE IF EXISTS source")
    texts = "".join(f", {quoted(column)} VARCHAR" for column in columns)
    con.execute(f"CREATE TABLE source (_sheet VARCHAR, _row INTEGER, _filled INTEGER{texts})")
    for table in tables:
        if not table.rows:
            continue
        numbers, rows = zip(*table.rows, strict=True)
        values = [list(numbers), [sum(cell is not None for cell in row) for row in rows]]
        values += [list(column) for column in zip(*rows, strict=True)]
        types = ["INTEGER[]", "INTEGER[]"] + ["VARCHAR[]"] * len(table.columns)
        picked = ", ".join(f"unnest(${at}::{kind})" for at, kind in enumerate(types, 2))
        named = ", ".join(["_sheet", "_row", "_filled", *map(quoted, table.columns)])
        con.execute(f"INSERT INTO source ({named}) SELECT $1, {picked}", [table.sheet, *values])
    return columns


def run(con, sql, where, expressions=(), table="source"):
    """Run one statement and fetch all. When it fails, name the expression that does: Refusal, without any value."""
    try:
        return con.execute(sql).fetchall()
    except duckdb.Error as whole:
        for label, words in expressions:
            try:
                con.execute(f"EXPLAIN SELECT {words} FROM {table} LIMIT 0")
            except duckdb.Error as error:
                raise Refusal(f"Profile {where}, {label}: {_first(error)}") from None
        raise Refusal(f"Profile {where}: {_first(whole)}") from None


def _first(error):
    return " ".join(str(error).split("LINE")[0].split())


def attempt(expression):
    """An expression that gives NULL where a row cannot be worked out, so that the row is held and not the file."""
    return f"TRY({expression})"


def typed(expression, kind):
    """An expression as the contract's type; NULL when it does not fit. Whatever is no date or number is text."""
    words = f"CAST({attempt(expression)} AS VARCHAR)"
    if kind == "date":
        return f"TRY_CAST({words} AS DATE)"
    if kind in ("integer", "number"):
        form, into = (r"-?\d{1,15}", "BIGINT") if kind == "integer" else (r"-?\d{1,15}(\.\d+)?", "DOUBLE")
        return f"CASE WHEN regexp_full_match({words}, '{form}') THEN CAST({words} AS {into}) END"
    return f"nullif(trim({words}), '')"
