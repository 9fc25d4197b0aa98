"""Serve a home, let the intruder loose on it, and print what was learnt."""

import argparse
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

from dashboard.attack import bounds, fit, fixed_panel, kinds, other_tables, truth
from dashboard.attack.intruder import COUNTS, Intruder
from dashboard.attack.lattice import all_sums
from dashboard.attack.score import beaten, joined, score, table
from etl.errors import Refusal

FIXED_BREAKDOWNS = 3


def attack(get, home, lattice=None, worlds: int = fixed_panel.WORLDS, progress=lambda done, total: None):
    """Every kind against one served home: (a row a kind, what else there is to say). `lattice` None is everything."""
    lattice = lattice or truth.lattice_of(home)
    true, in_file = truth.truth(home, lattice), truth.shown_in_file(home)
    intruder = Intruder(get, lattice, truth.published(home, lattice))
    intruder.read_everything(progress)
    said, sums = intruder.said, lattice.sums()
    rows = [*_by_hand(said, true, lattice, sums), *_other_tables(get, home, lattice), *_panel(worlds),
            *_fits(said, true, lattice, all_sums(sums)), *_certain(said, true, lattice, sums)]  # fmt: skip
    read = sum(int((said[count] >= 0).sum()) for count in COUNTS)
    notes = ("", f"{intruder.asked:,} public addresses gave {read:,} counts, {int((said['received'] >= 0).sum()):,} of "
             f"the {in_file:,} counts of requests that the public file holds; counts of 1 to 9 guessed")  # fmt: skip
    return rows, notes


def _by_hand(said, true, lattice, sums) -> list[dict]:
    pairs, every = kinds.wider_and_narrower(lattice, sums), all_sums(sums)
    nested = joined(kinds.nested(said[count], true[count], pairs, kinds.eligible(said, true, count))
                    for count in COUNTS)  # fmt: skip
    few = kinds.few(true)
    return [
        {"kind": "1. two nested filters", **score(nested)},
        {"kind": "1. one measure less another", **score(kinds.one_measure_less_another(said, true))},
        {"kind": "2. total less what is visible", **score(kinds.both(kinds.left_over, said, true, every))},
        {"kind": "3. own figure out of a small group", "targets": int(few.sum()),
         "found": truth.own_figures(true, said), "what": "cells of fewer than three bodies, shown"},
        {"kind": "4. several fixed breakdowns", **score(kinds.both(kinds.splits, said, true, sums["values"],
                                                                   FIXED_BREAKDOWNS))},
        {"kind": "5. every split there is", **score(kinds.both(kinds.splits, said, true, every))},
        {"kind": "6. a cell hidden for few bodies, of its total",
         **score(kinds.both(kinds.left_over, said, true, every, few_bodies=few))},
    ]  # fmt: skip


def _panel(worlds: int) -> list[dict]:
    return [
        {"kind": "7. a fixed panel taken from everyone", **score(fixed_panel.fixed_panel(worlds))},
        {"kind": "7. who joined, of a change's parts", **score(fixed_panel.who_joined(worlds))},
    ]


def _other_tables(get, home, lattice) -> list[dict]:
    years = lattice.periods["year"]
    return [
        {"kind": "time to decision, day less day", **score(other_tables.curves(get, home, years))},
        {"kind": "reasons, a kind less the others", **score(other_tables.reasons(get, home, years))},
        {"kind": "agreements, total less what is visible", **score(other_tables.agreements(get, home))},
    ]


def _fits(said, true, lattice, every) -> list[dict]:
    """Least squares over all; and begun from a prediction, where the blind guess is the prediction's own."""
    from_nothing, predictions, from_prediction = [], [], []
    for count in COUNTS:
        start = fit.predicted(lattice, said[count], said["received"])
        predictions.append(fit.tried(said[count], true[count], start.counts))
        from_prediction.append(fit.tried(said[count], true[count], fit.solve(every, start)))
        alike = fit.alike(lattice, said[count], said["received"])
        from_nothing.append(fit.tried(said[count], true[count], fit.solve(every, alike)))
    predicted = joined(predictions)
    return [
        {"kind": "least squares over everything", **score(joined(from_nothing))},
        {"kind": "(a prediction from wider cells alone)", "limit": 1.0, **score(predicted)},
        {"kind": "least squares over that prediction", **score(joined(from_prediction), predicted.found)},
    ]


def _certain(said, true, lattice, sums) -> list[dict]:
    known = bounds.certain(bounds.limits(lattice, sums, said), true)
    return [
        {
            "kind": "known for certain",
            "targets": known["targets"],
            "found": known["known"],
            "what": f"counts; the narrowest limits are {known['narrowest']} apart, wrong ones {known['wrong']}",
        }
    ]


def served(home):
    """Serve a home on a free port of this machine; gives `get`, which asks it over HTTP."""
    from waitress.server import create_server

    from dashboard.app import create_app
    from dashboard.source import Door

    server = create_server(create_app(Door(home)).server, host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()

    def get(address: str) -> str:
        with urlopen(f"http://127.0.0.1:{server.effective_port}{address}") as answer:
            return answer.read().decode("utf-8")

    return get


def made(folder: Path, requests: int):
    """A synthetic home of about that many requests, published and released."""
    from dashboard import demo
    from etl.home import Home
    from etl.synthetic.scenarios import SCENARIOS

    home = Home(folder)
    demo.prepare(home, lambda step, done, total: None, replace(SCENARIOS["demo"], requests=requests))
    return home


def main() -> int:
    """Make or take a home, attack it, print the table; 1 when a kind got further than it may."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.attack", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="a synthetic home that is published already")
    asked_for = parser.parse_args()
    from etl.home import Home

    with tempfile.TemporaryDirectory(prefix="uptake-attack-") as folder:
        home = Home(asked_for.home) if asked_for.home else made(Path(folder), asked_for.requests)
        if home.kind != "synthetic":
            raise Refusal("Only a synthetic home is attacked: the truth of a real one is not for this program.")
        rows, notes = attack(served(home), home, progress=_told)
    print(table(rows, notes))
    return int(beaten(rows))


def _told(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        print(f"read {done} of {total} tables' lists", flush=True)
