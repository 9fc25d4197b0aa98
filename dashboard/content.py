"""What a page gives to the shell, and what a chart page gives to its callback."""

from dataclasses import dataclass, field

from dashboard.markup import Node
from dashboard.view import Problem

SERVICE = "Uptake"


@dataclass(frozen=True)
class Result:
    """A view answered: its finding, the figures compared, the chart, the names of its series, and what stands below."""

    address: str
    title: str
    finding: list[Node]
    compared: Node | list | None
    figure: dict
    key: Node | None
    after: list[Node]
    unit: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Content:
    """A page: its h1, its `<title>`, and either plain nodes or a form with a result that a callback can renew."""

    heading: str
    main: list[Node] = field(default_factory=list)
    form: Node | None = None
    result: Result | None = None
    problems: tuple[Problem, ...] = ()
    lead: str | None = None
    status: int = 200

    @property
    def title(self) -> str:
        """The title of the document: what the view is, then the page, then the service; `Error:` first when wrong."""
        return self.result.title if self.result else full_title([self.heading], self.problems)


def full_title(parts, problems=()) -> str:
    start = "Error: " if problems else ""
    return start + " - ".join([*parts, SERVICE])
