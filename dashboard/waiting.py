"""Files that were checked and wait to be loaded: for the body that sent them, for half an hour, under a secret name."""

import json
import re
import secrets
import shutil
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from etl.errors import Refusal

SECONDS = 1800
MOST = 4  # files of one body that wait at a time; the oldest gives way
TOKEN = re.compile(r"[0-9a-f]{32}")
GONE = "The file no longer waits here: it was loaded, or half an hour has passed. Check it again to load it."


class Waiting:
    """The files under `folder`, each in a folder of its own, named for its body and a token that only its page has."""

    def __init__(self, folder: Path, clock=time.time):
        self.folder, self.clock = folder, clock

    def put(self, body: str, name: str, content: bytes, facts: dict) -> str:
        """Keep a file that was checked; the token to take it by. `name` is a plain file name."""
        self.sweep()
        for old in self._of(body)[: -MOST + 1]:
            shutil.rmtree(old, ignore_errors=True)
        token = secrets.token_hex(16)
        place = self.folder / f"{body}.{token}"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        place.mkdir(mode=0o700)
        (place / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
        (place / "file").mkdir()
        (place / "file" / name).write_bytes(content)
        # Nobody may come by for a long time, so the sweep is set for when the file has waited long enough.
        timer = threading.Timer(SECONDS + 1, self.sweep)
        timer.daemon = True
        timer.start()
        return token

    def has(self, body: str | None, token: str) -> bool:
        """Whether a file waits for this body under this token."""
        return bool(TOKEN.fullmatch(token)) and (self.folder / f"{body}.{token}").is_dir()

    @contextmanager
    def taken(self, body: str, token: str):
        """(path, facts) of a file that waits, for one taker: gone when the block ends, back if it ends in a Refusal.

        Raises Refusal for a token that is none, another body's, or too old.
        """
        self.sweep()
        if not TOKEN.fullmatch(token):
            raise Refusal(GONE)
        place = self.folder / f"{body}.{token}"
        mine = place.with_name(f"{place.name}.taken")
        try:
            place.rename(mine)
        except OSError:
            raise Refusal(GONE) from None
        try:
            [path] = (mine / "file").iterdir()
            yield path, json.loads((mine / "facts.json").read_text(encoding="utf-8"))
        except Refusal:
            mine.rename(place)
            raise
        except BaseException:
            shutil.rmtree(mine, ignore_errors=True)
            raise
        shutil.rmtree(mine, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what has waited too long, here or in a process that died."""
        for place in self._of(""):
            try:
                old = place.stat().st_mtime < self.clock() - SECONDS
            except OSError:
                continue
            if old:
                shutil.rmtree(place, ignore_errors=True)

    def _of(self, body: str) -> list[Path]:
        """The folders of a body, or of all, oldest first."""
        found = [path for path in self.folder.glob("*.*") if not body or path.name.partition(".")[0] == body]
        return sorted(found, key=_age)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
