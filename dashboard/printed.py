"""What the command line prints: receipts of files, figures as table, CSV or JSON, and the ledger."""

import csv
import json
import sys
from datetime import date, datetime

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from dashboard import words
from dashboard.terminal import complain, out, say
from etl.intake.receipt import lines

MOST_FILES = 12
PARTS = ("numerator", "denominator", "value", "lower", "upper", "status", "flags")
SHEET_COUNTS = ("rows_read", "rows_used", "rows_held", "rows_skipped")

# --- receipts --------------------------------------------------------------------------------------------------


def exit_code(receipts) -> int:
    """0 when every file is in whole (or was before), 1 when something was held or refused."""
    return int(not all(receipt.ok for receipt in receipts))


def print_receipts(receipts) -> None:
    """Each file's receipt: what was read and used, what was skipped and why, and held rows with their reasons."""
    console = out()
    for receipt in receipts:
        heading, *said = lines(receipt)
        console.print(Text(heading, style="bold"), soft_wrap=True)
        for line in said:
            console.print(Text(f"  {line}"), soft_wrap=True)


# --- figures ---------------------------------------------------------------------------------------------------


def keys_of(answer) -> list[str]:
    """The columns that tell an answer's rows apart."""
    return list(dict.fromkeys(key for row in answer.rows for key in row if key not in PARTS))


def print_figures_json(answer) -> None:
    print_json(
        {
            "data_version": answer.data_version,
            "as_at": answer.as_at,
            "indicator": answer.indicator.id,
            "rows": list(answer.rows),
        }
    )


def print_figures_csv(answer) -> None:
    """One row a figure; `flags` separated by semicolons. Each row says which version of the data it is from."""
    columns = ["indicator", *keys_of(answer), *PARTS, "data_version", "as_at"]
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    for row in answer.rows:
        flags = ";".join(row["flags"])
        source = {"indicator": answer.indicator.id, "data_version": answer.data_version, "as_at": answer.as_at}
        writer.writerow({**row, "flags": flags, **source})


def print_figures_table(answer) -> None:
    unit = answer.indicator.unit
    note = f"{answer.question.title}. Data as at {words.day(answer.as_at)}, version {answer.data_version}"
    say(f"{note}{'. SYNTHETIC' if answer.synthetic else ''}")
    table = _table()
    keys = keys_of(answer)
    for key in keys:
        table.add_column(key.replace("_", " "))
    for heading in ("figure", "95% range", "counts"):
        table.add_column(heading, justify="right")
    table.add_column("flags")
    for row in answer.rows:
        labels = [_cell(row.get(key)) for key in keys]
        numbers = [words.value(row, unit), words.interval(row, unit) or "", words.counts(row) or ""]
        table.add_row(*map(escape, [*labels, *numbers, ", ".join(row["flags"])]))
    out().print(table)
    if not answer.rows:
        complain("No published figure answers this question.")


FIGURES = {"table": print_figures_table, "csv": print_figures_csv, "json": print_figures_json}


# --- verdicts --------------------------------------------------------------------------------------------------


def print_verdicts_json(answer) -> None:
    print_json(
        {
            "data_version": answer.data_version,
            "as_at": answer.as_at,
            "indicator": answer.indicator,
            "rows": list(answer.rows),
            "campaigns": list(answer.campaigns),
        }
    )


def print_verdicts_csv(answer) -> None:
    """One row a verdict; lists separated by semicolons, sentences in the last column."""
    rows = [
        {**row, **(row["parts"] or {}), "reasons": ";".join(row["reasons"]), "flags": ";".join(row["flags"]),
         "says": " ".join(row["says"]), "data_version": answer.data_version, "as_at": answer.as_at}
        for row in answer.rows
    ]  # fmt: skip
    columns = list(dict.fromkeys(key for row in rows for key in row if key not in ("parts", "says")))
    writer = csv.DictWriter(sys.stdout, [*columns, "says"], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def print_verdicts_table(answer) -> None:
    note = f"Verdicts as at {words.day(answer.as_at)}, version {answer.data_version}"
    say(f"{note}{'. SYNTHETIC' if answer.synthetic else ''}")
    for row in answer.rows:
        value = next((row[key] for key in ("sector", "region", "direction", "panel") if key in row), "")
        say(f"\n{row['verdict'].replace('_', ' ').capitalize()}{f' ({value})' if value else ''}")
        for sentence in row["says"]:
            say(f"  {sentence}")
    for row in answer.campaigns:
        say(f"\n{row['title']}\n  {row['says']}")
    if not answer.rows:
        complain("No verdict answers this question.")


VERDICTS = {"table": print_verdicts_table, "csv": print_verdicts_csv, "json": print_verdicts_json}


def _table(title: str | None = None) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)


def print_json(value) -> None:
    print(json.dumps(value, indent=1, default=_cell))


def _cell(value) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else str(value)


# --- the ledger ------------------------------------------------------------------------------------------------


def print_status(found: dict) -> None:
    """The ledger in words; `--json` gives all of it."""
    shown = found["shown"]
    say(f"Home: {found['home']} ({found['kind'] or ('published figures only' if found['files'] else 'empty')})")
    say(
        f"Shown: version {shown['version']}, released by {shown['released_by']} at {shown['released_at']}"
        if shown
        else "Shown: nothing has been released yet"
    )
    waiting = [version for version in found["versions"] if not shown or version != shown["version"]]
    if waiting:
        say(f"Other versions: {', '.join(waiting)}")
    console = out()
    if found["files"]:
        console.print(_files_table(found["files"]))
        console.print(_returns_table(found["returns"]))
    if len(found["files"]) > MOST_FILES:
        say(f"The last {MOST_FILES} of {len(found['files'])} files are listed; --json lists them all.")
    say(f"Expected and not received: {len(found['missing']):,} missing, {len(found['late']):,} late (the newest).")


def _files_table(files: list[dict]) -> Table:
    table = _table("Files")
    for heading in ("file", "status", "sheet"):
        table.add_column(heading)
    for key in SHEET_COUNTS:
        table.add_column(key.removeprefix("rows_"), justify="right")
    table.add_column("why")
    for file in files[-MOST_FILES:]:
        for sheet in file["sheets"] or [None]:
            counted = [f"{sheet[key]:,}" for key in SHEET_COUNTS] if sheet else [""] * len(SHEET_COUNTS)
            why = "; ".join(f"{skip['rows']:,} {skip['reason']}" for skip in sheet["skipped"]) if sheet else ""
            cells = [file["name"], file["status"], sheet["sheet"] if sheet else "", *counted, why or file["reason"]]
            table.add_row(*(escape(_cell(cell)) for cell in cells))
    return table


def _returns_table(returns: list[dict]) -> Table:
    table = _table("Returns")
    for heading in ("kind", "status", "returns", "rows", "held", "first", "last"):
        table.add_column(heading, justify="right" if heading in ("returns", "rows", "held") else "left")
    for row in returns:
        counted = [f"{row[key] or 0:,}" for key in ("returns", "rows_loaded", "rows_held")]
        table.add_row(row["kind"], row["status"], *counted, _cell(row["first"]), _cell(row["last"]))
    return table
