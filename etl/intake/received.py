"""The bytes of a file as they were sent: a private copy while it is read, kept under its SHA-256 if it is loaded."""

import hashlib
import os
import stat
from pathlib import Path

BUFFER = 1 << 17
BEHIND = 1 << 23  # bytes read, after which the machine may forget those of the file that was sent
NOT_KEPT = "bytes_not_kept"  # the rule of the note that a file's bytes were not kept
KEPT = """
SELECT count(*) FROM files
WHERE sha256 = ? AND status = 'loaded' AND file_id NOT IN (SELECT file_id FROM notes WHERE rule = ?)
"""


def take_in(path: Path, received: Path | None) -> tuple[str, Path]:
    """Read the file once: its SHA-256, and a private copy in `received` that nothing points to yet (None: no copy).

    Afterwards `put_away` keeps the copy or removes it: bytes are kept only of a file that was loaded.
    """
    if received is None:
        return digest_of(path), path
    received.mkdir(parents=True, exist_ok=True)
    part = received / f".part-{os.getpid()}"
    return _copy(path, part), part


def digest_of(path: Path) -> str | None:
    """The SHA-256 of an ordinary file; None for a link, a pipe or what can't be read."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def put_away(con, part: Path, digest: str) -> None:
    """Keep a private copy under its SHA-256, read-only, if the ledger says that it was loaded; else remove it.

    The ledger comes first, so a process that is killed leaves nothing kept that was not loaded, and nothing lost
    that was (`sweep`). Only the one writer may call this, outside a transaction.
    """
    if con.execute(KEPT, [digest, NOT_KEPT]).fetchone()[0]:
        part.chmod(0o444)
        os.replace(part, part.with_name(digest))
    else:
        part.unlink(missing_ok=True)


def sweep(con, received: Path) -> None:
    """Put away what a process that was killed left; at the start of a load, by the one writer."""
    for part in received.glob(".part-*"):
        put_away(con, part, digest_of(part))


def _copy(path, part) -> str:
    """Copy the bytes and give their SHA-256. One small buffer, used again: a third of the time of large blocks."""
    digest, buffer = hashlib.sha256(), memoryview(bytearray(BUFFER))
    with path.open("rb", buffering=0) as file, part.open("wb", buffering=0) as copy:
        done = forgotten = 0
        while size := file.readinto(buffer):
            digest.update(buffer[:size])
            copy.write(buffer[:size])
            done += size
            if done - forgotten >= BEHIND:
                forgotten += _forget(file, forgotten, done - forgotten)
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _forget(file, start: int, size: int) -> int:
    """Let the machine use the memory of bytes that are not read again for the copy, which is; gives `size`.

    Without it a large file stands in memory twice, and fresh memory costs a virtual machine more than the copying.
    """
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), start, size, os.POSIX_FADV_DONTNEED)
    return size
