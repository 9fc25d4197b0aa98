"""Lines of the proof on what pages show: the range beside a share, the gap, and a body beside its peers."""

import numpy as np

from etl.proof import draw
from etl.proof.kinds import COVERAGE, Line, Want
from etl.synthetic.scenarios import SCENARIOS
from metrics import evaluate, gap, intervals, peers

BODIES, YEARS = 30, 4
TRUTH, SPREAD = 0.25, 12  # bodies' own rates are beta distributed, with a mean and a sum of both parameters
GAP = 0.05
SECTORS = np.repeat(np.arange(6), 12)
KINDS = np.array(["child", "child", "adult", "fraud", "fraud"])  # of a body's requests, in pairs of one purpose
KIND_LOG_ODDS = np.array([-2.0, -1.6, -1.1, -0.4, 0.4])
USUAL_MIX, HARD_MIX = np.array([0.3, 0.3, 0.2, 0.15, 0.05]), np.array([0.05, 0.05, 0.1, 0.3, 0.5])


def shown_range(rng):
    """Likeness is measured over all years of 30 bodies, and used in the cell of one year."""
    own = rng.beta(TRUTH * SPREAD, (1 - TRUTH) * SPREAD, BODIES)[:, None]
    n = rng.integers(10, 120, (BODIES, YEARS))
    x = rng.binomial(n, own)
    alike = _alike(x.sum(axis=1), n.sum(axis=1))
    cell = {"shown": True, "bodies": BODIES, "refused": int(x[:, 0].sum()), "received": int(n[:, 0].sum())}
    found = evaluate.share(cell, None, "refused", "received", alike)
    low, high = intervals.wilson(cell["refused"], cell["received"])
    return {"covered": found["lower"] <= TRUTH <= found["upper"], "plain": low <= TRUTH <= high}


def _alike(x, n) -> evaluate.Alike:
    """Likeness and unevenness as they are stored when figures are published (etl/publishing/estimates.py)."""
    effective = intervals.clustered(x.sum(), n.sum(), (x * x).sum(), (n * n).sum(), (x * n).sum(), len(x))[3]
    effect, unevenness = max(n.sum() / effective, 1.0), len(x) * (n * n).sum() / n.sum() ** 2
    return evaluate.Alike((effect - 1) / max(unevenness * n.sum() / len(x) - 1, 1.0), unevenness)


def safeguarding_gap(rng):
    """Six sectors of twelve bodies that differ; one kind of request is refused 5 points more often everywhere."""
    odds = rng.normal(0, 0.4, len(SECTORS)) + np.linspace(-1.8, -0.6, 6)[SECTORS]
    n1, n0, base = rng.poisson(12, len(odds)), rng.poisson(60, len(odds)), draw.share_of(odds)
    x1, x0 = rng.binomial(n1, np.minimum(base + GAP, 1)), rng.binomial(n0, base)
    found = gap.stratified(x1, n1, x0, n0, SECTORS)
    return {"covered": found.lower <= GAP <= found.upper, "bias": found.value - GAP}


def beside_peers(rng):
    """Forty peers that differ by 0.1; one more refuses far more, and another only has a harder mix of requests."""
    odds = 0.1 * rng.standard_normal(42)
    odds[0] += SCENARIOS["s11"].rogue_level
    mix = np.tile(USUAL_MIX, (42, 1))
    mix[1] = HARD_MIX
    n = np.array([rng.multinomial(200, one) for one in mix])
    x = rng.binomial(n, draw.share_of(odds[:, None] + KIND_LOG_ODDS))
    called = np.isin(peers.compare(x, n, KINDS).position, ["much_lower", "much_higher"])
    return {"found": called[0], "mix": called[1], "others": called[2:].mean()}


LINES: dict[str, Line] = {
    "shown_range": Line(
        "s0", 1000, shown_range,
        {"covered": Want("the range beside a share covers what bodies like these do", *COVERAGE),
         "plain": Want("Wilson's on the requests alone covers it, which is not used", 0.0, 0.85)},
    ),
    "safeguarding_gap": Line(
        "s0", 1000, safeguarding_gap,
        {"covered": Want("the range of a gap inside sectors covers it", *COVERAGE),
         "bias": Want("bias of the gap", -0.005, 0.005, False)},
    ),
    "beside_peers": Line(
        "s11", 500, beside_peers,
        {"found": Want("rogue called out, case mix taken out, peers' spread 0.1", 0.80, 1.0),
         "mix": Want("a body with a harder mix alone called out", 0.0, 0.01),
         "others": Want("each peer called out", 0.0, 0.005, False)},
    ),
}  # fmt: skip
