"""The addresses of the page "Check a return": a file comes in and a receipt goes out."""

from functools import cache

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard import check_page, shell
from etl.errors import Refusal
from etl.intake import contracts
from etl.intake.receipt import Receipt
from etl.working import working

UPLOADS = (check_page.PATH, *(f"{check_page.PATH}/report.{ending}" for ending in check_page.REPORTS))


class Desk:
    """Checks files for anybody: nothing is kept, and nothing is known of what came before."""

    def words(self) -> check_page.Words:
        """What the page says before a file is sent."""
        return check_page.Words()

    def receipt(self, asked: check_page.Asked) -> Receipt:
        """The receipt of a file. Raises Refusal."""
        return check_page.checked(asked)

    def checked(self, asked: check_page.Asked) -> tuple[Receipt, check_page.Words]:
        """The receipt, and what the page says beside it. Raises Refusal."""
        return self.receipt(asked), self.words()


def routes(server, show, file, desk: Desk) -> None:
    """Add the addresses. show(content, status) answers with a page; file(bytes, mimetype, name) with a download."""

    @server.post(check_page.PATH)
    def check():
        asked = _asked()
        try:
            receipt, words = desk.checked(asked)
            return show(check_page.content(receipt, facts=asked.facts, words=words), 200)
        except Refusal as refusal:
            return refused(refusal, asked)

    @server.post(f"{check_page.PATH}/report.<ending>")
    def report(ending):
        asked = _asked()
        if ending not in check_page.REPORTS:
            return show(check_page.content(problem="There is no such report. Take it as CSV or XLSX."), 404)
        mimetype, write = check_page.REPORTS[ending]
        try:
            return file(write([desk.receipt(asked)]), mimetype, f"uptake-receipt.{ending}")
        except Refusal as refusal:
            return refused(refusal, asked)

    @server.get("/blank/<kind>.xlsx")
    def blank(kind):
        if kind not in contracts.kinds():
            return show(shell.missing(request.path), 404)
        return file(_blank(kind), check_page.XLSX, f"uptake-{kind}.xlsx")

    def refused(refusal, asked):
        return show(check_page.content(problem=str(refusal), facts=asked.facts, words=desk.words()), 400)

    @server.errorhandler(RequestEntityTooLarge)
    def too_large(error):
        if request.path not in UPLOADS:
            return error
        return show(check_page.content(problem=check_page.TOO_LARGE), 413)


@cache
def _blank(kind: str) -> bytes:
    from etl.intake.template import template

    with working() as folder:
        template(kind, folder / "blank.xlsx")
        return (folder / "blank.xlsx").read_bytes()


def _asked() -> check_page.Asked:
    sent = request.files.get("file")
    told = {name: request.form.get(name, "").strip()[:100] for name in check_page.FACTS}
    return check_page.Asked(sent.filename if sent else None, sent.read() if sent else b"",
                            {name: value for name, value in told.items() if value})  # fmt: skip
