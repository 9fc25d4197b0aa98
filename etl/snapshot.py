"""Snapshots: version-named files that never change, and `current`, a small text file that is replaced whole.

A reader resolves `current` at each question and re-opens when it names another version. A fixed file name would
serve old data for ever, because DuckDB keeps an open file by its path (safety.md finding 6).
"""

import json
import os
import shutil
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from etl.errors import Refusal
from etl.home import replace_whole, sweep_parts
from etl.turns import turn

LIMITS = {
    "enable_external_access": "false",
    "threads": "1",
    "memory_limit": "512MB",
    "lock_configuration": "true",
}
TRIES = 5


def file_of(home, version: str, audience: str = "public") -> Path:
    """The path of a version's file for an audience."""
    return home.published / f"{audience}-{version}.duckdb"


def current(home) -> str | None:
    """The version that is shown, or None when nothing has been released."""
    try:
        return json.loads((home.published / "current").read_text(encoding="utf-8"))["version"]
    except FileNotFoundError:
        return None


def versions(home) -> list[str]:
    """Every version that has a file, oldest first."""
    files = sorted(home.published.glob("public-*.duckdb"), key=lambda path: path.stat().st_mtime)
    return [path.name.removeprefix("public-").removesuffix(".duckdb") for path in files]


def release(home, version: str, who: str, by_hand: bool = True) -> None:
    """Make a version the one that is shown, and record who did so and when. Raises Refusal when it does not exist.

    `by_hand` is False when a load shows its own figures, which it does until somebody has signed a version off.
    """
    if not file_of(home, version).is_file():
        known = ", ".join(versions(home)) or "none"
        raise Refusal(f"There is no version {version!r} to release. Versions: {known}.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entry = {"version": version, "released_by": who, "released_at": now, "by_hand": by_hand}
    with publishing(home):
        _write_down(home.published / "releases.jsonl", json.dumps(entry))
        replace_whole(home.published / "current", json.dumps(entry))


def publishing(home):
    """A turn at making and showing versions: held from the building of a version to its release, so that what is
    shown never goes back to what was loaded earlier."""
    return turn(home.published / ".turn")


def _write_down(path, line: str) -> None:
    """Add a line; after one that was cut off when the disk was full, on a line of its own."""
    with path.open("ab") as log:
        cut = log.tell() and not path.read_bytes().endswith(b"\n")
        log.write(("\n" if cut else "").encode() + line.encode() + b"\n")
        log.flush()
        os.fsync(log.fileno())


def releases(home) -> list[dict]:
    """Every release there has been, oldest first: version, released_by, released_at, by_hand."""
    try:
        lines = (home.published / "releases.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line.endswith("}")]  # one may have been cut off


def signed_off(home) -> bool:
    """Whether anybody has ever released a version by hand: from then on new versions wait to be signed off."""
    return any(one["by_hand"] for one in releases(home))


def released(home) -> dict | None:
    """Who released the version that is shown, and when; None when nothing has been released."""
    try:
        return json.loads((home.published / "current").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


class Reader:
    """A read-only, locked-down connection to the current version, re-opened when another version is released."""

    def __init__(self, home, audience: str = "public"):
        self.home, self.audience = home, audience
        self.version: str | None = None
        self._con = None
        self._lock = threading.Lock()

    def cursor(self):
        """(version, cursor) for one question. Raises Refusal when nothing has been released."""
        with self._lock:
            version = current(self.home)
            if version is None:
                raise Refusal("Nothing has been published yet. Load returns first: uptake load, or uptake demo.")
            if version != self.version:
                self._con, self.version = self._open(version), version
            return self.version, self._con.cursor()

    def _open(self, version: str):
        """Open a version; a release in between may have pruned it, so look again a few times."""
        for attempt in range(TRIES):
            try:
                path = file_of(self.home, version, self.audience)
                return duckdb.connect(str(path), read_only=True, config=LIMITS)
            except duckdb.IOException:
                newer = current(self.home)
                if newer == version and attempt == TRIES - 1:
                    raise Refusal(f"Version {version} cannot be opened. Publish again: uptake publish.") from None
                version = newer or version
        raise Refusal("The published figures are changing faster than they can be read. Try again in a moment.")


_READERS: dict[tuple[str, str, int], Reader] = {}
_READERS_LOCK = threading.Lock()


def reader(home, audience: str = "public") -> Reader:
    """The process's reader for a home and audience. A forked worker opens its own."""
    key = (str(home.path), audience, os.getpid())
    with _READERS_LOCK:
        if key not in _READERS:
            _READERS[key] = Reader(home, audience)
        return _READERS[key]


def prune(home, keep_seconds: float = 3600, keep: int = 3) -> None:
    """Delete unfinished files, and old versions by age but never the current one or the last few.

    Only whoever has the turn (`publishing`) may call this: what is unfinished then was left by a process that died.
    """
    shown, now = current(home), time.time()
    for path in home.published.glob(".building-*"):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    sweep_parts(home.published / "current")
    for version in versions(home)[:-keep]:
        path = file_of(home, version)
        if version != shown and now - path.stat().st_mtime > keep_seconds:
            path.unlink(missing_ok=True)
    kept = tuple(f"-{version}" for version in versions(home))
    for path in home.bodies.glob("*.parquet"):
        if not path.stem.endswith(kept) and now - path.stat().st_mtime > keep_seconds:
            path.unlink(missing_ok=True)
