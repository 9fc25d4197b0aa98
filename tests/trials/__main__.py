"""`python -m trials NAME [--points N]`: one trial, or every one."""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path

TRIALS = {
    "kills": 1000,
    "disk": 50,
    "readers": 200,
    "loaders": 120,
    "hostiles": 1000,
    "plants": 1000,
    "serving": 300,
}  # and how many times


def main(words) -> int:
    parser = argparse.ArgumentParser(prog="trials", description=__doc__)
    parser.add_argument("name", choices=[*TRIALS, "all"])
    parser.add_argument("--seed", type=int, default=1, help="another seed tries other moments, sizes and values")
    parser.add_argument("--points", type=int, help="how many times; each trial has its own usual number")
    parser.add_argument("--home", type=Path, help="serving: a published home to serve in place of a small one")
    chosen = parser.parse_args(words)
    for name in TRIALS if chosen.name == "all" else [chosen.name]:
        began = time.monotonic()
        more = {"home": chosen.home} if chosen.home and name == "serving" else {}
        for line in import_module(f"trials.{name}").run(chosen.points or TRIALS[name], chosen.seed, **more):
            print(line, flush=True)
        print(f"{name}: passed in {time.monotonic() - began:.0f} s.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
