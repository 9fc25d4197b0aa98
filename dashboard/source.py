"""Where figures come from: the one door, opened for one principal and one home.

Pages take a source as an argument, so that a test can put its own figures in place of a home.
"""

import json

from etl import snapshot
from etl.door import answers, beside, breakdown_answers, verdict_answers
from etl.door import own as body_file
from etl.home import home as default_home


class Door:
    """The published figures of a home, as a principal may see them. Raises etl.errors.Refusal when there are none."""

    def __init__(self, home=None, principal=answers.PUBLIC):
        self.home, self.principal = home, principal

    def seen_by(self, principal):
        """The same figures as another principal may see them."""
        return Door(self.home, principal)

    def answer(self, question):
        """The Answer to a metrics.question.Question."""
        return answers.answer(self.principal, question, self.home)

    def about(self) -> dict:
        """The snapshot as a whole: version, as_at, synthetic, first, last, returns, senders, release."""
        return answers.about(self.principal, self.home)

    def shown(self) -> str | None:
        """What tells kept pages apart: the version that is shown with its release; None before there is one."""
        released = snapshot.released(self.home or default_home())
        return released and json.dumps(released)

    def companion(self, table: str, **equals) -> list[dict]:
        """The rows of a small published table, such as events or loads: all, or those whose columns equal these."""
        return answers.companion(table, self.principal, self.home, **equals)

    def verdicts(self, indicator=None, by: str = "", event: str = verdict_answers.PRIMARY):
        """The VerdictAnswer on one indicator or on all, as settled when the figures were published."""
        return verdict_answers.verdicts(self.principal, indicator, by, event, self.home)

    def breakdown(self, kind: str, by: str = "", where=(), level: str = "all", periods=()):
        """The BreakdownAnswer of reasons, classes, positions, laws or gateways."""
        return breakdown_answers.breakdown(self.principal, kind, by, where, level, periods, home=self.home)

    def curves(self, question):
        """The Answer of a question about time to decision, on every published day."""
        return answers.curves(self.principal, question, self.home)

    def own(self, section: str, **equals) -> list[dict]:
        """The rows of a section (figure, compared, club) of the principal's own file. Refusal for anybody else."""
        return body_file.own(self.principal, section, self.home, **equals)

    def sent(self) -> dict:
        """The principal's own files and returns (etl.intake.sent.listed). Refusal for anybody but a body."""
        from etl.door import counter  # not on the public's server

        return counter.sent(self.principal, self.home)

    def reason_missing(self, question):
        """Rows of perceived_refusal_share with what missing reasons could make of them (`least` and `most`)."""
        return beside.reason_missing(self.principal, question, self.home)

    def unseen(self, question):
        """What the logs behind a refusal figure cannot see, from the survey: a range for each of two questions."""
        return beside.unseen(self.principal, question, self.home)
