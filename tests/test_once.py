"""Pages kept for everybody: made once for a version, never for whoever is signed in, and new with the next version."""

import threading

import pytest

from dashboard.once import Once
from etl import snapshot
from tests.signed import ADDRESS, OURS, client, cookie, marked_home, server, session


def together(*asks):
    threads = [threading.Thread(target=ask) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_answer_is_made_once_however_many_ask_at_the_same_time():
    once, made, gate, found = Once(4), [], threading.Barrier(5), []

    def ask():
        gate.wait()
        found.append(once.get(1, "a", lambda: made.append(1) or len(made)))

    together(*[ask] * 5)
    assert found == [1] * 5 and made == [1]


def test_while_a_new_one_is_made_others_have_the_one_before_and_then_the_new_one():
    once, begun, done, found = Once(4), threading.Event(), threading.Event(), []
    once.get(1, "a", lambda: "before")

    def make():
        begun.set()
        assert done.wait(10)
        return "after"

    def other():
        assert begun.wait(10)
        found.append(once.get(2, "a", lambda: "made twice"))
        done.set()

    together(lambda: found.append(once.get(2, "a", make)), other)
    assert found == ["before", "after"] and once.get(2, "a", lambda: "again") == "after"


def test_the_oldest_gives_way_and_what_fails_is_not_kept():
    once = Once(2)
    for address in "abac":
        once.get(1, address, lambda address=address: address)
    assert once.get(1, "a", lambda: "again") == "a" and once.get(1, "b", lambda: "again") == "again"
    with pytest.raises(ValueError):
        once.get(1, "d", lambda: int("x"))
    assert once.get(1, "d", lambda: 1) == 1


def test_a_page_is_made_once_for_a_version_and_anew_for_the_next_and_for_whoever_is_signed_in(tmp_path, monkeypatch):
    home = marked_home(tmp_path)
    app, _ = server(home)
    made = []
    page = app.by_path["/compare"]
    monkeypatch.setitem(app.by_path, "/compare", type(page)(page.path, page.label, lambda source, query: made.append(
        source.principal.body) or page.make(source, query)))  # fmt: skip
    public, ours = client(app), client(app, cookie(app, session()))
    first = public.get("/compare?to=2021", base_url=ADDRESS).get_data()
    assert public.get("/compare?to=2021", base_url=ADDRESS).get_data() == first and made == [None]
    for _ in range(2):
        assert ours.get("/compare?to=2021", base_url=ADDRESS).get_data() != first
    assert made == [None, OURS, OURS]
    assert client(app).get("/compare?to=2021", base_url=ADDRESS).get_data() == first and len(made) == 3
    public.get("/compare?to=2020", base_url=ADDRESS)
    assert len(made) == 4
    snapshot.release(home, snapshot.current(home), "somebody else")
    public.get("/compare?to=2021", base_url=ADDRESS)
    assert len(made) == 5


def test_gunicorn_writes_nothing_a_visitor_sent_and_servers_with_a_sign_in_write_who_asked(monkeypatch, tmp_path):
    import logging

    from dashboard import workers, wsgi

    assert workers.accesslog is None and not workers.preload_app
    for told in ("%(r)s", "%(U)s", "%(q)s", "%(h)s", "%(a)s", "%(f)s", "}i", "}o", "}e", "%(u)s"):
        assert told not in workers.access_log_format
    access = logging.getLogger("uptake.access")
    monkeypatch.setattr(access, "level", logging.NOTSET)
    for name, value in {
        "HOME": str(tmp_path), "ADDRESS": ADDRESS, "OIDC_ISSUER": "http://localhost:1", "OIDC_CLIENT_ID": "uptake",
        "OIDC_CLIENT_SECRET": "a secret", "SESSION_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"UPTAKE_{name}", value)
    assert wsgi.council().test_client().get("/", base_url=ADDRESS).status_code == 503  # nothing is published
    assert access.level == logging.INFO
