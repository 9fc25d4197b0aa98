"""Takes what a body's own system exports, or a public register, as returns, by a profile (see etl.profile.file)."""

from collections import defaultdict
from dataclasses import dataclass, field

from etl.errors import Refusal
from etl.intake.sheets import read_sheets
from etl.profile import file as profile_file
from etl.profile import sql as profile_sql
from etl.profile import table as profile_table
from etl.profile import take as profile_take

NOT_USED = "sheet not used by this profile"
HEAD = profile_table.LOOK


@dataclass
class TakenReturn:
    """One return: its kind, its facts (see profile_file.FACTS), and contract rows with `_sheet` and `_row`."""

    kind: str
    facts: dict
    rows: list


@dataclass
class Taken:
    """What a profile made of a file. For every sheet rows read = used + held + skipped; rows made is another number.

    sheets: (sheet, read, used, held, skipped, made); skips: (sheet, reason, rows);
    held: (sheet, row, column, rule, message), never with the value; notes: (sheet, rule, message, rows).
    """

    profile: str
    returns: list = field(default_factory=list)
    sheets: list = field(default_factory=list)
    skips: list = field(default_factory=list)
    held: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def find(path, sheets=None):
    """The name of the profile whose sheets and header cells this file has, or None. The most exact profile wins."""
    sheets = read_sheets(path, head=HEAD) if sheets is None else sheets
    best, most = None, 0
    for name in profile_file.names():
        profile = profile_file.read(name)
        cells = [len(take.header) for take in profile.takes if profile_table.fits(take, sheets)]
        wanted = [take for take in profile.takes if not take.optional]
        if all(profile_table.fits(take, sheets) for take in wanted) and sum(cells) > most:
            best, most = name, sum(cells)
    return best


def take(path, name_or_path, sheets=None):
    """Take a file by a profile. Returns Taken; raises Refusal when the file lacks what the profile needs."""
    profile = profile_file.read(name_or_path)
    sheets = read_sheets(path) if sheets is None else sheets
    taken, outcomes, tables = Taken(profile.name), [], {}
    con = profile_sql.connect(profile)
    try:
        for number, one in enumerate(profile.takes, 1):
            fitting = profile_table.fits(one, sheets)
            if not fitting and not one.optional:
                raise Refusal(_missing(profile, one, number, sheets))
            own = [profile_table.table(sheet, sheets[sheet], one) for sheet in fitting]
            tables.update({table.sheet: table for table in own})
            if own:
                outcomes.append((one, profile_take.work(con, profile, one, own, number)))
    finally:
        con.close()
    _returns(profile, outcomes, taken)
    _account(sheets, tables, [outcome for _, outcome in outcomes], taken)
    return taken


def _missing(profile, one, number, sheets):
    there = ", ".join(repr(name) for name in sheets) or "none"
    cells = ", ".join(repr(cell) for cell in one.header)
    return (
        f"Profile {profile.name}, take {number}: no sheet named like {one.sheet!r} has a header row with {cells} "
        f"in its first {profile_table.LOOK} rows. The file's sheets: {there}."
    )


def _returns(profile, outcomes, taken):
    """Put rows of the same kind and facts into one return, whichever take they come from."""
    found = {}
    for one, outcome in outcomes:
        plain = {"source": profile.title, "published": False, "approximate": False, **profile.facts, **one.facts}
        whole = {**dict.fromkeys(profile_file.FACTS), **plain}
        for facts, rows in _by_facts(outcome.rows, whole).items():
            found.setdefault((one.kind, facts), []).extend(rows)
    taken.returns = [TakenReturn(kind, dict(facts), rows) for (kind, facts), rows in found.items()]


def _by_facts(rows, facts):
    """Rows apart by the facts that stand in their columns: {facts as sorted pairs: rows without them}."""
    apart = defaultdict(list)
    for row in rows:
        own = {name: row.pop(name) for name in profile_file.FACTS if name in row}
        whole = {**facts, **{name: value for name, value in own.items() if value is not None}}
        apart[tuple(sorted(whole.items()))].append(row)
    return apart


def _account(sheets, tables, outcomes, taken):
    """Say of every row of every sheet whether it was used, held or skipped and why."""
    taken.held = list(dict.fromkeys(one for outcome in outcomes for one in outcome.held))
    taken.notes = list(dict.fromkeys(one for outcome in outcomes for one in outcome.notes))
    for sheet, rows in sheets.items():
        table = tables.get(sheet)
        if table is None:
            taken.sheets.append((sheet, len(rows), 0, 0, len(rows), 0))
            taken.skips.append((sheet, NOT_USED, len(rows)))
            continue
        fate = _fates(sheet, table, outcomes)
        reasons = {"above the header": table.above, "blank row": table.blank, "the header again": table.again}
        for reason in fate.values():
            reasons[reason] = reasons.get(reason, 0) + 1
        used, held = reasons.pop("used", 0), reasons.pop("held", 0)
        made = sum(row["_sheet"] == sheet for outcome in outcomes for row in outcome.rows)
        taken.sheets.append((sheet, table.read, used, held, table.read - used - held, made))
        taken.skips += [(sheet, reason, count) for reason, count in reasons.items() if count]


def _fates(sheet, table, outcomes):
    """{row: 'held', 'used' or the reason it was skipped}: held by any take comes first, then used, then skipped."""
    fate = {}
    for number, _ in table.rows:
        at = (sheet, number)
        if any(at in outcome.held_rows for outcome in outcomes):
            fate[number] = "held"
        elif any(at in outcome.used for outcome in outcomes):
            fate[number] = "used"
        else:
            fate[number] = next(outcome.skipped[at] for outcome in outcomes if at in outcome.skipped)
    return fate
