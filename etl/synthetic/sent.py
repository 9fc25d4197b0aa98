"""All tables of one synthetic world as they would be sent, and who is asked to send them."""

import numpy as np

from etl.synthetic.draw import Table, body_years
from etl.synthetic.requests import extracted_on, requests_table
from etl.synthetic.returns import agreements_table, counts_table, refusals_table, requester_table, sent
from etl.synthetic.scenarios import Scenario
from etl.synthetic.survey import survey_tables
from etl.synthetic.world import World

SURVEY = "SYNTHETIC-SURVEY"  # the sender of the survey, which is no body


class Returns:
    """All tables of one synthetic world, as they would be sent."""

    def __init__(self, scenario: Scenario, rng: np.random.Generator, world: World):
        self.scenario, self.world = scenario, world
        everything = requests_table(scenario, rng, world)
        everything["request"] = np.arange(1, len(everything["holder"]) + 1)
        holder, year = everything["holder"], everything["year"]
        reported = sent(scenario, world, holder, year)
        totals = world.totals_only[holder]
        # Who reports changes nothing about what happened: it only picks rows.
        self.requests = take(everything, reported & ~totals)
        self.counts = counts_table(world, everything, np.flatnonzero(reported & totals))
        self.counts["extracted_on"] = extracted_on(scenario, self.counts["year"])
        self.seen_by_requesters = requester_table(scenario, rng, world, everything)
        self.seen_by_requesters["request"] += 5_000_000  # a requester has references of its own
        self.refusals = self._refusals(rng)
        self.agreements = agreements_table(scenario, rng, world)
        place = self.agreements["holder"]
        self.agreements |= {"sector": world.sector[place], "region": world.region[place]}
        self.answers, self.survey_frame, self.waves = survey_tables(scenario, rng, world)
        for table in (self.answers, self.survey_frame) if self.waves else ():
            table["extracted_on"] = extracted_on(scenario, table["year"])

    def _refusals(self, rng) -> Table:
        table = refusals_table(self.scenario, rng, self.world, self.requests)
        place = table["request"]
        same = {name: self.requests[name][place] for name in ("holder", "year", "extracted_on", "request")}
        return table | same | {"row": place}

    def senders(self) -> list[dict[str, str]]:
        """The rows of senders.csv: what each sender is asked for, whether or not it came."""
        world, rows = self.world, []
        with_refusals = _every_year(self.refusals, self.requests)
        with_agreements = set(self.agreements["holder"])
        order = np.argsort(-world.size, kind="stable")
        public, club = set(order[40:43]), set(order[43:63])
        years = world.months.astype("datetime64[Y]").astype(int) + 1970
        for body, code in enumerate(world.body):
            kinds = ["request_counts"] if world.totals_only[body] else ["requests"]
            kinds += ["refusals"] if body in with_refusals or (world.never[body] and body % 2) else []
            kinds += ["agreements"] if body in with_agreements else []
            alive = years[world.alive[body]]
            release = "public" if body in public else "club" if body in club else "confidential"
            rows.append(_sender(str(code), str(code), kinds, alive.min(), alive.max(), release))
        if self.waves:
            waves = self.answers["year"]
            rows.append(_sender(SURVEY, "", ["awareness", "survey_frame"], waves.min(), waves.max(), "confidential"))
        return rows


def take(table: Table, rows: np.ndarray) -> Table:
    """The chosen rows (a mask or places) of every column."""
    return {name: column[rows] for name, column in table.items()}


def _every_year(refusals: Table, requests: Table) -> set[int]:
    """Bodies with a refusal in every year they sent requests: only they are asked for refusals every year."""

    def years(table: Table) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for body, year in body_years(table):
            found.setdefault(body, set()).add(year)
        return found

    refused = years(refusals)
    return {body for body, sent_in in years(requests).items() if refused.get(body) == sent_in}


def _sender(sender: str, body: str, kinds: list[str], first, last, release: str) -> dict[str, str]:
    return {
        "sender": sender,
        "body": body,
        "kinds": ";".join(kinds),
        "frequency": "year",
        "from": f"{first}-01-01",
        "to": f"{last}-12-31",
        "release": release,
    }
