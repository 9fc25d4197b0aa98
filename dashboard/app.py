"""The web application: the server writes every page whole; Dash keeps the chart pages up to date.

Neither Dash pages nor its links nor its controls are used. Dash's catch-all route calls `index` for every path.
"""

from functools import lru_cache
from urllib.parse import urlsplit

import dash
from dash import ClientsideFunction, Input, Output
from flask import Response, g, request

from dashboard import ASSETS, check_page, check_routes, frame, routes, security, shell
from dashboard.content import Content, Result
from dashboard.markup import Raw
from dashboard.once import Once
from dashboard.pages import PAGES
from etl.door.principal import ANALYST, COUNCIL, PUBLIC
from etl.errors import Refusal

OUTPUTS = (("graph", "figure"), ("answer", "data"))
KEPT = 128  # answers, and as many pages, kept in memory: each is some tens of kilobytes


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
        self.kept = Once(KEPT)

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
        query, host = routes.query_text(), request.host_url
        shown = self._shown() if g.path in self.by_path else None
        if shown is None:
            text, status = self._written(query)
        else:
            text, status = self.kept.get(shown, (g.path, query, host), lambda: self._written(query))
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

    def trouble(self, content: Content) -> Response:
        """The answer to a request that cannot be met, as a page."""
        g.content, g.path = content, request.path
        return Response(self._document(None), status=content.status, mimetype="text/html")


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
    show = routes.install(app, desk)
    if loads:
        load_routes.routes(app.server, show, routes.file, desk)
    outputs = [{"id": name, "property": prop} for name, prop in OUTPUTS]
    # A little more than the file itself: the form's other fields and the marks between them.
    largest = check_page.MOST_BYTES + security.LARGEST
    security.guard(app.server, app.csp_hashes(), outputs, check_routes.UPLOADS, largest, sign_in, limits)
    if sign_in:
        sign_in.install(app.server, app.trouble)
    _warm(app)
    return app


def _warm(app: App) -> None:
    """Ask for every page once. Dash sets itself up at its first request, and is not ready for two at once: so the first
    one is ours."""
    address = app.sign_in.settings.address if app.sign_in else None
    with app.server.test_client() as client:
        for page in app.pages:
            client.get(page.path, base_url=address)


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


@lru_cache
def _stamp(name: str) -> int:
    return int((ASSETS / name).stat().st_mtime)
