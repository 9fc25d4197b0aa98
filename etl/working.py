"""Private folders for the time of one piece of work, swept at the next start when their process was killed.

Text copies of a return lie in them, so none may outlive its work: each holds a lock that ends with its process.
"""

import atexit
import os
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
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
    while not (made := _locked(Path(tempfile.mkdtemp(prefix=NEW, dir=into)))):
        pass  # somebody's sweep came between, and has it
    folder, lock = made
    if not _OPEN:
        atexit.register(_remove_all, os.getpid())
    _OPEN[folder] = lock
    return folder


def _locked(new) -> tuple | None:
    """A new folder under its lasting name, and its lock; one there without it is one whose removal was cut short."""
    with suppress(BlockingIOError, FileNotFoundError), ExitStack() as undo:
        lock = undo.enter_context((new / LOCK).open("w"))
        folder = new
        if fcntl:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder = new.rename(new.with_name(new.name.replace(NEW, PREFIX, 1)))
        undo.pop_all()
        return folder, lock
    return None


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
    """Remove the folders of this user whose process has died, in the middle of making or removing them too."""
    place = Path(into or tempfile.gettempdir())
    for folder in [*place.glob(PREFIX + "*"), *place.glob(NEW + "*")]:
        if folder not in _OPEN:
            with suppress(OSError):  # in use, gone meanwhile, or somebody else's
                _sweep_one(folder)


def _sweep_one(folder) -> None:
    if fcntl is None:
        if time.time() - folder.stat().st_mtime > DAY:
            shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        lock = (folder / LOCK).open("r+")
    except FileNotFoundError:
        if folder.name.startswith(NEW):
            folder.rmdir()  # being made it is empty, and whoever makes it makes another
        else:
            shutil.rmtree(folder, ignore_errors=True)  # its removal was cut short after the lock
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_all(pid) -> None:
    if pid == os.getpid():  # not in a child that was forked
        for folder in list(_OPEN):
            remove(folder)
