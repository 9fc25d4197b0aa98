"""What trends add to a line: control charts, small multiples, campaigns, and those who sent throughout."""

import re
from datetime import date

import pytest

from dashboard import control, events, multiples, senders, trends
from dashboard.markup import html
from dashboard.series import split
from dashboard.view import SPC, View, parse
from etl import reference
from metrics import spc
from metrics.wording import FORBIDDEN
from tests.fakes import Fake, absent, row, verdict_row

EVENTS = [event._asdict() for event in reference.events()]


def plain(nodes):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html(nodes)))


def months(shares, start=2021, base=10_000):
    return [row(int(base * share), base, month=f"{start + place // 12}-{place % 12 + 1:02d}")
            for place, share in enumerate(shares)]  # fmt: skip


def charted(rows, chart=SPC):
    return control.control(View(chart=chart), rows)


WAVY = [0.2 + 0.004 * (place % 3 - 1) for place in range(36)]


def test_a_control_chart_draws_mean_limits_and_signals_of_the_settled_points():
    shares = [*WAVY[:30], 0.35, *WAVY[31:]]
    one = charted(months(shares))
    expected = spc.xmr([int(10_000 * share) / 10_000 for share in shares], improvement=-1)
    assert one.chart == expected and one.signals
    made = control.drawn(one, EVENTS)
    lines = [trace for trace in made["data"] if trace["mode"] == "lines"]
    assert len(lines) == 3 and len({trace["line"]["dash"] for trace in made["data"] if "line" in trace}) == 3
    diamonds = made["data"][-1]
    assert diamonds["marker"]["symbol"] == "diamond" and len(diamonds["x"]) == len(one.signals)
    assert made["layout"]["yaxis"]["range"][0] == 0


def test_a_flat_series_has_no_signal_and_says_so():
    one = charted(months(WAVY))
    assert control.finding(one).title == "Refusal rate: none of 36 points break a rule"
    assert control.table(one) is None


@pytest.mark.parametrize(("last", "way"), [(0.4, "the worse way"), (0.05, "the better way")])
def test_a_signal_says_which_way_and_is_a_prompt_and_never_a_verdict(last, way):
    one = charted(months([*WAVY, last]))
    assert way in plain(control.table(one))
    text = control.finding(one).text
    assert "A signal is a prompt to ask what happened, never a verdict" in text
    assert not FORBIDDEN.search(text)


def test_a_new_phase_names_the_event_and_begins_at_the_first_whole_period_after_it():
    one = charted(months(WAVY, start=2020), "spc-code_in_force")
    _, second = one.chart.phases
    assert one.rows[second.first_point - 1]["month"] == "2021-11"
    assert second.event == "Code in force"
    assert "From the event “Code in force” on, November 2021" in control.finding(one).text
    late = charted(months(WAVY, start=2022), "spc-code_in_force")
    assert len(late.chart.phases) == 1
    assert "could not begin again" in control.finding(late).text


def test_few_points_have_no_limits():
    one = charted(months(WAVY[:8]))
    assert "too few points for limits" in control.finding(one).text
    assert [trace["mode"] for trace in control.drawn(one)["data"]].count("lines") == 1


@pytest.mark.parametrize("rows", [[], [absent("suppressed", month="2021-01")],
                                  [row(1, 50, ["provisional"], month="2021-01")]])  # fmt: skip
def test_without_a_settled_figure_there_is_no_control_chart(rows):
    assert charted(rows) is None
    assert control.control(View(), months(WAVY)) is None


def test_the_page_shows_the_control_chart_it_is_asked_for_and_the_picture_is_of_it():
    made = trends.result(Fake(), "chart=spc")
    assert "points break a rule" in plain(made.finding)
    assert made.address == "/trends?chart=spc"
    assert "Shaded bands" not in plain(made.after)
    text, _ = trends.chart(Fake(), "chart=spc")
    assert "points break a rule" in text


def test_more_series_than_a_chart_holds_are_each_drawn_on_one_scale():
    view, _ = parse("by=sector&level=year")
    rows = Fake().answer(view.question()).rows
    series = split(view, rows)
    made = html(multiples.block(view, series))
    assert made.count("<li>") == len(series) > 4
    assert "suppressed" in made and "no line" in made
    assert multiples.block(view, series[:4]) is None
    assert f"All {len(series)} on one scale" in plain(trends.result(Fake(), "by=sector&level=year").compared)


def test_a_higher_series_is_drawn_higher_on_the_one_scale():
    rows = [row(int(1000 * share), 1000, sector=code, year=str(year))
            for code, share in (("health", 0.1), ("police", 0.4), ("fire", 0.2), ("justice", 0.2), ("housing", 0.2))
            for year in (2022, 2023)]  # fmt: skip
    view, _ = parse("by=sector&level=year")
    made = html(multiples.block(view, split(view, rows)))
    ends = [float(one) for one in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', made)]
    assert ends[1] == min(ends) and ends[0] == max(ends)


def test_campaigns_for_everybody_are_drawn_and_those_for_some_sectors_are_named():
    marked = events.marked(View(), EVENTS, date(2019, 1, 1), date(2025, 12, 31))
    assert "Data Protection Practitioners' Conference" in [one.title for one in marked]
    named = plain(events.elsewhere(View(), EVENTS, date(2019, 1, 1), date(2025, 12, 31)))
    assert "ICO safeguarding FAQs and video, for" in named and "Health" in named
    health = View(where=(("sector", ("health",)),))
    drawn = [one.title for one in events.marked(health, EVENTS, date(2019, 1, 1), date(2025, 12, 31))]
    assert "ICO safeguarding FAQs and video" in drawn
    assert "ICO safeguarding FAQs" not in plain(events.elsewhere(health, EVENTS, date(2019, 1, 1), date(2025, 12, 31)))
    assert events.elsewhere(View(), [], date(2019, 1, 1), date(2025, 12, 31)) is None


def test_all_senders_stand_beside_those_who_sent_throughout_with_the_change_taken_apart():
    text = plain(senders.block(Fake(), View()))
    assert "Both give the same verdict" in text
    assert "−4.0 within bodies that sent in both years" in text and "−0.4 from bodies that joined" in text
    assert senders.agree(verdict_row("improving"), verdict_row("cannot_tell")).startswith("They differ")
    assert senders.block(Fake(), View(by=("sector",))) is None
    assert senders.block(Fake(judged=False), View()) is None
    assert senders.parts(verdict_row("improving") | {"parts": None}) == []
