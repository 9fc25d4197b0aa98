"""The bodies of a synthetic world: real codes from the register, made-up sizes, caution, speed and habits."""

from dataclasses import dataclass

import numpy as np

from etl import reference
from etl.synthetic.mixes import BODIES, REGION, SIZE
from etl.synthetic.scenarios import Scenario

# Code lists by the column that uses them. A column of codes is held as small whole numbers into its list.
LISTS = {
    "holder_sector": "sectors",
    "requester_sector": "sectors",
    "region": "regions",
    "requester_region": "regions",
    "purpose": "purposes",
    "subject_group": "subject_groups",
    "urgency": "urgencies",
    "outcome": "outcomes",
    "under_agreement": "yes_no",
    "gateway": "gateways",
    "decided_by": "decided_by",
    "tool_cited": "tools",
    "reconsidered": "reconsidered",
    "risk_of_not_sharing": "yes_no",
    "reason": "reasons",
    "law_cited": "laws",
    "counterparty_sector": "sectors",
    "sector": "sectors",
    "role": "roles",
}
# Councils that hold social care and education; districts and combined authorities do not.
UPPER_TIER = ("E06", "E08", "E09", "E10", "W06", "S12")
LONG_AGO, FAR_OFF = "1900-01-01", "2999-12-31"
SMALLEST = 0.2  # of a council of middling size
COLLECTIONS = {
    "local_government": "councils",
    "health": "health",
    "police": "justice",
    "justice": "justice",
    "fire": "justice",
}


@dataclass
class World:
    """Chosen bodies (arrays, one entry a body) and the code lists. `months` are first days, datetime64[M]."""

    codes: dict[str, tuple[str, ...]]
    months: np.ndarray
    body: np.ndarray
    sector: np.ndarray
    region: np.ndarray
    collection: np.ndarray
    upper: np.ndarray
    alive: np.ndarray  # bodies by months
    size: np.ndarray
    caution: np.ndarray
    slowness: np.ndarray
    agreeable: np.ndarray
    never: np.ndarray
    late: np.ndarray
    totals_only: np.ndarray
    reports_as_requester: np.ndarray
    gateway_from: np.ndarray  # one entry a gateway: the days between which it can be relied on
    gateway_to: np.ndarray

    def index(self, column: str, code: str) -> int:
        """The number that stands for a code in a column."""
        return self.codes[column].index(code)

    def holds(self, column: str, values: np.ndarray, codes) -> np.ndarray:
        """Which values are among some codes."""
        wanted = np.isin(np.array(self.codes[column]), list(codes))
        return wanted[values]


def make_world(scenario: Scenario, rng: np.random.Generator, bodies: int = 600) -> World:
    """Choose bodies from the register and give each its own habits. ValueError when the register is too small."""
    lists = {name: tuple(row["code"] for row in reference.rows(name)) for name in set(LISTS.values())}
    codes = {column: lists[name] for column, name in LISTS.items()}
    months = np.arange(f"{scenario.first_year}-01", f"{scenario.last_year + 1}-01", dtype="datetime64[M]")
    chosen = _choose(reference.rows("bodies"), months, rng, bodies)
    sector = np.array([codes["sector"].index(row["sector"]) for row in chosen], dtype=np.int16)
    region = np.array([codes["region"].index(row["region"] or "not_stated") for row in chosen], dtype=np.int16)
    n = len(chosen)
    usual = np.array([SIZE.get(row["sector"], 0.5) * REGION.get(row["region"], 1.0) for row in chosen])
    # A handful of giants would make every national figure theirs, and a body with no requests sends no return.
    size = np.maximum(usual * np.minimum(np.exp(scenario.size_sd * rng.standard_normal(n)), 8.0), SMALLEST)
    upper = np.array([row["code"].startswith(UPPER_TIER) for row in chosen])
    caution = scenario.body_sd * rng.standard_normal(n)
    slowness = np.exp(scenario.speed_sd * rng.standard_normal(n))
    agreeable = 0.7 * rng.standard_normal(n)
    flags = _flags(scenario, rng, size, sector, codes["sector"])
    return World(
        codes,
        months,
        np.array([row["code"] for row in chosen]),
        sector,
        region,
        np.array([COLLECTIONS.get(row["sector"], "national-and-other") for row in chosen]),
        upper,
        np.array([_alive(row, months) for row in chosen]),
        size,
        caution,
        slowness,
        agreeable,
        *flags,
        *_in_force("gateways"),
    )


def _in_force(name: str) -> tuple[np.ndarray, np.ndarray]:
    """First and last days of the rows of a dated list; blanks are far away."""
    rows = reference.rows(name)
    first = np.array([row["start"] or LONG_AGO for row in rows], dtype="datetime64[D]")
    return first, np.array([row["end"] or FAR_OFF for row in rows], dtype="datetime64[D]")


def _alive(row: dict[str, str], months: np.ndarray) -> np.ndarray:
    """The whole months in which a body exists."""
    start = np.datetime64(row["start"] or LONG_AGO, "D")
    end = np.datetime64(row["end"] or FAR_OFF, "D")
    return (months.astype("datetime64[D]") >= start) & ((months + 1).astype("datetime64[D]") - 1 <= end)


def _choose(register: list[dict], months: np.ndarray, rng: np.random.Generator, bodies: int) -> list[dict]:
    """A spread of sectors in fixed proportions; sectors with too few bodies give their places to the others."""
    usable = [row for row in register if _alive(row, months).any()]
    if len(usable) < bodies:
        raise ValueError(f"the register has {len(usable)} bodies in the years asked for, and {bodies} are wanted")
    # Bodies that lived through the whole span come first; a few that were made or merged are let in.
    whole = np.array([_alive(row, months).all() for row in usable])
    order = np.argsort(rng.random(len(usable)) + np.where(whole, 0.0, 0.9), kind="stable")
    taken: list[int] = []
    for sector, share in BODIES.items():
        of_sector = [i for i in order if usable[i]["sector"] == sector]
        taken += of_sector[: round(share * bodies)]
    already = set(taken)
    spare = [i for i in order if i not in already]
    taken = (taken + spare)[:bodies]
    return sorted((usable[i] for i in taken), key=lambda row: row["code"])


def _flags(scenario, rng, size, sector, sectors) -> tuple[np.ndarray, ...]:
    """Who never reports, who is late, who can give only totals, who also reports as a requester."""
    n = len(size)
    draw = rng.random(n)
    never = draw < scenario.never_report
    late = ~never & (draw < scenario.never_report + scenario.late)
    steady = np.flatnonzero(~never & ~late)
    # Small bodies give totals: few rows, and it is small bodies that have no log.
    small = steady[np.argsort(size[steady], kind="stable")[: max(len(steady) // 3, scenario.totals_only)]]
    totals = np.isin(np.arange(n), rng.permutation(small)[: scenario.totals_only])
    askers = [sectors.index(name) for name in ("local_government", "voluntary", "police", "health")]
    able = np.flatnonzero(~never & ~late & ~totals & np.isin(sector, askers))
    asking = np.isin(np.arange(n), rng.permutation(able)[: scenario.requesters_reporting])
    return never, late, totals, asking
