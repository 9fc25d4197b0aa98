"""What a contract in data/contracts asks of the columns a profile makes: type, whether required, which codes."""

import csv
import json
from functools import cache
from typing import NamedTuple

from etl.errors import Refusal
from etl.paths import DATA


class Column(NamedTuple):
    """A contract column; `codes` is the set of codes it may hold, or None."""

    name: str
    type: str
    required: bool
    codes: frozenset | None


@cache
def kinds():
    """The kinds of return there are a contract for."""
    return tuple(sorted(path.stem for path in (DATA / "contracts").glob("*.json") if path.stem != "cover"))


@cache
def columns(kind):
    """{name: Column} of a kind of return, in the contract's order."""
    if kind not in kinds():
        raise Refusal(f"There is no kind of return {kind!r}; expected one of {', '.join(kinds())}.")
    told = json.loads((DATA / "contracts" / f"{kind}.json").read_text(encoding="utf-8"))
    return {one["name"]: _column(one) for one in told["fields"]}


def _column(told):
    limits = told.get("constraints", {})
    codes = _codes(told["codes"]) if "codes" in told else frozenset(limits.get("enum", ())) or None
    return Column(told["name"], told["type"], limits.get("required", False), codes)


@cache
def _codes(name):
    with open(DATA / "reference" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))
