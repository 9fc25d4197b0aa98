"""Scenarios for synthetic returns: what truth is planted. One registry; a new scenario is one line in it.

Every number here is made up. Log-odds are natural logs; a minus means fewer refusals.
"""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date

CODE_IN_FORCE = date(2021, 10, 5)
CODE_PUBLISHED = date(2020, 12, 17)

# Log-odds of refusal before anything else is added.
BASE_REFUSAL = {
    "central_government": -1.00,
    "local_government": -1.35,
    "health": -1.15,
    "adult_social_care": -1.35,
    "childrens_services": -1.25,
    "education": -1.10,
    "higher_education": -1.20,
    "police": -1.25,
    "justice": -1.05,
    "fire": -1.70,
    "voluntary": -1.55,
    "housing": -1.40,
    "regulator": -1.10,
    "other_public": -1.20,
}


@dataclass(frozen=True)
class Campaign:
    """An event of data/reference/events.csv that reaches some holders' sectors from a day on.

    `log_odds` is added to refusal from `start`; `growth` is added each further month; sectors and regions empty = all.
    """

    event: str
    start: date
    sectors: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    log_odds: float = 0.0
    growth: float = 0.0


@dataclass(frozen=True)
class Gradient:
    """Log-odds of refusal added when one of `holders` is asked by one of `requesters` (sector codes)."""

    holders: tuple[str, ...]
    requesters: tuple[str, ...]
    log_odds: float


@dataclass(frozen=True)
class Scenario:
    """Everything that shapes a synthetic world. Defaults are a world in which nothing has any effect."""

    name: str
    title: str
    # volume
    requests: int = 300_000  # expected number over the whole span
    first_year: int = 2019
    last_year: int = 2025
    size_sd: float = 0.9  # of the log of a body's size
    volume_growth: float = 0.05  # a year
    volume_season: float = 0.10
    volume_shape: float = 6.0  # of the negative binomial; the smaller, the more uneven
    # refusal, in log-odds
    base: dict[str, float] = field(default_factory=lambda: dict(BASE_REFUSAL))
    body_sd: float = 0.4
    season: float = 0.0  # amplitude; highest in January
    shock_sd: float = 0.0  # month shock, the same for all bodies
    shock_rho: float = 0.0  # carried from one month to the next
    code_date: date = CODE_IN_FORCE
    code_level: float = 0.0
    code_slope: float = 0.0  # a month after the code came into force
    campaigns: tuple[Campaign, ...] = ()
    gradients: tuple[Gradient, ...] = ()
    agreement_level: float = 0.0
    pandemic_level: float = 0.0  # March to June 2020
    rogue_level: float = 0.0  # added for one body alone: the first in the register's order that sends returns
    mix_shift: float = 0.0  # share of requests, from code_date, that turn to a purpose often refused
    emergency_share: float = 0.0  # of requests while COPI notices were in force: public health emergency
    # reasons: log-odds of a stated main reason that the law does not support, from code_date
    perceived_share: float = 0.46
    perceived_level: float = 0.0
    reason_missing: float = 0.12
    # days to a decision
    speed_sd: float = 0.25  # of the log of a body's days
    agreement_days: float = 1.0  # days are multiplied by this under an agreement
    consent_days: float = 0.0  # median days of waiting for consent, section 17, children's requests
    # recording and use
    agreements: tuple[float, float] = (0.34, 0.34)  # share under an agreement, first and last month
    tools: tuple[float, float] = (0.04, 0.04)  # share of decisions citing a tool, to publication and at the end
    risk_weighed: tuple[float, float] = (0.20, 0.20)  # before and after code_date
    # survey
    heard: tuple[float, float] = (0.20, 0.20)  # first and last wave
    response: float = 0.35
    response_if_heard: float = 0.0  # log-odds of answering added for those who had heard (not at random)
    # who reports
    never_report: float = 0.03
    late: float = 0.06  # share of bodies whose last year is missing
    totals_only: int = 8
    requesters_reporting: int = 25

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    def planted(self) -> dict:
        """The scenario as plain JSON values."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


def _plain(value):
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


NULL = Scenario("null", "Nothing has any effect: bodies differ, and that is all")

DEMO = replace(
    NULL,
    name="demo",
    requests=215_000,  # enough for every page, and made, loaded and published while somebody waits
    title="A made-up country in which the code helps, unevenly, and one campaign does nothing",
    season=0.10,
    shock_sd=0.02,
    shock_rho=0.2,
    code_level=-0.30,
    campaigns=(
        Campaign("law_enforcement_toolkit", CODE_PUBLISHED, ("police",), (), -0.35),
        # The null campaign: it is in the list of events and it changes nothing.
        Campaign("think_check_share", date(2024, 1, 30), ("education", "police", "childrens_services"), (), 0.0),
    ),
    gradients=(
        Gradient(("health",), ("voluntary",), 0.70),
        Gradient(("health",), ("adult_social_care", "childrens_services"), 0.30),
        Gradient(("local_government", "adult_social_care", "childrens_services"), ("voluntary",), 0.25),
        Gradient(
            ("central_government",),
            ("local_government", "adult_social_care", "childrens_services", "housing", "fire"),
            0.35,
        ),
    ),
    agreement_level=-0.50,
    pandemic_level=-0.12,
    emergency_share=0.02,
    perceived_level=-0.55,
    agreement_days=0.7,
    consent_days=14.0,
    agreements=(0.28, 0.44),
    tools=(0.03, 0.24),
    risk_weighed=(0.15, 0.34),
    heard=(0.20, 0.63),
)

# The grid on which the statistics are proved (etl/proof/truth.py): sixty months of about 2,000 requests, the code
# coming into force at the 22nd, and one thing planted in each.
GRID = replace(NULL, requests=120_000, first_year=2020, last_year=2024)
FIRST, SECOND, THIRD = date(2022, 4, 1), date(2022, 10, 1), date(2023, 4, 1)
STAGGERED = ((FIRST, "police"), (SECOND, "health"), (THIRD, "education"))


def _campaigns(log_odds: float, growth: float = 0.0) -> tuple[Campaign, ...]:
    return tuple(Campaign(f"synthetic_{code}", start, (code,), (), log_odds, growth) for start, code in STAGGERED)


def _grid(name: str, title: str, **planted) -> Scenario:
    return replace(GRID, name=name, title=title, **planted)


PROOF = (
    _grid("s0", "S0: nothing changed"),
    _grid("s1", "S1: refusals fall at once when the code comes into force", code_level=-0.25),
    _grid("s2", "S2: refusals fall month by month from then on", code_slope=-0.02),
    _grid("s3", "S3: a season and nothing else", season=0.2),
    _grid("s4", "S4: months differ by more than chance, and nothing changed", shock_sd=0.1),
    _grid("s4_effect", "S4: the same, and refusals fall at once", shock_sd=0.1, code_level=-0.25),
    _grid("s5", "S5: each month resembles the last (0.3), and nothing changed", shock_sd=0.1, shock_rho=0.3),
    _grid("s5_strong", "S5: each month resembles the last (0.6), and nothing changed", shock_sd=0.1, shock_rho=0.6),
    _grid("s6", "S6: a campaign reaches three sectors by turns, to the same effect", campaigns=_campaigns(-0.45)),
    _grid("s7", "S7: the same dates, and an effect that grows", campaigns=_campaigns(0.0, -0.03)),
    _grid(
        "s8",
        "S8: a campaign without effect, sent where refusals were falling already",
        campaigns=(Campaign("synthetic_trend", date(2021, 4, 1), ("police",), (), 0.0, -0.02),),
    ),
    _grid("s9", "S9: many returns are late", late=0.25),
    _grid("s10", "S10: the mix of requests shifts, and no body changes", mix_shift=0.25, body_sd=0.1),
    _grid("s11", "S11: one body refuses far more than its peers", rogue_level=0.8, body_sd=0.1),
    _grid("s12", "S12: fifteen requests a month", requests=900, code_level=-0.5),
    _grid("s13", "S13: those who had heard of the code answer the survey more often", response_if_heard=0.8),
    _grid("s14", "S14: known days to a decision", speed_sd=0.0),
    _grid("s15", "S15: known counts, published with noise"),
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        DEMO,
        NULL,
        replace(NULL, name="code_effect", title="Only the code has an effect", code_level=-0.25),
        *PROOF,
    )
}
