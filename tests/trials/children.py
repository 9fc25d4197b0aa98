"""Children of a process that has everything imported and no database open: they start in milliseconds and may die."""

import json
import os
import shutil
import sys
import tempfile
import traceback
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from dashboard import cli


def uptake(*words) -> int:
    """Start `uptake WORDS` in a child and give its number; what it says goes nowhere."""
    return start(command, words)


def command(words, said=None) -> int:
    """The command in this process, as from a terminal; its exit code. `said`: where all it prints goes."""
    said = os.open(os.devnull, os.O_WRONLY) if said is None else said
    os.dup2(said, 1)
    os.dup2(said, 2)
    print_into_pipe()
    sys.argv = ["uptake", *map(str, words)]
    try:
        cli.main()
    except SystemExit as left:
        return left.code or 0
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
    return 0


def print_into_pipe() -> None:
    """Print afresh to what stands at 1 and 2 now: the old streams remember another file."""
    sys.stdout, sys.stderr = (open(at, "w", encoding="utf-8", closefd=False) for at in (1, 2))  # noqa: SIM115


def start(work, *arguments) -> int:
    """Start a function in a child and give the child's number; its exit code is what the function returns."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        code = 70
        try:
            code = work(*arguments) or 0
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
            os._exit(code)
    return child


def warm(home, work, *arguments) -> None:
    """Import here whatever a function imports when it runs, tried in a child on a copy of a home."""
    copy = Path(tempfile.mkdtemp()) / "home"
    shutil.copytree(home.path, copy)
    os.environ["UPTAKE_HOME"] = str(copy)

    def used():
        work(*arguments)
        return list(sys.modules)

    for name in asked(used):
        with suppress(ImportError):
            import_module(name)
    shutil.rmtree(copy.parent)


def ended(child: int) -> int:
    """Wait for a child; its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def asked(work, *arguments):
    """What a function says, asked in a child of its own, as JSON says it."""
    with tempfile.TemporaryFile("w+") as out:

        def tell():
            json.dump(work(*arguments), out)
            out.flush()

        code = ended(start(tell))
        out.seek(0)
        if code:
            raise AssertionError(f"{work.__name__} ended with {code}")
        return json.load(out)


def heard(work, *arguments) -> tuple[int, str]:
    """The exit code of a function run in a child, and all that it prints into the pipe it is given last."""
    out, into = os.pipe()
    child = start(work, *arguments, into)
    os.close(into)
    with open(out, encoding="utf-8", errors="replace") as pipe:
        told = pipe.read()
    return ended(child), told


@contextmanager
def place(name):
    """A folder for a trial, that all temporary files of its children lie in too."""
    with tempfile.TemporaryDirectory(prefix=f"trial-{name}-") as folder:
        before = {key: os.environ.get(key) for key in ("TMPDIR", "UPTAKE_HOME")}
        os.environ["TMPDIR"] = str(Path(folder, "tmp"))
        Path(folder, "tmp").mkdir()
        tempfile.tempdir = None
        try:
            yield Path(folder)
        finally:
            for key, value in before.items():
                os.environ.pop(key, None)
                if value is not None:
                    os.environ[key] = value
            tempfile.tempdir = None
