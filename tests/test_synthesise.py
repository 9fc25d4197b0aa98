"""The synthetic returns: made the same way twice, inside the contract, and holding the truth they claim to hold."""

import csv
import json
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from etl.errors import Refusal
from etl.intake.contracts import contract
from etl.paths import DATA
from etl.synthetic.requests import requests_table
from etl.synthetic.scenarios import DEMO, NULL, SCENARIOS
from etl.synthetic.synthesise import synthesise
from etl.synthetic.world import LISTS, make_world

SMALL = replace(DEMO, name="small", requests=6_000)


def rows(path) -> list[tuple]:
    """Header and rows of a return file, whatever its format."""
    if path.suffix in (".xlsx", ".ods"):
        return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    if path.suffix == ".csv":
        with open(path, encoding="utf-8", newline="") as handle:
            return list(csv.reader(handle))
    found = duckdb.sql(f"SELECT * FROM '{path}'")
    return [tuple(found.columns), *found.fetchall()]


def codes(name: str) -> set[str]:
    with open(DATA / "reference" / f"{name}.csv", encoding="utf-8", newline="") as handle:
        return {row["code"] for row in csv.DictReader(handle)}


def measure(scenario, seed=3, bodies=300):
    """A requests table with its world, and a function that says which rows hold some codes in a column."""
    rng = np.random.default_rng(seed)
    world = make_world(scenario, rng, bodies)
    table = requests_table(scenario, rng, world)
    return table, world, lambda column, *names: world.holds(column, table[column], names)


def in_months(table, first: str, last: str) -> np.ndarray:
    months = table["received_on"].astype("datetime64[M]")
    return (months >= np.datetime64(first)) & (months <= np.datetime64(last))


def log_odds(share: float) -> float:
    return float(np.log(share / (1 - share)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    truth = synthesise("demo", out)
    con = duckdb.connect()
    everything = f"read_csv('{out}/requests-*.csv', all_varchar = true)"
    con.execute(
        f"""CREATE TABLE requests AS SELECT * REPLACE (received_on::DATE AS received_on, decided_on::DATE AS decided_on,
            reconsidered_on::DATE AS reconsidered_on, period_from::DATE AS period_from, period_to::DATE AS period_to,
            extracted_on::DATE AS extracted_on) FROM {everything}"""
    )
    con.execute(f"CREATE TABLE refusals AS SELECT * FROM read_csv('{out}/refusals-*.csv', all_varchar = true)")
    con.execute(f"CREATE TABLE agreements AS SELECT * FROM '{out}/agreements-*.parquet'")
    con.execute(f"CREATE TABLE awareness AS SELECT * FROM '{out}/awareness-*.parquet'")
    con.execute("CREATE VIEW held AS SELECT * FROM requests WHERE reported_by = 'holder'")
    yield out, truth, con
    con.close()


def one(con, query: str):
    return con.execute(query).fetchone()[0]


def test_same_seed_gives_the_same_bytes(tmp_path):
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        synthesise(SMALL, tmp_path / name, seed=seed, bodies=120)
    first = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    other = {path.name: path.read_bytes() for path in (tmp_path / "other").iterdir()}
    assert first == again
    assert first["truth.json"] != other["truth.json"]


def test_requests_table_is_pure():
    first, again = (measure(SMALL, seed=9, bodies=100)[0] for _ in range(2))
    for name, column in first.items():
        np.testing.assert_array_equal(column, again[name])
    assert len({len(column) for column in first.values()}) == 1


def test_size_of_the_demo(demo):
    out, truth, con = demo
    returns = list(out.glob("*-synthetic.*"))
    assert len(returns) == len(truth["files"]) <= 60
    assert {path.suffix for path in returns} == {".csv", ".parquet", ".xlsx", ".ods"}
    assert truth["bodies"]["number"] == 600
    assert one(con, "SELECT count(*) FROM held") >= 200_000
    assert 0 < one(con, "SELECT count(*) FROM requests WHERE reported_by = 'requester'") < 20_000
    assert {path.name.split("-")[0] for path in returns} == {
        "requests", "refusals", "request_counts", "agreements", "awareness", "survey_frame",
    }  # fmt: skip


def test_everything_says_synthetic(demo):
    out, truth, _ = demo
    assert truth["synthetic"] is True
    assert "SYNTHETIC" in (out / "README.txt").read_text()
    for path in set(out.iterdir()) - {out / "README.txt", out / "senders.csv", out / "truth.json"}:
        assert "synthetic" in path.name
        header, *body = rows(path)
        assert header[-1] == "synthetic"
        assert {row[-1] for row in body} == {"yes"}


def test_every_file_has_the_columns_of_its_contract(demo):
    out, truth, _ = demo
    for entry in truth["files"]:
        header, *body = rows(out / entry["file"])
        facts = ["sender", "reported_by", "period_from", "period_to", "extracted_on", "synthetic"]
        assert list(header) == [*contract(entry["kind"]).names, *facts]
        assert len(body) == entry["rows"] > 0


@pytest.mark.parametrize(
    "column", sorted(set(LISTS) - {"reason", "law_cited", "counterparty_sector", "sector", "role"})
)
def test_codes_of_requests_are_in_the_lists(demo, column):
    found = {row[0] for row in demo[2].execute(f"SELECT DISTINCT {column} FROM requests").fetchall()}
    assert found
    assert found <= codes(LISTS[column])


def test_codes_of_the_other_kinds_are_in_the_lists(demo):
    out, _, con = demo
    checks = [("refusals", "reason", "reasons"), ("refusals", "law_cited", "laws"), ("agreements", "body", "bodies")]
    checks += [("agreements", "counterparty_sector", "sectors"), ("agreements", "region", "regions")]
    checks += [("awareness", "role", "roles"), ("awareness", "question", "questions")]
    checks += [("requests", "holder_body", "bodies"), ("refusals", "holder_body", "bodies")]
    for table, column, name in checks:
        assert {row[0] for row in con.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()} <= codes(name)
    named = "SELECT DISTINCT requester_body FROM requests WHERE requester_body IS NOT NULL"
    assert {row[0] for row in con.execute(named).fetchall()} <= codes("bodies")
    with open(DATA / "reference" / "answers.csv", encoding="utf-8", newline="") as handle:
        pairs = {(row["question"], row["code"]) for row in csv.DictReader(handle)}
    assert set(con.execute("SELECT DISTINCT question, answer FROM awareness").fetchall()) <= pairs
    header, *body = rows(out / "request_counts-synthetic.ods")
    for column, name in (("holder_body", "bodies"), ("outcome", "outcomes"), ("purpose", "purposes")):
        assert {row[header.index(column)] for row in body} <= codes(name)


def test_dates_hang_together(demo):
    con = demo[2]
    broken = """decided_on < received_on OR decided_on > extracted_on OR received_on < period_from
        OR received_on > period_to OR reconsidered_on < decided_on OR reconsidered_on > extracted_on
        OR (decided_on IS NULL) <> (outcome IN ('pending', 'no_response'))
        OR (reconsidered_on IS NULL) <> (reconsidered = 'none')
        OR (reconsidered <> 'none' AND outcome <> 'refused')"""
    assert one(con, f"SELECT count(*) FROM requests WHERE {broken}") == 0
    last = "SELECT DISTINCT extracted_on FROM requests WHERE period_to = DATE '2025-12-31'"
    assert con.execute(last).fetchall() == [(date(2026, 1, 31),)]
    assert one(con, "SELECT count(*) FROM held WHERE outcome = 'pending' AND received_on >= '2025-11-01'") > 100
    assert one(con, "SELECT min(decided_on - received_on) FROM requests") == 0


def test_no_gateway_or_tool_before_its_time(demo):
    con = demo[2]
    con.execute(f"CREATE OR REPLACE TABLE gateways AS SELECT * FROM read_csv('{DATA}/reference/gateways.csv')")
    outside = """SELECT count(*) FROM requests JOIN gateways ON gateway = code
        WHERE received_on < gateways.start OR received_on > gateways.end"""
    assert one(con, outside) == 0
    assert one(con, "SELECT count(*) FROM requests WHERE gateway = 'copi_notice'") > 500
    assert one(con, "SELECT count(*) FROM held WHERE tool_cited = 'ten_steps' AND decided_on < '2023-09-14'") == 0
    early = "tool_cited IN ('checklist', 'myth_buster', 'law_enforcement_toolkit') AND decided_on < '2020-12-17'"
    assert one(con, f"SELECT count(*) FROM held WHERE {early}") == 0


def test_bodies_send_only_while_they_exist(demo):
    con = demo[2]
    con.execute(f"CREATE OR REPLACE TABLE register AS SELECT * FROM read_csv('{DATA}/reference/bodies.csv')")
    for column in ("holder_body", "requester_body"):
        outside = f"""SELECT count(*) FROM requests JOIN register ON {column} = code
            WHERE received_on < register.start OR received_on > register.end"""
        assert one(con, outside) == 0


def test_each_refusal_has_one_main_reason(demo):
    con = demo[2]
    refused = one(con, "SELECT count(*) FROM held WHERE outcome = 'refused'")
    joined = """SELECT count(*) FROM held JOIN refusals USING (sender, request_ref)
        WHERE rank = '1' AND outcome = 'refused'"""
    assert refused == one(con, joined) == one(con, "SELECT count(*) FROM refusals WHERE rank = '1'")
    twice = "SELECT count(*) FROM (SELECT sender, request_ref, reason FROM refusals GROUP BY ALL HAVING count(*) > 1)"
    assert one(con, twice) == 0
    assert one(con, "SELECT count(*) - count(DISTINCT (sender, request_ref)) FROM requests") == 0


def test_truth_counts_what_the_files_hold(demo):
    out, truth, con = demo
    counts = truth["counts"]

    def by(key: str, where: str = "true") -> dict[str, int]:
        return dict(con.execute(f"SELECT {key} AS k, count(*) FROM held WHERE {where} GROUP BY ALL").fetchall())

    month = "strftime(received_on, '%Y-%m')"
    in_time = "outcome = 'refused' AND decided_on - received_on <= 60"
    assert counts["requests"] == one(con, "SELECT count(*) FROM held")
    assert counts["requests_by_sector"] == by("holder_sector")
    assert counts["refused_by_sector"] == by("holder_sector", "outcome = 'refused'")
    assert counts["refused_by_day_60_by_sector"] == by("holder_sector", in_time)
    assert counts["requests_by_month"] == by(month)
    assert counts["refused_by_day_60_by_month"] == by(month, in_time)
    assert counts["requests_by_outcome"] == by("outcome")
    assert counts["refusal_reasons"] == one(con, "SELECT count(*) FROM refusals")
    header, *body = rows(out / "request_counts-synthetic.ods")
    assert counts["totals_only"]["requests"] == sum(row[header.index("requests")] for row in body)
    assert json.loads((out / "truth.json").read_text()) == truth


def test_missing_returns_are_those_in_no_file(demo):
    out, truth, con = demo
    with open(out / "senders.csv", encoding="utf-8", newline="") as handle:
        senders = list(csv.DictReader(handle))
    sent_in = set(con.execute("SELECT DISTINCT 'requests', sender, year(period_from) FROM held").fetchall())
    sent_in |= set(con.execute("SELECT DISTINCT 'refusals', sender, year(period_from::DATE) FROM refusals").fetchall())
    sent_in |= set(con.execute("SELECT DISTINCT 'agreements', sender, year(period_from) FROM agreements").fetchall())
    header, *totals = rows(out / "request_counts-synthetic.ods")
    sender, start = header.index("sender"), header.index("period_from")
    sent_in |= {("request_counts", row[sender], int(str(row[start])[:4])) for row in totals}
    expected = {
        (kind, row["sender"], year)
        for row in senders
        for kind in row["kinds"].split(";")
        for year in range(int(row["from"][:4]), int(row["to"][:4]) + 1)
        if kind in ("requests", "refusals", "agreements", "request_counts")
    }
    missing = {(row["kind"], row["sender"], row["year"]) for row in truth["returns"]["missing"]}
    assert missing == expected - sent_in
    assert {row["why"] for row in truth["returns"]["missing"]} <= {"late", "never reports", "nothing to send"}
    silent = set(truth["bodies"]["never_report"])
    assert silent
    assert not silent & {sender for _, sender, _ in sent_in}
    assert {(sender, 2025) for _, sender, year in missing if year == 2025} >= {
        (s, 2025) for s in truth["bodies"]["late"]
    }
    releases = [row["release"] for row in senders]
    assert releases.count("confidential") > 500
    assert 0 < releases.count("public") < releases.count("club")


def test_agreements_are_stocks_that_add_up(demo):
    con = demo[2]
    steps = """SELECT count(*) FROM (
            SELECT in_force - signed + ended AS before, lag(in_force) OVER same AS last,
                   lag(period_end) OVER same + 1 = period_start AS next
            FROM agreements WINDOW same AS (PARTITION BY body, counterparty_sector ORDER BY period_start)
        ) WHERE next AND before <> last"""
    assert one(con, steps) == 0
    assert one(con, "SELECT count(*) FROM agreements WHERE active > in_force OR review_overdue > in_force") == 0
    assert one(con, "SELECT count(*) FROM agreements WHERE review_overdue IS NULL") > 0


def test_survey_recovers_the_planted_awareness(demo):
    _, truth, con = demo
    shares = dict(
        con.execute(
            """SELECT wave, sum(weight_sum) FILTER (WHERE answer = 'yes') / sum(weight_sum)
               FROM awareness WHERE question = 'heard_of_code' GROUP BY wave"""
        ).fetchall()
    )
    planted = truth["heard_of_code_by_wave"]
    assert planted["W2021"] == pytest.approx(0.20)
    assert planted["W2025"] == pytest.approx(0.63)
    assert shares == pytest.approx(planted, abs=0.03)
    possible = "weight_sum * weight_sum <= respondents * weight_sum_squares * 1.000001"
    assert one(con, f"SELECT count(*) FROM awareness WHERE NOT {possible}") == 0


def test_code_effect_is_in_the_data_and_null_has_none():
    for scenario, expected in ((SCENARIOS["code_effect"], True), (NULL, False)):
        table, _, holds = measure(scenario)
        refused = holds("outcome", "refused") & (table["true_days"] <= 60)
        before, after = in_months(table, "2020-10", "2021-09"), in_months(table, "2021-11", "2022-10")
        change = refused[after].mean() - refused[before].mean()
        planted = (table["true_refusal"] - table["true_refusal_without_code"])[after].mean()
        # Two years of some 40,000 requests: the standard error of a difference is a quarter of a point.
        assert change == pytest.approx(planted * 0.95, abs=0.008)
        assert planted < -0.02 if expected else planted == 0


def test_bodies_differ_as_planted():
    table, world, holds = measure(replace(NULL, body_sd=0.4, requests=400_000), bodies=250)
    assert world.caution.std() == pytest.approx(0.4, abs=0.06)
    refused = holds("outcome", "refused")
    high, low = world.caution[table["holder"]] > 0.4, world.caution[table["holder"]] < -0.4
    assert log_odds(refused[high].mean()) - log_odds(refused[low].mean()) > 0.7


def test_voluntary_gradient_in_health():
    _, _, holds = measure(DEMO, bodies=600)
    refused, health = holds("outcome", "refused"), holds("holder_sector", "health")
    voluntary = health & holds("requester_sector", "voluntary")
    others = health & holds("requester_sector", "health", "police")
    gap = log_odds(refused[voluntary].mean()) - log_odds(refused[others].mean())
    assert gap == pytest.approx(0.7, abs=0.25)
    _, _, holds = measure(replace(DEMO, gradients=()), bodies=600)
    refused, health = holds("outcome", "refused"), holds("holder_sector", "health")
    voluntary = health & holds("requester_sector", "voluntary")
    others = health & holds("requester_sector", "health", "police")
    assert log_odds(refused[voluntary].mean()) - log_odds(refused[others].mean()) < gap - 0.5


def test_section_17_waits_for_consent_and_section_47_does_not():
    def medians(scenario) -> tuple[float, float]:
        table, _, holds = measure(scenario)
        decided = (table["true_days"] < 32_000) & holds("holder_sector", "local_government", "childrens_services")
        decided &= holds("purpose", "safeguarding_child", "early_help")
        by = [decided & holds("gateway", f"children_act_1989_{section}") for section in ("s17", "s47")]
        return tuple(float(np.median(table["true_days"][rows])) for rows in by)

    waits, quick = medians(DEMO)
    assert 12 <= waits - quick <= 22
    waits, quick = medians(replace(DEMO, consent_days=0.0))
    assert abs(waits - quick) <= 1


def test_agreements_open_doors():
    table, _, holds = measure(replace(NULL, agreement_level=-0.5, agreement_days=0.7))
    refused = holds("outcome", "refused")
    yes, no = holds("under_agreement", "yes"), holds("under_agreement", "no")
    gap = log_odds(refused[yes].mean()) - log_odds(refused[no].mean())
    assert gap == pytest.approx(-0.5, abs=0.15)
    assert np.median(table["true_days"][yes]) < np.median(table["true_days"][no])


def test_toolkit_moves_police_and_the_null_campaign_moves_nobody():
    toolkit, null = DEMO.campaigns
    table, _, holds = measure(replace(NULL, campaigns=DEMO.campaigns), bodies=600)
    refused, police = holds("outcome", "refused"), holds("holder_sector", "police")

    def change(rows, day: str) -> float:
        after = table["received_on"] >= np.datetime64(day)
        return log_odds(refused[rows & after].mean()) - log_odds(refused[rows & ~after].mean())

    assert change(police, "2020-12-17") == pytest.approx(toolkit.log_odds, abs=0.1)
    assert change(~police, "2020-12-17") == pytest.approx(0, abs=0.1)
    assert null.log_odds == null.growth == 0
    assert change(holds("holder_sector", "childrens_services", "education"), "2024-01-30") == pytest.approx(0, abs=0.15)
    assert {toolkit.event, null.event} <= codes("events")


def test_perceived_reasons_fall_with_the_code(demo):
    _, truth, con = demo
    con.execute(f"CREATE OR REPLACE TABLE reasons AS SELECT * FROM read_csv('{DATA}/reference/reasons.csv')")
    found = dict(
        con.execute(
            """SELECT CASE WHEN received_on < DATE '2021-10-05' THEN 'before' ELSE 'after' END,
                      avg((position = 'does_not')::INTEGER)
               FROM refusals JOIN held USING (sender, request_ref) JOIN reasons ON reason = code
               WHERE rank = '1' AND position <> 'not_recorded' GROUP BY 1"""
        ).fetchall()
    )
    assert found == pytest.approx(truth["effects"]["perceived_share"], abs=0.01)
    assert found["after"] < found["before"] - 0.1


def test_demo_records_more_after_publication(demo):
    con = demo[2]
    tools = """SELECT avg((tool_cited <> 'none')::INTEGER) FROM held
        WHERE tool_cited <> 'not_stated' AND year(received_on) = """
    weighed = """SELECT avg((risk_of_not_sharing = 'yes')::INTEGER) FROM held
        WHERE risk_of_not_sharing <> 'not_stated' AND year(received_on) = """
    assert one(con, tools + "2025") > one(con, tools + "2022") + 0.05 > one(con, tools + "2020") + 0.1
    assert one(con, weighed + "2020") == pytest.approx(0.15, abs=0.01)
    assert one(con, weighed + "2023") == pytest.approx(0.34, abs=0.01)
    again = "SELECT avg((reconsidered = 'reversed')::INTEGER) FROM held WHERE reconsidered IN ('upheld', 'reversed')"
    assert one(con, again) == pytest.approx(0.3, abs=0.03)


def test_season_and_shocks_leave_no_lasting_change():
    table, _, holds = measure(replace(NULL, season=0.3))
    refused = holds("outcome", "refused")
    month = table["received_on"].astype("datetime64[M]").astype(int) % 12
    winter, summer = refused[np.isin(month, [11, 0, 1])].mean(), refused[np.isin(month, [5, 6, 7])].mean()
    assert log_odds(winter) - log_odds(summer) == pytest.approx(2 * 0.3 * 0.91, abs=0.1)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "accounts.txt").write_text("mine")
    with pytest.raises(Refusal, match="not empty"):
        synthesise(SMALL, tmp_path, bodies=60)
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.txt"]


def test_a_second_run_replaces_the_first(tmp_path):
    synthesise(SMALL, tmp_path, bodies=60)
    short = replace(SMALL, name="short", last_year=2020)
    seen = []
    truth = synthesise(short, tmp_path, bodies=60, progress=lambda step, done, total: seen.append((done, total)))
    assert {path.name for path in tmp_path.glob("*-synthetic.*")} == {entry["file"] for entry in truth["files"]}
    assert seen[-1] == (len(truth["files"]), len(truth["files"]))


def test_wrong_use_is_said_plainly(tmp_path):
    with pytest.raises(Refusal, match="code_effect, demo, null"):
        synthesise("utopia", tmp_path / "a")
    with pytest.raises(Refusal, match="fewer bodies"):
        synthesise("null", tmp_path / "b", bodies=100_000)
