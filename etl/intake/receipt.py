"""What a sender is told of one file: what we read, in their own terms first, then every row that was held and why."""

from dataclasses import dataclass, field
from typing import NamedTuple

ROWS_SHOWN = 20
ROWS_KEPT = 10_000  # held rows a receipt carries; the ledger has them all


class Held(NamedTuple):
    """A row that was held: where it stands in the sender's own file, and what to mend. Never the value."""

    sheet: str
    row: int
    column: str | None
    rule: str
    message: str


@dataclass
class Receipt:
    """One file's receipt. `status` is loaded, checked (nothing stored), duplicate or refused.

    sheets: dicts of sheet, rows_read, rows_used, rows_held, rows_skipped, rows_made; skips: dicts of sheet, reason,
    rows; notes: dicts of sheet, rule, message, rows; issues: dicts of rule, column, message, rows, most rows first;
    returns: dicts of kind, sender, reported_by, period_from, period_to, extracted_on, status, release, rows_loaded,
    rows_held. `held` has the first rows only; `rows_held` counts all.
    """

    file: str
    status: str = "loaded"
    reason: str | None = None
    playback: str | None = None
    profile: str | None = None
    sheets: list = field(default_factory=list)
    returns: list = field(default_factory=list)
    held: list = field(default_factory=list)
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

    def note(self, rule: str, message: str, rows: int | None = None, sheet: str | None = None) -> None:
        self.notes.append({"sheet": sheet, "rule": rule, "message": message, "rows": rows})


def lines(receipt: Receipt) -> list[str]:
    """The receipt as plain lines of text: playback, counts by sheet, issues grouped, then the first rows."""
    said = [f"{receipt.file}: {receipt.status}"]
    said += [sentence for sentence in (receipt.playback, receipt.reason) if sentence]
    said += [_counts(sheet) for sheet in receipt.sheets]
    said += [f"Skipped {_rows(skip['rows'])}: {skip['reason']}" for skip in receipt.skips]
    said += [f"Note: {note['message']}" for note in receipt.notes]
    said += [
        f"{_rows(issue['rows'])}, {issue['column'] or 'whole row'}: {issue['message']}" for issue in receipt.issues
    ]
    said += [_held(one) for one in receipt.held[:ROWS_SHOWN]]
    if receipt.rows_held > ROWS_SHOWN:
        said.append(f"and {receipt.rows_held - ROWS_SHOWN:,} more rows.")
    return said


def text(receipt: Receipt) -> str:
    return "\n".join(lines(receipt)) + "\n"


def _counts(sheet: dict) -> str:
    read, used, held, skipped = (sheet[f"rows_{what}"] for what in ("read", "used", "held", "skipped"))
    return f"{sheet['sheet']}: {read:,} rows read = {used:,} used + {held:,} held + {skipped:,} skipped"


def _held(one: Held) -> str:
    where = ", ".join(filter(None, [one.sheet, f"row {one.row}" if one.row else "", one.column]))
    return f"Held {where}: {one.message}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
