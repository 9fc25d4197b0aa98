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
FIXED = ("question", "answer", "outcome")  # of which not every pair means something
BOOK_ROWS = 2000


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
        elif field.codes and field.name not in FIXED:
            known = [code for code in values(field.codes) if not _over(field.codes, code)]
            sql = f"[{', '.join(map(quoted, known))}][1 + ({draw} % {len(known)})::INTEGER]"
        elif field.type == "integer" and field.name in ("requests", "respondents"):
            sql = f"11 + ({draw} % 977)::INTEGER"
        else:
            sql = quoted(example[field.name])
        cells.append(f"{sql} AS {field.name}")
    cells += [f"{quoted(value)} AS {name}" for name, value in planting.FACTS.items()]
    return f"SELECT {', '.join(cells)} FROM range({count}) AS t(i)"


def _over(code_list, code) -> bool:
    """Whether a code is of a body that is no more."""
    return code_list == "bodies" and bool(next(row["end"] for row in reference.rows("bodies") if row["code"] == code))
