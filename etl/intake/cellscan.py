"""Where the cells of an XLSX sheet stand, read from its XML in pieces: far cells, and formulas without a result.

What both kinds of workbook are judged by stands here too; etl.intake.odsscan reads the other.
"""

import re

import numpy as np

from etl.intake.finding import finding

MAX_CELLS = 10_000_000
MAX_WIDE = 1000
MAX_FORMULAS = 1000
MAX_CELL_BYTES = 1024 * 1024

# The reader makes room for every cell between the first and the last, so what counts is the box they span.
PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,4})(\d{1,12})[\"']")
HELD = re.compile(rb"<(?:\w+:)?c\s(?=[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,12})[\"'])[^<>]*[^/<>]>")
DISGUISED = re.compile(rb"\sr\s*=\s*(?:\"[^\"]*&|'[^']*&)")
PAGE_TEXT = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)")
# "&C" and the like, which would stand before the first word as if they were a part of it.
PAGE_CODE = re.compile(rb"&amp;(?:K[0-9A-Fa-f]{6}|[A-Za-z]|&quot;[^&]*&quot;|\d{1,3})")
# What a sheet says beside its cells: words shown when a cell is chosen or a link pointed at, and lists to choose from.
BESIDE = re.compile(
    rb"\s(?:prompt|promptTitle|error|errorTitle|tooltip|display|location)\s*=\s*[\"']([^\"'<>]*)"
    rb"|<(?:\w+:)?formula[12]?>([^<>]*)"
)
# No tag runs on over another and no blank is given back, or a hostile piece would be tried without end.
NO_RESULT = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"'][A-Za-z]+(\d{1,12})[\"'][^<>]*>\s*+"
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*+"
    rb"(?:<(?:\w+:)?v\s*+/>|<(?:\w+:)?v>\s*+</(?:\w+:)?v>)?\s*+</(?:\w+:)?c>"
)


def far(sheet):
    return finding(
        "sheet.far",
        "blocks_file",
        "Cells stand far apart on the sheet, with millions of empty ones between.",
        "Delete the rows and columns beyond the table, or copy the table to a new workbook.",
        sheet=sheet,
    )


def no_results(rows, sheet):
    """A finding a row, or one for the file when they are many."""
    mend = "Open the file in a spreadsheet program and save it, or paste the values."
    message = "A formula has no result stored with it."
    if len(rows) > MAX_FORMULAS:
        return [
            finding(
                "sheet.formula",
                "blocks_file",
                f"More than {MAX_FORMULAS:,} rows have this: {message}",
                mend,
                sheet=sheet,
            )
        ]
    return [finding("sheet.formula", "blocks_row", message, mend, sheet=sheet, row=row) for row in sorted(rows)]


def column_number(letters):
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def wide(box):
    """Whether a box of so many columns and rows is more than a reader may be given."""
    return box[0] > MAX_WIDE or box[0] * box[1] > MAX_CELLS


def widen(box, places):
    """Stretches the box to hold the places, pairs of column letters (or none) and row number."""
    letters = {place[0] for place in places}
    box[0] = max(box[0], max(map(column_number, letters), default=0))
    box[1] = max(box[1], max(map(int, {place[1] for place in places}), default=0))


def corner(piece):
    """Whether every place in a piece of XML is written as programs write it, r="AB12", and the last column and row.

    The same as PLACE.findall, twenty times faster: a sheet has a million places.
    """
    codes = np.frombuffer(piece + b" " * 16, np.uint8)
    at = np.flatnonzero(codes[1:-15] == 114)  # one pass over all bytes; what follows looks at few of them
    after = codes[at + 2]
    at = at[(codes[at] <= 32) & ((after == 61) | (after <= 32))]
    if not ((codes[at + 2] == 61) & (codes[at + 3] == 34)).all():
        return False, 0, 0
    column, row, going = (np.zeros(at.size, np.int64) for _ in range(3))
    going += 1
    for offset in range(4, 4 + 12):
        code = codes[at + offset].astype(np.int64)
        letter, digit = (code >= 65) & (code <= 90) & (row == 0), (code >= 48) & (code <= 57)
        column = np.where(going & letter, column * 26 + code - 64, column)
        row = np.where(going & digit, row * 10 + code - 48, row)
        if not (letter | digit | (code == 34))[going == 1].all():
            return False, 0, 0
        going &= code != 34
        if not going.any():
            return True, int(column.max(initial=0)), int(row.max(initial=0))
    return False, 0, 0


class SheetScan:
    """A part of an XLSX file. Any part may be named as a sheet, so any is looked at for cells."""

    def __init__(self):
        self.sheets = 0
        self.disguised = False
        self.rest = b""
        self.box, self.held_box = [0, 0], [0, 0]
        self.formulas = set()
        self.notes = []
        self.edges = 0  # of the cells: two when the piece in hand may hold what stands after them

    def take(self, piece):
        piece = self.rest + piece
        if not self.sheets and b"sheetData" in piece:
            self.sheets = 1
        # Cut where a tag ends, so that no cell is missed; a tag without an end is not carried for ever.
        cut = piece.rfind(b"</c>") + 4 if b"</c>" in piece else piece.rfind(b">") + 1
        if cut < len(piece) - MAX_CELL_BYTES:
            cut = len(piece)
        piece, self.rest = piece[:cut], piece[cut:]
        self.look(piece)

    def look(self, piece):
        plain, column, row = corner(piece)
        if plain:
            self.box = [max(self.box[0], column), max(self.box[1], row)]
        else:
            self.disguised = self.disguised or bool(DISGUISED.search(piece))
            widen(self.box, PLACE.findall(piece))
        if wide(self.box):
            # The reader skips cells that are formatted and empty; telling them apart is worth it only now.
            widen(self.held_box, HELD.findall(piece))
        else:
            self.held_box = list(self.box)
        # A single byte is found twenty times faster than a word, and most pieces lack it.
        if (b"H" in piece and b"Header>" in piece) or (b"F" in piece and b"Footer>" in piece):
            self.notes += [PAGE_CODE.sub(b" ", text) for text in PAGE_TEXT.findall(piece)]
        self.edges += piece.count(b"sheetData") + piece.count(b"sheetData/>")
        if self.edges > 1:
            self.notes += [one or other for one, other in BESIDE.findall(piece)]
        if b"f" in piece and (b"<f" in piece or b":f" in piece):
            self.formulas.update(int(row) for row in NO_RESULT.findall(piece)[: MAX_FORMULAS + 1])

    def end(self, sheet):
        """The findings about this part. What stands after the cells, headings of pages among it, is in `rest`."""
        self.look(self.rest)
        found = []
        if self.sheets and (self.disguised or wide(self.held_box)):
            found.append(far(sheet))
        return found + (no_results(self.formulas, sheet) if self.sheets else [])
