"""Figures of agreements, surveys and returns, read from the tables beside the cells."""

from datetime import date

from etl import reference
from etl.door.read_cells import fetch_all, labels
from metrics import evaluate
from metrics.dimensions import DIMENSIONS
from metrics.disclosure import NEARLY_ALL, UNDER
from metrics.intervals import wilson
from metrics.periods import span_of
from metrics.question import Question


def stocks(con, question: Question, about_row: dict) -> list[dict]:
    """Agreements as returned. Counts over different periods stand in rows of their own, with their dates."""
    measure = question.definition.formula.measure
    dimensions = [name for name in DIMENSIONS if name in question.dimensions]
    combo = sum(1 << DIMENSIONS.index(name) for name in dimensions)
    found = fetch_all(
        con,
        f"""SELECT {"".join(f"{name}, " for name in dimensions)} level, period, period_from, period_to, part,
                   approximate, {measure} AS counted, {measure}_shown AS shown
            FROM agreements WHERE combo = ? AND {measure}_shown IS NOT NULL""",
        [combo],
    )
    found = _stock_periods(question, [row for row in found if _matches(row, question)])
    parts: dict[tuple, dict] = {}
    for row in found:
        key = (*(row[name] for name in dimensions), row["period"], row["period_from"], row["period_to"])
        parts.setdefault(key, {})[row["part"]] = {**row, "agreements": row["counted"]}
    rows = []
    for key in sorted(parts, key=lambda key: [str(part) for part in key]):
        made = evaluate.total(parts[key].get("returns"), parts[key].get("published"), "agreements")
        keys = labels(question, key[: len(dimensions)], key[-3])
        rows.append({**keys, "period_from": key[-2], "period_to": key[-1], **made})
    return rows


def _matches(row: dict, question: Question) -> bool:
    groups = {name: set(reference.groups(name)) for name in question.dimensions}
    named = dict(question.where)
    return all(
        row[name] in named[name] if name in named else row[name] not in groups[name] for name in question.dimensions
    )


def _stock_periods(question: Question, found: list[dict]) -> list[dict]:
    """The rows of the level asked for, within the span; with no level, those of the latest period."""
    if question.level == "all":
        latest = max((row["period_to"] for row in found), default=None)
        found = [row for row in found if row["period_to"] == latest]
        shortest = max((row["period_from"] for row in found), default=None)
        return [row for row in found if row["period_from"] == shortest]
    first, last = span_of(question.first), span_of(question.last)
    return [
        row
        for row in found
        if row["level"] == question.level
        and (not first or row["period"] >= first[0])
        and (not last or row["period"] <= last[1])
    ]


def survey(con, question: Question, about_row: dict) -> list[dict]:
    """Weighted shares by wave, with Wilson's interval on the effective number of respondents."""
    dimension = next(iter(question.dimensions), "")
    wanted = dict(question.where).get(dimension)
    found = fetch_all(
        con,
        """SELECT a.*, w.fieldwork_start, w.population, w.invited, w.responded FROM answers AS a
           LEFT JOIN waves AS w USING (wave, part) WHERE question = ? AND dimension = ?
           ORDER BY fieldwork_start, wave, value""",
        [question.definition.formula.question, dimension],
    )
    if "wave" not in question.by and question.level == "wave" and found:
        latest = max(row["fieldwork_start"] or date.min for row in found)
        found = [row for row in found if (row["fieldwork_start"] or date.min) == latest] if not question.by else found
    rows = []
    for row in found:
        if wanted and row["value"] not in wanted:
            continue
        keys = {"wave": row["wave"], **({dimension: row["value"]} if dimension in question.keys else {})}
        response = {name: row[name] for name in ("population", "invited", "responded")}
        rows.append({**keys, **_survey_figure(row), **response})
    return rows


def _survey_figure(row: dict) -> dict:
    flags = [*evaluate.flags_of(row), *(["published"] if row["part"] == "published" else [])]
    if not row["shown"]:
        return evaluate.figure("too_few", flags)
    if row["yes"] in (UNDER, NEARLY_ALL):
        least, most = evaluate.span(row["yes"], row["respondents"])
        return evaluate.figure(
            "bounded", flags, denominator=row["respondents"],
            lower=float(wilson(least, row["respondents"])[0]), upper=float(wilson(most, row["respondents"])[1]),
        )  # fmt: skip
    lower, upper = wilson(row["share"] * row["effective"], row["effective"])
    return evaluate.figure(
        "ok", flags, numerator=row["yes"], denominator=row["respondents"], value=row["share"],
        lower=float(lower), upper=float(upper),
    )  # fmt: skip


def gaps(con, question: Question, about_row: dict) -> list[dict]:
    """Gaps between two kinds of request, as they were worked out when the figures were published."""
    dimension = next(iter(question.dimensions), "")
    wanted = dict(question.where).get(dimension)
    found = fetch_all(
        con,
        """SELECT * FROM gaps WHERE indicator = ? AND level = ? AND dimension = ? AND reported_by = ?
           ORDER BY value, period""",
        [question.indicator, question.level, dimension, question.reported_by],
    )
    first, last = span_of(question.first), span_of(question.last)
    rows = []
    for row in found:
        inside = (not first or row["period"] >= first[0]) and (not last or row["period"] <= last[1])
        if inside and (not wanted or row["value"] in wanted):
            made = evaluate.figure(row["status"], evaluate.flags_of(row), denominator=row["base"],
                                   value=row["difference"], lower=row["lower"], upper=row["upper"])  # fmt: skip
            rows.append({**labels(question, (row["value"],) if dimension else (), row["period"]), **made})
    return rows


def held(con, question: Question, about_row: dict) -> list[dict]:
    """Rows held back over rows read, of the returns in use."""
    (row,) = fetch_all(con, """SELECT sum(rows_held)::BIGINT AS held, sum(rows_read)::BIGINT AS read,
                               coalesce(bool_or(rows_read IS NULL), FALSE) AS hidden FROM loads""")  # fmt: skip
    if row["hidden"]:
        return [evaluate.figure("suppressed")]
    if not row["read"]:
        return [evaluate.figure("not_applicable")]
    lower, upper = wilson(row["held"], row["read"])
    return [evaluate.figure("ok", numerator=row["held"], denominator=row["read"], value=row["held"] / row["read"],
                            lower=float(lower), upper=float(upper))]  # fmt: skip


def returned(con, question: Question, about_row: dict) -> list[dict]:
    """Returns received over expected, by level and sector."""
    wanted = dict(question.where).get("sector")
    by_sector = "sector" in question.dimensions
    found = fetch_all(con, "SELECT * FROM coverage WHERE level = ? ORDER BY period, sector", [question.level])
    first, last = span_of(question.first), span_of(question.last)
    rows = []
    for row in found:
        inside = (not first or row["period"] >= first[0]) and (not last or row["period"] <= last[1])
        if (row["sector"] != "") != by_sector or (wanted and row["sector"] not in wanted) or not inside:
            continue
        keys = labels(question, (row["sector"],) if by_sector else (), row["period"])
        lower, upper = wilson(row["received"], row["expected"])
        made = evaluate.figure(
            "ok", numerator=row["received"], denominator=row["expected"],
            value=row["received"] / row["expected"], lower=float(lower), upper=float(upper),
        )  # fmt: skip
        rows.append({**keys, **made})
    if not rows and not by_sector and question.level == "all":
        # No list of senders: what should have come is not known.
        return [{**labels(question, (), None), **evaluate.figure("not_applicable")}]
    return rows
