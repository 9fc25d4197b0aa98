"""The sentences of a verdict: what, how much, between what limits, since when, compared with what, and what else.

How strongly a sentence may link a change to an event depends on the evidence: the ladder below. Its top rung is
"consistent with an effect of". No sentence leaves here that says one thing caused another: `checked` refuses it.
"""

import re

from metrics.verdicts import CANNOT_TELL, FEW_DEALS, IMPROVING, NO_CHANGE, NOT_ENOUGH, WORSENING, Verdict

# From the least evidence to the most.
LADDER = {
    "chart": "changed at about the time",
    "trend": "changed beyond the earlier trend after",
    "compared": "changed in a way consistent with an effect of",
}
HARM = "Harm is not measured here."
FORBIDDEN = re.compile(
    r"\b(caus(?:e|es|ed|ing|al|ation)|because of|due to|thanks to|led to|leads to|result(?:s|ed|ing)? (?:from|in)"
    r"|brought about|made .{0,40} (?:fall|rise))\b",
    re.IGNORECASE,
)
RIVALS = (
    "Other things changed too: the pandemic and its emergency notices to share (March 2020 to June 2022), and who "
    "sends returns.",
)
NAMES = {
    IMPROVING: "Improving",
    WORSENING: "Worsening",
    NO_CHANGE: "No detectable change",
    NOT_ENOUGH: "Not enough data",
    CANNOT_TELL: "Cannot tell",
}
SHORT = {
    "months_before": "under 12 settled months before the date",
    "months_after": "under 12 settled months after the date",
    "monthly_base": "under 20 requests in a typical month",
    "events": "under 10 of them before the date, or after it",
    "bodies": "fewer than 5 bodies before the date, or after it",
    "one_body": "one body makes up most of the requests",
    "recorded": "the field is filled in for under 80% of requests, before the date or after it",
    "fit": "the months do not hold enough variety to fit a trend",
}
DOUBT = {
    "panel": "the bodies that send returns changed between the year before and the year after",
    "coding": "the way the field is filled in changed between the year before and the year after",
    "definition": "what is counted changed between the year before and the year after",
    "momentum": "each month resembles the last so closely that chance alone often looks like change",
    "no_direction": "neither more nor less of it is better in itself",
}


def checked(text: str) -> str:
    """The text, when it claims no cause. Raises ValueError, naming the words, when it does."""
    found = FORBIDDEN.search(text)
    if found:
        raise ValueError(f"no sentence may say that one thing caused another: {found.group(0)!r}")
    return text


def points(value: float, sign: bool = False) -> str:
    """A difference of shares in points: 0.048 is `4.8 points`, with `sign` `+4.8`."""
    return f"{value * 100:+.1f}".replace("-", "−") if sign else f"{abs(value) * 100:.1f} points"


def rung(placebo_passed: bool, compared: bool) -> str:
    """The highest rung of LADDER this evidence reaches.

    placebo_passed: the same test on dates when nothing happened found nothing. compared: bodies not reached were
    compared with, their earlier trends ran alike, and few deals of the dates over sectors do as well.
    """
    return "compared" if placebo_passed and compared else "trend" if placebo_passed else "chart"


def link(title: str, evidence: str, event: str) -> str:
    """`The refusal rate changed beyond the earlier trend after the code came into force`: what a claim may say."""
    return checked(f"{title} {LADDER[evidence]} {event}")


def sentences(verdict: Verdict, title: str, event: str, family: str = "", worth: float = 0.03,
              placebo: tuple[int, int] = (0, 0)) -> tuple[str, ...]:  # fmt: skip
    """What a reader is told, in order: the verdict, its doubt, rivals, and what is not measured.

    title: the indicator's; event: as it reads after "after", such as `the code came into force (5 October 2021)`;
    family: the indicator's, for what must stand beside it; worth: the smallest change worth acting on, a fraction;
    placebo: earlier dates tried on which nothing happened, and how many of them gave a signal.
    """
    said = [SAYS[verdict.id](verdict, title, event, worth)]
    if verdict.small_but_real:
        said.append(f"Small but real: the change is unlikely to be chance, and smaller than {points(worth)}.")
    if verdict.id in (IMPROVING, WORSENING):
        said.append(_placebo(title, event, *placebo))
        said.extend(RIVALS)
    if family in ("uptake", "agreements"):
        said.append(HARM)
    return tuple(checked(sentence) for sentence in said)


def _placebo(title: str, event: str, tried: int, signals: int) -> str:
    """How much the same test finds where there is nothing to find, and so how strongly the change may be put."""
    put = link(title, rung(tried > 0 and not signals, False), event)
    if not tried:
        return f"No earlier date could be tried for comparison, so it is only said to have {_after(put, title)}."
    dates = f"{tried} earlier date{'s' if tried > 1 else ''} when nothing happened"
    if signals:
        return f"The same test on {dates} gave a signal on {signals}, so it is only said to have {_after(put, title)}."
    return f"The same test on {dates} found nothing: it {_after(put, title)}."


def _after(put: str, title: str) -> str:
    return put.removeprefix(f"{title} ")


def _changed(verdict: Verdict, title: str, event: str, worth: float) -> str:
    side = "higher" if verdict.difference > 0 else "lower"
    good = "That is the better direction." if verdict.id == IMPROVING else "That is the worse direction."
    return (
        f"{title}: {side} than the earlier trend implies in the first year after {event}: {verdict.observed:.1%} "
        f"against {verdict.expected:.1%} expected ({_difference(verdict)}). {good}"
    )


def _no_change(verdict: Verdict, title: str, event: str, worth: float) -> str:
    least = f"A change of less than {points(verdict.minimum_detectable)} would probably be missed."
    if verdict.small_but_real:
        return f"{title}: little change after {event} ({_difference(verdict)})."
    if max(abs(verdict.lower), abs(verdict.upper)) <= worth:
        return (
            f"{title}: little or no change after {event}: any difference is smaller than {points(worth)} "
            f"({_difference(verdict)})."
        )
    fall = f"a fall of up to {points(verdict.lower)}" if verdict.lower < 0 else ""
    rise = f"a rise of up to {points(verdict.upper)}" if verdict.upper > 0 else ""
    ruled = " or ".join(part for part in (fall, rise) if part)
    return f"{title}: no detectable change after {event}. The data cannot rule out {ruled}. {least}"


def _not_enough(verdict: Verdict, title: str, event: str, worth: float) -> str:
    why = "; ".join(SHORT[reason] for reason in verdict.reasons)
    n = f" n = {verdict.base:,}." if verdict.base else ""
    return f"{title}: not enough data to say what followed {event}: {why}.{n} {_wait(verdict)}"


def _wait(verdict: Verdict) -> str:
    if verdict.months_needed is None:
        return "More months like these would not mend it."
    months = "month" if verdict.months_needed == 1 else "months"
    return f"We would need about {verdict.months_needed} more {months}."


def _cannot_tell(verdict: Verdict, title: str, event: str, worth: float) -> str:
    why = "; ".join(DOUBT[reason] for reason in verdict.reasons)
    if verdict.reasons == ("no_direction",):
        return f"{title}: different from the earlier trend after {event} ({_difference(verdict)}), but {why}."
    return f"{title}: cannot tell what followed {event}: {why}."


def _difference(verdict: Verdict) -> str:
    low, high = points(verdict.lower, True), points(verdict.upper, True)
    return f"difference {points(verdict.difference, True)} points, 95% interval {low} to {high}"


def campaign(title: str, event: str, effect: float, lower: float, upper: float, *, rank: int, deals: int,
             sectors: int, p: float, flat_before: bool) -> str:  # fmt: skip
    """What may be said of a campaign that came to some sectors and not to others.

    effect, lower, upper: fractions; rank: place among the deals of the date over sectors, 1 the furthest from no
    change, and how many deals there were; p: of the deals, adjusted. Where the deals are FEW_DEALS or fewer nothing can
    be significant, and it says so first; flat_before: whether the two were moving alike beforehand.
    """
    found = f"{title} moved {points(effect, True)} points apart (95% interval {points(lower, True)} to "
    found += f"{points(upper, True)}) where {event} came, from where it had not."
    place = f"Of {deals:,} ways to deal its date over {sectors} sectors, this one ranks {rank}"
    if deals <= FEW_DEALS:
        place += f": with so few ways nothing can stand out from chance (smallest p possible {1 / deals:.3f})."
    else:
        place += f" (p {p:.3f}, adjusted for all that were looked at; smallest possible {1 / deals:.3f})."
    if not flat_before:
        place += " The two were drawing apart before it started, so the difference cannot be read as its effect."
    elif deals > FEW_DEALS and p < 0.05 and (lower > 0 or upper < 0):
        place += f" That is consistent with an effect of {event}; campaigns went first where interest was greatest."
    untold = "Cannot tell: " if deals <= FEW_DEALS or not flat_before else ""
    return checked(f"{untold}{found} {place}")


SAYS = {
    IMPROVING: _changed,
    WORSENING: _changed,
    NO_CHANGE: _no_change,
    NOT_ENOUGH: _not_enough,
    CANNOT_TELL: _cannot_tell,
}
