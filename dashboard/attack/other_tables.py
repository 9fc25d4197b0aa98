"""Other published tables: time to decision day by day, refusals by reason within kinds of barrier, agreements.

Each reads a page's own downloads, subtracts what can be subtracted, and gives Tries with the truth that the analysts'
file holds; nothing of that file reaches the guess.
"""

import csv
import io
from collections import defaultdict
from itertools import pairwise

import numpy as np

from dashboard.attack.score import Tries
from dashboard.attack.truth import opened
from dashboard.timing.page import GROUPS as CURVES_BY
from etl import reference
from etl.publishing.cells import combo_number
from metrics.dimensions import DIMENSIONS, SPEED_DAYS
from metrics.periods import label

OF_SECTOR = ("sector", "requester_sector")
REASONS_OF = ("sector", "region")
AGREEMENTS = {"agreements_in_force": "in_force", "agreements_active": "active"}


def rows(get, address: str) -> list[dict]:
    """The rows of one download."""
    return list(csv.DictReader(io.StringIO(get(f"/download.csv?{address}").lstrip("\ufeff"))))


def numbers(read) -> list[dict]:
    """Those rows that say a number about confidential returns."""
    return [row for row in read if row["status"] == "ok" and row["numerator"] and "published" not in row["flags"]]


def curves(get, home, years) -> Tries:
    """Requests decided between two published days: those undecided on one less those undecided on the next."""
    true = _undecided(home)
    places = [("", "", year) for year in (*years, "all")]
    places += [(name, value, "all") for name in OF_SECTOR for value in reference.codes("sectors")]
    tries = []
    for name, value, year in places:
        for by in CURVES_BY:
            asked = f"page=time-to-decision&table=curves-by-{by.replace('_', '-')}&year={year}"
            asked += f"&where={name}.{value}" if name else ""
            series = defaultdict(dict)
            for row in numbers(rows(get, asked)):
                series[row[by]][int(row["day"])] = int(row["numerator"])
            for own, by_day in series.items():
                exact = true.get((frozenset({(by, own), *([(name, value)] if name else [])}), year), {})
                days = [day for day in SPEED_DAYS if day in by_day and exact.get(day) is not None]
                tries += [(exact[one] - exact[two], by_day[one] - by_day[two]) for one, two in pairwise(days)]
    return _tries(tries)


def _undecided(home) -> dict:
    days = ", ".join(f"undecided_{day}" for day in SPEED_DAYS)
    found = {}
    with opened(home, "private") as con:
        read = con.execute(f"""SELECT level, period, {", ".join(DIMENSIONS)}, {days} FROM speed
            WHERE part = 'returns' AND reported_by = 'holder' AND level IN ('year', 'all')""")
        for level, period, *rest in read.fetchall():
            values, counts = rest[: len(DIMENSIONS)], rest[len(DIMENSIONS) :]
            keys = frozenset((name, value) for name, value in zip(DIMENSIONS, values, strict=True) if value)
            found[keys, label(level, period) or "all"] = dict(zip(SPEED_DAYS, counts, strict=True))
    return found


def reasons(get, home, years) -> Tries:
    """A reason given as a range: its kind of barrier less the other reasons of that kind, by sector and by region."""
    class_of = {code: row["class"] for code, row in reference.codes("reasons").items()}
    tries = []
    true = _broken_down(home)
    for name in REASONS_OF:
        for value in reference.codes({"sector": "sectors", "region": "regions"}[name]):
            for year in (*years, "all"):
                told = {}
                for table, key in (("classes", "class"), ("reasons", "reason")):
                    read = rows(get, f"page=barriers&table={table}&where={name}.{value}&year={year}")
                    told[key] = {row[key]: int(row["numerator"]) for row in numbers(read)}
                exact = true.get((name, value, year), {})
                for kind, whole in told["class"].items():
                    members = [code for code, of in class_of.items() if of == kind and exact.get(code)]
                    missing = [code for code in members if code not in told["reason"]]
                    if len(missing) == 1:
                        visible = sum(told["reason"][code] for code in members if code in told["reason"])
                        tries.append((exact[missing[0]], whole - visible))
    return _tries(tries)


def _broken_down(home) -> dict:
    found = defaultdict(dict)
    with opened(home, "private") as con:
        for name in REASONS_OF:
            read = con.execute(f"""SELECT {name}, level, period, value, counted FROM breakdowns WHERE kind = 'reason'
                AND combo = ? AND part = 'returns' AND reported_by = 'holder' AND level IN ('year', 'all')""",
                               [combo_number((name,))])  # fmt: skip
            for value, level, period, reason, counted in read.fetchall():
                found[name, value, label(level, period) or "all"][reason] = counted
    return found


def agreements(get, home) -> Tries:
    """Agreements of one sector and region: a sector's less those of its other regions, all rounded."""
    tries = []
    for measure, column in AGREEMENTS.items():
        with opened(home, "private") as con:
            read = con.execute(f"""SELECT sector, region, period, period_from, {column} FROM agreements
                WHERE combo = ? AND level = 'quarter' AND part = 'returns' AND {column} > 0""",
                               [combo_number(("sector", "region"))]).fetchall()  # fmt: skip
        groups = {*reference.groups("sector"), *reference.groups("region")}
        true = {(sector, region, label("quarter", period)): counted for sector, region, period, _, counted in read
                if not groups & {sector, region}}  # fmt: skip
        for sector in reference.codes("sectors"):
            shown = {
                (row["region"], row["quarter"]): int(row["numerator"])
                for row in numbers(rows(get, f"measure={measure}&by=region&sector={sector}&level=quarter"))
            }
            for row in numbers(rows(get, f"measure={measure}&sector={sector}&level=quarter")):
                parts = [key for key in true if key[0] == sector and key[2] == row["quarter"]]
                missing = [key for key in parts if key[1:] not in shown]
                if len(missing) == 1:
                    visible = sum(shown[key[1:]] for key in parts if key[1:] in shown)
                    tries.append((true[missing[0]], int(row["numerator"]) - visible))
    return _tries(tries)


def _tries(pairs) -> Tries:
    return Tries(*(np.array(column, dtype=float) for column in zip(*pairs, strict=True))) if pairs else Tries(
        np.zeros(0), np.zeros(0))  # fmt: skip
