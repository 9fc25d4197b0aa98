"""Charts draw what the rows say: gaps, ranges, provisional published points; and can be seen by those who squint."""

from datetime import date
from itertools import pairwise

import pytest

from dashboard import charts, key, traces
from dashboard.events import marked, tags
from dashboard.series import drawn, split
from dashboard.view import MOST_SERIES, View, parse
from etl import reference
from metrics.evaluate import figure
from tests.fakes import Fake, absent, row

YEARLY = View(level="year")
EVENTS = [event._asdict() for event in reference.events()]


def chart(view, rows):
    return charts.figure(view, rows, EVENTS)


def lines(made):
    return [trace for trace in made["data"] if trace["mode"] == "lines+markers"]


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


CONTRASTS = [*((one, 3.0) for one in traces.COLOURS), (charts.TEXT, 4.5), (charts.LINE, 4.5)]


@pytest.mark.parametrize(("colour", "least"), CONTRASTS)
def test_lines_and_text_stand_out_from_white(colour, least):
    assert 1.05 / (luminance(colour) + 0.05) >= least


def test_every_series_has_its_own_colour_and_its_own_dash():
    assert len(set(traces.COLOURS)) == len(set(traces.DASHES)) == MOST_SERIES
    view, _ = parse("by=region&level=year")
    made = chart(view, Fake().answer(view.question()).rows)
    settled = [trace for trace in lines(made) if isinstance(trace["marker"]["color"], str)
               and trace["marker"]["color"] != "#ffffff"]  # fmt: skip
    assert len({trace["line"]["dash"] for trace in settled}) == len(settled) == MOST_SERIES


def test_a_suppressed_period_is_a_gap_in_line_and_band():
    rows = [row(300, 1000, year="2017"), row(300, 1000, year="2018"), absent("suppressed", year="2019"),
            row(300, 1000, year="2020"), row(300, 1000, year="2021")]  # fmt: skip
    made = chart(YEARLY, rows)
    assert lines(made)[0]["y"] == [0.3, 0.3, None, 0.3, 0.3]
    assert lines(made)[0]["connectgaps"] is False
    band = next(trace for trace in made["data"] if trace.get("fill") == "toself")
    assert band["x"].count(None) == 1


def test_provisional_points_are_hollow_on_a_dotted_line_that_joins_on():
    rows = [row(300, 1000, year="2020"), row(290, 1000, year="2021"), row(90, 1000, ["provisional"], year="2022")]
    settled, young = lines(chart(YEARLY, rows))
    assert settled["y"] == [0.3, 0.29]
    assert young["y"] == [0.29, 0.09]
    assert young["marker"]["color"] == "#ffffff"
    assert young["marker"]["opacity"] == [0, 1]


def test_a_long_line_has_no_markers_but_where_a_month_stands_alone():
    months = [f"{year}-{month:02d}" for year in (2020, 2021, 2022) for month in range(1, 13)]
    hidden = {3, 5, 20, 21}
    rows = [absent("suppressed", month=month) if at in hidden else row(30 + at, 100, month=month)
            for at, month in enumerate(months)]  # fmt: skip
    made = [trace for trace in chart(View(level="month"), rows)["data"] if "fill" not in trace]
    assert [trace["mode"] for trace in made] == ["lines", "markers"]
    assert made[1]["y"] == [0.34]


def test_published_points_among_others_stand_apart():
    rows = [row(52, 70, ["published"], year="2017"), row(300, 1000, year="2020"), row(290, 1000, year="2021")]
    made = chart(YEARLY, rows)
    assert lines(made)[0]["y"] == [0.3, 0.29]
    diamonds = [trace for trace in made["data"] if trace.get("marker", {}).get("symbol") == "diamond"]
    assert [trace["y"] for trace in diamonds] == [[round(52 / 70, 4)]]
    only = chart(YEARLY, [row(52, 70, ["published"], year="2017"), row(40, 70, ["published"], year="2018")])
    assert len(lines(only)[0]["y"]) == 2


def test_counts_over_spans_of_other_lengths_stand_apart():
    view = View("agreements_active", level="year")
    spans = [("2015", date(2015, 1, 1), date(2015, 12, 31), 89), ("2016", date(2016, 1, 1), date(2016, 12, 31), 63),
             ("2017", date(2017, 9, 1), date(2017, 11, 30), 527)]  # fmt: skip
    rows = [{"year": year, "period_from": first, "period_to": last, **figure("ok", numerator=n, value=n)}
            for year, first, last, n in spans]  # fmt: skip
    made = chart(view, rows)
    assert lines(made)[0]["y"] == [89, 63]
    assert [trace["y"] for trace in made["data"] if trace["mode"] == "markers"] == [[527]]


def test_a_small_count_is_a_bar_over_its_range():
    rows = [row(300, 1000, year="2020"), {"year": "2021", **figure("bounded", denominator=64, lower=0.0, upper=0.25)}]
    bars = [trace for trace in chart(YEARLY, rows)["data"] if trace["mode"] == "lines" and "fill" not in trace]
    assert bars[0]["y"] == [0.0, 0.25, None]
    assert "under 10 of 64" in bars[0]["hovertext"][0]


def test_axes_start_at_zero_and_hold_everything():
    for measure in ("refusal_rate", "requests_received", "median_days_to_decision"):
        view = View(measure, level="year")
        rows = Fake().answer(view.question()).rows
        low, high = chart(view, rows)["layout"]["yaxis"]["range"]
        assert low == 0
        assert high >= max(row["upper"] or row["value"] for row in rows)


QUERIES = (
    "", "by=sector", "level=all&by=sector", "measure=heard_of_code", "level=rolling",
    "measure=requests_received&level=quarter", "measure=agreements_in_force",
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_chart_without_rows_or_with_only_absences_is_drawn_empty(query):
    view, _ = parse(query)
    key_values = dict.fromkeys(view.series_keys, "health")
    time = {} if view.shown_level == "all" else {view.shown_level: {"month": "2021-10", "rolling": "2021-10",
            "quarter": "2021-Q4", "year": "2021", "wave": "2021-01"}[view.shown_level]}  # fmt: skip
    assert chart(view, [])["layout"]["height"] == charts.HEIGHT
    made = chart(view, [absent("suppressed", **key_values, **time)])
    assert all(value is None for trace in made["data"] for value in trace["y"])


def test_no_more_series_are_drawn_than_can_be_told_apart():
    view, _ = parse("by=sector")
    series = split(view, Fake().answer(view.question()).rows)
    assert len(series) > MOST_SERIES
    kept = drawn(series)
    assert len(kept) == MOST_SERIES
    assert [one for one in series if one in kept] == kept


def test_events_are_numbered_in_order_and_crowded_numbers_share_a_tag():
    events = marked(View(), EVENTS, date(2019, 1, 1), date(2026, 10, 31))
    titles = [event.title for event in events]
    assert "Code in force" in titles
    assert not any("Evidence" in title for title in titles)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.start for event in events] == sorted(event.start for event in events)
    placed = tags(events, date(2019, 1, 1), date(2026, 10, 31))
    ends = [[int(number) for number in text.split("–")] for _, text in placed]
    named = [number for one in ends for number in range(one[0], one[-1] + 1)]
    assert named == [event.number for event in events] and len(placed) < len(events)
    # On a phone the chart is some 290 pixels wide and a figure 7.5: no two numbers touch.
    left, right = ([290 * (at - date(2019, 1, 1)).days / 2860 + side * 3.75 * len(text) for at, text in placed]
                   for side in (-1, 1))  # fmt: skip
    assert all(end < start for end, start in zip(right, left[1:], strict=False))


def test_a_tool_for_one_sector_is_marked_only_for_that_sector():
    span = (date(2019, 1, 1), date(2026, 10, 31))
    police, _ = parse("sector=police")
    health, _ = parse("sector=health")
    assert "Law enforcement toolkit" in [event.title for event in marked(police, EVENTS, *span)]
    assert "Law enforcement toolkit" not in [event.title for event in marked(health, EVENTS, *span)]


def test_event_lines_can_be_seen_and_spans_are_bands():
    rows = Fake().answer(View().question()).rows
    shapes = chart(View(), rows)["layout"]["shapes"]
    assert all(shape["line"]["width"] >= 1 for shape in shapes if shape["type"] == "line")
    assert any(shape["type"] == "rect" and shape["x0"] == "2020-03-20" for shape in shapes)


def test_labels_beside_the_chart_never_touch():
    placed = key.spread([(200, 54, 0), (205, 34, 1), (190, 54, 2), (390, 74, 3)])
    heights = {0: 54, 1: 34, 2: 54, 3: 74}
    ends = sorted((pixel, pixel + heights[place]) for place, pixel in placed.items())
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(ends))
    assert ends[-1][1] <= charts.HEIGHT
