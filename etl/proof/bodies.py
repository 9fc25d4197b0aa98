"""Lines of the proof on bodies: pooled rates, case mix and funnel limits (S0, S10, S11)."""

import numpy as np

from etl.proof import draw
from etl.proof.kinds import COVERAGE, WIDE_COVERAGE, Line, Want
from etl.synthetic.scenarios import SCENARIOS
from metrics import funnel, standardise
from metrics.intervals import clustered


def pooled(rng):
    """A rate pooled over 40 bodies that differ; the truth is the mean of what bodies like these do."""
    n = rng.poisson(100 * np.exp(0.5 * rng.standard_normal(40) - 0.125))
    x = rng.binomial(n, draw.share_of(draw.BASE_LOG_ODDS + 0.4 * rng.standard_normal(40)))
    _, lower, upper, _ = clustered(x.sum(), n.sum(), (x * x).sum(), (n * n).sum(), (x * n).sum(), 40)
    return {"covered": lower <= POPULATION_SHARE <= upper}


POPULATION_SHARE = float(
    np.average(draw.share_of(draw.BASE_LOG_ODDS + 0.4 * np.linspace(-6, 6, 4001)),
               weights=np.exp(-np.linspace(-6, 6, 4001) ** 2 / 2))
)  # fmt: skip
RATES = np.array([0.10, 0.18, 0.25, 0.40, 0.60])
MIX_BEFORE, MIX_AFTER = np.array([0.3, 0.3, 0.2, 0.15, 0.05]), np.array([0.2, 0.2, 0.2, 0.2, 0.2])


def case_mix(rng):
    """One body's requests turn to harder purposes and its decisions stay as they were."""
    n0, n1 = rng.multinomial(2000, MIX_BEFORE), rng.multinomial(2000, MIX_AFTER)
    x0, x1 = rng.binomial(n0, RATES), rng.binomial(n1, RATES)
    reference_n = rng.multinomial(100_000, MIX_BEFORE)
    reference_x = rng.binomial(reference_n, RATES)
    ratios = [standardise.indirect_ratio(x, n, reference_x, reference_n) for x, n in ((x0, n0), (x1, n1))]
    return {
        "raw": x1.sum() / n1.sum() - x0.sum() / n0.sum(),
        "standardised": ratios[1][1] - ratios[0][1],
        "covered": ratios[1][2] <= 1 <= ratios[1][3],
    }


def rogue(sd: float):
    """Forty peers of 200 requests that differ by `sd`, and one more whose log-odds are 0.8 higher."""

    def once(rng):
        odds = draw.BASE_LOG_ODDS + sd * rng.standard_normal(41)
        odds[0] += SCENARIOS["s11"].rogue_level
        n = rng.poisson(200, 41)
        x = rng.binomial(n, draw.share_of(odds))
        found = funnel.overdispersed(x, n, consistent=True)
        lower, upper = found.limits(n, 0.998)
        outside = (x / n < lower) | (x / n > upper)
        return {"found": outside[0], "others": outside[1:].mean(), "tau2": found.tau2}

    return once


def peers(rng):
    """Forty bodies of 200 requests without a rogue: is any called one, and is their spread found."""
    n = rng.poisson(200, 40)
    x = rng.binomial(n, draw.share_of(draw.BASE_LOG_ODDS + 0.2 * rng.standard_normal(40)))
    found = funnel.overdispersed(x, n, consistent=True)
    lower, upper = found.limits(n, 0.998)
    return {"others": ((x / n < lower) | (x / n > upper)).mean(), "tau2": found.tau2}


def true_tau2(sd: float) -> float:
    """Variance of the arcsine of a body's square-rooted share, from the formula: what the funnel estimates."""
    z = np.linspace(-6, 6, 4001)
    w = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    y = np.arcsin(np.sqrt(draw.share_of(draw.BASE_LOG_ODDS + sd * z)))
    return float(w @ y**2 - (w @ y) ** 2)


LINES: dict[str, Line] = {
    "case_mix": Line(
        "s10", 500, case_mix,
        {"raw": Want("raw rate moves", 0.05, 1.0, False),
         "standardised": Want("standardised ratio moves", -0.01, 0.01, False),
         "covered": Want("interval of the ratio covers 1", *WIDE_COVERAGE)},
    ),
    "rogue_alike": Line(
        "s11", 500, rogue(0.0),
        {"found": Want("rogue beyond 99.8% limits, peers alike (spread 0)", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False)},
    ),
    "rogue": Line(
        "s11", 500, rogue(0.1),
        {"found": Want("rogue beyond 99.8% limits, peers' spread 0.1", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False),
         "tau2": Want("spread between peers, tau squared", 0.8 * true_tau2(0.1), 1.2 * true_tau2(0.1), False)},
    ),
    "rogue_spread_2": Line(
        "s11", 500, rogue(0.2),
        {"found": Want("rogue beyond 99.8% limits, peers' spread 0.2", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False),
         "tau2": Want("spread between peers, tau squared", 0.8 * true_tau2(0.2), 1.2 * true_tau2(0.2), False)},
    ),
    "rogue_spread_4": Line(
        "s11", 500, rogue(0.4),
        {"found": Want("rogue beyond 99.8% limits, peers' spread 0.4", 0.80, 1.0),
         "others": Want("each peer beyond them", 0.0, 0.005, False)},
    ),
    "peers": Line(
        "s11", 500, peers,
        {"others": Want("each of 40 ordinary bodies beyond 99.8% limits, spread 0.2", 0.0, 0.005, False),
         "tau2": Want("spread between them, tau squared", 0.8 * true_tau2(0.2), 1.2 * true_tau2(0.2), False)},
    ),
    "pooled": Line("s0", 1000, pooled, {"covered": Want("clustered interval of a pooled rate covers", *COVERAGE)}),
}  # fmt: skip
