"""Published evidence, its own panel in a home of either kind: the record's figures, and registers already published.

The poll is read from data/evidence; registers come from the home, for they are loaded like any other return.
"""

import csv
from functools import cache

from dashboard import names, tables, words
from dashboard.markup import Node, el
from etl import reference
from etl.paths import DATA
from metrics.intervals import wilson

FOLDER = DATA / "evidence"
UNNAMED = {"police": "Police forces"}


@cache
def rows(name: str) -> tuple[dict, ...]:
    """The rows of a file of data/evidence."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def poll() -> dict:
    """NAVCA's poll: yes, answered, invited, value, lower, upper, and the least and most it could be of all invited."""
    answers = {row["answer"]: int(row["respondents"]) for row in rows("navca-2021-01-awareness")}
    invited = sum(int(row["invited"]) for row in rows("navca-2021-01-survey-frame"))
    yes, answered = answers["yes"], sum(answers.values())
    lower, upper = (float(limit) for limit in wilson(yes, answered))
    return {
        "yes": yes, "answered": answered, "invited": invited, "value": yes / answered, "lower": lower, "upper": upper,
        "least": yes / invited, "most": (invited - answered + yes) / invited,
    }  # fmt: skip


def panel(source) -> Node:
    """The panel of published evidence."""
    return el(
        "section",
        el("h2", "Published evidence", class_="govuk-heading-l", id="published-evidence"),
        el("p", "Real figures from the record and from registers their owners have published. They are kept apart "
                "from the returns above, whatever those are.", class_="govuk-body"),
        _poll(),
        _registers(source.companion("registers")),
        _record(),
        aria_labelledby="published-evidence", class_="evidence",
    )  # fmt: skip


def _poll() -> list[Node]:
    found = poll()
    source = next(row for row in rows("figures") if row["figure"] == "navca_not_heard")
    share = {name: words.share(found[name]) for name in ("value", "lower", "upper", "least", "most")}
    return [
        el("h3", "Who had heard of the code in January 2021", class_="govuk-heading-m"),
        el(
            "p",
            el("strong", f"{found['yes']} of {found['answered']}"),
            f" chief executives of local charity support bodies had heard of the code: {share['value']} "
            f"(95% range {share['lower']} to {share['upper']}). Approximate: NAVCA asked about {found['invited']} "
            f"members and about {found['answered']} answered within the hour.",
            class_="govuk-body",
        ),
        el("p", f"Those who did not answer may differ. Had they all known of the code, it would be {share['most']}; "
                f"had none, {share['least']}.", class_="govuk-body"),
        el("p", f"Source: {source['document']}, {source['place']}.", class_="govuk-body-s"),
    ]  # fmt: skip


def _registers(registers: list[dict]) -> list[Node] | None:
    """Registers of requests that their holders have published: who asked, how many, how many were refused."""
    if not registers:
        return None
    made = [el("h3", "Registers that their holders have published", class_="govuk-heading-m")]
    groups: dict[tuple, list[dict]] = {}
    for row in registers:
        groups.setdefault((row["holder_body"], row["period_start"], row["period_end"]), []).append(row)
    for (holder, start, end), members in groups.items():
        if sum(row["refused"] for row in members):
            made.extend((_told_apart(holder, start, end, members), _register(holder, start, end, members)))
    made.append(el("p", "A refusal can be right. A register says what its holder wrote down, and these hold no reasons "
                        "for refusals.", class_="govuk-body-s"))  # fmt: skip
    return made


def _told_apart(holder: str, start, end, members: list[dict]) -> Node | None:
    """Say what a sector's total hides: where one asker within it was refused at a rate of its own."""
    said = []
    for sector in dict.fromkeys(row["requester_sector"] for row in members):
        askers = [row for row in members if row["requester_sector"] == sector and row["received"]]
        whole = {name: sum(row[name] for row in askers) for name in ("received", "refused")}
        # A rate of its own: the asker's whole range lies outside that of the sector it belongs to.
        apart = [row for row in askers if whole["refused"] and _outside(_limits(row), _limits(whole))]
        for row in sorted(apart, key=lambda row: -row["refused"]):
            share = words.share(row["refused"] / row["received"])
            said.append(f"{_asker(row)} alone were refused {row['refused']} of {row['received']:,} ({share}).")
        if apart:
            of_all = f"{whole['refused']} of {whole['received']:,}"
            said.append(f"Together, {names.label('sector', sector).lower()}: {of_all}.")
    text = f"{_body(holder)}, {words.day(start)} to {words.day(end)}. {' '.join(said)}"
    return el("p", text, class_="govuk-body") if said else None


def _outside(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] > other[1] or one[1] < other[0]


def _limits(row: dict) -> tuple[float, float]:
    lower, upper = wilson(row["refused"], row["received"])
    return float(lower), float(upper)


def _register(holder: str, start, end, members: list[dict]) -> Node:
    title = f"{_body(holder)}, {words.day(start)} to {words.day(end)}: requests and refusals by who asked"
    body = [
        [_asker(row), f"{row['received']:,}", f"{row['refused']:,}", *_share(row)]
        for row in sorted(members, key=lambda row: -row["received"])
        if row["received"]
    ]
    headings = ("Asked by", "Requests", "Refused", "Share refused", "95% range")
    return tables.scrolling(f"Register of {_body(holder)}, table", tables.table(title, headings, body, (1, 2, 3, 4)))


def _share(row: dict) -> tuple[str, str]:
    lower, upper = _limits(row)
    return words.share(row["refused"] / row["received"]), f"{words.share(lower)} to {words.share(upper)}"


def _asker(row: dict) -> str:
    """Who asked: the body, or what a register calls the many bodies of a sector that it does not name."""
    sector = row["requester_sector"]
    return _body(row["requester_body"]) if row["requester_body"] else UNNAMED.get(sector, names.label("sector", sector))


def _body(code: str) -> str:
    found = reference.bodies().get(code)
    return found.name if found else code


def _record() -> Node:
    """Every other figure the record states, with where it is said."""
    body = [
        [row["title"], _stated(row), row["what"] or "", f"{row['document']}, {row['place']}"] for row in rows("figures")
    ]
    table = tables.table("Figures the record states", ("Figure", "Value", "Of what", "Source"), body, (1,))
    return el(
        "details",
        el("summary", el("span", f"All {len(body)} figures the record states", class_="govuk-details__summary-text"),
           class_="govuk-details__summary"),
        el("div", tables.scrolling("Figures the record states, table", table), class_="govuk-details__text"),
        class_="govuk-details",
    )  # fmt: skip


def _stated(row: dict) -> str:
    about = "about " if row["approximate"] == "yes" else ""
    number = f"{int(row['value']):,}" if row["value"].isdigit() else row["value"]
    return f"{about}{number}%" if row["unit"] == "percent" else f"{about}{number} {row['unit']}"
