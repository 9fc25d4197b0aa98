"""A control chart of one series: its mean, its limits, and the points that break a rule: prompts to look."""

from dataclasses import dataclass

from dashboard import charts, tables, words
from dashboard import events as marks
from dashboard.findings import Finding, figure
from dashboard.markup import Node, el
from dashboard.series import split
from dashboard.traces import COLOURS, middle, rounded
from dashboard.view import SPC, View
from etl import reference
from metrics import spc
from metrics.periods import span_of

RULES = {
    spc.OUTSIDE: "outside the limits",
    spc.TRENDING: f"{spc.RUN} in a row rising or falling",
    spc.TWO_OF_THREE: "two of three near a limit",
    spc.ONE_SIDE: f"{spc.RUN} in a row on one side of the mean",
}
SIDES = {"improvement": "the better way", "concern": "the worse way", "neither": "neither way is better"}
DIRECTION = {"down": -1, "up": 1, "neither": 0}
PROMPT = (
    "A signal is a prompt to ask what happened, never a verdict: of charts of chance alone, 18 in 100 with 24 points "
    "and 44 in 100 with 60 show at least one."
)


@dataclass(frozen=True)
class Control:
    """The chart of a view: the settled rows it draws, the phases and signals, and the event it begins again at."""

    view: View
    rows: tuple[dict, ...]
    chart: spc.Chart
    event: str | None

    @property
    def signals(self) -> list[tuple[dict, str, str]]:
        """(row, rule, label) of each point that breaks a rule."""
        return [(self.rows[point - 1], rule, label) for point, rule, label in self.chart.special_cause]


def control(view: View, rows) -> Control | None:
    """The control chart that a view asks for; None when it asks for none, or no settled figure is there to draw."""
    series = split(view, rows) if view.chart else []
    settled = tuple(series[0].settled) if len(series) == 1 else ()
    if not settled:
        return None
    rebase = _rebase(view, settled)
    values = [row["value"] for row in settled]
    made = spc.xmr(values, rebase, improvement=DIRECTION[view.indicator.better])
    return Control(view, settled, made, next(iter(rebase.values()), None))


def _rebase(view: View, rows) -> dict[int, str]:
    """The point that a new phase begins at, and the event it names: the first whole period after the event's date."""
    code = view.chart.removeprefix(SPC).removeprefix("-")
    event = next((one for one in reference.events() if one.code == code), None)
    if event is None:
        return {}
    later = (place for place, row in enumerate(rows, 1) if span_of(row[view.shown_level])[0] > event.date)
    first = next(later, 0)
    return {first: event.title} if first > 1 else {}


def finding(one: Control) -> Finding:
    """What the chart shows, in sentences; the same words are its text alternative."""
    title, unit, level = one.view.indicator.title, one.view.indicator.unit, one.view.shown_level
    count, total = len(one.signals), len(one.rows)
    said = [_phase(phase, one) for phase in one.chart.phases]
    latest = one.rows[-1]
    said.append(f"Latest settled figure: {figure(latest, unit)} {words.when(latest, level)}.")
    said.append(f"{count or 'No'} of {total} points break a rule{': see the table below' if count else ''}. {PROMPT}")
    if one.view.chart != SPC and not one.event:
        said.append("The chart could not begin again at the event asked for: there are no figures before and after it.")
    return Finding(f"{title}: {count or 'none'} of {total} points break a rule", tuple(said))


def _phase(phase: spc.Phase, one: Control) -> str:
    unit, level = one.view.indicator.unit, one.view.shown_level
    first, last = one.rows[phase.first_point - 1], one.rows[phase.last_point - 1]
    span = f"{words.when_in_table(first, level)} to {words.when_in_table(last, level)}"
    since = f"From the event “{phase.event}” on, {span}" if phase.event else span
    mean = f"{since}: mean {words.number(phase.mean, unit)}"
    if not phase.enough:
        return f"{mean}; too few points for limits (under {spc.FEWEST_POINTS})."
    return f"{mean}, limits {words.number(max(phase.lower, 0), unit)} to {words.number(phase.upper, unit)}."


def drawn(one: Control, events=()) -> dict:
    """The chart as plotly.js takes it: line, mean and limits of each phase, a diamond at each signal."""
    view, level, unit = one.view, one.view.shown_level, one.view.indicator.unit
    at = [middle(level, row) for row in one.rows]
    hover = [f"{words.when_in_table(row, level)}: {words.value(row, unit)}" for row in one.rows]
    data = [_trace(at, [row["value"] for row in one.rows], 2, "solid", markers=True, hover=hover)]
    reach = [row["value"] for row in one.rows]
    for phase in one.chart.phases:
        ends = [at[phase.first_point - 1], at[phase.last_point - 1]]
        data.append(_trace(ends, [phase.mean] * 2, 1.5, "9px,4px"))
        if phase.enough:
            limits = (max(phase.lower, 0), min(phase.upper, 1) if unit == "share" else phase.upper)
            data += [_trace(ends, [limit] * 2, 1.5, "2px,3px") for limit in limits]
            reach.append(limits[1])
    signals = one.signals
    data.append({
        "type": "scatter", "mode": "markers", "showlegend": False, "hoverinfo": "text",
        "x": [middle(level, row) for row, _, _ in signals], "y": [rounded(row["value"]) for row, _, _ in signals],
        "marker": {"symbol": "diamond", "size": 11, "color": "#ffffff", "line": {"color": COLOURS[2], "width": 2.5}},
        "hovertext": [f"{words.when_in_table(row, level)}: {RULES[rule]}" for row, rule, _ in signals],
    })  # fmt: skip
    layout = charts.base_layout(view, charts.round_top(max(reach), unit))
    first, last = charts.extent(view, one.rows)
    layout["xaxis"] |= {"type": "date", "range": [first.isoformat(), last.isoformat()]}
    layout |= charts.event_shapes(marks.marked(view, events, first, last), first, last)
    return {"data": [trace for trace in data if trace["x"]], "layout": layout}


def _trace(x, y, width: float, dash: str, markers: bool = False, hover=None) -> dict:
    small = {"size": 4 if len(x) > 30 else 7, "color": COLOURS[0]}
    return {
        "type": "scatter", "mode": "lines+markers" if markers else "lines", "x": list(x), "y": [rounded(v) for v in y],
        "line": {"color": COLOURS[0] if markers else charts.LINE, "width": width, "dash": dash}, "marker": small,
        "showlegend": False, "hoverinfo": "text" if hover else "skip", "hovertext": hover,
    }  # fmt: skip


def key() -> Node:
    """What the lines and diamonds are."""
    said = ("Line: each settled figure", "Dashes: the mean", "Dots: limits, 2.66 mean moving ranges away",
            "Diamond: breaks a rule")  # fmt: skip
    return el("ul", [el("li", one) for one in said], class_="key key-plain", aria_label="What is drawn")


def table(one: Control) -> Node | None:
    """The points that break a rule, newest first; None when none does."""
    level, unit = one.view.shown_level, one.view.indicator.unit
    body = [[words.when_in_table(row, level), words.value(row, unit), RULES[rule], SIDES[label]]
            for row, rule, label in reversed(one.signals)]  # fmt: skip
    if not body:
        return None
    caption = "Points that break a rule"
    made = tables.table(caption, ("Period", "Figure", "Rule", "Which way"), body, (1,))
    return tables.scrolling(f"{caption}, table", made)
