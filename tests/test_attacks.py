"""What a visitor may try at any address: refused or answered as the public, never a 500, never another's figure."""

import re
import time

import pytest
from itsdangerous import TimestampSigner

from dashboard import sign_in as signing
from dashboard.app import OUTPUTS
from dashboard.pages import PAGES
from dashboard.security import LARGEST, Bucket, from_here
from dashboard.waiting import Waiting
from etl import snapshot
from etl.door.principal import PUBLIC, Principal, opened, settled
from etl.errors import Refusal
from tests import sent
from tests.signed import ADDRESS, MARKS, OURS, THEIRS, client, cookie, marked_home, server, session, settings
from tests.test_dashboard import question

CALLBACK = "/_dash-update-component"
CHARTS = [page.path for page in PAGES if page.answer]
BOOKS = ["overview" if page.path == "/" else page.path[1:] for page in PAGES if page.book]
READ = [
    *(page.path for page in PAGES), "/trends?by=sector&level=year", "/trends?measure=requests_received",
    "/download.csv", "/download.xlsx", "/download.ods", "/download.csv?measure=requests_received",
    *(f"/download.csv?page={name}" for name in BOOKS), "/chart.svg", "/_dash-layout", "/_dash-dependencies",
    "/your-returns", "/your-returns/receipt-1.csv", f"/your-returns?body={THEIRS}",
    f"/compare?body={THEIRS}", f"/bodies/{THEIRS}.parquet", "/published/current", "/nowhere",
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return marked_home(tmp_path_factory.mktemp("marked"))


@pytest.fixture(scope="module")
def apps(home):
    return {name: server(home, name)[0] for name in ("public", "council", "analyst")}


def digits(answer) -> set[str]:
    """Every mark that an answer holds, however it is written."""
    text = answer.get_data().replace(b",", b"").replace(b" ", b"").replace(b"&nbsp;", b"")
    return {owner for owner, mark in MARKS.items() if str(mark).encode() in text}


def asked(browser, address):
    """One request for an address, or of a callback about it."""
    if address.startswith("callback "):
        return browser.post(CALLBACK, json=question(address.removeprefix("callback ")), base_url=ADDRESS)
    return browser.get(address, base_url=ADDRESS)


ASKED = [*READ, *(f"callback {path}" for path in CHARTS), "callback /trends?measure=requests_received",
         "callback /compare", "callback /nowhere"]  # fmt: skip
WHO = {
    "public": ("public", None, set()), "council": ("council", session(), {OURS}),
    "other council": ("council", session(body=THEIRS), {THEIRS}), "analyst": ("analyst", session("analyst", None),
    {"analyst"}),
}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("address", ASKED)
def test_every_address_and_callback_for_every_principal(apps, who, address):
    audience, given, may = WHO[who]
    app = apps[audience]
    answer = asked(client(app, given and cookie(app, given)), address)
    assert answer.status_code < 500
    assert digits(answer) <= may
    if given and not answer.headers["Cache-Control"].startswith("public"):
        assert answer.headers["Cache-Control"] == "no-store"


POSTED = ("/check", "/check/report.csv", "/check/report.xlsx", "/load", "/your-returns", "/sign-out")


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("address", POSTED)
@pytest.mark.parametrize("body", ["a return of another", "no file", "a token of another"])
def test_every_address_that_takes_something_for_every_principal(home, apps, tmp_path, who, address, body):
    audience, given, may = WHO[who]
    app = apps[audience]
    rows = [{**row, **sent.FACTS, "sender": OURS if THEIRS in may else THEIRS} for row in sent.requests(3)]
    waits = Waiting(home.path / "waiting").put("E06000003", "a.csv", b"a", {})
    data = {
        "a return of another": {"file": (sent.write_csv(tmp_path / "a.csv", rows).open("rb"), "a.csv")},
        "no file": {"file": "not a file", "sender": "../x"}, "a token of another": {"token": waits},
    }[body]  # fmt: skip
    browser = client(app, given and cookie(app, given | {"id": "0ff1" if address == "/sign-out" else "b0d1e5"}))
    answer = browser.post(address, data=data, base_url=ADDRESS, content_type="multipart/form-data")
    assert answer.status_code < 500 and digits(answer) <= may
    assert b"return is loaded" not in answer.get_data() and waits.encode() not in answer.get_data()
    if given and address != "/sign-out":
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_marks_are_seen_by_whom_they_belong_to(apps):
    """Without this the tests above could pass by looking for what is nowhere."""
    council, analyst = apps["council"], apps["analyst"]
    for body in (OURS, THEIRS):
        assert digits(asked(client(council, cookie(council, session(body=body))), "/compare")) == {body}
    browser = client(analyst, cookie(analyst, session("analyst", None)))
    assert digits(asked(browser, "/trends?measure=requests_received")) == {"analyst"}


def test_what_an_analyst_takes_away_passes_the_rules_of_the_public(apps):
    app = apps["analyst"]
    browser = client(app, cookie(app, session("analyst", None)))
    for address in ("/download.csv?measure=requests_received", "/chart.svg?measure=requests_received"):
        assert asked(browser, address).get_data() == asked(client(apps["public"]), address).get_data()


PAST = int(time.time()) - 60
BROKEN = {
    "expired": session(expires=PAST), "past its longest": session(until=PAST), "no expiry": session(expires=...),
    "expiry of text": session(expires="never"), "expiry of truth": session(expires=True), "no role": session(role=...),
    "no body": session(body=...), "empty body": session(body=""), "another role": session(role="admin"),
    "role of a list": session(role=["council"]), "body of a list": session(body=[OURS]),
    "body of a path": session(body=f"../{THEIRS}"), "body of a pattern": session(body="*"),
    "analyst on the councils' server": session("analyst", None), "public with a body": session("public"),
    "no id": session(id=...), "id of a path": session(id="../../published/current"), "nothing": {},
    "huge expiry": session(expires=10**30, until=10**30),
}  # fmt: skip


def as_the_public(apps, value):
    app = apps["council"]
    for address in ("/compare", "callback /trends"):
        answer, public = asked(client(app, value), address), asked(client(app), address)
        assert (answer.status_code, digits(answer)) == (public.status_code, set())
        assert whole(answer) == whole(public)


def whole(answer) -> bytes:
    """An answer without the number that Dash draws for each page it serves."""
    return re.sub(rb'"end_id":"[^"]*"', b"", answer.get_data())


@pytest.mark.parametrize("name", BROKEN)
def test_a_session_that_does_not_hold_is_the_public(apps, name):
    as_the_public(apps, cookie(apps["council"], BROKEN[name]))


def test_a_cookie_that_was_forged_tampered_with_or_kept_too_long_is_the_public(apps, monkeypatch):
    app = apps["council"]
    good = cookie(app, session())
    payload, stamp, mac = good.rsplit(".", 2)
    other = cookie(apps["analyst"], session(body=THEIRS)).rsplit(".", 2)[0]
    forged = [good[:-3] + "AAA", f"{other}.{stamp}.{mac}", f"{payload}.{stamp}", payload, "", "x" * 3000, "..", "\x01"]
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: PAST - 7200)
    forged.append(cookie(app, session()))
    monkeypatch.undo()
    app.server.secret_key, kept = "another key that nobody gave us, 123", app.server.secret_key
    forged.append(cookie(app, session()))
    app.server.secret_key = kept
    for value in forged:
        as_the_public(apps, value)


def test_a_cookie_kept_from_before_signing_out_is_the_public(apps):
    app = apps["council"]
    value = cookie(app, session(id="f00d"))
    browser = client(app, value)
    assert digits(asked(browser, "/compare")) == {OURS}
    answer = browser.post("/sign-out", base_url=ADDRESS)
    assert answer.status_code == 302 and answer.headers["Clear-Site-Data"] == '"cache"'
    assert "uptake=;" in answer.headers["Set-Cookie"]
    as_the_public(apps, value)


SPOOFED = [
    {"X-Forwarded-User": THEIRS}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-Host": "elsewhere.example"},
    {"X-Forwarded-Proto": "https"}, {"Forwarded": "for=127.0.0.1;host=elsewhere.example"}, {"X-Remote-User": "analyst"},
    {"Remote-User": "analyst"}, {"Authorization": "Bearer council"}, {"X-Original-URL": "/compare"},
    {"X-HTTP-Method-Override": "PUT"}, {"X-Uptake-Role": "analyst"},
]  # fmt: skip


@pytest.mark.parametrize("headers", SPOOFED, ids=lambda one: next(iter(one)))
def test_headers_give_no_rights(apps, headers):
    browser = client(apps["council"])
    answer = browser.get("/compare", headers=headers, base_url=ADDRESS)
    assert answer.get_data() == browser.get("/compare", base_url=ADDRESS).get_data()
    assert digits(answer) == set() and b"elsewhere" not in answer.get_data()


def test_another_host_than_our_own_is_refused(apps):
    assert client(apps["council"]).get("/", base_url="http://elsewhere.example").status_code == 400


@pytest.mark.parametrize("headers", [
    {"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("path", ["/sign-out", CALLBACK])
def test_a_post_from_elsewhere_is_refused(apps, headers, path):
    app = apps["council"]
    browser = client(app, cookie(app, session(id="0ff")))
    assert browser.post(path, json=question("/trends"), headers=headers, base_url=ADDRESS).status_code == 400
    assert digits(asked(browser, "/compare")) == {OURS}


BODIES = [
    b"", b"{", b"[]", b"null", b"[" * 5000, b"{" * 5000, b'{"inputs":' * 2000, b"\xff\xfe", b"0" * (LARGEST + 1),
    b'{"output":{"a":1},"outputs":[]}', b'{"output":"secret.data","inputs":[]}',
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BODIES)))
@pytest.mark.parametrize("audience", ["public", "council"])
def test_a_body_that_is_no_question_is_refused(apps, number, audience):
    app = apps[audience]
    browser = client(app, cookie(app, session()) if audience == "council" else None)
    answer = browser.post(CALLBACK, data=BODIES[number], content_type="application/json", base_url=ADDRESS)
    assert answer.status_code in (400, 413) and digits(answer) == set()


def inputs(value, **more):
    return {"inputs": [{"id": "address", "property": "data", "value": value} | more]}


@pytest.mark.parametrize("changes", [
    inputs({"path": "/compare"}), inputs(["/compare"]), inputs(True), inputs(None), inputs("/x", id={"type": "x"}),
    {"inputs": []}, {"outputs": OUTPUTS[:1]}, {"output": "..a.b.."}, {"output": ["x"]}, {"state": [1]},
    {"changedPropIds": 7},
], ids=str)  # fmt: skip
def test_a_question_of_the_wrong_types_is_refused(apps, changes):
    app = apps["council"]
    browser = client(app, cookie(app, session()))
    assert browser.post(CALLBACK, json=question("/trends", **changes), base_url=ADDRESS).status_code == 400


ODD = [
    "/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2f..%2fetc%2fpasswd", "/..%2f..%2fpublished/current",
    "/%00", "/trends?%00=%00", "/trends?measure=%FF%FE", "/trends?from=9999999999", "/trends?from=0000",
    "/trends?to=2021-13", "/trends?sector=%27%20OR%201=1--", "/trends?" + "sector=health&" * 500,
    "/trends?measure[]=x", "/download.exe", "/download.csv?page=../../etc", "/download.csv?page=trends&page=compare",
    "/_dash-component-suites/nowhere/x.js", "/_dash-component-suites/dash/../../app.py", "/_dash-component-suites/",
    "/_reload-hash", "/_favicon.ico", "/compare?from=9999&to=0000", "/pairs?sector=x", "/places?measure=x&level=x",
    "/briefing?measure=" + "x" * 5000, "//elsewhere.example/", "/trends/..;/compare", "/chart.svg?level=x",
    "/awareness?sector=%00", "/_dash-layout?x=" + "y" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("address", ODD, ids=lambda one: one[:40])
def test_odd_addresses_are_answered_or_refused_and_never_fail(apps, address):
    app = apps["council"]
    answer = client(app, cookie(app, session())).get(address, base_url=ADDRESS)
    assert answer.status_code < 500 or answer.status_code == 501
    assert digits(answer) <= {OURS} and b"Traceback" not in answer.get_data()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/trends", "/download.csv", "/sign-in", "/nowhere"])
def test_other_methods_are_refused(apps, method, path):
    assert 400 <= client(apps["council"]).open(path, method=method, base_url=ADDRESS).status_code < 500


def test_signing_out_is_no_link(apps):
    assert client(apps["council"]).get("/sign-out", base_url=ADDRESS).status_code in (404, 405)


def test_the_public_server_knows_no_signing_in(apps):
    browser = client(apps["public"], cookie(apps["council"], session()))
    for address in ("/sign-in", "/signed-in", "/your-returns"):
        assert asked(browser, address).status_code == 404
    assert b"Sign in" not in asked(browser, "/").get_data()


def test_the_access_log_says_who_asked_what_and_no_figure(apps, caplog):
    app = apps["council"]
    browser = client(app, cookie(app, session()))
    with caplog.at_level("INFO", "uptake.access"):
        asked(browser, "/compare?measure=shared_rate&note=jane%20doe")
        asked(browser, "callback /trends?by=sector&sector=jane%20doe")
        asked(client(app), "/trends")
    said = [record.getMessage() for record in caplog.records if record.name == "uptake.access"]
    assert said == [f"council {OURS} asked /compare measure=shared_rate: 200",
                    f"council {OURS} asked /trends by=sector: 200"]  # fmt: skip


# --- the door ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("principal", [None, "council", Principal("council"), Principal("council", "../x"),
    Principal("council", 7), Principal("analyst", OURS), Principal("Analyst"), Principal(None), Principal(["analyst"]),
])  # fmt: skip
def test_whoever_is_not_surely_somebody_is_the_public(home, principal):
    assert settled(principal) == PUBLIC
    assert opened(principal, home)[1].execute("SELECT max(received) FROM cells").fetchone()[0] != MARKS["analyst"]


def test_an_analyst_opens_the_private_file_and_a_council_the_public_one(home):
    def most(principal):
        return opened(principal, home)[1].execute("SELECT max(received) FROM cells").fetchone()[0]

    assert most(Principal("analyst")) == MARKS["analyst"]
    assert most(Principal("council", OURS)) == most(PUBLIC) < 10_000


def test_an_analyst_without_a_private_file_is_told_so(home, tmp_path):
    copy = type(home)(tmp_path)
    copy.published.mkdir()
    for path in home.published.iterdir():
        if path.is_file() and not path.name.startswith("private"):
            (copy.published / path.name).write_bytes(path.read_bytes())
    with pytest.raises(Refusal, match="No exact figures"):
        opened(Principal("analyst"), copy)


@pytest.mark.parametrize("sql", [
    "SELECT * FROM read_parquet('{other}')", "COPY (SELECT 1) TO '{own}'", "COPY (SELECT 1) TO '{own}.csv'",
    "SELECT * FROM glob('{folder}/*')", "SELECT * FROM read_csv('{current}')", "ATTACH '{private}'",
    "SET enable_external_access = true", "SET threads = 8", "SET allowed_paths = ['{other}']", "INSTALL httpfs",
])  # fmt: skip
def test_where_a_body_file_is_read_nothing_else_can_be(home, sql):
    import duckdb

    from etl.door import own

    version = snapshot.current(home)
    ours, theirs = (home.bodies / f"{body}-{version}.parquet" for body in (OURS, THEIRS))
    places = {"own": ours, "other": theirs, "folder": home.bodies, "current": home.published / "current",
              "private": snapshot.file_of(home, version, "private")}  # fmt: skip
    before = ours.read_bytes()
    with own._reading(ours) as con:
        assert con.execute("SELECT count(*) FROM read_parquet(?)", [str(ours)]).fetchone()[0] > 0
        with pytest.raises(duckdb.Error):
            con.execute(sql.format(**places)).fetchall()
    assert ours.read_bytes() == before


# --- limits and settings -----------------------------------------------------------------------------------------


def test_a_bucket_empties_and_fills_again():
    now = [0.0]
    bucket = Bucket(2, 3, lambda: now[0])
    assert [bucket.allows("a") for _ in range(4)] == [True, True, True, False]
    assert bucket.allows("b")
    now[0] = 0.5
    assert [bucket.allows("a") for _ in range(2)] == [True, False]


def test_too_many_requests_are_told_to_wait(home):
    from dashboard.app import create_app
    from dashboard.source import Door

    browser = create_app(Door(home), limits={"public": Bucket(0, 14, lambda: 0.0)}).server.test_client()
    assert {browser.get("/data").status_code for _ in range(20)} >= {429}


@pytest.mark.parametrize("changes", [
    {"address": "http://uptake.example"}, {"issuer": "http://provider.example"}, {"issuer": "javascript:1"},
    {"session_key": "short"}, {"session_key": "a" * 64}, {"session_key": ""},
], ids=str)  # fmt: skip
def test_weak_settings_are_refused(changes):
    with pytest.raises(Refusal):
        settings(**changes)


def test_a_secure_address_makes_a_cookie_that_only_travels_encrypted(home):
    app, _ = server(home, address="https://uptake.example")
    config = app.server.config
    assert config["SESSION_COOKIE_NAME"] == "__Host-uptake"
    assert config["SESSION_COOKIE_SECURE"] and config["SESSION_COOKIE_HTTPONLY"]
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_only_our_own_pages_may_post():
    assert from_here({}, "a")
    assert from_here({"Origin": "https://a", "Sec-Fetch-Site": "same-origin"}, "a")
    assert not from_here({"Origin": "https://b"}, "a")


# --- forgeries of a sign-in --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provider():
    import oidc_provider_mock

    claims = {"officer": {"uptake_role": "council", "uptake_body": OURS}, "stranger": {},
              "analyst": {"uptake_role": "analyst"}, "climber": {"uptake_role": "council", "uptake_body": "../x"},
              }  # fmt: skip
    users = [oidc_provider_mock.User(sub=sub, claims=claim) for sub, claim in claims.items()]
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as running:
        yield f"http://localhost:{running.server_port}"


@pytest.fixture
def started(home, provider):
    """A browser on the way to the provider, and the address that the provider sends `sub` back to."""
    import requests

    app, _ = server(home, issuer=provider)
    browser = app.server.test_client()

    def start(sub="officer"):
        there = browser.get("/sign-in", base_url=ADDRESS).location
        assert "code_challenge_method=S256" in there and "nonce=" in there and "state=" in there
        return requests.post(there, data={"sub": sub}, allow_redirects=False, timeout=10).headers["Location"]

    return browser, start


def refused(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 400
    assert "could not be signed in" in answer.get_data(as_text=True)
    assert digits(asked(browser, "/compare")) == set()


def test_an_officer_signs_in_and_out(started):
    browser, start = started
    answer = browser.get(start())
    assert answer.status_code == 302
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(answer.headers["Set-Cookie"].split("; "))
    page = asked(browser, "/compare")
    assert digits(page) == {OURS} and b"Sign out" in page.get_data()
    browser.post("/sign-out", base_url=ADDRESS)
    assert digits(asked(browser, "/compare")) == set()


@pytest.mark.parametrize("sub", ["stranger", "analyst", "climber"])
def test_a_person_without_a_right_role_is_not_signed_in(started, sub):
    browser, start = started
    refused(browser, start(sub))


def test_forgery_one_another_state(started):
    browser, start = started
    refused(browser, re.sub("state=[^&]+", "state=forged", start()))


def test_forgery_two_a_callback_again(started):
    browser, start = started
    back = start()
    held = browser.get_cookie(signing.NAME).value
    assert browser.get(back).status_code == 302
    browser.post("/sign-out", base_url=ADDRESS)
    refused(browser, back)
    browser.set_cookie(signing.NAME, held, domain="localhost")  # with the cookie it was first answered by, too
    refused(browser, back)


def test_forgery_three_no_state(started):
    browser, start = started
    refused(browser, re.sub("&?state=[^&]+", "", start()))
    refused(browser, ADDRESS + signing.BACK)
    refused(browser, ADDRESS + signing.BACK + "?error=access_denied&error_description=%3Cb%3E")


def test_forgery_four_another_nonce(started, monkeypatch):
    from oidc_provider_mock._storage import AuthorizationCode

    browser, start = started
    monkeypatch.setattr(AuthorizationCode, "get_nonce", lambda self: "another")
    refused(browser, start())


@pytest.mark.parametrize("changes", [{"iss": "https://elsewhere.example"}, {"exp": -4000}], ids=["issuer", "expired"])
def test_forgery_five_another_issuer_and_six_an_expired_token(started, monkeypatch, changes):
    from oidc_provider_mock._app import OpenIDCode

    browser, start = started
    kept = OpenIDCode.get_jwt_config
    monkeypatch.setattr(OpenIDCode, "get_jwt_config", lambda *a, **k: kept(*a, **k) | changes)
    refused(browser, start())


def test_a_token_for_another_audience_or_signed_by_another_key(started, monkeypatch):
    from joserfc.jwk import RSAKey
    from oidc_provider_mock._app import OpenIDCode

    browser, start = started
    kept = OpenIDCode.get_jwt_config
    key = RSAKey.generate_key(2048).as_dict(private=True)
    with monkeypatch.context() as patch:
        patch.setattr(OpenIDCode, "get_jwt_config", lambda *a, **k: kept(*a, **k) | {"key": key})
        refused(browser, start())
    monkeypatch.setattr(OpenIDCode, "get_audiences", lambda self, request: ["another-client"], raising=False)
    refused(browser, start())


def test_a_provider_that_does_not_answer_is_said(home):
    app, _ = server(home, issuer="http://localhost:1")
    assert app.server.test_client().get("/sign-in", base_url=ADDRESS).status_code == 503
