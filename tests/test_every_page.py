"""What every page owes: its tables named, the data's version and date, a citation, files to take away, and for every
picture a name, words that equal it, a table and a definition. Counted, page by page.
"""

import re
from functools import cache

import pytest

from dashboard.app import create_app
from dashboard.pages import PAGES
from tests.fakes import VERSION, Fake

PATHS = [page.path for page in PAGES]
# Pages about the service itself, which hold no published figure of practice that a file could give again.
WITHOUT_FILES = ("/data", "/how-we-know", "/why-numbers-differ", "/accessibility", "/check", "/questions")
VIEWS = ("/trends", "/trends?by=sector&level=year", "/trends?level=month&chart=spc", "/trends?measure=heard_of_code",
         "/trends?level=all&by=region", "/trends?sector=fire", "/briefing?by=region", "/places?measure=shared_rate",
         "/compare?to=2023")  # fmt: skip


@pytest.fixture(scope="module")
def client():
    return create_app(Fake()).server.test_client()


@cache
def found(client, link):
    """The status of an address, asked for once."""
    return client.get(link).status_code


@cache
def page(client, address):
    return client.get(address).get_data(as_text=True)


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize("address", [*PATHS, *VIEWS])
def test_version_date_citation_and_address_stand_on_every_page(client, address):
    text = page(client, address)
    shown = words(text)
    assert f"Data version {VERSION}. Data as at 31 October 2026." in shown
    assert "How to cite this page: Uptake, synthetic data, not official figures" in shown
    cited = re.search(r'id="cited">([^<]+)<', text).group(1)
    assert cited.startswith("http://localhost/")
    again = page(client, cited.removeprefix("http://localhost").replace("&amp;", "&"))
    assert re.search(r'id="cited">([^<]+)<', again).group(1) == cited


@pytest.mark.parametrize("address", [*PATHS, *VIEWS])
def test_every_page_with_figures_is_taken_away_as_csv_ods_and_xlsx_and_all_three_are_there(client, address):
    text = page(client, address)
    files = [one.replace("&amp;", "&") for one in re.findall(r'href="(/download\.[^"]+)"', text)]
    if address in WITHOUT_FILES:
        return
    assert {one.split("?")[0].split(".")[1] for one in files} == {"csv", "ods", "xlsx"}
    assert all(found(client, one) == 200 for one in files)


@pytest.mark.parametrize("address", [*PATHS, *VIEWS])
def test_every_picture_has_a_name_and_a_table_and_its_page_a_definition(client, address):
    text = page(client, address)
    pictures = re.findall(r"<figure[^>]*>", text)
    images = re.findall(r'<[^>]*role="img"[^>]*>', text)
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert len(images) >= len(pictures)
    for one in (*pictures, *images):
        named = re.search(r'aria-labelledby="([^"]+)"', one)
        assert re.search(r'aria-label="[^"]{10,}"', one) or (named and set(named.group(1).split()) <= ids), one
    if pictures:
        assert text.count("<table") >= 1
        assert "Counted" in text and "Out of" in text


@pytest.mark.parametrize("address", [*PATHS, *VIEWS])
def test_the_tables_of_a_page_have_captions_and_names_that_differ(client, address):
    text = page(client, address)
    assert text.count("<table") == text.count("<caption")
    regions = re.findall(r'role="region" aria-label="([^"]+)"', text)
    assert len(regions) == len(set(regions))
    assert not re.search(r"<th(?![^>]*scope=)[ >]", text)


@pytest.mark.parametrize("address", [*PATHS, *VIEWS])
def test_no_page_links_to_a_place_that_is_not_there(client, address):
    text = page(client, address)
    for link in {one.replace("&amp;", "&") for one in re.findall(r'href="(/[^"#]*)', text)}:
        if not link.startswith("/assets"):
            assert found(client, link) == 200, link
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= ids


def test_titles_of_pages_are_their_own(client):
    titles = [re.search("<title>(.*?)</title>", page(client, address)).group(1) for address in PATHS]
    assert len(set(titles)) == len(titles)


LONG = ("/did-it-work", "/barriers", "/awareness", "/time-to-decision", "/data")


@pytest.mark.parametrize("address", [*PATHS, "/time-to-decision?where=sector.health"])
def test_links_to_the_parts_of_a_long_page_lead_to_each_of_them(client, address):
    text = page(client, address)
    linked = re.findall(r'href="#([^"]+)"', "".join(re.findall(r'<nav aria-labelledby="contents".*?</nav>', text)))
    assert len(linked) > 3 or address.split("?")[0] not in LONG
    assert all(text.count(f'id="{one}"') == 1 for one in linked)
    parts = re.findall(r'<section [^>]*id="([^"]+)"', text)
    assert not linked or [one for one in linked if one in parts] == parts


@pytest.mark.parametrize("address", [*PATHS, *VIEWS])
def test_no_id_stands_twice_on_a_page_with_what_dash_puts_there(client, address):
    ids = re.findall(r' id="([^"]+)"', page(client, address))
    if "_dash-config" in page(client, address):
        layout = client.get("/_dash-layout", headers={"Referer": f"http://localhost{address}"}).get_json()
        ids += [one["props"]["id"] for one in layout["props"]["children"]]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)


@pytest.mark.parametrize("address", [*PATHS, *VIEWS])
def test_nothing_changes_the_order_of_the_keyboard(client, address):
    assert set(re.findall(r'tabindex="([^"]+)"', page(client, address))) <= {"0", "-1"}
