"""XmR charts against the figures NHSRplotthedots keeps for its own tests, and its rules written out naively."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.spc import xmr

# R: set.seed(123); rnorm(20)
NORMAL = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285,
    -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716,
    0.70135590, -0.47279141,
]  # fmt: skip


def test_limits_are_those_the_r_package_keeps():
    (phase,) = xmr(NORMAL).phases
    assert (phase.mean, phase.lower, phase.upper) == pytest.approx((0.142, -3.01, 3.29), abs=0.005)


def test_a_worked_example():
    """Mean 5.5; moving ranges 1, 3, 2, 1, 5 have mean 2.4; 5.5 ± 2.66 x 2.4."""
    (phase,) = xmr([5, 6, 3, 5, 4, 9], screen=False).phases
    assert (phase.mean, phase.lower, phase.upper) == pytest.approx((32 / 6, 32 / 6 - 6.384, 32 / 6 + 6.384))


def test_a_wild_moving_range_is_left_out_once():
    values = [*NORMAL[:14], 10, *NORMAL[15:]]
    ranges = np.abs(np.diff(values))
    kept = ranges[ranges < 3.267 * ranges.mean()]
    assert 0 < len(kept) < len(ranges)
    screened, whole = xmr(values).phases[0], xmr(values, screen=False).phases[0]
    assert screened.upper - screened.mean == pytest.approx(2.66 * kept.mean())
    assert whole.upper - whole.mean == pytest.approx(2.66 * ranges.mean())


def test_limits_of_a_baseline_are_carried_on():
    (phase,) = xmr(NORMAL, baseline=12).phases
    first = xmr(NORMAL[:12]).phases[0]
    assert (phase.mean, phase.lower, phase.upper) == (first.mean, first.lower, first.upper)
    assert (phase.first_point, phase.last_point) == (1, 20)


def test_a_rebase_begins_a_phase_and_names_its_event():
    chart = xmr([*NORMAL, *(10 + value for value in NORMAL)], rebase_at={21: "Code in force"})
    first, second = chart.phases
    assert (first.first_point, first.last_point, first.event) == (1, 20, None)
    assert (second.first_point, second.last_point, second.event) == (21, 40, "Code in force")
    assert second.mean == pytest.approx(first.mean + 10) and second.enough
    assert chart.special_cause == () and len(xmr(NORMAL, rebase_at=(11,)).phases) == 2
    assert not xmr(NORMAL, rebase_at=(11,)).phases[1].enough


STEADY = [10, 12] * 10  # mean 11, moving range 2: limits 5.68 and 16.32, outer third from 14.547


def labels(extra, improvement=-1):
    """Special causes of points that follow a baseline with known limits, numbered within those points."""
    chart = xmr([*STEADY, *extra], baseline=20, improvement=improvement)
    return [(point - 20, rule, label) for point, rule, label in chart.special_cause if point > 20]


def test_each_rule_alone():
    assert labels([10, 17, 10]) == [(2, "outside", "concern")]
    assert labels([10, 5, 12]) == [(2, "outside", "improvement")]
    assert labels([10, 15, 11.5, 15, 10]) == [(2, "two of three", "concern"), (4, "two of three", "concern")]
    assert labels([10, 15, 10.5, 15, 10]) == []  # the third is on the other side
    assert labels([10, 15, 11, 15, 10]) == []  # the third is on the mean
    assert labels([10, 15, 17, 12]) == [(3, "outside", "concern")]  # a point outside is no near one
    side = [10, 12, 13, 12, 13, 12, 13, 12, 10]
    assert labels(side) == [(point, "seven one side", "concern") for point in range(2, 9)]
    assert labels([10, 12, 13, 12, 11, 13, 12, 13, 10]) == []  # a point on the mean breaks the run
    rising = [9, 9.5, 10, 10.5, 11.2, 11.7, 12.1, 9]
    assert labels(rising) == [(point, "seven trending", "concern") for point in range(1, 8)]
    assert labels([9, 9.5, 10, 10, 11.2, 11.7, 12.1, 9]) == []  # strictly


def test_one_label_a_point_in_order_of_precedence():
    falling = [17, 15, 14.9, 14, 13, 12, 11.5, 12]
    assert labels(falling) == [(1, "outside", "concern")] + [
        (point, "seven trending", "improvement") for point in range(2, 8)
    ] + [(8, "seven one side", "concern")]


def test_where_two_trends_meet_the_later_one_names_the_point():
    up_and_down = [8, 9, 10, 11, 12, 13, 14, 13, 12, 11, 10, 9, 8]
    found = labels(up_and_down)
    assert [rule for _, rule, _ in found] == ["seven trending"] * 13
    assert [label for *_, label in found] == ["concern"] * 6 + ["improvement"] * 7


def test_the_label_follows_which_way_is_better():
    assert [labels([10, 17], improvement=way)[0][2] for way in (-1, 0, 1)] == ["concern", "neither", "improvement"]


@pytest.mark.parametrize("values", [[0.1] * 30, [5.0], [3.0, 3.0]])
def test_a_flat_line_signals_nothing(values):
    chart = xmr(values)
    assert chart.special_cause == () and chart.phases[0].mean == pytest.approx(values[0])


@pytest.mark.parametrize(
    "values, options",
    [([], {}), ([1, float("nan")], {}), ([1, 2, 3], {"rebase_at": (1,)}), ([1, 2], {"rebase_at": (3,)}),
     ([1, 2, 3], {"baseline": 1})],
)  # fmt: skip
def test_what_makes_no_chart_is_refused(values, options):
    with pytest.raises(ValueError):
        xmr(values, **options)


def naive(values):
    """The four rules as sets of points, straight from their wording, on an unscreened chart."""
    y = [float(value) for value in values]
    mean = sum(y) / len(y)
    sigma = 2.66 / 3 * sum(abs(b - a) for a, b in pairwise(y)) / (len(y) - 1)
    out = {i for i, v in enumerate(y) if abs(v - mean) > 3 * sigma}
    trend, near, shift = set(), set(), set()
    for i in range(len(y) - 6):
        seven = y[i : i + 7]
        if sorted(set(seven)) == seven or sorted(set(seven), reverse=True) == seven:
            trend |= set(range(i, i + 7))
        if all(v > mean for v in seven) or all(v < mean for v in seven):
            shift |= set(range(i, i + 7))
    for i in range(len(y) - 2):
        three = range(i, i + 3)
        close = {j for j in three if j not in out and abs(y[j] - mean) > 2 * sigma}
        if len(close) >= 2 and len({y[j] > mean for j in three}) == 1:
            near |= close
    rules = {"outside": out, "seven trending": trend, "two of three": near, "seven one side": shift}
    return [
        (i + 1, next(r for r, s in rules.items() if i in s)) for i in range(len(y)) if i in set().union(*rules.values())
    ]


@given(st.integers(0, 10_000), st.floats(0, 0.95), st.integers(3, 60))
def test_the_rules_agree_with_their_wording_on_wandering_series(seed, memory, length):
    noise = np.random.default_rng(seed).standard_normal(length)
    for i in range(1, length):
        noise[i] += memory * noise[i - 1]
    assert [signal[:2] for signal in xmr(noise, screen=False).special_cause] == naive(noise)
