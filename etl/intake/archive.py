"""The zip folder a spreadsheet is: its directory, and its parts unpacked a little at a time.

Nothing is written to disk and nothing is trusted: sizes, names and checksums in the directory are what the
sender wrote, so each part is unpacked against them and stops where they are broken.
"""

import re
import struct
import zipfile
import zlib

from etl.intake.finding import finding

MAX_PARTS = 2000
MAX_DIRECTORY = 1024 * 1024
MAX_UNPACKED = 200 * 1024**2
PIECE = 256 * 1024

STORED, DEFLATED = 0, 8
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
UNSAFE = re.compile(r"^[/\\]|\\|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f]")
NESTED = re.compile(r"\.(zip|7z|rar|gz|bz2|xz|tar|xlsx|xlsm|xlsb|xls|ods|docx|jar|exe|dll)$", re.IGNORECASE)
NESTED_STARTS = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"\xfd7zXZ", b"MZ")


class Damaged(Exception):
    """A part does not unpack to what the directory says of it."""


def refused(rule, message, mend="Open the file in a spreadsheet program and save it again."):
    return finding(rule, "blocks_file", message, mend)


def directory(path):
    """The parts of the archive, and what is wrong with its directory."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        return [], [
            refused("book.damaged", "The file is cut off or damaged.", "Export it again and send the new file.")
        ]
    # A directory of millions of names would cost gigabytes before the first of them could be looked at.
    _, _, _, _, parts, length, _, _ = _END.unpack_from(tail, at)[:8]
    if parts > MAX_PARTS or length > MAX_DIRECTORY:
        return [], [refused("book.parts", f"The file is made of more than {MAX_PARTS:,} parts.")]
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, struct.error):
        return [], [
            refused("book.damaged", "The file is cut off or damaged.", "Export it again and send the new file.")
        ]
    return members, wrong_with(members, size)


def wrong_with(members, size):
    """Every reason to refuse the directory, before a byte is unpacked."""
    names = [member.orig_filename for member in members]
    found = []
    if any(UNSAFE.search(name) for name in names):
        found.append(refused("book.name", "A part of the file has a name that reaches outside it."))
    if len({name.lower() for name in names}) < len(names):
        found.append(refused("book.twice", "Two parts of the file have the same name."))
    if any((member.external_attr >> 16) & 0o170000 == 0o120000 for member in members):
        found.append(refused("book.link", "A part of the file is a link to another file."))
    if any(member.flag_bits & 1 for member in members):
        found.append(refused("book.locked", "The file is locked with a password.", "Save it without a password."))
    elif any(member.compress_type not in (STORED, DEFLATED) for member in members):
        found.append(refused("book.method", "The file is compressed in a way spreadsheets do not use."))
    if any(NESTED.search(name) for name in names):
        found.append(nested())
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        found.append(
            refused(
                "book.unpacked",
                f"The file unpacks to more than {MAX_UNPACKED // 1024**2} MB.",
                "Send it in parts, or as CSV.",
            )
        )
    if overlap(members, size):
        found.append(refused("book.overlap", "Two parts of the file share the same bytes."))
    return found


def nested():
    return refused("book.nested", "The file holds another file inside it.", "Remove it and send only the return.")


def overlap(members, size):
    """Whether parts overlap, as in a bomb that unpacks the same bytes many times."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            return True
        end = member.header_offset + _LOCAL.size + member.compress_size
    return end > size


def unpack(file, member):
    """The bytes of one part, in pieces. Raises Damaged when length or checksum differ from the directory."""
    file.seek(member.header_offset)
    local = file.read(_LOCAL.size)
    if len(local) < _LOCAL.size or not local.startswith(b"PK\x03\x04"):
        raise Damaged
    name, extra = _LOCAL.unpack(local)[-2:]
    if file.read(name) != member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437"):
        raise Damaged
    file.seek(extra, 1)
    length = check = 0
    for piece in inflated(file, member):
        length += len(piece)
        check = zlib.crc32(piece, check)
        if length > member.file_size:
            raise Damaged
        yield piece
    if length != member.file_size or check != member.CRC:
        raise Damaged


def inflated(file, member):
    left = member.compress_size
    if member.compress_type == STORED:
        while left > 0:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise Damaged
            left -= len(piece)
            yield piece
        return
    machine = zlib.decompressobj(-15)
    try:
        while left > 0 and not machine.eof:
            raw = file.read(min(PIECE, left))
            left -= len(raw)
            if not raw:
                raise Damaged
            while raw:
                piece = machine.decompress(raw, PIECE)
                raw = machine.unconsumed_tail
                if piece:
                    yield piece
                if machine.eof:
                    break
    except zlib.error:
        raise Damaged from None
    if not machine.eof:
        raise Damaged
