"""Barriers: the reasons given for refusals, how the law stands to them, the powers named, the law cited by purpose."""

from dashboard import choices, matrix, names, parts, spans, strips, words
from dashboard.barriers import findings
from dashboard.barriers import tables as made
from dashboard.choices import Choice
from dashboard.content import Content
from dashboard.markup import Node, el
from etl import reference
from metrics.indicators import INDICATORS
from metrics.question import ask

PATH = "/barriers"
HEADING = "Barriers"
WHERE = ("sector", "requester_sector", "region", "direction", "purpose")
MOST_GATEWAYS = 10
MEASURE = "perceived_refusal_share"
PARTS = ("numerator", "denominator", "value", "lower", "upper", "status", "flags")
SECTIONS = (
    ("positions", "How the law stands to the reasons"),
    ("classes", "Kinds of barrier"),
    ("reasons", "Reasons one by one"),
    ("by-sector", "By sector"),
    ("laws", "Law cited, children's cases first"),
    ("gateways", "Powers named"),
    ("source", "Source and definitions"),
)
NOTES = (
    "A reason is sorted by how it was put, not by whether the refusal was right. A refusal can be right.",
    "Each refusal counts once, by its main reason. A refusal without a recorded reason is in none of these shares.",
    "What is named or cited was not checked: these data cannot say whether a law really stood in the way, nor whether "
    "only Parliament could mend it.",
)


def _choices(source) -> tuple[Choice, ...]:
    groups = [("", "Everywhere")]
    for name in WHERE:
        options = [(f"{name}.{code}", label) for code, label in names.values(name).items()]
        groups.append((names.dimension(name), tuple(options)))
    return Choice("where", "Where", tuple(groups)), spans.choice(source)


class Asked:
    """What the page was asked for, and the rows it is answered by."""

    def __init__(self, source, query: str):
        self.source = source
        self.choices = _choices(source)
        self.chosen, self.problems = choices.read(query, self.choices)
        self.year = self.chosen["year"]
        self.where = tuple(self.chosen["where"].split(".", 1)) if self.chosen["where"] else ()
        self.query = choices.written(self.choices, self.chosen)
        self.before = spans.before(source, self.year)
        self.level = spans.level(self.year)
        periods = () if self.level == "all" else tuple(filter(None, (self.year, self.before)))
        self.answers = {kind: source.breakdown(kind, "", self.where, self.level, periods)
                        for kind in ("reason", "class", "position", "law", "gateway")}  # fmt: skip
        by_sector = source.breakdown("position", "sector", (), self.level, periods[:1])
        self.by_sector = self.measured(spans.only(by_sector.rows, self.year), "sector", self.year)
        self.by_purpose = source.breakdown("law", "purpose", (), self.level, periods[:1])

    def rows(self, kind: str, year: str | None = None) -> list[dict]:
        """The rows of a breakdown in the year asked for, or in another."""
        found = spans.only(self.answers[kind].rows, year or self.year)
        return self.measured(found, "", year or self.year) if kind == "position" else found

    def measured(self, rows: list[dict], by: str, year: str) -> list[dict]:
        """The same rows, with the share that the law does not support as every other page gives it: it is a measure of
        its own, whose range allows for how alike the refusals of one body are in that sector."""
        time, span = ((), (None, None)) if self.level == "all" else ((self.level,), (year, year))
        where = [self.where] if self.where and not by else ()
        answer = self.source.answer(ask(MEASURE, (*time, *([by] if by else [])), where, self.level, *span))
        own = {row[by] if by else "": {part: row[part] for part in PARTS} for row in answer.rows}
        return [{**row, **own.get(row[by] if by else "", {})} if row["position"] == "does_not" else row for row in rows]

    @property
    def place(self) -> str:
        """`, Health` or nothing: where, as it stands in a caption."""
        return f", {names.in_a_sentence(*self.where)}" if self.where else ""

    @property
    def span(self) -> str:
        return f"{self.place}, {spans.when(self.year).removeprefix('in ')}"

    def missing(self, measure: str) -> dict | None:
        """The share of refusals in which a field is not filled in, for the same place and year."""
        time = () if self.level == "all" else (self.level,)
        span = (self.year, self.year) if time else (None, None)
        asked = ask(measure, time, [self.where] if self.where else (), self.level, *span)
        rows = self.source.answer(asked).rows
        return rows[0] if rows else None


def page(source, query: str) -> Content:
    """The page."""
    asked = Asked(source, query)
    told = findings.first(asked)
    main = [
        parts.finding(told),
        parts.on_this_page(SECTIONS),
        parts.choose(choices.form(PATH, asked.choices, asked.chosen, asked.problems)),
        _positions(asked), _classes(asked), _reasons(asked), _sectors(asked), _laws(asked), _gateways(asked),
        parts.meanings(*made.grids(asked)),
        parts.footing(asked.answers["reason"],
                      [INDICATORS[name] for name in ("perceived_refusal_share", "reason_missing_share",
                                                     "law_missing_share")],
                      NOTES, choices.address(PATH, asked.choices, asked.chosen)),
    ]  # fmt: skip
    return Content(HEADING, main, problems=asked.problems)


def _positions(asked: Asked) -> Node:
    grid = made.positions(asked)
    drawn = [strips.Strip(row["position_label"], row) for row in grid.rows]
    return parts.section("positions", findings.coverage(asked),
                         parts.strip_chart(PATH, asked.query, "positions", drawn),
                         parts.tabled(PATH, asked.query, grid, True))  # fmt: skip


def _classes(asked: Asked) -> Node:
    grid = made.classes(asked)
    drawn = [strips.Strip(row["class_label"], row) for row in grid.rows]
    return parts.section("classes", findings.classes(asked),
                         parts.strip_chart(PATH, asked.query, "classes", drawn),
                         parts.tabled(PATH, asked.query, grid, True))  # fmt: skip


def _reasons(asked: Asked) -> Node:
    return parts.section("reasons", findings.myths(asked), parts.tabled(PATH, asked.query, made.reasons(asked)))


def _sectors(asked: Asked) -> Node:
    grid = made.by_sector(asked)
    drawn = [strips.Strip(row["sector_label"], row) for row in grid.rows]
    return parts.section("by-sector", findings.sectors(asked, grid),
                         parts.on_a_phone("Show the chart by sector",
                                          parts.strip_chart(PATH, asked.query, "by-sector", drawn)),
                         parts.tabled(PATH, asked.query, grid, True))  # fmt: skip


def _laws(asked: Asked) -> Node:
    """The law cited, children's cases first: a strip for them, and every purpose as a table."""
    grid = made.laws_by_purpose(asked)
    child = [row for row in grid.rows if row["purpose"] == made.CHILD]
    drawn = [strips.Strip(row["law_label"], row) for row in child]
    across = made.occurring(grid.rows, "law", reference.codes("laws"))
    down = made.occurring(grid.rows, "purpose", made.purposes())
    cells = {(row["purpose"], row["law"]): row for row in grid.rows}
    caption = f"Law cited in refusals, by purpose of the request, {spans.when(asked.year).removeprefix('in ')}"
    return parts.section(
        "laws", findings.laws(asked, child),
        parts.on_a_phone("Show the laws cited", parts.strip_chart(PATH, asked.query, "laws", drawn),
                         matrix.matrix(caption, "Purpose", across, down, cells) if cells else None),
        parts.tabled(PATH, asked.query, grid, again=True) if cells else None,
    )  # fmt: skip


def _gateways(asked: Asked) -> Node:
    grid = made.gateways(asked)
    known = sorted((row for row in grid.rows if row["status"] == "ok"), key=lambda row: -row["value"])
    drawn = [strips.Strip(row["gateway_label"], row, row["law_label"]) for row in known[:MOST_GATEWAYS]]
    shown = f"The chart shows the {len(drawn)} named most; the table lists all {len(grid.rows)}."
    return parts.section(
        "gateways", findings.gateways(asked, grid),
        parts.on_a_phone("Show the chart of powers", parts.strip_chart(
            PATH, asked.query, "gateways", drawn, below=el("p", shown, class_="govuk-body-s"))),
        parts.tabled(PATH, asked.query, grid, True),
    )  # fmt: skip


def book(source, query: str, address: str):
    """The tables of the page."""
    asked = Asked(source, query)
    return parts.book(f"{HEADING} {words.listed([asked.chosen['where'] or 'everywhere', asked.year])}",
                      findings.first(asked), asked.answers["reason"], made.grids(asked), query,
                      choices.address(address, asked.choices, asked.chosen), NOTES)  # fmt: skip
