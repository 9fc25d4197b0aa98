"""Makes files that mean harm, or were made carelessly, and says what the pre-check must find in each.

`cases(folder)` writes them all; a case names the rule that must be found, its severity, and the row where there
is one. Severity `later` means that the bytes are in order and the reader or the code lists settle the file.
"""

import gzip
import io
import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import odswriter
import xlsxwriter

_COLUMNS = """
    request_ref holder_body requester_body holder_sector requester_sector region requester_region purpose
    subject_group urgency received_on outcome decided_on under_agreement gateway decided_by tool_cited
    reconsidered reconsidered_on risk_of_not_sharing
"""
HEADER = _COLUMNS.split()
GOOD = [
    "REQ-2021-000123", "E06000023", "", "local_government", "health", "E12000009", "E12000009", "safeguarding_child",
    "school_age", "routine", "2021-03-04", "shared_full", "2021-03-09", "yes", "not_stated", "ig_dpo", "none", "none",
    "", "no",
]  # fmt: skip
BOMB_BYTES = 205 * 1024 * 1024


@dataclass(frozen=True)
class Case:
    name: str
    path: Path
    rule: str | None
    severity: str
    row: int | None = None


def row(**cells):
    """A good row with some of its cells changed, as text."""
    return ",".join(cells.get(name, value) for name, value in zip(HEADER, GOOD, strict=True))


def table(*rows, header=None, end="\n"):
    return end.join([header or ",".join(HEADER), *(rows or (row(),))]) + end


def texts():
    """Name, bytes, rule, severity, row: files that are text, or pretend to be."""
    for part in (encodings, headers, lines, cells):
        yield from part()


def encodings():
    """Bytes in no one encoding, and signs that no cell should hold."""
    head, good = ",".join(HEADER), row()
    yield "nul_in_a_code", table(row(purpose="sa\0fe")), "text.binary", "blocks_file", None
    yield "empty", b"", "file.empty", "blocks_file", None
    yield "mark_only", b"\xef\xbb\xbf", "csv.empty", "blocks_file", None
    yield "blank_lines", "\n\n\n\n", "header.blank", "blocks_file", 1
    yield "blank_first_row", "\n" + table(), "header.blank", "blocks_file", 1
    yield "utf32", table().encode("utf-32"), "encoding.unknown", "blocks_file", None
    two = table(row(purpose="café")).encode() + (row(purpose="café") + "\n").encode("cp1252")
    yield "two_encodings", two, "encoding.unknown", "blocks_file", 3
    yield (
        "windows_then_utf8",
        table(row(purpose="café")).encode("cp1252") + (row(purpose="café") + "\n").encode(),
        "encoding.unknown",
        "blocks_file",
        None,
    )
    yield (
        "cut_inside_a_letter",
        (head + "\n" + row(purpose="naïve") + "\n" + "é").encode()[:-1],
        "encoding.unknown",
        "blocks_file",
        3,
    )
    yield "odd_bytes", table().encode() + b"\x81\x8d\x8f\n", "encoding.unknown", "blocks_file", None
    yield "noise", bytes(range(1, 256)) * 40, None, "blocks_file", None
    yield "utf16_cut", table().encode("utf-16")[:-1], "encoding.unknown", "blocks_file", None
    yield "bell_in_a_code", table(good, row(purpose="sa\x07fe")), "text.control", "blocks_row", 3
    yield "delete_in_a_code", table(row(purpose="sa\x7ffe"), good), "text.control", "blocks_row", 2
    yield "escape_sequences", table(row(purpose="\x1b[31mred")), "text.control", "blocks_row", 2
    yield "bidi_override", table(good, good, row(purpose="\u202esafe")), "text.hidden", "blocks_row", 4
    yield "bidi_isolate", table(row(purpose="sa\u2066fe")), "text.hidden", "blocks_row", 2
    yield "zero_width", table(row(purpose="safe\u200bguarding_child")), "text.hidden", "blocks_row", 2
    yield "soft_line_end", table(row(purpose="safe\u2028guarding")), "text.hidden", "blocks_row", 2
    yield "c1_control", table(row(purpose="safe\x85guarding")), "text.hidden", "blocks_row", 2
    yield "bidi_in_header", table(header=head.replace("outcome", "out\u202ecome")), "header.near", "blocks_file", 1
    yield (
        "hidden_in_windows_1252",
        table(row(purpose="caf\xe9"), row(purpose="a\x07")).encode("cp1252"),
        "text.control",
        "blocks_row",
        3,
    )


def headers():
    """Columns that are missing, there twice, misspelt, or set apart by something else than a comma."""
    head, good = ",".join(HEADER), row()
    yield "duplicate_header", table(header=head.replace("urgency", "outcome")), "header.duplicate", "blocks_file", 1
    yield "duplicate_by_case", table(header=head.replace("urgency", "Outcome ")), "header.duplicate", "blocks_file", 1
    yield "missing_column", table(header=head.replace(",outcome", "")), "header.missing", "blocks_file", 1
    yield "extra_column", table(good + ",x", header=head + ",case_notes"), "header.unknown", "blocks_file", 1
    yield "misspelt_column", table(header=head.replace("received_on", "recieved_on")), "header.near", "blocks_file", 1
    yield "no_header", good + "\n" + good + "\n", "header.absent", "blocks_file", 1
    yield "blank_heading", table(good + ",", header=head + ","), "header.blank", "blocks_file", 1
    yield "separator_line", "sep=,\n" + table(), "csv.sep_line", "blocks_file", 1
    yield "semicolons", table().replace(",", ";"), "csv.separator", "blocks_file", 1
    yield "tabs", table().replace(",", "\t"), "csv.separator", "blocks_file", 1
    yield "upright_bars", table().replace(",", "|"), "csv.separator", "blocks_file", 1
    yield (
        "ten_thousand_columns",
        table(",".join("1" * 10_000), header=",".join(f"c{n}" for n in range(10_000))),
        "header.columns",
        "blocks_file",
        1,
    )


def lines():
    """Line ends and quotation marks that do not fit, lines without end, and no rows."""
    head, good = ",".join(HEADER), row()
    yield "old_macintosh", table(end="\r"), "csv.bare_return", "blocks_file", 1
    yield "old_macintosh_large", table(*[good] * 9000, end="\r"), "csv.bare_return", "blocks_file", 1
    yield "one_bare_return", table(good, row(purpose="a\rb")), "csv.bare_return", "blocks_file", 3
    yield "mixed_line_ends", table(good, good, end="\r\n") + good + "\n", "csv.line_ends", "blocks_file", None
    yield "long_line", table(good) + "A" * 3_000_000, "csv.long_line", "blocks_file", 3
    yield "long_quoted_cell", table(row(purpose='"' + "A" * 3_000_000 + '"')), "csv.long_line", "blocks_file", 2
    yield "only_long_line", "A" * 3_000_000, "csv.long_line", "blocks_file", 1
    yield "open_quote", table(row(purpose='"safeguarding_child'), good), "csv.quote", "blocks_file", None
    yield "open_quote_long", table(row(purpose='"x'), *[good] * 20_000), "csv.quote", "blocks_file", None
    yield "open_quote_in_header", table(header='"' + head), "csv.quote", "blocks_file", None
    yield "header_only", head + "\n", "csv.no_rows", "blocks_file", None
    yield "header_without_line_end", head, "csv.no_rows", "blocks_file", None
    yield "header_and_commas", head + "\n" + ",,,,\n" * 3, "csv.no_rows", "blocks_file", None


def cells():
    """Formulas, rows of the wrong length, and dates and words that the desk must judge later."""
    good, swapped = row(), ",".join(HEADER[1::-1] + HEADER[2:])
    yield "formula", table(good, row(purpose="=1+1")), "text.formula", "blocks_row", 3
    yield "command", table(row(purpose="=cmd|' /C calc'!A0")), "text.formula", "blocks_row", 2
    yield "formula_first_cell", table(row(request_ref="@SUM(A1)")), "text.formula", "blocks_row", 2
    yield "formula_quoted", table(row(purpose='"=HYPERLINK(1)"')), "text.formula", "blocks_row", 2
    yield "formula_plus", table(row(purpose="+1+cmd")), "text.formula", "blocks_row", 2
    yield "formula_minus", table(row(purpose="-2+cmd")), "text.formula", "blocks_row", 2
    yield "formulas_by_the_thousand", table(*[row(purpose="=1")] * 1500), "text.formula", "blocks_file", None
    yield "cut_last_line", table(good) + good[:60], "csv.cut", "blocks_row", 3
    for style in ("04/03/2021", "03/04/2021", "4 March 2021", "44259", "20210304"):
        yield "date_" + style.replace("/", "_").replace(" ", "_"), table(row(received_on=style)), None, "later", None
    yield "date_no_leap_day", table(row(received_on="2026-02-29")), None, "later", None
    yield "date_month_thirteen", table(row(received_on="2026-13-01")), None, "later", None
    yield "ragged_row", table(good, "a,b,c", good), None, "later", None
    yield "stray_quotes", table(row(purpose='sa"fe"')), None, "later", None
    yield "sql_text", table(row(purpose="'; DROP TABLE requests; --")), None, "later", None
    yield "negative_number", table(row(purpose="-5")), None, "later", None
    yield "other_order", table(header=swapped), None, "later", None


def not_tables():
    """Files of other kinds with the name of a table."""
    yield "picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(200)
    yield "photograph.csv", b"\xff\xd8\xff\xe0" + bytes(200)
    yield "animation.csv", b"GIF89a" + bytes(200)
    yield "paper.csv", b"%PDF-1.7\n" + bytes(200)
    yield "squeezed.csv", gzip.compress(table().encode())
    yield "seven.csv", b"7z\xbc\xaf\x27\x1c" + bytes(200)
    yield "rar.csv", b"Rar!\x1a\x07" + bytes(200)
    yield "letter.csv", b"{\\rtf1 hello}"
    yield "program.csv", b"\x7fELF" + bytes(200)
    yield "windows_program.csv", b"MZ" + bytes(200)
    yield "database.csv", b"SQLite format 3\0" + bytes(200)
    yield "page.csv", b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>"
    yield "excel_2003.csv", b"<?xml version='1.0'?><Workbook/>"
    yield "records.csv", b'[{"request_ref": "REQ-1"}]'
    yield "plain_text.xlsx", b"this is not a workbook"
    yield "old_excel.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "csv_in_a_zip.xlsx", zipped({"returns.csv": table()})
    yield "document.xlsx", zipped({"word/document.xml": "<w/>", "[Content_Types].xml": "<Types/>"})
    yield "binary_workbook.xlsx", zipped({"xl/workbook.bin": "x", "[Content_Types].xml": "<Types/>"})


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    """A zip folder of name (or ZipInfo) to content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def cell(place, text="x"):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(cells="", number=1, lead=""):
    return f'{lead}<worksheet><sheetData><row r="{number}">{cells or cell("A1")}</row></sheetData></worksheet>'


def workbook(body=None, name="requests", **parts):
    """The parts of the smallest XLSX, with some replaced or added; None removes one."""
    relation = '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
    whole = (
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<workbook><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f"<Relationships>{relation}</Relationships>",
            "xl/worksheets/sheet1.xml": sheet() if body is None else body,
        }
        | parts.pop("more", {})
        | parts
    )
    return {name: body for name, body in whole.items() if body is not None}


def content(cells, rows=""):
    body = f'<table:table table:name="requests"><table:table-row {rows}>{cells}</table:table-row></table:table>'
    return f"<office:document-content><office:spreadsheet>{body}</office:spreadsheet></office:document-content>"


def open_document(body, more=None, kind="spreadsheet"):
    return {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": body} | (more or {})


def rows_to(last):
    """The cells of a header and good rows down to this row of the sheet."""
    return [HEADER, *(row(request_ref=f"REQ-{number}").split(",") for number in range(2, last + 1))]


def formula_book(result):
    """A whole XLSX whose row 7 has a formula for its gateway, with these bytes where the result should be."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("requests")
        for place, cells in enumerate(rows_to(8)):
            page.write_row(place, 0, cells)
        page.write_formula(6, HEADER.index("gateway"), "=1+1")
    with zipfile.ZipFile(out) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<f>1+1</f><v>0</v>", b"<f>1+1</f>" + result)
    return zipped(parts)


def formula_document():
    """A whole ODS whose row 7 has a formula without a result."""
    out, rows = io.BytesIO(), rows_to(8)
    rows[6][HEADER.index("gateway")] = odswriter.Formula("1+1")
    with odswriter.writer(out) as book:
        book.new_sheet("requests").writerows(rows)
    return out.getvalue()


DTD = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def books():
    """Name, bytes, rule, severity, row: hostile workbooks."""
    for part in (far_books, entity_books, active_books, archives, personal_books, open_documents, columns_of_bytes):
        yield from part()


def far_books():
    """Cells so far apart that a reader makes room for millions between them."""
    far_pair = cell("A1") + cell("XFD1048576")
    yield "far_cells.xlsx", zipped(workbook(sheet(far_pair))), "sheet.far", "blocks_file", None
    yield "far_rows.xlsx", zipped(workbook(sheet(cell("A1") + cell("CV1048576")))), "sheet.far", "blocks_file", None
    yield "far_columns.xlsx", zipped(workbook(sheet(cell("A1") + cell("XFD2")))), "sheet.far", "blocks_file", None
    yield "far_other_quotes.xlsx", zipped(workbook(sheet(far_pair.replace('"', "'")))), "sheet.far", "blocks_file", None
    yield (
        "far_other_spaces.xlsx",
        zipped(workbook(sheet(far_pair.replace(" r=", "\n\tr = ")))),
        "sheet.far",
        "blocks_file",
        None,
    )
    yield (
        "far_prefixed.xlsx",
        zipped(workbook(sheet(far_pair).replace("<c ", "<x:c ").replace("</c", "</x:c"))),
        "sheet.far",
        "blocks_file",
        None,
    )
    yield (
        "far_disguised.xlsx",
        zipped(workbook(sheet(far_pair.replace("XFD", "&#88;FD")))),
        "sheet.far",
        "blocks_file",
        None,
    )
    elsewhere = workbook(sheet(), more={"xl/other.bin": sheet(far_pair)})
    yield "far_in_another_part.xlsx", zipped(elsewhere), "sheet.far", "blocks_file", None


def entity_books():
    """XML that names other files, grows when it is read, or is in another encoding."""
    bomb = '<!DOCTYPE w [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    yield "entity_file.xlsx", zipped(workbook(sheet(lead=DTD))), "book.dtd", "blocks_file", None
    yield "entity_bomb.xlsx", zipped(workbook(sheet(lead=bomb))), "book.dtd", "blocks_file", None
    yield (
        "entity_in_strings.xlsx",
        zipped(workbook(more={"xl/sharedStrings.xml": bomb + "<sst/>"})),
        "book.dtd",
        "blocks_file",
        None,
    )
    yield "utf16_part.xlsx", zipped(workbook(sheet(lead=DTD).encode("utf-16"))), "book.encoding", "blocks_file", None
    yield (
        "utf7_part.xlsx",
        zipped(workbook(sheet(lead='<?xml version="1.0" encoding="UTF-7"?>'))),
        "book.encoding",
        "blocks_file",
        None,
    )


def active_books():
    """Formulas without a result, and macros."""
    yield "formula_without_result.xlsx", formula_book(b""), "sheet.formula", "blocks_row", 7
    yield (
        "formula_with_empty_result.xlsx",
        formula_book(b"<v></v>"),
        "sheet.formula",
        "blocks_row",
        7,
    )
    yield "macro.xlsm", zipped(workbook(more={"xl/vbaProject.bin": b"x" * 100})), "book.macro", "blocks_file", None
    macro_type = '<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    yield (
        "macro_type.xlsx",
        zipped(workbook(more={"[Content_Types].xml": macro_type})),
        "book.macro",
        "blocks_file",
        None,
    )
    yield (
        "macro_sheet.xlsx",
        zipped(workbook(more={"xl/macrosheets/sheet1.xml": sheet()})),
        "book.macro",
        "blocks_file",
        None,
    )


def archives():
    """Parts with names and sizes that no spreadsheet program writes, files within files, damage, passwords."""
    nested = zipped({"inner.csv": "x"})
    for name, part in {
        "outside": "../../etc/cron.d/x",
        "absolute": "/etc/x",
        "backslash": "xl\\..\\x",
        "drive": "C:x",
    }.items():
        yield f"name_{name}.xlsx", zipped(workbook(more={part: "x"})), "book.name", "blocks_file", None
    yield "twice.xlsx", zipped(workbook(more={"xl/Workbook.xml": "<x/>"})), "book.twice", "blocks_file", None
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0o120777 << 16
    yield "link_inside.xlsx", zipped(workbook() | {link: "/etc/passwd"}), "book.link", "blocks_file", None
    yield "nested_by_name.xlsx", zipped(workbook(more={"xl/more.zip": nested})), "book.nested", "blocks_file", None
    yield (
        "nested_disguised.xlsx",
        zipped(workbook(more={"xl/media/image1.png": nested})),
        "book.nested",
        "blocks_file",
        None,
    )
    yield (
        "embedded.xlsx",
        zipped(workbook(more={"xl/embeddings/oleObject1.bin": "x"})),
        "book.nested",
        "blocks_file",
        None,
    )
    yield "other_method.xlsx", zipped(workbook(), zipfile.ZIP_LZMA), "book.method", "blocks_file", None
    yield "unpacks_large.xlsx", bomb_book(), "book.unpacked", "blocks_file", None
    yield "lies_about_size.xlsx", lying(zipped(workbook(sheet(cell("A1") * 9000)))), "book.damaged", "blocks_file", None
    yield "overlapping.xlsx", overlapping(zipped(workbook())), "book.overlap", "blocks_file", None
    yield (
        "many_parts.xlsx",
        zipped(workbook(more={f"xl/p{n}.xml": "" for n in range(2500)})),
        "book.parts",
        "blocks_file",
        None,
    )
    yield "cut_off.xlsx", zipped(workbook())[:-200], "book.damaged", "blocks_file", None
    yield "one_bit_wrong.xlsx", one_bit(zipped(workbook())), "book.damaged", "blocks_file", None
    yield "password_part.xlsx", locked(zipped(workbook())), "book.locked", "blocks_file", None
    yield (
        "password.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"),
        "book.locked",
        "blocks_file",
        None,
    )
    no_sheets = workbook(more={"xl/workbook.xml": "<workbook><sheets/></workbook>", "xl/worksheets/sheet1.xml": None})
    yield "no_sheet.xlsx", zipped(no_sheets), "book.no_sheet", "blocks_file", None


def personal_books():
    """Details of a person beside the cells."""
    comment = "<comments><comment ref='A1'><t>see 943 476 5870</t></comment></comments>"
    yield (
        "number_in_a_note.xlsx",
        zipped(workbook(more={"xl/comments1.xml": comment})),
        "personal.nhs_number",
        "blocks_file",
        None,
    )
    properties = "<cp:coreProperties><dc:creator>first.last@example.org</dc:creator></cp:coreProperties>"
    yield (
        "mail_in_properties.xlsx",
        zipped(workbook(more={"docProps/core.xml": properties})),
        "personal.email",
        "blocks_file",
        None,
    )
    box = "<a:p><a:r><a:t>QQ12</a:t></a:r><a:r><a:t>3456C</a:t></a:r></a:p>"
    yield (
        "number_in_a_text_box.xlsx",
        zipped(workbook(more={"xl/drawings/drawing1.xml": box})),
        "personal.nino",
        "blocks_file",
        None,
    )


def open_documents():
    filled = '<table:table-cell office:value-type="float" office:value="1"{}/>'
    apart = filled.format("") + '<table:table-cell table:number-columns-repeated="16000"/>' + filled.format("")
    repeated = ' table:number-columns-repeated="16384"'
    deep = 'table:number-rows-repeated="1048576"'
    yield "far.ods", zipped(open_document(content(apart))), "sheet.far", "blocks_file", None
    yield (
        "repeated.ods",
        zipped(open_document(content(filled.format(repeated), deep))),
        "sheet.far",
        "blocks_file",
        None,
    )
    yield "formula.ods", formula_document(), "sheet.formula", "blocks_row", 7
    yield (
        "macro.ods",
        zipped(open_document(content(apart), {"Basic/Standard/x.xml": "<x/>"})),
        "book.macro",
        "blocks_file",
        None,
    )
    manifest = {"META-INF/manifest.xml": "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"}
    yield "password.ods", zipped(open_document(content(""), manifest)), "book.locked", "blocks_file", None
    yield "entity.ods", zipped(open_document(DTD + content(""))), "book.dtd", "blocks_file", None
    yield "document.ods", zipped(open_document(content(""), kind="text")), "file.kind", "blocks_file", None


def columns_of_bytes():
    """Parquet files, whole only at first sight."""
    yield "cut.parquet", b"PAR1" + bytes(500), "parquet.cut", "blocks_file", None
    yield "footer.parquet", b"PAR1" + bytes(20) + struct.pack("<I", 2**31) + b"PAR1", "parquet.cut", "blocks_file", None
    yield "short.parquet", b"PAR1", "parquet.cut", "blocks_file", None
    yield "locked.parquet", b"PARE" + bytes(20) + b"PARE", "parquet.locked", "blocks_file", None


def bomb_book():
    """A few hundred kilobytes that unpack to more than is allowed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, body in workbook().items():
            archive.writestr(name, body)
        with archive.open("xl/sharedStrings.xml", "w") as part:
            for _ in range(BOMB_BYTES // (1024 * 1024)):
                part.write(b" " * 1024 * 1024)
    return out.getvalue()


def directory_entry(data, name):
    """Where the central directory describes a part."""
    at = data.find(b"PK\x01\x02")
    while data[at + 46 :].startswith(name) is False:
        at = data.find(b"PK\x01\x02", at + 4)
    return at


def lying(data):
    """The directory says the sheet is 100 bytes, with the checksum of those: the rest would come unannounced."""
    name = b"xl/worksheets/sheet1.xml"
    at = directory_entry(data, name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.read(name.decode())[:100]
    changed = bytearray(data)
    changed[at + 16 : at + 20] = struct.pack("<I", zlib.crc32(start))
    changed[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(changed)


def overlapping(data):
    """Two names for the same bytes."""
    at = directory_entry(data, b"xl/worksheets/sheet1.xml")
    other = directory_entry(data, b"xl/workbook.xml")
    changed = bytearray(data)
    changed[at + 42 : at + 46] = changed[other + 42 : other + 46]
    return bytes(changed)


def one_bit(data):
    at = data.find(b"xl/worksheets/sheet1.xml") + 40
    changed = bytearray(data)
    changed[at] ^= 0x10
    return bytes(changed)


def locked(data):
    changed = bytearray(data)
    changed[directory_entry(data, b"xl/workbook.xml") + 8] |= 1
    return bytes(changed)


def good_files():
    """Name, bytes, and the rule that must be told of them without holding anything (None: nothing at all)."""
    yield "good.csv", table(), None
    yield "windows_line_ends.csv", table(end="\r\n"), None
    yield "byte_order_mark.csv", b"\xef\xbb\xbf" + table().encode(), "encoding.said"
    yield "utf16_little.csv", b"\xff\xfe" + table().encode("utf-16-le"), "encoding.said"
    yield "utf16_big.csv", b"\xfe\xff" + table().encode("utf-16-be"), "encoding.said"
    yield "utf16_unmarked.csv", table().encode("utf-16-le"), "encoding.said"
    yield "windows_1252.csv", table(row(purpose="café £5 – “x”")).encode("cp1252"), "encoding.said"
    yield "accents.csv", table(row(purpose="Ynys Môn – “x”")), None
    yield "no_last_line_end.csv", table()[:-1], "csv.last_line"
    yield (
        "spelt_with_spaces.csv",
        table(header=",".join(HEADER).replace("received_on", " Received On")),
        "header.folded",
    )
    yield "facts.csv", table(row() + ",LEEDS", header=",".join(HEADER) + ",sender"), None
    yield "lone_hyphens.csv", table(row(gateway="-", decided_on="- ", reconsidered_on='"-"')), None
    yield "two_lines_in_a_cell.csv", table(row(purpose='"a\nb"'), end="\r\n"), None
    yield "plain.xlsx", zipped(workbook()), None
    formatted = cell("A1") + '<c r="XFD1" s="3"/><c r="B2" s="1"/>'
    yield "formatted_far_out.xlsx", zipped(workbook(sheet(formatted))), None
    yield "formula_with_result.xlsx", zipped(workbook(sheet('<c r="A1"><f>1+1</f><v>2</v></c>'))), None
    empty = '<table:table-cell table:number-columns-repeated="16383"/>'
    filled = '<table:table-cell office:value-type="float" office:value="1"/>'
    yield "plain.ods", zipped(open_document(content(filled + empty, 'table:number-rows-repeated="9"'))), None


def cases(folder):
    """Writes every hostile file and returns its cases."""
    folder = Path(folder)
    made = []
    for name, body, rule, severity, at in texts():
        made.append(Case(name, written(folder / f"{name}.csv", body), rule, severity, at))
    for name, body in not_tables():
        made.append(Case(name, written(folder / name, body), "file.kind", "blocks_file"))
    for name, body, rule, severity, at in books():
        made.append(Case(name, written(folder / name, body), rule, severity, at))
    return made + odd_places(folder)


def odd_places(folder):
    """Links, folders, pipes and names that deceive."""
    target = written(folder / "target.csv", table())
    link, loop, dangling, place = (folder / name for name in ("link.csv", "loop.csv", "dangling.csv", "folder.csv"))
    link.symlink_to(target)
    loop.symlink_to(loop)
    dangling.symlink_to(folder / "nothing")
    place.mkdir()
    tricked = written(folder / "returns\u202evsc.exe.csv", table())
    made = [
        Case("link", link, "file.link", "blocks_file"),
        Case("loop", loop, "file.link", "blocks_file"),
        Case("dangling", dangling, "file.link", "blocks_file"),
        Case("folder", place, "file.not_a_file", "blocks_file"),
        Case("missing", folder / "none.csv", "file.missing", "blocks_file"),
        Case("name_reversed", tricked, "file.name", "blocks_file"),
    ]
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.csv")
        made.append(Case("pipe", folder / "pipe.csv", "file.not_a_file", "blocks_file"))
    return made


def long_line(path, size):
    """One line of `size` bytes under a header, written in pieces."""
    with open(path, "wb") as file:
        file.write(",".join(HEADER).encode() + b"\n")
        for _ in range(size // 1_000_000):
            file.write(b"A" * 1_000_000)
    return path


def written(path, body):
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path
