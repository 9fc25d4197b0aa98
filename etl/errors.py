"""What is said to a person when something is refused."""


class Refusal(Exception):
    """A sentence for the person who can mend it: where, what was expected, what to do. Never a found value.

    rule: the name of the check that refused, for receipts; "refused" where there is no narrower one.
    """

    def __init__(self, sentence: str, rule: str = "refused"):
        super().__init__(sentence)
        self.rule = rule
