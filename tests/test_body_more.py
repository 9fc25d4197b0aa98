"""A body's own file: how long it takes, held to the method the published curves are held to, and its agreements."""

from datetime import date, timedelta

import numpy as np
import pytest

from etl import snapshot
from etl.door import own as body_file
from etl.door.answers import Principal
from etl.publishing.publish import publish
from metrics import time_to_decision
from tests.homes import SOME_BODIES, make_home, request

BODY = SOME_BODIES[0]
EXTRACT = date(2022, 6, 30)


def received(count, seed):
    """Requests received through 2021, decided after a random number of days or still open at the extract."""
    draw = np.random.default_rng(seed)
    for number in range(count):
        day = date(2021, 1 + number % 12, 1 + number % 28)
        wait = int(draw.geometric(0.04))
        decided = day + timedelta(days=wait)
        still_open = decided > EXTRACT or number % 9 == 0
        yield day, None if still_open else decided


def counted(pairs):
    days = [((decided or EXTRACT) - day).days for day, decided in pairs]
    settled = [decided is not None for _, decided in pairs]
    return np.array(days), np.array(settled, dtype=float), 1 - np.array(settled, dtype=float)


@pytest.fixture(scope="module")
def pairs():
    return list(received(90, 3))


@pytest.fixture(scope="module")
def home(tmp_path_factory, pairs):
    returns = []
    for place, body in enumerate(SOME_BODIES):
        rows = [request(place * 1000 + number, body, day, decided, outcome="shared_full" if decided else "pending")
                for number, (day, decided) in enumerate(pairs if body == BODY else received(4, place))]  # fmt: skip
        returns.append({"rows": rows, "sender": body, "extracted_on": EXTRACT})
    agreements = [
        {"body": BODY, "sector": "local_government", "region": "E12000001", "counterparty_sector": other,
         "period_start": date(2022, 1, 1), "period_end": date(2022, 3, 31), "in_force": count, "active": None,
         "signed": None, "ended": None, "review_overdue": overdue}
        for other, count, overdue in (("police", 12, 3), ("health", 5, None))
    ]  # fmt: skip
    returns.append({"kind": "agreements", "rows": agreements, "sender": BODY, "release": "confidential"})
    made = make_home(tmp_path_factory.mktemp("bodies") / "home", returns)
    snapshot.release(made, publish(made), "a test")
    return made


def own(home, section, body=BODY, **equals):
    return body_file.own(Principal("council", body), section, home, **equals)


@pytest.mark.parametrize("level", ["year", "all"])
def test_time_to_decision_is_that_of_the_published_method_with_open_requests_counted(home, pairs, level):
    curve = time_to_decision.kaplan_meier(*counted(pairs))
    for indicator, share in (("median_days_to_decision", 0.5), ("p90_days_to_decision", 0.9)):
        (row,) = own(home, "figure", indicator=indicator, level=level)
        expected = curve.quantile(share)
        assert (row["figure"], row["lower"], row["upper"]) == (expected.value, expected.lower, expected.upper)
        assert row["denominator"] == len(pairs) and row["numerator"] == sum(one is not None for _, one in pairs)
    (row,) = own(home, "figure", indicator="undecided_at_30_days", level=level)
    point = curve.at(30)
    assert row["figure"] == pytest.approx(float(point.value)) and row["status"] == "ok"
    assert (row["lower"], row["upper"]) == pytest.approx((float(point.lower), float(point.upper)))


def test_leaving_open_requests_out_would_have_told_another_story(home, pairs):
    settled = [pair for pair in pairs if pair[1]]
    plain = np.quantile([(decided - day).days for day, decided in settled], 0.9, method="inverted_cdf")
    (row,) = own(home, "figure", indicator="p90_days_to_decision", level="all")
    assert row["figure"] is None or row["figure"] > plain


def test_fewer_than_ten_requests_say_nothing_of_time(home):
    assert own(home, "figure", SOME_BODIES[1], indicator="median_days_to_decision") == []
    assert own(home, "figure", SOME_BODIES[1], indicator="requests_received", level="all")


def test_agreements_stand_as_they_were_returned_and_in_their_owners_file_alone(home):
    rows = own(home, "agreements")
    assert {(row["indicator"], row["value"], row["numerator"]) for row in rows} == {
        ("in_force", "police", 12), ("in_force", "health", 5), ("review_overdue", "police", 3)}  # fmt: skip
    assert {row["period"] for row in rows} == {date(2022, 3, 31)}
    assert own(home, "agreements", SOME_BODIES[1]) == []
