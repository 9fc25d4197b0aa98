"""A rate that falls, drawn many times and published as a small sector's months are: is the fall still to be seen?"""

from typing import NamedTuple

import numpy as np

from metrics import evaluate
from metrics.cell_key import make_table, perturb
from metrics.disclosure import mark

FROM, TO, MONTHS, REQUESTS = 0.25, 0.08, 24, 60


class Falling(NamedTuple):
    """What was seen of it: shares of months, and points."""

    shown: float  # months with a figure or a range
    held: float  # months whose 95% range holds the rate behind them
    quarters: float  # first and last quarters that are shown as a number
    bias: float  # of those numbers, published less true, in points


def falling(replications: int = 300, seed: int = 5) -> Falling:
    """60 requests a month, refused at 25% falling to 8% over two years, each month and quarter published once."""
    draw, table = np.random.default_rng(seed), make_table(b"a seed of the proof")
    rates = np.linspace(FROM, TO, MONTHS)
    shown, held, errors = [], [], []
    for _ in range(replications):
        counts = draw.binomial(REQUESTS, rates)
        for rate, count in zip(rates, counts, strict=True):
            row = _published(int(count), REQUESTS, draw, table)
            shown.append(row["status"] in ("ok", "bounded"))
            held.append(shown[-1] and row["lower"] <= rate <= row["upper"])
        for start in (0, MONTHS - 3):
            refused = int(counts[start : start + 3].sum())
            row = _published(refused, 3 * REQUESTS, draw, table)
            errors.append(row["value"] - refused / (3 * REQUESTS) if row["status"] == "ok" else np.nan)
    errors = np.array(errors)
    return Falling(float(np.mean(shown)), float(np.mean(held)), float(np.isfinite(errors).mean()),
                   100 * float(np.nanmean(errors)))  # fmt: skip


def _published(refused: int, received: int, draw, table) -> dict:
    """The figure of a cell, its counts moved by the noise of keys that are drawn."""
    noisy = [int(perturb(count, draw.integers(0, 10**6), table)) for count in (refused, received)]
    cell = {"shown": True, "bodies": 5, "refused": mark(noisy[0], (noisy[1],)), "received": noisy[1]}
    return evaluate.share(cell, None, "refused", "received")
