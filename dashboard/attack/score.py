"""How much a published table adds to a blind guess, and the table that is printed."""

from typing import NamedTuple

import numpy as np

LIMIT = 0.10  # the most that a published table may add to a blind guess
SMALL = (1, 9)  # the counts that are worth guessing
FEWEST = 40  # targets, below which nothing is said
BINS = (-6, 20)  # what is worked out, as far as it is told apart


class Tries(NamedTuple):
    """Targets: their true counts, and what the intruder worked out, nan where that is withheld; both (targets,)."""

    truth: np.ndarray
    found: np.ndarray

    def small(self) -> "Tries":
        """Those whose truth is 1 to 9."""
        truth, found = np.asarray(self.truth, dtype=int), np.asarray(self.found, dtype=float)
        kept = (truth >= SMALL[0]) & (truth <= SMALL[1])
        return Tries(truth[kept], found[kept])


def joined(tries) -> Tries:
    """Several groups of targets as one."""
    tries = list(tries)
    return Tries(*(np.concatenate([np.asarray(one[at]) for one in tries]) if tries else np.zeros(0) for at in (0, 1)))


def score(tries: Tries, against=None) -> dict:
    """Targets of 1 to 9, right guesses with and without the table, exact hits, and the Bayes advantage.

    A guess is the truth most often behind what was worked out (to a whole number), learnt on one half of the targets
    and scored on the other. against: (all targets,) what is known without the table, for those who know something;
    else the blind guess is the commonest truth. `error` is the half-width of the advantage's 95% Monte-Carlo range.
    """
    truth, found = tries.small()
    if len(truth) < FEWEST:
        return {"targets": len(truth), "blind": None, "informed": None, "advantage": None, "error": None, "exact": None}
    known = np.zeros(len(truth)) if against is None else Tries(tries.truth, against).small().found
    informed, blind = _right(truth, found), _right(truth, known)
    gained = informed - blind
    return {"targets": len(truth), "blind": float(blind.mean()), "informed": float(informed.mean()),
            "advantage": float(gained.mean()), "error": float(1.96 * gained.std(ddof=1) / np.sqrt(len(truth))),
            "exact": float((np.rint(found) == truth).mean())}  # fmt: skip


def _right(truth, found) -> np.ndarray:
    """(targets,) 1.0 where the best guess from what was found is the truth."""
    withheld = BINS[1] - BINS[0] + 1
    bins = np.where(np.isfinite(found), np.clip(np.rint(np.nan_to_num(found)), *BINS) - BINS[0], withheld).astype(int)
    half = np.random.default_rng(1).permutation(len(truth)) % 2
    right = np.zeros(len(truth))
    for one in (0, 1):
        test, learn = half == one, half != one
        seen = np.zeros((withheld + 1, SMALL[1] + 1), dtype=int)
        np.add.at(seen, (bins[learn], truth[learn]), 1)
        usual = int(np.bincount(truth[learn]).argmax())
        guess = np.where(seen.any(axis=1), seen.argmax(axis=1), usual)[bins[test]]
        right[test] = truth[test] == guess
    return right


def table(rows, notes=()) -> str:
    """The rows as printed, each a kind with a score or with a number of cells that may not be there at all."""
    lines = [f"{'kind':44} {'targets':>8} {'blind':>7} {'informed':>9} {'advantage':>18} {'exact':>7}"]
    for row in rows:
        if "found" in row:
            lines.append(f"{row['kind']:44} {row['targets']:>8,} {row['what']}: {row['found']:,}")
        elif row["advantage"] is None:
            lines.append(f"{row['kind']:44} {row['targets']:>8,} too few targets to score")
        else:
            lines.append(f"{row['kind']:44} {row['targets']:>8,} {row['blind']:>7.3f} {row['informed']:>9.3f} "
                         f"{row['advantage']:>+9.3f} ± {row['error']:.3f}  {row['exact']:>7.3f}")  # fmt: skip
    return "\n".join([*lines, *notes])


def beaten(rows) -> bool:
    """Whether any kind got further than it may: an advantage over its limit, or anything that may not be there."""
    return any(row.get("found") or (row.get("advantage") or 0) > row.get("limit", LIMIT) for row in rows)
