"""The pre-check of workbooks: XLSX and ODS, part by part, without a spreadsheet reader.

The readers in use abort the process on two cells set far apart and read a formula without its result as
nothing (measured), so both are found here, in the XML, in bounded memory.
"""

import html
import re
from urllib.parse import unquote_to_bytes

from etl.intake.archive import NESTED_STARTS, Damaged, directory, nested, refused, unpack
from etl.intake.cellscan import SheetScan
from etl.intake.finding import Checked, finding
from etl.intake.odsscan import ContentScan
from etl.intake.screen import screen_names

SHEETS_SPEC = b"application/vnd.oasis.opendocument.spreadsheet"
XML_START = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<")
DECLARED = re.compile(rb"<\?xml[^<>]*encoding\s*=\s*[\"']([^\"']*)")
DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
MACRO = re.compile(r"vbaproject|^xl/macrosheets/|^xl/dialogsheets/|^basic/|^scripts/", re.IGNORECASE)
EMBEDDED = re.compile(r"^xl/(embeddings|activex|ctrlprops)/|\.ole$|^objectreplacements/.*\.bin$", re.IGNORECASE)
OUTSIDE = re.compile(r"^xl/(externallinks/|connections\.xml|querytables/)", re.IGNORECASE)
# Where a workbook keeps words that are in no cell.
NOTES = re.compile(
    r"^xl/(threaded)?comments|^xl/.*/comments?\d*\.xml|^xl/drawings/[^/]*\.(?:xml|vml)$|^xl/persons/|^xl/charts/"
    r"|^styles\.xml$",
    re.IGNORECASE,
)
LEADS_OUT = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*TargetMode\s*=\s*[\"']External[^<>]*)>")
PROPERTIES = re.compile(r"^docprops/.*\.xml$|^customxml/.*\.xml$|^meta\.xml$", re.IGNORECASE)
MAX_KEPT = 4 * 1024**2
MAX_WORDS = 200_000
MAX_LISTED = 1000


def check_book(path):
    """A `Checked` for a file that begins as a zip folder."""
    members, found = directory(path)
    names = {member.filename for member in members}
    kind, wrong = kind_of_book(names)
    if not members or found:
        return Checked(None, kind, found, path)
    found = wrong + by_name(names)
    if any(item.severity == "blocks_file" for item in found):
        return Checked(None, kind, found, path)
    parts = Parts(kind)
    with open(path, "rb") as file:
        for member in sorted(members, key=lambda member: member.filename not in FIRST):
            try:
                parts.take(member, unpack(file, member))
            except Damaged:
                found.append(refused("book.damaged", "A part of the file is damaged.", "Export it again."))
                break
    return Checked(None, kind, found + parts.end(), path)


def kind_of_book(names):
    if "xl/workbook.xml" in names:
        return "xlsx", []
    if {"mimetype", "content.xml"} <= names:
        return "ods", []
    send = "Send a CSV, XLSX, ODS or Parquet file."
    if "xl/workbook.bin" in names:
        return None, [refused("file.kind", "The file is a binary workbook (.xlsb).", "Save it as .xlsx.")]
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return None, [refused("file.kind", "The file is a document or slides, not a table.", send)]
    return None, [refused("file.kind", "The file is a compressed folder, not a workbook.", send)]


def by_name(names):
    """What the names of the parts alone say."""
    found = []
    if any(MACRO.search(name) for name in names):
        found.append(refused("book.macro", "The workbook carries macros.", "Save it as .xlsx or .ods, without macros."))
    if any(EMBEDDED.search(name) for name in names):
        found.append(nested())
    if any(OUTSIDE.search(name) for name in names):
        found.append(
            finding(
                "book.outside",
                "warning",
                "The workbook draws on other files.",
                "Values are read as last saved; paste them as values to be sure.",
            )
        )
    return found


# The parts that name the others are read first.
FIRST = ("mimetype", "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "META-INF/manifest.xml")


class Parts:
    """The parts of one workbook as they are unpacked, and the findings about them."""

    def __init__(self, kind):
        self.kind = kind
        self.findings = []
        self.labels = {}
        self.sheets = []
        self.sheet_parts = 0
        self.kept = self.words = 0

    def take(self, member, pieces):
        name = member.filename
        first = next(pieces, b"")
        if first.startswith(NESTED_STARTS):
            self.findings.append(nested())
        if name == "mimetype":
            self.mimetype(first)
        elif XML_START.match(first) or name.lower().endswith((".xml", ".rels", ".vml")):
            self.xml(name, first, pieces)
        else:
            # Pictures and printer settings: unpacked only to see that they are what the directory says.
            for _ in pieces:
                pass

    def mimetype(self, first):
        if self.kind == "ods" and not first.startswith(SHEETS_SPEC):
            self.findings.append(
                refused(
                    "file.kind", "The file is an office document, but not a spreadsheet.", "Save it as .ods or .xlsx."
                )
            )

    def xml(self, name, first, pieces):
        """One XML part, streamed through every test that applies to it."""
        declared = DECLARED.search(first[:200])
        if b"\0" in first[:64] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
            self.findings.append(
                refused("book.encoding", "A part of the workbook is in an encoding spreadsheets do not use.")
            )
            return
        scan = ContentScan(self.name_sheet) if self.kind == "ods" and name == "content.xml" else SheetScan()
        kept, overlap = [], b""
        keep = name in FIRST or NOTES.search(name) or PROPERTIES.search(name) or name.endswith(".rels")
        piece = first
        while piece:
            if DTD.search(overlap + piece):
                self.findings.append(refused("book.dtd", "A part of the workbook defines entities of its own."))
                return
            overlap = piece[-16:]
            scan.take(piece)
            if keep and self.kept < MAX_KEPT:
                kept.append(piece)
                self.kept += len(piece)
            piece = next(pieces, b"")
        self.keep(name, b"".join(kept))
        self.sheet_parts += scan.sheets
        self.findings += scan.end(self.labels.get(name))
        self.screen(b" ".join(scan.notes), "set of notes, prompts, links, page headings and footings")

    def keep(self, name, body):
        if name == "[Content_Types].xml" and b"macroenabled" in body.lower():
            self.findings.append(
                refused("book.macro", "The workbook is made for macros.", "Save it as .xlsx, without macros.")
            )
        elif name == "META-INF/manifest.xml" and b"encryption-data" in body:
            self.findings.append(
                refused("book.locked", "The file is locked with a password.", "Save it without a password.")
            )
        elif name == "xl/workbook.xml":
            self.sheets = re.findall(rb"<(?:\w+:)?sheet\s([^<>]*)>", body)
            self.screen(body, "list of names given to cells")
        elif name == "xl/_rels/workbook.xml.rels":
            self.name_parts(body)
        elif PROPERTIES.search(name):
            self.screen(body, "list of file properties")
        elif NOTES.search(name):
            self.screen(body, "set of notes, text boxes and page headings")
        elif name.endswith(".rels"):
            links = [value_of(tag, b"Target") or b"" for tag in LEADS_OUT.findall(body)]
            self.screen(unquote_to_bytes(b" ".join(links)), "set of links")

    def screen(self, body, place):
        """Screens words that are in no cell. An author's name is expected there, so bare names are let be."""
        text = words(body)
        self.words += len(text)
        # Above the limit the file is refused in any case.
        if self.words <= MAX_WORDS:
            self.findings += screen_names([text], place, names=False)

    def name_parts(self, body):
        """Which part holds which sheet; a sheet whose name shows personal data goes by its number."""
        target = {
            match[0]: match[1].decode("utf-8", "replace")
            for tag in re.findall(rb"<(?:\w+:)?Relationship\s([^<>]*)>", body)
            if all(match := [value_of(tag, b"Id"), value_of(tag, b"Target")])
        }
        for number, tag in enumerate(self.sheets[:MAX_LISTED], 1):
            name = html.unescape((value_of(tag, b"name") or b"").decode("utf-8", "replace"))
            part = target.get(value_of(tag, rb"\w+:id"), "")
            place = part.lstrip("/") if part.startswith("/") else "xl/" + part
            self.labels[place] = self.name_sheet(name, number)

    def name_sheet(self, name, number):
        """What to call a sheet: its name, or its number when the name shows something of a person or is long."""
        if number > MAX_LISTED:
            return f"number {number}"
        found = screen_names([name[:100]], f"name of sheet number {number}")
        self.findings += found
        return f"number {number}" if found or len(name) > 100 or not name.isprintable() else name

    def end(self):
        if not self.sheet_parts or (self.kind == "xlsx" and not self.sheets):
            self.findings.append(refused("book.no_sheet", "The workbook has no sheet.", "Put the return on a sheet."))
        if max(len(self.sheets), self.sheet_parts) > MAX_LISTED:
            self.findings.append(
                refused("book.sheets", f"The workbook has more than {MAX_LISTED:,} sheets.", "Send one.")
            )
        if self.kept >= MAX_KEPT or self.words > MAX_WORDS:
            self.findings.append(
                refused(
                    "book.words", "The workbook holds more notes and drawings than can be screened.", "Remove them."
                )
            )
        return self.findings


def value_of(tag, name):
    """One attribute of a tag, as bytes, or None."""
    match = re.search(rb"(?:^|\s)" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return (match[1] if match[1] is not None else match[2]) if match else None


def words(body):
    """The text of an XML part. Runs of one paragraph are joined; paragraphs and cells are kept apart."""
    body = re.sub(rb"</(?:\w+:)?(?:t|r|rPr)>|<(?:\w+:)?(?:t|r)(?:\s[^<>]*)?>", b"", body)
    text = html.unescape(re.sub(rb"<[^<>]*>", b" ", body).decode("utf-8", "replace"))
    return " ".join(text.split())
