"""The truth of a synthetic world as plain JSON: what was planted, what that amounts to, and counts to check against."""

import numpy as np

from etl.synthetic.decisions import CHILDREN, NEVER
from etl.synthetic.draw import Table, body_years
from etl.synthetic.scenarios import Scenario
from etl.synthetic.world import World

HORIZON = 60  # days, as metrics.dimensions.HORIZON


def truth_of(made, senders: list[dict[str, str]]) -> dict:
    """Planted parameters, their size in points and days, counts of what was written, and returns sent and missing."""
    return {
        "planted": made.scenario.planted(),
        "effects": effects(made.scenario, made.world, made.requests, made.refusals),
        "heard_of_code_by_wave": {row["wave"]: row["heard_of_code"] for row in made.waves},
        "counts": counts(made),
        "bodies": _bodies(made),
        "returns": _returns(made, senders),
    }


def effects(scenario: Scenario, world: World, requests: Table, refusals: Table) -> dict:
    """What the planted numbers amount to in figures a page shows: points of a share (0 to 1) and whole days."""
    refused = requests["outcome"] == world.index("outcome", "refused")
    in_time = refused & (requests["true_days"] <= HORIZON)
    months = requests["received_on"].astype("datetime64[M]")
    start = np.datetime64(scenario.code_date, "M") + 1
    window = (months >= start) & (months < start + 12)
    return {
        "code_first_12_months": {
            "from": str(start),
            "to": str(start + 11),
            "what": "refused by day 60 of received, with the code less without it",
            "all": _points(requests, window, in_time, refused),
            "by_sector": {
                code: _points(requests, window & (requests["holder_sector"] == i), in_time, refused)
                for i, code in enumerate(world.codes["holder_sector"])
                if (window & (requests["holder_sector"] == i)).sum() >= 30
            },
        },
        "perceived_share": _perceived(scenario, requests, refusals),
        "section_17": _section_17(world, requests),
    }


def _points(requests: Table, rows: np.ndarray, in_time: np.ndarray, refused: np.ndarray) -> float | None:
    """Mean of the chances' difference, times the part of refusals that come in time (the code changes no days)."""
    if not (rows & refused).any():
        return None
    change = requests["true_refusal"][rows] - requests["true_refusal_without_code"][rows]
    return round(float(change.mean() * in_time[rows].sum() / refused[rows].sum()), 6)


def _perceived(scenario: Scenario, requests: Table, refusals: Table) -> dict:
    """The mean planted chance that a stated main reason is one the law does not support."""
    main = refusals["rank"] == 1
    after = requests["received_on"][refusals["row"]] >= np.datetime64(scenario.code_date)
    chance = refusals["true_perceived"]
    parts = {"before": main & ~after, "after": main & after}
    return {name: round(float(chance[rows].mean()), 6) if rows.any() else None for name, rows in parts.items()}


def _section_17(world: World, requests: Table) -> dict:
    """Median true days to a decision of councils' children's requests, by the power they rest on."""
    decided = requests[CHILDREN] & (requests["true_days"] < NEVER)
    medians = {}
    for code in ("children_act_1989_s17", "children_act_1989_s47"):
        days = requests["true_days"][decided & (requests["gateway"] == world.index("gateway", code))]
        medians[f"median_days_{code}"] = int(np.median(days)) if len(days) else None
    return medians


def counts(made) -> dict:
    """Counts of what holders' files hold. Totals of bodies without a log are apart, under totals_only."""
    world, requests = made.world, made.requests
    refused = requests["outcome"] == world.index("outcome", "refused")
    in_time = refused & ((requests["decided_on"] - requests["received_on"]).astype(int) <= HORIZON)
    sector, month = requests["holder_sector"], requests["received_on"].astype("datetime64[M]")
    totals_refused = made.counts["outcome"] == world.index("outcome", "refused")
    return {
        "requests": len(refused),
        "refused": int(refused.sum()),
        "refusal_reasons": len(made.refusals["rank"]),
        "requests_by_sector": _by_code(world, sector),
        "refused_by_sector": _by_code(world, sector[refused]),
        "refused_by_day_60_by_sector": _by_code(world, sector[in_time]),
        "requests_by_month": _by_month(month),
        "refused_by_month": _by_month(month[refused]),
        "refused_by_day_60_by_month": _by_month(month[in_time]),
        "requests_by_outcome": _by_code(world, requests["outcome"], "outcome"),
        "totals_only": {
            "requests": int(made.counts["requests"].sum()),
            "refused": int(made.counts["requests"][totals_refused].sum()),
        },
        "seen_by_requesters": len(made.seen_by_requesters["holder"]),
    }


def _by_code(world: World, numbers: np.ndarray, column: str = "holder_sector") -> dict[str, int]:
    found, n = np.unique(numbers, return_counts=True)
    return {world.codes[column][i]: int(k) for i, k in zip(found, n, strict=True)}


def _by_month(months: np.ndarray) -> dict[str, int]:
    found, n = np.unique(months, return_counts=True)
    return {str(month): int(k) for month, k in zip(found, n, strict=True)}


def _bodies(made) -> dict:
    world = made.world

    def of(mask: np.ndarray) -> list[str]:
        return [str(code) for code in world.body[mask]]

    return {
        "number": len(world.body),
        "by_sector": _by_code(world, world.sector),
        "never_report": of(world.never),
        "late": of(world.late),
        "totals_only": of(world.totals_only),
        "also_report_as_requester": of(world.reports_as_requester),
        "caution": {str(c): round(float(u), 4) for c, u in zip(world.body, world.caution, strict=True)},
    }


def _why(made) -> dict[str, str]:
    """Why a body's return is missing: it never reports, or its last year is late."""
    body = made.world.body
    never, late = body[made.world.never], body[made.world.late]
    return {str(code): "late" for code in late} | {str(code): "never reports" for code in never}


def _returns(made, senders: list[dict[str, str]]) -> dict:
    """Returns expected by senders.csv, by kind, and those of them that are in no file. A return is a year's."""
    tables = {"requests": made.requests, "refusals": made.refusals, "request_counts": made.counts}
    tables["agreements"] = made.agreements
    there = set()
    for kind, table in tables.items():
        there |= {(kind, str(made.world.body[body]), year) for body, year in body_years(table)}
    surveyed = {int(year) for year in np.unique(made.answers["year"])} if made.waves else set()
    why = _why(made)
    expected: dict[str, int] = {}
    missing = []
    for row in senders:
        for kind in row["kinds"].split(";"):
            for year in range(int(row["from"][:4]), int(row["to"][:4]) + 1):
                expected[kind] = expected.get(kind, 0) + 1
                if (kind, row["sender"], year) not in there and not (row["body"] == "" and year in surveyed):
                    reason = why.get(row["sender"], "nothing to send")
                    missing.append({"sender": row["sender"], "kind": kind, "year": year, "why": reason})
    return {"expected": expected, "missing": missing}
