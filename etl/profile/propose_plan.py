"""A [[take]] in the making: what a table gives of a kind of return, and what could not be told from it."""

import datetime as dt
import re
from dataclasses import dataclass, field

from etl.intake import contracts, screen
from etl.profile import bodies as profile_bodies
from etl.profile import propose_hints, propose_words
from etl.profile.file import fold
from etl.profile.sql import literal, quoted

FEW = 80  # distinct values that a map lists one by one; above it, names are looked up
DOUBTS = 40  # names not known that are listed
YEAR_FROM_APRIL = r"(19|20)\d\d[/-](\d\d)?\d\d"
PERIODS = (  # texts of a period, and its first and last day in SQL
    (r"(19|20)\d\d", "make_date(CAST({x} AS INTEGER), 1, 1)", "make_date(CAST({x} AS INTEGER), 12, 31)"),
    (
        YEAR_FROM_APRIL,
        "make_date(CAST(left({x}, 4) AS INTEGER), 4, 1)",
        "make_date(CAST(left({x}, 4) AS INTEGER) + 1, 3, 31)",
    ),
    (
        r"(?i)(19|20)\d\d[ -]?q[1-4]",
        "make_date(CAST(left({x}, 4) AS INTEGER), CAST(right({x}, 1) AS INTEGER) * 3 - 2, 1)",
        "last_day(make_date(CAST(left({x}, 4) AS INTEGER), CAST(right({x}, 1) AS INTEGER) * 3, 1))",
    ),
    (
        r"(?i)q[1-4][ -]?(19|20)\d\d",
        "make_date(CAST(right({x}, 4) AS INTEGER), CAST({x}[2] AS INTEGER) * 3 - 2, 1)",
        "last_day(make_date(CAST(right({x}, 4) AS INTEGER), CAST({x}[2] AS INTEGER) * 3, 1))",
    ),
    (r"[A-Za-z]{4,9} (19|20)\d\d", "strptime({x}, '%B %Y')", "last_day(strptime({x}, '%B %Y'))"),
    (r"[A-Za-z]{3} (19|20)\d\d", "strptime({x}, '%b %Y')", "last_day(strptime({x}, '%b %Y'))"),
)


@dataclass
class Plan:
    """One take. `columns` are {contract column: (SQL, remark)}; a remark that starts with ? makes the line a comment.

    `options` are {key of the take: value}; `maps` {function: {folded text: (code, why near) or None}}; `again`, for a
    register with dates, {unit of time: columns} of which each makes a take of its own; `used` names of columns;
    `kept_back` counts texts that look like a person's details, which no profile may carry.
    """

    kind: str
    look: object
    header: list
    columns: dict = field(default_factory=dict)
    options: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)
    maps: dict = field(default_factory=dict)
    doubts: list = field(default_factory=list)
    span: tuple | None = None
    again: dict = field(default_factory=dict)
    used: set = field(default_factory=set)
    kept_back: int = 0

    def __post_init__(self):
        if self.look.lone:
            self.options["skip"] = [["_filled = 1", "a remark, not a row of the table"]]
        if self.look.marks:
            self.options["missing"] = self.look.marks

    def missing(self):
        """Required columns of the contract that the table does not give."""
        given = {*self.columns, *self.counts, *next(iter(self.again.values()), {})}
        return [one.name for one in contracts.contract(self.kind).fields if one.required and one.name not in given]

    def unused(self):
        """The columns that hold something and that nothing is made of."""
        return [c.name for c in self.look.columns if c.form != "empty" and c.name not in self.used]

    def take(self, name, sql, column, remark=""):
        """Fill a contract column by SQL in which {x} stands for a column of the table."""
        self.used.add(column.name)
        self.columns[name] = (sql.format(x=quoted(column.name)), remark)

    def map(self, name, listed, texts):
        """Map texts to the codes of a list, by a function of that name."""
        pairs = self.maps.setdefault(name, {})
        for text in texts:
            found = propose_words.code(listed, text)
            if not (found and not found[1]) and personal(text):
                self.kept_back += 1
            else:
                pairs.setdefault(fold(text), found)

    def coded(self, name, listed, column):
        """Fill a contract column with the codes of a column's values."""
        self.map(name, listed, column.values)
        self.take(name, f"{name}({{x}})", column)

    def sector(self, name, column):
        """Fill a column of sectors from organisations: by a map of few, by the register of bodies of many."""
        if len(column.values) <= FEW:
            return self.coded(name, "sectors", column)
        unknown = [text for text in column.values if not profile_bodies.find(text)]
        self.map("sector", "sectors", unknown[:DOUBTS])
        if len(unknown) > DOUBTS:
            self.doubts.append(f"the sector of {len(unknown) - DOUBTS} more organisations in {column.name!r}")
        return self.take(name, "coalesce(body_sector({x}), sector({x}))", column)

    def first(self, role, forms, fits=lambda column: True):
        """The column of a role: the first whose name says so, whose form is right and which fits; or None."""
        return first(self.look, role, forms, fits)

    def totals(self):
        """Leave out a total column and total rows, and have them checked."""
        told = {}
        if self.look.total_column:
            told["column"] = self.look.total_column
            self.used.add(self.look.total_column)
        if self.look.total_rows:
            rows = ", ".join(map(literal, sorted(set(self.look.total_rows))))
            told["row"] = f"{quoted(self.look.columns[0].name)} IN ({rows})"
        if told:
            self.options["total"] = told

    def periods(self):
        """Fill the two columns of the period, where a column names the rows' own period in a form that is known."""
        for column in self.look.columns:
            if not propose_words.role(column.name, "period") or column.form == "empty":
                continue
            if column.form == "date":
                self.take("period_start", "date_trunc('month', CAST({x} AS DATE))", column)
                self.take("period_end", "last_day(CAST({x} AS DATE))", column)
                self.span = span(column)
                return
            if self.period(quoted(column.name), column.texts):
                self.used.add(column.name)
                return

    def period(self, x, texts):
        """Fill the period from SQL that gives its name. False when the names are in no form that is known."""
        for pattern, start, end in PERIODS:
            if texts and all(re.fullmatch(pattern, text) for text in texts):
                self.columns["period_start"] = (start.format(x=x), "")
                self.columns["period_end"] = (end.format(x=x), "")
                spans = [propose_hints.months(text) for text in texts]
                if all(spans):
                    self.span = min(one[0] for one in spans), max(one[1] for one in spans)
                if pattern == YEAR_FROM_APRIL:
                    self.doubts.append("whether these years start in April; so taken")
                return True
        return False


def first(look, role, forms, fits=lambda column: True):
    """The column of a table that may have a role, by its name, its form and a test; or None."""
    return next((c for c in look.columns if c.form in forms and propose_words.role(c.name, role) and fits(c)), None)


def outcomes(look):
    """The column that holds outcomes, or None: most of its rows are words known for one."""
    for column in look.columns:
        if column.form == "text" and len(column.values) <= FEW / 2:
            rows = sum(n for text, n in column.values.items() if known("outcomes", text))
            if rows >= len(column.texts) * (0.5 if propose_words.role(column.name, "outcome") else 0.8):
                return column
    return None


def known(listed, text):
    """Whether a text surely means a code of a list."""
    found = propose_words.code(listed, text)
    return bool(found) and not found[1]


def personal(text):
    """Whether a text that means no code looks like a person's name or details."""
    return screen.has_name(text.title()) or bool(screen.kinds_in(text))


def day(column):
    """SQL for the days in a column, and a doubt: of 3/4/2021 nobody can tell which is the month."""
    if column.form == "date":
        return "CAST({x} AS DATE)", ""
    parts = [text.split(" ")[0].split("/") for text in column.texts if column.is_day(text)]
    words = "strptime(split_part({x}, ' ', 1), '%d/%m/%Y')"
    if any(int(part[0]) > 12 for part in parts):
        return words, ""
    if any(int(part[1]) > 12 for part in parts):
        return words.replace("%d/%m", "%m/%d"), ""
    return words, "?day or month first"


def span(column):
    """Whole months from the earliest to the latest day of a column, where its days can be told."""
    days = None if day(column)[1] or "%m/%d" in day(column)[0] else column.dates()
    return propose_hints.whole(days[0].year, days[0].month, days[1].year, days[1].month) if days else None


def date(one: dt.date):
    """A day as SQL."""
    return f"DATE '{one}'"
