"""What is said to a person when something is refused."""


class Refusal(Exception):
    """A sentence for the person who can mend it: where, what was expected, what to do. Never a found value.

    rule: the name of the check that refused, for receipts; "refused" where there is no narrower one. mend: what to do,
    where that can be told apart from what is wrong; the text of the refusal is then both.
    """

    def __init__(self, sentence: str, rule: str = "refused", mend: str = ""):
        super().__init__(f"{sentence} {mend}".strip())
        self.rule, self.wrong, self.mend = rule, sentence, mend
