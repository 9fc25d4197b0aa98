"""Kind 7. A fixed panel taken from everyone: who did not send in every year, worked out of published estimates.

A home has one such pair a measure and date, too few to score, so worlds are drawn: fifteen bodies that sent throughout,
three that joined with a few requests, the year's figures published for both by the code that publishes them.
"""

import numpy as np

from dashboard.attack.score import SMALL, Tries
from etl.publishing import estimates
from etl.publishing.estimate_series import Sides
from etl.publishing.withhold_estimates import parts_may_be_published, rest_may_be_published
from metrics import verdicts
from metrics.cell_key import make_table, perturb
from metrics.disclosure import to_step
from metrics.indicators import INDICATORS
from metrics.verdicts import Series

WORLDS, BODIES, JOINED = 1500, 15, 3
BEFORE, AFTER = 24, 12  # with no more than a year after, an estimate is nearest to a count
REQUESTS = (60, 400)  # a month, of the panel
INDICATOR = INDICATORS["refusal_rate"]


def fixed_panel(worlds: int = WORLDS, seed: int = 7) -> Tries:
    """Refusals by those who joined, 1 to 9: everyone's share of the year times their requests, less the panel's."""
    draw, table = np.random.default_rng(seed), make_table(b"a seed of the attack")
    truth, found = [], []
    for _ in range(worlds):
        base = draw.poisson(draw.uniform(*REQUESTS), BEFORE + AFTER).astype(float)
        events = draw.binomial(base.astype(int), draw.uniform(0.1, 0.3)).astype(float)
        refused = int(draw.integers(SMALL[0], SMALL[1] + 1))
        asked = refused + int(draw.poisson(4 * refused))
        more_events, more_base = (_spread(count, draw) for count in (refused, asked))
        more_base = np.maximum(more_base, more_events)
        of_all = Series(events + more_events, base + more_base, BEFORE, bodies=BODIES + JOINED)
        of_panel = Series(events, base, BEFORE, bodies=BODIES)
        everyone, panel = _published("", of_all), _published("panel", of_panel)
        if everyone is None or panel is None:
            continue
        truth.append(refused)
        if not rest_may_be_published(of_all, of_panel):
            found.append(np.nan)
            continue
        year = int((base + more_base)[BEFORE:].sum())
        year = perturb(year, draw.integers(0, 10**6), table)
        joined = everyone["base"] - panel["base"]
        found.append(everyone["observed"] * year - panel["observed"] * (year - joined))
    return Tries(np.array(truth), np.array(found))


def who_joined(worlds: int = WORLDS, seed: int = 8) -> Tries:
    """The same refusals, from what joining moved everyone's share by: for one who knows how many requests they had."""
    draw, table = np.random.default_rng(seed), make_table(b"a seed of the attack")
    truth, found = [], []
    for _ in range(worlds):
        base = draw.poisson(12 * draw.uniform(*REQUESTS) / BODIES, (2, BODIES)).astype(float)
        events = draw.binomial(base.astype(int), draw.uniform(0.1, 0.3)).astype(float)
        refused = int(draw.integers(SMALL[0], SMALL[1] + 1))
        asked = refused + int(draw.poisson(4 * refused))
        (x0, x1), (n0, n1) = (np.hstack([counts, [[0] * JOINED, _shared_out(joined)]])
                              for counts, joined in ((events, refused), (base, asked)))  # fmt: skip
        around = Sides({"refused": x0, "received": n0}, {"refused": x1, "received": n1}, {}, {})
        truth.append(refused)
        if not parts_may_be_published(around, INDICATOR):
            found.append(np.nan)
            continue
        joining = _row("", verdicts.Verdict(verdicts.NO_CHANGE), estimates.split(around, INDICATOR))["joining"]
        year = perturb(int(n1.sum()), draw.integers(0, 10**6), table)
        share = to_step(x1.sum() / n1.sum(), n1.sum())
        found.append(joining * year + (share - joining) * asked)
    return Tries(np.array(truth), np.array(found))


def _shared_out(count: int) -> list[int]:
    """A count laid out over those who joined; each has one at least where there are enough."""
    return [(count + place) // JOINED for place in range(JOINED)]


def _spread(count: int, draw) -> np.ndarray:
    """A count laid out over the months after the date, none before."""
    return np.r_[np.zeros(BEFORE), np.bincount(draw.integers(0, AFTER, count), minlength=AFTER)]


def _published(dimension: str, series: Series) -> dict | None:
    """The row of `estimates` for one series; None where no model could be fitted."""
    verdict = verdicts.judge(series, INDICATOR.better, INDICATOR.worth)
    if verdict.observed is None:
        return None
    return _row(dimension, verdict, estimates.beside(series, verdict))


def _row(dimension: str, verdict, details: dict) -> dict:
    key = estimates.Key(INDICATOR.id, estimates.PRIMARY, dimension, "throughout" if dimension else "")
    return dict(zip(estimates.COLUMNS, estimates.row(key, verdict, details), strict=True))
