"""The plain-Python twin: the same counts by loops over dictionaries, slow and obvious, to compare DuckDB with."""

import hashlib
from datetime import date

from etl import reference
from metrics.cell_key import perturb

SHARED = {"shared_full", "shared_part", "shared_conditions"}
DIMENSIONS = (
    "sector", "requester_sector", "region", "direction", "purpose", "subject_group", "urgency", "under_agreement",
)  # fmt: skip


def tier(body, sector):
    row = reference.bodies().get(body)
    if row:
        return row.tier
    return None if sector == "not_stated" else reference.codes("sectors")[sector]["tier"]


def direction(request):
    if request["holder_body"] == request["requester_body"]:
        return "within_body"
    holder = tier(request["holder_body"], request["holder_sector"])
    requester = tier(request["requester_body"], request["requester_sector"])
    if not holder or not requester:
        return "not_stated"
    if "private" in (holder, requester):
        return "public_private"
    named = {
        ("national", "local"): "down_national_local",
        ("local", "community"): "down_local_community",
        ("local", "national"): "up_local_national",
    }
    return named.get((holder, requester), "cross_agency")


def value(request, dimension):
    if dimension == "sector":
        return request["holder_sector"]
    return direction(request) if dimension == "direction" else request[dimension]


def in_time(request):
    return request["decided_on"] is not None and (request["decided_on"] - request["received_on"]).days <= 60


def counts(request, reason=None):
    """The counts one request adds to, as a set of names; `reason` is its main reason's row, when it has one."""
    found = {"received"}
    outcome, quick = request["outcome"], in_time(request)
    if quick and outcome == "refused":
        found |= {"refused", "decided"}
        found.add("reason_stated" if reason and reason["code"] != "R97" else "reason_missing")
        if reason and reason["position"] == "does_not":
            found.add("perceived")
    if quick and outcome in SHARED:
        found |= {"shared", "decided"}
        if outcome == "shared_part":
            found.add("shared_part")
    if quick and outcome == "withdrawn":
        found.add("withdrawn")
    if outcome == "no_response":
        found.add("no_reply")
    if request["under_agreement"] in ("yes", "no"):
        found.add("agreement_known")
    if request["under_agreement"] == "yes":
        found.add("with_agreement")
    if request["risk_of_not_sharing"] in ("yes", "no"):
        found.add("risk_known")
    if request["risk_of_not_sharing"] == "yes":
        found.add("risk_weighed")
    sectors = {request["holder_sector"], request["requester_sector"]}
    if len(sectors) == 2 and "not_stated" not in sectors:
        found.add("cross_received")
        if "shared" in found:
            found.add("cross_shared")
    return found


def period(level, day):
    if level == "month":
        return date(day.year, day.month, 1)
    if level == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1) if level == "year" else None


def tally(requests, dimensions, level, reasons=None):
    """{(values..., period): {count name: integer, 'bodies': set, 'by_body': {body: received}}}."""
    cells = {}
    for request in requests:
        key = (*(value(request, name) for name in dimensions), period(level, request["received_on"]))
        cell = cells.setdefault(key, {"bodies": {}})
        cell["bodies"][request["holder_body"]] = cell["bodies"].get(request["holder_body"], 0) + 1
        for name in counts(request, (reasons or {}).get(request["request_key"])):
            cell[name] = cell.get(name, 0) + 1
    return cells


def record_key(seed, request_key):
    """The key of one request: the first byte of SHA-256 over the seed in hexadecimal and its number in decimal."""
    return hashlib.sha256(f"{seed.hex()}{request_key}".encode()).digest()[0]


def noisy(requests, dimensions, level, seed, table):
    """{(values..., period): {count name: the count as it is published}} before any rule hides it."""
    members = {}
    for request in requests:
        key = (*(value(request, name) for name in dimensions), period(level, request["received_on"]))
        for name in counts(request):
            members.setdefault(key, {}).setdefault(name, []).append(record_key(seed, request["request_key"]))
    return {
        key: {name: perturb(len(keys), sum(keys), table) for name, keys in cell.items()}
        for key, cell in members.items()
    }


def undecided(requests, day):
    """Kaplan-Meier by the book: the share still undecided after `day` days, open requests censored."""
    share = 1.0
    for t in range(day + 1):
        at_risk = [r for r in requests if r["followed"] >= t and (r["days"] is None or r["days"] >= t)]
        settled = sum(1 for r in at_risk if r["days"] == t)
        if at_risk:
            share *= 1 - settled / len(at_risk)
    return share
