"""Places: what differs from the whole is said first, absences keep their pattern, nothing is ranked."""

from dashboard import places, tiles
from dashboard.markup import html
from dashboard.view import View
from tests.fakes import Fake, absent, row

VIEW = places.of_places(View())
WHOLE = row(2000, 10_000, year="2025")


def test_a_place_is_told_apart_only_when_its_range_lies_beyond_the_whole():
    rows = {"E12000007": row(300, 1000), "E12000001": row(100, 1000), "W92000004": row(205, 1000)}
    assert places.apart(rows, WHOLE) == {"higher": ["E12000007"], "lower": ["E12000001"]}
    said = " ".join(places.sentences(VIEW, "2025", rows, WHOLE))
    assert "Higher, with a 95% range that does not overlap it: London (30.0%)." in said
    assert "Wales" not in said.split("No figure")[0]
    assert places.title(VIEW, rows, WHOLE) == "Refusal rate: 2 of 3 places beyond the whole's range"


def test_when_all_overlap_it_says_so_and_names_who_cannot_be_shown():
    rows = {"E12000007": row(205, 1000), "E12000001": absent("suppressed")}
    said = places.sentences(VIEW, "2025", rows, WHOLE)
    assert "Every place that can be shown has a range that overlaps it." in said
    assert "North East" in next(one for one in said if one.startswith("No figure can be shown"))


def test_without_a_whole_nothing_is_compared():
    rows = {"E12000007": row(300, 1000)}
    for whole in (None, absent("suppressed", year="2025"), absent("too_few", year="2025")):
        assert places.title(VIEW, rows, whole).endswith("nothing to compare between places")
        assert places.apart(rows, whole) == {"higher": [], "lower": []}


def test_hidden_missing_and_zero_look_different():
    ends = tiles.breaks([0.0, 0.1, 0.2, 0.3])
    looks = [tiles.fill_of(one, ends)[0] for one in
             (row(0, 100), absent("suppressed"), absent("not_submitted"), None)]  # fmt: skip
    assert looks[0] == tiles.SHADES[0][0] and looks[1] == tiles.HATCH and looks[2] == looks[3] == tiles.DOTS


def test_equal_figures_have_one_shade_and_none_has_no_class():
    assert tiles.breaks([]) == []
    assert {tiles.fill_of(row(5, 100), tiles.breaks([0.05] * 12))[0]} == {tiles.SHADES[0][0]}


def test_every_place_has_a_tile_and_a_row():
    found = places.page(Fake(), "measure=shared_rate")
    text = html(found.main)
    for _, label, short, *_ in places.places():
        assert f">{short}</text>" in text and f">{label}</th>" in text
    assert len(places.places()) == 12


def test_the_download_holds_the_rows_of_the_page():
    source = Fake()
    period, answer, _ = places.figures(source, VIEW)
    [sheet] = places.book(source, "", "http://localhost/places").sheets
    at = [column.name for column in sheet.columns]
    found = {line[at.index("region")]: line[at.index("value")] for line in sheet.rows}
    assert {line[at.index("year")] for line in sheet.rows} == {period}
    assert found == {one["region"]: one["value"] for one in answer.rows}


def test_a_measure_without_places_gives_the_default():
    assert places.of_places(View("returns_received_share")).measure == View().measure
