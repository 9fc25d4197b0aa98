"""The shapes of table that are known: totals side by side, one row a request or a total, a register of agreements."""

import re

from etl.intake import contracts
from etl.profile import bodies as profile_bodies
from etl.profile import propose_words
from etl.profile.propose_plan import FEW, Plan, date, day, first, known, outcomes, span
from etl.profile.sql import quoted

DATES = ("date", "british date")
CODES = {"purpose": "purposes", "region": "regions", "urgency": "urgencies", "under_agreement": "yes_no"}


def plan(look, hints):
    """The Plan of a table, or None when it is like no kind of return."""
    for shape in (wide, listed, register):
        if found := shape(look):
            found.span = found.span or hints.span
            return found
    return None


def wide(look):
    """Totals side by side: outcomes down and bodies or months across, or bodies down and outcomes across."""
    figures = [c for c in look.columns if c.form == "integer" and c.name != look.total_column]
    names = [c for c in look.columns if c.form == "text"]
    across = [c for c in figures if known("outcomes", c.name)]
    down = outcomes(look) if len(names) == 1 else None
    if len(figures) < 2 or not names or not (len(across) >= 2 or down):
        return None
    made = Plan("request_counts", look, [c.name for c in figures[:3]])
    if any(re.search(r" \(\d\)$", c.name) for c in figures):
        made.doubts.append("whether the names stand in two rows: then header_rows = 2, and a name is both its words")
    if len(across) >= 2:
        _outcomes_across(made, across, figures, names)
    else:
        _outcomes_down(made, down, figures)
    made.totals()
    made.columns["requests"] = ("requests", "")
    return made


def _outcomes_down(made, down, figures):
    made.options["unpivot"] = {"name": "across", "value": "requests", "keep": [down.name]}
    made.used.update(c.name for c in figures)
    made.coded("outcome", "outcomes", down)
    titles = [c.name for c in figures]
    if made.period("across", titles):
        return
    made.map("requester_sector", "sectors", titles)
    made.columns["requester_sector"] = ("requester_sector(across)", "")
    if any(map(profile_bodies.find, titles)):
        made.columns["requester_body"] = ("body(across)", "names that the register of bodies knows")


def _outcomes_across(made, across, figures, names):
    others = [c for c in figures if c not in across]
    kept = [*names, *(c for c in others if propose_words.role(c.name, "period"))]
    dropped = [c.name for c in others if c not in kept]
    told = {"name": "outcome_told", "value": "requests", "keep": [c.name for c in kept]}
    made.options["unpivot"] = {**told, "drop": dropped} if dropped else told
    made.used.update(c.name for c in across)
    if dropped:
        made.doubts.append(f"what the columns {', '.join(map(repr, dropped))} count; they are left out")
    made.map("outcome", "outcomes", [c.name for c in across])
    made.columns["outcome"] = ("outcome(outcome_told)", "")
    for column in names:
        _whose(made, column)
    made.periods()


def _whose(made, column):
    """A column of names beside figures: holders that the register knows, or the kind of those who ask."""
    bodies = sum(n for text, n in column.values.items() if profile_bodies.find(text))
    asks = re.search(r"request|applicant|asked|customer|recipient", column.name)
    if bodies >= len(column.texts) / 2 and not asks and "holder_body" not in made.columns:
        made.take("holder_body", "body({x})", column)
        made.take("holder_sector", "body_sector({x})", column)
        made.take("region", "body_region({x})", column)
    elif "requester_sector" not in made.columns:
        sure = sum(known("sectors", text) for text in column.values)
        if sure >= len(column.values) / 2:
            made.sector("requester_sector", column)


def listed(look):
    """One row a request, or one row a total: a column of outcomes, with dates of receipt or with counts."""
    outcome = outcomes(look)
    received = first(look, "received_on", DATES)
    count = first(look, "requests", ("integer",), lambda c: not c.is_serial)
    if not outcome or not (received or count):
        return None
    made = Plan("requests" if received else "request_counts", look, [outcome.name, (received or count).name])
    made.coded("outcome", "outcomes", outcome)
    if received:
        _requests(made, received)
    else:
        made.take("requests", "{x}", count)
        made.totals()
        made.periods()
    _asker(made)
    for name, codes in CODES.items():
        column = made.first(name, ("text",), lambda c: len(c.values) <= FEW)
        wanted = name in contracts.contract(made.kind).names
        if column and wanted and any(known(codes, text) for text in column.values):
            made.coded(name, codes, column)
    return made


def _requests(made, received):
    made.span = span(received)
    sql, doubt = day(received)
    made.take("received_on", sql, received, doubt)
    decided = made.first("decided_on", DATES, lambda c: c is not received)
    if decided:
        sql, doubt = day(decided)
        made.take("decided_on", sql, decided, doubt)
    reason = made.first("reason", ("text",))
    if reason:
        made.doubts.append(f"reasons for refusal in {reason.name!r}: they need a [[take]] of the kind refusals")
    reference = made.first("reference", ("text", "integer"), lambda c: c.is_id)
    if reference:
        made.header.append(reference.name)
        made.take("request_ref", "upper(regexp_replace(trim({x}), '[^A-Za-z0-9]+', '-', 'g'))", reference)
        made.options["repeated"] = {reference.name: "hold"}


def _asker(made):
    """Who asked: the kind of organisation where a column says it, else the names."""
    kind = made.first("organisation_type", ("text",))
    named = made.first("organisation", ("text",), lambda c: c is not kind)
    if kind or named:
        made.sector("requester_sector", kind or named)
    if named and any(map(profile_bodies.find, list(named.values)[:FEW])):
        made.take("requester_body", "body({x})", named, "names that the register of bodies knows")


def register(look):
    """A register of agreements or releases: references, the organisations on the other side, perhaps dates."""
    ids = [c for c in look.columns if c.is_id]
    rows = [c for c in ids if re.search(r"\brow|rowid|line|serial", c.name)][:1]
    reference = next((c for c in ids if c not in rows and propose_words.role(c.name, "reference")), None)
    kind = first(look, "organisation_type", ("text",))
    named = first(look, "organisation", ("text",), lambda c: c is not kind)
    if not reference or not (kind or named):
        return None
    made = Plan("agreements", look, [c.name for c in (*rows, reference, named, kind) if c])
    repeated = rows if reference.versions >= 0.2 else [*rows, reference]
    made.used.update(c.name for c in rows)
    if repeated:
        made.options["repeated"] = {c.name: "note" for c in repeated}
    made.options["once"] = {"of": "reference", "column": "counterparty_sector"}
    made.sector("counterparty_sector", kind or named)
    if reference.versions >= 0.2:
        sql = "regexp_replace(upper(trim({x})), '-V[0-9]+([.][0-9]+)*$', '')"
        made.take("reference", sql, reference, "without its version")
    else:
        made.take("reference", "upper(trim({x}))", reference)
    made.counts["active"] = "count(DISTINCT reference)"
    _released(made)
    return made


def _released(made):
    """With dates of release, references are counted by quarter and, in a second take, by year."""
    column = made.first("released_on", DATES)
    if not column:
        return
    made.header.append(column.name)
    made.used.add(column.name)
    made.span = span(column)
    if re.search("start|sign", column.name):
        made.counts = {"signed": made.counts["active"]}
    sql, doubt = day(column)
    when = sql.format(x=quoted(column.name))
    made.again = {unit: _cut(when, unit, made.span, doubt) for unit in ("quarter", "year")}


def _cut(when, unit, whole, doubt):
    """The columns of the quarter or year of a day, no longer than the file covers."""
    start = f"date_trunc('{unit}', {when})"
    end = f"last_day({start} + INTERVAL {2 if unit == 'quarter' else 11} MONTH)"
    if whole:
        start, end = f"greatest({start}, {date(whole[0])})", f"least({end}, {date(whole[1])})"
    return {"period_start": (start, doubt), "period_end": (end, doubt)}
