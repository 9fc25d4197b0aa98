"""The stored impact answers: verdicts as they were settled when the figures were published, with their sentences.

Nothing is fitted or adjusted here: the same verdict stands on a page, in a download and in the terminal.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from etl import reference
from etl.door.principal import PUBLIC, Principal, opened
from etl.door.read_cells import fetch_all
from etl.errors import Refusal
from metrics import wording
from metrics.indicators import INDICATORS
from metrics.question import QuestionError
from metrics.verdicts import NOT_ENOUGH, SIGNIFICANT, Verdict, of_campaign

PRIMARY = "code_in_force"
DIMENSIONS = ("sector", "region", "direction", "panel")
ANY = "any"  # every declared date
NUMBERS = ("difference", "lower", "upper", "observed", "expected", "minimum_detectable", "p", "adjusted_p", "rho",
           "dispersion", "months_before", "months_after", "months_needed", "base", "bodies")  # fmt: skip


@dataclass(frozen=True)
class VerdictAnswer:
    """Verdicts with what they were read from; shares and differences are fractions."""

    data_version: str
    as_at: date
    indicator: str | None
    synthetic: bool
    rows: tuple[dict, ...]
    campaigns: tuple[dict, ...] = ()  # beside the verdicts over all returns


def verdicts(principal: Principal = PUBLIC, indicator=None, by="", event=PRIMARY, home=None) -> VerdictAnswer:
    """The published verdicts on one indicator, or on all of them, over all returns or by one dimension.

    by: "", "sector", "region", "direction", or "panel" for the bodies that sent in every year; event: the code of a
    declared date, or "any". Predefined groups are left out, as in `uptake figure`. Raises QuestionError for words that
    mean nothing here, Refusal when nothing is published or the version is older than verdicts.
    """
    _check(indicator, by)
    version, con = opened(principal, home)
    try:
        found = fetch_all(con, _sql(indicator, event), [by, *([indicator] if indicator else []), *_event(event)])
        known = {row["event"] for row in fetch_all(con, "SELECT DISTINCT event FROM estimates")}
    except duckdb.CatalogException:
        raise Refusal("These figures were published before verdicts were. Publish again: uptake publish.") from None
    if event != ANY and known and event not in known:
        raise QuestionError(f"No verdict is given on {event!r}. Choose one of: {', '.join(sorted(known))}, {ANY}.")
    about = fetch_all(con, "SELECT as_at, kind FROM about")[0]
    groups = set(reference.groups(by))
    order = {code: place for place, code in enumerate(INDICATORS)}
    rows = [_row(one, by, about["kind"] == "synthetic") for one in found if one["value"] not in groups]
    rows.sort(key=lambda row: (order.get(row["indicator"], len(order)), row["event_date"], row.get(by) or ""))
    beside = () if by else tuple(campaigns(principal, indicator, home))
    return VerdictAnswer(version, about["as_at"], indicator, about["kind"] == "synthetic", tuple(rows), beside)


def campaigns(principal: Principal = PUBLIC, indicator=None, home=None) -> list[dict]:
    """What moved apart where each campaign came, on one indicator or on all that are compared; fractions.

    Each row has its `verdict` and its sentence in `says`. Raises as `verdicts` does.
    """
    _check(indicator, "")
    _, con = opened(principal, home)
    try:
        found = fetch_all(con, "SELECT * FROM campaign_estimates ORDER BY event_date, event, indicator")
    except duckdb.CatalogException:
        raise Refusal("These figures were published before verdicts were. Publish again: uptake publish.") from None
    return [{**row, "verdict": _campaign_verdict(row), "says": _campaign_said(row)} for row in found
            if indicator in (None, row["indicator"])]  # fmt: skip


def _campaign_verdict(row: dict) -> str:
    if row["status"] != "ok":
        return NOT_ENOUGH
    better = INDICATORS[row["indicator"]].better
    return of_campaign(better, row["lower"], row["upper"], row["adjusted_p"], row["deals"], _flat_before(row))


def _flat_before(row: dict) -> bool:
    return row["before_p"] is None or row["before_p"] >= SIGNIFICANT


def _campaign_said(row: dict) -> str:
    title = INDICATORS[row["indicator"]].title
    if row["status"] != "ok":
        return f"Not enough data to tell: {title}, where {row['title']} came and where it had not."
    told = {name: row[name] for name in ("rank", "deals", "sectors")} | {
        "p": row["adjusted_p"],
        "flat_before": _flat_before(row),
    }
    return wording.campaign(title, row["title"], row["effect"], row["lower"], row["upper"], **told)


def _check(indicator, by: str) -> None:
    if indicator is not None and indicator not in INDICATORS:
        raise QuestionError(f"There is no indicator {indicator!r}. Choose one of: {', '.join(INDICATORS)}.")
    if by not in ("", *DIMENSIONS):
        raise QuestionError(f"Verdicts are given by {', '.join(DIMENSIONS)}, one at a time; not by {by!r}.")


def _sql(indicator, event: str) -> str:
    wanted = " AND indicator = ?" if indicator else ""
    when = "" if event == ANY else " AND event = ?"
    return f"SELECT * FROM estimates WHERE dimension = ?{wanted}{when}"


def _event(event: str) -> list[str]:
    return [] if event == ANY else [event]


def _row(stored: dict, by: str, synthetic: bool) -> dict:
    """A row as it is printed: its keys, the verdict, its numbers, and the sentences it is told in."""
    indicator = INDICATORS[stored["indicator"]]
    reasons = tuple(filter(None, stored["reasons"].split(";")))
    numbers = {name: stored[name] for name in NUMBERS}
    verdict = Verdict(stored["verdict"], stored["small_but_real"], reasons=reasons, **_for_words(numbers))
    placebo = (stored["placebo_dates"], stored["placebo_signals"])
    said = (indicator.title, _named(stored), indicator.family, indicator.worth, placebo)
    parts = {name: stored[name] for name in ("change", "within", "mix", "joining", "leaving")}
    return {
        "indicator": indicator.id,
        "event": stored["event"],
        "event_date": stored["event_date"],
        **({by: stored["value"]} if by else {}),
        "verdict": stored["verdict"],
        "small_but_real": stored["small_but_real"],
        **numbers,
        "confirming_lower": stored["confirming_lower"],
        "confirming_upper": stored["confirming_upper"],
        "unit": "share",
        "better": indicator.better,
        "family": stored["family"],
        "reasons": list(reasons),
        "placebo_dates": stored["placebo_dates"],
        "placebo_signals": stored["placebo_signals"],
        "evidence": stored["evidence"],
        "parts": parts if parts["change"] is not None else None,
        "recorded_before": stored["recorded_before"],
        "recorded_after": stored["recorded_after"],
        "flags": ["synthetic"] if synthetic else [],
        "says": list(wording.sentences(verdict, *said)),
    }


def _for_words(numbers: dict) -> dict:
    return {name: 0 if value is None and name in ("base", "bodies", "months_before", "months_after") else value
            for name, value in numbers.items()}  # fmt: skip


def _named(stored: dict) -> str:
    """The event as it reads after "after": `the code came into force (5 October 2021)`."""
    day = stored["event_date"]
    titles = {"code_in_force": "the code came into force", "code_published": "the code was published"}
    return f"{titles.get(stored['event'], stored['event'])} ({day.day} {day:%B} {day.year})"
