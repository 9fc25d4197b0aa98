"""The web application: the server writes every page whole; Dash keeps the chart pages up to date.

Neither Dash pages nor its links nor its controls are used. Dash's catch-all route calls `index` for every path.
"""

import atexit
import gc
import logging
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

import dash
from dash import ClientsideFunction, Input, Output
from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from dashboard import (
    ASSETS,
    check_page,
    check_routes,
    downloads,
    frame,
    kept,
    security,
    sheets,
    shell,
    trends,
    words,
)
from dashboard.content import Content, Result
from dashboard.markup import Raw
from dashboard.once import Once
from dashboard.pages import PAGES
from dashboard.source import Door
from dashboard.view import link, parse
from etl.door.principal import ANALYST, COUNCIL, PUBLIC
from etl.errors import Refusal
from etl.intake import contracts

OUTPUTS = (("graph", "figure"), ("answer", "data"))
KEPT = 128  # answers, and as many pages, kept in memory: each is some tens of kilobytes
log = logging.getLogger(__name__)


class App(dash.Dash):
    """Dash with our own document. The source answers every question, and knows who asks."""

    def __init__(self, source, sign_in=None, pages=()):
        super().__init__(
            "dashboard", assets_folder=str(ASSETS), compress=True, suppress_callback_exceptions=True,
            update_title=None, title="Uptake",
        )  # fmt: skip
        self.server.config["COMPRESS_ZSTD_LEVEL"] = 9  # scripts are kept by the browser, and 70 kB smaller
        self._source, self.sign_in = source, sign_in
        after = 1 + [page.path for page in PAGES].index(check_page.PATH)
        self.pages = (*PAGES[:after], *pages, *PAGES[after:])
        self.by_path = {page.path: page for page in self.pages}
        self._kept = Once(KEPT)

    @property
    def source(self):
        """The source for whoever asks: fixed where nobody can sign in, else by the cookie of this request."""
        return self._source.seen_by(self.sign_in.principal()) if self.sign_in else self._source

    @property
    def exported(self):
        """The source of what is taken away as a file: an analyst's passes the public's rules."""
        source = self.source
        return source.seen_by(PUBLIC) if source.principal.role == ANALYST else source

    def index(self, path: str = "", **_):
        """The answer to any address: a page, or the page that says there is none."""
        g.path = f"/{path}"
        query, host = _query(), request.host_url
        shown = self._shown() if g.path in self.by_path else None
        if shown is None:
            text, status = self._written(query)
        else:
            text, status = self._kept.get(shown, (g.path, query, host), lambda: self._written(query))
        return Response(text, status=status, mimetype="text/html")

    def _shown(self) -> str | None:
        """What a page for everybody depends on besides its address: the version, and its release. None for whoever is
        signed in, whose pages are never kept, and before anything is published."""
        source = self.source
        return source.shown() if source.principal == PUBLIC else None

    def _written(self, query: str) -> tuple[str, int]:
        """A page and its status."""
        page = self.by_path.get(g.path)
        g.content = page.make(self.source, query) if page else shell.missing(g.path)
        text = super().index() if g.content.result else self._document(None)
        return text, g.content.status

    def interpolate_index(self, config="", scripts="", renderer="", app_entry="", **_) -> str:
        """The document of a chart page: Dash's entry point and scripts stand where the chart will be."""
        return self._document(Raw(f"{app_entry}{config}{scripts}{renderer}"))

    def _document(self, live: Raw | None) -> str:
        styles = [f"{self.get_asset_url(name)}?m={_stamp(name)}" for name in ("govuk-frontend.min.css", "uptake.css")]
        who = self.sign_in.principal() if self.sign_in else None
        about = _about(self.source)
        pages = self.pages if who and who.role == COUNCIL else PAGES
        return shell.document(g.content, g.path, pages, about, styles, live, _address(), who)


def create_app(source, sign_in=None, pages=(), limits=()) -> App:
    """The application over a source of figures (dashboard.source.Door, or anything with its methods).

    sign_in: a dashboard.sign_in.SignIn where people may sign in, with the further pages they then have; limits:
    dashboard.security.Bucket by role, none for no limit.
    """
    loads = sign_in is not None and COUNCIL in sign_in.roles
    if loads:
        from dashboard import load_routes, your_returns

        pages = (*pages, *your_returns.pages())
    app = App(source, sign_in, pages)

    # Kept apart by who asks, then by version: nobody is answered what was made for another.
    @lru_cache(maxsize=KEPT)
    def answered(who: tuple, version: str, path: str, query: str) -> tuple[Result, tuple]:
        result = app.by_path[path].answer(app.source, query)
        return result, frame.renewed(result)

    def find(address: str) -> tuple[Result, tuple] | None:
        parts = urlsplit(address)
        page = app.by_path.get(parts.path)
        if parts.netloc or not page or not page.answer:
            return None
        source = app.source
        return answered(source.principal.key, source.about()["version"], parts.path, parts.query)

    app.layout = lambda: frame.layout(_of_referer(find))

    @app.callback([Output(*one) for one in OUTPUTS], Input("address", "data"), prevent_initial_call=True)
    def renew(address):
        found = find(address)
        if found is None:
            raise dash.exceptions.PreventUpdate
        return found[1]

    # Shows what the callback answered. It also runs when the page opens, and then asks if the layout was for another.
    app.clientside_callback(ClientsideFunction("uptake", "show"), Output("shown", "data"), Input("answer", "data"))
    desk = load_routes.Counter(sign_in.home, sign_in.principal) if loads else check_routes.Desk()
    show = _routes(app, desk)
    if loads:
        load_routes.routes(app.server, show, _file, desk)
    outputs = [{"id": name, "property": prop} for name, prop in OUTPUTS]
    # A little more than the file itself: the form's other fields and the marks between them.
    largest = check_page.MOST_BYTES + security.LARGEST
    security.guard(app.server, app.csp_hashes(), outputs, check_routes.UPLOADS, largest, sign_in, limits)
    if sign_in:
        sign_in.install(app.server, lambda content: _trouble(app, content))
    # Dash sets itself up at its first request, and is not ready for two at once: so the first one is ours.
    with app.server.test_client() as client:
        for page in app.pages:
            client.get(page.path, base_url=sign_in.settings.address if sign_in else None)
    return app


def _routes(app: App, desk):
    """Add our addresses; the function that answers with a page."""

    def show(content: Content, status: int) -> Response:
        return _trouble(app, replace(content, status=status))

    check_routes.routes(app.server, show, _file, desk)

    @app.server.get("/download.<ending>")
    def download(ending: str):
        form = sheets.FORMS.get(ending)
        book = _book(app) if form else None
        if book is None:
            return _trouble(app, shell.missing(request.path))
        return _file(form.write(book), form.mimetype, f"{book.name}.{ending}")

    @app.server.get("/contracts/<kind>.json")
    def described(kind):
        if kind not in (*contracts.kinds(), "cover"):
            return _trouble(app, shell.missing(request.path))
        return _file(contracts.schema(kind), "application/json", f"{kind}.json")

    @app.server.get("/chart.svg")
    def chart():
        if asked := request.args.get("page"):
            return _picture(app, f"/{asked}", request.args.get("chart", ""))
        view, _ = parse(_query())
        text, version = trends.chart(app.exported, _query())
        return _file(text, "image/svg+xml", f"{downloads.file_name(view, version)}.svg")

    @app.server.errorhandler(Exception)
    def failed(error):
        if isinstance(error, HTTPException):
            return error
        if isinstance(error, dash.exceptions.DependencyException):  # a script that Dash does not have
            return _trouble(app, shell.missing(request.path))
        if isinstance(error, Refusal):
            return _trouble(app, shell.trouble(str(error)))
        log.error("%s failed", request.path, exc_info=error)
        sentence = "The service could not answer this. The error has been recorded. Try again, or go to the overview."
        return _trouble(app, shell.trouble(sentence, 500))

    return show


def _picture(app: App, path: str, name: str) -> Response:
    """The picture file of a chart of a page that is not one view."""
    page, source = app.by_path.get(path), app.exported
    about = source.about()
    line = f"Uptake, data as at {words.day(about['as_at'])}, version {about['version']}."
    made_up = "Synthetic data, not official figures. " if about["synthetic"] else ""
    text = kept.drawn(page.make(source, _query()).main, name, made_up + line) if page else None
    if text is None:
        return _trouble(app, shell.missing(request.path))
    file_name = downloads.named(f"{path[1:]}-{name}-{about['version']}")
    return _file(text, "image/svg+xml", f"{file_name}.svg")


def _book(app: App) -> sheets.Book | None:
    """What an address of a download asks for: the tables of a page that has its own, else the rows of a view."""
    source, query, root = app.exported, _query(), request.host_url.rstrip("/")
    asked = request.args.get("page")
    if asked is None:
        view, _ = parse(query)
        return downloads.book(view, source.answer(view.question()), root + link(trends.PATH, view))
    page = app.by_path.get("/" if asked == "overview" else f"/{asked}")
    return page.book(source, query, root + page.path) if page and page.book else None


def _file(text: str | bytes, mimetype: str, name: str) -> Response:
    return Response(text, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _trouble(app: App, content: Content) -> Response:
    g.content, g.path = content, request.path
    return Response(app._document(None), status=content.status, mimetype="text/html")


def _of_referer(find) -> Result | None:
    """The result for the page that asks for the layout. Only the Referer says which; without it the script asks."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.host:
        return None
    try:
        found = find(f"{parts.path}?{parts.query}")
    except Refusal:
        return None
    return found[0] if found else None


def _about(source) -> dict | None:
    try:
        return source.about()
    except Refusal:
        return None


def _address() -> str:
    """The address of the page that is asked for, as a person cites it: the canonical one of a view."""
    root, result = request.host_url.rstrip("/"), g.content.result
    return root + (result.address if result else request.full_path.rstrip("?"))


def _query() -> str:
    return request.query_string.decode("utf-8", "replace")


@lru_cache
def _stamp(name: str) -> int:
    return int((ASSETS / name).stat().st_mtime)


def app_for(home, audience: str = "public", settings=None) -> App:
    """The application of an audience: public, council or analyst. The public's holds no code for signing in.

    settings: dashboard.sign_in_settings.Settings, unless the environment gives them.
    """
    if audience == "public":
        return _settled(create_app(Door(home), limits=security.LIMITS))
    from dashboard import sign_in, sign_in_settings

    sign_in.log_access()
    settings = settings or sign_in_settings.from_environment()
    signing = sign_in.SignIn(settings, home, sign_in.AUDIENCES[audience])
    return _settled(create_app(Door(home), signing, limits=security.LIMITS))


def _settled(app: App) -> App:
    """The application, whose lasting objects the collector of garbage no longer looks through.

    Looking through all of them made one view in ten cost a twentieth of a second more, at random.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)
    return app


def serve(home, host: str = "127.0.0.1", port: int = 8050, audience: str = "public", settings=None) -> None:
    """Serve a home's figures to an audience until stopped."""
    import waitress

    app = app_for(home, audience, settings)
    address = app.sign_in.settings.address if app.sign_in else f"http://{host}:{port}"
    print(f"Uptake is at {address}/ (stop it with Ctrl+C)", flush=True)
    waitress.serve(app.server, host=host, port=port, threads=8, ident=None)
