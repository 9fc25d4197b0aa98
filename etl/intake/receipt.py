"""What a sender is told of one file: what we read, in their own terms first, then every row that was held and why.

One structure serves the terminal, the report as a workbook or CSV, and the page: groups of a check each, then rows.
"""

from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from etl.intake.finding import SEVERITIES, FileRefused

ROWS_SHOWN = 20
ROWS_KEPT = 10_000  # held rows a receipt carries; the ledger has them all
REFUSED, HELD, WARNING, NOTE = SEVERITIES
WORDS = {REFUSED: "Refused", HELD: "Held", WARNING: "Warning", NOTE: "Note"}


class Held(NamedTuple):
    """A row that was held, or is kept and pointed out: where it stands in the sender's own file, and what to mend.

    Never the value. nearest: a code of ours that is near to what the cell holds, or None.
    """

    sheet: str
    row: int
    column: str | None
    rule: str
    wrong: str
    mend: str = ""
    nearest: str | None = None
    severity: str = HELD

    @property
    def message(self) -> str:
        near = f"The nearest code is {self.nearest}." if self.nearest else ""
        return " ".join(filter(None, [self.wrong, self.mend, near]))


def issue(severity, rule, wrong, mend="", rows=None, *, sheet=None, column=None) -> dict:
    """All rows of a file that one check is about; `message` says what is wrong, `mend` what to do."""
    return {"severity": severity, "rule": rule, "sheet": sheet, "column": column, "message": wrong, "mend": mend,
            "rows": rows}  # fmt: skip


@dataclass
class Receipt:
    """One file's receipt. `status` is loaded, checked (nothing stored), duplicate or refused.

    playback: what was read, in a sentence a kind; changes: what is new since the last return, in sentences; sheets:
    dicts of sheet, rows_read, rows_used, rows_held, rows_skipped, rows_made; skips: dicts of sheet, reason, rows;
    issues (what refused the file or holds rows) and notes (warnings and notes): dicts as `issue` gives; returns: dicts
    of kind, sender, reported_by, period_from, period_to, extracted_on, status, release, rows_loaded, rows_held.
    `held` and `warned` have the first rows only; `rows_held` counts all.
    """

    file: str
    status: str = "loaded"
    reason: str | None = None
    playback: str | None = None
    profile: str | None = None
    changes: list = field(default_factory=list)
    sheets: list = field(default_factory=list)
    returns: list = field(default_factory=list)
    held: list = field(default_factory=list)
    warned: list = field(default_factory=list)
    issues: list = field(default_factory=list)
    skips: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def rows_held(self) -> int:
        return sum(sheet["rows_held"] for sheet in self.sheets)

    @property
    def ok(self) -> bool:
        """Nothing was refused and no row held."""
        return self.status != "refused" and not self.rows_held and not self.held

    def has(self, rule: str) -> bool:
        """Whether a note of this rule was made."""
        return any(note["rule"] == rule for note in self.notes)

    def note(self, rule, message, rows=None, sheet=None, *, severity=NOTE, mend="", column=None) -> None:
        """Say something that holds no row back."""
        self.notes.append(issue(severity, rule, message, mend, rows, sheet=sheet, column=column))

    def refuse(self, refusal) -> None:
        """Say that the file is refused, and for what."""
        reason = str(refusal).removeprefix(f"{self.file}: ")
        self.status, self.reason = "refused", reason[:1].upper() + reason[1:]
        if isinstance(refusal, FileRefused):
            found = [issue(REFUSED, one.rule, one.message, one.mend, sheet=one.sheet, column=one.column)
                     for one in refusal.findings]  # fmt: skip
        else:
            wrong = refusal.wrong.removeprefix(f"{self.file}: ")
            found = [issue(REFUSED, refusal.rule, wrong, refusal.mend)]
        self.issues = found + self.issues

    def groups(self) -> list[dict]:
        """Every issue and note: what refuses the file first, notes last; in each, most rows first."""
        return sorted(
            [*self.issues, *self.notes], key=lambda one: (SEVERITIES.index(one["severity"]), -(one["rows"] or 0))
        )

    def rows(self) -> list[Held]:
        """The rows that are held or pointed out, by place in the file."""
        return sorted([*self.held, *self.warned], key=lambda one: (one.sheet or "", one.row or 0, one.rule))

    def plain(self) -> dict:
        """The receipt as plain values, for another process or a file; `revived` makes it again."""
        return asdict(self)


def revived(plain: dict) -> Receipt:
    """A receipt of what `Receipt.plain` gave, be it through JSON."""
    rows = {name: [Held(*one) for one in plain[name]] for name in ("held", "warned")}
    return Receipt(**{**plain, **rows})


def lines(receipt: Receipt) -> list[str]:
    """The receipt as plain lines of text: playback, counts by sheet, issues grouped, then the first rows."""
    said = [f"{receipt.file}: {receipt.status}"]
    said += [sentence for sentence in (receipt.playback, *receipt.changes) if sentence]
    said += [receipt.reason] if receipt.reason else []
    said += [counted(sheet) for sheet in receipt.sheets]
    said += [f"Skipped {rows_of(skip['rows'])}: {skip['reason']}" for skip in receipt.skips]
    said += [_group(one) for one in receipt.groups() if one["severity"] != REFUSED]
    rows = receipt.rows()
    said += [_row(one) for one in rows[:ROWS_SHOWN]]
    more = receipt.rows_held + len(receipt.warned) - ROWS_SHOWN if receipt.rows_held else len(rows) - ROWS_SHOWN
    if more > 0:
        said.append(f"and {more:,} more rows.")
    return said


def text(receipt: Receipt) -> str:
    return "\n".join(lines(receipt)) + "\n"


def counted(sheet: dict) -> str:
    """What became of a sheet's rows, in a line that adds up."""
    read, used, held, skipped = (sheet[f"rows_{what}"] for what in ("read", "used", "held", "skipped"))
    return f"{sheet['sheet']}: {read:,} rows read = {used:,} used + {held:,} held + {skipped:,} skipped"


def _group(one: dict) -> str:
    place = [one["sheet"] and f"sheet {one['sheet']}", one["column"]]
    where = ", ".join(filter(None, [one["rows"] and rows_of(one["rows"]), *place]))
    said = " ".join(filter(None, [one["message"], one["mend"]]))
    return f"{WORDS[one['severity']]}{f', {where}' if where else ''}: {said} [{one['rule']}]"


def _row(one: Held) -> str:
    where = ", ".join(filter(None, [one.sheet, f"row {one.row}" if one.row else "", one.column]))
    return f"{WORDS[one.severity]} {where}: {one.message}"


def rows_of(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
