"""Decisions in a synthetic world: agreement, power, chance of refusal, outcome and days. Log-odds add up."""

import numpy as np

from etl.synthetic import law, mixes
from etl.synthetic.askers import by_purpose
from etl.synthetic.draw import Table, between, pick, since, weights
from etl.synthetic.scenarios import Campaign, Scenario
from etl.synthetic.world import World

CHILDREN = "true_childrens_request"
NEVER = 32_000  # days: a request that nobody ever decides
PANDEMIC = (np.datetime64("2020-03-01"), np.datetime64("2020-07-01"))


def agreement_and_power(scenario: Scenario, rng: np.random.Generator, world: World, table: Table) -> None:
    """Add whether an agreement covers the request, and the power it rests on."""
    n, holder = len(table["holder"]), table["holder"]
    first, last = scenario.agreements
    share = np.linspace(first, last, len(world.months))[table["month"]]
    odds = np.log(share / (1 - share)) + world.agreeable[holder]
    # Community groups are seldom party to an agreement.
    odds -= 0.9 * world.holds("requester_sector", table["requester_sector"], ["voluntary"])
    codes = [world.index("under_agreement", code) for code in ("yes", "no", "not_stated")]
    yes = rng.random(n) < 1 / (1 + np.exp(-odds))
    table["true_agreement"] = yes
    table["under_agreement"] = np.where(rng.random(n) < 0.05, codes[2], np.where(yes, *codes[:2])).astype(np.int16)
    gateway = by_purpose(rng, world, table, "gateway", law.GATEWAYS, law.GATEWAYS_OTHERWISE)
    children = table[CHILDREN] = _children(world, table)
    gateway[children] = pick(rng, weights(world.codes["gateway"], law.CHILDREN_GATEWAYS), size=int(children.sum()))
    received = table["received_on"]
    out_of_force = (received < world.gateway_from[gateway]) | (received > world.gateway_to[gateway])
    gateway[out_of_force] = world.index("gateway", "art6_public_task")
    table["gateway"] = gateway


def _children(world, table) -> np.ndarray:
    """Children's requests to councils and their children's services."""
    return world.holds("holder_sector", table["holder_sector"], law.CHILDREN_HOLDERS) & world.holds(
        "purpose", table["purpose"], law.CHILDREN_PURPOSES
    )


def refusal(scenario: Scenario, rng: np.random.Generator, world: World, table: Table) -> None:
    """The chance of refusal, what it would have been without the code, and the outcome."""
    odds = np.array([scenario.base.get(s, -1.3) for s in world.codes["holder_sector"]])[table["holder_sector"]]
    odds += np.array([mixes.PURPOSE_REFUSAL.get(p, 0.0) for p in world.codes["purpose"]])[table["purpose"]]
    odds += world.caution[table["holder"]]
    odds += scenario.rogue_level * (table["holder"] == int(np.argmin(world.never)))
    odds += _month_terms(scenario, rng, world)[table["month"]]
    odds += scenario.agreement_level * table["true_agreement"]
    odds += scenario.pandemic_level * between(table["received_on"], PANDEMIC)
    for gradient in scenario.gradients:
        odds += gradient.log_odds * (
            world.holds("holder_sector", table["holder_sector"], gradient.holders)
            & world.holds("requester_sector", table["requester_sector"], gradient.requesters)
        )
    for campaign in scenario.campaigns:
        odds += _campaign(campaign, world, table)
    months = since(table["received_on"], scenario.code_date)
    code = np.where(months >= 0, scenario.code_level + scenario.code_slope * np.maximum(months, 0), 0.0)
    table["true_refusal_without_code"] = 1 / (1 + np.exp(-odds))
    table["true_refusal"] = 1 / (1 + np.exp(-odds - code))
    otherwise = pick(rng, weights(world.codes["outcome"], mixes.OTHERWISE), size=len(odds))
    refused = rng.random(len(odds)) < table["true_refusal"]
    table["outcome"] = np.where(refused, world.index("outcome", "refused"), otherwise).astype(np.int16)


def _campaign(campaign: Campaign, world: World, table: Table) -> np.ndarray:
    months = since(table["received_on"], campaign.start)
    reached = months >= 0
    if campaign.sectors:
        reached &= world.holds("holder_sector", table["holder_sector"], campaign.sectors)
    if campaign.regions:
        reached &= world.holds("region", table["region"], campaign.regions)
    return np.where(reached, campaign.log_odds + campaign.growth * months, 0.0)


def _month_terms(scenario, rng, world) -> np.ndarray:
    """Season and a shock that carries over from month to month."""
    months = len(world.months)
    noise = rng.standard_normal(months) * scenario.shock_sd
    shock = np.empty(months)
    level = noise[0]
    for i in range(months):
        level = noise[i] if i == 0 else scenario.shock_rho * level + noise[i] * np.sqrt(1 - scenario.shock_rho**2)
        shock[i] = level
    return shock + scenario.season * np.cos(2 * np.pi * np.arange(months) / 12)


def days(scenario: Scenario, rng: np.random.Generator, world: World, table: Table) -> None:
    """Whole days from receipt to the decision, from 0: Weibull by outcome, stretched by body, urgency and agreement."""
    n = len(table["holder"])
    median, shape = np.array([mixes.DAYS.get(o, (np.nan, 1.0)) for o in world.codes["outcome"]]).T
    stretch = world.slowness[table["holder"]]
    stretch = stretch * np.array([mixes.URGENCY_DAYS[u] for u in world.codes["urgency"]])[table["urgency"]]
    stretch = stretch * np.where(table["true_agreement"], scenario.agreement_days, 1.0)
    stretch = stretch * np.where(rng.random(n) < 0.015, 8.0, 1.0)
    wait = _weibull(rng, median[table["outcome"]] * stretch, shape[table["outcome"]])
    waits = table[CHILDREN] & (table["gateway"] == world.index("gateway", "children_act_1989_s17"))
    wait += np.where(waits, _weibull(rng, np.full(n, scenario.consent_days), 1.5), 0.0)
    table["true_days"] = np.where(np.isnan(wait), NEVER, np.minimum(wait, NEVER - 1)).astype(np.int16)


def _weibull(rng, median: np.ndarray, shape) -> np.ndarray:
    return median * (rng.exponential(size=len(median)) / np.log(2)) ** (1 / np.asarray(shape))
