"""One pass over the lines of a text file: what no reader would tell, row by row.

A clean file costs about a second a gigabyte, and no more memory than one line may be long, because every
test on a block is a count or a search of bytes; only a block that fails a test is looked at line by line.
"""

import re

import numpy as np

from etl.intake.finding import finding
from etl.intake.header import MAX_COLUMNS, check_header
from etl.intake.screen import screen_names
from etl.intake.texthead import BLANK, read_first_row, refuse, refuse_binary

MAX_ROW_FINDINGS = 1000
BARE_RETURN = "A line ends in a carriage return alone, as old Macintosh programs wrote."

CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# U+202A-202E, U+2066-2069 and marks change the order in which text is shown; U+200B-200D, 2060, FEFF are unseen;
# U+0080-009F are controls; U+2028 and 2029 are line ends to some programs and not to others.
HIDDEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2060\u061c\ufeff\u0080-\u009f\u2028\u2029]")
HIDDEN_STARTS = (b"\xe2\x80", b"\xe2\x81", b"\xd8\x9c", b"\xef\xbb\xbf", b"\xc2")
# A cell a spreadsheet would run. A lone hyphen (nothing) and a signed number are not formulas.
FORMULA = re.compile(rb'(?:\A|[,\n])"?(?:[=@][^,"\r\n]|[+-](?!\d[\d.]*"?(?:[,\r\n]|\Z))(?! *"?(?:[,\r\n]|\Z))[^,\r\n])')


def leading_dash(codes):
    """Whether a hyphen stands first in the block, or after a comma, a line end or a quotation mark."""
    # The cheap comparison mostly suffices: a hyphen inside a date or a code has a digit or a letter before it.
    after = codes[1:] == 45
    after &= codes[:-1] <= 44
    return codes[0] == 45 or (after.any() and np.isin(codes[:-1][after], (44, 10, 34)).any())


class NotUtf8(Exception):
    """A byte that UTF-8 does not have, in the row given."""

    def __init__(self, row):
        super().__init__("not UTF-8")
        self.row = row


class Scan:
    """What has been seen so far of one file, and the findings about it."""

    def __init__(self, contract):
        self.contract = contract
        self.findings = []
        self.rows_found = {}
        self.lines = self.crlf = self.lone_lf = self.quotes = 0
        self.header, self.body, self.tail = None, False, b""
        self.multibyte = False

    def add(self, rule, severity, message, mend, **at):
        self.findings.append(finding(rule, severity, message, mend, **at))

    def take(self, block):
        """One block of whole lines."""
        codes = np.frombuffer(block, np.uint8)
        ends = int(np.count_nonzero(codes == 10))
        if self.header is None:
            self.first(block)
        elif not self.body:
            self.body = bool(block.strip(BLANK))
        self.characters(block, codes, ends)
        self.line_ends(block, codes, ends)
        self.leads(block, codes)
        if b'"' in block:
            self.quotes += block.count(b'"')
        self.lines += ends
        self.tail = b"" if block.endswith(b"\n") else block[block.rfind(b"\n") + 1 :]

    def first(self, block):
        """The header row, from the first block."""
        if b"\0" in block:
            refuse_binary()
        if not block.isascii():
            self.decoded(block)
        self.header, self.body = read_first_row(block)
        self.findings += check_header(self.header, self.contract)
        if len(self.header) <= MAX_COLUMNS:
            self.findings += screen_names(self.header, "heading")

    def characters(self, block, codes, ends):
        """Control, invisible and direction-changing characters, and bytes that are not UTF-8."""
        if b"\0" in block:
            refuse_binary()
        harmless = ends + (block.count(b"\r") if b"\r" in block else 0)
        odd = int(np.count_nonzero(codes < 32)) - harmless
        if odd and b"\t" in block:
            odd -= block.count(b"\t")
        if odd > max(50, len(block) // 100):
            refuse_binary()
        if odd or b"\x7f" in block:
            self.rows(
                block, CONTROL.finditer(block), "text.control", "A cell holds a control character.", "Retype the cell."
            )
        if not block.isascii():
            text = self.decoded(block)
            if any(start in block for start in HIDDEN_STARTS):
                # Matches are in characters, so their lines are counted in the text, not in the bytes.
                self.rows(
                    text,
                    HIDDEN.finditer(text),
                    "text.hidden",
                    "A cell holds a character that hides or reorders text.",
                    "Retype the cell by hand, without pasting.",
                )

    def decoded(self, block):
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            good = block[: error.start]
            self.multibyte = self.multibyte or not good.isascii()
            raise NotUtf8(self.lines + good.count(b"\n") + 1) from None
        self.multibyte = True
        return text

    def line_ends(self, block, codes, ends):
        if b"\r" not in block:
            self.lone_lf += self.outside(codes, codes == 10) if self.crlf and self.quotes else ends
            return
        crlf, returns = block.count(b"\r\n"), block.count(b"\r")
        if returns != crlf:
            lone = re.search(rb"\r(?!\n)", block).start()
            refuse(
                "csv.bare_return",
                BARE_RETURN,
                "Save the file again as CSV UTF-8.",
                row=self.lines + block.count(b"\n", 0, lone) + 1,
            )
        self.crlf += crlf
        alone = codes == 10
        alone[1:] &= codes[:-1] != 13
        self.lone_lf += self.outside(codes, alone)

    def outside(self, codes, marks):
        """How many of the marked line ends stand outside quotation marks (inside, they belong to a cell)."""
        if not marks.any():
            return 0
        inside = (np.cumsum(codes == 34) + self.quotes) % 2
        return int(np.count_nonzero(marks & (inside == 0)))

    def leads(self, block, codes):
        """Cells a spreadsheet would run."""
        if leading_dash(codes) or b"=" in block or b"+" in block or b"@" in block:
            severity = "blocks_row" if self.contract else "warning"
            self.rows(
                block,
                FORMULA.finditer(block),
                "text.formula",
                "A cell begins like a formula.",
                "Remove the sign it begins with.",
                severity,
            )

    def rows(self, block, matches, rule, message, mend, severity="blocks_row"):
        """One finding a row; a file with too many such rows is refused whole."""
        newline = "\n" if isinstance(block, str) else b"\n"
        counted, line = 0, self.lines + 1
        for match in matches:
            # The sign before a cell may itself be the line end, so the row is that of the match's last character.
            line += block.count(newline, counted, match.end() - 1)
            counted = match.end() - 1
            if line == self.rows_found.setdefault(rule, [0, 0])[1]:
                continue
            self.rows_found[rule] = [self.rows_found[rule][0] + 1, line]
            if self.rows_found[rule][0] > MAX_ROW_FINDINGS:
                return self.too_many(rule, severity, message, mend)
            self.add(rule, severity, message, mend, row=line)

    def too_many(self, rule, severity, message, mend):
        """Rows to hold by the thousand refuse the file; warnings by the thousand are no longer listed."""
        if severity == "blocks_row":
            refuse(rule, f"More than {MAX_ROW_FINDINGS:,} rows have this: {message}", mend)

    def end(self):
        """What can only be said when the whole file has been read."""
        if self.header is None:
            refuse("csv.empty", "The file is empty.", "Export it again.")
        if not self.body:
            refuse(
                "csv.no_rows",
                "The file has a header and no rows.",
                "Add the rows, or say that there were none by a return of totals.",
            )
        if self.quotes % 2:
            refuse(
                "csv.quote",
                "A quotation mark is opened and never closed.",
                "Look for a cell with a single quotation mark and close it.",
            )
        if self.crlf and self.lone_lf:
            refuse(
                "csv.line_ends",
                "Some lines end as Windows ends them and some do not.",
                "Save the whole file again from one program.",
            )
        if self.tail:
            self.last_line()

    def last_line(self):
        row = self.lines + 1
        if b'"' not in self.tail and self.tail.count(b",") + 1 < len(self.header):
            self.add(
                "csv.cut",
                "blocks_row",
                "The last line stops early, as if the file had been cut off.",
                "Export the file again.",
                row=row,
            )
        else:
            self.add(
                "csv.last_line",
                "warning",
                "The last line has no line end, so it cannot be told whether it is whole.",
                "Check the last row, or export the file again.",
                row=row,
            )
