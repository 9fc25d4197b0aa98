"""Private folders of work: whenever their process is killed, the next start removes them, and its children end."""

import os
import select
import signal
import sys

import pytest

from etl import working
from etl.intake import sheets

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, which this system has not")


def _work(place):
    folder = working.make(place)
    (folder / "sheets").mkdir()
    for name in ("a", "b", "sheets/c"):
        (folder / name).write_text("rows of a return")
    working.remove(folder)


def _killed(at, work, *arguments) -> bool:
    """Run in a child that is killed before its call number `at`; False when it makes fewer."""
    child = os.fork()
    if not child:
        left = at

        def count(_frame, event, _):
            nonlocal left
            left -= event in ("call", "c_call")
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(count)
            work(*arguments)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_killed_at_any_call_of_making_filling_or_removing_it_is_gone_at_the_next_start(tmp_path):
    at = 0
    while _killed(at, _work, tmp_path):
        at += 1
        with working.working(tmp_path) as folder:
            assert list(tmp_path.iterdir()) == [folder], f"killed before call {at - 1}"
        assert not list(tmp_path.iterdir())
    assert at > 50


def test_a_sweep_that_is_killed_itself_leaves_nothing_to_the_next(tmp_path):
    def left_and_swept():
        os.rename(working.make(tmp_path), tmp_path / "uptake-work-dead")
        working._OPEN.popitem()[1].close()
        working.sweep(tmp_path)

    at = 0
    while _killed(at, left_and_swept):
        at += 1
        working.sweep(tmp_path)
        assert not list(tmp_path.iterdir()), f"killed before call {at - 1}"
    assert at > 50


def test_a_folder_in_use_is_not_swept(tmp_path):
    out, into = os.pipe()
    child = os.fork()
    if not child:
        working.make(tmp_path)
        os.write(into, b".")
        signal.pause()
    os.read(out, 1)
    try:
        working.sweep(tmp_path)
        [folder] = tmp_path.iterdir()
        assert folder.name.startswith(working.PREFIX)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    working.sweep(tmp_path)
    assert not list(tmp_path.iterdir())


def test_making_and_sweeping_at_once_never_meet(tmp_path):
    """One sweeps without a pause while another makes two hundred, each found whole when it is made."""
    child = os.fork()
    if not child:
        while True:
            working.sweep(tmp_path)
    try:
        for _ in range(200):
            folder = working.make(tmp_path)
            assert (folder / working.LOCK).is_file()
            working.remove(folder)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_the_child_that_reads_a_file_dies_with_its_parent(tmp_path, monkeypatch):
    """The file is a pipe that nobody writes into, so the child would wait for ever: only its parent's end ends it."""
    monkeypatch.setattr(sheets, "_form", lambda path: "text")
    book = tmp_path / "return.csv"
    os.mkfifo(book)
    parent = os.fork()
    if not parent:
        sheets.Reading(book).said()
        os._exit(0)
    held = os.open(book, os.O_WRONLY)  # opens once the child has opened its end
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    reader = select.poll()
    reader.register(held, 0)
    assert reader.poll(30_000), "the child lives on"
    os.close(held)
