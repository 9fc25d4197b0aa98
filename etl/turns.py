"""Taking turns at a file: one at a time or several together, by a lock that the system frees when its holder dies.

Nobody polls: who must wait sleeps until the system wakes them. Where there are no such locks (Windows) a plain lock
file does the same for one at a time, and is tried again every tenth of a second.
"""

import os
import threading
import time
from contextlib import contextmanager

from etl.errors import Refusal

try:
    import fcntl
except ImportError:  # Windows: a plain lock file instead
    fcntl = None

WAIT_SECONDS = 600
STALE_SECONDS = 3600  # a plain lock file older than this was left by a process that died
_MINE = threading.local()


@contextmanager
def turn(path, *, shared=False, wait=True, busy="Another process has its turn; try again when it has ended."):
    """Hold the lock file `path` until the block ends; a thread that holds it already goes straight on.

    shared: together with others who share; without `wait`, Refusal with the sentence `busy` when it is not free.
    """
    mine = _MINE.__dict__.setdefault(os.getpid(), set())
    if path in mine:
        yield
        return
    with _plain(path, wait, busy) if fcntl is None else _locked(path, shared, wait, busy):
        mine.add(path)
        try:
            yield
        finally:
            mine.discard(path)


@contextmanager
def _locked(path, shared, wait, busy):
    with path.open("a") as file:
        how = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            raise Refusal(busy) from None
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # closing is not enough where a child has the file open too


@contextmanager
def _plain(path, wait, busy):
    end = time.monotonic() + (WAIT_SECONDS if wait else 0)
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            if time.time() - _age(path) > STALE_SECONDS:
                path.unlink(missing_ok=True)
            elif time.monotonic() >= end:
                raise Refusal(busy) from None
            else:
                time.sleep(0.1)
    try:
        yield
    finally:
        os.close(handle)
        path.unlink(missing_ok=True)


def _age(path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
