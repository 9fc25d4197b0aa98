"""Small homes for tests: rows put straight into a warehouse, so that publishing is tested without reading files."""

import re
from datetime import date, timedelta

import duckdb

from etl import warehouse
from etl.home import Home

SOME_BODIES = ("E06000001", "E06000002", "E06000003", "E06000004", "E06000005")
DEFAULTS = {
    "requester_body": None, "holder_sector": "local_government", "requester_sector": "police", "region": "E12000001",
    "requester_region": "E12000001", "purpose": "not_stated", "subject_group": "not_stated", "urgency": "routine",
    "outcome": "shared_full", "under_agreement": "not_stated", "gateway": "not_stated", "decided_by": "not_stated",
    "tool_cited": "not_stated", "reconsidered": "not_stated", "reconsidered_on": None,
    "risk_of_not_sharing": "not_stated",
}  # fmt: skip


def request(number, body, received_on, decided_on=None, **more):
    """One request row with defaults for what a test does not care about."""
    return {
        **DEFAULTS, "request_key": number, "holder_body": body, "received_on": received_on, "decided_on": decided_on,
        **more,
    }  # fmt: skip


def drawn_requests(draw, count, first, days, chances):
    """Requests of five bodies received over so many days from `first`, a fifth of them refused, the rest shared.

    chances: by column, in the order they are drawn, its values and how likely each is.
    """
    received = zip(draw.integers(0, days, count), draw.random(count), strict=True)
    return [
        request(number * 7919, SOME_BODIES[number % 5], day := first + timedelta(days=int(after)),
                day + timedelta(days=1), outcome="refused" if share < 0.2 else "shared_full",
                **{name: str(draw.choice(values, p=likely)) for name, (values, likely) in chances.items()})
        for number, (after, share) in enumerate(received)
    ]  # fmt: skip


def make_home(path, returns, kind="real"):
    """A home whose warehouse holds `returns`: dicts of facts with `rows` of one kind's table.

    Their files have numbers below nought, which no file that is loaded afterwards gets.
    """
    home = Home(path)
    with warehouse.writing(home) as con:
        _fill(con, returns, kind)
    home.settle(kind)
    return home


def memory_warehouse(returns):
    """A connection with the same tables attached as `w`, in memory and with plain text columns: quick to make."""
    con = duckdb.connect()
    con.execute("ATTACH ':memory:' AS w; USE w")
    con.execute(warehouse.LEDGER)
    for kind, columns in warehouse.TABLES.items():
        con.execute(f"CREATE TABLE {kind} ({re.sub('<[a-z_]+>', 'VARCHAR', columns)})")
    _fill(con, returns, "real")
    con.execute("USE memory")
    return con


def _fill(con, returns, kind):
    start = con.execute("SELECT count(*) FROM returns").fetchone()[0] + 1
    for number, one in enumerate(returns, start):
        facts = {
            "return_id": number, "file_id": -number, "kind": one.get("kind", "requests"),
            "sender": one.get("sender", f"S{number}"), "reported_by": one.get("reported_by", "holder"),
            "period_from": one.get("period_from", date(2021, 1, 1)),
            "period_to": one.get("period_to", date(2021, 12, 31)),
            "extracted_on": one.get("extracted_on", date(2022, 6, 30)),
            "release": one.get("release", "confidential"), "status": one.get("status", "current"),
            "published": False, "approximate": False, "synthetic": kind == "synthetic", "source": None,
            "rows_loaded": len(one["rows"]), "rows_held": 0,
        }  # fmt: skip
        insert(con, "returns", [facts])
        insert(con, facts["kind"], [{"return_id": number, **row} for row in one["rows"]])


def insert(con, table, rows):
    """Insert dicts by column name."""
    if not rows:
        return
    names = list(rows[0])
    columns = [[row[name] for row in rows] for name in names]
    con.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join('unnest(?)' for _ in names)}", columns)
