"""What bodies would send of a synthetic world, besides the requests: refusals, totals, agreements, and requests as
their requesters saw them. Tables of arrays, as in `synthetic_requests`."""

import numpy as np

from etl import reference
from etl.synthetic import law, mixes
from etl.synthetic.decisions import CHILDREN
from etl.synthetic.draw import Table, pick, weights
from etl.synthetic.requests import NO_RESPONSE_AFTER, extracted_on
from etl.synthetic.scenarios import Scenario
from etl.synthetic.world import World


def sent(scenario: Scenario, world: World, holder: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Whether the body ever sent its return of that year: some never report, some are late with the last year."""
    return ~world.never[holder] & ~(world.late[holder] & (year == scenario.last_year))


def refusals_table(scenario: Scenario, rng: np.random.Generator, world: World, table: Table) -> Table:
    """One entry a reason of a refused request: `request` (a place in the requests table), rank, reason, law_cited.

    Also true_perceived: the planted chance that a stated main reason is one the law does not support.
    """
    rows = np.flatnonzero(table["outcome"] == world.index("outcome", "refused"))
    first, chance = _main_reasons(scenario, rng, world, table, rows)
    recorded = ~np.isin(np.array(world.codes["reason"])[first], list(law.REASONS["not_recorded"]))
    again = recorded & (rng.random(len(rows)) < 0.22)
    second, _ = _main_reasons(scenario, rng, world, table, rows[again], missing=0.0)
    differs = second != first[again]
    request = np.concatenate([rows, rows[again][differs]])
    reason = np.concatenate([first, second[differs]])
    rank = np.repeat([1, 2], [len(rows), int(differs.sum())])
    out = {
        "request": request,
        "rank": rank.astype(np.int16),
        "reason": reason,
        "law_cited": _laws(rng, world, reason, table[CHILDREN][request]),
        "true_perceived": np.concatenate([chance, np.full(int(differs.sum()), np.nan)]),
    }
    order = np.lexsort((rank, request))
    return {name: column[order] for name, column in out.items()}


def _main_reasons(scenario, rng, world, table, rows, missing: float | None = None):
    """A reason for each row, and the planted chance that a stated one is perceived and not legal."""
    n = len(rows)
    base = np.log(scenario.perceived_share / (1 - scenario.perceived_share))
    after = table["received_on"][rows] >= np.datetime64(scenario.code_date)
    chance = 1 / (1 + np.exp(-base - scenario.perceived_level * after))
    commercial = table["purpose"][rows] == world.index("purpose", "commercial")
    chance = np.where(commercial, 0.05, chance)
    positions = ["does_not", *law.OTHER_POSITIONS, "not_recorded"]
    other = pick(rng, [list(law.OTHER_POSITIONS.values())], size=n) + 1
    position = np.where(rng.random(n) < chance, 0, other)
    lost = rng.random(n) < (scenario.reason_missing if missing is None else missing)
    position[lost] = len(positions) - 1
    mix = np.array([weights(world.codes["reason"], law.REASONS[p]) for p in positions])
    reason = pick(rng, mix, position)
    proper = commercial & (position == 1)
    reason[proper] = pick(rng, weights(world.codes["reason"], law.COMMERCIAL), size=int(proper.sum()))
    return reason, chance


def _laws(rng, world, reason: np.ndarray, children: np.ndarray) -> np.ndarray:
    kinds = {row["code"]: row["position"] for row in reference.rows("reasons")}
    rows = []
    for child in (False, True):
        for code in world.codes["reason"]:
            mix = law.LAWS.get(code, law.LAWS_CHILDREN if child else law.LAWS_OTHERWISE)
            if child and kinds[code] == "does_not":
                mix = law.LAWS_CHILDREN
            rows.append(weights(world.codes["law_cited"], law.LAWS_PRACTICAL if kinds[code] == "practical" else mix))
    return pick(rng, np.array(rows), reason + len(world.codes["reason"]) * children.astype(int))


def counts_table(world: World, table: Table, rows: np.ndarray) -> Table:
    """Totals by quarter of some rows: for bodies that keep tallies and no log. Open means open on the 60th day."""
    days, outcome = table["true_days"][rows], table["outcome"][rows].copy()
    late = (days > NO_RESPONSE_AFTER) & (outcome != world.index("outcome", "no_response"))
    outcome[late] = world.index("outcome", "pending")
    keys = {
        "holder": table["holder"][rows],
        "requester_sector": table["requester_sector"][rows],
        "purpose": table["purpose"][rows],
        "quarter": (table["received_on"][rows].astype("datetime64[M]").astype(int) // 3),
        "outcome": outcome,
        "holder_sector": table["holder_sector"][rows],
        "region": table["region"][rows],
        "year": table["year"][rows],
    }
    found, requests = np.unique(np.stack([v.astype(np.int64) for v in keys.values()]), axis=1, return_counts=True)
    out = dict(zip(keys, found, strict=True)) | {"requests": requests}
    start = (out.pop("quarter") * 3).astype("datetime64[M]")
    return out | {"period_start": start.astype("datetime64[D]"), "period_end": (start + 3).astype("datetime64[D]") - 1}


def requester_table(scenario: Scenario, rng: np.random.Generator, world: World, table: Table) -> Table:
    """The same requests as their requesters logged them: most of them, with more silence and without the inside of
    the decision. Never to be added to what holders report."""
    asker = table["requester"]
    mine = (asker >= 0) & (asker != table["holder"]) & world.reports_as_requester[asker]
    rows = np.flatnonzero(mine & (rng.random(len(asker)) < 0.9))
    out = {name: column[rows] for name, column in table.items()}
    # A holder seldom logs what it never answered; the one who waits does.
    old = (out["extracted_on"] - out["received_on"]).astype(int) >= NO_RESPONSE_AFTER
    silent = old & (rng.random(len(rows)) < 0.06)
    out["outcome"] = np.where(silent, world.index("outcome", "no_response"), out["outcome"]).astype(np.int16)
    for name in ("decided_on", "reconsidered_on"):
        out[name] = np.where(silent, np.datetime64("NaT"), out[name])
    out["reconsidered"] = np.where(silent, world.index("reconsidered", "none"), out["reconsidered"]).astype(np.int16)
    for name in ("decided_by", "tool_cited", "risk_of_not_sharing"):
        out[name] = np.full(len(rows), world.index(name, "not_stated"), dtype=np.int16)
    return out


def agreements_table(scenario: Scenario, rng: np.random.Generator, world: World) -> Table:
    """Agreements of some bodies: one entry a body, quarter and counterparty's sector; a stock that adds up.

    in_force = the quarter before + signed - ended. review_overdue is -1 where the body does not know.
    """
    bodies = np.flatnonzero(~world.never & ~world.totals_only & (rng.random(len(world.body)) < 0.6))
    partners = _partners(world, bodies)
    body, partner = partners.T
    quarters = world.months[::3]
    growth = scenario.agreements[1] / scenario.agreements[0]
    stock = rng.poisson(1.5 + 2.5 * np.sqrt(world.size[body]))
    columns = {name: [] for name in ("in_force", "active", "signed", "ended", "review_overdue", "alive")}
    for q in range(len(quarters)):
        signed = rng.poisson(0.05 * stock + 0.05 * growth + 0.10)
        ended = rng.binomial(stock, 0.045 / growth)
        stock = stock + signed - ended
        overdue = np.where(body % 5 == 0, -1, rng.binomial(stock, 0.18))
        values = (stock, rng.binomial(stock, 0.7), signed, ended, overdue, world.alive[body, q * 3])
        for name, value in zip(columns, values, strict=True):
            columns[name].append(value)
    out = {name: np.concatenate(value) for name, value in columns.items()}
    start = np.repeat(quarters, len(body))
    out |= {"holder": np.tile(body, len(quarters)), "counterparty_sector": np.tile(partner, len(quarters))}
    out |= {"period_start": start.astype("datetime64[D]"), "period_end": (start + 3).astype("datetime64[D]") - 1}
    out["year"] = out["period_start"].astype("datetime64[Y]").astype(int) + 1970
    out["extracted_on"] = extracted_on(scenario, out["year"])
    keep = out.pop("alive") & sent(scenario, world, out["holder"], out["year"])
    order = np.flatnonzero(keep)[np.argsort(out["holder"][keep], kind="stable")]
    return {name: column[order] for name, column in out.items()}


def _partners(world, bodies) -> np.ndarray:
    """The three sectors that ask a body most: with those it has agreements."""
    sectors = world.codes["counterparty_sector"]
    pairs = []
    for body in bodies:
        mix = mixes.REQUESTER.get(sectors[world.sector[body]], {"local_government": 1})
        first = sorted(mix, key=mix.get, reverse=True)[:3]
        pairs += [(body, sectors.index(name)) for name in first]
    return np.array(pairs)
