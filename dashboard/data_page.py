"""Data and methods: what came in, what was left out and why, what every figure means, how people are protected."""

from dashboard import definition, names, parts, tables, words
from dashboard.content import Content
from dashboard.markup import Node, el
from etl import reference
from etl.intake import contracts
from metrics import disclosure
from metrics.dimensions import FLAGS, HORIZON
from metrics.indicators import FAMILIES, INDICATORS

PATH = "/data"
HEADING = "Data and methods"
KINDS = {"code": "The code", "definition": "Definition", "disclosure": "Protection", "data": "Data"}
MOST_VERSIONS = 50
SECTIONS = (
    ("release", "This release"),
    ("changes", "Changes of data and definitions"),
    ("coverage", "Returns and coverage"),
    ("rows", "Rows read, used, held and skipped"),
    ("figures", "What every figure means"),
    ("words", "Words that stand in place of a figure"),
    ("returns", "What a return holds"),
    ("protection", "How people and bodies are protected"),
    ("method", "How figures are made"),
)


def page(source, query: str) -> Content:
    """The page on data and methods. It takes no choices."""
    makers = {
        "release": _release, "changes": _changes, "coverage": _coverage, "rows": _rows, "figures": _figures,
        "words": _words, "returns": _returns, "protection": _protection, "method": _method,
    }  # fmt: skip
    main = [parts.on_this_page(SECTIONS)]
    for name, title in SECTIONS:
        main += [el("h2", title, class_="govuk-heading-l", id=name), *makers[name](source)]
    return Content(HEADING, main)


def _release(source) -> list[Node]:
    about = source.about()
    released = about.get("release") or {}
    pairs = [
        ("Version", about["version"]),
        ("Data as at", words.day(about["as_at"])),
        ("Kind", "Synthetic: made up, to show how the service works" if about["synthetic"] else "Returns by bodies"),
        ("Months of receipt", f"{words.day(about['first'])[2:]} to {words.day(about['last'])[2:]}"
                              if about.get("first") else "no requests yet"),
        ("Returns counted", f"{about['returns']:,}, sent by {about['senders']:,}"),
        ("Made current", f"{words.day(released['released_at'])} by {released['released_by']}"
                         if released.get("released_at") else "not recorded"),
    ]  # fmt: skip
    return [
        definition.summary_list(pairs),
        el("p", "The version names the day the data are as at and a hash of every published figure. The same returns "
                "always give the same version, so a figure that is cited with its version can be found again.",
           class_="govuk-body"),
    ]  # fmt: skip


def _changes(source) -> list[Node]:
    """What changed in what figures mean, and every version that was shown."""
    listed = [[words.day(one.date), KINDS[one.kind], one.what, one.effect,
               words.listed(INDICATORS[code].title for code in one.measures) or "all"]
              for one in reference.changes()]  # fmt: skip
    shown = [[words.day(one["released_at"]), words.day(one["version"][:10]), one["version"]]
             for one in reversed(source.about().get("releases") or [])]  # fmt: skip
    return [
        _p("A figure that is cited with its version never changes: a correction, a late return or a change of "
           "definition makes a new version. What a new definition does to figures is said here."),
        _scroll("Changes of definitions and of how figures are shown", ("Date", "Of what", "What changed",
                "What it does to figures", "Measures"), listed),
        _scroll("Versions that were shown, newest first", ("Shown from", "Data as at", "Version"),
                shown[:MOST_VERSIONS]) if shown else None,
    ]  # fmt: skip


def _coverage(source) -> list[Node]:
    rows = source.companion("coverage")
    if not rows:
        return [_p("This home has no list of senders, so it cannot be said which returns are missing.")]
    sectors = names.values("sector") | {"": "All sectors"}
    of_all = [(row["sector"], row) for row in rows if row["level"] == "all"]
    order = list(sectors)
    body = [
        [sectors.get(sector, sector), f"{row['received']:,}", f"{row['expected']:,}",
         words.share(row["received"] / row["expected"])]
        for sector, row in sorted(of_all, key=lambda pair: order.index(pair[0]) if pair[0] in order else 99)
    ]  # fmt: skip
    years = [
        [str(row["period"].year), f"{row['received']:,}", f"{row['expected']:,}",
         words.share(row["received"] / row["expected"])]
        for row in rows if row["level"] == "year" and row["sector"] == ""
    ]  # fmt: skip
    headings = ("Received", "Expected", "Share")
    return [
        _p("What is expected follows from the list of senders: who should send what, how often, from when to when."),
        _scroll("Returns by sector", ("Sector", *headings), body, (1, 2, 3)),
        _scroll("Returns by year", ("Year", *headings), years, (1, 2, 3)) if years else _p(""),
        _bodies(source),
    ]


def _bodies(source) -> Node:
    """Every body that is expected to report, and what came. Taking part is public by design."""
    register = reference.bodies()
    bodies: dict[str, list[dict]] = {}
    for row in source.companion("participation"):
        bodies.setdefault(row["body"] or "A sender without a body", []).append(row)
    body = [
        [register[code].name if code in register else code,
         f"{sum(row['received'] for row in rows):,} of {sum(row['expected'] for row in rows):,}",
         words.day(max((row["last_received"] for row in rows if row["last_received"]), default=None))]
        for code, rows in bodies.items()
    ]  # fmt: skip
    table = _scroll("Every body expected to report", ("Body", "Returns received", "The latest covers up to"),
                    sorted(body), (1,))  # fmt: skip
    return _folded(f"Every body expected to report ({len(bodies):,})", table)


def _rows(source) -> list[Node]:
    loads, skips = source.companion("loads"), source.companion("skips")
    counted = ("rows_read", "rows_used", "rows_held", "rows_skipped", "rows_made")
    body = [
        [" / ".join(filter(None, (row["file"], row["sheet"]))), f"{row['files']:,}",
         *("not shown" if row[name] is None else f"{row[name]:,}" for name in counted)]
        for row in loads
    ]  # fmt: skip
    if not loads:
        return [_p("Nothing is recorded of rows that were read.")]
    made = [
        _p("Every row that is read is used, held because it broke a rule, or skipped for a stated reason: the three "
           "add up to the rows read. A file is named only when its sender has published it; rows of other returns are "
           "told together, to the nearest ten, and not where they are of fewer than three senders or nearly all of "
           "one."),
        _scroll("Rows of the returns that count", ("File and sheet", "Files", "Read", "Used", "Held", "Skipped",
                "Rows made"), body, tuple(range(1, 7))),
    ]  # fmt: skip
    if skips:
        reasons = [[row["reason"], f"{row['file']} / {row['sheet']}", f"{row['rows']:,}"] for row in skips]
        made.append(_scroll("Rows skipped, and why", ("Reason", "File and sheet", "Rows"), reasons, (2,)))
    return made


def _figures(source) -> list[Node]:
    made = [_p("The same list computes the figures, fills the menu and writes this page.")]
    for family, label in FAMILIES.items():
        members = [one for one in INDICATORS.values() if one.family == family]
        if members:
            made.append(el("h3", label, class_="govuk-heading-m"))
            made += [definition.block(one, one.title) for one in members]
    return made


def _words(source) -> list[Node]:
    said = [*words.EXPLAINED.values(), *(f"{name.capitalize()}: {meaning}." for name, meaning in FLAGS.items())]
    return [el("ul", [el("li", sentence) for sentence in said], class_="govuk-list govuk-list--bullet")]


def _returns(source) -> list[Node]:
    made = [_p("Columns are matched by name, in any order. The same description drives the checks, the blank returns "
               "and this page.")]  # fmt: skip
    for kind in (*contracts.kinds(), "cover"):
        contract = contracts.contract(kind)
        body = [
            [el("code", field.name), field.title, "yes" if field.required else "no", _type(field), field.description]
            for field in contract.fields
        ]
        table = _scroll(f"Columns of {contract.title.lower()}", ("Column", "Name", "Required", "Type", "What it holds"),
                        body)  # fmt: skip
        schema = el("a", f"Table Schema of {contract.title.lower()} (JSON)", href=f"/contracts/{kind}.json",
                    class_="govuk-link")  # fmt: skip
        made.append(_folded(contract.title, _p(contract.description), table, el("p", schema, class_="govuk-body")))
    return made


def _type(field) -> str:
    if field.codes:
        return f"code from {field.codes.replace('_', ' ')}"
    return "one of: " + ", ".join(field.enum) if field.enum else field.type


def _protection(source) -> list[Node]:
    d = disclosure
    said = (
        f"A rate is shown from {d.RATE_BASE} requests, a count from {d.COUNT_BASE}; medians from {d.MEDIAN_BASE} "
        f"received and {d.MEDIAN_DECIDED} decided, “nine in ten” from {d.P90_BASE}; survey figures from "
        f"{d.SURVEY_BASE} answers.",
        f"Every figure comes from {d.BODIES} or more bodies, of which none makes up over {d.LARGEST_SHARE:.0%}.",
        f"A count under {d.SMALL}, or all but under {d.SMALL}, is given as a range. Small counts are never hidden for "
        "being small: falling refusals would vanish, and what stays would mislead.",
        f"Counts of requests that are not public carry a little noise, of at most {d.LARGEST_NOISE}, that their "
        f"requests decide: the same requests always give the same count. Counts from {d.MANY} on carry more of it, and "
        f"so do figures by {d.FINE} filters, by reason and by days. Ranges are widened for it, and parts need not add "
        "up. Agreements and survey answers are rounded to five instead.",
        f"A count that leaves under {d.SMALL} of a wider one is withheld. So is what an estimate says of bodies that "
        f"sent throughout, or joined, where the others' part is under {d.SMALL}: the two together would tell it.",
        "A sender that has published its figures is shown as it is, and kept apart from the rest so that it cannot "
        "unmask them.",
        "Nothing is added up when a page is looked at: each figure was judged and stored when the data were published. "
        "What may not be shown is not in the file that this service reads.",
        "A request's reference is stored only as a keyed number that cannot be turned back.",
    )
    return [
        el("ul", [el("li", sentence) for sentence in said], class_="govuk-list govuk-list--bullet"),
        _p("There is no league table and no score: a lawful refusal is not a failure."),
    ]


def _method(source) -> list[Node]:
    said = (
        f"Requests are counted in the month they were received, with what had become of them {HORIZON} days later. "
        "Months younger than that are provisional: they are drawn hollow and enter no comparison.",
        "Ranges are 95% ranges: of 100 made in this way, about 95 hold the true figure. For shares of requests they "
        "are Wilson intervals that speak of what bodies like these do: requests of one body resemble each other, so a "
        "range counts them as fewer. Behind fewer than five bodies, and for registers already published, they speak "
        "of the requests recorded. None covers bodies that sent nothing.",
        "“Lower”, “higher” and “no clear change” compare two ranges: no clear change means that they overlap. This is "
        "stricter than a test of the difference.",
        "Open requests count in the time to a decision; they are never dropped.",
        "A count over a period that fits no month stands at the smallest level that holds it whole. Months then need "
        "not add up to the year.",
        "Survey shares are weighted; their ranges rest on the effective number of answers.",
    )
    return [el("ul", [el("li", sentence) for sentence in said], class_="govuk-list govuk-list--bullet")]


def _p(text: str) -> Node:
    return el("p", text, class_="govuk-body")


def _scroll(caption: str, headings, body, numeric=()) -> Node:
    return tables.scrolling(f"{caption}, table", tables.table(caption, headings, body, numeric))


def _folded(title: str, *inside) -> Node:
    return el(
        "details",
        el("summary", el("span", title, class_="govuk-details__summary-text"), class_="govuk-details__summary"),
        el("div", inside, class_="govuk-details__text"),
        class_="govuk-details",
    )
