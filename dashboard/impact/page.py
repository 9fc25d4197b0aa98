"""Did it work? The code as one dated step, where it did and did not move, each campaign beside where it had not come.

Everything is read as it was settled when the figures were published; sentences are those of metrics/wording.py.
"""

from dashboard import choices, parts
from dashboard.choices import Choice
from dashboard.content import Content
from dashboard.impact import across, campaigns, line, verdicts
from dashboard.markup import el
from dashboard.parts import Told
from metrics import wording
from metrics.formulas import Share, Undecided
from metrics.indicators import FAMILIES, INDICATORS

PATH = "/did-it-work"
HEADING = "Did it work?"
SECTIONS = (
    ("headlines", "Five headline figures"),
    ("moved", "Campaigns, figure by figure"),
    ("line", "One figure, month by month"),
    ("sure", "How sure are we?"),
    ("by-group", "Where it moved"),
    ("campaigns", "Each campaign on that figure"),
    ("source", "Source and definitions"),
)
NOTES = (
    "Everything is counted from the day the code came into force, 5 October 2021: that date was declared before any "
    "figure was seen. The code had been published on 17 December 2020; the command `uptake verdict --event "
    "code_published` tells what followed that day.",
    "The code is national: no sector was left without it, so before and after is compared with the earlier trend, and "
    "only campaigns can be compared with where they had not come.",
    "Emergency notices to share (COPI) ran from March 2020 to June 2022, over the day the code came into force; so did "
    "the pandemic, changes of government guidance and changes in who sends returns. Each is a rival explanation.",
    wording.HARM,
)


def _measures() -> tuple:
    """The measures that verdicts are given on, by family."""
    grouped = []
    for family, label in FAMILIES.items():
        members = [(one.id, one.title) for one in INDICATORS.values() if one.family == family and _fitted(one.formula)]
        if members:
            grouped.append((label, tuple(members)))
    return tuple(grouped)


def _fitted(formula) -> bool:
    return isinstance(formula, Share) or (isinstance(formula, Undecided) and formula.day == 30)


CHOICES = (
    Choice("measure", "Figure", _measures()),
    Choice("by", "Looked at by", (("sector", "Holder's sector"), ("region", "Holder's region"),
                                  ("direction", "Direction"))),
)  # fmt: skip


def page(source, query: str) -> Content:
    """The page: five headline figures, then the chosen one, by group, its campaigns, and what else might explain it."""
    chosen, problems = choices.read(query, CHOICES)
    asked = choices.written(CHOICES, chosen)
    measure, by = chosen["measure"], chosen["by"]
    everything = source.verdicts()
    one = source.verdicts(measure)
    groups = source.verdicts(measure, by)
    told = headline(everything.rows)
    five, grouped = verdicts.five(everything.rows), verdicts.grouped(groups.rows, measure, by)
    compared = campaigns.grid(one.campaigns, INDICATORS[measure].title)
    main = [
        parts.finding(told),
        parts.on_this_page(SECTIONS),
        el("div", parts.tabled(PATH, asked, five), id="headlines"),
        across.section(everything.campaigns, PATH, asked),
        parts.choose(choices.form(PATH, CHOICES, chosen, problems)),
        line.section(source, measure, one.rows[0] if one.rows else None, PATH, asked),
        verdicts.sure(source, measure, one.rows[0] if one.rows else None),
        verdicts.section(groups.rows, measure, by, grouped, PATH, asked),
        campaigns.section(source, measure, one.campaigns, compared, PATH, asked),
        parts.meanings(five, across.grid(everything.campaigns), grouped, compared),
        parts.footing(one, [INDICATORS[measure]], NOTES, choices.address(PATH, CHOICES, chosen)),
    ]
    return Content(HEADING, main, problems=problems)


def headline(rows) -> Told:
    """What the five headline figures did after the code, counted by verdict; a figure that is not there is not said."""
    rows = [row for row in rows if row["family"] == "headline"]
    if not rows:
        return Told("No verdict can be given yet", (
            "There are no published verdicts: a verdict needs twelve settled months before and after the day the code "
            "came into force (5 October 2021).",))  # fmt: skip
    told = {verdict: [row for row in rows if row["verdict"] == verdict] for verdict in wording.NAMES}
    better, worse = (_moved(told[verdict]) for verdict in ("improving", "worsening"))
    said = []
    if better:
        said.append(f"In the better direction, beyond the earlier trend, in the first year after the code came into "
                    f"force (5 October 2021): {better}.")  # fmt: skip
    if worse:
        said.append(f"In the worse direction: {worse}.")
    for verdict in ("no_detectable_change", "cannot_tell", "not_enough_data"):
        titles = [_lower(INDICATORS[row["indicator"]].title) for row in told[verdict]]
        said += [f"{wording.NAMES[verdict]}: {'; '.join(titles)}."] if titles else []
    said.append("A change beyond the earlier trend is no proof that the code made it: what else changed is below.")
    return Told(_title(len(rows), len(told["improving"]), len(told["worsening"])), tuple(map(wording.checked, said)))


def _moved(rows) -> str:
    """The figures that moved, each with its difference and range."""
    return "; ".join(
        f"{_lower(INDICATORS[row['indicator']].title)}, {wording.points(row['difference'], True)} points "
        f"({wording.points(row['lower'], True)} to {wording.points(row['upper'], True)})" for row in rows)  # fmt: skip


def _title(total: int, better: int, worse: int) -> str:
    if not better and not worse:
        return f"None of {total} headline figures moved beyond its earlier trend"
    found = [f"{count} {word}" for count, word in ((better, "better"), (worse, "worse")) if count]
    return f"Of {total} headline figures, {' and '.join(found)} than the earlier trend implies"


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def book(source, query: str, address: str):
    """The tables of the page as they stand, the one that is asked for first."""
    chosen, _ = choices.read(query, CHOICES)
    measure, by = chosen["measure"], chosen["by"]
    everything, one = source.verdicts(), source.verdicts(measure)
    grids = [
        verdicts.five(everything.rows),
        across.grid(everything.campaigns),
        verdicts.grouped(source.verdicts(measure, by).rows, measure, by),
        campaigns.grid(one.campaigns, INDICATORS[measure].title),
        *line.grids(line.months(source, measure), INDICATORS[measure].title),
        *campaigns.path_grids(campaigns.paths(source, measure), one.campaigns, INDICATORS[measure].title),
    ]
    return parts.book(f"{HEADING} {measure}", headline(everything.rows), one, grids, query,
                      choices.address(address, CHOICES, chosen), NOTES)  # fmt: skip
