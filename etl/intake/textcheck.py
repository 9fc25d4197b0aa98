"""The pre-check of comma-separated text: which encoding it is in, and a UTF-8 copy where it is another."""

import codecs
import re

from etl.intake.finding import Checked, finding, private_copy
from etl.intake.texthead import Refused
from etl.intake.textscan import BARE_RETURN, NotUtf8, Scan

BLOCK = 256 * 1024
MAX_LINE = 1024 * 1024
# UTF-8 read as Windows-1252 leaves these pairs; they betray a file stitched from two encodings.
STITCHED = re.compile("[ÂÃ][^\x00-\x7f]|â€")


def check_text(path, contract=None, into=None):
    """A `Checked` for a file of text. Reads UTF-8, UTF-16 and Windows-1252; says which."""
    with open(path, "rb") as file:
        encoding = sniff(file.read(4096))
    scan = Scan(contract)
    copy = None
    try:
        copy = attempt(path, encoding, scan, into)
    except NotUtf8 as error:
        if encoding == "utf-8" and not scan.multibyte:
            encoding, scan = "cp1252", Scan(contract)
            copy = attempt(path, encoding, scan, into)
        else:
            # One bad byte after good UTF-8 means damage or two encodings, not Windows-1252.
            scan.findings.append(bad_encoding(error.row))
    checked = Checked(encoding, "csv", scan.findings, copy or path, copy)
    if not checked.ok:
        checked.clear()
        checked.path = path
    elif encoding != "utf-8":
        checked.findings.insert(0, said(encoding))
    return checked


def said(encoding):
    name = {"utf-8-sig": "UTF-8 with a byte order mark", "cp1252": "Windows-1252"}.get(encoding, "UTF-16")
    return finding("encoding.said", "note", f"The file is in {name} and was read as such.", "Nothing to mend.")


def sniff(head):
    """The encoding the first bytes announce; plain UTF-8 until a byte says otherwise."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    even, odd = head[0:256:2], head[1:256:2]
    # ASCII text in UTF-16 without its mark has a zero in every other byte.
    if len(odd) > 8 and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if len(even) > 8 and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return "utf-8"


def attempt(path, encoding, scan, into):
    """Scans the file in one encoding; returns the private copy, if the encoding needs one. Raises NotUtf8."""
    if encoding == "utf-32":
        scan.findings.append(bad_encoding(1))
        return None
    copy = None if encoding in ("utf-8", "utf-8-sig") else private_copy(into)
    try:
        for block in whole_lines(pieces(path, encoding, copy)):
            scan.take(block)
        scan.end()
    except UnicodeDecodeError:
        scan.findings.append(bad_encoding(scan.lines + 1))
    except LongLine as long:
        scan.findings.append(too_long(long.start, scan.lines + 1))
    except Refused as refusal:
        scan.findings.append(refusal.found)
    return copy


def bad_encoding(row):
    message = "The characters of the file are in no single encoding that can be told."
    return finding("encoding.unknown", "blocks_file", message, "Save it as CSV UTF-8.", row=row)


def too_long(start, row):
    """Why no line end was found in so many bytes: old line ends, no text at all, or one long line."""
    if b"\0" in start:
        return finding(
            "text.binary",
            "blocks_file",
            "The file holds bytes that no text file has.",
            "Send a CSV, XLSX, ODS or Parquet file.",
        )
    if b"\r" in start:
        return finding("csv.bare_return", "blocks_file", BARE_RETURN, "Save the file again as CSV UTF-8.", row=row)
    return finding(
        "csv.long_line",
        "blocks_file",
        f"A line is longer than {MAX_LINE:,} characters.",
        "Check that every row ends with a line end.",
        row=row,
    )


def pieces(path, encoding, copy):
    """The bytes of the file as UTF-8, in pieces; written to `copy` on the way when there is one."""
    with open(path, "rb") as file:
        if copy is None:
            file.seek(len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
            yield from iter(lambda: file.read(BLOCK), b"")
            return
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        with open(copy, "wb") as out:
            last = False
            while not last:
                raw = file.read(BLOCK)
                last = not raw
                text = decoder.decode(raw, last)
                if encoding == "cp1252" and STITCHED.search(text):
                    raise UnicodeDecodeError(encoding, b"", 0, 1, "two encodings in one file")
                piece = text.encode()
                out.write(piece)
                yield piece


class LongLine(Exception):
    def __init__(self, start):
        super().__init__("a line is too long")
        self.start = start


def whole_lines(chunks):
    """Blocks that end at a line end (the last may not). Raises LongLine, so memory stays bounded."""
    rest = b""
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield rest + chunk[:cut]
            rest = chunk[cut:]
        else:
            rest += chunk
        if len(rest) > MAX_LINE:
            raise LongLine(rest)
    if rest:
        yield rest
