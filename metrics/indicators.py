"""The list of indicators. It computes the figure, fills the menu and writes the catalogue.

Adding an indicator is one entry here (and one in metrics/counts.py when no count fits). No composite score and
no league table: a lawful refusal is not a failure.
"""

from dataclasses import dataclass, field
from datetime import date

from metrics.formulas import (
    Days,
    Formula,
    Gap,
    Held,
    Returned,
    Share,
    Sharing,
    Stock,
    Survey,
    Total,
    Undecided,
    check,
)

FAMILIES = {
    "refusals": "Refusals",
    "reasons": "Reasons",
    "speed": "Speed",
    "uptake": "Uptake",
    "agreements": "Agreements",
    "awareness": "Awareness",
    "quality": "Data quality",
}


@dataclass(frozen=True)
class Indicator:
    """A figure: what it counts, why it matters, what it cannot say, and who answers for the definition.

    `better` is up, down or neither; `worth` is the smallest change worth acting on, in points of a share (0.03 is
    3 points) or as a part of a number of days; `always` fixes dimensions (a part of the definition, not a filter).
    """

    id: str
    title: str
    family: str
    formula: Formula
    better: str
    why: str
    caveats: tuple[str, ...]
    answers: str
    always: tuple[tuple[str, str], ...] = ()
    worth: float = 0.03
    owner: str = "The Uptake maintainers"
    checked: date = field(default=date(2026, 11, 22))
    review: date = field(default=date(2027, 11, 22))

    def __post_init__(self):
        check(self.formula)
        if self.family not in FAMILIES or self.better not in ("up", "down", "neither"):
            raise ValueError(f"indicator {self.id}: unknown family or direction")

    @property
    def unit(self) -> str:
        """`share` (0 to 1), `points` (a difference of shares, -1 to 1), `count` or `days` (whole days)."""
        return self.formula.unit

    @property
    def numerator(self) -> str:
        return self.formula.words()[0]

    @property
    def denominator(self) -> str:
        return self.formula.words()[1]

    @property
    def ranges(self) -> str:
        """What the range beside the figure says, and of whom."""
        return self.formula.ranges()


LAWFUL = "A refusal can be right: the law asks for some. Do not set one body a target for it."
UNSEEN = "Requests that were never made, or were avoided by another route, are in no log."
HARM = "Harm is not measured here: no return of complaints or incidents exists yet."
RECORDING = "It can move just because bodies start or stop recording this."
TOTALS = "Where a body can give only totals, its decisions are taken to have come within 60 days."
SAMPLE = "Those who did not answer may differ from those who did; the share who did is shown beside it."

_ALL = (
    Indicator(
        "refusal_rate", "Refusal rate", "refusals", Share("refused", "received"), "down",
        "The committee heard that public bodies refuse to share data the law lets them share.",
        (LAWFUL, UNSEEN, TOTALS), "Oral evidence 13 January 2021, Q2; report chapter 8, paragraph 169",
    ),
    Indicator(
        "refused_share_of_decisions", "Refused share of decisions", "refusals", Share("refused", "decided"), "down",
        "Leaves out requests that are open, withdrawn, redirected or concern data that is not held.",
        (LAWFUL, UNSEEN), "Oral evidence 13 January 2021, Q2",
    ),
    Indicator(
        "part_share_rate", "Shared in part", "refusals", Share("shared_part", "shared"), "neither",
        "Sharing less than was asked can be caution, or good data minimisation.",
        ("Sharing in part can be right, so this has no good direction.",), "Oral evidence 13 January 2021, Q2",
    ),
    Indicator(
        "no_reply_rate", "Requests with no reply", "refusals", Share("no_reply", "received"), "down",
        "Silence can be a refusal that nobody signs.",
        ("Trust it only as reported by requesters: a holder seldom logs what it never answered.",),
        "Report chapter 8, paragraph 167",
    ),
    Indicator(
        "withdrawn_rate", "Withdrawn before a decision", "refusals", Share("withdrawn", "received"), "neither",
        "Requesters who give up may have been put off.",
        ("A duplicate request is also withdrawn.",), "Report chapter 8, paragraph 173",
    ),
    Indicator(
        "reversal_rate", "Refusals reversed on a second look", "refusals", Share("reversed", "reconsidered"),
        "neither", "Many reversals would mean that first decisions are too cautious.",
        ("Few requesters ask again, and those who do are not typical.",), "Oral evidence 13 January 2021, Q3 to Q5",
    ),
    Indicator(
        "safeguarding_refusal_gap", "Gap in refusals of requests to safeguard a child", "refusals",
        Gap("refused", "received", "purpose", "safeguarding_child", "requests to safeguard a child"), "down",
        "Witnesses said that not sharing puts children at risk; such requests should not be refused more than others.",
        ("0 is no gap; below 0, they are refused less often than other requests.",
         "Different people ask, for different things: a gap is a place to look, not a fault.", LAWFUL),
        "Oral evidence 13 January 2021, Q2, Q11 and Q13; report chapter 8, paragraphs 167 and 168",
    ),
    Indicator(
        "risk_of_not_sharing_recorded", "Risk of not sharing weighed", "refusals",
        Share("risk_weighed", "risk_known"), "up",
        "The code says that not sharing can do harm; weighing that risk is the opposite of risk aversion.",
        (RECORDING,), "Oral evidence 13 January 2021, Q5, Q6, Q10 and Q11",
    ),
    Indicator(
        "escalated_share", "Decisions passed up", "refusals", Share("escalated", "decider_known"), "neither",
        "Witnesses spoke of staff who always need permission.",
        ("Some requests should be decided by lawyers.", RECORDING), "Oral evidence 13 January 2021, Q11 and Q16",
    ),
    Indicator(
        "perceived_refusal_share", "Refused for reasons the law does not support", "reasons",
        Share("perceived", "reason_stated"), "down",
        "The Commissioner says the law is not the barrier; this counts the reasons that it does not bear out.",
        ("It judges the wording, by a published list of reasons, not the refusal: “the GDPR forbids it”, with no rule "
         "named, may be a good reason badly put.", RECORDING),
        "Oral evidence 13 January 2021, Q7, Q11 and Q13; report chapter 8, paragraph 171",
    ),
    Indicator(
        "undecided_at_30_days", "Undecided after 30 days", "speed", Undecided(30), "down",
        "Information that comes late may be no use.",
        ("A quick refusal counts as decided. A request withdrawn or redirected counts as decided that day.",
         "Calendar days. A request still open counts for the days it has waited, so the share is not a plain division.",
         ),
        "Oral evidence 13 January 2021, Q2 and Q5; report chapter 8, paragraph 158",
    ),
    Indicator(
        "median_days_to_decision", "Days until half are decided", "speed", Days(0.5), "down",
        "Half of all requests had a decision within this many days.",
        ("Open requests are counted, so this may not be reached.", "Whole days."),
        "Oral evidence 13 January 2021, Q2 and Q5", worth=0.10,
    ),
    Indicator(
        "p90_days_to_decision", "Days until nine in ten are decided", "speed", Days(0.9), "down",
        "Shows the long waits that a median hides.",
        ("Often not reached: then more than one in ten were still open.", "Whole days."),
        "Oral evidence 13 January 2021, Q2 and Q5", worth=0.10,
    ),
    Indicator(
        "requests_received", "Requests received", "uptake", Total("received"), "neither",
        "More requests can mean more trust, or more trouble.",
        ("It grows when more bodies send returns.", UNSEEN), "Oral evidence 13 January 2021, Q15",
    ),
    Indicator(
        "shared_rate", "Shared rate", "uptake", Share("shared", "received"), "up",
        "The share of requests that ended in data being shared in time.",
        ("Not one minus the refusal rate: open, withdrawn and redirected requests exist.", TOTALS, HARM),
        "Report chapter 8, paragraph 158",
    ),
    Indicator(
        "under_agreement_share", "Requests under an agreement", "uptake", Share("with_agreement", "agreement_known"),
        "up", "A charity in North Yorkshire said that an agreement 'has opened those doors'.",
        (RECORDING, HARM), "Oral evidence 13 January 2021, Q12",
    ),
    Indicator(
        "tool_cited_share", "Decisions that cite the code or a tool", "uptake", Share("tool_cited", "tool_known"), "up",
        "Shows the code and its tools in use, not only heard of.",
        (RECORDING, HARM), "Oral evidence 13 January 2021, Q1 and Q9; DCMS letter 13 April 2021",
    ),
    Indicator(
        "downward_shared_rate", "Shared downwards", "uptake", Share("shared", "received"), "up",
        "Witnesses said that sharing from national to local, and from councils to the community, is stuck.",
        ("The direction follows the tiers of holder and requester.", HARM),
        "Oral evidence 13 January 2021, Q2; report chapter 8, paragraphs 156 to 159",
        always=(("direction", "downward"),),
    ),
    Indicator(
        "cross_sector_shared_rate", "Shared across sectors", "uptake", Share("cross_shared", "cross_received"), "up",
        "Sharing is hardest between sectors.",
        ("Policing makes up much of it.", HARM), "Oral evidence 13 January 2021, Q1 and Q4",
    ),
    Indicator(
        "bodies_sharing_share", "Bodies that shared at all", "uptake", Sharing(), "up",
        "Good practice in a few places is not yet uptake: how many bodies share anything?",
        ("A body with one shared request counts as much as one with a thousand.",
         "Over a longer time more bodies will have shared once.", HARM), "Report chapter 8, paragraph 164",
    ),
    Indicator(
        "agreements_in_force", "Agreements in force", "agreements", Stock("in_force"), "up",
        "Agreements let partners share without asking each time.",
        ("One agreement may cover many partners.", "As returned on the last day of the period; never added up."),
        "Oral evidence 13 January 2021, Q12",
    ),
    Indicator(
        "agreements_active", "Agreements in use", "agreements", Stock("active"), "up",
        "Counts agreements under which data moved, not those in a drawer.",
        ("Counts over different periods are not added and not compared.",),
        "Oral evidence 13 January 2021, Q12",
    ),
    Indicator(
        "heard_of_code", "Heard of the code", "awareness", Survey("heard_of_code"), "up",
        "Nobody can follow a code they have not heard of.", (SAMPLE,), "Oral evidence 13 January 2021, Q6 and Q11",
    ),
    Indicator(
        "read_code", "Read the code", "awareness", Survey("read_code"), "up",
        "Hearing of the code is not reading it.", (SAMPLE, "People overstate what they read."),
        "Oral evidence 13 January 2021, Q11",
    ),
    Indicator(
        "used_tool", "Used a tool", "awareness", Survey("used_tool"), "up",
        "Checklists, forms and toolkits are how people learn.", (SAMPLE,), "Oral evidence 13 January 2021, Q1 and Q9",
    ),
    Indicator(
        "confident_to_share", "Confident to share", "awareness", Survey("confident_to_share"), "up",
        "Leaders were said to lack confidence in their ability to share.", (SAMPLE,),
        "Report chapter 8, paragraphs 172 and 173",
    ),
    Indicator(
        "fears_enforcement", "Fears enforcement", "awareness", Survey("fears_enforcement"), "down",
        "The Commissioner has never acted against staff who shared in good faith; the fear remains.", (SAMPLE,),
        "Oral evidence 13 January 2021, Q7",
    ),
    Indicator(
        "did_not_ask", "Did not share though they could have", "awareness", Survey("did_not_ask"), "down",
        "What the logs cannot see: sharing that never began.", (SAMPLE,), "Report chapter 8, paragraph 167",
    ),
    Indicator(
        "worked_round", "Worked round a barrier", "awareness", Survey("worked_round"), "neither",
        "'Finding ways around' was a phrase the committee said it would remember.", (SAMPLE,),
        "Oral evidence 13 January 2021, Q13 and Q15",
    ),
    Indicator(
        "returns_received_share", "Returns received", "quality", Returned(), "up",
        "A figure is only as good as the returns behind it.",
        ("Counts returns expected from the list of senders; a home without such a list has none.",),
        "Oral evidence 13 January 2021, Q5",
    ),
    Indicator(
        "rows_held_share", "Rows held back", "quality", Held(), "down",
        "A row that cannot be right is held back and told to its sender, never guessed at.",
        ("Rows put right in a later return are no longer held.", "A skipped row (a heading, a total) is not held."),
        "ICO letter 3 February 2021",
    ),
    Indicator(
        "reason_missing_share", "Refusals without a reason", "quality", Share("reason_missing", "refused"), "down",
        "Reasons can be compared only where they are recorded.", (RECORDING,), "Oral evidence 13 January 2021, Q11",
    ),
    Indicator(
        "law_missing_share", "Refusals without the law cited", "quality", Share("law_missing", "refused"), "down",
        "The law that is cited can be checked only where it is recorded.", (RECORDING,),
        "Oral evidence 13 January 2021, Q11 and Q13",
    ),
)  # fmt: skip

INDICATORS: dict[str, Indicator] = {indicator.id: indicator for indicator in _ALL}
if len(INDICATORS) != len(_ALL):
    raise ValueError("two indicators share an id")
