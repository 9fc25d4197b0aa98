"""Checks one file in a process of its own, for the page where anybody may check a return.

The child has its own memory and time, no home and no keys that last; it gives the receipt as JSON and leaves nothing.
`python -m etl.intake.desk FILE FACTS` is the child; `check_apart` runs it.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from etl.errors import Refusal
from etl.intake.receipt import Receipt, revived
from etl.working import working

try:
    import resource
except ImportError:  # Windows has no such limits: there the time limit stands alone
    resource = None

SECONDS = 60
MEGABYTES = 2048  # of address space, which is more than what is used
BUSY = "The check took too long and was stopped. Split the file, or check it with the command: uptake check FILE."
FAILED = "The file could not be checked safely. Copy the table into a new workbook or CSV file and try again."


def check_apart(path: Path, facts: dict, seconds: float = SECONDS) -> Receipt:
    """The receipt of checking one file by itself; nothing is stored. facts: what the file does not say, as text.

    Raises Refusal when the check runs out of time or memory, and for facts that mean nothing.
    """
    return revived(said_apart("etl.intake.desk", [str(path), json.dumps(facts)], seconds, BUSY, FAILED))


def said_apart(module: str, words: list[str], seconds: float, busy: str, failed: str, keep=()) -> dict:
    """What a child, `python -m module *words`, prints as JSON.

    Of our own settings only those in `keep` reach it. Refusal with the child's own sentence ({"refused": sentence}),
    with `busy` when it runs out of time, and with `failed` when it dies.
    """
    quiet = {name: value for name, value in os.environ.items() if name in keep or not name.startswith("UPTAKE_")}
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([sys.executable, "-m", module, *words], stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.DEVNULL, env=quiet, cwd=Path(__file__).resolve().parents[2],
                                 )  # fmt: skip
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Refusal(busy) from None
        finally:
            with contextlib.suppress(OSError):
                child.kill()
            child.wait()
        out.seek(0)
        said = out.read()
    try:
        found = json.loads(said) if not code else {"refused": failed}
    except ValueError:
        found = {"refused": failed}
    if "refused" in found:
        raise Refusal(found["refused"])
    return found


def limited() -> None:
    """Hold this process to so much memory, where the system can."""
    if resource:
        limit = MEGABYTES << 20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main(path: str, facts: str) -> None:
    """The child: print the receipt as JSON, or {"refused": sentence}."""
    from etl.home import Home
    from etl.intake.load import check

    limited()
    try:
        with working() as nowhere:
            [receipt] = check([Path(path)], Home(nowhere), **json.loads(facts))
        # There is no home here, so no list of senders to be on.
        receipt.notes = [one for one in receipt.notes if one["rule"] != "sender_unknown"]
        found = receipt.plain()
    except Refusal as refusal:
        found = {"refused": str(refusal)}
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
