"""A council officer's visit in a real browser: signs in at a real provider, loads a return, reads it back, signs out.

Needs Chromium, as tests/test_browser.py does. Every page that people sign in to is also asked for its content policy.
"""

import secrets
import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from etl import snapshot
from etl.home import make_secrets
from etl.publishing.publish import publish
from tests import sent
from tests.homes import make_home
from tests.signed import server
from tests.test_browser import WATCH, violations
from tests.test_peers import DISTRICTS, _requests

NotKept = pytest.importorskip("playwright.sync_api").Error
OURS = DISTRICTS[13]
OWN = "70.0%"  # of the 100 requests of 2021, which nobody else may see
PRIVATE = (OWN, "Rows kept", "officer.csv", "Sign out")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Fourteen districts of one region with 100 synthetic requests each; the last refused 70 of its own."""
    returns = [{"rows": list(_requests(body, place, 100, 70 if place == 13 else 20 + place)), "sender": body}
               for place, body in enumerate(DISTRICTS)]  # fmt: skip
    made = make_home(tmp_path_factory.mktemp("officer") / "home", returns, "synthetic")
    make_secrets(made)
    snapshot.release(made, publish(made), "a test")
    return made


@contextmanager
def signing(home, audience, claims):
    """The address of a server that people sign in to, with a provider that knows one person."""
    import oidc_provider_mock
    from waitress.server import create_server

    person = oidc_provider_mock.User(sub="officer", claims=claims)
    with oidc_provider_mock.run_server_in_thread(user_claims=[person]) as provider, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))  # its number is needed before there is a server
        address = f"http://localhost:{listening.getsockname()[1]}"
        app, _ = server(home, audience, address=address, issuer=f"http://localhost:{provider.server_port}",
                        session_key=secrets.token_hex(32))  # fmt: skip
        made = create_server(app.server, sockets=[listening], threads=4)
        threading.Thread(target=made.run, daemon=True).start()
        yield address, app
        made.close()


@pytest.fixture(scope="module")
def council(chromium, home):
    with signing(home, "council", {"uptake_role": "council", "uptake_body": OURS}) as found:
        yield found


@contextmanager
def visit(browser, width=1280, **options):
    """A page that keeps what its console said and what broke its content policy, over every page it goes to."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    page = context.new_page()
    page.said, page.broken = [], []
    context.expose_binding("broke", lambda _, said: page.broken.append(said))
    context.add_init_script(WATCH)
    page.on("console", lambda message: message.type in ("error", "warning") and page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()


def sign_in(page, address):
    page.goto(address)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="officer").or_(page.locator("button[name=sub]")).first.click()
    page.wait_for_url(f"{address}/**")
    page.said.clear()  # what the provider's own page said is not ours


def file(tmp_path, year):
    """A return of the first quarter of a year: eleven good rows and two mistakes."""
    facts = {"sender": OURS, "reported_by": "holder", "period_from": f"{year}-01-01", "period_to": f"{year}-03-31",
             "extracted_on": "2026-05-31", "synthetic": "yes", "holder_body": OURS}  # fmt: skip
    rows = []
    for row in sent.requests(13):
        days = {name: row[name].replace("2026", str(year)) for name in ("received_on", "decided_on")}
        rows.append({**row, **facts, **days, "request_ref": f"R{year}-{row['request_ref']}"})
    rows[3]["region"] = "E1200008"
    rows[7]["decided_on"] = f"{year - 1}-12-01"
    return sent.write_csv(tmp_path / "officer.csv", rows)


@pytest.mark.parametrize(("width", "script", "year"), [(1280, True, 2026), (390, True, 2025), (1280, False, 2024)],
                         ids=["desktop", "phone", "without script"])  # fmt: skip
def test_an_officer_signs_in_loads_a_return_and_signs_out(browser, council, tmp_path, width, script, year):
    address, _ = council
    with visit(browser, width, java_script_enabled=script) as page:
        sign_in(page, address)
        assert page.url == f"{address}/compare" and OWN in page.content()
        assert "middle half" in page.inner_text("#finding-text") and "14 district councils" in page.inner_text("main")
        page.get_by_role("link", name="Check a return").click()
        page.get_by_label("The return").set_input_files(file(tmp_path, year))
        page.get_by_role("button", name="Check the file").click()
        assert page.inner_text("h2#receipt") == "2 rows would be held; the others would be loaded"
        said = page.inner_text("main")
        assert "row 5" in said and "row 9" in said and "E1200008" not in said
        page.get_by_role("button", name="Load this return without the 2 held rows").click()
        assert page.inner_text("h2#receipt") == "Your return is loaded; 2 rows are held"
        page.get_by_role("link", name="Your returns").first.click()
        assert f"1 January {year} to 31 March {year}" in page.inner_text("main")
        with page.expect_download() as taken:
            page.get_by_role("link", name="CSV receipt of officer.csv").first.click()
        assert b"We read 11 requests" in taken.value.path().read_bytes()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{address}/")
        for _ in range(4):
            with suppress(NotKept):  # what was posted is not kept, and not sent again without asking
                page.go_back()
            assert not [one for one in PRIVATE if one in page.inner_text("body")]
        assert page.broken == [] and [one for one in page.said if "404" not in one and "400" not in one] == []


PAGES = ("/", "/trends?by=sector&level=year", "/your-returns", "/compare?measure=shared_rate", "/nowhere")


@pytest.mark.parametrize("audience", ["council", "analyst"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_that_is_signed_in_to_breaks_the_content_policy_or_is_hard_to_use(browser, home, audience, width):
    claims = {"uptake_role": audience} | ({"uptake_body": OURS} if audience == "council" else {})
    with signing(home, audience, claims) as (address, app), visit(browser, width) as page:
        sign_in(page, address)
        for path in (*(one.path for one in app.pages), *PAGES[: 2 if audience == "analyst" else None]):
            page.said.clear()
            page.goto(address + path)
            if path.startswith("/trends"):
                page.wait_for_selector("#graph .main-svg")
            assert page.get_by_role("button", name="Sign out").count() == 1, path
            assert page.broken == [] and (page.said == [] or path == "/nowhere"), path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            if path in PAGES:
                assert violations(page) == [], path


def test_what_was_loaded_is_seen_by_its_body_beside_its_peers_once_it_is_published(browser, council, home, tmp_path):
    address, _ = council
    with visit(browser) as page:
        sign_in(page, address)
        page.goto(f"{address}/check")
        page.get_by_label("The return").set_input_files(file(tmp_path, 2023))
        page.get_by_role("button", name="Check the file").click()
        page.get_by_role("button", name="Load this return").click()
        page.goto(f"{address}/your-returns")
        assert "Kept; in the figures from when they are next published" in page.inner_text("main")
        page.goto(f"{address}/compare")
        assert "2023" not in page.inner_text("main")
        snapshot.release(home, publish(home), "a test")
        page.reload()
        assert "2023" in page.inner_text("main")
        page.goto(f"{address}/your-returns")
        assert "In the figures shown now" in page.inner_text("main")
