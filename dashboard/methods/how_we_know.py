"""How we know: every method tried on made-up data whose truth is known, with what hit, what missed and why.

The rows are data/truth/coverage.csv and power.csv, which `make truth` writes; nothing here is worked out anew.
"""

import csv
from functools import cache

from dashboard import tables, words
from dashboard.content import Content
from dashboard.markup import Node, el
from etl.paths import DATA

PATH = "/how-we-know"
HEADING = "How we know"
PLANTED = {
    "s0": "Nothing changed",
    "s1": "A change of level when the code came in",
    "s2": "A change of slope when the code came in",
    "s3": "Nothing but the seasons",
    "s4": "Nothing changed, months scatter more than chance",
    "s4_effect": "A change of level, months scatter more than chance",
    "s5": "Nothing changed, months resemble the month before",
    "s5_strong": "Nothing changed, months strongly resemble the month before",
    "s6": "Campaigns that start at different times, same effect",
    "s7": "Campaigns whose effect grows",
    "s8": "A campaign put where things were moving already",
    "s9": "Returns that arrive late",
    "s10": "The mix of cases changes, practice does not",
    "s11": "One body unlike its peers",
    "s12": "Too few requests",
    "s13": "A survey that some do not answer",
    "s14": "Days to a decision, many still open",
    "s15": "Noise that protects small counts",
}
PASSED, MISSED = "pass", "miss"


@cache
def rows(name: str) -> tuple[dict, ...]:
    """The rows of data/truth/<name>.csv; none when it has not been made."""
    path = DATA / "truth" / f"{name}.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def page(source, query: str) -> Content:
    """The page. It takes no choices, and needs no published figures."""
    lines = rows("coverage")
    if not lines:
        return Content(HEADING, [_p("The proof has not been run for this copy of the service.")])
    return Content(
        HEADING,
        [
            *_answer(lines),
            *_missed([line for line in lines if line["result"] != PASSED]),
            *_noticed(rows("power")),
            el("h2", "Every line of the proof", class_="govuk-heading-l", id="lines"),
            _p("Each line was drawn and judged that many times. A line passes when its figure lies within the range "
               "set before it was run, give or take the chance that so few tries leave."),
            _table(lines),
            _p("Anyone can run the proof again: the command is make truth, and the same seed gives the same figures."),
        ],
        lead="Every method here was first tried on made-up data whose truth was known.",
    )  # fmt: skip


def _answer(lines) -> list[Node]:
    passed = sum(line["result"] == PASSED for line in lines)
    false = max(float(line["figure"]) for line in lines if line["outcome"] == "claim")
    covered = [float(line["figure"]) for line in lines if line["outcome"] == "covered"]
    return [
        el("h2", f"{passed} of {len(lines)} lines of the proof pass", class_="govuk-heading-m"),
        el("ul",
           el("li", f"Where nothing had changed, a change was claimed at most {words.share(false)} of the time."),
           el("li", f"A 95% range held the truth between {words.share(min(covered))} and {words.share(max(covered))} "
                    "of the time, by method."),
           el("li", "Where there was too little data, the answer was “not enough data” every time.")
           if all(float(line["figure"]) == 1 for line in lines if line["outcome"] == "not_enough") else None,
           class_="govuk-list govuk-list--bullet"),
    ]  # fmt: skip


def _missed(lines) -> list[Node]:
    if not lines:
        return []
    body = [[PLANTED.get(line["scenario"], line["scenario"]), line["what"], _figure(line), _wanted(line), line["cause"]]
            for line in lines]  # fmt: skip
    headings = ("What was planted", "What was measured", "Figure", "Wanted", "Why it misses")
    return [
        el("h2", "What misses, and why", class_="govuk-heading-l", id="misses"),
        _p("A line that misses is reported and not tuned until it passes."),
        tables.scrolling("Lines that miss, table", tables.table("Lines of the proof that miss", headings, body, (2,))),
    ]


def _noticed(lines) -> list[Node]:
    """How large a change must be to be noticed, by how many requests there are: what stops over-reading."""
    if not lines:
        return []
    by_size: dict[int, list[dict]] = {}
    for line in lines:
        by_size.setdefault(int(line["requests_a_month"]), []).append(line)
    body = []
    for size, members in sorted(by_size.items()):
        effects = sorted((one for one in members if float(one["change_in_points"])),
                         key=lambda one: -float(one["change_in_points"]))  # fmt: skip
        found = next((one for one in effects if _found(one) >= 0.8), None)
        said = f"{abs(float(found['change_in_points'])):.1f} points" if found else "none of those tried"
        least = [float(one["minimum_detectable_points"]) for one in members]
        body.append([f"{size:,}", said, f"{min(least):.1f} to {max(least):.1f} points"])
    headings = ("Requests a month", "Smallest fall tried that was found 8 times in 10", "What the page says it can see")
    return [
        el("h2", "How large a change must be to be noticed", class_="govuk-heading-l", id="power"),
        _p("A change smaller than this would probably be missed, so “no detectable change” is not “no change”."),
        tables.scrolling("Changes that are noticed, table",
                         tables.table("Changes in refusals that are noticed, with as many months before as after",
                                      headings, body, (1, 2))),
    ]  # fmt: skip


def _found(line: dict) -> float:
    return float(line["improving"]) + float(line["small_but_real"])


def _table(lines) -> Node:
    body = [
        [PLANTED.get(line["scenario"], line["scenario"]), line["what"], _figure(line), _wanted(line),
         f"{int(line['replications']):,}", "passes" if line["result"] == PASSED else "misses"]
        for line in lines
    ]  # fmt: skip
    headings = ("What was planted", "What was measured", "Figure", "Wanted", "Times tried", "Result")
    return tables.scrolling("Every line, table", tables.table("Lines of the proof", headings, body, (2, 4)))


def _figure(line: dict) -> str:
    return f"{float(line['figure']):.3g}"


def _wanted(line: dict) -> str:
    low, high = float(line["low"]), float(line["high"])
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _p(text: str) -> Node:
    return el("p", text, class_="govuk-body")
