"""What you can ask: the questions that people bring, each with the page that answers it, or a plain "cannot say".

Answering a new question is one entry in QUESTIONS.
"""

from typing import NamedTuple

from dashboard import tables
from dashboard.content import Content
from dashboard.markup import Node, el

PATH = "/questions"
HEADING = "What you can ask"
WHO = {
    "clerk": "Briefing a committee",
    "ico": "Running a campaign",
    "council": "Comparing a council",
    "cddo": "Looking at barriers across government",
    "sender": "Sending a return",
}
CANNOT = "These data cannot say"


class Question(NamedTuple):
    """A question: who asks it, where it is answered (None when these data cannot say), and a word on the answer."""

    who: str
    asked: str
    address: str | None
    said: str


QUESTIONS = (
    Question("clerk", "Has the refusal rate fallen since the code, by how much, how surely, and against what?",
             "/did-it-work", "The verdict, against what the earlier trend implies"),
    Question("clerk", "Which sectors moved and which did not?", "/did-it-work#by-group", "Verdicts by sector"),
    Question("clerk", "Where is sharing stuck: from national to local, or from local to the community?",
             "/who-says-no#directions", "Refusals by direction"),
    Question("clerk", "What reasons are given, and how many does the law not support?", "/barriers#positions",
             "Reasons by the law's position"),
    Question("clerk", "Which law is cited when a request is about a child?", "/barriers#laws",
             "Law cited by purpose, children's first"),
    Question("clerk", "Have more people heard of the code since January 2021?", "/awareness#waves",
             "Survey waves; the poll of January 2021 stands on the overview"),
    Question("clerk", "Which of our recommendations show movement?", None,
             "No return records what government did about a recommendation"),
    Question("clerk", "What should we ask next time, and whom?", None,
             "The figures show where practice differs; what to ask is for the committee"),
    Question("clerk", "Has progress faded since a campaign ended?", "/did-it-work#campaigns",
             "Each campaign's path, quarter by quarter"),
    Question("clerk", "What can these figures not tell us?", "/#unseen", "Said on the overview and on every briefing"),
    Question("clerk", "Can I cite a figure and find it again in a year?", "/data#release",
             "Cite it with its data version; older versions are kept by who runs the service, not shown here yet"),
    Question("clerk", "Is there a gap in the law that only Parliament can fix?", "/barriers#gateways",
             "Powers used, and refusals that the law supports; whether the law should change is not in any return"),
    Question("ico", "Did a campaign change awareness, confidence or behaviour where it came?",
             "/did-it-work#moved", "Every campaign on every figure: sectors reached against those not yet reached"),
    Question("ico", "Where do people get lost between hearing of the code and sharing?", "/awareness#funnel",
             "Heard, read, used a tool, confident"),
    Question("ico", "Which tool is used, and by whom?", "/trends?measure=tool_cited_share&by=sector",
             "Decisions that cite the code or a tool, by sector"),
    Question("ico", "Which myth is still alive, and where?", "/barriers#reasons", "Reasons the law does not support"),
    Question("ico", "Where would a toolkit help most next?", "/awareness#sectors",
             "Sectors side by side, with what each has been given"),
    Question("ico", "Is fear of the regulator falling?", "/trends?measure=fears_enforcement", "By survey wave"),
    Question("ico", "Have complaints or incidents risen with sharing?", None,
             "Harm is not measured here: no return of complaints or incidents exists yet"),
    Question("ico", "How long does an effect last?", "/did-it-work#campaigns",
             "As far as the quarters after a campaign show; no half-life is worked out"),
    Question("ico", "What would we need to notice a change of five points?", "/how-we-know#power",
             "Requests a month against the change that is noticed"),
    Question("ico", "Which bodies have not sent returns?", "/data#coverage", "Every body that is expected to report"),
    Question("ico", "Who did not answer the survey?", "/awareness#response", "Response, and the bounds it leaves"),
    Question("council", "Are we different from councils like us, beyond chance?", "/compare",
             "Signed in: you beside at least ten peers. For all: their middle half"),
    Question("council", "Who says no to us, and to whom do we say no?", "/who-says-no#pairs",
             "By sector of holder and requester; signed in, your own"),
    Question("council", "How long do we take, and how long do others make us wait?", "/time-to-decision",
             "Open requests counted; signed in, your own beside your peers"),
    Question("council", "Which decisions go to lawyers here that others leave to the front line?",
             "/trends?measure=escalated_share&by=sector", "Decisions taken by legal advisers or chief officers"),
    Question("council", "Do requests under an agreement get an answer sooner?", "/time-to-decision#under-agreement",
             "Time to decision with and without one"),
    Question("council", "Are requests under an agreement refused less?", "/trends?by=under_agreement",
             "Refusal rate with and without one"),
    Question("council", "Which of our agreements are due for review?", "/compare", "Signed in: your own counts"),
    Question("council", "What did a council that improved do?", None,
             "Returns say what was decided, not what a council changed"),
    Question("council", "Can I give the scrutiny committee one page?", "/briefing", "Any view, on one page of A4"),
    Question("sender", "Was our return accepted, and what was wrong in it?", "/check",
             "A receipt, row by row; nothing is stored"),
    Question("council", "Who sees our figures before they are published?", "/data#protection",
             "Nobody but you and the people who run the service"),
    Question("council", "Why does your number differ from ours?", "/why-numbers-differ", "The usual reasons"),
    Question("cddo", "Which barriers are technical or financial, not legal?", "/barriers#classes", "Reasons by kind"),
    Question("cddo", "Do departments share downwards?", "/trends?measure=downward_shared_rate", "Shared downwards"),
    Question("cddo", "Is the Digital Economy Act used, and by which power?", "/barriers#gateways", "Powers named"),
    Question("cddo", "Which gaps in standards or identifiers come up again and again?", "/barriers#reasons",
             "Technical reasons: formats, identifiers, quality"),
    Question("cddo", "Is what the pandemic made possible kept up?", "/trends?measure=shared_rate&from=2019",
             "Shared rate since 2019, with the emergency notices drawn"),
    Question("cddo", "Can I take all this by machine?", "/data#returns",
             "Every table as CSV at its address, and the command uptake figure"),
    Question("sender", "What columns do you want, and may we send what our system exports?", "/check#taken",
             "Columns are found by name; an export of its own form is read by a profile, made from an example"),
    Question("sender", "Did we send details of a person by mistake?", "/check", "The file is screened before anything"),
    Question("sender", "What happens to rows that are not accepted?", "/check#taken",
             "Held, counted and listed; what is sent again replaces them"),
    Question("sender", "Can we send it again and see what changed?", "/check",
             "A corrected return replaces the last; its receipt says what changed"),
)  # fmt: skip


def page(source, query: str) -> Content:
    """The page. It takes no choices, and needs no published figures."""
    made = [_p("Each leads to the page that answers it. Where these data cannot say, that is said.")]
    for who, label in WHO.items():
        rows = [_row(one) for one in QUESTIONS if one.who == who]
        made.append(el("h2", label, class_="govuk-heading-m", id=who))
        table = tables.table(label, ("Question", "Where", "What you find"), rows, hide_caption=True)
        made.append(tables.scrolling(f"{label}, table", table))
    return Content(HEADING, made)


def _row(one: Question) -> list:
    if one.address is None:
        return [one.asked, CANNOT, one.said]
    return [one.asked, el("a", _named(one.address), href=one.address, class_="govuk-link"), one.said]


def _named(address: str) -> str:
    """A page's name in the menu; imported late, because the list of pages names this one."""
    from dashboard.pages import BY_PATH

    return BY_PATH[address.split("?")[0].split("#")[0]].label


def _p(text: str) -> Node:
    return el("p", text, class_="govuk-body-l")
