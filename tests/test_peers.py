"""A body beside its peers: case mix out, differences by nature allowed for; and files that hold no other body's."""

from datetime import date

import duckdb
import numpy as np
import pytest

from etl import reference, snapshot
from etl.door import answers
from etl.errors import Refusal
from etl.home import Home
from etl.publishing import peer_lists
from etl.publishing.publish import publish
from metrics import peers
from metrics.intervals import wilson
from tests.homes import make_home, request

WIDER = np.array(["child", "child", "fraud"])


def drawn(bodies=40, rates=(0.1, 0.3, 0.6), spread=0.0, seed=1):
    """(events, bases) by body and stratum, bodies differing by `spread` of log-odds."""
    draw = np.random.default_rng(seed)
    n = draw.integers(40, 120, (bodies, len(rates)))
    odds = np.log(np.array(rates) / (1 - np.array(rates))) + draw.normal(0, spread, (bodies, 1))
    return draw.binomial(n, 1 / (1 + np.exp(-odds))), n


def test_a_harder_mix_alone_leaves_a_body_similar():
    x, n = drawn()
    n[0], x[0] = (10, 10, 400), (1, 3, 240)  # four in five of its requests are of the kind most often refused
    found = peers.compare(x, n, WIDER)
    assert x[0].sum() / n[0].sum() > 0.55 > found.q75 + 0.1
    assert found.ratio[0] == pytest.approx(1, abs=0.06) and found.position[0] == "similar"
    rates = x.sum(axis=0) / n.sum(axis=0)
    assert found.expected == pytest.approx(n @ rates)
    assert found.ratio_lower[0] < found.ratio[0] < found.ratio_upper[0]
    assert found.q50 == pytest.approx(np.median(x.sum(axis=1) / n.sum(axis=1)))


def test_a_body_that_refuses_far_more_is_called_out_and_its_peers_are_not():
    x, n = drawn(spread=0.2, seed=4)
    x[5] = np.round(n[5] * np.array([0.45, 0.75, 0.9]))
    found = peers.compare(x, n, WIDER)
    assert found.position[5] == "much_higher" and found.tau2 > 0
    assert sum(found.position[np.arange(40) != 5] == "similar") >= 35
    assert not set(found.position[np.arange(40) != 5]) & {"much_higher", "much_lower"}


def test_bodies_that_differ_by_nature_are_not_called_out_for_it():
    """With log-odds spread 0.5 between bodies the plain limits would call out a third of them."""
    calls, plain = 0, 0
    for seed in range(30):
        x, n = drawn(spread=0.5, seed=seed)
        found = peers.compare(x, n, WIDER)
        calls += np.isin(found.position, ["much_lower", "much_higher"]).sum()
        own = x.sum(axis=1) / n.sum(axis=1)
        alone = 2 * np.sqrt(n.sum(axis=1)) * (np.arcsin(np.sqrt(own)) - np.arcsin(np.sqrt(found.target)))
        plain += (np.abs(alone) > 3.09).sum()
    assert calls <= 0.01 * 1200 and plain > 0.05 * 1200


def test_a_thin_stratum_takes_the_rate_of_its_wider_one_and_a_thin_wider_one_that_of_all():
    x = np.array([[2, 9, 1]] * 5)
    n = np.array([[4, 30, 5]] * 5)
    assert [part.tolist() for part in peers.reference(x, n, WIDER)] == [[55, 45, 60], [170, 150, 195]]


def test_positions_change_at_the_95_and_99_8_limits():
    said = peers.position(np.array([-3.1, -3.08, -1.97, -1.95, 0, 1.95, 1.97, 3.08, 3.1]))
    assert said.tolist() == ["much_lower", "lower", "lower", *["similar"] * 3, "higher", "higher", "much_higher"]


def test_nine_bodies_are_no_peers():
    x, n = drawn(9)
    with pytest.raises(ValueError, match="10 bodies"):
        peers.compare(x, n, WIDER)


DISTRICTS = sorted(
    code for code, body in reference.bodies().items() if body.type == "district" and body.region == "E12000008"
)[:14]  # fmt: skip
CLUB = DISTRICTS[:3]


def _requests(body, number, count, refused):
    for place in range(count):
        day = date(2021, 1 + place % 12, 3)
        outcome = "refused" if place < refused else "shared_full"
        yield request(number * 1000 + place, body, day, day, outcome=outcome, region="E12000008",
                      purpose="fraud_debt" if place % 2 else "early_help")  # fmt: skip


@pytest.fixture(scope="module")
def districts(tmp_path_factory):
    """Fourteen districts of one region with 100 requests each, 20 to 32 refused and the last 70. Three are a club."""
    returns = []
    for place, body in enumerate(DISTRICTS):
        refused = 70 if place == 13 else 20 + place
        returns.append({"rows": list(_requests(body, place, 100, refused)), "sender": body,
                        "release": "club" if body in CLUB else "confidential"})  # fmt: skip
    home = make_home(tmp_path_factory.mktemp("districts") / "home", returns)
    snapshot.release(home, publish(home), "a test")
    return home


def own(home, body):
    path = home.bodies / f"{body}-{snapshot.current(home)}.parquet"
    return duckdb.sql(f"SELECT * FROM '{path}'").df()


def test_peer_ranges_are_of_ten_bodies_or_more_and_to_the_nearest_point(districts):
    rows = answers.companion("peer_ranges", home=districts, indicator="refusal_rate", level="year")
    assert {(row["rule"], row["region"], row["bodies"]) for row in rows} == {
        ("type_region", "E12000008", 14), ("type", "", 14)}  # fmt: skip
    rates = np.quantile([*range(20, 33), 70], [0.25, 0.5, 0.75]) / 100
    for row in rows:
        middle = [row["q25"], row["q50"], row["q75"]]
        assert middle == pytest.approx(rates, abs=0.006) and middle == np.round(middle, 2).tolist()
        assert row["target"] == round((sum(range(20, 33)) + 70) / 1400, 2)


def test_a_body_reads_its_exact_figures_and_where_it_stands(districts):
    rows = own(districts, DISTRICTS[13])
    figure = rows[(rows.section == "figure") & (rows.indicator == "refusal_rate") & (rows.dimension == "")]
    year = figure[figure.level == "year"].iloc[0]
    assert (year.numerator, year.denominator, year.status) == (70, 100, "ok")
    assert (year.lower, year.upper) == pytest.approx(wilson(70, 100))
    assert figure[figure.level == "month"].denominator.sum() == 100
    by = rows[(rows.section == "figure") & (rows.indicator == "refusal_rate") & (rows.dimension == "purpose")
              & (rows.level == "all")]  # fmt: skip
    assert dict(zip(by.value, by.denominator, strict=True)) == {"fraud_debt": 50, "early_help": 50}
    beside = rows[(rows.section == "compared") & (rows.indicator == "refusal_rate") & (rows.level == "year")].iloc[0]
    assert (beside.rule, beside.peers, beside.position) == ("type_region", 14, "much_higher")
    assert beside.ratio == pytest.approx(70 / beside.expected, abs=0.01) and beside.z > 3
    ordinary = own(districts, DISTRICTS[6])
    ordinary = ordinary[(ordinary.section == "compared") & (ordinary.indicator == "refusal_rate")]
    assert ordinary.position.tolist() == ["similar", "similar"] and set(ordinary.level) == {"year", "all"}


def test_a_file_is_for_one_body_alone_but_for_its_club(districts):
    for body in DISTRICTS:
        rows = own(districts, body)
        named = set(rows.body)
        assert named == (set(CLUB) if body in CLUB else {body})
        assert set(rows[rows.section != "club"].body) == {body}
        assert set(rows[rows.section == "club"].body) == (set(CLUB) - {body} if body in CLUB else set())


def test_club_members_see_each_others_rates_and_no_small_number(tmp_path):
    """A member's 4 refusals of 100, and its 40 requests under agreement known, are ranges or nothing to the others."""
    returns = [
        {"rows": list(_requests(body, place, count, refused)), "sender": body, "release": release}
        for place, (body, count, refused, release) in enumerate(
            [(DISTRICTS[0], 100, 4, "club"), (DISTRICTS[1], 100, 97, "club"), (DISTRICTS[2], 100, 30, "club"),
             (DISTRICTS[3], 20, 5, "club"), (DISTRICTS[4], 100, 30, "confidential")]
        )
    ]  # fmt: skip
    home = make_home(tmp_path / "home", returns)
    snapshot.release(home, publish(home), "a test")
    rows = own(home, DISTRICTS[2])
    club = rows[(rows.section == "club") & (rows.indicator == "refusal_rate") & (rows.level == "all")].set_index("body")
    assert set(club.index) == {DISTRICTS[0], DISTRICTS[1]}  # 20 requests are too few for a rate
    few, nearly = club.loc[DISTRICTS[0]], club.loc[DISTRICTS[1]]
    assert few.status == nearly.status == "bounded"
    assert club[["numerator", "figure"]].isna().all(axis=None)
    assert (few.lower, few.upper) == pytest.approx((0, wilson(9, 100)[1]))
    assert (nearly.lower, nearly.upper) == pytest.approx((wilson(91, 100)[0], 1))
    told = own(home, DISTRICTS[0])
    seen = told[(told.section == "club") & (told.body == DISTRICTS[2]) & (told.indicator == "refusal_rate")].iloc[0]
    assert (seen.numerator, seen.denominator, seen.status) == (30, 100, "ok")
    assert set(own(home, DISTRICTS[4]).section) == {"figure"}  # confidential: out of the club, and too few peers


def test_files_of_versions_that_are_gone_go_too(districts):
    kept = set(districts.bodies.iterdir())
    old = districts.bodies / "E07000001-2020-01-01-0123456789ab.parquet"
    old.write_bytes(b"")
    snapshot.prune(districts, keep_seconds=-1)
    assert set(districts.bodies.iterdir()) == kept


def test_a_list_in_the_home_comes_before_type_and_region_and_stays_out_of_the_public_table(tmp_path):
    returns = [{"rows": list(_requests(body, place, 100, 20 + place)), "sender": body}
               for place, body in enumerate(DISTRICTS)]  # fmt: skip
    home = make_home(tmp_path / "home", returns)
    home.peers.write_text("list,body\n" + "".join(f"like us,{body}\n" for body in DISTRICTS[:11]))
    snapshot.release(home, publish(home), "a test")
    rules = {}
    for body in (DISTRICTS[0], DISTRICTS[13]):
        rows = own(home, body)
        found = rows[(rows.section == "compared") & (rows.indicator == "refusal_rate") & (rows.level == "year")].iloc[0]
        rules[body] = (found.rule, found.peers)
    assert rules == {DISTRICTS[0]: ("listed", 11), DISTRICTS[13]: ("type_region", 14)}
    assert {row["rule"] for row in answers.companion("peer_ranges", home=home)} == {"type_region", "type"}


@pytest.mark.parametrize(("text", "said"), [
    ("name,body\n", "column 'list' is missing"),
    ("list,body\n,X\n", "row 2: list is blank"),
    ("list,body\na,NOWHERE\n", "row 2: body is not a code"),
    ("list,body\n" + f"a,{DISTRICTS[0]}\nb,{DISTRICTS[0]}\n", "row 3: the body stands on a list already"),
    ("list,body\n" + f"a,{DISTRICTS[0]}\n", "a list needs 10 bodies or more, and one has 1"),
])  # fmt: skip
def test_a_list_that_cannot_be_used_is_refused_with_its_row(tmp_path, text, said):
    home = Home(tmp_path)
    home.peers.write_text(text)
    with pytest.raises(Refusal, match=said):
        peer_lists.read(home)
