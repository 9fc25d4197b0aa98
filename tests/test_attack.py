"""The intruder of `make attack`, in its parts and, in a short form, against a home that is served."""

from datetime import date

import numpy as np
import pytest

from dashboard.attack import bounds, fit, fixed_panel, kinds, run, score, truth
from dashboard.attack.intruder import COUNTS, LEFT_OUT, Intruder
from dashboard.attack.lattice import Lattice, Sums
from dashboard.attack.score import Tries
from etl import snapshot
from etl.door.principal import PUBLIC, opened
from etl.home import make_secrets
from etl.publishing import estimates
from etl.publishing.publish import publish
from metrics.disclosure import NEARLY_ALL, UNDER, Noise
from tests.homes import drawn_requests, make_home

SECTORS, REGIONS = ("police", "health", "fire"), ("E12000001", "E12000002", "W92000004")
URGENCIES = ("urgent", "routine")
VALUES = {"sector": SECTORS, "region": REGIONS, "urgency": URGENCIES}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    chances = {
        "holder_sector": (SECTORS, [0.6, 0.35, 0.05]), "region": (REGIONS, [0.7, 0.25, 0.05]),
        "urgency": (URGENCIES, [0.9, 0.1]),
    }  # fmt: skip
    rows = drawn_requests(np.random.default_rng(3), 4000, date(2020, 1, 1), 730, chances)
    home = make_home(tmp_path_factory.mktemp("attacked"), [{"rows": rows}], kind="synthetic")
    make_secrets(home)
    snapshot.release(home, publish(home), "a test")
    return home


@pytest.fixture(scope="module")
def lattice():
    return Lattice(date(2020, 1, 1), date(2021, 12, 1), 3, VALUES)


@pytest.fixture(scope="module")
def get(home):
    return run.served(home)


@pytest.fixture(scope="module")
def read(home, get, lattice):
    intruder = Intruder(get, lattice, truth.published(home, lattice))
    intruder.read_everything()
    return intruder


def test_the_intruder_reads_every_count_of_its_list(home, lattice, read):
    """Over HTTP it gets the very numbers of the public file, and no other."""
    con = opened(PUBLIC, home)[1]
    with_file = truth._read(con, lattice, "returns", COUNTS, nothing=LEFT_OUT)
    shown = with_file["received"] >= 0
    assert shown.sum() > 300 and np.array_equal(read.said["received"][shown], with_file["received"][shown])
    assert not (read.said["received"][~shown] >= 0).any()
    rates = with_file["received"] >= 30
    for mark in (UNDER, NEARLY_ALL):
        assert np.array_equal(read.said["refused"][rates] == mark, with_file["refused"][rates] == mark)
    assert np.array_equal(np.maximum(read.said["refused"][rates], -1), np.maximum(with_file["refused"][rates], -1))


def test_every_sum_of_the_lattice_holds_of_true_counts(home, lattice):
    true = truth.truth(home, lattice)["received"]
    for kind, sums in lattice.sums().items():
        known = np.ones(len(sums.totals), dtype=bool)
        np.logical_and.at(known, sums.rows, true[sums.parts] >= 0)
        known &= true[sums.totals] >= 0
        added = np.bincount(sums.rows, weights=true[sums.parts], minlength=len(sums.totals))
        assert known.sum() > 50 and np.array_equal(added[known], true[sums.totals][known]), kind


def test_limits_hold_the_truth_and_fix_nothing(home, lattice, read):
    true, sums = truth.truth(home, lattice), lattice.sums()
    found = bounds.certain(bounds.limits(lattice, sums, read.said), true)
    assert found["targets"] > 500 and found["wrong"] == found["known"] == 0 and found["narrowest"] >= 3


def test_counts_without_noise_would_be_known_for_certain(home, lattice, read, monkeypatch):
    monkeypatch.setattr(bounds, "noise_on", lambda *of: Noise(0.0, 0))
    true, sums = truth.truth(home, lattice), lattice.sums()
    exact = read.said | {count: np.where(read.said[count] >= 0, true[count], read.said[count]) for count in COUNTS}
    found = bounds.certain(bounds.limits(lattice, sums, exact), true)
    assert found["known"] > 100


def test_the_fit_finds_what_can_be_found():
    """Two by two with its margins, one cell hidden and one margin noisy: the fit goes to where all sums come right."""
    lattice = Lattice(date(2021, 1, 1), date(2021, 12, 1), 2, {"sector": SECTORS[:2], "urgency": URGENCIES})
    said = np.full(lattice.size, LEFT_OUT)
    numbers = {(): {(): 100}, ("sector",): {("police",): 60, ("health",): 40},
               ("urgency",): {("urgent",): 70, ("routine",): 30},
               ("sector", "urgency"): {("police", "urgent"): 53, ("health", "urgent"): 17, ("health", "routine"): 23},
               }  # fmt: skip
    for names, cells in numbers.items():
        for values, number in cells.items():
            said[lattice.place(names, "all", "", values)] = number
    hidden = lattice.place(("sector", "urgency"), "all", "", ("police", "routine"))
    sums = lattice.sums()["values"]
    for start in (fit.alike(lattice, said, said), fit.predicted(lattice, said, said)):
        assert fit.solve(sums, start)[hidden] == pytest.approx(7, abs=1)
    assert fit.predicted(lattice, said, said).counts[hidden] == pytest.approx(60 * 30 / 100)


def test_what_is_subtracted_is_subtracted_right():
    said, true = np.array([100, 60, 33, UNDER, 100, 96]), np.array([100, 60, 33, 7, 100, 96])
    sums = Sums(np.array([0]), np.array([0, 0, 0]), np.array([1, 2, 3]))
    found = kinds.left_over(said, true, sums)
    assert found.truth.tolist() == [7] and found.found.tolist() == [7]
    assert not len(kinds.left_over(said, true, sums, few_bodies=np.zeros(6, dtype=bool)).truth)
    pairs = np.array([0, 4]), np.array([1, 5])
    nested = kinds.nested(said, true, pairs, np.ones(6, dtype=bool))
    assert nested.truth.tolist() == nested.found.tolist() == [40, 4]
    said[5] = LEFT_OUT
    assert np.isnan(kinds.nested(said, true, pairs, np.ones(6, dtype=bool)).found[1])
    parts = Sums(np.array([3, 3]), np.array([0, 0, 1, 1]), np.array([1, 3, 2, 3]))
    assert kinds.splits(said, true, parts).found.tolist() == [(64.5 + 37.5) / 2]


def test_an_intruder_is_scored_by_what_a_table_adds_to_a_blind_guess():
    draw = np.random.default_rng(6)
    truths = draw.integers(1, 10, 2000)
    told = score.score(Tries(truths, truths))
    assert told["informed"] == told["exact"] == 1 and told["advantage"] > 0.8
    nothing = score.score(Tries(truths, draw.integers(0, 20, 2000)))
    assert abs(nothing["advantage"]) < 0.05
    noisy = score.score(Tries(truths, truths + draw.normal(0, 4, 2000)))
    assert nothing["advantage"] < noisy["advantage"] < told["advantage"] and 0 < noisy["error"] < 0.05
    withheld = score.score(Tries(truths, np.where(draw.random(2000) < 0.9, np.nan, truths)))
    assert 0.04 < withheld["advantage"] < 0.15
    known = score.score(Tries(truths, truths), against=truths)
    assert known["advantage"] == 0 and known["blind"] == 1
    assert score.beaten([{"kind": "", **told}]) and not score.beaten([{"kind": "", **nothing}])
    assert score.beaten([{"kind": "", "targets": 9, "found": 1, "what": ""}])
    assert score.score(Tries(truths[:30], truths[:30]))["advantage"] is None


def test_a_fixed_panel_gives_nobody_away_because_it_is_withheld_where_the_others_sent_little(monkeypatch):
    withheld = score.score(fixed_panel.fixed_panel(400))
    assert withheld["targets"] >= 350 and withheld["advantage"] == 0
    monkeypatch.setattr(fixed_panel, "rest_may_be_published", lambda everyone, some: True)
    rounded = score.score(fixed_panel.fixed_panel(400))
    monkeypatch.setattr(estimates, "to_step", lambda share, base: share)
    exact = score.score(fixed_panel.fixed_panel(400))
    assert rounded["targets"] == exact["targets"] == withheld["targets"]
    assert score.LIMIT < rounded["advantage"] < exact["advantage"] - exact["error"]


def test_who_joined_is_given_away_by_no_part_of_a_change(monkeypatch):
    withheld = score.score(fixed_panel.who_joined(400))
    assert withheld["targets"] == 400 and withheld["advantage"] == 0
    monkeypatch.setattr(fixed_panel, "parts_may_be_published", lambda around, indicator: True)
    given = score.score(fixed_panel.who_joined(400))
    assert given["advantage"] - given["error"] > score.LIMIT


def test_every_kind_is_tried_and_nothing_is_shown_that_may_not_be(home, get, lattice):
    rows, notes = run.attack(get, home, lattice, worlds=60)
    told = score.table(rows, notes)
    assert [kind for kind in "1234567" if f"\n{kind}. " in told] == list("1234567")
    assert {row["kind"]: row["found"] for row in rows if "found" in row} == {
        "3. own figure out of a small group": 0, "known for certain": 0}  # fmt: skip
    (nested,) = [row for row in rows if row["kind"] == "1. two nested filters"]
    assert nested["targets"] > 100 and nested["advantage"] - nested["error"] <= score.LIMIT
