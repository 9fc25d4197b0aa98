"""All senders, or only those who sent throughout: whether a change is one of practice or of who sends returns."""

from dashboard import judged, tables, words
from dashboard.markup import Node, el
from dashboard.view import View
from metrics.wording import points

PARTS = (
    ("within", "within bodies that sent in both years"),
    ("mix", "from what was asked of whom"),
    ("joining", "from bodies that joined"),
    ("leaving", "from bodies that left"),
)


def block(source, view: View) -> list[Node] | None:
    """The verdict on all bodies beside that on a fixed panel; None for a view of a part, or without such verdicts."""
    if view.by or view.where:
        return None
    everyone = judged.by_indicator(source, view.measure).get(view.measure)
    fixed = next(iter(judged.by_value(source, view.measure, "panel").values()), None)
    if not everyone or not fixed:
        return None
    rows = [_row("All bodies", everyone), _row("Bodies that sent in every year", fixed)]
    headings = ("Who is counted", "Bodies", "First year after", "Expected", "Difference, in points", "Verdict")
    caption = "The first settled year after the code came into force, against the earlier trend"
    return [
        el("h3", "All senders, or only those who sent throughout", class_="govuk-heading-s"),
        el("p", " ".join([agree(everyone, fixed), *parts(everyone)]), class_="govuk-body"),
        tables.scrolling("All senders and a fixed panel, table", tables.table(caption, headings, rows, (1, 2, 3, 4))),
    ]


def agree(everyone: dict, fixed: dict) -> str:
    """Whether the two verdicts are the same, and which to trust when they are not."""
    if everyone["verdict"] == fixed["verdict"]:
        return "Both give the same verdict, so who sends returns does not explain it."
    return ("They differ: who sends returns changed, so read the bodies that sent in every year, "
            "and take the figure for all with care.")  # fmt: skip


def parts(row: dict) -> list[str]:
    """The change from the year before to the year after, taken apart; empty where that was not possible."""
    found = row["parts"]
    if not found:
        return []
    each = words.listed(f"{points(found[name], True)} {said}" for name, said in PARTS if found[name] is not None)
    return [f"Of the change of {points(found['change'], True)} points from the year before to the year after: {each}."]


def _row(label: str, row: dict) -> list:
    numbers = [words.share(row[name]) if row[name] is not None else "none" for name in ("observed", "expected")]
    difference = "none" if row["difference"] is None else [
        el("strong", points(row["difference"], True)),
        el("span", f"{points(row['lower'], True)} to {points(row['upper'], True)}", class_="range"),
    ]  # fmt: skip
    bodies = f"{row['bodies']:,}" if row["bodies"] else "not stated"
    return [label, bodies, *numbers, difference, judged.tag(row["verdict"])]
