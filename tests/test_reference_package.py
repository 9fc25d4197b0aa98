"""The cells' keys and noise against the package of the Office for National Statistics, on the requests themselves."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from cell_key_perturbation.create_perturbed_table import create_perturbed_table

from etl.publishing import cells, facts
from metrics import cell_key
from tests import twin
from tests.homes import SOME_BODIES, memory_warehouse, request

SEED = b"a seed of tests."
CHOICES = {
    "purpose": ("direct_care", "early_help", "fraud_debt", "other", "not_stated", "commercial", "crime_prevention"),
    "subject_group": ("school_age", "children_under_5", "adults_at_risk", "older_people", "not_stated"),
    "urgency": ("emergency", "urgent", "routine", "not_stated"),
    "under_agreement": ("yes", "no", "not_stated"),
    "region": ("E12000001", "E12000002", "E12000003", "W92000004", "S92000003", "E12000007"),
    "requester_sector": ("police", "health", "education", "voluntary", "justice", "housing", "fire", "regulator"),
    "holder_sector": ("police", "health", "education", "voluntary", "local_government", "fire"),
}
COUNTED = {
    "received": lambda outcome: True,
    "refused": lambda outcome: outcome == "refused",
    "shared": lambda outcome: outcome == "shared_full",
}


def microdata(count):
    draw = np.random.default_rng(20201217)
    columns = {name: draw.choice(values, count) for name, values in CHOICES.items()}
    days, outcomes = draw.integers(0, 730, count), draw.choice(["refused", "shared_full"], count, p=[0.3, 0.7])
    return [
        request(
            number * 7919, SOME_BODIES[number % 5], received := date(2021, 1, 1) + timedelta(days=int(days[number])),
            received + timedelta(days=1), outcome=str(outcomes[number]),
            **{name: str(values[number]) for name, values in columns.items()},
        )
        for number in range(count)
    ]  # fmt: skip


THREE = ("region", "urgency", "under_agreement")


def test_twenty_thousand_cells_equal_the_package():
    """By two filters, and by three, which have a table of their own."""
    rows = microdata(12_000)
    con = memory_warehouse([{"rows": rows}])
    facts.build(con, SEED)
    cells.create(con)
    frame = pd.DataFrame(rows).rename(columns={"holder_sector": "sector"})
    frame["record_key"] = [twin.record_key(SEED, key) for key in frame["request_key"]]
    when = pd.to_datetime(frame["received_on"])
    frame["quarter"] = when.dt.to_period("Q").dt.start_time.dt.date.astype(str)
    frame["year"], frame["all"] = when.dt.year.astype(str) + "-01-01", "None"
    tables = {2: ("noise", package_table(2)), 3: ("fine", package_table(3))}
    compared = different = 0
    for number, names in cells.combos():
        if (len(names) != 2 and names != THREE) or not set(names) <= set(frame.columns):
            continue
        noise, table = tables[len(names)]
        con.execute(cells._statement(number, names, ["quarter", "year"]))
        for level in ("quarter", "year", "all"):
            for name, keep in COUNTED.items():
                ours = con.execute(
                    f"""SELECT coalesce(period::VARCHAR, 'None'), {", ".join(names)}, noisy({name}, {noise})
                        FROM exact_cells, noise WHERE combo = ? AND level = ?""",
                    [number, level],
                ).fetchall()
                published = {row[:3]: row[3] for row in ours}
                theirs = create_perturbed_table(
                    frame[frame["outcome"].map(keep)], table, [level], list(names), "record_key", threshold=0
                )
                for row in theirs.to_dict("records"):
                    key = tuple(row[name] for name in (level, *names))
                    if len(names) == 2 or key in published:  # small cells of three filters are not kept
                        compared += 1
                        different += published.get(key, 0) != row["count"]
    assert compared >= 20_000 and different == 0


def package_table(filters):
    """Our table in the package's form: one row a count and cell key."""
    table = cell_key.make_table(b"table" + SEED, filters)
    rows, keys = np.indices(table.shape)
    return pd.DataFrame({"pcv": rows.ravel() + 1, "ckey": keys.ravel(), "pvalue": table.ravel().astype(int)})
