"""Publishing, compared with the plain-Python twin; and the rules that keep small numbers in."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl import snapshot
from etl.door.answers import PUBLIC, answer
from etl.errors import Refusal
from etl.home import noise_seed
from etl.publishing import cells, facts, publish
from metrics import cell_key
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
    facts.build(con, SEED)
    return con


SEED = b"a seed of tests."


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
    # No noise on so few is larger than 5, so these are on one side of a least count whatever the noise.
    "safeguarding_child": (one(many(4, 0)), "too_few", None),
    "safeguarding_adult": (one(many(15, 0)), "too_few", None),
    "early_help": (one(many(24, 12)), "too_few", None),
    "direct_care": (one(many(35, 15)), "ok", (15, 35)),
    "public_health_emergency": (one(many(40, 12, SOME_BODIES[:2])), "suppressed", None),
    "crime_prevention": (one(many(45, 15, SOME_BODIES[:3])), "ok", (15, 45)),
    "fraud_debt": (one(many(64, 4)), "bounded", (4, 64)),
    "homelessness_housing": (one(many(64, 15)), "ok", (15, 64)),
    "education_send": (one(many(164, 140)), "ok", (140, 164)),
    "benefits_eligibility": (one(many(64, 64)), "bounded", (64, 64)),
    # One body with over 85 in 100 hides the cell.
    "emergency_response": (one(many(86, 40, SOME_BODIES[:1]) + many(14, 5, SOME_BODIES[1:], 86)), "suppressed", None),
    # A published register beside seven confidential requests stands alone; beside a hundred it is added.
    "commissioning_planning": ([PUBLIC_52_OF_70, (many(4, 3, SOME_BODIES[1:3]), {})], "ok", (52, 70)),
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


def noisy(home, purpose):
    """Refused and received as the twin publishes them: each counted with the noise of its own requests."""
    table = cell_key.make_table(b"table" + noise_seed(home))
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rows = con.execute(
            """SELECT q.request_key, q.outcome, r.release FROM requests AS q JOIN returns AS r USING (return_id)
               WHERE r.status = 'current' AND r.reported_by = 'holder' AND q.purpose::VARCHAR = ?""",
            [purpose],
        ).fetchall()

    def counted(keep):
        keys = [twin.record_key(noise_seed(home), key) for key, outcome, release in rows if keep(outcome, release)]
        return cell_key.perturb(len(keys), sum(keys), table)

    open_rows = [outcome for _, outcome, release in rows if release == "public"]
    return (
        counted(lambda outcome, release: release != "public" and outcome == "refused") + open_rows.count("refused"),
        counted(lambda outcome, release: release != "public") + len(open_rows),
    )


@pytest.mark.parametrize("purpose", CASES)
def test_what_is_shown(home, purpose):
    _, status, exact = CASES[purpose]
    row = figure(home, purpose)
    assert row["status"] == status
    published = (row["numerator"], row["denominator"])
    if status == "ok":
        assert published == exact if "published" in row["flags"] else published == noisy(home, purpose)
        assert row["lower"] < row["value"] == published[0] / published[1] < row["upper"]
    elif status == "bounded":
        assert row["numerator"] is row["value"] is None
        assert row["denominator"] == noisy(home, purpose)[1] and row["lower"] <= exact[0] / exact[1] <= row["upper"]
    else:
        assert row["numerator"] is row["value"] is row["lower"] is None


def test_nothing_in_the_file_tells_what_is_hidden(home):
    """Cells of two bodies have no number at all; nor is there anything of the few requests beside a register."""
    con = published(home)
    small = ["commissioning_planning", "safeguarding_child"]
    assert con.execute(
        "SELECT count(*) FROM cells WHERE part = 'returns' AND purpose IN (SELECT unnest(?))", [small]
    ).fetchone() == (0,)
    hidden = [purpose for purpose, case in CASES.items() if case[1] == "suppressed"]
    rows = con.execute(
        f"""SELECT purpose, bodies, {", ".join(COUNTS)} FROM cells
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
    assert 35 <= figure(home, "inspection_regulation", reported_by="requester")["denominator"] <= 45


def test_a_group_holds_its_members_and_is_shown_only_by_name(home):
    whole = answer(PUBLIC, ask("requests_received", where={"region": "nation_england"}), home).rows
    regions = answer(PUBLIC, ask("requests_received", by=["region"]), home).rows
    assert [row["region"] for row in regions] == ["E12000001"]
    # The same requests, so the same noise: nothing is learnt by asking for them in another way.
    assert whole[0]["value"] == regions[0]["value"]


@pytest.mark.parametrize("day", [0, 5, 30])
def test_undecided_equals_kaplan_meier_by_the_book(home, day):
    con = duckdb.connect(str(snapshot.file_of(home, snapshot.current(home), "private")), read_only=True)
    share = con.execute(
        f"SELECT share_{day} FROM speed WHERE combo = ? AND level = 'all' AND purpose = 'not_stated'",
        [cells.combo_number(["purpose"])],
    ).fetchone()[0]
    rows = list(waiting())
    for row in rows:
        row["days"] = (row["decided_on"] - row["received_on"]).days if row["decided_on"] else None
        row["followed"] = (EXTRACT - row["received_on"]).days if row["days"] is None else 10_000
    by_the_book = twin.undecided(rows, day)
    assert share == pytest.approx(by_the_book, abs=1e-9)
    row = figure(home, "not_stated", "undecided_at_30_days")
    if day == 30:
        assert row["value"] == row["numerator"] / row["denominator"] == pytest.approx(by_the_book, abs=11 / 120)
        assert row["lower"] < row["value"] < row["upper"]


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


def test_every_published_count_equals_the_twin(home):
    """Of the protected part, at every level, by up to three dimensions: the noise of its own requests, no other."""
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        found = con.execute(
            """SELECT q.* EXCLUDE (return_id) FROM requests AS q JOIN returns AS r USING (return_id)
               WHERE r.status = 'current' AND r.reported_by = 'holder' AND r.release = 'confidential'"""
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    con, compared = published(home), 0
    for level, dimensions in (("month", ["purpose"]), ("quarter", ["purpose", "region"]), ("all", ["purpose"]),
                              ("year", ["sector", "purpose", "under_agreement"])):  # fmt: skip
        table = cell_key.make_table(b"table" + noise_seed(home), len(dimensions))
        expected = twin.noisy(rows, dimensions, level, noise_seed(home), table)
        stored = con.execute(
            f"""SELECT {", ".join(dimensions)}, period, {", ".join(KNOWN)} FROM cells
                WHERE part = 'returns' AND reported_by = 'holder' AND level = ? AND combo = ? AND shown""",
            [level, cells.combo_number(dimensions)],
        ).fetchall()
        for row in stored:
            key, counts = row[: len(dimensions) + 1], row[len(dimensions) + 1 :]
            for name, count in zip(KNOWN, counts, strict=True):
                if key in expected and count is not None and count >= 0:
                    assert count == expected[key].get(name, 0), (key, name)
                    compared += 1
    assert compared > 100


KNOWN = [name for name in COUNTS if name not in NOT_IN_TWIN]


def test_publishing_is_refused_without_a_seed_that_is_a_secret(home, monkeypatch):
    for seed in ("", "changeme-changeme-changeme", "short", "a" * 64):
        monkeypatch.setenv("UPTAKE_NOISE_SEED", seed)
        with pytest.raises(Refusal, match="noise seed"):
            publish.publish(home)


def test_a_home_of_published_registers_needs_no_seed(tmp_path, monkeypatch):
    monkeypatch.delenv("UPTAKE_NOISE_SEED")
    made = make_home(tmp_path, [{"rows": many(70, 52, SOME_BODIES[:1]), "release": "public"}])
    snapshot.release(made, publish.publish(made), "a test")
    (row,) = answer(PUBLIC, ask("refusal_rate"), made).rows
    assert (row["numerator"], row["denominator"]) == (52, 70)


def test_the_private_file_is_exact_and_says_what_the_public_may_not_see(home):
    con = duckdb.connect(str(snapshot.file_of(home, snapshot.current(home), "private")), read_only=True)
    found = con.execute(
        """SELECT purpose, received, small FROM cells WHERE combo = ? AND level = 'all' AND part = 'returns'
           AND reported_by = 'holder'""",
        [cells.combo_number(["purpose"])],
    ).fetchall()
    exact = {purpose: (received, small) for purpose, received, small in found}
    assert exact["safeguarding_child"] == (4, True)  # too few
    assert exact["public_health_emergency"] == (40, True)  # of two bodies
    assert exact["direct_care"] == (35, False)


def test_a_small_group_is_shown_only_beside_all_its_members(tmp_path):
    """Safeguarding of children and of adults: with one of them hidden, the two together would give it."""
    rows = many(60, 20, purpose="safeguarding_child") + many(
        40, 20, SOME_BODIES[:2], start=60, purpose="safeguarding_adult"
    )
    rows += many(60, 20, start=100, purpose="early_help")
    made = make_home(tmp_path, [{"rows": rows}])
    snapshot.release(made, publish.publish(made), "a test")
    seen = {
        purpose: answer(PUBLIC, ask("refusal_rate", where={"purpose": purpose}), made).rows[0]["status"]
        for purpose in ("safeguarding_child", "safeguarding_adult", "safeguarding", "early_help")
    }
    assert seen == {
        "safeguarding_child": "ok", "safeguarding_adult": "suppressed", "safeguarding": "suppressed",
        "early_help": "ok",
    }  # fmt: skip


def test_a_small_group_is_not_shown_by_three_filters_where_a_member_of_few_bodies_is_left_out(tmp_path, without_noise):
    """Such a member has no row at all, not even a hidden one: the group less the other member would be its figure."""
    more = {"region": "E12000001", "urgency": "urgent"}
    rows = many(60, 20, purpose="safeguarding_child", **more)
    rows += many(40, 20, SOME_BODIES[:2], start=60, purpose="safeguarding_adult", **more)
    rows += many(60, 20, start=100, purpose="safeguarding_child", region="W92000004", urgency="routine")
    rows += many(40, 20, start=160, purpose="safeguarding_adult", region="W92000004", urgency="routine")
    made = make_home(tmp_path, [{"rows": rows}])
    snapshot.release(made, publish.publish(made), "a test")

    def told(**where):
        (row,) = answer(PUBLIC, ask("requests_received", where={"purpose": "safeguarding", **where}, level="year",
                                    first="2021", last="2021"), made).rows  # fmt: skip
        return row["status"], row["numerator"]

    assert told(region="W92000004", urgency="routine") == ("ok", 100)
    assert told(**more) == ("suppressed", None)


def test_there_are_93_combinations():
    assert len(list(cells.combos())) == 93


def test_what_leaves_under_ten_of_a_wider_cell_is_withheld(tmp_path, without_noise):
    """Or the wider cell less it would tell the rest; a cell that is all of the wider one tells nothing, and stays."""
    rows = many(55, 18, purpose="early_help", urgency="urgent")
    rows += many(5, 2, start=100, purpose="early_help", urgency="routine")
    rows += many(40, 16, start=200, purpose="direct_care", urgency="urgent")
    rows += many(20, 1, start=300, purpose="direct_care", urgency="routine")
    rows += many(60, 20, start=400, purpose="other", urgency="emergency")
    made = make_home(tmp_path, [{"rows": rows}])
    snapshot.release(made, publish.publish(made), "a test")

    def told(measure, purpose, urgency):
        (row,) = answer(PUBLIC, ask(measure, where={"purpose": purpose, "urgency": urgency}), made).rows
        return row["status"], row["numerator"]

    assert told("requests_received", "early_help", "urgent") == ("suppressed", None)  # would leave 5
    assert told("requests_received", "direct_care", "urgent") == ("ok", 40)  # leaves 20
    assert told("refusal_rate", "direct_care", "urgent") == ("suppressed", None)  # would leave 1 refusal
    assert told("refusal_rate", "other", "emergency") == ("ok", 20)  # all of them
    wider = answer(PUBLIC, ask("refusal_rate", where={"purpose": "early_help"}), made).rows[0]
    assert (wider["status"], wider["numerator"]) == ("ok", 20)


def test_nearly_all_that_was_decided_is_told_among_all_that_came_in(tmp_path, without_noise):
    """Most requests are still open, and nearly all the others were shared."""
    rows = many(45, 3) + [request(100 + number, SOME_BODIES[number % 4], date(2021, 3, 1), outcome="pending")
                          for number in range(60)]  # fmt: skip
    made = make_home(tmp_path, [{"rows": rows}])
    snapshot.release(made, publish.publish(made), "a test")
    row = answer(PUBLIC, ask("shared_rate"), made).rows[0]
    assert row["status"] == "bounded" and row["denominator"] == 105
    assert row["lower"] < 42 / 105 < row["upper"] < 0.7


def test_a_larger_group_gives_way_to_the_member_that_is_nearly_all_of_it(tmp_path, without_noise):
    rows = many(60, 20, region="E12000001") + many(4, 2, start=100, region="E12000002")
    rows += many(60, 20, start=200, region="W92000004")
    made = make_home(tmp_path, [{"rows": rows}])
    snapshot.release(made, publish.publish(made), "a test")
    seen = {region: answer(PUBLIC, ask("requests_received", where={"region": region}), made).rows[0]["status"]
            for region in ("E12000001", "nation_england", "W92000004")}  # fmt: skip
    assert seen == {"E12000001": "ok", "nation_england": "suppressed", "W92000004": "ok"}
