"""From one file to the rows it holds of each kind: by its own columns, or by a profile when they are no return's."""

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from etl.errors import Refusal
from etl.intake import contracts, lines, ownership, returns
from etl.intake.contracts import contract
from etl.intake.receipt import WARNING, Held, Receipt
from etl.intake.returns import Return
from etl.intake.tables import Table
from etl.intake.tables import tables as tables_of
from etl.profile import profiles

COUNTS = ("sheet", "rows_read", "rows_used", "rows_held", "rows_skipped", "rows_made")
# Kinds whose rows say which period they cover, so the return need not.
DATED = ("request_counts", "agreements", "awareness")


@dataclass
class Batch:
    """The rows of one kind in a file.

    lines: a function that gives SQL of their text (see lines.lines_sql); columns: the columns it has; said: facts
    said elsewhere; extras: published, approximate, source; table: the CSV or sheet, when one holds them all; tables:
    those read by their own columns; aside: tables of the file that hold no return (on its first batch); only: the
    body that alone may be its sender.
    """

    kind: str
    columns: list[str]
    lines: object
    said: dict
    extras: dict = field(default_factory=dict)
    table: Table | None = None
    tables: list[Table] = field(default_factory=list)
    aside: list[Table] = field(default_factory=list)
    only: str | None = None

    def need_facts(self) -> None:
        """Refusal when a fact is said nowhere and its kind can't do without it."""
        needed = ["sender"] if self.kind in DATED else ["sender", "period_from", "period_to"]
        needed += ["extracted_on"] if self.kind == "requests" else []
        missing = [name for name in needed if not self.says(name)]
        if missing:
            options = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
            raise Refusal(
                f"The {self.kind} return does not say {', '.join(missing)}. Give each as a column of that name, on a "
                f"sheet called Cover, or in the command ({options}). Nothing was loaded."
            )

    def says(self, fact: str) -> bool:
        """Whether the fact is said anywhere, be it in a column."""
        return fact in self.columns or bool(self.said.get(fact))

    def settle(self, con, found: list[Return]) -> list[Return]:
        """What becomes of the returns found in the rows (etl.intake.returns.settle), if they may be sent at all."""
        said = {name: value for name, value in self.extras.items() if value is not None}
        arriving = [replace(one, **said) for one in found]
        if self.only:
            ownership.refuse_senders(con, arriving, self.only)
        return returns.settle(con, arriving)


def batches(path: Path, checked, said: dict, extras: dict, receipt: Receipt, folder: Path) -> list[Batch]:
    """The batches of a file. What is left unread is noted on the receipt; text copies go into `folder`."""
    tables = []
    if not said.get("profile"):
        tables = tables_of(checked, path, folder)
        taken = tables if said.get("kind") and len(tables) == 1 else [t for t in tables if contracts.meant(t.header)]
        if taken:
            return _by_contract(taken, tables, said, extras, receipt, folder)
    name = said.get("profile") or (None if checked.kind_of_file == "parquet" else profiles.find(path))
    if name is None:
        contracts.recognise(tables[0].header if tables else [])
    receipt.profile = name
    return _by_profile(profiles.take(path, name), said, extras, receipt, folder)


def facts(found: dict, where: str) -> dict:
    """Facts about the whole return, as text, each in its form; Refusal that says which fact is not."""
    checked = {}
    for name, value in found.items():
        if value is None or str(value).strip() == "":
            continue
        text = value.isoformat()[:10] if isinstance(value, dt.date) else str(value).strip()
        if name in contracts.facts() and not is_one(contract("cover")[name], text):
            one = contract("cover")[name]
            shape = f"one of {', '.join(one.enum)}" if one.enum else f"in the form of {one.example}"
            raise Refusal(f"{one.title} in the {where} must be {shape}.")
        checked[name] = text
    return checked


def is_one(one, text) -> bool:
    """Whether a text is a value of this field of the cover."""
    if one.enum:
        return text in one.enum
    if one.type == "date":
        try:
            return dt.date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False
    return not one.pattern or re.fullmatch(one.pattern, text) is not None


def _by_contract(taken, tables, said, extras, receipt, folder):
    kinds = {}
    for table in taken:
        # On several sheets the columns decide: one word for them all would be wrong for most.
        told = said.get("kind") or table.cover.get("kind") if len(taken) == 1 else None
        kind = contracts.recognise(table.header, told)
        kinds.setdefault(kind, []).append(table)
        if table.ignored(kind):
            words = f"{table.ignored(kind)} columns that the {kind} return does not ask for were not read."
            receipt.note("columns_ignored", words, sheet=table.sheet, severity=WARNING)
    for table in tables:
        if table not in taken:
            receipt.note("sheet_not_taken", f"Sheet {table.sheet} holds no return and was not read.", sheet=table.sheet)
    made = [_contracted(kind, of_kind, said, extras, receipt, folder) for kind, of_kind in kinds.items()]
    if len(made) == 1:  # the short way goes back to the start of the file, where nothing of another batch may stand
        made[0].table = _alone(taken)
    made[0].aside = [table for table in tables if table not in taken]
    return made


def _contracted(kind, of_kind, said, extras, receipt, folder):
    cover = facts(of_kind[0].cover, "cover sheet")
    columns = list(dict.fromkeys(name for table in of_kind for name in table.columns(kind)))
    if any(said.get(name) not in (None, value) for name, value in cover.items()):
        receipt.note("file_before_command", "What the cover sheet says was used, not what the command says.")

    def text():
        parts = [lines.lines_sql(table, kind, folder) for table in of_kind]
        apart = [
            f"SELECT * REPLACE (_line::BIGINT + {n} * 1_000_000_000 AS _line) FROM {part}"
            for n, part in enumerate(parts)
        ]
        return f"({' UNION ALL BY NAME '.join(apart)})"

    return Batch(kind, columns, text, {**said, **cover}, extras, tables=of_kind)


def _alone(taken):
    """The one table of a file, if DuckDB can read it as it stands."""
    one = taken[0]
    return one if len(taken) == 1 and (one.form == "workbook" or (one.form == "csv" and one.mark is None)) else None


def tell_examples(con, batch: Batch, receipt: Receipt) -> None:
    """Count the example rows of a template as read and skipped. Only right once the batch's rows have been read."""
    for table in batch.tables:
        if lines.count_examples(con, table):
            one = next((one for one in receipt.sheets if one["sheet"] == table.sheet), None)
            if one is None:
                one = dict.fromkeys(COUNTS, 0) | {"sheet": table.sheet}
                receipt.sheets.append(one)
            one["rows_read"] += table.examples
            one["rows_skipped"] += table.examples
            receipt.skips.append({"sheet": table.sheet, "reason": "the template's example row", "rows": table.examples})


def _by_profile(taken, said, extras, receipt, folder):
    receipt.sheets = [dict(zip(COUNTS, sheet, strict=True)) for sheet in taken.sheets]
    receipt.skips = [dict(zip(("sheet", "reason", "rows"), skip, strict=True)) for skip in taken.skips if skip[2]]
    for sheet, rule, message, rows in taken.notes:
        receipt.note(rule, message, rows, sheet)
    receipt.held = [Held(*one) for one in taken.held]
    kinds = {}
    for one in taken.returns:
        kinds.setdefault(one.kind, []).append(one)
    return [_profiled(kind, of_kind, said, extras, folder) for kind, of_kind in kinds.items()]


def _profiled(kind, of_kind, said, extras, folder):
    columns = [*contract(kind).names, *(name for name in contracts.facts() if name != "kind")]

    def text():
        rows = ((row, one.facts) for one in of_kind for row in one.rows)
        return lines.write_lines(
            folder,
            columns,
            (
                (row["_sheet"], row["_row"], "", [_plain(row.get(n, whole.get(n))) for n in columns])
                for row, whole in rows
            ),
        )

    own = {name: of_kind[0].facts.get(name) for name in ("published", "approximate", "source")}
    return Batch(kind, columns, text, said, {**own, **extras})


def _plain(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
