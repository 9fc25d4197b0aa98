"""Check a return: choose a file, see its receipt, take the report away. Nothing is stored, and no script is needed."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore

from dashboard import receipt_files, tables
from dashboard.content import Content
from dashboard.markup import Node, el
from dashboard.view import Problem
from etl.errors import Refusal
from etl.intake import contracts
from etl.intake.desk import check_apart
from etl.intake.receipt import NOTE, ROWS_SHOWN, WORDS, Receipt, counted, rows_of
from etl.working import working

PATH = "/check"
HEADING = "Check a return"
MOST_BYTES = 20 << 20
AT_ONCE = BoundedSemaphore(2)  # checks that run at the same time
FACTS = ("kind", "sender", "period_from", "period_to", "extracted_on")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPORTS = {"csv": ("text/csv", receipt_files.as_csv), "xlsx": (XLSX, receipt_files.as_xlsx)}
FULL = "Two files are being checked at the moment. Try again in a minute."
NO_FILE = "Choose a file to check."
TOO_LARGE = f"The file is larger than {MOST_BYTES >> 20} MB. Split it, or check it with the command: uptake check FILE."
STORED = "Nothing was stored: the file was deleted when the check ended."

TAKEN = (
    "Columns are found by their names, in any order, with others among them. Requests are one return; the reasons for "
    "refusals, and the laws cited, are another.",
    "An export with columns or words of its own is read by a profile, a short file that says which of its columns and "
    "words mean which of ours. Whoever runs this service makes one from an example of yours: ask them first.",
    "Rows that keep the rules count. A row that breaks one is held: it enters no figure, and the receipt names its "
    "row, its column, the rule and how to mend it. Send the whole return again when it is mended: it replaces the one "
    "before, and the receipt says what changed.",
)


@dataclass(frozen=True)
class Asked:
    """What was sent with the form: the file's bytes and name, or None, and facts the file does not say."""

    name: str | None
    bytes: bytes
    facts: dict[str, str]


@dataclass(frozen=True)
class Words:
    """What the page says where it differs for who asks, and what stands below the receipt."""

    lead: str = "See what would be loaded, what would be held and why. Nothing is stored."
    stored: str = STORED
    hint: str = "It is read here and deleted at once."
    refused: str = "This file would be refused"
    rest: str = "The report lists the rest: send the file again with one of the report buttons."
    after: tuple = ()


def checked(asked: Asked, check=check_apart) -> Receipt:
    """The receipt of the file that was sent, by `check(path, facts)`. Raises Refusal with a sentence for the sender."""
    if not asked.name or not asked.bytes:
        raise Refusal(NO_FILE)
    try:
        with one_of_few(), working() as folder:
            path = folder / plain(asked.name)
            path.write_bytes(asked.bytes)
            return check(path, asked.facts)
    except (OSError, ValueError):
        raise Refusal("The name of the file cannot be used. Give it a plain name and try again.") from None


@contextmanager
def one_of_few():
    """A place among the few files that are checked or loaded at the same time. Raises Refusal when none is free."""
    if not AT_ONCE.acquire(blocking=False):
        raise Refusal(FULL)
    try:
        yield
    finally:
        AT_ONCE.release()


def plain(name: str) -> str:
    """A file's name without any path: it is kept for the receipt and screened like the rest, and never followed."""
    return re.split(r"[/\\]", name)[-1].strip(". \0")[-200:] or "return"


def content(receipt: Receipt | None = None, problem: str | None = None, facts=(), words=Words()) -> Content:
    """The page: the receipt first when there is one, then the form."""
    facts = dict(facts)
    problems = (Problem("file", problem),) if problem else ()
    shown = [*_receipt(receipt, words), *words.after] if receipt else []
    lead = None if receipt else words.lead
    return Content(HEADING, [*shown, _form(facts, problem, words.hint), *_blanks()], problems=problems, lead=lead)


def title(receipt: Receipt, refused: str = Words.refused) -> str:
    """What a sender wants to know first, in a few words."""
    if receipt.status == "refused":
        return refused
    if receipt.status == "duplicate":
        return "This very file was loaded before: nothing changed"
    if receipt.status == "loaded":
        held = f"; {_held(receipt, 'is', 'are')}" if receipt.rows_held else ""
        return f"Your return is loaded{held}"
    if receipt.rows_held:
        return f"{_held(receipt, 'would be', 'would be')}; the others would be loaded"
    return "Every row would be loaded"


def _held(receipt: Receipt, one: str, many: str) -> str:
    return f"{rows_of(receipt.rows_held)} {one if receipt.rows_held == 1 else many} held"


def _receipt(receipt: Receipt, words: Words) -> list[Node]:
    reason = receipt.reason if receipt.status in ("refused", "duplicate") else None
    said = [receipt.playback, *receipt.changes, reason, words.stored]
    counts = [counted(sheet) for sheet in receipt.sheets]
    counts += [f"Skipped {rows_of(skip['rows'])}: {skip['reason']}." for skip in receipt.skips]
    return [
        el(
            "section",
            el("h2", title(receipt, words.refused), class_="govuk-heading-l", id="receipt"),
            [el("p", sentence, class_="govuk-body") for sentence in said if sentence],
            el("ul", [el("li", one) for one in counts], class_="govuk-list govuk-list--bullet") if counts else None,
            _groups(receipt),
            _rows(receipt, words),
            aria_labelledby="receipt",
        )
    ]


def _groups(receipt: Receipt) -> Node | None:
    body = [
        [one["message"], one["mend"] or _no_mend(one), WORDS[one["severity"]], one["column"] or "whole row",
         f"{one['rows']:,}" if one["rows"] else ""]
        for one in receipt.groups()
    ]  # fmt: skip
    if not body:
        return None
    headings = ("What was found", "How to mend it", "Weight", "Column", "Rows")
    return tables.scrolling("What was found, table", tables.table("What was found, by check", headings, body, (4,)))


def _no_mend(one: dict) -> str:
    """What stands where a finding has no line of its own on how to mend it."""
    return "Nothing to mend" if one["severity"] == NOTE else "As the finding says"


def _rows(receipt: Receipt, words: Words) -> list[Node] | None:
    rows = receipt.rows()
    if not rows:
        return None
    body = [
        [f"{one.sheet}, row {one.row}" if one.row else one.sheet, one.column or "whole row", one.wrong,
         " ".join(filter(None, [one.mend, f"The nearest code is {one.nearest}." if one.nearest else ""])),
         WORDS[one.severity]]
        for one in rows[:ROWS_SHOWN]
    ]  # fmt: skip
    made = [tables.scrolling("Rows, table", tables.table(
        "Rows to look at, as they are numbered in the file", ("Where", "Column", "What is wrong", "How to mend it",
        "Weight"), body))]  # fmt: skip
    if len(rows) > ROWS_SHOWN or receipt.rows_held > len(rows):
        made.append(el("p", f"The first {ROWS_SHOWN} are shown. {words.rest}", class_="govuk-body"))
    return made


def _form(facts: dict, problem: str | None, hint: str) -> Node:
    wrong = el("p", el("span", "Error: ", class_="govuk-visually-hidden"), problem, id="file-error",
               class_="govuk-error-message") if problem else None  # fmt: skip
    hint = f"CSV, XLSX, ODS or Parquet, up to {MOST_BYTES >> 20} MB. {hint}"
    return el(
        "form",
        el("h2", "Choose a file", class_="govuk-heading-m"),
        el(
            "div",
            el("label", "The return", for_="file", class_="govuk-label govuk-label--s"),
            el("p", hint, id="file-hint", class_="govuk-hint"),
            wrong,
            el("input", type="file", id="file", name="file", class_="govuk-file-upload",
               accept=".csv,.xlsx,.ods,.parquet",
               aria_describedby="file-hint file-error" if problem else "file-hint"),
            class_=f"govuk-form-group{' govuk-form-group--error' if problem else ''}",
        ),
        _told(facts),
        el(
            "div",
            el("button", "Check the file", type="submit", class_="govuk-button"),
            [el("button", f"Check it and take the report as {ending.upper()}", type="submit",
                formaction=f"{PATH}/report.{ending}", class_="govuk-button govuk-button--secondary")
             for ending in REPORTS],
            class_="govuk-button-group",
        ),
        method="post", action=PATH, enctype="multipart/form-data", class_="check-form", aria_label="Check a return",
    )  # fmt: skip


def _blanks() -> list[Node]:
    """The blank return of each kind, to be filled in."""
    links = [el("li", el("a", f"{contracts.contract(kind).title} (XLSX)", href=f"/blank/{kind}.xlsx",
                         class_="govuk-link")) for kind in contracts.kinds()]  # fmt: skip
    said = "Each has its columns, an example row, and every code in words. What each column holds is also on "
    return [
        el("h2", "Blank returns to fill in", class_="govuk-heading-m"),
        el("p", said, el("a", "Data and methods", href="/data", class_="govuk-link"), ".", class_="govuk-body"),
        el("ul", links, class_="govuk-list govuk-list--bullet"),
        el("h2", "What is taken, and what becomes of each row", class_="govuk-heading-m", id="taken"),
        [el("p", sentence, class_="govuk-body") for sentence in TAKEN],
    ]


def _told(facts: dict) -> Node:
    """Facts about the whole return, for files that do not say them themselves."""
    fields = {field.name: field for field in contracts.contract("cover").fields}
    kinds = [("", "As its columns say"), *((kind, contracts.contract(kind).title) for kind in contracts.kinds())]
    options = [el("option", text, value=value, selected=facts.get("kind") == value or None) for value, text in kinds]
    select = el("select", options, id="kind", name="kind", class_="govuk-select")
    inputs = [_input("kind", "Kind of return", "", select)]
    for name in FACTS[1:]:
        control = el("input", id=name, name=name, type="text", value=facts.get(name, ""), autocomplete="off",
                     aria_describedby=f"{name}-hint", class_="govuk-input govuk-input--width-20")  # fmt: skip
        inputs.append(_input(name, fields[name].title, f"For example, {fields[name].example}.", control))
    return el(
        "details",
        el("summary", el("span", "What the file does not say itself", class_="govuk-details__summary-text"),
           class_="govuk-details__summary"),
        el("div", inputs, class_="govuk-details__text"),
        class_="govuk-details", open=bool(facts),
    )  # fmt: skip


def _input(name: str, label: str, hint: str, control: Node) -> Node:
    return el(
        "div",
        el("label", label, for_=name, class_="govuk-label"),
        el("p", hint, id=f"{name}-hint", class_="govuk-hint") if hint else None,
        control,
        class_="govuk-form-group",
    )
