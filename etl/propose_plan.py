"""Decides what kind of return a table could be, and which of its columns are which of ours."""

import datetime as dt
import re
from dataclasses import dataclass, field

from etl import contracts, profile_bodies, propose_hints, propose_words
from etl.profile_file import fold
from etl.profile_sql import literal, quoted

FEW = 80  # distinct values that a map may list one by one; above it, names are looked up
DOUBTS = 40  # names not known that are listed
TABLE = "_filled = 1"
PERIODS = (  # texts of a period, and its first and last day in SQL
    (r"(19|20)\d\d", "make_date(CAST({x} AS INTEGER), 1, 1)", "make_date(CAST({x} AS INTEGER), 12, 31)"),
    (
        r"(19|20)\d\d[/-](\d\d)?\d\d",
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
    """A [[take]] in the making: lines of TOML by part, and what could not be told."""

    kind: str
    look: object
    header: list
    columns: dict = field(default_factory=dict)
    options: list = field(default_factory=list)
    counts: dict = field(default_factory=dict)
    maps: dict = field(default_factory=dict)
    doubts: list = field(default_factory=list)
    span: tuple | None = None
    again: object = None

    def missing(self):
        """Required columns of the contract that the table does not give."""
        given = {*self.columns, *self.counts}
        return [one.name for one in contracts.contract(self.kind).fields if one.required and one.name not in given]

    def map(self, name, listed, column_or_texts):
        """Map the values of a column (or given texts) to the codes of a list, by a function of that name."""
        texts = getattr(column_or_texts, "values", column_or_texts)
        pairs = self.maps.setdefault(name, {})
        for text in texts:
            pairs.setdefault(fold(text), propose_words.code(listed, text))

    def sector(self, column, name):
        """SQL that gives the sector of the organisations in a column: by a map of few, by the register of many."""
        if len(column.values) <= FEW:
            self.map(name, "sectors", column)
            return f"{name}({quoted(column.name)})"
        unknown = [text for text in column.values if not profile_bodies.find(text)]
        self.map("sector", "sectors", unknown[:DOUBTS])
        if len(unknown) > DOUBTS:
            self.doubts.append(f"the sector of {len(unknown) - DOUBTS} more organisations in {column.name!r}")
        return f"coalesce(body_sector({quoted(column.name)}), sector({quoted(column.name)}))"

    def unused(self):
        """The columns that hold something and that nothing was made of."""
        told = " ".join([*(sql for sql, _ in self.columns.values()), *self.options, *self.again_sql()])
        filled = [column for column in self.look.columns if column.form != "empty"]
        return [c.name for c in filled if quoted(c.name) not in told and f"'{c.name}'" not in told]

    def again_sql(self):
        return [sql for columns in (self.again or {}).values() for sql, _ in columns.values()]


def plan(look, hints):
    """The Plan of a table, or None when it is like no kind of return."""
    for shape in (_wide, _listed, _register):
        if found := shape(look):
            found.span = found.span or hints.span
            return found
    return None


def _first(look, role, forms, fits=lambda column: True):
    """The column of a role: the first whose name says so, whose form is right and which fits."""
    return next((c for c in look.columns if c.form in forms and propose_words.role(c.name, role) and fits(c)), None)


def _known(texts):
    return sum(bool((found := propose_words.code("outcomes", text)) and not found[1]) for text in texts)


def outcomes(look):
    """The column that holds outcomes: most of its rows are words known for one."""
    for column in look.columns:
        if column.form == "text" and len(column.values) <= FEW / 2:
            rows = sum(n for text, n in column.values.items() if _known([text]))
            if rows >= len(column.texts) * (0.5 if propose_words.role(column.name, "outcome") else 0.8):
                return column
    return None


def _wide(look):
    """Totals side by side: outcomes down and bodies across, or bodies down and outcomes across."""
    figures = [c for c in look.columns if c.form == "integer" and c.name != look.total_column]
    down = outcomes(look)
    names = [c for c in look.columns if c.form == "text"]
    across = [c for c in figures if _known([c.name])]
    if len(figures) < 2 or not names or not (len(across) >= 2 or (down and len(names) == 1)):
        return None
    made = Plan("request_counts", look, [c.name for c in figures[:3]])
    _plain_options(made)
    if any(re.search(r" \(\d\)$", c.name) for c in figures):
        made.doubts.append("whether the names stand in two rows: then header_rows = 2, and a name is both its words")
    if len(across) >= 2:
        _outcomes_across(made, across, figures, names)
    else:
        _outcomes_down(made, down, figures)
    made.columns["requests"] = ("requests", "")
    return made


def _total(made):
    told = []
    if made.look.total_column:
        told.append(f'column = "{made.look.total_column}"')
    if made.look.total_rows:
        first = quoted(made.look.columns[0].name)
        rows = ", ".join(map(literal, sorted(set(made.look.total_rows))))
        told.append(f"row = '''{first} IN ({rows})'''")
    if told:
        made.options.append(f"total = {{ {', '.join(told)} }}")


def _outcomes_down(made, down, figures):
    made.options.append(f'unpivot = {{ name = "requester", value = "requests", keep = [\'{down.name}\'] }}')
    _total(made)
    made.map("outcome", "outcomes", down)
    made.columns["outcome"] = (f"outcome({quoted(down.name)})", "")
    if _period(made, "requester", [c.name for c in figures]):
        return
    made.map("requester_sector", "sectors", [c.name for c in figures])
    made.columns["requester_sector"] = ("requester_sector(requester)", "")
    if any(profile_bodies.find(c.name) for c in figures):
        made.columns["requester_body"] = ("body(requester)", "names that the register of bodies knows")


def _outcomes_across(made, across, figures, names):
    dropped = [c.name for c in figures if c not in across]
    year = next((c for c in figures if c not in across and propose_words.role(c.name, "period")), None)
    names = [*names, year] if year else names
    dropped = [name for name in dropped if not year or name != year.name]
    keep = ", ".join(f"'{c.name}'" for c in names)
    drop = f", drop = [{', '.join(map(repr, dropped))}]" if dropped else ""
    made.options.append(f'unpivot = {{ name = "outcome_told", value = "requests", keep = [{keep}]{drop} }}')
    if dropped:
        made.doubts.append(f"what the columns {', '.join(map(repr, dropped))} count; they are left out")
    _total(made)
    made.map("outcome", "outcomes", [c.name for c in across])
    made.columns["outcome"] = ("outcome(outcome_told)", "")
    for column in names:
        _bodies(made, column)
    _periods(made)


def _bodies(made, column):
    """A column of names beside figures: holders that the register knows, or sectors of those who ask."""
    bodies = sum(n for text, n in column.values.items() if profile_bodies.find(text)) / max(len(column.texts), 1)
    asks = re.search(r"request|applicant|asked|customer|recipient", column.name)
    if bodies >= 0.5 and not asks and "holder_body" not in made.columns:
        made.columns["holder_body"] = (f"body({quoted(column.name)})", "")
        made.columns["holder_sector"] = (f"body_sector({quoted(column.name)})", "")
        made.columns["region"] = (f"body_region({quoted(column.name)})", "")
    elif "requester_sector" not in made.columns and column.form == "text":
        known = sum(bool((got := propose_words.code("sectors", text)) and not got[1]) for text in column.values)
        if known >= len(column.values) / 2:
            made.columns["requester_sector"] = (made.sector(column, "requester_sector"), "")


def _plain_options(made):
    if made.look.lone:
        made.options.append(f'skip = [["{TABLE}", "a remark, not a row of the table"]]')
    if made.look.marks:
        made.options.append(f"missing = {made.look.marks!r}".replace("'", '"'))


def _periods(made):
    """First and last day of the rows' own period, where a column names one in a form that is known."""
    for column in made.look.columns:
        if not propose_words.role(column.name, "period") or column.form == "empty":
            continue
        if column.form == "date":
            day = f"CAST({quoted(column.name)} AS DATE)"
            made.columns["period_start"] = (f"date_trunc('month', {day})", "")
            made.columns["period_end"] = (f"last_day({day})", "")
            made.span = _span(column)
            return
        if _period(made, quoted(column.name), column.texts):
            return


def _period(made, x, texts):
    """Fill the two columns of the period from SQL that gives its name; False when the names are in no known form."""
    for pattern, start, end in PERIODS:
        if texts and all(re.fullmatch(pattern, text) for text in texts):
            made.columns["period_start"] = (start.format(x=x), "")
            made.columns["period_end"] = (end.format(x=x), "")
            spans = [propose_hints.months(text) for text in texts]
            if all(spans):
                made.span = min(span[0] for span in spans), max(span[1] for span in spans)
            if "[/-]" in pattern:
                made.doubts.append("whether these years start in April; so taken")
            return True
    return False


def _listed(look):
    """One row a request, or one row a total: a column of outcomes, with dates of receipt or with counts."""
    outcome = outcomes(look)
    if not outcome:
        return None
    received = _first(look, "received_on", ("date", "british date"))
    count = _first(look, "requests", ("integer",), lambda c: not c.is_id or c.name in ("requests", "total", "count"))
    if not received and not count:
        return None
    made = Plan("requests" if received else "request_counts", look, [outcome.name])
    made.header.append((received or count).name)
    _plain_options(made)
    made.map("outcome", "outcomes", outcome)
    made.columns["outcome"] = (f"outcome({quoted(outcome.name)})", "")
    if received:
        _requests(made, received)
    else:
        made.columns["requests"] = (quoted(count.name), "")
        _total(made)
        _periods(made)
    _asker(made)
    _codes(made)
    return made


def _requests(made, received):
    day, doubt = _day(received)
    made.span = _span(received)
    made.columns["received_on"] = (day, doubt)
    decided = _first(made.look, "decided_on", ("date", "british date"), lambda c: c is not received)
    if decided:
        made.columns["decided_on"] = _day(decided)
    reason = _first(made.look, "reason", ("text",))
    if reason:
        made.doubts.append(f"reasons for refusal in {reason.name!r}: they need a [[take]] of the kind refusals")
    reference = _first(made.look, "reference", ("text", "integer"), lambda c: c.is_id)
    if reference:
        made.header.append(reference.name)
        plain = f"upper(regexp_replace(trim({quoted(reference.name)}), '[^A-Za-z0-9]+', '-', 'g'))"
        made.columns["request_ref"] = (plain, "")
        made.options.append(f'repeated = {{ "{reference.name}" = "hold" }}')


def _day(column):
    """SQL for the days in a column, and a doubt: of 3/4/2021 nobody can tell which is the month."""
    if column.form == "date":
        return f"CAST({quoted(column.name)} AS DATE)", ""
    parts = [text.split(" ")[0].split("/") for text in column.texts if column.is_day(text)]
    first = f"split_part({quoted(column.name)}, ' ', 1)"
    if any(int(part[0]) > 12 for part in parts):
        return f"strptime({first}, '%d/%m/%Y')", ""
    if any(int(part[1]) > 12 for part in parts):
        return f"strptime({first}, '%m/%d/%Y')", ""
    return f"strptime({first}, '%d/%m/%Y')", "?day or month first"


def _span(column):
    """Whole months from the earliest to the latest day of a column, where its days can be told."""
    if column.form == "british date" and _day(column)[1]:
        return None
    days = column.dates()
    return propose_hints.whole(days[0].year, days[0].month, days[1].year, days[1].month) if days else None


def _asker(made):
    """Who asked: the kind of organisation where a column says it, else the names."""
    kind = _first(made.look, "organisation_type", ("text",))
    named = _first(made.look, "organisation", ("text",), lambda c: c is not kind)
    if kind or named:
        made.columns["requester_sector"] = (made.sector(kind or named, "requester_sector"), "")
    if named and any(map(profile_bodies.find, list(named.values)[:FEW])):
        made.columns["requester_body"] = (f"body({quoted(named.name)})", "names that the register of bodies knows")


def _codes(made):
    """Other code columns, where a column has the name and half of its rows have words that are known."""
    lists = {"purpose": "purposes", "region": "regions", "urgency": "urgencies", "under_agreement": "yes_no"}
    for name, listed in lists.items():
        column = _first(made.look, name, ("text",), lambda c: len(c.values) <= FEW)
        if not column or name not in contracts.contract(made.kind).names:
            continue
        if any((got := propose_words.code(listed, text)) and not got[1] for text in column.values):
            made.map(name, listed, column)
            made.columns[name] = (f"{name}({quoted(column.name)})", "")


def _register(look):
    """A register of agreements or releases: references, the organisations on the other side, perhaps dates."""
    ids = [c for c in look.columns if c.is_id]
    row_ids = [c for c in ids if re.search(r"\brow|rowid|line|serial", c.name)]
    reference = next((c for c in ids if c not in row_ids and propose_words.role(c.name, "reference")), None)
    kind = _first(look, "organisation_type", ("text",))
    named = _first(look, "organisation", ("text",), lambda c: c is not kind)
    if not reference or not (kind or named):
        return None
    header = [c.name for c in (*row_ids[:1], reference, named, kind) if c]
    made = Plan("agreements", look, header)
    _plain_options(made)
    repeated = ", ".join(f'"{c.name}" = "note"' for c in (*row_ids[:1], *([] if reference.versions else [reference])))
    if repeated:
        made.options.append(f"repeated = {{ {repeated} }}")
    made.options.append('once = { of = "reference", column = "counterparty_sector" }')
    made.columns["counterparty_sector"] = (made.sector(kind or named, "counterparty_sector"), "")
    plain = f"upper(trim({quoted(reference.name)}))"
    versioned = f"regexp_replace({plain}, '-V[0-9]+([.][0-9]+)*$', '')"
    made.columns["reference"] = (versioned, "without its version") if reference.versions >= 0.2 else (plain, "")
    made.counts["active"] = "count(DISTINCT reference)"
    _released(made)
    return made


def _released(made):
    """With dates of release, references are counted by quarter and, in a second take, by year."""
    day = _first(made.look, "released_on", ("date", "british date"))
    if not day:
        return
    made.header.append(day.name)
    sql, doubt = _day(day)
    if re.search("start|sign", day.name):
        made.counts = {"signed": made.counts["active"]}
    made.span = _span(day)
    made.again = {"quarter": _cut(sql, "quarter", 2, made.span, doubt), "year": _cut(sql, "year", 11, made.span, doubt)}


def _cut(day, unit, months, span, doubt):
    start, end = f"date_trunc('{unit}', {day})", f"last_day(date_trunc('{unit}', {day}) + INTERVAL {months} MONTH)"
    if span:
        start, end = f"greatest({start}, {_date(span[0])})", f"least({end}, {_date(span[1])})"
    return {"period_start": (start, doubt), "period_end": (end, doubt)}


def _date(day: dt.date):
    return f"DATE '{day}'"
