"""What is said to a person when something is refused."""


class Refusal(Exception):
    """A sentence for the person who can mend it: where, what was expected, what to do. Never a found value."""
