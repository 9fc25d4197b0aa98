"""The measure of what protection costs, against the figures that the door gives the public and an analyst."""

from datetime import date

import numpy as np
import pytest

from etl import snapshot
from etl.door.answers import answer
from etl.door.principal import PUBLIC, Principal
from etl.home import make_secrets
from etl.proof import accuracy
from etl.proof.falling import falling
from etl.publishing.publish import publish
from metrics.question import ask
from tests.homes import drawn_requests, make_home

SECTORS, REGIONS = ("police", "health", "fire"), ("E12000001", "E12000002", "W92000004", "S92000003")
KEYS = ("sector", "region", "year")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    chances = {"holder_sector": (SECTORS, [0.6, 0.3, 0.1]), "region": (REGIONS, [0.5, 0.3, 0.17, 0.03])}
    rows = drawn_requests(np.random.default_rng(3), 3000, date(2021, 1, 1), 700, chances)
    home = make_home(tmp_path_factory.mktemp("accuracy"), [{"rows": rows}], kind="synthetic")
    make_secrets(home)
    snapshot.release(home, publish(home), "a test")
    return home


def test_errors_are_those_between_what_the_public_and_an_analyst_are_told(home):
    analyst = Principal("analyst")
    seen, exact, counted = (
        {tuple(row[key] for key in KEYS): row for row in answer(who, ask(measure, KEYS), home).rows}
        for who, measure in ((PUBLIC, "refusal_rate"), (analyst, "refusal_rate"), (analyst, "requests_received"))
    )
    there = {key: row["value"] for key, row in counted.items() if row["value"]}
    rates = {key for key in there if seen.get(key, {}).get("status") in ("ok", "bounded")}
    errors = [100 * abs(seen[key]["value"] - exact[key]["numerator"] / exact[key]["denominator"])
              for key in rates if seen[key]["status"] == "ok"]  # fmt: skip
    row = accuracy.promise(accuracy.measured(home))
    assert (row["cells"], row["rates"], row["numbers"]) == (len(there), len(rates), len(errors))
    assert 5 <= len(errors) < len(rates) < len(there)
    assert row["p95"] == pytest.approx(np.quantile(errors, 0.95)) and max(errors) > 0
    assert row["of_requests"] == pytest.approx(sum(there[key] for key in rates) / sum(there.values()))


def test_every_level_and_combination_has_a_line(home):
    rows = accuracy.measured(home)
    told = accuracy.table(rows, every=True)
    assert len(rows) == len({(row["level"], row["dimensions"], row["names"]) for row in rows})
    assert sum(row["names"] is not None for row in rows) == 9 + 37 + 93 + 9 + 93
    assert len(told.splitlines()) == 1 + len(rows) and "sector, requester_sector, region" in told
    assert "3 dimensions" in accuracy.table(rows) and len(accuracy.table(rows).splitlines()) < 25


def test_a_falling_rate_stays_visible_and_unbiased():
    """From 25% to 8% at 60 requests a month: no month is hidden, ranges hold the rate, quarters are unbiased."""
    seen = falling()
    assert seen.shown == 1 and seen.held >= 0.95
    assert seen.quarters >= 0.85 and abs(seen.bias) < 0.2
