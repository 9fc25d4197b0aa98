"""Private folders for the time of one piece of work, swept at the next start when their process was killed.

Text copies of a return lie in them, so none may outlive its work: each holds a lock that ends with its process.
"""

import atexit
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: by age instead
    fcntl = None

NEW, PREFIX, LOCK = "uptake-new-", "uptake-work-", ".lock"
DAY = 24 * 3600
_OPEN = {}


def make(into=None) -> Path:
    """A new folder that only this user can open. Give it to `remove`; it goes at the latest when the process ends."""
    sweep(into)
    new = Path(tempfile.mkdtemp(prefix=NEW, dir=into))
    lock = (new / LOCK).open("w")
    if fcntl:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Under its lasting name only when it is locked: a sweep elsewhere must not take it for a dead one.
        folder = new.rename(new.with_name(new.name.replace(NEW, PREFIX, 1)))
    else:
        folder = new
    if not _OPEN:
        atexit.register(_remove_all, os.getpid())
    _OPEN[folder] = lock
    return folder


def remove(folder: Path) -> None:
    if lock := _OPEN.pop(folder, None):
        lock.close()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def working(into=None):
    """A private folder until the block ends."""
    folder = make(into)
    try:
        yield folder
    finally:
        remove(folder)


def sweep(into=None) -> None:
    """Remove the folders of this user whose process has died."""
    place = Path(into or tempfile.gettempdir())
    for folder in [*place.glob(PREFIX + "*"), *place.glob(NEW + "*")]:
        if folder not in _OPEN and _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder) -> bool:
    try:
        if fcntl is None or folder.name.startswith(NEW):
            return time.time() - folder.stat().st_mtime > DAY
        with (folder / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return True  # it had its lock with its name, so its process died while removing it
    except OSError:
        return False  # in use, or somebody else's


def _remove_all(pid) -> None:
    if pid == os.getpid():  # not in a child that was forked
        for folder in list(_OPEN):
            remove(folder)
