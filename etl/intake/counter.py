"""The counter for a body that has signed in: its own return checked and loaded, and what it sent before looked up.

Each is done in a process of its own, so that the web process opens no warehouse and waits for no lock in its own name;
the body is given by whoever knows who is signed in, and by nothing that came with a request.
`python -m etl.intake.counter DEED HOME BODY WORDS...` is the child.
"""

import json
import os
import sys
from pathlib import Path

from etl.errors import Refusal
from etl.intake.desk import SECONDS, limited, said_apart
from etl.intake.receipt import Receipt, revived

KEYS = ("UPTAKE_REFERENCE_KEY", "UPTAKE_REFERENCE_KEY_FILE")
BUSY = (
    "This took too long and was stopped: other returns are being loaded or published now. Try again in a few minutes; "
    "a file that is in already is not loaded twice."
)
FAILED = (
    "This could not be done now. If it was a load, look under Your returns whether it is in before you send it again; "
    "if it fails again, tell the people who run this service."
)


UNLISTED = (
    "You are not on this service's list of who is expected to report, so your figures are treated as confidential and "
    "nothing of yours is counted as missing."
)


def takes_loads(home) -> bool:
    """Whether this process may write the home at all: where it may not, returns go to the people who run it."""
    return os.access(home.path, os.W_OK)


def check(home, body: str, path: Path, facts: dict) -> Receipt:
    """All that `load` would say, beside what the body sent before, with nothing stored. Raises Refusal."""
    return revived(_asked("check", home, body, str(path), json.dumps(facts)))


def load(home, body: str, path: Path, facts: dict) -> Receipt:
    """Load the body's own return and nothing of another (etl.intake.ownership). Raises Refusal, with nothing loaded."""
    return revived(_asked("load", home, body, str(path), json.dumps(facts)))


def sent(home, body: str) -> dict:
    """The body's `files` and `returns` by the ledger (etl.intake.sent.listed), its dates as text. Raises Refusal."""
    return _asked("sent", home, body)


def receipt(home, body: str, file_id: int) -> Receipt:
    """The receipt of one file of the body's own, by the ledger. Raises Refusal when it has no such file."""
    return revived(_asked("receipt", home, body, str(file_id)))


def _asked(deed: str, home, body: str, *words: str) -> dict:
    return said_apart("etl.intake.counter", [deed, str(home.path), body, *words], SECONDS, BUSY, FAILED, KEYS)


def main(deed: str, folder: str, body: str, *words: str) -> None:
    """The child: print what was asked for as JSON, or {"refused": sentence}."""
    from etl.home import Home

    limited()
    try:
        found = DEEDS[deed](Home(Path(folder)), body, *words)
    except Refusal as refusal:
        found = {"refused": str(refusal)}
    print(json.dumps(found, default=str))


def _take(home, body: str, path: str, facts: str, store: bool) -> dict:
    from etl.intake import load as loading

    said = {"sender": body, **json.loads(facts)}
    [made] = (loading.load if store else loading.check)([Path(path)], home, only=body, **said)
    for one in made.notes:
        if one["rule"] == "sender_unknown":
            one["message"] = UNLISTED
    return made.plain()


def _check(home, body, path, facts) -> dict:
    return _take(home, body, path, facts, False)


def _load(home, body, path, facts) -> dict:
    return _take(home, body, path, facts, True)


def _sent(home, body) -> dict:
    from etl.intake import sent as ledger

    return ledger.listed(home, body)


def _receipt(home, body, file_id) -> dict:
    from etl.intake import sent as ledger

    return ledger.receipt(home, body, int(file_id)).plain()


DEEDS = {"check": _check, "load": _load, "sent": _sent, "receipt": _receipt}

if __name__ == "__main__":
    main(*sys.argv[1:])
