"""The one door: every figure that leaves, leaves through `answer`.

Page, table, chart, download, JSON and the `figure` command all call it. It reads published cells only, one value
(or predefined group, or all) for each dimension; nothing is summed here.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from etl import snapshot
from etl.door.principal import PUBLIC, Principal, opened
from etl.door.read_cells import cells, curve, fetch_all, sharing, speed
from etl.door.read_reasons import reasons
from etl.door.read_tables import gaps, held, returned, stocks, survey
from etl.home import home as default_home
from metrics.formulas import Days, Gap, Held, Returned, Share, Sharing, Stock, Survey, Total, Undecided
from metrics.indicators import Indicator
from metrics.question import Question


@dataclass(frozen=True)
class Answer:
    """A question's rows, with what they were read from. Each row has the `by` keys and a figure's six parts."""

    data_version: str
    as_at: date
    indicator: Indicator
    question: Question
    rows: tuple[dict, ...]
    synthetic: bool


def answer(principal: Principal, question: Question, home=None) -> Answer:
    """The published figures that a question asks for. Raises Refusal when nothing has been published."""
    read = reasons if question.reason_key else READERS[type(question.definition.formula)]
    return _answer(principal, question, read, home)


def curves(principal: Principal, question: Question, home=None) -> Answer:
    """The same for a question about time to decision: the share undecided on every published day, in rows by `day`."""
    return _answer(principal, question, curve, home)


def _answer(principal: Principal, question: Question, read, home) -> Answer:
    version, con = opened(principal, home)
    about_row = _one(con, "SELECT as_at, kind, first_month, last_month, audience FROM about")
    synthetic = about_row["kind"] == "synthetic"
    rows = read(con, question, about_row)
    for row in rows:
        # What a document or a sender has published is real, in a home of either kind.
        if synthetic and "published" not in row["flags"]:
            row["flags"].append("synthetic")
    return Answer(version, about_row["as_at"], question.definition, question, tuple(rows), synthetic)


def about(principal: Principal = PUBLIC, home=None) -> dict:
    """The snapshot as a whole: version, as_at, synthetic, first and last month, returns, senders, its release, and all
    releases."""
    version, con = opened(principal, home)
    row = _one(con, "SELECT * FROM about")
    return {
        **row,
        "version": version,
        "synthetic": row["kind"] == "synthetic",
        "first": row["first_month"],
        "last": row["last_month"],
        "release": snapshot.released(home or default_home()),
        "releases": snapshot.releases(home or default_home()),
    }


def companion(table: str, principal: Principal = PUBLIC, home=None, **equals) -> list[dict]:
    """The rows of one of the small published tables, COMPANIONS: all, or those whose columns equal what is given.

    None where the version was published before there was such a table.
    """
    if table not in COMPANIONS:
        raise ValueError(f"there is no published table {table!r}")
    _, con = opened(principal, home)
    kept = " AND ".join(f'"{name}" = ?' for name in equals) or "TRUE"
    try:
        return fetch_all(con, f"SELECT * FROM {table} WHERE {kept}", equals.values())
    except duckdb.CatalogException:
        return []


COMPANIONS = (
    "coverage",
    "participation",
    "registers",
    "waves",
    "events",
    "loads",
    "skips",
    "catalogue",
    "counterfactuals",
    "campaign_paths",
    "design_effects",
    "peer_ranges",
)


def coverage(principal: Principal = PUBLIC, home=None) -> list[dict]:
    """Returns expected and received by level, period and sector ('' is every sector)."""
    return companion("coverage", principal, home)


def _one(con, sql: str) -> dict:
    return fetch_all(con, sql)[0]


READERS = {
    Share: cells,
    Total: cells,
    Undecided: speed,
    Days: speed,
    Stock: stocks,
    Survey: survey,
    Returned: returned,
    Gap: gaps,
    Sharing: sharing,
    Held: held,
}
