"""Kinds of body, and how a body stands to its peers, in words: never a rank, and never more than chance allows."""

from dashboard import names

COUNCILS = {
    "district": "District councils",
    "unitary": "Unitary authorities",
    "metropolitan": "Metropolitan districts",
    "london_borough": "London boroughs",
    "county": "County councils",
    "scottish": "Councils in Scotland",
    "welsh": "Councils in Wales",
    "combined": "Combined authorities",
}
OTHERS = {
    "police_force": "Police forces", "nhs_trust": "NHS trusts", "icb": "Integrated care boards",
    "ccg": "Clinical commissioning groups", "health_board": "Health boards", "fire_service": "Fire services",
    "university": "Universities", "college": "Colleges", "voluntary": "Voluntary bodies",
    "housing_association": "Housing associations", "department": "Government departments", "agency": "Agencies",
    "regulator": "Regulators", "justice_body": "Courts and justice bodies", "academy_trust": "Academy trusts",
    "childrens_trust": "Children's trusts", "nhs_national": "National NHS bodies", "company": "Companies",
    "police_national": "National police bodies", "ni": "Bodies in Northern Ireland", "other": "Other bodies",
}  # fmt: skip
KINDS = COUNCILS | OTHERS
AS_CHANCE = 1.2  # dispersion that is called no more than chance
POSITIONS = {
    "similar": "Similar to peers",
    "higher": "Higher than expected (95%)",
    "lower": "Lower than expected (95%)",
    "much_higher": "Higher than expected (99.8%)",
    "much_lower": "Lower than expected (99.8%)",
}
MEANINGS = {
    "similar": "no different from its peers beyond chance and their ordinary variety",
    "higher": "higher than its peers' mix of requests implies; of 100 like bodies about 5 lie this far out or further",
    "lower": "lower than its peers' mix of requests implies; of 100 like bodies about 5 lie this far out or further",
    "much_higher": "higher than its peers' mix of requests implies, beyond the 99.8% limits: worth asking why",
    "much_lower": "lower than its peers' mix of requests implies, beyond the 99.8% limits: worth asking why",
}


def kind(code: str) -> str:
    return KINDS.get(code, code.replace("_", " ").capitalize())


def group(row: dict) -> str:
    """The peers of a row of `peer_ranges`, in words: `unitary authorities in the South East`."""
    named, where = kind(row["body_type"]), names.label("region", row["region"]) if row["region"] else ""
    return named if not where or where in named else f"{named}, {where}"


def point(value: float) -> str:
    """A share as it is published of a group, to the whole point: `11%`."""
    return f"{value:.0%}"


def middle(row: dict, joined: str = "to") -> str:
    """The middle half of a group's own rates: `11% to 17%`."""
    return f"{point(row['q25'])} {joined} {point(row['q75'])}"


def as_dot(row: dict) -> dict:
    """A group's middle half as a row of figures: its median, and a quarter each side of it."""
    return {"status": "ok", "flags": [], "value": row["q50"], "lower": row["q25"], "upper": row["q75"]}


def variety(row: dict) -> str:
    """How far bodies of a group differ beyond chance, from the dispersion of their adjusted rates."""
    if row["phi"] is None:
        return ""
    if row["phi"] <= AS_CHANCE:
        return "They differ from each other about as much as chance alone would make them."
    return f"They differ from each other {row['phi']:.1f} times as much as chance alone would make them."
