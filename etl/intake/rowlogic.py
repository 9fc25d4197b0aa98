"""The logic of a row, kind by kind: what its cells must say together. Conditions are as etl.intake.rules has them."""

from dataclasses import dataclass


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
