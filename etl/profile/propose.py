"""Proposes a profile for a file nobody has seen: what is known is written, what is near or not told is a comment."""

import json
import re
from pathlib import Path

from etl.intake import contracts
from etl.intake.sheets import TEXTS, read_sheets
from etl.profile import propose_hints, propose_look, propose_shapes
from etl.profile.file import fold

HEAD = """# Proposed from {name}. Read every line before it is used; etl/profile/file.py tells the form.
# A line that starts with `# near:` or `# not guessed:` was NOT taken. Mend it and take those words away to use it.
"""
NO_VALUE = "..."


def propose(path):
    """The text of a profile for this file, to be edited by a person. Raises Refusal when the file cannot be read."""
    path = Path(path)
    sheets = read_sheets(path)
    hints = propose_hints.read(path, sheets)
    looks, left = propose_look.look(sheets)
    plans, unused = _chosen(looks, hints)
    left += unused
    parts = [HEAD.format(name=_one_line(path.name)), _facts(hints, plans)]
    if plans:
        # The one table of a text file has the file's name, which says nothing of its columns.
        pattern = (lambda names: ".*") if path.suffix.lower() in TEXTS else _sheets
        parts += [_constants(hints, plans), *_maps(plans), *(_takes(plan, pattern) for plan in plans)]
    else:
        parts.append("# not guessed: no sheet is like a kind of return; a [[take]] has to be written by hand.\n")
    rows = {sheet: len(cells) for sheet, cells in sheets.items()}
    parts.append("".join(f"# not used: the sheet {sheet!r} ({rows[sheet]} rows): {why}.\n" for sheet, why in left))
    return "\n".join(part for part in parts if part)


def _chosen(looks, hints):
    """One plan a kind, of the table with most rows: two tables of one kind would count the same thing twice."""
    plans, left = {}, []
    for look in sorted(looks, key=lambda look: -look.rows):
        kind = contracts.meant([column.name for column in look.columns])
        made = None if kind else propose_shapes.plan(look, hints)
        why = f"it has the columns of {kind} already; load it as it is" if kind else "like no kind of return"
        if made and made.kind in plans:
            why = f"it looks like {made.kind} too; taking both would count twice"
        elif made:
            plans[made.kind] = made
            continue
        left += [(sheet, why) for sheet in look.sheets]
    return list(plans.values()), left


def _facts(hints, plans):
    lines = [f"title = {_text(hints.title)}", "", "[facts]"]
    if hints.sender:
        lines.append(f"sender = {_text(hints.sender['code'])}    # {hints.sender['name']}, from {hints.sender_from}")
    else:
        lines.append(
            f"# not guessed: sender = {_text(NO_VALUE)}    # the code of the body, see data/reference/bodies.csv"
        )
    spans = [plan.span for plan in plans if plan.span]
    if spans:
        start, end = min(span[0] for span in spans), max(span[1] for span in spans)
        where = hints.span_from if (start, end) == hints.span else "the dates in the table, as whole months"
        lines += [f"period_from = {start}    # from {where}", f"period_to = {end}"]
    else:
        lines += ["# not guessed: period_from = 2020-01-01", "# not guessed: period_to = 2020-12-31"]
    lines += [
        '# not guessed: reported_by = "requester"    # only if the sender asked for the data; without it, holder',
        "# not guessed: extracted_on = 2020-12-31    # the day the data were taken from the system",
        "# not guessed: published = true    # only if anybody can read this file already",
    ]
    return "\n".join(lines) + "\n"


def _constants(hints, plans):
    """What every row has: from the sender's row in the register of bodies, and from the span of the file."""
    row = hints.sender or {}
    given = {name: row.get("code") for name in ("body", "holder_body")}
    given |= {name: row.get("sector") for name in ("sector", "holder_sector")}
    given |= {"region": row.get("region"), "purpose": "not_stated", "requester_sector": "not_stated"}
    wanted = list(dict.fromkeys(name for plan in plans for name in plan.missing()))
    lines = ["[constants]"]
    for name in wanted:
        if name in ("period_start", "period_end"):
            lines += _day(name, [plan.span for plan in plans if name in plan.missing()])
        elif given.get(name):
            unsaid = "    # no column says it" if given[name] == "not_stated" else ""
            lines.append(f"{name} = {_text(given[name])}{unsaid}")
        else:
            lines.append(f"# not guessed: {name} = {_text(NO_VALUE)}")
    return "\n".join(lines) + "\n" if wanted else ""


def _day(name, spans):
    if spans and spans[0] and len(set(spans)) == 1:
        return [f"{name} = {spans[0][name == 'period_end']}"]
    return [f"# not guessed: {name} = 2020-12-31"]


def _maps(plans):
    """The maps of all takes: known words as lines, near and unknown ones as comments."""
    maps = {}
    for plan in plans:
        for name, pairs in plan.maps.items():
            maps.setdefault(name, {}).update(pairs)
    for name, pairs in maps.items():
        yield "\n".join([f"[maps.{name}]", *(_pair(text, found) for text, found in pairs.items())]) + "\n"
    sectors = [name for name in maps if name.endswith("sector")]
    if sectors:
        lines = [
            f'# not guessed: {name} = "not_stated"    # without it, a name without a code holds its row'
            for name in sectors
        ]
        yield "\n".join(["[defaults]", *lines]) + "\n"


def _pair(text, found):
    if not found:
        return f"# not guessed: {_text(text)} = {_text(NO_VALUE)}"
    code, near = found
    return f"# near: {_text(text)} = {_text(code)}    # {near}" if near else f"{_text(text)} = {_text(code)}"


def _takes(plan, pattern):
    sheet = _sql(pattern(plan.look.sheets))
    return "\n".join(_take(plan, sheet, columns) for columns in plan.again.values() or [{}])


def _take(plan, sheet, more):
    lines = ["[[take]]", f'kind = "{plan.kind}"', f"sheet = {sheet}"]
    lines.append(f"header = {_value(plan.look.cells(plan.header))}")
    lines += [f"{key} = {_value(value)}" for key, value in plan.options.items()]
    lines += [f"# not guessed: {doubt}." for doubt in plan.doubts]
    if plan.kept_back:
        lines.append(f"# not written: {plan.kept_back} texts that look like a person's name or details.")
    if unused := plan.unused():
        lines.append(f"# not used: the columns {', '.join(map(repr, unused))}.")
    lines += ["", "[take.columns]"]
    for name, (sql, remark) in {**more, **plan.columns}.items():
        doubt = remark.startswith("?")
        said = f"    # {remark.lstrip('?')}" if remark else ""
        lines.append(f"{'# not guessed: ' if doubt else ''}{name} = {_sql(sql)}{said}")
    if plan.counts:
        lines += ["", "[take.counts]", *(f"{name} = {_sql(sql)}" for name, sql in plan.counts.items())]
    return "\n".join(lines) + "\n"


def _sheets(names):
    """A pattern that fits the names of the sheets: their common form, with any digits for digits."""
    shapes = sorted({re.sub(r"\d", r"\\d", re.sub(r"\\([ -])", r"\1", re.escape(fold(name)))) for name in names})
    return "|".join(shapes)


def _value(value):
    """A list, table or text as TOML on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_value(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _sql(value) if '"' in value else _text(value)


def _key(key):
    return key if re.fullmatch("[a-z_]+", key) else _text(key)


def _text(words):
    return json.dumps(words, ensure_ascii=not words.isprintable())


def _one_line(words):
    """Words for a comment, where TOML allows no control characters."""
    return "".join(mark if mark.isprintable() else " " for mark in words)


def _sql(words):
    """SQL as TOML, which both love quotation marks: as it is, where it can be."""
    if not words.isprintable() or "'''" in words:
        return _text(words)
    return f"'''{words}{' ' if words.endswith(chr(39)) else ''}'''" if "'" in words else f"'{words}'"
