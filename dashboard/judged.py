"""Verdicts on a page: the tag that names one, told apart by words, shade and edge, and verdicts counted in words."""

from collections import Counter

from dashboard import words
from dashboard.markup import Node, el
from etl.errors import Refusal
from metrics.verdicts import IDS
from metrics.wording import NAMES

# Colour only where something changed; grey, white and a broken edge for the three ways of not saying so.
SHADES = {
    "improving": "govuk-tag--green", "worsening": "govuk-tag--orange", "no_detectable_change": "govuk-tag--grey",
    "not_enough_data": "verdict-open", "cannot_tell": "verdict-open",
}  # fmt: skip
NO_VERDICT = "No verdict"


def tag(verdict: str | None) -> Node:
    """The verdict as a tag; what has none says so."""
    shade = SHADES.get(verdict, "verdict-open")
    return el("strong", NAMES.get(verdict, NO_VERDICT), class_=f"govuk-tag verdict {shade}")


def by_indicator(source, indicator: str | None = None) -> dict[str, dict]:
    """The verdict on each indicator over all returns, or on one; empty where figures are older than verdicts."""
    try:
        return {row["indicator"]: row for row in source.verdicts(indicator).rows}
    except Refusal:
        return {}


def by_value(source, indicator: str, by: str) -> dict[str, dict]:
    """The verdict on an indicator for each value of a dimension; empty where there are none."""
    try:
        return {row[by]: row for row in source.verdicts(indicator, by).rows}
    except Refusal:
        return {}


def counted(rows) -> str:
    """`3 improving, 1 with no detectable change and 2 without enough data`; empty for no verdicts."""
    said = {"improving": "improving", "worsening": "worsening", "no_detectable_change": "with no detectable change",
            "not_enough_data": "without enough data", "cannot_tell": "where nobody can tell"}  # fmt: skip
    found = Counter(row["verdict"] for row in rows)
    return words.listed(f"{found[one]} {said[one]}" for one in IDS if found[one])
