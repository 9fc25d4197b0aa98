"""The pre-check: what the bytes of a file say before any reader touches it.

Readers lose rows silently or abort the process on some files (measured: a 4 KB spreadsheet, a picture named
.csv, old line ends). So every file passes here first. Nothing is raised for bad content, and no finding
repeats any of it.
"""

import os
import re
import stat
from pathlib import Path

from etl.intake.bookcheck import check_book
from etl.intake.finding import Checked, Finding, finding
from etl.intake.header import check_header, fold
from etl.intake.textcheck import check_text

__all__ = ["Checked", "Finding", "check_header", "fold", "precheck"]

MAX_TEXT = 4 * 1024**3
MAX_BOOK = 100 * 1024**2
MAX_PARQUET = 4 * 1024**3
MAX_LOOK = 16 * 1024**2
MAX_FOOTER = 64 * 1024**2

# First bytes of what is sent by mistake, and what a person calls it.
OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"{\\rtf", "a word-processor document"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
MARKUP = re.compile(rb"\s*(<\?xml|<!doctype|<html|<table|<workbook)", re.IGNORECASE)
NAME_TRICKS = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b-\u200f\u061c\ufeff]")


def precheck(path, contract_header=None, into=None):
    """What a file is and what is wrong with it, from its bytes alone; a `Checked`.

    contract_header: the column names a text file may have (or a mapping of name to whether it is required);
    None when the kind is not known yet or a profile decides. into: the folder for a private UTF-8 copy,
    made only for UTF-16 and Windows-1252; the caller calls `Checked.clear()` when it is done.
    """
    path = Path(path)
    try:
        kind, found = identify(path)
        if kind is None:
            checked = Checked(None, None, found, path)
        elif kind == "csv":
            checked = check_text(path, contract_header, into)
        elif kind == "parquet":
            checked = Checked(None, kind, check_parquet(path), path)
        else:
            checked = check_book(path)
    except OSError:
        checked = Checked(None, None, [unreadable()], path)
    except Exception as error:
        # A hostile file may break any parser, and the text of the error may quote the file: only its kind is said.
        checked = Checked(None, None, [unreadable(type(error).__name__)], path)
    if NAME_TRICKS.search(path.name):
        checked.findings.append(
            refused("file.name", "The name of the file holds hidden characters.", "Give it a plain name.")
        )
    return checked


def refused(rule, message, mend):
    return finding(rule, "blocks_file", message, mend)


def unreadable(kind=None):
    detail = f" ({kind})" if kind else ""
    return refused("file.unreadable", f"The file cannot be read{detail}.", "Export it again and send the new file.")


def identify(path):
    """The kind of a file by its first bytes, or None with the reason it is refused."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None, [refused("file.missing", "There is no such file.", "Check the name and the folder.")]
    if stat.S_ISLNK(status.st_mode):
        return None, [refused("file.link", "This is a link to another file.", "Send the file itself.")]
    if not stat.S_ISREG(status.st_mode):
        return None, [refused("file.not_a_file", "This is not an ordinary file.", "Send one file.")]
    if status.st_size == 0:
        return None, [refused("file.empty", "The file is empty.", "Export it again.")]
    with open(path, "rb") as file:
        head = file.read(4096)
        if head.startswith(OLD_OFFICE):
            return None, [old_office(head + file.read(MAX_LOOK))]
    kind, found = by_first_bytes(head, path.suffix.lower())
    limit = {"csv": MAX_TEXT, "parquet": MAX_PARQUET}.get(kind, MAX_BOOK)
    if kind and status.st_size > limit:
        return None, [
            refused("file.size", f"The file is larger than {limit // 1024**2:,} MB.", "Send it in parts, one a period.")
        ]
    return kind, found


def old_office(start):
    """Excel keeps a workbook with a password in the same wrapping as its files of before 2007."""
    if LOCKED in start:
        return refused("book.locked", "The file is locked with a password.", "Save it without a password.")
    return refused("file.kind", "The file is in the old Excel format (.xls).", "Save it as .xlsx.")


def by_first_bytes(head, suffix):
    if head.startswith(b"PK\x03\x04"):
        return "book", []
    if head.startswith((b"PAR1", b"PARE")):
        return "parquet", []
    send = "Send a CSV, XLSX, ODS or Parquet file."
    for start, name in OTHER_KINDS:
        if head.startswith(start):
            return None, [refused("file.kind", f"The file is {name}, not a table we can read.", send)]
    if MARKUP.match(head) or head.lstrip()[:1] in (b"{", b"["):
        return None, [refused("file.kind", "The file is a web page, XML or JSON, not a table we can read.", send)]
    if suffix in (".xlsx", ".ods", ".parquet", ".xlsm", ".xlsb"):
        return None, [refused("file.kind", "The file is not what its name says.", "Save it again as " + suffix + ".")]
    return "csv", []


def check_parquet(path):
    """The two marks and the length of the footer between them; the reader checks the rest."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(4)
        file.seek(-8 if size >= 12 else 0, os.SEEK_END if size >= 12 else os.SEEK_SET)
        end = file.read(8)
    if b"PARE" in (start, end[4:]):
        return [refused("parquet.locked", "The file is encrypted.", "Send it without encryption.")]
    footer = int.from_bytes(end[:4], "little")
    if end[4:] != b"PAR1" or not 0 < footer <= min(size - 12, MAX_FOOTER):
        return [refused("parquet.cut", "The end of the file is missing or damaged.", "Export it again.")]
    return []
