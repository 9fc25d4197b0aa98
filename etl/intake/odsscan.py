"""Where the cells of an ODS file stand, read from its one content part in pieces, and the words beside them."""

import html
import re

from etl.intake.cellscan import MAX_CELL_BYTES, MAX_FORMULAS, MAX_WIDE, far, no_results, wide

# Attributes as a whole, since a formula may hold an angle bracket; possessive, so that each byte is read once.
TOKEN = re.compile(
    rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
    rb"|<(/)table:table>"
)
REPEATED = re.compile(rb"table:number-(?:rows|columns)-repeated\s*=\s*[\"'](\d{1,9})")
ROW, ENDS_NAME = b"<table:table-row", (b" ", b"\t", b"\r", b"\n", b">", b"/")
ODD = (b"table:formula", b"rows-repeated", b"</table:table>")
# What holds words beside the cells, and its end.
ASIDE = (
    (b"<office:annotation", b"</office:annotation>"),
    (b"<draw:", b"</draw:"),
    (b"<table:help-message", b"</table:help-message>"),
    (b"<table:error-message", b"</table:error-message>"),
)
LINK = re.compile(rb"xlink:href\s*=\s*[\"']([^\"'<>]*)")
TABLE_NAME = re.compile(rb"table:name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class ContentScan:
    """The content part of an ODS file: all its sheets, with cells and rows that stand for many."""

    def __init__(self, name_sheet):
        self.name_sheet = name_sheet
        self.rest = b""
        self.sheets = 0
        self.findings = []
        self.notes = []
        self.start(b"")

    def start(self, attributes):
        name = TABLE_NAME.search(attributes)
        text = html.unescape((name[1] or name[2] or b"").decode("utf-8", "replace")) if name else ""
        self.sheet = self.name_sheet(text, self.sheets)
        self.column = self.row = 0
        self.deep = 1
        self.box = [0, 0]
        self.formulas = set()

    def take(self, piece):
        piece = self.rest + piece
        cut = piece.rfind(b">") + 1
        for start, end in ASIDE:
            note = piece.rfind(start, 0, cut)
            if note >= 0 and end not in piece[note:cut]:
                cut = note
        if cut < len(piece) - MAX_CELL_BYTES:
            cut = len(piece)
        self.rest = piece[cut:]
        self.beside(piece[:cut])
        first, *rows = piece[:cut].split(ROW)
        self.tokens(first)
        for row in rows:
            if not self.plain_row(row):
                self.tokens(ROW + row)

    def beside(self, text):
        """Keep the words that stand in no cell: notes, drawings, prompts, and where links lead."""
        for start, end in ASIDE:
            if start in text:
                # Taken apart by hand: a pattern would look for the end of each of a million notes that never end.
                for part in text.split(start)[1:]:
                    body, closed, _ = part.partition(end)
                    self.notes += [b"<" + body] if closed else []
        if b"xlink:href" in text:
            self.notes += LINK.findall(text)

    def plain_row(self, text):
        """Take a row from its text alone, far faster than tag by tag; False when there is something to look at."""
        if text[:1] not in ENDS_NAME or any(mark in text for mark in ODD):
            return False
        last = text.rfind(b"<table:table-cell")
        if b"office:value-type" not in text[last:]:  # what ends most rows: blanks to the edge of the sheet
            text = text[: max(last, 0)]
        width = text.count(b"<table:table-cell") + text.count(b"<table:covered-table-cell")
        if b"repeated" in text:
            width += sum(int(times) - 1 for times in REPEATED.findall(text))
        if width > MAX_WIDE:
            return False
        self.row, self.column, self.deep = self.row + self.deep, width, 1
        if b"office:value-type" in text:
            self.box = [max(self.box[0], width), max(self.box[1], self.row)]
        return True

    def tokens(self, text):
        """Take a text tag by tag."""
        for kind, attributes, closing in TOKEN.findall(text):
            if closing:
                self.close()
            elif kind == b"table":
                self.sheets += 1
                self.start(attributes)
            elif kind == b"table-row":
                self.row, self.column, self.deep = self.row + self.deep, 0, repeats(attributes)
            else:
                self.cell(attributes)

    def cell(self, attributes):
        wide = repeats(attributes)
        self.column += wide
        if b"office:value-type" in attributes:
            self.box = [max(self.box[0], self.column), max(self.box[1], self.row + self.deep - 1)]
        elif b"table:formula" in attributes and len(self.formulas) <= MAX_FORMULAS:
            self.formulas.add(self.row)

    def close(self):
        if wide(self.box):
            self.findings.append(far(self.sheet))
        self.findings += no_results(self.formulas, self.sheet)
        self.box, self.formulas = [0, 0], set()

    def end(self, _):
        self.close()
        return self.findings


def repeats(attributes):
    match = REPEATED.search(attributes) if b"repeated" in attributes else None
    return int(match[1]) if match else 1
