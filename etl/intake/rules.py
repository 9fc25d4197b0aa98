"""What a row must satisfy, beyond the type of each column: one bit of a mask a rule.

Conditions are SQL over a row's typed columns and the facts of its return (period_from, period_to, extracted_on);
true means broken, and NULL counts as kept, because blanks have rules of their own. Sentences never hold a value.
"""

from dataclasses import dataclass
from functools import cache

from etl import reference
from etl.intake.contracts import Contract, Field, contract

EARLIEST = "DATE '1990-01-01'"


@dataclass(frozen=True)
class Rule:
    """One check of a row: what breaks it (SQL), the column to look at, what is wrong and how to mend it."""

    id: str
    column: str
    condition: str
    sentence: str
    mend: str

    @property
    def message(self) -> str:
        return f"{self.sentence} {self.mend}"


ENDED = Rule(
    "period_ends_before_start",
    "period_end",
    "period_end < period_start",
    "The period ends before it starts.",
    "Check period_start and period_end.",
)
WITHIN = Rule(
    "period_outside_return",
    "period_start",
    "period_start < period_from OR period_end > period_to",
    "The period of the row lies outside the period of the return.",
    "Check period_start and period_end, or the period the return says it covers.",
)

CROSS = {
    "requests": (
        Rule(
            "decided_before_received",
            "decided_on",
            "decided_on < received_on",
            "The request was decided before it was received.",
            "Check both dates.",
        ),
        Rule(
            "decision_date_missing",
            "decided_on",
            "decided_on IS NULL AND outcome NOT IN ('pending', 'no_response')",
            "The outcome is a decision and decided_on is blank.",
            "Give the day of the first decision, or the outcome pending or no_response.",
        ),
        Rule(
            "decision_date_on_pending",
            "decided_on",
            "decided_on IS NOT NULL AND outcome = 'pending'",
            "The request is pending and has a decision date.",
            "Give the outcome that was decided, or leave decided_on blank.",
        ),
        Rule(
            "received_after_extract",
            "received_on",
            "received_on > extracted_on",
            "The request was received after the day the figures were taken.",
            "Check received_on and extracted_on.",
        ),
        Rule(
            "decided_after_extract",
            "decided_on",
            "decided_on > extracted_on",
            "The request was decided after the day the figures were taken.",
            "Check decided_on and extracted_on.",
        ),
        Rule(
            "received_outside_period",
            "received_on",
            "received_on < period_from OR received_on > period_to",
            "The request was received outside the period of the return.",
            "A return holds the requests received in its period, whenever they were decided: move the row to the "
            "return of its own period.",
        ),
        Rule(
            "reconsidered_without_refusal",
            "reconsidered",
            "reconsidered IN ('upheld', 'reversed') AND outcome <> 'refused'",
            "A request that was not refused is marked as reconsidered.",
            "The outcome is the first decision: give refused there, or reconsidered as none.",
        ),
        Rule(
            "reconsidered_before_decided",
            "reconsidered_on",
            "reconsidered_on < coalesce(decided_on, received_on)",
            "The request was reconsidered before it was decided.",
            "Check both dates.",
        ),
        Rule(
            "reconsidered_date_without_result",
            "reconsidered_on",
            "reconsidered_on IS NOT NULL AND reconsidered = 'none'",
            "There is a day of reconsideration, and the row says it was not reconsidered.",
            "Give upheld or reversed, or leave reconsidered_on blank.",
        ),
        Rule(
            "reconsidered_after_extract",
            "reconsidered_on",
            "reconsidered_on > extracted_on",
            "The request was reconsidered after the day the figures were taken.",
            "Check reconsidered_on and extracted_on.",
        ),
    ),
    "request_counts": (ENDED, WITHIN),
    "agreements": (
        ENDED,
        WITHIN,
        Rule(
            "nothing_counted",
            "in_force",
            "coalesce(in_force, active, signed, ended, review_overdue) IS NULL",
            "Every count of the row is blank.",
            "Give at least one count, or leave the row out.",
        ),
        Rule(
            "more_overdue_than_in_force",
            "review_overdue",
            "review_overdue > in_force",
            "More agreements are overdue for review than are in force.",
            "Check review_overdue and in_force: both are as on the last day of the period.",
        ),
    ),
    "awareness": (
        Rule(
            "fieldwork_ends_before_start",
            "fieldwork_end",
            "fieldwork_end < fieldwork_start",
            "The fieldwork ends before it starts.",
            "Check fieldwork_start and fieldwork_end.",
        ),
        Rule(
            "answer_of_another_question",
            "answer",
            "concat(question::VARCHAR, '/', answer::VARCHAR) NOT IN (<pairs>)",
            "The answer is not one of this question's answers.",
            "See data/reference/answers.csv for the answers of each question.",
        ),
        # The square of a sum of n weights is at most n times the sum of their squares, and at least that sum.
        Rule(
            "weights_impossible",
            "weight_sum_squares",
            "weight_sum * weight_sum > respondents * weight_sum_squares * 1.000001 + 0.000001 "
            "OR weight_sum_squares > weight_sum * weight_sum * 1.000001 + 0.000001",
            "No weights of so many respondents have these sums.",
            "Check respondents, weight_sum and weight_sum_squares; leave both sums blank when there are no weights.",
        ),
    ),
    "survey_frame": (
        Rule(
            "more_invited_than_people",
            "invited",
            "invited > population",
            "More people were invited than are in the group.",
            "Check invited and population.",
        ),
        Rule(
            "more_responded_than_invited",
            "responded",
            "responded > invited",
            "More people responded than were invited.",
            "Check responded and invited.",
        ),
    ),
}


@cache
def rules(kind: str) -> tuple[Rule, ...]:
    """Every check of a typed row of this kind, in the order of the mask's bits from the lowest."""
    one = contract(kind)
    blanks = [_blank(field) for field in one.fields if field.required]
    limits = [rule for field in one.fields for rule in _limits(field)]
    facts = [_blank(field) for field in contract("cover").fields if field.name in ("sender", "reported_by")]
    facts += [_blank(field) for field in contract("cover").fields if field.type == "date"]
    return (*blanks, *limits, *facts, *FACTS, *map(_filled, CROSS.get(kind, ())))


FACTS = (
    Rule(
        "return_ends_before_start",
        "period_to",
        f"period_to < period_from OR period_from < {EARLIEST}",
        "The period of the return ends before it starts, or is too long ago.",
        "Check period_from and period_to.",
    ),
    Rule(
        "kind_differs",
        "kind",
        "said_kind <> recognised_kind",
        "The row says it belongs to another kind of return than its columns do.",
        "Send each kind of return as a file or sheet of its own.",
    ),
)


def mask_sql(kind: str, known: frozenset[str] = frozenset()) -> str:
    """SQL of the mask of a row. Rules whose ids are `known` to hold for the whole file are left out."""
    bits = [
        f"CASE WHEN {rule.condition} THEN {1 << place}::UBIGINT ELSE 0::UBIGINT END"
        for place, rule in enumerate(rules(kind))
        if rule.id not in known
    ]
    return " | ".join(f"({bit})" for bit in bits)


def type_rules(one: Contract) -> tuple[Rule, ...]:
    """A rule a column for a cell that is not of its type: `raw_<column>` is filled and `<column>` is NULL."""
    return tuple(_type(field) for field in (*one.fields, *contract("cover").fields))


def _blank(field: Field) -> Rule:
    mend = f"Give {expected(field)}." + (" Write not_stated if it is not known." if _may_be_unknown(field) else "")
    return Rule(f"blank_{field.name}", field.name, f"{field.name} IS NULL", f"{field.title} is blank.", mend)


def _limits(field: Field):
    if field.pattern:
        yield Rule(
            f"pattern_{field.name}",
            field.name,
            f"NOT regexp_full_match({field.name}, '{field.pattern.strip('^$')}')",
            f"{field.title} is not in the form asked for.",
            f"Give {expected(field)}.",
        )
    if field.minimum is not None:
        yield Rule(
            f"too_small_{field.name}",
            field.name,
            f"{field.name} < {field.minimum}",
            f"{field.title} is below {field.minimum}.",
            "Check the count.",
        )


def _type(field: Field) -> Rule:
    broken = f"raw_{field.name} IS NOT NULL AND {field.name} IS NULL"
    return Rule(f"type_{field.name}", field.name, broken, _type_sentence(field), f"Expected {expected(field)}.")


def _type_sentence(field: Field) -> str:
    if field.codes:
        return f"{field.title} is not a code of the list {field.codes}."
    if field.enum:
        return f"{field.title} is none of {', '.join(field.enum)}."
    shapes = {"date": "a date as YYYY-MM-DD", "integer": "a whole number", "number": "a number"}
    return f"{field.title} is not {shapes.get(field.type, 'in the form asked for')}."


def expected(field: Field) -> str:
    """What to write in a column, in words, with an example."""
    if field.codes:
        return f"a code of the list {field.codes} (in the sheet Codes of the blank return), for example {field.example}"
    shapes = {"date": "a date as YYYY-MM-DD", "integer": "a whole number", "number": "a number with a point"}
    return f"{shapes.get(field.type, field.form or 'a value')}, for example {field.example}"


def _may_be_unknown(field: Field) -> bool:
    return bool(field.codes) and field.codes != "bodies" and "not_stated" in reference.codes(field.codes)


def _filled(rule: Rule) -> Rule:
    """The rule with the pairs of question and answer written into it."""
    if "<pairs>" not in rule.condition:
        return rule
    pairs = [f"'{name}/{answer}'" for name, row in reference.questions().items() for answer in row["answers"]]
    return Rule(rule.id, rule.column, rule.condition.replace("<pairs>", ", ".join(pairs)), rule.sentence, rule.mend)
