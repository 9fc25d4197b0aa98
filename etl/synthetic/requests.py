"""Synthetic requests with known truth: one pure function, `requests_table`, from a scenario and a seed to arrays.

Order of cause: how many, who asks whom for what, under an agreement or not, how likely a refusal is (log-odds that
add), the outcome, the days it takes, and last what a body's extract would show of it on the day it was taken.
"""

import numpy as np

from etl.synthetic import law, mixes
from etl.synthetic.askers import arrivals, who_asks_for_what
from etl.synthetic.decisions import NEVER, agreement_and_power, days, refusal
from etl.synthetic.draw import Table, day, pick, since, weights
from etl.synthetic.scenarios import CODE_PUBLISHED, Scenario
from etl.synthetic.world import World, make_world

NO_RESPONSE_AFTER = 60  # days of silence after which a holder writes no_response and not pending


def requests_table(scenario: Scenario, rng: np.random.Generator, world: World | None = None, *, bodies=600) -> Table:
    """One entry a request, in columns of equal length.

    Codes are numbers into `world.codes[column]`; `holder` and `requester` are numbers into `world.body` (-1: none
    named); dates are datetime64[D], NaT where blank. Columns named true_* are the truth behind them and go into no
    return: the chance of refusal with and without the code, and the days to the decision had nobody stopped looking.
    Pure: the same scenario, seed and world give the same arrays.
    """
    world = world or make_world(scenario, rng, bodies)
    table = arrivals(scenario, rng, world)
    who_asks_for_what(scenario, rng, world, table)
    agreement_and_power(scenario, rng, world, table)
    refusal(scenario, rng, world, table)
    days(scenario, rng, world, table)
    _as_extracted(scenario, world, table)
    _second_look(rng, world, table)
    _records(scenario, rng, world, table)
    return table


def extracted_on(scenario: Scenario, years: np.ndarray) -> np.ndarray:
    """The day each year's extract is taken: the end of June after it, and for the last year the end of January."""
    june = (years - 1970 + 1).astype("datetime64[Y]").astype("datetime64[M]") + 5
    january = june - 5
    month = np.where(years == scenario.last_year, january, june)
    return (month + 1).astype("datetime64[D]") - 1


def _as_extracted(scenario, world, table) -> None:
    """What can be known on the day of the extract: later decisions are open requests."""
    years = table["received_on"].astype("datetime64[Y]").astype(int) + 1970
    table["year"] = years.astype(np.int16)
    table["extracted_on"] = extracted_on(scenario, years)
    followed = (table["extracted_on"] - table["received_on"]).astype(int)
    open_ = table["true_days"] > followed
    silent = table["true_days"] == NEVER
    outcome = table["outcome"]
    outcome[open_] = world.index("outcome", "pending")
    outcome[silent & (followed >= NO_RESPONSE_AFTER)] = world.index("outcome", "no_response")
    decided = table["received_on"] + table["true_days"].astype(int)
    table["decided_on"] = np.where(open_, np.datetime64("NaT"), decided)


def _second_look(rng, world, table) -> None:
    """One refusal in eight is looked at again; three in ten of those are reversed."""
    n = len(table["holder"])
    refused = table["outcome"] == world.index("outcome", "refused")
    on = table["decided_on"] + rng.integers(5, 100, n)
    again = refused & (rng.random(n) < 0.125)
    again &= np.where(again, on <= table["extracted_on"], False)
    codes = [world.index("reconsidered", code) for code in ("reversed", "upheld", "none")]
    result = np.where(rng.random(n) < 0.3, codes[0], codes[1])
    table["reconsidered"] = np.where(again, result, codes[2]).astype(np.int16)
    table["reconsidered_on"] = np.where(again, on, np.datetime64("NaT"))


def _records(scenario, rng, world, table) -> None:
    """Who decided, what they cited and what they wrote down; nothing is written for an open request."""
    n = len(table["holder"])
    refused = table["outcome"] == world.index("outcome", "refused")
    decided = ~np.isnat(table["decided_on"])
    rows = np.array([weights(world.codes["decided_by"], mixes.DECIDED_BY[k]) for k in ("shared", "refused")])
    decider = pick(rng, rows, refused.astype(int))
    by_rule = decider == world.index("decided_by", "automatic")
    decider[by_rule & ~table["true_agreement"]] = world.index("decided_by", "front_line")
    table["decided_by"] = np.where(decided, decider, world.index("decided_by", "not_stated")).astype(np.int16)
    tool = np.where(decided, _tools(scenario, rng, world, table), world.index("tool_cited", "not_stated"))
    table["tool_cited"] = tool.astype(np.int16)
    after = since(table["received_on"], scenario.code_date) >= 0
    chance = np.where(after, scenario.risk_weighed[1], scenario.risk_weighed[0])
    yes, no, blank = (world.index("risk_of_not_sharing", code) for code in ("yes", "no", "not_stated"))
    weighed = np.where(rng.random(n) < chance, yes, no)
    table["risk_of_not_sharing"] = np.where(decided & (rng.random(n) > 0.1), weighed, blank).astype(np.int16)


def _tools(scenario, rng, world, table) -> np.ndarray:
    """The tool cited in a decision: a few cite the older code or something else; then a share that climbs."""
    n, when = len(table["holder"]), np.where(np.isnat(table["decided_on"]), table["received_on"], table["decided_on"])
    end = since(day(f"{scenario.last_year}-12-31"), CODE_PUBLISHED)
    progress = np.clip(since(when, CODE_PUBLISHED) / end, 0.0, 1.0)
    first, last = scenario.tools
    cites = rng.random(n) < first + (last - first) * progress
    choice = pick(rng, weights(world.codes["tool_cited"], {t: w for t, (w, _) in mixes.TOOLS.items()}), size=n)
    police = world.holds("holder_sector", table["holder_sector"], ["police"])
    toolkit = police & (rng.random(n) < mixes.POLICE_TOOL[1])
    choice = np.where(toolkit, world.index("tool_cited", mixes.POLICE_TOOL[0]), choice)
    steps = choice == world.index("tool_cited", "ten_steps")
    too_soon = steps & (when < day(mixes.TOOLS["ten_steps"][1]))
    childless = steps & ~world.holds("purpose", table["purpose"], law.CHILDREN_PURPOSES)
    before = when < day(CODE_PUBLISHED)
    older = np.where(rng.random(n) < 0.6, world.index("tool_cited", "code"), world.index("tool_cited", "other"))
    choice = np.where(before, older, np.where(too_soon | childless, world.index("tool_cited", "code"), choice))
    none = np.where(rng.random(n) < 0.2, world.index("tool_cited", "not_stated"), world.index("tool_cited", "none"))
    return np.where(cites, choice, none)
