"""What a contract asks of the columns a profile makes: type, whether required, which codes."""

import csv
from functools import cache
from typing import NamedTuple

from etl.intake import contracts
from etl.paths import DATA


class Column(NamedTuple):
    """A contract column; `codes` is the set of codes it may hold, or None."""

    name: str
    type: str
    required: bool
    codes: frozenset | None


@cache
def columns(kind):
    """{name: Column} of a kind of return, in the contract's order. Raises Refusal for a kind there is not."""
    return {one.name: Column(one.name, one.type, one.required, _codes(one)) for one in contracts.contract(kind).fields}


def _codes(field):
    if field.codes is None:
        return frozenset(field.enum) or None
    with open(DATA / "reference" / f"{field.codes}.csv", encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))
