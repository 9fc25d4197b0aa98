"""One body beside its peers: case mix taken out first, then a funnel that allows for bodies' differing by nature.

A body is never ranked. It is `similar` to its peers, or `higher` or `lower` than they are beyond chance (outside 95%),
or much so (outside 99.8%, the only ones worth a second look: among 100 like bodies about 5 lie outside 95%).
"""

from typing import NamedTuple

import numpy as np

from metrics import funnel
from metrics.intervals import normal_quantile
from metrics.standardise import indirect_ratio

FEWEST = funnel.FEWEST_PEERS
PEER_BASE = 10  # requests that a body needs to be counted among the peers
STRATUM_BASE = 30  # peers' requests that a stratum needs for a rate of its own
NOTABLE, MUCH = 0.95, 0.998
POSITIONS = ("much_lower", "lower", "similar", "higher", "much_higher")


class Beside(NamedTuple):
    """Peers drawn together, then each body beside them: arrays are (bodies,), in the order given."""

    q25: float  # a quarter of the peers' own rates lie at or below this
    q50: float
    q75: float
    target: float  # the peers' pooled rate
    phi: float  # dispersion of the adjusted rates: 1 is chance alone
    tau2: float  # their variance beyond chance, on the arcsine scale
    expected: np.ndarray  # events, had the body's mix of requests met its peers' rates
    ratio: np.ndarray  # events over expected
    ratio_lower: np.ndarray
    ratio_upper: np.ndarray
    z: np.ndarray  # of the adjusted rate, the spread between bodies allowed for
    position: np.ndarray  # of POSITIONS


def compare(x, n, wider, confidence=NOTABLE) -> Beside:
    """Each of a group of peers beside all of them.

    expected E = Σ n_s R_s over strata, R_s the peers' rate in stratum s (see `reference`); ratio = Σx/E with its
    interval, its upper limit at most what the base allows; adjusted rate p = ratio x target, kept in 0..1;
    z = (asin√p - asin√target)/√(1/4n + τ²), τ² of the adjusted rates (metrics/funnel.py, winsorised, corrected for
    that); beyond 1.96 higher or lower, beyond 3.09 much so.
    x, n: (bodies, strata), events and bases; wider: (strata,), the label of the wider stratum each belongs to.
    Raises ValueError for fewer than 10 bodies, a body without a base, or events beyond it.
    Source: methods.md 2.3 and 2.4; Spiegelhalter 2005.
    """
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    own, base = x.sum(axis=1), n.sum(axis=1)
    if len(x) < FEWEST or not (base > 0).all():
        raise ValueError(f"a comparison needs {FEWEST} bodies or more, each with a base")
    expected, ratio, lower, upper = indirect_ratio(own, n, *reference(x, n, wider), confidence)
    target = own.sum() / base.sum()
    # Nothing expected and nothing seen: the body is where its peers are.
    adjusted = np.where(expected > 0, np.clip(np.nan_to_num(ratio) * target, 0, 1), target)
    found = funnel.overdispersed(adjusted * base, base, consistent=True)
    angle = np.arcsin(np.sqrt(adjusted)) - np.arcsin(np.sqrt(target))
    z = angle / np.sqrt(1 / (4 * base) + found.tau2)
    most = np.divide(base, expected, out=np.full_like(base, np.nan), where=expected > 0)
    quarters = np.quantile(own / base, [0.25, 0.5, 0.75])
    return Beside(
        *map(float, quarters), float(target), found.phi, found.tau2,
        expected, ratio, lower, np.minimum(upper, most), z, position(z),
    )  # fmt: skip


def reference(x, n, wider) -> tuple[np.ndarray, np.ndarray]:
    """The peers' events and bases by stratum, (strata,) each: a stratum under 30 requests takes its wider one's.

    x, n and wider as in `compare`. A wider stratum that is too small itself takes the counts of all.
    """
    counts = np.array([np.sum(x, axis=0), np.sum(n, axis=0)], dtype=float)
    _, label = np.unique(wider, return_inverse=True)
    together = np.array([np.bincount(label, weights=row) for row in counts])
    together = np.where(together[1] < STRATUM_BASE, counts.sum(axis=1)[:, None], together)[:, label]
    events, base = np.where(counts[1] < STRATUM_BASE, together, counts)
    return events, base


def position(z) -> np.ndarray:
    """POSITIONS for an array of z: past 1.96 higher or lower, past 3.09 much so."""
    notable, much = normal_quantile(NOTABLE), normal_quantile(MUCH)
    return np.array(POSITIONS)[np.digitize(z, [-much, -notable, notable, much])]
