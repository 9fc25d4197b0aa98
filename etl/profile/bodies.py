"""Names of bodies as other systems write them, turned into codes: exact names and reviewed aliases, nothing nearer."""

import csv
import re
from functools import cache, lru_cache

from etl.paths import DATA
from etl.profile.file import fold

# What a profile's SQL may ask of a name; each gives NULL for a name that is not known, or that two bodies share.
FUNCTIONS = {"body": "code", "body_sector": "sector", "body_region": "region"}


def plain(name):
    """A name without what does not tell bodies apart: case, `&`, a leading `the`, commas, a short name in brackets."""
    words = re.sub(r"\s*\(\w{2,7}\)$", "", fold(name).replace("&", " and "))
    return " ".join(re.sub(r"[,.]", " ", words).split()).removeprefix("the ")


@cache
def known():
    """{plain name: row of bodies.csv} of every name, code and reviewed alias that means one body only."""
    bodies = {row["code"]: row for row in _rows("bodies")}
    meant = {}
    names = [(row["code"], row[column]) for row in bodies.values() for column in ("name", "code")]
    for code, name in names + _aliases():
        if code in bodies:
            meant.setdefault(plain(name), set()).add(code)
    return {name: bodies[next(iter(codes))] for name, codes in meant.items() if len(codes) == 1}


@lru_cache(maxsize=20_000)
def find(name):
    """The row of bodies.csv that a name means, or None."""
    return known().get(plain(name))


def register(con):
    """Give a connection the functions body, body_sector and body_region, from a text to a code or NULL."""
    for function, column in FUNCTIONS.items():
        con.create_function(function, _asker(column), ["VARCHAR"], "VARCHAR", null_handling="special")


def _asker(column):
    def ask(name):
        row = find(name) if name else None
        return row[column] or None if row else None

    return ask


def _aliases():
    return [(row["code"], row["name"]) for row in _rows("aliases")]


def _rows(name):
    path = DATA / "reference" / f"{name}.csv"
    if not path.is_file():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
