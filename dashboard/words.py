"""Figures and periods as people read them. Every page, table, chart and finding takes its words from here."""

from datetime import date

from metrics.disclosure import SMALL
from metrics.periods import span_of

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
ABSENT = {
    "suppressed": "suppressed",
    "too_few": "too few",
    "not_submitted": "not submitted",
    "not_applicable": "not applicable",
    "not_reached": "not reached",
}
EXPLAINED = {
    "suppressed": "Suppressed: there are returns, and the figure is not shown so that no body or person can be "
    "singled out.",
    "too_few": "Too few: there are returns, and too few requests or answers in them for a rate to mean anything.",
    "not_submitted": "Not submitted: no return covers this.",
    "not_applicable": "Not applicable: this figure cannot exist here, for example speed where a body sends totals.",
    "not_reached": "Not reached: that share of requests had not been decided when the data were taken.",
    "zero": "0: returns were received and counted, and there were none.",
    "bounded": f"Under {SMALL}: a small count is given as a range, not as a number; it is never hidden.",
}


def day(value) -> str:
    """`5 October 2021`, from a date or an ISO text; a bare year or month is left as precise as it is."""
    if value is None or value == "":
        return "none"
    parts = [int(part) for part in str(value)[:10].split("-")]
    named = [str(parts[2])] if len(parts) > 2 else []
    named += [MONTHS[parts[1] - 1]] if len(parts) > 1 else []
    return " ".join([*named, str(parts[0])])


def period(level: str, text: str) -> str:
    """A period in words: `October 2021`, `October to December 2021`, `2021`, `the 12 months to October 2021`."""
    if level == "year" or not text:
        return text or ""
    if level == "quarter":
        year, quarter = text.split("-Q")
        start = int(quarter) * 3 - 2
        return f"{MONTHS[start - 1]} to {MONTHS[start + 1]} {year}"
    if level in ("month", "rolling"):
        year, month = text.split("-")
        named = f"{MONTHS[int(month) - 1]} {year}"
        return named if level == "month" else f"the 12 months to {named}"
    return f"wave {text}"


def own_span(row: dict, level: str) -> tuple | None:
    """(first day, last day) of a row that covers something else than the whole period it stands in, else None."""
    span = (row.get("period_from"), row.get("period_to"))
    return span if None not in span and level in ("quarter", "year") and span != span_of(row[level]) else None


def when(row: dict, level: str) -> str:
    """`in October 2021`, or for a row with a span of its own `from 1 September 2017 to 30 November 2017`."""
    own = own_span(row, level)
    return f"from {day(own[0])} to {day(own[1])}" if own else f"in {period(level, row[level])}"


def when_in_table(row: dict, level: str) -> str:
    """A row's period as a row heading."""
    own = own_span(row, level)
    named = f"{day(own[0])} to {day(own[1])}" if own else period(level, row[level]).removeprefix("the ")
    return named[:1].upper() + named[1:]


def share(value: float) -> str:
    """`31.4%`. Never `0.0%` or `100.0%` for what is neither."""
    if 0 < value < 0.0005:
        return "under 0.1%"
    if 0.9995 < value < 1:
        return "over 99.9%"
    return f"{value:.1%}" if 0 < value < 1 else f"{value:.0%}"


def number(value, unit: str) -> str:
    """A value in its unit: a share, a difference of shares in points, a count, or whole days."""
    if unit == "share":
        return share(value)
    if unit == "points":
        return f"{100 * value:+.1f} points".replace("-", "−")
    whole = f"{value:,.0f}"
    return f"{whole} day{'' if whole == '1' else 's'}" if unit == "days" else whole


def interval(row: dict, unit: str) -> str | None:
    """The 95% range of a row, `29.0% to 33.9%`; None when there is none."""
    if row["lower"] is None and row["upper"] is None:
        return None
    if row["upper"] is None:
        return f"{number(row['lower'], unit)} or more"
    if row["lower"] is None:
        return f"up to {number(row['upper'], unit)}"
    low, high = number(row["lower"], unit), number(row["upper"], unit)
    return f"{low.removesuffix(' points').removesuffix(' days').removesuffix(' day')} to {high}"


def counts(row: dict) -> str | None:
    """`412 of 1,312`, `under 10 of 64`, `all but under 10 of 64`; None where counts say nothing."""
    base = row["denominator"]
    if row["status"] == "bounded":
        if base is None:
            return f"under {SMALL}"
        if row["lower"] is not None and row["lower"] < 1e-9:
            return f"under {SMALL} of {base:,}"
        if row["upper"] is not None and row["upper"] > 1 - 1e-9:
            return f"all but under {SMALL} of {base:,}"
        return f"an unstated number of {base:,}"
    if row["numerator"] is None or base is None:
        return None
    return f"{row['numerator']:,} of {base:,}"


def value(row: dict, unit: str) -> str:
    """What stands in a table's value cell: the value, a bounded count, or the kind of absence in words."""
    if row["status"] == "ok":
        return number(row["value"], unit)
    if row["status"] == "bounded":
        return counts(row)
    return ABSENT[row["status"]]


def listed(items) -> str:
    """`a`, `a and b`, `a, b and c`."""
    items = list(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def iso(value) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
