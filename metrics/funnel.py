"""Funnel limits: what share a body of a given size would show if it did as its peers do.

Only points beyond the 99.8% limits are called out, as higher or lower than expected, and never ranked.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from metrics.intervals import _counts, _plain, normal_quantile

FEWEST_PEERS = 10  # below this the extra spread cannot be estimated: use the plain `limits`, and say so


def limits(target, n, confidence):
    """Limits about a target share θ for bases n: (lower, upper) = θ ± z √(θ(1-θ)/n), clipped to 0..1.

    target: a share; n: a number or an array, more than 0 (0 answers nan); confidence: 0.95 or 0.998, say.
    Raises ValueError for a target outside 0..1. Source: PHEindicatormethods 2.1.0, to which it reduces.
    """
    _check_target(target)
    base = _bases(n)
    reach = normal_quantile(confidence) * np.sqrt(target * (1 - target) / base)
    return _plain(np.clip(target - reach, 0, 1)), _plain(np.clip(target + reach, 0, 1))


@dataclass(frozen=True)
class Funnel:
    """A target share with the spread of bodies about it: see `overdispersed`."""

    target: float  # share over all bodies
    phi: float  # dispersion: mean square of the winsorised z; 1 is binomial
    tau2: float  # variance between bodies on the arcsine scale, beyond chance
    z: np.ndarray  # each body's z before winsorising; nan for a body without requests

    def limits(self, n, confidence):
        """(lower, upper) for bases n: sin²(asin√θ ± z √(1/4n + τ²)), the angle kept in 0..π/2."""
        reach = normal_quantile(confidence) * np.sqrt(1 / (4 * _bases(n)) + self.tau2)
        angle = np.arcsin(np.sqrt(self.target))
        lower, upper = (np.sin(np.clip(angle + side * reach, 0, np.pi / 2)) ** 2 for side in (-1, 1))
        return _plain(lower), _plain(upper)


def overdispersed(observed, n, winsorise=0.1, consistent=False) -> Funnel:
    """Funnel for bodies that differ by more than chance: arcsine z, winsorised, additive variance.

    θ = ΣO/Σn; z_i = 2√n_i (asin√p_i - asin√θ); z winsorised at its `winsorise` and 1 - `winsorise`
    quantiles (R's type 7); φ = Σz²/I; w_i = 4n_i; where Iφ > I - 1,
    τ² = (Iφ - (I-1)) / (Σw - Σw²/Σw), else 0.
    Winsorising shrinks Σz² itself: at 0.1 a normal z keeps 0.679 of its variance, so τ² comes out about half
    its truth and about 0.9% of ordinary bodies lie beyond 99.8% limits. consistent=True divides Σz² by that
    share, which puts both right (0.1-0.3%); False is the formula as published.
    observed, n: (bodies,), events and their base; bodies with n = 0 take no part. With under FEWEST_PEERS
    bodies τ² is a guess: prefer the plain `limits`.
    Raises ValueError when events exceed their base, when no body has a base, or winsorise is not in 0..0.5.
    Source: Spiegelhalter 2005 (Statistics in Medicine 24); FunnelPlotR 0.6.0.
    """
    if not 0 <= winsorise < 0.5:
        raise ValueError("winsorise is the share trimmed at each end: at least 0 and under a half")
    observed, n = _counts(observed, n)
    if not n.sum() > 0:
        raise ValueError("no body has a base: there is no funnel to draw")
    target = float(observed.sum() / n.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        z = 2 * np.sqrt(n) * (np.arcsin(np.sqrt(observed / n)) - np.arcsin(np.sqrt(target)))
    z = np.where(n > 0, z, np.nan)
    kept, weight = z[n > 0], 4 * n[n > 0]
    squares = float(np.sum(np.clip(kept, *np.quantile(kept, [winsorise, 1 - winsorise])) ** 2))
    squares /= _variance_kept(winsorise) if consistent else 1
    excess = squares - (kept.size - 1)
    tau2 = excess / (weight.sum() - (weight**2).sum() / weight.sum()) if excess > 0 and kept.size > 1 else 0.0
    return Funnel(target, squares / kept.size, float(tau2), z)


def _variance_kept(winsorise):
    """Variance of a standard normal winsorised at both its `winsorise` quantiles."""
    if winsorise == 0:
        return 1.0
    cut = NormalDist().inv_cdf(1 - winsorise)
    return 1 - 2 * winsorise - 2 * cut * NormalDist().pdf(cut) + 2 * winsorise * cut**2


def _check_target(target):
    if not 0 <= target <= 1:
        raise ValueError(f"the target is a share between 0 and 1, not {target}")


def _bases(n):
    """Bases as floats, with nan where there is none."""
    n = np.asarray(n, dtype=float)
    return np.where(n > 0, n, np.nan)
