"""What noise does to a figure over time, and that it is the same noise for ever."""

from datetime import date, timedelta

import numpy as np
import pytest

from dashboard import attack
from etl.publishing import cells, facts
from metrics import evaluate
from metrics.disclosure import NEARLY_ALL, UNDER, mark, rounded, share_step
from tests.homes import SOME_BODIES, memory_warehouse, request


def test_twenty_four_snapshots_give_one_draw_of_noise():
    """Each month brings more returns; a cell that they do not touch is published with the same count every time."""
    months = [date(2021 + at // 12, at % 12 + 1, 1) for at in range(24)]
    rows = [
        request(100 * at + number, SOME_BODIES[number % 5], month + timedelta(days=number % 28),
                month + timedelta(days=30), outcome="refused" if number % 3 else "shared_full")
        for at, month in enumerate(months) for number in range(40)
    ]  # fmt: skip
    seen = set()
    for last in (1, 2, 24):
        con = memory_warehouse([{"rows": rows[: 40 * last]}])
        facts.build(con, b"a seed of tests.")
        cells.create(con)
        con.execute(cells._statement(0, (), ["month"]))
        seen.add(con.execute(
            """SELECT noisy(received, noise), noisy(refused, noise), noisy(shared, noise) FROM exact_cells, noise
               WHERE level = 'month' AND period = DATE '2021-01-01'""").fetchone())  # fmt: skip
    assert len(seen) == 1


def test_what_is_stored_of_small_counts():
    assert [mark(count, (64,)) for count in (0, 9, 10, 54, 55, 66)] == [UNDER, UNDER, 10, 54, NEARLY_ALL, NEARLY_ALL]
    assert [rounded(count) for count in (0, 2, 3, 7, 8, 12, 13)] == [0, 0, 5, 5, 10, 10, 15]
    assert [share_step(base) for base in (30, 400, 1000, 100_000)] == [0.05, 0.02, 0.005, 0.001]


def test_a_count_above_its_base_is_all_of_it():
    row = evaluate.share({"shown": True, "bodies": 5, "x": 62, "n": 60}, None, "x", "n")
    assert (row["numerator"], row["denominator"], row["value"], row["upper"]) == (60, 60, 1.0, 1.0)


def test_an_intruder_is_scored_by_what_a_table_adds_to_a_blind_guess():
    draw = np.random.default_rng(6)
    truths = draw.integers(1, 10, 2000)
    told = attack.score([attack.Try(int(truth), float(truth)) for truth in truths])
    assert told["informed"] == told["exact"] == 1 and told["advantage"] > 0.8
    nothing = attack.score([attack.Try(int(truth), float(draw.integers(0, 20))) for truth in truths])
    assert abs(nothing["advantage"]) < 0.05
    noisy = attack.score([attack.Try(int(t), float(t + draw.normal(0, 4))) for t in truths])
    assert nothing["advantage"] < noisy["advantage"] < told["advantage"]
    assert attack.beaten([{"kind": "", **told}]) and not attack.beaten([{"kind": "", **nothing}])


def test_one_of_two_hidden_parts_is_not_taken_for_the_rest():
    truth = {("a", 1): 30, ("a", 2): 4, ("b", 1): 20, ("b", 2): 3, ("b", 3): 2}
    tries = attack.minus({"a": 34, "b": 25}, {("a", 1): 30, ("b", 1): 20}, lambda key: key[0], truth)
    assert tries == [attack.Try(4, 4)]


@pytest.mark.parametrize("count", ["received", "refused"])
def test_the_intruder_reads_only_what_is_shown(count):
    page = ("indicator,region,year,numerator,status\nx,E1,2021,40,ok\nx,E2,2021,,bounded\nx,E3,2021,,suppressed\n")
    intruder = attack.Intruder(lambda address: page)
    assert intruder.counts(count, "year", "region", sector="fire") == {("E1", "2021"): 40}
    assert intruder.counts(count, "year", "region", sector="fire") and intruder.asked == 1
