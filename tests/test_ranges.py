"""Which claim a shown range makes: wider where bodies differ, plain behind few bodies and for published registers."""

from datetime import date

import numpy as np
import pytest

from etl import snapshot
from etl.door import answers
from etl.publishing.publish import publish
from metrics import evaluate, intervals
from metrics.formulas import Days, Returned, Share, Stock, Survey, Total, Undecided
from metrics.question import ask
from tests.homes import make_home

BODIES = [f"E060000{n:02d}" for n in range(1, 13)]


def _row(body, refused, requests, sector, month=1, year=2021):
    start = date(year, month, 1)
    shared = {"holder_body": body, "requester_body": None, "holder_sector": sector, "requester_sector": "police",
              "region": "E12000001", "purpose": "not_stated", "period_start": start, "period_end": start}  # fmt: skip
    return [{**shared, "outcome": "refused", "requests": refused},
            {**shared, "outcome": "shared_full", "requests": requests - refused}]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory, without_noise):
    """Twelve councils that refuse from 10% to 65%; four health bodies as uneven; one register that is published."""
    councils = [row for place, body in enumerate(BODIES)
                for row in _row(body, 20 + 10 * place, 200, "local_government")]  # fmt: skip
    health = [row for place, body in enumerate(["7A1", "7A2", "7A3", "7A4"])
              for row in _row(body, 20 + 50 * place, 200, "health")]  # fmt: skip
    register = _row("NHS-DIGITAL", 52, 193, "health", year=2019)
    made = make_home(tmp_path_factory.mktemp("ranges") / "home", [
        {"kind": "request_counts", "rows": councils + health},
        {"kind": "request_counts", "rows": register, "release": "public", "period_from": date(2019, 1, 1)},
    ])  # fmt: skip
    snapshot.release(made, publish(made), "a test")
    return made


def _one(home, **asked):
    (row,) = answers.answer(answers.PUBLIC, ask("refusal_rate", **asked), home).rows
    return row


def test_a_range_over_bodies_that_differ_is_that_of_the_bodies_own_rates(home):
    row = _one(home, where={"sector": "local_government"})
    x, n = np.arange(20, 140, 10), np.full(12, 200)
    value, lower, upper, _ = intervals.clustered(x.sum(), n.sum(), (x * x).sum(), (n * n).sum(), (x * n).sum(), 12)
    assert row["value"] == pytest.approx(value)
    assert (row["lower"], row["upper"]) == pytest.approx((lower, upper), abs=0.002)
    plain = intervals.wilson(x.sum(), n.sum())
    assert row["upper"] - row["lower"] > 4 * (plain[1] - plain[0])


def test_four_bodies_and_published_registers_keep_the_range_of_the_requests_recorded(home):
    row = _one(home, where={"sector": "health"}, level="year", first="2021", last="2021")
    assert (row["lower"], row["upper"]) == pytest.approx(intervals.wilson(380, 800))
    row = _one(home, where={"sector": "health"}, level="year", first="2019", last="2019")
    assert "published" in row["flags"] and (row["lower"], row["upper"]) == pytest.approx(intervals.wilson(52, 193))


def test_parts_weigh_in_with_their_own_requests(without_noise):
    returns = {"shown": True, "bodies": 12, "refused": 300, "received": 1000}
    published = {"refused": 30, "received": 200}
    alike = evaluate.Alike(0.05, 1.5)
    row = evaluate.share(returns, published, "refused", "received", alike)
    effect = (1000 * (1 + (1.5 * 1000 / 12 - 1) * 0.05) + 200) / 1200
    assert (row["lower"], row["upper"]) == pytest.approx(intervals.widened(330, 1200, effect))
    few = evaluate.share({**returns, "bodies": 4}, None, "refused", "received", alike)
    assert (few["lower"], few["upper"]) == pytest.approx(intervals.wilson(300, 1000))


def test_shown_ranges_cover_what_bodies_like_these_do_where_plain_ones_do_not():
    """Likeness is measured over four years of 30 bodies and used in a cell of one of them, 400 times over."""
    draw, truth, hits, plain = np.random.default_rng(2), 0.25, 0, 0
    for _ in range(400):
        own = draw.beta(truth * 12, (1 - truth) * 12, 30)[:, None]
        n = draw.integers(10, 120, (30, 4))
        x = draw.binomial(n, own)
        xs, ns = x.sum(axis=1), n.sum(axis=1)
        effective = intervals.clustered(xs.sum(), ns.sum(), (xs**2).sum(), (ns**2).sum(), (xs * ns).sum(), 30)[3]
        effect, unevenness = max(ns.sum() / effective, 1), 30 * (ns**2).sum() / ns.sum() ** 2
        likeness = (effect - 1) / max(unevenness * ns.sum() / 30 - 1, 1)
        cell = {"shown": True, "bodies": 30, "refused": x[:, 0].sum(), "received": n[:, 0].sum()}
        row = evaluate.share(cell, None, "refused", "received", evaluate.Alike(likeness, unevenness))
        hits += row["lower"] <= truth <= row["upper"]
        low, high = intervals.wilson(cell["refused"], cell["received"])
        plain += low <= truth <= high
    assert 0.925 <= hits / 400 <= 0.985 and plain / 400 < 0.8


def test_every_kind_of_figure_says_which_claim_its_range_makes():
    kinds = (Share("refused", "received"), Total("received"), Undecided(30), Days(0.5), Stock("active"),
             Survey("heard_of_code"), Returned())  # fmt: skip
    said = [kind.ranges() for kind in kinds]
    assert all(said) and "bodies like these" in said[0] and "only the requests recorded" in said[2]
    assert said[1] == said[4] and said[1].startswith("None") and "did not answer" in said[5]
