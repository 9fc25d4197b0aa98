"""Our addresses beside the pages: what is taken away as a file, and what is answered when something fails."""

import logging
from dataclasses import replace

import dash
from flask import Response, request
from werkzeug.exceptions import HTTPException

from dashboard import check_routes, downloads, kept, sheets, shell, trends, words
from dashboard.content import Content
from dashboard.view import link, parse
from etl.errors import Refusal
from etl.intake import contracts

log = logging.getLogger(__name__)


def install(app, desk):
    """Add our addresses to a dashboard.app.App; gives the function that answers with a page.

    desk: where files that are sent to be checked are taken in (dashboard.check_routes.Desk).
    """

    def show(content: Content, status: int) -> Response:
        return app.trouble(replace(content, status=status))

    check_routes.routes(app.server, show, file, desk)

    @app.server.get("/download.<ending>")
    def download(ending: str):
        form = sheets.FORMS.get(ending)
        book = _book(app) if form else None
        if book is None:
            return app.trouble(shell.missing(request.path))
        return file(form.write(book), form.mimetype, f"{book.name}.{ending}")

    @app.server.get("/contracts/<kind>.json")
    def described(kind):
        if kind not in (*contracts.kinds(), "cover"):
            return app.trouble(shell.missing(request.path))
        return file(contracts.schema(kind), "application/json", f"{kind}.json")

    @app.server.get("/chart.svg")
    def chart():
        if asked := request.args.get("page"):
            return _picture(app, f"/{asked}", request.args.get("chart", ""))
        view, _ = parse(query_text())
        text, version = trends.chart(app.exported, query_text())
        return file(text, "image/svg+xml", f"{downloads.file_name(view, version)}.svg")

    @app.server.errorhandler(Exception)
    def failed(error):
        if isinstance(error, HTTPException):
            return error
        if isinstance(error, dash.exceptions.DependencyException):  # a script that Dash does not have
            return app.trouble(shell.missing(request.path))
        if isinstance(error, Refusal):
            return app.trouble(shell.trouble(str(error)))
        log.error("%s failed", request.path, exc_info=error)
        sentence = "The service could not answer this. The error has been recorded. Try again, or go to the overview."
        return app.trouble(shell.trouble(sentence, 500))

    return show


def _picture(app, path: str, name: str) -> Response:
    """The picture file of a chart of a page that is not one view."""
    page, source = app.by_path.get(path), app.exported
    about = source.about()
    line = f"Uptake, data as at {words.day(about['as_at'])}, version {about['version']}."
    made_up = "Synthetic data, not official figures. " if about["synthetic"] else ""
    text = kept.drawn(page.make(source, query_text()).main, name, made_up + line) if page else None
    if text is None:
        return app.trouble(shell.missing(request.path))
    file_name = downloads.named(f"{path[1:]}-{name}-{about['version']}")
    return file(text, "image/svg+xml", f"{file_name}.svg")


def _book(app) -> sheets.Book | None:
    """What an address of a download asks for: the tables of a page that has its own, else the rows of a view."""
    source, query, root = app.exported, query_text(), request.host_url.rstrip("/")
    asked = request.args.get("page")
    if asked is None:
        view, _ = parse(query)
        return downloads.book(view, source.answer(view.question()), root + link(trends.PATH, view))
    page = app.by_path.get("/" if asked == "overview" else f"/{asked}")
    return page.book(source, query, root + page.path) if page and page.book else None


def file(text: str | bytes, mimetype: str, name: str) -> Response:
    return Response(text, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def query_text() -> str:
    """The query of the request, as text whatever bytes were sent."""
    return request.query_string.decode("utf-8", "replace")
