"""Who was expected to report and who has, by sector. Taking part is public by design."""

from dataclasses import dataclass

from dashboard import names, tables
from dashboard.markup import Node, el

SURVEYS = ("awareness", "survey_frame")


def bodies_expected(source) -> list[dict]:
    """Rows of participation of bodies that hold data; who runs a survey is not one of them."""
    return [row for row in source.companion("participation") if row["kind"] not in SURVEYS]


def by_sector(source) -> dict[str, "Taken"]:
    """Bodies and returns, expected and received, by sector; empty where there is no list of senders."""
    sectors: dict[str, Taken] = {}
    seen: dict[str, bool] = {}
    for row in bodies_expected(source):
        counted = sectors.setdefault(row["sector"] or "not_stated", Taken())
        new, had = row["body"] not in seen, seen.get(row["body"], False)
        seen[row["body"]] = had or row["received"] > 0
        counted.bodies += new
        counted.reporting += seen[row["body"]] and not had
        counted.expected += row["expected"]
        counted.received += row["received"]
    return sectors


@dataclass
class Taken:
    """What a sector was expected to send and what came."""

    bodies: int = 0
    reporting: int = 0
    expected: int = 0
    received: int = 0


def reported(source) -> list[Node]:
    """Who has reported, by sector."""
    sectors = by_sector(source)
    heading = el("h2", "Who has reported", class_="govuk-heading-m")
    if not sectors:
        return [heading, el("p", "This home has no list of senders, so what is missing cannot be said.",
                            class_="govuk-body")]  # fmt: skip
    body = [
        [label, f"{one.reporting:,} of {one.bodies:,}", f"{one.received:,} of {one.expected:,}"]
        for code, label in names.values("sector").items()
        if (one := sectors.get(code))
    ]
    headings = ("Sector", "Bodies that have reported", "Returns received")
    table = tables.table("Bodies and returns, received of expected, by sector", headings, body, (1, 2))
    return [heading, tables.scrolling("Who has reported, table", table)]
