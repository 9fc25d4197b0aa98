"""Files that mean harm or were made carelessly, each loaded by the command: refused or rows held, and cheaply."""

import os
import re
from collections.abc import Iterator
from secrets import token_hex
from unittest.mock import patch

import hostile
import sent

from trials import ground
from trials.children import asked, ended, place, start, warm
from trials.kills import shortly

SECONDS, LONG_SECONDS, MEGABYTES = 2, 10, 512
LONG_LINE = 1_000_000_000
# All right: columns in another order are read by their names, one that is not asked for is said and not read, and a
# folder stands for the returns in it.
FINE = ("other_order", "folder", "extra_column", "blank_heading")
FACTS = ("--reported-by", "holder", "--sender", "E08000025", "--period-from", "2021-01-01", "--period-to",
         "2021-12-31", "--extracted-on", "2022-06-30", "--no-publish")  # fmt: skip


def run(points: int = 1000, seed: int = 1) -> Iterator[str]:
    """A table of every file (at most `points`): outcome, seconds of CPU, MB, sentence. `seed` changes nothing."""
    # A real home, since the files say that they are real: its secrets come from outside.
    secrets = {f"UPTAKE_{name}": token_hex(32) for name in ("REFERENCE_KEY", "NOISE_SEED")}
    with place("hostiles") as folder, patch.dict(os.environ, secrets):
        cases = _cases(folder, points)
        home = ground.empty_home(folder / "prepared")
        ground.use(home)
        file = sent.write_csv(folder / "before.csv", ground.rows(30, synthetic="no"))
        assert ended(start(shortly, True, "load", file)) == 0
        warm(home, shortly, True, "load", cases[0].path, *FACTS)
        old, wrong, told = asked(ground.state, home), [], []
        for case in cases:
            line, faults = _one(case, home, old, folder)
            told.append(line)
            wrong += [f"{case.name}: {fault}" for fault in faults]
        yield f"{'file':26} {'outcome':8} {'CPU s':>6} {'MB':>4}  what is said"
        yield from told
        yield f"{len(cases) - len({one.split(':')[0] for one in wrong})} of {len(cases)} refused, or their rows held."
        assert not wrong, wrong


def _cases(folder, points):
    """Every file of tests/hostile.py that must be stopped, and the line of a gigabyte."""
    (folder / "sent").mkdir()
    cases = [one for one in hostile.cases(folder / "sent") if one.name not in FINE]
    if points < len(cases):  # some of each sort, the costly line not among them
        return cases[:: len(cases) // points][:points]
    path = hostile.long_line(folder / "sent" / "one_gigabyte.csv", LONG_LINE)
    return [*cases, hostile.Case("one_gigabyte_line", path, "csv.long_line", "blocks_file")]


def _one(case, prepared, old, folder):
    """A line of the table, and what is wrong."""
    home = ground.copied(prepared, folder / "home")
    ground.use(home)
    checked = measured("check", case.path, *FACTS[:-1])  # opens a workbook while the pre-check looks at it
    code, told, cpu, memory = measured("load", case.path, *FACTS)
    cpu, memory = max(cpu, checked[2]), max(memory, checked[3])
    there = asked(ground.state, home)
    loaded = there["ledger"]["returns"] != old["ledger"]["returns"]
    said = _sentence(told, case)
    faults = []
    if code not in (1, 2) or checked[0] != code:
        faults.append(f"exit codes {code} and {checked[0]}")
    if "Traceback" in told or not said.endswith("."):
        faults.append(f"no plain sentence: {told!r}")
    if cpu > (LONG_SECONDS if case.name == "one_gigabyte_line" else SECONDS):
        faults.append(f"{cpu:.1f} s")
    if memory > MEGABYTES:
        faults.append(f"{memory:.0f} MB")
    if there["shown"] != old["shown"]:
        faults.append("what is shown has changed")
    if not loaded and asked(ground.kept, home) != old["ledger"]["kept"]:
        faults.append("bytes of a refused file are kept")
    if loaded and "held" not in told:
        faults.append("loaded, and nothing held")
    if loaded and case.row and case.severity == "blocks_row" and f"row {case.row}" not in told:
        faults.append(f"row {case.row} is not named")
    if left := ground.left_over(home, folder / "tmp"):
        faults.append(f"left over: {left}")
    outcome = "held" if loaded else "refused"
    return f"{case.name:26} {outcome:8} {cpu:6.2f} {memory:4.0f}  {said[:160]}", faults


def _run(*words) -> int:
    return shortly(True, *words[:-1], said=words[-1])


def measured(*words):
    """Exit code, words, seconds of CPU and most MB of a command in a child, with what that child starts."""
    out, into = os.pipe()
    child = start(_run, *words, into)
    os.close(into)
    with open(out, encoding="utf-8", errors="replace") as pipe:
        told = pipe.read()
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), told, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _sentence(told, case) -> str:
    """The sentence that says what is wrong: of the row that is held, else the one after the file's name."""
    lines = [re.sub(r" \[[a-z_.]+\]$", "", " ".join(line.split())) for line in told.splitlines() if line.strip()]
    rows = [line for line in lines if "row " in line.lower() and ":" in line and "rows read" not in line]
    other = [line for line in lines if not line.startswith(("Loading", case.path.name)) and line.endswith(".")]
    return (rows or other or lines or [""])[0]
