"""What an indicator means: the block under every figure, and the list on the page on data and methods."""

from dashboard import words
from dashboard.markup import Node, el
from metrics.indicators import Indicator

BETTER = {"up": "Higher", "down": "Lower", "neither": "Neither: it has no good direction"}


def summary_list(pairs) -> Node:
    """Terms and what they say, as a GOV.UK summary list."""
    rows = [
        el(
            "div",
            el("dt", term, class_="govuk-summary-list__key"),
            el("dd", said, class_="govuk-summary-list__value"),
            class_="govuk-summary-list__row",
        )
        for term, said in pairs
    ]
    return el("dl", rows, class_="govuk-summary-list")


def definition(indicator: Indicator) -> Node:
    """Numerator, denominator, what the range says, why, caveats, which way is better, source, owner and dates."""
    caveats = [el("li", caveat) for caveat in indicator.caveats]
    return summary_list([
        ("Counted", f"{indicator.numerator[:1].upper()}{indicator.numerator[1:]}"),
        ("Out of", f"{indicator.denominator[:1].upper()}{indicator.denominator[1:]}"),
        ("Range", indicator.ranges),
        ("Why it matters", indicator.why),
        ("Take care", el("ul", caveats, class_="govuk-list govuk-list--bullet")),
        ("Better", BETTER[indicator.better]),
        ("Answers", indicator.answers),
        ("Owner", f"{indicator.owner}; checked {words.day(indicator.checked)}, "
                  f"to be reviewed by {words.day(indicator.review)}"),
    ])  # fmt: skip


def block(indicator: Indicator, heading: str = "What this figure means") -> Node:
    """The definition, folded away."""
    return el(
        "details",
        el("summary", el("span", heading, class_="govuk-details__summary-text"), class_="govuk-details__summary"),
        el("div", definition(indicator), class_="govuk-details__text"),
        class_="govuk-details",
    )
