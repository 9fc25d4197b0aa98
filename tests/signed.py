"""A home whose every exact figure can be told by its digits, and servers over it that people may sign in to."""

import time
from datetime import date

import duckdb

from dashboard.app import create_app
from dashboard.sign_in import AUDIENCES, NAME, SignIn
from dashboard.sign_in_settings import Settings
from dashboard.source import Door
from etl import snapshot
from etl.home import make_secrets
from etl.publishing.publish import publish
from tests.homes import make_home, request

ADDRESS = "http://localhost:8050"
OURS, THEIRS = "E06000001", "E06000002"
MARKS = {OURS: 710017, THEIRS: 820028, "analyst": 930039}  # numbers that only these may ever be shown


def settings(issuer="http://localhost:1", **changes):
    given = {"address": ADDRESS, "issuer": issuer, "client_id": "uptake-test", "client_secret": "a secret",
             "session_key": "0123456789abcdefghijklmnopqrstuvwxyz"}  # fmt: skip
    return Settings(**(given | changes))


def marked_home(path):
    """A published synthetic home of two bodies; exact figures are replaced by their owner's mark."""
    bodies = (OURS, THEIRS, "E06000003", "E06000004")
    rows = {body: [request(1000 * at + n, body, date(2021, 1 + n % 12, 5), date(2021, 1 + n % 12, 20),
                           outcome="refused" if n % 4 == 0 else "shared_full") for n in range(240)]
            for at, body in enumerate(bodies)}  # fmt: skip
    home = make_home(path, [{"rows": made, "sender": body} for body, made in rows.items()], "synthetic")
    make_secrets(home)
    version = publish(home)
    snapshot.release(home, version, "a test")
    for body in (OURS, THEIRS):
        file = home.bodies / f"{body}-{version}.parquet"
        with duckdb.connect() as con:
            con.execute(f"CREATE TABLE own AS SELECT * FROM read_parquet('{file}')")
            con.execute(f"UPDATE own SET numerator = {MARKS[body]}, denominator = {MARKS[body]}")
            con.execute(f"COPY own TO '{file}' (FORMAT parquet)")
    private = snapshot.file_of(home, version, "private")
    if not private.exists():
        private.write_bytes(snapshot.file_of(home, version).read_bytes())
    with duckdb.connect(str(private)) as con:
        con.execute(f"UPDATE cells SET received = {MARKS['analyst']} WHERE received IS NOT NULL")
    return home


def server(home, audience="council", **changes):
    """The application of an audience, with its SignIn (None for the public's)."""
    if audience == "public":
        return create_app(Door(home)), None
    sign_in = SignIn(settings(**changes), home, AUDIENCES[audience])
    return create_app(Door(home), sign_in), sign_in


def session(role="council", body=OURS, **changes):
    """What a cookie of somebody who is signed in holds."""
    now = int(time.time())
    whole = {"role": role, "body": body, "id": "a1b2c3", "expires": now + 1800, "until": now + 28800}
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def cookie(app, given):
    """The signed cookie for a session, as this server would sign it."""
    return app.server.session_interface.get_signing_serializer(app.server).dumps(given)


def client(app, value=None):
    """A browser, with a cookie or without."""
    made = app.server.test_client()
    if value is not None:
        made.set_cookie(NAME, value, domain="localhost")
    return made
