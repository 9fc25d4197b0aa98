"""The additive counts: what is counted of each request, as one SQL condition and one English phrase.

A condition speaks of one row of facts: `outcome`, `days` (from receipt to first decision, NULL when open),
`followed` (days from receipt to the extract), `sector`, `requester_sector`, `under_agreement`, `tool_cited`,
`decided_by`, `risk_of_not_sharing`, `reconsidered`, `reversal_days`, and of the main reason of a refusal
`reason`, `position`, `law_cited` (NULL when none was sent). Counts of two files add up exactly, which is why
nothing is divided here. Adding a count is one entry.
"""

from typing import NamedTuple

from metrics.dimensions import DECIDED, HORIZON, REVERSAL_HORIZON, SHARED


class Count(NamedTuple):
    """One additive count. `of` names the counts it is a part of, so that small complements are protected."""

    meaning: str
    where: str
    of: tuple[str, ...] = ()


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


IN_TIME = f"days <= {HORIZON}"
REFUSED = f"outcome = 'refused' AND {IN_TIME}"
SHARED_IN_TIME = f"outcome IN {_listed(SHARED)} AND {IN_TIME}"
DECIDED_IN_TIME = f"outcome IN {_listed(DECIDED)} AND {IN_TIME}"
CROSS = "sector <> requester_sector AND sector <> 'not_stated' AND requester_sector <> 'not_stated'"

COUNTS: dict[str, Count] = {
    "received": Count("requests received", "TRUE"),
    "refused": Count(f"requests refused within {HORIZON} days of receipt", REFUSED, ("received", "decided")),
    "shared": Count(
        f"requests shared, whole, in part or with conditions, within {HORIZON} days of receipt",
        SHARED_IN_TIME,
        ("received", "decided"),
    ),
    "decided": Count(f"requests shared or refused within {HORIZON} days of receipt", DECIDED_IN_TIME),
    "shared_part": Count(
        f"requests shared in part within {HORIZON} days of receipt",
        f"outcome = 'shared_part' AND {IN_TIME}",
        ("shared",),
    ),
    "withdrawn": Count(
        f"requests withdrawn within {HORIZON} days of receipt",
        f"outcome = 'withdrawn' AND {IN_TIME}",
        ("received",),
    ),
    "no_reply": Count("requests that never had a reply", "outcome = 'no_response'", ("received",)),
    "agreement_known": Count(
        "requests for which it is stated whether a sharing agreement covers them",
        "under_agreement IN ('yes', 'no')",
    ),
    "with_agreement": Count("requests covered by a sharing agreement", "under_agreement = 'yes'", ("agreement_known",)),
    "tool_known": Count(
        "decisions for which it is stated whether the code or a tool was cited",
        f"{DECIDED_IN_TIME} AND tool_cited <> 'not_stated'",
    ),
    "tool_cited": Count(
        "decisions that cite the code or one of its tools",
        f"{DECIDED_IN_TIME} AND tool_cited NOT IN ('none', 'not_stated')",
        ("tool_known",),
    ),
    "risk_known": Count(
        "requests for which it is stated whether the risk of not sharing was weighed",
        "risk_of_not_sharing IN ('yes', 'no')",
    ),
    "risk_weighed": Count(
        "requests whose risk of not sharing was weighed and recorded",
        "risk_of_not_sharing = 'yes'",
        ("risk_known",),
    ),
    "decider_known": Count(
        "decisions for which it is stated who took them", f"{DECIDED_IN_TIME} AND decided_by <> 'not_stated'"
    ),
    "escalated": Count(
        "decisions taken by legal advisers, a chief officer or an external adviser",
        f"{DECIDED_IN_TIME} AND decided_by IN ('legal', 'chief_officer', 'external_adviser')",
        ("decider_known",),
    ),
    "reason_stated": Count("refusals with a main reason stated", f"{REFUSED} AND reason NOT IN ('R97')", ("refused",)),
    "perceived": Count(
        "refusals whose main reason, as it was worded, the law does not support",
        f"{REFUSED} AND position = 'does_not'",
        ("reason_stated",),
    ),
    "reason_missing": Count(
        "refusals without a main reason", f"{REFUSED} AND (reason IS NULL OR reason = 'R97')", ("refused",)
    ),
    "law_missing": Count(
        "refusals without the law that was cited",
        f"{REFUSED} AND (law_cited IS NULL OR law_cited = 'not_stated')",
        ("refused",),
    ),
    "reconsidered": Count(
        "refusals that were reconsidered", "outcome = 'refused' AND reconsidered IN ('upheld', 'reversed')"
    ),
    "reversed": Count(
        f"refusals reversed within {REVERSAL_HORIZON} days of the refusal",
        f"outcome = 'refused' AND reconsidered = 'reversed' AND reversal_days <= {REVERSAL_HORIZON}",
        ("reconsidered",),
    ),
    "cross_received": Count("requests received from another sector", CROSS),
    "cross_shared": Count(
        f"requests shared within {HORIZON} days of receipt with a body of another sector",
        f"{CROSS} AND {SHARED_IN_TIME}",
        ("cross_received",),
    ),
}
