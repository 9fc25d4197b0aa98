"""A synthetic survey of staff, a wave a year: a register with a known truth, a sample, and who answered."""

from dataclasses import dataclass

import numpy as np

from etl import reference
from etl.synthetic.draw import Table, pick, weights
from etl.synthetic.mixes import REGION
from etl.synthetic.scenarios import Scenario
from etl.synthetic.world import World

FIRST_WAVE = 2021  # the first January after the code was published
INVITED = 13_000  # a wave
# Staff on the register by sector, and who they are; the rarer kinds are invited more often than their number.
STAFF = {
    "central_government": 40_000, "local_government": 60_000, "health": 90_000, "adult_social_care": 45_000,
    "childrens_services": 40_000, "education": 70_000, "police": 50_000, "justice": 20_000, "fire": 9_000,
    "voluntary": 50_000, "housing": 18_000,
}  # fmt: skip
NATIONAL = ("central_government", "justice")
ROLES = {"front_line": 0.78, "manager": 0.165, "ig_dpo": 0.025, "legal": 0.015, "chief_officer": 0.015}
# Log-odds of having heard of the code, against the average.
HEARD_BY_ROLE = {"front_line": -0.35, "manager": 0.3, "ig_dpo": 2.4, "legal": 2.0, "chief_officer": 0.8}
HEARD_BY_SECTOR = {"police": 0.55, "voluntary": -0.45, "education": -0.40, "local_government": 0.25}
# Chance of an answer that counts, for those who had not heard of the code and those who had.
ANSWERS = {
    "read_code": (0.0, 0.52), "used_tool": (0.0, 0.40), "familiar_with_law": (0.55, 0.80),
    "confident_to_share": (0.46, 0.67), "fears_enforcement": (0.54, 0.36), "fears_harm_of_not_sharing": (0.40, 0.56),
    "did_not_ask": (0.35, 0.25), "worked_round": (0.22, 0.19), "main_barrier": (0.90, 0.84),
    "changed_practice": (0.0, 0.34),
}  # fmt: skip
BARRIERS = {"legal": 0.20, "cultural": 0.35, "technical": 0.16, "organisational": 0.21, "financial": 0.08}
TOOL_USE = {"checklist": 0.5, "request_form": 0.4, "myth_buster": 0.25, "hub": 0.3, "other": 0.1, "ten_steps": 0.2}
UNSURE = 0.06  # don't know, or no answer


@dataclass(frozen=True)
class Register:
    """Cells of sector, region and role: their codes (numbers), staff, and log-odds against the average."""

    sector: np.ndarray
    region: np.ndarray
    role: np.ndarray
    staff: np.ndarray
    tilt: np.ndarray


def survey_tables(scenario: Scenario, rng: np.random.Generator, world: World) -> tuple[Table, Table, list[dict]]:
    """Answers, frame, and the truth a wave: the share of all staff on the register that had heard of the code.

    Answers have one entry a wave, cell, question and answer: respondents, weight_sum, weight_sum_squares; a weight is
    the staff of a cell over those of it that answered. Questions and answers are codes, waves and days text.
    """
    register = _register(world)
    years = [year for year in scenario.years if year >= FIRST_WAVE]
    goals = np.linspace(*scenario.heard, len(years)) if years else []
    answers, frames, truths = [], [], []
    for year, goal in zip(years, goals, strict=True):
        chance = _chance(register, goal)
        person = _respondents(scenario, rng, register, chance)
        frames.append(_stamp(year, _frame(register, person)))
        answers.append(_stamp(year, _answers(rng, register, person, year)))
        truths.append({"wave": wave(year), "heard_of_code": float(np.average(chance, weights=register.staff))})
    return _stack(answers), _stack(frames), truths


def wave(year: int) -> str:
    """The code of a year's wave."""
    return f"W{year}"


def _register(world: World) -> Register:
    cells = []
    spread = {"K02000001": 1.0}
    for sector, staff in STAFF.items():
        for region, share in (spread if sector in NATIONAL else REGION).items():
            for role, part in ROLES.items():
                total = sum((spread if sector in NATIONAL else REGION).values())
                tilt = HEARD_BY_ROLE[role] + HEARD_BY_SECTOR.get(sector, 0.0)
                codes = (world.index("sector", sector), world.index("region", region), world.index("role", role))
                cells.append((*codes, round(staff * share / total * part) + 1, tilt))
    sector, region, role, staff, tilt = zip(*cells, strict=True)
    return Register(np.array(sector), np.array(region), np.array(role), np.array(staff), np.array(tilt))


def _chance(register: Register, goal: float) -> np.ndarray:
    """Each cell's share that had heard, such that the share of all staff is `goal` exactly (by halving)."""
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        chance = 1 / (1 + np.exp(-middle - register.tilt))
        low, high = (middle, high) if np.average(chance, weights=register.staff) < goal else (low, middle)
    return chance


def _respondents(scenario, rng, register, chance) -> dict[str, np.ndarray]:
    """Those invited, one entry a person: cell, whether they had heard, whether they answered."""
    wanted = np.sqrt(register.staff)
    invited = np.minimum(np.maximum(np.rint(wanted / wanted.sum() * INVITED).astype(int), 8), register.staff)
    cell = np.repeat(np.arange(len(invited)), invited)
    heard = rng.random(len(cell)) < chance[cell]
    base = np.log(scenario.response / (1 - scenario.response))
    answered = rng.random(len(cell)) < 1 / (1 + np.exp(-base - scenario.response_if_heard * heard))
    return {"cell": cell, "heard": heard, "answered": answered}


def _frame(register, person) -> Table:
    cells = len(register.staff)
    return {
        "sector": register.sector,
        "region": register.region,
        "role": register.role,
        "population": register.staff,
        "invited": np.bincount(person["cell"], minlength=cells),
        "responded": np.bincount(person["cell"][person["answered"]], minlength=cells),
    }


def _answers(rng, register, person, year) -> Table:
    """Counts of answers a cell and question, from one draw a respondent and question."""
    cell, heard = person["cell"][person["answered"]], person["heard"][person["answered"]]
    lists: dict[str, list[dict]] = {}
    for row in reference.rows("answers"):
        lists.setdefault(row["question"], []).append(row)
    used = np.zeros(len(cell), bool)
    rows = []
    for question, (otherwise, informed) in {"heard_of_code": (0.0, 1.0), **ANSWERS}.items():
        yes = rng.random(len(cell)) < np.where(heard, informed, otherwise)
        used = yes if question == "used_tool" else used
        codes, drawn = _draw(rng, lists[question], yes, 0.0 if question == "heard_of_code" else UNSURE)
        rows += _count(cell, question, [(code, drawn == i) for i, code in enumerate(codes)])
    rows += _count(cell, "which_tool", _tools_used(rng, used, year))
    cells, questions, answers, respondents = (np.concatenate(part) for part in zip(*rows, strict=True))
    weight = (register.staff / np.maximum(np.bincount(cell, minlength=len(register.staff)), 1))[cells]
    place = {name: getattr(register, name)[cells] for name in ("sector", "region", "role")}
    sums = {"weight_sum": weight * respondents, "weight_sum_squares": weight**2 * respondents}
    return place | {"question": questions, "answer": answers, "respondents": respondents} | sums


def _draw(rng, answers: list[dict], yes: np.ndarray, unsure: float) -> tuple[list[str], np.ndarray]:
    """One answer a person: among those that count, those that do not, or (a few) neither."""
    codes = [row["code"] for row in answers]
    kind = np.where(rng.random(len(yes)) < unsure, 2, np.where(yes, 0, 1))
    rows = []
    for counts_as in ("yes", "no", "other"):
        among = [row["code"] for row in answers if row["counts_as"] == counts_as]
        rows.append(weights(tuple(codes), {code: BARRIERS.get(code, 0.6**i) for i, code in enumerate(among)}))
    return codes, pick(rng, np.array(rows), kind)


def _tools_used(rng, used: np.ndarray, year: int) -> list[tuple[str, np.ndarray]]:
    """Choose all that apply: `any` is everyone who used at least one."""
    marks = {
        tool: used & (rng.random(len(used)) < p) for tool, p in TOOL_USE.items() if year > 2023 or tool != "ten_steps"
    }
    chosen = np.any(list(marks.values()), axis=0)
    marks["hub"] = marks["hub"] | (used & ~chosen)
    return [("any", used), ("none", ~used), *marks.items()]


def _count(cell, question: str, marks: list[tuple[str, np.ndarray]]) -> list[tuple[np.ndarray, ...]]:
    found = []
    for answer, chosen in marks:
        counts = np.bincount(cell[chosen])
        cells = np.flatnonzero(counts)
        found.append((cells, np.full(len(cells), question), np.full(len(cells), answer), counts[cells]))
    return found


def _stamp(year: int, table: Table) -> Table:
    """The wave and its days of fieldwork, three weeks from the third Monday or so of January."""
    n = len(table["sector"])
    days = {"fieldwork_start": np.datetime64(f"{year}-01-18"), "fieldwork_end": np.datetime64(f"{year}-02-12")}
    stamp = {"wave": np.full(n, wave(year)), "year": np.full(n, year)}
    return stamp | {name: np.full(n, day) for name, day in days.items()} | table


def _stack(tables: list[Table]) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in (tables[0] if tables else {})}
