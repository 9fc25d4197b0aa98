"""The pages in a real browser: accessible, quiet, still, and the same however one comes to them.

Needs Chromium: skipped with a plain reason when there is none, failed when CI is set (see conftest).
"""

import re
import threading
from contextlib import contextmanager

import pytest

from dashboard.pages import PAGES
from tests.fakes import Fake

STATES = {
    **{page.path: page.path for page in PAGES},
    "compared": "/trends?by=region&level=year",
    "control": "/trends?level=month&chart=spc-code_in_force",
    "filtered": "/trends?sector=health&sector=police&level=quarter",
    "all time": "/trends?level=all&by=sector",
    "survey": "/trends?measure=heard_of_code",
    "mistakes": "/trends?measure=x&sector=wizards&from=soon",
    "suppressed": "/trends?sector=fire",
    "briefing of several": "/briefing?by=sector&level=year",
    "briefing with mistakes": "/briefing?measure=x&sector=wizards&from=soon",
    "one sector": "/who-says-no?sector=health",
    "one group": "/awareness?group=sector.health&sort=given",
    "choices that are wrong": "/barriers?where=wizards&year=soon",
    "missing": "/nowhere",
}
CHARTS = ("/trends", "compared", "control", "filtered", "all time", "survey", "suppressed")
SHIFTS = """window.shift = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) window.shift += one.value; })
  .observe({type: 'layout-shift', buffered: true});"""
# Tells of everything that a page's content policy stops, through `broke`, which the test gives the page.
WATCH = """document.addEventListener('securitypolicyviolation', one =>
  window.broke(one.violatedDirective + ' ' + one.blockedURI + ' ' + location.pathname));"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REGISTER = [
    {"sender": "NHSD", "holder_body": "NHSD", "requester_sector": "police", "requester_body": None,
     "period_start": "2017-09-01", "period_end": "2017-11-30", "received": 70, "refused": 52},
]  # fmt: skip


@contextmanager
def served(source):
    """The address of a server of these figures, for as long as it is needed."""
    from waitress.server import create_server

    from dashboard.app import create_app

    server = create_server(create_app(source).server, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture(scope="module")
def address(chromium):
    """The address of a server with made-up figures. Asks for Chromium first: without it nothing needs serving."""
    with served(Fake(registers=REGISTER)) as found:
        yield found


@pytest.fixture
def opened(browser, address):
    """Opens an address in a page of its own, and keeps what the page said, asked for and moved."""
    contexts = []

    def open_page(path, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked, page.broken = [], [], []
        page.expose_binding("broke", lambda _, said: page.broken.append(said))
        page.add_init_script(WATCH)
        page.on("console", lambda message: message.type == "error" and page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.add_init_script(SHIFTS)
        page.goto(address + path)
        if path.startswith("/trends") and options.get("java_script_enabled", True):
            page.wait_for_selector("#graph .main-svg")
        return page

    yield open_page
    for context in contexts:
        context.close()


def finding(page):
    return page.locator("#finding-text").text_content()


def table(page):
    return page.locator("#after table").first.text_content()


def change(page, label, value):
    """Change a control and wait for the answer to be shown."""
    before = page.locator("#finding").text_content()
    page.get_by_label(label, exact=True).select_option(value)
    page.wait_for_function("text => document.getElementById('finding').textContent !== text", arg=before)


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


def still_and_quiet(page, address, expected=()):
    """No error in the console, no breach of the content policy, nothing from elsewhere, that jumps or sends away."""
    assert page.said == list(expected)
    assert page.broken == []
    assert [url for url in page.asked if not url.startswith((address, "data:"))] == []
    assert page.evaluate("window.shift") < 0.02
    assert page.get_by_role("button", name=re.compile("share|cloud", re.I)).count() == 0
    assert page.locator(".modebar").count() == 0


@pytest.mark.parametrize("state", STATES)
def test_every_page_is_accessible_quiet_and_still(opened, address, state):
    page = opened(STATES[state])
    assert violations(page) == []
    lost = ["Failed to load resource: the server responded with a status of 404 (NOT FOUND)"]
    still_and_quiet(page, address, lost if state == "missing" else [])
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert violations(page) == []


def test_a_breach_of_the_content_policy_would_be_seen(opened):
    page = opened("/trends")
    page.evaluate("""() => new Promise(done => {
      let left = 2;
      document.addEventListener('securitypolicyviolation', () => --left || done());
      document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}));
      document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/x.png'}));
    })""")
    assert sorted(one.split()[0] for one in page.broken) == ["img-src", "script-src-elem"]


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_pages_on_a_phone_are_quiet_and_still(opened, address, path):
    still_and_quiet(opened(path, 390), address)


@pytest.mark.parametrize("state", STATES)
def test_no_page_scrolls_sideways(opened, state):
    page = opened(STATES[state], 640)
    for width in (640, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.body.scrollWidth") <= width


@pytest.mark.parametrize("state", CHARTS)
def test_no_control_of_dash_and_one_named_picture_a_chart(opened, state):
    page = opened(STATES[state])
    assert page.locator(".dash-dropdown, .dash-radio-items, .dash-checklist, .dash-slider, .dash-tabs").count() == 0
    assert page.locator("figure[role=group]").count() == page.locator("figure [role=img]").count() == 1
    named = page.locator("figure [role=img]").get_attribute("aria-labelledby").split()
    assert named == ["finding-title", "finding-text"]
    assert all(page.locator(f"#{one}").text_content() for one in named)


def test_a_change_of_the_form_changes_address_title_finding_chart_and_table(opened, address):
    page = opened("/trends?level=year")
    first = (finding(page), table(page), page.title(), page.locator("#graph .scatterlayer").inner_html())
    page.evaluate("window.same = true")
    change(page, "Compare by", "region")
    assert page.url == f"{address}/trends?by=region&level=year"
    assert page.evaluate("window.same")
    page.wait_for_function("html => document.querySelector('#graph .scatterlayer').innerHTML !== html", arg=first[3])
    assert all(one != two for one, two in zip(first, (finding(page), table(page), page.title()), strict=False))
    assert page.locator("#key li").count() == 4
    assert page.get_by_role("link", name="CSV file of this table").get_attribute("href") == (
        "/download.csv?by=region&level=year"
    )


def test_back_forward_bookmark_and_no_script_show_the_same_figures(opened, address):
    page = opened("/trends?level=year")
    first = (finding(page), table(page))
    change(page, "Compare by", "region")
    second = (finding(page), table(page))
    page.go_back()
    page.wait_for_function("text => document.getElementById('finding-text').textContent === text", arg=first[0])
    assert (finding(page), table(page)) == first
    assert page.get_by_label("Compare by").input_value() == ""
    page.go_forward()
    page.wait_for_function("text => document.getElementById('finding-text').textContent === text", arg=second[0])
    assert page.get_by_label("Compare by").input_value() == "region"
    bookmark = opened(page.url.removeprefix(address))
    assert (finding(bookmark), table(bookmark)) == second
    plain = opened(page.url.removeprefix(address), java_script_enabled=False)
    assert (finding(plain), table(plain)) == second


def test_the_form_works_without_script(opened, address):
    page = opened("/trends", java_script_enabled=False)
    page.get_by_label("Compare by").select_option("region")
    page.get_by_label("Shown by").select_option("year")
    page.get_by_role("button", name="Update").click()
    assert "by=region" in page.url and "level=year" in page.url
    assert "North East" in finding(page)
    page.get_by_role("link", name="Link to this view").click()
    assert page.url == f"{address}/trends?by=region&level=year"


def test_another_measure_brings_its_own_choices(opened, address):
    page = opened("/trends?by=purpose")
    page.get_by_label("Measure").select_option("shared_rate")
    page.wait_for_url("**/trends?measure=shared_rate&by=purpose")
    page.wait_for_selector("#graph .main-svg")
    assert "Shared rate" in page.title()
    page.get_by_label("Measure").select_option("heard_of_code")
    page.wait_for_url("**/trends?measure=heard_of_code&by=purpose")
    assert page.title().startswith("Error: ")


def test_a_choice_that_cannot_be_shown_is_told_at_the_top_and_has_the_focus(opened):
    page = opened("/trends?level=month&sector=health")
    page.locator("summary", has_text="Filters").click()
    page.locator("summary", has_text="Holder's region").click()
    page.get_by_label("London").check()
    page.wait_for_selector(".govuk-error-summary")
    page.wait_for_function("document.activeElement.className === 'govuk-error-summary'")
    assert page.title().startswith("Error: ")
    assert "shown by quarter" in page.locator(".govuk-error-summary").text_content()


def test_the_whole_task_can_be_done_by_keyboard(opened):
    page = opened("/trends")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "measure"
    page.keyboard.press("Tab")
    before = finding(page)
    page.keyboard.press("ArrowDown")
    page.wait_for_function("text => document.getElementById('finding').textContent.indexOf(text) < 0", arg=before)
    stops = []
    while "CSV" not in stops[-1:] and len(stops) < 40:
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.textContent").split(" file of")[0])
    assert stops[-1] == "CSV"


def test_a_chart_is_saved_as_a_picture_of_points_by_the_browser(opened):
    page = opened("/trends?level=year")
    with page.expect_download() as taken:
        page.get_by_role("link", name="PNG picture").click()
    assert taken.value.suggested_filename.startswith("uptake-refusal-rate-year-")
    content = taken.value.path().read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) > 10_000
    assert page.said == []


def test_the_address_to_cite_follows_the_view(opened, address):
    page = opened("/trends?level=year")
    assert page.locator("#cited").text_content() == f"{address}/trends?level=year"
    change(page, "Compare by", "region")
    assert page.locator("#cited").text_content() == page.url


def test_the_layout_that_comes_without_a_referer_still_shows_the_right_view(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/_dash-layout", lambda route: route.continue_(
        headers={name: value for name, value in route.request.headers.items() if name != "referer"}))  # fmt: skip
    page.goto(f"{address}/trends?by=region&level=year")
    page.wait_for_selector("#graph .scatterlayer .trace")
    assert page.locator("#key li").count() == 4
    context.close()


def test_a_page_that_is_printed_has_its_figures_and_not_its_controls(opened):
    page = opened("/trends?level=year")
    page.emulate_media(media="print")
    assert not page.locator(".controls").is_visible()
    assert page.locator("#after table").first.is_visible()


def test_targets_are_large_enough_to_hit(opened):
    page = opened("/trends", 390)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    small = page.evaluate("""[...document.querySelectorAll('select, button, summary, .govuk-checkboxes__label')]
      .filter(one => one.offsetParent && one.getBoundingClientRect().height < 24).map(one => one.textContent)""")
    assert small == []
