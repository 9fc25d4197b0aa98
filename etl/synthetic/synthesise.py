"""Example returns with known truth: labelled files a body might send, and `truth.json` to check the figures against.

Everything is made up except the codes and names of bodies. Every file says so in its name and in a column.
"""

import csv
import json
from pathlib import Path

import duckdb
import numpy as np

from etl.errors import Refusal
from etl.synthetic import files
from etl.synthetic.scenarios import SCENARIOS, Scenario
from etl.synthetic.sent import SURVEY, Returns, take
from etl.synthetic.truth import truth_of
from etl.synthetic.world import make_world

README = """Synthetic returns
=================

Everything in this folder is SYNTHETIC: made up by a program from the scenario "{name}" and the seed {seed}.
The codes and names of bodies are real; nothing else is. No figure here describes any real body, request or person.

{title}.

*-synthetic.*   plain returns: requests, refusals, request_counts, agreements, awareness and survey_frame
senders.csv     who is expected to send what, and what may be shown of it
truth.json      what was planted, and counts that a reader of the files can be checked against
"""


def synthesise(
    scenario: str | Scenario, out_dir: Path | str, *, seed: int = 20201217, bodies: int = 600, progress=None
) -> dict:
    """Write the example returns of a scenario into a folder and return its truth (also written as truth.json).

    `scenario` is a name in SCENARIOS or a Scenario; `progress(step, done, total)` is called as files are written.
    Same scenario, seed and bodies give the same bytes. Raises Refusal for an unknown name, too many bodies, or a
    folder that holds anything but an earlier run.
    """
    scenario = _scenario(scenario)
    out = _room(Path(out_dir))
    rng = np.random.default_rng(seed)
    try:
        world = make_world(scenario, rng, bodies)
    except ValueError as error:
        raise Refusal(f"Cannot make the example returns: {error}. Ask for fewer bodies.") from error
    made = Returns(scenario, rng, world)
    (out / "README.txt").write_text(
        README.format(name=scenario.name, seed=seed, title=scenario.title), encoding="utf-8", newline="\n"
    )
    written = _write_all(made, out, progress or (lambda step, done, total: None))
    senders = made.senders()
    _write_senders(out / "senders.csv", senders)
    truth = {"synthetic": True, "scenario": scenario.name, "title": scenario.title, "seed": seed}
    truth |= truth_of(made, senders) | {"files": written}
    (out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8", newline="\n")
    return truth


def _scenario(scenario: str | Scenario) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    if scenario not in SCENARIOS:
        raise Refusal(f"There is no scenario '{scenario}'. Choose one of: {', '.join(sorted(SCENARIOS))}.")
    return SCENARIOS[scenario]


def _room(out: Path) -> Path:
    """An empty folder, or one that holds an earlier run, which is cleared."""
    readme = out / "README.txt"
    earlier = readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(README[:17])
    if out.exists() and any(out.iterdir()) and not earlier:
        raise Refusal(f"The folder {out} is not empty and holds no earlier example returns. Name an empty folder.")
    if earlier:
        for old in [*out.glob("*-synthetic.*"), out / "senders.csv", out / "truth.json"]:
            old.unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    return out


def _write_all(made: Returns, out: Path, progress) -> list[dict]:
    planned = list(_planned(made))
    written = []
    with duckdb.connect(config={"threads": 2}) as con:
        for done, (name, kind, reported_by, table, sender) in enumerate(planned):
            progress("Writing example returns", done, len(planned))
            rows = files.frame(kind, made.world, table, sender, reported_by)
            count = files.write(con, rows, out / name)
            written.append({"file": name, "kind": kind, "reported_by": reported_by, "rows": count})
    progress("Writing example returns", len(planned), len(planned))
    return written


def _planned(made: Returns):
    """Each file: its name, kind, who reported it, its rows and their sender."""
    world, requests = made.world, made.requests
    collection = world.collection[requests["holder"]]
    for year in made.scenario.years:
        for name in np.unique(world.collection):
            part = take(requests, (requests["year"] == year) & (collection == name))
            if len(part["holder"]):
                yield f"requests-{name}-{year}-synthetic.csv", "requests", "holder", part, part["holder"]
    yield "refusals-synthetic.csv", "refusals", "holder", made.refusals, made.refusals["holder"]
    yield "agreements-synthetic.parquet", "agreements", "holder", made.agreements, made.agreements["holder"]
    asked = made.seen_by_requesters
    yield "requests-as-requesters-saw-them-synthetic.csv", "requests", "requester", asked, asked["requester"]
    yield "request_counts-synthetic.ods", "request_counts", "holder", made.counts, made.counts["holder"]
    if made.waves:
        yield "awareness-synthetic.parquet", "awareness", "holder", made.answers, SURVEY
        yield "survey_frame-synthetic.xlsx", "survey_frame", "holder", made.survey_frame, SURVEY


def _write_senders(path: Path, rows: list[dict[str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
