"""Who sends, and how they record: what moves a figure without any change of practice.

A trend is shown for all senders and for those who sent throughout, and a change between two periods is split into
what changed within bodies, what moved between them, and who came and went. The parts add up exactly.
"""

from dataclasses import dataclass

import numpy as np

from metrics.disclosure import BODIES

STAYED = 0.80  # of the requests of either period come from bodies that sent in both, else the panel changed
RECORDING_MOVED = 0.10  # a change in the share of fields filled that can pass for a change of practice


@dataclass(frozen=True)
class Decomposition:
    """A change of a pooled share between two periods, in fractions: the four parts add up to `change`."""

    change: float
    within: float  # bodies that sent in both changed their own shares
    mix: float  # requests moved between bodies with higher and lower shares
    joining: float  # bodies in the second period only
    leaving: float  # bodies in the first period only
    stayed: float  # the smaller share, of the two periods, of requests from bodies in both


@dataclass(frozen=True)
class Panel:
    """Which bodies sent in every period, and whether figures of theirs may be shown beside those of all."""

    members: np.ndarray  # (bodies,) True where the body sent in every period
    left_out: int  # bodies that sent in some
    may_be_shown: bool  # the rest are none, or enough that subtracting tells nothing about one


@dataclass(frozen=True)
class Recording:
    before: float  # share of the base with the field filled, first phase
    after: float
    changed: bool


def decompose(x0, n0, x1, n1) -> Decomposition:
    """The change of Σx/Σn from the first period to the second, split by body.

    x0, n0, x1, n1: (bodies,) events and base of each body in each period, 0 where it did not send. With C the
    bodies in both, r = x/n and w = n/Σ_C n: within = Σ_C (w0+w1)/2 (r1-r0), mix = Σ_C (r0+r1)/2 (w1-w0),
    joining = R1 - R1(C), leaving = R0(C) - R0. Raises ValueError where either period is empty or C is.
    Source: Marshall 1890 and Edgeworth's mean weights; Foster, Haltiwanger and Krizan 2001 for entry and exit.
    """
    x0, n0, x1, n1 = (np.asarray(one, dtype=float) for one in (x0, n0, x1, n1))
    both = (n0 > 0) & (n1 > 0)
    if not both.any():
        raise ValueError("no body sent in both periods: the change cannot be split")
    r0, r1 = x0[both] / n0[both], x1[both] / n1[both]
    w0, w1 = n0[both] / n0[both].sum(), n1[both] / n1[both].sum()
    total0, total1 = x0.sum() / n0.sum(), x1.sum() / n1.sum()
    return Decomposition(
        change=float(total1 - total0),
        within=float(((w0 + w1) / 2) @ (r1 - r0)),
        mix=float(((r0 + r1) / 2) @ (w1 - w0)),
        joining=float(total1 - w1 @ r1),
        leaving=float(w0 @ r0 - total0),
        stayed=float(min(n0[both].sum() / n0.sum(), n1[both].sum() / n1.sum())),
    )


def changed(parts: Decomposition, worth: float) -> bool:
    """Whether the panel changed too much for a verdict.

    True where under four fifths of either period's requests come from bodies in both, or where joining and leaving
    alone move the figure by as much as is worth acting on.
    """
    return parts.stayed < STAYED or abs(parts.joining + parts.leaving) >= worth


def fixed(sent) -> Panel:
    """The fixed panel. sent: (bodies, periods), True where a body sent; bodies that never sent are left aside."""
    sent = np.asarray(sent, dtype=bool)
    members = sent.all(axis=1) if sent.shape[1] else np.zeros(len(sent), dtype=bool)
    left_out = int((sent.any(axis=1) & ~members).sum())
    return Panel(members, left_out, left_out == 0 or left_out >= BODIES)


def recording(known, base, first_after: int) -> Recording:
    """Whether a field came to be filled in more, or less, often: an artefact that looks like practice.

    known, base: (months,) requests with the field filled and requests that could have it. A known above its base
    counts as all. changed: the pooled shares before and after differ by RECORDING_MOVED or more.
    """
    known, base = np.minimum(known, base), np.asarray(base, dtype=float)
    shares = [
        float(known[phase].sum() / base[phase].sum()) if base[phase].sum() else 0.0
        for phase in (slice(None, first_after), slice(first_after, None))
    ]
    return Recording(*shares, changed=abs(shares[1] - shares[0]) >= RECORDING_MOVED)


def warning(found: Recording) -> str:
    """The sentence beside a figure whose recording changed; empty where it did not."""
    if not found.changed:
        return ""
    return (
        f"Recording changed: the field is filled in for {found.before:.0%} of requests before the date and "
        f"{found.after:.0%} after it, so this figure can move without any change of practice."
    )
