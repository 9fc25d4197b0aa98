"""Lines of the proof on verdicts: monthly counts with and without a planted change (S0 to S5, S12)."""

import numpy as np

from etl.proof import draw
from etl.proof.kinds import COVERAGE, NULL_RATE, Line, Want
from etl.synthetic.scenarios import SCENARIOS
from metrics import interrupted, verdicts

CLAIMS = (verdicts.IMPROVING, verdicts.WORSENING)


def null(name: str, requests=None):
    """One replication of a null series: is a change claimed, at the least worth (none) and at the usual one."""

    def once(rng):
        found = verdicts.judge(draw.months(rng, SCENARIOS[name], requests).series, "down", 0.0)
        claim = found.id in CLAIMS
        return {
            "claim": claim,
            "claim_worth": claim and abs(found.difference) >= 0.03,
            "cannot_tell": found.id == verdicts.CANNOT_TELL,
        }

    return once


def effect(name: str, requests=None):
    """One replication of a planted change: do the intervals cover it, and how far out is the estimate."""

    def once(rng):
        made = draw.months(rng, SCENARIOS[name], requests)
        found = verdicts.judge(made.series, "down", 0.03)
        return {
            "covered": found.lower <= made.truth <= found.upper,
            "confirming_covered": found.confirming[0] <= made.truth <= found.confirming[1],
            "bias": (found.difference - made.truth) / made.truth,
            "wrong": found.id == verdicts.WORSENING,
        }

    return once


def joint(rng):
    """Do level and slope together lie in the 95% ellipse of the main model (bodies alike: log-odds do not mix)."""
    from dataclasses import replace

    from scipy.special import fdtrc

    made = draw.months(rng, replace(SCENARIOS["s2"], body_sd=0.0))
    columns = interrupted.segmented(len(made.series.base), made.series.first_after)
    fit = interrupted.quasi_binomial(made.series.events, made.series.base, columns)
    places = [fit.names.index(name) for name in ("level", "slope")]
    off = fit.coefficients[places] - np.array([made.level, made.slope])
    f = off @ np.linalg.solve(fit.covariance[np.ix_(places, places)], off) / 2
    return {"covered": fdtrc(2, fit.df, f) >= 0.05}


def grid(rng):
    """Twelve null series judged together (Benjamini-Hochberg): is any claimed; all true nulls, so this is the FDR."""
    judged = {k: verdicts.judge(draw.months(rng, SCENARIOS["s0"], 500, 20).series, "down", 0.0) for k in range(12)}
    settled = verdicts.adjust(judged, "grid", dict.fromkeys(judged, ("down", 0.0)))
    return {"any": any(one.id in CLAIMS for one in settled.values())}


def placebo(rng):
    """Share of placebo dates that give a signal, in the months before a real change."""
    from etl.publishing.estimates import placebo as tried_on

    made = draw.months(rng, SCENARIOS["s0"])
    longer = verdicts.Series(made.series.events, made.series.base, 48, 0, None, 60)
    tried, signals = tried_on(longer)
    return {"signals": signals / tried}


def thin(rng):
    found = verdicts.judge(draw.months(rng, SCENARIOS["s12"]).series, "down", 0.03)
    return {"not_enough": found.id == verdicts.NOT_ENOUGH}


CLAIMED = {"claim": Want("claims improving or worsening, however small", *NULL_RATE)}
USUAL = {"claim_worth": Want("the same, of changes worth acting on", *NULL_RATE)}
COVERED = {
    "covered": Want("main interval covers the planted change", *COVERAGE),
    "confirming_covered": Want("confirming interval covers it", 0.93, 1.0),
    "wrong": Want("called worsening", *NULL_RATE),
}
BIAS = {"bias": Want("bias, as a part of the effect", -0.10, 0.10, False)}

LINES: dict[str, Line] = {
    "null_2000": Line("s0", 2000, null("s0"), CLAIMED | USUAL),
    "null_200": Line("s0", 2000, null("s0", 200), CLAIMED | USUAL),
    "null_grid": Line("s0", 300, grid, {"any": Want("any of 12 tiles claimed", *NULL_RATE)}),
    "placebo": Line("s0", 200, placebo, {"signals": Want("placebo dates with a signal", *NULL_RATE, False)}),
    "level": Line("s1", 1000, effect("s1"), COVERED | BIAS),
    "slope": Line("s2", 1000, effect("s2"), COVERED | BIAS),
    "slope_joint": Line("s2", 1000, joint, {"covered": Want("ellipse covers level and slope", *COVERAGE)}),
    "season": Line("s3", 2000, null("s3"), CLAIMED),
    "overdispersed_null": Line("s4", 2000, null("s4"), CLAIMED),
    "overdispersed_level": Line("s4_effect", 1000, effect("s4_effect"), COVERED),
    "resemblance_3": Line("s5", 2000, null("s5"), CLAIMED),
    "resemblance_6": Line(
        "s5_strong", 2000, null("s5_strong"),
        {"claim": Want("claims improving or worsening, however small", 0.0, 0.06),
         "cannot_tell": Want("answers cannot tell", 0.0, 1.0)},
    ),
    "thin": Line("s12", 200, thin, {"not_enough": Want("answers not enough data", 1.0, 1.0)}),
}  # fmt: skip
