"""The way in for a body that is signed in: its own returns checked, loaded and looked up, by its principal alone."""

from pathlib import Path

from etl.door.principal import COUNCIL, Principal, settled
from etl.errors import Refusal
from etl.intake import counter
from etl.intake.receipt import Receipt


def takes_loads(principal: Principal, home) -> bool:
    """Whether the principal is a body that may load here (etl.intake.counter.takes_loads)."""
    return settled(principal).role == COUNCIL and counter.takes_loads(home)


def check(principal: Principal, home, path: Path, facts: dict) -> Receipt:
    """The receipt of checking the body's own return beside what it sent before. Raises Refusal for anybody else."""
    return counter.check(home, _body(principal), path, facts)


def load(principal: Principal, home, path: Path, facts: dict) -> Receipt:
    """The receipt of loading the body's own return. Raises Refusal for anybody else, with nothing loaded."""
    return counter.load(home, _body(principal), path, facts)


def sent(principal: Principal, home) -> dict:
    """The body's own files and returns (etl.intake.sent.listed). Raises Refusal for anybody else."""
    return counter.sent(home, _body(principal))


def receipt(principal: Principal, home, file_id: int) -> Receipt:
    """The receipt of a file of the body's own. Raises Refusal for anybody else, and for any other file."""
    return counter.receipt(home, _body(principal), file_id)


def _body(principal: Principal) -> str:
    principal = settled(principal)
    if principal.role != COUNCIL:
        raise Refusal("Sign in as the body whose returns these are.")
    return principal.body
