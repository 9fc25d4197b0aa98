"""Estimates in a published snapshot: from counts alone, a planted fall found, the small withheld, nothing twice."""

from datetime import date

import duckdb
import numpy as np
import pytest

from etl import snapshot
from etl.door import answers, verdict_answers
from etl.errors import Refusal
from etl.home import Home
from etl.publishing import (
    breakdowns,
    cells,
    counterfactuals,
    effects,
    estimate_campaigns,
    estimate_series,
    estimates,
    facts,
    speed,
)
from etl.publishing.publish import publish
from metrics import evaluate, verdicts
from metrics.disclosure import UNDER
from metrics.indicators import INDICATORS
from metrics.intervals import wilson
from metrics.periods import add_months
from metrics.question import QuestionError, ask
from tests.homes import SOME_BODIES, make_home, memory_warehouse

START = date(2019, 1, 1)
KEYS = {"requester_sector": "police", "purpose": "not_stated", "subject_group": "not_stated", "urgency": "routine",
        "under_agreement": "yes"}  # fmt: skip


def totals(bodies, months, rate, requests=60, seed=1, sector="local_government"):
    """Rows of request_counts: each body's refused and shared requests by month; `rate(month, body)` is refused."""
    draw = np.random.default_rng(seed)
    rows = []
    for month in range(months):
        for place, body in enumerate(bodies):
            refused = int(draw.binomial(requests, rate(month, place)))
            start = add_months(START, month)
            for outcome, count in (("refused", refused), ("shared_full", requests - refused)):
                rows.append(
                    {"holder_body": body, "requester_body": None, "holder_sector": sector, "requester_sector": "police",
                     "region": "E12000001", "purpose": "not_stated", "period_start": start, "period_end": start,
                     "outcome": outcome, "requests": count}
                )  # fmt: skip
    return rows


def returned(rows):
    return [{"kind": "request_counts", "rows": rows, "period_from": START, "period_to": date(2023, 12, 31),
             "extracted_on": date(2024, 6, 30)}]  # fmt: skip


def estimated(rows, indicator="refusal_rate", event="code_in_force", dimension=""):
    """Rows of the table of estimates, without publishing the rest."""
    con = memory_warehouse(returned(rows))
    facts.build(con)
    cells.create(con)
    estimates.fill(con)
    return con.execute(
        "SELECT * FROM estimates WHERE indicator = ? AND event = ? AND dimension = ?", [indicator, event, dimension]
    ).df()


@pytest.fixture(scope="module")
def fallen(tmp_path_factory):
    """Ten bodies, 600 requests a month for five years; refusals fall from 30% to 22% in November 2021."""
    bodies = [*SOME_BODIES, "E06000005", "E06000006", "E06000007", "E06000008", "E06000009"][:10]
    rows = totals(sorted(set(bodies)), 60, lambda month, body: 0.30 - 0.08 * (month >= 34))
    few = totals(["E10000003", "E10000006", "E10000007"], 60, lambda month, body: 0.3, seed=2, sector="health")
    few += totals(["E10000008", "E10000009"], 60, lambda month, body: 0.3, seed=3, sector="police")
    home = make_home(tmp_path_factory.mktemp("fallen") / "home", returned(rows + few))
    snapshot.release(home, publish(home), "a test")
    return home


def test_a_planted_fall_is_found_and_covered(fallen):
    found = verdict_answers.verdicts(indicator="refusal_rate", home=fallen)
    (row,) = found.rows
    assert row["verdict"] == "improving" and row["adjusted_p"] < 0.05 and row["evidence"] == "trend"
    diluted = -0.08 * 9 / 14  # five of the fourteen bodies saw no fall
    assert row["lower"] < diluted < row["upper"] < 0
    assert row["says"][0].startswith("Refusal rate: lower than the earlier trend implies")


def test_a_sector_of_two_bodies_gets_no_numbers_and_one_of_three_no_estimate(fallen):
    found = verdict_answers.verdicts(indicator="refusal_rate", by="sector", home=fallen)
    by_sector = {row["sector"]: row for row in found.rows}
    assert set(by_sector) == {"local_government", "health", "police"}
    hidden, few = by_sector["police"], by_sector["health"]
    assert {hidden["verdict"], few["verdict"]} == {"not_enough_data"}
    assert hidden["reasons"] == few["reasons"] == ["bodies"]
    estimate = ("difference", "lower", "upper", "observed", "expected", "minimum_detectable", "p", "rho", "dispersion")
    assert all(row[name] is None for name in estimate for row in (hidden, few))
    assert all(hidden[name] is None for name in ("base", "bodies", "months_before", "months_after", "parts"))
    assert few["bodies"] == 3 and "n = " in few["says"][0] and "n = " not in hidden["says"][0]
    assert by_sector["local_government"]["verdict"] == "improving"


def test_every_verdict_is_one_of_five_and_every_sentence_passes(fallen):
    for by in ("", *verdict_answers.DIMENSIONS):
        rows = verdict_answers.verdicts(by=by, event="any", home=fallen).rows
        assert rows
        for row in rows:
            assert row["verdict"] in verdicts.IDS and row["says"]
            if INDICATORS[row["indicator"]].family == "uptake":
                assert "Harm is not measured here." in row["says"]


def test_numbers_are_those_of_the_counts_alone(fallen):
    """The estimate equals that of monthly counts read from the warehouse, without a body in sight."""
    with duckdb.connect(str(fallen.warehouse), read_only=True) as con:
        read = con.execute(
            """SELECT sum(requests) FILTER (WHERE outcome = 'refused')::DOUBLE AS y, sum(requests)::DOUBLE AS n
               FROM request_counts WHERE holder_sector::VARCHAR = 'local_government'
               GROUP BY period_start ORDER BY period_start"""
        ).fetchnumpy()
    y, n = np.asarray(read["y"]), np.asarray(read["n"])
    y[33] = n[33] = 0  # October 2021, part before the code and part after it
    plain = verdicts.judge(verdicts.Series(y, n, 34, bodies=9), "down", 0.03)
    rows = verdict_answers.verdicts(indicator="refusal_rate", by="sector", home=fallen).rows
    row = next(row for row in rows if row["sector"] == "local_government")
    for name in ("difference", "lower", "upper", "observed", "expected"):
        assert row[name] == pytest.approx(getattr(plain, name), abs=0.0005)
    assert (row["months_before"], row["months_after"]) == (33, 26)


def test_the_picture_of_a_verdict_agrees_with_the_verdict_and_with_the_published_months(fallen):
    """Averaged over its window it is the verdict's difference, and what was seen is what `figure` gives."""
    (row,) = verdict_answers.verdicts(indicator="refusal_rate", home=fallen).rows
    lines = answers.companion("counterfactuals", home=fallen, indicator="refusal_rate", event="code_in_force", value="")
    assert len({line["month"] for line in lines}) == len(lines) == 60
    window = [line for line in lines if line["in_window"]]
    assert len(window) == 12 and window[0]["month"] == date(2021, 11, 1)
    assert np.mean([one["fitted"] - one["expected"] for one in window]) == pytest.approx(row["difference"], abs=0.001)
    assert all(line["expected"] is None for line in lines if line["month"] < date(2021, 11, 1))
    assert all(line["lower"] < line["expected"] < line["upper"] for line in lines if line["expected"] is not None)
    widths = [line["upper"] - line["lower"] for line in lines if line["expected"] is not None]
    assert widths[-1] > widths[0]
    shown = answers.answer(answers.PUBLIC, ask("refusal_rate", by=["month"]), fallen).rows
    assert [line["observed"] for line in lines] == pytest.approx([one["value"] for one in shown], abs=0.0005)


def test_the_picture_shows_no_series_that_the_verdicts_withhold(fallen):
    lines = answers.companion("counterfactuals", home=fallen, dimension="sector")
    assert {line["value"] for line in lines} == {"local_government", "tier_local"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [({}, 0.3), ({"shown": False}, None), ({"received": 29}, None), ({"refused": UNDER}, None)],
)
def test_the_picture_shows_no_month_that_is_hidden(more, expected):
    cell = {"shown": True, "received": 100, "refused": 30, **more}
    seen = counterfactuals._figure({("cells", "returns"): cell}, INDICATORS["refusal_rate"].formula)
    assert np.isnan(seen) if expected is None else seen == expected
    published = {"received": 10, "refused": 1}
    alone = counterfactuals._figure(
        {("cells", "returns"): cell, ("cells", "published"): published}, INDICATORS["refusal_rate"].formula
    )
    if expected is not None:
        assert alone == 31 / 110
    elif more != {"refused": UNDER}:
        assert alone == 0.1
    else:
        assert np.isnan(alone)


def joined(bodies, rate):
    """Nine bodies throughout, and others that send from the date on only."""
    rows = totals([f"E0600000{n}" for n in range(1, 10)], 60, lambda month, body: 0.3)
    return rows + [
        row for row in totals(bodies, 60, lambda month, body: rate, seed=3) if row["period_start"] >= date(2021, 11, 1)
    ]


def test_a_panel_that_changed_cannot_tell_and_the_same_counts_give_the_same_rows():
    """A quarter of the bodies send from the date on only, with other refusals: no verdict may rest on that."""
    rows = joined(["E06000010", "E06000011", "E06000012"], 0.1)
    found = estimated(rows)
    row = found.iloc[0]
    assert (row["verdict"], row["reasons"]) == ("cannot_tell", "panel")
    assert row["joining"] == pytest.approx(-0.05, abs=0.01) and row["leaving"] == 0
    parts = sum(row[name] for name in ("within", "mix", "joining", "leaving"))
    assert parts == pytest.approx(row["change"], abs=0.003)
    assert found.equals(estimated(list(reversed(rows))))


def test_those_who_sent_throughout_stand_beside_all_where_the_others_are_enough():
    three = estimated(joined(["E06000010", "E06000011", "E06000012"], 0.1), dimension="panel").iloc[0]
    assert three["verdict"] == "no_detectable_change" and three["bodies"] == 9 and three["joining"] == 0
    assert estimated(joined(["E06000010"], 0.9), dimension="panel").empty


def test_neither_those_who_sent_throughout_nor_who_joined_are_told_where_the_others_refused_under_ten():
    """Three bodies join and refuse nothing: everyone's figure less the others' would say so."""
    rows = joined(["E06000010", "E06000011", "E06000012"], 0.0)
    assert estimated(rows, dimension="panel").empty
    everyone = estimated(rows).iloc[0]
    assert everyone["observed"] > 0 and everyone[["change", "within", "mix", "joining", "leaving"]].isna().all()


def test_design_effects_are_those_of_bodies_that_differ():
    """Bodies that refuse alike have an effect near 1; bodies between 10% and 50% have one that the formula gives."""
    bodies = [f"E0600000{n}" for n in range(1, 10)]
    by_spread = []
    for spread in (0.0, 0.05):
        con = memory_warehouse(returned(totals(bodies, 24, lambda month, body, by=spread: 0.3 + by * (body - 4))))
        facts.build(con)
        cells.create(con)
        speed.create(con)
        breakdowns.publish(con)
        effects.publish(con)
        found = con.execute("SELECT * FROM design_effects WHERE indicator = 'refusal_rate' AND sector = ''").df()
        by_spread.append(found.iloc[0])
    alike, apart = by_spread
    assert alike["effect"] < 3 and apart["bodies"] == 9 and apart["unevenness"] == 1
    n = 60 * 24
    between = np.var([0.3 + 0.05 * (body - 4) for body in range(9)], ddof=1)
    plain = between / (0.3 * 0.7 / n)  # variance of a mean of 9 against that of 9n requests; then t for z
    assert apart["effect"] == pytest.approx(plain * (2.306 / 1.96) ** 2, rel=0.15)
    assert 1 + (n - 1) * apart["likeness"] == pytest.approx(apart["effect"], rel=0.01)


def test_one_joiner_is_not_told_by_subtraction():
    row = estimated(joined(["E06000010"], 0.9)).iloc[0]
    assert row["verdict"] == "cannot_tell"
    assert row[["change", "within", "mix", "joining", "leaving"]].isna().all()


def test_a_thin_home_has_not_enough_data():
    rows = totals(SOME_BODIES, 60, lambda month, body: 0.4 - 0.3 * (month >= 34), requests=3)
    for indicator in ("refusal_rate", "shared_rate"):
        assert estimated(rows, indicator)["verdict"].tolist() == ["not_enough_data"]


def test_months_that_are_not_settled_and_the_month_of_the_date_take_no_part():
    counts = {name: np.full(48, 100.0) for name in ("received", "refused")} | {"immature": np.zeros(48)}
    counts["refused"] = np.full(48, 20.0)
    counts["immature"][-2:] = 5
    sides = {"received": np.full(6, 800.0), "refused": np.full(6, 160.0)}
    series = estimate_series.series_of(
        estimate_series.Months(START, counts), estimate_series.Sides(sides, sides, sides, sides),
        INDICATORS["refusal_rate"], date(2021, 10, 5),
    )  # fmt: skip
    assert len(series.base) == 46 and series.base[33] == 0 and series.first_after == 34
    assert (series.base > 0).sum() == 45 and series.bodies == 6 and series.changed == ()


def test_words_that_mean_nothing_are_refused(fallen):
    with pytest.raises(QuestionError, match="no indicator"):
        verdict_answers.verdicts(indicator="nonsense", home=fallen)
    with pytest.raises(QuestionError, match="not by 'purpose'"):
        verdict_answers.verdicts(by="purpose", home=fallen)
    with pytest.raises(QuestionError, match="Choose one of"):
        verdict_answers.verdicts(event="nonsense", home=fallen)


def test_figures_published_before_verdicts_were_say_so(tmp_path):
    home = Home(tmp_path)
    home.published.mkdir(parents=True)
    duckdb.connect(str(snapshot.file_of(home, "2021-01-01-old"))).close()
    snapshot.release(home, "2021-01-01-old", "a test")
    with pytest.raises(Refusal, match="Publish again"):
        verdict_answers.verdicts(home=home)


def test_every_headline_indicator_is_fitted():
    assert set(estimates.HEADLINE) <= {one.id for one in estimates.fitted_indicators()}


@pytest.fixture(scope="module")
def campaigned():
    """Twelve bodies in each of five sectors; refusals fall by 15 points where the safeguarding questions came."""
    reached = ("childrens_services", "education", "health")
    rows = []
    for place, sector in enumerate((*reached, "local_government", "fire")):
        bodies = [f"E07{100 * place + number:06d}" for number in range(12)]
        fall = 0.15 if sector in reached else 0.0
        rows += totals(bodies, 66, lambda month, body, fall=fall: 0.35 - fall * (month >= 49), 60, place, sector)
    con = memory_warehouse(returned(rows))
    facts.build(con)
    cells.create(con)
    estimate_campaigns.fill(con)
    return con


def test_a_planted_campaign_is_found_and_ranked(campaigned):
    row = campaigned.execute(
        "SELECT * FROM campaign_estimates WHERE indicator = 'refusal_rate' AND event = 'safeguarding_faqs'"
    ).df().iloc[0]  # fmt: skip
    assert row["status"] == "ok" and row["lower"] < -0.15 < row["upper"] < -0.1
    assert (row["reached"], row["compared"], row["sectors_reached"], row["sectors"]) == (36, 24, 3, 5)
    assert row["rank"] == 1 and row["deals"] == 10 and row["smallest_p"] == 0.1
    assert row["least_without"] == pytest.approx(-0.15, abs=0.03) and row["before_p"] > 0.01
    told = verdict_answers._campaign_said({**row.to_dict(), "rank": int(row["rank"]), "deals": int(row["deals"])})
    assert "nothing can stand out" in told and "consistent" not in told


def test_the_path_of_a_campaign_is_flat_before_and_holds_the_planted_fall_after(campaigned):
    path = campaigned.execute(
        """SELECT * FROM campaign_paths WHERE indicator = 'refusal_rate' AND event = 'safeguarding_faqs'
           ORDER BY since"""
    ).df()  # fmt: skip
    assert path["since"].tolist() == list(range(-5, 4))  # the data end before a fifth quarter can be followed
    before, after = path[path["since"] < 0], path[path["since"] >= 0]
    assert ((before["lower"] < 0) & (before["upper"] > 0)).sum() >= 4
    assert ((after["lower"] < -0.15) & (after["upper"] > -0.15)).sum() >= 3 and (after["upper"] < 0).all()
    row = campaigned.execute(
        "SELECT effect FROM campaign_estimates WHERE indicator = 'refusal_rate' AND event = 'safeguarding_faqs'"
    ).fetchone()  # fmt: skip
    assert after["effect"].mean() == pytest.approx(row[0], abs=0.001)


def test_a_quarter_that_is_not_settled_ends_what_campaigns_are_compared_over(campaigned):
    last = estimate_campaigns.last_settled_quarter(campaigned)
    assert last == date(2024, 4, 1)
    event = next(one for one in estimate_campaigns.campaign_events() if one.code == "safeguarding_faqs")
    row = estimate_campaigns._estimate(campaigned, INDICATORS["refusal_rate"], event, date(2023, 10, 1))
    assert row is None


def test_what_a_campaign_is_compared_by_equals_the_bodies_own_rates(campaigned):
    quarters = estimate_campaigns.quarters_around(date(2023, 1, 27))
    assert quarters[0] == date(2021, 7, 1) and quarters[5] == date(2022, 10, 1) and quarters[6] == date(2023, 4, 1)
    found = estimate_campaigns.units(campaigned, INDICATORS["refusal_rate"].formula, quarters)
    assert found.rates.shape == (60, 10) and (found.sector == "fire").sum() == 12
    own = campaigned.execute(
        """SELECT sum(refused) / sum(received) AS rate FROM base WHERE sector = 'fire' AND quarter = DATE '2021-07-01'
           GROUP BY body ORDER BY rate"""
    ).df()["rate"]
    assert np.sort(found.rates[found.sector == "fire", 0]) == pytest.approx(own.to_numpy())


def test_too_few_bodies_for_a_campaign_say_so():
    con = memory_warehouse(returned(totals(SOME_BODIES, 60, lambda month, body: 0.3)))
    facts.build(con)
    cells.create(con)
    estimate_campaigns.fill(con)
    found = con.execute("SELECT DISTINCT status, effect FROM campaign_estimates").fetchall()
    assert found == [("not_enough_data", None)]


def test_bodies_that_give_different_reasons_widen_the_range_of_each_reason():
    """Nine bodies of 200 refusals: one reason a tenth of one body's and nine tenths of another's, or half of each."""
    found = {}
    for name, step in (("alike", 0), ("apart", 20)):
        con = duckdb.connect()
        con.execute(
            f"""CREATE TABLE broken_down AS
                SELECT 'holder' AS reported_by, body AS body_id, 'refused' AS outcome, 3 AS days,
                       CASE WHEN i < 100 + {step} * (body - 4) THEN 'R01' ELSE 'R07' END AS reason,
                       'legal' AS reason_class, 'supports' AS position, NULL AS law_cited, 'not_stated' AS gateway
                FROM range(9) AS bodies(body), range(200) AS refusals(i)"""
        )
        rows = {(kind, value): more for kind, value, _, *more in effects._of_breakdowns(con)}
        found[name] = rows["reason", "R01"]
    between = np.var([0.5 + 0.1 * (body - 4) for body in range(9)], ddof=1)
    plain = between / (0.5 * 0.5 / 200)
    assert found["alike"][1] == pytest.approx((2.306 / 1.96) ** 2, rel=0.01)  # t for z alone
    assert found["apart"][1] == pytest.approx(plain * (2.306 / 1.96) ** 2, rel=0.01)
    base, (bodies, _, *alike) = 1800, found["apart"]
    figure = evaluate.share(
        {"shown": True, "bodies": bodies, "counted": 900, "base": base}, None, "counted", "base", evaluate.Alike(*alike)
    )
    assert figure["upper"] - figure["lower"] > 5 * (wilson(900, base)[1] - wilson(900, base)[0])
