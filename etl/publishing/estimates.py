"""Estimates at publish: did an indicator change beyond its earlier trend after a date, and how sure are we.

Fitted on true counts here, once; only rounded results go into the snapshot, and none for a series from too few
bodies. P-values are adjusted here too, over families that no screen can change: the five headline indicators over
all returns (Holm), and for each indicator and date the values of one dimension (Benjamini-Hochberg).
"""

from datetime import date
from typing import NamedTuple

import numpy as np

from etl import reference
from etl.publishing import counterfactuals
from etl.publishing import estimate_series as shape
from etl.publishing.withhold_estimates import may_be_published, parts_may_be_published, rest_may_be_published
from metrics import verdicts, wording
from metrics.disclosure import to_step
from metrics.formulas import Share, Undecided
from metrics.indicators import INDICATORS

PRIMARY = "code_in_force"
SECONDARY_MONTHS = 24  # after a secondary date: later events follow it closely
HEADLINE = (
    "refusal_rate",
    "perceived_refusal_share",
    "undecided_at_30_days",
    "under_agreement_share",
    "tool_cited_share",
)
LONG_DIMENSIONS = ("", *shape.DIMENSIONS, shape.PANEL)
PLACEBO_STEP = 3  # months between the dates that are tried where nothing happened
ROUND_SHARE, ROUND_P, ROUND_BASE = 3, 4, 10
COLUMNS = {
    "indicator": "VARCHAR", "event": "VARCHAR", "event_date": "DATE", "is_primary": "BOOLEAN",
    "dimension": "VARCHAR", "value": "VARCHAR", "verdict": "VARCHAR", "small_but_real": "BOOLEAN",
    "difference": "DOUBLE", "lower": "DOUBLE", "upper": "DOUBLE", "observed": "DOUBLE", "expected": "DOUBLE",
    "minimum_detectable": "DOUBLE", "confirming_lower": "DOUBLE", "confirming_upper": "DOUBLE",
    "rho": "DOUBLE", "dispersion": "DOUBLE", "p": "DOUBLE", "adjusted_p": "DOUBLE", "family": "VARCHAR",
    "reasons": "VARCHAR", "months_before": "INTEGER", "months_after": "INTEGER", "months_needed": "INTEGER",
    "base": "BIGINT", "bodies": "INTEGER",
    "recorded_before": "DOUBLE", "recorded_after": "DOUBLE",
    "change": "DOUBLE", "within": "DOUBLE", "mix": "DOUBLE", "joining": "DOUBLE", "leaving": "DOUBLE",
    "placebo_dates": "INTEGER", "placebo_signals": "INTEGER", "evidence": "VARCHAR",
}  # fmt: skip


class Key(NamedTuple):
    """One estimate: which indicator, after which event, for which value of which dimension ("" and "" for all)."""

    indicator: str
    event: str
    dimension: str
    value: str


def fill(con) -> dict[Key, tuple]:
    """Make and fill `estimates` from `base` and `day_counts`; gives the courses for counterfactuals.fill, by key.

    Needs the temporary tables of publishing.facts. The same counts always give the same rows.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    con.execute(f"CREATE TABLE estimates ({columns})")
    if not con.execute("SELECT count(month) FROM base WHERE reported_by = 'holder'").fetchone()[0]:
        return {}
    shape.prepare(con)
    shape.choose_panel(con)
    wanted = [(event, dimension) for event in dates() for dimension in LONG_DIMENSIONS]
    judged: dict[Key, verdicts.Verdict] = {}
    details: dict[Key, dict] = {}
    for event, dimension in wanted:
        if not dimension:
            shape.divide(con, dates()[event])
        _judge_all(con, event, dimension, judged, details)
    settled = _adjusted(judged)
    _store(con, [row(key, settled[key], details[key]) for key in sorted(settled)])
    return {key: found["course"] for key, found in details.items() if "course" in found}


def dates() -> dict[str, date]:
    """The dates declared beforehand, the primary first: in force, then published."""
    days = {event.code: event.date for event in reference.events()}
    return {code: days[code] for code in (PRIMARY, "code_published") if code in days}


def fitted_indicators() -> list:
    """The indicators that verdicts are given on: shares of cells, and the share undecided on day 30."""
    return [
        one
        for one in INDICATORS.values()
        if isinstance(one.formula, Share) or (isinstance(one.formula, Undecided) and one.formula.day == 30)
    ]


def _judge_all(con, event: str, dimension: str, judged: dict, details: dict) -> None:
    """All indicators after one event, by every value of one dimension."""
    day, most = dates()[event], None if event == PRIMARY else SECONDARY_MONTHS
    for always, indicators in _by_definition(dimension):
        found = shape.months(con, dimension, always)
        around = shape.sides(con, dimension, always)
        for value in sorted(found):
            if value not in around:
                continue
            for indicator in indicators:
                series = shape.series_of(found[value], around[value], indicator, day, most)
                if series is None or not series.base.sum():
                    continue
                key = Key(indicator.id, event, dimension, value)
                if dimension == shape.PANEL and not _beside_everyone(key, series, details):
                    continue
                judged[key], details[key] = _one(series, around[value], indicator)
                if dimension in counterfactuals.DIMENSIONS and judged[key].p is not None:
                    details[key]["course"] = (found[value].first, series, details[key]["moved"])


def _beside_everyone(key: Key, series, details: dict) -> bool:
    """Whether a fixed panel's estimate may be published beside everyone's, which was judged before it."""
    everyone = details.get(key._replace(dimension="", value=""), {}).get("series")
    return everyone is not None and rest_may_be_published(everyone, series)


def _by_definition(dimension: str):
    """Indicators grouped by the dimensions their definition fixes; one that fixes this dimension is left out."""
    groups: dict[tuple, list] = {}
    for indicator in fitted_indicators():
        if dimension not in dict(indicator.always):
            groups.setdefault(indicator.always, []).append(indicator)
    return groups.items()


def _one(series, around, indicator):
    """The verdict on one series, and what stands beside it. Nothing is worked out that may not be published."""
    if not may_be_published(around):
        reason = "bodies" if series.bodies < verdicts.BODIES else "one_body"
        return verdicts.Verdict(verdicts.NOT_ENOUGH, reasons=(reason,)), {}
    verdict = verdicts.judge(series, indicator.better, indicator.worth)
    details = beside(series, verdict)
    if isinstance(indicator.formula, Share) and parts_may_be_published(around, indicator):
        details |= split(around, indicator)
    if verdict.p is not None and verdict.p < verdicts.SIGNIFICANT:
        details["placebo"] = placebo(series)
    return verdict, details


def split(around, indicator) -> dict:
    """The parts of a change, and the base they are rounded by."""
    base = min(side[indicator.formula.denominator].sum() for side in (around.year_before, around.year_after))
    return {"parts": shape.decomposition(around, indicator), "parts_base": base}


def beside(series, verdict) -> dict:
    """What stands beside the verdict on a series; `moved` is by what rounding by its base moves the observed share."""
    details = {"series": series, "recorded": _recorded(series), "placebo": (0, 0)}
    if verdict.observed is not None:
        after = float(series.base[series.first_after :].sum())
        details["moved"] = to_step(verdict.observed, after) - verdict.observed
    return details


def placebo(series) -> tuple[int, int]:
    """Dates tried before the real one, a year from either end of that time, and how many of them gave a signal."""
    before = series.first_after
    tried = signals = 0
    for place in range(verdicts.MONTHS_EACH_SIDE, before - verdicts.MONTHS_EACH_SIDE + 1, PLACEBO_STEP):
        earlier = verdicts.Series(series.events[:before], series.base[:before], place, series.start)
        try:
            found = verdicts.estimate(earlier)
        except ValueError:
            continue
        tried, signals = tried + 1, signals + int(found["p"] < verdicts.SIGNIFICANT)
    return tried, signals


def _recorded(series):
    if series.recorded is None:
        return None, None
    halves = (series.recorded[: series.first_after], series.recorded[series.first_after :])
    return tuple(float(np.nanmean(half)) if np.isfinite(half).any() else None for half in halves)


def _adjusted(judged: dict) -> dict:
    """All verdicts, adjusted within their families."""
    families: dict[tuple, dict] = {}
    for key, verdict in judged.items():
        families.setdefault(family(key), {})[key] = verdict
    settled = {}
    for name, members in families.items():
        direction = {key: (INDICATORS[key.indicator].better, INDICATORS[key.indicator].worth) for key in members}
        settled |= verdicts.adjust(members, name[0], direction)
    return settled


def family(key: Key) -> tuple:
    """The family an estimate is adjusted in: its kind first, then what tells families of that kind apart."""
    if not key.dimension:
        return ("headline", key.event) if key.indicator in HEADLINE else ("grid", key.event)
    if key.dimension == shape.PANEL:
        return ("grid", key.event, key.dimension)
    return ("grid", key.event, key.dimension, key.indicator)


def row(key: Key, verdict, details: dict) -> tuple:
    """A row of `estimates`: rounded, and empty where a series may not be published."""
    parts = details.get("parts")
    tried, signals = details.get("placebo", (0, 0))
    recorded = details.get("recorded", (None, None)) if details else (None, None)
    confirming = verdict.confirming or (None, None)
    evidence = wording.rung(tried > 0 and not signals, False) if verdict.p is not None else None
    # With as many months as the difference is the mean of, the observed share is nearly that of a count: it is rounded
    # by its base, and what is expected moves with it.
    levels = (None if one is None else one + details["moved"] for one in (verdict.observed, verdict.expected))
    shares = (verdict.difference, verdict.lower, verdict.upper, *levels, verdict.minimum_detectable,
              *confirming)  # fmt: skip
    return (
        key.indicator, key.event, dates()[key.event], key.event == PRIMARY, key.dimension, key.value,
        verdict.id, verdict.small_but_real, *(_rounded(share, ROUND_SHARE) for share in shares),
        _rounded(verdict.rho, 2), _rounded(verdict.dispersion, 2),
        _rounded(verdict.p, ROUND_P), _rounded(verdict.adjusted_p, ROUND_P), family(key)[0],
        ";".join(verdict.reasons),
        *((verdict.months_before, verdict.months_after) if details else (None, None)), verdict.months_needed,
        ROUND_BASE * round(verdict.base / ROUND_BASE) if details else None, verdict.bodies if details else None,
        *(_rounded(share, 2) for share in recorded or (None, None)),
        *(_rounded(to_step(getattr(parts, name, None), details.get("parts_base")), ROUND_SHARE)
          for name in ("change", "within", "mix", "joining", "leaving")),
        tried, signals, evidence,
    )  # fmt: skip


def _rounded(value, digits: int):
    return None if value is None or not np.isfinite(value) else round(float(value), digits) + 0.0


def _store(con, rows: list[tuple]) -> None:
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        places = ", ".join(f"unnest(?::{kind}[])" for kind in COLUMNS.values())
        con.execute(f"INSERT INTO estimates SELECT {places}", columns)
