"""The finding: a sentence computed from the same rows as the chart and the table, and never more than they show.

What, where, how much, between what limits, when, and compared with what. "No clear change" when the two ranges
overlap. Nothing is ever said to be the cause of anything.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from dashboard import names, words
from dashboard.series import Series, drawn, split
from dashboard.view import View
from etl.reference import NOT_STATED
from metrics.formulas import Stock

MOST_SENTENCES = 4
SUFFICES = 2  # settled periods that a comparison needs


@dataclass(frozen=True)
class Finding:
    """A short title, the sentences below it, and how each series moved ('higher', 'lower', 'none', or '')."""

    title: str
    sentences: tuple[str, ...]
    moves: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


def finding(view: View, rows) -> Finding:
    """The finding of a view. `rows` are an answer's; they may be empty, or hold no figure at all."""
    series = split(view, rows)
    title = view.indicator.title
    known = [one for one in series if one.latest]
    if not known:
        return _nothing(view, rows)
    if view.shown_level == "all":
        return _standing(view, known)
    chosen = [one for one in drawn(series) if one.latest]
    moves = tuple(move(one) for one in chosen)
    beside = between(view, known)
    sentences = [beside.sentence] if beside else []
    sentences += [sentence(view, one, len(series) > 1) for one in chosen[:MOST_SENTENCES]]
    absent = len(series) - len(known)
    if absent:
        sentences.append(f"{_number(absent)} of {len(series)} have no figure that can be shown.")
    if len(known) > len(chosen):
        sentences.append(f"The chart shows the {len(chosen)} with most behind them; the table lists all {len(series)}.")
    if view.shown_level == "month" and "none" in moves:
        sentences.append("Single months vary by chance: years give a firmer comparison.")
    sentences += answered(chosen[0].latest)
    sentences += _flags([row for one in chosen for row in one.rows])
    said = _title(title, chosen, moves, view)
    if beside:
        said = beside.title + (f"; {_moved(moves)}" if moves[0] and len(set(moves)) == 1 else "")
    return Finding(said, tuple(sentences), moves)


class Between(NamedTuple):
    """How groups stand to each other: a short title and a sentence."""

    title: str
    sentence: str


def between(view: View, known: list[Series]) -> Between | None:
    """The groups of one dimension in the latest settled period that most of them have; None for fewer than two."""
    if len(view.series_keys) != 1:
        return None
    level, unit, title = view.shown_level, view.indicator.unit, view.indicator.title
    latest = [(one, one.settled[-1]) for one in known if one.settled and one.key[0] != NOT_STATED]
    if len(latest) < SUFFICES:
        return None
    period = Counter(row[level] for _, row in latest).most_common(1)[0][0]
    rows = sorted(((one, row) for one, row in latest if row[level] == period), key=lambda pair: pair[1]["value"])
    if len(rows) < SUFFICES:
        return None
    low, high = rows[0][1], rows[-1][1]
    ends = [f"{one.label}, {figure(row, unit)}" for one, row in (rows[0], rows[-1])]
    apart = compare(low, high) == "higher"
    overlap = "the ranges do not overlap" if apart else "the ranges overlap, so no clear difference"
    said = f"{title}{_where(view)} {words.when(low, level)}: "
    said += f"from {ends[0]}, to {ends[1]}; {overlap}." if len(rows) > 2 else f"{ends[0]}; {ends[1]}; {overlap}."
    if not apart:
        return Between(f"{title}: no clear difference between {len(rows)} groups", said)
    first, last = (f"{words.value(row, unit)} ({one.label})" for one, row in (rows[0], rows[-1]))
    return Between(f"{title}: {first} to {last}", said)


def move(one: Series) -> str:
    """How the latest settled figure stands to the first: 'higher', 'lower', 'none' (ranges overlap), '' (only one)."""
    settled = one.settled
    return compare(settled[0], settled[-1]) if len(settled) >= SUFFICES else ""


def compare(earlier: dict, later: dict) -> str:
    """'higher' or 'lower' when the later row's range lies wholly beyond the earlier one's, else 'none'."""
    if None in (earlier["lower"], earlier["upper"], later["lower"], later["upper"]):
        if earlier["lower"] is earlier["upper"] is later["lower"] is later["upper"] is None:
            return _plain(earlier["value"], later["value"])
        return "none"
    if later["lower"] > earlier["upper"]:
        return "higher"
    return "lower" if later["upper"] < earlier["lower"] else "none"


def _plain(earlier, later) -> str:
    """Counts that are a full count have no range: they differ or they do not."""
    return "higher" if later > earlier else "lower" if later < earlier else "none"


def figure(row: dict, unit: str) -> str:
    """A row's value with its range and counts: `31.4% (95% range 29.0% to 33.9%; 412 of 1,312)`."""
    between = words.interval(row, unit)
    if row["status"] == "bounded":
        return f"{words.counts(row)} ({between})" if unit == "share" and between else words.counts(row)
    inside = [f"95% range {between}"] if between else []
    inside += [words.counts(row)] if unit == "share" and words.counts(row) else []
    value = words.number(row["value"], unit)
    return f"{value} ({'; '.join(inside)})" if inside else value


def sentence(view: View, one: Series, several: bool) -> str:
    """One series in one sentence."""
    unit, level = view.indicator.unit, view.shown_level
    latest = one.latest
    settled = one.settled
    what = one.label if several else view.indicator.title
    start = f"{what}{'' if several else _where(view)}: {figure(latest, unit)} {words.when(latest, level)}"
    if len(settled) < SUFFICES or settled[-1] is not latest:
        return f"{start}. There is no earlier figure to compare it with."
    first = settled[0]
    then = f"{figure(first, unit)} {words.when(first, level)}"
    change = compare(first, latest)
    if change == "none":
        reason = "the two are the same" if latest["lower"] is None else "the ranges overlap"
        return f"{start}, against {then}: no clear change; {reason}."
    beyond = "" if latest["lower"] is None else "; the ranges do not overlap"
    return f"{start}, {change} than {then}{beyond}."


def _where(view: View) -> str:
    """The filters that hold for every series, in words."""
    where = [names.in_a_sentence(name, values[0]) for name, values in view.where if len(values) == 1]
    return f" ({'; '.join(where)})" if where else ""


def _title(title: str, chosen: list[Series], moves: tuple[str, ...], view: View) -> str:
    level = view.shown_level
    if len(chosen) == 1:
        if not moves[0]:
            return f"{title}: one figure, nothing to compare"
        first = chosen[0].settled[0]
        if moves[0] == "none":
            return f"{title}: no clear change from {words.when_in_table(first, level)}"
        return f"{title}: {moves[0]} than {words.when(first, level)}"
    compared = [one for one in moves if one]
    if not compared:
        return f"{title}: nothing to compare yet"
    return f"{title}: {_moved(moves)}"


def _moved(moves: tuple[str, ...]) -> str:
    """`lower in both`, `lower in 3 of 4 and no clear change in 1 of 4`: from the first settled period to the latest."""
    return words.listed(
        f"{word} in {_of(moves.count(change), len(moves))}" for change, word in
        (("lower", "lower"), ("higher", "higher"), ("none", "no clear change")) if change in moves)  # fmt: skip


def _of(count: int, total: int) -> str:
    return ("both" if total == 2 else f"all {total}") if count == total else f"{count} of {total}"


def _number(count: int) -> str:
    return ("None", "One", "Two", "Three")[count] if count < 4 else str(count)


def answered(row: dict) -> list[str]:
    """How many of those asked in a survey answered, where the row says."""
    if not row.get("invited"):
        return []
    share = words.share(row["responded"] / row["invited"])
    return [f"{share} of those asked in the latest wave answered ({row['responded']:,} of {row['invited']:,}); "
            "the others may differ."]  # fmt: skip


def _flags(rows: list[dict]) -> list[str]:
    """What the flags of the rows mean for the reader."""
    said = []
    flags = [set(row["flags"]) for row in rows if row["status"] in ("ok", "bounded")]
    if any("provisional" in one for one in flags):
        said.append("The latest periods are provisional: they are drawn hollow and are not compared.")
    if flags and all("published" in one for one in flags):
        said.append("This counts only returns that their senders have already published.")
    elif any("published" in one for one in flags):
        said.append("Some points count only returns that their senders have already published.")
    if any("approximate" in one for one in flags):
        said.append("Some figures are approximate in their source.")
    return said


def _nothing(view: View, rows) -> Finding:
    """No row has a figure: say why, in words."""
    title = view.indicator.title
    where = _where(view).strip()
    of = f"{title}{' ' + where if where else ''}"
    statuses = {row["status"] for row in rows}
    if not rows or statuses == {"not_submitted"}:
        return Finding(f"{title}: no figures for this choice", (f"{of}: no return covers this choice.",))
    if len(statuses) == 1:
        status = statuses.pop()
        return Finding(f"{title}: {words.ABSENT[status]}", (f"{of}: no figure. {words.EXPLAINED[status]}",))
    reasons = [words.EXPLAINED[status] for status in words.ABSENT if status in statuses]
    return Finding(f"{title}: no figure can be shown", (f"{of}: no figure.", *reasons))


def _standing(view: View, known: list[Series]) -> Finding:
    """Figures over all time: the figure, or the span from the lowest to the highest and whether they differ."""
    unit, title = view.indicator.unit, view.indicator.title
    when = "in the latest period" if isinstance(view.indicator.formula, Stock) else "over all time"
    if len(known) == 1:
        one = known[0]
        return Finding(
            f"{title}: {words.value(one.latest, unit)} {when}",
            (f"{title}{_where(view)}: {figure(one.latest, unit)} {when}.", *_flags(list(one.rows))),
        )
    valued = sorted((one for one in known if one.latest["status"] == "ok"), key=lambda one: one.latest["value"])
    if len(valued) < 2:
        sentences = [f"{one.label}: {figure(one.latest, unit)} {when}." for one in known[:MOST_SENTENCES]]
        return Finding(f"{title} {when}", tuple(sentences))
    low, high = valued[0], valued[-1]
    apart = compare(low.latest, high.latest) == "higher"
    closing = "their ranges do not overlap." if apart else "their ranges overlap, so no clear difference."
    return Finding(
        f"{title}: {'differs' if apart else 'no clear difference'} between {len(known)} groups",
        (f"{title}{_where(view)}: from {figure(low.latest, unit)} in {low.label} to {figure(high.latest, unit)} "
         f"in {high.label}; {closing}", *_flags([row for one in known for row in one.rows])),
    )  # fmt: skip
