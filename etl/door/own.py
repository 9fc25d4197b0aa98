"""A body's own file: opened for the body that is signed in and for nobody else.

The role and the body of the principal alone name the file; nothing that comes with a request can.
"""

import contextlib

import duckdb

from etl import snapshot
from etl.door.principal import COUNCIL, Principal, settled
from etl.door.read_cells import fetch_all
from etl.errors import Refusal
from etl.home import home as default_home

SECTIONS = ("figure", "compared", "club", "agreements")


def own(principal: Principal, section: str, home=None, **equals) -> list[dict]:
    """The rows of a section of the principal's own file, in the version that is shown: those whose columns equal what
    is given. Sections: figure (its exact figures), compared (itself beside its peers), club (members' named figures),
    agreements (its counts of agreements as it returned them).

    Raises Refusal for anybody but a signed-in body, and when it has no file: it sent no requests, or the figures were
    published before bodies had files. Columns: etl/publishing/body_files.py.
    """
    if section not in SECTIONS:
        raise ValueError(f"there is no section {section!r}")
    principal = settled(principal)
    if principal.role != COUNCIL:
        raise Refusal("Sign in as the body whose own figures you want to see.")
    home = home or default_home()
    version, _ = snapshot.reader(home, "public").cursor()
    path = home.bodies / f"{principal.body}-{version}.parquet"
    if not path.is_file():
        raise Refusal("There are no figures of your own yet: no requests of yours are in the version that is shown.")
    kept = "".join(f' AND "{name}" = ?' for name in equals)
    with _reading(path) as con:
        rows = fetch_all(con, f"SELECT * FROM read_parquet(?) WHERE section = ?{kept} ORDER BY ALL",
                         [str(path), section, *equals.values()])  # fmt: skip
    if any(row["body"] != principal.body for row in rows if section != "club"):
        raise Refusal("The file of your own figures is not right. Tell the people who run this service.")
    return rows


@contextlib.contextmanager
def _reading(path):
    """A connection within the limits of a snapshot's that can read this one file and write none."""
    with duckdb.connect(config={"threads": 1, "memory_limit": snapshot.LIMITS["memory_limit"]}) as con:
        con.execute("SET allowed_paths = [?]", [str(path)])
        con.execute("SET temp_directory = ''")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield con
