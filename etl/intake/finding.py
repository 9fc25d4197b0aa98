"""A finding: one plain sentence about a file, where it is, and how to mend it. Never the value found."""

from dataclasses import dataclass, field
from pathlib import Path

from etl import working
from etl.errors import Refusal

SEVERITIES = ("blocks_file", "blocks_row", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """`row` is the line of a text file (the header is 1) or the row number a spreadsheet shows.
    `column` is a name of our own contract or "column 3", never a heading taken from the file."""

    rule: str
    severity: str
    sheet: str | None
    row: int | None
    column: str | None
    message: str
    mend: str

    def sentence(self, file=""):
        """The finding for a person: where, what, how to mend it, and the rule."""
        places = [file, self.sheet and f"sheet {self.sheet}", self.row and f"row {self.row}", self.column]
        where = ", ".join(place for place in places if place)
        return f"{where}{': ' if where else ''}{self.message} {self.mend} [{self.rule}]"


class FileRefused(Refusal):
    """A file refused for what stands in it: the sentence gives the first findings, `findings` has them all."""

    def __init__(self, findings, shown=3):
        super().__init__(" ".join(f"{one.message} {one.mend}" for one in findings[:shown]), findings[0].rule)
        self.findings = list(findings)


def finding(rule, severity, message, mend, *, sheet=None, row=None, column=None):
    return Finding(rule, severity, sheet, row, column, message, mend)


@dataclass
class Checked:
    """What the pre-check says of one file. `path` is the file to read: a private UTF-8 copy when the
    encoding had to be changed, else the file itself. `kind_of_file` is None when it is no table we read.
    `reading` is a child that opened the workbook meanwhile (etl.intake.sheets), if one did."""

    encoding: str | None
    kind_of_file: str | None
    findings: list = field(default_factory=list)
    path: Path | None = None
    copy: Path | None = None
    reading: object = None

    @property
    def ok(self):
        return not any(found.severity == "blocks_file" for found in self.findings)

    def clear(self):
        """Removes the private copy, if one was made. Call it when the rows have been read."""
        if self.copy:
            working.remove(self.copy.parent)
            self.copy = None


def private_copy(into=None):
    """A new path in a folder only this user can open (etl.working); `Checked.clear` removes it."""
    return working.make(into) / "return.csv"
