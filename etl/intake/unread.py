"""Screens what a file holds and nobody loads: surplus columns, other sheets, the cover, cells that were held.

The bytes of a loaded file are kept, so that the warehouse can be made again; what is in them and was not screened
as it was loaded is screened here. Dates and bare names are not looked for: outside a reference they say too little.
"""

import re
from dataclasses import replace
from functools import cache

from etl import reference, warehouse
from etl.intake import contracts, lines, screen
from etl.intake.finding import Finding, finding
from etl.intake.identifiers import COMPILED, TITLES
from etl.warehouse import quoted

RULES = frozenset(f"personal.{kind}" for kind in ("email", "nino", "postcode", "phone", "nhs_number", "utr", "upn"))
BY_CELL = ("birth_date", "titled_name")  # said in words around them, so one cell tells
NUMBERED = ("ten_digits", "pupil_shape")  # shapes of numbers with a check digit
SUSPECT = re.compile(screen.SUSPECT, re.IGNORECASE)


def screen_tables(con, tables, folder, ragged=False) -> list[Finding]:
    """Findings on what looks like details of a person in headings and cells that are not loaded; none when clean.

    tables: (intake.tables.Table, kind or None where the table is not loaded); folder: a private one for text copies;
    ragged: whether rows may have cells beyond the header.
    """
    found = []
    for table, kind in tables:
        found += screen.screen_names(table.aside, "cover sheet" if table.form == "workbook" else "file's own note")
        loaded = _loaded(table, kind) if kind else set()
        places = [place for place, name in enumerate(table.header) if place not in loaded and place != table.mark]
        found += screen.screen_names([table.header[place] for place in places], "heading", sheet=_sheet(table))
        for column, relation, cell in _columns(table, places, folder, ragged):
            at = {"sheet": _sheet(table), "name": f"column {column + 1}"}
            found += _screened(con, relation, cell, at)
    return [replace(one, severity="blocks_file", message=_placed(one)) for one in found]


def _screened(con, relation, cell, at):
    """Findings on one column of cells, each of which refuses or withholds the whole file."""
    cells = con.execute(f"SELECT DISTINCT {quoted_name(cell)}::VARCHAR FROM {relation}").fetchall()
    texts = [text for (text,) in cells if text and text not in _known()]
    numbers = sum(any(COMPILED[shape].search(text) for shape in NUMBERED) for text in texts)
    found = [
        one
        for one in screen.screen_column(con, relation, cell, **at)
        # A warning says that chance could explain it; of one or two numbers that all pass it hardly could.
        if one.rule in RULES and (one.severity != "warning" or numbers <= 2)
    ]
    return found + [_by_cell(kind, at) for kind in BY_CELL if any(map(COMPILED[kind].search, texts))]


@cache
def _known() -> frozenset[str]:
    """Our own codes and their words, which a template lists: some look like a title and a name, or like a postcode."""
    rows = [row for name in warehouse.LISTS for row in reference.rows(name)]
    return frozenset(row[column] for row in rows for column in ("code", "label", "name") if column in row)


def quoted_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _by_cell(kind, at):
    words = f"A cell holds what looks like {TITLES[kind]}."
    return finding(f"personal.{kind}", "blocks_file", words, screen.MEND, sheet=at["sheet"], column=at["name"])


def _placed(one):
    where = ", ".join(filter(None, [one.sheet and f"sheet {one.sheet}", one.column]))
    return f"{where}: {one.message}" if where else one.message


def _sheet(table):
    return table.sheet if table.form == "workbook" else None


def _loaded(table, kind):
    """The places of columns whose cells can only be codes, numbers or dates, or are screened when they are loaded."""
    one = contracts.contract(kind)
    free = {f.name for f in one.fields if f.type == "string" and not f.codes and f.name != "request_ref"}
    return {place for name, place in table.columns(kind).items() if name not in free}


def _columns(table, places, folder, ragged):
    """(place, SQL of a relation, its column) of each column to be looked at closely."""
    if not places and not ragged:
        return
    if table.form == "parquet":
        source = f"read_parquet({quoted(table.path)})"
        yield from ((place, source, table.header[place]) for place in places)
        return
    cells, known = {}, _known()
    for _, row in lines.rows(table):
        surplus = range(len(table.header), len(row))
        for place in (*places, *surplus):
            if place < len(row) and row[place] and row[place] not in known:
                cells.setdefault(place, []).append(row[place])
    for place, texts in cells.items():
        if any(SUSPECT.search(text) or COMPILED["birth_date"].search(text) for text in texts):
            texts_of = (("", number, "", [text]) for number, text in enumerate(texts))
            yield place, lines.write_lines(folder, ["cell"], texts_of), "cell"


def held_cells(con, kind: str) -> bool:
    """Whether a cell that was held in `staged`, as not of its column's type or form, looks like one of a person.

    A bare date tells in a column that holds no dates; a bare name in any.
    """
    fields = [*contracts.contract(kind).fields, *contracts.contract("cover").fields]
    dates = [f"raw_{field.name}" for field in fields if field.type == "date"]
    texts = [f"raw_{field.name}" for field in fields if field.type != "date"]
    texts += [field.name for field in contracts.contract(kind).fields if field.type == "string" and field.pattern]
    held = "FROM staged WHERE (mask <> 0 OR type_mask <> 0 OR _flaw IS NOT NULL)"
    suspects = con.execute(f"SELECT DISTINCT [{', '.join(texts)}]::VARCHAR[], [{', '.join(dates)}]::VARCHAR[] {held}")
    while rows := suspects.fetchmany(10_000):
        for cells, days in rows:
            cells = [cell for cell in cells if cell and cell not in _known()]
            both = [*cells, *filter(None, days)]
            if screen.kinds_in(" | ".join(both)) or any(map(screen.has_name, both)) or any(map(_is_date, cells)):
                return True
    return False


def _is_date(cell: str) -> bool:
    return any(COMPILED[kind].search(cell) for kind in ("whole_date", "packed_date"))
