"""Awareness and where next: sectors side by side with what each has been given, survey waves, and the funnel."""

from dashboard import choices, lines, names, parts, spans, strips, words
from dashboard.awareness import facts, findings, surveys
from dashboard.awareness import tables as made
from dashboard.choices import Choice
from dashboard.content import Content
from dashboard.lines import Axis, Line
from dashboard.markup import Node
from etl import reference
from metrics.indicators import INDICATORS
from metrics.question import SURVEY_DIMENSIONS, ask

PATH = "/awareness"
HEADING = "Awareness and where next"
QUESTIONS = tuple(one.id for one in INDICATORS.values() if one.family == "awareness")
FUNNEL = ("heard_of_code", "read_code", "used_tool", "confident_to_share")
LOGGED = ("tool_cited_share", "shared_rate")
SECTIONS = (
    ("sectors", "Sectors side by side"),
    ("waves", "Survey waves"),
    ("funnel", "From heard to shared"),
    ("by-role", "By role"),
    ("by-region", "By region"),
    ("response", "Who answered"),
    ("source", "Source and definitions"),
)
NOTES = (
    "Those who did not answer a survey may differ from those who did. The bounds say how far that could move a share: "
    "they need no assumption, and hold no sampling error.",
    "A sector that stands apart is no better or worse for it: the facts are set side by side, and never added to one "
    "number.",
    "Which single tool a respondent used is not published, so whether one tool goes with faster decisions cannot be "
    "said here.",
    "How many answered is published for a wave as a whole, not by sector or role: who did not answer cannot be said "
    "here.",
    "Harm is not measured here.",
)


def _choices() -> tuple[Choice, ...]:
    groups = [("", "Everyone")]
    for name in SURVEY_DIMENSIONS:
        listed = reference.codes({"sector": "sectors", "region": "regions", "role": "roles"}[name])
        options = tuple((f"{name}.{code}", row["label"]) for code, row in listed.items())
        groups.append((names.dimension(name).removeprefix("Holder's ").capitalize(), options))
    return (
        Choice("group", "Waves of", tuple(groups)),
        Choice("question", "Question by group", tuple((one, INDICATORS[one].title) for one in QUESTIONS)),
        Choice("sort", "Sectors in order of", (("", "The list of sectors"), *facts.ORDERS.items())),
    )


CHOICES = _choices()


class Asked:
    """What the page was asked for, and the rows it is answered by."""

    def __init__(self, source, query: str):
        self.source = source
        self.chosen, self.problems = choices.read(query, CHOICES)
        self.query = choices.written(CHOICES, self.chosen)
        self.question = self.chosen["question"]
        self.group = tuple(self.chosen["group"].split(".", 1)) if self.chosen["group"] else ()
        self.year = next(iter(spans.settled(source)), None)
        self.answer = self._waves(self.question, "")
        self.answers = {one: self._waves(one, "").rows for one in QUESTIONS}
        self.everyone = {one: surveys.own(rows) for one, rows in self.answers.items()}
        groups = {one: self._waves(one, "", (self.group,)).rows for one in QUESTIONS} if self.group else {}
        self.of_group = {one: surveys.own(rows) for one, rows in groups.items()}
        named = {name: self._waves(self.question, name).rows for name in SURVEY_DIMENSIONS}
        self.by = {name: surveys.latest(surveys.own(rows)) for name, rows in named.items()}
        self.facts = facts.gather(source, self.year)
        self.logged = {one: self._logged(one) for one in LOGGED}

    def _waves(self, question: str, by: str, where=()):
        return self.source.answer(ask(question, ("wave", *([by] if by else [])), where, "wave"))

    def _logged(self, measure: str) -> dict | None:
        """A figure of the logs in the latest settled year."""
        if self.year is None:
            return None
        return next(iter(self.source.answer(ask(measure, ("year",), (), "year", self.year, self.year)).rows), None)

    @property
    def label(self) -> str:
        """Whose waves are shown."""
        return names.label(*self.group) if self.group else "Everyone"


def page(source, query: str) -> Content:
    """The page."""
    asked = Asked(source, query)
    main = [
        parts.finding(findings.where_next(asked)),
        parts.on_this_page(SECTIONS),
        parts.choose(choices.form(PATH, CHOICES, asked.chosen, asked.problems)),
        _sectors(asked), _waves(asked), _funnel(asked), *(_by(asked, name) for name in ("role", "region")),
        _response(asked),
        parts.meanings(*made.grids(asked)),
        parts.footing(asked.answer, [INDICATORS[asked.question], INDICATORS["perceived_refusal_share"]], NOTES,
                      choices.address(PATH, CHOICES, asked.chosen)),
    ]  # fmt: skip
    return Content(HEADING, main, problems=asked.problems)


def _sectors(asked: Asked) -> Node:
    """The facts of every sector, side by side; the same as a list to take away."""
    listed = facts.listing(asked.facts)
    return parts.section(
        "sectors", findings.sectors(asked), facts.table(asked.facts, asked.chosen["sort"]),
        parts.folded("Everything that each sector has been given", listed) if listed else None,
        parts.tabled(PATH, asked.query, made.facts_list(asked), again=True),
    )  # fmt: skip


def _waves(asked: Asked) -> Node:
    """Every question over the waves, as small charts with one scale."""
    panels = []
    for question in QUESTIONS:
        own = asked.of_group.get(question) or asked.everyone[question]
        rows = [Line(asked.label, _points(own), 0, bars=True)]
        if asked.group:
            rows.insert(0, Line("Everyone", _points(asked.everyone[question]), None))
        drawing = lines.drawn(figure(rows), "share") if any(one[1] is not None for one in rows[-1].points) else None
        panels.append(parts.panel(f"wave-{question.replace('_', '-')}", INDICATORS[question].title,
                                  findings.moved(own), drawing))  # fmt: skip
    shown = [Line(asked.label, (), 0), *([Line("Everyone", (), None)] if asked.group else [])]
    return parts.section("waves", findings.waves(asked), lines.key(shown),
                         parts.panels(panels),
                         parts.tabled(PATH, asked.query, made.waves(asked), True))  # fmt: skip


def _points(rows) -> tuple:
    return tuple((row["wave"], row["value"], row["lower"], row["upper"]) if row["status"] == "ok"
                 else (row["wave"], None, None, None) for row in rows)  # fmt: skip


def figure(drawn: list[Line]) -> dict:
    """Shares by wave, from zero to one so that questions can be read against each other."""
    waves = list(dict.fromkeys(point[0] for line in drawn for point in line.points))
    axis = Axis("category", (), tuple((wave, wave.removeprefix("W")[:4]) for wave in waves))
    return lines.figure(drawn, axis, "share", 190, 1.0)


def _funnel(asked: Asked) -> Node:
    """From hearing of the code to what the logs show, in the latest wave and year."""
    grid = made.funnel(asked)
    drawn = [strips.Strip(row["step_label"], row, row["from"]) for row in grid.rows]
    return parts.section("funnel", findings.funnel(asked, grid),
                         parts.strip_chart(PATH, asked.query, "funnel", drawn),
                         parts.tabled(PATH, asked.query, grid))  # fmt: skip


def _by(asked: Asked, name: str) -> Node:
    grid = made.by(asked, name)
    drawn = [strips.Strip(row[f"{name}_label"], row) for row in grid.rows]
    return parts.section(f"by-{name}", findings.by(asked, grid, name),
                         parts.on_a_phone(f"Show the chart by {names.dimension(name).lower()}",
                                          parts.strip_chart(PATH, asked.query, f"by-{name}", drawn)),
                         parts.tabled(PATH, asked.query, grid, True))  # fmt: skip


def _response(asked: Asked) -> Node:
    return parts.section("response", findings.response(asked), parts.tabled(PATH, asked.query, made.bounds(asked)))


def book(source, query: str, address: str):
    """The tables of the page."""
    asked = Asked(source, query)
    title = f"{HEADING} {words.listed(filter(None, [asked.chosen['group'], asked.question]))}"
    return parts.book(title, findings.where_next(asked), asked.answer, made.grids(asked), query,
                      choices.address(address, CHOICES, asked.chosen), NOTES)  # fmt: skip
