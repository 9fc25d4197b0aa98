"""Clean returns of every kind: none of their rows may be taken for a person's details."""

import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import planted
import sent

from etl import reference
from etl.intake.contracts import contract
from etl.intake.load import check
from etl.warehouse import quoted, values
from trials import ground, planting
from trials.children import asked

# Kind of return and its share of the rows. The five others have closed lists and numbers in nearly every column.
SHARES = {"requests": 0.5, "refusals": 0.3, "request_counts": 0.05, "agreements": 0.05, "awareness": 0.05,
          "survey_frame": 0.05}  # fmt: skip
FIXED = ("outcome",)  # of which not every one goes with every date
# Stocks of one of many quarters, so that few rows are about the same.
QUARTERS = 96
FIRST = f"DATE '2000-01-01' + INTERVAL (3 * (i % {QUARTERS})) MONTH"
QUARTER = {"period_start": f"strftime({FIRST}, '%Y-%m-%d')",
           "period_end": f"strftime({FIRST} + INTERVAL 3 MONTH - INTERVAL 1 DAY, '%Y-%m-%d')"}  # fmt: skip
WAVE = 20  # rows of a survey in a wave: few enough that hardly any two ask the same of the same people
BOOK_ROWS = 2000
ASKED = [f"{question} {answer}" for question, row in reference.questions().items() for answer in row["answers"]]


def run(folder: Path, rows: int, seed: int) -> Iterator[str]:
    """A line a kind; AssertionError at the first false alarm."""
    alarms = total = 0
    for kind, share in SHARES.items():
        count = round(rows * share)
        for form, number in {"csv": count - 2 * BOOK_ROWS, "xlsx": BOOK_ROWS, "parquet": BOOK_ROWS}.items():
            if number > 0:
                began = time.monotonic()
                found = asked(_checked, folder / f"clean-{kind}.{form}", kind, number, seed)
                alarms, total = alarms + len(found["alarms"]), total + found["read"]
                yield (f"  {kind} ({form}): {found['read']:,} rows, {found['used']:,} used, {found['held']:,} held, "
                       f"{len(found['alarms'])} alarms {found['rules']}, {time.monotonic() - began:.1f} s")  # fmt: skip
                assert not found["alarms"], found["alarms"]
                assert found["status"] == "checked", found["reason"]
    yield f"{total:,} clean rows of {len(SHARES)} kinds: {alarms} false alarms."


def _checked(path, kind, count, seed):
    with duckdb.connect() as con:
        if path.suffix == ".xlsx":
            rows = con.execute(_sql(kind, count, seed)).fetchall()
            sent.write_xlsx(path, {"Return": [[one[0] for one in con.description], *rows]})
        else:
            form = "(HEADER)" if path.suffix == ".csv" else "(FORMAT parquet)"
            con.execute(f"COPY ({_sql(kind, count, seed)}) TO '{path}' {form}")
    [receipt] = check([path], ground.Home(path.parent / "nowhere"))
    alarms = [one["rule"] for one in receipt.issues if one["rule"].startswith("personal")]
    path.unlink()
    read, used, held = (sum(one[name] for one in receipt.sheets) for name in ("rows_read", "rows_used", "rows_held"))
    return {"alarms": alarms, "status": receipt.status, "reason": receipt.reason, "read": read, "used": used,
            "held": held, "rules": sorted({one["rule"] for one in receipt.issues})}  # fmt: skip


def _sql(kind, count, seed) -> str:
    """Rows whose codes and counts are drawn, and whose references are numbered in the ways that bodies use."""
    example = ground.rows(1)[0] if kind == "requests" else sent.others()[kind]
    ways = " ".join(f"WHEN {at} THEN {sql}" for at, sql in enumerate(planted.CLEAN.values()))
    cells = []
    for place, field in enumerate(contract(kind).fields):
        draw = f"hash(i, {seed + place})"
        if field.name == "request_ref":
            sql = f"CASE i % {len(planted.CLEAN)} {ways} END"
        elif field.name == "wave":
            sql = f"printf('wave-%d', i // {WAVE})"
        elif kind == "agreements" and field.name in QUARTER:
            sql = QUARTER[field.name]
        elif field.name in ("question", "answer"):
            sql = f"split_part({_drawn(ASKED, f'hash(i, {seed})')}, ' ', {1 + (field.name == 'answer')})"
        elif field.codes and field.name not in FIXED:
            known = [code for code in values(field.codes) if not _over(field.codes, code)]
            sql = _drawn(known, draw)
        elif field.type == "integer" and field.name in ("requests", "respondents"):
            sql = f"11 + ({draw} % 977)::INTEGER"
        else:
            sql = quoted(example[field.name])
        cells.append(f"{sql} AS {field.name}")
    facts = planting.FACTS | ({"period_from": "2000-01-01", "period_to": "2023-12-31"} if kind == "agreements" else {})
    cells += [f"{quoted(value)} AS {name}" for name, value in facts.items()]
    return f"SELECT {', '.join(cells)} FROM range({count}) AS t(i)"


def _drawn(texts, draw) -> str:
    return f"[{', '.join(map(quoted, texts))}][1 + ({draw} % {len(texts)})::INTEGER]"


def _over(code_list, code) -> bool:
    """Whether a code is of a body that is no more."""
    return code_list == "bodies" and bool(next(row["end"] for row in reference.rows("bodies") if row["code"] == code))
