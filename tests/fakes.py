"""A source of made-up figures in the shapes of etl.door.answers, so that pages are tested without a home."""

import copy
import hashlib
from datetime import date

from dashboard import names
from dashboard.barriers.tables import CLASSES, POSITIONS
from etl import reference
from etl.door.answers import PUBLIC, Answer
from etl.door.breakdown_answers import BreakdownAnswer
from etl.door.verdict_answers import PRIMARY, VerdictAnswer
from etl.errors import Refusal
from metrics import verdicts, wording
from metrics.dimensions import SPEED_DAYS
from metrics.evaluate import figure
from metrics.indicators import INDICATORS
from metrics.intervals import wilson
from metrics.periods import label, periods_between, span_of
from metrics.verdicts import Verdict

VERSION = "2026-10-31-0123456789ab"
FIRST, LAST = date(2019, 1, 1), date(2026, 10, 31)
WAVES = ("2021-01", "2022-06", "2024-01", "2026-03")


def row(numerator, denominator, flags=(), **keys):
    """A row of a share with its interval."""
    lower, upper = (float(limit) for limit in wilson(numerator, denominator))
    made = figure("ok", flags, numerator=numerator, denominator=denominator, value=numerator / denominator,
                  lower=lower, upper=upper)  # fmt: skip
    return {**keys, **made}


def absent(status, **keys):
    return {**keys, **figure(status)}


IN_FORCE = "the code came into force (5 October 2021)"
VERDICTS = {
    "improving": {"difference": -0.048, "lower": -0.071, "upper": -0.024, "observed": 0.182, "expected": 0.23},
    "worsening": {"difference": 0.048, "lower": 0.024, "upper": 0.071, "observed": 0.278, "expected": 0.23},
    "no_detectable_change": {"difference": 0.003, "lower": -0.005, "upper": 0.01, "observed": 0.15,
                             "expected": 0.147, "minimum_detectable": 0.011},
    "not_enough_data": {"reasons": ("months_after",), "base": 140, "months_needed": 7},
    "cannot_tell": {"reasons": ("panel",)},
}  # fmt: skip


def verdict_row(id, indicator="refusal_rate", **keys):
    """A row of a VerdictAnswer: `id` is one of VERDICTS, `keys` what tells it apart, such as sector="health"."""
    numbers = dict.fromkeys(("difference", "lower", "upper", "observed", "expected", "minimum_detectable"))
    given = VERDICTS[id]
    about = INDICATORS[indicator]
    said = wording.sentences(Verdict(id, **given), about.title, IN_FORCE, about.family, about.worth, (4, 0))
    return {
        "indicator": indicator, "event": PRIMARY, "event_date": date(2021, 10, 5), **keys, "verdict": id,
        "small_but_real": False, **numbers, "base": 0, "bodies": 40, "months_needed": None, **given,
        "reasons": list(given.get("reasons", ())), "unit": "share", "better": about.better, "evidence": "trend",
        "placebo_dates": 4, "placebo_signals": 0, "family": "headline",
        "parts": {"change": -0.05, "within": -0.04, "mix": -0.006, "joining": -0.004, "leaving": 0.0},
        "flags": ["synthetic"],
        "says": list(said),
    }  # fmt: skip


CAMPAIGNS = (
    ("law_enforcement_toolkit", "Law enforcement toolkit", -0.02, 9, 13, 0.94),
    ("ten_step_guide", "ICO 10 step guide", -0.041, 1, 200, 0.01),
    ("think_check_share", "'Think. Check. Share.' campaign", None, None, None, None),
)


def campaign_row(event, title, effect, rank, deals, p):
    """A row of `campaigns`: with too few ways to deal its date, one that stands out, and one without enough data."""
    ok = effect is not None
    row = {
        "indicator": "refusal_rate", "event": event, "title": title, "status": "ok" if ok else "not_enough_data",
        "event_date": date(2023, 9, 14), "effect": effect, "lower": effect - 0.018 if ok else None,
        "upper": effect + 0.018 if ok else None, "reached": 36 if ok else None, "compared": 196 if ok else None,
        "sectors": 13, "rank": rank, "deals": deals, "adjusted_p": p, "before_p": 0.4 if ok else None,
    }  # fmt: skip
    if not ok:
        return {**row, "verdict": "not_enough_data", "says": "Not enough data to tell: Refusal rate."}
    says = wording.campaign("Refusal rate", title, effect, row["lower"], row["upper"], rank=rank, deals=deals,
                            sectors=13, p=p, flat_before=True)  # fmt: skip
    verdict = verdicts.of_campaign("down", row["lower"], row["upper"], p, deals, True)
    return {**row, "verdict": verdict, "says": says}


def _noise(*parts) -> float:
    """A number between 0 and 1 that is always the same for the same parts."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:4], "big") / 2**32


def peer_ranges(year):
    """The middle half of three kinds of body, and of one kind in one region."""
    kinds = (("district", "", 115, 0.08, 2.0), ("unitary", "", 35, 0.1, 1.0), ("police_force", "", 37, 0.04, 1.4),
             ("district", "E12000008", 39, 0.1, 1.1))  # fmt: skip
    for kind, region, bodies, low, phi in kinds:
        yield {
            "indicator": "refusal_rate", "level": "year", "period": date(year, 1, 1), "body_type": kind,
            "rule": "type_region" if region else "type", "region": region, "bodies": bodies, "q25": low,
            "q50": low + 0.05, "q75": low + 0.1, "target": low + 0.06, "phi": phi, "tau2": 0.01,
        }  # fmt: skip


SPEEDS = (("median_days_to_decision", 11, 9, 13), ("p90_days_to_decision", 41, 35, 60),
          ("undecided_at_30_days", 0.18, 0.14, 0.22))  # fmt: skip
COUNTED = ("numerator", "denominator", "lower", "upper", "status")


def own_rows(body, position="similar"):
    """Rows of a body's own file, in the columns of etl/publishing/body_files.py."""
    blank = dict.fromkeys(("rule", "peers", "q25", "q50", "q75", "expected", "ratio", "ratio_lower", "ratio_upper", "z",
                           "position"))  # fmt: skip
    for measure in ("refusal_rate", "shared_rate"):
        for year in range(2019, 2026):
            made = row(60 + year % 7, 400)
            shared = {"body": body, "indicator": measure, "level": "year", "period": date(year, 1, 1), "dimension": "",
                      "value": "", "flags": "synthetic", "figure": made["value"],
                      **{name: made[name] for name in COUNTED}}  # fmt: skip
            yield {**blank, "section": "figure", **shared}
            yield {**shared, "section": "compared", "rule": "type_region", "peers": 12, "q25": 0.1, "q50": 0.14,
                   "q75": 0.19, "expected": 58.2, "ratio": 1.1, "ratio_lower": 0.8, "ratio_upper": 1.4, "z": 0.4,
                   "position": position}  # fmt: skip
        for name, value, low, high in SPEEDS if measure == "refusal_rate" else ():
            for year in (2024, 2025):
                yield {**blank, "section": "figure", "body": body, "indicator": name, "level": "year",
                       "period": date(year, 1, 1), "dimension": "", "value": "", "numerator": 390, "denominator": 400,
                       "figure": value, "lower": low, "upper": high, "status": "ok", "flags": ""}  # fmt: skip
        for dimension, values in (("requester_sector", ("police", "health")), ("under_agreement", ("yes", "no"))):
            for place, value in enumerate(values):
                made = row(20 + 9 * place, 90)
                yield {**blank, "section": "figure", "body": body, "indicator": measure, "level": "all", "period": None,
                       "dimension": dimension, "value": value, "flags": "", "figure": made["value"],
                       **{name: made[name] for name in COUNTED}}  # fmt: skip


class Fake:
    """Figures for any question: shares fall over time, the last periods are provisional, one value is suppressed."""

    def __init__(self, synthetic=True, registers=(), rows=None, judged=True, principal=PUBLIC):
        self.synthetic, self.registers, self.rows, self.judged = synthetic, list(registers), rows, judged
        self.principal = principal
        self.asked = []

    def seen_by(self, principal):
        """The same figures as another principal may see them."""
        seen = copy.copy(self)
        seen.principal = principal
        return seen

    def verdicts(self, indicator=None, by="", event=PRIMARY):
        """One verdict of each kind over all returns, or for a dimension's first values."""
        told = [("refusal_rate", "improving"), ("perceived_refusal_share", "no_detectable_change"),
                ("undecided_at_30_days", "worsening"), ("under_agreement_share", "cannot_tell")]  # fmt: skip
        chosen = [one for one in told if self.judged and indicator in (None, one[0])]
        if by:
            places = ["throughout"] if by == "panel" else [*names.values(by)][-len(VERDICTS) :]
            rows = [verdict_row(id, one, **{by: place}) for one, _ in chosen
                    for place, id in zip(places, VERDICTS, strict=False)]  # fmt: skip
        else:
            rows = [verdict_row(id, one) for one, id in chosen]
        compared = indicator in (None, "refusal_rate") and not by
        beside = tuple(campaign_row(*one) for one in CAMPAIGNS) if compared else ()
        return VerdictAnswer(VERSION, LAST, indicator, self.synthetic, tuple(rows), beside)

    def _months(self, indicator, event=PRIMARY, dimension="", value=""):
        """Seven years of months: a level, and four points lower from the day the code came into force."""
        rows = []
        for place, month in enumerate(periods_between("month", FIRST, date(2025, 12, 1))):
            after = month >= date(2021, 11, 1)
            fitted = 0.23 - 0.0002 * place
            band = 0.012 + 0.0006 * max(place - 34, 0)
            rows.append({
                "indicator": indicator, "event": event, "dimension": dimension, "value": value, "month": month,
                "observed": fitted - 0.04 * after + 0.01 * (_noise(indicator, month) - 0.5),
                "fitted": fitted - 0.04 * after, "expected": fitted if after else None,
                "lower": fitted - band if after else None, "upper": fitted + band if after else None,
                "in_window": after and month < date(2022, 11, 1),
            })  # fmt: skip
        return rows

    def breakdown(self, kind, by="", where=(), level="all", periods=()):
        """Shares of each value of a kind in every period: one under ten, and one cell of a dimension suppressed."""
        lists = {"reason": "reasons", "law": "laws", "gateway": "gateways"}
        named = {"class": list(CLASSES), "position": list(POSITIONS)}
        values = named[kind] if kind in named else [code for code in reference.codes(lists[kind]) if code != "R97"]
        cells = [where[1]] if by and where else list(names.values(by)) if by else [None]
        rows = []
        for cell in cells:
            for year in [None] if level == "all" else periods or [str(year) for year in range(2019, 2027)]:
                for place, value in enumerate(values):
                    keys = {kind: value, **({by: cell} if by else {}), **({level: year} if year else {})}
                    count = int(1200 * (0.3 + _noise(kind, value, cell)) / len(values)) - 3 * int(year or 2019) % 7
                    flags = ["synthetic"] if self.synthetic else []
                    if cell in ("fire", "commercial"):
                        rows.append(absent("suppressed", **keys))
                    elif place == len(values) - 1:
                        rows.append({**keys, **figure("bounded", flags, denominator=1200, lower=0.0, upper=0.012)})
                    else:
                        rows.append(row(count, 1200, flags, **keys))
        return BreakdownAnswer(VERSION, LAST, kind, self.synthetic, tuple(rows))

    def curves(self, question):
        """Shares undecided that fall by day; one value has no curve."""
        rows = []
        for values in self._series(question):
            for period in self._periods(question):
                keys = dict(zip(question.keys, values, strict=True)) | ({question.level: period} if period else {})
                slow = 1 + _noise(values, period)
                for day in SPEED_DAYS:
                    made = row(int(3000 * slow / (slow + day / 8)), 3000)
                    rows.append({**(absent("suppressed") if "fire" in values else made), **keys, "day": day})
        return Answer(VERSION, LAST, question.definition, question, tuple(rows), self.synthetic)

    def _paths(self, indicator):
        """Nothing before each campaign, three points after it that fade by half."""
        return [
            {"event": event, "indicator": indicator, "since": since, "effect": effect, "lower": effect - 0.02,
             "upper": effect + 0.02}
            for event, *_ in CAMPAIGNS
            for since, effect in zip(range(-5, 4), (0.0, 0.004, -0.003, 0.002, 0.0, -0.06, -0.05, -0.03, -0.01),
                                     strict=True)
        ]  # fmt: skip

    def shown(self):
        """None: pages of made-up figures are never kept, because tests change the figures."""

    def about(self):
        return {
            "version": VERSION, "as_at": LAST, "synthetic": self.synthetic, "first": FIRST, "last": date(2026, 10, 1),
            "returns": 412, "senders": 60, "release": {"released_by": "test", "released_at": "2026-11-02T10:00:00"},
        }  # fmt: skip

    def answer(self, question):
        self.asked.append(question)
        rows = self.rows if self.rows is not None else list(self._rows(question))
        return Answer(VERSION, LAST, question.definition, question, tuple(rows), self.synthetic)

    def _rows(self, question):
        for values in self._series(question):
            for period in self._periods(question):
                keys = dict(zip(question.keys, values, strict=True))
                if period:
                    keys[question.level] = period
                response = {"population": 9000, "invited": 1000, "responded": 400} if question.level == "wave" else {}
                yield {**keys, **self._figure(question, values, period), **response}

    def _series(self, question):
        named = dict(question.where)
        found = [()]
        for key in question.keys:
            known = [code for code in names.values(key) if code not in reference.groups(key)]
            found = [(*values, value) for values in found for value in named.get(key, known)]
        return found

    def _periods(self, question):
        if question.level == "all":
            return [None]
        if question.level == "wave":
            return list(WAVES)
        first = span_of(question.first)[0] if question.first else FIRST
        last = span_of(question.last)[1] if question.last else LAST
        return [label(question.level, start) for start in periods_between(question.level, first, last)]

    def _figure(self, question, values, period):
        if "fire" in values:
            return figure("suppressed")
        unit = question.definition.unit
        place = 0 if period is None else self._periods(question).index(period)
        count = len(self._periods(question))
        flags = ["provisional"] if question.level in ("month", "quarter") and place >= count - 2 else []
        flags += ["provisional"] if question.level in ("year", "rolling") and place == count - 1 else []
        flags += ["synthetic"] if self.synthetic else []
        base = {"month": 320, "quarter": 900, "year": 3800, "rolling": 3800, "all": 26000, "wave": 400}[question.level]
        level = 0.25 + 0.2 * _noise(question.indicator, values) - 0.1 * place / count
        chance = level + 0.03 * (_noise(question.indicator, values, period) - 0.5)
        if unit == "count":
            total = int(base * (1 + place / count) * (0.5 + level))
            return figure("ok", flags, numerator=total, value=total)
        if unit == "days":
            days = int(10 + 20 * chance)
            return figure("ok", flags, numerator=base, denominator=base, value=days, lower=days - 2, upper=days + 3)
        if "voluntary" in values:
            return figure("bounded", flags, denominator=64, lower=0.0, upper=0.25)
        return {**row(int(base * chance), base, flags)}

    def own(self, section, **equals):
        """A body's own file: two measures by year, beside its peers, and one member of its club."""
        if self.principal.role != "council":
            raise Refusal("Sign in as the body whose own figures you want to see.")
        rows = list(own_rows(self.principal.body)) if section != "club" else [
            {**one, "body": "E06000002"} for one in own_rows("E06000002") if one["section"] == "figure"
            and one["dimension"] == ""]  # fmt: skip
        if section == "agreements":
            return [{"section": section, "body": self.principal.body, "indicator": name, "level": "quarter",
                     "period": date(2026, 9, 30), "dimension": "requester_sector", "value": value, "numerator": count}
                    for value, counts in (("police", (12, 9, 3)), ("health", (5, None, 1)))
                    for name, count in zip(("in_force", "active", "review_overdue"), counts, strict=True)
                    if count is not None]  # fmt: skip
        wanted = {"section": "figure" if section == "club" else section, **equals}
        return [one for one in rows if all(one[name] == value for name, value in wanted.items())]

    def companion(self, table, **equals):
        if table == "counterfactuals":
            return self._months(**equals)
        if table == "campaign_paths":
            return self._paths(**equals)
        return {
            "events": [event._asdict() for event in reference.events()],
            "registers": self.registers,
            "participation": [
                {"body": "E06000001", "sector": "local_government", "kind": "requests", "expected": 80,
                 "received": 78, "last_received": LAST},
                {"body": "E06000002", "sector": "local_government", "kind": "requests", "expected": 80,
                 "received": 0, "last_received": None},
                {"body": None, "sector": None, "kind": "awareness", "expected": 5, "received": 4,
                 "last_received": LAST},
                {"body": "NCA", "sector": "police", "kind": "requests", "expected": 80, "received": 80,
                 "last_received": LAST},
            ],
            "coverage": [
                {"level": "all", "period": None, "sector": "", "expected": 240, "received": 158},
                {"level": "all", "period": None, "sector": "police", "expected": 80, "received": 80},
                {"level": "year", "period": date(2025, 1, 1), "sector": "", "expected": 36, "received": 24},
            ],
            "loads": [
                {"file": "Returns of kind requests", "sheet": "", "part": "returns", "files": 158,
                 "rows_read": 41000, "rows_used": 40950, "rows_held": 30, "rows_skipped": 20, "rows_made": 40950},
            ],
            "skips": [{"file": "register.xlsx", "sheet": "Releases", "reason": "no date", "rows": 12}],
            "peer_ranges": [one for year in range(2019, 2027) for one in peer_ranges(year)],
            "waves": [],
            "catalogue": [],
        }[table]  # fmt: skip
