"""What the figures shown cannot tell: computed from what is missing behind them, not a standing disclaimer."""

from dashboard import participation, told, words
from dashboard.markup import Node, el
from dashboard.view import View
from metrics.formulas import Share, Survey
from metrics.wording import RIVALS

ALWAYS = (
    "Why a figure moved: a change after the code is not shown to be its doing. " + RIVALS[0],
    "Requests that were never made, or were worked round: no log holds them.",
    "Whether a refusal was right, and whether sharing did harm: no return of complaints or incidents exists yet.",
)


def block(source, findings) -> list[Node]:
    """The list, for the findings (dashboard.told.Told) of a page."""
    items = [el("li", said) for said in cannot(source, findings)]
    return [el("h2", "What these data cannot tell", class_="govuk-heading-m"),
            el("ul", items, class_="govuk-list govuk-list--bullet")]  # fmt: skip


def cannot(source, findings) -> list[str]:
    """The sentences: those that always hold, and those that the rows of the findings give."""
    said = list(ALWAYS)
    view = findings[0].view
    silent = _silent(source, view)
    said += [silent] if silent else []
    missing = _uncoded(source, view) if any(_of_reasons(one.view) for one in findings) else None
    said += [missing] if missing else []
    if any(isinstance(one.view.indicator.formula, Survey) for one in findings):
        said.append("What people who were not asked, or did not answer a survey, know and do.")
    absent = told.left_out(findings)
    if absent:
        said.append(f"{words.listed(absent)}: not published for this choice, so that nobody can be singled out.")
    rows = [row for one in findings for row in one.rows]
    hidden = sum(row["status"] in ("suppressed", "too_few") for row in rows)
    if hidden:
        said.append(f"{hidden} of the {len(rows)} figures asked for here are hidden or rest on too little to be shown.")
    if any("published" in row["flags"] for row in rows):
        said.append("Some figures count only returns that their senders have published; others may differ.")
    return said


def reporting(source, view: View) -> str:
    """How many of the bodies that should report did, in the view's sector where it has one."""
    expected, came = _bodies(source, view)
    where = " of this sector" if view.filters.get("sector") else ""
    return f"{came:,} of {expected:,} bodies{where} expected to report have reported." if expected else ""


def _bodies(source, view: View) -> tuple[int, int]:
    chosen = view.filters.get("sector", ())
    sectors = participation.by_sector(source)
    counted = [one for code, one in sectors.items() if not chosen or code in chosen]
    return sum(one.bodies for one in counted), sum(one.reporting for one in counted)


def _silent(source, view: View) -> str | None:
    expected, came = _bodies(source, view)
    if not expected:
        return "Which bodies are missing: there is no list of who should report."
    none = "1 body that has" if expected - came == 1 else f"{expected - came:,} bodies that have"
    return f"What happens at the {none} not reported; they may differ." if came < expected else None


def _of_reasons(view: View) -> bool:
    return isinstance(view.indicator.formula, Share) and view.indicator.family == "reasons"


def _uncoded(source, view: View) -> str | None:
    """How many refusals give no reason, over all returns: every share of reasons leaves them out."""
    answer = source.answer(View("reason_missing_share", level="year").question())
    known = [row for row in answer.rows if row["status"] == "ok" and "provisional" not in row["flags"]]
    if not known:
        return None
    row = known[-1]
    return (f"Why {words.share(row['value'])} of refusals in {row['year']} were made, over all returns: "
            "they state no reason.")  # fmt: skip
