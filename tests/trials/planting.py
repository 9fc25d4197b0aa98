"""Files with one detail of a made-up person in one place: every place that each form of file has."""

import random
import re
import zipfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb
import planted
import sent
import xlsxwriter

from trials import ground

REQUESTS = "requests"
FACTS = {"sender": "E08000025", "reported_by": "holder", "period_from": "2026-01-01", "period_to": "2026-03-31",
         "extracted_on": "2026-07-31", "synthetic": "yes"}  # fmt: skip
DATES = re.compile(r"(_on|_from|_to|_start|_end)$")
ROWS, AT = 12, 3
ANYWHERE = ("heading", "file name", "surplus column")
BELOW = ("under the table", "beyond the header")
BOOKS = ("sheet name", "cover", "another sheet")
XLSX = ("hidden sheet", "comment", "text box", "footer", "properties", "own property", "prompt", "link", "defined name")
ODS = ("annotation", "meta", "page style", "text box", "prompt", "link")
PARTS = {
    "text box": ("content.xml", "</table:table>", "<table:shapes><draw:frame><draw:text-box><text:p>{}</text:p>"
                 "</draw:text-box></draw:frame></table:shapes></table:table>"),
    "prompt": ("content.xml", "<office:spreadsheet>", "<office:spreadsheet><table:content-validations>"
               '<table:content-validation table:name="v"><table:help-message table:display="true"><text:p>{}</text:p>'
               "</table:help-message></table:content-validation></table:content-validations>"),
    "link": ("content.xml", "<text:p>", '<text:p><text:a xlink:href="mailto:{}">x</text:a>'),
    "annotation": ("content.xml", "<text:p>", "<office:annotation><text:p>{}</text:p></office:annotation><text:p>"),
    "meta": ("meta.xml", "", '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
             'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>{}</dc:title></office:meta>'
             "</office:document-meta>"),
    "page style": ("styles.xml", "</office:document-styles>", "<office:master-styles><style:master-page><style:footer>"
                   "<text:p>{}</text:p></style:footer></style:master-page></office:master-styles>"
                   "</office:document-styles>"),
}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """A value of a kind of identifier, and where it goes: kind of return, form of file, place in it."""

    number: int
    kind: str
    of: str
    form: str
    place: str
    value: str

    @property
    def where(self):
        return f"{self.kind} in {self.place} ({self.of}, {self.form})"

    @property
    def worded(self) -> str:
        """As a person would write it there: a date or a name needs a word beside it where anything may stand."""
        if self.place == "request_ref":
            return self.value if self.kind == "email" else planted.as_reference(self.value)
        if self.place in _rows(self.of)[0]:
            return self.value
        return {"birth_date": "born ", "person": "Mrs "}.get(self.kind, "") + self.value


def places() -> list[tuple[str, str, str]]:
    """Every (kind of return, form of file, place)."""
    found = []
    for form in ("csv", "xlsx", "ods", "parquet"):
        wide = [*ANYWHERE, *(BELOW if form != "parquet" else ("metadata",))]
        wide += BOOKS if form in ("xlsx", "ods") else ()
        wide += {"xlsx": XLSX, "ods": ODS}.get(form, ())
        found += [(REQUESTS, form, place) for place in wide]
        for of in (REQUESTS, *sent.others()) if form in ("csv", "xlsx") else (REQUESTS,):
            found += [(of, form, column) for column in _rows(of)[0] if column not in ("synthetic", "kind")]
    return found


def plants(points: int, seed: int, taken: bytes = b"") -> list[Plant]:
    """So many plants, places in turn, each with another kind in each round; no value twice, none in `taken`."""
    chance, found, used = random.Random(seed), [], set()
    wide, kinds = places(), list(planted.KINDS)
    chance.shuffle(wide)
    for turn in count():
        for at, (of, form, place) in enumerate(wide):
            kind = kinds[(at + turn) % len(kinds)]
            if kind == "birth_date" and (DATES.search(place) or place == "sheet name"):
                continue  # a date where dates stand says nothing
            value = _value(kind, chance, used, taken)
            found.append(Plant(len(found), kind, of, form, place, value))
            if len(found) == points:
                return found


def _value(kind, chance, used, taken):
    while True:
        value = planted.KINDS[kind][0](chance)
        # There are few names and postcodes to make, so those come again.
        if kind in ("postcode", "person") or (value not in used and value.lower().encode() not in taken):
            used.add(value)
            return value


def _rows(of):
    """Good rows of a kind of return, with the facts of the whole."""
    if of == REQUESTS:
        return ground.rows(ROWS)
    one = {**sent.others()[of], **FACTS}
    if of == "refusals":
        return [{**one, "request_ref": f"REQ-2026-{at:04d}"} for at in range(ROWS)]
    varied = {"request_counts": "requests", "agreements": "in_force"}.get(of)
    return [{**one, varied: str(int(one[varied]) + at)} for at in range(ROWS)] if varied else [one]


def write(plant: Plant, folder: Path) -> Path:
    """The file, alone in a new folder."""
    folder.mkdir()
    rows, place, value = _rows(plant.of), plant.place, plant.worded
    at = min(AT, len(rows) - 1)
    if place in rows[0]:
        rows[at][place] = value
    elif place == "heading":
        rows = [{**row, value: ""} for row in rows]
    elif place == "surplus column":
        rows = [{**row, "remarks": value if number == at else "seen"} for number, row in enumerate(rows)]
    path = folder / f"{value if place == 'file name' else 'return'}.{plant.form}"
    if plant.form == "parquet":
        return _parquet(path, rows, value if place == "metadata" else "made up")
    grid = sent.grid(rows)
    if place == "under the table":
        grid += [[], [f"Contact: {value}"]]
    elif place == "beyond the header":
        grid[at + 1] = [*grid[at + 1], value]
    if plant.form == "csv":
        path.write_text("".join(",".join(map(str, row)) + "\n" for row in grid), encoding="utf-8")
        return path
    return (_xlsx if plant.form == "xlsx" else _ods)(path, _sheets(grid, place, value), place, value)


def _sheets(grid, place, value):
    sheets = {"Cover": [["Return", "made up"]], value[:31] if place == "sheet name" else "Quarter": grid}
    if place == "cover":
        sheets["Cover"].append(["Our contact", value])
    elif place == "another sheet":
        sheets["Notes"] = [["About"], [value]]
    return sheets


def _parquet(path, rows, note):
    """Every column as text, and words beside the table."""
    source, plain = sent.write_csv(path.with_name("before.csv"), rows), path.with_name("plain.parquet")
    with duckdb.connect() as con:
        con.execute(
            f"COPY (FROM read_csv('{source}', all_varchar = true)) TO '{plain}' "
            f"(FORMAT parquet, KV_METADATA {{about: '{note}'}})"
        )
    source.unlink()
    return plain.rename(path)


def _xlsx(path, sheets, place, value):
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, grid in sheets.items():
            page = book.add_worksheet(name)
            for line, row in enumerate(grid):
                page.write_row(line, 0, [sent._cell(one) for one in row])
        if place == "hidden sheet":
            hidden = book.add_worksheet("Old")
            hidden.write(0, 0, value)
            hidden.hide()
        elif place in XLSX:
            _beside(book, page, place, value)
    return path


def _beside(book, page, place, value):
    """What a workbook holds in no cell."""
    ways = {
        "comment": lambda: page.write_comment("C3", value),
        "text box": lambda: page.insert_textbox("Z3", value),
        "footer": lambda: page.set_footer(f"&C{value}"),
        "properties": lambda: book.set_properties({"title": value}),
        "own property": lambda: book.set_custom_property("about", value),
        "prompt": lambda: page.data_validation(
            "J2", {"validate": "any", "input_title": "Note", "input_message": value}
        ),
        "link": lambda: page.write_url("A30", f"mailto:{value.replace(' ', '%20')}", string=""),
        "defined name": lambda: book.define_name("about", f'="{value}"'),
    }
    ways[place]()


def _ods(path, sheets, place, value):
    sent.write_ods(path, sheets)
    if place not in PARTS:
        return path
    part, mark, words = PARTS[place]
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = parts.get(part, b"").decode()
    said = words.format(value)
    parts[part] = parts[part].replace(mark, said, 1) if mark else said
    assert said in parts[part], f"{part} has no {mark}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, body in parts.items():
            book.writestr(name, body)
    return path
