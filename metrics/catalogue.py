"""The catalogue as a page: every indicator defined in plain words, made from the list and from nothing else."""

from textwrap import fill

from metrics.dimensions import FLAGS, STATUSES
from metrics.formulas import SURE, Survey
from metrics.indicators import FAMILIES, INDICATORS, Indicator

WIDTH = 120
UNITS = {
    "share": "a percentage",
    "points": "percentage points: 25% minus 20% is +5 points",
    "count": "a whole number",
    "days": "whole days",
}
BETTER = {
    "up": "higher",
    "down": "lower",
    "neither": "neither: a change can be good or bad, so it is never coloured",
}
OPENING = """\
# What Uptake measures

This page is made from `metrics/indicators.py` by `python3 tasks.py catalogue`; do not edit it by hand.

## How to read a figure

A **request** is one body asking another for personal data. The **holder** has the data and decides; the **requester**
asked. The **code** is the Information Commissioner's code of practice on data sharing, in force since 5 October 2021.
A **body** is a council, a police force, a charity and so on; bodies of one kind form a **sector**. A **return** is
what a body sends us of its requests. A **register** is a list of requests that a body has published itself.

*Of 193 requests from the police, 52 were refused: 26.9% (95% range 21.2% to 33.6%).*

* **26.9%** is the figure: 52 out of 193. The two counts always stand beside it. 5 of 10 and 500 of 1,000 are both 50%,
  but the second tells you far more.
* **21.2% to 33.6%** is the range. Another 193 such requests might not bring exactly 52 refusals. So 26.9% is our best
  guess of how often such requests are refused, and the true answer is likely to lie in the range: ranges made in this
  way miss it about 5 times in 100. A narrow range rests on much evidence, a wide one on little. It does
  not say that 95% of requests, or of bodies, lie in it.
* **Two ranges that overlap** are no clear change and no clear difference. That is not proof that nothing changed.
* A figure that **changed after the code** need not have been **changed by the code**: other things happened too.
  Verdicts say how far the data go, and never that one thing caused another.
* Each measure names the smallest change worth acting on, fixed before anybody saw the figures. A change must be both:
  that large, and clear of chance. From 20% to 23% is a change of 3 points.

## Words in place of a figure, and beside one
"""


def page() -> str:
    """The whole catalogue as Markdown, indicators by family in the order of the list."""
    parts = [OPENING + "\n" + _words(STATUSES, ("ok",)), _words(FLAGS)]
    for family, title in FAMILIES.items():
        parts.append(f"## {title}")
        parts += [entry(one) for one in INDICATORS.values() if one.family == family]
    return "\n\n".join(parts) + "\n"


def entry(one: Indicator) -> str:
    """One indicator as a section: what it is in a sentence, which way is better, why, and what to be careful of."""
    worth = "" if one.unit == "count" else f" **Worth acting on:** a change of {_worth(one)} or more."
    lines = (
        " ".join([sentence(one), *(f"Only requests whose {name} is {value}." for name, value in one.always)]),
        f"**Given as** {UNITS[one.unit]}. **Better:** {BETTER[one.better]}.{worth}",
        f"**Why it matters.** {one.why}",
        f"**Take care.** {' '.join(one.caveats)}",
        f"**Its range.** {one.ranges.removeprefix(SURE).strip()}",
        f"**Exactly.** Counted: {one.numerator}. Out of: {one.denominator}.",
        f"**Answers** {one.answers}. **Owner:** {one.owner}; checked {_day(one.checked)}, to be looked at again by "
        f"{_day(one.review)}.",
    )
    wrapped = (fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in lines)
    return f"### {one.title} (`{one.id}`)\n\n" + "\n\n".join(wrapped)


def sentence(one: Indicator) -> str:
    """The figure as one sentence, for somebody who meets it for the first time."""
    if isinstance(one.formula, Survey):
        return f"Of every 100 people who answered, how many said: {one.title[:1].lower()}{one.title[1:]}."
    if one.unit != "share":
        return f"{one.numerator[:1].upper()}{one.numerator[1:]}."
    noun, _, rest = one.numerator.partition(" ")
    if one.denominator.partition(" ")[0] != noun:
        return f"Of every 100 {one.denominator}, how many are {one.numerator}."
    first, _, others = rest.partition(" ")
    how = {"that": others, "whose": f"are ones {rest}", "still": f"are {rest}"}.get(first, f"were {rest}")
    return f"Of every 100 {one.denominator}, how many {how}."


def overdue(today) -> list[str]:
    """Ids of the indicators whose definitions should have been looked at again before a day."""
    return [one.id for one in INDICATORS.values() if one.review < today]


def _day(day) -> str:
    return f"{day.day} {day:%B %Y}"


def _worth(one: Indicator) -> str:
    return f"{one.worth:.0%}" if one.unit == "days" else f"{100 * one.worth:.0f} points"


def _words(meanings: dict[str, str], but=()) -> str:
    return "\n".join(
        f"* **{name.replace('_', ' ')}**: {meaning}." for name, meaning in meanings.items() if name not in but
    )
