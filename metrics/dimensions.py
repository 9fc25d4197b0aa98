"""The words every room shares: dimensions, time levels, statuses, flags, outcomes, horizons."""

from typing import NamedTuple

# The eight dimensions of a request. Every one is NOT NULL in every table; `not_stated` is a value.
DIMENSIONS = (
    "sector",
    "requester_sector",
    "region",
    "direction",
    "purpose",
    "subject_group",
    "urgency",
    "under_agreement",
)
DIMENSION_LABELS = {
    "sector": "Holder's sector",
    "requester_sector": "Requester's sector",
    "region": "Holder's region",
    "direction": "Direction",
    "purpose": "Purpose",
    "subject_group": "Subject group",
    "urgency": "Urgency",
    "under_agreement": "Under an agreement",
    "role": "Role",
    "reason": "Main reason for refusal",
    "class": "Kind of barrier",
    "position": "The law's position on the reason",
}
# Which list in data/reference/ names the values of a dimension.
CODE_LISTS = {
    "sector": "sectors",
    "requester_sector": "sectors",
    "region": "regions",
    "direction": "directions",
    "purpose": "purposes",
    "subject_group": "subject_groups",
    "urgency": "urgencies",
    "under_agreement": "yes_no",
    "role": "roles",
    "reason": "reasons",
}


class Level(NamedTuple):
    """A span of time that is published, and the most dimensions it is published by."""

    id: str
    label: str
    dimensions: int


LEVELS = {
    "month": Level("month", "Month", 1),
    "quarter": Level("quarter", "Quarter", 2),
    "year": Level("year", "Year", 3),
    "rolling": Level("rolling", "Twelve months to", 1),
    "all": Level("all", "All time", 3),
}
TIME_KEYS = ("month", "quarter", "year", "rolling", "wave")

# Outcomes that are a decision to share, whole or in part.
SHARED = ("shared_full", "shared_part", "shared_conditions")
DECIDED = (*SHARED, "refused")

# Days after receipt by which a decision must have come to count; younger cohorts are provisional.
HORIZON = 60
REVERSAL_HORIZON = 90
SPEED_DAYS = (0, 5, 10, 20, 30, 60, 90, 180)

STATUSES = {
    "ok": "shown",
    "bounded": "a count under 10 is given as a range, not as a number",
    "suppressed": "not shown, so that no body or person can be singled out",
    "too_few": "too few for a rate to mean anything",
    "not_submitted": "no return covers this",
    "not_applicable": "cannot exist for this figure",
    "not_reached": "half (or nine in ten) had not been decided when the data were taken",
}
FLAGS = {
    "provisional": f"some requests are younger than {HORIZON} days, so this figure may still change",
    "approximate": "the source gives a rounded or spoken figure",
    "synthetic": "made up to show how the tool works; describes no real body",
    "small": "exact, and too few requests or bodies for the public figures: for analysts alone",
    "published": "counts only returns that their senders have already published",
}
REPORTED_BY = ("holder", "requester")
