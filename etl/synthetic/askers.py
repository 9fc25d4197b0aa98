"""Who asks whom for what in a synthetic world, and when: how many requests, purposes, requesters, urgency."""

import numpy as np

from etl.synthetic import mixes
from etl.synthetic.draw import Table, between, by_row, pick, weights
from etl.synthetic.scenarios import Scenario
from etl.synthetic.world import World

EMERGENCY_YEARS = (np.datetime64("2020-03-01"), np.datetime64("2022-07-01"))  # while COPI notices were in force


def arrivals(scenario: Scenario, rng: np.random.Generator, world: World) -> Table:
    """Negative binomial counts a body and month, spread over the days of the month."""
    step = np.arange(len(world.months))
    shape = (1 + scenario.volume_growth) ** (step / 12)
    shape = shape * (1 + scenario.volume_season * np.cos(2 * np.pi * (step - 2) / 12))
    mean = world.size[:, None] * shape * world.alive
    mean *= scenario.requests / mean.sum()
    uneven = rng.gamma(scenario.volume_shape, 1 / scenario.volume_shape, mean.shape)
    counts = rng.poisson(mean * uneven)
    holder, month = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), len(step))
    first = world.months.astype("datetime64[D]")
    length = ((world.months + 1).astype("datetime64[D]") - first).astype(int)
    day = (rng.random(len(holder)) * length[month]).astype(int)
    return {
        "holder": holder.astype(np.int16),
        "month": month.astype(np.int16),
        "received_on": first[month] + day,
        "region": world.region[holder],
    }


def who_asks_for_what(scenario: Scenario, rng: np.random.Generator, world: World, table: Table) -> None:
    """Add purpose, sectors, subjects, urgency and the named requester to a table of arrivals."""
    holder = table["holder"]
    sectors = world.codes["holder_sector"]
    table["holder_sector"] = _services(rng, world, holder)
    purpose_mix = np.array([weights(world.codes["purpose"], mixes.PURPOSE.get(s, {"other": 1})) for s in sectors])
    purpose = pick(rng, purpose_mix, table["holder_sector"])
    emergency = between(table["received_on"], EMERGENCY_YEARS) & (rng.random(len(holder)) < scenario.emergency_share)
    purpose[emergency] = world.index("purpose", "public_health_emergency")
    if scenario.mix_shift:
        after = table["received_on"] >= np.datetime64(scenario.code_date)
        purpose[after & (rng.random(len(holder)) < scenario.mix_shift)] = world.index("purpose", "commercial")
    table["purpose"] = purpose
    pairs, kinds = _requester_mix(world), len(world.codes["purpose"])
    table["requester_sector"] = pick(rng, pairs, table["holder_sector"].astype(int) * kinds + purpose)
    table["subject_group"] = by_purpose(rng, world, table, "subject_group", mixes.SUBJECTS, mixes.SUBJECTS_OTHERWISE)
    table["urgency"] = by_purpose(rng, world, table, "urgency", *_urgency_mix())
    _requesters(rng, world, table)


def _services(rng, world, holder) -> np.ndarray:
    """The service that holds the data: a council has several, any other body is its own sector."""
    rows = np.array([weights(world.codes["holder_sector"], mixes.SERVICES[tier]) for tier in ("lower", "upper")])
    council = world.holds("sector", world.sector, ["local_government"])[holder]
    drawn = pick(rng, rows, world.upper[holder].astype(int))
    return np.where(council, drawn, world.sector[holder]).astype(np.int16)


def _requester_mix(world) -> np.ndarray:
    """Weights of requesters' sectors: one row for each pair of holder's sector and purpose."""
    sectors = world.codes["requester_sector"]
    tilt = np.array([[mixes.TILT.get(p, {}).get(s, 1.0) for s in sectors] for p in world.codes["purpose"]])
    base = np.array([weights(sectors, mixes.REQUESTER.get(s, {"not_stated": 1})) for s in sectors])
    pairs = base[:, None, :] * tilt[None, :, :]
    return pairs.reshape(-1, len(sectors))


def _urgency_mix() -> tuple[dict, dict]:
    def whole(emergency: float, urgent: float) -> dict[str, float]:
        left = 1 - emergency - urgent
        return {"emergency": emergency, "urgent": urgent, "routine": 0.92 * left, "not_stated": 0.08 * left}

    return {p: whole(*u) for p, u in mixes.URGENCY.items()}, whole(*mixes.URGENCY_OTHERWISE)


def by_purpose(rng, world: World, table: Table, column: str, mix: dict, otherwise: dict) -> np.ndarray:
    """Codes of a column drawn by the purpose of each request."""
    return by_row(rng, world.codes[column], world.codes["purpose"], mix, otherwise, table["purpose"])


def _requesters(rng, world, table) -> None:
    """A named requester where there is one of that sector: mostly of the holder's own region, sometimes itself."""
    n = len(table["holder"])
    sectors = world.codes["requester_sector"]
    service = world.holds("requester_sector", table["requester_sector"], ("adult_social_care", "childrens_services"))
    # A council's services ask in the council's name.
    wanted = np.where(service, sectors.index("local_government"), table["requester_sector"]).astype(int)
    regions = len(world.codes["region"])
    near = rng.random(n) < 0.85
    asker = _one_of(rng, wanted * regions + table["region"], world.sector.astype(int) * regions + world.region)
    far = _one_of(rng, wanted, world.sector.astype(int))
    asker = np.where(near & (asker >= 0), asker, far)
    asker[rng.random(n) < 0.30] = -1
    council = world.upper[table["holder"]] & service
    inside = council & (rng.random(n) < 0.12) & (table["requester_sector"] != table["holder_sector"])
    asker[inside] = table["holder"][inside]
    asker[(asker == table["holder"]) & ~inside] = -1
    gone = (asker >= 0) & ~world.alive[asker, table["month"]]
    asker[gone] = -1
    table["requester"] = asker.astype(np.int16)
    own = np.where(near, table["region"], _any_region(rng, world, n))
    own[rng.random(n) < 0.04] = world.index("region", "not_stated")
    table["requester_region"] = np.where(asker >= 0, world.region[asker], own).astype(np.int16)


def _any_region(rng, world, n) -> np.ndarray:
    return pick(rng, weights(world.codes["region"], mixes.REGION), size=n)


def _one_of(rng, wanted: np.ndarray, pools: np.ndarray) -> np.ndarray:
    """A body drawn from the pool each request wants; -1 where that pool is empty. `pools` is each body's pool."""
    order = np.argsort(pools, kind="stable")
    start = np.searchsorted(pools[order], wanted, side="left")
    end = np.searchsorted(pools[order], wanted, side="right")
    at = start + (rng.random(len(wanted)) * (end - start)).astype(int)
    return np.where(end > start, order[np.minimum(at, len(order) - 1)], -1)
