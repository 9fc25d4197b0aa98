"""Who says no to whom: holders by those who ask, by direction, and what each side logs, beside each other."""

from dashboard import choices, matrix, names, parts, spans, strips, words
from dashboard.choices import Choice
from dashboard.content import Content
from dashboard.markup import Node
from dashboard.pairs import findings
from dashboard.pairs import tables as made
from etl import reference
from metrics.indicators import INDICATORS
from metrics.question import ask

PATH = "/who-says-no"
HEADING = "Who says no to whom"
MEASURES = ("refusal_rate", "shared_rate", "undecided_at_30_days", "median_days_to_decision", "under_agreement_share")
NOTES = (
    "A pair with few requests has a wide range: compare ranges, not numbers. Pairs ask for different things.",
    "What holders log and what requesters report are two accounts of the same requests, and are never added.",
    "A refusal can be right; no pair is better or worse for its number alone.",
)


def _choices(source) -> tuple[Choice, ...]:
    sectors = tuple((code, label) for code, label in names.values("sector").items()
                    if code not in reference.groups("sector"))  # fmt: skip
    return (
        Choice("measure", "Figure", tuple((one, INDICATORS[one].title) for one in MEASURES)),
        Choice("sector", "One sector, both ways", (("", "Every sector"), *sectors)),
        spans.choice(source),
    )


class Asked:
    """What the page was asked for, and the rows it is answered by."""

    def __init__(self, source, query: str):
        self.source = source
        self.choices = _choices(source)
        self.chosen, self.problems = choices.read(query, self.choices)
        self.measure, self.sector, year = (self.chosen[name] for name in ("measure", "sector", "year"))
        self.year, self.moved = self._published(year)
        self.query = choices.written(self.choices, self.chosen)
        self.indicator = INDICATORS[self.measure]
        self.pairs_answer = self._ask(("sector", "requester_sector"))
        self.pairs = self.pairs_answer.rows
        self.directions = self._ask(("direction",), spans.settled(source)[:1] if self.moved else None).rows
        self.overall = next(iter(self._ask(()).rows), None)
        self.sides = [(side, name, self._side(side, name)) for side, name in made.SIDES]

    def _published(self, year: str) -> tuple[str, bool]:
        """Time to decision by two dimensions is published over all time only."""
        timed = INDICATORS[self.measure].family == "speed"
        return (spans.ALL, True) if timed and year != spans.ALL else (year, False)

    def _ask(self, by, year=None, measure: str | None = None, reported_by: str = "holder"):
        year = year[0] if year else self.year
        level = spans.level(year)
        time, span = ((), (None, None)) if level == "all" else ((level,), (year, year))
        return self.source.answer(ask(measure or self.measure, (*time, *by), (), level, *span, reported_by))

    def _side(self, side: str, name: str) -> list[dict]:
        """What holders or requesters say of refusals or silence, by direction."""
        return self._ask(("direction",), None, name, side).rows

    @property
    def when(self) -> str:
        return spans.when(self.year)

    @property
    def span(self) -> str:
        return self.when.removeprefix("in ")


def page(source, query: str) -> Content:
    """The page."""
    asked = Asked(source, query)
    main = [
        parts.finding(findings.first(asked)),
        parts.choose(choices.form(PATH, asked.choices, asked.chosen, asked.problems)),
        _both_ways(asked) if asked.sector else None,
        _directions(asked),
        _matrix(asked),
        _sides(asked),
        parts.meanings(*made.grids(asked)),
        parts.footing(asked.pairs_answer, [asked.indicator, INDICATORS["no_reply_rate"]], NOTES,
                      choices.address(PATH, asked.choices, asked.chosen)),
    ]  # fmt: skip
    return Content(HEADING, main, problems=asked.problems)


def _strip(name: str, told, grid, label: str, asked) -> Node:
    drawn = [strips.Strip(row[label], row) for row in grid.rows]
    return parts.section(name, told,
                         parts.strip_chart(PATH, asked.query, name, drawn, asked.indicator.unit),
                         parts.tabled(PATH, asked.query, grid, True))  # fmt: skip


def _directions(asked: Asked) -> Node:
    grid = made.directions(asked)
    return _strip("directions", findings.directions(asked, grid), grid, "direction_label", asked)


def _both_ways(asked: Asked) -> list[Node]:
    """One sector as holder and as requester."""
    return [
        _strip(f"as-{side}", findings.one_way(asked, grid, side), grid, label, asked)
        for side, label, grid in (
            ("holder", "requester_sector_label", made.one_way(asked, "sector")),
            ("requester", "sector_label", made.one_way(asked, "requester_sector")),
        )
    ]


def _matrix(asked: Asked) -> Node:
    grid = made.pairs(asked)
    cells = {(row["sector"], row["requester_sector"]): row for row in grid.rows}
    across = made.occurring(grid.rows, "requester_sector")
    down = made.occurring(grid.rows, "sector")
    caption = f"{asked.indicator.title}, {asked.span}: rows hold the data, columns ask for it"
    return parts.section(
        "pairs", findings.pairs(asked, grid),
        matrix.matrix(caption, "Holder, down; asked by, across", across, down, cells, asked.indicator.unit)
        if cells else None,
        parts.tabled(PATH, asked.query, grid, again=True),
    )  # fmt: skip


def _sides(asked: Asked) -> Node:
    grid = made.sides(asked)
    return parts.section("sides", findings.sides(asked, grid), parts.tabled(PATH, asked.query, grid))


def book(source, query: str, address: str):
    """The tables of the page."""
    asked = Asked(source, query)
    title = f"{HEADING} {words.listed(filter(None, [asked.measure, asked.sector, asked.year]))}"
    return parts.book(title, findings.first(asked), asked.pairs_answer, made.grids(asked), query,
                      choices.address(address, asked.choices, asked.chosen), NOTES)  # fmt: skip
