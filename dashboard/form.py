"""The form that is the view: native controls in a GET form, so it works without script and its address is the view.

Fields stand in the order of the canonical address, so that what a browser submits is already canonical.
"""

from dashboard import names
from dashboard.markup import Node, el
from dashboard.view import CHARTS, DEFAULT, FILTERS, LEVEL_LABELS, MOST_SERIES, Problem, View, offered
from metrics.indicators import FAMILIES, INDICATORS
from metrics.question import levels_of


def form(path: str, view: View, years: range, problems: tuple[Problem, ...] = ()) -> Node:
    """The form of a chart page. A change of measure loads the page again, because the choices depend on it."""
    surveyed = levels_of(view.indicator) == ("wave",)
    wrong = {problem.field: problem.sentence for problem in reversed(problems)}
    return el(
        "form",
        _measure(view, wrong),
        _select("by", "Compare by", [("", "Nothing: one line"), *((name, names.dimension(name)) for name in
                offered(view.measure))], view.by[0] if view.by else "", wrong),
        _filters(view, wrong),
        # A survey has waves and nothing else to choose.
        None if surveyed else _select("level", "Shown by", _levels(view), view.level or "", wrong),
        None if surveyed else _span(view, years, wrong),
        None if surveyed else _select("chart", "Chart", [("", "Lines with ranges"), *CHARTS.items()],
                                      view.chart or "", wrong),
        el(
            "div",
            el("button", "Update", type="submit", class_="govuk-button"),
            el("a", "Clear all", href=path, class_="govuk-link"),
            class_="govuk-button-group",
        ),
        method="get", action=path, id="view", class_="view-form", data_live=True, aria_label="Choose what is shown",
    )  # fmt: skip


def _levels(view: View) -> list[tuple[str, str]]:
    finest = LEVEL_LABELS[View(view.measure, view.by, view.where).shown_level].lower()
    return [("", f"Finest published: {finest}")] + [(level, LEVEL_LABELS[level]) for level in levels_of(view.indicator)]


def short_form(path: str, view: View, years: range, offered_by: str = "", listed=None) -> Node:
    """A measure of those `listed`, or else that can be told apart by the dimension `offered_by`; and one year unless it
    comes from a survey."""
    listed = listed or tuple(one.id for one in INDICATORS.values() if offered_by in offered(one.id))
    surveyed = levels_of(view.indicator) == ("wave",)
    until = [("", "Latest settled"), *((str(year), str(year)) for year in years)]
    return el(
        "form",
        _measure(view, {}, listed),
        None if surveyed else _select("to", "Year", until, view.last or "", {}),
        el("button", "Update", type="submit", class_="govuk-button"),
        method="get", action=path, class_="short-form", aria_label="Choose what is shown",
    )  # fmt: skip


def _measure(view: View, wrong: dict, listed=tuple(INDICATORS)) -> Node:
    groups = []
    for family, label in FAMILIES.items():
        members = [one for one in INDICATORS.values() if one.family == family and one.id in listed]
        if members:
            options = [option(one.id, one.title, one.id == view.measure) for one in members]
            groups.append(el("optgroup", options, label=label))
    return group("measure", "Measure", wrong, el(
        "select", groups, id="measure", name="measure", class_="govuk-select", data_default=DEFAULT, data_reload=True,
        aria_describedby="measure-error" if "measure" in wrong else None,
    ))  # fmt: skip


def _select(name: str, label: str, options, chosen: str, wrong: dict) -> Node:
    listed = [option(value, text, value == chosen) for value, text in options]
    described = f"{name}-error" if name in wrong else None
    return group(name, label, wrong, el(
        "select", listed, id=name, name=name, class_="govuk-select", data_default="", aria_describedby=described,
    ))  # fmt: skip


def option(value: str, text: str, chosen: bool) -> Node:
    """One option of a select."""
    return el("option", text, value=value, selected=True if chosen else None)


def group(name: str, label: str, wrong: dict, control: Node) -> Node:
    """A control with its label, and the message of what was wrong with it (`wrong` maps fields to sentences)."""
    message = _message(name, wrong)
    return el(
        "div",
        el("label", label, for_=name, class_="govuk-label govuk-label--s"),
        message,
        control,
        class_=f"govuk-form-group{' govuk-form-group--error' if message else ''}",
    )


def _message(name: str, wrong: dict) -> Node | None:
    if name not in wrong:
        return None
    hidden = el("span", "Error: ", class_="govuk-visually-hidden")
    return el("p", hidden, wrong[name], id=f"{name}-error", class_="govuk-error-message")


def _filters(view: View, wrong: dict) -> Node:
    """Every dimension as a list of checkboxes, folded away; the style sheet marks the lists that are in use."""
    listed = offered(view.measure)
    hint = f"One value filters. Up to {MOST_SERIES} values of one list are compared as lines; nothing is added up."
    return el(
        "details",
        _summary("Filters"),
        el(
            "div",
            el("p", hint, class_="govuk-hint"),
            [_checkboxes(name, view.filters.get(name, ()), wrong) for name in FILTERS if name in listed],
            class_="govuk-details__text",
        ),
        class_="govuk-details filters",
        open=any(name in wrong for name in FILTERS),
    )


def _checkboxes(name: str, chosen: tuple[str, ...], wrong: dict) -> Node:
    label = names.dimension(name)
    items = [
        el(
            "div",
            el("input", type="checkbox", id=f"{name}-{value}", name=name, value=value,
               checked=True if value in chosen else None, class_="govuk-checkboxes__input"),
            el("label", text, for_=f"{name}-{value}", class_="govuk-label govuk-checkboxes__label"),
            class_="govuk-checkboxes__item",
        )
        for value, text in names.values(name).items()
    ]  # fmt: skip
    return el(
        "details",
        _summary(label),
        el(
            "fieldset",
            el("legend", label, class_="govuk-visually-hidden"),
            _message(name, wrong),
            el("div", items, class_="govuk-checkboxes govuk-checkboxes--small"),
            class_="govuk-fieldset choices",
        ),
        id=name,
        class_="govuk-details choice",
        open=bool(chosen) or name in wrong,
    )


def _summary(label: str) -> Node:
    return el("summary", el("span", label, class_="govuk-details__summary-text"), class_="govuk-details__summary")


def _span(view: View, years: range, wrong: dict) -> Node:
    return el(
        "div",
        _select("from", "From", _ends("Earliest", years, view.first), view.first or "", wrong),
        _select("to", "To", _ends("Latest", years, view.last), view.last or "", wrong),
        class_="span",
    )


def _ends(first: str, years: range, chosen: str | None) -> list[tuple[str, str]]:
    """Years, and what an address asked for that is not a year."""
    options = [("", first), *((str(year), str(year)) for year in years)]
    return options if not chosen or (chosen, chosen) in options else [*options, (chosen, chosen)]
