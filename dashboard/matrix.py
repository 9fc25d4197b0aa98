"""A table of two dimensions: values with their ranges, readable by row and by column, shaded as they rise.

The shade repeats what the number says. Every cell says its value or why there is none.
"""

from dashboard import tables, words
from dashboard.grid import ranged, shown
from dashboard.markup import Node, el

SHADES = 5


def matrix(caption: str, corner: str, across, down, cells: dict, unit: str = "share") -> Node:
    """The table. `across` and `down` hold (code, label); `cells` maps (down, across) to a figure's row.

    A pair without a cell was never published: there were no requests between the two, or too few.
    """
    top = max((row["value"] for row in cells.values() if row["status"] == "ok"), default=0)
    head = [el("th", corner, scope="col", class_="govuk-table__header")]
    head += [el("th", label, scope="col", class_="govuk-table__header matrix-head") for _, label in across]
    body = [
        el("tr", el("th", label, scope="row", class_="govuk-table__header"),
           [_cell(cells.get((code, other)), unit, top) for other, _ in across], class_="govuk-table__row")
        for code, label in down
    ]  # fmt: skip
    made = el(
        "table",
        el("caption", caption, class_="govuk-table__caption govuk-table__caption--s"),
        el("thead", el("tr", head, class_="govuk-table__row"), class_="govuk-table__head"),
        el("tbody", body, class_="govuk-table__body"),
        class_="govuk-table matrix",
    )
    return tables.scrolling(f"{caption}, table", made)


def _cell(row: dict | None, unit: str, top: float) -> Node:
    if row is None:
        return el("td", words.ABSENT["too_few"], class_="govuk-table__cell absent")
    if row["status"] != "ok":
        return el("td", shown(row, unit), class_="govuk-table__cell absent")
    shade = min(int(SHADES * row["value"] / top), SHADES - 1) if top else 0
    between = ranged(row, unit)
    return el("td", el("strong", shown(row, unit)), el("span", between, class_="range") if between else None,
              class_=f"govuk-table__cell shade-{shade}")  # fmt: skip
