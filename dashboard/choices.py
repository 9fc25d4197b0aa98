"""The choices of a page that is not one view: a few native selects, their address, and what was not understood.

The same manner as dashboard/view.py: an address is read once, what it says that means nothing is told and left out,
and two addresses that choose the same have one canonical form. Never raises.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from dashboard.form import group, option
from dashboard.markup import Node, el
from dashboard.view import LONGEST, Problem


@dataclass(frozen=True)
class Choice:
    """A select. `options` holds (value, label) pairs, or (heading, pairs) for a group; the first is the default."""

    name: str
    label: str
    options: tuple

    @property
    def known(self) -> dict[str, str]:
        """Value to label of every option, groups opened."""
        return dict(one for value, label in self.options
                    for one in ([(value, label)] if isinstance(label, str) else label))  # fmt: skip

    @property
    def default(self) -> str:
        return next(iter(self.known))


def read(query: str, choices) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """{name: value} of every choice, and what in the address could not be understood. Keys not ours are left alone."""
    given = dict(parse_qsl(query[:LONGEST].lstrip("?")))
    chosen, problems = {}, []
    for choice in choices:
        value = given.get(choice.name, choice.default)
        if value not in choice.known:
            shown = choice.known[choice.default]
            said = f"{choice.label}: there is no choice “{value[:60]}”, so “{shown}” is shown instead."
            problems.append(Problem(choice.name, said))
            value = choice.default
        chosen[choice.name] = value
    return chosen, tuple(problems)


def written(choices, chosen: dict[str, str], **changes) -> str:
    """The canonical query of the choices, with some changed: defaults are left out, the order is theirs."""
    chosen = {**chosen, **changes}
    return urlencode([(one.name, chosen[one.name]) for one in choices if chosen[one.name] != one.default])


def address(path: str, choices, chosen: dict[str, str], **changes) -> str:
    """The canonical address of the choices on a page."""
    query = written(choices, chosen, **changes)
    return f"{path}?{query}" if query else path


def form(path: str, choices, chosen: dict[str, str], problems=()) -> Node:
    """The choices as a GET form: works without script, and what a browser submits is the address."""
    wrong = {problem.field: problem.sentence for problem in problems}
    return el(
        "form",
        [_select(one, chosen[one.name], wrong) for one in choices],
        el("div", el("button", "Update", type="submit", class_="govuk-button"),
           el("a", "Clear all", href=path, class_="govuk-link"), class_="govuk-button-group"),
        method="get", action=path, class_="choices-form", aria_label="Choose what is shown",
    )  # fmt: skip


def _select(choice: Choice, chosen: str, wrong: dict) -> Node:
    options = [
        option(value, label, value == chosen)
        if isinstance(label, str)
        else el("optgroup", [option(*pair, pair[0] == chosen) for pair in label], label=value)
        for value, label in choice.options
    ]
    described = f"{choice.name}-error" if choice.name in wrong else None
    return group(choice.name, choice.label, wrong, el(
        "select", options, id=choice.name, name=choice.name, class_="govuk-select", aria_describedby=described,
    ))  # fmt: skip
