"""Details of made-up persons planted in every place of every form of file: refused or held, and kept nowhere."""

import json
import os
import random
import time
import zipfile
from collections import Counter
from collections.abc import Iterator

import duckdb
import planted
import sent

from dashboard import printed, receipt_files
from etl.intake.load import load
from trials import clean, ground, planting
from trials.children import asked, command, ended, place, print_into_pipe, start, warm
from trials.kills import shortly

BATCH, CLEAN_ROWS, AMONG, OF_A_KIND, ALONE = 25, 1_000_000, 100, 20, 50


def run(points: int = 1000, seed: int = 1) -> Iterator[str]:
    """Lines on so many planted values; AssertionError when one gets in, or is found in anything kept or said."""
    with place("plants") as folder:
        home = ground.empty_home(folder / "home")
        ground.use(home)
        file = sent.write_csv(folder / "before.csv", ground.rows(30, "next"))
        assert ended(start(shortly, True, "load", file, "--no-publish")) == 0
        warm(home, shortly, True, "load", file, "--no-publish")
        ground.use(home)
        sown = planting.plants(points, seed, kept_bytes(home, folder))
        (folder / "said").mkdir()
        yield from _caught(sown, home, folder)
        sown += yield from _references(home, folder, seed)
        yield _broken(sown, home, folder)
        assert ended(start(shortly, True, "publish", "--release")) == 0
        yield _searched(sown, home, folder)
        yield from clean.run(folder, CLEAN_ROWS if points >= 1000 else CLEAN_ROWS // 50, seed)


def _caught(sown, home, folder) -> Iterator[str]:
    """Load each file; a line for each kind of identifier and for each form of file."""
    began, outcomes = time.monotonic(), {}
    for at in range(0, len(sown), BATCH):
        batch = sown[at : at + BATCH]
        # Written in a child: DuckDB has threads, and a process that used it cannot be forked.
        files = asked(_written, batch, folder)
        found = asked(_load, files, home, folder / "said" / str(at))
        outcomes |= dict(zip(batch, found, strict=True))
    missed = [plant.where for plant, (status, held) in outcomes.items() if status != "refused" and not held]
    yield f"{len(sown) - len(missed)} of {len(sown)} refused or held in {time.monotonic() - began:.0f} s."
    for name in ("kind", "form", "of"):
        yield from _table(name, outcomes)
    assert not missed, missed


def _table(name, outcomes) -> Iterator[str]:
    counts = {}
    for plant, (status, held) in outcomes.items():
        one = counts.setdefault(getattr(plant, name), Counter())
        one["planted"] += 1
        one["refused" if status == "refused" else "held" if held else "missed"] += 1
    for value, one in sorted(counts.items()):
        yield (f"  {value:16} planted {one['planted']:4}: file refused {one['refused']:4}, "
               f"row held {one['held']:4}, missed {one['missed']}")  # fmt: skip


def _written(batch, folder) -> list[str]:
    return [str(planting.write(plant, folder / f"sent-{plant.number}")) for plant in batch]


def _load(files, home, said):
    """Load as the command does, with all that it says and reports beside `said`; (status, rows held) of each file."""
    into = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(into, 1)
    os.dup2(into, 2)
    print_into_pipe()
    receipts = load(files, home)
    printed.print_receipts(receipts)
    print(json.dumps([repr(one) for one in receipts]), flush=True)
    for form in receipt_files.FORMS:
        receipt_files.write(receipts, said.with_suffix(form))
    return [(one.status, one.rows_held) for one in receipts]


def _references(home, folder, seed):
    """How many of each kind are found among references, the one column whose values nobody can list."""
    recall, sown = {}, []
    for kind, (make, _) in planted.KINDS.items():
        chance, rows = random.Random(f"{kind} {seed}"), ground.rows(AMONG)
        for at in range(OF_A_KIND):
            value = make(chance)
            rows[AMONG // OF_A_KIND * at]["request_ref"] = planted.as_reference(value)
            sown.append(planting.Plant(-1, kind, "requests", "csv", "request_ref", value))
        path = sent.write_csv(folder / f"references-{kind}.csv", rows)
        [(status, held)] = asked(_load, [str(path)], home, folder / "said" / kind)
        recall[kind] = OF_A_KIND if status == "refused" else held
    found = ", ".join(f"{kind} {count}" for kind, count in recall.items())
    yield f"Of {OF_A_KIND} of a kind among {AMONG} references of one file, refused or held: {found}."
    alone = asked(_alone, seed)
    held = ", ".join(f"{kind} {count}" for kind, count in alone.items())
    yield f"Of {ALONE} of a kind, each the only one among a thousand references, held: {held}."
    assert all(count == OF_A_KIND for kind, count in recall.items()), recall
    return sown


def _alone(seed):
    """How many of a kind are held when each is the only one among a thousand references of a body."""
    from etl.intake.screen import screen_column

    found = {}
    with duckdb.connect() as con:
        for kind, (make, _) in planted.KINDS.items():
            chance, hits = random.Random(f"alone {kind} {seed}"), 0
            for _ in range(ALONE):
                made = "SELECT printf('REQ-2026-%06d', n) AS r, n FROM range(1000) AS t(n)"
                con.execute(f"CREATE OR REPLACE TABLE refs AS {made}")
                con.execute("UPDATE refs SET r = ? WHERE n = 500", [planted.as_reference(make(chance))])
                told = screen_column(con, "refs", "r", row="n")
                hits += any(one.severity.startswith("blocks") for one in told)
            found[kind] = hits
    return found


def _broken(sown, home, folder) -> str:
    """A fault of our own while a row is in hand, whose own words quote the value: no word of it is said or logged."""
    some = {plant.kind: plant for plant in sown if plant.form == "csv" and plant.number >= 0}
    for kind, plant in some.items():
        code = ended(start(_fault, plant.value, folder / "said" / f"fault-{kind}", folder / "before.csv"))
        assert code == 3, f"a fault ended with {code}"
    assert (home.path / "errors.log").is_file()
    return f"{len(some)} faults whose words quote a value: each ended with 3 and one sentence."


def _fault(value, said, file) -> int:
    from etl.intake import load as at

    def broken(*_):
        raise duckdb.ConversionException(f"Could not convert string '{value}' to DATE")

    at._transact = broken
    into = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    return command(("load", file, "--no-publish"), into)


def _searched(sown, home, folder) -> str:
    hay = kept_bytes(home, folder)
    found = sorted({plant.where for plant in sown if any(form in hay for form in _forms(plant.value))})
    assert any(form in hay for form in _forms("E08000025")), "the search finds nothing at all"
    assert not found, found
    size = f"{len(hay) / 1e6:.0f} MB"
    return f"0 of {len(sown)} values found in {size} kept, stored, published, reported, logged or said."


def _forms(value) -> set[bytes]:
    """A value as it might stand in a file: as it is, as a reference, run together; in UTF-8 and UTF-16."""
    texts = {value, planted.as_reference(value), value.replace(" ", ""), value.replace("-", "")}
    return {text.lower().encode(code) for text in texts for code in ("utf-8", "utf-16-le")}


def kept_bytes(home, folder) -> bytes:
    """All that was kept or said, in lower case: bytes, what is squeezed in them, and every table of every database."""
    out = folder / "everything"
    assert ended(start(_everything, [home.path, folder / "said", folder / "tmp"], out)) == 0
    return out.read_bytes()


def _everything(places, out) -> None:
    with out.open("wb") as hay:
        for path in sorted(path for one in places for path in one.rglob("*")):
            hay.write(path.name.lower().encode() + b"\n")
            if not path.is_file():
                continue
            hay.write(path.read_bytes().lower())
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as book:
                    for name in book.namelist():
                        hay.write(book.read(name).lower())
            if path.suffix in (".duckdb", ".parquet"):
                hay.write(_tables(path).lower())


def _tables(path) -> bytes:
    """Every cell as text: what a database or a column file holds is squeezed."""
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            return repr(con.execute(f"FROM read_parquet('{path}')").fetchall()).encode()
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        return b"".join(repr(con.execute(f'FROM "{name}"').fetchall()).encode() for (name,) in names)
