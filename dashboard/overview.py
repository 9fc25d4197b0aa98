"""Overview: one sentence a family with its verdict, where practice differs, what no log can see, who has reported."""

from dashboard import definition, dots, downloads, evidence, headlines, judged, names, participation, words
from dashboard.content import Content
from dashboard.headlines import TRENDS
from dashboard.markup import Node, el
from dashboard.series import split
from dashboard.view import View, link
from metrics.wording import RIVALS

PATH = "/"
HEADING = "Is the data-sharing code changing practice?"
MEASURE = "refusal_rate"
UNSEEN = (
    ("did_not_ask", "did not share though they could have"),
    ("worked_round", "worked round a barrier"),
)


def page(source, query: str) -> Content:
    """The overview. It takes no choices, so that two people always see the same one."""
    about = source.about()
    told = headlines.headlines(source)
    return Content(
        HEADING,
        [
            el("h2", headlines.counted(told), class_="govuk-heading-l", id="answer"),
            _standing(source, about),
            el("div", [headlines.family(one) for one in told], class_="families"),
            _ladder(),
            headlines.summary(told),
            downloads.page_links(PATH),
            *_sectors(source),
            *_unseen(source),
            *_harm(),
            evidence.panel(source),
            *participation.reported(source),
            _definitions(told),
        ],
    )


def _standing(source, about: dict) -> Node:
    """How old the data are and how much of what was expected is in."""
    sectors = participation.by_sector(source)
    said = f"Data as at {words.day(about['as_at'])}. "
    if sectors:
        reporting, bodies = (sum(getattr(one, part) for one in sectors.values()) for part in ("reporting", "bodies"))
        said += f"{reporting:,} of {bodies:,} bodies expected to report have reported. "
    return el(
        "p", said,
        el("a", "What is missing", href="/data#coverage", class_="govuk-link"), ". ",
        el("a", "Print as a briefing", href="/briefing", class_="govuk-link"), ". Come with a question? ",
        el("a", "See what you can ask", href="/questions", class_="govuk-link"), ".",
        class_="govuk-body",
    )  # fmt: skip


def _ladder() -> Node:
    return el(
        "div",
        "A verdict holds the first settled year after the code came into force against what the earlier trend and "
        "season imply. It says what changed after the code, never what changed it. That year is twelve months from the "
        f"first whole month after that day, so its share is not the share of a calendar year. {RIVALS[0]}",
        class_="govuk-inset-text",
    )


def _definitions(told) -> Node:
    """What the five figures mean, each folded away."""
    blocks = [definition.block(one.view.indicator, f"What “{one.view.indicator.title}” means") for one in told]
    return el("div", blocks)


def _sectors(source) -> list[Node]:
    """Where practice differs: the refusal rate of each sector, with its range and its own verdict."""
    whole = headlines.pair(headlines.only(View(MEASURE, level="year"), source), "year")[1]
    if whole is None:
        return []
    year = whole["year"]
    view = View(MEASURE, by=("sector",), level="year", first=year, last=year)
    verdicts = judged.by_value(source, MEASURE, "sector")
    found = {one.key[0]: one for one in split(view, source.answer(view.question()).rows)}
    listed = [(code, label) for code, label in names.values("sector").items() if code in found]
    rows = [dots.Dot(label, found[code].rows[0], (judged.tag(verdicts.get(code, {}).get("verdict")),))
            for code, label in listed]  # fmt: skip
    caption = f"Refusal rate of each sector in {year}; the dashed line is all sectors together"
    return [
        el("h2", "Where practice differs most", class_="govuk-heading-l"),
        el("p", differs([one.row for one in rows], whole, year), class_="govuk-body finding"),
        el("p", moved(verdicts), class_="govuk-body finding") if verdicts else None,
        dots.table(caption, "Sector", rows, "share", whole["value"], ("Since the code",)),
        el("p", "Sectors are asked for different things, and a refusal can be right: a difference is a place to look, "
                "not a score. They stand in the order of the list of sectors. ",
           el("a", "Refusal rate by sector over time", href=link(TRENDS, View(MEASURE, by=("sector",))),
              class_="govuk-link"), ".", class_="govuk-body"),
    ]  # fmt: skip


def differs(rows: list[dict], whole: dict, year: str) -> str:
    """How far sectors lie apart, and how many lie wholly to a side of all together; said of nobody by name."""
    known = [row for row in rows if dots.shown(row)]
    if len(known) < 2:
        return f"Too few sectors have a refusal rate that can be shown for {year} to say how they differ."
    low, high = (pick(row["value"] for row in known) for pick in (min, max))
    above = sum(row["lower"] > whole["upper"] for row in known)
    below = sum(row["upper"] < whole["lower"] for row in known)
    said = f"In {year} the refusal rate of {len(known)} sectors lay between {words.share(low)} and {words.share(high)}"
    said += f"; of all together it was {words.share(whole['value'])}. "
    if not above + below:
        return f"{said}No sector's range lies wholly to one side of it: no clear difference."
    return f"{said}The ranges of {above} lie wholly above it and of {below} wholly below it."


def moved(verdicts: dict[str, dict]) -> str:
    """Which sectors moved since the code, by name, and how many did not."""
    said = f"Since the code came into force, of {len(verdicts)} sectors: {judged.counted(verdicts.values())}."
    for verdict, word in (("improving", "Improving"), ("worsening", "Worsening")):
        moved = [names.label("sector", code) for code, row in verdicts.items() if row["verdict"] == verdict]
        said += f" {word}: {words.listed(moved)}." if moved else ""
    return said


def _unseen(source) -> list[Node]:
    """What no log holds, and what is known of it from elsewhere."""
    items = []
    for measure, what in UNSEEN:
        view = View(measure)
        row = headlines.pair(headlines.only(view, source), "wave")[1]
        items.append(_known(view, f"Of those asked in a survey, {{}} {what}", row, "wave"))
    view = View("no_reply_rate", level="year")
    row = headlines.pair(headlines.only(view, source), "year")[1]
    items.append(_known(View("no_reply_rate"), "Of requests that a log does hold, {} had no reply", row, "year"))
    return [
        el("h2", "What the logs cannot see", class_="govuk-heading-l", id="unseen"),
        el("p", "A log holds the requests that somebody made and somebody wrote down: not those that were never made "
                "or were worked round. So a falling refusal rate can also mean that fewer people ask. What is known of "
                "those stands beside the refusals and is never added to them:", class_="govuk-body"),
        el("ul", items, class_="govuk-list govuk-list--bullet"),
    ]  # fmt: skip


def _known(view: View, sentence: str, row: dict | None, level: str) -> Node:
    if row is None:
        said = f"{view.indicator.title}: no figure"
    else:
        between = words.interval(row, "share")
        said = sentence.format(f"{words.value(row, 'share')}{f' (95% range {between})' if between else ''}")
        said += f" {words.when(row, level)}"
        if row.get("invited"):
            said += f"; {words.share(row['responded'] / row['invited'])} of those asked answered"
    return el("li", said, ". ", el("a", view.indicator.title, href=link(TRENDS, view), class_="govuk-link"))


def _harm() -> list[Node]:
    return [
        el("h2", "Harm is not measured here", class_="govuk-heading-m"),
        el("p", "More sharing is not always better: a refusal can be right, and sharing can do harm. No return of "
                "complaints or incidents exists yet, so nothing here says whether harm rose or fell.",
           class_="govuk-body"),
    ]  # fmt: skip
