"""A signed-in body checks its return, loads what was checked and finds it again: its own alone, and nobody else can."""

import io
import re
import threading

import pytest

from dashboard import check_page, load_page, waiting
from etl.door import counter
from etl.door.principal import PUBLIC, Principal
from etl.errors import Refusal
from etl.intake import counter as desk
from etl.publishing.publish import publish
from tests import sent
from tests.signed import ADDRESS, OURS, THEIRS, client, cookie, marked_home, server, session

FACTS = {"sender": OURS, "reported_by": "holder", "period_from": "2026-01-01", "period_to": "2026-03-31",
         "extracted_on": "2026-05-31", "synthetic": "yes"}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return marked_home(tmp_path_factory.mktemp("loads"))


@pytest.fixture(scope="module")
def app(home):
    return server(home)[0]


@pytest.fixture
def ours(app):
    return client(app, cookie(app, session()))


@pytest.fixture
def theirs(app):
    return client(app, cookie(app, session(body=THEIRS)))


def rows(count, year=2026, **more):
    """Rows of a return of our own for the first quarter of a year, unless more is said."""
    facts = FACTS | {"period_from": f"{year}-01-01", "period_to": f"{year}-03-31"}
    made = []
    for row in sent.requests(count):
        days = {name: row[name].replace("2026", str(year)) for name in ("received_on", "decided_on")}
        made.append(
            {**row, **facts, **days, "holder_body": OURS, "request_ref": f"R{year}-{row['request_ref']}", **more}
        )
    return made


def post(browser, tmp_path, made, path="/check", name="return.csv", **headers):
    content = sent.write_csv(tmp_path / "a.csv", made).read_bytes()
    return browser.post(path, data={"file": (io.BytesIO(content), name)}, base_url=ADDRESS, headers=headers,
                        content_type="multipart/form-data")  # fmt: skip


def token(answer):
    found = re.search(r'name="token" value="([0-9a-f]{32})"', answer.get_data(as_text=True))
    return found and found.group(1)


def load(browser, given, **headers):
    return browser.post("/load", data={"token": given}, base_url=ADDRESS, headers=headers)


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def count(home):
    return len(desk.sent(home, OURS)["returns"])


def test_a_return_is_checked_then_loaded_then_found_with_its_receipt(home, ours, tmp_path):
    made = [*rows(12), {**rows(1)[0], "request_ref": "HELD-0001", "region": "Narnia"}]
    before = count(home)
    checked = post(ours, tmp_path, made)
    said = text(checked)
    assert "1 row would be held; the others would be loaded" in said and load_page.WAITS in said
    assert "Load this return without the held row" in said and check_page.STORED not in said
    assert "never a cell of fewer than three bodies" in said and count(home) == before
    loaded = load(ours, token(checked))
    said = text(loaded)
    assert loaded.status_code == 200 and "Your return is loaded; 1 row is held" in said
    assert "We read 12 requests" in said and "next published" in said and "Narnia" not in said
    listed = text(ours.get("/your-returns", base_url=ADDRESS))
    assert "1 January 2026 to 31 March 2026" in listed and "Kept; in the figures from when" in listed
    assert "1 row of the returns that count is held" in listed
    number = desk.sent(home, OURS)["files"][0]["file_id"]
    receipt = ours.get(f"/your-returns/receipt-{number}.csv", base_url=ADDRESS)
    assert receipt.headers["Content-Disposition"] == f'attachment; filename="uptake-receipt-{number}.csv"'
    assert "We read 12 requests" in receipt.get_data(as_text=True) and '"region"' in receipt.get_data(as_text=True)
    assert receipt.headers["Cache-Control"] == loaded.headers["Cache-Control"] == "no-store"
    assert ours.get(f"/your-returns/receipt-{number}.xlsx", base_url=ADDRESS).data[:2] == b"PK"
    assert not [path for path in (home.path / "waiting").iterdir() if path.name.startswith(f"{OURS}.")]
    # What was mended and sent again is told beside what was sent before, and takes its place.
    again = post(ours, tmp_path, rows(13))
    assert "1 row added" in text(again)
    assert "Your return is loaded" in text(load(ours, token(again)))
    assert "1 return was replaced by later ones" in text(ours.get("/your-returns", base_url=ADDRESS))
    assert "was loaded before: nothing changed" in text(same := post(ours, tmp_path, rows(13))) and not token(same)


def test_what_is_published_afterwards_is_said_to_be_shown(home, ours, tmp_path):
    from etl import snapshot

    assert "is loaded" in text(load(ours, token(post(ours, tmp_path, rows(9, 2025)))))
    shown = snapshot.current(home)
    try:
        snapshot.release(home, publish(home), "a test")
        listed = desk.sent(home, OURS)["returns"]
        assert all(one["shown"] for one in listed if one["status"] == "current")
        assert load_page.RETURNS in ours.get("/your-returns", base_url=ADDRESS).get_data(as_text=True)
    finally:
        snapshot.release(home, shown, "a test")


@pytest.mark.parametrize("made", [
    rows(4, sender=THEIRS, holder_body=THEIRS), rows(4, holder_body=THEIRS),
    [*rows(4), {**rows(5)[4], "sender": THEIRS}],
], ids=["another sender", "another holder", "one row of another"])  # fmt: skip
def test_a_return_of_another_is_refused_and_cannot_be_loaded(home, ours, tmp_path, made):
    before = count(home)
    answer = post(ours, tmp_path, made)
    assert "would be refused" in text(answer) and token(answer) is None
    assert count(home) == before


def test_a_file_that_waits_is_loaded_by_its_own_body_once_and_by_nobody_else(home, app, ours, theirs, tmp_path):
    before = count(home)
    checked = post(ours, tmp_path, rows(7, 2024))
    given = token(checked)
    for browser in (theirs, client(app), client(app, cookie(app, session(expires=1)))):
        answer = load(browser, given)
        assert answer.status_code == 400 and given not in answer.get_data(as_text=True)
    for wrong in ("", "x", "../" + given, given[:-1], given.upper() + "0", f"{given}.taken"):
        assert load(ours, wrong).status_code == 400
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert load(ours, given, **headers).status_code == 400
    assert count(home) == before
    assert load(ours, given).status_code == 200 and count(home) == before + 1
    assert load(ours, given).status_code == 400 and count(home) == before + 1


def test_two_clicks_load_once(home, ours, app, tmp_path):
    given = token(post(ours, tmp_path, rows(6, 2023)))
    before, found = count(home), []

    def click_it():
        found.append(load(client(app, cookie(app, session())), given).status_code)

    clicks = [threading.Thread(target=click_it) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sorted(found) == [200, 400] and count(home) == before + 1


def test_a_load_that_cannot_be_done_now_can_be_tried_again(ours, tmp_path, monkeypatch):
    given = token(post(ours, tmp_path, rows(5, 2022)))
    with monkeypatch.context() as patch:
        patch.setattr(desk, "SECONDS", 0.001)
        answer = load(ours, given)
    assert answer.status_code == 400 and "took too long" in text(answer) and token(answer) == given
    assert "Your return is loaded" in text(load(ours, given))


def test_nobody_sees_what_another_sent(home, app, ours, theirs, tmp_path):
    load(ours, token(post(ours, tmp_path, rows(8, 2021), name="ours.csv")))
    number = desk.sent(home, OURS)["files"][0]["file_id"]
    for browser in (theirs, client(app)):
        assert "ours.csv" not in browser.get("/your-returns", base_url=ADDRESS).get_data(as_text=True)
        assert browser.get(f"/your-returns/receipt-{number}.csv", base_url=ADDRESS).status_code == 404
    assert "Sign in" in text(client(app).get("/your-returns", base_url=ADDRESS))
    for wrong in ("x", "0", "-1", "99999999999", "1;2", "..%2f1"):
        assert ours.get(f"/your-returns/receipt-{wrong}.csv", base_url=ADDRESS).status_code == 404
    assert ours.get(f"/your-returns/receipt-{number}.exe", base_url=ADDRESS).status_code == 404


@pytest.mark.parametrize("principal", [PUBLIC, Principal("analyst"), Principal("council", "../x"), None])
def test_the_counter_is_for_a_body_that_is_signed_in(home, principal, tmp_path):
    path = sent.write_csv(tmp_path / "a.csv", rows(3))
    for deed in (lambda: counter.check(principal, home, path, {}), lambda: counter.load(principal, home, path, {}),
                 lambda: counter.sent(principal, home), lambda: counter.receipt(principal, home, 1)):  # fmt: skip
        with pytest.raises(Refusal, match="Sign in"):
            deed()


def test_the_public_and_analysts_have_no_such_addresses(home):
    for audience in ("public", "analyst"):
        browser = client(server(home, audience)[0])
        for path in ("/your-returns", "/your-returns/receipt-1.csv"):
            assert browser.get(path, base_url=ADDRESS).status_code == 404
        assert browser.post("/load", base_url=ADDRESS).status_code in (404, 405)


def test_where_the_home_cannot_be_written_a_return_is_checked_and_not_loaded(ours, tmp_path, monkeypatch):
    monkeypatch.setattr(desk, "takes_loads", lambda home: False)
    answer = post(ours, tmp_path, rows(4))
    assert load_page.CLOSED in text(answer) and token(answer) is None
    assert load(ours, "0" * 32).status_code == 400


def test_somebody_not_signed_in_checks_as_on_the_public_server(app, tmp_path):
    answer = post(client(app), tmp_path, rows(4))
    assert check_page.STORED in text(answer) and token(answer) is None


# --- files that wait -----------------------------------------------------------------------------------------------


def test_a_file_waits_for_half_an_hour_and_four_at_most(tmp_path):
    now = [1e9]
    place = waiting.Waiting(tmp_path / "waiting", lambda: now[0])
    tokens = [place.put(OURS, f"{number}.csv", b"x", {}) for number in range(6)]
    place.put(THEIRS, "theirs.csv", b"x", {})
    assert [place.has(OURS, one) for one in tokens] == [False, False, True, True, True, True]
    now[0] = 1e10  # far past the times of the files
    place.sweep()
    assert not list((tmp_path / "waiting").iterdir())
    with pytest.raises(Refusal, match="half an hour"), place.taken(OURS, tokens[-1]):
        pass


def test_a_file_goes_back_when_it_was_refused_and_goes_when_all_fails(tmp_path):
    place = waiting.Waiting(tmp_path / "waiting", lambda: 0.0)
    given = place.put(OURS, "a.csv", b"abc", {"kind": "requests"})
    with pytest.raises(Refusal), place.taken(OURS, given) as (path, facts):
        assert (path.read_bytes(), facts) == (b"abc", {"kind": "requests"})
        raise Refusal("busy")
    with pytest.raises(RuntimeError), place.taken(OURS, given):
        raise RuntimeError
    assert not place.has(OURS, given)
