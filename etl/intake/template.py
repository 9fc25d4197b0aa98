"""Makes the blank workbook of a kind of return: what to fill in, the codes to choose from, and what each column means.

Everything in it comes from the contract and the code lists, so it never lags behind what the loader asks for.
"""

import datetime as dt
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from etl import reference
from etl.intake.contracts import Field, contract
from etl.intake.rules import expected
from etl.intake.tables import EXAMPLE, MARK

VERSION = 1  # raised when the layout changes; the columns are the contract's
ROWS = 10_000  # rows with lists to choose from; rows below are read all the same
LONGEST_WORDS = 255  # characters a spreadsheet shows beside a cell
EARLIEST = dt.date(1990, 1, 1)
LEFT_OUT = ("synthetic",)  # nobody fills in a made-up return by hand


def template(kind: str, path) -> None:
    """Write the blank return of this kind as XLSX.

    Sheets: Cover (labels and values), one named by the kind (header in row 1, an example row that is never loaded),
    Codes and Notes; no merged cells. Refusal when there is no such kind.
    """
    one, cover = contract(kind), contract("cover")
    lists = list(dict.fromkeys(field.codes for field in one.fields if field.codes))
    with xlsxwriter.Workbook(Path(path)) as book:
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1}),
            "example": book.add_format({"italic": True, "font_color": "#595959"}),
            "example_day": book.add_format({"italic": True, "font_color": "#595959", "num_format": "yyyy-mm-dd"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "text": book.add_format({"num_format": "@"}),
            "plain": book.add_format({}),
            "prose": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _cover(book.add_worksheet("Cover"), kind, [f for f in cover.fields if f.name not in LEFT_OUT], styles)
        page = book.add_worksheet(kind)
        ranges = _codes(book.add_worksheet("Codes"), lists, styles)
        _sheet(page, one.fields, ranges, styles)
        _notes(book.add_worksheet("Notes"), kind, [*cover.fields, *one.fields], styles)


def _cover(page, kind, fields, styles):
    """Label and value, one a row, from row 1; the loader takes the cell right of a label it knows."""
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 28)
    for place, field in enumerate(fields):
        page.write(place, 0, _label(field.name), styles["head"])
        page.write(place, 1, kind if field.name == "kind" else "", _style(field, styles))
        page.data_validation(place, 1, place, 1, _validation(field, {}))
    page.write(len(fields) + 1, 0, "Template version", styles["head"])
    page.write(len(fields) + 1, 1, VERSION)


def _sheet(page, fields, ranges, styles):
    page.freeze_panes(1, 0)
    for place, field in enumerate(fields):
        page.set_column(place, place, max(14, len(field.name) + 3), _style(field, styles))
        page.write(0, place, field.name, styles["head"])
        _write_example(page, place, field, styles)
        page.data_validation(1, place, ROWS, place, _validation(field, ranges))
    page.set_column(len(fields), len(fields), 16)
    page.write(0, len(fields), MARK, styles["head"])
    page.write(1, len(fields), EXAMPLE, styles["example"])


def _write_example(page, place, field, styles):
    if field.type == "date" and field.example:
        page.write_datetime(1, place, dt.date.fromisoformat(field.example), styles["example_day"])
    elif field.type in ("integer", "number") and field.example:
        page.write_number(1, place, float(field.example), styles["example"])
    else:
        page.write_string(1, place, field.example, styles["example"])


def _codes(page, lists, styles):
    """Each list as two columns, code and meaning; the cells of its codes by list, for the lists to choose from."""
    ranges = {}
    page.freeze_panes(1, 0)
    for number, name in enumerate(lists):
        column, letter = 2 * number, xl_col_to_name(2 * number)
        pairs = _pairs(name)
        page.set_column(column, column, 24)
        page.set_column(column + 1, column + 1, 40)
        page.write_row(0, column, (name, f"{name} in words"), styles["head"])
        for row, (code, words) in enumerate(pairs, 1):
            page.write_string(row, column, code)
            page.write_string(row, column + 1, words)
        ranges[name] = f"=Codes!${letter}$2:${letter}${len(pairs) + 1}"
    return ranges


def _pairs(name):
    """(code, words) of a list. An answer's code may stand under several questions: it is listed once."""
    if name == "bodies":
        return [(code, body.name) for code, body in reference.bodies().items()]
    found = {}
    for row in reference.rows(name):
        found.setdefault(row["code"], row["label"])
    return list(found.items())


def _notes(page, kind, fields, styles):
    page.freeze_panes(1, 0)
    for place, wide in enumerate((22, 26, 70, 12, 60)):
        page.set_column(place, place, wide)
    page.write_row(0, 0, ("Heading", "Title", "What it means", "Needed", "What to write"), styles["head"])
    for row, field in enumerate(fields, 1):
        needed = "yes" if field.required else "no"
        words = f"{expected(field)[:1].upper()}{expected(field)[1:]}."
        page.write_row(row, 0, (field.name, field.title, field.description, needed, words), styles["prose"])
    said = (
        f"The row marked {EXAMPLE} in the column {MARK} of the sheet {kind} shows how to fill it in. It is not loaded."
    )
    page.write(len(fields) + 2, 2, said, styles["prose"])


def _validation(field: Field, ranges) -> dict:
    """What a spreadsheet lets a person write in a cell of this column, and what it says beside it."""
    said = {
        "input_title": field.title[:32],
        "input_message": _short(field.description),
        "error_title": "Not as asked for",
        "error_message": _short(f"Expected {expected(field)}."),
    }
    if field.codes:
        return {"validate": "list", "source": ranges[field.codes], **said}
    if field.enum:
        return {"validate": "list", "source": list(field.enum), **said}
    if field.type == "date":
        return {"validate": "date", "criteria": ">=", "value": EARLIEST, **said}
    if field.type in ("integer", "number"):
        least = field.minimum if field.minimum is not None else 0
        return {"validate": field.type.replace("number", "decimal"), "criteria": ">=", "value": least, **said}
    return {"validate": "any", **said}


def _style(field: Field, styles):
    return styles["date" if field.type == "date" else "plain" if field.type in ("integer", "number") else "text"]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1].rsplit(" ", 1)[0] + "…"
