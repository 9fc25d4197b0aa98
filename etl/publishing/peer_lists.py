"""The lists of peers that whoever runs the service may keep in the home: `peers.csv`, columns `list` and `body`.

A list is made once for all who are on it, and a body is on one list only: a body that could choose among lists would
find the one that flatters it, and two lists apart by one body would give that body away.
"""

import csv

from etl import reference
from etl.errors import Refusal
from metrics.peers import FEWEST

COLUMNS = ("list", "body")


def read(home) -> dict[str, str]:
    """Body to the name of its list; empty without a file. Raises Refusal with the row and what to mend."""
    if not home.peers.is_file():
        return {}
    with home.peers.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise Refusal(f"peers.csv: column '{missing[0]}' is missing. Expected {', '.join(COLUMNS)}.")
        found: dict[str, str] = {}
        for line, row in enumerate(rows, 2):
            name, body = ((row[column] or "").strip() for column in COLUMNS)
            found[_checked(name, body, found, f"peers.csv, row {line}")] = name
    for name in dict.fromkeys(found.values()):
        size = list(found.values()).count(name)
        if size < FEWEST:
            least = f"peers.csv: a list needs {FEWEST} bodies or more, and one has {size}."
            raise Refusal(f"{least} Add to it or leave it out.")
    return found


def _checked(name: str, body: str, found, where: str) -> str:
    if not name:
        raise Refusal(f"{where}: list is blank. Give every row the name of its list.")
    if body not in reference.bodies():
        raise Refusal(f"{where}: body is not a code of the register of bodies (data/reference/bodies.csv). Look it up.")
    if body in found:
        raise Refusal(f"{where}: the body stands on a list already. A body is on one list only: leave one out.")
    return body
