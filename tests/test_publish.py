"""Publishing, compared with the plain-Python twin; and the rules that keep small numbers in."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl import cells, facts, publish, snapshot
from etl.answers import PUBLIC, answer
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


def figure(home, indicator="refusal_rate", **asked):
    """Publish, release and ask; one row, without its labels."""
    snapshot.release(home, publish.publish(home), "a test")
    (row,) = answer(PUBLIC, ask(indicator, **asked), home).rows
    return row


@pytest.mark.parametrize(
    ("count", "refused", "bodies", "status"),
    [
        (9, 0, 5, "suppressed"),
        (10, 0, 5, "too_few"),
        (29, 12, 5, "too_few"),
        (30, 12, 5, "ok"),
        (30, 12, 2, "suppressed"),
        (30, 12, 3, "ok"),
        (64, 9, 5, "bounded"),
        (64, 10, 5, "ok"),
        (64, 54, 5, "ok"),
        (64, 55, 5, "bounded"),
    ],
)
def test_thresholds(tmp_path, count, refused, bodies, status):
    row = figure(make_home(tmp_path, [{"rows": many(count, refused, SOME_BODIES[:bodies])}]))
    assert row["status"] == status
    if status == "bounded":
        assert row["numerator"] is None and row["value"] is None
        assert row["denominator"] == 64 and row["lower"] <= refused / 64 <= row["upper"]
    if status in ("suppressed", "too_few"):
        assert row["numerator"] is row["value"] is row["lower"] is None
    if status == "ok":
        assert row["value"] == refused / count and row["lower"] < row["value"] < row["upper"]


def test_one_body_with_over_85_per_cent_hides_the_cell(tmp_path):
    rows = many(86, 40, SOME_BODIES[:1]) + many(14, 5, SOME_BODIES[1:], start=500)
    assert figure(make_home(tmp_path, [{"rows": rows}]))["status"] == "suppressed"


def test_a_published_part_never_unmasks_the_confidential_part(tmp_path):
    """Seven confidential requests beside a published register: nothing in the file tells how many they are."""
    public = {"rows": many(70, 52, SOME_BODIES[:1]), "release": "public", "sender": "P"}
    secret = {"rows": many(7, 3, SOME_BODIES[1:3], start=900), "sender": "C"}
    home = make_home(tmp_path, [public, secret])
    row = figure(home)
    assert (row["numerator"], row["denominator"], row["status"]) == (52, 70, "ok")
    assert "published" in row["flags"]
    con = duckdb.connect(str(snapshot.file_of(home, snapshot.current(home))), read_only=True)
    numbers = con.execute("SELECT received, refused FROM cells WHERE part = 'returns'").fetchall()
    assert numbers and all(pair == (None, None) for pair in numbers)


def test_both_parts_are_added_when_the_confidential_part_may_be_shown(tmp_path):
    public = {"rows": many(70, 52, SOME_BODIES[:1]), "release": "public", "sender": "P"}
    rest = {"rows": many(100, 20, start=900), "sender": "C"}
    row = figure(make_home(tmp_path, [public, rest]))
    assert (row["numerator"], row["denominator"], row["flags"]) == (72, 170, [])


def test_holders_and_requesters_are_never_added(tmp_path):
    holder = {"rows": many(60, 20), "sender": "A"}
    requester = {"rows": many(40, 30, start=500), "sender": "B", "reported_by": "requester"}
    home = make_home(tmp_path, [holder, requester])
    assert figure(home)["denominator"] == 60
    assert figure(home, reported_by="requester")["denominator"] == 40


def test_superseded_returns_do_not_count(tmp_path):
    old = {"rows": many(60, 20), "status": "superseded", "sender": "A"}
    new = {"rows": many(50, 12, start=500), "sender": "A"}
    assert figure(make_home(tmp_path, [old, new]))["denominator"] == 50


def test_open_and_young_requests_make_a_figure_provisional(tmp_path):
    rows = many(60, 20) + [request(900, SOME_BODIES[0], date(2021, 12, 20), outcome="pending")]
    row = figure(make_home(tmp_path, [{"rows": rows, "extracted_on": date(2022, 1, 10)}]))
    assert row["flags"] == ["provisional"] and row["denominator"] == 61


def test_predefined_groups_hold_their_members_and_are_shown_only_by_name(tmp_path):
    north = many(40, 10, region="E12000001")
    south = many(50, 20, start=500, region="E12000009")
    wales = many(60, 30, start=900, region="W92000004")
    home = make_home(tmp_path, [{"rows": north + south + wales}])
    assert figure(home, where={"region": "nation_england"})["denominator"] == 90
    regions = answer(PUBLIC, ask("refusal_rate", by=["region"]), home).rows
    assert [row["region"] for row in regions] == ["E12000001", "E12000009", "W92000004"]


@pytest.mark.parametrize("day", [0, 5, 30])
def test_undecided_equals_kaplan_meier_by_the_book(tmp_path, day):
    rows, extract = [], date(2021, 6, 30)
    for number in range(120):
        received = date(2021, 3, 1) + timedelta(days=number % 100)
        settled = received + timedelta(days=(number * 7) % 45)
        is_open = number % 4 == 0 or settled > extract
        rows.append(request(number, SOME_BODIES[number % 5], received, None if is_open else settled,
                            outcome="pending" if is_open else "shared_full"))  # fmt: skip
    home = make_home(tmp_path, [{"rows": rows, "extracted_on": extract}])
    snapshot.release(home, publish.publish(home), "a test")
    con = duckdb.connect(str(snapshot.file_of(home, snapshot.current(home))), read_only=True)
    share = con.execute(f"SELECT share_{day} FROM speed WHERE combo = 0 AND level = 'all'").fetchone()[0]
    for row in rows:
        row["days"] = (row["decided_on"] - row["received_on"]).days if row["decided_on"] else None
        row["followed"] = (extract - row["received_on"]).days if row["days"] is None else 10_000
    by_the_book = twin.undecided(rows, day)
    assert share == pytest.approx(by_the_book, abs=1e-9) if share is not None else by_the_book in (0, 1)


def test_the_same_returns_make_the_same_version(tmp_path):
    rows = many(60, 20)
    one = make_home(tmp_path / "one", [{"rows": rows}])
    other = make_home(tmp_path / "other", [{"rows": list(reversed(rows))}])
    assert publish.publish(one) == publish.publish(one) == publish.publish(other)


def test_another_row_makes_another_version(tmp_path):
    one = make_home(tmp_path / "one", [{"rows": many(60, 20)}])
    other = make_home(tmp_path / "other", [{"rows": many(60, 21)}])
    assert publish.publish(one) != publish.publish(other)


def test_readers_reopen_when_another_version_is_released(tmp_path):
    home = make_home(tmp_path, [{"rows": many(60, 20)}])
    assert figure(home)["denominator"] == 60
    first = snapshot.current(home)
    more = make_home(tmp_path, [{"rows": many(30, 5, start=800), "sender": "late"}])
    assert figure(more)["denominator"] == 90
    snapshot.release(home, first, "a test")
    (row,) = answer(PUBLIC, ask("refusal_rate"), home).rows
    assert row["denominator"] == 60


def test_there_are_93_combinations():
    assert len(list(cells.combos())) == 93
