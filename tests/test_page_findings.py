"""What the pages of several findings say: on figures that rise, fall, stay, are hidden, too few or not there."""

import re
from datetime import date
from types import SimpleNamespace

import pytest

from dashboard import lines, strips
from dashboard.awareness import facts
from dashboard.awareness import findings as awareness
from dashboard.barriers import findings as barriers
from dashboard.impact import across, campaigns, line
from dashboard.impact import page as impact
from dashboard.lines import Axis, Line
from dashboard.markup import html
from dashboard.pairs import findings as pairs
from dashboard.parts import Told
from dashboard.timing import findings as timing
from metrics.evaluate import figure
from metrics.indicators import INDICATORS
from metrics.periods import periods_between
from metrics.verdicts import of_campaign
from tests.fakes import absent, campaign_row, row, verdict_row

BASE = 10_000


def share(value, base=BASE, **keys):
    return row(round(value * base), base, **keys)


# --- Did it work? -----------------------------------------------------------------------------------------------


def test_the_headline_counts_what_moved_and_names_it_with_its_range():
    rows = [verdict_row("improving"), verdict_row("worsening", "undecided_at_30_days"),
            verdict_row("cannot_tell", "under_agreement_share")]  # fmt: skip
    told = impact.headline(rows)
    assert told.title == "Of 3 headline figures, 1 better and 1 worse than the earlier trend implies"
    assert "refusal rate, −4.8 points (−7.1 to −2.4)" in told.sentences[0]
    assert "worse direction: undecided after 30 days, +4.8 points (+2.4 to +7.1)" in told.text
    assert "Cannot tell: requests under an agreement." in told.text


@pytest.mark.parametrize("id", ["no_detectable_change", "not_enough_data", "cannot_tell"])
def test_a_headline_without_a_change_claims_none(id):
    told = impact.headline([verdict_row(id)])
    assert told.title == "None of 1 headline figures moved beyond its earlier trend"
    assert "better direction" not in told.text


def test_no_verdict_is_no_finding():
    assert impact.headline([]).title == "No verdict can be given yet"
    assert "no verdict" in line.said("Refusal rate", None, []).text


def months(gaps, band=0.01):
    """Months from 2021 whose observed share differs from what was expected by each gap."""
    return [
        {"month": month, "observed": 0.2 + gap, "expected": 0.2, "lower": 0.2 - band, "upper": 0.2 + band}
        for month, gap in zip(periods_between("month", date(2021, 11, 1), date(2029, 12, 1)), gaps, strict=False)
    ]  # fmt: skip


def test_a_gap_that_stays_has_not_closed_and_one_that_goes_cannot_be_told():
    (stays,) = line.persistence(months([-0.04] * 36))
    assert "−4.0 points over the first twelve months and −4.0 over the latest twelve" in stays
    assert "12 of 12 months lay outside" in stays and "it has not closed" in stays
    (goes,) = line.persistence(months([-0.04] * 12 + [-0.001] * 24))
    assert "0 of 12 months lay outside" in goes and "cannot be told whether it has faded" in goes
    (flat,) = line.persistence(months([0.001] * 36))
    assert "closed" not in flat and "faded" not in flat


def test_a_gap_of_less_than_two_years_is_not_followed():
    assert line.persistence(months([-0.04] * 23)) == []
    assert line.persistence([]) == []


def path(*effects):
    return [{"since": since, "effect": effect, "lower": effect - 0.01, "upper": effect + 0.01}
            for since, effect in enumerate(effects, -2)]  # fmt: skip


def test_a_campaign_fades_grows_or_cannot_be_told():
    assert "it faded" in campaigns.fade(path(0, 0, -0.06, -0.03, -0.01))
    assert "it grew" in campaigns.fade(path(0, 0, -0.01, -0.03, -0.06))
    assert "no fading or growth can be told" in campaigns.fade(path(0, 0, -0.03, -0.02))
    assert campaigns.fade(path(0, 0)) == campaigns.fade([]) == ""


@pytest.mark.parametrize(("change", "verdict"), [
    ({}, "improving"), ({"better": "up"}, "worsening"), ({"p": 0.2}, "no_detectable_change"),
    ({"upper": 0.01}, "no_detectable_change"), ({"flat_before": False}, "cannot_tell"), ({"deals": 13}, "cannot_tell"),
    ({"better": "neither"}, "cannot_tell"),
])  # fmt: skip
def test_only_a_campaign_that_passes_every_test_has_moved_a_figure(change, verdict):
    told = {"better": "down", "lower": -0.06, "upper": -0.02, "p": 0.01, "deals": 200, "flat_before": True}
    assert of_campaign(**told | change) == verdict


def test_what_could_not_be_told_is_said_before_anything_else():
    untold, out = campaign_row("t", "Toolkit", -0.04, 2, 13, 0.9), campaign_row("a", "A", -0.04, 1, 200, 0.01)
    assert untold["says"].startswith("Cannot tell: ") and not out["says"].startswith("Cannot")
    told = campaigns.told_of([out, untold], "Refusal rate")
    assert told.sentences[0].startswith("Cannot tell for Toolkit") and "A stands out" in told.sentences[1]
    assert campaigns.told_of([untold], "Refusal rate").title == "Refusal rate: cannot tell of any campaign"


def test_every_campaign_stands_beside_every_figure_with_verdict_size_and_range():
    rows = [one | {"indicator": name} for name in ("refusal_rate", "shared_rate") for one in (
        campaign_row("t", "Toolkit", -0.04, 2, 13, 0.9), campaign_row("a", "A", -0.04, 1, 200, 0.01),
        campaign_row("n", "None", None, None, None, None))]  # fmt: skip
    told = across.told_of(rows)
    assert told.title == "1 of 3 campaigns moved a figure beyond chance; for 2 of 3 it cannot be told"
    assert "Toolkit: cannot tell on 2 of 2 figures (with 13 ways to deal its date" in told.text
    assert "A: improving on refusal rate (−4.0 points)" in told.text
    assert "None: not enough data on 2 of 2 figures" in told.text
    shown = re.sub(r"<[^>]+>", " ", html(across.section(rows, "/did-it-work", "")))
    assert shown.count("Cannot tell") == 4 and shown.count("−5.8 to −2.2") == 8  # the table, and the same as a list
    assert [row["verdict"] for row in across.grid(rows).rows].count("not_enough_data") == 2


def test_campaigns_are_told_apart_by_what_the_data_allow():
    out, none = campaign_row("a", "A", -0.04, 1, 200, 0.01), campaign_row("b", "B", None, None, None, None)
    assert "A stands out" in campaigns.told_of([out, none], "Refusal rate").text
    assert "not enough data" in campaigns.told_of([none], "Refusal rate").title
    flat = out | {"verdict": "no_detectable_change"}
    assert "no campaign stands out" in campaigns.told_of([flat], "Refusal rate").title
    assert "not compared" in campaigns.told_of([], "Refusal rate").title


def test_what_could_have_been_seen_is_two_point_eight_standard_errors():
    (made,) = campaigns.grid([campaign_row("a", "A", -0.04, 1, 200, 0.01)], "Refusal rate").rows
    assert made["minimum_detectable"] == pytest.approx(2.8 * (0.036 / 3.92), abs=0.0006)


# --- Barriers ---------------------------------------------------------------------------------------------------


def barrier_page(now, earlier=None, missing=None, **rows):
    """What the findings read: the position `does_not` now and before, and how many refusals have no reason."""
    found = {("position", None): now, ("position", "2020"): earlier or []}
    return SimpleNamespace(
        rows=lambda kind, year=None: rows.get(kind, found.get((kind, year), [])), year="2024", place="", span=", 2024",
        before="2020" if earlier else None, missing=lambda measure: missing,
    )  # fmt: skip


@pytest.mark.parametrize(("earlier", "word"), [(0.44, "lower now"), (0.2, "higher now"), (0.32, "no clear change")])
def test_reasons_are_compared_with_before_the_code(earlier, word):
    told = barriers.first(barrier_page([share(0.319, position="does_not"), share(0.3, position="supports")],
                                       [share(earlier, position="does_not")]))  # fmt: skip
    assert told.title == "31.9% of refusals gave a reason the law does not support"
    assert "95% range" in told.sentences[0] and "3,190 of 10,000" in told.sentences[0]
    assert word in told.text


def test_reasons_that_are_hidden_or_not_there_are_said_to_be():
    assert barriers.first(barrier_page([])).title == "No reasons for refusals to show"
    hidden = barriers.first(barrier_page([absent("suppressed", position="does_not")]))
    assert hidden.title == "Reasons for refusals: suppressed"
    small = barriers.first(barrier_page([{**figure("bounded", denominator=64, lower=0.0, upper=0.2),
                                          "position": "does_not"}]))  # fmt: skip
    assert small.title.startswith("under 10 of 64")


def test_what_is_missing_bounds_the_share_both_ways():
    told = barriers.coverage(barrier_page([share(0.4, position="does_not")], missing=share(0.25)))
    assert told.title == "A reason is recorded for 75.0% of refusals"
    assert "the share would be 55.0%; had none, 30.0%" in told.text
    assert barriers.bounds(0.4, 0.0) == (0.4, 0.4)
    assert "not known" in barriers.coverage(barrier_page([], missing=None)).title
    assert "suppressed" in barriers.coverage(barrier_page([], missing=figure("suppressed"))).text


def test_the_kind_given_most_stands_alone_only_when_it_is_clear():
    clear = [share(0.5, **{"class": "cultural"}), share(0.3, **{"class": "legal"})]
    assert barriers.classes(barrier_page([], **{"class": clear})).title == "Cultural reasons are given most"
    near = [share(0.31, 100, **{"class": "cultural"}), share(0.3, 100, **{"class": "legal"})]
    assert "given about as often" in barriers.classes(barrier_page([], **{"class": near})).title
    hidden = [absent("too_few", **{"class": "legal"})]
    assert "no figures" in barriers.classes(barrier_page([], **{"class": hidden})).title


def test_in_childrens_cases_no_law_is_a_finding_too():
    asked = barrier_page([], missing=share(0.2))
    rows = [share(0.3, law="none_named", law_label="None named"), share(0.2, law="uk_gdpr", law_label="UK GDPR")]
    assert barriers.laws(asked, rows).title == "In children's cases, most often no law is named"
    assert "UK GDPR is cited most" in barriers.laws(asked, rows[1:]).title
    assert "no figure" in barriers.laws(asked, []).title


# --- Who says no to whom ----------------------------------------------------------------------------------------


def pair_page(directions, **more):
    return SimpleNamespace(
        indicator=INDICATORS["refusal_rate"], measure="refusal_rate", sector="", directions=directions, moved=False,
        when="in 2024", span="2024", **more,
    )  # fmt: skip


@pytest.mark.parametrize(("value", "said"), [(0.3, "National to local is higher"), (0.1, "National to local is lower"),
                                             (0.2, "National to local is not clearly different")])  # fmt: skip
def test_the_way_down_is_set_beside_requests_between_agencies(value, said):
    told = pairs.first(pair_page([share(value, direction="down_national_local"), share(0.2, direction="cross_agency")]))
    assert f"national to local {value:.1%} (" in told.title
    assert said in told.text


def test_directions_without_figures_claim_nothing():
    for rows in ([], [absent("suppressed", direction="down_national_local")]):
        assert "no figure" in pairs.first(pair_page(rows)).title


def test_pairs_are_counted_against_the_whole_and_none_is_named_first():
    rows = (share(0.5), share(0.2), share(0.05), absent("too_few"))
    told = pairs.pairs(pair_page([], overall=share(0.2)), SimpleNamespace(rows=rows))
    assert told.title == "Refusal rate: 2 of 3 pairs stand clear of the whole"
    assert "1 lie clearly above that and 1 clearly below" in told.text
    assert "1 more is listed without a figure" in told.text
    assert "nothing to compare" in pairs.pairs(pair_page([], overall=None), SimpleNamespace(rows=rows)).title


def test_two_accounts_are_compared_only_where_both_can_be_shown():
    def account(side, value, base=BASE):
        return share(value, base, direction_label="Within one body", account=f"{side}-refusal_rate")

    both = SimpleNamespace(rows=(account("holder", 0.2), account("requester", 0.4)))
    assert "higher from requesters in 1 of 1" in pairs.sides(pair_page([]), both).title
    near = SimpleNamespace(rows=(account("holder", 0.2), account("requester", 0.25, 40)))
    assert "no clear gap" in pairs.sides(pair_page([]), near).title
    alone = SimpleNamespace(rows=(account("holder", 0.2),))
    assert "both sides" in pairs.sides(pair_page([]), alone).text


# --- Time to decision -------------------------------------------------------------------------------------------


def days(value, lower, upper, **keys):
    return {**figure("ok", numerator=900, denominator=1000, value=value, lower=lower, upper=upper), **keys}


def time_page(half, late=None, earlier=None):
    return SimpleNamespace(
        whole={"median_days_to_decision": half, "undecided_at_30_days": late, "p90_days_to_decision": None}, place="",
        where=(), when="in 2024", before="2020" if earlier else None, one=lambda measure, year: earlier,
    )  # fmt: skip


@pytest.mark.parametrize(("earlier", "word"), [(0.3, "lower now"), (0.05, "higher now"), (0.14, "no clear change")])
def test_time_to_decision_is_half_within_so_many_days_and_who_still_waits(earlier, word):
    told = timing.first(time_page(days(7, 6, 8), share(0.14), share(earlier)))
    assert told.title == "Half of requests were decided within 7 days"
    assert "7 days (95% range 6 to 8 days)" in told.sentences[0] and "open ones counted" in told.sentences[0]
    assert "After 30 days 14.0% (95% range" in told.text
    assert word in told.text


def test_half_may_never_be_reached_or_never_be_known():
    assert "Half had not been decided" in timing.first(time_page(figure("not_reached", denominator=40))).title
    for status in ("suppressed", "too_few", "not_submitted", "not_applicable"):
        told = timing.first(time_page(figure(status)))
        assert told.title == "Time to decision: no figure"
        assert "7 days" not in told.text
    assert "within that day" in timing.first(time_page(days(7, 7, 7))).text


def test_groups_are_compared_after_thirty_days():
    def groups(yes, no):
        rows = [share(value, under_agreement=code, day=30) for code, value in (("yes", yes), ("no", no))]
        return SimpleNamespace(curves={"under_agreement": rows}, halves={}, when="in 2024")

    assert timing.compared(groups(0.1, 0.3), "under_agreement").title.startswith("Under an agreement, fewer")
    assert timing.compared(groups(0.3, 0.1), "under_agreement").title.startswith("Not under one, fewer")
    assert "no clear difference" in timing.compared(groups(0.2, 0.2), "under_agreement").title


# --- Awareness and where next -----------------------------------------------------------------------------------


def sector(code, heard=0.6, given=(), volume=500):
    rows = {"heard_of_code": share(heard), facts.VOLUME: figure("ok", numerator=volume, value=volume)}
    return facts.Facts(code, rows, given, facts.clear(rows, {"heard_of_code": share(0.6)}))


def next_page(*sectors):
    whole = {"heard_of_code": share(0.6)}
    return SimpleNamespace(facts=facts.Gathered(sectors, whole, "W2025", "2024"))


def test_one_sector_clear_on_most_facts_is_named_with_its_facts_and_what_it_was_given():
    guide = {"title": "A guide", "date": "2023-09-14"}
    told = awareness.where_next(next_page(sector("health", 0.3, (guide,)), sector("police")))
    assert told.title == "A toolkit may help most next for: Health"
    assert "fewer have heard of the code (30.0%, 29.1% to 30.9%, against 60.0%)" in told.text
    assert "500 requests in 2024; given so far: 1, the last A guide in 2023" in told.text
    assert "need may be missed there" in told.sentences[-1]


def test_sectors_that_are_clear_alike_are_not_set_one_before_the_other():
    told = awareness.where_next(next_page(sector("health", 0.3), sector("police", 0.4), sector("fire")))
    assert told.title.endswith("2 sectors stand clear on 1 of 3 facts")
    assert "do not set one before the others" in told.text


def test_no_sector_clear_and_no_sector_at_all_are_two_findings():
    assert awareness.where_next(next_page(sector("health"), sector("police"))).title.endswith("no sector stands clear")
    assert awareness.where_next(next_page()).title == "Where next: nothing to go by yet"


def test_more_awareness_than_the_whole_is_no_need():
    assert sector("health", 0.9).clear == ()


@pytest.mark.parametrize(("first", "last", "word"), [(0.2, 0.6, "higher"), (0.6, 0.2, "lower"),
                                                     (0.4, 0.4, "no clear change")])  # fmt: skip
def test_waves_are_compared_first_with_latest(first, last, word):
    assert word in awareness.moved([share(first, wave="W2021"), share(last, wave="W2025")])


def test_a_single_wave_and_a_hidden_one_claim_no_change():
    assert "no other wave" in awareness.moved([share(0.4, wave="W2021"), absent("too_few", wave="W2025")])
    assert "Too few" in awareness.moved([absent("too_few", wave="W2021")])
    assert awareness.moved([]) == "No wave has a figure that can be shown."


def test_the_funnel_tells_its_widest_step():
    steps = [share(value, step=name) for name, value in
             (("heard_of_code", 0.6), ("read_code", 0.5), ("used_tool", 0.1))]  # fmt: skip
    told = awareness.funnel(None, SimpleNamespace(rows=steps))
    assert told.title == "Most are lost between read the code and used a tool"
    assert "40.0 points" in told.text
    assert "too few steps" in awareness.funnel(None, SimpleNamespace(rows=steps[:1])).title


# --- Charts -----------------------------------------------------------------------------------------------------


def test_a_scale_starts_at_zero_and_holds_everything_drawn():
    assert strips.scale([share(0.31), share(0.02)], "share") == (0.0, 0.4)
    assert strips.scale([days(9, 8, 14)], "days") == (0.0, 15)
    low, high = strips.scale([figure("ok", value=-0.04, lower=-0.07, upper=0.01)], "points")
    assert low == -high and high >= 0.07
    assert strips.scale([absent("suppressed")], "share")[0] == 0.0


def test_each_line_has_its_own_colour_and_dash_and_axes_start_at_zero():
    drawn = [Line(str(place), ((0, 0.2, 0.1, 0.3), (1, None, None, None), (2, 0.3, 0.2, 0.4)), place)
             for place in (0, 1, 2, None)]  # fmt: skip
    chart = lines.figure(drawn, Axis("linear", (0, 2), ((0, "0"), (2, "2"))))
    named = [trace for trace in chart["data"] if "name" in trace]
    assert len({(trace["line"]["color"], trace["line"]["dash"]) for trace in named}) == len(drawn)
    assert chart["layout"]["yaxis"]["range"][0] == 0
    assert named[0]["y"] == [0.2, None, 0.3]
    points = lines.figure(drawn[:1], Axis("linear", (0, 2), ((0, "0"),)), "points")["layout"]["yaxis"]
    assert points["range"][0] == -points["range"][1]


def test_a_finding_is_its_sentences():
    assert Told("Title", ("One.", "Two.")).text == "One. Two."
