"""The addresses of the page "Check a return": a file comes in, a receipt goes out, and nothing is kept."""

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard import check_page
from etl.errors import Refusal

UPLOADS = (check_page.PATH, *(f"{check_page.PATH}/report.{ending}" for ending in check_page.REPORTS))


def routes(server, show, file) -> None:
    """Add the addresses. show(content, status) answers with a page; file(bytes, mimetype, name) with a download."""

    @server.post(check_page.PATH)
    def check():
        asked = _asked()
        try:
            return show(check_page.content(check_page.checked(asked), facts=asked.facts), 200)
        except Refusal as refusal:
            return show(check_page.content(problem=str(refusal), facts=asked.facts), 400)

    @server.post(f"{check_page.PATH}/report.<ending>")
    def report(ending):
        asked = _asked()
        if ending not in check_page.REPORTS:
            return show(check_page.content(problem="There is no such report. Take it as CSV or XLSX."), 404)
        mimetype, write = check_page.REPORTS[ending]
        try:
            return file(write([check_page.checked(asked)]), mimetype, f"uptake-receipt.{ending}")
        except Refusal as refusal:
            return show(check_page.content(problem=str(refusal), facts=asked.facts), 400)


    @server.errorhandler(RequestEntityTooLarge)
    def too_large(error):
        if request.path not in UPLOADS:
            return error
        return show(check_page.content(problem=check_page.TOO_LARGE), 413)


def _asked() -> check_page.Asked:
    sent = request.files.get("file")
    told = {name: request.form.get(name, "").strip()[:100] for name in check_page.FACTS}
    return check_page.Asked(sent.filename if sent else None, sent.read() if sent else b"",
                            {name: value for name, value in told.items() if value})  # fmt: skip
