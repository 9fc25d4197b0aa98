"""The first row of a text file: is it a header, in one piece, with commas between its cells?"""

import csv
import io

from etl.intake.finding import finding

SEPARATORS = ((b";", "semicolons"), (b"\t", "tabs"), (b"|", "upright bars"))
BLANK = b' \t\r\n,"'


class Refused(Exception):
    """The file is refused for one reason; nothing more need be read."""

    def __init__(self, found):
        super().__init__(found.message)
        self.found = found


def refuse(rule, message, mend, **at):
    raise Refused(finding(rule, "blocks_file", message, mend, **at))


def refuse_binary():
    refuse("text.binary", "The file holds bytes that no text file has.", "Send a CSV, XLSX, ODS or Parquet file.")


def read_first_row(block):
    """The cells of the header, and whether anything but blanks follows it in the block. Raises Refused."""
    line = block[: block.find(b"\n") + 1] or block
    if line.lower().startswith(b"sep="):
        refuse(
            "csv.sep_line",
            "The first line only names the separator.",
            "Remove it, so that the column names come first.",
            row=1,
        )
    if not line.strip(BLANK):
        refuse("header.blank", "The first row is blank.", "Put the column names in the first row.", row=1)
    try:
        header = next(csv.reader(io.StringIO(block.decode(), newline="")), [])
    except csv.Error:
        message = "A cell of the header is too long or never closed."
        refuse("csv.cell", message, "Check the first row for a stray quotation mark.", row=1)
    if len(header) == 1 and b'"' not in line:
        for mark, name in SEPARATORS:
            if mark in line:
                message = f"The values are separated by {name}, not commas."
                refuse("csv.separator", message, "Save the file as CSV with commas.", row=1)
    return header, bool(block[len(line) :].strip(BLANK))
