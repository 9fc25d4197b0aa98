"""What must stand beside a refusal figure: refusals without a reason, and what no log can see.

Each is given as a range that no assumption narrows, never as a sum or a corrected figure. Everything is read from
published figures, by the one door.
"""

from dataclasses import replace

from etl.door.answers import Principal, answer
from metrics import survey
from metrics.question import SURVEY_DIMENSIONS, Question, QuestionError, ask

UNSEEN = ("did_not_ask", "worked_round")
MISSING = ("perceived_refusal_share", "reason_missing_share")


def reason_missing(principal: Principal, question: Question, home=None) -> list[dict]:
    """The rows of a question about refusals the law does not support, with what missing reasons could make of them.

    least = perceived/refused, as if none of the refusals without a reason were such; most = (perceived + without) /
    refused, as if all were. Each row has the question's keys, the figure, `missing` (refusals without a reason),
    `least` and `most` (None where a count is hidden). Raises QuestionError for a question about anything else.
    """
    if question.indicator != MISSING[0] or question.reason_key:
        raise QuestionError("Bounds for missing reasons go with perceived_refusal_share, not broken down.")
    stated = answer(principal, question, home)
    refused = answer(principal, replace(question, indicator=MISSING[1]), home)
    keys = (*question.keys, *((question.level,) if question.level != "all" else ()))
    totals = {tuple(row.get(key) for key in keys): row["denominator"] for row in refused.rows}
    rows = []
    for row in stated.rows:
        all_refused = totals.get(tuple(row.get(key) for key in keys))
        bounds = {"missing": None, "least": None, "most": None}
        if row["numerator"] is not None and all_refused:
            # The two bases are counted apart; one more refusal with a reason than refusals would be noise.
            missing = max(all_refused - row["denominator"], 0)
            whole = row["denominator"] + missing
            most = (row["numerator"] + missing) / whole
            bounds = {"missing": missing, "least": row["numerator"] / whole, "most": most}
        rows.append({**row, **bounds})
    return rows


def unseen(principal: Principal, question: Question, home=None) -> list[dict]:
    """What the logs behind a refusal figure cannot see: people who did not ask, and who worked round a barrier.

    One row for each of UNSEEN that was asked in the latest wave, for the sector or region the question is about where
    the survey has it, else for all (`of` is its code, or ""): `indicator`, `title`, the figure's parts, `wave`,
    `invited`, `responded`, and `least` and `most`: the share of all who were invited if every silent one would have
    said no, or yes. Where nobody knows how many were invited they are the limits of the range. Empty without a survey.
    """
    where = {key: values[0] for key, values in question.where if key in SURVEY_DIMENSIONS and len(values) == 1}
    asked = dict(list(where.items())[:1])
    rows = []
    for indicator in UNSEEN:
        found, of = answer(principal, ask(indicator, where=asked), home), "".join(asked.values())
        if not found.rows and asked:
            found, of = answer(principal, ask(indicator), home), ""
        told = {"indicator": indicator, "title": found.indicator.title, "of": of}
        rows += [{**told, **row, **_silent(row, bool(of))} for row in found.rows]
    return rows


def _silent(row: dict, part: bool) -> dict:
    """Bounds over everyone invited. The frame is known for a wave as a whole: a part of it takes its response rate."""
    if row["value"] is None or not row["invited"] or not row["responded"]:
        return {"least": row["lower"], "most": row["upper"]}
    answered, invited = row["denominator"], row["invited"]
    if part or answered > row["responded"]:
        invited = round(answered * row["invited"] / row["responded"])
    yes = min(round(row["value"] * answered), answered)
    bounds = survey.worst_case({"all": (answered, max(invited, answered), yes)})
    return {"least": bounds.lower, "most": bounds.upper}
