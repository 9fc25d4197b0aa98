"""What codes are called: labels of values and groups, in the order of the reference lists."""

from functools import cache

from etl import reference
from metrics.dimensions import CODE_LISTS, DIMENSION_LABELS

# Dimensions whose values do not explain themselves in a sentence, and how they are put there.
IN_A_SENTENCE = {
    "requester_sector": "asked for by {}",
    "subject_group": "about {}",
    "urgency": "urgency: {}",
    "under_agreement": "under an agreement: {}",
}
# Values that need their dimension's name to be understood where they stand alone, as a series or a group does.
ALONE = {
    ("under_agreement", "yes"): "Under an agreement",
    ("under_agreement", "no"): "Not under one",
    ("under_agreement", "not_stated"): "Not stated whether under one",
}
KINDS = {
    "law": "Law",
    "code": "The code",
    "guidance": "Guidance",
    "tool": "Tool",
    "campaign": "Campaign",
    "parliament": "Parliament",
    "emergency": "Emergency",
}


@cache
def values(name: str) -> dict[str, str]:
    """Code to label of every value a dimension can be filtered by: predefined groups first, then the list."""
    groups = {code: group.label for code, group in reference.groups(name).items()}
    members = {code: row["label"] for code, row in reference.codes(CODE_LISTS[name]).items()}
    return groups | members


def dimension(name: str) -> str:
    """The label of a dimension."""
    return DIMENSION_LABELS.get(name, name.replace("_", " ").capitalize())


def label(name: str, code: str) -> str:
    """The label of one value; the code itself when the list does not know it."""
    return values(name).get(code, code) if name in CODE_LISTS else code


def alone(name: str, code: str) -> str:
    """The label of one value where its dimension is not named beside it."""
    return ALONE.get((name, code)) or label(name, code)


def in_a_sentence(name: str, code: str) -> str:
    """One filter, as it reads inside a sentence: `asked for by Health`."""
    return IN_A_SENTENCE.get(name, "{}").format(label(name, code))
