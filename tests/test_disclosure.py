"""What noise does to a figure over time, and that it is the same noise for ever."""

from datetime import date, timedelta

import numpy as np
import pytest

from etl.publishing import cells, facts
from metrics import evaluate, intervals
from metrics.disclosure import NEARLY_ALL, UNDER, mark, rounded, share_step, to_step
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


def test_a_range_allows_for_the_noise_of_its_own_counts():
    """Smaller counts and fewer filters have less of it, and what is exact has none."""

    def width(refused, received, noise, **more):
        cell = {"shown": True, "bodies": 4, "refused": refused, "received": received, **more}
        row = evaluate.share(cell, None, "refused", "received")
        assert (row["lower"], row["upper"]) == pytest.approx(intervals.widened(refused, received, 1, *noise))
        return row["upper"] - row["lower"]

    one, three = {"sector": "police", "region": None}, {"sector": "police", "region": "E12000001", "purpose": "other"}
    assert width(20, 90, (1.3, 1.3), **one) < width(20, 90, (4, 4), **three)
    assert width(20, 110, (1.3, 4), **one) > width(20, 110, (0, 0), small=False)
    assert width(120, 400, (4, 4), **one) > width(120, 400, (0, 0), part="published")


def test_nearly_all_of_what_was_decided_is_no_more_of_what_was_received():
    """45 of 100 requests were decided, nearly all by sharing: 36 to 45 of 100 were shared, not 91 to 100."""
    cell = {"shown": True, "bodies": 4, "small": True, "shared": NEARLY_ALL, "decided": 45, "received": 100}
    row = evaluate.share(cell, None, "shared", "received")
    limits = intervals.wilson(36, 100)[0], intervals.wilson(45, 100)[1]
    assert row["status"] == "bounded" and (row["lower"], row["upper"]) == pytest.approx(limits)
    assert evaluate.share(cell, None, "shared", "decided")["upper"] == 1
    assert evaluate.share({**cell, "decided": None}, None, "shared", "received")["status"] == "suppressed"


def test_a_count_above_its_base_is_all_of_it():
    row = evaluate.share({"shown": True, "bodies": 5, "x": 62, "n": 60}, None, "x", "n")
    assert (row["numerator"], row["denominator"], row["value"], row["upper"]) == (60, 60, 1.0, 1.0)


def test_a_share_is_rounded_so_that_its_count_cannot_be_told():
    """Whatever the base, known exactly, a rounded share of 100 or more fits several counts; a survey's, its own too."""
    for base in (*range(100, 400, 7), 1000, 5000, 60_000):
        counts = np.arange(base + 1)
        told = np.array([to_step(count / base, base) for count in counts])
        fitting = np.array([np.sum(np.isclose(told, one)) for one in told])
        assert fitting[10:-10].min() >= 3, base
    fits = {}
    for base in range(25, 420):
        for yes in range(5, base - 4):
            fits.setdefault((rounded(base), round(to_step(yes / base, base), 3)), set()).add(yes)
    shown = {told: counts for told, counts in fits.items()
             if 30 <= told[0] < 400 and 10 <= rounded(told[0] * told[1]) <= told[0] - 10}  # fmt: skip
    assert len(shown) > 1000 and min(map(len, shown.values())) >= 2
    assert to_step(None, None) is None and to_step(-0.0312, 400) == pytest.approx(-0.04)
