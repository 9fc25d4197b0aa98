"""Publishing, compared with the plain-Python twin; and the rules that keep small numbers in."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl import snapshot
from etl.door.answers import PUBLIC, answer
from etl.publishing import cells, facts, publish
from metrics.counts import COUNTS
from metrics.dimensions import DIMENSIONS
from metrics.question import ask
from tests import twin
from tests.homes import SOME_BODIES, make_home, memory_warehouse, request

OUTCOMES = ("shared_full", "shared_part", "shared_conditions", "refused", "withdrawn", "redirected", "not_held")


@st.composite
def requests(draw, most=60):
    rows = []
    for number in range(draw(st.integers(1, most))):
        received = date(2021, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
        outcome = draw(st.sampled_from([*OUTCOMES, "pending", "no_response"]))
        decided = None if outcome in ("pending", "no_response") else received + timedelta(days=draw(st.integers(0, 90)))
        rows.append(
            request(
                number, draw(st.sampled_from(SOME_BODIES)), received, decided, outcome=outcome,
                holder_sector=draw(st.sampled_from(["local_government", "health", "not_stated"])),
                requester_sector=draw(st.sampled_from(["police", "health", "voluntary", "not_stated"])),
                region=draw(st.sampled_from(["E12000001", "E12000002", "W92000004"])),
                under_agreement=draw(st.sampled_from(["yes", "no", "not_stated"])),
                risk_of_not_sharing=draw(st.sampled_from(["yes", "no", "not_stated"])),
                requester_body=draw(st.sampled_from([None, *SOME_BODIES])),
            )
        )  # fmt: skip
    return rows


def base(returns):
    """Count requests as publishing does, and hand back the connection before anything is protected."""
    con = memory_warehouse(returns)
    facts.build(con)
    return con


def sums(con, dimensions, level):
    period = {"all": "NULL"}.get(level, level)
    keys = ", ".join([*dimensions, f"{period} AS period"])
    rows = con.execute(
        f"SELECT {keys}, {', '.join(f'sum({name})' for name in COUNTS)} FROM base GROUP BY ALL"
    ).fetchall()
    width = len(dimensions) + 1
    return {row[:width]: dict(zip(COUNTS, row[width:], strict=True)) for row in rows}


@settings(max_examples=25, phases=[Phase.generate])
@given(rows=requests(), dimensions=st.sets(st.sampled_from(DIMENSIONS), max_size=3), level=st.sampled_from(
    ["month", "quarter", "year", "all"]))  # fmt: skip
def test_counts_equal_the_plain_python_twin(rows, dimensions, level):
    dimensions = [name for name in DIMENSIONS if name in dimensions]
    counted = sums(base([{"rows": rows}]), dimensions, level)
    expected = twin.tally(rows, dimensions, level)
    assert counted.keys() == expected.keys()
    for key, cell in counted.items():
        known = {name: expected[key].get(name, 0) for name in cell if name not in NOT_IN_TWIN}
        assert {name: cell[name] for name in known} == known


NOT_IN_TWIN = {"tool_known", "tool_cited", "decider_known", "escalated", "law_missing", "reconsidered", "reversed"}


@settings(max_examples=10, phases=[Phase.generate])
@given(first=requests(), second=requests())
def test_two_returns_together_equal_the_sum_of_each_alone(first, second):
    second = [{**row, "request_key": row["request_key"] + 1000} for row in second]
    together = sums(base([{"rows": first}, {"rows": second}]), ["sector"], "quarter")
    alone = [sums(base([{"rows": rows}]), ["sector"], "quarter") for rows in (first, second)]
    for key, cell in together.items():
        assert cell == {name: sum(one.get(key, {}).get(name, 0) for one in alone) for name in COUNTS}


@settings(max_examples=10, phases=[Phase.generate])
@given(rows=requests())
def test_the_total_is_the_sum_of_the_sectors_before_protection(rows):
    con = base([{"rows": rows}])
    whole, parts = sums(con, [], "all"), sums(con, ["sector"], "all")
    for name in COUNTS:
        assert whole[(None,)][name] == sum(cell[name] for cell in parts.values())


def many(count, refused, bodies=SOME_BODIES, start=0, received_on=date(2021, 3, 1), **more):
    """`count` requests spread evenly over bodies, the first `refused` of them refused next day."""
    return [
        request(
            start + number, bodies[number % len(bodies)], received_on, received_on + timedelta(days=1),
            outcome="refused" if number < refused else "shared_full", **more,
        )
        for number in range(count)
    ]  # fmt: skip


# One home holds every case, told apart by purpose, so that it is published once. A case is (returns, what must be
# shown); a return is (rows, facts).
def one(rows, **facts):
    return [(rows, facts)]


PUBLIC_52_OF_70 = (many(70, 52, SOME_BODIES[:1]), {"release": "public"})
YOUNG = [request(60, SOME_BODIES[0], date(2021, 12, 20), outcome="pending")]
CASES = {
    "safeguarding_child": (one(many(9, 0)), "suppressed", None),
    "safeguarding_adult": (one(many(10, 0)), "too_few", None),
    "early_help": (one(many(29, 12)), "too_few", None),
    "direct_care": (one(many(30, 12)), "ok", (12, 30)),
    "public_health_emergency": (one(many(30, 12, SOME_BODIES[:2])), "suppressed", None),
    "crime_prevention": (one(many(30, 12, SOME_BODIES[:3])), "ok", (12, 30)),
    "fraud_debt": (one(many(64, 9)), "bounded", (9, 64)),
    "homelessness_housing": (one(many(64, 10)), "ok", (10, 64)),
    "education_send": (one(many(64, 54)), "ok", (54, 64)),
    "benefits_eligibility": (one(many(64, 55)), "bounded", (55, 64)),
    # One body with over 85 in 100 hides the cell.
    "emergency_response": (one(many(86, 40, SOME_BODIES[:1]) + many(14, 5, SOME_BODIES[1:], 86)), "suppressed", None),
    # A published register beside seven confidential requests stands alone; beside a hundred it is added.
    "commissioning_planning": ([PUBLIC_52_OF_70, (many(7, 3, SOME_BODIES[1:3]), {})], "ok", (52, 70)),
    "research_statistics": ([PUBLIC_52_OF_70, (many(100, 20), {})], "ok", (72, 170)),
    "inspection_regulation": (
        [(many(60, 20), {}), (many(40, 30), {"reported_by": "requester"})], "ok", (20, 60)),
    "commercial": ([(many(60, 20), {"status": "superseded"}), (many(50, 12), {})], "ok", (12, 50)),
    "other": (one(many(60, 20) + YOUNG, extracted_on=date(2022, 1, 10)), "ok", (20, 61)),
}  # fmt: skip
EXTRACT = date(2021, 6, 30)


def waiting():
    """Requests of which some are still open at the extract, all of one purpose."""
    for number in range(120):
        received = date(2021, 3, 1) + timedelta(days=number % 100)
        settled = received + timedelta(days=(number * 7) % 45)
        is_open = number % 4 == 0 or settled > EXTRACT
        yield request(
            number, SOME_BODIES[number % 5], received, None if is_open else settled,
            outcome="pending" if is_open else "shared_full",
        )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    returns, key = [], 0
    cases = {**{purpose: case[0] for purpose, case in CASES.items()},
             "not_stated": one(list(waiting()), extracted_on=EXTRACT)}  # fmt: skip
    for purpose, parts in cases.items():
        for rows, more in parts:
            rows = [{**row, "purpose": purpose, "request_key": key + at} for at, row in enumerate(rows)]
            returns.append({"rows": rows, **more})
            key += len(rows)
    made = make_home(tmp_path_factory.mktemp("home"), returns)
    snapshot.release(made, publish.publish(made), "a test")
    return made


def published(home):
    """The released file itself, as somebody who holds it could read it."""
    return snapshot.Reader(home).cursor()[1]


def figure(home, purpose, indicator="refusal_rate", **asked):
    (row,) = answer(PUBLIC, ask(indicator, where={"purpose": purpose}, **asked), home).rows
    return row


@pytest.mark.parametrize("purpose", CASES)
def test_what_is_shown(home, purpose):
    _, status, exact = CASES[purpose]
    row = figure(home, purpose)
    assert row["status"] == status
    if status == "ok":
        assert (row["numerator"], row["denominator"]) == exact
        assert row["lower"] < row["value"] == exact[0] / exact[1] < row["upper"]
    elif status == "bounded":
        assert row["numerator"] is row["value"] is None
        assert row["denominator"] == exact[1] and row["lower"] <= exact[0] / exact[1] <= row["upper"]
    else:
        assert row["numerator"] is row["value"] is row["lower"] is None


def test_nothing_in_the_file_tells_what_is_hidden(home):
    """The seven confidential requests beside a register, the small cells, the cells of two bodies: no number at all."""
    con = published(home)
    hidden = [purpose for purpose, case in CASES.items() if case[1] == "suppressed"] + ["commissioning_planning"]
    rows = con.execute(
        f"""SELECT purpose, bodies, {', '.join(COUNTS)} FROM cells
            WHERE part = 'returns' AND purpose IN (SELECT unnest(?))""",
        [hidden],
    ).fetchall()
    assert {row[0] for row in rows} == set(hidden)
    assert all(value is None for row in rows for value in row[1:])


def test_flags_say_what_a_figure_rests_on(home):
    assert figure(home, "commissioning_planning")["flags"] == ["published"]
    assert figure(home, "research_statistics")["flags"] == []
    assert figure(home, "other")["flags"] == ["provisional"]


def test_holders_and_requesters_are_never_added(home):
    assert figure(home, "inspection_regulation", reported_by="requester")["denominator"] == 40


def test_a_group_holds_its_members_and_is_shown_only_by_name(home):
    whole = answer(PUBLIC, ask("requests_received", where={"region": "nation_england"}), home).rows
    regions = answer(PUBLIC, ask("requests_received", by=["region"]), home).rows
    assert whole[0]["value"] == sum(row["value"] for row in regions)
    assert [row["region"] for row in regions] == ["E12000001"]


@pytest.mark.parametrize("day", [0, 5, 30])
def test_undecided_equals_kaplan_meier_by_the_book(home, day):
    con = published(home)
    share = con.execute(
        f"SELECT share_{day} FROM speed WHERE combo = ? AND level = 'all' AND purpose = 'not_stated'",
        [cells.combo_number(["purpose"])],
    ).fetchone()[0]
    rows = list(waiting())
    for row in rows:
        row["days"] = (row["decided_on"] - row["received_on"]).days if row["decided_on"] else None
        row["followed"] = (EXTRACT - row["received_on"]).days if row["days"] is None else 10_000
    by_the_book = twin.undecided(rows, day)
    # Day 0 has fewer than ten settled, so the published file holds no estimate for it.
    assert by_the_book > 0.9 if share is None else share == pytest.approx(by_the_book, abs=1e-9)


def test_the_same_returns_make_the_same_version(home):
    assert publish.publish(home) == snapshot.current(home)


def test_a_version_is_named_by_every_row_in_any_order():
    names = []
    for rows in ("(1), (2)", "(2), (1)", "(1), (3)"):
        with duckdb.connect() as con:
            con.execute("CREATE TABLE about AS SELECT DATE '2021-01-01' AS as_at")
            con.execute(f"CREATE TABLE cells AS SELECT * FROM (VALUES {rows})")
            names.append(publish._name(con))
    assert names[0] == names[1] != names[2] and names[0].startswith("2021-01-01-")


def test_there_are_93_combinations():
    assert len(list(cells.combos())) == 93
