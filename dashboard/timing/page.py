"""Time to decision: half decided within so many days, who still waits, and whether an agreement or urgency helps."""

from dashboard import choices, lines, matrix, names, parts, spans, strips, words
from dashboard.choices import Choice
from dashboard.content import Content
from dashboard.headlines import TRENDS
from dashboard.lines import Axis, Line
from dashboard.markup import Node, el
from dashboard.timing import findings
from dashboard.timing import tables as made
from dashboard.view import View, link
from etl import reference
from metrics.dimensions import SPEED_DAYS
from metrics.indicators import INDICATORS
from metrics.question import ask

PATH = "/time-to-decision"
HEADING = "Time to decision"
MEASURES = ("median_days_to_decision", "p90_days_to_decision", "undecided_at_30_days")
# What is compared, in the order of the page, and the values drawn; None draws every value as a small chart.
GROUPS = {
    "under_agreement": ("yes", "no"),
    "urgency": ("emergency", "urgent", "routine"),
    "direction": None,
}
SECTIONS = (
    ("under-agreement", "With and without an agreement"),
    ("urgency", "Urgent and routine"),
    ("direction", "By direction"),
    ("sectors", "By sector"),
    ("source", "Source and definitions"),
)
TICKS = tuple((day, str(day)) for day in range(0, SPEED_DAYS[-1] + 1, 30))
NOTES = (
    "Open requests are counted: each is followed to the day the data were taken, and none is dropped. A share of the "
    "decided ones alone would look faster than it was.",
    "A request withdrawn or redirected counts as decided that day.",
    "Requests under an agreement are not of one kind with the others: a difference is an association.",
    "Lines join the days that are published: " + ", ".join(map(str, SPEED_DAYS)) + ".",
)


def _choices(source) -> tuple[Choice, ...]:
    sectors = tuple((code, label) for code, label in names.values("sector").items()
                    if code not in reference.groups("sector"))  # fmt: skip
    asked, asks = (tuple((f"{side}.{code}", label) for code, label in sectors)
                   for side in ("sector", "requester_sector"))  # fmt: skip
    where = (("", "Everywhere"), ("When this sector is asked", asked), ("When this sector asks", asks))
    return Choice("where", "Where", where), spans.choice(source)


class Asked:
    """What the page was asked for, and the rows it is answered by."""

    def __init__(self, source, query: str):
        self.source = source
        self.choices = _choices(source)
        self.chosen, self.problems = choices.read(query, self.choices)
        self.where = tuple(self.chosen["where"].split(".", 1)) if self.chosen["where"] else ()
        if self.where:  # by two dimensions time to decision is published over all time only, and the form says so
            self.chosen["year"] = spans.ALL
        self.year = self.chosen["year"]
        self.query = choices.written(self.choices, self.chosen)
        self.before = spans.before(source, self.year)
        self.whole = {name: self.one(name, self.year) for name in MEASURES}
        self.answer = source.curves(self._question("undecided_at_30_days", "", self.year))
        self.curves = {by: source.curves(self._question("undecided_at_30_days", by, self.year)).rows for by in GROUPS}
        self.halves = {by: source.answer(self._question("median_days_to_decision", by, self.year)).rows
                       for by in (*GROUPS, "sector") if not self.where or by != self.where[0]}  # fmt: skip

    def _question(self, measure: str, by: str, year: str):
        level = spans.level(year)
        time, span = ((), (None, None)) if level == "all" else ((level,), (year, year))
        return ask(measure, (*time, *([by] if by else [])), [self.where] if self.where else (), level, *span)

    def one(self, measure: str, year: str) -> dict | None:
        """One figure for the place that was asked for, in a year."""
        return next(iter(self.source.answer(self._question(measure, "", year)).rows), None)

    @property
    def place(self) -> str:
        """`Health`, `asked for by Health` or nothing."""
        return names.in_a_sentence(*self.where) if self.where else ""

    @property
    def when(self) -> str:
        return spans.when(self.year)

    @property
    def span(self) -> str:
        return self.when.removeprefix("in ") + (f", {self.place}" if self.place else "")


def page(source, query: str) -> Content:
    """The page."""
    asked = Asked(source, query)
    main = [
        parts.finding(findings.first(asked)),
        parts.on_this_page(_sections(asked)),
        parts.choose(choices.form(PATH, asked.choices, asked.chosen, asked.problems)),
        _together(asked, "under_agreement"), _together(asked, "urgency"), _apart(asked), _halves(asked),
        parts.meanings(*made.grids(asked)),
        parts.footing(asked.answer, [INDICATORS[name] for name in MEASURES], NOTES,
                      choices.address(PATH, asked.choices, asked.chosen)),
    ]  # fmt: skip
    return Content(HEADING, main, problems=asked.problems)


def _sections(asked: Asked):
    """The parts that the page has: sectors are not told apart where one of them was chosen."""
    return [one for one in SECTIONS if one[0] != "sectors" or "sector" in asked.halves]


def _together(asked: Asked, by: str) -> Node:
    """Up to three curves in one chart, with all requests in grey."""
    grid = made.curve(asked, by)
    drawn = [*_lines(asked, by, GROUPS[by]), _overall(asked)]
    drawn = [one for one in drawn if any(point[1] is not None for point in one.points)]
    name = by.replace("_", "-")
    chart = parts.line_chart(PATH, asked.query, name, figure(drawn), "share", lines.key(drawn)) if drawn else None
    beside = _refused(asked) if by == "under_agreement" else None
    return parts.section(name, findings.compared(asked, by), beside, chart, _tables(asked, by, grid))


def _refused(asked: Asked) -> Node:
    """The way to the other half of what an agreement may change."""
    where = ((asked.where[0], (asked.where[1],)),) if asked.where else ()
    address = link(TRENDS, View("refusal_rate", ("under_agreement",), where, level="year"))
    there = el("a", "Refusals with and without an agreement", href=address, class_="govuk-link")
    return el("p", "Are they also refused less? ", there, ".", class_="govuk-body")


def _apart(asked: Asked) -> Node:
    """A small chart for every direction, beside all requests."""
    overall = _overall(asked)
    panels = []
    for code, label in made.occurring(asked.curves["direction"], "direction"):
        line = _lines(asked, "direction", (code,))[0]
        sentence = findings.one(asked, "direction", code)
        drawing = lines.drawn(figure([overall, line], 200, 1.0), "share") if any(
            point[1] is not None for point in line.points) else None  # fmt: skip
        panels.append(parts.panel(f"direction-{code.replace('_', '-')}", label, sentence, drawing))
    grid = made.curve(asked, "direction")
    key = lines.key([Line("This direction", (), 0), overall])
    return parts.section("direction", findings.compared(asked, "direction"), key if panels else None,
                         parts.panels(panels), _tables(asked, "direction", grid))  # fmt: skip


def _tables(asked: Asked, by: str, grid) -> list[Node]:
    cells = {(row[by], row["day"]): row for row in grid.rows}
    days = [(day, f"{day} days" if day != 1 else "1 day") for day in SPEED_DAYS]
    days[0] = (0, "Same day")
    heading = names.dimension(by)
    caption = f"Share still undecided after so many days, by {made.called(by)}, {asked.span}"
    shown = matrix.matrix(caption, heading, days, made.occurring(grid.rows, by), cells) if cells else None
    return [shown, *parts.tabled(PATH, asked.query, grid, again=True)]


def _lines(asked: Asked, by: str, values) -> list[Line]:
    made_lines = []
    for place, code in enumerate(values):
        rows = [row for row in asked.curves[by] if row[by] == code]
        made_lines.append(Line(names.alone(by, code), _points(rows), place))
    return made_lines


def _overall(asked: Asked) -> Line:
    return Line("All requests", _points(asked.answer.rows), None)


def _points(rows) -> tuple:
    return tuple(
        (row["day"], row["value"], row["lower"], row["upper"]) if row["status"] == "ok" else (
            row["day"], None, None, None) for row in rows
    )  # fmt: skip


def figure(drawn: list[Line], height: int = 320, top: float | None = 1.0) -> dict:
    """Curves of the share undecided by day, as a dict."""
    axis = Axis("linear", (0, SPEED_DAYS[-1]), TICKS, "Days since the request came")
    return lines.figure(drawn, axis, "share", height, top)


def _halves(asked: Asked) -> Node | None:
    """Days until half are decided, by the holder's sector."""
    if "sector" not in asked.halves:
        return None
    grid = made.halves(asked, "sector")
    drawn = [strips.Strip(row["sector_label"], row) for row in grid.rows]
    whole = asked.whole["median_days_to_decision"]
    line = whole["value"] if whole and whole["status"] == "ok" else None
    return parts.section(
        "sectors", findings.sectors(asked, grid),
        parts.strip_chart(PATH, asked.query, "sectors", drawn, "days", line,
                          "all requests" if line is not None else ""),
        parts.tabled(PATH, asked.query, grid, True),
    )  # fmt: skip


def book(source, query: str, address: str):
    """The tables of the page."""
    asked = Asked(source, query)
    return parts.book(f"{HEADING} {words.listed(filter(None, [asked.chosen['where'], asked.year]))}",
                      findings.first(asked), asked.answer, made.grids(asked), query,
                      choices.address(address, asked.choices, asked.chosen), NOTES)  # fmt: skip
