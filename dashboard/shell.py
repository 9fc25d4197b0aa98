"""The page around the content, written by the server: header, navigation, banner, heading, footer.

The look is GOV.UK Frontend's for services that are not on GOV.UK: no crest, no GOV.UK logo, no GDS fonts.
"""

from dashboard import frame, words
from dashboard.content import SERVICE, Content
from dashboard.markup import Node, Raw, el, html
from etl import reference

TAGLINE = "Is the UK's data-sharing code changing practice?"
WIDE = "govuk-width-container"


def document(content: Content, path: str, pages, about: dict | None, styles, live: Raw | None = None,
             address: str = "", who=None) -> str:  # fmt: skip
    """The whole HTML document. `live` is the entry point and scripts of Dash, on pages that have a chart; `address`
    the page's own, with its host, to be cited; `who` the principal, where one can sign in."""
    return "<!DOCTYPE html>\n" + html(
        el(
            "html",
            el(
                "head",
                el("meta", charset="utf-8"),
                el("title", content.title),
                el("meta", name="viewport", content="width=device-width, initial-scale=1"),
                el("meta", name="theme-color", content="#1d70b8"),
                el("link", rel="icon", href="data:,"),
                [el("link", rel="stylesheet", href=style) for style in styles],
                el("link", rel="canonical", href=content.result.address) if content.result else None,
            ),
            el("body", _top(path, pages, about, who), _middle(content, live), _footer(about, address, path, pages),
               class_="govuk-template__body"),
            lang="en-GB", class_="govuk-template",
        )
    )  # fmt: skip


def _top(path: str, pages, about: dict | None, who) -> list[Node]:
    return [
        el("a", "Skip to main content", href="#main", class_="govuk-skip-link"),
        el(
            "header",
            el(
                "div",
                el("div", el("a", SERVICE, href="/", class_="govuk-generic-header__homepage-link"),
                   el("span", TAGLINE, class_="tagline"), class_="govuk-generic-header__logo"),
                class_=f"govuk-generic-header__container {WIDE}",
            ),
            class_="govuk-generic-header",
        ),
        _navigation(path, pages),
        _account(who) if who else None,
        _banner(about),
    ]  # fmt: skip


def _account(who) -> Node:
    """Who is signed in, with the way out; or the way in."""
    if who.role == "public":
        inside = [el("a", "Sign in", href="/sign-in", class_="govuk-link")]
    else:
        known = reference.bodies().get(who.body)
        called = (known.name if known else who.body) if who.body else "an analyst"
        out = el("button", "Sign out", type="submit", class_="link-button")
        inside = [
            el("span", f"Signed in for {called}" if who.body else f"Signed in as {called}"),
            el("form", out, method="post", action="/sign-out"),
        ]
    return el("section", el("div", *inside, class_=f"{WIDE} account"), aria_label="Your account", class_="no-print")


def _navigation(path: str, pages) -> Node:
    items = [
        el(
            "li",
            el("a", page.label, href=page.path, class_="govuk-service-navigation__link",
               aria_current="page" if page.path == path else None),
            class_="govuk-service-navigation__item"
            + (" govuk-service-navigation__item--active" if page.path == path else ""),
        )
        for page in pages
        if page.menu
    ]  # fmt: skip
    return el(
        "div",
        el(
            "div",
            el("div", el("nav", el("ul", items, class_="govuk-service-navigation__list"), aria_label="Menu",
               class_="govuk-service-navigation__wrapper"), class_="govuk-service-navigation__container"),
            class_=WIDE,
        ),
        class_="govuk-service-navigation",
    )  # fmt: skip


def _banner(about: dict | None) -> Node:
    synthetic = bool(about and about.get("synthetic"))
    tag, text = (
        (
            "Synthetic",
            "Synthetic data, not official figures. It shows how the service works; it describes no \
real body.",
        )
        if synthetic
        else ("Alpha", "This is a new service. It says what returns show, and what they cannot show.")
    )
    return el(
        "aside",
        el(
            "div",
            el("p", el("strong", tag, class_="govuk-tag govuk-phase-banner__content__tag"),
               el("span", text, class_="govuk-phase-banner__text"), class_="govuk-phase-banner__content"),
            class_="govuk-phase-banner",
        ),
        aria_label="About this service", class_=WIDE,
    )  # fmt: skip


def _middle(content: Content, live: Raw | None) -> Node:
    inside = [_error_summary(content)] if content.problems else []
    inside.append(el("h1", content.heading, class_="govuk-heading-xl"))
    inside += [el("p", content.lead, class_="govuk-body-l")] if content.lead else []
    if content.result:
        controls = el("div", content.form, class_="controls")
        parts = (frame.lead(content.result), controls, frame.frame(content.result, live))
        inside.append(el("div", *parts, class_="columns"))
    inside += content.main
    return el("div", el("main", inside, id="main", class_="govuk-main-wrapper", tabindex="-1"), class_=WIDE)


def _error_summary(content: Content) -> Node:
    items = [el("li", el("a", one.sentence, href=f"#{one.field}")) for one in content.problems]
    return el(
        "div",
        el(
            "div",
            el("h2", "There is a problem", class_="govuk-error-summary__title"),
            el("div", el("ul", items, class_="govuk-list govuk-error-summary__list"),
               class_="govuk-error-summary__body"),
            role="alert",
        ),
        class_="govuk-error-summary", tabindex="-1",
    )  # fmt: skip


def _footer(about: dict | None, address: str, path: str, pages) -> Node:
    said = []
    if about:
        version, as_at = about["version"], words.day(about["as_at"])
        kind = "synthetic data, not official figures" if about.get("synthetic") else "returns by public bodies"
        said = [
            el("p", f"Data version {version}. Data as at {as_at}.", class_="govuk-body-s"),
            el(
                "p",
                f"How to cite this page: {SERVICE}, {kind}, data as at {as_at}, version {version}, ",
                el("span", address, id="cited") if address else "and the address of the page",
                ".",
                class_="govuk-body-s",
            ),
        ]
    code = "The code of this service is open under the MIT licence."
    others = [el("li", el("a", page.label, href=page.path, class_="govuk-footer__link",
                               aria_current="page" if page.path == path else None),
                 class_="govuk-footer__inline-list-item") for page in pages if not page.menu]  # fmt: skip
    return el(
        "footer",
        el(
            "div",
            el("ul", others, class_="govuk-footer__inline-list"),
            *said,
            el("p", code, class_="govuk-body-s"),
            class_=WIDE,
        ),
        class_="page-footer",
    )


def missing(path: str) -> Content:
    """The page for an address that leads nowhere."""
    return Content(
        "Page not found",
        [
            el("p", "If you typed the address, check that it is right. If you pasted it, check that it is whole.",
               class_="govuk-body"),
            el("p", el("a", "Go to the overview", href="/", class_="govuk-link"), class_="govuk-body"),
        ],
        status=404,
    )  # fmt: skip


def trouble(sentence: str, status: int = 503) -> Content:
    """The page for when nothing can be shown yet, or something went wrong."""
    return Content("There is nothing to show yet" if status == 503 else "Something went wrong",
                   [el("p", sentence, class_="govuk-body")], status=status)  # fmt: skip
