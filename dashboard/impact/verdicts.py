"""Verdicts as tables and strips: five headline figures, one figure by group, and how sure the chosen one is."""

from dashboard import definition, names, parts, strips, words
from dashboard.grid import Extra, Grid, Key, signed
from dashboard.markup import Node, el
from dashboard.parts import Told
from metrics import wording
from metrics.indicators import INDICATORS

TAGS = {"improving": "green", "worsening": "red", "no_detectable_change": "grey", "not_enough_data": "white",
        "cannot_tell": "yellow"}  # fmt: skip
LEAST_KNOWN = 2  # differences needed before groups can be told apart


def tag(verdict: str) -> Node:
    """A verdict as a word in a frame: the colour repeats what the word says."""
    return el("strong", wording.NAMES[verdict], class_=f"govuk-tag verdict verdict-{TAGS[verdict]}")


EXTRAS = (
    Extra("said", "Verdict", show=lambda row: tag(row["verdict"]), early=True),
    Extra("expected", "Expected from the trend", "share"),
    Extra("observed", "Observed", "share"),
    Extra("minimum_detectable", "Smallest change likely to be seen", "size"),
)


def five(rows) -> Grid:
    """The headline figures, one row each."""
    rows = [row for row in rows if row["family"] == "headline"]
    made = tuple({**_figure(row), "indicator_label": INDICATORS[row["indicator"]].title} for row in rows)
    return Grid("headline-verdicts", "Headline figures in the first year after the code came into force",
                (Key("indicator_label", "Measure", "indicator"),), made, "points", EXTRAS, False,
                "Difference from the earlier trend")  # fmt: skip


def grouped(rows, measure: str, by: str) -> Grid:
    """One figure by the values of a dimension, in the order of the reference list."""
    made = tuple({**_figure(row), f"{by}_label": names.label(by, row[by])} for row in rows)
    label = names.dimension(by)
    return Grid(f"verdicts-by-{by}", f"{INDICATORS[measure].title} after the code, by {label.lower()}",
                (Key(f"{by}_label", label, by),), made, "points", EXTRAS, False,
                "Difference from the earlier trend")  # fmt: skip


def _figure(row: dict) -> dict:
    """A verdict's row with a figure's six parts: the difference in points."""
    known = row["difference"] is not None
    return {
        **row, "said": wording.NAMES[row["verdict"]], "value": row["difference"],
        "lower": row["lower"], "upper": row["upper"], "numerator": None, "denominator": row["base"],
        "status": "ok" if known else "too_few",
    }  # fmt: skip


def section(rows, measure: str, by: str, made: Grid, path: str, query: str) -> Node:
    """Which groups moved and which did not."""
    told = told_by(rows, measure, by)
    drawn = [strips.Strip(row[f"{by}_label"], row, row["said"]) for row in made.rows]
    return parts.section(
        "by-group", told,
        parts.strip_chart(path, query, "by-group", drawn, "points", line_name="no difference from the earlier trend"),
        parts.tabled(path, query, made),
    )  # fmt: skip


def told_by(rows, measure: str, by: str) -> Told:
    """Which groups moved, counted by verdict and named when few."""
    title, what = INDICATORS[measure].title, names.dimension(by).lower().removeprefix("holder's ")
    if not rows:
        return Told(f"{title} by {what}: no verdicts", ("No verdict is published by this.",))
    said = []
    for verdict, phrase in (("improving", "better than the earlier trend"), ("worsening", "worse than it"),
                            ("no_detectable_change", "no detectable change"), ("cannot_tell", "cannot be told"),
                            ("not_enough_data", "not enough data")):  # fmt: skip
        named = [names.label(by, row[by]) for row in rows if row["verdict"] == verdict]
        if named:
            listed = f": {words.listed(named)}" if len(named) <= 4 or verdict in ("improving", "worsening") else ""
            said.append(f"{phrase} in {len(named)}{listed}")
    moved = sum(row["verdict"] in ("improving", "worsening") for row in rows)
    known = sum(row["difference"] is not None for row in rows)
    heading = f"{title}: moved beyond its earlier trend in {moved} of {len(rows)} {_plural(what)}"
    text = [f"After the code, by {what}: {'; '.join(said)}."]
    if known >= LEAST_KNOWN and moved < known:
        text.append("Where no change was detected a smaller one may still be there: the last column of the table says "
                    "how large a change would have had to be.")  # fmt: skip
    return Told(heading, tuple(text))


def _plural(what: str) -> str:
    return f"{what}s"


def sure(source, measure: str, row: dict | None) -> Node | None:
    """How the verdict was reached and how far it may be trusted, as terms and what they say."""
    if row is None:
        return None
    pairs = [("Verdict", tag(row["verdict"]))]
    pairs += [("What may be said", " ".join(row["says"][1:]))] if row["says"][1:] else []
    if row["difference"] is not None:
        pairs += _numbers(row)
    panel = source.verdicts(measure, "panel").rows
    pairs += [("Only bodies that sent in every year", panel[0]["says"][0])] if panel else []
    if row.get("parts"):
        pairs.append(("Who sends returns", _parted(row["parts"])))
    if row.get("recorded_before") is not None and row.get("recorded_after") is not None:
        before, after = (words.share(row[name]) for name in ("recorded_before", "recorded_after"))
        pairs.append(("How often the field is filled in", f"{before} before, {after} after"))
    return el("section", el("h2", "How sure are we?", class_="govuk-heading-m", id="sure-title"),
              definition.summary_list(pairs), aria_labelledby="sure-title", class_="part", id="sure")  # fmt: skip


def _numbers(row: dict) -> list[tuple]:
    low, high = (signed(row[name]) for name in ("lower", "upper"))
    pairs = [("Difference", f"{signed(row['difference'])} points (95% range {low} to {high})")]
    if row.get("confirming_lower") is not None:
        low, high = (signed(row[name]) for name in ("confirming_lower", "confirming_upper"))
        pairs.append(("A second kind of model", f"95% range {low} to {high} points. Both must exclude no change."))
    tried = row["placebo_dates"]
    if tried:
        pairs.append(("Dates when nothing happened",
                      f"The same test gave a signal on {row['placebo_signals']} of {tried}."))  # fmt: skip
    if row.get("months_before"):
        pairs.append(("Settled months", f"{row['months_before']} before, {row['months_after']} after"))
    pairs.append(("Based on", f"about {row['base']:,} requests of {row['bodies']:,} bodies"))
    if row["minimum_detectable"] is not None:
        least = wording.points(row["minimum_detectable"])
        pairs.append(("What could have been detected", f"A change of less than {least} would probably be missed."))
    return pairs


def _parted(change: dict) -> str:
    said = {name: signed(change[name]) for name in ("change", "within", "mix", "joining", "leaving")}  # fmt: skip
    return (f"Year before to year after, plainly: {said['change']} points. Of that, within the same bodies "
            f"{said['within']}, more or fewer requests of each {said['mix']}, bodies that joined {said['joining']}, "
            f"bodies that left {said['leaving']}.")  # fmt: skip
