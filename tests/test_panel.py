"""Changes of who sends: the parts of a change add up exactly, and artefacts are told from practice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from metrics import panel

COUNT = some.integers(0, 400)


@given(some.lists(some.tuples(COUNT, COUNT, some.floats(0, 1), some.floats(0, 1)), min_size=1, max_size=30))
def test_the_parts_add_up_exactly(bodies):
    n0, n1, s0, s1 = (np.array(column, dtype=float) for column in zip(*bodies, strict=True))
    x0, x1 = np.floor(n0 * s0), np.floor(n1 * s1)
    if not ((n0 > 0) & (n1 > 0)).any():
        with pytest.raises(ValueError, match="both periods"):
            panel.decompose(x0, n0, x1, n1)
        return
    parts = panel.decompose(x0, n0, x1, n1)
    total = x1.sum() / n1.sum() - x0.sum() / n0.sum()
    assert parts.change == pytest.approx(total, abs=1e-12)
    assert parts.within + parts.mix + parts.joining + parts.leaving == pytest.approx(total, abs=1e-12)


def test_each_part_stands_alone_where_only_it_moves():
    within = panel.decompose([20, 30], [100, 100], [10, 20], [100, 100])
    assert (within.within, within.mix, within.joining, within.leaving) == pytest.approx((-0.1, 0, 0, 0))
    mix = panel.decompose([20, 40], [100, 100], [40, 20], [200, 50])
    assert (mix.within, mix.joining, mix.leaving) == pytest.approx((0, 0, 0)) and mix.mix == pytest.approx(-0.06)
    joins = panel.decompose([20, 0], [100, 0], [20, 0], [100, 100])
    assert (joins.within, joins.mix, joins.leaving) == pytest.approx((0, 0, 0))
    assert joins.joining == pytest.approx(-0.1) and joins.stayed == 0.5
    leaves = panel.decompose([20, 0], [100, 100], [20, 0], [100, 0])
    assert leaves.leaving == pytest.approx(0.1) and leaves.change == pytest.approx(0.1)


def test_the_panel_changed_when_a_fifth_came_or_went_or_moved_the_figure():
    def parts(x_new, n_new):
        return panel.decompose([200, 0], [1000, 0], [200, x_new], [1000, n_new])

    assert not panel.changed(parts(20, 100), 0.03)
    assert panel.changed(parts(60, 300), 0.03)  # 23% new, though with the same share
    assert panel.changed(parts(100, 100), 0.03)  # 9% new, all refusals


def test_the_fixed_panel_is_shown_only_where_the_rest_cannot_be_worked_out():
    always, once, never = [True] * 4, [True, False, True, True], [False] * 4
    assert panel.fixed([always, always, never]).may_be_shown
    assert not panel.fixed([always, once]).may_be_shown and not panel.fixed([always, once, once]).may_be_shown
    found = panel.fixed([always, once, once, once, never])
    assert found.may_be_shown and found.left_out == 3 and found.members.tolist() == [True] + [False] * 4


def test_recording_that_changed_is_warned_of_and_recording_that_did_not_is_not():
    base = np.full(24, 100)
    known = np.where(np.arange(24) < 12, 60, 90)
    found = panel.recording(known, base, 12)
    assert found.changed and "60%" in panel.warning(found) and "90%" in panel.warning(found)
    steady = panel.recording(np.full(24, 85), base, 12)
    assert not steady.changed and panel.warning(steady) == ""
    assert panel.recording(base * 2, base, 12).after == 1.0
