"""Return files as a sender would make them, for tests of loading: rows as dicts of text, written in any form."""

import csv
import datetime as dt

import duckdb
import odswriter
import xlsxwriter

from etl.intake.contracts import contract

FACTS = {
    "reported_by": "holder",
    "sender": "E08000025",
    "period_from": "2026-01-01",
    "period_to": "2026-03-31",
    "extracted_on": "2026-05-31",
}


def requests(count, **more):
    """Rows of requests that break no rule; every third is refused, every fifth still pending."""
    return [{**_request(number), **more} for number in range(count)]


def _request(number):
    outcome = "pending" if number % 5 == 4 else "refused" if number % 3 == 0 else "shared_full"
    return {
        "request_ref": f"REQ-{number:04d}",
        "holder_body": "E08000025",
        "requester_body": "E07000223" if number % 2 else "",
        "holder_sector": "childrens_services",
        "requester_sector": "education",
        "region": "E12000005",
        "requester_region": "E12000008",
        "purpose": "safeguarding_child",
        "subject_group": "school_age",
        "urgency": "urgent",
        "received_on": f"2026-01-{1 + number % 28:02d}",
        "outcome": outcome,
        "decided_on": "" if outcome == "pending" else f"2026-02-{1 + number % 28:02d}",
        "under_agreement": "yes",
        "gateway": "children_act_2004_s11",
        "decided_by": "ig_dpo",
        "tool_cited": "checklist",
        "reconsidered": "none",
        "reconsidered_on": "",
        "risk_of_not_sharing": "",
    }


def others():
    """One good row of each kind but requests, by kind; a return may hold just that."""
    found = {}
    for kind in ("refusals", "request_counts", "agreements", "awareness", "survey_frame"):
        found[kind] = {field.name: field.example for field in contract(kind).fields}
    found["agreements"] |= {"in_force": "12", "review_overdue": "3"}
    return found


def write_csv(path, rows, columns=None):
    names = columns or list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(names)
        out.writerows([row.get(name, "") for name in names] for row in rows)
    return path


def write_xlsx(path, sheets):
    """sheets: {name: list of rows of cells}; dates become true date cells."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for place, row in enumerate(rows):
                page.write_row(place, 0, [_cell(value) for value in row])
    return path


def write_ods(path, sheets):
    with odswriter.writer(path.open("wb")) as book:
        for name, rows in sheets.items():
            book.new_sheet(name).writerows([[_cell(value) for value in row] for row in rows])
    return path


def write_parquet(path, rows):
    """Dates as DATE, all else as text."""
    source = write_csv(path.with_suffix(".before.csv"), rows)
    dates = ", ".join(f"TRY_CAST({name} AS DATE) AS {name}" for name in rows[0] if name.endswith("_on"))
    with duckdb.connect() as con:
        rows = f"SELECT * REPLACE ({dates}) FROM read_csv('{source}', all_varchar = true)"
        con.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    source.unlink()
    return path


def grid(rows):
    """Header and rows of cells of dicts."""
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def _cell(value):
    try:
        # Ten digits can be read as a day of a week; to whoever types them they are a number.
        return dt.date.fromisoformat(value) if value[4:5] == "-" else value
    except (TypeError, ValueError):
        return value
