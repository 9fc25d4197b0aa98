"""A signed-in body beside its peers, for that body alone: one page that prints, with no rank on it.

Everything comes from the body's own file, through the source, which knows who is signed in.
"""

from dashboard import definition, dots, headlines, names, own_tables, peers, tables, words
from dashboard.content import Content
from dashboard.form import short_form
from dashboard.markup import Node, el
from dashboard.view import View
from etl import reference
from etl.errors import Refusal
from metrics.indicators import INDICATORS

PATH = "/compare"
APART = (
    ("requester_sector", "Who asked you"),
    ("under_agreement", "With and without an agreement"),
    ("direction", "Which way data were to go"),
)
PRIVATE = (
    "Only people who sign in for this body, and those who run the service, can see this page. The public sees the "
    "middle half of ten or more bodies; members of a club you joined see your figures by name."
)
WIDTH, HEIGHT, REACH = 240, 22, 4.5  # pixels; z at the ends of the funnel's picture


def page(source, view: View, problems) -> Content:
    """The page of the body that is signed in."""
    body = source.principal.body
    try:
        compared = source.own("compared", level="year")
        figures = source.own("figure")
        club = source.own("club", level="year")
    except Refusal as refusal:
        return Content("Compare councils", [el("p", str(refusal), class_="govuk-body-l"), *_meanwhile()],
                       problems=problems)  # fmt: skip
    heading = f"How {name(body)} compares"
    own = [row for row in figures if row["dimension"] == "" and row["level"] == "year"]
    measures = tuple(code for code in INDICATORS if any(row["indicator"] == code for row in own))
    chosen = view.measure if view.measure in measures else next(iter(measures), view.measure)
    year = _year(source, view, own, [row for row in compared if row["indicator"] == chosen])
    of_year = {row["indicator"]: row for row in compared if str(row["period"].year) == year}
    return Content(
        heading,
        [
            el("h2", title(chosen, of_year.get(chosen)), class_="govuk-heading-m", id="finding-title"),
            el("p", sentence(chosen, of_year.get(chosen), body, year), class_="govuk-body finding", id="finding-text"),
            el("p", PRIVATE, class_="govuk-inset-text"),
            el("div", short_form(PATH, View(chosen, last=view.last), _years(own), listed=measures), class_="no-print"),
            *_beside(of_year, year),
            *_years_table(chosen, own, compared),
            *own_tables.speed(own),
            *own_tables.agreements(source.own("agreements")),
            el("div", _apart(chosen, figures), _club(chosen, club, year), class_="no-print"),
            *_not_here(),
            el("div", definition.block(INDICATORS[chosen]), class_="no-print"),
        ],
        problems=problems,
    )


def _meanwhile() -> list[Node]:
    """What a body without figures of its own can do."""
    ways = (("/check", "Check a return"), ("/your-returns", "See what became of the returns you sent"),
            ("/trends", "See the figures of all bodies together"))  # fmt: skip
    links = [el("li", el("a", said, href=path, class_="govuk-link")) for path, said in ways]
    return [el("ul", links, class_="govuk-list govuk-list--bullet")]


def name(code: str) -> str:
    found = reference.bodies().get(code)
    return found.name if found else code


def _year(source, view: View, own: list[dict], compared: list[dict]) -> str:
    """The year asked for, else the latest that is compared and settled over all returns, else the latest there is."""
    known = {str(row["period"].year) for row in own}
    if view.last and view.last[:4] in known:
        return view.last[:4]
    settled = headlines.settled_year(source, "refusal_rate") or ""
    beside = {str(row["period"].year) for row in compared}
    return max((year for year in known & beside if year <= settled), default=settled if settled in known else
               max(known, default=""))  # fmt: skip


def _years(own: list[dict]) -> range:
    found = [row["period"].year for row in own]
    return range(min(found), max(found) + 1) if found else range(0)


def title(measure: str, row: dict | None) -> str:
    """The finding in a few words."""
    place = peers.POSITIONS[row["position"]] if row else "too little to compare"
    return f"{INDICATORS[measure].title}: {place[:1].lower()}{place[1:]}"


def sentence(measure: str, row: dict | None, body: str, year: str) -> str:
    """The body's figure, its range and base, its peers' middle half, the rule, and what that means."""
    if row is None:
        return (f"There are too few requests in {year or 'this year'}, or under ten peers with enough of them, to put "
                f"{name(body)} beside others on this.")  # fmt: skip
    said = f"{name(body)}: {ranged(row)} in {year}. {_peers(row, body)}: middle half {peers.middle(row)}."
    if row["expected"] is not None and row["ratio"] is not None:
        said += f" Had your mix of requests met your peers' rates, {row['expected']:,.0f} would be expected; "
        said += f"there were {row['numerator']:,} ({ratio(row)} times that)."
    return f"{said} That is {peers.MEANINGS[row['position']]}."


def ranged(row: dict) -> str:
    """A figure of the body's own with its range and counts."""
    value = words.value(own_tables.figure(row), "share")
    return f"{value} (95% range {words.interval(row, 'share')}; {words.counts(row)})"


def ratio(row: dict) -> str:
    low, high = row["ratio_lower"], row["ratio_upper"]
    between = f", 95% range {low:.2f} to {high:.2f}" if low is not None and high is not None else ""
    return f"{row['ratio']:.2f}{between}"


def _peers(row: dict, body: str) -> str:
    """Who the peers are and by which rule."""
    if row["rule"] == "listed":
        return f"Peers, {row['peers']} bodies of the list that whoever runs this service made for you and them"
    own = reference.bodies().get(body)
    kind = peers.kind(own.type).lower() if own else "bodies of its type"
    near = f" in {names.label('region', own.region)}" if own and row["rule"] == "type_region" else ", anywhere"
    why = "" if row["rule"] == "type_region" else ", because under ten of its region have enough requests"
    return f"Peers, {row['peers']} {kind}{near}{why}"


def _beside(of_year: dict[str, dict], year: str) -> list[Node]:
    """Every measure beside the peers, in the order of the list of measures."""
    rows = [of_year[code] for code in INDICATORS if code in of_year]
    if not rows:
        return []
    body = [
        [INDICATORS[row["indicator"]].title, peers.POSITIONS[row["position"]],
         [el("strong", words.value(own_tables.figure(row), "share")),
          el("span", words.interval(row, "share") or "", class_="range")],
         peers.middle(row), ratio(row) if row["ratio"] is not None else "none expected",
         funnel(row["z"])]
        for row in rows
    ]  # fmt: skip
    headings = ("Measure", "Place", "You, 95% range", "Peers' middle half", "Against what your mix implies",
                "Within the limits")  # fmt: skip
    made = tables.table(f"You and your peers in {year}", headings, body, (2, 3, 4))
    return [
        el("h3", "All measures beside your peers", class_="govuk-heading-s"),
        tables.scrolling("You and your peers, table", made),
        el("p", "The last column places you between the limits of a funnel that allows for bodies' ordinary variety: "
                "inner marks 95%, outer marks 99.8%. Only beyond the outer marks is it worth asking why. Higher is not "
                "always worse, and nobody is ranked.", class_="govuk-body-s"),
    ]  # fmt: skip


def funnel(z: float | None) -> Node | str:
    """Where a body lies between the funnel's limits; decoration of the cell beside it."""
    if z is None:
        return ""

    def x(value: float) -> str:
        return f"{WIDTH / 2 + (WIDTH / 2 - 8) * max(-1.0, min(1.0, value / REACH)):.1f}"

    marks = [el("line", x1=x(at), x2=x(at), y1=0, y2=HEIGHT, class_=look)
             for at, look in ((0, "dot-axis"), (-1.96, "dot-line"), (1.96, "dot-line"), (-3.09, "dot-limit"),
                              (3.09, "dot-limit"))]  # fmt: skip
    return el("svg", marks, el("circle", cx=x(z), cy=HEIGHT / 2, r=5, class_="dot"),
              viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="dots", aria_hidden="true", focusable="false")  # fmt: skip


def _years_table(measure: str, own: list[dict], compared: list[dict]) -> list[Node]:
    """The measure year by year, with the peers' middle half where there is one."""
    beside = {row["period"]: row for row in compared if row["indicator"] == measure}
    rows = sorted((row for row in own if row["indicator"] == measure), key=lambda row: row["period"])
    unit = INDICATORS[measure].unit
    body = [
        [str(row["period"].year), el("strong", words.value(own_tables.figure(row), unit)),
         words.interval(row, unit) or "", words.counts(row) or "" if unit == "share" else "",
         peers.middle(beside[row["period"]]) if row["period"] in beside else "not compared",
         tables.note(own_tables.figure(row))]
        for row in rows
    ]  # fmt: skip
    headings = ("Year", "You", "95% range", "Counted", "Peers' middle half", "Note")
    made = tables.table(f"{INDICATORS[measure].title}, your own, by year", headings, body, (1, 2, 3, 4))
    return [el("h3", "Year by year", class_="govuk-heading-s"), tables.scrolling("Year by year, table", made)]


def _apart(measure: str, figures: list[dict]) -> list[Node]:
    """The measure over all time by who asked, agreement and direction: exact, for this body alone."""
    unit, made = INDICATORS[measure].unit, []
    for dimension, heading in APART:
        found = {row["value"]: row for row in figures if row["indicator"] == measure and row["dimension"] == dimension
                 and row["level"] == "all"}  # fmt: skip
        listed = [dots.Dot(label, own_tables.figure(found[code]), (words.counts(found[code]) or "",))
                  for code, label in names.values(dimension).items() if code in found]  # fmt: skip
        if len(listed) > 1:
            caption = f"{INDICATORS[measure].title}, your own, all time: {heading[:1].lower()}{heading[1:]}"
            made += [el("h3", heading, class_="govuk-heading-s"),
                     dots.table(caption, names.dimension(dimension), listed, unit, None, ("Counted",))]  # fmt: skip
    return made


def _club(measure: str, club: list[dict], year: str) -> list[Node]:
    """The named figures of other members, in alphabetical order; nothing for a body that is in no club."""
    rows = [row for row in club if row["indicator"] == measure and str(row["period"].year) == year]
    if not rows:
        return [el("h3", "Your club", class_="govuk-heading-s"),
                el("p", "You are in no club whose members have figures on this, so nobody is named here.",
                   class_="govuk-body")]  # fmt: skip
    listed = [dots.Dot(name(row["body"]), own_tables.figure(row), (words.counts(own_tables.figure(row)) or "",))
              for row in sorted(rows, key=lambda row: name(row["body"]))]  # fmt: skip
    caption = f"{INDICATORS[measure].title} in {year} of members of your club, in alphabetical order"
    return [el("h3", "Your club", class_="govuk-heading-s"),
            dots.table(caption, "Member", listed, INDICATORS[measure].unit, None, ("Counted",))]  # fmt: skip


def _not_here() -> list[Node]:
    said = (
        "Which of your agreements fall due for review: they are returned as counts, so none can be named.",
        "How long others make you wait: that is known only where you return requests you made.",
        "What a peer did to improve: figures cannot say that; members of a club can ask each other.",
    )
    return [el("h3", "What this page cannot tell you", class_="govuk-heading-s"),
            el("ul", [el("li", one) for one in said], class_="govuk-list govuk-list--bullet")]  # fmt: skip
