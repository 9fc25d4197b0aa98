"""Whole tasks by keyboard alone, what a person's own settings do to the pages, and the pages with nothing to show."""

import pytest

from dashboard.pages import PAGES
from etl.errors import Refusal
from tests import sent
from tests.fakes import Fake
from tests.test_browser import address, opened, served, violations

__all__ = ("address", "opened")  # fixtures of that file
FOCUS = """() => {
  const one = document.activeElement, look = getComputedStyle(one);
  const label = one.labels && one.labels.length ? one.labels[0] : one, shown = getComputedStyle(label, '::before');
  return {tag: one.tagName, id: one.id, text: (one.labels && one.labels.length ? label : one).textContent.trim(),
    seen: look.outlineStyle !== 'none' || look.boxShadow !== 'none' || shown.boxShadow !== 'none'};
}"""
# The spacing of WCAG 2.2, 1.4.12, as a person's own style sheet sets it.
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
CLIPPED = """() => [...document.querySelectorAll('main *, header *, nav *, footer *')].filter(one => {
  const look = getComputedStyle(one);
  return /hidden|clip/.test(look.overflowX + look.overflowY) && one.textContent.trim() && one.clientHeight > 1
    && !one.closest('.govuk-visually-hidden, svg, .picture, details:not([open])')
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
}).map(one => one.tagName + '.' + one.className)"""
MOVING = """() => [...document.querySelectorAll('*')].filter(one => {
  const look = getComputedStyle(one), lasts = text => text.split(',').some(part => parseFloat(part) > 0);
  return (look.animationName !== 'none' && lasts(look.animationDuration)) || lasts(look.transitionDuration);
}).map(one => one.tagName + '.' + one.className)"""


def walk(page, wanted, most=90):
    """Press Tab until the focus stands on a control whose text or id is `wanted`; every stop must be seen."""
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        stops.append(at)
        assert at["seen"], f"the focus on {at} cannot be seen"
        if wanted in (at["id"], at["text"]) or at["text"].startswith(f"{wanted} file"):
            return at
    raise AssertionError(f"{wanted!r} was not reached: {[one['text'][:30] for one in stops]}")


def taken(page, link):
    """The name of the file that a link gives by keyboard."""
    walk(page, link)
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    return found.value.suggested_filename


def choose(page, field, typed, url):
    """Set a field of the page's form and ask for the page again, by keyboard."""
    walk(page, field)
    page.keyboard.type(typed)
    walk(page, "Update")
    page.keyboard.press("Enter")
    page.wait_for_url(url)


def test_a_sector_is_chosen_on_barriers_and_its_table_taken_by_keyboard(opened, address):
    page = opened("/barriers")
    walk(page, "How the law stands to the reasons")
    page.keyboard.press("Enter")
    assert page.url == f"{address}/barriers#positions"
    page.goto(f"{address}/barriers")
    choose(page, "where", "Health", "**/barriers?where=*")
    assert "Health" in page.locator("#finding-text").text_content()
    assert taken(page, "CSV").endswith(".csv")


def test_councils_are_compared_in_another_year_by_keyboard(opened):
    page = opened("/compare")
    assert page.locator("#finding-title").text_content().endswith("in 2025")
    choose(page, "to", "2023", "**/compare?**to=2023")
    assert page.locator("#finding-title").text_content().endswith("in 2023")
    assert taken(page, "XLSX").endswith(".xlsx")


def test_a_briefing_is_made_and_taken_away_by_keyboard(opened):
    page = opened("/briefing")
    walk(page, "Choose another sector, region, measure or period")
    page.keyboard.press("Enter")
    choose(page, "by", "Holder's region", "**/briefing?**by=region*")
    assert "region" in page.locator("h1").text_content()
    assert taken(page, "ODS").endswith(".ods")


def test_a_file_is_checked_by_keyboard(opened, tmp_path):
    page = opened("/check")
    walk(page, "file")
    page.locator("#file").set_input_files(sent.write_csv(tmp_path / "return.csv", sent.requests(3)))
    walk(page, "What the file does not say itself")
    page.keyboard.press("Enter")
    for name, value in sent.FACTS.items():
        if name != "kind" and page.locator(f"input#{name}").count():
            walk(page, name)
            page.keyboard.type(str(value))
    walk(page, "Check the file")
    page.keyboard.press("Enter")
    page.wait_for_selector("#receipt")
    assert page.locator("#receipt").text_content() == "Every row would be loaded"


def test_a_persons_own_text_spacing_clips_nothing_and_scrolls_nothing_sideways(opened, address):
    page = opened("/", 390)
    for one in PAGES:
        page.goto(address + one.path)
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            page.add_style_tag(content=SPACING)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (one.path, width)
            assert page.evaluate(CLIPPED) == [], (one.path, width)


def test_with_reduced_motion_nothing_moves_and_forced_colours_keep_every_word(opened, address):
    page = opened("/", forced_colors="active", reduced_motion="reduce")
    for path in [one.path for one in PAGES]:
        page.goto(address + path)
        assert page.evaluate(MOVING) == [], path
        # A picture that keeps its own colours stands on white, so that a dark theme cannot swallow its lines.
        bare = page.evaluate("""() => [...document.querySelectorAll('main *')].filter(one => {
          const look = getComputedStyle(one);
          return look.forcedColorAdjust === 'none' && one.parentElement
            && getComputedStyle(one.parentElement).forcedColorAdjust !== 'none'
            && look.backgroundColor === 'rgba(0, 0, 0, 0)' && look.backgroundImage === 'none';
        }).map(one => one.tagName + '.' + one.className.baseVal || one.className)""")
        assert bare == [], path


def test_on_a_phone_secondary_charts_are_one_press_away_and_they_stand_open_on_a_screen_and_on_paper(opened):
    page = opened("/awareness", 390)
    charts = page.locator("#waves .panels figure").first
    assert not charts.is_visible()
    page.locator("#waves summary").first.click()
    assert charts.is_visible()
    page.locator("#waves summary").first.click()
    page.set_viewport_size({"width": 1280, "height": 900})
    assert charts.is_visible() and not page.locator("#waves summary").first.is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(media="print")
    assert charts.is_visible()


class Nothing(Fake):
    """A home where nothing has been published yet."""

    def about(self):
        raise Refusal("Nothing has been published yet.")

    def answer(self, question):
        raise Refusal("Nothing has been published yet.")


@pytest.mark.parametrize("source", [Nothing(), Fake(rows=[], judged=False)], ids=["unpublished", "no rows"])
def test_pages_with_nothing_to_show_are_accessible_and_say_so(opened, source):
    with served(source) as elsewhere:
        page = opened("/accessibility")
        for path in ("/", "/barriers", "/awareness"):
            page.goto(elsewhere + path)
            page.set_viewport_size({"width": 1280, "height": 900})
            assert page.locator("h1").count() == 1 and violations(page) == []
            page.set_viewport_size({"width": 390, "height": 844})
            assert violations(page) == []
